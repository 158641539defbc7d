/*
 * The money of a cluster, as it runs up. A node's own row says when its machine came and went,
 * so a charge is never lost: what was in memory when an engine was killed is metered again by
 * the next one, from the mark in the store, as time that nobody watched.
 */
#include "engine/bill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/intent.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/region.h"
#include "engine/run.h"
#include "engine/snapshot.h"
#include "engine/storage.h"

#define SAVE_MS	      50000 /* of a tick of 10 s: within the minute */
#define DAY_MS	      ((int64_t)24 * 3600 * 1000)
#define PRUNE_MS      DAY_MS
#define HISTORY_MS    ((int64_t)7 * 86400 * 1000) /* nodes that are gone, jobs that ended */
#define JOBS_KEPT_MS  (100 * PRUNE_MS)		  /* their sums; the hours stay */
#define JOBS_AT_ONCE  2000			  /* written in some 20 ms */
#define HEAD_MISSINGS 2				  /* a listing may lag once */

int bill_load(struct run *r, struct err *err)
{
	struct bill *b = &r->bill;

	tally_init(&b->tally);
	if (store_metered_until(r->engine->store, r->cluster.id, &b->until_ms, err) < 0)
		return -1;
	b->head_ms = b->disks_ms = b->until_ms;
	return store_spent(r->engine->store, r->cluster.id, &b->stored_nano, err);
}

void bill_clear(struct run *r)
{
	tally_clear(&r->bill.tally);
	tenancy_clear(&r->bill.tenancy);
}

/*
 * Machines
 */

static struct machine machine_of(const struct node *n)
{
	return (struct machine){ .array = n->array,
				 .from_ms = n->bound_ms,
				 .to_ms = n->gone_ms ? n->gone_ms : INT64_MAX,
				 .price = meter_price(n->price),
				 .list_price = -1,
				 .spot = n->spot,
				 .kind = CHARGE_UNKNOWN,
				 .cpus = n->cpus };
}

/* Jobs that a silent scheduler told of may be gone by now. */
static bool knows_jobs(const struct run *r, int64_t now_ms)
{
	return r->queue && now_ms - r->queue_source.ok_ms <= METER_BLIND_MS;
}

static enum charge_kind kind_of(enum node_state s, bool jobs_known)
{
	if (node_is_booting(s))
		return CHARGE_BOOTING;
	if (s == NODE_IDLE || s == NODE_BUSY)
		return jobs_known ? CHARGE_IDLE : CHARGE_UNKNOWN;
	if (s == NODE_DRAINING || s == NODE_DELETING)
		return CHARGE_DRAINING;
	return CHARGE_FAILED;
}

static int64_t list_price(struct run *r, struct member *m)
{
	const struct vm_size *size;

	if (!m->node.spot)
		return -1;
	if (!m->list_price && r->region && r->region->sizes_ms) {
		size = vm_sizes_find(&r->region->sizes, m->node.size);
		m->list_price = size ? meter_price(size->price) : -1;
	}
	return m->list_price ? m->list_price : -1;
}

static bool is_ahead(const struct run *r, const char *array)
{
	const struct foreseen *f = ahead_of(r, array);

	return f && f->kind == FORESEEN_NODES;
}

bool bill_machine(struct run *r, struct member *m, int64_t now_ms, struct machine *out)
{
	enum node_state s = m->node.state;
	bool known = knows_jobs(r, now_ms);

	if (!m->node.bound_ms || s == NODE_DEALLOCATED)
		return false;
	*out = machine_of(&m->node);
	out->list_price = list_price(r, m);
	out->kind = kind_of(s, known);
	if (s == NODE_IDLE && known && is_ahead(r, m->node.array))
		out->kind = CHARGE_AHEAD;
	if (known && !node_is_booting(s))
		out->jobs = tenancy_of(&r->bill.tenancy, m->node.name);
	return true;
}

bool bill_head_machine(const struct run *r, struct machine *out)
{
	*out = (struct machine){ .array = "",
				 .from_ms = r->cluster.head_up_ms,
				 .to_ms = INT64_MAX,
				 .price = meter_price(r->cluster.head_price),
				 .list_price = -1,
				 .kind = CHARGE_HEAD };
	return r->cluster.head_up_ms != 0;
}

bool bill_disk_machine(const struct storage_spec *s, struct machine *out)
{
	*out = (struct machine){ .array = "",
				 .from_ms = s->disk_ms,
				 .to_ms = INT64_MAX,
				 .price = meter_price(s->disk_price),
				 .list_price = -1,
				 .kind = CHARGE_STORAGE };
	return s->disk_ms != 0;
}

