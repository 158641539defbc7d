#include "client/mirror.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/retry.h"
#include "client/client_private.h"
#include "client/mirror_private.h"
#include "wire/wire.h"

#define LINE_MAX_BYTES ((size_t)8 << 20)
#define SILENCE_MS     40000
#define PULSE_MS       15000 /* the engine says something so often, unless its hello tells better */
#define ANSWER_MS      3000 /* in which it has greeted */
#define LATE_MS	       2000 /* so much later than that it hangs */
#define TELL_MS	       10000
#define RETRY_BASE_MS  1000
#define RETRY_MIN_MS   500
#define RETRY_CAP_MS   10000
#define OLD_MS	       60000 /* a stream that ends after this was not refused */
#define WINDOWS_MAX    32
#define WAITING_MAX    ((size_t)8 << 20)

struct mirror {
	struct client *client;
	void (*on_change)(void *arg);
	void *arg;

	struct mirror_window
	    *windows[2 * WINDOWS_MAX]; /* wanted ones, and those on their way out */
	size_t n;

	struct engine_row engine;
	bool have_engine;
	uint64_t revision;

	enum mirror_link link;
	char why[320];
	char *text; /* of mirror_link_text() */
	int64_t line_ms, hello_ms, asked_ms, next_try_ms;
	unsigned int tries;
	struct rng rng;

	char stream[64];
	struct http_local *call, *telling; /* the stream; a change of its windows */
	struct buf body;
	struct buf line;
	bool held;	    /* the picture stands still */
	struct buf waiting; /* lines that came meanwhile, each with its end */
	bool changed, broken;
	struct turn_end *turn;
	struct timer *again, *silence, *hush;
	int64_t pulse_ms; /* the next line is due within this */
	bool quiet;
};

/* These waits are of the real world, timers and the monotonic clock of base/clock. */
static int64_t scaled(int64_t ms)
{
	return (int64_t)((double)ms * clock_factor());
}

static int64_t unscaled(int64_t ms)
{
	return (int64_t)((double)ms / clock_factor());
}

static void note_change(struct mirror *m)
{
	m->changed = true;
	turn_end_ask(m->turn);
}

/*
 * Windows
 */

static struct mirror_window *window_find(const struct mirror *m, const char *id)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->windows[i]->want.id, id) == 0)
			return m->windows[i];
	return NULL;
}

static void window_free(struct mirror_window *w)
{
	mirror_rows_clear(w);
	free(w);
}

static bool same_window(const struct window *a, const struct window *b)
{
	return a->noun == b->noun && a->offset == b->offset && a->count == b->count &&
	       strcmp(a->cluster, b->cluster) == 0 && strcmp(a->filter, b->filter) == 0 &&
	       strcmp(a->sort, b->sort) == 0 && strcmp(a->shade, b->shade) == 0 &&
	       a->fold == b->fold && a->ended == b->ended;
}

/* A window that is not wanted goes once the engine has a list without it. */
static void forget_dropped(struct mirror *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (m->windows[i]->wanted || m->windows[i]->told)
			m->windows[kept++] = m->windows[i];
		else
			window_free(m->windows[i]);
	}
	m->n = kept;
}

static bool engine_knows(const struct mirror *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (!m->windows[i]->wanted || !m->windows[i]->known)
			return false;
	return true;
}

void mirror_watch(struct mirror *m, const struct window *w, size_t n)
{
	for (size_t i = 0; i < m->n; i++)
		m->windows[i]->wanted = false;
	for (size_t i = 0; i < n && i < WINDOWS_MAX; i++) {
		struct mirror_window *have = window_find(m, w[i].id);

		if (!have && m->n == ARRAY_LEN(m->windows))
			continue;
		if (!have) {
			have = xcalloc(1, sizeof(*have));
			pool_init(&have->pool);
			m->windows[m->n++] = have;
		}
		have->known = have->known && same_window(&have->want, &w[i]);
		have->owed = have->owed || !have->known;
		have->want = w[i];
		have->wanted = true;
	}
	turn_end_ask(m->turn);
}

/* Marks each window as told; the text is in m->body. */
static void write_windows(struct mirror *m)
{
	struct json *j = json_new_object(), *list = json_set_array(j, "windows");

	for (size_t i = 0; i < m->n; i++) {
		if (m->windows[i]->wanted)
			json_add(list, wire_window_json(&m->windows[i]->want));
		m->windows[i]->told = m->windows[i]->known = m->windows[i]->wanted;
	}
	buf_reset(&m->body);
	json_write(&m->body, j);
	json_free(j);
}

/*
 * Lines
 */

static void apply_engine(struct mirror *m, const struct json *row)
{
	if (wire_engine_row_read(&m->engine, row, NULL) == 0)
		m->have_engine = true;
}

