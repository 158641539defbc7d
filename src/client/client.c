#define _GNU_SOURCE /* struct ucred */
#include "client/client.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/retry.h"
#include "base/unix_socket.h"
#include "client/client_private.h"
#include "client/still.h"
#include "wire/wire.h"

#define REPEAT_FOR_MS 45000 /* an engine that was killed is back within this */
#define TURN_FOR_MS                                                                            \
	15000 /* others of this user have all its connections: until one is free               \
	       */
#define REPEAT_BASE_MS 200
#define REPEAT_CAP_MS  2000
#define ENGINE_USER    "paceline"

struct client {
	struct loop *loop;
	char *socket;
	uid_t engine_uid; /* -1: see owner_fits() */
	uid_t service_uid;
	struct stat checked; /* the socket that passed */
	pid_t engine_pid;    /* who listens on it */
	struct still *still; /* NULL: nobody wants to know */
	struct client_call *calls;
	struct rng rng;
};

struct client_call {
	struct client *client;
	struct client_call *next;
	char *path;
	struct buf body;
	char key[40];  /* Idempotency-Key; "" for a GET */
	char etag[80]; /* If-Match; "" none */
	struct http_local *http;
	struct timer *again;
	unsigned int tries;
	int64_t give_up_ms;  /* 0: the first failure is the answer */
	struct err given_up; /* why it is not sent again; ERR_NONE: it is */
	client_cb *cb;
	void *arg;
};

static uid_t uid_of_user(const char *name)
{
	const struct passwd *p = getpwnam(name);

	return p ? p->pw_uid : (uid_t)-1;
}

struct client *client_new(struct loop *l, const char *socket_path, uid_t engine_uid)
{
	struct client *c = xcalloc(1, sizeof(*c));
	uint64_t seed;

	c->loop = l;
	c->socket = xstrdup(socket_path);
	c->engine_uid = engine_uid;
	c->service_uid = uid_of_user(ENGINE_USER);
	rand_bytes(&seed, sizeof(seed));
	rng_seed(&c->rng, seed);
	return c;
}

void client_free(struct client *c)
{
	if (!c)
		return;
	still_free(c->still);
	for (struct client_call *call = c->calls, *next; call; call = next) {
		next = call->next;
		client_cancel(call);
	}
	free(c->socket);
	free(c);
}

struct loop *client_loop(const struct client *c)
{
	return c->loop;
}

const char *client_socket(const struct client *c)
{
	return c->socket;
}

long client_engine_pid(const struct client *c)
{
	return c->engine_pid;
}

const char *client_engine_text(const struct client *c, char out[160])
{
	if (c->engine_pid > 0)
		snprintf(out, 160, "the engine (pid %ld) on %s", (long)c->engine_pid,
			 c->socket);
	else
		snprintf(out, 160, "the engine on %s", c->socket);
	return out;
}

/*
 * Whose socket it is
 */

static bool owner_fits(const struct client *c, uid_t uid)
{
	if (c->engine_uid != (uid_t)-1)
		return uid == c->engine_uid;
	return uid == geteuid() || uid == 0 || uid == c->service_uid;
}

int client_no_engine(struct err *err, const char *path, int why)
{
	struct stat st;

	if ((why == EACCES || why == EPERM) && stat(path, &st) < 0 && errno == EACCES)
		return err_set(err, ERR_DENIED, "%s: %s: its folder is closed to you", path,
			       strerror(why));
	if (why == EACCES || why == EPERM)
		return err_set(err, ERR_DENIED,
			       "%s: %s: the engine's owner lets you in by its group", path,
			       strerror(why));
	return err_set(err, ERR_IO, "no engine answers on %s (%s)", path, strerror(why));
}

/* Who listens is the kernel's word, as the peer's of a connection. */
static int listener_of(struct ucred *out, const char *path, struct err *err)
{
	struct ucred who = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(who);
	int fd = unix_connect(path, SOCK_NONBLOCK, err), rc;

	if (fd < 0)
		return errno == ENAMETOOLONG ? -1 : client_no_engine(err, path, errno);
	rc = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len);
	if (rc < 0)
		client_no_engine(err, path, errno);
	close(fd);
	*out = who;
	return rc;
}

