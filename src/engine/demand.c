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

#define RULES_SEEN 64

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
	int64_t soon_s; /* what begins before is no demand yet, and keeps nodes */
	struct map *rules, *runs, *held;
	struct rule_seen { /* by the addresses of a job's words: adapters share them */
		const char *partition, *constraint;
		const struct place_rule *rule;
	} seen[RULES_SEEN];
	uint32_t *classes; /* hash -> want + 1 */
	size_t n_classes;
	uint32_t *first; /* per want: the record that it began with */
	size_t last;	 /* want of the record before; SIZE_MAX */
	struct buf key;
};

struct want *demand_add(struct demand *d)
{
	GROW(d->v, d->n, d->cap);
	d->v[d->n] = (struct want){ 0 };
	return &d->v[d->n++];
}

const char *demand_text(struct demand *d, const char *s)
{
	return pool_intern(&d->text, s, strlen(s));
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
	for (size_t i = 0; i < d->n; i++)
		need_free(d->v[i].need);
	for (size_t i = 0; i < d->n_places; i++)
		need_free(d->places[i]);
	free(d->places);
	pool_clear(&d->text);
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

static const struct place_rule *rule_find(struct maker *m, const struct job *j)
{
	struct place_rule *r;

	buf_reset(&m->key);
	buf_addf(&m->key, "%s\n%s", j->partition, j->constraint);
	r = map_get(m->rules, buf_str(&m->key));
	if (!r) {
		r = rule_make(m, j);
		map_put(m->rules, buf_str(&m->key), r);
		GROW(m->out->places, m->out->n_places, m->out->cap_places);
		m->out->places[m->out->n_places++] = r->need;
	}
	return r;
}

static const struct place_rule *rule_of(struct maker *m, const struct job *j)
{
	uintptr_t at = ((uintptr_t)j->partition >> 3) * 31 + ((uintptr_t)j->constraint >> 3);
	struct rule_seen *s = &m->seen[(at ^ at >> 7) % RULES_SEEN];

	if (!s->rule || s->partition != j->partition || s->constraint != j->constraint)
		*s = (struct rule_seen){ j->partition, j->constraint, rule_find(m, j) };
	return s->rule;
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

static void count(struct maker *m)
{
	for (size_t i = 0; i < m->q->n_jobs; i++) {
		const struct job *j = &m->q->jobs[i];
		int64_t tasks = j->tasks > 0 ? j->tasks : 0;

		if (j->tasks < 0 || j->state == JOB_UNKNOWN)
			m->out->unknown++;
		if (job_has_nodes(j)) {
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

static size_t want_new(struct maker *m, const struct job *j, size_t record)
{
	struct want *w = demand_add(m->out);

	w->label = demand_text(m->out, j->id);
	w->user = demand_text(m->out, j->user);
	w->reason = demand_text(m->out, j->reason);
	m->first[m->out->n - 1] = (uint32_t)record;
	return m->out->n - 1;
}

static void not_eligible(struct maker *m, const struct job *j, size_t record,
			 const char *reason)
{
	uintptr_t at = (uintptr_t)map_get(m->held, reason);
	struct want *w;

	if (at == 0) {
		at = want_new(m, j, record) + 1;
		m->out->v[at - 1].reason = demand_text(m->out, reason);
		map_put(m->held, reason, (void *)at);
	}
	w = &m->out->v[at - 1];
	w->jobs++;
	w->not_eligible += j->tasks > 0 ? j->tasks : 1;
	m->out->want_of[record] = at - 1;
	m->last = SIZE_MAX;
}

static int64_t up(int64_t a, int64_t b)
{
	return a / b + (a % b != 0);
}

static int64_t nodes_of(const struct job *j)
{
	return j->nodes_min > 1 ? j->nodes_min : 1;
}

/* Adapters share equal texts; where they do not, there is one want more. */
static bool same_eligible(const struct job *a, const struct job *b)
{
	return a->demand == b->demand && (a->demand || a->reason == b->reason);
}

/* Does the want ask for what this job asks for? Who asks does not matter. */
static bool is_alike(const struct maker *m, size_t want, const struct job *j,
		     const struct place_rule *r)
{
	const struct job *o = &m->q->jobs[m->first[want]];

	return same_eligible(o, j) && m->out->v[want].where == r->need &&
	       nodes_of(o) == nodes_of(j) && o->cpus == j->cpus &&
	       o->mem_bytes == j->mem_bytes && o->mem_per_cpu == j->mem_per_cpu &&
	       o->gpus == j->gpus && o->exclusive == j->exclusive && o->no_spot == j->no_spot &&
	       o->broke == j->broke && o->purses == j->purses;
}

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static size_t class_slot(const struct maker *m, const struct job *j, const struct place_rule *r)
{
	uint64_t h = mix((uintptr_t)r, (uint64_t)nodes_of(j));

	h = mix(mix(h, (uint64_t)j->cpus), (uint64_t)j->mem_bytes);
	h = mix(mix(h, (uint64_t)j->gpus), (uint64_t)j->priority);
	h = mix(h, j->mem_per_cpu * 2u + j->exclusive);
	return (size_t)h & (m->n_classes - 1);
}

/* Records that stand next to each other, or have the same priority. */
static size_t want_for(struct maker *m, const struct job *j, size_t record,
		       const struct place_rule *r)
{
	size_t at;

	if (m->last != SIZE_MAX && is_alike(m, m->last, j, r))
		return m->last;
	for (at = class_slot(m, j, r); m->classes[at]; at = (at + 1) & (m->n_classes - 1)) {
		size_t want = m->classes[at] - 1;

		if (m->q->jobs[m->first[want]].priority == j->priority &&
		    is_alike(m, want, j, r))
			return want;
	}
	m->classes[at] = (uint32_t)want_new(m, j, record) + 1;
	return m->out->n - 1;
}

static void want_fill(struct want *w, const struct job *j, const struct place_rule *r)
{
	int64_t nodes = nodes_of(j), per_cpu;

	w->where = r->need;
	w->cpus = up(j->cpus > 0 ? j->cpus : 1, nodes);
	per_cpu = j->mem_per_cpu ? w->cpus : 1;
	w->mem_bytes = j->mem_bytes < INT64_MAX / per_cpu ? j->mem_bytes * per_cpu : INT64_MAX;
	w->gpus = j->gpus;
	w->purses = j->purses;
	w->exclusive = j->exclusive;
	w->node_count = nodes > 1 ? nodes : 0;
	w->colocated = w->node_count > 0 && r->colocated;
	w->no_spot = (w->node_count > 0 || j->no_spot) && r->ondemand;
}

/* What this job wants, together with those that want the same. */
static struct want *want_of_job(struct maker *m, const struct job *j, size_t record,
				const struct place_rule *r)
{
	struct want *w;

	m->last = want_for(m, j, record, r);
	m->out->want_of[record] = m->last;
	w = &m->out->v[m->last];
	if (w->jobs == 0)
		want_fill(w, j, r);
	w->jobs++;
	return w;
}

static void eligible(struct maker *m, const struct job *j, size_t record, int64_t tasks,
		     const struct place_rule *r)
{
	int64_t run_s = j->limit_s > 0 ? j->limit_s : 0;
	struct want *w = want_of_job(m, j, record, r);

	if (w->node_count > 0)
		w->times += tasks;
	else
		w->slots += tasks;
	w->run_s = run_s > w->run_s ? run_s : w->run_s;
}

/* Room there may be, but a limit of partition, QOS or user forbids it, or a budget is spent: no
 * demand, however much fits. What it asks for stays known, as it may be that no node could ever
 * take it either. */
static struct want *forbidden(struct maker *m, const struct job *j, size_t record,
			      const struct place_rule *r)
{
	struct want *w = want_of_job(m, j, record, r);

	w->not_eligible += j->tasks;
	return w;
}

static bool size_is_known(const struct job *j)
{
	return j->tasks >= 0 && j->cpus >= 0 && j->nodes_min >= 0 && j->mem_bytes >= 0 &&
	       j->gpus >= 0;
}

/* The rule that forbids it, and where it could go else; NULL: it is held for another reason, or
 * nobody can say what it asks for. */
static const struct place_rule *forbids(struct maker *m, const struct job *j,
					char rule[SCHED_RULE_TEXT])
{
	const struct place_rule *r;

	if (j->state != JOB_PENDING || !size_is_known(j) || j->tasks == 0 ||
	    !m->ops->rule_text || !m->ops->rule_text(rule, j->reason))
		return NULL;
	r = rule_of(m, j);
	return r->understood ? r : NULL;
}

static const char *held_why(const struct job *j)
{
	if (j->state == JOB_PENDING && j->reason_class == REASON_TIME && j->start_s > 0)
		return "it begins later, and nothing is bought before";
	return j->reason[0] ? j->reason : "held";
}

/* Of any array, at its longest hours. */
static int64_t soon_until(const struct queue *q, const struct cluster_spec *spec)
{
	int64_t most = 0;

	for (size_t i = 0; i < spec->n_arrays; i++) {
		struct array_spec a = spec->arrays[i];

		for (size_t k = 0; k < a.n_schedule; k++)
			a.idle_s =
			    a.schedule[k].idle_s > a.idle_s ? a.schedule[k].idle_s : a.idle_s;
		most = plan_soon_s(&a) > most ? plan_soon_s(&a) : most;
	}
	return q->read_ended_ms / 1000 + most;
}

static bool begins_soon(const struct maker *m, const struct job *j)
{
	return j->state == JOB_PENDING && j->reason_class == REASON_TIME && j->start_s > 0 &&
	       j->start_s <= m->soon_s && size_is_known(j) && j->tasks > 0;
}

/* Not demand, but what it asks for is known when it is decided who may go. */
static void soon(struct maker *m, const struct job *j, size_t record,
		 const struct place_rule *r)
{
	struct want *w = forbidden(m, j, record, r);
	bool earlier = w->begins_s == 0 || j->start_s < w->begins_s;

	w->reason = demand_text(m->out, held_why(j));
	w->begins_s = earlier ? j->start_s : w->begins_s;
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
	char text[SCHED_RULE_TEXT];
	int64_t tasks;

	if (j->state == JOB_HELD || (j->state == JOB_PENDING && !j->demand)) {
		rule = forbids(m, j, text);
		if (rule)
			forbidden(m, j, record, rule)->rule = demand_text(m->out, text);
		else if (begins_soon(m, j) && rule_of(m, j)->understood)
			soon(m, j, record, rule_of(m, j));
		else
			not_eligible(m, j, record, held_why(j));
		return;
	}
	if (j->state != JOB_PENDING || j->tasks == 0)
		return;
	if (!size_is_known(j)) {
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
	if (j->broke) {
		forbidden(m, j, record, rule)->budget =
		    demand_text(m->out, m->q->broke[j->broke - 1]);
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
			   .soon_s = q ? soon_until(q, spec) : 0,
			   .key = BUF_INIT(1 << 20) };
	struct turn *turns;

	*out = (struct demand){ 0 };
	if (!q)
		return err_set(err, ERR_UNKNOWN, "the scheduler was not read yet");
	m.rules = map_new(free, false); /* their needs are the demand's */
	m.runs = map_new(free, false);
	m.held = map_new(NULL, false);
	for (m.n_classes = 64; m.n_classes < 2 * q->n_jobs; m.n_classes *= 2)
		;
	m.classes = xcalloc(m.n_classes, sizeof(*m.classes));
	m.first = xcalloc(q->n_jobs + 1, sizeof(*m.first));
	m.last = SIZE_MAX;
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
	map_free(m.held);
	free(m.classes);
	free(m.first);
	buf_clear(&m.key);
	return 0;
}
