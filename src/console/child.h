/* A program that has the terminal for itself: own process group, in the foreground, until it
 * ends. */
#ifndef CONSOLE_CHILD_H
#define CONSOLE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

int child_says_open(
    void); /* a file without a name, for a program's stderr; -1: there is none */
char *child_said(int says); /* the end of what stands there, to be freed; closes it */
pid_t child_start(int tty, const char *const *argv, int says,
		  struct err *err); /* says: its stderr, -1: the terminal; -1: not started */
bool child_ended(pid_t pid, int *status); /* does not wait; a stopped child is let go on: there
					     is no shell to stop for */
void child_done(int tty);		  /* the terminal's foreground is ours again */

#endif