static bool same_socket(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

int client_check_socket(struct client *c, struct err *err)
{
	struct stat st;
	struct ucred who = { .uid = (uid_t)-1 };

	if (lstat(c->socket, &st) < 0)
		return client_no_engine(err, c->socket, errno);
	if (same_socket(&st, &c->checked))
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, ERR_INVALID, "%s is not a socket", c->socket);
	if (listener_of(&who, c->socket, err) < 0)
		return -1;
	if (!owner_fits(c, st.st_uid) || !owner_fits(c, who.uid))
		return err_set(
		    err, ERR_DENIED,
		    "%s belongs to uid %lu and uid %lu listens on it: that is no engine of yours, so nothing is sent to it",
		    c->socket, (unsigned long)st.st_uid, (unsigned long)who.uid);
	c->checked = st;
	c->engine_pid = who.pid;
	return 0;
}

/*
 * Calls
 */

static void unlink_call(struct client_call *call)
{
	struct client_call **at = &call->client->calls;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
}

static void call_free(struct client_call *call)
{
	unlink_call(call);
	timer_free(call->again);
	buf_clear(&call->body);
	free(call->path);
	free(call);
}

void client_cancel(struct client_call *call)
{
	if (call->http)
		http_local_cancel(call->http);
	call_free(call);
}

static void end(struct client_call *call, const struct json *answer, const struct err *err)
{
	client_cb *cb = call->cb;
	void *arg = call->arg;

	call_free(call);
	cb(arg, answer, err);
}

void client_reply_err(struct err *err, const struct http_reply *reply)
{
	struct json *j = json_parse(reply->body, reply->body_len, NULL);

	if (wire_error_read(err, j) < 0)
		err_set(err, ERR_INTERNAL, "the engine answered %d %s", reply->status,
			http_status_text(reply->status));
	json_free(j);
}

static bool again_within(struct client_call *call, int64_t ms)
{
	int64_t now = clock_mono_ms();

	if (!call->give_up_ms)
		call->give_up_ms = now + ms;
	if (now > call->give_up_ms)
		return false;
	timer_set(call->again, retry_delay_ms(call->tries++, REPEAT_BASE_MS, REPEAT_CAP_MS,
					      REPEAT_BASE_MS / 2, &call->client->rng));
	return true;
}

/* By one that stands still it would wait as long once more. */
static bool repeated(struct client_call *call, const struct err *err)
{
	if (still_stands(call->client->still))
		return false;
	if (!call->give_up_ms && !(err->code == ERR_UNKNOWN && call->key[0]))
		return false;
	return again_within(call, REPEAT_FOR_MS);
}

/* Nothing was read of the request: the engine has enough connections of this user. */
static bool turned_away(const struct http_reply *reply)
{
	return reply->status == 429 && http_headers_get(&reply->headers, "Retry-After");
}

static void on_reply(void *arg, const struct http_reply *reply, const struct err *err)
{
	struct client_call *call = arg;
	struct err mine = ERR_INIT;
	struct json *answer = NULL;

	call->http = NULL;
	if (!reply) {
		if (repeated(call, err))
			return;
		mine = *err;
		err_wrap(&mine, "no answer from the engine on %s", call->client->socket);
	} else if (turned_away(reply) && again_within(call, TURN_FOR_MS)) {
		return;
	} else if (reply->status >= 300) {
		client_reply_err(&mine, reply);
	} else {
		answer = json_parse(reply->body, reply->body_len, &mine);
	}
	end(call, answer, answer ? NULL : &mine);
	json_free(answer);
}

static void send_call(void *arg)
{
	struct client_call *call = arg;
	struct client *c = call->client;
	char key[64], etag[96];
	const char *headers[4] = { NULL };
	struct err err = ERR_INIT;
	struct http_local_request q = { .socket = c->socket,
					.target = call->path,
					.headers = headers,
					.total_ms = CLIENT_ANSWER_MS };

	if (call->given_up.code) {
		err = call->given_up;
		end(call, NULL, &err);
		return;
	}
	if (client_check_socket(c, &err) < 0) {
		if (err.code != ERR_IO || !repeated(call, &err))
			end(call, NULL, &err);
		return;
	}
	if (call->key[0]) {
		snprintf(key, sizeof(key), "Idempotency-Key: %s", call->key);
		headers[0] = "Content-Type: application/json";
		headers[1] = key;
		snprintf(etag, sizeof(etag), "If-Match: %s", call->etag);
		headers[2] = call->etag[0] ? etag : NULL;
		q.method = "POST";
		q.body = buf_str(&call->body);
		q.body_len = call->body.len;
	}
	call->http = http_local_send(c->loop, &q, on_reply, call);
	still_sent(c->still);
}

