/* Nodes that stay without work, and nodes that may go: idle times, floors, order, and how many
 * in one cycle (12, B5, B6). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/plan_private.h"

#define LEAST_PER_CYCLE 10
#define SHARE_PER_CYCLE 4 /* a quarter of the array */

struct yard {		/* one array while nodes leave it */
	int64_t nodes;	/* that will stay */
	int64_t spare;	/* unmatched ones among them: the warm pool counts these */
	int64_t may_go; /* in this cycle */
};

struct leaver {
	const struct planner *p;
	size_t node;
	double price;
	bool bad;
	int64_t in_group; /* nodes that share its placement group */
};

static bool stays(const struct fact_node *n)
{
	return node_is_live(n->state) && n->state != NODE_DELETING &&
	       n->state != NODE_EVICTED && n->state != NODE_DRAINING && !n->terminate_asked &&
	       !n->drain_asked && !n->drained_by_us && !n->drained_by_other && !n->closed;
}

static bool *matched_nodes(const struct planner *p, const struct attempt *a)
{
	bool *m = xcalloc(p->f->n_nodes + 1, sizeof(*m));

	/* rooms of existing nodes have a count of one and are never split */
	for (size_t i = 0; i < p->n_rooms; i++)
		m[a->rooms[i].node] = a->rooms[i].matched;
	for (size_t i = 0; i < p->f->n_nodes; i++) {
		const struct fact_node *n = &p->f->nodes[i];
		bool unsure = n->jobs < 0 && !node_is_booting(n->state);

		m[i] = m[i] || unsure || n->jobs > 0 || n->state == NODE_BUSY || n->keep_alive;
	}
	return m;
}

static void say(struct why_node *w, const char *text)
{
	snprintf(w->text, sizeof(w->text), "%s", text);
}

static bool may_act(const struct facts *f)
{
	return !f->blind && !f->paused && !f->demand_stale;
}

static void act(struct plan *out, size_t node, enum node_act what, const char *why)
{
	struct plan_node *n;

	GROW(out->acts, out->n_acts, out->cap_acts);
	n = &out->acts[out->n_acts++];
	*n = (struct plan_node){ .node = node, .act = what };
	snprintf(n->why, sizeof(n->why), "%s", why);
}

/* A node that nothing needs: since when, and how long it may stay so. A fresh one that lost its
 * job gets more, because the demand may return. */
static int64_t patience(const struct array_spec *a, const struct fact_node *n)
{
	int64_t fresh = a->never_used_s > a->idle_s ? a->never_used_s : a->idle_s;

	return n->ever_busy ? a->idle_s : fresh;
}

static int64_t unmatched_since(const struct facts *f, const struct fact_node *n)
{
	if (n->state != NODE_IDLE && !node_is_booting(n->state))
		return 0;
	if (n->idle_since_s > 0 && n->idle_since_s <= f->now_s)
		return n->idle_since_s;
	return f->now_s > 0 ? f->now_s : 1;
}

static void say_idle(struct why_node *w, const struct facts *f, const struct fact_node *n,
		     int64_t most)
{
	snprintf(w->text, sizeof(w->text), "%s %" PRId64 " s of %" PRId64 " s, then it goes",
		 node_is_booting(n->state)
		     ? "not needed while it boots, for"
		     : (n->ever_busy ? "idle for" : "idle and never used for"),
		 f->now_s - w->idle_since_s, most);
}

static const char *kept_text(const struct fact_node *n)
{
	return n->array_kept ? "its array is kept by an operator" : "kept by an operator";
}

#define KEPT_TEXT 120

/* Why a node is not even looked at; NULL: it may be a candidate. */
static const char *kept_because(char out[KEPT_TEXT], const struct facts *f,
				const struct fact_node *n)
{
	if (n->array == SIZE_MAX)
		return "not ours to stop";
	if (n->keep_alive)
		return kept_text(n);
	if (n->drained_by_other)
		return "drained by somebody else: it stays until they resume it";
	if (n->terminate_asked || n->drain_asked)
		return "goes when it is empty: an operator asked";
	if (n->state == NODE_DELETING)
		return "being deleted";
	if (n->state != NODE_IDLE && !node_is_booting(n->state) && n->state != NODE_UNHEALTHY)
		return node_state_name(n->state);
	if (f->arrays[n->array].paused && f->arrays[n->array].scheduled) {
		snprintf(out, KEPT_TEXT, "its array is paused by schedule %.80s",
			 f->arrays[n->array].schedule);
		return out;
	}
	if (f->arrays[n->array].paused || f->paused)
		return "autoscaling is paused";
	if (f->doubted)
		return "stays: the scheduler suddenly shows much less; it has to say the same for 60 s";
	if (f->blind)
		return "stays while scheduler or cloud cannot be read";
	if (f->demand_stale)
		return "stays while the scheduler's answer is old";
	return NULL;
}

