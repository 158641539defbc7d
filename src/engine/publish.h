/* What the head is told: the sizes on offer, and the hosts that came. */
#ifndef ENGINE_PUBLISH_H
#define ENGINE_PUBLISH_H

#include "base/buf.h"
#include "base/err.h"

struct run;

/* offers.c */
/* Lines of OFFERS (include/template/head.h) for the cluster as it is defined now. */
int offers_text(struct buf *b, struct run *r, struct err *err);
void offers_doubt(struct run *r); /* its head may have booted meanwhile */
void offers_act(struct run *r); /* tells the head, when the cluster's sizes are others now */

/* publish.c */
void publish_act(
    struct run *r); /* the head's list of host -> name, size, features, when it changed */
void phases_read(struct run *r); /* the marks that head and node scripts left */

#endif
