/*
 * An engine that takes connections and answers nothing. Whether it stands still or only this
 * answer takes long, as those from a head do, tells a question that an engine always answers at
 * once: who it is.
 */
#include "client/still.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "client/client_private.h"

struct still {
	struct client *client;
	struct client_patience patience;
	client_still_cb *told_cb;
	void *arg;
	struct timer *timer; /* real time, however fast the clock runs */
	struct http_local *probe;
	bool told;
};

static void on_timer(void *arg);

static void wait_ms(struct still *s, int64_t ms)
{
	timer_set(s->timer, (int64_t)((double)ms * clock_factor()));
}

/* The question is asked before somebody is told: it has the rest of the time. */
static int64_t ask_after(const struct still *s)
{
	return s->patience.told_ms - s->patience.told_ms / 5;
}

struct still *still_new(struct client *c, const struct client_patience *p,
			client_still_cb *told, void *arg)
{
	struct still *s = xcalloc(1, sizeof(*s));

	*s = (struct still){ .client = c, .patience = *p, .told_cb = told, .arg = arg };
	s->timer = timer_new(client_loop(c), on_timer, s);
	return s;
}

static void drop_probe(struct still *s)
{
	if (s->probe)
		http_local_cancel(s->probe);
	s->probe = NULL;
}

void still_free(struct still *s)
{
	if (!s)
		return;
	drop_probe(s);
	timer_free(s->timer);
	free(s);
}

void still_sent(struct still *s)
{
	if (s && !s->probe && !timer_on(s->timer))
		wait_ms(s, ask_after(s));
}

bool still_stands(const struct still *s)
{
	return s && s->told;
}

static void on_probe(void *arg, const struct http_reply *reply, const struct err *err)
{
	struct still *s = arg;

	(void)err; /* a connection that broke is told by the calls themselves */
	s->probe = NULL;
	s->told = false;
	timer_stop(s->timer);
	if (reply && client_waits(s->client))
		still_sent(s);
}

static void tell(struct still *s)
{
	char engine[160], text[400];
	long long more = (s->patience.reads_ms - s->patience.told_ms) / 1000;

	client_engine_text(s->client, engine);
	if (client_waits_for_act(s->client))
		snprintf(
		    text, sizeof(text),
		    "%s has not answered for %lld s: it is busy or stopped. Whether it has "
		    "done what it was asked is not known: this waits up to %lld s for that",
		    engine, (long long)s->patience.told_ms / 1000,
		    (long long)CLIENT_ANSWER_MS / 1000);
	else
		snprintf(
		    text, sizeof(text),
		    "%s has not answered for %lld s: it is busy or stopped; this waits for %lld s more",
		    engine, (long long)s->patience.told_ms / 1000, more);
	s->told = true;
	s->told_cb(s->arg, text);
}

static void give_up(struct still *s)
{
	char engine[160];
	long pid = client_engine_pid(s->client);
	struct err err = ERR_INIT;

	client_engine_text(s->client, engine);
	if (pid > 0)
		err_set(
		    &err, ERR_TIMEOUT,
		    "%s has not answered for %lld s: \"kill -CONT %ld\" lets a stopped one go on; "
		    "one that hangs loses nothing by \"kill -9 %ld\": started again it goes on",
		    engine, (long long)s->patience.reads_ms / 1000, pid, pid);
	else
		err_set(&err, ERR_TIMEOUT, "%s has not answered for %lld s", engine,
			(long long)s->patience.reads_ms / 1000);
	client_end_reads(s->client, &err);
	if (!client_waits(s->client))
		drop_probe(s);
}

static void on_timer(void *arg)
{
	struct still *s = arg;
	const struct http_local_request q = { .socket = client_socket(s->client),
					      .target = "/v1/engine",
					      .total_ms = -1 };

	if (!client_waits(s->client)) {
		drop_probe(s);
	} else if (!s->probe) {
		s->probe = http_local_send(client_loop(s->client), &q, on_probe, s);
		wait_ms(s, s->patience.told_ms - ask_after(s));
	} else if (!s->told) {
		tell(s);
		wait_ms(s, s->patience.reads_ms - s->patience.told_ms);
	} else {
		give_up(s);
	}
}
