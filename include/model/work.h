/*
 * What the engine does and did: operations (durable work with steps), intents (one cloud mutation each, R4),
 * events (what happened and why, for people) and audit rows (who did it, chained; R10).
 */
#ifndef MODEL_WORK_H
#define MODEL_WORK_H

#include <stdbool.h>
#include <stdint.h>

enum op_kind { OP_START, OP_STOP, OP_DELETE, OP_SCALE, OP_KINDS };
enum op_state { OP_RUNNING, OP_DONE, OP_FAILED, OP_CANCELLED, OP_STATES };

struct operation {
	int64_t id, cluster_id;
	char cluster[40];     /* its name */
	enum op_kind kind;
	enum op_state state;
	char step[40];        /* name of the current step */
	int64_t step_no, step_count; /* its place from 1, and how many there are; not stored, 0: unknown */
	char detail[200];     /* what it waits for now */
	char error[320];      /* last error, and what the operator can do */
	char actor[64];
	int64_t started_ms, step_ms, next_try_ms, ended_ms;
	bool cancel_asked;
	bool force;
	char plan_hash[65];   /* of the teardown plan that was agreed to */
	char *data;           /* JSON: what the steps need to remember (proofs, found items); NULL none */
};

enum intent_state { INTENT_PLANNED, INTENT_SENT, INTENT_ACCEPTED, INTENT_DONE, INTENT_FAILED, INTENT_UNKNOWN, INTENT_STATES };

enum cloud_kind { CLOUD_GROUP, CLOUD_NSG, CLOUD_NETWORK, CLOUD_VM, CLOUD_SCALESET, CLOUD_MEMBERS, CLOUD_DISK, CLOUD_SNAPSHOT, CLOUD_OTHER, CLOUD_KINDS };

/* START and DEALLOCATE are for single VMs and members; TAG is for what was taken over: tags alone are replaced. */
enum cloud_verb { CLOUD_PUT, CLOUD_GROW, CLOUD_DELETE, CLOUD_START, CLOUD_DEALLOCATE, CLOUD_TAG, CLOUD_VERBS };

struct intent {
	int64_t id, operation_id, cluster_id;
	enum cloud_verb verb;
	enum cloud_kind kind;
	enum intent_state state;
	char resource_id[320];  /* final, before the call (R3.2); of a member change: its set */
	char request_hash[65];
	char request_id[37];    /* x-ms-client-request-id */
	char op_url[2048];      /* of the long-running operation; "" none */
	int64_t generation, capacity_from, capacity_to;
	char actor[64];
	char error_code[24], error[320];
	int64_t created_ms, changed_ms, tries, next_try_ms;
};

/*
 * What bears our tags in a cloud and stands in no row of the store (R7). Only what was decided of it is stored: what
 * nobody decided is found again.
 */
enum found_state { FOUND_OPEN, FOUND_KEPT, FOUND_CONDEMNED, FOUND_STATES };

struct found {
	char id[320], type[96], cloud[40], cluster_tag[24];
	enum found_state state;
	char actor[64], plan_hash[65], error[320];
	int64_t first_ms, decided_ms;
};

enum event_level { EVENT_INFO, EVENT_WARN, EVENT_ERROR };

struct event {
	int64_t seq, at_ms, cluster_id; /* cluster 0: the engine */
	int64_t operation_id; /* that was under way in its cluster; 0 none */
	enum event_level level;
	char cluster[40];
	char object[64];      /* "htc-3", "job 12", "" */
	char actor[64];       /* "engine" or a login name */
	char text[400];       /* the sentence, reason included */
};

#define AUDIT_TEXT 2048 /* who names many nodes has them all in the row */

struct audit {
	int64_t seq, at_ms;
	char actor[64], origin[64], role[16], verb[40];
	char object[AUDIT_TEXT], reason[AUDIT_TEXT], result[200];
	char before_hash[65], after_hash[65], plan_hash[65];
	int64_t operation_id;
	char prev[65], hash[65]; /* hash over this row's fields and prev */
};

const char *op_kind_name(enum op_kind k);
enum op_kind op_kind_of(const char *name);
const char *op_state_name(enum op_state s);
enum op_state op_state_of(const char *name);
const char *intent_state_name(enum intent_state s);
enum intent_state intent_state_of(const char *name);
const char *cloud_kind_name(enum cloud_kind k);
enum cloud_kind cloud_kind_of(const char *name);
const char *cloud_verb_name(enum cloud_verb v);
enum cloud_verb cloud_verb_of(const char *name);
const char *found_state_name(enum found_state s);
enum found_state found_state_of(const char *name);
const char *event_level_name(enum event_level l);
enum event_level event_level_of(const char *name);
void operation_clear(struct operation *o);

#endif
