#include "console/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

extern char **environ;

static const int reset_signals[] = { SIGINT,   SIGQUIT, SIGTERM, SIGHUP,  SIGTSTP, SIGCONT,
				     SIGWINCH, SIGCHLD, SIGPIPE, SIGTTIN, SIGTTOU };

/* Hands the terminal over; SIGTTOU would stop a process that does so from the background. */
static void take_foreground(int tty, pid_t group)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;

	sigaction(SIGTTOU, &ignore, &old);
	tcsetpgrp(tty, group);
	sigaction(SIGTTOU, &old, NULL);
}

static _Noreturn void run(int tty, const char *const *argv, const char *const *env)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	setpgid(0, 0);
	take_foreground(tty, getpid());
	for (size_t i = 0; i < ARRAY_LEN(reset_signals); i++)
		sigaction(reset_signals[i], &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	long most = sysconf(_SC_OPEN_MAX);
	for (int fd = 3; fd < (most > 0 && most < 65536 ? (int)most : 65536); fd++)
		close(fd);
	execve(argv[0], (char *const *)argv, env ? (char *const *)env : environ);
	_exit(127);
}

pid_t child_start(int tty, const char *const *argv, const char *const *env, struct err *err)
{
	if (access(argv[0], X_OK) < 0)
		return err_sys(err, "%s cannot be run", argv[0]);
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(err, "%s cannot be started", argv[0]);
	if (pid == 0)
		run(tty, argv, env);
	setpgid(pid, pid); /* both sides: whoever comes first */
	take_foreground(tty, pid);
	return pid;
}

bool child_ended(pid_t pid, int *status)
{
	pid_t got;

	while ((got = waitpid(pid, status, WNOHANG | WUNTRACED)) == pid && WIFSTOPPED(*status))
		kill(-pid, SIGCONT);
	if (got < 0 && errno == ECHILD) {
		*status = 0;
		return true;
	}
	return got == pid;
}

void child_done(int tty)
{
	take_foreground(tty, getpgrp());
}
