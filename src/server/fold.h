/* A job array as one row: what its records say together. */
#ifndef SERVER_FOLD_H
#define SERVER_FOLD_H

#include "server/rows.h"

/* Strings stay those of the queue. past: jobs that left it and are shown in no row of their
 * own, counted in those of their arrays. */
void jobs_fold(struct rows *out, const struct rows *jobs, const struct rows *past);
uint64_t fold_stamp(const struct rows *jobs, const struct rows *past); /* of what it makes */

#endif
