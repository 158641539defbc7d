#include "terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

extern char **environ;

bool terminal_asks(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* Ctrl-C at a question ends the program, as nothing was begun. */
char *terminal_ask(void *arg, const char *question)
{
	struct sigaction usual = { .sa_handler = SIG_DFL }, old;
	char line[400];
	char *got;

	(void)arg;
	if (!terminal_asks())
		return NULL;
	sigaction(SIGINT, &usual, &old);
	fprintf(stderr, "%s", question);
	got = fgets(line, sizeof(line), stdin);
	sigaction(SIGINT, &old, NULL);
	if (!got)
		return NULL;
	line[strcspn(line, "\r\n")] = '\0';
	return xstrdup(line);
}

static _Noreturn void become(const char *const *argv)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD };
	struct sigaction usual = { .sa_handler = SIG_DFL };
	long most = sysconf(_SC_OPEN_MAX);
	sigset_t none;

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &usual, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int fd = 3; fd < (most > 0 && most < 65536 ? (int)most : 65536); fd++)
		close(fd);
	execve(argv[0], (char *const *)argv, environ);
	_exit(127);
}

static int code_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* It has the terminal, so Ctrl-C is for it: we wait. */
int terminal_exec(void *arg, const char *const *argv, struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old_int, old_quit;
	int status = 0;
	pid_t pid, got;

	(void)arg;
	if (access(argv[0], X_OK) < 0)
		return err_sys(err, "%s cannot be run", argv[0]);
	fflush(stdout);
	sigaction(SIGINT, &ignore, &old_int);
	sigaction(SIGQUIT, &ignore, &old_quit);
	pid = fork();
	if (pid == 0)
		become(argv);
	do
		got = pid < 0 ? -1 : waitpid(pid, &status, 0);
	while (got < 0 && pid > 0 && errno == EINTR);
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGQUIT, &old_quit, NULL);
	return got < 0 ? err_sys(err, "%s cannot be started", argv[0]) : code_of(status);
}