static double since(const struct machine *m, int64_t metered_ms, int64_t now_ms)
{
	int64_t from = metered_ms > m->from_ms ? metered_ms : m->from_ms;

	return m->price > 0 && now_ms > from
		   ? (double)m->price * (double)(now_ms - from) / (double)HOUR_MS
		   : 0;
}

/* Nothing is metered for it. */
double bill_spent(const struct run *r, int64_t now_ms)
{
	double nano = (double)(r->bill.stored_nano + r->bill.tally.nano);
	struct machine m;

	for (size_t i = 0; i < r->n_members; i++) {
		const struct node *n = &r->members[i]->node;

		m = machine_of(n);
		if (n->bound_ms && n->state != NODE_DEALLOCATED)
			nano += since(&m, r->members[i]->metered_ms, now_ms);
	}
	if (bill_head_machine(r, &m))
		nano += since(&m, r->bill.head_ms, now_ms);
	for (size_t i = 0; i < r->cluster.spec.n_storage; i++)
		if (bill_disk_machine(&r->cluster.spec.storage[i], &m))
			nano += since(&m, r->bill.disks_ms, now_ms);
	return nano / NANO;
}

double bill_shown(struct run *r, int64_t now_ms)
{
	struct bill *b = &r->bill;

	struct budget_state s = { 0 };

	if (now_ms / 60000 != b->shown_minute) {
		b->shown_minute = now_ms / 60000;
		b->shown = bill_spent(r, now_ms);
		bill_budget(r, now_ms, &s);
		b->shown_committed = s.committed;
	}
	return b->shown;
}

/*
 * Metering
 */

void bill_gone(struct run *r, const struct node *row)
{
	struct machine m = machine_of(row);

	if (row->bound_ms)
		meter(&r->bill.tally, &m, r->bill.until_ms, row->gone_ms);
}

void bill_member(struct run *r, struct member *m, int64_t now_ms)
{
	struct machine machine;

	if (bill_machine(r, m, now_ms, &machine))
		meter(&r->bill.tally, &machine, m->metered_ms, now_ms);
	if (now_ms > m->metered_ms)
		m->metered_ms = now_ms;
}

static double head_price(const struct run *r)
{
	const struct vm_size *size =
	    r->region ? vm_sizes_find(&r->region->sizes, r->cluster.spec.head_size) : NULL;

	return size ? size->price : -1;
}

static void bill_for_head(struct run *r, int64_t now_ms)
{
	struct machine machine;

	if (bill_head_machine(r, &machine))
		meter(&r->bill.tally, &machine, r->bill.head_ms, now_ms);
	if (now_ms > r->bill.head_ms)
		r->bill.head_ms = now_ms;
	if (r->cluster.head_up_ms && r->cluster.head_price < 0 && head_price(r) >= 0) {
		r->cluster.head_price = head_price(r); /* the list came later */
		cluster_save(r);
	}
}

static void bill_for_disks(struct run *r, int64_t now_ms)
{
	struct cluster_spec *spec = &r->cluster.spec;
	struct machine machine;
	bool priced = false;

	for (size_t i = 0; i < spec->n_storage; i++) {
		struct storage_spec *s = &spec->storage[i];

		if (bill_disk_machine(s, &machine))
			meter(&r->bill.tally, &machine, r->bill.disks_ms, now_ms);
		if (s->disk_ms && s->disk_price < 0 && r->region &&
		    storage_price(&r->region->sizes, s) >= 0) {
			s->disk_price = storage_price(&r->region->sizes, s);
			priced = true;
		}
	}
	if (now_ms > r->bill.disks_ms)
		r->bill.disks_ms = now_ms;
	if (priced)
		cluster_save(r);
}

void bill_disk(struct run *r, const char *disk_id, bool there)
{
	struct storage_spec *s = storage_of_disk(&r->cluster.spec, disk_id);

	if (!s || there == (s->disk_ms != 0))
		return;
	bill_all(r, clock_utc_ms());
	bill_save(r);
	s->disk_ms = there ? clock_utc_ms() : 0;
	s->disk_price = there && r->region ? storage_price(&r->region->sizes, s) : -1;
	cluster_save(r);
}

