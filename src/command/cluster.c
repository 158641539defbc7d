/* Clusters: made, started, shown, stopped and torn down. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/loss.h"
#include "command/run.h"
#include "model/cluster.h"
#include "model/size.h"

static const char *the_cluster(const struct command_run *r)
{
	return r->args.v[0];
}

static char *path_of(const struct command_run *r, const char *verb)
{
	char *format = xasprintf("/v1/clusters/%%%s", verb);
	char *path = client_path(format, the_cluster(r), (char *)NULL);

	free(format);
	return path;
}

/*
 * List and status
 */

static void list_row(struct command_run *r, const struct json *c)
{
	char nodes[2 * SHOW_MAX], jobs[2 * SHOW_MAX], money[24], since[CLOCK_TEXT];
	long long held = json_int(c, "view.jobs_held", 0);
	const char *note = json_str(c, "view.issue", "");
	int64_t most = json_int(c, "view.nodes_max", -1);

	if (most >= 0)
		snprintf(nodes, sizeof(nodes), "%lld/%lld",
			 (long long)json_int(c, "view.nodes", 0), (long long)most);
	else
		snprintf(nodes, sizeof(nodes), "%lld", (long long)json_int(c, "view.nodes", 0));
	snprintf(jobs, sizeof(jobs),
		 json_bool(c, "view.queue_unread", false) ? "?"
		 : held > 0				  ? "%lldR/%lldP/%lldH"
							  : "%lldR/%lldP",
		 (long long)json_int(c, "view.jobs_running", 0),
		 (long long)json_int(c, "view.jobs_pending", 0), held);
	if (json_bool(c, "paused", false) && !note[0])
		note = "autoscaling is paused";
	show_row(r, json_str(c, "name", "?"), json_str(c, "template", ""),
		 json_str(c, "scheduler", ""), json_str(c, "state", "?"),
		 show_since(since, json_int(c, "since_ms", 0)), nodes, jobs,
		 money_text(money, json_real(c, "view.price_now", -1)),
		 show_or(note, json_str(c, "reason", "")));
}

static void on_list(struct command_run *r, const struct json *answer)
{
	const struct json *list = json_get(answer, "clusters");

	if (json_len(list) == 0)
		show_text(r, "no clusters yet: \"cluster create NAME TEMPLATE\" makes one");
	else
		show_columns(r, "NAME", "TEMPLATE", "SCHEDULER", "STATE", "SINCE", "NODES",
			     "JOBS", "$/H", "NOTE");
	for (size_t i = 0; i < json_len(list); i++)
		list_row(r, json_at(list, i));
	show_result(r, answer);
	run_done(r);
}

void run_cluster_list(struct command_run *r)
{
	run_get(r, xstrdup("/v1/clusters"), on_list);
}

static void array_row(struct command_run *r, const struct json *a)
{
	struct buf states = BUF_INIT(400);
	char live[SHOW_MAX], most[SHOW_MAX];
	const char *word;
	const struct json *n;

	for (void *it = NULL; json_each(json_get(a, "count"), &it, &word, &n);)
		buf_addf(&states, "%s%lld %s", states.len ? " " : "",
			 (long long)json_int(n, "", 0), word);
	show_row(r, json_str(a, "array", "?"), vm_size_short(json_str(a, "size", "")),
		 json_bool(a, "spot", false) ? "spot" : "ded",
		 show_int(live, json_int(a, "live", 0)), show_int(most, json_int(a, "max", -1)),
		 buf_str(&states));
	buf_clear(&states);
}

/* R9.5: it hinders nobody, and is good to know. */
static void show_editing(struct command_run *r, const struct json *list)
{
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *e = json_at(list, i);
		const char *doing = json_str(e, "doing", "");
		char when[CLOCK_TEXT];

		show_fact(r, i ? "" : "edited", "by %s since %s%s%s", json_str(e, "who", "?"),
			  show_time(when, json_int(e, "since_ms", 0)), doing[0] ? ": " : "",
			  doing);
	}
}

