/*
 * What spot machines are like, and whom they are no good for (autoscale.md B1, B2). A bucket's
 * past says how much dearer than its price spot is: by the work that is done again. Where the
 * cloud takes back many at once the bucket rests, and a job that lost its machine twice gets no
 * spot any more.
 */
#include "engine/spot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/backoff.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/run.h"
#include "engine/scaleset.h"

#define HISTORY_LEAST_MS (20 * HOUR_MS)	  /* of machine time, before a past counts */
#define HISTORY_FULL_MS	 (2000 * HOUR_MS) /* from there on older times count by half */
#define RISK_UNKNOWN	 1.05
#define STORM_MS	 ((int64_t)600000)
#define STORM_LEAST	 2
#define STORM_SHARE	 10 /* one of so many */
#define TAKEN_MOST	 2  /* times, of one job */

struct taken { /* a machine, of late */
	char key[200];
	int64_t at_ms;
	bool told; /* the bucket rests for it */
};

struct loss { /* a node of which the queue may still tell what ran there */
	struct node node;
	int64_t lost_ms;
};

struct spot {
	struct spot_past *past;
	size_t n_past;
	struct taken *taken;
	size_t n_taken, cap_taken;
	struct map *losses; /* node name -> struct loss: not settled yet */
	struct map *times;  /* job -> how often it lost its machine */
	struct map *barred; /* jobs, or their arrays, that get no spot */
};

double spot_factor(const struct spot_past *p)
{
	if (p->node_ms < HISTORY_LEAST_MS)
		return RISK_UNKNOWN;
	/* machines taken per hour, times the hours that each of them lost */
	return 1 + (double)p->lost_ms / (double)p->node_ms;
}

void spot_past_add(struct spot_past *p, int64_t node_ms, bool taken, int64_t lost_ms)
{
	p->node_ms += node_ms > 0 ? node_ms : 0;
	p->taken += taken;
	p->lost_ms += lost_ms > 0 ? lost_ms : 0;
	if (p->node_ms <= HISTORY_FULL_MS)
		return;
	p->node_ms /= 2;
	p->taken /= 2;
	p->lost_ms /= 2;
}

bool spot_is_storm(int64_t taken, int64_t nodes)
{
	return taken >= STORM_LEAST && taken * STORM_SHARE >= nodes;
}

/*
 * Memory
 */

static void on_times(void *arg, const char *job, int64_t times)
{
	struct spot *s = arg;

	map_put(s->times, job, (void *)(uintptr_t)times);
	if (times >= TAKEN_MOST)
		map_put(s->barred, job, s);
}

static struct spot *spot_of(struct run *r)
{
	struct spot *s = r->spot;

	if (s)
		return s;
	s = r->spot = xcalloc(1, sizeof(*s));
	s->losses = map_new(free, false);
	s->times = map_new(NULL, false);
	s->barred = map_new(NULL, false);
	return s;
}

void spot_load(struct run *r)
{
	struct spot *s = spot_of(r);
	struct err err = ERR_INIT;

	if (store_spots(r->engine->store, r->cluster.id, &s->past, &s->n_past, &err) < 0 ||
	    store_jobs_taken(r->engine->store, r->cluster.id, on_times, s, &err) < 0)
		log_error("cluster %s: %s", r->cluster.name, err.msg);
}

void spot_free(struct run *r)
{
	struct spot *s = r->spot;

	if (!s)
		return;
	free(s->past);
	free(s->taken);
	map_free(s->losses);
	map_free(s->times);
	map_free(s->barred);
	free(s);
	r->spot = NULL;
}

static bool key_of(char out[200], const struct run *r, const struct node *n)
{
	const struct array_spec *a = cluster_array(&r->cluster.spec, n->array);

	if (a)
		bucket_key(out, a, n->size, n->zone, n->spot, n->group);
	return a != NULL;
}

static struct spot_past *find(const struct spot *s, const char *key)
{
	for (size_t i = 0; s && i < s->n_past; i++)
		if (strcmp(s->past[i].key, key) == 0)
			return &s->past[i];
	return NULL;
}

static void remember(struct run *r, const char *key, int64_t node_ms, bool taken,
		     int64_t lost_ms)
{
	struct spot *s = spot_of(r);
	struct spot_past *p = find(s, key);
	struct err err = ERR_INIT;

	if (!p) {
		s->past = xreallocarray(s->past, s->n_past + 1, sizeof(*s->past));
		p = &s->past[s->n_past++];
		*p = (struct spot_past){ .node_ms = 0 };
		snprintf(p->key, sizeof(p->key), "%s", key);
	}
	spot_past_add(p, node_ms, taken, lost_ms);
	if (store_spot_save(r->engine->store, r->cluster.id, p, &err) < 0)
		log_error("cluster %s: %s", r->cluster.name, err.msg);
}

double spot_risk(const struct run *r, const char *key, int64_t running_ms)
{
	const struct spot_past *known = find(r->spot, key);
	struct spot_past p = known ? *known : (struct spot_past){ .node_ms = 0 };

	p.node_ms += running_ms;
	return spot_factor(&p);
}

/*
 * Machines that are gone
 */

