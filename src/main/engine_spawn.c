/* The engine's start in the background. It is no helper of this process, so base/proc, which
 * kills what it started, is not the way. */
#define _GNU_SOURCE /* pipe2 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine_main.h"

#define READY_FD      3
#define START_WAIT_MS 30000

static void add_option(struct strs *argv, const char *name, const char *value)
{
	if (!value)
		return;
	strs_add(argv, name);
	strs_add(argv, value);
}

static void arguments(struct strs *argv, const char *self, const struct places *p,
		      const struct engine_args *a)
{
	strs_add(argv, self);
	add_option(argv, "-L", p->name);
	strs_add(argv, "engine");
	add_option(argv, "--config", a->config ? a->config : p->config);
	add_option(argv, "--state", a->state ? a->state : p->state);
	add_option(argv, "--socket", a->socket ? a->socket : p->socket);
	add_option(argv, "--cloud", a->cloud);
	add_option(argv, "--templates", a->templates);
	strs_addf(argv, "--log");
	if (a->log)
		strs_add(argv, a->log);
	else
		strs_addf(argv, "%s/engine.log", a->state ? a->state : p->state);
	strs_addf(argv, "--ready-fd");
	strs_addf(argv, "%d", READY_FD);
}

/* Twice forked: nobody waits for it, and no terminal is its own. Only async-signal-safe calls
 * from here. */
static _Noreturn void be_engine(char *const argv[], int ready)
{
	int null = open("/dev/null", O_RDWR);
	long most = sysconf(_SC_OPEN_MAX);

	setsid();
	if (fork() != 0)
		_exit(0);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ||
	    (ready != READY_FD && dup2(ready, READY_FD) < 0) || chdir("/") < 0)
		_exit(1);
	if (ready == READY_FD)
		fcntl(ready, F_SETFD, 0);
	for (int fd = READY_FD + 1; fd < (most > 0 && most < 65536 ? most : 65536); fd++)
		close(fd);
	execv(argv[0], argv);
	_exit(127);
}

/* One line: "ready", or why not. */
static int wait_ready(int fd, char *line, size_t max)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t n = 0;

	while (n + 1 < max && !memchr(line, '\n', n)) {
		ssize_t got;

		if (poll(&p, 1, START_WAIT_MS) == 0)
			break;
		got = read(fd, line + n, max - 1 - n);
		if (got == 0 || (got < 0 && errno != EINTR))
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return strcmp(line, "ready") == 0 ? 0 : -1;
}

int engine_spawn(const struct places *p, const struct engine_args *a, struct err *err)
{
	struct strs argv = STRS_INIT(64);
	char self[4096], line[400] = "";
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int fds[2], rc;
	pid_t pid;

	self[n > 0 ? n : 0] = '\0';
	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	arguments(&argv, self, p, a);
	pid = fork();
	if (pid == 0)
		be_engine(argv.v, fds[1]);
	close(fds[1]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	rc = pid < 0 ? err_sys(err, "starting the engine")
		     : wait_ready(fds[0], line, sizeof(line));
	if (pid > 0 && rc < 0)
		err_set(err, ERR_IO, "the engine did not start: %s",
			line[0] ? line : "it ended without a word");
	close(fds[0]);
	strs_clear(&argv);
	return rc;
}
