/*
 * queue + arrays -> what is wanted. Records that ask for the same, and stand next to each other
 * in the scheduler's order or have the same priority, become one want: so the order of what is
 * placed stays the scheduler's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "engine/plan.h"
#include "scheduler/scheduler.h"

struct place_rule { /* where jobs of one partition and constraint may go */
	struct need *need;
	bool understood, any, ondemand, colocated;
};

struct array_run { /* the tasks of one job array, for its throttle */
	int64_t running, given;
};

struct maker {
	struct demand *out;
	const struct queue *q;
	const struct cluster_spec *spec;
	const struct vm_sizes *sizes;
	const struct sched_ops *ops;
	struct map *rules, *runs, *classes;
	char last_key[512];
	size_t last;
	struct buf key;
};

struct want *demand_add(struct demand *d)
{
	GROW(d->v, d->n, d->cap);
	d->v[d->n] = (struct want){ 0 };
	return &d->v[d->n++];
}

size_t demand_want_of(const struct demand *d, const struct queue *q, const struct job *record)
{
	size_t at = (size_t)(record - q->jobs);

	if (d->read_ms != q->read_ended_ms || d->n_records != q->n_jobs || at >= d->n_records)
		return SIZE_MAX;
	return d->want_of[at];
}

void demand_clear(struct demand *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->v[i].label);
		free(d->v[i].user);
		free(d->v[i].reason);
		need_free(d->v[i].need);
	}
	free(d->v);
	free(d->want_of);
	*d = (struct demand){ 0 };
}

/*
 * Where a job may go
 */

static struct need *words_need(const char *property)
{
	return need_new(NEED_PROPERTY, property, 0);
}

static struct need *need_copy(const struct need *n)
{
	struct need *to = need_new(n->kind, n->name, n->number);

	to->flag = n->flag;
	for (size_t i = 0; i < n->n_words; i++)
		need_word(to, n->words[i]);
	for (const struct need *c = n->child; c; c = c->next)
		need_add(to, need_copy(c));
	return to;
}

static int fits(const struct maker *m, const struct job *j, const struct array_spec *a,
		const char *size, bool spot)
{
	const char **features = xcalloc(a->features.n + 4, sizeof(*features));
	struct job as = *j;
	size_t n = 0;
	int rc;

	features[n++] = a->name;
	for (size_t i = 0; i < a->features.n; i++)
		features[n++] = a->features.v[i];
	features[n++] = size;
	features[n++] = spot ? "spot" : "ondemand";
	if (!as.partition[0] && a->is_default)
		as.partition = a->name;
	rc = m->ops->job_fits(&as, a->name, features);
	free(features);
	return rc;
}

struct offers { /* which sizes of an array a job may use, on each tariff */
	bool spot[64], ondemand[64];
	size_t n, n_spot, n_ondemand, sizes;
	bool bad, offers_spot, offers_ondemand;
};

static void offers_make(struct offers *o, const struct maker *m, const struct job *j,
			const struct array_spec *a)
{
	*o = (struct offers){ .sizes = a->sizes.n < 64 ? a->sizes.n : 64,
			      .offers_spot = a->spot != SPOT_NEVER,
			      .offers_ondemand = a->spot != SPOT_ONLY };
	for (size_t i = 0; i < o->sizes; i++) {
		int s = o->offers_spot ? fits(m, j, a, a->sizes.v[i], true) : 0;
		int d = o->offers_ondemand ? fits(m, j, a, a->sizes.v[i], false) : 0;

		o->bad = o->bad || s < 0 || d < 0;
		o->spot[i] = s > 0;
		o->ondemand[i] = d > 0;
		o->n_spot += s > 0;
		o->n_ondemand += d > 0;
	}
	o->n = o->n_spot + o->n_ondemand;
}

static bool all_offered(const struct offers *o)
{
	return o->n_spot == (o->offers_spot ? o->sizes : 0) &&
	       o->n_ondemand == (o->offers_ondemand ? o->sizes : 0);
}

