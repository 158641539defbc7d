/*
 * The engine: the only process that opens the store, talks to clouds and polls schedulers. Everything a client may ask for
 * goes through these functions, on the loop's thread; answers that need the outside come by callback. Acts are recorded
 * (intent, operation, event, audit) before they happen, so that a kill at any point loses and leaks nothing.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/strs.h"
#include "engine/plan.h"
#include "model/cluster.h"
#include "model/history.h"
#include "model/limits.h"
#include "model/node.h"
#include "model/queue.h"
#include "model/user.h"
#include "model/view.h"
#include "model/work.h"
#include "provider/provider.h"

struct engine;

/* What becomes of things that bear our tags and that no row knows (R7.2). */
enum orphan_policy { ORPHANS_ASK, ORPHANS_AUTO, ORPHANS_OFF };
struct orphan_rules {
	enum orphan_policy nodes; /* machines of arrays: they hold no data */
	enum orphan_policy rest;
};

struct engine_options {
	const char *state_dir;           /* 0700, holds engine.db, engine.lock, keys/, known_hosts, ssh/ */
	const struct cloud_record *clouds; /* borrowed for the engine's life */
	size_t n_clouds;
	const struct strs *template_folders;
	struct orphan_rules orphans;
	const struct limits *limits; /* borrowed for the engine's life; NULL: the usual ones */
	const char *cloud_start; /* borrowed, too: the command that starts a simulated cloud again; NULL: nobody knows */
	bool any_file_system;
	bool take_over; /* clusters on which another engine's life acts (R3.4) */
};

#define BACKUP_DIR "backups" /* below the state folder: what the engine keeps by itself (R2.9) */

int engine_lock(const char *state_dir, struct err *err); /* held until it is closed; -1: an engine uses the folder */
struct engine *engine_new(struct loop *l, const struct engine_options *o, struct err *err); /* takes the lock (R1.1), opens the store, resumes what was under way */
void engine_free(struct engine *e);

/* Called once per loop turn in which something changed: the server flushes its streams. */
void engine_on_change(struct engine *e, void (*cb)(void *arg), void *arg);
struct store;
void engine_fatal(struct engine *e, const struct err *err); /* R2.4: what was written is unknown; does not return */
struct store *engine_store(struct engine *e); /* for the server's memory of answers (R9.2) and for backups */
uint64_t engine_revision(const struct engine *e); /* grows with each change */

/* Reading. Pointers are borrowed until control returns to the loop. */
size_t engine_clusters(const struct engine *e, const struct cluster *const **out);
const struct cluster *engine_cluster(const struct engine *e, const char *name); /* NULL when there is none */
int engine_no_cluster(const struct engine *e, const char *name, struct err *err); /* -1: says so, with the nearest name */
size_t engine_nodes(const struct engine *e, const struct cluster *c, const struct node *const **out); /* live ones */
const struct queue *engine_queue(const struct engine *e, const struct cluster *c); /* last whole reading; NULL none yet */
const struct queue *engine_past(const struct engine *e, const struct cluster *c);  /* jobs that ended lately, newest first; NULL none */
const struct plan *engine_plan(const struct engine *e, const struct cluster *c);   /* last decision; NULL none yet */
const struct demand *engine_demand(const struct engine *e, const struct cluster *c);
const struct facts *engine_facts(const struct engine *e, const struct cluster *c);
int engine_events(struct engine *e, const char *cluster, int64_t after_seq, size_t most, struct event **out, size_t *n, struct err *err);
int engine_operations(struct engine *e, const char *cluster, bool open_only, size_t most, struct operation **out, size_t *n, struct err *err);
int engine_operation(struct engine *e, int64_t id, struct operation *out, struct err *err);
#define ENGINE_OP_STEPS 24
size_t engine_op_steps(enum op_kind kind, const char *out[ENGINE_OP_STEPS]); /* their names, in order */
int64_t engine_op_deadline(const struct operation *o); /* until when its step should end (R4.6); 0: it waits for jobs */
const char *engine_op_cancel_off(const struct operation *o);                 /* why it cannot be taken back now; NULL: it can */
struct json *engine_op_changes(const struct engine *e, int64_t id);          /* its cloud changes under way: [{verb,kind,resource,state,tries,next_try_ms,error}]. New */
int engine_audits(struct engine *e, int64_t before_seq, size_t most, struct audit **out, size_t *n, struct err *err);

