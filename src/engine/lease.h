/*
 * Clone protection (R3.4). Each cluster's resource group bears a tag that says which life of
 * which engine acts on the cluster: "EPOCH.MACHINE.BOOT". The epoch grows with every start of
 * the engine; machine and boot are hashes of the system's ids (base/machine.h). What a life may
 * do follows from the tag:
 *
 *   no group, or one of ours without the tag   nobody acts on it: ours to write
 *   this machine, a lower epoch                an earlier life of ours: written anew, once a
 * life, before its first change this machine and epoch                     ours this machine, a
 * higher epoch               a later life: a copy of the state folder, or this folder before a
 * restore another machine                            a copy of the state folder there, or the
 * one that ours is a copy of
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

#include <stdint.h>

#include "base/machine.h"
#include "base/strs.h"

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

#endif
