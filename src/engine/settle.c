/*
 * A plan held against its own outcome (I10). Placement is greedy: with the nodes of a plan
 * there and its drains under way, another order may find a place for work that had none, or
 * need a node that was sent away. What the next decision would do about that is done in this
 * one: nodes are added, drains that would be undone are left out, until the decision on the
 * outcome has nothing to do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/plan_private.h"

#define ROUNDS	   16	 /* one or two, but where each node for a warm pool finds work */
#define MANY_WANTS 20000 /* beyond, time counts more */
#define NO_ACT	   SIZE_MAX

struct sequel {
	const struct demand *d;
	const struct facts *was;
	struct facts f; /* what the plan so far leaves */
	int64_t *made;	/* per bucket, so far */
	char (*why)[sizeof(((struct plan_create *)0)->why)];
	struct plan_node *acts; /* so far; those that were left out have node NO_ACT */
	size_t n_acts, cap_acts;
	size_t *act_of;	     /* per node of `was`: its place in acts, or NO_ACT */
	int64_t *idle_since; /* of those that have one */
	bool *held;	     /* the work of another order needs it */
	int64_t *share;	     /* per array: how many may still go in this cycle */
	struct resources
	    *fresh; /* per bucket, of a node that is to be made; all of them share it */
	int64_t bound;
	char (*names)[24];
};

static void share_make(struct sequel *s)
{
	int64_t *managed = xcalloc(s->was->n_arrays + 1, sizeof(*managed));

	s->share = xcalloc(s->was->n_arrays + 1, sizeof(*s->share));
	for (size_t i = 0; i < s->was->n_nodes; i++) {
		const struct fact_node *n = &s->was->nodes[i];

		if (n->array != SIZE_MAX && node_is_live(n->state))
			managed[n->array]++;
	}
	for (size_t i = 0; i < s->was->n_arrays; i++)
		s->share[i] = scalein_share(managed[i], s->was->arrays[i].gone_in_cycle);
	free(managed);
}

static void sequel_make(struct sequel *s, const struct demand *d, const struct facts *f)
{
	*s = (struct sequel){ .d = d, .was = f };
	s->made = xcalloc(f->n_buckets + 1, sizeof(*s->made));
	s->why = xcalloc(f->n_buckets + 1, sizeof(*s->why));
	s->fresh = xcalloc(f->n_buckets + 1, sizeof(*s->fresh));
	s->act_of = xcalloc(f->n_nodes + 1, sizeof(*s->act_of));
	s->idle_since = xcalloc(f->n_nodes + 1, sizeof(*s->idle_since));
	s->held = xcalloc(f->n_nodes + 1, sizeof(*s->held));
	for (size_t i = 0; i < f->n_nodes; i++)
		s->act_of[i] = NO_ACT;
	share_make(s);
}

static void outcome_clear(struct sequel *s)
{
	free(s->f.nodes);
	free(s->f.buckets);
	free(s->f.quotas);
	free(s->f.arrays);
	free(s->names);
	s->names = NULL;
}

static void sequel_clear(struct sequel *s)
{
	outcome_clear(s);
	for (size_t b = 0; b < s->was->n_buckets; b++)
		resources_clear(&s->fresh[b]);
	free(s->fresh);
	free(s->made);
	free(s->why);
	free(s->acts);
	free(s->act_of);
	free(s->idle_since);
	free(s->held);
	free(s->share);
}

/*
 * The outcome, as the engine brings it about
 */

static void *copy(const void *from, size_t n, size_t more, size_t size)
{
	char *to = xcalloc(n + more + 1, size);

	if (n)
		memcpy(to, from, n * size);
	return to;
}

