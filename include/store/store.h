/*
 * What the engine must still know after a crash (R2). One writer connection, migrations forward only, one file per noun.
 * Functions that change a row write its event or audit row in the same transaction when given one; callers group the
 * changes of a loop turn with store_begin/store_commit. After ERR_UNKNOWN from a commit the engine exits and restarts.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/strs.h"
#include "model/charge.h"
#include "model/cluster.h"
#include "model/history.h"
#include "model/node.h"
#include "model/work.h"

struct store;

struct store *store_open(const char *path, bool any_file_system, struct err *err); /* migrates, checks (R2.7), makes engine_id once */
void store_close(struct store *st); /* in order: the next open need not look at every page for it */
bool store_was_open(const struct store *st); /* the engine that had it before did not close it */
/* Hears of an unknown outcome (R2.4) and of damage (R2.7) at once, whoever wrote or read. */
void store_on_trouble(struct store *st, void (*cb)(void *arg, const struct err *why), void *arg);
/*
 * R2.7: the whole file is looked at after a crash of the machine, and when that was not done for a week. Pure: what the store
 * says of its last end and look, and what is now.
 */
struct store_last {
	const char *boot;   /* the boot that had it open last; "" not known */
	bool clean;	    /* it was closed in order */
	int64_t checked_ms; /* when the whole file was looked at; 0 never */
};
bool store_needs_look(const struct store_last *last, const char *boot, int64_t now_ms);
int64_t store_wal_bytes(const struct store *st);
int store_checkpoint(struct store *st, struct err *err); /* R2.8 */
const char *store_engine_id(const struct store *st); /* 32 hex digits (R3.1) */
int store_begin(struct store *st, struct err *err);  /* nests; ERR_FULL without room on the disk (R2.5) */
bool store_begun(const struct store *st);
bool store_has_room(const struct store *st);
int store_commit(struct store *st, struct err *err);
void store_rollback(struct store *st);
bool store_file_moved(const struct store *st);       /* R2.6 */
int store_backup(struct store *st, const char *path, struct err *err);
int store_restore(const char *backup, const char *path, struct err *err); /* engine not running; the old file is kept as PATH.replaced-TIME; sets adoption mode (R2.10) */
int64_t store_free_bytes(const struct store *st);    /* of its file system */
bool store_low_on_room(const struct store *st);      /* R2.5: time to warn */
bool store_room_is_low(int64_t free, int64_t all);   /* the same of a disk of so many bytes. Pure */
int store_release_ballast(struct store *st, struct err *err); /* R2.5 */

/* Why nothing may be changed before an admin decided what is ours: restored, or a copy in another place. NULL: no such reason. */
const char *store_adoption(struct store *st); /* borrowed until the next call, as store_fact() is */

/* Small facts by name: "adoption", "home", "price_json", ... NULL or "" when absent. */
const char *store_fact(struct store *st, const char *name); /* borrowed until the next call */
int store_set_fact(struct store *st, const char *name, const char *value, struct err *err);

/* clusters: spec is kept as JSON by wire/cluster */
int store_cluster_add(struct store *st, struct cluster *c, struct err *err); /* sets id; ERR_EXISTS for a live cluster of that name */
int store_cluster_save(struct store *st, const struct cluster *c, struct err *err);
int store_clusters(struct store *st, struct cluster **out, size_t *n, bool deleted_too, struct err *err); /* yours to clear and free */
int store_cluster_names(struct store *st, struct strs *out, struct err *err); /* "SHORT_ID NAME" of all that ever were */
int store_tombstone_add(struct store *st, const struct cluster *c, const struct json *proof, const char *actor, struct err *err);

/*
 * R9.1: a cluster's definition as it was in each version. Adding one that is there changes nothing, so that the one from
 * before a change can be kept without asking.
 */
struct edition {
	int64_t version, at_ms;
	char actor[64], verb[40];
};
int store_edition_add(struct store *st, const struct cluster *c, const char *actor, const char *verb, struct err *err);
int store_edition_get(struct store *st, int64_t cluster_id, int64_t version, struct cluster *out, struct err *err); /* out: cleared before, yours; ERR_NOT_FOUND */
int store_editions_since(struct store *st, int64_t cluster_id, int64_t version, struct edition **out, size_t *n, struct err *err); /* newest first; yours to free */

/* The texts that clusters were made from, by their hash. */
struct revision {
	char hash[65];
	int64_t at_ms; /* when a cluster was first made from it */
};
int store_revision_add(struct store *st, const char *template_name, const char *hash, const char *text, int64_t at_ms, struct err *err); /* known ones stay */
int store_revision_text(struct store *st, const char *hash, char **text, struct err *err); /* ERR_NOT_FOUND; yours to free */
int store_revisions(struct store *st, const char *template_name, struct revision **out, size_t *n, struct err *err); /* newest first */

