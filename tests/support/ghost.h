/* A ghost cluster for tests: a cloud whose machines carry our boot scripts, and its queue,
 * asked without sockets. */
#ifndef TESTS_SUPPORT_GHOST_H
#define TESTS_SUPPORT_GHOST_H

#include "azsim/queue/site.h"
#include "cloud.h"
#include "scheduler/scheduler.h"

#define GHOST_HEAD "demo-head"

struct ghost {
	struct cloud cl;
	struct gq_site *site;
	/* the last answer */
	int code;
	struct buf out, errout;
	struct strs argv;
};

void ghost_open(struct ghost *g, const char *scenario,
		const char *dir); /* head made, not yet up */
void ghost_close(struct ghost *g);
void ghost_again(struct ghost *g, const char *scenario,
		 const char *dir); /* another azsim on dir */
void ghost_pass(struct ghost *g, int64_t ms);
void ghost_head_up(struct ghost *g);
/* A member of array htc or hpc under its own set, and its line; host names come from azsim. */
void ghost_nodes(struct ghost *g, const char *array, int n);
void ghost_publish(struct ghost *g); /* every member that there is: htc-1, htc-2 ... */

/* Words by blank. Returns the exit code. */
int ghost_run(struct ghost *g, const char *line, const char *input);
int ghost_run_argv(struct ghost *g, const char *input); /* what g->argv says */
int ghost_verb(struct ghost *g, enum sched_verb verb, const struct sched_args *args);
struct sched_run ghost_answer(const struct ghost *g);
/* The queue as the engine would read it; both reads must be whole. */
void ghost_read(struct ghost *g, struct queue *q);
const char *ghost_out(const struct ghost *g);

#endif