static void apply_hello(struct mirror *m, const struct json *hello)
{
	snprintf(m->stream, sizeof(m->stream), "%s", json_str(hello, "stream", ""));
	m->pulse_ms = json_int(hello, "pulse_ms", PULSE_MS);
	apply_engine(m, json_get(hello, "engine"));
	m->link = MIRROR_LIVE;
	m->hello_ms = clock_mono_ms();
	m->tries = 0;
	m->why[0] = '\0';
}

static int apply_window(struct mirror *m, struct mirror_window *w, const struct json *line,
			struct err *err)
{
	const char *text = json_str(line, "error", NULL);

	/* what was under way when it changed is no answer yet */
	w->owed = w->owed && m->stream[0] && !w->known;
	if (text) {
		free(w->error);
		w->error = xstrdup(text);
		return 0;
	}
	if (json_get(line, "rows"))
		return mirror_rows_replace(w, line, m->revision, err);
	return mirror_rows_set(w, line, m->revision, err);
}

static int apply_json(struct mirror *m, const struct json *j, struct err *err)
{
	const char *id = json_str(j, "window", NULL);
	struct mirror_window *w = id ? window_find(m, id) : NULL;
	int rc = 0;

	if (!json_is(j, JSON_OBJECT))
		return err_set(err, ERR_PARSE, "a line of the stream is no object");
	m->revision = (uint64_t)json_int(j, "rev", (int64_t)m->revision);
	if (json_get(j, "hello"))
		apply_hello(m, json_get(j, "hello"));
	else if (json_get(j, "engine"))
		apply_engine(m, json_get(j, "engine"));
	else if (w)
		rc = apply_window(m, w, j, err);
	m->engine.now_ms = json_int(j, "now_ms", m->engine.now_ms);
	return rc;
}

/* Lines that were under way when the windows changed may count on rows that are gone: what
 * follows them is whole. */
int mirror_apply(struct mirror *m, const char *line, size_t len, struct err *err)
{
	struct json *j = json_parse(line, len, err);
	struct err mine = ERR_INIT;
	int rc = j ? apply_json(m, j, &mine) : -1;

	json_free(j);
	if (j && rc < 0 && mine.code == ERR_CONFLICT)
		return 0;
	if (j && rc < 0)
		err_set(err, mine.code, "%s", mine.msg);
	if (rc == 0)
		note_change(m);
	return rc;
}

/*
 * The connection
 */

static void hang_up(struct mirror *m)
{
	if (m->call)
		http_local_cancel(m->call);
	if (m->telling)
		http_local_cancel(m->telling);
	m->call = m->telling = NULL;
	m->stream[0] = '\0';
	timer_stop(m->silence);
	timer_stop(m->hush);
	m->quiet = false;
	buf_clear(&m->line);
	buf_clear(&m->waiting);
}

/* The picture stays; the next one is whole. */
static void lose(struct mirror *m, const char *why)
{
	int64_t wait =
	    retry_delay_ms(m->tries, RETRY_BASE_MS, RETRY_CAP_MS, RETRY_MIN_MS, &m->rng);

	hang_up(m);
	m->tries++;
	m->broken = false;
	m->link = MIRROR_LOST;
	snprintf(m->why, sizeof(m->why), "%s", why);
	log_debug("stream lost: %s; trying again in %lld ms", why, (long long)wait);
	m->next_try_ms = clock_mono_ms() + scaled(wait);
	timer_set(m->again, scaled(wait));
	note_change(m);
}

/* Outside of the callback that found out. */
static void lose_soon(struct mirror *m, const char *why)
{
	if (m->broken)
		return;
	m->broken = true;
	snprintf(m->why, sizeof(m->why), "%s", why);
	turn_end_ask(m->turn);
}

/* Lines change what the ones before them made: none may be left out. */
static void apply_waiting(struct mirror *m)
{
	struct err err = ERR_INIT;
	const char *at = buf_str(&m->waiting), *end;

	while (!m->broken && (end = strchr(at, '\n'))) {
		if (mirror_apply(m, at, (size_t)(end - at), &err) < 0)
			lose_soon(m, err.msg);
		at = end + 1;
	}
	buf_clear(&m->waiting);
}

/* A window that was just asked for is answered also while the picture stands still. */
static bool waits(const struct mirror *m)
{
	if (!m->held || m->link != MIRROR_LIVE)
		return false;
	for (size_t i = 0; i < m->n; i++)
		if (m->windows[i]->wanted && m->windows[i]->owed)
			return false;
	return true;
}

void mirror_line(struct mirror *m, const char *line, size_t len)
{
	struct err err = ERR_INIT;

	m->line_ms = clock_mono_ms();
	if (len == 0)
		return;
	if (waits(m) && buf_add(&m->waiting, line, len) == 0 &&
	    buf_addc(&m->waiting, '\n') == 0)
		return;
	apply_waiting(m);
	if (!m->broken && mirror_apply(m, line, len, &err) < 0)
		lose_soon(m, err.msg);
}

