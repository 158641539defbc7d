/*
 * A node that has ceased to answer and that nobody has given up yet. The scheduler waits a
 * while before it does, and until then the node's state is what it was: so is what is done with
 * it. What people are told is the truth as it is known: since when it does not answer, by whose
 * word, and what comes next.
 */
#ifndef ENGINE_SILENCE_H
#define ENGINE_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/node.h"
#include "model/queue.h"
#include "provider/provider.h"

struct member;
struct run;

struct silence {
	bool unheard;		/* by the scheduler, for longer than a resume takes */
	enum cloud_power power; /* of its machine, as the cloud says it */
	bool failed;		/* its machine, as the cloud says it */
	bool stays;		/* somebody keeps it */
	int64_t since_ms;
};

/* Pure. false: there is nothing to tell that its state does not tell, and out is "". */
bool silence_text(char out[160], const struct node *n, const struct silence *s);

/* What people are told of it: as it is, or as one that does not answer; borrowed until its next
 * change. */
const struct node *member_told(const struct run *r, struct member *m);
enum node_state member_told_state(const struct member *m);

/* By its entry in a new reading; NULL: it has none. */
void silence_heard(struct run *r, struct member *m, const struct sched_node *sn);
void silence_listed(struct run *r, struct member *m); /* by a new listing of the cloud */

#endif
