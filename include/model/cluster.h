/*
 * A cluster as the operator defined it (spec: an expanded template) and as it stands (state). Plain structs; owned by
 * whoever holds them: the engine keeps one per cluster, wire makes them from JSON for clients.
 */
#ifndef MODEL_CLUSTER_H
#define MODEL_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strs.h"
#include "model/budget.h"
#include "model/schedule.h"

#define NAME_MAX_CLUSTER 32 /* [a-z][a-z0-9-]*: becomes part of resource names */
#define NAME_MAX_ARRAY   16
#define CLUSTER_PARAMS_MAX 200

enum spot_policy { SPOT_NEVER, SPOT_ONLY, SPOT_THEN_ONDEMAND };
enum choose_policy { CHOOSE_COST, CHOOSE_PREFERENCE, CHOOSE_FEWEST, CHOOSE_BALANCED };
enum keep_policy {
	KEEP_DELETE,
	KEEP_KEEP,
	KEEP_SNAPSHOT, /* a snapshot of the disk is kept, and the disk deleted */
	KEEP_AUTO, /* in a template's text only: what was taken over is kept, what is new is deleted */
};

struct array_spec {
	char *name;         /* also the partition or queue */
	struct strs sizes;  /* VM sizes in the operator's order */
	struct strs zones;  /* empty: regional */
	enum spot_policy spot;
	double max_price;   /* USD per node and hour for spot; -1: up to the regular price */
	int64_t ondemand_nodes, ondemand_percent; /* with spot then on demand: so many are on demand whatever spot there is */
	int64_t min_nodes, max_nodes, max_cores; /* max -1: no limit of its own */
	int64_t warm_nodes; /* idle nodes beyond demand */
	int64_t idle_s, never_used_s, boot_s, spot_wait_s;
	bool colocated;     /* one placement group per job: InfiniBand */
	int64_t group_max;  /* nodes in a placement group */
	bool is_default;    /* jobs that name no partition go here */
	int64_t mem_reserve;/* bytes of each node that jobs do not get; -1: the larger of 1 GiB and 5 % */
	char *image;        /* NULL: the cluster's */
	struct strs features;
	bool foresee;       /* nodes are made ahead of the hours in which jobs had them in the weeks before (autoscale.md B7) */
	int64_t foresee_quantile; /* percent of these weeks that had no more: 70 is enough in 7 weeks of 10 */
	int64_t foresee_percent; /* of what the array costs: more is not spent ahead */
	struct schedule_window *schedule; /* hours with other numbers than these */
	size_t n_schedule;
	int64_t kept_ms;    /* an operator keeps all its nodes since then (R5.9); 0: nobody does. Of no template */
	char *kept_by;
};

struct storage_spec {
	char *name, *kind;  /* "nfs" */
	char *path;         /* exported by the head, mounted under the same path */
	enum keep_policy policy; /* at teardown; only what has a disk of its own can be kept */
	int64_t disk_gib;   /* a managed disk of this size; 0: it lies on the head's own */
	char *disk;         /* name of a kept disk to take over; NULL none */
	/* what became of it */
	char *from_id;      /* a kept snapshot that the disk is made from; NULL: it is made empty */
	char *disk_id;      /* once its name was fixed; NULL before. Of a snapshot that is all that is left of the disk: the snapshot */
	int64_t disk_ms;    /* since when it is there, and ours to pay; 0: it is not */
	double disk_price;  /* USD per hour; -1 unknown */
};

struct setting {
	char *name, *value;
};

struct cluster_spec {
	char *template_name, *template_hash; /* sha256 of the text it came from */
	struct strs params; /* "NAME=VALUE" as given, to expand another revision with */
	char *scheduler;    /* "slurm" */
	char *cloud;        /* name of the cloud record */
	char *region, *image, *admin_user;
	char *head_size;
	int64_t head_disk_gib;
	char *vnet_id;      /* an existing virtual network; NULL: made from vnet_cidr */
	char *vnet_cidr, *subnet_cidr, *subnet_name;
	struct array_spec *arrays;
	size_t n_arrays;
	struct storage_spec *storage;
	size_t n_storage;
	struct setting *settings; /* scheduler.settings of the template: go into the scheduler's own configuration */
	size_t n_settings;
	char *sample_job;   /* file under templates/jobs, or NULL */
	enum choose_policy choose;
	int64_t max_nodes, max_cores; /* -1: none */
	double max_price;   /* USD per hour of the whole cluster; -1: none */
	double budget_month;/* USD in a calendar month; -1: none. At its end no nodes are made for new jobs (autoscale.md B8) */
	bool budget_hard;   /* at its end nodes go when their jobs have ended, too */
	struct budget_spec *budgets; /* of arrays, users and accounts */
	size_t n_budgets;
	int64_t cycle_s;    /* reading of the scheduler */
};