/*
 * An engine that stands still: still.c
 */

void client_watch_still(struct client *c, const struct client_patience *p,
			client_still_cb *told, void *arg)
{
	still_free(c->still);
	c->still = still_new(c, p, told, arg);
}

bool client_waits(const struct client *c)
{
	const struct client_call *call = c->calls;

	while (call && !call->http)
		call = call->next;
	return call;
}

bool client_waits_for_act(const struct client *c)
{
	const struct client_call *call = c->calls;

	while (call && !(call->http && call->key[0]))
		call = call->next;
	return call;
}

/* In a later turn: their callbacks may drop others. */
void client_end_reads(struct client *c, const struct err *err)
{
	for (struct client_call *call = c->calls; call; call = call->next) {
		if (!call->http || call->key[0])
			continue;
		http_local_cancel(call->http);
		call->http = NULL;
		call->given_up = *err;
		timer_set(call->again, 0);
	}
}

static struct client_call *call_new(struct client *c, const char *path, client_cb *cb,
				    void *arg)
{
	struct client_call *call = xcalloc(1, sizeof(*call));

	*call = (struct client_call){ .client = c,
				      .next = c->calls,
				      .path = xstrdup(path),
				      .body = BUF_INIT(BUF_TEXT_MAX),
				      .cb = cb,
				      .arg = arg };
	c->calls = call;
	call->again = timer_new(c->loop, send_call, call);
	timer_set(call->again, 0); /* callbacks never run inside the call that asked for them */
	return call;
}

struct client_call *client_get(struct client *c, const char *path, client_cb *cb, void *arg)
{
	return call_new(c, path, cb, arg);
}

struct client_call *client_post(struct client *c, const char *path, const struct json *body,
				client_cb *cb, void *arg)
{
	struct client_call *call = call_new(c, path, cb, arg);

	rand_uuid(call->key);
	if (body)
		json_write(&call->body, body);
	else
		buf_adds(&call->body, "{}");
	return call;
}

void client_if_match(struct client_call *call, const char *etag)
{
	snprintf(call->etag, sizeof(call->etag), "%s", etag ? etag : "");
}

/*
 * Waiting
 */

struct waiting {
	struct json *answer;
	struct err *err;
	bool ended;
};

static void on_waited(void *arg, const struct json *answer, const struct err *err)
{
	struct waiting *w = arg;

	w->ended = true;
	if (answer)
		w->answer = json_copy(answer);
	else if (w->err)
		*w->err = *err;
}

static struct json *wait_for(struct client *c, struct waiting *w)
{
	while (!w->ended)
		loop_turn(c->loop, 1000);
	return w->answer;
}

struct json *client_wait_get(struct client *c, const char *path, struct err *err)
{
	struct waiting w = { .err = err };

	client_get(c, path, on_waited, &w);
	return wait_for(c, &w);
}

struct json *client_wait_post(struct client *c, const char *path, const struct json *body,
			      struct err *err)
{
	struct waiting w = { .err = err };

	client_post(c, path, body, on_waited, &w);
	return wait_for(c, &w);
}

/*
 * Paths
 */

static void add_encoded(struct buf *b, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";

	for (; *text; text++)
		if (strchr(plain, *text))
			buf_addc(b, *text);
		else
			buf_addf(b, "%%%02X", (unsigned int)(unsigned char)*text);
}

char *client_path(const char *format, ...)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	const char *arg;
	char *path;
	va_list ap;

	va_start(ap, format);
	for (; *format; format++) {
		if (*format != '%')
			buf_addc(&b, *format);
		else if ((arg = va_arg(ap, const char *)))
			add_encoded(&b, arg);
		else
			break; /* fewer arguments than places: our own mistake, and no crash */
	}
	va_end(ap);
	path = xstrdup(buf_str(&b));
	buf_clear(&b);
	return path;
}
