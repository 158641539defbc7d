/* Every decision in a sentence with its numbers (9). */
#include "engine/plan_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define MEM_MOST  9e18		     /* bytes that an int64_t holds */
#define NODES_ANY ((int64_t)1 << 40) /* no limit; several of them can be added */

const char *why_code_name(enum why_code c)
{
	static const char *const names[WHY_CODES] = {
		[WHY_PLACED] = "placed",
		[WHY_NEVER_FITS] = "never_fits",
		[WHY_GROUP_TOO_SMALL] = "group_too_small",
		[WHY_NO_CAPACITY] = "no_capacity",
		[WHY_BACKOFF] = "backoff",
		[WHY_SHARED_POOL] = "shared_pool",
		[WHY_BUDGET] = "budget",
		[WHY_WAITING_FOR_NODES] = "waiting_for_nodes",
		[WHY_PAUSED] = "paused",
		[WHY_NOT_ELIGIBLE] = "not_eligible",
		[WHY_NO_ROOM_PLAN] = "no_room_plan",
	};

	return c < WHY_CODES ? names[c] : "unknown";
}

static const char *amount_text(char out[48], const char *dim, double n)
{
	char size[24];

	if (strcmp(dim, "ncpus") == 0)
		snprintf(out, 48, "%.6g core%s", n, n > 1 || n < 1 ? "s" : "");
	else if (strcmp(dim, "ngpus") == 0)
		snprintf(out, 48, "%.6g GPU%s", n, n > 1 || n < 1 ? "s" : "");
	else if (strcmp(dim, "mem") == 0)
		snprintf(out, 48, "%s of memory",
			 size_text(size, (int64_t)(n < MEM_MOST ? n : MEM_MOST)));
	else
		snprintf(out, 48, "%.6g %.30s", n, dim);
	return out;
}

void bucket_text(char out[BUCKET_TEXT], const struct fact_bucket *b)
{
	snprintf(out, BUCKET_TEXT, "%s%s%s%s%s%.30s", vm_size_short(b->size->name),
		 b->spot ? " spot" : "", b->zone[0] ? " zone " : "", b->zone,
		 b->group[0] ? " in " : "", b->group);
}

/*
 * Why a want is not placed
 */

struct telling { /* a why_want whose sentence is being written */
	enum why_code code;
	int64_t placed, unplaced, waiting;
	unsigned int binding;
	char text[400];
};

struct cause { /* over the buckets that would take the want */
	size_t buckets, closed, paused, dear, price_cap, waits;
	unsigned int bind;
	const struct level *level;
	size_t purse; /* that a node of purse_bucket is too dear for; SIZE_MAX: none */
	uint32_t purse_bucket;
	const struct fact_bucket *first, *first_closed, *bound; /* bound: by level */
	int64_t until_s;
};

static int64_t nodes_wanted(const struct want *w)
{
	return w->node_count > 0 ? w->node_count : 1;
}

static void cause_of_price(struct cause *c, const struct planner *p, const struct attempt *a,
			   size_t want, uint32_t b)
{
	const struct want *w = &p->d->v[want];
	size_t purse = purse_binding(a, b, want, nodes_wanted(w));

	c->dear += ledger_too_dear(p, &a->ledger, b, nodes_wanted(w)) || purse != SIZE_MAX;
	if (c->purse == SIZE_MAX && purse != SIZE_MAX) {
		c->purse = purse;
		c->purse_bucket = b;
	}
}

static void cause_of_bucket(struct cause *c, const struct planner *p, const struct attempt *a,
			    size_t want, uint32_t b)
{
	const struct fact_bucket *fb = &p->f->buckets[b];
	const struct level *before = c->level;

	c->first = c->first ? c->first : fb;
	c->buckets++;
	if (fb->closed_until_s > p->f->now_s) {
		c->closed++;
		if (!c->first_closed || fb->closed_until_s < c->until_s) {
			c->first_closed = fb;
			c->until_s = fb->closed_until_s;
		}
	} else if (p->f->arrays[fb->array].paused) {
		c->paused++;
	} else if (!p->open[b]) {
		c->price_cap++;
	} else {
		c->bind |=
		    ledger_binding(p, &a->ledger, b, nodes_wanted(&p->d->v[want]), &c->level);
		cause_of_price(c, p, a, want, b);
		c->bound = c->level == before ? c->bound : fb;
	}
}

