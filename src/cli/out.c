#include "out.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

#define LINE_MAX_CLEAN 65536

static int terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

void out_init(struct out *o, bool json)
{
	*o = (struct out){ .json = json, .width = terminal_width() };
	grid_init(&o->grid);
}

void out_write(struct out *o, const char *data, size_t n)
{
	if (o->failed)
		return;
	if (fwrite(data, 1, n, stdout) == n && fflush(stdout) == 0)
		return;
	o->failed = true;
	o->why = errno;
}

static void end_grid(struct out *o)
{
	struct buf text = BUF_INIT((size_t)1 << 30);

	grid_write(&text, &o->grid, o->width);
	out_write(o, buf_str(&text), text.len);
	buf_clear(&text);
	grid_clear(&o->grid);
}

static void add_clean_lines(struct buf *to, const char *text)
{
	char clean[LINE_MAX_CLEAN];

	do {
		size_t n = strcspn(text, "\n");

		text_clean(clean, sizeof(clean), text, n);
		buf_adds(to, clean);
		buf_addc(to, '\n');
		text += n + (text[n] == '\n');
	} while (*text);
}

void out_text(struct out *o, const char *text)
{
	struct buf lines = BUF_INIT(BUF_TEXT_MAX);

	end_grid(o);
	add_clean_lines(&lines, text);
	out_write(o, buf_str(&lines), lines.len);
	buf_clear(&lines);
}

void out_error(const char *text)
{
	char clean[sizeof(((struct err *)0)->msg) * 4];

	text_clean(clean, sizeof(clean), text, strlen(text));
	fprintf(stderr, "paceline: %s\n", clean);
}

/* As the API's error bodies are, so that one reader does for both. */
static void write_error(struct out *o, const struct err *err)
{
	struct json *j = json_new_object(), *inner = json_set_object(j, "error");
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	json_set_str(inner, "code", err_name(err->code ? err->code : ERR_INTERNAL));
	json_set_str(inner, "message", err->msg);
	json_write(&text, j);
	buf_addc(&text, '\n');
	out_write(o, buf_str(&text), text.len);
	buf_clear(&text);
	json_free(j);
}

void out_failed(struct out *o, const struct err *err)
{
	if (o->json && !o->told)
		write_error(o, err);
	out_error(err->msg);
}

int out_end(struct out *o)
{
	end_grid(o);
	if (o->failed && o->why != EPIPE) /* a reader who left knows that he did */
		fprintf(stderr, "paceline: the output cannot be written: %s\n",
			strerror(o->why));
	return o->failed ? -1 : 0;
}

/*
 * What commands call
 */

static void on_row(void *arg, const char *const *cells, size_t n)
{
	struct out *o = arg;

	if (!o->json && grid_add(&o->grid, cells, n) < 0)
		end_grid(o);
}

static void on_columns(void *arg, const char *const *titles, size_t n)
{
	struct out *o = arg;

	if (!o->json)
		end_grid(o);
	on_row(o, titles, n);
}

static void on_text(void *arg, const char *text)
{
	struct out *o = arg;

	if (!o->json)
		out_text(o, text);
}

static void on_result(void *arg, const struct json *j)
{
	struct out *o = arg;
	struct buf text = BUF_INIT((size_t)1 << 30);

	if (!o->json)
		return;
	o->told = true;
	if (o->width)
		json_write_pretty(&text, j);
	else
		json_write(&text, j);
	buf_addc(&text, '\n');
	out_write(o, buf_str(&text), text.len);
	buf_clear(&text);
}

static void on_progress(void *arg, const char *text)
{
	struct buf lines = BUF_INIT(BUF_TEXT_MAX);

	(void)arg;
	add_clean_lines(&lines, text);
	fputs(buf_str(&lines), stderr);
	buf_clear(&lines);
}

void out_io(struct out *o, struct command_io *io)
{
	*io = (struct command_io){ .json = o->json,
				   .columns = on_columns,
				   .row = on_row,
				   .text = on_text,
				   .result = on_result,
				   .progress = on_progress,
				   .arg = o };
}
