/*
 * A cloud, opened: the engine's only way to it. Changes go out as they stand in an intent; their outcome comes in stages,
 * so that the engine can commit each before the next (R4.1). Long-running operations, paging, tokens, throttling and the
 * retries that are safe by R11.4 are the provider's own; capacity, quota, conflict and invalid come back at once.
 * Which cloud it is (Azure, a national cloud, azsim) is a record of endpoints and nothing else.
 */
#ifndef PROVIDER_PROVIDER_H
#define PROVIDER_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cidr.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/strs.h"
#include "model/size.h"
#include "model/work.h"

struct cloud_record { /* one cloud of the configuration; strings owned by the record */
	char *name, *provider;         /* "azure" */
	bool simulated;                /* the cloud says so of itself; the console shows it */
	char *arm, *authority, *audience;
	char *ca_file;                 /* NULL: the system's */
	char *tenant, *subscription, *client_id;
	char *client_secret_file;      /* 0600 or 0640; read at use, never kept in the store (S7) */
	char *prices;                  /* retail price endpoint; NULL: none */
	char *transport;               /* how heads are reached: "ssh" or "local" */
	char *proxy_command;           /* ssh: ProxyCommand with %h %p; NULL none */
	char *proxy_jump;              /* ssh: ProxyJump; NULL none */
	char *bin;                     /* local: folder put in front of PATH */
	char *record_dir;              /* NULL: exchanges are not recorded */
};

void cloud_record_clear(struct cloud_record *r);
/* From a YAML file with one record (spec/azure-arm.md 1.1) or a list "clouds:"; err names line and column. */
int cloud_records_load(struct cloud_record **out, size_t *n, const char *path, struct err *err);

#define CLOUD_DATA_DISKS 16

struct cloud_data_disk { /* one that is there, to be attached */
	int lun;
	const char *id;
};

struct cloud_vm_spec { /* head or member profile; all borrowed during the call */
	const char *size, *image, *admin_user, *ssh_key; /* image: "publisher:offer:sku:version" or a resource id */
	const char *custom_data;       /* the script, not yet base64 */
	const char *subnet_id, *nsg_id;
	const char *computer_name;     /* head: its host name; scale set: the prefix */
	const char *zone;              /* "" regional */
	bool spot;
	double max_price;              /* -1: up to the regular price */
	int64_t disk_gib;              /* 0: the image's; ephemeral where the size can */
	bool ephemeral_disk, accelerated_net;
	struct cloud_data_disk disks[CLOUD_DATA_DISKS];
	size_t n_disks;
};

struct cloud_change {
	enum cloud_verb verb;
	enum cloud_kind kind;
	const char *id;                /* full resource id; CLOUD_MEMBERS: of the set */
	const char *location;
	const struct strs *tags;       /* "name=value" */
	const struct cloud_vm_spec *vm; /* CLOUD_VM, CLOUD_SCALESET */
	int64_t disk_gib;              /* CLOUD_DISK of this size: empty, or with what source_id holds */
	const char *source_id;         /* CLOUD_DISK: the snapshot that it is made from; CLOUD_SNAPSHOT: its disk; NULL none */
	int64_t capacity;              /* scale set: absolute */
	bool uniform_single_group;     /* scale set for InfiniBand (azure-arm.md 4.4) */
	const char *vnet_cidr, *subnet_name, *subnet_cidr, *nsg_id; /* CLOUD_NETWORK, CLOUD_NSG */
	const struct strs *members;    /* CLOUD_MEMBERS: instance ids (names, for Flexible) */
	const char *request_id;
};

enum cloud_stage {
	CLOUD_ACCEPTED, /* op_url must be committed; another stage follows */
	CLOUD_FINISHED, /* done; a delete of something absent is done too */
	CLOUD_REFUSED,  /* err says why; nothing further happens in the cloud (partial success: list the members) */
	CLOUD_OUTCOME_UNKNOWN, /* settle by cloud_look(), never by guessing (R4.2) */
};

