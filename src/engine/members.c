/* The nodes of a cluster as they stand in memory: rows first, indexes after them. */
#include "engine/members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/bill.h"
#include "engine/facts.h"
#include "engine/history.h"
#include "engine/note.h"
#include "engine/region.h"
#include "engine/run.h"
#include "engine/scaleset.h"
#include "engine/spot.h"

static void index_member(struct run *r, struct member *m)
{
	map_put(r->by_name, m->node.name, m);
	if (m->node.vm_id[0])
		map_put(r->by_vm, m->node.vm_id, m);
}

void keep_with_array(const struct run *r, struct member *m)
{
	const struct array_spec *a = cluster_array(&r->cluster.spec, m->node.array);

	m->node.array_kept_ms = a ? a->kept_ms : 0;
}

bool member_stays(const struct run *r, const struct member *m)
{
	bool asked = m->node.terminate_asked ||
		     (r->op.id && (r->op.kind == OP_STOP || r->op.kind == OP_DELETE));

	return node_is_kept(&m->node) && !asked;
}

/* As the last engine left it: what the first reading does not show then has vanished (R5.3). */
static bool was_in_scheduler(const struct node *n)
{
	return n->joined_ms && (n->state == NODE_IDLE || n->state == NODE_BUSY ||
				n->state == NODE_DRAINING || n->state == NODE_UNHEALTHY);
}

static struct member *keep(struct run *r, const struct node *n)
{
	struct member *m = xcalloc(1, sizeof(*m));

	m->node = *n;
	m->has_vm = n->vm_id[0] != '\0'; /* until a listing says otherwise */
	m->in_scheduler = was_in_scheduler(n);
	keep_with_array(r, m);
	m->metered_ms = r->bill.until_ms;
	GROW(r->members, r->n_members, r->cap_members);
	r->members[r->n_members++] = m;
	index_member(r, m);
	run_changed(r);
	return m;
}

/* A store that answers "unknown" cannot be trusted any more: the process ends, and its next
 * start reads what is true. */
static int stored(struct run *r, int rc, const struct err *err)
{
	if (rc < 0 && err->code == ERR_UNKNOWN)
		engine_fatal(r->engine, err);
	if (rc < 0)
		log_error("cluster %s: %s", r->cluster.name, err->msg);
	return rc;
}

struct member *member_add(struct run *r, const struct node *n)
{
	struct node row = *n;
	struct err err = ERR_INIT;

	if (stored(r, store_node_add(r->engine->store, &row, &err), &err) < 0)
		return NULL;
	return keep(r, &row);
}

const struct array_spec *array_of_set(const struct run *r, const char *set_id)
{
	const char *name = set_id ? strrchr(set_id, '/') : NULL;

	for (size_t i = 0; name && i < r->cluster.spec.n_arrays; i++) {
		const struct array_spec *a = &r->cluster.spec.arrays[i];
		char *prefix =
		    xasprintf("/%.20s-%s-%s-", r->cluster.name, r->cluster.short_id, a->name);
		bool is = strncmp(name, prefix, strlen(prefix)) == 0;

		free(prefix);
		if (is)
			return a;
	}
	return NULL;
}

/* Without a price until its size is known: the books show what is not priced. */
struct member *member_of_stranger(struct run *r, const struct array_spec *a,
				  const struct cloud_vm *vm, const char *name)
{
	const struct vm_size *size =
	    r->region ? vm_sizes_find(&r->region->sizes, vm->size) : NULL;
	const char *number = strrchr(name, '-');
	int64_t now = clock_utc_ms();
	/* R5.7: the cloud's own time; none is just now */
	bool dated = vm->created_ms > 0 && vm->created_ms < now;
	struct node n = { .cluster_id = r->cluster.id,
			  .state = NODE_BOOTING,
			  .generation = 1,
			  .spot = vm->spot,
			  .since_ms = now,
			  .requested_ms = dated ? vm->created_ms : now,
			  .price = -1,
			  .jobs = -1,
			  .load = -1 };

	num_read(&n.index, number ? number + 1 : "", 0, INT32_MAX);
	snprintf(n.name, sizeof(n.name), "%s", name);
	snprintf(n.array, sizeof(n.array), "%s", a->name);
	snprintf(n.size, sizeof(n.size), "%s", vm->size);
	snprintf(n.zone, sizeof(n.zone), "%s", vm->zone);
	snprintf(n.set_id, sizeof(n.set_id), "%s", vm->set_id);
	if (size) {
		n.price = vm->spot ? size->spot_price : size->price;
		member_promise(&n, a, size);
	}
	return member_add(r, &n);
}

#define LISTINGS_LAG_MS ((int64_t)10 * 60 * 1000)

static void past_vm_add(struct run *r, const char *vm_id, int64_t gone_ms)
{
	int64_t *at = xmalloc(sizeof(*at));

	*at = gone_ms;
	map_put(r->past_vms, vm_id, at);
}

bool vm_is_past(const struct run *r, const char *vm_id)
{
	return map_get(r->past_vms, vm_id) != NULL;
}

/* One that is shown for longer is there, and costs. */
bool vm_left_lately(const struct run *r, const char *vm_id, int64_t now_ms)
{
	const int64_t *gone_ms = map_get(r->past_vms, vm_id);

	return gone_ms && now_ms - *gone_ms < LISTINGS_LAG_MS;
}

int members_load(struct run *r, struct err *err)
{
	struct node *rows;
	size_t n;

	if (store_nodes(r->engine->store, r->cluster.id, &rows, &n, true, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!rows[i].gone_ms) {
			keep(r, &rows[i]);
			continue;
		}
		bill_gone(r, &rows[i]);
		if (rows[i].vm_id[0])
			past_vm_add(r, rows[i].vm_id, rows[i].gone_ms);
	}
	free(rows);
	return 0;
}

