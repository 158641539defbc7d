/*
 * Budgets of arrays, users and accounts (B8): what each has spent in its period, and what
 * follows when that is all. An array's closes it for new nodes; jobs of a user or an account
 * whose budget is spent ask for none. What runs goes on; an array's hard one sends its nodes
 * away when they are empty.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/run.h"

static const int levels[] = { 50, 80, 100 }; /* percent, at which it is told */

struct budget_look {
	int64_t from_ms; /* of the period that was looked at; 0: of none */
	uint64_t saves;	 /* of the ledger, when it was read */
	int64_t stored;	 /* nano, by the ledger */
	double spent;	 /* USD, with what is not in the ledger yet */
	bool active, over;
	int told; /* the highest level that was passed, and told if it is news */
	bool seen;
};

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
	if (l->from_ms != of.from_ms)
		*l = (struct budget_look){ .from_ms = of.from_ms, .active = true };
	if (l->saves != r->bill.saves + 1) {
		if (store_spent_of(r->engine->store, r->cluster.name, &of, &l->stored, &err) <
		    0)
			log_error("cluster %s: %s", r->cluster.name, err.msg);
		l->saves = r->bill.saves + 1;
	}
	l->spent = (double)(l->stored + unsaved(r, b, of.from_ms, of.to_ms)) / NANO;
	l->over = l->spent >= b->limit;
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

bool budget_told(const struct run *r, size_t i, double *spent)
{
	if (i >= r->n_budgets || !r->budgets[i].active)
		return false;
	*spent = r->budgets[i].spent;
	return true;
}

/*
 * What follows
 */

void budgets_close(struct facts *f, const struct run *r)
{
	const struct cluster_spec *s = &r->cluster.spec;

	f->retire = s->budget_hard && f->budget_over;
	for (size_t i = 0; i < r->n_budgets && i < s->n_budgets; i++) {
		const struct budget_spec *b = &s->budgets[i];

		for (size_t k = 0; b->array && r->budgets[i].over && k < f->n_arrays; k++) {
			struct fact_array *a = &f->arrays[k];

			if (strcmp(a->spec->name, b->array) != 0)
				continue;
			budget_spent_text(a->budget, b);
			a->retire = a->retire || b->hard;
		}
	}
}

static uint8_t broke_by(const struct run *r, const struct job *j)
{
	const struct cluster_spec *s = &r->cluster.spec;

	for (size_t i = 0; i < r->n_budgets && i < s->n_budgets; i++) {
		const struct budget_spec *b = &s->budgets[i];

		if (r->budgets[i].over && ((b->user && strcmp(b->user, j->user) == 0) ||
					   (b->account && strcmp(b->account, j->account) == 0)))
			return (uint8_t)(i + 1);
	}
	return 0;
}

/* No decision is made of it meanwhile. */
void budgets_mark(const struct run *r, struct queue *q)
{
	const struct cluster_spec *s = &r->cluster.spec;
	bool any = false;

	for (size_t i = 0; i < r->n_budgets && i < s->n_budgets; i++) {
		char text[BUDGET_TEXT];

		q->broke[i] = "";
		if (!r->budgets[i].over || s->budgets[i].array)
			continue;
		budget_spent_text(text, &s->budgets[i]);
		q->broke[i] = pool_intern(&q->pool, text, strlen(text));
		any = true;
	}
	for (size_t i = 0; (any || q->any_broke) && i < q->n_jobs; i++)
		q->jobs[i].broke = any ? broke_by(r, &q->jobs[i]) : 0;
	q->any_broke = any;
}

/*
 * What is told: a level that was passed while an engine looked, once
 */

void budgets_tell(struct run *r)
{
	const struct cluster_spec *s = &r->cluster.spec;

	budgets_look(r, clock_utc_ms());
	for (size_t i = 0; i < r->n_budgets; i++) {
		struct budget_look *l = &r->budgets[i];
		const struct budget_spec *b = &s->budgets[i];
		int level = 0;
		bool news;
		char of[80];

		for (size_t k = 0; l->active && k < ARRAY_LEN(levels); k++)
			if (l->spent >= b->limit * levels[k] / 100)
				level = levels[k];
		news = l->seen && level > l->told;
		l->seen = l->active;
		l->told = level;
		if (news)
			note(r, EVENT_WARN, "budget",
			     "budget %s: $%.2f of the $%.2f of %s are spent%s", b->name,
			     l->spent, b->limit, budget_of_text(of, b),
			     level < 100 ? ""
			     : b->hard	 ? ": no node is made for it, and its nodes go when "
					   "they are empty"
					 : ": no node is made for it, what runs goes on");
	}
}