static void explain_matched(struct plan *out, const struct planner *p, size_t i)
{
	const struct fact_node *n = &p->f->nodes[i];
	struct why_node *w = &out->nodes[i];

	w->matched = true;
	if (n->jobs > 0)
		snprintf(w->text, sizeof(w->text), "%s %s",
			 n->state == NODE_DRAINING ? "draining,"
			 : n->empties		   ? "about to be free of"
						   : "runs",
			 count_text((char[48]){ 0 }, n->jobs, "job"));
	else if (n->keep_alive)
		say(w, kept_text(n));
	else if (n->jobs < 0 && !node_is_booting(n->state))
		say(w, "its jobs are not known, so it stays");
	else if (n->state == NODE_BUSY)
		say(w, "its jobs have not been seen to end, so it stays");
	else
		say(w, node_is_booting(n->state) ? "boots for waiting work"
						 : "waiting work fits here");
}

/* Work came back to a node that we drained: the drain is undone (B5). */
static void undrain(struct plan *out, const struct planner *p, const struct attempt *a)
{
	for (size_t i = 0; may_act(p->f) && i < p->n_rooms; i++) {
		const struct room *r = &a->rooms[i];

		if (!r->matched || p->kinds[r->kind].rank != RANK_UNDRAIN ||
		    p->f->nodes[r->node].array == SIZE_MAX)
			continue;
		act(out, r->node, ACT_UNDRAIN,
		    "waiting work fits here, so the drain is undone");
		say(&out->nodes[r->node], "the drain is undone for waiting work");
	}
}

static bool is_for_soon(const struct attempt *a, size_t node)
{
	return a->soon && a->soon[node];
}

static void say_soon(struct why_node *w, const struct attempt *a, size_t node)
{
	const struct want *d = &a->p->d->v[a->soon[node] - 1];
	int64_t left = d->begins_s - a->p->f->now_s;

	snprintf(w->text, sizeof(w->text), "stays for %s %.40s, which begins in %" PRId64 " s",
		 d->jobs > 1 ? "work such as job" : "job", d->label, left > 0 ? left : 0);
}

static bool retires(const struct facts *f, const struct fact_node *n)
{
	return n->array != SIZE_MAX && (f->retire || f->arrays[n->array].retire) &&
	       !n->keep_alive && !n->array_kept && !n->drain_asked && !n->terminate_asked &&
	       !n->drained_by_other && (n->state == NODE_IDLE || n->state == NODE_BUSY);
}

/* A hard budget is spent (B8): nodes go, each when its jobs have ended. */
static void retire(struct plan *out, const struct facts *f)
{
	static const char why[] = "a hard budget is spent: goes when its jobs have ended";

	for (size_t i = 0; may_act(f) && i < f->n_nodes; i++) {
		if (!retires(f, &f->nodes[i]))
			continue;
		act(out, i, ACT_RETIRE, why);
		say(&out->nodes[i], why);
	}
}

int64_t scalein_share(int64_t nodes, int64_t gone)
{
	int64_t share = nodes / SHARE_PER_CYCLE;

	share = (share > LEAST_PER_CYCLE ? share : LEAST_PER_CYCLE) - gone;
	return share > 0 ? share : 0;
}

static void yards_make(struct yard *y, const struct plan *out, const struct planner *p,
		       const struct attempt *a)
{
	for (size_t i = 0; i < p->n_rooms; i++) {
		const struct room *r = &a->rooms[i];
		const struct fact_node *n = &p->f->nodes[r->node];
		bool returns = r->matched && p->kinds[r->kind].rank == RANK_UNDRAIN;

		if (n->array == SIZE_MAX || (!stays(n) && !returns))
			continue;
		y[n->array].nodes++;
		y[n->array].spare += !out->nodes[r->node].matched && !is_for_soon(a, r->node);
	}
	for (size_t i = 0; i < p->f->n_arrays; i++)
		y[i].may_go = scalein_share(p->managed[i], p->f->arrays[i].gone_in_cycle);
	for (size_t b = 0; b < p->f->n_buckets; b++) {
		y[p->f->buckets[b].array].nodes += a->made[b];
		y[p->f->buckets[b].array].spare += a->kept[b];
	}
}

/* The worst first: unhealthy, dear, of the emptiest group, and then the highest number. */
static int leaver_cmp(const void *x, const void *y)
{
	const struct leaver *a = x, *b = y;
	const char *na = a->p->f->nodes[a->node].name, *nb = b->p->f->nodes[b->node].name;

	if (a->bad != b->bad)
		return a->bad ? -1 : 1;
	if (a->price < b->price || a->price > b->price)
		return a->price > b->price ? -1 : 1;
	if (a->in_group != b->in_group)
		return a->in_group < b->in_group ? -1 : 1;
	return -node_name_cmp(na, nb);
}

