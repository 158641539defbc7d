#include "azsim/queue/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/store.h"
#include "base/mem.h"
#include "base/text.h"

#define HEAD_SHARE 0.5 /* of a boot: what its script takes, when the programs are there */
#define NODE_SHARE 0.3

const char *const gq_phase_name[] = { "mount",	"munge", "config", "slurmctld", "nfs",
				      "ready",	"boot",	 "wait",   "mount",	"munge",
				      "slurmd", "ready", "failed" };

void gq_machine_changed(struct gq_machine *m)
{
	gq_store_machine(m->site->store, m);
}

void gq_machine_free(void *machine)
{
	struct gq_machine *m = machine;

	az_world_sleep(m->site->w, &m->due);
	free(m->host);
	free(m->address);
	free(m->head);
	free(m->array);
	free(m->name);
	free(m->failed);
	free(m);
}

bool gq_machine_visible(const struct gq_machine *m)
{
	return m->is_head || m->phase > GQ_NODE_BOOT;
}

static void enter(struct gq_machine *m, enum gq_phase phase)
{
	m->phase = phase;
	m->phase_ms = az_world_now(m->site->w);
	gq_machine_changed(m);
}

static void step_later(struct gq_machine *m, double share, int steps)
{
	const struct az_scenario *sc = &m->site->w->sc;
	double ms = (double)az_spread_ms(&sc->boot, &m->site->rng) * share / steps;

	az_world_wake_at(m->site->w, &m->due,
			 az_world_now(m->site->w) + (ms < 1 ? 1 : (int64_t)ms));
}

static void fail(struct gq_machine *m, char *why)
{
	m->failed = why;
	enter(m, GQ_NODE_FAILED);
}

/*
 * Heads
 */

static void head_step(struct gq_machine *m)
{
	struct gq_head *h = gq_head_find(m->site, m->host);

	if (m->phase == GQ_HEAD_READY || !h)
		return;
	enter(m, m->phase + 1);
	if (m->phase == GQ_HEAD_NFS) { /* the controller was waited for */
		h->q->up = true;
		gq_wake(h->q);
	}
	if (m->phase == GQ_HEAD_READY)
		gq_machine_kick(m->site, m->host);
	else
		step_later(m, HEAD_SHARE, 5);
}

/*
 * Nodes
 */

static const struct gq_line *my_line(const struct gq_machine *m)
{
	const struct gq_head *h = gq_head_find(m->site, m->head);

	return h ? map_get(h->lines, m->host) : NULL;
}

static bool head_serves(const struct gq_machine *m)
{
	const struct gq_head *h = gq_head_find(m->site, m->head);

	return h && h->machine && h->machine->phase == GQ_HEAD_READY && !h->machine->stopped;
}

static void take_line(struct gq_machine *m)
{
	const struct gq_line *l = my_line(m);

	if (!l)
		return;
	if (strcmp(l->array, m->array) != 0) {
		fail(m, xasprintf("the line of %s in /sched/nodes cannot be used", m->host));
		return;
	}
	m->name = xstrdup(l->name);
	enter(m, GQ_NODE_MOUNT);
	step_later(m, NODE_SHARE, 3);
}

static void join(struct gq_machine *m)
{
	struct gq_head *h = gq_head_find(m->site, m->head);
	const struct gq_line *l = my_line(m);
	struct gq_node_wish w = { .name = m->name,
				  .host = m->host,
				  .address = m->address,
				  .vm_id = m->vm_id,
				  .boot_ms = m->began_ms };

	if (!l) {
		fail(m, xasprintf("no line for %s in /sched/nodes", m->host));
		return;
	}
	w.features = l->features;
	w.cpus = l->cpus;
	w.mem_mb = l->mem_mb;
	w.gpus = l->gpus;
	if (gq_node_put(h->q, &w))
		enter(m, GQ_NODE_READY);
	else
		fail(m, xstrdup("slurmd: the controller knows too many kinds of nodes"));
}

/* A fault that a test asked for shows as one of the network does. */
static void mount_step(struct gq_machine *m)
{
	int64_t *bad = &m->site->bad_boots, *hung = &m->site->hung_boots;

	if (*hung != 0) {
		*hung -= *hung > 0;
		return;
	}
	if (*bad != 0) {
		*bad -= *bad > 0;
		fail(m, xstrdup("mount /shared timed out"));
		return;
	}
	enter(m, m->phase + 1);
	step_later(m, NODE_SHARE, 3);
}

