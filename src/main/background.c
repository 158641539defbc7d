#define _GNU_SOURCE /* pipe2 */
#include "background.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 30000

/* Twice forked, so that nobody has to wait for it. Only async-signal-safe calls from here. */
static _Noreturn void become(char *const argv[], int out, int log)
{
	int null = open("/dev/null", O_RDONLY);

	setsid();
	if (fork() != 0)
		_exit(0);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(log, 2) < 0 ||
	    chdir("/") < 0)
		_exit(1);
	for (int fd = 3; fd < 1024; fd++)
		close(fd);
	execv(argv[0], argv);
	_exit(127);
}

static void read_line(int fd, char *line, size_t max)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t n = 0;

	while (n + 1 < max && !memchr(line, '\n', n)) {
		ssize_t got;
		int rc = poll(&p, 1, WAIT_MS);

		if (rc == 0)
			break;
		if (rc < 0)
			continue;
		got = read(fd, line + n, max - 1 - n);
		if (got == 0 || (got < 0 && errno != EINTR))
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

/* What it wrote into its log since it began, the last line of it. */
static void last_line(int log, off_t from, char *line, size_t max)
{
	char text[2000];
	off_t end = lseek(log, 0, SEEK_END);
	off_t at = end - from < (off_t)sizeof(text) ? from : end - (off_t)sizeof(text) + 1;
	ssize_t n = end > from ? pread(log, text, sizeof(text) - 1, at) : 0;
	const char *last;

	while (n > 0 && text[n - 1] == '\n')
		n--;
	text[n > 0 ? n : 0] = '\0';
	last = strrchr(text, '\n');
	snprintf(line, max, "%.399s", last ? last + 1 : text);
}

int background_start(const struct strs *argv, const char *log, struct err *err)
{
	int fd = open(log, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	char line[400] = "";
	bool ready;
	off_t before;
	int fds[2];
	pid_t pid;

	if (fd < 0)
		return err_sys(err, "%s", log);
	before = lseek(fd, 0, SEEK_END);
	if (pipe2(fds, O_CLOEXEC) < 0) {
		close(fd);
		return err_sys(err, "pipe");
	}
	pid = fork();
	if (pid == 0)
		become(argv->v, fds[1], fd);
	close(fds[1]);
	if (pid > 0) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			continue;
		read_line(fds[0], line, sizeof(line));
	}
	ready = strstr(line, "ready") != NULL;
	if (!line[0])
		last_line(fd, before, line, sizeof(line));
	close(fds[0]);
	close(fd);
	if (pid < 0)
		return err_sys(err, "%s", argv->v[0]);
	if (ready)
		return 0;
	return err_set(err, ERR_IO, "%.100s did not start: %.240s%s%.100s", argv->v[0],
		       line[0] ? line : "it ended without a word", line[0] ? "" : "; see ",
		       line[0] ? "" : log);
}
