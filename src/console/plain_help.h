/* Help of plain mode, where what went by is gone: a page of groups, then the commands of one.
 */
#ifndef CONSOLE_PLAIN_HELP_H
#define CONSOLE_PLAIN_HELP_H

#include <stdbool.h>

#include "base/buf.h"

#define PLAIN_HELP_ALL "all"

/* of NULL: the groups. false: there is no command that begins so. */
bool plain_help(struct buf *out, const char *of);

#endif