void bill_all(struct run *r, int64_t now_ms)
{
	for (size_t i = 0; i < r->n_members; i++)
		bill_member(r, r->members[i], now_ms);
	bill_for_head(r, now_ms);
	bill_for_disks(r, now_ms);
}

/*
 * The head's machine
 */

void bill_head(struct run *r, bool runs)
{
	struct cluster *c = &r->cluster;
	int64_t now = clock_utc_ms();

	r->bill.head_unseen = 0;
	if (runs == (c->head_up_ms != 0))
		return;
	bill_all(r, now);
	bill_save(r);
	c->head_up_ms = runs ? now : 0;
	c->head_price = runs ? head_price(r) : -1;
	cluster_save(r);
}

static const struct cloud_vm *head_in(const struct run *r, const struct cloud_vms *vms)
{
	for (size_t i = 0; i < vms->n; i++)
		if (text_casecmp(vms->v[i].id, r->cluster.head_id) == 0)
			return &vms->v[i];
	return NULL;
}

/* Somebody else may have stopped or deleted it, and an older engine did not say that it runs.
 */
void bill_head_listed(struct run *r, const struct cloud_vms *vms)
{
	const struct cloud_vm *vm;

	if (!r->cluster.head_id || !r->cluster.head_id[0] || r->op.id ||
	    intent_open(r, r->cluster.head_id))
		return;
	vm = head_in(r, vms);
	if (!vm && ++r->bill.head_unseen < HEAD_MISSINGS)
		return;
	if (!vm || vm->power == POWER_DEALLOCATED)
		bill_head(r, false);
	else if (vm->power == POWER_RUNNING)
		bill_head(r, true);
	else
		r->bill.head_unseen = 0;
}

/*
 * The month's budget (autoscale.md B8): of a name, so that a cluster made anew has not a new
 * one
 */

static void read_month(struct run *r, int64_t month_ms)
{
	struct err err = ERR_INIT;

	r->bill.month_ms = month_ms;
	if (store_spent_since(r->engine->store, r->cluster.name, month_ms, &r->bill.month_nano,
			      &err) < 0)
		log_error("cluster %s: %s", r->cluster.name, err.msg);
}

bool bill_budget(struct run *r, int64_t now_ms, struct budget_state *out)
{
	int64_t month;

	if (r->cluster.spec.budget_month < 0)
		return false;
	month = budget_month(now_ms, &out->to_ms);
	if (month != r->bill.month_ms)
		read_month(r, month);
	out->spent = (double)(r->bill.month_nano + r->bill.tally.nano) / NANO;
	run_committed(r, NULL, now_ms, out);
	return true;
}

static void read_day(struct run *r, int64_t day_ms)
{
	struct err err = ERR_INIT;

	r->bill.day_ms = day_ms;
	if (store_spent_since(r->engine->store, r->cluster.name, day_ms, &r->bill.day_nano,
			      &err) < 0)
		log_error("cluster %s: %s", r->cluster.name, err.msg);
}

void bill_periods(struct run *r, int64_t now_ms, double spent, double *today, double *month)
{
	double fresh = spent - (double)r->bill.stored_nano / NANO; /* not in the store yet */
	int64_t month_ms = budget_month(now_ms, NULL), day_ms = now_ms / DAY_MS * DAY_MS;

	if (month_ms != r->bill.month_ms)
		read_month(r, month_ms);
	if (day_ms != r->bill.day_ms)
		read_day(r, day_ms);
	*today = (double)r->bill.day_nano / NANO + fresh;
	*month = (double)r->bill.month_nano / NANO + fresh;
}

/* What is committed rises and falls with each job: a level is said once for a month and a
 * limit, and after a restart only what is new. */
static void tell_budget(struct run *r)
{
	struct bill *b = &r->bill;
	double limit = r->cluster.spec.budget_month;
	int64_t now = clock_utc_ms(), month = budget_month(now, NULL);
	bool anew = b->told_limit != limit || b->told_month_ms != month;
	enum budget_level before = b->budget;
	char more[BUDGET_MORE_TEXT];
	struct budget_state s;

	if (!bill_budget(r, now, &s)) {
		b->budget = b->told = BUDGET_UNSEEN;
		return;
	}
	b->budget = budget_level(&s, limit);
	b->told_limit = limit;
	b->told_month_ms = month;
	if (b->budget != before)
		run_changed(r);
	if (anew || before == BUDGET_UNSEEN || b->budget <= b->told) {
		b->told = anew || b->budget > b->told ? b->budget : b->told;
		return;
	}
	b->told = b->budget;
	note(r, EVENT_WARN, "budget", "$%.2f of this month's $%.2f are spent%s%s", s.spent,
	     limit, budget_more_text(more, s.spent, s.committed),
	     b->budget < BUDGET_COMMITTED
		 ? ""
		 : ": no nodes are made for new jobs, what runs goes on; " BUDGET_RAISE);
}

