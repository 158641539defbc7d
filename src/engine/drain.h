/*
 * One node's way down as pure moves; feed is the only caller of node_move() for them.
 */
#ifndef ENGINE_DRAIN_H
#define ENGINE_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/node.h"

struct member;
struct run;

enum drain_event {
	DRAIN_EV_WANTED,
	DRAIN_EV_SET,
	DRAIN_EV_EMPTY,
	DRAIN_EV_HAS_JOBS,
	DRAIN_EV_DEMAND,
	DRAIN_EV_UNDRAIN_ASKED,
	DRAIN_EV_VM_GONE,
	DRAIN_EV_REMOVED
};
enum drain_act {
	DRAIN_DO_NOTHING,
	DRAIN_DO_SET,
	DRAIN_DO_UNSET,
	DRAIN_DO_DELETE_VM,
	DRAIN_DO_REMOVE,
	DRAIN_DO_FORGET
};
struct drain_move {
	enum node_state to;
	enum drain_act act;
};
/* An operator's drain can be taken back for a while (the console says 30 s), and an empty node
 * would be gone within one. */
bool drain_lingers(const struct node *n, int64_t now_ms);
struct drain_move drain_next(enum node_state s, bool drain_set, enum drain_event ev);
void drain_unasked(struct node *n);
void drain_feed(struct run *r, struct member *m, enum drain_event ev, const char *why);
void drain_act(struct run *r); /* one scheduler call for all that wait for a drain, an undrain,
				  a removal */
/* R6.1 in one place: may this node's VM be deleted now? err says which link of the chain is
 * missing. */
bool drain_proven(const struct run *r, const struct member *m, struct err *err);

/* The reason that the scheduler is told, without its tag */
void drain_reason(char out[160], const struct node *n);

#endif
