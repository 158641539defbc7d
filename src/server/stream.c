#include "server/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "server/lag.h"
#include "server/window.h"
#include "wire/wire.h"

#define WINDOWS_MAX 32
#define PACE_MS	    250
#define BEAT_MS	    15000
#define PULSE_MS    3000 /* an empty line says that the loop turns; the hello tells how often */
#define LINE_BYTES                                                                             \
	((size_t)512 << 10) /* a window's line takes no further row then; the rest follows */
#define WAIT_BYTES ((size_t)256 << 10) /* unread by the client: no further line now */
#define FLUSH_MAX  ((size_t)4 << 20)

struct sent_row { /* of a row as the client has it */
	uint64_t id, bytes, text;
};

struct stream_window {
	struct window_view view;
	char error[320];
	bool told; /* the client has a picture, or the error */
	struct sent_row *rows;
	size_t n;
	int64_t total, shown, offset;
};

struct stream {
	struct server *server;
	struct stream *next;
	char id[33];
	struct user user;
	struct http_exchange *x;
	struct stream_window **windows;
	size_t n;
	uint64_t engine_row;
	struct timer *again, *beat, *pulse;
	int64_t flushed_ms;
	struct lag lag;
	bool behind; /* too far: nothing more is sent before all is read, and then all anew */
};

/* Paces are of the real world, timers of base/clock. */
static int64_t scaled(int64_t ms)
{
	return (int64_t)((double)ms * clock_factor());
}

/*
 * Windows
 */

static void window_free(struct stream_window *w)
{
	window_view_close(&w->view);
	free(w->rows);
	free(w);
}

static struct stream_window *window_new(const struct window *want)
{
	struct stream_window *w = xcalloc(1, sizeof(*w));
	struct err err = ERR_INIT;

	if (window_view_open(&w->view, want, &err) < 0)
		snprintf(w->error, sizeof(w->error), "%s", err.msg);
	return w;
}

static bool same_rows(const struct window *a, const struct window *b)
{
	return a->noun == b->noun && strcmp(a->cluster, b->cluster) == 0 &&
	       strcmp(a->filter, b->filter) == 0 && strcmp(a->sort, b->sort) == 0 &&
	       strcmp(a->shade, b->shade) == 0 && a->fold == b->fold && a->ended == b->ended;
}

/* What the client has of a window that only moved is not sent again. */
static struct stream_window *window_keep(struct stream *st, const struct window *want)
{
	for (size_t i = 0; i < st->n; i++) {
		struct stream_window *w = st->windows[i];

		if (!w || strcmp(w->view.want.id, want->id) != 0)
			continue;
		if (!same_rows(&w->view.want, want))
			return NULL;
		window_view_move(&w->view, want->offset, want->count);
		st->windows[i] = NULL;
		return w;
	}
	return NULL;
}

static void windows_clear(struct stream *st)
{
	for (size_t i = 0; i < st->n; i++)
		if (st->windows[i])
			window_free(st->windows[i]);
	free(st->windows);
	st->windows = NULL;
	st->n = 0;
}

static void windows_set(struct stream *st, const struct window *want, size_t n)
{
	struct stream_window **windows = xcalloc(n + 1, sizeof(struct stream_window *));

	for (size_t i = 0; i < n; i++) {
		windows[i] = window_keep(st, &want[i]);
		if (!windows[i])
			windows[i] = window_new(&want[i]);
	}
	windows_clear(st);
	st->windows = windows;
	st->n = n;
}

/*
 * Lines
 */

static uint64_t text_print(const char *text, size_t len)
{
	return fingerprint(text, len, 0);
}

/* A cluster's ages and its money move all the time: their moments and its cents count. */
static uint64_t cluster_print(const struct cluster_row *row, int64_t now_ms)
{
	struct cluster_row still = *row; /* borrowed members */
	struct cluster_view *v = &still.view;
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	uint64_t print;

	v->queue_age_ms = v->queue_age_ms < 0 ? -1 : (now_ms - v->queue_age_ms + 500) / 1000;
	v->cloud_age_ms = v->cloud_age_ms < 0 ? -1 : (now_ms - v->cloud_age_ms + 500) / 1000;
	v->spent = (double)(int64_t)(v->spent * 100);
	v->today = (double)(int64_t)(v->today * 100);
	v->month = (double)(int64_t)(v->month * 100);
	row_as_text(&text, NOUN_CLUSTER, &still);
	print = text_print(buf_str(&text), text.len);
	buf_clear(&text);
	return print;
}

