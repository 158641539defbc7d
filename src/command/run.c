/* A command under way: one call or one timer at a time, and its end. */
#include "command/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static void release(struct command_run *r)
{
	if (r->call)
		client_cancel(r->call);
	r->call = NULL;
	timer_free(r->timer);
	r->timer = NULL;
	if (r->drop)
		r->drop(r->state);
	r->state = NULL;
	r->drop = NULL;
}

void command_done(struct command_run *r, int exit_code, const struct err *err)
{
	release(r);
	r->done(r->done_arg, exit_code, err);
}

void command_cancel(struct command_run *r)
{
	release(r);
}

void run_keep(struct command_run *r, void *state, void (*drop)(void *state))
{
	r->state = state;
	r->drop = drop;
}

void run_done(struct command_run *r)
{
	command_done(r, 0, NULL);
}

/* Other words are needed, whoever found that out: this program, the engine or the scheduler. */
static int code_of(const struct err *err)
{
	return err->code == ERR_INVALID ? 2 : 1;
}

/* err may lie in what release() frees. */
void run_fail(struct command_run *r, const struct err *err)
{
	struct err copy = *err;

	command_done(r, code_of(err), &copy);
}

__attribute__((format(printf, 3, 0))) static void
end_with(struct command_run *r, enum err_code code, const char *fmt, va_list ap)
{
	struct buf text = BUF_INIT(sizeof(((struct err *)0)->msg));
	struct err err;

	buf_vaddf(&text, fmt, ap);
	err_set(&err, code, "%s", buf_str(&text));
	buf_clear(&text);
	command_done(r, code_of(&err), &err);
}

void run_failf(struct command_run *r, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end_with(r, code, fmt, ap);
	va_end(ap);
}

void run_unagreed(struct command_run *r, const struct json *plan, const char *fmt, ...)
{
	va_list ap;

	show_result(r, plan);
	va_start(ap, fmt);
	end_with(r, r->io->ask ? ERR_CONFLICT : ERR_INVALID, fmt, ap);
	va_end(ap);
}

void run_misused(struct command_run *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end_with(r, ERR_INVALID, fmt, ap);
	va_end(ap);
}

int option_int(const struct command_run *r, const char *name, int64_t min, int64_t max,
	       int64_t *value, struct err *err)
{
	const char *text = command_option(r, name);

	if (!text || num_read(value, text, min, max) == 0)
		return 0;
	return err_set(err, ERR_INVALID, "--%s takes a number from %lld to %lld, not \"%.40s\"",
		       name, (long long)min, (long long)max, text);
}

int option_time(const struct command_run *r, const char *name, int64_t *utc_ms, struct err *err)
{
	const char *text = command_option(r, name);
	char whole[48];

	*utc_ms = 0;
	if (!text)
		return 0;
	snprintf(whole, sizeof(whole), "%.24s%s", text, strchr(text, 'T') ? "" : "T00:00:00Z");
	if (strlen(text) <= 24 && clock_read(utc_ms, whole) == 0)
		return 0;
	return err_set(
	    err, ERR_INVALID,
	    "--%s: \"%.40s\" is no day or time of UTC as in 2026-11-24 or 2026-11-24T11:00:00Z",
	    name, text);
}

int args_are_params(const struct command_run *r, size_t first, struct err *err)
{
	for (size_t i = first; i < r->args.n; i++)
		if (!strchr(r->args.v[i], '='))
			return err_set(err, ERR_INVALID, "\"%.80s\": a parameter is NAME=VALUE",
				       r->args.v[i]);
	return 0;
}

int run_agrees(struct command_run *r, const char *question)
{
	char *answer;
	int yes;

	if (command_option(r, "yes"))
		return 1;
	answer = r->io->ask ? r->io->ask(r->io->arg, question) : NULL;
	yes = !answer ? -1 : strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0;
	free(answer);
	return yes;
}

const char *verb_of(const struct command_run *r)
{
	return strchr(r->command->name, ' ') + 1;
}

/*
 * Calls
 */

static void on_reply(void *arg, const struct json *answer, const struct err *err)
{
	struct command_run *r = arg;

	r->call = NULL;
	r->then(r, answer, err);
}

static void then_answer(struct command_run *r, const struct json *answer, const struct err *err)
{
	if (answer)
		r->then_ok(r, answer);
	else
		run_fail(r, err);
}

void run_get_any(struct command_run *r, char *path, reply_fn *then_any)
{
	r->then = then_any;
	r->call = client_get(r->client, path, on_reply, r);
	free(path);
}

void run_get(struct command_run *r, char *path, answer_fn *then)
{
	r->then_ok = then;
	run_get_any(r, path, then_answer);
}

void run_post_any(struct command_run *r, char *path, struct json *body, reply_fn *then_any)
{
	r->then = then_any;
	r->call = client_post(r->client, path, body, on_reply, r);
	free(path);
	json_free(body);
}

void run_post(struct command_run *r, char *path, struct json *body, answer_fn *then)
{
	r->then_ok = then;
	run_post_any(r, path, body, then_answer);
}

void run_if_match(struct command_run *r, const struct json *read)
{
	client_if_match(r->call, json_str(read, "etag", ""));
}

/*
 * Timers
 */

static void on_timer(void *arg)
{
	struct command_run *r = arg;

	r->wake(r);
}

void run_later(struct command_run *r, int64_t ms, void (*wake)(struct command_run *r))
{
	if (!r->timer)
		r->timer = timer_new(r->loop, on_timer, r);
	r->wake = wake;
	timer_set(r->timer, ms);
}