/* nodes */
int store_node_add(struct store *st, struct node *n, struct err *err); /* sets id */
int store_node_save(struct store *st, const struct node *n, struct err *err);
int store_node_set_state(struct store *st, struct node *n, enum node_state to, const char *reason, int64_t now_ms,
			 struct event *why, struct err *err); /* node row and event row in one transaction; why may be NULL */
int store_nodes(struct store *st, int64_t cluster_id, struct node **out, size_t *n, bool gone_too, struct err *err);
int store_node_forget_gone(struct store *st, int64_t before_ms, struct err *err); /* history: 7 days */

/* intents and operations */
int store_intent_add(struct store *st, struct intent *in, struct err *err); /* sets id */
int store_intent_save(struct store *st, const struct intent *in, struct err *err);
int store_intents_open(struct store *st, int64_t cluster_id, struct intent **out, size_t *n, struct err *err);
int store_intent_names(struct store *st, int64_t cluster_id, struct strs *resource_ids, struct err *err); /* every id ever recorded (R8.6), with "KIND " in front */
int store_intent_asked(struct store *st, int64_t cluster_id, struct strs *resource_ids, struct err *err); /* those that were asked for, not for their end alone; ids alone */
int store_op_add(struct store *st, struct operation *o, struct err *err);
int store_op_save(struct store *st, const struct operation *o, struct err *err);
int store_ops(struct store *st, int64_t cluster_id, bool open_only, size_t most, struct operation **out, size_t *n, struct err *err); /* newest first; cluster 0: all */
int store_op_get(struct store *st, int64_t id, struct operation *out, struct err *err);

/* what was found in a cloud and decided of (R7) */
int store_found_save(struct store *st, const struct found *f, struct err *err);
int store_found_forget(struct store *st, const char *id, struct err *err);
int store_founds(struct store *st, struct found **out, size_t *n, struct err *err);

/* events and audit */
int store_event_add(struct store *st, struct event *e, struct err *err); /* sets seq */
int store_events(struct store *st, int64_t cluster_id, int64_t after_seq, size_t most, struct event **out, size_t *n, struct err *err); /* newest last */
int store_audit_add(struct store *st, struct audit *a, struct err *err); /* sets seq, prev, hash */
int store_audits(struct store *st, int64_t before_seq, size_t most, struct audit **out, size_t *n, struct err *err);
struct audit_span {
	int64_t rows, first, last, last_ms; /* first: above 1 when what was before it was pruned */
	char hash[65];                      /* of the last */
	bool done;
};
/* The next `most` rows; span is all zero at first. err names the first row that does not fit. */
int store_audit_verify(struct store *st, struct audit_span *span, int64_t most, struct err *err);
int store_audits_after(struct store *st, int64_t seq, size_t most, struct audit **out, size_t *n, struct err *err); /* oldest first */
#define AUDIT_PRUNE   "audit prune"
#define AUDIT_ROWS_TO "audit rows up to " /* and the number: the object of that verb */
int store_audit_row(struct store *st, int64_t seq, struct audit *out, struct err *err);
int store_audit_before(struct store *st, int64_t before_ms, int64_t *seq, struct err *err); /* the last of those that are all older; 0 none */
/* In the caller's transaction: told (actor, origin, role, reason, result are the caller's) becomes the row that has the hash of the last one that goes. */
int store_audit_prune(struct store *st, int64_t to_seq, struct audit *told, int64_t *pruned, struct err *err);
/* Digests for before_hash and after_hash: of the object's JSON as it is stored and told. */
void store_digest_json(char out[65], struct json *take);
void store_digest_cluster(char out[65], const struct cluster *c);
void store_digest_node(char out[65], const struct node *n);
void store_digest_operation(char out[65], const struct operation *o);

/* what makes a repeated request answer the same (R9.2): kept 24 h */
int store_reply_add(struct store *st, const char *key, const char *body_hash, int status, const char *body, struct err *err);
int store_reply_get(struct store *st, const char *key, char body_hash[65], int *status, char **body, struct err *err); /* ERR_NOT_FOUND */

/* capacity memory: buckets in back-off survive a restart */
struct backoff {
	char key[200];      /* array|size|zone|spot|group */
	int64_t until_ms, length_ms;
	int64_t boots_failed; /* in a row: two close it for a while, ten until somebody says otherwise (R5.8) */
	char why[160];
	char console[160]; /* what the last machine that did not join wrote */
};
int store_backoff_save(struct store *st, int64_t cluster_id, const struct backoff *b, struct err *err);
int store_backoffs(struct store *st, int64_t cluster_id, struct backoff **out, size_t *n, struct err *err);

/* spot machines: what a bucket was like, and how often each job lost its machine */
struct spot_past {
	char key[200];   /* as of a back-off */
	int64_t node_ms; /* time of machines that are gone */
	int64_t taken;   /* of them by the cloud, and the work that was lost with those */
	int64_t lost_ms;
};
int store_spot_save(struct store *st, int64_t cluster_id, const struct spot_past *p, struct err *err);
int store_spots(struct store *st, int64_t cluster_id, struct spot_past **out, size_t *n, struct err *err);
int store_job_taken(struct store *st, int64_t cluster_id, const char *job, int64_t at_ms, struct err *err); /* once more */
typedef void store_taken_cb(void *arg, const char *job, int64_t times);
int store_jobs_taken(struct store *st, int64_t cluster_id, store_taken_cb *cb, void *arg, struct err *err);
int store_jobs_taken_forget(struct store *st, int64_t before_ms, struct err *err);