/*
 * R9.1: -1 and ERR_STALE when none of the entity tags ("*": any) is that of the cluster as it is now. *told, new: the present
 * etag, and what changed since the version that was meant: {etag, editions[{version,at_ms,actor,verb}], changes[{what,from,to}]}.
 */
int engine_if_match(struct engine *e, const char *name, const char *tags, struct json **told, struct err *err);
/* R9.5: session has a cluster or template open for 60 s from now (on), or has closed it; {editing[{who,doing,since_ms}], renew_ms} of others. New. */
struct edit_note {
	bool on;
	const char *session, *doing;
};
struct json *engine_edit(struct engine *e, const struct user *u, const char *kind, const char *name, const struct edit_note *note);
struct json *engine_editing(const struct engine *e, const char *kind, const char *name); /* new: the list alone, of all */

/*
 * The audit, exported and pruned (R10.3). What was exported is told with the hash of its last row, which shows that it was read; only
 * that may go, and the row that says so bears the hash of the last one that went, so that the chain can still be followed.
 */
int engine_audits_after(struct engine *e, int64_t seq, size_t most, struct audit **out, size_t *n, struct err *err); /* oldest first */
struct json *engine_audit_exported(struct engine *e, const struct user *u, int64_t to, const char *hash, const char *file, struct err *err);
struct json *engine_audit_prunable(struct engine *e, int64_t before_ms, struct err *err); /* {rows, to, to_ms}: what prune would remove, up to which row of when */
struct json *engine_audit_prune(struct engine *e, const struct user *u, int64_t before_ms, const char *reason, struct err *err); /* {pruned, to, left}: left, the rest waits for another call */
typedef void engine_done_cb(void *arg, const struct json *result, const struct err *err); /* never NULL both */
void engine_audit_verify(struct engine *e, engine_done_cb *cb, void *arg); /* {rows, first, last}; in pieces, so that nobody waits for it */
char *engine_backup(struct engine *e, const struct user *u, struct err *err); /* a copy of the store beside it; its path is yours */
struct json *engine_limits(const struct engine *e); /* new: {limits[{name,value,usual,min,max,unit,text,help}]} */

void engine_view(const struct engine *e, const struct cluster *c, struct cluster_view *out);
void engine_row(const struct engine *e, struct engine_row *out); /* user and role are left empty */
size_t engine_arrays(const struct engine *e, const struct cluster *c, struct array_row **out); /* yours to free */
const struct history *engine_history(const struct engine *e, const struct cluster *c); /* borrowed */
/* As a client shows it: it ends with how the cluster stands at this moment. */
void engine_history_row(const struct engine *e, const struct cluster *c, enum history_span span, struct history_row *out);
size_t engine_templates(struct engine *e, struct template_row **out);                          /* yours to free */
struct json *engine_template(struct engine *e, const char *name, struct err *err); /* new: text, parameters, problems */
struct json *engine_template_text(struct engine *e, const char *name, const char *text, struct err *err); /* new: the same of a text that is being written */
/*
 * What a cluster of these values would be and cost, without making it: {problems[], checks[], cost{}, creates{}, pending}
 * (engine/check.h). offer: a parameter whose usual values are wanted too (offers[]), or NULL. New.
 */
struct json *engine_check(struct engine *e, const char *name, const char *template_name, const struct strs *params, const char *offer, struct err *err);
/*
 * What differs between a revision that clusters were made from and the file as it is now: {lines[], changes[], add, change, destroy,
 * revisions[]}. cluster "": of no cluster; revision: its hash or the beginning of it, "" the last other one. New.
 */
struct json *engine_template_diff(struct engine *e, const char *name, const char *cluster, const char *revision, struct err *err);
/* What a cluster would take over: of its template's file, or with params of its own revision. {changes[], hash, possible, why_not}. New. */
struct json *engine_update_plan(struct engine *e, const char *name, const struct strs *params, struct err *err);
/*
 * For a form: the parameters of the cluster's own revision with the values that it has, {parameters[], etag}, each with "effect": "now",
 * "new_nodes", "new_cluster", "none" or, where that is not known, ""; and "fixed": why it is not changed while the cluster lives, "" where it may be. Then what values would come to: {problems[], checks[], plan{}, offers[]}. Both new.
 */
struct json *engine_update_form(struct engine *e, const char *name, struct err *err);
struct json *engine_update_check(struct engine *e, const char *name, const struct strs *params, const char *offer, struct err *err);
struct json *engine_disks(const struct engine *e); /* new: every managed disk, whose it is, what it costs; {disks[]} */
struct json *engine_status(const struct engine *e); /* new: clouds, calls, store, limits, versions: for people who look into the engine */