/* Adds the row's text to line unless the client has it so. true: added. */
static bool add_changed(struct buf *line, const char *before, const struct rows *rows,
			const void *row, struct sent_row *now, const struct sent_row *old)
{
	size_t start = line->len, text;

	if (old && now->bytes && now->bytes == old->bytes) {
		now->text = old->text;
		return false;
	}
	buf_adds(line, before);
	text = line->len;
	row_as_text(line, rows->noun, row);
	now->text = rows->noun == NOUN_CLUSTER
			? cluster_print(row, clock_utc_ms())
			: text_print(line->data + text, line->len - text);
	if (!old || old->text != now->text)
		return true;
	line->len = start;
	line->data[start] = '\0';
	return false;
}

static void line_begin(struct buf *line, const struct stream *st, const struct stream_window *w)
{
	buf_addf(line, "{\"rev\":%llu,\"window\":",
		 (unsigned long long)engine_revision(st->server->engine));
	json_quote(line, w->view.want.id);
}

static void add_counts(struct buf *line, const struct stream_window *w)
{
	buf_addf(line, ",\"total\":%lld,\"shown\":%lld", (long long)w->view.total,
		 (long long)w->view.shown);
}

static size_t find_sent(const struct stream_window *w, uint64_t id, size_t hint)
{
	for (size_t k = 0; k < w->n; k++) {
		size_t i = hint + k < w->n ? hint + k : hint + k - w->n;

		if (w->rows[i].id == id)
			return i;
	}
	return w->n;
}

/* The whole window. What the client has already is a number; each has one use. */
static void add_rows(struct buf *line, struct stream *st, struct stream_window *w,
		     const struct rows *rows, struct sent_row *now)
{
	const struct window *want = &w->view.want;
	size_t start = line->len, hint = 0, i;

	line_begin(line, st, w);
	buf_addf(line, ",\"noun\":\"%s\",\"cluster\":", noun_name(want->noun));
	json_quote(line, want->cluster);
	add_counts(line, w);
	buf_addf(line, ",\"offset\":%lld,\"rows\":[", (long long)w->view.offset);
	for (i = 0; i < w->view.n && line->len - start < LINE_BYTES; i++) {
		size_t k = find_sent(w, now[i].id, hint);
		bool had = k < w->n;

		if (!add_changed(line, i ? "," : "", rows, window_view_row(&w->view, rows, i),
				 &now[i], had ? &w->rows[k] : NULL))
			buf_addf(line, "%s%zu", i ? "," : "", k);
		if (had) {
			w->rows[k].id = UINT64_MAX;
			hint = k + 1;
		}
	}
	buf_adds(line, "]}\n");
	w->n = i;
}

static void add_set(struct buf *line, struct stream *st, struct stream_window *w,
		    const struct rows *rows, struct sent_row *now)
{
	size_t start = line->len, first;

	line_begin(line, st, w);
	add_counts(line, w);
	buf_adds(line, ",\"set\":{");
	first = line->len;
	for (size_t i = 0; i < w->n; i++) {
		char before[32];

		snprintf(before, sizeof(before), "%s\"%zu\":", line->len > first ? "," : "", i);
		add_changed(line, before, rows, window_view_row(&w->view, rows, i), &now[i],
			    &w->rows[i]);
	}
	if (line->len > first || w->view.total != w->total || w->view.shown != w->shown) {
		buf_adds(line, "}}\n");
	} else {
		line->len = start;
		line->data[start] = '\0';
	}
}

static bool is_shifted(const struct stream_window *w, const struct sent_row *now)
{
	if (!w->told || w->n != w->view.n || w->offset != w->view.offset)
		return true;
	for (size_t i = 0; i < w->n; i++)
		if (w->rows[i].id != now[i].id)
			return true;
	return false;
}

static void add_picture(struct buf *out, struct stream *st, struct stream_window *w,
			const struct rows *rows)
{
	struct sent_row *now = xcalloc(w->view.n + 1, sizeof(*now));

	for (size_t i = 0; i < w->view.n; i++) {
		const void *row = window_view_row(&w->view, rows, i);

		now[i].id = row_id(rows->noun, row);
		now[i].bytes = row_bytes(rows, row);
	}
	if (is_shifted(w, now))
		add_rows(out, st, w, rows, now);
	else
		add_set(out, st, w, rows, now);
	free(w->rows);
	w->rows = now;
	w->total = w->view.total;
	w->shown = w->view.shown;
	w->offset = w->view.offset;
	w->told = true;
}

static void add_error(struct buf *out, struct stream_window *w)
{
	if (w->told)
		return;
	buf_adds(out, "{\"window\":");
	json_quote(out, w->view.want.id);
	buf_adds(out, ",\"error\":");
	json_quote(out, w->error);
	buf_adds(out, "}\n");
	w->told = true;
}

