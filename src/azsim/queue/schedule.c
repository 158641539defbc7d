/*
 * One pass over the queue: highest priority first, each job where it fits. A job that has to
 * wait for nodes that are busy keeps all later ones from the nodes it could use, so that wide
 * jobs are not starved; jobs for other nodes go on.
 */
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/queue.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define GAP_MS	    100
#define GAP_REAL_MS 50 /* however fast the clock runs */

void gq_wake(struct gq *q)
{
	int64_t gap = (int64_t)(GAP_REAL_MS * clock_factor()), now = gq_now(q), at;

	at = q->passed_ms + (gap > GAP_MS ? gap : GAP_MS);
	if (at < now)
		at = now;
	if (q->tick.slot == 0 || q->tick.at > at)
		az_world_wake_at(q->w, &q->tick, at);
}

/*
 * Features
 */

struct look {
	const char *s;
	const struct strs *words; /* NULL: are the names known at all? */
	const struct gq *q;
	int depth;
};

static bool has_word(const struct strs *words, const char *s, size_t n)
{
	for (size_t i = 0; i < words->n; i++)
		if (strlen(words->v[i]) == n && memcmp(words->v[i], s, n) == 0)
			return true;
	return false;
}

static bool known_word(const struct gq *q, const char *s, size_t n)
{
	for (size_t i = 0; i < q->n_classes; i++)
		if (q->classes[i]->n && has_word(&q->classes[i]->words, s, n))
			return true;
	return false;
}

static bool look_any(struct look *l);

static bool look_one(struct look *l)
{
	bool fits;
	size_t n;

	if ((*l->s == '[' || *l->s == '(') && l->depth < 20) {
		l->s++;
		l->depth++;
		fits = look_any(l);
		l->depth--;
		if (*l->s == ']' || *l->s == ')')
			l->s++;
	} else {
		n = strcspn(l->s, "&|[]()*,");
		fits = l->words ? has_word(l->words, l->s, n) : known_word(l->q, l->s, n);
		l->s += n;
	}
	if (*l->s == '*') /* how many nodes of it: every node has to have it here */
		l->s += 1 + strspn(l->s + 1, "0123456789");
	return fits;
}

static bool look_all(struct look *l)
{
	bool fits = look_one(l);

	while (*l->s == '&' || *l->s == ',') {
		l->s++;
		fits = look_one(l) && fits;
	}
	return fits;
}

/* Names of a job that nobody knows are refused even behind an "or". */
static bool look_any(struct look *l)
{
	bool fits = look_all(l);

	while (*l->s == '|') {
		bool next;

		l->s++;
		next = look_all(l);
		fits = l->words ? fits || next : fits && next;
	}
	return fits;
}

bool gq_features_fit(const char *expression, const struct strs *words)
{
	struct look l = { .s = expression, .words = words };

	return look_any(&l) && *l.s == '\0';
}

bool gq_feature_known(const struct gq *q, const char *expression)
{
	struct look l = { .s = expression, .q = q };

	return look_any(&l) && *l.s == '\0';
}

/*
 * Sizes
 */

static int64_t per_node(const struct gq_spec *s)
{
	return s->nodes > 0 ? (s->tasks + s->nodes - 1) / s->nodes : 1;
}

static int64_t mem_for(const struct gq *q, const struct gq_spec *s, int64_t cpus, int64_t whole)
{
	if (s->mem_mb >= 0)
		return s->mem_per_cpu ? s->mem_mb * cpus : s->mem_mb;
	return q->def_mem_cpu > 0 ? q->def_mem_cpu * cpus : whole;
}

static bool class_fits(const struct gq *q, const struct gq_spec *s, const struct gq_class *c)
{
	int64_t cpus = per_node(s) * s->cpus_task;

	return c->n > 0 && gq_class_in(c, s->partition) && cpus <= c->cpus &&
	       s->gpus <= c->gpus && mem_for(q, s, cpus, c->mem_mb) <= c->mem_mb &&
	       (!s->features || gq_features_fit(s->features, &c->words));
}

/* How many of its tasks the node could take now. */
static int64_t room(const struct gq *q, const struct gq_spec *s, const struct gq_node *n)
{
	int64_t tasks, mem = n->mem_mb - n->used_mem, one;

	if (!gq_node_usable(n) || n->gpus - n->used_gpus < s->gpus ||
	    (s->share == GQ_EXCLUSIVE && n->places))
		return 0;
	tasks = (n->cpus - n->used_cpus) / s->cpus_task;
	if (s->mem_mb >= 0 && !s->mem_per_cpu)
		return s->mem_mb <= mem ? tasks : 0;
	one = mem_for(q, s, s->cpus_task, n->mem_mb);
	if (one > 0 && mem / one < tasks)
		tasks = mem / one;
	return tasks;
}

