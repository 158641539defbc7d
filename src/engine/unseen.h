/*
 * Jobs that were submitted through this engine and that no reading has shown yet. One that ends
 * before the next reading is in none, and nothing tells that it left: what a reading that began
 * after the submission does not show, the scheduler is asked for while it still knows it. Of an
 * array that is shown it is asked too: some of its tasks may have ended.
 */
#ifndef ENGINE_UNSEEN_H
#define ENGINE_UNSEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/map.h"
#include "base/strs.h"
#include "model/queue.h"
#include "scheduler/scheduler.h"

struct run;

#define UNSEEN_MOST 500 /* beyond that the oldest are forgotten */

struct unseen_job {
	char id[64], name[128],
	    partition[64]; /* partition "": the script's own, or the default */
	int64_t at_ms;
	bool asked, told; /* for how it ended; its end, or that of a task, was the answer */
	bool partly;	  /* an array of which something was shown, or told */
};

struct unseen {
	struct unseen_job *v; /* oldest first */
	size_t n, cap;
	bool asking;
};

void unseen_add(struct unseen *u, const struct unseen_job *j);
/* Those that a reading which began then would show; NULL: none, or the last ones are asked for
 * still. It stands by itself, for work beside the loop; yours. */
struct map *unseen_due(const struct unseen *u, int64_t read_started_ms);
void unseen_shown(struct map *due,
		  const struct queue *now); /* leaves what is to be asked for */
/* By what is left of `due`; ids gets those to ask for. */
void unseen_settle(struct unseen *u, const struct map *due, int64_t read_started_ms,
		   struct strs *ids);
void unseen_told(struct unseen *u, const char *id); /* how it, or a task of it, ended */
/* "12", of which tasks were shown or told. */
bool unseen_is_whole_array(const struct unseen *u, const char *id);
/* A job, or a task of one, that was submitted: also when so many were that the oldest are
 * forgotten. */
bool unseen_may_be(const struct unseen *u, const char *id);
void unseen_clear(struct unseen *u);

/* Of a run, in ended.c */
void unseen_load(
    struct run *r); /* submitted in an earlier life, and nothing written down since */
/* The answer of the scheduler: each that was asked for is written down, in one transaction of
 * the caller. */
void unseen_ended(struct run *r, const struct job_end *v, size_t n, struct err *err);
void unseen_ask(struct run *r, const struct map *due, int64_t read_started_ms);

#endif
