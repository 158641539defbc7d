#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef __clang_analyzer__ /* these are the functions themselves */
#undef err_set
#undef err_wrap
#undef err_sys
#endif

static const char *const names[ERR_COUNT] = {
	[ERR_NONE] = "none",
	[ERR_IO] = "io",
	[ERR_TIMEOUT] = "timeout",
	[ERR_UNKNOWN] = "unknown",
	[ERR_NOT_FOUND] = "not_found",
	[ERR_EXISTS] = "exists",
	[ERR_PARSE] = "parse",
	[ERR_INVALID] = "invalid",
	[ERR_DENIED] = "denied",
	[ERR_THROTTLED] = "throttled",
	[ERR_CAPACITY] = "capacity",
	[ERR_QUOTA] = "quota",
	[ERR_CONFLICT] = "conflict",
	[ERR_STALE] = "stale",
	[ERR_UNREAD] = "unread",
	[ERR_FULL] = "full",
	[ERR_UNSUPPORTED] = "unsupported",
	[ERR_INTERNAL] = "internal",
};

/* A sentence that had to be cut must not end in half a character: it goes to JSON and to a
 * terminal. */
static void trim_utf8(char *msg)
{
	size_t n = strlen(msg), back = 0;

	while (back < 4 && back < n && ((unsigned char)msg[n - 1 - back] & 0xC0) == 0x80)
		back++;
	if (back == n || back == 4)
		return;
	unsigned char lead = (unsigned char)msg[n - 1 - back];
	size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;

	if (want > back + 1)
		msg[n - 1 - back] = '\0';
}

static void put(struct err *e, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
static void put(struct err *e, const char *fmt, va_list ap)
{
	char text[sizeof(e->msg)]; /* fmt's arguments may point into e->msg */

	vsnprintf(text, sizeof(text), fmt, ap);
	trim_utf8(text);
	memcpy(e->msg, text, strlen(text) + 1);
}

int err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	put(e, fmt, ap);
	va_end(ap);
	e->code = code;
	return -1;
}

/* Puts "text: " before what e says already; the head wins when both do not fit. */
int err_wrap(struct err *e, const char *fmt, ...)
{
	char old[sizeof(e->msg)];
	va_list ap;

	if (!e)
		return -1;
	memcpy(old, e->msg, strlen(e->msg) + 1);
	va_start(ap, fmt);
	put(e, fmt, ap);
	va_end(ap);
	size_t n = strlen(e->msg);

	if (old[0])
		snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", old);
	trim_utf8(e->msg);
	return -1;
}

int err_sys(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	put(e, fmt, ap);
	va_end(ap);
	size_t n = strlen(e->msg);
	char why[128];

	if (strerror_r(saved, why, sizeof(why)) != 0)
		snprintf(why, sizeof(why), "error %d", saved);
	snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", why);
	e->code = ERR_IO;
	errno = saved;
	return -1;
}

const char *err_name(enum err_code code)
{
	return (unsigned int)code < ERR_COUNT ? names[code] : "internal";
}

enum err_code err_code_of(const char *name)
{
	for (int i = 0; name && i < ERR_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			return (enum err_code)i;
	return ERR_INTERNAL;
}
