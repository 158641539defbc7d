/*
 * One VM known to us, existing or planned (DESIGN.md 4). The row is committed before the cloud is asked (R4.1); a member
 * of a scale set gets its VM's name from the cloud afterwards, and keeps its own: the scheduler's name.
 */
#ifndef MODEL_NODE_H
#define MODEL_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum node_state {
	NODE_PLANNED,
	NODE_REQUESTED,   /* the capacity that holds it was asked for */
	NODE_ALLOCATING,  /* the cloud accepted; no VM bound yet */
	NODE_BOOTING,     /* a VM is bound to it */
	NODE_JOINING,     /* the VM runs, the scheduler does not see it ready yet */
	NODE_IDLE,
	NODE_BUSY,
	NODE_DRAINING,
	NODE_DELETING,
	NODE_GONE,
	NODE_FAILED,
	NODE_EVICTED,
	NODE_UNHEALTHY,
	NODE_DEALLOCATED,
	NODE_STATES
};

struct node {
	int64_t id, cluster_id;
	char name[40];         /* "htc-1": what scheduler, screens and ssh say */
	char array[20];
	int64_t index, generation;
	char size[48];
	char zone[8];
	char group[64];        /* placement group, "" none */
	bool spot;
	char set_id[320];      /* resource id of its scale set */
	char vm_id[320];       /* "" until bound */
	char vm_name[96], host[72], address[48];
	enum node_state state;
	char reason[160];      /* why it is in this state, or why it is still here */
	int64_t since_ms;      /* of the state */
	int64_t requested_ms, bound_ms, booted_ms, joined_ms; /* 0: not yet; stored, so that timers survive restarts */
	int64_t idle_since_ms; /* unmatched since; 0 while matched */
	int64_t drain_set_ms;  /* when our drain was acknowledged; a proof of emptiness must start later */
	int64_t gone_ms;
	bool keep_alive;       /* an operator keeps it */
	int64_t kept_ms;       /* since then, if that is known */
	char kept_by[40];
	int64_t array_kept_ms; /* its array is kept since then; 0: it is not. Not stored: the array's spec has it */
	bool ever_busy;
	bool drain_asked;      /* by an operator: goes when empty, whatever the timers say */
	int64_t drain_asked_ms; /* when, if it can be taken back for a while; 0: it goes as soon as it is empty */
	bool terminate_asked;
	int64_t boot_tries;
	double price;          /* USD per hour when it was planned; -1 unknown */
	int64_t cpus, mem_bytes, gpus; /* what the scheduler will be told */
	int64_t jobs;          /* running there in the last reading; -1 unknown. Not stored */
	double load;           /* cpus that jobs hold, of all; -1 unknown. Not stored, as are the next two */
	char job[24], user[24]; /* the first job that holds it; "" none */
	int64_t phase_ms;      /* the node script's last mark. Not stored */
	char phase[40];
};

bool node_is_kept(const struct node *n); /* by itself or with its array (R5.9) */
int64_t node_kept_ms(const struct node *n, int64_t now_ms); /* for how long its machine costs because of that */
double node_kept_cost(const struct node *n, int64_t now_ms); /* USD; -1: at a price that nobody knows */

const char *node_state_name(enum node_state s);
const char *node_state_word(enum node_state s); /* the same for people: "lost" */
const char *node_bought(bool spot); /* how, with the word that columns have for it */
char node_state_glyph(enum node_state s); /* tui.md 6 */
char node_glyph_worse(char a, char b);    /* of two glyphs the one that says more: for cells of several nodes */
enum node_state node_state_of(const char *name);
bool node_is_live(enum node_state s);     /* counts in limits: all but gone (and failed ones without a VM) */
bool node_is_booting(enum node_state s);  /* planned to joining */
bool node_can_move(enum node_state from, enum node_state to); /* the arrows of DESIGN.md 4 */

#endif
