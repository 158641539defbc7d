#include "engine/meter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PRICE_MAX                                                                              \
	2000.0		 /* USD per hour of one machine: above it the products below overflow  \
			  */
#define CPUS_MAX 1000000 /* of one job on one node, the same */

int64_t meter_price(double usd_per_hour)
{
	if (!(usd_per_hour >= 0))
		return -1;
	return llround((usd_per_hour < PRICE_MAX ? usd_per_hour : PRICE_MAX) * NANO);
}

/*
 * Who is where
 */

static void tenants_free(void *v)
{
	struct tenants *t = v;

	free(t->v);
	free(t);
}

static bool holds_nodes(const struct job *j)
{
	return j->nodes[0] && job_has_nodes(j);
}

static void moves_in(struct tenancy *t, const char *node, const struct tenant *who)
{
	struct tenants *on = map_get(t->nodes, node);

	if (!on) {
		on = xcalloc(1, sizeof(*on));
		map_put(t->nodes, node, on);
	}
	GROW(on->v, on->n, on->cap);
	on->v[on->n++] = *who;
}

static int64_t cpus_each(const struct job *j, size_t nodes)
{
	int64_t n = nodes ? (int64_t)nodes : 1;
	int64_t each = j->cpus > 0 ? (j->cpus - 1) / n + 1 : 1;

	if (j->exclusive)
		return -1;
	return each < CPUS_MAX ? each : CPUS_MAX;
}

static int64_t ends_s(const struct job *j)
{
	return j->limit_s > 0 && j->start_s > 0 && j->limit_s < INT64_MAX - j->start_s
		   ? j->start_s + j->limit_s
		   : 0;
}

/* Equal host lists are one pointer, and neighbours in a queue: each is read once in a row. */
void tenancy_make(struct tenancy *t, const struct queue *q)
{
	struct strs hosts = STRS_INIT(QUEUE_NODES_MAX);
	const char *last = NULL;

	t->nodes = map_new(tenants_free, true);
	for (size_t i = 0; i < q->n_jobs; i++) {
		const struct job *j = &q->jobs[i];
		struct tenant who = { .job = j->array_id[0] ? j->array_id : j->id,
				      .name = j->name,
				      .user = j->user,
				      .account = j->account,
				      .ends_s = ends_s(j) };

		if (!holds_nodes(j))
			continue;
		if (j->nodes != last) {
			strs_clear(&hosts);
			if (hostlist_expand(&hosts, j->nodes, NULL) < 0)
				strs_clear(&hosts);
			last = j->nodes;
		}
		who.cpus = cpus_each(j, hosts.n);
		for (size_t k = 0; k < hosts.n; k++)
			moves_in(t, hosts.v[k], &who);
	}
	strs_clear(&hosts);
}

const struct tenants *tenancy_of(const struct tenancy *t, const char *node)
{
	return t->nodes ? map_get(t->nodes, node) : NULL;
}

void tenancy_clear(struct tenancy *t)
{
	map_free(t->nodes);
	t->nodes = NULL;
}

/*
 * Sums by hour, array, user, account and kind, and by job
 */

void tally_init(struct tally *t)
{
	*t = (struct tally){ .charges = map_new(free, false), .jobs = map_new(free, false) };
}

void tally_clear(struct tally *t)
{
	map_free(t->charges);
	map_free(t->jobs);
	*t = (struct tally){ 0 };
}

struct part { /* of a slice that lies in one hour */
	int64_t from_ms, to_ms;
	int64_t node_ms, nano, saved;
};

/* The array's name has no blank, and what stands between the others no name has. */
static struct charge *charge_of(struct tally *t, int64_t hour_ms, const char *array,
				const struct tenant *who, enum charge_kind kind)
{
	const char *user = who ? who->user : "", *account = who ? who->account : "";
	char key[200];
	struct charge *c;

	snprintf(key, sizeof(key), "%lld %d %.19s %.63s\n%.63s", (long long)hour_ms, (int)kind,
		 array, user, account);
	c = map_get(t->charges, key);
	if (!c) {
		c = xcalloc(1, sizeof(*c));
		c->hour_ms = hour_ms;
		c->kind = kind;
		snprintf(c->array, sizeof(c->array), "%s", array);
		snprintf(c->user, sizeof(c->user), "%s", user);
		snprintf(c->account, sizeof(c->account), "%s", account);
		map_put(t->charges, key, c);
	}
	return c;
}

static void to_ledger(struct tally *t, const struct machine *m, const struct tenant *who,
		      enum charge_kind kind, const struct part *p)
{
	struct charge *c = charge_of(t, p->from_ms / HOUR_MS * HOUR_MS, m->array, who, kind);

