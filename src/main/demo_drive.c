#include "demo_drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/rand.h"
#include "base/strs.h"
#include "demo_results.h"
#include "interrupt.h"

#define LOOK_MS	      200
#define STUCK_MS      300000 /* no phase takes longer on the slowest machine seen */
#define NEEDS	      2
#define NEEDS_LOOK_MS 500
#define LACKS_S	      15 /* for whoever starts azsim again, or makes room */
#define KILL_FROM_MS  20
#define KILL_TO_MS    400
#define SCRIPT_MAX    ((size_t)1 << 20)
#define RESULTS_MAX   ((size_t)64 << 20)

const char *const demo_phase_names[DEMO_PHASES] = { "start", "scale-out", "run", "scale-in",
						    "teardown" };

struct drive {
	const struct demo_world *w;
	const struct demo_order *o;
	struct demo_result *out;
	struct loop *loop;
	struct client *client;
	struct timer *look, *kill, *needs_look;
	struct proc *reader; /* of the results */
	enum demo_phase phase;
	int64_t phase_ms, kills_due;
	int64_t lacks_ms[NEEDS]; /* since when; 0: it is there */
	bool asking, seen_queue, results_asked, ended;
	int64_t operation; /* of the teardown */
	struct rng rng;
	struct err *err;
	char last[160];
};

static void fail(struct drive *d, const struct err *err)
{
	if (!d->ended && d->err)
		*d->err = *err;
	d->ended = true;
}

static void say(struct drive *d, const char *text)
{
	if (strcmp(text, d->last) == 0)
		return;
	snprintf(d->last, sizeof(d->last), "%s", text);
	fprintf(stderr, "%7.1f s  %-9s  %s\n",
		(double)(clock_mono_ms() - d->o->started_ms) / 1000, demo_phase_names[d->phase],
		text);
}

/*
 * Kills, at random moments of each phase
 */

static int64_t kills_of_phase(const struct demo_order *o, enum demo_phase p)
{
	return o->kills / DEMO_PHASES + ((int64_t)p < o->kills % DEMO_PHASES);
}

static void aim_kill(struct drive *d)
{
	if (d->kills_due > 0)
		timer_set(d->kill, KILL_FROM_MS +
				       (int64_t)rng_below(&d->rng, KILL_TO_MS - KILL_FROM_MS));
}

static void say_kill(struct drive *d)
{
	int64_t n = 0;
	char text[80];

	for (int i = 0; i < DEMO_PHASES; i++)
		n += d->out->kills[i];
	snprintf(text, sizeof(text), "engine killed and back, %lld of %lld", (long long)n,
		 (long long)d->o->kills);
	say(d, text);
}

static void kill_engine(void *arg)
{
	struct drive *d = arg;
	struct err err = ERR_INIT;

	if (demo_engine_kill(d->w, &err) < 0 || demo_engine_start(d->w, &err) < 0) {
		fail(d, &err);
		return;
	}
	d->kills_due--;
	d->out->kills[d->phase]++;
	say_kill(d);
	aim_kill(d);
}

static void enter(struct drive *d, enum demo_phase p)
{
	int64_t now = clock_mono_ms();

	if (p != d->phase)
		d->out->phase_s[d->phase] = (double)(now - d->phase_ms) / 1000;
	d->phase = p;
	d->phase_ms = now;
	d->kills_due += kills_of_phase(d->o, p);
	aim_kill(d);
}

/*
 * Acts. What comes back says nothing that the next look would not say better, refusals aside.
 */

static void acted(void *arg, const struct json *answer, const struct err *err)
{
	struct drive *d = arg;

	d->asking = false;
	if (!answer && err && err->code != ERR_CONFLICT && err->code != ERR_EXISTS &&
	    err->code != ERR_STALE && /* somebody changed it: the next look reads it anew */
	    err->code != ERR_IO && err->code != ERR_UNKNOWN)
		fail(d, err);
	timer_set(d->look, LOOK_MS);
}

static void post(struct drive *d, const char *path, struct json *take, client_cb *cb)
{
	client_post(d->client, path, take, cb, d);
	json_free(take);
}

