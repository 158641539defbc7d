/*
 * One exchange with ARM. What is safe to repeat is repeated here (nothing sent, throttled, a
 * read, a platform error on an idempotent change); what may have been carried out is handed up
 * as unknown (R4.2).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/text.h"
#include "provider/azure/azure.h"

#define TRIES_MAX  6
#define RETRY_BASE 1000
#define RETRY_CAP  60000
#define THROTTLE_MS                                                                            \
	((int64_t)30 * 60 * 1000) /* of waiting for 429s, then the caller hears of it */

struct arm {
	struct cloud *cloud;
	struct arm *next; /* among those that wait for a token */
	char *method, *url, *text;
	char request_id[37];
	enum lane lane;
	struct arm_place *place; /* lives as long as the cloud */
	struct http_call *call;
	struct timer *timer;
	bool waits, token_retried, is_list;
	bool may_be_done;  /* an earlier try may have been carried out */
	struct err failed; /* no token: told by the timer, not within the loop over all */
	unsigned int tries;
	uint64_t token_no; /* of the token that it was last sent with */
	int64_t began_ms;
	arm_cb *cb;
	void *arg;
};

static void go(void *arg);

static enum lane lane_of(const char *method)
{
	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return LANE_READ;
	return strcmp(method, "DELETE") == 0 ? LANE_DELETE : LANE_WRITE;
}

static void arm_free(struct arm *a)
{
	timer_free(a->timer);
	free(a->method);
	free(a->url);
	free(a->text);
	free(a);
}

struct arm *arm_send(struct cloud *c, const char *method, const char *url, struct json *body,
		     const char *request_id, arm_cb *cb, void *arg)
{
	struct arm *a = xcalloc(1, sizeof(*a));
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	a->cloud = c;
	a->method = xstrdup(method);
	a->url = url[0] == '/' ? xasprintf("%s%s", c->record->arm, url) : xstrdup(url);
	if (body) {
		json_write(&text, body);
		json_free(body);
		a->text = buf_steal(&text);
	}
	if (request_id && request_id[0])
		snprintf(a->request_id, sizeof(a->request_id), "%s", request_id);
	else
		rand_uuid(a->request_id);
	a->lane = strstr(url, "/delete?") ? LANE_DELETE
		  : strstr(url, "ResourceGraph") || strstr(url, "/retrieveBootDiagnosticsData?")
		      ? LANE_READ
		      : lane_of(method);
	a->cb = cb;
	a->arg = arg;
	a->began_ms = clock_mono_ms();
	a->place = arm_place_of(&c->places, url, a->began_ms);
	a->timer = timer_new(c->loop, go, a);
	timer_set(a->timer, 0);
	return a;
}

struct arm *arm_list(struct cloud *c, const char *url, arm_cb *cb, void *arg)
{
	struct arm *a = arm_send(c, "GET", url, NULL, NULL, cb, arg);

	a->is_list = true;
	return a;
}

static void stop_waiting(struct arm *a)
{
	struct arm **at = &a->cloud->waiting;

	while (*at && *at != a)
		at = &(*at)->next;
	if (*at)
		*at = a->next;
	a->waits = false;
}

void arm_cancel(struct arm *a)
{
	if (a->waits)
		stop_waiting(a);
	if (a->call)
		http_call_cancel(a->call);
	arm_free(a);
}

/*
 * A change that a platform error answered, or a lost answer followed by a failure, may be under
 * way: "refused" would be a lie (R4.2).
 */
static bool is_open(const struct arm *a, const struct arm_answer *answer)
{
	enum err_code code = answer->err.code;

	if (a->lane == LANE_READ || code == ERR_NONE)
		return false;
	if (answer->status >= 500 && code == ERR_IO)
		return true;
	return a->may_be_done && (code == ERR_IO || code == ERR_THROTTLED ||
				  code == ERR_CONFLICT || code == ERR_DENIED);
}

static void finish(struct arm *a, const struct arm_answer *answer)
{
	struct arm_answer told = *answer;
	arm_cb *cb = a->cb;
	void *arg = a->arg;

	if (is_open(a, answer))
		told.err.code = ERR_UNKNOWN;
	arm_free(a);
	cb(arg, &told);
}

static void finish_err(struct arm *a, const struct err *err)
{
	struct arm_answer answer = {
		.err = *err, .quota_limit = -1, .quota_used = -1, .quota_asked = -1
	};

	finish(a, &answer);
}

void arm_waiting_go(struct cloud *c, const struct err *err)
{
	while (c->waiting) {
		struct arm *a = c->waiting;

		c->waiting = a->next;
		a->waits = false;
		if (err)
			a->failed = *err;
		timer_set(a->timer, 0);
	}
}