static void show_cluster(struct command_run *r, const struct json *c)
{
	char span[CLOCK_TEXT], money[24], spent[24];
	int64_t age = json_int(c, "view.queue_age_ms", -1);
	const char *reason = json_str(c, "reason", "");

	show_fact(r, "cluster", "%s", json_str(c, "name", "?"));
	show_fact(r, "state", "%s for %s%s%s", json_str(c, "state", "?"),
		  show_since(span, json_int(c, "since_ms", 0)), reason[0] ? ": " : "", reason);
	if (json_bool(c, "paused", false))
		show_fact(r, "autoscaling", "paused; \"cluster resume\" goes on");
	show_fact(r, "template", "%s (%s)", json_str(c, "template", "?"),
		  json_str(c, "scheduler", "?"));
	show_fact(r, "region", "%s", json_str(c, "spec.region", ""));
	show_fact(r, "owner", "%s%s", json_str(c, "owner", ""),
		  json_bool(c, "protect", false)
		      ? "; protected, \"cluster unprotect\" ends that"
		      : "");
	show_fact(r, "head", "%s", json_str(c, "head_address", ""));
	show_fact(
	    r, "nodes", "%lld: %lld busy, %lld idle, %lld boot, %lld drain, %lld failed",
	    (long long)json_int(c, "view.nodes", 0), (long long)json_int(c, "view.busy", 0),
	    (long long)json_int(c, "view.idle", 0), (long long)json_int(c, "view.booting", 0),
	    (long long)json_int(c, "view.draining", 0),
	    (long long)json_int(c, "view.failed", 0));
	show_fact(r, "jobs",
		  json_bool(c, "view.queue_unread", false)
		      ? "the queue was not read yet"
		      : "%lld running, %lld pending, %lld held",
		  (long long)json_int(c, "view.jobs_running", 0),
		  (long long)json_int(c, "view.jobs_pending", 0),
		  (long long)json_int(c, "view.jobs_held", 0));
	show_fact(r, "queue", "%s%s%s", age < 0 ? "never read" : "read ",
		  age < 0 ? "" : clock_span(span, age), age < 0 ? "" : " ago");
	show_fact(r, "cost", "%s/h, spent %s",
		  money_text(money, json_real(c, "view.price_now", -1)),
		  money_text(spent, json_real(c, "view.spent", -1)));
	show_editing(r, json_get(c, "editing"));
	show_fact(r, "issue", "%s", json_str(c, "view.issue", ""));
	show_fact(r, "decision", "%s", json_str(c, "view.plan", ""));
	if (json_str(c, "view.schedule", "")[0])
		show_fact(r, "schedule", "%s", json_str(c, "view.schedule", ""));
}

static void drop_json(void *state)
{
	json_free(state);
}

static void on_arrays(struct command_run *r, const struct json *answer)
{
	struct json *c = r->state;
	const struct json *rows = json_get(answer, "rows");

	show_cluster(r, c);
	if (json_len(rows) > 0)
		show_columns(r, "ARRAY", "SIZE", "KIND", "NODES", "MOST", "STATES");
	for (size_t i = 0; i < json_len(rows); i++)
		array_row(r, json_at(rows, i));
	json_set(c, "arrays", json_copy(rows));
	show_result(r, c);
	run_done(r);
}

static void on_status(struct command_run *r, const struct json *answer)
{
	run_keep(r, json_copy(answer), drop_json);
	run_get(r, path_of(r, "/arrays?count=500"), on_arrays);
}

void run_cluster_status(struct command_run *r)
{
	run_get(r, path_of(r, ""), on_status);
}

/*
 * Create
 */

static void on_created(struct command_run *r, const struct json *answer)
{
	double disks = json_real(answer, "view.price_now", 0);
	char money[24];

	if (disks == 0)
		show_text(r,
			  "%s is made. Nothing runs and nothing costs yet: \"cluster start "
			  "%s\" starts it",
			  the_cluster(r), the_cluster(r));
	else
		show_text(
		    r,
		    "%s is made. Nothing runs yet; the disk that it took over costs %s/h: "
		    "\"cluster start %s\" starts it",
		    the_cluster(r), money_text(money, disks), the_cluster(r));
	show_result(r, answer);
	run_done(r);
}

