#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define TEXT_MAX  2048
#define KNOWN	  16 /* different lines whose repeats are counted at a time */
#define PER_BURST 10
#define BURST_MS  1000

struct known {
	int64_t since_ms;
	unsigned int seen; /* 0: the place is free */
	enum log_level level;
	char text[TEXT_MAX];
};

/* The process's one log: base/log.h says who opens it. */
static struct {
	const char *program;
	enum log_level level;
	int fd;
	const char *system; /* the system's log; NULL: not there */
	struct known known[KNOWN];
} lg = { .program = "paceline", .level = LOG_INFO, .fd = STDERR_FILENO };

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

/* One write per line, so that lines of several processes do not mix. A log that cannot be
 * written is not an error. */
static void put_line(const char *line, size_t n)
{
	while (n > 0) {
		ssize_t did = write(lg.fd, line, n);

		if (did < 0 && errno == EINTR)
			continue;
		if (did <= 0)
			return;
		line += did;
		n -= (size_t)did;
	}
}

static void put_text(enum log_level level, const char *text, unsigned int repeats)
{
	char line[TEXT_MAX + 128], when[CLOCK_TEXT], more[48] = "";

	if (repeats)
		snprintf(more, sizeof(more), " (repeated %u times)", repeats);
	int n = snprintf(line, sizeof(line), "%s %.32s %s: %s%s\n",
			 clock_text(when, clock_utc_ms()), lg.program, level_names[level], text,
			 more);

	if (n > 0 && (size_t)n < sizeof(line))
		put_line(line, (size_t)n);
}

static void settle(struct known *k)
{
	if (k->seen > PER_BURST)
		put_text(k->level, k->text, k->seen - PER_BURST);
	k->seen = 0;
}

void log_flush(void)
{
	for (size_t i = 0; i < KNOWN; i++)
		settle(&lg.known[i]);
}

/* The entry of this line; when it is new, a free place or else the oldest one. */
static struct known *known_of(enum log_level level, const char *text, int64_t now)
{
	struct known *place = &lg.known[0];

	for (size_t i = 0; i < KNOWN; i++) {
		struct known *k = &lg.known[i];

		if (k->seen && now - k->since_ms >= BURST_MS)
			settle(k);
		if (k->seen && k->level == level && strcmp(k->text, text) == 0)
			return k;
		if (place->seen && (!k->seen || k->since_ms < place->since_ms))
			place = k;
	}
	settle(place);
	place->level = level;
	place->since_ms = now;
	memcpy(place->text, text, strlen(text) + 1);
	return place;
}

static void put(enum log_level level, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
static void put(enum log_level level, const char *fmt, va_list ap)
{
	char raw[TEXT_MAX], text[TEXT_MAX];
	int saved = errno;

	if (level > lg.level)
		return;
	vsnprintf(raw, sizeof(raw), fmt, ap);
	text_clean(text, sizeof(text), raw, strlen(raw));
	if (known_of(level, text, clock_mono_ms())->seen++ < PER_BURST)
		put_text(level, text, 0);
	errno = saved;
}

void log_open(const char *program, enum log_level level)
{
	lg.program = program;
	lg.level = level;
}

void log_to(int fd)
{
	log_flush();
	lg.fd = fd;
}

/* As syslog(3) does, but it never waits: whoever reads there may be stuck. "38" is auth.info.
 */
static void to_system(const char *text)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char line[TEXT_MAX + 64];
	int fd, n;

	if (!lg.system)
		return;
	n = snprintf(line, sizeof(line), "<38>%.32s[%ld]: %s", lg.program, (long)getpid(),
		     text);
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", lg.system);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	if ((size_t)n >= sizeof(line))
		n = sizeof(line) - 1;
	/* where there is no system's log, this process's own has the line */
	(void)!sendto(fd, line, (size_t)n, MSG_NOSIGNAL, (const struct sockaddr *)&to,
		      sizeof(to));
	close(fd);
}

void log_system(const char *path)
{
	lg.system = path;
}

void log_audit(const char *fmt, ...)
{
	char raw[TEXT_MAX], text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	text_clean(text, sizeof(text), raw, strlen(raw));
	put_text(LOG_INFO, text, 0); /* each counts: no two are repeats */
	to_system(text);
}

#define LOG_BODY(level)                                                                        \
	{                                                                                      \
		va_list ap;                                                                    \
                                                                                               \
		va_start(ap, fmt);                                                             \
		put(level, fmt, ap);                                                           \
		va_end(ap);                                                                    \
	}

void log_error(const char *fmt, ...) LOG_BODY(LOG_ERROR) void log_warn(const char *fmt, ...)
    LOG_BODY(LOG_WARN) void log_info(const char *fmt, ...)
	LOG_BODY(LOG_INFO) void log_debug(const char *fmt, ...) LOG_BODY(LOG_DEBUG)