static void create(struct drive *d)
{
	struct json *j = json_new_object(), *params = json_set_array(j, "params");
	char idle[64];

	snprintf(idle, sizeof(idle), "idle=%s", d->o->idle);
	json_set_str(j, "name", DEMO_CLUSTER);
	json_set_str(j, "template", "slurm");
	json_add(params, json_new_string(idle));
	json_add(params, json_new_string("cycle=1s"));
	post(d, "/v1/clusters", j, acted);
}

static void submitted(void *arg, const struct json *answer, const struct err *err)
{
	struct drive *d = arg;

	if (answer) {
		snprintf(d->out->job, sizeof(d->out->job), "%s", json_str(answer, "job", ""));
		say(d, "job submitted");
		if (d->o->only_submit)
			d->ended = true;
	}
	acted(d, answer, err);
}

static void submit(struct drive *d)
{
	char *path = xasprintf("%s/jobs/monte-carlo.sh", d->w->templates), range[40];
	struct buf script = BUF_INIT(SCRIPT_MAX);
	struct json *j = json_new_object();
	struct err err = ERR_INIT;

	snprintf(range, sizeof(range), "1-%lld", (long long)d->o->tasks);
	if (file_read(&script, path, &err) < 0)
		fail(d, &err);
	json_set_str(j, "script_text", buf_str(&script));
	json_set_str(j, "name", "monte-carlo");
	json_set_str(j, "array", range);
	if (d->phase == DEMO_START)
		enter(d, DEMO_SCALE_OUT);
	post(d, "/v1/clusters/" DEMO_CLUSTER "/jobs", j, submitted);
	buf_clear(&script);
	free(path);
}

/*
 * Results, from the head by ssh
 */

static void read_results(void *arg, const struct proc_result *r)
{
	struct drive *d = arg;
	struct err err = ERR_INIT;

	d->reader = NULL;
	d->asking = false;
	if (proc_err(r, "reading the results on the head", &err) < 0) {
		say(d, err.msg);
	} else {
		demo_results_read(d->out, r->out, r->out_len, d->o->tasks);
		enter(d, DEMO_SCALE_IN);
	}
	timer_set(d->look, LOOK_MS);
}

static void on_ssh(void *arg, const struct json *answer, const struct err *err)
{
	struct drive *d = arg;
	const struct json *list = json_get(answer, "argv");
	struct strs argv = STRS_INIT(200);
	struct proc_spec spec = { .deadline_ms = 60000, .output_max = RESULTS_MAX };
	struct err mine = ERR_INIT;

	if (!answer) {
		acted(d, answer, err);
		return;
	}
	for (size_t i = 0; i < json_len(list); i++)
		strs_add(&argv, json_text(json_at(list, i)));
	strs_addf(&argv, "cat /shared/results/%s/*.json", d->out->job);
	spec.argv = (const char *const *)argv.v;
	d->reader = proc_start(d->loop, &spec, read_results, d, &mine);
	if (!d->reader)
		acted(d, NULL, &mine);
	strs_clear(&argv);
}

static void fetch_results(struct drive *d)
{
	if (d->w->ghosts) { /* nothing ran: there are no files */
		d->out->completed = d->o->tasks;
		d->asking = false;
		enter(d, DEMO_SCALE_IN);
		timer_set(d->look, LOOK_MS);
		return;
	}
	client_get(d->client, "/v1/clusters/" DEMO_CLUSTER "/ssh", on_ssh, d);
}

/*
 * Teardown
 */

static void on_teardown(void *arg, const struct json *answer, const struct err *err)
{
	struct drive *d = arg;

	if (answer)
		d->operation = json_int(answer, "operation", 0);
	acted(d, answer, err);
}

static void on_plan(void *arg, const struct json *plan, const struct err *err)
{
	struct drive *d = arg;
	struct json *j;

	if (!plan) {
		acted(d, plan, err);
		return;
	}
	j = json_new_object();
	json_set_str(j, "plan_hash", json_str(plan, "hash", ""));
	json_set_str(j, "typed_name", DEMO_CLUSTER);
	client_if_match(
	    client_post(d->client, "/v1/clusters/" DEMO_CLUSTER "/teardown", j, on_teardown, d),
	    json_str(plan, "etag", ""));
	json_free(j);
}