static void health(struct cloud *c, bool ok, const char *text)
{
	bool changed = c->health.ok != ok, first = !c->heard;

	if (changed)
		c->health.since_ms = clock_utc_ms();
	c->heard = true;
	c->health.ok = ok;
	snprintf(c->health_text, sizeof(c->health_text), "%.159s", ok ? "" : text);
	if ((changed || first) && c->health_cb) /* nobody knew before */
		c->health_cb(c->health_arg);
}

static void retry(struct arm *a, int64_t min_ms)
{
	timer_set(a->timer,
		  retry_delay_ms(a->tries++, RETRY_BASE, RETRY_CAP, min_ms, &a->cloud->rng));
}

static bool is_write(const struct arm *a)
{
	return a->lane != LANE_READ;
}

static void no_reply(struct arm *a, const struct err *why)
{
	struct cloud *c = a->cloud;
	struct err err = *why;

	breaker_result(&a->place->breakers[a->lane], false, clock_mono_ms());
	health(c, false, why->msg);
	if ((err.code == ERR_IO || !is_write(a)) && err.code != ERR_INVALID &&
	    a->tries < TRIES_MAX) {
		retry(a, 0);
		return;
	}
	if (is_write(a) && err.code != ERR_IO && err.code != ERR_INVALID)
		err.code = ERR_UNKNOWN;
	finish_err(a, &err);
}

/* Remaining-calls headers bring our own buckets down, never up (azure-arm.md 5.4). */
static void read_rates(struct arm *a, const struct http_reply *r)
{
	static const char *const names[LANES] = {
		"x-ms-ratelimit-remaining-subscription-deletes",
		"x-ms-ratelimit-remaining-subscription-writes",
		"x-ms-ratelimit-remaining-subscription-reads"
	};
	int64_t left;

	for (int i = 0; i < LANES; i++) {
		const char *v = http_headers_get(&r->headers, names[i]);

		if (v && num_read(&left, v, 0, INT32_MAX) == 0)
			pacer_correct(&a->cloud->lanes[i], (double)left, clock_mono_ms());
	}
}

static void read_skew(struct cloud *c, const struct http_reply *r)
{
	const char *date = http_headers_get(&r->headers, "Date");
	int64_t at;

	if (!date || clock_read_http(&at, date) < 0)
		return;
	skew_add(&c->skew, at - clock_utc_ms());
	c->health.skew_ms = skew_ms(&c->skew);
}

/* A provider's bucket is empty in one region, and says so within an error of its own; ARM's is
 * the whole subscription's (azure-arm.md 3.5). */
static bool is_of_all(const struct arm_answer *answer)
{
	const struct json *e = json_get(answer->body, "error");

	if (!json_is(e, JSON_OBJECT))
		e = answer->body;
	return json_len(json_get(e, "details")) == 0 &&
	       strcmp(json_str(e, "code", ""), "OperationNotAllowed") != 0;
}

static bool throttled(struct arm *a, const struct arm_answer *answer)
{
	struct cloud *c = a->cloud;
	int64_t now = clock_mono_ms(),
		wait = answer->retry_after_ms > 0 ? answer->retry_after_ms : 5000;

	c->health.throttled++;
	if (now - a->began_ms + wait > THROTTLE_MS)
		return false;
	if (!strstr(answer->code, "RetryableErrorDueToAnotherOperation"))
		pacer_empty(is_of_all(answer) ? &c->lanes[a->lane] : &a->place->lanes[a->lane],
			    now + wait);
	log_info("cloud %s: throttled, again in %lld ms: %s", c->record->name, (long long)wait,
		 answer->err.msg);
	timer_set(a->timer, wait);
	return true;
}

static bool again(struct arm *a, const struct arm_answer *answer)
{
	if (answer->status == 401 && !a->token_retried) {
		a->token_retried = true;
		/* of several that were under way the first one drops it */
		if (a->token_no == a->cloud->token_no)
			token_drop(a->cloud);
		timer_set(a->timer, 0);
		return true;
	}
	if (answer->err.code == ERR_THROTTLED || answer->status == 429)
		return throttled(a, answer);
	if (answer->status >= 500 && a->tries < TRIES_MAX && strcmp(a->method, "POST") != 0) {
		a->may_be_done = true;
		retry(a, answer->retry_after_ms);
		return true;
	}
	if (answer->status / 100 == 2 && !is_write(a) && a->tries < TRIES_MAX) {
		retry(a, 0); /* a read whose text came broken */
		return true;
	}
	return false;
}

/* A token that is not taken any more says nothing of the cloud before a fresh one was tried
 * (B10): it may have ended on its way. */
