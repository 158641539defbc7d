/*
 * The console without a screen (tui.md 8): the header once, what changes as sentences, commands
 * as lines, questions with answers in words. For terminals that cannot place a cursor, and for
 * those who listen instead of look.
 */
#ifndef CONSOLE_PLAIN_H
#define CONSOLE_PLAIN_H

#include <stdbool.h>

#include "base/loop.h"
#include "client/client.h"

bool plain_reads(void); /* standard input can be waited for: a terminal or a pipe */
int plain_run(struct loop *l,
	      struct client *c); /* until "quit" or the end of input; the exit code */

#endif
