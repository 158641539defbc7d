/*
 * What a ghost queue must still know after a kill -9 of azsim: heads, machines, nodes, jobs.
 * Written once a second, as slurmctld saves its state now and then: a kill loses what happened
 * after that. Every function does nothing without a store.
 */
#ifndef AZSIM_QUEUE_STORE_H
#define AZSIM_QUEUE_STORE_H

#include "azsim/queue/machine.h"

struct gq_store;

struct gq_store *gq_store_open(const char *dir, struct err *err);
void gq_store_close(struct gq_store *st);
int gq_store_load(struct gq_store *st, struct gq_site *s, struct err *err);
void gq_store_settle(struct gq_site *s); /* after the world told which machines run */
int gq_store_flush(struct gq_store *st, struct err *err);
size_t gq_store_waiting(const struct gq_store *st); /* things that are not on disk yet */
int64_t gq_store_pause_ms(void);

void gq_store_new_head(struct gq_store *st, struct gq_head *h);
void gq_store_head(struct gq_store *st, struct gq_head *h);
void gq_store_forget_head(struct gq_store *st, struct gq_head *h); /* with all that is in it */
void gq_store_machine(struct gq_store *st, struct gq_machine *m);
void gq_store_forget_machine(struct gq_store *st, struct gq_machine *m);
void gq_store_job(struct gq_store *st, struct gq *q, struct gq_job *j);
void gq_store_forget_job(struct gq_store *st, struct gq *q, struct gq_job *j);
void gq_store_node(struct gq_store *st, struct gq_node *n);
void gq_store_forget_node(struct gq_store *st, struct gq_node *n);

#endif