enum cluster_state {
	CLUSTER_OFF,
	CLUSTER_STARTING,
	CLUSTER_RUNNING,
	CLUSTER_STOPPING,
	CLUSTER_DELETING,
	CLUSTER_DELETED,
	CLUSTER_RESIDUE, /* deleted with residue: something could not be removed (R8.7) */
	CLUSTER_FAILED,
	CLUSTER_KEPT,    /* torn down but for its storage, which goes on costing: it stays on the front page */
	CLUSTER_STATES
};

struct cluster {
	int64_t id;
	char *name;
	char short_id[9];      /* random hex, part of every resource name; a recreated cluster has another (R8.2) */
	enum cluster_state state;
	char *reason;          /* why it is in this state; "" when it speaks for itself */
	int64_t since_ms, created_ms;
	uint32_t owner_uid;
	char *owner;
	bool protect;          /* only an admin may unprotect; teardown is refused before */
	bool offers_due;       /* other sizes: the head's scheduler is to be told what it may offer */
	bool paused;           /* autoscaling off: by whom is in reason of the event */
	int64_t version;       /* of its definition: what somebody asked for, not what the engine found (R9.1) */
	struct cluster_spec spec;
	char *group_id;        /* resource group, once its name was fixed; "" before */
	char *head_id, *head_host, *head_address; /* VM of the head; "" until known */
	int64_t head_up_ms;    /* since when that VM runs and costs; 0: it does not */
	double head_price;     /* USD per hour when it was started; -1 unknown */
};

void array_spec_init(struct array_spec *a); /* the defaults of autoscale.md 11 */
void array_spec_clear(struct array_spec *a);
void cluster_spec_init(struct cluster_spec *s);
void cluster_spec_clear(struct cluster_spec *s);
const struct array_spec *cluster_array(const struct cluster_spec *s, const char *name);
const char *array_image(const struct cluster_spec *s, const struct array_spec *a); /* its own, or the cluster's */
bool storage_has_disk(const struct storage_spec *s);
bool storage_is_snapshot(const struct storage_spec *s); /* what is there of it is a snapshot, no disk */
const char *storage_disk_name(const struct storage_spec *s); /* of the disk that is there; "" none */
bool cluster_holds_data(const struct cluster *c, const struct storage_spec *s); /* on a disk, a snapshot, or its head's own disk */
enum keep_policy cluster_fate_of(const struct cluster *c, const struct storage_spec *s); /* at a teardown for which nobody chooses */
bool cluster_loses_data(const struct cluster *c); /* at such a one */
void storage_spec_clear(struct storage_spec *s);
bool cluster_rests(const struct cluster *c);   /* off or kept: there are no machines */
double cluster_disks_price(const struct cluster *c); /* USD per hour of the disks that are there; -1: one is unknown */
const char *cluster_setting(const struct cluster_spec *s, const char *name, const char *fallback);
void cluster_clear(struct cluster *c);
#define CLUSTER_ETAG 40
const char *cluster_etag(char out[CLUSTER_ETAG], const struct cluster *c); /* "\"1a2b3c4d.7\"": one that is made anew has another */
bool cluster_name_ok(const char *name, struct err *err);

const char *cluster_state_name(enum cluster_state s);  /* "running" */
const char *cluster_state_short(enum cluster_state s); /* "RUN": tui.md 3 */
enum cluster_state cluster_state_of(const char *name);
bool cluster_is_ending(enum cluster_state s); /* or has ended: it makes no node any more */
const char *keep_policy_name(enum keep_policy p);      /* "delete" "keep" "snapshot" */
enum keep_policy keep_policy_of(const char *name);     /* anything but a clear word keeps: data is lost only when somebody said so */
const char *spot_policy_name(enum spot_policy p);      /* "never" "only" "then_ondemand" */
int spot_policy_of(const char *name);                  /* -1 when there is no such word */
const char *choose_policy_name(enum choose_policy p);  /* "cost" "preference" "fewest_nodes" "balanced" */
int choose_policy_of(const char *name);

#endif
