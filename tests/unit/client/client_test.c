#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/http_server.h"
#include "base/mem.h"
#include "client/client.h"

struct site {
	struct loop *loop;
	struct http_server *server;
	struct client *client;
	char dir[64], socket[96];
	unsigned int requests, drop;
	char keys[4][64];
	bool still; /* no request is answered */
	struct http_exchange *held[8];
	unsigned int n_held, whos, told;
	char told_text[400];
};

static const char yes[] = "{\"yes\":1}";

/* Until they are let go. */
static void on_left(void *arg)
{
	struct http_exchange **held = arg;

	*held = NULL;
}

static void hold(struct site *s, struct http_exchange *x)
{
	assert_true(s->n_held < 8);
	http_x_set_arg(x, &s->held[s->n_held], on_left);
	s->held[s->n_held++] = x;
}

static void let_go(struct site *s)
{
	while (s->n_held)
		if (s->held[--s->n_held])
			http_x_answer(s->held[s->n_held], 200, NULL, yes, strlen(yes));
}

static void on_request(void *arg, struct http_exchange *x)
{
	struct site *s = arg;
	const char *key = http_x_header(x, "Idempotency-Key"), *path = http_x_path(x);
	static const char no[] =
	    "{\"error\":{\"code\":\"not_found\",\"message\":\"there is no cluster \\\"x\\\"\"}}";

	snprintf(s->keys[s->requests++ % 4], sizeof(s->keys[0]), "%s", key ? key : "");
	if (s->still || strcmp(path, "/v1/slow") == 0) {
		hold(s, x);
	} else if (s->drop) {
		s->drop--;
		http_x_drop(x);
	} else if (strcmp(path, "/v1/none") == 0) {
		http_x_answer(x, 404, NULL, no, strlen(no));
	} else {
		bool who = strcmp(path, "/v1/engine") == 0;

		http_x_answer(x, 200, NULL, yes, strlen(yes));
		if (who && s->n_held && ++s->whos == 1)
			let_go(s);
	}
}