static bool due(struct plan *out, const struct facts *f, size_t i)
{
	const struct fact_node *n = &f->nodes[i];
	struct why_node *w = &out->nodes[i];
	int64_t most = patience(f->arrays[n->array].spec, n);

	if (n->state == NODE_UNHEALTHY) {
		say(w, "unhealthy and empty");
		return n->jobs == 0;
	}
	say_idle(w, f, n, most);
	/* a machine that the scheduler sees has to be known empty */
	if (n->jobs > 0 || (n->jobs < 0 && !node_is_booting(n->state)))
		return false;
	return f->now_s - w->idle_since_s >= most;
}

static size_t leavers_make(struct leaver *l, struct plan *out, const struct planner *p,
			   const struct attempt *a)
{
	const struct facts *f = p->f;
	int64_t *in_bucket = xcalloc(f->n_buckets + 1, sizeof(*in_bucket));
	size_t n = 0;

	for (size_t i = 0; i < f->n_nodes; i++)
		if (f->nodes[i].bucket != SIZE_MAX && node_is_live(f->nodes[i].state))
			in_bucket[f->nodes[i].bucket]++;
	for (size_t i = 0; i < f->n_nodes; i++) {
		const struct fact_node *fn = &f->nodes[i];
		const char *kept;
		char text[KEPT_TEXT];

		if (out->nodes[i].matched)
			continue;
		out->nodes[i].idle_since_s = unmatched_since(f, fn);
		kept = kept_because(text, f, fn);
		if (retires(f, fn) && may_act(f))
			continue;
		if (kept)
			say(&out->nodes[i], kept);
		else if (is_for_soon(a, i))
			say_soon(&out->nodes[i], a, i);
		else if (due(out, f, i))
			l[n++] = (struct leaver){
				.p = p,
				.node = i,
				.price = fn->price,
				.bad = fn->state == NODE_UNHEALTHY,
				.in_group =
				    fn->bucket != SIZE_MAX && f->buckets[fn->bucket].group[0]
					? in_bucket[fn->bucket]
					: 0,
			};
	}
	free(in_bucket);
	qsort(l, n, sizeof(*l), leaver_cmp);
	return n;
}

/* Floors, and one cycle's share; false and said why when the node stays. */
static bool may_leave(struct plan *out, const struct planner *p, const struct attempt *a,
		      const struct yard *y, const struct leaver *l)
{
	const struct fact_node *n = &p->f->nodes[l->node];
	const struct fact_array *fa = &p->f->arrays[n->array];
	const struct array_spec *s = fa->spec;
	struct why_node *w = &out->nodes[l->node];
	bool counted = stays(n);
	char numbers[NUMBERS_TEXT];
	const char *by = explain_numbers(numbers, fa)[0] ? "; " : "";

	if (counted && s->min_nodes > 0 && y->nodes <= s->min_nodes)
		snprintf(w->text, sizeof(w->text), "minimum: %s keeps %" PRId64 " nodes%s%.60s",
			 s->name, s->min_nodes, by, numbers);
	else if (counted && s->warm_nodes > 0 && y->spare <= s->warm_nodes)
		snprintf(w->text, sizeof(w->text),
			 "warm pool: %s keeps %" PRId64 " idle nodes%s%.50s", s->name,
			 s->warm_nodes, by, numbers);
	else if (y->may_go <= 0)
		say(w, SCALEIN_LATER);
	else if (n->bucket != SIZE_MAX && a->made[n->bucket] > 0)
		say(w, SCALEIN_WHILE_MADE);
	else
		return true;
	return false;
}

static void leave(struct plan *out, const struct planner *p, struct yard *y,
		  const struct leaver *l)
{
	const struct fact_node *n = &p->f->nodes[l->node];
	bool boots = node_is_booting(n->state);
	char why[160];

	snprintf(why, sizeof(why), "%s", out->nodes[l->node].text);
	act(out, l->node, boots ? ACT_DELETE : ACT_DRAIN, why);
	y->may_go--;
	if (stays(n)) {
		y->nodes--;
		y->spare--;
	}
}

void scalein_make(struct plan *out, const struct planner *p, const struct attempt *a)
{
	bool *matched = matched_nodes(p, a);
	struct yard *yards = xcalloc(p->f->n_arrays + 1, sizeof(*yards));
	struct leaver *l = xcalloc(p->f->n_nodes + 1, sizeof(*l));
	size_t n;

	for (size_t i = 0; i < p->f->n_nodes; i++) {
		out->nodes[i].matched = matched[i];
		if (matched[i])
			explain_matched(out, p, i);
	}
	undrain(out, p, a);
	retire(out, p->f);
	yards_make(yards, out, p, a);
	n = leavers_make(l, out, p, a);
	for (size_t i = 0; may_act(p->f) && i < n; i++) {
		struct yard *y = &yards[p->f->nodes[l[i].node].array];

		if (may_leave(out, p, a, y, &l[i]))
			leave(out, p, y, &l[i]);
	}
	free(l);
	free(yards);
	free(matched);
}
