/* What a command can do at a terminal of its own: ask, and hand it to another program for a
 * while. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>

#include "base/err.h"

bool terminal_asks(void); /* somebody is there to type */
char *terminal_ask(void *arg, const char *question);
int terminal_exec(void *arg, const char *const *argv, struct err *err);

#endif
