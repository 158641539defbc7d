/*
 * What a job was submitted with, for a form that changes it, and what is said of the changes
 * while they are typed: each by itself, and the job as a whole by the decision's own code.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/check.h"
#include "engine/facts.h"
#include "engine/jobs.h"
#include "engine/region.h"
#include "engine/remote.h"
#include "engine/resubmit.h"

struct form_ask {
	struct run *run;
	char job[64];
	engine_done_cb *cb;
	void *arg;
};

int resubmit_can(const struct run *r, struct err *err)
{
	if (r->sched->job_options)
		return 0;
	return err_set(err, ERR_UNSUPPORTED, "%s does not hand out scripts of jobs",
		       r->sched->title);
}

struct job_changes resubmit_changes(const struct json *changes)
{
	return (struct job_changes){ .account = json_str(changes, "account", ""),
				     .nodes = json_str(changes, "nodes", ""),
				     .cpus = json_str(changes, "cpus", ""),
				     .mem = json_str(changes, "mem", ""),
				     .time = json_str(changes, "time", ""),
				     .array = json_str(changes, "array", "") };
}

/*
 * What it was
 */

static struct json *form_json(const struct form_ask *a, const struct job_spec *s)
{
	const struct {
		const char *name, *value;
	} values[] = {
		{ "name", s->name },   { "account", s->account }, { "partition", s->partition },
		{ "nodes", s->nodes }, { "cpus", s->cpus },	  { "mem", s->mem },
		{ "time", s->time },   { "array", s->array },	  { "args", s->args },
	};
	struct json *j = json_new_object(), *to, *list;

	json_set_str(j, "job", a->job);
	json_set_str(j, "script", s->script);
	json_set_int(j, "processes", s->processes);
	to = json_set_object(j, "values");
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		json_set_str(to, values[i].name, values[i].value);
	list = json_set_array(j, "partitions");
	for (size_t i = 0; i < a->run->cluster.spec.n_arrays; i++)
		json_add(list, json_new_string(a->run->cluster.spec.arrays[i].name));
	return j;
}

/* It left the scheduler's memory: what was written down when it ended. */
static bool remembered(struct job_spec *s, const struct form_ask *a)
{
	struct job_record rec;

	if (store_job_find(a->run->engine->store, a->run->cluster.id, a->job, &rec, NULL) < 0)
		return false;
	snprintf(s->name, sizeof(s->name), "%s", rec.name);
	snprintf(s->account, sizeof(s->account), "%s", rec.account);
	snprintf(s->partition, sizeof(s->partition), "%s", rec.partition);
	snprintf(s->script, sizeof(s->script), "%s", rec.script);
	if (rec.nodes_min > 0)
		snprintf(s->nodes, sizeof(s->nodes), "%lld", (long long)rec.nodes_min);
	if (rec.nodes_min == 1 && rec.cpus > 0)
		snprintf(s->cpus, sizeof(s->cpus), "%lld", (long long)rec.cpus);
	if (rec.limit_s > 0)
		snprintf(s->time, sizeof(s->time), "%lld",
			 (long long)((rec.limit_s + 59) / 60));
	return true;
}

/* A task is one more of its number; of an array that waits what is left of it; of a whole one
 * what its script says. */
static void array_of(struct job_spec *s, const struct form_ask *a)
{
	const struct job *j = a->run->queue ? queue_job(a->run->queue, a->job) : NULL;
	const char *task = strchr(a->job, '_');
	bool set = j && j->array_id[0] && strchr(j->id, '[');

	if (task && task[1] != '[')
		snprintf(s->array, sizeof(s->array), "%s", task + 1);
	else if (set && strlen(j->task) < sizeof(s->array))
		snprintf(s->array, sizeof(s->array), "%s", j->task);
	else if (task) /* some of it began meanwhile: what was seen of it */
		snprintf(s->array, sizeof(s->array), "%.*s", (int)strcspn(task + 2, "]"),
			 task + 2);
	else
		s->array[0] = '\0';
}

