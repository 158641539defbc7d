/*
 * What is written down of what happens: events, audit rows, versions of the definition.
 */
#ifndef ENGINE_NOTE_H
#define ENGINE_NOTE_H

#include <stdint.h>

#include "base/err.h"
#include "base/strs.h"
#include "model/user.h"
#include "model/work.h"

struct engine;
struct run;

/* note.c: events and audit rows in the engine's words */
void note(struct run *r, enum event_level level, const char *object, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
const char *run_actor(const struct run *r); /* WHO of an event that is written now */
void note_by(struct run *r, enum event_level level, const struct user *u, const char *object,
	     const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void note_site(struct engine *e, enum event_level level, const char *actor, const char *fmt,
	       ...) __attribute__((format(printf, 4, 5))); /* of no cluster */
/* R10.1: who did what to which object, which was that before and is this now. Written at the
 * end of its transaction: what it says has happened then. */
struct deed {
	const struct user *by; /* NULL: the engine itself */
	const char *verb, *object, *reason, *plan_hash;
	const char *result; /* NULL: "done" */
	int64_t op_id;
	char before[65], after[65]; /* digests (store_digest_...); "" it has none */
};
/* "cfd: htc-1", "cfd: 3 nodes: htc-[1-3]": what a row is about, with all their names. */
const char *audit_object(char out[AUDIT_TEXT], const char *cluster, const char *noun,
			 const struct strs *names);
int audit_write(struct engine *e, const struct deed *a, struct err *err);
void audit_mirror(const struct audit *a); /* R10.3: to the journal */
/* One that changes no object of ours. */
int audit_act(struct engine *e, const struct user *u, const char *verb, const char *object,
	      const char *reason, const char *plan_hash, struct err *err);

/* grounds.c (R10.2): what the engine does by itself, and why; in the transaction of the act */
int audit_plan(struct run *r, struct err *err);
int audit_members(struct run *r, const char *set_id, struct err *err); /* of a set, that go */

/* edition.c (R9.1): in the caller's transaction */
int edition_keep(struct run *r,
		 struct err *err); /* the version that stands, unless it is kept */
int edition_make(struct run *r, const struct user *u, const char *verb,
		 struct err *err); /* the definition has changed: saved as the next version */

/* trail.c */
void audit_verify_end(struct engine *e);

#endif