/* who asked for jobs to be cancelled: until they have left the queue */
#define STORE_CANCEL_JOBS 100000 /* of one asking */
int store_cancel_add(struct store *st, int64_t cluster_id, const char *actor, const struct strs *jobs, int64_t at_ms, int64_t *id, struct err *err);
int store_cancel_drop(struct store *st, int64_t id, struct err *err); /* it was refused */
int store_cancels_forget(struct store *st, int64_t before_ms, struct err *err);
typedef void store_cancel_cb(void *arg, const char *actor, int64_t at_ms, const struct strs *jobs);
int store_cancels(struct store *st, int64_t cluster_id, store_cancel_cb *cb, void *arg, struct err *err); /* the oldest first */

/* the curves of a live cluster: pictures, not facts, so a damaged one reads as empty */
int store_history_save(struct store *st, int64_t cluster_id, const struct history *h, struct err *err);
int store_history_get(struct store *st, int64_t cluster_id, struct history *out, struct err *err);
int store_history_forget(struct store *st, struct err *err); /* of clusters that are gone */

/* jobs that finished: Slurm forgets them after MinJobAge, and accounting may be off */
struct job_record {
	char id[64], name[128], user[64], account[40], partition[64], state[16], nodes[256];
	char reason[64];
	char output[512], errors[512], script[512], cwd[512]; /* paths on the head; "" not known */
	int64_t submit_s, start_s, end_s;
	int64_t exit_code, exit_signal; /* -1 unknown */
	int64_t cpus, nodes_min, limit_s;
};
int store_job_seen(struct store *st, int64_t cluster_id, const struct job_record *j, struct err *err); /* insert or update */
int store_job_find(struct store *st, int64_t cluster_id, const char *id, struct job_record *out, struct err *err); /* the last of that id */
int store_jobs_ended(struct store *st, int64_t cluster_id, int64_t since_s, size_t most, struct job_record **out, size_t *n, struct err *err); /* the last that ended, newest first; yours to free */
int store_jobs_forget(struct store *st, int64_t before_s, struct err *err);
int store_jobs_forget_most(struct store *st, int64_t kept, struct err *err); /* but the last `kept` that ended */

/*
 * The ledger of money. "Metered until" and the charges up to it are one commit, so that a kill neither loses nor repeats
 * a charge: what came after is metered again from the nodes' own rows. Clusters go by name here: one that was deleted
 * and made anew is one in the books.
 */
int store_charges_add(struct store *st, int64_t cluster_id, const struct charge *v, size_t n, const struct job_charge *jobs, size_t n_jobs, int64_t until_ms, struct err *err);
int store_metered_until(struct store *st, int64_t cluster_id, int64_t *until_ms, struct err *err); /* 0: never */
int store_spent(struct store *st, int64_t cluster_id, int64_t *nano, struct err *err);
struct spent_of { /* of charges; NULL: of all */
	int64_t from_ms, to_ms; /* of the hours that begin in it */
	const char *array, *user, *account;
};
int store_spent_of(struct store *st, const char *cluster, const struct spent_of *of, int64_t *nano, struct err *err);
int store_spent_since(struct store *st, const char *cluster, int64_t from_ms, int64_t *nano, struct err *err);
typedef void store_charge_cb(void *arg, const char *cluster, const struct charge *c);
/* Hours from_ms <= hour < to_ms; cluster NULL: all. */
int store_charges(struct store *st, const char *cluster, int64_t from_ms, int64_t to_ms, store_charge_cb *cb, void *arg, struct err *err);
/* Of jobs that ran in that time, dearest first; each with all that it cost. Yours to free. */
struct store_need { /* of an array in an hour */
	int64_t hour_ms, busy_ms, nano, ahead_nano; /* node time that jobs had; what its nodes cost, and of that CHARGE_AHEAD */
	const char *array;
};
typedef void store_need_cb(void *arg, const struct store_need *n);
int store_needs(struct store *st, const char *cluster, int64_t from_ms, int64_t to_ms, store_need_cb *cb, void *arg, struct err *err);
int store_job_charges(struct store *st, const char *cluster, int64_t from_ms, int64_t to_ms, size_t most, struct job_charge **out, size_t *n, struct err *err);
int store_job_charges_sum(struct store *st, const char *cluster, int64_t from_ms, int64_t to_ms, int64_t *nano, int64_t *node_ms, struct err *err); /* of all of them */
int store_job_charges_forget(struct store *st, int64_t before_ms, struct err *err); /* jobs that ended before */

#endif
