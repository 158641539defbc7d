/*
 * Why a job that ran waits again. Of one that was put back into the queue the scheduler tells
 * only when it may begin; that its node was taken away, or who asked for it, stands in the
 * readings before and in what became of the nodes.
 */
#ifndef ENGINE_REQUEUED_H
#define ENGINE_REQUEUED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/strs.h"
#include "model/node.h"
#include "model/queue.h"

struct run;

#define REQUEUED_KEPT_MS 3600000
#define REQUEUED_TEXT	 140
#define REQUEUED_WORD	 "requeued: " /* each of its texts begins with it */

struct requeued {
	struct map *jobs, *nodes; /* id, name -> struct requeued_why; NULL: none */
};

/* What became of a node, before its jobs are back in the queue: "was evicted". */
void requeued_node(struct requeued *q, const char *node, const char *what, int64_t now_ms);
void requeued_asked(struct requeued *q, const struct strs *ids, const char *why,
		    int64_t now_ms);
void requeued_known(struct requeued *q, const char *id, const char *text,
		    int64_t at_ms); /* of an earlier life */
/* A new reading beside the one before: told() gets each that ran in it and waits for its time
 * now. */
void requeued_look(struct requeued *q, const struct queue *before, const struct queue *now,
		   int64_t now_ms,
		   void (*told)(void *arg, const struct job *was, const char *text), void *arg);
/* The sentence of an event, with the job's name behind what is known, and that alone again. */
#define REQUEUED_EVENT (REQUEUED_TEXT + 80)
const char *requeued_event(char out[REQUEUED_EVENT], const char *text, const char *name);
const char *requeued_of_event(char out[REQUEUED_TEXT], const char *event);
bool requeued_waits(const struct job *j); /* it may be one: it waits for its time */
const char *requeued_text(const struct requeued *q,
			  const struct job *j); /* "": it is none, or nobody knows */
void requeued_clear(struct requeued *q);

void requeued_moved(struct run *r, const struct node *n, enum node_state to,
		    const char *reason);		    /* before it is so */
void requeued_read(struct run *r, const struct queue *now); /* before it is r->queue */

#endif