static void node_step(struct gq_machine *m)
{
	switch (m->phase) {
	case GQ_NODE_BOOT:
		if (!head_serves(m))
			return;
		enter(m, GQ_NODE_WAIT);
		take_line(m);
		break;
	case GQ_NODE_WAIT:
		take_line(m);
		break;
	case GQ_NODE_MOUNT:
		mount_step(m);
		break;
	case GQ_NODE_MUNGE:
		enter(m, m->phase + 1);
		step_later(m, NODE_SHARE, 3);
		break;
	case GQ_NODE_SLURMD:
		if (head_serves(m))
			join(m);
		else
			step_later(m, 1, 1);
		break;
	default:
		break;
	}
}

void gq_machine_fired(void *machine)
{
	struct gq_machine *m = machine;

	if (m->is_head)
		head_step(m);
	else
		node_step(m);
}

void gq_machine_begin(struct gq_machine *m)
{
	m->began_ms = az_world_now(m->site->w);
	enter(m, m->is_head ? GQ_HEAD_MOUNT : GQ_NODE_BOOT);
	step_later(m, m->is_head ? HEAD_SHARE : NODE_SHARE, 5);
}

void gq_machine_kick(struct gq_site *s, const char *head)
{
	const char *id;
	void *v;

	for (size_t i = 0; map_next(s->machines, &i, &id, &v);) {
		struct gq_machine *m = v;

		if (!m->is_head && m->phase <= GQ_NODE_WAIT && m->due.slot == 0 &&
		    text_casecmp(m->head, head) == 0)
			node_step(m);
	}
}

/*
 * Heads, as what nodes and the tool share
 */

static void free_line(void *line)
{
	struct gq_line *l = line;

	free(l->name);
	free(l->array);
	free(l->features);
	free(l);
}

struct gq_head *gq_head_find(const struct gq_site *s, const char *host)
{
	return map_get(s->heads, host);
}

struct gq_head *gq_head_make(struct gq_site *s, const char *host, const char *vm_id)
{
	struct gq_head *h = xcalloc(1, sizeof(*h));

	h->q = gq_new(s->w, host, vm_id);
	h->q->store = s->store;
	h->lines = map_new(free_line, true);
	map_put(s->heads, host, h);
	return h;
}

void gq_head_free(void *head)
{
	struct gq_head *h = head;

	gq_free(h->q);
	map_free(h->lines);
	free(h->list);
	free(h);
}

/* HOST NAME ARRAY SIZE CPUS MEM_MIB GPUS FEATURES, by TAB */
static int read_line(struct map *lines, const char *text, size_t len)
{
	struct strs f = STRS_INIT(64);
	struct gq_line *l = xcalloc(1, sizeof(*l));
	int rc = -1;

	if (strs_split(&f, text, len, '\t') == 0 && f.n == 8) {
		rc = 0;
		if (num_read(&l->cpus, f.v[4], 1, 100000) == 0 &&
		    num_read(&l->mem_mb, f.v[5], 1, INT64_MAX >> 20) == 0 &&
		    num_read(&l->gpus, f.v[6], 0, 1000) == 0 && text_is_name(f.v[1], 63)) {
			l->name = xstrdup(f.v[1]);
			l->array = xstrdup(f.v[2]);
			l->features = xstrdup(f.v[7]);
			map_put(lines, f.v[0], l);
			l = NULL;
		}
	}
	if (l)
		free_line(l);
	strs_clear(&f);
	return rc;
}

int gq_head_publish(struct gq_head *h, const char *text, size_t len)
{
	struct map *lines = map_new(free_line, true);
	const char *s = text, *end = text + len;
	int n = 0;

	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t line = (size_t)((nl ? nl : end) - s);

		if (read_line(lines, s, line) != 0) {
			map_free(lines);
			return -1;
		}
		n++;
		s += line + 1;
	}
	map_free(h->lines);
	h->lines = lines;
	free(h->list);
	h->list = xstrndup(text, len);
	return n;
}