/* The newest operation is the teardown: the report is its data. */
static void on_operations(void *arg, const struct json *answer, const struct err *err)
{
	struct drive *d = arg;
	const struct json *list = json_get(answer, "operations");

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *op = json_at(list, i);

		if (strcmp(json_str(op, "kind", ""), "delete") != 0)
			continue;
		if (strcmp(json_str(op, "state", ""), "running") == 0)
			break;
		d->out->teardown = json_copy(op);
		d->out->phase_s[d->phase] = (double)(clock_mono_ms() - d->phase_ms) / 1000;
		say(d, json_str(op, "detail", ""));
		d->ended = true;
		return;
	}
	acted(d, answer, err);
}

/*
 * What nothing can come of this demo without: each may come back for a while
 */

static bool cloud_runs(const struct demo_world *w)
{
	return demo_azsim_pid(w) != 0;
}

/* Below this the engine changes nothing. */
static bool disk_has_room(const struct demo_world *w)
{
	int64_t room = demo_world_room(w);

	return room < 0 || room >= (int64_t)16 << 20;
}

static const struct {
	bool (*met)(const struct demo_world *w);
	const char *lacks, *back, *ended, *cure;
} needs[NEEDS] = {
	{ cloud_runs, "the simulated cloud (azsim) has ended",
	  "the simulated cloud (azsim) is back",
	  "the simulated cloud (azsim) has ended, and did not run again", "" },
	{ disk_has_room, "the disk is full, and the engine changes nothing",
	  "there is room on the disk again", "the disk of the demo's folder has been full",
	  ": free 16 MiB and more, or give a folder on another disk with --state" },
};

static void look_at_need(struct drive *d, int i)
{
	int64_t now = clock_mono_ms(), since = d->lacks_ms[i];
	char text[160];
	struct err err;

	if (needs[i].met(d->w)) {
		d->lacks_ms[i] = 0;
		if (since)
			say(d, needs[i].back);
	} else if (!since) {
		d->lacks_ms[i] = now;
		snprintf(text, sizeof(text),
			 "%s: unless that changes within %d s, this demo ends", needs[i].lacks,
			 LACKS_S);
		say(d, text);
	} else if (now - since >= (int64_t)LACKS_S * 1000) {
		err_set(&err, ERR_IO, "%s for %d s%s", needs[i].ended, LACKS_S, needs[i].cure);
		fail(d, &err);
	}
}

static void look_at_needs(void *arg)
{
	struct drive *d = arg;

	for (int i = 0; i < NEEDS; i++)
		look_at_need(d, i);
	timer_set(d->needs_look, NEEDS_LOOK_MS);
}

/*
 * A look, and what follows from it
 */

static void watch_queue(struct drive *d, const struct json *c)
{
	int64_t running = json_int(c, "view.jobs_running", 0),
		pending = json_int(c, "view.jobs_pending", 0);
	int64_t nodes = json_int(c, "view.nodes", 0), left = running + pending;
	char text[120];

	if (json_int(c, "view.queue_age_ms", -1) <
	    0) { /* an engine that has just begun has read nothing yet */
		acted(d, c, NULL);
		return;
	}
	if (nodes > d->out->peak)
		d->out->peak = nodes;
	snprintf(text, sizeof(text), "%lld tasks wait, %lld run; %lld nodes, %lld boot",
		 (long long)pending, (long long)running, (long long)nodes,
		 (long long)json_int(c, "view.booting", 0));
	say(d, text);
	d->seen_queue = d->seen_queue || left > 0;
	if (d->seen_queue && left < d->o->tasks && d->out->first_task_s < 0) {
		d->out->first_task_s = (double)(clock_mono_ms() - d->o->started_ms) / 1000;
		say(d, "the first task has ended: seconds_to_first_task of the report");
	}
	if (d->phase == DEMO_SCALE_OUT && running > 0)
		enter(d, DEMO_RUN);
	if (d->phase == DEMO_RUN && d->seen_queue && left == 0 && d->kills_due <= 0)
		fetch_results(d);
	else
		acted(d, c, NULL);
}

static void watch_idle(struct drive *d, const struct json *c)
{
	char text[80];

	d->out->after_idle = json_int(c, "view.nodes", -1);
	snprintf(text, sizeof(text), "%lld nodes", (long long)d->out->after_idle);
	say(d, text);
	if (d->out->after_idle == 0 && d->kills_due <= 0)
		enter(d, DEMO_TEARDOWN);
	acted(d, c, NULL);
}

