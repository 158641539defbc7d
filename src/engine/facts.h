/* What a decision is made from. */
#ifndef ENGINE_FACTS_H
#define ENGINE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/plan.h"
#include "model/cluster.h"
#include "model/queue.h"
#include "model/schedule.h"

struct budget_state;
struct run;

/* use.c: what of a node is in use, by two lists that were read one after the other */
struct node_use {
	bool empties; /* nothing, though it seems so */
	int64_t cpus, mem_bytes, gpus;
};
bool node_empties(const struct sched_node *sn); /* no job holds it, and it is not free yet */
/* empties_ms: for so long by now; -1: it does not */
struct node_use node_use(const struct sched_node *sn, int64_t empties_ms);

/* facts.c: run -> facts, pure but for reading run */
void facts_make(struct facts *out, struct run *r, int64_t now_ms);
void facts_slim(struct facts *f); /* after the decision: of what nodes have only it asks */
void facts_clear(struct facts *f);
/* The hours of an array that are now, or come next; false: it has none, or their zone is not
 * there. */
bool hours_of(const struct array_spec *a, int64_t now_s, struct schedule_now *now,
	      char text[SCHEDULE_TEXT]);
/* What it may have of nodes now, by its hours or else by its own limit; -1: no limit. */
int64_t hours_max(const struct array_spec *a, int64_t now_s);
int64_t hours_most(const struct array_spec *a); /* the most that any of its hours allows */
struct fact_purse *purse_add(struct facts *f, size_t array, const struct budget_state *s,
			     double limit, const char *name); /* lent */
/* Of a quota of the last decision, as it is now: what was asked for since counts. */
int64_t facts_quota_used(const struct run *r, const struct fact_quota *q);

#endif
