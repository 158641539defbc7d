/*
 * What Azure Resource Manager and Entra answer for the world behind them. arm_handle() is a
 * function of one request: it reads and changes the world and fills a reply; serve.c puts it on
 * sockets. Nothing that is true is kept here: besides keys only counters, faults asked for and
 * the log of calls.
 */
#ifndef AZSIM_ARM_ARM_H
#define AZSIM_ARM_ARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "azsim/world/operation.h"
#include "azsim/world/resource.h"
#include "azsim/world/scaleset.h"
#include "azsim/world/vm.h"
#include "azsim/world/world.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/http.h"
#include "base/json.h"
#include "base/strs.h"

#define ARM_ARGS       6
#define ARM_CALLS_KEPT 500

struct gq_site;

struct arm_logged { /* one call, for /azsim/calls */
	int64_t at_ms;
	char method[8], path[300];
	int status;
	char request_id[37], policy[32];
	double left_arm, left_all, left_each;
};

struct arm_counters {
	int64_t calls, by_class[AZ_CLASSES], by_policy[AZ_POLICIES], throttled, failed, refused;
	int64_t tokens, faults, now, most; /* now, most: concurrency */
};

struct arm_options {
	const char *client_id, *client_secret;
	const char *control_key; /* NULL: no control calls */
	struct rsa_key *key;	 /* taken */
	bool guests;
};

struct arm {
	struct az_world *w;
	char *client_id, *client_secret, *control_key;
	struct rsa_key *key;
	char kid[33];
	bool guests;
	char *arm_url;	 /* https://127.0.0.1:P: the audience of tokens */
	char *plain_url; /* http://127.0.0.1:P2 */
	struct arm_counters n;
	struct map *group_writes; /* per resource group, in this process: int64_t */
	struct arm_logged *calls; /* a ring */
	size_t calls_at;
	int64_t clock_anchor; /* of the scaled clock: see base/clock.h */
	int64_t skew_ms;      /* a fault: what it shows of its clock is off by so much */
	void (*clock_changed)(void *arg, double factor, int64_t anchor);
	void *clock_arg;
	struct gq_site *site; /* borrowed; the ghosts' queue; NULL: guests */
};

struct arm_request {
	const char *method, *path, *query;
	const char *base; /* scheme and host that the client used: links lead back there */
	const struct http_headers *headers;
	const char *body;
	size_t body_len;
	bool tls, local; /* local: the unix socket */
};

struct arm_reply {
	int status;
	struct http_headers headers;
	struct buf body;
	const char *type; /* NULL: JSON */
	/* what a fault makes of it */
	bool drop, truncate;
	int64_t delay_ms;
};

struct arm_route;

struct arm_call { /* one request on its way through a handler */
	struct arm *arm;
	struct az_world *w;
	const struct arm_request *req;
	const struct arm_route *route;
	struct strs seg;
	const char *arg[ARM_ARGS]; /* what the pattern's stars met */
	size_t n_args;
	struct az_group *group; /* with ARM_GROUP */
	struct json *body;	/* NULL: none */
	char api_version[32];
	char request_id[37];
	struct az_charge charge;
	struct az_refusal r;
	struct arm_reply *reply;
	struct json *json; /* the reply's body; owned */
	bool mixed_case, empty_page;
};

typedef void arm_handler(struct arm_call *c);

enum {
	ARM_OPEN = 1,  /* no token, no api-version */
	ARM_GROUP = 2, /* arg 1 names a group that must exist */
	ARM_BODY = 4,  /* a JSON object must come */
	ARM_CONTROL = 8,
};

struct arm_route {
	const char *method, *pattern;
	arm_handler *run;
	unsigned int flags;
	enum az_policy policy;
	const char *type; /* for handlers that serve several types */
};

struct arm *arm_new(struct az_world *w, const struct arm_options *o);
void arm_free(struct arm *a);
void arm_handle(struct arm *a, const struct arm_request *req, struct arm_reply *reply);
void arm_reply_clear(struct arm_reply *reply);

