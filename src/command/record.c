/* What happened, what is under way, and why: events, operations, decisions, the engine itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/run.h"
#include "model/limits.h"
#include "model/size.h"

#define FOLLOW_MS 1000
#define MOST	  1000 /* events or rows in one answer */

/*
 * Events
 */

struct follow {
	int64_t after; /* the last sequence number told */
	unsigned int quiet;
};

static void ask_events(struct command_run *r, int64_t after, int64_t most, reply_fn *then);

/* "+16 htc: ..." is about htc in its own words. */
static bool names_itself(const char *text, const char *object)
{
	const char *at = strstr(text, object);
	size_t n = strlen(object);

	return at && (at == text || at[-1] == ' ') && strchr(" :,", at[n]);
}

static void show_event(struct command_run *r, const struct json *e)
{
	const char *object = json_str(e, "object", ""), *text = json_str(e, "text", "");
	const char *actor = json_str(e, "actor", "");
	bool said = !object[0] || names_itself(text, object);
	bool job = !said && object[0] >= '0' && object[0] <= '9';
	bool person = actor[0] && strcmp(actor, "engine") != 0;
	char when[CLOCK_TEXT];

	show_text(r, "%s %-5s %-10s %s%s%s%s%s%s%s", show_time(when, json_int(e, "at_ms", 0)),
		  json_str(e, "level", ""), show_or(json_str(e, "cluster", ""), "engine"),
		  job ? "job " : "", said ? "" : object, said ? "" : " ", text,
		  person ? " (by " : "", person ? actor : "", person ? ")" : "");
}

static void follow_on(struct command_run *r);

static void on_more(struct command_run *r, const struct json *answer, const struct err *err)
{
	struct follow *f = r->state;
	const struct json *list = json_get(answer, "events");

	if (!answer && f->quiet++ == 0)
		show_progress(r, "%s; asking again", err->msg);
	if (answer)
		f->quiet = 0;
	for (size_t i = 0; i < json_len(list); i++) {
		show_event(r, json_at(list, i));
		show_result(r, json_at(list, i));
		f->after = json_int(json_at(list, i), "seq", f->after);
	}
	run_later(r, FOLLOW_MS, follow_on);
}

static void follow_on(struct command_run *r)
{
	const struct follow *f = r->state;

	ask_events(r, f->after, MOST, on_more);
}

static void on_events(struct command_run *r, const struct json *answer, const struct err *err)
{
	const struct json *list = json_get(answer, "events");
	struct follow *f;

	if (!answer) {
		run_fail(r, err);
		return;
	}
	if (command_option(r, "follow")) {
		f = xcalloc(1, sizeof(*f));
		run_keep(r, f, free);
		on_more(r, answer, NULL);
		return;
	}
	if (json_len(list) == 0)
		show_text(r, "nothing has happened yet");
	for (size_t i = 0; i < json_len(list); i++)
		show_event(r, json_at(list, i));
	show_result(r, answer);
	run_done(r);
}

static void ask_events(struct command_run *r, int64_t after, int64_t most, reply_fn *then)
{
	char from[SHOW_MAX], count[SHOW_MAX];

	show_int(from, after);
	show_int(count, most);
	run_get_any(r,
		    r->args.n
			? client_path("/v1/events?cluster=%&after=%&most=%", r->args.v[0], from,
				      count, (char *)NULL)
			: client_path("/v1/events?after=%&most=%", from, count, (char *)NULL),
		    then);
}

int check_events(const struct command_run *r, struct err *err)
{
	int64_t most;

	return option_int(r, "most", 1, MOST, &most, err);
}

void run_events(struct command_run *r)
{
	int64_t most = 50;

	option_int(r, "most", 1, MOST, &most, NULL);
	if (command_option(r, "follow") && !r->io->exec)
		run_misused(r,
			    "the console follows by itself: its event line is below the panes");
	else
		ask_events(r, 0, most, on_events);
}

/*
 * Operations
 */

static void drop_json(void *state)
{
	json_free(state);
}

static void on_operations(struct command_run *r, const struct json *answer)
{
	const struct json *list = json_get(answer, "operations");

	if (json_len(list) == 0)
		show_text(r, "no operation %s",
			  command_option(r, "open") ? "is under way" : "was begun yet");
	else
		show_columns(r, "ID", "CLUSTER", "KIND", "STATE", "STEP", "BEGUN", "BY", "NOW");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *o = json_at(list, i);
		char id[SHOW_MAX], when[CLOCK_TEXT];

		show_row(r, show_int(id, json_int(o, "id", 0)),
			 show_or(json_str(o, "cluster", ""), "-"), json_str(o, "kind", "?"),
			 json_str(o, "state", "?"), json_str(o, "step", ""),
			 show_time(when, json_int(o, "started_ms", 0)),
			 json_str(o, "actor", ""),
			 show_or(json_str(o, "error", ""), json_str(o, "detail", "")));
	}
	show_result(r, answer);
	run_done(r);
}

