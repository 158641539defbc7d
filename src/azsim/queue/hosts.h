/* Host lists as Slurm writes and reads them: "c[1-3,7],s1". */
#ifndef AZSIM_QUEUE_HOSTS_H
#define AZSIM_QUEUE_HOSTS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/strs.h"

int gq_hosts_read(struct strs *names, const char *list); /* -1: no such list, or too long */
/* Sorted; names that follow each other in number become one range. */
void gq_hosts_print(struct buf *out, const char *const *names, size_t n);

#endif