/* nodearray and the sizes allowed on one tariff */
static struct need *tariff_need(const struct array_spec *a, const bool *ok, bool spot)
{
	struct need *and = need_new(NEED_AND, NULL, 0);
	struct need *array = words_need("nodearray"), *size = words_need("vm_size");
	struct need *tariff = words_need("spot");

	need_word(array, a->name);
	for (size_t i = 0; i < a->sizes.n && i < 64; i++)
		if (ok[i])
			need_word(size, a->sizes.v[i]);
	need_word(tariff, spot ? "true" : "false");
	need_add(and, array);
	need_add(and, size);
	need_add(and, tariff);
	return and;
}

static void rule_array(struct place_rule *r, struct need *whole, struct need *parts,
		       const struct offers *o, const struct array_spec *a)
{
	if (o->n == 0)
		return;
	r->any = true;
	r->ondemand = r->ondemand || o->n_ondemand > 0;
	r->colocated = r->colocated || a->colocated;
	if (all_offered(o)) {
		need_word(whole, a->name);
		return;
	}
	if (o->n_spot > 0)
		need_add(parts, tariff_need(a, o->spot, true));
	if (o->n_ondemand > 0)
		need_add(parts, tariff_need(a, o->ondemand, false));
}

/* Arrays that take the job as a whole are one list; others are combinations of size and tariff.
 */
static struct need *rule_need(struct place_rule *r, struct need *whole, struct need *parts,
			      const struct job *j)
{
	struct need *never;
	char text[200];

	if (r->any && whole->n_words == 0) {
		need_free(whole);
		return parts;
	}
	if (r->any && !parts->child) {
		need_free(parts);
		return whole;
	}
	if (r->any) {
		need_add(parts, whole);
		return parts;
	}
	need_free(whole);
	need_free(parts);
	never = need_new(NEED_NEVER, NULL, 0);
	snprintf(text, sizeof(text),
		 "no array takes partition \"%.60s\" with constraint \"%.60s\"", j->partition,
		 j->constraint);
	need_word(never, text);
	return never;
}

static struct place_rule *rule_make(const struct maker *m, const struct job *j)
{
	struct need *whole = words_need("nodearray"), *parts = need_new(NEED_OR, NULL, 0);
	struct place_rule *r = xcalloc(1, sizeof(*r));

	r->understood = true;
	for (size_t i = 0; i < m->spec->n_arrays; i++) {
		struct offers o;

		offers_make(&o, m, j, &m->spec->arrays[i]);
		r->understood = r->understood && !o.bad;
		rule_array(r, whole, parts, &o, &m->spec->arrays[i]);
	}
	r->need = rule_need(r, whole, parts, j);
	return r;
}

static void rule_free(void *rule)
{
	struct place_rule *r = rule;

	need_free(r->need);
	free(r);
}

static const struct place_rule *rule_of(struct maker *m, const struct job *j)
{
	struct place_rule *r;

	buf_reset(&m->key);
	buf_addf(&m->key, "%s\n%s", j->partition, j->constraint);
	r = map_get(m->rules, buf_str(&m->key));
	if (!r) {
		r = rule_make(m, j);
		map_put(m->rules, buf_str(&m->key), r);
	}
	return r;
}

/*
 * Records to wants
 */

static const char *array_key(const struct job *j)
{
	return j->array_id[0] ? j->array_id : j->id;
}

static struct array_run *run_of(struct maker *m, const struct job *j)
{
	struct array_run *r = map_get(m->runs, array_key(j));

	if (!r) {
		r = xcalloc(1, sizeof(*r));
		map_put(m->runs, array_key(j), r);
	}
	return r;
}

static bool holds_nodes(enum job_state s)
{
	return s == JOB_RUNNING || s == JOB_STARTING || s == JOB_COMPLETING ||
	       s == JOB_SUSPENDED;
}

