/*
 * Clone protection (R3.4). Each cluster's resource group bears a tag that says which life of
 * which engine acts on the cluster: "EPOCH.MACHINE.BOOT". The epoch grows with every start of
 * the engine; machine and boot are hashes of the system's ids (base/machine.h). What a life may
 * do follows from the tag:
 *
 *   no group, or one of ours without the tag
 *                                 nobody acts on it: ours to write
 *   this machine, a lower epoch   an earlier life of ours: written anew, once a life, before
 *                                 its first change
 *   this machine and epoch        ours
 *   this machine, a higher epoch  a later life: a copy of the state folder, or this folder
 *                                 before a restore
 *   another machine               a copy of the state folder there, or the one that ours is a
 *                                 copy of
 *
 * In the last two nothing is changed, neither in the cloud nor at the scheduler, until an admin
 * takes over: `engine take-over`, or `paceline engine --take-over` at the start. Before each
 * batch of deletions the tag is looked at again, unless that was within the last seconds.
 * Groups have no ETag, so If-Match cannot be used for the write; it is looked at after it
 * instead, and the look before each batch finds who wrote later. A lease is no proof of
 * exclusivity; looking again makes the gap a few seconds.
 *
 * The tag costs no write in an engine's first life, where it comes with the group, and one for
 * each cluster in each later one.
 */
#ifndef ENGINE_LEASE_H
#define ENGINE_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/machine.h"
#include "base/strs.h"

struct cloud_call;
struct engine;
struct intent;
struct run;

struct lease {
	int64_t epoch;
	char machine[MACHINE_ID], boot[MACHINE_ID];
};

#define LEASE_TEXT 64

enum lease_verdict {
	LEASE_UNKNOWN, /* nobody has looked */
	LEASE_FREE,
	LEASE_MINE,
	LEASE_OLDER,	/* to be written */
	LEASE_UNTAGGED, /* our tags were taken off: not ours to write, and nobody else's */
	LEASE_LATER,
	LEASE_ELSEWHERE,
	LEASE_FOREIGN, /* the group bears another engine's or cluster's tags */
};

void lease_text(char out[LEASE_TEXT], const struct lease *l);
int lease_read(struct lease *out, const char *text); /* -1: it is none */

/* Of a group's tags; NULL: there is no group. theirs: what the tag says, where it says
 * something. Pure. */
enum lease_verdict lease_judge(struct lease *theirs, const struct lease *mine,
			       const struct strs *tags, const char *engine_id,
			       const char *cluster_tag);

enum lease_take {
	LEASE_TAKE_NOT,
	LEASE_TAKE_HERE, /* from a later life on this machine: the store was restored */
	LEASE_TAKE_ANY,
};

struct run_lease { /* who acts on the cluster, as its group says: lease.c */
	enum lease_verdict verdict;
	enum lease_take may_take; /* an admin said so */
	struct lease theirs;	  /* what the tag says */
	struct strs tags;	  /* all of the group's */
	struct cloud_call *call;
	bool told;		     /* an operation that waits for a look says so */
	bool writing;		     /* the change of the group that is open is the tag's */
	int64_t looked_ms, retry_ms; /* mono */
};

void lease_begin(struct engine *e); /* raises the epoch */
void lease_tick(struct engine *e);
/* This life may change the cluster. fresh: it was so a moment ago, too, as a batch of deletions
 * needs it. false: a look is under way, and what waits for it goes on by itself. */
bool lease_held(struct run *r, bool fresh);
bool lease_lost(const struct run *r);		      /* somebody else acts on it */
int lease_says(const struct run *r, struct err *err); /* -1: who */
bool run_hands_off(struct run *r); /* as engine_hands_off(), or the lease is not held */
bool lease_writes(const struct run *r, const struct intent *in); /* it is the tag's change */
void lease_written(struct run *r, const struct intent *in, bool done);
void lease_tag(struct strs *tags, const struct run *r, const struct intent *in);
void lease_allow(struct engine *e,
		 enum lease_take how); /* of what is lost, or will be found to be */
void lease_free(struct run *r);

#endif