static void acted(struct fact_node *n, enum node_act act)
{
	switch (act) {
	case ACT_RETIRE:
		n->drain_asked = true;
		n->state = NODE_DRAINING;
		n->drained_by_us = true;
		break;
	case ACT_DRAIN:
		n->state = NODE_DRAINING;
		n->drained_by_us = true;
		break;
	case ACT_UNDRAIN:
		n->state = n->jobs > 0 ? NODE_BUSY : NODE_IDLE;
		n->drained_by_us = false;
		break;
	case ACT_DELETE:
		n->state = NODE_DELETING;
		n->closed = true;
		break;
	}
}

static const struct resources *fresh_of(struct sequel *s, size_t bucket)
{
	const struct fact_bucket *b = &s->was->buckets[bucket];
	struct resources *r = &s->fresh[bucket];
	int64_t threads = b->size->vcpus_per_core > 0 ? b->size->vcpus_per_core : 1;
	int64_t cores = b->size->vcpus / threads;

	if (r->n)
		return r;
	resources_set(r, "ncpus", (double)b->size->vcpus);
	resources_set(r, "pcpus", (double)cores);
	resources_set(r, "ngpus", (double)b->size->gpus);
	resources_set(r, "mem", (double)mem_for_jobs(b->size, s->was->arrays[b->array].spec));
	return r;
}

static void nodes_appear(struct sequel *s, size_t bucket)
{
	const struct fact_bucket *b = &s->was->buckets[bucket];

	for (int64_t k = 0; k < s->made[bucket]; k++) {
		size_t at = s->f.n_nodes++;
		char *name = s->names[at - s->was->n_nodes];

		snprintf(name, sizeof(s->names[0]), "~%zu", at);
		s->f.nodes[at] = (struct fact_node){ .name = name,
						     .bucket = bucket,
						     .array = b->array,
						     .state = NODE_REQUESTED,
						     .jobs = -1,
						     .price = b->price,
						     .requested_s = s->was->now_s,
						     .total = *fresh_of(s, bucket),
						     .free = *fresh_of(s, bucket) };
	}
}

static void limits_shrink(struct sequel *s, size_t bucket)
{
	const struct fact_bucket *b = &s->was->buckets[bucket];
	int64_t nodes = s->made[bucket], cores = nodes * b->size->vcpus;

	for (size_t i = 0; i < s->f.n_buckets; i++)
		if (s->f.buckets[i].available >= 0 && bucket_same_offer(&s->f.buckets[i], b))
			s->f.buckets[i].available -= nodes;
	for (size_t i = 0; i < s->f.n_quotas; i++)
		if (quota_is_for(s->was, &s->was->quotas[i], b))
			s->f.quotas[i].used += cores;
	if (s->f.arrays[b->array].used_cores >= 0)
		s->f.arrays[b->array].used_cores += cores;
}

static void outcome_make(struct sequel *s)
{
	const struct facts *w = s->was;
	size_t more = 0;

	for (size_t b = 0; b < w->n_buckets; b++)
		more += (size_t)s->made[b];
	outcome_clear(s);
	s->f = *w;
	s->f.nodes = copy(w->nodes, w->n_nodes, more, sizeof(*w->nodes));
	s->f.buckets = copy(w->buckets, w->n_buckets, 0, sizeof(*w->buckets));
	s->f.quotas = copy(w->quotas, w->n_quotas, 0, sizeof(*w->quotas));
	s->f.arrays = copy(w->arrays, w->n_arrays, 0, sizeof(*w->arrays));
	s->names = xcalloc(more + 1, sizeof(*s->names));
	for (size_t i = 0; i < w->n_nodes; i++)
		s->f.nodes[i].idle_since_s = s->idle_since[i];
	for (size_t i = 0; i < s->n_acts; i++)
		if (s->acts[i].node != NO_ACT)
			acted(&s->f.nodes[s->acts[i].node], s->acts[i].act);
	for (size_t b = 0; b < w->n_buckets; b++) {
		nodes_appear(s, b);
		limits_shrink(s, b);
	}
}

/*
 * What a decision adds to the plan so far
 */