void mirror_hold(struct mirror *m, bool on)
{
	m->held = on;
	if (!on)
		apply_waiting(m);
}

static void await_line(struct mirror *m)
{
	timer_set(m->hush, scaled(m->pulse_ms + LATE_MS));
}

/* Told again while it lasts, as its length grows. */
static void on_hush(void *arg)
{
	struct mirror *m = arg;

	m->quiet = true;
	note_change(m);
	await_line(m);
}

static void on_bytes(void *arg, const char *data, size_t n)
{
	struct mirror *m = arg;
	const char *end;

	timer_set(m->silence, scaled(SILENCE_MS));
	while (!m->broken && n && (end = memchr(data, '\n', n))) {
		size_t len = (size_t)(end - data);

		if (m->line.len == 0) {
			mirror_line(m, data, len);
		} else if (buf_add(&m->line, data, len) == 0) {
			mirror_line(m, m->line.data, m->line.len);
			buf_reset(&m->line);
		} else {
			break;
		}
		data += len + 1;
		n -= len + 1;
	}
	if (!m->broken && n && buf_add(&m->line, data, n) < 0)
		lose_soon(m, "the engine sent a line without an end");
	if (m->quiet)
		note_change(m);
	m->quiet = false;
	await_line(m);
}

/* The engine ends each stream after its hour: nothing is lost. */
static bool renewed(struct mirror *m)
{
	if (m->link != MIRROR_LIVE || clock_mono_ms() - m->hello_ms < scaled(OLD_MS))
		return false;
	hang_up(m);
	timer_set(m->again, 0);
	return true;
}

static void on_stream_end(void *arg, const struct http_reply *reply, const struct err *err)
{
	struct mirror *m = arg;
	struct err why = ERR_INIT;

	m->call = NULL;
	if (!reply) {
		lose(m, err->msg);
	} else if (reply->status >= 300) {
		client_reply_err(&why, reply);
		lose(m, why.msg);
	} else if (!renewed(m)) {
		lose(m, "");
	}
}

void mirror_reload(struct mirror *m)
{
	if (m->link != MIRROR_LIVE)
		return; /* it tries by itself */
	hang_up(m);
	timer_set(m->again, 0);
}

static void on_silence(void *arg)
{
	lose(arg, "");
}

static void connect_stream(void *arg)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	struct mirror *m = arg;
	struct http_local_request q = { .socket = client_socket(m->client),
					.method = "POST",
					.target = "/v1/stream",
					.headers = headers,
					.total_ms = -1,
					.on_body = on_bytes };
	struct err err = ERR_INIT;

	if (client_check_socket(m->client, &err) < 0) {
		lose(m, err.msg);
		return;
	}
	write_windows(m);
	forget_dropped(m);
	q.body = buf_str(&m->body);
	q.body_len = m->body.len;
	m->call = http_local_send(client_loop(m->client), &q, on_stream_end, m);
	timer_set(m->silence, scaled(SILENCE_MS));
	m->pulse_ms = ANSWER_MS;
	m->asked_ms = clock_mono_ms();
	await_line(m);
}

static void on_told(void *arg, const struct http_reply *reply, const struct err *err)
{
	struct mirror *m = arg;
	struct err why = ERR_INIT;

	m->telling = NULL;
	if (!reply) {
		lose(m, err->msg);
		return;
	}
	if (reply->status >= 300) {
		client_reply_err(&why, reply);
		lose(m, why.msg);
		return;
	}
	forget_dropped(m);
	turn_end_ask(m->turn);
}

static void tell_windows(struct mirror *m)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	char *path = xasprintf("/v1/stream/%s", m->stream);
	struct http_local_request q = { .socket = client_socket(m->client),
					.method = "PUT",
					.target = path,
					.headers = headers,
					.total_ms = TELL_MS };

	write_windows(m);
	q.body = buf_str(&m->body);
	q.body_len = m->body.len;
	m->telling = http_local_send(client_loop(m->client), &q, on_told, m);
	free(path);
}

static void on_turn_end(void *arg)
{
	struct mirror *m = arg;
	bool changed;

	if (m->broken) {
		char why[sizeof(m->why)];

		snprintf(why, sizeof(why), "%s", m->why);
		lose(m, why);
	}
	if (m->stream[0] && !m->telling && !engine_knows(m))
		tell_windows(m);
	changed = m->changed;
	m->changed = false;
	if (changed)
		m->on_change(m->arg);
}

struct mirror *mirror_new(struct client *c, void (*on_change)(void *arg), void *arg)
{
	struct mirror *m = xcalloc(1, sizeof(*m));
	uint64_t seed;

