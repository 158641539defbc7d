/* A program that has the terminal for itself: own process group, in the foreground, until it
 * ends. */
#ifndef CONSOLE_CHILD_H
#define CONSOLE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

pid_t child_start(int tty, const char *const *argv, const char *const *env,
		  struct err *err);	  /* -1: not started */
bool child_ended(pid_t pid, int *status); /* does not wait; a stopped child is let go on: there
					     is no shell to stop for */
void child_done(int tty);		  /* the terminal's foreground is ours again */

#endif