static void count(struct maker *m)
{
	for (size_t i = 0; i < m->q->n_jobs; i++) {
		const struct job *j = &m->q->jobs[i];
		int64_t tasks = j->tasks > 0 ? j->tasks : 0;

		if (j->tasks < 0 || j->state == JOB_UNKNOWN)
			m->out->unknown++;
		if (holds_nodes(j->state)) {
			m->out->tasks_running += tasks;
			if (j->array_id[0])
				run_of(m, j)->running += tasks;
		} else if (j->state == JOB_HELD || (j->state == JOB_PENDING && !j->demand)) {
			m->out->tasks_held += tasks;
		} else if (j->state == JOB_PENDING) {
			m->out->tasks_pending += tasks;
		}
	}
}

static size_t want_for(struct maker *m, const struct job *j, int64_t priority, bool *fresh)
{
	char number[32];
	uintptr_t at;
	struct want *w;

	*fresh = false;
	if (m->out->n > 0 && strcmp(m->last_key, buf_str(&m->key)) == 0)
		return m->last;
	snprintf(m->last_key, sizeof(m->last_key), "%s", buf_str(&m->key));
	if (m->key.len >= sizeof(m->last_key))
		m->last_key[0] = '\0'; /* a cut key proves nothing */
	snprintf(number, sizeof(number), "\n%" PRId64, priority);
	buf_adds(&m->key, number);
	at = (uintptr_t)map_get(m->classes, buf_str(&m->key));
	if (at == 0) {
		w = demand_add(m->out);
		w->label = xstrdup(j->id);
		w->user = xstrdup(j->user);
		w->reason = xstrdup(j->reason);
		at = m->out->n;
		map_put(m->classes, buf_str(&m->key), (void *)at);
		*fresh = true;
	}
	m->last = at - 1;
	return m->last;
}

static void not_eligible(struct maker *m, const struct job *j, size_t record,
			 const char *reason)
{
	struct want *w;
	bool fresh;
	size_t at;

	buf_reset(&m->key);
	buf_addf(&m->key, "held\n%s", reason);
	at = want_for(m, j, 0, &fresh);
	w = &m->out->v[at];
	if (fresh) {
		free(w->reason);
		w->reason = xstrdup(reason);
	}
	w->jobs++;
	w->not_eligible += j->tasks > 0 ? j->tasks : 1;
	m->out->want_of[record] = at;
}

static int64_t up(int64_t a, int64_t b)
{
	return a / b + (a % b != 0);
}

static struct need *need_of(const struct job *j, const struct place_rule *r)
{
	struct need *n = need_new(NEED_AND, NULL, 0);
	int64_t nodes = j->nodes_min > 1 ? j->nodes_min : 1;
	int64_t cpus = up(j->cpus > 0 ? j->cpus : 1, nodes);

	need_add(n, need_new(NEED_AT_LEAST, "ncpus", (double)cpus));
	if (j->mem_bytes > 0)
		need_add(n,
			 need_new(NEED_AT_LEAST, "mem",
				  (double)j->mem_bytes * (j->mem_per_cpu ? (double)cpus : 1)));
	if (j->gpus > 0)
		need_add(n, need_new(NEED_AT_LEAST, "ngpus", (double)j->gpus));
	if (j->exclusive)
		need_add(n, need_new(NEED_EXCLUSIVE, NULL, 0));
	need_add(n, need_copy(r->need));
	return n;
}

static void class_key(struct maker *m, const struct job *j)
{
	buf_reset(&m->key);
	buf_addf(&m->key, "%s\n%s\n%" PRId64 " %" PRId64 " %" PRId64 "%c %" PRId64 " %d",
		 j->partition, j->constraint, j->nodes_min > 1 ? j->nodes_min : 1, j->cpus,
		 j->mem_bytes, j->mem_per_cpu ? 'c' : 'n', j->gpus, j->exclusive);
}