static struct cause cause_of(const struct planner *p, const struct attempt *a, size_t want)
{
	const struct shape *s = &p->shapes[p->asks[want].shape];
	struct cause c = { .purse = SIZE_MAX };
	size_t ready = candidates(p, want, a->scratch);

	for (size_t i = 0; i < s->n_buckets; i++) {
		uint32_t b = s->buckets[i];
		bool now = false;

		if (!kind_usable(p, want, &p->kinds[b]) || !ask_fits_empty(p, want, b))
			continue;
		for (size_t k = 0; k < ready; k++)
			now = now || a->scratch[k].bucket == b;
		c.waits += !now;
		cause_of_bucket(&c, p, a, want, b);
	}
	return c;
}

/* The first thing asked for that this kind of node does not have; NULL: an amount. */
static const struct need *missing(const struct planner *p, const struct need *n,
				  const struct kind *k)
{
	struct need_view v = { .p = p, .kind = k, .node = SIZE_MAX };
	double none[DIMS_MAX] = { 0 };

	if (!n || need_holds(n, &v, none) >= 0)
		return NULL;
	for (const struct need *c = n->kind == NEED_AND ? n->child : NULL; c; c = c->next) {
		const struct need *m = missing(p, c, k);

		if (m)
			return m;
	}
	return n;
}

/* As a sentence: "none of the 4 kinds of node has zone = 1 or 2". */
static void need_text(char out[160], const struct need *n, size_t kinds)
{
	char none[64] = "the only kind of node does not have";
	size_t len;

	if (kinds > 1)
		snprintf(none, sizeof(none), "none of the %zu kinds of node has", kinds);

	if (n->kind == NEED_NEVER) {
		snprintf(out, 160, "%s", n->n_words ? n->words[0] : "nothing takes it");
		return;
	}
	if (n->kind == NEED_NOT) {
		snprintf(out, 160, "each kind of node has what it excludes");
		return;
	}
	if (n->kind != NEED_PROPERTY && n->kind != NEED_EQUALS) {
		snprintf(out, 160, "%s all that it asks for together", none);
		return;
	}
	len = (size_t)snprintf(out, 160, "%s %s = ", none, n->name);
	for (size_t i = 0; i < n->n_words && len < 140; i++)
		len += (size_t)snprintf(out + len, 160 - len, "%s%.40s", i ? " or " : "",
					n->words[i]);
}

/* As it was asked for: 4095M is less than 4G. */
static const char *exact_amount(char out[48], const char *dim, double n)
{
	const int64_t mib = INT64_C(1) << 20;
	int64_t bytes = n < MEM_MOST ? (int64_t)n : 0, told;
	char size[24];

	if (strcmp(dim, "mem") != 0 || bytes <= 0 || bytes % mib != 0 ||
	    (size_read(&told, size_text(size, bytes)) == 0 && told == bytes))
		return amount_text(out, dim, n);
	snprintf(out, 48, "%lldM of memory", (long long)(bytes / mib));
	return out;
}

/* Sizes are told with all their memory, of which the system keeps some. */
static int64_t memory_of_largest(const struct planner *p, const struct shape *s)
{
	int64_t most = 0;

	for (size_t k = 0; k < s->n_buckets; k++) {
		const struct kind *kd = &p->kinds[s->buckets[k]];
		const struct vm_size *size = p->f->buckets[kd->bucket].size;

		most = size->mem_bytes > most ? size->mem_bytes : most;
	}
	return most;
}

/* Which amount is beyond the largest of the nodes whose constraints hold: the nearest miss. */
static bool amount_missing(struct telling *w, const struct planner *p, size_t want)
{
	const struct ask *a = &p->asks[want];
	const struct shape *s = &p->shapes[a->shape];
	char need[48], most_text[48], all[24], rest[64];

	for (uint32_t i = a->first; i < a->first + a->n; i++) {
		const struct amount *m = &p->amounts[i];
		double most = 0;

		for (size_t k = 0; k < s->n_buckets; k++) {
			const struct kind *kd = &p->kinds[s->buckets[k]];
			double cap = kd->cap[m->dim] / (m->cores ? kd->threads : 1);

			most = cap > most ? cap : most;
		}
		if (s->n_buckets == 0 || m->n <= most)
			continue;
		int64_t whole = memory_of_largest(p, s);

		rest[0] = '\0';
		if (strcmp(p->dims[m->dim], "mem") == 0 && m->n <= (double)whole)
			snprintf(rest, sizeof(rest),
				 " for jobs: the rest of its %s is the system's",
				 size_text(all, whole));
		snprintf(
		    w->text, sizeof(w->text),
		    "never fits: it asks for %s on a node, the largest that it may use has %s%s",
		    exact_amount(need, p->dims[m->dim], m->n),
		    amount_text(most_text, p->dims[m->dim], most), rest);
		return true;
	}
	return false;
}

