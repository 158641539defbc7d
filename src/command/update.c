/* What changed in a template, and what a cluster may take over of it while it runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/run.h"

static void show_lines(struct command_run *r, const struct json *list)
{
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *l = json_at(list, i);
		const char *sign = json_str(l, "sign", " ");

		if (sign[0] == '@')
			show_text(r, "@@");
		else
			show_text(r, "%s%s", sign, json_str(l, "text", ""));
	}
}

/* "~ array htc max_nodes   16 -> 32   no restart", and how many of them. */
static void show_changes(struct command_run *r, const struct json *j)
{
	const struct json *list = json_get(j, "changes");

	show_text(r, "applying this: %lld add, %lld change, %lld destroy",
		  (long long)json_int(j, "add", 0), (long long)json_int(j, "change", 0),
		  (long long)json_int(j, "destroy", 0));
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *c = json_at(list, i);
		const char *from = json_str(c, "from", ""), *to = json_str(c, "to", "");

		show_text(r, "  %s %s%s%s%s%s   %s", json_str(c, "sign", " "),
			  json_str(c, "what", ""), from[0] || to[0] ? "  " : "", from,
			  from[0] && to[0] ? " -> " : "", to, json_str(c, "text", ""));
	}
}

/*
 * Diff
 */

static void show_revisions(struct command_run *r, const struct json *j)
{
	const struct json *list = json_get(j, "revisions");

	if (json_len(list) > 0)
		show_columns(r, "REVISION", "FIRST USED", "NOW OF");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *v = json_at(list, i), *used = json_get(v, "clusters");
		struct buf names = BUF_INIT(4000);
		char hash[13], when[CLOCK_TEXT];

		snprintf(hash, sizeof(hash), "%.12s", json_str(v, "hash", ""));
		for (size_t k = 0; k < json_len(used); k++)
			buf_addf(&names, "%s%s", k ? ", " : "", json_text(json_at(used, k)));
		show_row(r, hash, show_time(when, json_int(v, "at_ms", 0)),
			 show_or(buf_str(&names), "-"));
		buf_clear(&names);
	}
}

static void on_diff(struct command_run *r, const struct json *j)
{
	const char *cluster = json_str(j, "cluster", ""), *note = json_str(j, "note", "");
	bool same = json_len(json_get(j, "lines")) == 0;

	if (json_str(j, "from_hash", "")[0]) {
		show_text(r, "--- %s %.12s%s%s", json_str(j, "template", ""),
			  json_str(j, "from_hash", ""), cluster[0] ? ", of cluster " : "",
			  cluster);
		show_text(r, "+++ %s %.12s, the file as it is now", json_str(j, "template", ""),
			  json_str(j, "hash", ""));
	}
	show_lines(r, json_get(j, "lines"));
	if (note[0])
		show_text(r, "%s", note);
	else if (same && json_len(json_get(j, "changes")) == 0)
		show_text(r, "they are the same");
	if (json_get(j, "changes"))
		show_changes(r, j);
	show_revisions(r, j);
	show_result(r, j);
	run_done(r);
}

void run_template_diff(struct command_run *r)
{
	const char *revision = command_option(r, "revision");

	run_get(r,
		client_path("/v1/templates/%/diff?cluster=%&revision=%", r->args.v[0],
			    r->args.n > 1 ? r->args.v[1] : "", revision ? revision : "",
			    (char *)NULL),
		on_diff);
}

/*
 * Update: the plan is read, shown, agreed to, and sent by its hash
 */

static struct json *params_body(const struct command_run *r)
{
	struct json *body = json_new_object(), *params = json_set_array(body, "params");

	for (size_t i = 1; i < r->args.n; i++)
		json_add(params, json_new_string(r->args.v[i]));
	return body;
}

static void post(struct command_run *r, struct json *body, answer_fn *then)
{
	run_post(r, client_path("/v1/clusters/%/update", r->args.v[0], (char *)NULL), body,
		 then);
}

static void drop_plan(void *state)
{
	json_free(state);
}

/* What came of it is the plan that was carried out, which is no operation that goes on. */
static struct json *outcome(const struct json *plan, bool updated)
{
	struct json *j = json_copy(plan);

	json_set(j, "operation", json_new_null());
	json_set_bool(j, "updated", updated);
	return j;
}

static void show_outcome(struct command_run *r, const struct json *plan, bool updated)
{
	struct json *j = outcome(plan, updated);

	show_result(r, j);
	json_free(j);
	run_done(r);
}

static void nobody_agreed(struct command_run *r, const struct json *plan)
{
	struct json *j = outcome(plan, false);

	run_unagreed(r, j, "nothing was changed; --yes does it%s",
		     r->io->ask ? "" : ": there is no terminal to ask on");
	json_free(j);
}

static void on_updated(struct command_run *r, const struct json *answer)
{
	(void)answer;
	show_text(r, "%s has taken it over; the next decision works with it", r->args.v[0]);
	show_outcome(r, r->state, true);
}

static void on_plan(struct command_run *r, const struct json *plan)
{
	const char *hash = json_str(plan, "hash", ""), *given = command_option(r, "plan");
	struct json *body;

	show_changes(r, plan);
	if (json_bool(plan, "possible", false) && !given)
		show_text(r, "--plan %s agrees to this, and to no other plan", hash);
	if (json_len(json_get(plan, "changes")) == 0) {
		show_text(r, "%s", json_str(plan, "why_not", ""));
		show_outcome(r, plan, false);
	} else if (!json_bool(plan, "possible", false)) {
		run_failf(r, ERR_UNSUPPORTED, "%s", json_str(plan, "why_not", ""));
	} else if (given && strcmp(given, hash) != 0) {
		run_failf(r, ERR_CONFLICT,
			  "the plan is another one now; nothing was changed: read it again");
	} else if (given || run_agrees(r, "Go on? y/N: ") > 0) {
		body = params_body(r);
		json_set_str(body, "plan_hash", hash);
		run_keep(r, json_copy(plan), drop_plan);
		post(r, body, on_updated);
		run_if_match(r, plan);
	} else if (r->io->ask || r->io->exec) {
		nobody_agreed(r, plan);
	} else { /* the plan is what was asked for */
		show_text(r, "nothing was changed; --yes does it");
		show_outcome(r, plan, false);
	}
}

int check_update(const struct command_run *r, struct err *err)
{
	return args_are_params(r, 1, err);
}

void run_cluster_update(struct command_run *r)
{
	post(r, params_body(r), on_plan);
}