	m->client = c;
	m->on_change = on_change;
	m->arg = arg;
	m->link = MIRROR_CONNECTING;
	m->line_ms = clock_mono_ms();
	m->text = xcalloc(1, sizeof(m->why) + 100);
	m->body = (struct buf)BUF_INIT(BUF_TEXT_MAX);
	m->line = (struct buf)BUF_INIT(LINE_MAX_BYTES);
	m->waiting = (struct buf)BUF_INIT(WAITING_MAX);
	rand_bytes(&seed, sizeof(seed));
	rng_seed(&m->rng, seed);
	m->turn = turn_end_new(client_loop(c), on_turn_end, m);
	m->again = timer_new(client_loop(c), connect_stream, m);
	m->silence = timer_new(client_loop(c), on_silence, m);
	m->hush = timer_new(client_loop(c), on_hush, m);
	timer_set(m->again, 0); /* the first windows go with the first request */
	return m;
}

void mirror_free(struct mirror *m)
{
	if (!m)
		return;
	hang_up(m);
	for (size_t i = 0; i < m->n; i++)
		window_free(m->windows[i]);
	turn_end_free(m->turn);
	timer_free(m->again);
	timer_free(m->silence);
	timer_free(m->hush);
	buf_clear(&m->body);
	free(m->text);
	free(m);
}

/*
 * Reading
 */

enum mirror_link mirror_link(const struct mirror *m)
{
	return m->link;
}

int64_t mirror_age_ms(const struct mirror *m)
{
	return unscaled(clock_mono_ms() - m->line_ms);
}

int64_t mirror_quiet_ms(const struct mirror *m)
{
	int64_t since = m->asked_ms > m->line_ms ? m->asked_ms : m->line_ms;

	return m->quiet ? unscaled(clock_mono_ms() - since) : 0;
}

uint64_t mirror_revision(const struct mirror *m)
{
	return m->revision;
}

const struct engine_row *mirror_engine(const struct mirror *m)
{
	return m->have_engine ? &m->engine : NULL;
}

const char *mirror_link_text(const struct mirror *m)
{
	size_t max = sizeof(m->why) + 100;
	int64_t left = unscaled(m->next_try_ms - clock_mono_ms());
	char next[48] = "trying now";

	if (m->link == MIRROR_LIVE)
		return "";
	if (m->link == MIRROR_CONNECTING)
		return m->quiet ? "the engine takes the connection and does not answer"
				: "connecting to the engine";
	if (timer_on(m->again))
		snprintf(next, sizeof(next), "trying again in %lld s",
			 (long long)((left > 0 ? left : 0) + 999) / 1000);
	if (m->have_engine || !m->why[0])
		snprintf(m->text, max, "no answer for %lld s; %s",
			 (long long)mirror_age_ms(m) / 1000, next);
	else
		snprintf(m->text, max, "%s; %s", m->why, next);
	return m->text;
}

static void set_rows(struct mirror_rows *out, const void *rows)
{
	switch (out->noun) {
	case NOUN_CLUSTER:
		out->u.clusters = rows;
		break;
	case NOUN_ARRAY:
		out->u.arrays = rows;
		break;
	case NOUN_NODE:
		out->u.nodes = rows;
		break;
	case NOUN_JOB:
		out->u.jobs = rows;
		break;
	case NOUN_EVENT:
		out->u.events = rows;
		break;
	case NOUN_OPERATION:
		out->u.operations = rows;
		break;
	case NOUN_TEMPLATE:
		out->u.templates = rows;
		break;
	case NOUN_GROUP:
		out->u.groups = rows;
		break;
	case NOUN_HISTORY:
		out->u.histories = rows;
		break;
	case NOUNS:
		break;
	}
}

/* Rows of another cluster are no answer; those of an earlier filter stay until the next come.
 */
static bool has_answer(const struct mirror_window *w)
{
	return w->have && w->noun == w->want.noun && strcmp(w->cluster, w->want.cluster) == 0;
}

bool mirror_whole(const struct mirror *m)
{
	bool whole = m->link == MIRROR_LIVE;

	for (size_t i = 0; i < m->n && whole; i++) {
		const struct mirror_window *w = m->windows[i];

		whole = !w->wanted || has_answer(w) || w->error;
	}
	return whole;
}

bool mirror_rows(const struct mirror *m, const char *window_id, struct mirror_rows *out)
{
	const struct mirror_window *w = window_find(m, window_id);

	if (!w || !w->wanted || (!has_answer(w) && !w->error))
		return false;
	*out = (struct mirror_rows){ .noun = w->want.noun,
				     .error = w->error ? w->error : "",
				     .filter = w->want.filter,
				     .answered = !w->owed };
	if (!has_answer(w))
		return true;
	out->total = w->total;
	out->shown_total = w->shown;
	out->offset = w->offset;
	out->n = w->n;
	out->changed = w->changed;
	set_rows(out, w->rows);
	return true;
}