static void never_fits(struct telling *w, const struct planner *p, size_t want)
{
	const struct want *d = &p->d->v[want];
	size_t buckets = p->f->n_buckets;
	char text[160] = "no kind of node has what it asks for";

	w->code = WHY_NEVER_FITS;
	if (buckets == 0) {
		snprintf(w->text, sizeof(w->text), "never fits: the cluster offers no sizes");
		return;
	}
	if (amount_missing(w, p, want))
		return;
	for (size_t b = 0; b < buckets; b++) {
		const struct need *m = missing(p, d->where, &p->kinds[b]);

		m = m ? m : missing(p, d->need, &p->kinds[b]);

		if (m) {
			need_text(text, m, buckets);
			break;
		}
	}
	snprintf(w->text, sizeof(w->text), "never fits: %s", text);
}

static bool group_too_small(struct telling *w, const struct planner *p, size_t want)
{
	const struct want *d = &p->d->v[want];
	const struct shape *s = &p->shapes[p->asks[want].shape];
	int64_t most = 0;

	for (size_t i = 0; i < s->n_buckets; i++) {
		const struct fact_bucket *b = &p->f->buckets[s->buckets[i]];
		int64_t max = p->f->arrays[b->array].spec->group_max;

		if (!kind_usable(p, want, &p->kinds[s->buckets[i]]) ||
		    !ask_fits_empty(p, want, s->buckets[i]))
			continue;
		if (!b->group[0] || max < 0)
			return false;
		most = max > most ? max : most;
	}
	if (!d->colocated || most == 0 || d->node_count <= most)
		return false;
	w->code = WHY_GROUP_TOO_SMALL;
	w->binding = BIND_GROUP;
	snprintf(w->text, sizeof(w->text),
		 "never fits: it asks for %" PRId64
		 " nodes in one placement group, which holds %" PRId64 " at the most",
		 d->node_count, most);
	return true;
}

/* Nodes of an array by its own limits at its best hours, of the smallest of its sizes that fit;
 * -1: none fits. */
static int64_t most_of_array(const struct planner *p, size_t want, size_t array)
{
	const struct shape *s = &p->shapes[p->asks[want].shape];
	const struct array_spec *a = p->f->arrays[array].spec;
	int64_t vcpus = 0, ever = p->f->arrays[array].ever_max;
	int64_t most = a->max_nodes < 0 || ever < 0 ? NODES_ANY
		       : ever > a->max_nodes	    ? ever
						    : a->max_nodes;

	for (size_t i = 0; i < s->n_buckets; i++) {
		const struct fact_bucket *b = &p->f->buckets[s->buckets[i]];

		if (b->array == array && kind_usable(p, want, &p->kinds[s->buckets[i]]) &&
		    ask_fits_empty(p, want, s->buckets[i]) &&
		    (vcpus == 0 || b->size->vcpus < vcpus))
			vcpus = b->size->vcpus;
	}
	if (vcpus == 0)
		return -1;
	return a->max_cores >= 0 && a->max_cores / vcpus < most ? a->max_cores / vcpus : most;
}

/* More nodes than there may ever be: that others end does not help. */
static bool too_many_nodes(struct telling *w, const struct planner *p, size_t want)
{
	const struct want *d = &p->d->v[want];
	const char *who = NULL;
	int64_t most = 0;

	for (size_t i = 0; i < p->f->n_arrays; i++) {
		int64_t n = most_of_array(p, want, i);

		if (n < 0)
			continue;
		who = who ? "the cluster" : p->f->arrays[i].spec->name;
		most += n;
	}
	if (who && p->f->max_nodes >= 0 && p->f->max_nodes < most) {
		who = "the cluster";
		most = p->f->max_nodes;
	}
	if (!who || d->node_count <= most)
		return false;
	w->code = WHY_NEVER_FITS;
	w->binding = BIND_ARRAY | BIND_CLUSTER;
	snprintf(w->text, sizeof(w->text),
		 "never fits: it asks for %" PRId64 " nodes, %s has %" PRId64 " at the most",
		 d->node_count, who, most);
	return true;
}