struct cloud_stage_info {
	enum cloud_stage stage;
	const char *op_url;        /* ACCEPTED */
	const struct err *err;     /* REFUSED, OUTCOME_UNKNOWN */
	const char *cloud_code;    /* its own word: "AllocationFailed", "" none */
	int64_t retry_after_ms;    /* 0: not said */
	int64_t quota_limit, quota_used, quota_asked; /* -1: not about quota */
	const char *address, *host;/* FINISHED CLOUD_VM PUT: private address and computer name */
};

typedef void cloud_stage_cb(void *arg, const struct cloud_stage_info *i);

enum cloud_look { CLOUD_IS_THERE, CLOUD_IS_GONE, CLOUD_IS_CHANGING, CLOUD_IS_FAILED, CLOUD_LOOK_UNKNOWN };

struct cloud_item { /* anything that bears our tags */
	char *id, *type;
	char *engine_tag, *cluster_tag; /* "" when absent */
	char *array_tag, *node_tag, *storage_tag, *location;
	char *holder;       /* the id of what it is attached to, where a list says so; "" else */
	int64_t created_ms; /* by the cloud's clock, see health; 0: nothing says */
};

struct cloud_items {
	struct cloud_item *v;
	size_t n, cap;
};

enum cloud_power { POWER_UNKNOWN, POWER_STARTING, POWER_RUNNING, POWER_STOPPED, POWER_DEALLOCATED };

struct cloud_vm {
	char *id, *name, *host, *set_id, *size, *zone, *address; /* "" unknown */
	char *cluster_tag;
	bool spot, failed, deleting;   /* failed: provisioning failed, the machine will not come */
	enum cloud_power power;
	int64_t created_ms;            /* the cloud's own time */
};

struct cloud_vms {
	struct cloud_vm *v;
	size_t n, cap;
};

#define CLOUD_LANES 15 /* three of the whole subscription, and of regions those that are open */

struct cloud_lane { /* a kind of call in a region, with a breaker of its own (R11.1, R11.3); name NULL: none */
	const char *name;       /* "deletes", "writes", "reads" */
	const char *region;     /* "" of none */
	bool open;              /* nothing is sent but a probe, wait_ms from now */
	int64_t wait_ms;
	unsigned int in_a_row;  /* failures */
};

struct cloud_health { /* for the lamps and banners (R14.2); strings borrowed until the next call */
	bool ok;
	const char *text;       /* "throttled: writes, 12 s" */
	int64_t since_ms;
	int64_t skew_ms;        /* the cloud's clock minus ours, by the Date of its last replies (R12.2); 0 until there were some */
	int64_t calls, writes, throttled; /* since it was opened */
	struct cloud_lane lanes[CLOUD_LANES];
};

struct cloud;
/* One thing under way; cancelling it drops the callback, not what the cloud does. It ends with its last callback: there it
 * may still be cancelled, to no effect, and its cloud closed; after that it is gone. */
struct cloud_call;

struct cloud_sight { /* what a look found */
	enum cloud_look look;
	const struct cloud_vm *vm; /* CLOUD_VM that is there; NULL else */
	int64_t capacity;          /* CLOUD_SCALESET: sku.capacity; -1 else */
	/* what its price is made of; size "": of no machine */
	const char *size;
	bool spot, own_members;    /* own_members: a set whose machines are resources of their own */
	int64_t disk_gib;          /* of a disk or a snapshot; 0 else */
	const struct strs *tags;   /* CLOUD_GROUP that is there: "name=value"; NULL else */
	const char *engine_tag;    /* whose it is; "" nobody says */
	const char *held_by;       /* a card's machine, an address's card, a disk's machine; "" it is loose */
};

typedef void cloud_look_cb(void *arg, const struct cloud_sight *s, const struct err *err); /* err says why it is CLOUD_LOOK_UNKNOWN */
typedef void cloud_items_cb(void *arg, const struct cloud_items *items, const struct err *err); /* items NULL: unknown */
typedef void cloud_vms_cb(void *arg, struct cloud_vms *vms, const struct err *err); /* vms may be moved out, leaving it empty */
typedef void cloud_sizes_cb(void *arg, const struct vm_sizes *sizes, const struct err *err);
typedef void cloud_text_cb(void *arg, const char *text, size_t len, const struct err *err); /* text NULL: err says why */
typedef void cloud_regions_cb(void *arg, const struct strs *names, const struct err *err); /* names NULL: unknown */
typedef void cloud_quotas_cb(void *arg, const struct quotas *quotas, const struct err *err);