int check_cluster(const struct command_run *r, struct err *err)
{
	return cluster_name_ok(r->args.v[0], err) ? args_are_params(r, 2, err) : -1;
}

struct json *cluster_body(const struct command_run *r)
{
	struct json *body = json_new_object(), *params;

	json_set_str(body, "name", r->args.v[0]);
	json_set_str(body, "template", r->args.v[1]);
	params = json_set_array(body, "params");
	for (size_t i = 2; i < r->args.n; i++)
		json_add(params, json_new_string(r->args.v[i]));
	return body;
}

void run_cluster_create(struct command_run *r)
{
	run_post(r, xstrdup("/v1/clusters"), cluster_body(r), on_created);
}

/*
 * Start and stop
 */

static void on_reached(struct command_run *r, const struct json *op)
{
	show_text(r, "%s: done", the_cluster(r));
	show_result(r, op);
	run_done(r);
}

/* An act that found everything done has no operation. */
static void begun(struct command_run *r, const struct json *answer, const char *begins,
		  const char *done_already)
{
	bool new = json_int(answer, "operation", 0) > 0;
	char sentence[120];

	snprintf(sentence, sizeof(sentence), "%.40s %s", the_cluster(r),
		 new ? begins : done_already);
	operation_begun(r, answer, sentence, on_reached);
}

static void on_starting(struct command_run *r, const struct json *answer)
{
	begun(r, answer, "starts", "runs already: there is nothing to start");
}

void run_cluster_start(struct command_run *r)
{
	run_post(r, path_of(r, "/start"), NULL, on_starting);
}

/* R6.3: what ends jobs says why. */
static void force_in(struct command_run *r, struct json *body)
{
	json_set_bool(body, "force", command_option(r, "force") != NULL);
	if (command_option(r, "reason"))
		json_set_str(body, "reason", command_option(r, "reason"));
}

static void on_stopping(struct command_run *r, const struct json *answer)
{
	begun(r, answer, "stops", "is off already: there is nothing to stop");
}

void run_cluster_stop(struct command_run *r)
{
	struct json *body = json_new_object();

	force_in(r, body);
	run_post(r, path_of(r, "/stop"), body, on_stopping);
}

static void on_paused(struct command_run *r, const struct json *answer)
{
	show_text(r, "%s: autoscaling is paused: nodes neither come nor go", the_cluster(r));
	show_result(r, answer);
	run_done(r);
}

void run_cluster_pause(struct command_run *r)
{
	run_post(r, path_of(r, "/pause"), NULL, on_paused);
}

static void on_resumed(struct command_run *r, const struct json *answer)
{
	show_text(r, "%s: autoscaling goes on", the_cluster(r));
	show_result(r, answer);
	run_done(r);
}

void run_cluster_resume(struct command_run *r)
{
	run_post(r, path_of(r, "/resume"), NULL, on_resumed);
}

static void on_protected(struct command_run *r, const struct json *answer)
{
	show_text(r, "%s: %s", the_cluster(r),
		  verb_of(r)[0] == 'p' ? "no teardown before an admin unprotects it"
				       : "it can be torn down");
	show_result(r, answer);
	run_done(r);
}

void run_cluster_protect(struct command_run *r)
{
	run_post(r, path_of(r, verb_of(r)[0] == 'p' ? "/protect" : "/unprotect"), NULL,
		 on_protected);
}

/*
 * Delete: the plan is read, shown, agreed to by the cluster's name and to each loss of data,
 * and sent by its hash
 */

static void on_gone(struct command_run *r, const struct json *op)
{
	show_text(r, "%s is deleted", the_cluster(r));
	teardown_report_show(r, op);
	show_result(r, op);
	run_done(r);
}

static void on_deleting(struct command_run *r, const struct json *answer)
{
	char sentence[100];

	snprintf(sentence, sizeof(sentence), "the teardown of %.40s begins in 10 s",
		 the_cluster(r));
	operation_begun(r, answer, sentence, on_gone);
}