static void lost(struct run *r, const struct node *n, const char *key, int64_t now_ms)
{
	struct spot *s = spot_of(r);
	struct loss *l = xcalloc(1, sizeof(*l));

	l->node = *n;
	map_put(s->losses, n->name, l);
	GROW(s->taken, s->n_taken, s->cap_taken);
	s->taken[s->n_taken] = (struct taken){ .at_ms = now_ms };
	snprintf(s->taken[s->n_taken++].key, sizeof(s->taken->key), "%s", key);
}

/* Before the state is the new one. What was taken back is counted when it is known what ran. */
void spot_moved(struct run *r, const struct node *n, enum node_state to)
{
	int64_t now = clock_utc_ms();
	char key[200];

	if (!n->spot || !n->bound_ms || !key_of(key, r, n))
		return;
	if (to == NODE_EVICTED)
		lost(r, n, key, now);
	else if (to == NODE_GONE && n->state != NODE_EVICTED)
		remember(r, key, now - n->bound_ms, false, 0);
}

/*
 * Whose machines they were
 */

static bool holds_one_node(const struct job *j)
{
	return j->nodes[0] && job_has_nodes(j);
}

/* The store counts; for an array it is to say at the next start what it says now. */
static void times_add(struct run *r, const char *job, int times, int64_t now_ms)
{
	struct err err = ERR_INIT;

	for (int i = 0; i < times; i++)
		if (store_job_taken(r->engine->store, r->cluster.id, job, now_ms, &err) < 0)
			log_error("cluster %s: %s", r->cluster.name, err.msg);
}

static void job_lost(struct run *r, const struct job *j, struct loss *l, int64_t now_ms)
{
	struct spot *s = spot_of(r);
	uintptr_t times = (uintptr_t)map_get(s->times, j->id) + 1;
	int64_t worked = j->start_s > 0 ? now_ms - j->start_s * 1000 : 0;
	const char *whole = j->array_id[0] ? j->array_id : j->id;

	l->lost_ms = worked > l->lost_ms ? worked : l->lost_ms;
	map_put(s->times, j->id, (void *)times);
	times_add(r, j->id, 1, now_ms);
	if (times < TAKEN_MOST || map_get(s->barred, whole))
		return;
	map_put(s->barred, whole, s);
	times_add(r, whole, whole == j->id ? 0 : TAKEN_MOST, now_ms);
	note(r, EVENT_WARN, j->id,
	     "lost its spot machine %d times: no spot is made for it any more", (int)times);
}

static void jobs_lost(struct run *r, int64_t now_ms)
{
	struct spot *s = r->spot;

	for (size_t i = 0; r->queue && i < r->queue->n_jobs; i++) {
		const struct job *j = &r->queue->jobs[i];
		struct loss *l = holds_one_node(j) ? map_get(s->losses, j->nodes) : NULL;

		if (l)
			job_lost(r, j, l, now_ms);
	}
}

/*
 * Many at once
 */

static void forget_old(struct spot *s, int64_t now_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_taken; i++)
		if (now_ms - s->taken[i].at_ms < STORM_MS)
			s->taken[kept++] = s->taken[i];
	s->n_taken = kept;
}

static int64_t nodes_of(const struct run *r, const struct node *like)
{
	int64_t n = 0;

	for (size_t i = 0; i < r->n_members; i++) {
		const struct node *o = &r->members[i]->node;

		n += o->spot && o->state != NODE_EVICTED && node_is_live(o->state) &&
		     strcmp(o->array, like->array) == 0 && strcmp(o->size, like->size) == 0 &&
		     strcmp(o->zone, like->zone) == 0 && strcmp(o->group, like->group) == 0;
	}
	return n;
}

static void storm_look(struct run *r, const struct node *n, const char *key)
{
	struct spot *s = r->spot;
	struct err err = ERR_INIT;
	int64_t taken = 0, all;
	bool news = false;

	for (size_t i = 0; i < s->n_taken; i++)
		if (strcmp(s->taken[i].key, key) == 0) {
			taken++;
			news = news || !s->taken[i].told;
		}
	all = nodes_of(r, n) + taken;
	if (!news || !spot_is_storm(taken, all))
		return;
	for (size_t i = 0; i < s->n_taken; i++)
		if (strcmp(s->taken[i].key, key) == 0)
			s->taken[i].told = true;
	err_set(&err, ERR_CAPACITY, "%s%lld of %lld machines within 10 min", SPOT_STORM,
		(long long)taken, (long long)all);
	backoff_note(r, n, "", &err, 0);
}

void spot_settle(struct run *r)
{
	struct spot *s = r->spot;
	int64_t now = clock_utc_ms();
	const char *name;
	char key[200];
	void *v;

	if (!s || map_count(s->losses) == 0)
		return;
	jobs_lost(r, now);
	forget_old(s, now);
	for (size_t i = 0; map_next(s->losses, &i, &name, &v);) {
		struct loss *l = v;

		if (!key_of(key, r, &l->node))
			continue;
		remember(r, key, now - l->node.bound_ms, true, l->lost_ms);
		storm_look(r, &l->node, key);
	}
	map_free(s->losses);
	s->losses = map_new(free, false);
	if (r->queue)
		spot_mark(r, r->queue);
}

void spot_mark(const struct run *r, struct queue *q)
{
	const struct spot *s = r->spot;

	if (!s || map_count(s->barred) == 0)
		return;
	for (size_t i = 0; i < q->n_jobs; i++) {
		struct job *j = &q->jobs[i];

		j->no_spot = map_get(s->barred, j->array_id[0] ? j->array_id : j->id) != NULL;
	}
}