/* Sees which nodes could ever run it, and what it waits for when there are none. */
static void judge(struct gq *q, struct gq_spec *s)
{
	int64_t all = 0, fit = 0, usable = 0, most = 1, wanted;

	memset(s->mask, 0, sizeof(s->mask));
	for (size_t i = 0; i < q->n_classes; i++) {
		const struct gq_class *c = q->classes[i];

		if (gq_class_in(c, s->partition))
			all += (int64_t)c->n;
		if (!class_fits(q, s, c))
			continue;
		s->mask[i / 64] |= UINT64_C(1) << (i % 64);
		fit += (int64_t)c->n;
		usable += (int64_t)c->n_usable;
		if (c->cpus / s->cpus_task > most)
			most = c->cpus / s->cpus_task;
	}
	wanted = s->nodes > 0 ? s->nodes : (s->tasks + most - 1) / most;
	s->verdict = all < wanted      ? GQ_NODE_LIMIT
		     : fit < wanted    ? GQ_PARTITION_CONFIG
		     : usable < wanted ? GQ_NODES_DOWN
				       : GQ_RESOURCES;
	if (all == 0)
		s->verdict = GQ_PARTITION_CONFIG;
	s->pass = q->pass;
}

static bool in_mask(const struct gq_spec *s, size_t i)
{
	return s->mask[i / 64] >> (i % 64) & 1;
}

/*
 * Places
 */

#define NODES_MAX 10000

struct pick {
	struct gq_node **node;
	int64_t *tasks;
	size_t n, cap_node, cap_tasks;
	int64_t left;
};

static void pick_node(struct pick *p, struct gq_node *n, int64_t tasks)
{
	size_t count = p->n;

	GROW(p->node, count, p->cap_node);
	GROW(p->tasks, count, p->cap_tasks);
	p->node[p->n] = n;
	p->tasks[p->n++] = tasks;
	p->left -= tasks;
}

/* Nodes before the hint have nothing to give to anybody. */
static size_t first_free(struct gq_class *c)
{
	while (c->hint < c->n && (!gq_node_usable(c->v[c->hint]) ||
				  c->v[c->hint]->used_cpus >= c->v[c->hint]->cpus))
		c->hint++;
	return c->hint;
}

/* each: tasks that a node has to take (the last may take fewer); 0: what it can. */
static bool collect(struct gq *q, const struct gq_spec *s, struct pick *p, int64_t each,
		    size_t nodes)
{
	for (size_t i = 0; i < q->n_classes; i++) {
		struct gq_class *c = q->classes[i];

		if (!in_mask(s, i) || c->blocked)
			continue;
		for (size_t k = first_free(c); k < c->n && p->n < NODES_MAX; k++) {
			int64_t can = room(q, s, c->v[k]), need = each ? each : 1, keep;

			/* each of the other nodes needs a task */
			keep = nodes > p->n ? (int64_t)(nodes - p->n) - 1 : 0;
			if (each && p->left - keep < need)
				need = p->left - keep > 0 ? p->left - keep : 1;
			if (can < need)
				continue;
			pick_node(p, c->v[k], each ? need : can < p->left ? can : p->left);
			if (nodes ? p->n == nodes : p->left <= 0)
				return true;
		}
	}
	return false;
}

static struct gq_run *make_run(struct gq *q, struct gq_job *j, const struct pick *p)
{
	const struct gq_spec *s = j->spec;
	struct gq_run *r = xcalloc(1, sizeof(*r) + p->n * sizeof(r->place[0]));

	r->q = q;
	r->job = j;
	r->n = p->n;
	for (size_t i = 0; i < p->n; i++) {
		struct gq_node *n = p->node[i];
		int64_t cpus = p->tasks[i] * s->cpus_task;

		r->place[i] =
		    (struct gq_place){ .node = n,
				       .job = j,
				       .cpus = s->share == GQ_EXCLUSIVE ? n->cpus : cpus,
				       .mem_mb = mem_for(q, s, cpus, n->mem_mb),
				       .gpus = s->gpus };
		gq_node_take(&r->place[i]);
	}
	return r;
}

/* NULL: there is no room now. */
static bool find_room(struct gq *q, const struct gq_spec *s, struct pick *p)
{
	bool found;

	p->left = s->tasks;
	if (s->nodes > 0)
		return collect(q, s, p, per_node(s), (size_t)s->nodes);
	found = collect(q, s, p, s->tasks, 1);
	if (!found && s->tasks > 1) {
		p->n = 0;
		p->left = s->tasks;
		found = collect(q, s, p, 0, 0);
	}
	return found;
}

static bool try_start(struct gq *q, struct gq_job *j)
{
	struct pick p = { 0 };
	bool found = find_room(q, j->spec, &p);

	if (found) {
		if (j->tasks)
			j = gq_job_split(q, j, gq_tasks_first(j->tasks));
		gq_job_start(j, make_run(q, j, &p));
	}
	free(p.node);
	free(p.tasks);
	return found;
}

