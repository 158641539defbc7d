#include "base/crash.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#define STACK_BYTES 65536 /* of its own: a stack that ran over is one of the deaths */
#define FILE_MAX    ((size_t)1 << 20)

static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGABRT };

/* What the handlers see: set before they are, and never while they may run. */
static struct {
	int fd;
	pid_t pid; /* a child between fork and exec is not the process that is watched */
	bool marked;
	void *stack;
	struct sigaction before[ARRAY_LEN(fatal)];
} watch = { .fd = -1 };

/* The rest of this part runs in a handler: write(2) and arithmetic alone. */

static size_t put_number(char *out, int64_t n)
{
	char digits[24];
	size_t k = 0, len = 0;

	do
		digits[k++] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	while (k > 0)
		out[len++] = digits[--k];
	return len;
}

static size_t put_word(char *out, const char *word)
{
	size_t n = strnlen(word, CRASH_WHY - 1);

	memcpy(out, word, n);
	return n;
}

static void write_mark(const char *word, int signo)
{
	char line[2 * CRASH_WHY + 48];
	size_t n = put_number(line, clock_utc_ms());
	ssize_t rc;

	if (watch.fd < 0 || watch.marked || getpid() != watch.pid)
		return;
	watch.marked = true; /* abort() after a mark is the same death */
	line[n++] = ' ';
	n += put_word(line + n, word);
	if (signo) {
		line[n++] = ' ';
		n += put_number(line + n, signo);
	}
	line[n++] = '\n';
	rc = write(watch.fd, line, n);
	(void)rc;
	fsync(watch.fd);
}

/* Then whatever would have happened: a core, a sanitizer's report, the end. */
static void on_fatal(int signo)
{
	int saved = errno;

	write_mark("signal", signo);
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		if (fatal[i] == signo)
			sigaction(signo, &watch.before[i], NULL);
	errno = saved;
	raise(signo); /* waits until this handler returns */
}

/*
 * The watch
 */

int crash_watch(const char *path, struct err *err)
{
	struct sigaction act = { .sa_handler = on_fatal, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_size = STACK_BYTES };

	crash_watch_end();
	watch.fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (watch.fd < 0)
		return err_sys(err, "%s", path);
	watch.pid = getpid();
	watch.marked = false;
	watch.stack = stack.ss_sp = xmalloc(STACK_BYTES);
	sigaltstack(&stack, NULL);
	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		sigaction(fatal[i], &act, &watch.before[i]);
	return 0;
}

void crash_watch_end(void)
{
	const stack_t none = { .ss_flags = SS_DISABLE };

	if (watch.fd < 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		sigaction(fatal[i], &watch.before[i], NULL);
	sigaltstack(&none, NULL);
	free(watch.stack);
	close(watch.fd);
	watch.fd = -1;
}

void crash_mark(const char *why)
{
	write_mark(why, 0);
}

/*
 * Reading
 */

/* "MOMENT WHY". What is none of ours, half a line of a full disk for one, is no mark. */
static void read_line(struct crashes *out, const char *line, size_t n, int64_t since_ms)
{
	const char *space = memchr(line, ' ', n);
	size_t digits = space ? (size_t)(space - line) : 0;
	int64_t at;

	if (!space || num_read_n(&at, line, digits, 0, INT64_MAX) < 0 || at < since_ms)
		return;
	out->n++;
	out->last_ms = at;
	snprintf(out->last, sizeof(out->last), "%.*s", (int)(n - digits - 1), space + 1);
}

int crash_read(struct crashes *out, const char *path, int64_t since_ms, struct err *err)
{
	struct buf text = BUF_INIT(FILE_MAX);
	const char *at, *end;
	int rc = 0;

	*out = (struct crashes){ 0 };
	if (file_exists(path))
		rc = file_read(&text, path, err);
	at = buf_str(&text);
	end = at + text.len;
	while (rc == 0 && at < end) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));

		read_line(out, at, (size_t)((nl ? nl : end) - at), since_ms);
		at = nl ? nl + 1 : end;
	}
	buf_clear(&text);
	return rc;
}