/* The name as typed, on the line or at the terminal. NULL: nobody was there to type it. */
static char *typed_name(struct command_run *r)
{
	const char *given = command_option(r, "name");

	if (given)
		return xstrdup(given);
	if (!r->io->ask)
		return NULL;
	return r->io->ask(r->io->arg, "Type the cluster's name to delete it: ");
}

/* Of each loss apart, as the console does; only y is yes. */
static bool accepts_loss(struct command_run *r, const struct json *plan)
{
	const struct json *lost = json_get(plan, "data_lost");
	bool yes = true;

	for (size_t i = 0; yes && i < json_len(lost); i++) {
		const struct json *l = json_at(lost, i);
		char *question;

		if (!loss_is_data(l))
			continue;
		question = xasprintf("Do you accept the loss of %s (%s)? y/N: ",
				     json_str(l, "name", "?"), json_str(l, "path", "?"));
		yes = run_agrees(r, question) > 0;
		free(question);
	}
	return yes;
}

static void send_teardown(struct command_run *r, const struct json *plan, const char *name)
{
	struct json *body = json_new_object();

	json_set_str(body, "plan_hash", plan_agreement(plan, command_option(r, "force")));
	json_set_str(body, "typed_name", name);
	force_in(r, body);
	run_post(r, path_of(r, "/teardown"), body, on_deleting);
	run_if_match(r, plan);
}

/* Of another plan, or of this one with the jobs that run treated otherwise. */
static void refuse_plan(struct command_run *r, const struct json *plan, const char *agreed)
{
	bool force = command_option(r, "force");

	if (strcmp(agreed, plan_agreement(plan, !force)) != 0)
		run_failf(
		    r, ERR_CONFLICT,
		    "the cluster changed since plan %.12s was made; nothing was deleted: read the new plan",
		    agreed);
	else if (force)
		run_failf(
		    r, ERR_CONFLICT,
		    "plan %.12s waits for running jobs and --force kills them: leave --force out, or take --plan %.64s; nothing was deleted",
		    agreed, plan_agreement(plan, true));
	else
		run_failf(
		    r, ERR_CONFLICT,
		    "plan %.12s kills running jobs: add --force and --reason, or take --plan %.64s, which waits for them; nothing was deleted",
		    agreed, plan_agreement(plan, false));
}

static void on_plan(struct command_run *r, const struct json *plan)
{
	const char *agreed = command_option(r, "plan");
	long long under_way = json_int(plan, "under_way", 0);
	struct err err = ERR_INIT;
	char *name;

	if (json_bool(plan, "protected", false)) {
		run_failf(
		    r, ERR_DENIED,
		    "cluster %s is protected: an admin has to unprotect it first, with \"cluster unprotect %s\"",
		    the_cluster(r), the_cluster(r));
		return;
	}
	if (under_way) {
		run_failf(r, ERR_CONFLICT,
			  "cluster %s is being deleted: \"operation show %lld\" tells how far",
			  the_cluster(r), under_way);
		return;
	}
	teardown_plan_show(r, plan);
	if (agreed && strcmp(agreed, plan_agreement(plan, command_option(r, "force"))) != 0) {
		refuse_plan(r, plan, agreed);
		return;
	}
	name = typed_name(r);
	if (!name)
		run_unagreed(
		    r, plan,
		    "nothing was deleted: type the name, as in \"cluster delete %s --name %s\"",
		    the_cluster(r), the_cluster(r));
	else if (strcmp(name, the_cluster(r)) != 0)
		run_failf(r, command_option(r, "name") ? ERR_INVALID : ERR_CONFLICT,
			  "\"%.40s\" is not the cluster's name; nothing was deleted", name);
	else if (!loss_is_accepted(r, plan) && !accepts_loss(r, plan) &&
		 loss_refused(r, plan, &err) < 0)
		run_fail(r, &err);
	else
		send_teardown(r, plan, name);
	free(name);
}

void run_cluster_delete(struct command_run *r)
{
	run_get(r, plan_wanted(r), on_plan);
}