struct provider_ops {
	const char *name, *title;           /* "azure", "Azure": as people write it */
	int subnet_keeps;                   /* addresses of each subnet that are the cloud's own */
	const struct cidr *no_networks;     /* ranges of which it makes no network */
	size_t n_no_networks;
	struct cloud *(*open)(struct loop *l, const struct cloud_record *r, struct err *err); /* r must outlive it */
	void (*close)(struct cloud *c);
	struct cloud_call *(*change)(struct cloud *c, const struct cloud_change *ch, cloud_stage_cb *cb, void *arg);
	struct cloud_call *(*resume)(struct cloud *c, const struct intent *in, cloud_stage_cb *cb, void *arg); /* goes on polling in->op_url */
	struct cloud_call *(*look)(struct cloud *c, enum cloud_kind kind, const char *id, cloud_look_cb *cb, void *arg); /* vm for CLOUD_VM */
	struct cloud_call *(*items)(struct cloud *c, const char *engine_id, const char *cluster_tag, cloud_items_cb *cb, void *arg);
		/* Groups included. cluster_tag NULL: all of the engine. engine_id NULL: cluster_tag is the id of a group, and everything
		 * in it is told, whosever it is: what a teardown has to see before it may say that nothing is left. Both NULL: all groups,
		 * whosever they are, and nothing of what is in them. Complete or unknown. */
	struct cloud_call *(*vms)(struct cloud *c, const char *group_id, const char *cluster_tag, cloud_vms_cb *cb, void *arg);
	struct cloud_call *(*sizes)(struct cloud *c, const char *region, cloud_sizes_cb *cb, void *arg); /* with prices */
	struct cloud_call *(*quotas)(struct cloud *c, const char *region, cloud_quotas_cb *cb, void *arg);
	struct cloud_call *(*regions)(struct cloud *c, cloud_regions_cb *cb, void *arg); /* all that may be used */
	/* The end of what a machine wrote to its serial console, as it is: nothing of it is clean. NULL: the cloud keeps none. */
	struct cloud_call *(*console)(struct cloud *c, const char *vm_id, cloud_text_cb *cb, void *arg);
	void (*cancel)(struct cloud_call *call);
	void (*health)(struct cloud *c, struct cloud_health *out);
	/* Called within the turn in which health.ok changed. */
	void (*on_health)(struct cloud *c, void (*cb)(void *arg), void *arg);
	void (*close_breakers)(struct cloud *c); /* whoever asks knows that the cloud is well again */
	/* Names are computed, not drawn (R3.2). Fills the resource id; -1 when a part is too long or not allowed. */
	int (*resource_id)(const struct cloud_record *r, enum cloud_kind kind, const char *group, const char *name,
			   char *out, size_t out_max, struct err *err);
};

extern const struct provider_ops provider_azure;
const struct provider_ops *provider_find(const char *name);

void cloud_items_clear(struct cloud_items *i);
void cloud_vm_clear(struct cloud_vm *vm);
void cloud_vms_clear(struct cloud_vms *v);
struct cloud_item *cloud_items_add(struct cloud_items *i);
struct cloud_vm *cloud_vms_add(struct cloud_vms *v);

/* The tags on everything of ours (R3.1). */
#define TAG_ENGINE     "paceline-engine"
#define TAG_CLUSTER    "paceline-cluster" /* short_id */
#define TAG_NODE       "paceline-node"
#define TAG_STORAGE    "paceline-storage" /* a disk's name in the template */
#define TAG_ARRAY      "paceline-array"
#define TAG_INTENT     "paceline-intent"
#define TAG_CREATED    "paceline-created"
#define TAG_VERSION    "paceline-version"
#define TAG_LEASE      "paceline-lease" /* of a cluster's group: which engine's life acts on it (engine/lease.h) */

#endif
