/*
 * Moments and the clock that people set (R12.1). What is stored is UTC, so that restarts know
 * it; how old something is, and when its time is over, must not change when somebody sets that
 * clock. Beside it stands by how much it was apart from the clock that only runs, and in which
 * boot of this machine: when they part, in this life of the engine or between two of the same
 * boot, all moments that something waits for go with the clock, and are as far away as before.
 */
#ifndef ENGINE_MOMENTS_H
#define ENGINE_MOMENTS_H

#include <stdint.h>

#include "model/node.h"
#include "model/work.h"

struct engine;

#define MOMENTS_TEXT 64 /* "BOOT APART" */

const char *moments_text(char out[MOMENTS_TEXT], const char *boot, int64_t apart_ms);
/* By how much the wall clock was set since that was written; 0: not, another boot, or nobody
 * knows. */
int64_t moments_jump(const char *text, const char *boot, int64_t apart_ms);
void moments_shift_node(struct node *n, int64_t ms);
void moments_shift_intent(struct intent *in, int64_t ms);
void moments_shift_operation(struct operation *o, int64_t ms);

void moments_begin(struct engine *e); /* its clusters are loaded, and nothing has begun */
void moments_look(struct engine *e);  /* before ages are judged (R12.3) */

#endif