void run_operation_list(struct command_run *r)
{
	const char *open = command_option(r, "open") ? "1" : "0";

	run_get(r,
		r->args.n ? client_path("/v1/operations?cluster=%&open=%", r->args.v[0], open,
					(char *)NULL)
			  : client_path("/v1/operations?open=%", open, (char *)NULL),
		on_operations);
}

static int64_t step_began(const struct json *steps, const char *name)
{
	for (size_t i = json_len(steps); i-- > 0;)
		if (strcmp(json_str(json_at(steps, i), "name", ""), name) == 0)
			return json_int(json_at(steps, i), "at_ms", 0);
	return 0;
}

static void show_steps(struct command_run *r, const struct json *o)
{
	const struct json *steps = json_get(o, "steps"), *times = json_get(o, "data.steps");

	for (size_t i = 0; i < json_len(steps); i++) {
		const char *name = json_text(json_at(steps, i));
		int64_t at = step_began(times, name);
		char when[CLOCK_TEXT];

		show_fact(r, i ? "" : "steps", "%-10s %s%s", name, show_time(when, at),
			  strcmp(json_str(o, "step", ""), name) == 0 &&
				  !json_int(o, "ended_ms", 0)
			      ? "  <- here"
			      : "");
	}
}

/* Changes that the cloud has not answered, or refused for now. */
static void show_waits(struct command_run *r, const struct json *list)
{
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *c = json_at(list, i);
		const char *error = json_str(c, "error", "");

		show_fact(r, i ? "" : "cloud", "%s %s: %s, %lld tries%s%s",
			  json_str(c, "verb", ""), show_tail(json_str(c, "resource", "")),
			  json_str(c, "state", ""), (long long)json_int(c, "tries", 0),
			  error[0] ? ": " : "", error);
	}
}

static void on_operation(struct command_run *r, const struct json *o)
{
	char when[CLOCK_TEXT];

	show_fact(r, "operation", "%lld: %s of %s", (long long)json_int(o, "id", 0),
		  json_str(o, "kind", "?"), json_str(o, "cluster", "?"));
	show_fact(r, "state", "%s", json_str(o, "state", "?"));
	show_fact(r, "step", "%s", json_str(o, "step", ""));
	show_fact(r, "now", "%s", json_str(o, "detail", ""));
	show_fact(r, "error", "%s", json_str(o, "error", ""));
	show_fact(r, "begun", "%s by %s", show_time(when, json_int(o, "started_ms", 0)),
		  json_str(o, "actor", "?"));
	if (json_int(o, "ended_ms", 0))
		show_fact(r, "ended", "%s", show_time(when, json_int(o, "ended_ms", 0)));
	else if (json_int(o, "next_try_ms", 0) && !json_str(o, "error", "")[0])
		show_fact(r, "goes on", "%s", show_time(when, json_int(o, "next_try_ms", 0)));
	else if (json_int(o, "next_try_ms", 0))
		show_fact(r, "next try", "%s; \"operation retry\" does it now",
			  show_time(when, json_int(o, "next_try_ms", 0)));
	show_steps(r, o);
	show_waits(r, json_get(o, "changes"));
	if (json_get(o, "data.gone"))
		teardown_report_show(r, o);
	show_result(r, o);
	run_done(r);
}

int check_operation(const struct command_run *r, struct err *err)
{
	int64_t id;

	if (num_read(&id, r->args.v[0], 1, INT64_MAX) == 0)
		return 0;
	return err_set(err, ERR_INVALID,
		       "\"%.40s\": an operation has a number; \"operation list\" shows them",
		       r->args.v[0]);
}

void run_operation_show(struct command_run *r)
{
	run_get(r, client_path("/v1/operations/%", r->args.v[0], (char *)NULL), on_operation);
}

static void on_cancelled(struct command_run *r, const struct json *answer)
{
	show_text(r, "operation %s is taken back as soon as its step allows", r->args.v[0]);
	show_result(r, answer);
	run_done(r);
}

void run_operation_cancel(struct command_run *r)
{
	run_post(r, client_path("/v1/operations/%/cancel", r->args.v[0], (char *)NULL), NULL,
		 on_cancelled);
}

static void on_retried(struct command_run *r, const struct json *answer)
{
	show_text(r, "operation %s tries again now", r->args.v[0]);
	show_result(r, answer);
	run_done(r);
}

void run_operation_retry(struct command_run *r)
{
	run_post(r, client_path("/v1/operations/%/retry", r->args.v[0], (char *)NULL), NULL,
		 on_retried);
}

