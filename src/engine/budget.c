/*
 * Budgets of arrays, users and accounts (B8): what each has spent in its period and what runs
 * will cost it still, and what follows when that is all. An array's closes it for new nodes;
 * jobs of a user or an account whose budget is committed ask for none. What runs goes on; an
 * array's hard one sends its nodes away when they are empty.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/bill.h"
#include "engine/facts.h"
#include "engine/note.h"
#include "engine/run.h"

/* Percent of it that are committed, at which it is told; and once more when all is spent. */
static const int levels[] = { 50, 80, 100 };
#define LEVEL_SPENT 101

struct budget_look {
	int64_t from_ms;	   /* of the period that was looked at; 0: of none */
	uint64_t saves;		   /* of the ledger, when it was read */
	int64_t stored;		   /* nano, by the ledger */
	struct budget_state state; /* with what is not in the ledger yet */
	double limit;		   /* that it was held against */
	bool active, over;
	int told; /* the highest level that was passed, and told if it is news */
	bool seen;
};

enum budget_level budget_level(const struct budget_state *s, double limit)
{
	if (s->spent >= limit)
		return BUDGET_OVER;
	if (s->committed >= limit)
		return BUDGET_COMMITTED;
	return s->committed >= limit * BUDGET_NEAR_SHARE ? BUDGET_NEAR : BUDGET_OK;
}

static bool is_of(const struct budget_spec *b, const struct charge *c)
{
	return (!b->array || strcmp(b->array, c->array) == 0) &&
	       (!b->user || strcmp(b->user, c->user) == 0) &&
	       (!b->account || strcmp(b->account, c->account) == 0);
}

/* Hours, as the ledger's. */
static int64_t unsaved(const struct run *r, const struct budget_spec *b, int64_t from_ms,
		       int64_t to_ms)
{
	int64_t nano = 0;
	const char *key;
	void *v;

	for (size_t i = 0; map_next(r->bill.tally.charges, &i, &key, &v);) {
		const struct charge *c = v;

		if (c->hour_ms >= from_ms && c->hour_ms < to_ms && is_of(b, c))
			nano += c->nano;
	}
	return nano;
}

static void look_at(struct run *r, const struct budget_spec *b, struct budget_look *l,
		    int64_t now_ms)
{
	struct spent_of of = { .array = b->array, .user = b->user, .account = b->account };
	struct err err = ERR_INIT;

	l->active = budget_span(b, now_ms, &of.from_ms, &of.to_ms);
	if (!l->active) {
		*l = (struct budget_look){ .from_ms = 0 };
		return;
	}
	if (l->from_ms != of.from_ms || l->limit < b->limit || l->limit > b->limit)
		*l = (struct budget_look){ .from_ms = of.from_ms,
					   .limit = b->limit,
					   .active = true };
	if (l->saves != r->bill.saves + 1) {
		if (store_spent_of(r->engine->store, r->cluster.name, &of, &l->stored, &err) <
		    0)
			log_error("cluster %s: %s", r->cluster.name, err.msg);
		l->saves = r->bill.saves + 1;
	}
	l->state.spent = (double)(l->stored + unsaved(r, b, of.from_ms, of.to_ms)) / NANO;
	l->state.to_ms = of.to_ms;
	run_committed(r, b, now_ms, &l->state);
	l->over = l->state.committed >= b->limit;
}

void budgets_look(struct run *r, int64_t now_ms)
{
	const struct cluster_spec *s = &r->cluster.spec;

	if (r->n_budgets != s->n_budgets) {
		free(r->budgets);
		r->budgets = xcalloc(s->n_budgets + 1, sizeof(*r->budgets));
		r->n_budgets = s->n_budgets;
	}
	for (size_t i = 0; i < s->n_budgets; i++)
		look_at(r, &s->budgets[i], &r->budgets[i], now_ms);
}

bool budget_told(const struct run *r, size_t i, struct budget_state *out)
{
	if (i >= r->n_budgets || !r->budgets[i].active)
		return false;
	*out = r->budgets[i].state;
	return true;
}

static const char *closed_text(char out[BUDGET_TEXT], const struct budget_look *l,
			       const struct budget_spec *b)
{
	return budget_closed_text(out, b, l->state.spent >= b->limit);
}

/*
 * What follows
 */

static struct fact_purse *purse_of(struct facts *f, size_t array, const struct budget_spec *b,
				   const struct budget_look *l)
{
	char name[40];

	snprintf(name, sizeof(name), "budget %.32s", b->name);
	return purse_add(f, array, &l->state, b->limit, name);
}

