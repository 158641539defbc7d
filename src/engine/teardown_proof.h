/*
 * The proof that a cluster is gone (R8.6): two complete lists by tag a minute apart show
 * nothing but what was to stay, and every other name that was ever recorded is gone by GET.
 * What shows up there goes back to be deleted.
 */
#ifndef ENGINE_TEARDOWN_PROOF_H
#define ENGINE_TEARDOWN_PROOF_H

#include "engine/run.h"

/*
 * How many lists are enough. Two, a minute apart: what was made or deleted just now may be
 * missing in the first. A cluster for which no change was ever asked has nothing that could be
 * late, and one complete list says so.
 */
struct proof_facts {
	unsigned int lists; /* complete and empty ones in a row */
	int64_t first_ms, last_ms, now_ms;
	bool never_asked; /* no intent was ever recorded, and no row has a resource */
};
enum proof_step { PROOF_LIST, PROOF_WAIT, PROOF_DONE };
enum proof_step proof_next(const struct proof_facts *f); /* pure */

bool proof_lists(struct run *r);
bool proof_names(struct run *r);
struct json *proof_report(struct run *r); /* new */

#endif
