/* A provider, asked and waited for: what its unit tests and the conformance driver share. A
 * question that gets no answer in time is cancelled and says so in `ended`. */
#ifndef TESTS_SUPPORT_ASK_H
#define TESTS_SUPPORT_ASK_H

#include "provider/provider.h"

#define ASK_REGION "westeurope"

struct ask {
	struct loop *loop;
	struct cloud *cloud;
	struct strs tags; /* on all that is made: engine e1, cluster c1 */
	char group[200], net[300], nsg[300], subnet[340], head[300], set[300], rdma[300];
};

/* What a change came to. */
struct outcome {
	int accepted, ended; /* ended 0: never */
	enum cloud_stage stage;
	enum err_code code;
	char cloud_code[64], address[48], host[64], url[2048], msg[320];
	int64_t quota_limit, retry_after_ms;
};

/* What lists and looks saw, copied out of the callback. */
struct seen {
	int ended;
	bool known;
	size_t n, in_set, running;
	enum cloud_look look;
	int64_t capacity;
	char address[48], first[3][100], set[300];
	enum err_code code;
	char msg[320];
};

/* cloud: opened on l with r; stays the caller's, as l does. -1 when the ids cannot be made. */
int ask_init(struct ask *a, struct loop *l, struct cloud *cloud, const struct cloud_record *r,
	     const char *group);
void ask_clear(struct ask *a);

bool ask_wait(const struct ask *a, const int *flag); /* false: a minute was not enough */
/* tags and request id are filled in, and the location where there is none */
struct outcome ask_change(struct ask *a, struct cloud_change ch);
struct outcome ask_resume(struct ask *a, const struct intent *in);
struct outcome ask_base(struct ask *a); /* group, NSG and network: the first that failed, or the last */
struct outcome ask_put_set(struct ask *a, enum cloud_verb verb, int64_t capacity); /* spot */
struct cloud_vm_spec ask_spec(const struct ask *a, const char *size, const char *name);
struct seen ask_vms(struct ask *a);
struct seen ask_items(struct ask *a, const char *engine, const char *cluster_or_group);
struct seen ask_look(struct ask *a, enum cloud_kind kind, const char *id);
struct seen ask_console(struct ask *a, const char *vm_id); /* msg: how it begins */
struct seen ask_sizes(struct ask *a);  /* known: an F2s_v2 with both prices */
struct seen ask_regions(struct ask *a); /* known: the one that is asked for is among them */
struct seen ask_quotas(struct ask *a); /* known: cores have a limit */

/* For changes that are to overlap: begun, and waited for later. o outlives both. */
struct cloud_call *ask_begin(struct ask *a, struct cloud_change ch, struct outcome *o);

#endif