static void on_spec(void *arg, const struct sched_run *run, const struct err *why)
{
	struct form_ask *a = arg;
	struct job_spec s = { .name = "" };
	struct err err = ERR_INIT;
	struct json *j = NULL;
	bool told = run && run->exit_code == 0 && a->run->sched->read_spec &&
		    a->run->sched->read_spec(&s, run, &err) == 0;

	if (told || remembered(&s, a)) {
		array_of(&s, a);
		j = form_json(a, &s);
	} else if (!run) {
		err = *why;
	} else {
		err_set(&err, ERR_NOT_FOUND,
			"the scheduler shows no job %s, and none is written down", a->job);
	}
	a->cb(a->arg, j, j ? NULL : &err);
	json_free(j);
	free(a);
}

int engine_job_again(struct engine *e, const char *cluster, const char *job, engine_done_cb *cb,
		     void *arg, struct err *err)
{
	struct run *r = run_ready(e, cluster, err);
	struct strs names = STRS_INIT(1);
	struct sched_args args = { .names = &names };
	const char *set = strstr(job, "_[");
	struct form_ask *a;

	if (!r || resubmit_can(r, err) < 0)
		return -1;
	a = xcalloc(1, sizeof(*a));
	*a = (struct form_ask){ .run = r, .cb = cb, .arg = arg };
	snprintf(a->job, sizeof(a->job), "%s", job);
	args.version = r->sched_version;
	/* what is left of an array goes by the array's number */
	strs_addf(&names, "%.*s", set ? (int)(set - job) : 63, job);
	remote_verb(r, SCHED_JOB_DETAIL, &args, on_spec, a);
	strs_clear(&names);
	return 0;
}

/*
 * What it would be
 */

/* Of several the scheduler takes the one where it starts first: each has to be there. */
static void check_partitions(struct json *out, const struct check_job *f, const char *list)
{
	struct strs names = STRS_INIT(64);

	strs_split(&names, list, strlen(list), ',');
	for (size_t i = 0; i < names.n; i++)
		if (!cluster_array(f->spec, names.v[i])) {
			check_problem(out, CHECK_FAIL, "partition", f->spec->arrays[0].name,
				      "the cluster has no array \"%.40s\"", names.v[i]);
			break;
		}
	strs_clear(&names);
}

static void check_tasks(struct json *out, const struct check_job *f, const char *array)
{
	const struct sched_args as = { .text = "/", .array = array, .limits = f->limits };
	struct strs argv = STRS_INIT(32);
	struct err err = ERR_INIT;

	if (array[0] && f->sched->argv(&argv, SCHED_SUBMIT, &as, &err) < 0)
		check_problem(out, CHECK_FAIL, "array", NULL, "%s", err.msg);
	strs_clear(&argv);
}

static void check_names(struct json *out, const struct check_job *f, const struct json *changes)
{
	const char *name = json_str(changes, "name", ""),
		   *partition = json_str(changes, "partition", "");

	if (name[0] && !text_is_name(name, 64))
		check_problem(out, CHECK_FAIL, "name", NULL,
			      "job name \"%.60s\": letters, digits, dot, hyphen and underscore",
			      name);
	if (partition[0])
		check_partitions(out, f, partition);
}

/* One by one, so that each is told of where it stands. False: some is not understood. */
static bool check_sizes(struct json *out, const struct check_job *f, struct job *as,
			const struct job_changes *c, int64_t processes)
{
	const struct {
		const char *name;
		struct job_changes one;
	} each[] = {
		{ "account", { .account = c->account } }, { "nodes", { .nodes = c->nodes } },
		{ "cpus", { .cpus = c->cpus } },	  { "mem", { .mem = c->mem } },
		{ "time", { .time = c->time } },
	};
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(each); i++) {
		struct err err = ERR_INIT;
		struct job alone = { .nodes_min = 1 };

		if (f->sched->job_options(NULL, &alone, &each[i].one, 0, &err) == 0)
			continue;
		check_problem(out, CHECK_FAIL, each[i].name, NULL, "%s", err.msg);
		good = false;
	}
	return good && f->sched->job_options(NULL, as, c, processes, NULL) == 0;
}

/* Nodes that floors keep are made all the same. */
static bool is_for_it(const struct plan *p, size_t create)
{
	for (size_t i = 0; i < p->n_placements; i++)
		if (p->placements[i].want == 0 && p->placements[i].create == create)
			return true;
	return false;
}

