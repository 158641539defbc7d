/* Where templates and the scripts of their nodes lie. */
#ifndef TEMPLATE_FOLDER_H
#define TEMPLATE_FOLDER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/strs.h"

int folder_read(struct buf *out, const char *path,
		struct err *err); /* refuses what anybody may write */
char *folder_find(const struct strs *folders,
		  const char *name); /* path of the first that has it; NULL */

#endif
