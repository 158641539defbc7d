/* What lists and panes show beside the stored facts: counts, ages, money. Made by the engine, carried by wire. */
#ifndef MODEL_VIEW_H
#define MODEL_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "model/cluster.h"
#include "model/node.h"
#include "model/user.h"

struct cluster_view {
	int64_t nodes, nodes_max, busy, idle, booting, draining, failed;
	int64_t jobs_running, jobs_pending, jobs_held; /* tasks; running: those that have nodes */
	double price_now;          /* USD per hour of what runs; -1 when a price is unknown */
	double spent;              /* USD since the start, metered from node seconds */
	int64_t queue_age_ms;      /* -1 never read */
	int64_t cloud_age_ms;
	bool queue_stale, cloud_stale;
	bool queue_unread;         /* the engine has just begun: nobody knows what runs or waits there */
	char issue[160];           /* the worst thing now, "" none */
	int64_t issues;
	char reasons[160];         /* why tasks wait, most first: "Resources 812  budget 64" */
	int64_t nodes_asked;       /* of those that boot: the cloud has not given them yet */
	char plan[240];            /* the last decision in one sentence */
	int64_t spot;              /* of the nodes */
	int64_t cores_running;     /* that running tasks hold */
	int64_t oldest_s, wait_s;  /* when the task that waits longest was submitted, and the middle one; 0: none waits */
	char oldest[24];           /* its id */
	double today, month;       /* USD since midnight and since the month began, UTC */
	double budget_month;       /* -1 none */
	double committed;          /* of it: spent, and what runs to its expected end; 0: there is none */
	char schedule[200];        /* hours in which arrays have other numbers, now or next; "" there are none */
	char limit[160];           /* why not more nodes: of the first work without a place; "" nothing waits for that */
	char quota[56];            /* the one that is used most; "" unknown */
	int64_t quota_used, quota_limit;
	char storage[120];         /* "shared nfs /shared, scratch nfs /scratch" */
	bool loses_data;           /* at a teardown for which nobody chooses what is kept */
	int64_t cycle_s;           /* between two looks at the scheduler */
	int64_t boot_p50_ms, boot_p95_ms; /* of the last boots; -1: none yet */
	int64_t boots_hour, boots_lost;   /* of the last hour, and how many of them failed */
	char editing[64];          /* who has it open to change it; "" nobody */
	int64_t editing_ms;        /* since when */
};

struct cluster_row {
	struct cluster cluster;
	struct cluster_view view;
};

#define GLYPHS_MAX 2048

struct array_row { /* one array and VM size of a cluster: a line of the node pane */
	char cluster[40], array[20], size[48];
	bool spot;
	int64_t live, max;         /* max -1: no limit, or it is the one that an array's first row tells */
	bool shares;               /* not the first row of its array */
	int64_t kept_ms;           /* an operator keeps it since then; 0: nobody does */
	char kept_by[40];
	int64_t count[NODE_STATES];
	int64_t per;               /* nodes of a glyph: more than one where a glyph for each would not fit; then the worst of them */
	char glyphs[GLYPHS_MAX];   /* of the live nodes in index order, then '.' up to max */
};

#define GROUP_CELLS 1000

/*
 * Nodes that share a column, one byte for each, in the order of a window of nodes with the same filter and sort: so that
 * a map of ten thousand travels as a few lines. A large group is several rows.
 */
struct group_row {
	char name[48];             /* what they share; "" nothing is known */
	int64_t first, size;       /* place of the first cell in its group; nodes in the whole group */
	int64_t count[NODE_STATES]; /* of the whole group */
	char glyphs[GROUP_CELLS + 1];
	char shades[GROUP_CELLS + 1]; /* by the window's shade; "" for state, which the glyphs tell */
};

struct template_row {
	char name[64], title[120], scheduler[24], arrays[120], hash[65];
	char used_by[160];         /* clusters made from it; " *" behind those of another revision */
	int64_t changed_ms;        /* its file */
	char problem[200];         /* the first to mend; "": it is fine */
};

struct engine_row { /* lamps and header (R14.2) */
	char engine_id[33], version[24], user[64], site[40];
	enum role role;
	bool simulated, sample_prices, safe_mode, adoption;
	double clock_factor;
	int64_t now_ms;
	int64_t loop_lag_ms, loop_work_ms; /* longest turn, dearest turn */
	char cloud_text[320], store_text[240]; /* "" fine */
	bool cloud_ok, store_ok;
	int64_t cloud_since_ms;
};

#endif