static bool pool_empty(struct telling *w, const struct attempt *a, size_t want)
{
	const struct ask *ask = &a->p->asks[want];

	if (pools_allow(a, want, 1) > 0)
		return false;
	w->code = WHY_SHARED_POOL;
	for (uint32_t i = ask->first_pool; i < ask->first_pool + ask->n_pools; i++) {
		const struct pool_use *u = &a->p->uses[i];

		if (u->pool == UINT32_MAX) {
			snprintf(w->text, sizeof(w->text),
				 "waits for a shared resource that is not known here");
			return true;
		}
		if (a->pools[u->pool] + 1e-9 >= u->n)
			continue;
		snprintf(w->text, sizeof(w->text), "waits for %s: %.6g left, %.6g asked for",
			 a->p->f->pools[u->pool].name, a->pools[u->pool], u->n);
		return true;
	}
	return true;
}

/* Whose hours make or will make the array's number another one. */
static void hours_text(struct telling *w, const struct facts *f, const struct cause *c)
{
	const struct fact_array *a = &f->arrays[c->bound->array];
	size_t used = strlen(w->text);

	if (c->level->bind == BIND_ARRAY && a->schedule[0] && used < sizeof(w->text))
		snprintf(w->text + used, sizeof(w->text) - used, "; schedule %s", a->schedule);
}

/* What the cluster forbids itself an operator can raise; what the cloud lacks he cannot. */
static void at_level(struct telling *w, const struct facts *f, const struct cause *c,
		     const char *bucket)
{
	const struct level *l = c->level;
	bool own = l->bind == BIND_ARRAY || l->bind == BIND_CLUSTER;
	const char *kind = own ? "at a limit" : "no capacity";
	const char *name = l->bind == BIND_BUCKET ? bucket : l->name;

	if (l->cores_max >= 0 && l->cores < l->cores_max + 1 &&
	    (l->nodes_max < 0 || l->nodes > 0))
		snprintf(w->text, sizeof(w->text),
			 "%s: %s has %.0f of %.0f cores in use, a %s asks for %lld", kind,
			 l->name, l->cores_max - l->cores, l->cores_max,
			 vm_size_short(c->bound->size->name), (long long)c->bound->size->vcpus);
	else if (l->nodes <= 0 && l->nodes_max > 0)
		snprintf(w->text, sizeof(w->text), "%s: %s has its maximum of %s", kind, name,
			 count_text((char[48]){ 0 }, l->nodes_max, "node"));
	else
		snprintf(w->text, sizeof(w->text), "%s: %s has %s left of %" PRId64, kind, name,
			 count_text((char[48]){ 0 }, l->nodes > 0 ? l->nodes : 0, "node"),
			 l->nodes_max);
	hours_text(w, f, c);
}

static void no_capacity(struct telling *w, const struct facts *f, const struct cause *c)
{
	char bucket[BUCKET_TEXT] = "";

	w->code = WHY_NO_CAPACITY;
	w->binding = c->bind;
	if (c->first)
		bucket_text(bucket, c->first);
	if (c->level)
		at_level(w, f, c, bucket);
	else
		snprintf(
		    w->text, sizeof(w->text),
		    c->waits
			? "no capacity: %s has no room; on-demand nodes are made when spot was not to be had for a while (spot_wait)"
			: "no capacity: %s has no room",
		    bucket);
}

const char *explain_numbers(char out[NUMBERS_TEXT], const struct fact_array *fa)
{
	snprintf(out, NUMBERS_TEXT, "%s%s%s%s", fa->scheduled ? "schedule " : "",
		 fa->scheduled ? fa->schedule : "", fa->scheduled && fa->ahead[0] ? "; " : "",
		 fa->ahead);
	return out;
}

/* of: a bucket of an array that is paused by itself; NULL: all are. */
static void paused(struct telling *w, const struct facts *f, const struct fact_bucket *of)
{
	const struct fact_array *a = of ? &f->arrays[of->array] : NULL;

	w->code = WHY_PAUSED;
	if (a && a->scheduled)
		snprintf(w->text, sizeof(w->text), "%s is paused by schedule %s", a->spec->name,
			 a->schedule);
	else
		snprintf(
		    w->text, sizeof(w->text), "%s",
		    f->demand_stale
			? "the scheduler's last answer is too old to make nodes from it"
			: "autoscaling is paused by an operator; \"cluster resume\" lets nodes come and go");
}

