/* Nodes: how they register, what is used of them, how they fall silent and go. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/queue.h"
#include "azsim/queue/store.h"
#include "base/mem.h"

struct gq_node *gq_node_find(const struct gq *q, const char *name)
{
	return map_get(q->nodes, name);
}

bool gq_node_usable(const struct gq_node *n)
{
	return !n->down && !n->drain && !n->silent;
}

void gq_node_changed(struct gq_node *n)
{
	gq_store_node(n->q->store, n);
}

void gq_node_text_state(struct buf *out, const struct gq_node *n)
{
	buf_adds(out, n->down		       ? "DOWN"
		      : n->used_cpus == 0      ? "IDLE"
		      : n->used_cpus < n->cpus ? "MIXED"
					       : "ALLOCATED");
	if (n->drain)
		buf_adds(out, "+DRAIN");
	if (n->dynamic)
		buf_adds(out, "+DYNAMIC_NORM");
	if (n->silent)
		buf_adds(out, "+NOT_RESPONDING");
}

/*
 * Classes
 */

void gq_class_free(struct gq_class *c)
{
	free(c->features);
	strs_clear(&c->words);
	free(c->v);
	free(c);
}

static struct gq_class *class_for(struct gq *q, const struct gq_node_wish *w)
{
	struct gq_class *c;

	for (size_t i = 0; i < q->n_classes; i++) {
		c = q->classes[i];
		if (c->cpus == w->cpus && c->mem_mb == w->mem_mb && c->gpus == w->gpus &&
		    strcmp(c->features, w->features) == 0)
			return c;
	}
	if (q->n_classes == (size_t)GQ_MASK * 64)
		return NULL;
	GROW(q->classes, q->n_classes, q->cap_classes);
	c = xcalloc(1, sizeof(*c));
	c->features = xstrdup(w->features);
	c->words = (struct strs)STRS_INIT(1000);
	strs_split(&c->words, c->features, strlen(c->features), ',');
	c->cpus = w->cpus;
	c->mem_mb = w->mem_mb;
	c->gpus = w->gpus;
	q->classes[q->n_classes++] = c;
	return c;
}

static void class_add(struct gq_class *c, struct gq_node *n)
{
	GROW(c->v, c->n, c->cap);
	n->class = c;
	n->slot = c->n;
	c->v[c->n++] = n;
	c->n_usable += gq_node_usable(n);
}

static void class_del(struct gq_node *n)
{
	struct gq_class *c = n->class;

	c->n_usable -= gq_node_usable(n);
	c->v[n->slot] = c->v[--c->n];
	c->v[n->slot]->slot = n->slot;
	if (c->hint > n->slot)
		c->hint = n->slot;
	n->class = NULL;
}

static bool listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = list; *s;) {
		size_t len = strcspn(s, ",");

		if (len == n && memcmp(s, word, n) == 0)
			return true;
		s += len + (s[len] == ',');
	}
	return false;
}

bool gq_node_in(const struct gq_node *n, const char *partition)
{
	return listed(n->features, partition);
}

bool gq_class_in(const struct gq_class *c, const char *partitions)
{
	for (size_t i = 0; i < c->words.n; i++)
		if (listed(partitions, c->words.v[i]))
			return true;
	return false;
}

void gq_node_partitions(struct buf *out, const struct gq *q, const struct gq_node *n)
{
	bool any = false;

	for (size_t i = 0; i < q->n_partitions; i++) {
		if (!gq_node_in(n, q->partitions[i].name))
			continue;
		buf_addf(out, "%s%s", any ? "," : "", q->partitions[i].name);
		any = true;
	}
}

/*
 * What is used
 */

void gq_node_take(struct gq_place *p)
{
	struct gq_node *n = p->node;

	n->used_cpus += p->cpus;
	n->used_mem += p->mem_mb;
	n->used_gpus += p->gpus;
	p->prev = NULL;
	p->next = n->places;
	if (p->next)
		p->next->prev = p;
	n->places = p;
}

void gq_node_give(struct gq_place *p)
{
	struct gq_node *n = p->node;

	n->used_cpus -= p->cpus;
	n->used_mem -= p->mem_mb;
	n->used_gpus -= p->gpus;
	*(p->prev ? &p->prev->next : &n->places) = p->next;
	if (p->next)
		p->next->prev = p->prev;
	n->busy_ms = gq_now(n->q);
	if (n->class && n->class->hint > n->slot)
		n->class->hint = n->slot;
}

/* Its jobs start again elsewhere, or end with it when they were told not to. */
static void lose_jobs(struct gq_node *n)
{
	while (n->places) {
		struct gq_job *j = n->places->job;

		if (j->spec->requeue)
			gq_job_requeue(n->q, j);
		else
			gq_job_end(n->q, j, GQ_NODE_FAIL, 0);
	}
}

/*
 * States
 */