/*
 * The store
 */

static struct charge *charges_of(const struct tally *t, size_t *n)
{
	struct charge *out = xcalloc(map_count(t->charges) + 1, sizeof(*out));
	const char *key;
	void *v;

	*n = 0;
	for (size_t i = 0; map_next(t->charges, &i, &key, &v);)
		out[(*n)++] = *(struct charge *)v;
	return out;
}

/* Those that waited longest first. */
static struct job_charge *jobs_of(const struct tally *t, size_t *n)
{
	struct job_charge *out = xcalloc(JOBS_AT_ONCE, sizeof(*out));
	const char *key;
	void *v;

	*n = 0;
	for (size_t i = 0; *n < JOBS_AT_ONCE && map_next(t->jobs, &i, &key, &v);)
		out[(*n)++] = *(struct job_charge *)v;
	return out;
}

static void forget_saved(struct tally *t, size_t n_jobs)
{
	const char *key;
	void *v;

	map_free(t->charges);
	t->charges = map_new(free, false);
	t->nano = t->node_ms = 0;
	for (size_t i = 0; n_jobs > 0 && map_next(t->jobs, &i, &key, &v); n_jobs--)
		map_del(t->jobs, key);
}

/*
 * The mark and what it stands for are one commit; what could not be written waits in memory.
 * Jobs are sums beside the ledger: where tens of thousands run they are written bit by bit, so
 * that no commit takes long (R1.5).
 */
void bill_save(struct run *r)
{
	struct bill *b = &r->bill;
	int64_t now = clock_utc_ms();
	struct err err = ERR_INIT;
	struct job_charge *jobs;
	struct charge *charges;
	size_t n, n_jobs;

	bill_all(r, now);
	b->saved_mono_ms = clock_mono_ms();
	b->moved = false;
	if (map_count(b->tally.charges) + map_count(b->tally.jobs) == 0)
		return;
	charges = charges_of(&b->tally, &n);
	jobs = jobs_of(&b->tally, &n_jobs);
	if (now < b->until_ms)
		now = b->until_ms; /* the clock was put back */
	if (store_charges_add(r->engine->store, r->cluster.id, charges, n, jobs, n_jobs, now,
			      &err) == 0) {
		b->until_ms = now;
		b->stored_nano += b->tally.nano;
		b->saves++;
		b->month_ms = b->day_ms = 0; /* read again when they are asked for */
		forget_saved(&b->tally, n_jobs);
	} else if (err.code == ERR_UNKNOWN) {
		engine_fatal(r->engine, &err);
	} else {
		log_error("cluster %s: %s", r->cluster.name, err.msg);
	}
	free(charges);
	free(jobs);
}

static void prune(struct engine *e)
{
	int64_t mono = clock_mono_ms();
	struct err err = ERR_INIT;

	if (e->pruned_ms && mono - e->pruned_ms < PRUNE_MS)
		return;
	e->pruned_ms = mono;
	if (store_job_charges_forget(e->store, clock_utc_ms() - JOBS_KEPT_MS, &err) < 0 ||
	    store_jobs_forget(e->store, (clock_utc_ms() - HISTORY_MS) / 1000, &err) < 0 ||
	    store_jobs_forget_most(e->store, limits_get(e->limits, LIMIT_JOBS_KEPT), &err) <
		0 ||
	    store_jobs_taken_forget(e->store, clock_utc_ms() - HISTORY_MS, &err) < 0 ||
	    store_node_forget_gone(e->store, clock_utc_ms() - HISTORY_MS, &err) < 0 ||
	    store_history_forget(e->store, &err) < 0)
		log_error("%s", err.msg);
}

void bill_tick(struct engine *e)
{
	for (size_t i = 0; i < e->n_runs; i++) {
		const struct bill *b = &e->runs[i]->bill;

		if (clock_mono_ms() - b->saved_mono_ms >= SAVE_MS ||
		    map_count(b->tally.jobs) > JOBS_AT_ONCE)
			bill_save(e->runs[i]);
		tell_budget(e->runs[i]);
		budgets_tell(e->runs[i]);
	}
	prune(e);
}