static void on_skipped(struct command_run *r, const struct json *answer)
{
	show_text(r, "operation %s leaves %s", r->args.v[0], show_tail(r->args.v[1]));
	show_result(r, answer);
	run_done(r);
}

void run_operation_skip(struct command_run *r)
{
	struct json *body = json_new_object();

	json_set_str(body, "item", r->args.v[1]);
	run_post(r, client_path("/v1/operations/%/skip", r->args.v[0], (char *)NULL), body,
		 on_skipped);
}

/*
 * Decisions
 */

static void on_plan(struct command_run *r, const struct json *answer)
{
	const struct json *creates = json_get(answer, "creates"),
			  *acts = json_get(answer, "acts"), *wants = json_get(answer, "wants");

	show_text(r, "%s", json_str(answer, "summary", ""));
	for (size_t i = 0; i < json_len(creates); i++) {
		const struct json *c = json_at(creates, i);
		char money[24];

		show_text(r, "+%lld %s %s %s at %s/h: %s", (long long)json_int(c, "count", 0),
			  json_str(c, "array", ""), vm_size_short(json_str(c, "size", "")),
			  json_bool(c, "spot", false) ? "spot" : "on demand",
			  money_text(money, json_real(c, "price", -1)), json_str(c, "why", ""));
	}
	for (size_t i = 0; i < json_len(acts); i++)
		show_text(r, "%s: %s", json_str(json_at(acts, i), "act", ""),
			  json_str(json_at(acts, i), "why", ""));
	if (json_len(wants) > 0)
		show_columns(r, "JOB", "USER", "JOBS", "PLACED", "NOT", "WHY");
	for (size_t i = 0; i < json_len(wants); i++) {
		const struct json *w = json_at(wants, i);
		char jobs[SHOW_MAX], placed[SHOW_MAX], not [SHOW_MAX];

		show_row(r, json_str(w, "job", "?"), json_str(w, "user", "?"),
			 show_int(jobs, json_int(w, "jobs", 0)),
			 show_int(placed, json_int(w, "placed", 0)),
			 show_int(not, json_int(w, "unplaced", 0)), json_str(w, "text", ""));
	}
	show_result(r, answer);
	run_done(r);
}

void run_plan(struct command_run *r)
{
	run_get(r, client_path("/v1/clusters/%/plan", r->args.v[0], (char *)NULL), on_plan);
}

static void on_why(struct command_run *r, const struct json *answer)
{
	show_text(r, "%s", json_str(answer, "text", ""));
	show_result(r, answer);
	run_done(r);
}

void run_why(struct command_run *r)
{
	run_get(r,
		client_path("/v1/clusters/%/why/%", r->args.v[0], r->args.v[1], (char *)NULL),
		on_why);
}

/*
 * Backup, status
 */

static void on_backup(struct command_run *r, const struct json *answer)
{
	show_text(r, "the store is copied to %s", json_str(answer, "path", "?"));
	show_result(r, answer);
	run_done(r);
}

void run_backup(struct command_run *r)
{
	run_post(r, xstrdup("/v1/backup"), NULL, on_backup);
}

static void on_limits(struct command_run *r, const struct json *answer)
{
	const struct json *list = json_get(answer, "limits");

	show_columns(r, "LIMIT", "NOW", "USUAL", "CAN BE", "WHAT");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *l = json_at(list, i);
		int which = limit_named(json_str(l, "name", ""));
		int64_t min = json_int(l, "min", 0), max = json_int(l, "max", 0);
		char usual[32], least[32], most[32], range[80] = "fixed";

		if (which < 0)
			continue; /* of an engine that is newer than this program */
		if (min != max)
			snprintf(range, sizeof(range), "%s to %s",
				 limit_text(least, (enum limit)which, min),
				 limit_text(most, (enum limit)which, max));
		show_row(r, json_str(l, "name", ""), json_str(l, "text", ""),
			 limit_text(usual, (enum limit)which, json_int(l, "usual", 0)), range,
			 json_str(l, "help", ""));
	}
	show_result(r, answer);
	run_done(r);
}

void run_engine_limits(struct command_run *r)
{
	run_get(r, xstrdup("/v1/limits"), on_limits);
}

static void on_resumed(struct command_run *r, const struct json *engine)
{
	show_text(r, "safe mode has ended: the engine works again");
	show_result(r, engine);
	run_done(r);
}

static struct json *reason_body(struct command_run *r)
{
	struct json *body = json_new_object();
	const char *reason = command_option(r, "reason");

	if (reason)
		json_set_str(body, "reason", reason);
	return body;
}

void run_engine_resume(struct command_run *r)
{
	run_post(r, xstrdup("/v1/engine/resume"), reason_body(r), on_resumed);
}

