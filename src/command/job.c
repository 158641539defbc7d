/* Jobs: listed, shown, told what to do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/run.h"
#include "model/queue.h"

static bool is_over(enum job_state s)
{
	return s == JOB_DONE || s == JOB_FAILED || s == JOB_CANCELLED || s == JOB_UNKNOWN;
}

static const char *run_time(char out[CLOCK_TEXT], const struct json *j)
{
	int64_t start = json_int(j, "start_s", 0);
	enum job_state state = job_state_of(json_str(j, "state", ""));

	if (start <= 0 || state == JOB_PENDING || state == JOB_HELD) {
		snprintf(out, CLOCK_TEXT, "-");
		return out;
	}
	if (json_int(j, "end_s", 0) >= start && is_over(state))
		return clock_span(out, (json_int(j, "end_s", 0) - start) * 1000);
	return show_since(out, start * 1000);
}

/* How many of its tasks are held back, and by what. */
static const char *verdict(char out[JOB_VERDICT], const struct json *j)
{
	struct job of = job_blank();

	of.waits = json_str(j, "waits", "");
	of.tasks = json_int(j, "tasks", 1);
	of.stuck = json_int(j, "stuck", 0);
	return job_verdict(out, &of);
}

static void list_row(struct command_run *r, const struct json *j)
{
	char tasks[SHOW_MAX], cpus[SHOW_MAX], time[CLOCK_TEXT];
	const char *nodes = json_str(j, "nodes", ""), *reason = json_str(j, "reason", "");
	char where[JOB_VERDICT];

	if (nodes[0] && reason[0] && is_over(job_state_of(json_str(j, "state", ""))))
		snprintf(where, sizeof(where), "%.100s on %.90s", reason, nodes);
	else if (json_str(j, "waits", "")[0])
		verdict(where, j);
	else
		snprintf(where, sizeof(where), "%.199s", nodes[0] ? nodes : reason);
	show_row(r, json_str(j, "id", "?"), json_str(j, "name", ""), json_str(j, "user", ""),
		 json_str(j, "partition", ""),
		 job_state_short(job_state_of(json_str(j, "state", ""))),
		 show_int(tasks, json_int(j, "tasks", 1)),
		 show_int(cpus, json_int(j, "cpus", -1)), run_time(time, j), where);
}

static void on_list(struct command_run *r, const struct json *answer)
{
	const struct json *rows = json_get(answer, "rows");

	if (!list_none_show(r, answer, "job",
			    command_option(r, "ended") ? " in its queue or ended lately"
						       : " in its queue"))
		show_columns(r, "JOBID", "NAME", "USER", "PARTITION", "ST", "TASKS", "CPUS",
			     "TIME", "NODES OR REASON");
	for (size_t i = 0; i < json_len(rows); i++)
		list_row(r, json_at(rows, i));
	list_cut_show(r, answer);
	show_result(r, answer);
	run_done(r);
}

void run_job_list(struct command_run *r)
{
	struct list_wish w = { .cluster = r->args.v[0], .noun = "jobs", .then = on_list };

	list_options(r, &w);
	list_rows(r, &w);
}

static void on_show(struct command_run *r, const struct json *answer)
{
	show_text(r, "%s", json_str(answer, "text", ""));
	show_result(r, answer);
	run_done(r);
}

void run_job_show(struct command_run *r)
{
	run_get(r,
		client_path("/v1/clusters/%/jobs/%", r->args.v[0], r->args.v[1], (char *)NULL),
		on_show);
}

static const struct {
	const char *verb, *text;
} told[] = {
	{ "cancel", "cancelled" },
	{ "hold", "held: it does not start before it is released" },
	{ "release", "released" },
	{ "requeue", "back in the queue" },
};

static void on_told(struct command_run *r, const struct json *answer)
{
	const struct json *left = json_get(answer, "left_alone");
	size_t done = r->args.n - 1 - json_len(left);
	char jobs[48];

	for (size_t i = 0; i < json_len(left); i++)
		show_text(r, "not done: %s", json_text(json_at(left, i)));
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		if (strcmp(told[i].verb, verb_of(r)) != 0)
			continue;
		else if (json_len(left) > 0)
			show_text(r, "%s: %s", count_text(jobs, (int64_t)done, "other job"),
				  told[i].text);
		else
			show_text(r, "job %s%s: %s", r->args.v[1],
				  r->args.n > 2 ? " and the others" : "", told[i].text);
	show_result(r, answer);
	run_done(r);
}

void run_job_act(struct command_run *r)
{
	struct json *body = json_new_object(), *ids = json_set_array(body, "ids");
	char *format = xasprintf("/v1/clusters/%%/jobs/%s", verb_of(r));

	for (size_t i = 1; i < r->args.n; i++)
		json_add(ids, json_new_string(r->args.v[i]));
	run_post(r, client_path(format, r->args.v[0], (char *)NULL), body, on_told);
	free(format);
}