static void backoff(struct telling *w, const struct cause *c, int64_t now_s)
{
	char bucket[BUCKET_TEXT], span[CLOCK_TEXT];

	w->code = WHY_BACKOFF;
	bucket_text(bucket, c->first_closed);
	if (text_has_prefix(c->first_closed->closed_why, "protected: ")) {
		bool said = c->first_closed->console[0];

		/* of a cause that the machine told itself the engine's own is left out */
		snprintf(w->text, sizeof(w->text),
			 "%.60s is %.*s%s%s; \"array retry\" tries again", bucket,
			 said ? (int)strcspn(c->first_closed->closed_why, ";") : 119,
			 c->first_closed->closed_why, said ? "; console: " : "",
			 c->first_closed->console);
		return;
	}
	snprintf(w->text, sizeof(w->text), "%.90s rests for %s more: %s", bucket,
		 clock_span(span, (c->until_s - now_s) * 1000),
		 c->first_closed->closed_why[0] ? c->first_closed->closed_why
						: "the cloud had none");
}

static void month_text(struct telling *w, const struct facts *f)
{
	char month[24], spent[24], more[24];

	money_text(month, f->budget_month);
	money_text(spent, f->budget_spent);
	if (f->budget_spent >= f->budget_month)
		snprintf(
		    w->text, sizeof(w->text),
		    "budget: %s of this month's %s are spent: no node is made until it is raised or the month ends",
		    spent, month);
	else
		snprintf(
		    w->text, sizeof(w->text),
		    "budget: of this month's %s %s are spent and %s committed to what runs, by the time limits of its jobs: "
		    "no node is made until jobs end earlier, it is raised or the month ends",
		    month, spent, money_text(more, f->budget_committed - f->budget_spent));
}

/* What the nodes of this very plan will cost is no longer left. */
static void purse_text(struct telling *w, const struct attempt *a, const struct cause *c,
		       size_t want)
{
	const struct want *d = &a->p->d->v[want];
	const struct fact_purse *u = &a->p->f->purses[c->purse];
	int64_t nodes = nodes_wanted(d);
	char left[24], limit[24], cost[24];

	snprintf(w->text, sizeof(w->text),
		 "%.39s: %s of %s are neither spent nor committed; %s %s for this work "
		 "%s %s to its end",
		 u->name, money_text(left, a->purses[c->purse] > 0 ? a->purses[c->purse] : 0),
		 money_text(limit, u->limit),
		 nodes > 1 ? count_text((char[48]){ 0 }, nodes, "node") : "a",
		 vm_size_short(a->p->f->buckets[c->purse_bucket].size->name),
		 nodes > 1 ? "cost" : "costs",
		 money_text(cost, purse_cost(a->p, u, c->purse_bucket, want) * (double)nodes));
}

static void budget(struct telling *w, const struct attempt *a, const struct cause *c,
		   size_t want)
{
	const struct facts *f = a->p->f;
	const struct fact_array *of = &f->arrays[c->first->array];
	char most[24], left[24], price[24];

	w->code = WHY_BUDGET;
	if (c->price_cap == c->buckets)
		snprintf(
		    w->text, sizeof(w->text),
		    "budget: %s spot costs %.4f USD per hour, and %s allows %.4f (max_price)",
		    vm_size_short(c->first->size->name), c->first->price, of->spec->name,
		    of->spec->max_price);
	else if (f->budget_over)
		month_text(w, f);
	else if (of->budget[0])
		snprintf(w->text, sizeof(w->text), "%s", of->budget);
	else if (c->purse != SIZE_MAX)
		purse_text(w, a, c, want);
	else
		snprintf(w->text, sizeof(w->text),
			 "budget: of the cluster's %s/h (max_price) %s are left, a %s costs %s",
			 money_text(most, a->ledger.money_max),
			 money_text(left, a->ledger.money > 0 ? a->ledger.money : 0),
			 vm_size_short(c->first->size->name),
			 money_text(price, c->first->price));
}

static void explain_rest(struct telling *w, const struct planner *p, const struct attempt *a,
			 size_t want)
{
	struct cause c = cause_of(p, a, want);
	size_t open = c.buckets - c.closed - c.paused - c.price_cap;

	if (c.buckets == 0 && w->placed == 0)
		never_fits(w, p, want);
	else if (group_too_small(w, p, want) || too_many_nodes(w, p, want) ||
		 pool_empty(w, a, want))
		return;
	else if (a->ledger.shut)
		paused(w, p->f, NULL);
	else if (c.closed > 0 && c.closed + c.waits >= c.buckets)
		backoff(w, &c, p->f->now_s);
	else if (c.buckets > 0 && c.paused == c.buckets)
		paused(w, p->f, c.first);
	else if (c.buckets > 0 && (c.price_cap == c.buckets || (c.dear > 0 && !c.bind)))
		budget(w, a, &c, want);
	else if (open == 0 && c.closed > 0)
		backoff(w, &c, p->f->now_s);
	else
		no_capacity(w, p->f, &c);
}