static void hold(struct sequel *s, size_t node)
{
	const struct fact_node *n = &s->was->nodes[node];

	s->share[n->array] += s->acts[s->act_of[node]].act != ACT_RETIRE;
	s->acts[s->act_of[node]].node = NO_ACT;
	s->act_of[node] = NO_ACT;
	s->held[node] = true;
}

static bool is_sent_away(const struct sequel *s, size_t node)
{
	return s->act_of[node] != NO_ACT && s->acts[s->act_of[node]].act != ACT_UNDRAIN;
}

/* Nodes that this plan sends away, and a decision that then buys of their kind. */
static bool hold_of_bucket(struct sequel *s, size_t bucket)
{
	bool any = false;

	for (size_t i = 0; i < s->was->n_nodes; i++)
		if (s->was->nodes[i].bucket == bucket && is_sent_away(s, i)) {
			hold(s, i);
			any = true;
		}
	return any;
}

static bool add_creates(struct sequel *s, const struct plan *p)
{
	for (size_t i = 0; i < p->n_creates; i++) {
		const struct plan_create *c = &p->creates[i];

		if (hold_of_bucket(s, c->bucket))
			continue;
		if (s->made[c->bucket] == 0)
			snprintf(s->why[c->bucket], sizeof(s->why[0]), "%s", c->why);
		s->made[c->bucket] += c->count;
	}
	return p->n_creates > 0;
}

static const char *stays_because(const struct sequel *s, size_t node)
{
	const struct fact_node *n = &s->was->nodes[node];

	if (n->bucket != SIZE_MAX && s->made[n->bucket] > 0)
		return SCALEIN_WHILE_MADE;
	if (s->held[node] || s->act_of[node] != NO_ACT)
		return "idle; stays, as waiting work would want it back";
	return s->share[n->array] <= 0 ? SCALEIN_LATER : NULL;
}

static void add_act(struct sequel *s, const struct plan_node *act)
{
	GROW(s->acts, s->n_acts, s->cap_acts);
	s->act_of[act->node] = s->n_acts;
	s->acts[s->n_acts++] = *act;
	if (act->act != ACT_UNDRAIN && act->act != ACT_RETIRE)
		s->share[s->was->nodes[act->node].array]--;
}

static bool add_acts(struct sequel *s, const struct plan *p)
{
	bool any = false;

	for (size_t i = 0; i < p->n_acts; i++) {
		const struct plan_node *act = &p->acts[i];

		if (act->node >= s->was->n_nodes) /* of this very plan */
			continue;
		if (act->act == ACT_UNDRAIN && is_sent_away(s, act->node))
			hold(s, act->node);
		else if (s->act_of[act->node] != NO_ACT ||
			 (act->act != ACT_UNDRAIN && stays_because(s, act->node)))
			continue;
		else
			add_act(s, act);
		any = true;
	}
	return any;
}

/* Whether anything changed. Idle times are those of the first decision, as the engine stores
 * them. */
static bool add(struct sequel *s, const struct plan *p, bool first)
{
	bool any = add_creates(s, p);

	for (size_t i = 0; first && i < s->was->n_nodes; i++)
		s->idle_since[i] = p->nodes[i].idle_since_s;
	any = add_acts(s, p) || any;
	s->bound += any ? p->lower_bound_nodes : 0;
	return any;
}

/*
 * The plan that is handed out: told by the last decision, which found nothing to do
 */

static void creates_out(struct plan *out, const struct sequel *s, size_t *create_of)
{
	out->n_creates = 0;
	out->new_cost = 0;
	for (size_t b = 0; b < s->was->n_buckets; b++) {
		struct plan_create *c;

		create_of[b] = SIZE_MAX;
		if (s->made[b] == 0)
			continue;
		GROW(out->creates, out->n_creates, out->cap_creates);
		create_of[b] = out->n_creates;
		c = &out->creates[out->n_creates++];
		*c = (struct plan_create){ .bucket = b,
					   .count = s->made[b],
					   .price = s->was->buckets[b].price };
		snprintf(c->why, sizeof(c->why), "%s", s->why[b]);
		if (c->price > 0)
			out->new_cost += c->price * (double)c->count;
	}
}

