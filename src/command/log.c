/* What jobs and nodes write: read piece by piece, and followed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/run.h"

#define POLL_MS	   2000
#define POLL_CAP   30000
#define LINE_BYTES 256 /* of a line, more or less: how far back the last N lines begin */
#define TAIL_MAX   262144
#define TAIL_LINES 10000

struct reading {
	int64_t next, lines; /* lines: only so many of the first piece; -1 all */
	int64_t pause_ms;
	bool follow, quiet; /* quiet: it was said that nothing is written yet */
	bool wrote;
};

static void ask(struct command_run *r);

/* Whole lines; what the last one has so far is read again with its end. */
static size_t whole_lines(const char *text, bool last)
{
	size_t n = strlen(text);

	while (!last && n > 0 && text[n - 1] != '\n')
		n--;
	return n;
}

static const char *last_lines(const char *text, size_t n, int64_t lines)
{
	const char *s = text + n;

	for (s -= n > 0; s > text && lines > 0; s--)
		if (s[-1] == '\n' && --lines == 0)
			break;
	return s;
}

static void show_piece(struct command_run *r, const char *text, size_t n)
{
	if (n > 0 && text[n - 1] == '\n')
		n--;
	if (n > 0)
		show_text(r, "%.*s", (int)n, text);
}

static void wait_more(struct command_run *r, bool grew)
{
	struct reading *d = r->state;
	int64_t pause = grew ? POLL_MS : d->pause_ms * 3 / 2;

	d->pause_ms = pause < POLL_MS ? POLL_MS : pause > POLL_CAP ? POLL_CAP : pause;
	run_later(r, d->pause_ms, ask);
}

static void no_more(struct command_run *r)
{
	const struct reading *d = r->state;

	if (!d->wrote)
		show_progress(r, "job %s has written nothing%s", r->args.v[1],
			      command_option(r, "stderr") ? " to its stderr" : "");
	run_done(r);
}

static void on_piece(struct command_run *r, const struct json *j)
{
	struct reading *d = r->state;
	const char *text = json_str(j, "text", "");
	int64_t next = json_int(j, "next", 0), size = json_int(j, "size", 0);
	bool live = json_bool(j, "live", false), at_end = next >= size;
	size_t n = whole_lines(text, at_end && !(d->follow && live));
	const char *from = d->lines >= 0 ? last_lines(text, n, d->lines) : text;

	if (json_bool(j, "binary", false)) {
		run_failf(r, ERR_UNSUPPORTED,
			  "%s is no text: copy it with \"paceline cp %s:%s .\"",
			  json_str(j, "path", "it"), r->args.v[0], json_str(j, "path", ""));
		return;
	}
	if (n == 0 && !at_end) /* a line longer than a piece */
		n = strlen(text);
	d->wrote |= n > 0;
	show_piece(r, from, n - (size_t)(from - text));
	if (n > 0 || d->next < 0)
		show_result(r, j);
	d->lines = -1;
	d->next = at_end && n < strlen(text) ? next - (int64_t)strlen(text + n) : next;
	if (size < d->next) /* it was cut: written anew */
		d->next = 0;
	if (!at_end)
		ask(r);
	else if (d->follow && live)
		wait_more(r, n > 0);
	else
		no_more(r);
}

/* A job that has just begun has no file yet. */
static void on_reply(struct command_run *r, const struct json *j, const struct err *err)
{
	struct reading *d = r->state;

	if (j) {
		on_piece(r, j);
	} else if (d->follow && (err->code == ERR_CONFLICT || err->code == ERR_IO) &&
		   d->pause_ms < POLL_CAP) {
		if (!d->quiet)
			show_progress(r, "%s; looking again", err->msg);
		d->quiet = true;
		wait_more(r, false);
	} else {
		run_fail(r, err);
	}
}

static void ask(struct command_run *r)
{
	const struct reading *d = r->state;
	const char *stream = command_option(r, "stderr") ? "stderr" : "stdout";
	int64_t back = d->lines * LINE_BYTES;
	char at[SHOW_MAX];

	show_int(at, d->next < 0 ? (back < TAIL_MAX ? back : TAIL_MAX) : d->next);
	run_get_any(r,
		    client_path(d->next < 0 ? "/v1/clusters/%/jobs/%/log?stream=%&tail=%"
					    : "/v1/clusters/%/jobs/%/log?stream=%&from=%",
				r->args.v[0], r->args.v[1], stream, at, (char *)NULL),
		    on_reply);
}

int check_job_log(const struct command_run *r, struct err *err)
{
	int64_t lines;

	return option_int(r, "tail", 1, TAIL_LINES, &lines, err);
}

void run_job_log(struct command_run *r)
{
	struct reading *d = xcalloc(1, sizeof(*d));

	d->lines = -1;
	d->pause_ms = POLL_MS;
	d->follow = command_option(r, "follow") != NULL;
	run_keep(r, d, free);
	if (d->follow && !r->io->exec) {
		run_misused(r, "L on a job follows it here");
		return;
	}
	option_int(r, "tail", 1, TAIL_LINES, &d->lines, NULL);
	d->next = d->lines >= 0 ? -1 : 0;
	ask(r);
}

static void on_files(struct command_run *r, const struct json *j)
{
	const struct json *list = json_get(j, "files");
	char size[24], when[CLOCK_TEXT];

	if (json_len(list) > 0)
		show_columns(r, "FILE", "SIZE", "WRITTEN", "WHAT");
	else
		show_progress(r, "job %s has written no file", r->args.v[1]);
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *f = json_at(list, i);
		bool folder = json_bool(f, "folder", false);

		show_row(r, json_str(f, "path", "?"),
			 folder ? "-" : size_text(size, json_int(f, "size", 0)),
			 show_time(when, json_int(f, "written_s", 0) * 1000),
			 folder ? "folder" : json_str(f, "what", ""));
	}
	if (json_bool(j, "cut", false))
		show_progress(r, "only the first %zu of them", json_len(list));
	show_result(r, j);
	run_done(r);
}

void run_job_files(struct command_run *r)
{
	run_get(r,
		client_path("/v1/clusters/%/jobs/%/files", r->args.v[0], r->args.v[1],
			    (char *)NULL),
		on_files);
}

static void on_node(struct command_run *r, const struct json *j)
{
	const char *text = json_str(j, "text", "");

	if (text[0])
		show_text(r, "%s", text);
	else
		show_progress(r, "node %s has written nothing yet", r->args.v[1]);
	show_result(r, j);
	run_done(r);
}

void run_node_log(struct command_run *r)
{
	run_get(
	    r,
	    client_path("/v1/clusters/%/nodes/%/log", r->args.v[0], r->args.v[1], (char *)NULL),
	    on_node);
}
