/* What happens between fork and exec: no memory is asked for, only calls that are safe there.
 */
#ifndef BASE_PROC_CHILD_H
#define BASE_PROC_CHILD_H

#include <sys/types.h>

struct proc_child { /* all borrowed */
	const char *const *argv, *const *env;
	const char *cwd;
	int std[3];
	int status; /* gets a proc_child_failure; closes when the program runs */
	pid_t parent;
};

struct proc_child_failure {
	enum { PROC_CHILD_CWD, PROC_CHILD_START } stage;
	int error;
};

_Noreturn void proc_child_run(const struct proc_child *c);

#endif