/*
 * What a cluster (NULL: all, those of the past too) cost, and costs now: rate, spent, forecast, budget, and the time from_ms to to_ms by kind,
 * cluster, array, user, job and hour or day. from_ms 0: since the month began; to_ms 0: until now. New.
 */
struct json *engine_cost(struct engine *e, const char *cluster, int64_t from_ms, int64_t to_ms, struct err *err);

/* -1 always: there is no such node, and what became of it if there was one. */
int engine_no_node(struct engine *e, const struct cluster *c, const char *name, struct err *err);
/* "why" in words and numbers: of a job id or node name; ERR_NOT_FOUND. */
int engine_why(struct engine *e, const struct cluster *c, const char *what, struct buf *out, struct err *err);
/* The last events of what is still there, as lines under a title; of what is gone engine_why()
 * tells them. */
void engine_why_events(struct engine *e, const struct cluster *c, const char *what,
		       struct buf *out);
/* What bears our tags and stands in no row: {adoption, adoption_why, waits_for, found[]} (R7, R2.10). */
struct json *engine_found(struct engine *e);
/* ids of it, or the last parts of ids; none: all that is undecided. {adopted, undecided, adoption, problems[]}. The last decision ends adoption mode. */
struct json *engine_adopt(struct engine *e, const struct user *u, const struct strs *ids, struct err *err);
struct json *engine_condemn_plan(struct engine *e, const struct strs *ids, struct err *err); /* {resources[], count, with_jobs, hash}; valid 10 min */
struct condemn_request {
	const char *plan_hash, *reason; /* reason: needed where jobs run */
	int64_t agreed;                 /* how many, as typed */
};
int engine_condemn(struct engine *e, const struct user *u, const struct strs *ids, const struct condemn_request *q, struct err *err);
/*
 * The teardown plan: what will be deleted, kept, killed, lost, saved; its hash is valid 10 min (R8.1), and so is its
 * hash_forced, which agrees to the same plan where running jobs are killed. keep: names of storage that is to be kept, "NAME=snapshot" where a
 * snapshot of it is; NULL as the template says. engine_delete() does what the plan of its hash says, by force only with hash_forced and
 * otherwise only with hash.
 */
struct json *engine_teardown_plan(struct engine *e, const struct cluster *c, const struct strs *keep, struct err *err);

/* Which jobs the end of these nodes by force would end (R6.3), of all nodes where nodes is NULL: {text}, as the audit will tell it. */
struct json *engine_killed(struct engine *e, const char *cluster, const struct strs *nodes, struct err *err);

/*
 * Safe mode (R1.6): after three crashes within five minutes, or with a store that is not what it was, the engine watches and
 * answers, and changes nothing until an admin ends it.
 */
int engine_refuses(const struct engine *e, struct err *err); /* -1: it is in safe mode, with why and what to do */
int engine_resume(struct engine *e, const struct user *u, const char *reason, struct err *err);
/* R11.3: what keeps calls back after failures in a row is reset. */
int engine_cloud_retry(struct engine *e, const struct user *u, const char *name, struct err *err);
/* R3.4: clusters that an engine with a copy of this state acts on are this one's from here; n: how many. */
int engine_take_over(struct engine *e, const struct user *u, const char *reason, size_t *n, struct err *err);

/* Acting. Each writes its audit row; *op is the operation to watch, 0 when it was done at once. */
/* Whether a cluster can be is known once its region was read: cb comes then, in a later turn (ends: with the engine).
 * false: there is nothing to wait for. */
bool engine_region_await(struct engine *e, const char *template_name, const struct strs *params, void (*cb)(void *arg, bool ends), void *arg);
int engine_create(struct engine *e, const struct user *u, const char *name, const char *template_name, const struct strs *params, struct err *err);
int engine_start(struct engine *e, const struct user *u, const char *name, int64_t *op, struct err *err);
int engine_stop(struct engine *e, const struct user *u, const char *name, bool force, const char *reason, int64_t *op,
                struct err *err); /* a force has a reason (R6.3) */
int engine_delete(struct engine *e, const struct user *u, const char *name, const char *plan_hash,
		  const char *typed_name, bool force, const char *reason, int64_t *op, struct err *err);