static void acts_out(struct plan *out, const struct sequel *s)
{
	out->n_acts = 0;
	for (size_t i = 0; i < s->n_acts; i++) {
		if (s->acts[i].node == NO_ACT)
			continue;
		GROW(out->acts, out->n_acts, out->cap_acts);
		out->acts[out->n_acts++] = s->acts[i];
	}
}

static void nodes_out(struct plan *out, const struct sequel *s, const struct plan *last)
{
	for (size_t i = 0; i < out->n_nodes; i++) {
		struct why_node *n = &out->nodes[i];

		*n = last->nodes[i];
		if (s->act_of[i] != NO_ACT)
			snprintf(n->text, sizeof(n->text), "%.119s", s->acts[s->act_of[i]].why);
		if (is_sent_away(s, i))
			n->idle_since_s = s->idle_since[i];
	}
	for (size_t i = 0; i < last->n_acts; i++) { /* what it would do, and is not done */
		size_t node = last->acts[i].node;

		if (node < out->n_nodes && s->act_of[node] == NO_ACT)
			snprintf(out->nodes[node].text, sizeof(out->nodes[node].text), "%s",
				 stays_because(s, node));
	}
}

/* A node that the plan makes is no node yet. */
static void placements_out(struct plan *out, const struct sequel *s, struct plan *last,
			   const size_t *create_of)
{
	free(out->placements);
	out->placements = last->placements;
	out->n_placements = last->n_placements;
	out->cap_placements = last->cap_placements;
	last->placements = NULL;
	for (size_t i = 0; i < out->n_placements; i++) {
		struct placement *l = &out->placements[i];

		if (l->node == SIZE_MAX || l->node < s->was->n_nodes)
			continue;
		l->create = create_of[s->f.nodes[l->node].bucket];
		l->node = SIZE_MAX;
	}
}

static void tell(struct plan *out, const struct sequel *s, struct plan *last)
{
	size_t *create_of = xcalloc(s->was->n_buckets + 1, sizeof(*create_of));

	creates_out(out, s, create_of);
	acts_out(out, s);
	nodes_out(out, s, last);
	placements_out(out, s, last, create_of);
	free(create_of);
	free(out->wants);
	pool_clear(&out->texts);
	out->wants = last->wants;
	out->texts = last->texts;
	last->wants = NULL;
	last->texts = (struct pool){ 0 };
	out->lower_bound_nodes = s->bound;
	explain_summary(out, s->d);
}

/* Where all work has its place and nothing else moves, the decision on the outcome takes the
 * same way again (COMING_AGAIN). */
static bool may_look_otherwise(const struct plan *p, const struct demand *d,
			       const struct facts *f)
{
	bool any = p->n_acts > 0;

	if ((!p->n_creates && !p->n_acts) || d->n > MANY_WANTS)
		return false;
	for (size_t i = 0; i < d->n && !any; i++)
		any = p->wants[i].unplaced > 0 && !d->v[i].not_eligible;
	for (size_t i = 0; i < f->n_arrays && !any; i++)
		any = f->arrays[i].spec->min_nodes > 0 || f->arrays[i].spec->warm_nodes > 0;
	return any;
}

void settle(struct plan *p, const struct demand *d, const struct facts *f)
{
	struct sequel s;
	struct plan next = { 0 };
	bool changed;

	if (!may_look_otherwise(p, d, f))
		return;
	sequel_make(&s, d, f);
	changed = add(&s, p, true);
	for (int round = 0; changed && round < ROUNDS; round++) {
		plan_clear(&next);
		outcome_make(&s);
		if (plan_once(&next, d, &s.f, NULL) < 0)
			break;
		changed = add(&s, &next, false);
		if (!changed && (round > 0 || next.n_acts > 0))
			tell(p, &s, &next);
	}
	plan_clear(&next);
	sequel_clear(&s);
}