/* Every change of what makes a node usable goes through here. */
static void restate(struct gq_node *n, bool down, bool drain, bool silent)
{
	bool was = gq_node_usable(n);

	n->down = down;
	n->drain = drain;
	n->silent = silent;
	if (gq_node_usable(n) != was) {
		n->class->n_usable += was ? (size_t)-1 : 1;
		n->class->hint = 0;
	}
	gq_node_changed(n);
	gq_wake(n->q);
}

void gq_node_restore(struct gq_node *n, bool down, bool drain, bool silent)
{
	restate(n, down, drain, silent);
}

static void set_reason(struct gq_node *n, const char *reason)
{
	free(n->reason);
	n->reason = reason ? xstrdup(reason) : NULL;
	n->reason_ms = gq_now(n->q);
}

int gq_node_set(struct gq_node *n, enum gq_node_word word, const char *reason)
{
	switch (word) {
	case GQ_DRAIN:
	case GQ_FAIL:
		set_reason(n, reason);
		restate(n, n->down, true, n->silent);
		return 0;
	case GQ_DOWN:
		set_reason(n, reason);
		restate(n, true, n->drain, n->silent);
		lose_jobs(n);
		return 0;
	case GQ_RESUME:
		if (!n->down && !n->drain)
			return -1;
		set_reason(n, NULL);
		restate(n, false, false, n->lost);
		if (n->lost)
			az_world_wake_at(n->q->w, &n->due, gq_now(n->q) + GQ_DOWN_MS);
		return 0;
	case GQ_UNDRAIN:
		if (n->drain && !n->down)
			set_reason(n, NULL);
		restate(n, n->down, false, n->silent);
		return 0;
	}
	return -1;
}

/* Jobs on a machine that is gone neither end nor fail until the controller misses it. */
void gq_node_lost(struct gq_node *n)
{
	if (n->lost)
		return;
	n->lost = true;
	for (struct gq_place *p = n->places; p; p = p->next) {
		p->job->run->stuck = true;
		az_world_sleep(n->q->w, &p->job->run->due);
	}
	az_world_wake_at(n->q->w, &n->due, gq_now(n->q) + GQ_SILENT_MS);
	gq_node_changed(n);
}

void gq_node_fired(void *arg)
{
	struct gq_node *n = arg;

	if (!n->lost || n->down)
		return;
	if (!n->silent) {
		restate(n, n->down, n->drain, true);
		az_world_wake_at(n->q->w, &n->due, gq_now(n->q) + GQ_DOWN_MS - GQ_SILENT_MS);
		return;
	}
	if (!n->drain)
		set_reason(n, "Not responding");
	restate(n, true, n->drain, true);
	lose_jobs(n);
}

/*
 * Coming and going
 */

static struct gq_node *new_node(struct gq *q, const struct gq_node_wish *w)
{
	struct gq_node *n = xcalloc(1, sizeof(*n));

	n->q = q;
	n->name = xstrdup(w->name);
	n->due.fire = gq_node_fired;
	n->due.owner = n;
	map_put(q->nodes, w->name, n);
	return n;
}

static void describe(struct gq_node *n, const struct gq_node_wish *w)
{
	free(n->host);
	free(n->address);
	free(n->features);
	n->host = xstrdup(w->host);
	n->address = xstrdup(w->address);
	n->features = xstrdup(w->features);
	snprintf(n->vm_id, sizeof(n->vm_id), "%s", w->vm_id ? w->vm_id : "");
	n->cpus = w->cpus;
	n->mem_mb = w->mem_mb;
	n->gpus = w->gpus;
	n->offer = w->offer;
	n->dynamic = !w->offer;
}

struct gq_node *gq_node_put(struct gq *q, const struct gq_node_wish *w)
{
	struct gq_node *n = gq_node_find(q, w->name);
	struct gq_class *c = class_for(q, w);
	bool ours = n && n->drain && !n->down; /* a drain outlives the daemon */

	if (!c)
		return NULL;
	if (n) {
		lose_jobs(n); /* it says that it booted just now */
		az_world_sleep(q->w, &n->due);
		class_del(n);
	} else {
		n = new_node(q, w);
	}
	describe(n, w);
	n->lost = n->silent = false;
	n->down = w->offer;
	n->drain = ours;
	if (w->offer)
		set_reason(n, "paceline: on offer");
	else if (!ours)
		set_reason(n, NULL);
	n->boot_ms = w->boot_ms;
	n->start_ms = n->busy_ms = w->offer ? 0 : gq_now(q);
	class_add(c, n);
	gq_node_changed(n);
	gq_wake(q);
	return n;
}

void gq_node_free(void *node)
{
	struct gq_node *n = node;

	free(n->name);
	free(n->host);
	free(n->address);
	free(n->features);
	free(n->reason);
	free(n);
}

int gq_node_remove(struct gq *q, struct gq_node *n)
{
	if (n->places || n->offer)
		return -1;
	az_world_sleep(q->w, &n->due);
	gq_store_forget_node(q->store, n);
	class_del(n);
	map_del(q->nodes, n->name);
	gq_wake(q);
	return 0;
}
