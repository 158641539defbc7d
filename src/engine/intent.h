/* What was asked of a cloud, and what became of it. */
#ifndef ENGINE_INTENT_H
#define ENGINE_INTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/work.h"
#include "provider/provider.h"

struct run;

struct live_intent { /* an open intent and its call */
	struct intent in;
	struct run *run;
	struct cloud_call *call; /* NULL: nothing under way in this process */
	bool looking;		 /* call is a look, not the change */
};

struct intent *intent_add(struct run *r, enum cloud_verb verb, enum cloud_kind kind,
			  const char *resource_id, int64_t from, int64_t to,
			  struct err *err); /* committed by the caller's transaction */
struct live_intent *intent_keep(struct run *r,
				const struct intent *row); /* of the store, into memory */
void intent_free(struct live_intent *li);		   /* its call is dropped */
void intents_reload(
    struct run *r); /* after a rolled back transaction: drops what was added and never sent */
void intents_act(struct run *r); /* sends what is planned, polls what was accepted, settles what
				    is unknown */
int intent_record(struct run *r, enum cloud_kind kind, const char *resource_id,
		  struct err *err); /* a name that is ours without a call of ours */
void intents_void(struct run *r,
		  const char *why); /* all that are open; none may be under way */
void intents_retry(struct run *r);  /* of the open operation: now, not at their next try */
bool intent_open(const struct run *r,
		 const char *resource_id); /* one change per resource at a time */
/* How it ended is told to whoever it concerns (operations, boots); called after the result was
 * committed. */
void intent_ended(struct run *r, const struct intent *in, const struct cloud_stage_info *i);
enum settle { SETTLE_DONE, SETTLE_RESEND, SETTLE_WAIT, SETTLE_FAILED };
enum settle intent_settle(
    const struct intent *in,
    const struct cloud_sight *s); /* pure: what a look says about an unknown outcome */

#endif
