/*
 * What a machine cost, and who had it: rows of the ledger of money. All are integers, node
 * milliseconds and billionths of a dollar, so that the parts of a charge sum to the whole
 * however it was cut.
 */
#ifndef MODEL_CHARGE_H
#define MODEL_CHARGE_H

#include <stdbool.h>
#include <stdint.h>

#define NANO	1000000000.0
#define HOUR_MS ((int64_t)3600 * 1000)

enum charge_kind {
	CHARGE_BUSY,  /* the share that jobs held */
	CHARGE_IDLE,  /* what nobody held of a node that works, or of one that waits for work */
	CHARGE_AHEAD, /* idle while its array has nodes ahead of their jobs (model/foresight.h)
		       */
	CHARGE_BOOTING,
	CHARGE_DRAINING,
	CHARGE_FAILED,
	CHARGE_HEAD,
	CHARGE_STORAGE, /* disks: they count no node time */
	CHARGE_UNKNOWN, /* it ran, and nobody looked: the engine was down, or the scheduler
			   silent */
	CHARGE_KINDS
};

struct charge {		  /* of one hour, array, user, account and kind */
	int64_t hour_ms;  /* UTC, the hour's start */
	char array[20];	  /* "" the head */
	char user[64];	  /* of the jobs; "" nobody */
	char account[64]; /* that the jobs name; "" none */
	enum charge_kind kind;
	int64_t node_ms;
	int64_t nano;	    /* USD */
	int64_t spot_nano;  /* of it for spot machines */
	int64_t saved_nano; /* what the same time would have cost more on demand */
};

struct job_charge {	  /* a job's own share of its nodes; an array job is one job */
	char cluster[40]; /* not stored: of the row's cluster */
	char job[64], name[128], user[64], account[64], array[20];
	int64_t first_ms, last_ms, node_ms, nano;
};

bool charge_is_idle(enum charge_kind k);	   /* whatever for */
const char *charge_kind_name(enum charge_kind k);  /* "busy" */
enum charge_kind charge_kind_of(const char *name); /* CHARGE_UNKNOWN for a word that is none */

#endif