static void member_free(struct member *m)
{
	free(m->told);
	free(m);
}

void members_free(struct run *r)
{
	for (size_t i = 0; i < r->n_members; i++)
		member_free(r->members[i]);
	free(r->members);
	r->members = NULL;
	r->n_members = r->cap_members = 0;
}

struct member *member_find(const struct run *r, const char *name)
{
	return map_get(r->by_name, name);
}

void member_empties(struct member *m, const struct sched_node *sn, int64_t now_ms)
{
	if (!sn || !node_empties(sn))
		m->empties_ms = 0;
	else if (!m->empties_ms)
		m->empties_ms = now_ms;
}

struct member *member_of_vm(const struct run *r, const char *vm_id)
{
	return map_get(r->by_vm, vm_id);
}

static const char *const worth_an_event[NODE_STATES] = {
	[NODE_IDLE] = "",      [NODE_DRAINING] = "",	[NODE_DELETING] = "",
	[NODE_GONE] = "",      [NODE_FAILED] = "",	[NODE_EVICTED] = "",
	[NODE_UNHEALTHY] = "", [NODE_DEALLOCATED] = "",
};

/* Idle and busy alternate with the queue all day: that is no event. */
static bool tells(enum node_state from, enum node_state to)
{
	if (from == NODE_BUSY && to == NODE_IDLE)
		return false;
	return worth_an_event[to] != NULL;
}

static enum event_level level_of(enum node_state to)
{
	if (to == NODE_FAILED)
		return EVENT_ERROR;
	return to == NODE_EVICTED || to == NODE_UNHEALTHY ? EVENT_WARN : EVENT_INFO;
}

int node_move(struct run *r, struct member *m, enum node_state to, const char *fmt, ...)
{
	int64_t now = clock_utc_ms();
	struct event ev = { .at_ms = now, .cluster_id = r->cluster.id, .level = level_of(to) };
	struct err err = ERR_INIT;
	char reason[160];
	bool event = r->acting || tells(m->node.state, to); /* what people do is always told */
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	if (!node_can_move(m->node.state, to)) {
		log_error("node %s: no way from %s to %s (%s)", m->node.name,
			  node_state_name(m->node.state), node_state_name(to), reason);
		return -1;
	}
	snprintf(ev.cluster, sizeof(ev.cluster), "%s", r->cluster.name);
	snprintf(ev.object, sizeof(ev.object), "%s", m->node.name);
	snprintf(ev.actor, sizeof(ev.actor), "%s", run_actor(r));
	snprintf(ev.text, sizeof(ev.text), "%s: %s", node_state_name(to), reason);
	log_debug("node %s: %s -> %s: %s", m->node.name, node_state_name(m->node.state),
		  node_state_name(to), reason);
	bill_member(r, m, now);
	r->bill.moved = true;
	history_moved(r, &m->node, to);
	spot_moved(r, &m->node, to);
	requeued_moved(r, &m->node, to, reason);
	run_changed(r);
	r->moves++;
	return stored(r,
		      store_node_set_state(r->engine->store, &m->node, to, reason, now,
					   event ? &ev : NULL, &err),
		      &err);
}

void member_save(struct run *r, struct member *m)
{
	struct err err = ERR_INIT;

	stored(r, store_node_save(r->engine->store, &m->node, &err), &err);
	run_changed(r);
}

void member_bind(struct run *r, struct member *m, const struct cloud_vm *vm)
{
	snprintf(m->node.vm_id, sizeof(m->node.vm_id), "%s", vm->id);
	snprintf(m->node.vm_name, sizeof(m->node.vm_name), "%s", vm->name);
	snprintf(m->node.host, sizeof(m->node.host), "%s", vm->host);
	snprintf(m->node.address, sizeof(m->node.address), "%s",
		 vm->address ? vm->address : "");
	m->node.bound_ms = clock_utc_ms();
	m->has_vm = true;
	map_put(r->by_vm, m->node.vm_id, m);
}

/* Its number is free again, so that an array of 16 counts to 16. */
static void free_index(struct run *r, const struct node *n)
{
	const struct array_spec *a = cluster_array(&r->cluster.spec, n->array);
	int64_t *hint = a ? &r->index_hint[a - r->cluster.spec.arrays] : NULL;

	if (hint && n->index < *hint)
		*hint = n->index;
}

void member_gone(struct run *r, struct member *m, const char *reason)
{
	size_t i = r->n_members;

	if (node_move(r, m, NODE_GONE, "%s", reason) < 0)
		return;
	while (r->members[--i] != m) /* most leave from the end */
		;
	memmove(&r->members[i], &r->members[i + 1],
		(r->n_members - i - 1) * sizeof(*r->members));
	r->n_members--;
	free_index(r, &m->node);
	map_del(r->by_name, m->node.name);
	if (m->node.vm_id[0]) {
		map_del(r->by_vm, m->node.vm_id);
		past_vm_add(r, m->node.vm_id, clock_utc_ms());
	}
	r->publish_due = true;
	member_free(m);
}

int64_t member_free_index(struct run *r, const char *array)
{
	const struct array_spec *a = cluster_array(&r->cluster.spec, array);
	size_t slot = (size_t)(a - r->cluster.spec.arrays);
	char name[40];

	for (int64_t i = r->index_hint[slot];; i++) {
		snprintf(name, sizeof(name), "%s-%lld", array, (long long)i);
		if (!member_find(r, name)) {
			r->index_hint[slot] = i + 1;
			return i;
		}
	}
}