int engine_protect(struct engine *e, const struct user *u, const char *name, bool protect, struct err *err); /* R8.1: of a protected one there is no teardown */
int engine_pause(struct engine *e, const struct user *u, const char *name, bool paused, struct err *err);
int engine_update(struct engine *e, const struct user *u, const char *name, const struct strs *params, const char *plan_hash, struct err *err);
int engine_op_retry(struct engine *e, const struct user *u, int64_t id, const char *item, struct err *err); /* now, instead of at its next try; item of a teardown, "": all */
int engine_op_cancel(struct engine *e, const struct user *u, int64_t id, struct err *err);
int engine_op_skip(struct engine *e, const struct user *u, int64_t id, const char *item, struct err *err); /* a teardown leaves this resource, with its price. New */
int engine_node_drain(struct engine *e, const struct user *u, const char *cluster, const struct strs *nodes, const char *reason, struct err *err);
int engine_node_undrain(struct engine *e, const struct user *u, const char *cluster, const struct strs *nodes, struct err *err);
int engine_node_terminate(struct engine *e, const struct user *u, const char *cluster, const struct strs *nodes, const char *reason, bool force, struct err *err);
void engine_nodes_silent(const struct engine *e, const char *cluster, const struct strs *nodes, struct strs *out); /* of these, that do not answer */
void engine_nodes_with_jobs(const struct engine *e, const char *cluster, const struct strs *nodes, struct strs *out); /* of these, that drain until jobs end */
int engine_node_keep(struct engine *e, const struct user *u, const char *cluster, const struct strs *nodes, bool keep, struct err *err);

/* R5.9: none of its nodes goes by itself. R5.8: what of it (none named: of any) rests or is protected is tried again now. */
int engine_array_keep(struct engine *e, const struct user *u, const char *cluster, const struct strs *arrays, bool kept, struct err *err);
int engine_array_retry(struct engine *e, const struct user *u, const char *cluster, const struct strs *arrays, struct err *err);

/* Jobs go to the scheduler on the head; the callback gives its answer. */
int engine_job_submit(struct engine *e, const struct user *u, const char *cluster, const struct json *request, engine_done_cb *cb, void *arg, struct err *err); /* {script_text|script_path, name, file, array, partition, cwd, key, account, nodes, cpus, mem, time, args[] (of the scheduler), words[] (of the script)}; file: the name of a text that neither "name" nor the text itself names */
int engine_job_act(struct engine *e, const struct user *u, const char *cluster, const char *verb, const struct strs *ids, engine_done_cb *cb, void *arg, struct err *err); /* cancel hold release requeue */
int engine_job_detail(struct engine *e, const char *cluster, const char *id, engine_done_cb *cb, void *arg, struct err *err);

/* A window of what a job writes, of one that ended too: {path,stream,text,binary,from,next,size,line,written_s,live}. from < 0: the last -from bytes. */
int engine_job_log(struct engine *e, const char *cluster, const char *job, bool errors, int64_t from, int64_t most, engine_done_cb *cb, void *arg, struct err *err);
/* What lies where a job writes, written while it ran: {folder,cut,files[{path,size,written_s,folder,what}]}; what: "stdout", "stderr" or "". */
int engine_job_files(struct engine *e, const char *cluster, const char *job, engine_done_cb *cb, void *arg, struct err *err);
/* What a node said on its way up and since, and what the engine knows of it: {text}. */
int engine_node_log(struct engine *e, const char *cluster, const char *node, engine_done_cb *cb, void *arg, struct err *err);

/* Its script once more: {array,name,account,partition,nodes,time,cpus,mem,words[]}, each optional; the answer is that of a submission. */
int engine_job_resubmit(struct engine *e, const struct user *u, const char *cluster, const char *job, const struct json *changes, engine_done_cb *cb, void *arg, struct err *err);

/* For a form: what it was submitted with, {job,script,processes,values{},partitions[]}; then what changes would come to, {problems,checks} as of engine_check(). */
int engine_job_again(struct engine *e, const char *cluster, const char *job, engine_done_cb *cb, void *arg, struct err *err);
struct json *engine_job_again_check(struct engine *e, const char *cluster, const char *job, const struct json *changes, struct err *err);

/* How a client reaches a machine by ssh: {"argv":[...],"key":PATH,"transport":"ssh|local","host":NAME}, where NAME is what the machine calls itself; node NULL: the head. */
struct json *engine_ssh(struct engine *e, const struct user *u, const char *cluster, const char *node, struct err *err);

#endif
