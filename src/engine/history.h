/* What the view of a cluster tells beside counts: curves, waits, money of today, limits, what
 * is wrong. */
#ifndef ENGINE_HISTORY_H
#define ENGINE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "model/history.h"
#include "model/node.h"
#include "model/queue.h"
#include "model/view.h"

struct engine;
struct run;

#define PAST_BOOTS 64 /* the last ones */

struct waits {		 /* of the tasks that wait in one reading of the queue */
	int64_t read_ms; /* which reading */
	int64_t oldest_s, median_s, cores_running;
	char oldest[24];
};

struct past { /* what curves and their numbers are made of: history.c */
	struct history history;
	int64_t evicted, joined, lost; /* since it was last looked at */
	int64_t boot_ms[PAST_BOOTS];
	size_t n_boots;
};

/* issue.c: what is wrong, and how old the readings are. These move while nothing happens: a
 * source that is silent changes no revision. */
void view_ages(struct cluster_view *v, const struct run *r);

/* history.c: the curves. Of a move before the node's state is the new one. */
void history_load(struct run *r); /* after the members */
void history_moved(struct run *r, const struct node *n, enum node_state to);
void history_look(struct run *r);
void history_tick(struct engine *e);
void history_end(struct engine *e);
/* How long so many percent of its last boots took at most; -1: there was none. */
int64_t history_boot_ms(const struct run *r, int percent);
void history_boots(struct cluster_view *v, const struct run *r);

/* outlook.c: what a cluster's view tells beside counts: waits, money of today, limits */
void waits_make(struct waits *w, const struct queue *q); /* once for each reading */
void outlook_make(struct cluster_view *v, struct run *r, int64_t now_ms);

#endif
