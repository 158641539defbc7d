#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "command/run.h"

void show_cells(struct command_run *r, bool titles, const char *const *cells)
{
	size_t n = 0;

	while (cells[n])
		n++;
	if (titles)
		r->io->columns(r->io->arg, cells, n);
	else
		r->io->row(r->io->arg, cells, n);
}

__attribute__((format(printf, 3, 0))) static void say(void (*to)(void *arg, const char *text),
						      void *arg, const char *fmt, va_list ap)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	buf_vaddf(&b, fmt, ap);
	to(arg, buf_str(&b));
	buf_clear(&b);
}

void show_text(struct command_run *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(r->io->text, r->io->arg, fmt, ap);
	va_end(ap);
}

void show_progress(struct command_run *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(r->io->progress, r->io->arg, fmt, ap);
	va_end(ap);
}

void show_fact(struct command_run *r, const char *name, const char *fmt, ...)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	if (b.len > 0)
		show_text(r, "%-11s %s", name, buf_str(&b));
	buf_clear(&b);
}

void show_result(struct command_run *r, const struct json *j)
{
	r->io->result(r->io->arg, j);
}

const char *show_int(char out[SHOW_MAX], int64_t n)
{
	if (n < 0)
		snprintf(out, SHOW_MAX, "-");
	else
		snprintf(out, SHOW_MAX, "%lld", (long long)n);
	return out;
}

const char *show_time(char out[CLOCK_TEXT], int64_t utc_ms)
{
	if (utc_ms > 0)
		return clock_local(out, utc_ms);
	snprintf(out, CLOCK_TEXT, "-");
	return out;
}

const char *show_since(char out[CLOCK_TEXT], int64_t utc_ms)
{
	int64_t age = clock_utc_ms() - utc_ms;

	if (utc_ms > 0)
		return clock_span(out, age > 0 ? age : 0);
	snprintf(out, CLOCK_TEXT, "-");
	return out;
}

const char *show_or(const char *text, const char *fallback)
{
	return text && text[0] ? text : fallback;
}

const char *show_tail(const char *id)
{
	const char *at = id + strlen(id);

	for (int slashes = 0; at > id; at--)
		if (at[-1] == '/' && ++slashes == 2)
			break;
	return at;
}
