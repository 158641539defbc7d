/* Every cycle: what was read is taken over, a decision is made, and what it asks for begins. */
#ifndef ENGINE_RECONCILE_H
#define ENGINE_RECONCILE_H

#include <stdbool.h>

#include "provider/provider.h"

struct run;

/* decision.c */
/* Makes it, and writes what it says. false: it is made beside the loop, and reconcile_acts()
 * follows when it is written. */
bool decision_make(struct run *r);
void decision_drop(struct run *r);

/* reconcile.c */
void reconcile(struct run *r);
void reconcile_acts(struct run *r);
void reconcile_go_on(struct run *r); /* with a reading that waited */
/* After a reading of the cloud: binds VMs to rows, finds failed, evicted and gone ones, and VMs
 * that nobody asked for. */
void reconcile_cloud(struct run *r, struct cloud_vms *take);
void reconcile_queue(struct run *r); /* after a reading of the scheduler */
void reconcile_take_on(
    void *run); /* timer callback: the next bit of either, then the decision */
/* So many nodes move in one turn of the loop, and as many rows are added: clients wait for less
 * than 0.25 s (DESIGN.md 12). */
#define MOVES_PER_TURN 1000

#endif
