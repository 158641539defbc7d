/*
 * A machine that a whole listing of the cloud does not show (R5.4). The row was there before
 * the listing began, and two witnesses are needed before it is believed: the cloud's word that
 * it deleted the machine, or a look at it by its id.
 */
#ifndef ENGINE_MISSING_H
#define ENGINE_MISSING_H

#include <stdbool.h>
#include <stdint.h>

#include "model/node.h"

enum missing {
	MISSING_NOT,  /* the listing need not know better */
	MISSING_LOOK, /* it is asked for by id */
	MISSING_GONE,
};

struct missing_facts {
	int64_t listed_ms;  /* when the listing began */
	bool set_changes;   /* a change of its set is under way */
	int64_t deleted_ms; /* when a change that deletes it ended; 0: none did */
	bool deletion_done; /* and the cloud said that it was done */
};

enum missing node_missing(const struct node *n, const struct missing_facts *f); /* pure */

#endif
