#define _GNU_SOURCE /* memfd_create */
#include "console/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

#define SAID_MOST 4096

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

static _Noreturn void run(int tty, const char *const *argv, int says)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	setpgid(0, 0);
	take_foreground(tty, getpid());
	for (size_t i = 0; i < ARRAY_LEN(reset_signals); i++)
		sigaction(reset_signals[i], &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (says >= 0)
		dup2(says, STDERR_FILENO);
	long most = sysconf(_SC_OPEN_MAX);
	for (int fd = 3; fd < (most > 0 && most < 65536 ? (int)most : 65536); fd++)
		close(fd);
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

int child_says_open(void)
{
	return memfd_create("said", MFD_CLOEXEC);
}

char *child_said(int says)
{
	char *text = xcalloc(SAID_MOST + 1, 1);
	off_t end = says < 0 ? 0 : lseek(says, 0, SEEK_END);
	ssize_t got = 0;

	if (end > 0)
		got = pread(says, text, SAID_MOST, end > SAID_MOST ? end - SAID_MOST : 0);
	text[got > 0 ? got : 0] = '\0';
	if (says >= 0)
		close(says);
	return text;
}

pid_t child_start(int tty, const char *const *argv, int says, struct err *err)
{
	if (access(argv[0], X_OK) < 0)
		return err_sys(err, "%s cannot be run", argv[0]);
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(err, "%s cannot be started", argv[0]);
	if (pid == 0)
		run(tty, argv, says);
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