static void on_taken(struct command_run *r, const struct json *answer)
{
	show_text(r, "%s taken over: events tell when each is",
		  count_text((char[48]){ 0 }, json_int(answer, "clusters", 0), "cluster"));
	show_result(r, answer);
	run_done(r);
}

void run_engine_take_over(struct command_run *r)
{
	run_post(r, xstrdup("/v1/engine/take-over"), reason_body(r), on_taken);
}

static void on_cloud_retried(struct command_run *r, const struct json *answer)
{
	show_text(r, "%s is asked again", r->args.v[0]);
	show_result(r, answer);
	run_done(r);
}

void run_cloud_retry(struct command_run *r)
{
	run_post(r, client_path("/v1/clouds/%/retry", r->args.v[0], (char *)NULL), NULL,
		 on_cloud_retried);
}

static void show_breakers(struct command_run *r, const char *cloud, const struct json *list)
{
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *b = json_at(list, i);
		const char *region = json_str(b, "region", "");

		if (json_bool(b, "open", false))
			show_fact(
			    r, "breaker",
			    "%s of %s%s%s wait %lld s for a probe; \"cloud retry %s\" asks now",
			    json_str(b, "name", "?"), cloud, region[0] ? " in " : "", region,
			    (long long)json_int(b, "wait_ms", 0) / 1000, cloud);
	}
}

static void show_clouds(struct command_run *r, const struct json *list)
{
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *c = json_at(list, i);
		const char *text = json_str(c, "text", "");
		bool ok = json_bool(c, "ok", false);
		char span[CLOCK_TEXT];

		show_fact(r, "cloud", "%s%s, %s%s%s%s%s; %lld calls, %lld throttled",
			  json_str(c, "name", "?"),
			  json_bool(c, "simulated", false) ? " (simulated)" : "",
			  ok ? "answers" : "DOWN for ",
			  ok ? "" : show_since(span, json_int(c, "since_ms", 0)),
			  text[0] ? ": " : "", json_str(c, "cure", ""), text,
			  (long long)json_int(c, "calls", 0),
			  (long long)json_int(c, "throttled", 0));
		show_breakers(r, json_str(c, "name", "?"), json_get(c, "breakers"));
	}
}

static const char *age_text(char out[CLOCK_TEXT], int64_t read_ms)
{
	char span[CLOCK_TEXT];

	if (read_ms <= 0)
		return "never";
	snprintf(out, CLOCK_TEXT, "%.20s ago", show_since(span, read_ms));
	return out;
}

static void show_sources(struct command_run *r, const struct json *list)
{
	if (json_len(list) > 0)
		show_columns(r, "CLUSTER", "NODES", "CHANGES", "HEAD", "QUEUE READ",
			     "CLOUD READ", "PROBLEM");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *c = json_at(list, i);
		char nodes[SHOW_MAX], changes[SHOW_MAX], queue[CLOCK_TEXT], cloud[CLOCK_TEXT];

		show_row(r, json_str(c, "name", "?"), show_int(nodes, json_int(c, "nodes", 0)),
			 show_int(changes, json_int(c, "open_intents", 0)),
			 json_str(c, "head", ""),
			 age_text(queue, json_int(c, "scheduler.read_ms", 0)),
			 age_text(cloud, json_int(c, "cloud.read_ms", 0)),
			 show_or(json_str(c, "scheduler.error", ""),
				 json_str(c, "cloud.error", "")));
	}
}

static void on_status(struct command_run *r, const struct json *status)
{
	struct json *engine = r->state;
	char size[24];

	show_fact(r, "engine", "%s, version %s%s", json_str(engine, "engine_id", "?"),
		  show_or(json_str(engine, "version", ""), "?"),
		  json_bool(engine, "safe_mode", false) ? ", SAFE MODE" : "");
	show_fact(r, "site", "%s", json_str(engine, "site", ""));
	show_fact(r, "you", "%s, %s", json_str(engine, "user", "?"),
		  json_str(engine, "role", "?"));
	show_fact(r, "state", "%s, %s free", json_str(status, "state_dir", "?"),
		  size_text(size, json_int(status, "free_bytes", 0)));
	show_fact(r, "store", "%s", json_str(engine, "store_text", ""));
	show_clouds(r, json_get(status, "clouds"));
	show_sources(r, json_get(status, "clusters"));
	json_set(engine, "status", json_copy(status));
	show_result(r, engine);
	run_done(r);
}

static void on_engine(struct command_run *r, const struct json *engine)
{
	run_keep(r, json_copy(engine), drop_json);
	run_get(r, xstrdup("/v1/status"), on_status);
}

void run_status(struct command_run *r)
{
	run_get(r, xstrdup("/v1/engine"), on_engine);
}
