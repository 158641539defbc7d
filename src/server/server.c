#include "server/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/text.h"
#include "server/server_private.h"
#include "server/stream.h"
#include "store/store.h"
#include "wire/wire.h"

/*
 * Answers
 */

static void remember(struct request *q, int status, const char *text)
{
	struct err err = ERR_INIT;

	if (q->key && status < 300 &&
	    store_reply_add(engine_store(q->server->engine), q->key, q->body_hash, status, text,
			    &err) < 0)
		log_warn("the answer to %s is not remembered: %s", q->key, err.msg);
}

static void answer_text(struct request *q, int status, const char *text)
{
	remember(q, status, text);
	etag_of_answer(q, status, text);
	if (q->x)
		http_x_answer(q->x, status, NULL, text, strlen(text));
	request_free(q);
}

void answer_json(struct request *q, int status, struct json *take)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	json_write(&text, take);
	json_free(take);
	answer_text(q, status, buf_str(&text));
	buf_clear(&text);
}

void answer_err(struct request *q, const struct err *err)
{
	char id[17];

	rand_hex(id, 8);
	log_info("request %s of %s: %s", id, q->user.name, err->msg);
	answer_json(q, wire_error_status(err->code), wire_error_json(err, id));
}

void answer_or_err(struct request *q, struct json *take, const struct err *err)
{
	if (take)
		answer_json(q, 200, take);
	else
		answer_err(q, err);
}

void answer_operation(struct request *q, int64_t op)
{
	struct json *j = json_new_object();

	json_set(j, "operation", op ? json_new_int(op) : json_new_null());
	answer_json(q, op ? 202 : 200, j);
}

/*
 * Requests
 */

static void client_left(void *arg)
{
	struct request *q = arg;

	q->x = NULL; /* the work goes on; whoever asks again with the key finds the answer */
}

struct request *request_new(struct server *s, struct http_exchange *x)
{
	struct request *q = xcalloc(1, sizeof(*q));
	const struct http_peer *p = http_x_peer(x);

	q->server = s;
	q->x = x;
	q->segments = (struct strs)STRS_INIT(SEGMENTS_MAX);
	auth_user(&q->user, s->rules, p->uid, p->groups, p->n_groups, p->pid);
	http_x_set_arg(x, q, client_left);
	return q;
}

void request_free(struct request *q)
{
	strs_clear(&q->segments);
	json_free(q->body);
	free(q->key);
	free(q);
}

void answers_a_question(struct request *q)
{
	free(q->key);
	q->key = NULL;
}

const char *segment(const struct request *q, size_t i)
{
	return i < q->segments.n ? q->segments.v[i] : "";
}

const struct cluster *the_cluster(struct request *q)
{
	const struct cluster *c = engine_cluster(q->server->engine, segment(q, 2));
	struct err err;

	if (c)
		return c;
	engine_no_cluster(q->server->engine, segment(q, 2), &err);
	answer_err(q, &err);
	return NULL;
}

char *query_text(const struct request *q, const char *name)
{
	struct buf b = BUF_INIT(65536);
	bool found = q->x && http_query_get(&b, http_x_query(q->x), name) == 0;
	char *text = found ? xstrdup(buf_str(&b)) : NULL;

	buf_clear(&b);
	return text;
}

int64_t query_int(const struct request *q, const char *name, int64_t fallback)
{
	char *text = query_text(q, name);
	int64_t n = fallback;

	if (text)
		num_read(&n, text, 0, INT64_MAX);
	free(text);
	return n;
}

