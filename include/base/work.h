/*
 * Work beside the loop (R1.5): a function that touches nothing but its argument runs on a thread of its own, and its end is told in
 * a turn of the loop. Nobody else reads or writes what it uses until then.
 */
#ifndef BASE_WORK_H
#define BASE_WORK_H

#include "base/loop.h"

struct work;

#define WORK_AT_ONCE 4 /* threads of one loop (R13): what comes after has its turn, in order, when one ends */

/* NULL when there is no thread to be had: do it here. done may start the next. */
struct work *work_start(struct loop *l, void (*run)(void *arg), void (*done)(void *arg), void *arg);
void work_drop(struct work *w); /* what waits is not run, what runs is waited for; done is not called. NULL is fine */

#endif
