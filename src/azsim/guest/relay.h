/*
 * Bytes both ways between two stream sockets on the loop, until both ends are done. What one
 * end does not take is not read from the other (at most 64 KiB wait in each direction); a
 * half-close is passed on.
 */
#ifndef AZSIM_GUEST_RELAY_H
#define AZSIM_GUEST_RELAY_H

#include "base/loop.h"

struct relay;

/* Owns and closes both (non-blocking) sockets. done is called once, from the loop; the relay is
 * gone after it. */
struct relay *relay_new(struct loop *l, int a, int b, void (*done)(void *arg), void *arg);
void relay_free(struct relay *r); /* cuts both; no callback */

#endif