/* '*' stands for one segment. */
static bool path_fits(const char *pattern, const char *path)
{
	while (*pattern && *path) {
		if (*pattern == '*') {
			pattern++;
			if (*path == '/')
				return false;
			path += strcspn(path, "/");
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *pattern == *path;
}

/* A word of its own comes before a star: "/nodes/drain" is no node's name. */
static const struct route *route_find(const char *method, const char *path, bool *path_known)
{
	const struct route *found = NULL;

	*path_known = false;
	for (size_t i = 0; i < n_routes; i++) {
		if (!path_fits(routes[i].pattern, path))
			continue;
		*path_known = true;
		if (strcmp(routes[i].method, method) == 0 &&
		    (!found || strlen(routes[i].pattern) > strlen(found->pattern)))
			found = &routes[i];
	}
	return found;
}

static int body_read(struct request *q, struct err *err)
{
	size_t len;
	const char *text = http_x_body(q->x, &len);

	sha256_hex(q->body_hash, text, len);
	if (len == 0)
		return 0;
	q->body = json_parse(text, len, err);
	if (!q->body)
		return err_wrap(err, "request body");
	if (!json_is(q->body, JSON_OBJECT))
		return err_set(err, ERR_PARSE, "request body: an object is expected");
	return 0;
}

/* R9.2: true when the answer was known and given again. */
static bool answered_before(struct request *q)
{
	const char *key = http_x_header(q->x, "Idempotency-Key");
	char hash[65], *body = NULL;
	int status;
	struct err err;

	if (!key || strcmp(http_x_method(q->x), "POST") != 0)
		return false;
	q->key = xasprintf("%lu %.100s %s", (unsigned long)q->user.uid, key, http_x_path(q->x));
	if (store_reply_get(engine_store(q->server->engine), q->key, hash, &status, &body,
			    NULL) < 0)
		return false;
	if (strcmp(hash, q->body_hash) != 0) {
		err_set(&err, ERR_INVALID, "this Idempotency-Key was used with another body");
		answer_err(q, &err);
	} else {
		free(q->key);
		q->key = NULL;
		answer_text(q, status, body);
	}
	free(body);
	return true;
}

/* The route that may be gone; NULL: err says why not. */
static const struct route *route_of(struct request *q, struct err *err)
{
	bool known;
	const char *path = http_x_path(q->x);
	const struct route *r = route_find(http_x_method(q->x), path, &known);

	if (q->user.role == ROLE_NONE)
		err_set(
		    err, ERR_DENIED,
		    "%s has no role here: an admin grants one in the configuration (roles:)",
		    q->user.name);
	else if (!r)
		err_set(err, ERR_NOT_FOUND,
			known ? "%s does not take this method" : "there is no %s", path);
	else if (q->user.role < r->needs)
		err_set(
		    err, ERR_DENIED,
		    "%s needs the role %s; %s is %s: an admin grants more in the configuration (roles:)",
		    path, role_name(r->needs), q->user.name, role_name(q->user.role));
	else if (strs_split(&q->segments, path + 1, strlen(path) - 1, '/') < 0)
		err_set(err, ERR_NOT_FOUND, "there is no %s", path);
	else
		return r;
	return NULL;
}

/* R1.6: in one place, so that no handler can forget it. */
static int may_go(struct request *q, const struct route *r, struct err *err)
{
	return route_in_safe_mode(r) ? 0 : engine_refuses(q->server->engine, err);
}

/* The answer is on its way only after this turn: an engine that ends here has told nobody.
 * Without room there is no transaction around what may still be done then (R2.5). */
static void run_whole(struct request *q, const struct route *r)
{
	struct engine *e = q->server->engine;
	struct store *st = engine_store(e);
	struct err err = ERR_INIT;
	bool whole = q->key && route_is_one_act(r);
	bool begun = whole && store_begin(st, NULL) == 0;

	r->run(q); /* q is gone */
	if (whole)
		(void)FAILPOINT("server.answer");
	if (begun && store_begun(st) && store_commit(st, &err) < 0)
		engine_fatal(e, &err);
	if (whole)
		(void)FAILPOINT("server.answered");
}

/*
 * A cluster that is to be made waits until it is known what its region sells: a name that is no
 * region, and a size that it lacks, are refused here and not at the start
 */

struct parked {
	struct request *q;
	const struct route *route;
};

static void go_on(void *arg, bool ends)
{
	struct parked *p = arg;

	if (ends)
		request_free(p->q);
	else
		run_whole(p->q, p->route);
	free(p);
}

static bool is_parked(struct request *q, const struct route *r)
{
	struct strs params = STRS_INIT(CLUSTER_PARAMS_MAX);
	struct parked *p;
	bool waits;

	if (r->run != create_cluster)
		return false;
	p = xcalloc(1, sizeof(*p));
	*p = (struct parked){ .q = q, .route = r };
	waits = texts_read(&params, json_get(q->body, "params"), "params", NULL) == 0 &&
		engine_region_await(q->server->engine, json_str(q->body, "template", ""),
				    &params, go_on, p);
	strs_clear(&params);
	if (!waits)
		free(p);
	return waits;
}

static void dispatch(struct request *q)
{
	struct err err = ERR_INIT;
	const struct route *r = route_of(q, &err);

	if (!r || may_go(q, r, &err) < 0 || body_read(q, &err) < 0)
		answer_err(q, &err);
	else if (!answered_before(q) && match_fits(q, r) && !is_parked(q, r))
		run_whole(q, r);
}

static void on_request(void *arg, struct http_exchange *x)
{
	struct request *q = request_new(arg, x);

	loop_doing(q->server->loop, "a request of a client");
	dispatch(q);
}

static void on_change(void *arg)
{
	loop_doing(((struct server *)arg)->loop, "news for clients");
	streams_flush(arg);
}

struct server *server_new(struct loop *loop, struct engine *e, const struct server_options *o,
			  struct err *err)
{
	const struct limits *l = o->limits;
	const struct http_server_options http = {
		.limits = { .head_max = (size_t)limits_get(l, LIMIT_REQUEST_HEAD),
			    .body_max = (size_t)limits_get(l, LIMIT_REQUEST_BODY) },
		.clients_max = (unsigned int)limits_get(l, LIMIT_CLIENTS),
		.clients_per_peer = (unsigned int)limits_get(l, LIMIT_CLIENTS_PER_USER),
		.backlog_max = (size_t)limits_get(l, LIMIT_STREAM_BACKLOG),
		.refuse_origin = true
	};
	struct server *s = xcalloc(1, sizeof(*s));

	s->loop = loop;
	s->engine = e;
	s->rules = o->rules;
	s->site = xstrdup(o->site ? o->site : "");
	s->rows = rows_cache_new(e);
	s->http = http_server_new(loop, &http, on_request, s);
	if (http_server_listen_unix(s->http, o->socket_path, o->socket_mode, err) < 0) {
		server_free(s);
		return NULL;
	}
	engine_on_change(e, on_change, s);
	return s;
}

void server_stop_accepting(struct server *s)
{
	http_server_stop_accepting(s->http);
}

void server_free(struct server *s)
{
	if (!s)
		return;
	engine_on_change(s->engine, NULL, NULL);
	http_server_free(s->http); /* ends the streams */
	rows_cache_free(s->rows);
	free(s->site);
	free(s);
}
