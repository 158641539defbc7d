/* What the files of the Azure provider share. rest.c carries one exchange; change.c, list.c and
 * facts.c are made of exchanges. */
#ifndef PROVIDER_AZURE_H
#define PROVIDER_AZURE_H

#include "base/http_client.h"
#include "base/json.h"
#include "base/rand.h"
#include "base/retry.h"
#include "provider/azure/place.h"
#include "provider/azure/skew.h"
#include "provider/provider.h"

/* Pinned: the versions whose schemas were checked (spec/azure-arm.md 1) */
#define API_COMPUTE "2024-03-01"
#define API_SKUS    "2021-07-01"
#define API_NETWORK "2024-01-01"
#define API_GROUPS  "2024-03-01"
#define API_DISKS   "2023-10-02"
#define API_SUBSCRIPTIONS "2022-12-01"
#define API_MSI	    "2023-01-31"
#define API_STORAGE "2023-05-01"
#define API_PRICES  "2023-01-01-preview"

struct waiting; /* an exchange that waits for a token */

struct cloud {
	struct loop *loop;
	const struct cloud_record *record;
	struct http_client *http;
	struct rng rng;
	char *token;
	uint64_t token_no; /* counts them */
	int64_t token_asked_ms, token_until_ms, token_refresh_ms;
	struct http_call *token_call;
	struct arm *waiting;	   /* list of exchanges without a token yet */
	struct cloud_call *calls;  /* all that is under way */
	struct pacer lanes[LANES]; /* of the whole subscription (R11.5) */
	struct arm_places places;
	struct skew skew;
	struct cloud_health health;
	char health_text[160];
	bool heard; /* it answered, or did not, in this process */
	void (*health_cb)(void *arg);
	void *health_arg;
};

/* One exchange with ARM: token, pacing, the retries that are safe (R11.4). */
struct arm_answer {
	int status;		 /* 0: none */
	const struct json *body; /* NULL: none or no JSON */
	const struct http_headers *headers;
	struct err
	    err; /* code ERR_NONE for 2xx; ERR_UNKNOWN: a change may have been carried out */
	char code[64]; /* the cloud's word: "AllocationFailed" */
	int64_t retry_after_ms;
	int64_t quota_limit, quota_used, quota_asked; /* -1 not said */
};

typedef void arm_cb(void *arg, const struct arm_answer *a);

struct arm;
/* url: absolute, or a path below the record's ARM endpoint. body is taken; NULL none. */
struct arm *arm_send(struct cloud *c, const char *method, const char *url, struct json *body,
		     const char *request_id, arm_cb *cb, void *arg);
struct arm *arm_list(struct cloud *c, const char *url, arm_cb *cb,
		     void *arg); /* a page of a list, which may take longer (R11.6) */
void arm_cancel(struct arm *a);
void arm_waiting_go(
    struct cloud *c,
    const struct err *err); /* token.c: there is one now, or there is none (err) */

/* token.c */
bool token_ready(struct cloud *c); /* false: one is being fetched */
void token_drop(struct cloud *c);
void token_free(struct cloud *c);

/* error.c: pure */
void arm_error_read(struct arm_answer *a, int status, const struct json *body,
		    const char *text);
enum err_code arm_error_class(int status, const char *code, const char *message);

/* id.c: pure */
int azure_resource_id(const struct cloud_record *r, enum cloud_kind kind, const char *group,
		      const char *name, char *out, size_t out_max, struct err *err);
const char *id_name(const char *id);	/* last part */
const char *id_version(const char *id); /* the api-version for its type */
char *id_set(const char *id); /* of a Uniform set's member: the set; NULL else. yours */

/* body.c: pure */
struct json *body_of_change(const struct cloud_change *ch);
const char *method_of_change(const struct cloud_change *ch,
			     char **url); /* NULL: nothing to send for it */
char *nic_of_vm(const struct json *vm);	  /* its first card's id: yours; NULL none of its own */
int vm_read(struct cloud_vm *vm, const struct json *j); /* a VM as GET and list give it */

struct cloud_call { /* one thing that the engine asked for */
	struct cloud *cloud;
	struct cloud_call *next, **at;
	bool ending; /* its last callback runs: in no list any more, and freed after it */
	struct arm *arm;
	struct timer *timer;
	void (*free_state)(struct cloud_call *call);
	void *state;
	/* change and resume */
	cloud_stage_cb *stage_cb;
	enum cloud_verb verb;
	enum cloud_kind kind;
	char *id, *op_url, *location_url;
	unsigned int polls, errors;
	/* all else */
	union {
		cloud_look_cb *look;
		cloud_items_cb *items;
		cloud_vms_cb *vms;
		cloud_sizes_cb *sizes;
		cloud_quotas_cb *quotas;
		cloud_text_cb *text;
		cloud_regions_cb *regions;
	} cb;
	void *arg;
	char *next_url;
	unsigned int pages;
};

/* list.c: starts the next page; false: this was the last, or the list has no end. */
bool list_goes_on(struct cloud_call *call, const struct arm_answer *a, arm_cb *cb);
bool list_is_cut_off(const struct cloud_call *call, struct err *err);

struct cloud_call *call_new(struct cloud *c, void *arg);
/* Before its last callback: it may be cancelled there, or its cloud closed. */
void call_ending(struct cloud_call *call);
void call_free(struct cloud_call *call); /* no callback any more */
bool same_host(const struct cloud *c, const char *url);

struct cloud_call *azure_change(struct cloud *c, const struct cloud_change *ch,
				cloud_stage_cb *cb, void *arg);
struct cloud_call *azure_resume(struct cloud *c, const struct intent *in, cloud_stage_cb *cb,
				void *arg);
struct cloud_call *azure_look(struct cloud *c, enum cloud_kind kind, const char *id,
			      cloud_look_cb *cb, void *arg);
struct cloud_call *azure_items(struct cloud *c, const char *engine_id, const char *cluster_tag,
			       cloud_items_cb *cb, void *arg);
struct cloud_call *azure_vms(struct cloud *c, const char *group_id, const char *cluster_tag,
			     cloud_vms_cb *cb, void *arg);
struct cloud_call *azure_sizes(struct cloud *c, const char *region, cloud_sizes_cb *cb,
			       void *arg);
struct cloud_call *azure_console(struct cloud *c, const char *vm_id, cloud_text_cb *cb,
				 void *arg);
struct cloud_call *azure_quotas(struct cloud *c, const char *region, cloud_quotas_cb *cb,
				void *arg);
struct cloud_call *azure_regions(struct cloud *c, cloud_regions_cb *cb, void *arg);

#endif
