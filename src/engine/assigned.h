/* The jobs that hold a node. */
#ifndef ENGINE_ASSIGNED_H
#define ENGINE_ASSIGNED_H

#include <stdbool.h>

#include "base/strs.h"
#include "model/queue.h"

struct member;
struct run;

/* assigned.c (R6.4): what a reading says of the jobs that hold a node. */
enum node_work {
	WORK_NONE,
	WORK_ASSIGNED, /* they wait for it, and run nowhere */
	WORK_RUNS,
	WORK_UNKNOWN
};
enum node_work node_work(const struct queue *q, const char *node,
			 struct strs *assigned); /* pure; their ids; may be NULL */
/* Of a node that never joined: false: jobs are there, and those that only wait for it are put
 * back into the queue first, after a drain. */
bool unjoined_is_free(struct run *r, struct member *m);

/* killed.c (R6.3): "it ends jobs 12, 13 and 4 more"; nodes NULL: of the whole cluster */
#define KILLED_TEXT 320
const char *killed_text(char out[KILLED_TEXT], const struct run *r, const struct strs *nodes);

bool assigned_act(struct run *r); /* true: the scheduler was asked */
const char *unjoined_text(char out[160], const struct run *r,
			  const struct member *m); /* what keeps it; "" nothing */

#endif