static void explain_placed(struct telling *w, const struct want *d)
{
	bool nodes = d->node_count > 0, one = w->placed == 1;
	char all[48];

	count_text(all, w->placed, nodes ? "node" : "task");
	w->code = w->waiting > 0 ? WHY_WAITING_FOR_NODES : WHY_PLACED;
	if (w->waiting == 0 && nodes)
		snprintf(w->text, sizeof(w->text), "the %s that it takes are ready", all);
	else if (w->waiting == 0)
		snprintf(w->text, sizeof(w->text), "%s %s a place", all, one ? "has" : "have");
	else if (nodes)
		snprintf(w->text, sizeof(w->text),
			 "of the %s that it takes %" PRId64 " are on their way", all,
			 w->waiting);
	else if (w->waiting < w->placed)
		snprintf(w->text, sizeof(w->text),
			 "%s have a place, %" PRId64 " of them on nodes that are on their way",
			 all, w->waiting);
	else
		snprintf(w->text, sizeof(w->text), "%s %s for %s on %s way", all,
			 one ? "waits" : "wait", one ? "a node" : "nodes",
			 one ? "its" : "their");
}

/* It would fit, but the scheduler's own rules forbid it; what never fits is told as that. */
static void no_room_plan(struct telling *w, const struct planner *p, const struct attempt *a,
			 size_t want)
{
	const struct want *d = &p->d->v[want];
	struct cause c = cause_of(p, a, want);

	if (c.buckets == 0) {
		never_fits(w, p, want);
		return;
	}
	if (group_too_small(w, p, want) || too_many_nodes(w, p, want))
		return;
	w->code = WHY_NO_ROOM_PLAN;
	snprintf(w->text, sizeof(w->text), "the scheduler's own rules forbid it: %s (%.60s)",
		 d->rule, d->reason);
}

static void explain_want(struct telling *w, const struct planner *p, const struct attempt *a,
			 size_t want)
{
	const struct want *d = &p->d->v[want];

	if (d->budget) {
		w->code = WHY_BUDGET;
		w->unplaced = d->not_eligible * nodes_wanted(d);
		snprintf(w->text, sizeof(w->text), "%s", d->budget);
	} else if (d->rule) {
		no_room_plan(w, p, a, want);
	} else if (d->not_eligible) {
		w->code = WHY_NOT_ELIGIBLE;
		snprintf(w->text, sizeof(w->text), "the scheduler holds it: %s",
			 d->reason && d->reason[0] ? d->reason : "it gives no reason");
	} else if (w->unplaced > 0) {
		explain_rest(w, p, a, want);
	} else {
		explain_placed(w, d);
	}
}

void explain_wants(struct plan *out, const struct planner *p, const struct attempt *a)
{
	struct telling last = { .placed = -1 };

	for (size_t i = 0; i < p->d->n; i++) {
		const struct want *d = &p->d->v[i];
		int64_t all = d->node_count > 0 ? d->node_count * d->times : d->slots;
		struct telling w = { .placed = a->want_placed[i],
				     .unplaced = all - a->want_placed[i],
				     .waiting = a->want_waiting[i] };
		const char *text = i > 0 ? out->wants[i - 1].text : NULL;
		/* most of a long queue has a place, and each the same */
		bool again = w.unplaced == 0 && last.unplaced == 0 && !d->not_eligible &&
			     last.code != WHY_NOT_ELIGIBLE && w.placed == last.placed &&
			     w.waiting == last.waiting &&
			     (d->node_count > 0) == (p->d->v[i ? i - 1 : 0].node_count > 0);

		if (again) {
			w.code = last.code;
		} else {
			explain_want(&w, p, a, i);
			text = pool_intern(&out->texts, w.text, strlen(w.text));
		}
		out->wants[i] = (struct why_want){ .code = w.code,
						   .placed = w.placed,
						   .unplaced = w.unplaced,
						   .waiting = w.waiting,
						   .binding = w.binding,
						   .text = text };
		last = w;
	}
}