static void flush_window(struct buf *out, struct stream *st, struct stream_window *w)
{
	struct rows rows;
	bool whole = w->told && w->n == w->view.n;

	if (w->error[0]) {
		add_error(out, w);
		return;
	}
	window_view_rows(&rows, st->server->rows, &w->view, clock_utc_ms());
	if (window_view_look(&w->view, &rows, clock_utc_ms()) || !whole)
		add_picture(out, st, w, &rows);
	rows_clear(&rows);
}

/*
 * The stream
 */

static uint64_t engine_print(struct server *s, const struct user *u, struct buf *text)
{
	struct json *row = engine_row_json(s, u), *still = json_copy(row);
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	uint64_t print;

	json_write(text, row);
	json_del(still, "now_ms");
	json_del(still, "loop_lag_ms");
	json_del(still, "loop_work_ms");
	json_write(&b, still);
	print = text_print(buf_str(&b), b.len);
	buf_clear(&b);
	json_free(still);
	json_free(row);
	return print;
}

static void add_engine(struct buf *out, struct stream *st)
{
	struct buf row = BUF_INIT(BUF_TEXT_MAX);
	uint64_t print = engine_print(st->server, &st->user, &row);

	if (print != st->engine_row)
		buf_addf(out, "{\"rev\":%llu,\"engine\":%s}\n",
			 (unsigned long long)engine_revision(st->server->engine),
			 buf_str(&row));
	st->engine_row = print;
	buf_clear(&row);
}

static void add_hello(struct buf *out, struct stream *st)
{
	struct buf row = BUF_INIT(BUF_TEXT_MAX);

	st->engine_row = engine_print(st->server, &st->user, &row);
	buf_addf(out,
		 "{\"hello\":{\"stream\":\"%s\",\"pulse_ms\":%d,\"engine\":%s},\"rev\":%llu}\n",
		 st->id, PULSE_MS, buf_str(&row),
		 (unsigned long long)engine_revision(st->server->engine));
	buf_clear(&row);
}

/* R9.6. Of what it has missed meanwhile nothing counts: it gets whole pictures. */
static void add_resync(struct buf *out, struct stream *st)
{
	buf_addf(out, "{\"rev\":%llu,\"resync\":true}\n",
		 (unsigned long long)engine_revision(st->server->engine));
	st->behind = false;
	st->engine_row = 0;
	for (size_t i = 0; i < st->n; i++) {
		st->windows[i]->told = false;
		st->windows[i]->n = 0;
	}
}

/* true: it is too far behind, and has not read all yet. */
static bool is_behind(struct stream *st, size_t unread)
{
	int64_t waits = lag_look(&st->lag, unread, clock_mono_ms());

	if (!st->behind && waits > scaled(LAG_MOST_MS)) {
		log_debug("stream %s of %s is %lld ms behind", st->id, st->user.name,
			  (long long)waits);
		st->behind = true;
	}
	return st->behind && unread > 0;
}

/* A refused write has cut the connection: on_close follows in the next turn. */
static void send_lines(struct stream *st, struct buf *out)
{
	if (out->len && http_x_stream_write(st->x, out->data, out->len) == 0) {
		timer_set(st->beat, scaled(BEAT_MS));
		timer_set(st->pulse, scaled(PULSE_MS));
		lag_wrote(&st->lag, http_x_stream_backlog(st->x), clock_mono_ms());
	}
	buf_clear(out);
}

static bool is_unfinished(const struct stream *st)
{
	for (size_t i = 0; i < st->n; i++)
		if (!st->windows[i]->told || st->windows[i]->n != st->windows[i]->view.n)
			return true;
	return false;
}

static void write_changes(struct stream *st)
{
	struct buf out = BUF_INIT(FLUSH_MAX);
	size_t unread = http_x_stream_backlog(st->x);
	bool held = false;

	st->flushed_ms = clock_mono_ms();
	if (is_behind(st, unread)) {
		timer_set(st->again, scaled(PACE_MS));
		return;
	}
	if (st->behind)
		add_resync(&out, st);
	add_engine(&out, st);
	for (size_t i = 0; i < st->n; i++) {
		held = unread + out.len > WAIT_BYTES;
		if (held)
			break;
		flush_window(&out, st, st->windows[i]);
	}
	send_lines(st, &out);
	if (held || is_unfinished(st))
		timer_set(st->again, scaled(PACE_MS));
}

void stream_flush(struct stream *st)
{
	int64_t wait = st->flushed_ms + scaled(PACE_MS) - clock_mono_ms();

	if (wait <= 0)
		write_changes(st);
	else if (!timer_on(st->again))
		timer_set(st->again, wait);
}

void streams_flush(struct server *s)
{
	for (struct stream *st = s->streams; st; st = st->next)
		stream_flush(st);
}

static void on_again(void *arg)
{
	write_changes(arg);
}

