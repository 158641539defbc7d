/* Files of this machine that a path being typed could mean: for completion, and for lists. */
#ifndef CONSOLE_FILES_H
#define CONSOLE_FILES_H

#include "base/err.h"
#include "base/strs.h"

/* Adds those of the folder that the path names so far, folders with "/" behind them; hidden
 * ones once their dot is typed. Returns how many bytes of the path are that folder. */
size_t files_like(struct strs *out, const char *path);

const char *files_name(const char *path); /* what stands behind its last slash */

/* "./NAME" of this folder for what is copied from the path; where there is one already, the
 * first of NAME.1, NAME.2 ... that is free. */
int files_free(char *out, size_t size, const char *path, struct err *err);

#endif
