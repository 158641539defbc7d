/* What the kinds of operation share: a table of stages, and what each remembers while it works.
 */
#ifndef ENGINE_OPERATION_H
#define ENGINE_OPERATION_H

#include "base/json.h"
#include "engine/run.h"
#include "model/user.h"
#include "model/work.h"
#include "provider/provider.h"

struct op_work { /* of this process only: after a restart the stage begins anew, and every stage
		    is idempotent */
	struct strs made; /* resource ids whose intent of this operation finished */
	struct strs
	    names; /* teardown: "KIND ID" of everything ever recorded, still to be looked at */
	struct strs left;	   /* teardown: "KIND ID" of what the last look found */
	unsigned int reads_failed; /* in a row */
	size_t next_name, looking;
	struct cloud_call *items_call;
	int64_t empty_since_ms; /* of the first complete empty list */
	int64_t list_ms;	/* when the last list began */
	unsigned int lists;	/* complete and empty ones in a row */
	char *items_group;	/* whose contents are being listed */
	struct strs clear;	/* groups that were listed and hold nothing foreign */
	struct strs foreign;	/* groups that hold something foreign: they stay */
	struct json *data; /* teardown: what the operation's row remembers; teardown_items.c */
	bool stop_called, stopped;
	size_t nodes_begun; /* stop: with so many, or since this process took it up */
	bool waits_itself;  /* next_try_ms is for people: the step looks at its own times */
	bool overdue_told;  /* its deadline passed */
};

#define STEP_MS ((int64_t)30 * 60 * 1000)

struct stage {
	const char *name;
	bool (*go)(struct run *r); /* true: done, on to the next; false: waits, and something
				      will wake it */
	bool (*cancel)(struct run *r); /* cancel was asked in this stage; true: the operation
					  ended. NULL: not here */
	int64_t deadline_ms; /* R4.6: it is told, and a start fails, when it takes longer; 0: it
				waits for jobs, as long as they run */
};

/* The stages of each kind, in their order. */
struct stages {
	const struct stage *v;
	size_t n;
};
/* stop.c: what is told of one that was taken back */
const char *stop_taken_back(char out[160], size_t gone, size_t going, size_t back);
extern const struct stages start_stages, stop_stages, teardown_stages;

/* What ends the wait of a step that waits for jobs. */
#define JOBS_WAITED_FOR ": cancel them with job cancel, or c in jobs"

/* R9.4: what gives way to what. */
enum {
	OP_AUTOSCALE_RANK,
	OP_SCALE_RANK,
	OP_START_RANK,
	OP_UPDATE_RANK,
	OP_STOP_RANK,
	OP_DELETE_RANK
};
/* -1: what is under way in the cluster comes before an act of that rank; err says who won. */
int operation_outranks(const struct run *r, int rank, const char *what, struct err *err);

struct op_work *op_work(struct run *r);
void operation_number(struct operation *o); /* which step of how many */
/* Why nothing of it can be taken back any more; NULL: it can, now or at a later step. */
const char *operation_too_late(const struct operation *o);
bool stages_run(struct run *r, const struct stage *table,
		size_t n); /* true: the last one is done */
/* What it waits for has its own time: shown, and looked at before that too. */
void operation_waits(struct run *r, int64_t next_try_ms, const char *error);
/* A read failed: asked again later and later, up to 10 min. */
void operation_read_failed(struct run *r, const struct err *err);
/* The last error, told once; when it is tried again the caller knows. */
void operation_tell(struct run *r, const struct err *err);
/* start_undo.c: a start that is taken back */
struct json *start_remembers(const struct run *r); /* what its undoing has to know; new */
bool start_undo_begin(struct run *r);		   /* true always: a stage's cancel */
bool start_is_undone(const struct run *r);
bool start_undo_removes(const struct run *r); /* and deletes what it made, item by item */
void start_undo_step(struct run *r);
/* One cloud change of this operation; true once it finished. */
bool ensure(struct run *r, enum cloud_verb verb, enum cloud_kind kind, const char *id);

/* operation.c and one file per kind: start.c stop.c teardown.c */
/* data: what its row is to remember, or NULL; it is taken, also on failure. */
/* force: why it ends jobs (R6.3); NULL: it does not. */
int operation_begin(struct run *r, enum op_kind kind, const struct user *u, const char *force,
		    const char *plan_hash, char *data, int64_t *id, struct err *err);
void operation_tick(void *run); /* timer callback: next() of its kind, until it has to wait */
void operation_step(struct run *r, const char *step, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void operation_end(struct run *r, enum op_state state, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void operation_void(
    struct run *r, const char *why); /* an open one ends, and its cluster waits for a new one */
void operation_wake(struct run *r);  /* something that it waits for happened */
void operation_remember(
    struct run *r,
    struct json *take); /* members that the row keeps; the next save writes them */
void operation_error(struct run *r, const struct err *err, int64_t retry_ms);
void start_step(struct run *r);
void stop_step(struct run *r);
void teardown_step(struct run *r);
/* It waits for jobs on its nodes, and has done so since then or longer. */
bool teardown_drains_since(const struct run *r, int64_t ms);
bool nodes_send_away(struct run *r, const char *why); /* stop.c: for stop and teardown */
void head_forget(struct run *r); /* stop.c: it sleeps, or is gone; nothing asks it any more */
bool scheduler_stop(
    struct run *r); /* true: the head's daemons were asked to end, or cannot be */
void op_work_free(struct op_work *w);
void head_made(struct run *r,
	       const struct cloud_stage_info *i); /* host name and address of the head's VM */
void operation_intent_ended(struct run *r, const struct intent *in,
			    const struct cloud_stage_info *i);

#endif