static void say_placed(struct json *out, const struct plan *p)
{
	const char *why = NULL;
	int64_t made = 0;
	char text[300];

	for (size_t i = 0; i < p->n_creates; i++) {
		if (!is_for_it(p, i))
			continue;
		made += p->creates[i].count;
		why = why ? why : p->creates[i].why;
	}
	if (why)
		snprintf(text, sizeof(text), "%s: %.200s",
			 count_text((char[48]){ 0 }, made, "new node"), why);
	else
		snprintf(text, sizeof(text), "it fits on nodes that are there");
	check_told(out, "fits", CHECK_OK, text);
}

static void say_waits(struct json *out, const struct why_want *w, int64_t tasks)
{
	char some[64] = "it";

	if (w->placed > 0 && tasks == w->placed + w->unplaced)
		snprintf(some, sizeof(some), "%lld of %lld tasks", (long long)w->unplaced,
			 (long long)tasks);
	check_problem(out, CHECK_WARN, "", NULL, "%s would wait: %s", some,
		      w->text ? w->text : "");
}

/* Nothing that ends makes room for it. What is not judged of it may ask for less. */
static void say_never(struct json *out, const struct why_want *w, bool judged)
{
	const char *text = w->text ? w->text : "";

	if (judged)
		check_problem(out, CHECK_FAIL, "", NULL, "%s", text);
	else
		check_problem(out, CHECK_WARN, "", NULL,
			      "%.250s, unless the other options say otherwise", text);
}

/* The decision, with this job as the whole queue: what it says now it would say then. judged:
 * all of it. */
static void check_fit(struct json *out, const struct check_job *f, const struct job *as,
		      bool judged)
{
	struct queue q;
	struct demand d = { 0 };
	struct plan p = { 0 };
	struct job *j;

	queue_init(&q);
	j = queue_add_job(&q);
	*j = *as;
	j->demand = true;
	if (demand_of(&d, &q, f->spec, f->sizes, f->sched, NULL) < 0 ||
	    plan_make(&p, &d, f->facts, NULL) < 0 || p.n_wants == 0) {
		check_told(out, "fits", CHECK_UNKNOWN, "whether it fits is not known");
	} else {
		if (p.wants[0].unplaced == 0) /* on nodes that boot, too */
			say_placed(out, &p);
		else if (p.wants[0].code == WHY_NEVER_FITS ||
			 p.wants[0].code == WHY_GROUP_TOO_SMALL)
			say_never(out, &p.wants[0], judged);
		else
			say_waits(out, &p.wants[0], as->tasks);
	}
	plan_clear(&p);
	demand_clear(&d);
	queue_clear(&q);
}

/* Of how many nodes it would be, nobody knows: what of it needs one to itself neither. */
static bool exclusive_is_open(const struct job_spec *own, const struct job_changes *c)
{
	bool exact = c->nodes[0] && !strchr(c->nodes, '-');

	return own->exclusive && own->processes > 1 && own->per_node == 0 && !exact;
}

/* So many processes on each node: it has the cpus for all of these, or the job waits for one
 * that has. How many there are then. */
static int64_t per_node(struct job_changes *c, char nodes[24], const struct job_spec *own,
			int64_t processes)
{
	int64_t n = 1;

	if (own->per_node == 0)
		return processes;
	if (c->nodes[0] && num_read_n(&n, c->nodes, strcspn(c->nodes, "-"), 1, INT32_MAX) < 0)
		return processes; /* it is told where it stands */
	if (!c->nodes[0] && processes > 0)
		n = (processes + own->per_node - 1) / own->per_node;
	snprintf(nodes, 24, "%lld", (long long)n);
	c->nodes = nodes;
	return n * own->per_node;
}

/* What the script says of itself, where the form says nothing. */
static void take_script(struct json *out, const struct check_job *f, struct job_spec *own,
			struct job_changes *c, const char *script)
{
	struct job_changes all = { .nodes = own->nodes,
				   .cpus = own->cpus,
				   .mem = own->mem,
				   .time = own->time,
				   .array = own->array };
	char other[SCHED_OPTION_TEXT], text[120];
	struct job alone = { .nodes_min = 1 };
	struct err err = ERR_INIT;

