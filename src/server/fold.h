/* A job array as one row: what its records say together. */
#ifndef SERVER_FOLD_H
#define SERVER_FOLD_H

#include "server/rows.h"

/* Strings stay those of the queue. */
void jobs_fold(struct rows *out, const struct rows *jobs);

#endif