static void judge(struct arm *a, const struct arm_answer *answer)
{
	int status = answer->status;
	char text[160];

	breaker_result(&a->place->breakers[a->lane], status < 500, clock_mono_ms());
	if (status == 401 && !a->token_retried)
		return;
	snprintf(text, sizeof(text), "the cloud answers with errors: %d%s%.80s", status,
		 answer->code[0] ? " " : "", answer->code);
	health(a->cloud, status < 500 && status != 401, text);
}

static int64_t wait_asked(const struct http_reply *r)
{
	const char *value = http_headers_get(&r->headers, "Retry-After");
	int64_t ms =
	    value ? retry_after_ms(value, http_headers_get(&r->headers, "Date"), clock_utc_ms())
		  : 0;

	return ms < 0 ? 0 : ms;
}

static void on_reply(void *arg, const struct http_reply *reply, const struct err *err)
{
	struct arm *a = arg;
	struct cloud *c = a->cloud;
	struct arm_answer answer = { .quota_limit = -1, .quota_used = -1, .quota_asked = -1 };
	struct err lost = ERR_INIT;
	struct json *body;

	a->call = NULL;
	if (reply && FAILPOINT("azure.after_reply")) {
		err_set(&lost, ERR_UNKNOWN, "failpoint: the answer is lost");
		reply = NULL;
		err = &lost;
	}
	if (!reply) {
		no_reply(a, err);
		return;
	}
	answer.status = reply->status;
	answer.headers = &reply->headers;
	answer.retry_after_ms = wait_asked(reply);
	body = reply->body_len ? json_parse(reply->body, reply->body_len, NULL) : NULL;
	answer.body = body;
	read_rates(a, reply);
	read_skew(c, reply);
	if (reply->status / 100 != 2)
		arm_error_read(&answer, reply->status, body, reply->body);
	else if (reply->body_len && !body)
		err_set(&answer.err, is_write(a) ? ERR_UNKNOWN : ERR_IO,
			"the answer is no whole JSON");
	judge(a, &answer);
	if (answer.err.code == ERR_NONE || !again(a, &answer))
		finish(a, &answer);
	json_free(body);
}

static void send_now(struct arm *a)
{
	struct cloud *c = a->cloud;
	char *bearer = xasprintf("Authorization: Bearer %s", c->token);
	char *id = xasprintf("x-ms-client-request-id: %s", a->request_id);
	const char *headers[] = { bearer,
				  id,
				  "Content-Type: application/json",
				  "Accept: application/json",
				  "x-ms-return-client-request-id: true",
				  NULL };
	const struct http_request q = { .method = a->method,
					.url = a->url,
					.headers = headers,
					.body = a->text,
					.body_len = a->text ? strlen(a->text) : 0,
					.total_ms = a->is_list ? HTTP_LIST_MS : HTTP_TOTAL_MS };

	a->token_no = c->token_no;
	c->health.calls++;
	c->health.writes += is_write(a);
	a->call = http_client_send(c->http, &q, on_reply, a);
	free(bearer);
	free(id);
}

/* The subscription's turn and the region's, and no breaker in the way; 0: now. */
static int64_t wait_for_turn(struct arm *a, int64_t now)
{
	int64_t all = pacer_wait_ms(&a->cloud->lanes[a->lane], 1, now);
	int64_t here = pacer_wait_ms(&a->place->lanes[a->lane], 1, now);
	int64_t wait = all > here ? all : here;

	return wait == 0 && !breaker_allows(&a->place->breakers[a->lane], now) ? 1000 : wait;
}

static void go(void *arg)
{
	struct arm *a = arg;
	struct cloud *c = a->cloud;
	int64_t now = clock_mono_ms(), wait;

	if (a->failed.code != ERR_NONE) { /* without a token nothing can be asked */
		health(c, false, a->failed.msg);
		finish_err(a, &a->failed);
		return;
	}
	if (!same_host(c, a->url)) {
		struct err err;

		err_set(&err, ERR_INVALID, "cloud %s: a link leads to another host: %.120s",
			c->record->name, a->url);
		finish_err(a, &err);
		return;
	}
	/* in the list first: a secret that cannot be read fails the waiting at once */
	a->waits = true;
	a->next = c->waiting;
	c->waiting = a;
	if (!token_ready(c))
		return;
	stop_waiting(a);
	wait = wait_for_turn(a, now);
	if (wait > 0) {
		timer_set(a->timer, wait);
		return;
	}
	pacer_take(&c->lanes[a->lane], 1, now);
	pacer_take(&a->place->lanes[a->lane], 1, now);
	if (FAILPOINT("azure.before_send")) {
		struct err err;

		err_set(&err, ERR_IO, "failpoint: nothing was sent");
		no_reply(a, &err);
		return;
	}
	send_now(a);
}