static void array_has(struct facts *f, size_t array, const struct budget_spec *b,
		      const struct budget_look *l)
{
	struct fact_array *a = &f->arrays[array];

	purse_of(f, array, b, l);
	if (!l->over)
		return;
	closed_text(a->budget, l, b);
	a->retire = a->retire || b->hard;
}

void budgets_close(struct facts *f, const struct run *r)
{
	const struct cluster_spec *s = &r->cluster.spec;

	f->retire = s->budget_hard && f->budget_over;
	for (size_t i = 0; i < r->n_budgets && i < s->n_budgets; i++) {
		const struct budget_spec *b = &s->budgets[i];

		if (!r->budgets[i].active)
			continue;
		if (!b->array)
			purse_of(f, SIZE_MAX, b, &r->budgets[i])->pays = (uint16_t)(1u << i);
		for (size_t k = 0; b->array && k < f->n_arrays; k++)
			if (strcmp(f->arrays[k].spec->name, b->array) == 0)
				array_has(f, k, b, &r->budgets[i]);
	}
}

static bool pays_for(const struct budget_spec *b, const struct job *j)
{
	return (b->user && strcmp(b->user, j->user) == 0) ||
	       (b->account && strcmp(b->account, j->account) == 0);
}

/* Which budgets of users and accounts pay for it, and the first of them that has nothing left.
 */
static void mark(struct job *j, const struct run *r)
{
	const struct cluster_spec *s = &r->cluster.spec;

	j->broke = 0;
	j->purses = 0;
	for (size_t i = 0; i < r->n_budgets && i < s->n_budgets; i++) {
		if (!r->budgets[i].active || !pays_for(&s->budgets[i], j))
			continue;
		j->purses = (uint16_t)(j->purses | 1u << i);
		if (r->budgets[i].over && !j->broke)
			j->broke = (uint8_t)(i + 1);
	}
}

/* No decision is made of it meanwhile. */
void budgets_mark(const struct run *r, struct queue *q)
{
	const struct cluster_spec *s = &r->cluster.spec;
	bool any = false;

	for (size_t i = 0; i < r->n_budgets && i < s->n_budgets; i++) {
		char text[BUDGET_TEXT];

		q->broke[i] = "";
		if (!r->budgets[i].active || s->budgets[i].array)
			continue;
		any = true;
		if (!r->budgets[i].over)
			continue;
		closed_text(text, &r->budgets[i], &s->budgets[i]);
		q->broke[i] = pool_intern(&q->pool, text, strlen(text));
	}
	for (size_t i = 0; (any || q->any_purses) && i < q->n_jobs; i++)
		mark(&q->jobs[i], r);
	q->any_purses = any;
}

/*
 * What is told: a level that was passed while an engine looked, once in a period, though what
 * is committed falls and rises with each job
 */

static int level_passed(const struct budget_look *l, const struct budget_spec *b)
{
	int level = 0;

	for (size_t k = 0; l->active && k < ARRAY_LEN(levels); k++)
		if (l->state.committed >= b->limit * levels[k] / 100)
			level = levels[k];
	return l->active && l->state.spent >= b->limit ? LEVEL_SPENT : level;
}

static void tell(struct run *r, const struct budget_spec *b, const struct budget_look *l,
		 int level)
{
	char of[80], more[BUDGET_MORE_TEXT];

	note(
	    r, EVENT_WARN, "budget", "budget %s: $%.2f of the $%.2f of %s are spent%s%s",
	    b->name, l->state.spent, b->limit, budget_of_text(of, b),
	    budget_more_text(more, l->state.spent, l->state.committed),
	    level < 100 ? ""
	    : b->hard
		? ": no node is made for it, and its nodes go when they are empty; " BUDGET_RAISE
		: ": no node is made for it, what runs goes on; " BUDGET_RAISE);
}

void budgets_tell(struct run *r)
{
	const struct cluster_spec *s = &r->cluster.spec;

	budgets_look(r, clock_utc_ms());
	for (size_t i = 0; i < r->n_budgets; i++) {
		struct budget_look *l = &r->budgets[i];
		const struct budget_spec *b = &s->budgets[i];
		int level = level_passed(l, b);

		if (l->active && l->seen && level > l->told)
			tell(r, b, l, level);
		l->told = !l->active ? 0 : level > l->told ? level : l->told;
		l->seen = l->active;
	}
}
