#include "demo_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/http_local.h"
#include "base/mem.h"
#include "provider/provider.h"

const struct demo_ledger demo_ledger_unknown = { -1, -1, -1, -1 };

#define BOOK_MAX ((size_t)256 << 20)

struct asked {
	struct json *answer;
	struct err *err;
	bool ended;
};

static void on_reply(void *arg, const struct http_reply *reply, const struct err *err)
{
	struct asked *a = arg;

	a->ended = true;
	if (!reply)
		*a->err = *err;
	else if (reply->status != 200)
		err_set(a->err, ERR_IO, "the simulated cloud answered %d", reply->status);
	else
		a->answer = json_parse(reply->body, reply->body_len, a->err);
}

static struct json *ask(struct loop *l, const char *socket, const char *target, struct err *err)
{
	const struct http_local_request q = { .socket = socket,
					      .target = target,
					      .body_max = BOOK_MAX };
	struct asked a = { .err = err };

	http_local_send(l, &q, on_reply, &a);
	while (!a.ended)
		loop_turn(l, 1000);
	return a.answer;
}

int demo_ledger_read(struct demo_ledger *out, const struct demo_world *w, const char *cluster,
		     struct err *err)
{
	struct loop *l = loop_new(err);
	struct json *counters = NULL, *book = NULL, *own = NULL;
	char *tagged =
	    xasprintf("/azsim/ledger%s%s", cluster[0] ? "?tag=" TAG_CLUSTER ":" : "", cluster);

	*out = demo_ledger_unknown;
	if (l)
		counters = ask(l, w->control, "/azsim/counters", err);
	if (counters)
		book = ask(l, w->control, "/azsim/ledger", err);
	if (book)
		own = ask(l, w->control, tagged, err);
	if (own)
		demo_ledger_take(out, counters, book, own, cluster);
	json_free(counters);
	json_free(book);
	json_free(own);
	free(tagged);
	if (l)
		loop_free(l);
	return out->resources_left >= 0 ? 0 : -1;
}

/*
 * The report
 */

static int64_t kills(const struct demo_result *r)
{
	int64_t n = 0;

	for (int i = 0; i < DEMO_PHASES; i++)
		n += r->kills[i];
	return n;
}

/* What was not reached, or is not known, is null and no number. */
static void set_count(struct json *j, const char *key, int64_t n)
{
	if (n < 0)
		json_set(j, key, json_new_null());
	else
		json_set_int(j, key, n);
}

static void set_seconds(struct json *j, const char *key, double s)
{
	if (s < 0)
		json_set(j, key, json_new_null());
	else
		json_set_real(j, key, s);
}

static void set_results(struct json *j, const struct demo_report *r)
{
	set_count(j, "tasks_completed", r->result->completed);
	if (r->world->ghosts || r->result->completed < 0) {
		json_set(j, "results_ok", json_new_null());
		json_set(j, "result", json_new_null());
	} else {
		json_set_bool(j, "results_ok", r->result->right == r->order->tasks);
		json_set_real(j, "result", r->result->pi);
	}
	set_count(j, "machines", r->result->completed < 0 ? -1 : r->result->machines);
}

struct json *demo_report_json(const struct demo_report *r)
{
	const struct demo_result *x = r->result;
	struct json *j = json_new_object(), *by;

	json_set_str(j, "cluster", DEMO_CLUSTER);
	json_set_str(j, "scheduler", "slurm");
	json_set_int(j, "tasks_submitted", x->job[0] ? r->order->tasks : 0);
	set_results(j, r);
	json_set_int(j, "nodes_peak", x->peak);
	set_count(j, "nodes_after_idle", x->after_idle);
	set_count(j, "write_calls", r->ledger.write_calls);
	set_count(j, "vms_made", r->ledger.vms);
	json_set_int(j, "kills", kills(x));
	by = json_set_object(j, "kills_by_phase");
	for (int i = 0; i < DEMO_PHASES; i++)
		json_set_int(by, demo_phase_names[i], x->kills[i]);
	set_count(j, "double_creates", r->ledger.double_creates);
	set_count(j, "jobs_lost",
		  !x->job[0]	     ? 0
		  : x->completed < 0 ? -1
				     : r->order->tasks - x->completed);
	set_count(j, "resources_left", r->ledger.resources_left);
	set_count(j, "processes_left", r->processes_left);
	set_seconds(j, "seconds_to_first_task", x->first_task_s);
	json_set_real(j, "seconds_total", r->total_s);
	by = json_set_object(j, "phases");
	for (int i = 0; i < DEMO_PHASES; i++)
		set_seconds(by, demo_phase_names[i], x->phase_s[i]);
	json_set_int(j, "seed", (int64_t)r->order->seed);
	if (x->teardown)
		json_set(j, "teardown", json_copy(json_get(x->teardown, "data")));
	return j;
}

int demo_report_check(const struct demo_report *r, struct err *err)
{
	const struct demo_result *x = r->result;
	const long long tasks = (long long)r->order->tasks;

	if (x->completed != tasks)
		return err_set(err, ERR_INTERNAL, "%lld of %lld tasks left a result",
			       (long long)x->completed, tasks);
	if (!r->world->ghosts && x->right != tasks)
		return err_set(err, ERR_INTERNAL, "%lld of %lld results are right",
			       (long long)x->right, tasks);
	if (!r->world->ghosts && tasks >= 8 && x->machines < 4)
		return err_set(err, ERR_INTERNAL, "the results name %lld machines, not four",
			       (long long)x->machines);
	if (x->after_idle != 0)
		return err_set(err, ERR_INTERNAL, "%lld nodes were left when nothing ran",
			       (long long)x->after_idle);
	if (r->ledger.resources_left != 0 || r->ledger.double_creates != 0)
		return err_set(err, ERR_INTERNAL,
			       "the cloud's book shows %lld resources left, %lld made twice",
			       (long long)r->ledger.resources_left,
			       (long long)r->ledger.double_creates);
	if (r->processes_left > 0)
		return err_set(err, ERR_INTERNAL, "processes were left: %s", r->left);
	return 0;
}
