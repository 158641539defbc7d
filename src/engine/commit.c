/*
 * What is committed beside what is spent (B8): each machine to its expected end. That is the
 * end of the last job on it by the jobs' time limits; where none of them has one, or none is on
 * it, its array's idle time-out from now; of one that boots, what it was made for. Nothing is
 * committed beyond the period of the budget, and nothing for heads and disks, which stay
 * whatever is decided.
 */
#include <string.h>

#include "engine/bill.h"
#include "engine/members.h"
#include "engine/run.h"

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Until when somebody has it by the limits; 0: nobody can say. */
static int64_t jobs_end(const struct tenants *jobs)
{
	int64_t end_s = 0;

	for (size_t i = 0; jobs && i < jobs->n; i++)
		end_s = later(end_s, jobs->v[i].ends_s);
	return end_s * 1000;
}

static double usd_until(const struct occupied *o, int64_t end_ms, int64_t now_ms, int64_t to_ms)
{
	end_ms = end_ms < to_ms ? end_ms : to_ms;
	return end_ms > now_ms && o->price > 0
		   ? o->price * (double)(end_ms - now_ms) / (double)HOUR_MS
		   : 0;
}

double commit_machine(const struct occupied *o, int64_t now_ms, int64_t to_ms)
{
	int64_t end_ms = jobs_end(o->jobs);

	if (o->leaves && !o->jobs)
		return 0;
	if (!end_ms && !o->jobs && o->made_for_s > 0)
		end_ms = now_ms + o->made_for_s * 1000;
	return usd_until(o, end_ms ? end_ms : now_ms + o->idle_s * 1000, now_ms, to_ms);
}

static bool is_of(const struct budget_spec *b, const struct tenant *t)
{
	return (!b->user || strcmp(b->user, t->user) == 0) &&
	       (!b->account || strcmp(b->account, t->account) == 0);
}

double commit_jobs(const struct occupied *o, const struct budget_spec *b, int64_t now_ms,
		   int64_t to_ms)
{
	double usd = 0;

	for (size_t i = 0; o->jobs && i < o->jobs->n; i++) {
		const struct tenant *t = &o->jobs->v[i];
		int64_t end_ms = t->ends_s ? t->ends_s * 1000 : now_ms + o->idle_s * 1000;
		double share = t->cpus >= 0 && o->cpus > 0 && t->cpus < o->cpus
				   ? (double)t->cpus / (double)o->cpus
				   : 1;

		if (is_of(b, t))
			usd += share * usd_until(o, end_ms, now_ms, to_ms);
	}
	return usd;
}

static bool goes_on(enum node_state s)
{
	return node_is_booting(s) || s == NODE_IDLE || s == NODE_BUSY || s == NODE_DRAINING ||
	       s == NODE_UNHEALTHY;
}

void run_committed(const struct run *r, const struct budget_spec *b, int64_t now_ms,
		   struct budget_state *s)
{
	s->committed = s->spent;
	s->booting = 0;
	for (size_t i = 0; i < r->n_members; i++) {
		const struct member *m = r->members[i];
		const struct array_spec *a = cluster_array(&r->cluster.spec, m->node.array);
		struct occupied o = { .price = m->node.price,
				      .cpus = m->node.cpus,
				      .idle_s = a ? a->idle_s : 0,
				      .made_for_s = m->made_for_s,
				      .leaves = m->node.state == NODE_DRAINING };
		bool boots = node_is_booting(m->node.state);
		double usd;

		if (!goes_on(m->node.state) ||
		    (b && b->array && strcmp(b->array, m->node.array) != 0))
			continue;
		if (!boots)
			o.jobs = tenancy_of(&r->bill.tenancy, m->node.name);
		usd = b && (b->user || b->account) ? commit_jobs(&o, b, now_ms, s->to_ms)
						   : commit_machine(&o, now_ms, s->to_ms);
		s->committed += usd;
		s->booting += boots ? usd : 0;
	}
}