static int open_site(void **state)
{
	struct site *s = xcalloc(1, sizeof(*s));
	const struct http_server_options o = { 0 };
	struct err err;

	strcpy(s->dir, "/tmp/client-test-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->socket, sizeof(s->socket), "%s/s", s->dir);
	s->loop = loop_new(&err);
	s->server = http_server_new(s->loop, &o, on_request, s);
	assert_int_equal(http_server_listen_unix(s->server, s->socket, 0600, &err), 0);
	s->client = client_new(s->loop, s->socket, (uid_t)-1);
	*state = s;
	return 0;
}

static int close_site(void **state)
{
	struct site *s = *state;

	client_free(s->client);
	let_go(s);
	http_server_free(s->server);
	loop_free(s->loop);
	unlink(s->socket);
	rmdir(s->dir);
	free(s);
	return 0;
}

static void gives_the_answer(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct json *j = client_wait_get(s->client, "/v1/engine", &err);

	assert_int_equal(json_int(j, "yes", 0), 1);
	json_free(j);
	assert_string_equal(s->keys[0], "");
}

static void tells_what_the_engine_said(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;

	assert_null(client_wait_get(s->client, "/v1/none", &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_string_equal(err.msg, "there is no cluster \"x\"");
}

static void repeats_a_broken_post_with_the_same_key(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct json *j;

	s->drop = 2;
	j = client_wait_post(s->client, "/v1/x", NULL, &err);
	assert_int_equal(json_int(j, "yes", 0), 1);
	json_free(j);
	assert_int_equal(s->requests, 3);
	assert_int_equal(strlen(s->keys[0]), 36);
	assert_string_equal(s->keys[0], s->keys[1]);
	assert_string_equal(s->keys[0], s->keys[2]);
}

static void on_one(void *arg, const struct json *answer, const struct err *err)
{
	unsigned int *n = arg;

	assert_null(err);
	assert_non_null(answer);
	++*n;
}

/* More at once than one user may have connections: the others wait until one is free. */
static void waits_for_its_turn(void **state)
{
	struct site *s = *state;
	unsigned int answered = 0;

	for (int i = 0; i < 12; i++)
		client_get(s->client, "/v1/engine", on_one, &answered);
	while (answered < 12)
		loop_turn(s->loop, 1000);
	assert_int_equal(s->requests, 12);
}

static void says_that_nobody_is_there(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct client *c = client_new(s->loop, "/tmp/no-such-engine.sock", (uid_t)-1);

	assert_null(client_wait_post(c, "/v1/x", NULL, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_non_null(strstr(err.msg, "no engine answers on /tmp/no-such-engine.sock"));
	client_free(c);
}

static void sends_nothing_to_somebody_elses_socket(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct client *c = client_new(s->loop, s->socket, getuid() + 4711);

	assert_null(client_wait_get(c, "/v1/engine", &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_int_equal(s->requests, 0);
	client_free(c);
}

static void forgets_a_cancelled_call(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;

	client_cancel(client_get(s->client, "/v1/a", NULL, NULL));
	json_free(client_wait_get(s->client, "/v1/b", &err));
	assert_int_equal(s->requests, 1);
}

static void on_still(void *arg, const char *text)
{
	struct site *s = arg;

	s->told++;
	snprintf(s->told_text, sizeof(s->told_text), "%s", text);
}

static const struct client_patience short_patience = { .told_ms = 40, .reads_ms = 120 };

static void a_read_ends_when_the_engine_stands_still(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;

	s->still = true;
	client_watch_still(s->client, &short_patience, on_still, s);
	assert_null(client_wait_get(s->client, "/v1/clusters", &err));
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_non_null(strstr(err.msg, "has not answered for"));
	assert_non_null(strstr(err.msg, "kill -CONT"));
	assert_int_equal(s->told, 1);
	assert_non_null(strstr(s->told_text, "busy or stopped"));
}

static void an_answer_that_takes_long_is_waited_for(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	/* that answer has a fifth of it, also on a slow machine */
	const struct client_patience p = { .told_ms = 2000, .reads_ms = 60000 };
	struct json *j;

	client_watch_still(s->client, &p, on_still, s);
	j = client_wait_get(s->client, "/v1/slow", &err);
	assert_int_equal(json_int(j, "yes", 0), 1);
	assert_int_equal(s->whos, 1); /* it was asked meanwhile who it is, and said so */
	assert_int_equal(s->told, 0);
	json_free(j);
}

static void on_count(void *arg, const struct json *answer, const struct err *err)
{
	int *ended = arg;

	(void)err;
	*ended = answer ? 1 : -1;
}

static void an_act_is_waited_for_until_it_is_known(void **state)
{
	struct site *s = *state;
	int act = 0, look = 0;

	s->still = true;
	client_watch_still(s->client, &short_patience, on_still, s);
	client_post(s->client, "/v1/clusters", NULL, on_count, &act);
	client_get(s->client, "/v1/clusters", on_count, &look);
	while (!look)
		loop_turn(s->loop, 1000);
	assert_int_equal(look, -1);
	assert_int_equal(act, 0);
	assert_non_null(strstr(s->told_text, "is not known"));
	let_go(s);
	while (!act)
		loop_turn(s->loop, 1000);
	assert_int_equal(act, 1);
}

static void encodes_every_part_of_a_path(void **state)
{
	char *p = client_path("/v1/clusters/%/jobs/%", "a/b c", "12_[1-3]", (char *)NULL);

	(void)state;
	assert_string_equal(p, "/v1/clusters/a%2Fb%20c/jobs/12_%5B1-3%5D");
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, open_site, close_site)
		T(gives_the_answer),
		T(tells_what_the_engine_said),
		T(repeats_a_broken_post_with_the_same_key),
		T(waits_for_its_turn),
		T(says_that_nobody_is_there),
		T(sends_nothing_to_somebody_elses_socket),
		T(forgets_a_cancelled_call),
		T(a_read_ends_when_the_engine_stands_still),
		T(an_answer_that_takes_long_is_waited_for),
		T(an_act_is_waited_for_until_it_is_known),
		cmocka_unit_test(encodes_every_part_of_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