static void eligible(struct maker *m, const struct job *j, size_t record, int64_t tasks,
		     const struct place_rule *r)
{
	int64_t run_s = j->limit_s > 0 ? j->limit_s : 0;
	struct want *w;
	bool fresh;
	size_t at;

	class_key(m, j);
	at = want_for(m, j, j->priority, &fresh);
	w = &m->out->v[at];
	if (fresh) {
		w->need = need_of(j, r);
		w->node_count = j->nodes_min > 1 ? j->nodes_min : 0;
		w->colocated = w->node_count > 0 && r->colocated;
		w->no_spot = w->node_count > 0 && r->ondemand;
	}
	w->jobs++;
	if (w->node_count > 0)
		w->times += tasks;
	else
		w->slots += tasks;
	w->run_s = run_s > w->run_s ? run_s : w->run_s;
	m->out->want_of[record] = at;
}

/* How many more tasks of its array may run (%4), shared by the records of the array. */
static int64_t throttled(struct maker *m, const struct job *j)
{
	struct array_run *r;
	int64_t left;

	if (j->task_limit <= 0)
		return j->tasks;
	r = run_of(m, j);
	left = j->task_limit - r->running - r->given;
	left = left < 0 ? 0 : left;
	left = left < j->tasks ? left : j->tasks;
	r->given += left;
	return left;
}

static void take(struct maker *m, size_t record)
{
	const struct job *j = &m->q->jobs[record];
	const struct place_rule *rule;
	char text[120];
	int64_t tasks;

	if (j->state == JOB_HELD || (j->state == JOB_PENDING && !j->demand)) {
		not_eligible(m, j, record, j->reason[0] ? j->reason : "held");
		return;
	}
	if (j->state != JOB_PENDING || j->tasks == 0)
		return;
	if (j->tasks < 0 || j->cpus < 0 || j->nodes_min < 0 || j->mem_bytes < 0 ||
	    j->gpus < 0) {
		m->out->unknown += j->tasks >= 0;
		not_eligible(m, j, record, "its size could not be read");
		return;
	}
	rule = rule_of(m, j);
	if (!rule->understood) {
		snprintf(text, sizeof(text), "constraint \"%.60s\" is not understood",
			 j->constraint);
		not_eligible(m, j, record, text);
		return;
	}
	tasks = throttled(m, j);
	if (tasks > 0) {
		eligible(m, j, record, tasks, rule);
		return;
	}
	snprintf(text, sizeof(text), "array limit: %" PRId64 " tasks at a time", j->task_limit);
	not_eligible(m, j, record, text);
}

struct turn {
	const struct job *job;
	size_t record;
};

static int turn_cmp(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	if (x->job->priority != y->job->priority)
		return x->job->priority > y->job->priority ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

int demand_of(struct demand *out, const struct queue *q, const struct cluster_spec *spec,
	      const struct vm_sizes *sizes, const struct sched_ops *ops, struct err *err)
{
	struct maker m = { .out = out,
			   .q = q,
			   .spec = spec,
			   .sizes = sizes,
			   .ops = ops,
			   .key = BUF_INIT(1 << 20) };
	struct turn *turns;

	*out = (struct demand){ 0 };
	if (!q)
		return err_set(err, ERR_UNKNOWN, "the scheduler was not read yet");
	m.rules = map_new(rule_free, false);
	m.runs = map_new(free, false);
	m.classes = map_new(NULL, false);
	out->want_of = xcalloc(q->n_jobs + 1, sizeof(*out->want_of));
	out->n_records = q->n_jobs;
	out->read_ms = q->read_ended_ms;
	count(&m);
	turns = xcalloc(q->n_jobs + 1, sizeof(*turns));
	for (size_t i = 0; i < q->n_jobs; i++) {
		turns[i] = (struct turn){ &q->jobs[i], i };
		out->want_of[i] = SIZE_MAX;
	}
	qsort(turns, q->n_jobs, sizeof(*turns), turn_cmp);
	for (size_t i = 0; i < q->n_jobs; i++)
		take(&m, turns[i].record);
	free(turns);
	map_free(m.rules);
	map_free(m.runs);
	map_free(m.classes);
	buf_clear(&m.key);
	return 0;
}
