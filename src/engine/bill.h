/* The money of a cluster: what is metered, what is spent, what is committed, and budgets. */
#ifndef ENGINE_BILL_H
#define ENGINE_BILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/meter.h"
#include "model/budget.h"
#include "model/cluster.h"
#include "model/node.h"
#include "model/queue.h"
#include "provider/provider.h"

struct engine;
struct facts;
struct member;
struct run;

#define BUDGET_NEAR_SHARE 0.8

/* COMMITTED: all of it will be spent by what runs; OVER: it is */
enum budget_level { BUDGET_UNSEEN, BUDGET_OK, BUDGET_NEAR, BUDGET_COMMITTED, BUDGET_OVER };

struct budget_state {		 /* of a period that now lies in, USD */
	double spent, committed; /* committed: with what is spent */
	double booting;		 /* of that, by nodes that boot: a plan counts them itself */
	int64_t to_ms;
};

struct bill {			      /* of one cluster: what is metered, and how far */
	struct tally tally;	      /* not in the store yet */
	struct tenancy tenancy;	      /* by run->queue */
	int64_t until_ms;	      /* the store has everything until then; 0 nothing */
	int64_t head_ms;	      /* the head's time until then is charged */
	int64_t disks_ms;	      /* likewise that of its disks */
	int64_t month_ms, month_nano; /* of the month that began then, by the store */
	int64_t day_ms, day_nano;     /* the same of the day, UTC */
	bool moved;		      /* nodes changed their states since it was last written */
	enum budget_level budget;     /* as it stands */
	enum budget_level told;	      /* the highest that was told of this month and limit */
	double told_limit;
	int64_t told_month_ms;
	int64_t stored_nano;	  /* what the store has */
	uint64_t saves;		  /* times that it was given something */
	int64_t saved_mono_ms;	  /* when it was last written */
	unsigned int head_unseen; /* listings in a row without the head */
	int64_t shown_minute;	  /* when the view's number was made */
	double shown, shown_committed;
};

/* bill.c: the money of a cluster. Every change of what a charge depends on is metered before.
 */
int bill_load(struct run *r, struct err *err);	       /* before the members */
void bill_gone(struct run *r, const struct node *row); /* its time that no engine charged */
void bill_member(struct run *r, struct member *m, int64_t now_ms);
void bill_all(struct run *r, int64_t now_ms);
void bill_head(struct run *r, bool runs);
void bill_head_listed(struct run *r, const struct cloud_vms *vms);
void bill_save(struct run *r);	  /* outside of any transaction */
void bill_tick(struct engine *e); /* saves once a minute */
void bill_clear(struct run *r);
enum budget_level budget_level(const struct budget_state *s, double limit);
/* The cluster's own; false: it has none. */
bool bill_budget(struct run *r, int64_t now_ms, struct budget_state *out);
double bill_spent(const struct run *r, int64_t now_ms); /* USD */
/* The same for a view, made once a minute: what runs up all the time would change each view
 * each second, for a cent. */
double bill_shown(struct run *r, int64_t now_ms);
/* Today's and this month's, UTC; spent: what bill_spent() says. */
void bill_periods(struct run *r, int64_t now_ms, double spent, double *today, double *month);
/* The machine as it is now; false: it costs nothing. */
bool bill_machine(struct run *r, struct member *m, int64_t now_ms, struct machine *out);
bool bill_head_machine(const struct run *r, struct machine *out);
bool bill_disk_machine(const struct storage_spec *s, struct machine *out);
void bill_disk(struct run *r, const char *disk_id, bool there); /* it was made, or is gone */

/* commit.c: what machines that run will cost to their expected end (B8), USD */
struct occupied {
	double price;		    /* USD per hour; < 0 unknown */
	const struct tenants *jobs; /* NULL none */
	int64_t cpus, idle_s, made_for_s;
	bool leaves; /* when its jobs have ended */
};
double commit_machine(const struct occupied *o, int64_t now_ms, int64_t to_ms);
/* Only what jobs of the budget's user or account have of it. */
double commit_jobs(const struct occupied *o, const struct budget_spec *b, int64_t now_ms,
		   int64_t to_ms);
/* Adds all machines that are of the budget to what is spent; NULL: of the whole cluster. */
void run_committed(const struct run *r, const struct budget_spec *b, int64_t now_ms,
		   struct budget_state *s);

/* budget.c: of arrays, users and accounts */
void budgets_look(struct run *r, int64_t now_ms);
/* false: it is in no period */
bool budget_told(const struct run *r, size_t i, struct budget_state *out);
void budgets_close(struct facts *f, const struct run *r);
void budgets_mark(const struct run *r, struct queue *q); /* jobs that nothing is made for */
void budgets_tell(struct run *r);

#endif