	f->sched->script_spec(own, other, script);
	if (f->sched->job_options(NULL, &alone, &all, 0, &err) < 0) {
		snprintf(text, sizeof(text), "what the script says is not judged: %.80s",
			 err.msg);
		check_told(out, "script", CHECK_UNKNOWN, text);
		*own = (struct job_spec){ .name = "" };
		return;
	}
	c->nodes = c->nodes[0] ? c->nodes : own->nodes;
	c->cpus = c->cpus[0] ? c->cpus : own->cpus;
	c->mem = c->mem[0] ? c->mem : own->mem;
	c->time = c->time[0] ? c->time : own->time;
	c->array = c->array[0] ? c->array : own->array;
	if (!other[0] && exclusive_is_open(own, c))
		snprintf(other, sizeof(other), "--exclusive");
	if (!other[0])
		return;
	snprintf(text, sizeof(text), "the script's %.40s is not judged", other);
	check_told(out, "script", CHECK_UNKNOWN, text);
}

/* Processes go where there is room: without a number of nodes each is placed by itself. */
static void spread(struct job *job, int64_t processes, const char *nodes)
{
	if (processes < 2 || (nodes[0] && !strchr(nodes, '-')))
		return;
	job->cpus = job->cpus > processes ? job->cpus / processes : 1;
	job->nodes_min = 1;
	if (job->tasks > 0 && job->tasks <= INT32_MAX)
		job->tasks *= processes;
}

void check_job(struct json *out, const struct check_job *f, const struct job *as,
	       const struct json *changes)
{
	struct job_changes c = resubmit_changes(changes);
	const char *partition = json_str(changes, "partition", ""),
		   *script = json_str(changes, "script_text", "");
	bool judged = json_len(json_get(changes, "args")) == 0;
	struct job_spec own = { .name = "" };
	struct job job = *as;
	char nodes[24];
	int64_t processes;

	json_set_array(out, "problems");
	json_set_array(out, "checks");
	check_names(out, f, changes);
	if (script[0] && f->sched->script_spec)
		take_script(out, f, &own, &c, script);
	check_tasks(out, f, judged ? c.array : json_str(changes, "array", ""));
	if (partition[0])
		job.partition = partition;
	else if (own.partition[0])
		job.partition = own.partition;
	processes = per_node(&c, nodes, &own, json_int(changes, "processes", own.processes));
	job.exclusive = job.exclusive || (own.exclusive && !exclusive_is_open(&own, &c));
	if (!check_sizes(out, f, &job, &c, processes))
		return;
	spread(&job, own.processes, c.nodes);
	if (json_len(json_get(out, "problems")) == 0 && f->facts)
		check_fit(out, f, &job, judged);
	if (!judged)
		check_told(out, "options", CHECK_UNKNOWN,
			   "the other options are not judged: they may change what it needs");
}

/* The script is read by the scheduler alone. */
static void script_too(struct json *out, const struct json *changes, bool first, bool of_array)
{
	bool set = json_str(changes, "array", "")[0];

	if (json_len(json_get(out, "problems")) > 0 || (!first && (set || !of_array)) ||
	    json_str(changes, "script_text", "")[0])
		return;
	check_told(out, "script", CHECK_UNKNOWN,
		   set ? "what the script says of its size comes on top"
		       : "what the script says of its array and its size comes on top");
}

struct json *engine_job_again_check(struct engine *e, const char *cluster, const char *job,
				    const struct json *changes, struct err *err)
{
	struct run *r = run_ready(e, cluster, err);
	const struct job *known = r && r->queue ? queue_job(r->queue, job) : NULL;
	struct job as = job_blank();
	struct facts now = { 0 };
	struct check_job facts;
	struct json *out;

	if (!r || resubmit_can(r, err) < 0)
		return NULL;
	as.id = "again";
	as.tasks = as.nodes_min = as.cpus = 1;
	as.limit_s = -1;
	if (known) {
		as.constraint = known->constraint;
		as.gpus = known->gpus;
		as.exclusive = known->exclusive;
		as.cpus = known->cpus;
		as.nodes_min = known->nodes_min;
		as.partition = known->partition;
	}
	/* its own: of those of the last decision only what is told of them is kept */
	if (r->decided)
		facts_make(&now, r, clock_utc_ms());
	facts = (struct check_job){ &r->cluster.spec, &r->region->sizes,
				    r->decided ? &now : NULL, r->sched, &r->sched_limits };
	out = json_new_object();
	check_job(out, &facts, &as, changes);
	script_too(out, changes, !job[0], known && known->array_id[0]);
	facts_clear(&now);
	return out;
}