	c->node_ms += p->node_ms;
	c->nano += p->nano;
	c->spot_nano += m->spot ? p->nano : 0;
	c->saved_nano += p->saved;
	t->node_ms += p->node_ms;
	t->nano += p->nano;
}

static void to_job(struct tally *t, const struct machine *m, const struct tenant *who,
		   const struct part *p)
{
	struct job_charge *j = map_get(t->jobs, who->job);

	if (!j) {
		j = xcalloc(1, sizeof(*j));
		j->first_ms = p->from_ms;
		snprintf(j->job, sizeof(j->job), "%s", who->job);
		snprintf(j->name, sizeof(j->name), "%s", who->name);
		snprintf(j->user, sizeof(j->user), "%s", who->user);
		snprintf(j->account, sizeof(j->account), "%s", who->account);
		snprintf(j->array, sizeof(j->array), "%s", m->array);
		map_put(t->jobs, who->job, j);
	}
	if (p->from_ms < j->first_ms)
		j->first_ms = p->from_ms;
	if (p->to_ms > j->last_ms)
		j->last_ms = p->to_ms;
	j->node_ms += p->node_ms;
	j->nano += p->nano;
}

/*
 * Sharing
 */

static int64_t cpus_of(const struct machine *m, const struct tenant *who)
{
	int64_t all = m->cpus > 0 ? m->cpus : 1;

	return who->cpus < 0 ? all : who->cpus > 0 ? who->cpus : 1;
}

/* Jobs by their processors; what none of them holds, and what division leaves, is nobody's. A
 * node that is let twice is shared by all who are on it. */
static void share(struct tally *t, const struct machine *m, struct part p)
{
	int64_t all = m->cpus > 0 ? m->cpus : 1, let = 0;
	size_t n = m->jobs ? m->jobs->n : 0;
	struct part left = p;

	for (size_t i = 0; i < n; i++)
		let += cpus_of(m, &m->jobs->v[i]);
	for (size_t i = 0; i < n; i++) {
		const struct tenant *who = &m->jobs->v[i];
		int64_t mine = cpus_of(m, who), of = let > all ? let : all;
		struct part q = p;

		if (i == n - 1 && let >= all) {
			q = left;
		} else {
			q.node_ms = p.node_ms * mine / of;
			q.nano = p.nano / of * mine + p.nano % of * mine / of;
			q.saved = p.saved / of * mine + p.saved % of * mine / of;
		}
		left.node_ms -= q.node_ms;
		left.nano -= q.nano;
		left.saved -= q.saved;
		to_ledger(t, m, who, CHARGE_BUSY, &q);
		to_job(t, m, who, &q);
	}
	if (left.node_ms || left.nano || left.saved)
		to_ledger(t, m, NULL, m->kind, &left);
}

/* What a machine cost until it was so old; whole hours first, as the product has no room for
 * years. */
static int64_t cost_at(int64_t price, int64_t age_ms)
{
	if (price <= 0 || age_ms <= 0)
		return 0;
	return price * (age_ms / HOUR_MS) + price * (age_ms % HOUR_MS) / HOUR_MS;
}

static int64_t cost_between(const struct machine *m, int64_t price, int64_t from_ms,
			    int64_t to_ms)
{
	return cost_at(price, to_ms - m->from_ms) - cost_at(price, from_ms - m->from_ms);
}

static struct part part_of(const struct machine *m, int64_t from_ms, int64_t to_ms)
{
	struct part p = { .from_ms = from_ms, .to_ms = to_ms, .node_ms = to_ms - from_ms };

	if (m->kind == CHARGE_STORAGE)
		p.node_ms = 0;
	p.nano = cost_between(m, m->price, from_ms, to_ms);
	if (m->spot && m->price >= 0 && m->list_price > m->price)
		p.saved = cost_between(m, m->list_price, from_ms, to_ms) - p.nano;
	return p;
}

void meter(struct tally *t, const struct machine *m, int64_t from_ms, int64_t to_ms)
{
	struct machine unseen = *m;
	int64_t at = from_ms > m->from_ms ? from_ms : m->from_ms;
	int64_t end = to_ms < m->to_ms ? to_ms : m->to_ms;

	if (end - at > METER_BLIND_MS) {
		unseen.jobs = NULL;
		if (unseen.kind != CHARGE_HEAD && unseen.kind != CHARGE_STORAGE)
			unseen.kind = CHARGE_UNKNOWN;
	}
	while (at < end) {
		int64_t next = (at / HOUR_MS + 1) * HOUR_MS;

		if (next > end)
			next = end;
		share(t, &unseen, part_of(m, at, next));
		at = next;
	}
}