/* reply.c: how handlers answer */
void arm_ok(struct arm_call *c, int status, struct json *take); /* NULL: no body */
void arm_header(struct arm_call *c, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* 201/202 with the two URLs of a long-running operation. */
void arm_accepted(struct arm_call *c, int status, struct json *take, const struct az_op *op);
struct json *arm_error_json(const struct az_refusal *r);
bool arm_query(const struct arm_call *c, const char *name, struct buf *out);
bool arm_query_is(const struct arm_call *c, const char *name, const char *value);
int arm_need_etag(struct arm_call *c, const char *etag,
		  bool exists); /* If-Match and If-None-Match; -1: answered 412 */
bool arm_hidden(struct arm_call *c, int64_t created_ms,
		const char *name); /* not yet visible to reads */
int arm_not_found(struct arm_call *c, const char *type, const char *name);
void arm_set_id(struct arm_call *c, struct json *o, const struct az_group *g, const char *type,
		const char *name);
const char *arm_time(char out[40], int64_t ms);
const char *arm_shown_time(const struct arm_call *c, char out[40],
			   int64_t ms); /* with its skew */

/* page.c: lists */
struct arm_page {
	struct arm_call *c;
	struct json *list;
	int64_t after, last, limit, n;
	bool more;
};
void arm_page_begin(struct arm_page *p, struct arm_call *c, int64_t limit);
bool arm_page_wants(struct arm_page *p, int64_t row); /* true: render it and arm_page_add() */
void arm_page_add(struct arm_page *p, struct json *take);
void arm_page_end(struct arm_page *p);

/* Things of several kinds and groups, to be shown oldest first: a page's token needs one order.
 */
struct arm_row {
	int64_t row;
	const char *type; /* AZ_VM_TYPE, AZ_SET_TYPE or a resource's */
	const void *thing;
};

struct arm_rows {
	struct arm_row *v;
	size_t n, cap;
};
void arm_rows_add(struct arm_rows *r, int64_t row, const char *type, const void *thing);
void arm_rows_sort(struct arm_rows *r);
/* A page of them, in order, is the answer; they are freed. */
typedef struct json *arm_row_json(struct arm_call *c, const struct arm_row *row);
void arm_rows_answer(struct arm_call *c, struct arm_rows *rows, arm_row_json *json_of);

/* token.c */
int arm_check_token(struct arm_call *c);
int arm_refuse_token(struct arm_call *c, const char *code,
		     const char *text); /* 401 with its WWW-Authenticate; -1 */
arm_handler arm_metadata, arm_openid, arm_jwks, arm_token, arm_instance;

/* group.c */
arm_handler arm_subscriptions, arm_subscription, arm_locations, arm_tenants, arm_providers,
    arm_provider, arm_register;
arm_handler arm_groups_list, arm_group_put, arm_group_get, arm_group_head, arm_group_patch,
    arm_group_delete;
arm_handler arm_group_resources, arm_all_resources, arm_permissions;

/* network.c and its validation */
arm_handler arm_resource_put, arm_resource_get, arm_resource_delete, arm_resource_list,
    arm_resource_patch;
arm_handler arm_subnet_get, arm_subnet_put, arm_subnet_delete, arm_subnet_list, arm_vnet_usages;
struct json *arm_resource_json(struct arm_call *c, const struct az_resource *res);
int arm_check_resource(struct arm_call *c, const char *type, struct json *doc);

/* scaleset.c, member.c */
arm_handler arm_set_put, arm_set_patch, arm_set_get, arm_set_delete, arm_set_list,
    arm_set_action;
arm_handler arm_set_members, arm_member_get, arm_member_view, arm_set_view, arm_member_evict;
arm_handler arm_member_action, arm_member_delete, arm_set_nics;
struct json *arm_set_json(struct arm_call *c, const struct az_set *s);

/* vm.c */
arm_handler arm_vm_put, arm_vm_patch, arm_vm_get, arm_vm_delete, arm_vm_list, arm_vm_action,
    arm_vm_evict;
arm_handler arm_vm_view, arm_vm_diagnostics;
struct json *arm_vm_json(struct arm_call *c, const struct az_vm *vm, bool view);
struct json *arm_vm_view_json(struct arm_call *c, const struct az_vm *vm);
struct json *arm_member_nic(struct arm_call *c, const struct az_vm *vm);
const char *arm_vm_power_code(const struct az_vm *vm); /* "PowerState/running"; NULL: none */
void arm_json_drop(struct json *o, const char *path);  /* removes "a.b.c" */

/* operation.c, sku.c, graph.c, price.c, control.c */
arm_handler arm_operation, arm_operation_result, arm_group_operation;
arm_handler arm_skus, arm_usages, arm_net_usages, arm_vm_sizes, arm_graph, arm_prices;
arm_handler arm_ctl_state, arm_ctl_ledger, arm_ctl_counters, arm_ctl_calls, arm_ctl_evict,
    arm_ctl_fault;
arm_handler arm_ctl_clock, arm_ctl_quota, arm_ctl_skew, arm_console_log;
arm_handler arm_ctl_queue, arm_ctl_queue_fault, arm_ctl_queue_load;

/* validate*.c: refusals of bodies, and Azure's defaults. -1: c->r is filled. */
int arm_check_set(struct arm_call *c, struct json *doc, const struct az_set *old,
		  int64_t capacity);
int arm_check_vm(struct arm_call *c, struct json *doc, const struct az_vm *old);
int arm_check_tags(struct arm_call *c, const struct json *tags);
int arm_check_name(struct arm_call *c, const char *name, size_t max, const char *extra);
int arm_check_location(struct arm_call *c, const struct json *doc, const char *type);
int arm_check_identity(struct arm_call *c, const struct json *doc, bool system_ok);
/* What sets and machines have in common: profile is virtualMachineProfile or properties. */
int arm_check_profile(struct arm_call *c, const struct json *profile, const struct az_sku *size,
		      int region, bool member);
int arm_check_zones(struct arm_call *c, const struct json *doc, const struct az_sku *size,
		    int region);
int arm_check_size(struct arm_call *c, const char *name, const char *where, int region,
		   const struct az_sku **out);
int arm_check_spot(struct arm_call *c, const struct json *profile, const struct az_sku *size,
		   int region);
int arm_check_members(struct arm_call *c, const struct json *doc,
		      const char *shape); /* unknown JSON members */

/* fault.c */
struct az_rule *arm_fault_match(struct arm *a, const struct arm_request *req);
void arm_fault_before(struct arm_call *c, bool *done);
void arm_fault_after(struct arm_call *c);
int arm_fault_add(struct arm *a, const struct json *spec, struct az_refusal *r);

extern const struct arm_route arm_routes[]; /* ends with a NULL method */

#endif