static void on_running(struct drive *d, const struct json *c)
{
	switch (d->phase) {
	case DEMO_START:
	case DEMO_SCALE_OUT:
	case DEMO_RUN:
		if (d->phase == DEMO_START && d->kills_due > 0)
			acted(d, c, NULL); /* its kills first */
		else if (!d->out->job[0])
			submit(d);
		else
			watch_queue(d, c);
		break;
	case DEMO_SCALE_IN:
		watch_idle(d, c);
		break;
	case DEMO_TEARDOWN:
	case DEMO_PHASES:
		client_get(d->client, "/v1/clusters/" DEMO_CLUSTER "/teardown", on_plan, d);
		break;
	}
}

static void on_other(struct drive *d, const struct json *c, const char *state)
{
	struct err err;
	char text[160];

	if (strncmp(state, "failed", 6) == 0) {
		err_set(&err, ERR_INTERNAL, "cluster " DEMO_CLUSTER " failed: %s",
			json_str(c, "reason", ""));
		fail(d, &err);
	} else if (strcmp(state, "off") == 0 && d->phase == DEMO_START) {
		post(d, "/v1/clusters/" DEMO_CLUSTER "/start", NULL, acted);
		return;
	}
	snprintf(text, sizeof(text), "%s", state);
	say(d, text);
	acted(d, c, NULL);
}

static void on_cluster(void *arg, const struct json *c, const struct err *err)
{
	struct drive *d = arg;
	const char *state = json_str(c, "state", "");

	if (c)
		snprintf(d->out->cluster, sizeof(d->out->cluster), "%s",
			 json_str(c, "short_id", ""));
	if (!c && err->code == ERR_NOT_FOUND && d->phase == DEMO_TEARDOWN)
		client_get(d->client, "/v1/operations?most=20", on_operations, d);
	else if (!c && err->code == ERR_NOT_FOUND && d->phase == DEMO_START)
		create(d);
	else if (!c)
		acted(d, c, err);
	else if (strcmp(state, "running") == 0)
		on_running(d, c);
	else
		on_other(d, c, state);
}

static void look(void *arg)
{
	struct drive *d = arg;
	struct err err;

	if (d->asking)
		return;
	if (clock_mono_ms() - d->phase_ms > STUCK_MS) {
		err_set(&err, ERR_TIMEOUT, "%s has not ended after %d s: %s",
			demo_phase_names[d->phase], STUCK_MS / 1000,
			d->last[0] ? d->last : "the engine gave no answer");
		fail(d, &err);
		return;
	}
	d->asking = true;
	client_get(d->client, "/v1/clusters/" DEMO_CLUSTER, on_cluster, d);
}

int demo_drive(const struct demo_world *w, const struct demo_order *o, struct demo_result *out,
	       struct err *err)
{
	struct drive d = { .w = w, .o = o, .out = out, .err = err, .phase_ms = o->started_ms };

	*out = (struct demo_result){ .first_task_s = -1, .after_idle = -1, .completed = -1 };
	for (int i = 0; i < DEMO_PHASES; i++)
		out->phase_s[i] = -1;
	rng_seed(&d.rng, o->seed);
	err->code = ERR_NONE;
	d.loop = loop_new(err);
	d.client = d.loop ? client_new(d.loop, w->places.socket, (uid_t)-1) : NULL;
	if (d.client) {
		d.look = timer_new(d.loop, look, &d);
		d.kill = timer_new(d.loop, kill_engine, &d);
		d.needs_look = timer_new(d.loop, look_at_needs, &d);
		enter(&d, DEMO_START);
		timer_set(d.look, 0);
		if (!o->only_submit) /* else its console says it */
			timer_set(d.needs_look, 0);
		while (!d.ended && !interrupt_came())
			loop_turn(d.loop, LOOK_MS);
		proc_free(d.reader);
		timer_free(d.look);
		timer_free(d.kill);
		timer_free(d.needs_look);
	}
	client_free(d.client);
	if (d.loop)
		loop_free(d.loop);
	return err->code == ERR_NONE ? 0 : -1;
}

void demo_result_clear(struct demo_result *r)
{
	json_free(r->teardown);
	*r = (struct demo_result){ 0 };
}