/* One that is behind has something to read. */
static void on_pulse(void *arg)
{
	struct stream *st = arg;
	size_t unread = http_x_stream_backlog(st->x);

	if (is_behind(st, unread))
		timer_set(st->again, scaled(PACE_MS));
	else if (unread == 0)
		http_x_stream_write(st->x, "\n", 1);
	timer_set(st->pulse, scaled(PULSE_MS));
}

/* Ages pass their limits and files change without the engine: they are looked at here. */
static void on_beat(void *arg)
{
	struct stream *st = arg;
	struct buf out = BUF_INIT(1024);

	write_changes(st);
	if (timer_on(st->beat))
		return; /* something was to be told */
	if (st->behind) {
		timer_set(st->beat, scaled(BEAT_MS));
		return;
	}
	buf_addf(&out, "{\"rev\":%llu,\"now_ms\":%lld}\n",
		 (unsigned long long)engine_revision(st->server->engine),
		 (long long)clock_utc_ms());
	send_lines(st, &out);
}

/* The client left, or the server ends. */
static void stream_free(void *arg)
{
	struct stream *st = arg;
	struct stream **at = &st->server->streams;

	while (*at != st)
		at = &(*at)->next;
	*at = st->next;
	if (!st->server->streams)
		rows_cache_drop(st->server->rows);
	log_debug("stream %s of %s ended", st->id, st->user.name);
	windows_clear(st);
	timer_free(st->again);
	timer_free(st->beat);
	timer_free(st->pulse);
	free(st);
}

static struct stream *stream_new(struct request *q)
{
	struct stream *st = xcalloc(1, sizeof(*st));

	st->server = q->server;
	st->user = q->user;
	st->x = q->x;
	rand_hex(st->id, 16);
	st->again = timer_new(q->server->loop, on_again, st);
	st->beat = timer_new(q->server->loop, on_beat, st);
	st->pulse = timer_new(q->server->loop, on_pulse, st);
	st->next = q->server->streams;
	q->server->streams = st;
	return st;
}

/*
 * Requests
 */

/* Half a filter would pass other rows. */
static bool was_cut(const struct window *w, const struct json *j)
{
	return strcmp(json_str(j, "id", ""), w->id) != 0 ||
	       strcmp(json_str(j, "cluster", ""), w->cluster) != 0 ||
	       strcmp(json_str(j, "filter", ""), w->filter) != 0 ||
	       strcmp(json_str(j, "sort", ""), w->sort) != 0;
}

static int read_windows(struct window *out, size_t *n, const struct request *q, struct err *err)
{
	const struct json *list = json_get(q->body, "windows");

	if (!json_is(list, JSON_ARRAY) || json_len(list) > WINDOWS_MAX)
		return err_set(err, ERR_INVALID, "\"windows\" is a list of at most %d windows",
			       WINDOWS_MAX);
	for (*n = 0; *n < json_len(list); ++*n) {
		if (wire_window_read(&out[*n], json_at(list, *n), err) < 0)
			return err_wrap(err, "window %zu", *n + 1);
		if (was_cut(&out[*n], json_at(list, *n)))
			return err_set(err, ERR_INVALID, "window %zu: a text is too long",
				       *n + 1);
		for (size_t i = 0; i < *n; i++)
			if (strcmp(out[i].id, out[*n].id) == 0)
				return err_set(err, ERR_INVALID,
					       "two windows are called \"%s\"", out[i].id);
	}
	return 0;
}

void open_stream(struct request *q)
{
	struct window want[WINDOWS_MAX];
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT(BUF_TEXT_MAX);
	struct stream *st;
	size_t n;

	if (read_windows(want, &n, q, &err) < 0) {
		answer_err(q, &err);
		return;
	}
	st = stream_new(q);
	windows_set(st, want, n);
	http_x_set_arg(st->x, st, stream_free);
	http_x_stream_begin(st->x, 200, "application/x-ndjson");
	request_free(q);
	add_hello(&out, st);
	send_lines(st, &out);
	write_changes(st);
}

static struct stream *stream_of(const struct request *q)
{
	struct stream *st = q->server->streams;

	while (st && (strcmp(st->id, segment(q, 2)) != 0 || st->user.uid != q->user.uid))
		st = st->next;
	return st;
}

void change_stream(struct request *q)
{
	struct window want[WINDOWS_MAX];
	struct stream *st = stream_of(q);
	struct err err = ERR_INIT;
	size_t n;

	if (!st)
		err_set(&err, ERR_NOT_FOUND, "there is no stream \"%s\"", segment(q, 2));
	if (!st || read_windows(want, &n, q, &err) < 0) {
		answer_err(q, &err);
		return;
	}
	windows_set(st, want, n);
	write_changes(st); /* somebody waits at a key: no pace */
	answer_json(q, 200, json_new_object());
}
