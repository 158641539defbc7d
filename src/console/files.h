/* Files of this machine that a path being typed could mean: for completion, and for lists. */
#ifndef CONSOLE_FILES_H
#define CONSOLE_FILES_H

#include "base/strs.h"

/* Adds those of the folder that the path names so far, folders with "/" behind them; hidden
 * ones once their dot is typed. Returns how many bytes of the path are that folder. */
size_t files_like(struct strs *out, const char *path);

#endif