static bool all_blocked(const struct gq *q, const struct gq_spec *s)
{
	for (size_t i = 0; i < q->n_classes; i++)
		if (in_mask(s, i) && !q->classes[i]->blocked)
			return false;
	return true;
}

static void block(struct gq *q, const struct gq_spec *s)
{
	for (size_t i = 0; i < q->n_classes; i++)
		if (in_mask(s, i))
			q->classes[i]->blocked = true;
}

/*
 * Dependencies: "afterok:12:13,afterany:14"
 */

static bool is_over(const struct gq *q, uint32_t id, bool *well)
{
	const struct gq_array *a = gq_array_find(q, id);
	const struct gq_job *j = a ? a->first : gq_job_find(q, id);

	for (; j; j = a ? j->peer_next : NULL) {
		if (j->state == GQ_PENDING || j->state == GQ_RUNNING)
			return false;
		*well = *well && j->state == GQ_COMPLETED;
	}
	return true;
}

static enum gq_reason wait_for_one(const struct gq *q, const char *kind, size_t n, uint32_t id)
{
	bool well = true;
	const struct gq_job *j = gq_job_find(q, id);

	if (n == 5 && memcmp(kind, "after", 5) == 0)
		return j && j->state == GQ_PENDING ? GQ_DEPENDENCY : GQ_NO_REASON;
	if (!is_over(q, id, &well))
		return GQ_DEPENDENCY;
	if (n == 7 && memcmp(kind, "afterok", 7) == 0 && !well)
		return GQ_NEVER;
	if (n == 10 && memcmp(kind, "afternotok", 10) == 0 && well)
		return GQ_NEVER;
	return GQ_NO_REASON;
}

static enum gq_reason wait_for(const struct gq *q, const char *text)
{
	const char *kind = text;
	size_t kind_len = strcspn(text, ":");

	for (const char *s = text + kind_len; *s;) {
		size_t n = strspn(s + 1, "0123456789");
		enum gq_reason why;
		int64_t id;

		if (num_read_n(&id, s + 1, n, 1, UINT32_MAX) != 0)
			return GQ_NO_REASON;
		why = wait_for_one(q, kind, kind_len, (uint32_t)id);
		if (why != GQ_NO_REASON)
			return why;
		s += 1 + n;
		if (*s == ',') {
			kind = s + 1;
			kind_len = strcspn(kind, ":");
			s = kind + kind_len;
		}
	}
	return GQ_NO_REASON;
}

/*
 * The pass
 */

/* Why it may not even be tried; GQ_NO_REASON: it may. */
static enum gq_reason not_yet(struct gq *q, struct gq_job *j, int64_t now, int64_t *next_begin)
{
	if (j->held)
		return j->reason == GQ_HELD_USER ? GQ_HELD_USER : GQ_HELD_ADMIN;
	if (j->begin_ms > now) {
		if (*next_begin == 0 || j->begin_ms < *next_begin)
			*next_begin = j->begin_ms;
		return GQ_BEGIN_TIME;
	}
	if (j->spec->dependency) {
		enum gq_reason why = wait_for(q, j->spec->dependency);

		if (why != GQ_NO_REASON)
			return why;
	}
	if (j->spec->pass != q->pass)
		judge(q, j->spec);
	if (j->spec->verdict != GQ_RESOURCES)
		return j->spec->verdict;
	return all_blocked(q, j->spec) ? GQ_PRIORITY : GQ_NO_REASON;
}

static bool at_its_limit(const struct gq_job *j)
{
	return j->array && j->spec->throttle && (int64_t)j->array->running >= j->spec->throttle;
}

/* True when the whole record started. */
static bool start_all(struct gq *q, struct gq_job *j)
{
	for (;;) {
		bool last = !j->tasks || j->tasks->count == 1;

		if (at_its_limit(j)) {
			j->reason = GQ_ARRAY_LIMIT;
			return false;
		}
		if (!try_start(q, j)) {
			j->reason = GQ_RESOURCES;
			block(q, j->spec);
			return false;
		}
		if (last)
			return true;
	}
}

void gq_schedule(void *arg)
{
	struct gq *q = arg;
	int64_t now = gq_now(q), next_begin = 0;

	q->passed_ms = now;
	if (!q->up)
		return;
	q->pass++;
	for (size_t i = 0; i < q->n_classes; i++)
		q->classes[i]->blocked = false;
	for (struct gq_job *j = q->pending.first, *next; j; j = next) {
		enum gq_reason why = not_yet(q, j, now, &next_begin);

		next = j->next;
		j->fresh = false;
		if (why != GQ_NO_REASON)
			j->reason = (unsigned char)why;
		else
			start_all(q, j);
	}
	if (next_begin && (q->tick.slot == 0 || q->tick.at > next_begin))
		az_world_wake_at(q->w, &q->tick, next_begin);
}
