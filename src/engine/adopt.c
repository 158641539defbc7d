/*
 * Adoption (R2.10): rows that were restored or copied may be older than the cloud. Until an
 * admin has said of everything that was found whether it is ours to keep or to delete, nothing
 * is changed in any cloud and no command changes a scheduler. Decisions are written down at
 * once; what they lead to begins when the last one is made.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/act.h"
#include "engine/boot.h"
#include "engine/found.h"
#include "engine/intent.h"
#include "engine/lease.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/operation.h"

#define UNDO_MS	 10000
#define VALID_MS ((int64_t)10 * 60 * 1000)

bool engine_hands_off(const struct engine *e)
{
	return e->safe_mode || e->adoption;
}

bool adoption_ready(const struct engine *e, struct err *err)
{
	for (size_t i = 0; i < e->n_clouds; i++)
		if (!e->clouds[i].swept_ms) {
			err_set(err, ERR_CONFLICT,
				"cloud %s has not told yet what it holds: wait for its list",
				e->clouds[i].record->name);
			return false;
		}
	for (size_t i = 0; i < e->n_runs; i++)
		/* of one that is kept there are no machines */
		if (e->runs[i]->cloud && e->runs[i]->cluster.state != CLUSTER_KEPT &&
		    e->runs[i]->cloud_source.state != SOURCE_OK) {
			err_set(err, ERR_CONFLICT,
				"the machines of cluster %s were not listed yet: wait for it",
				e->runs[i]->cluster.name);
			return false;
		}
	return true;
}

static size_t undecided(const struct engine *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->finds.n; i++)
		n += find_undecided(e->finds.v[i]);
	return n;
}

/*
 * Adopt
 */

static void name_of(struct run *r, const struct array_spec *a, const struct cloud_vm *vm,
		    char out[40])
{
	const struct sched_node *sn = stranger_in_queue(r, vm);

	if (sn)
		snprintf(out, 40, "%s", sn->name);
	else
		snprintf(out, 40, "%s-%lld", a->name, (long long)member_free_index(r, a->name));
}

/* Under the name that the scheduler has for it: another name would send a drain to one machine
 * and the deletion to another. */
static int adopt_node(struct run *r, const struct cloud_vm *vm, struct err *err)
{
	const struct array_spec *a = array_of_set(r, vm->set_id);
	struct member *m;
	char name[40];

	if (!a)
		return err_set(err, ERR_INVALID, "%s is in no array of cluster %s", vm->name,
			       r->cluster.name);
	if (queue_is_unread(r))
		return err_set(
		    err, ERR_CONFLICT,
		    "the scheduler of %s has not answered: under which name %s works is unknown; wait for it, or condemn the machine",
		    r->cluster.name, vm->name);
	name_of(r, a, vm, name);
	m = member_find(r, name);
	if (m && m->node.vm_id[0])
		return err_set(
		    err, ERR_CONFLICT,
		    "%s works as %s, which stands here for machine %s: wait until that is known to be gone",
		    vm->name, name, m->node.vm_name);
	if (!m)
		m = member_of_stranger(r, a, vm, name);
	if (!m)
		return err_set(err, ERR_IO, "a row for %s could not be stored", vm->name);
	member_bind(r, m, vm);
	if (node_is_booting(m->node.state) && m->node.state != NODE_BOOTING)
		boot_feed(r, m, BOOT_EV_VM_BOUND, "adopted");
	member_save(r, m);
	if (vm->power == POWER_RUNNING)
		boot_feed(r, m, BOOT_EV_VM_RUNNING, "machine runs");
	note(r, EVENT_INFO, m->node.name, "adopted: machine %s", vm->name);
	return 0;
}

/* A part is ours when its name is recorded: the teardown goes by those. */
static int adopt_part(struct run *r, const struct found *f, struct err *err)
{
	enum cloud_kind kind = kind_of_type(f->type);
	char **to = kind == CLOUD_VM	  ? &r->cluster.head_id
		    : kind == CLOUD_GROUP ? &r->cluster.group_id
					  : NULL;

	if (intent_record(r, kind, f->id, err) < 0)
		return -1;
	if (to) {
		free(*to);
		*to = xstrdup(f->id);
		cluster_save(r);
	}
	note(r, EVENT_INFO, "", "adopted: %.300s", f->id);
	return 0;
}

static int keep_orphan(struct engine *e, const struct user *u, struct find *f, struct err *err)
{
	struct found row = f->f;

	row.state = FOUND_KEPT;
	row.decided_ms = clock_utc_ms();
	row.error[0] = row.plan_hash[0] = '\0';
	snprintf(row.actor, sizeof(row.actor), "%s", u->name);
	if (store_found_save(e->store, &row, err) < 0)
		return -1;
	f->f = row;
	note_site(e, EVENT_INFO, u->name, "kept: %.300s", f->f.id);
	return 0;
}

/* R7.5 */
static int residue_refused(const struct find *f, struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "%s bears a name of ours and no tag, so it is not provably ours: tag it "
		       "as the others of its cluster are, or delete it in the cloud yourself",
		       f->f.id);
}

static int adopt_found(struct engine *e, const struct user *u, struct find *f, struct err *err)
{
	struct run *r = run_by_tag(e, f->f.cluster_tag);
	const struct cloud_vm *vm = stranger_find(r, f->f.id);

	if (f->call || f->deleted)
		return err_set(err, ERR_CONFLICT, "%s is being deleted", f->f.id);
	if (f->what == FOUND_RESIDUE)
		return residue_refused(f, err);
	if (f->what == FOUND_ORPHAN)
		return keep_orphan(e, u, f, err);
	if (f->what == FOUND_PART)
		return adopt_part(r, &f->f, err);
	return vm ? adopt_node(r, vm, err)
		  : err_set(err, ERR_NOT_FOUND, "%s is in no listing any more", f->f.id);
}

/* What is decided of it: where it lies is the cloud's business. */
static void found_digest(char out[65], const struct found *f)
{
	struct json *j = json_new_object();

	json_set_str(j, "id", f->id);
	json_set_str(j, "type", f->type);
	json_set_str(j, "cluster_tag", f->cluster_tag);
	json_set_str(j, "state", found_state_name(f->state));
	json_set_str(j, "actor", f->actor);
	json_set_int(j, "decided_ms", f->decided_ms);
	store_digest_json(out, j);
}

static int adopt_one(struct engine *e, const struct user *u, struct find *f, struct err *err)
{
	struct deed a = { .by = u, .verb = "adopt", .object = f->f.id };

	if (find_is_storage(f) && !f->call && !f->deleted)
		return adopt_disk(e, u, f, err);
	if (store_begin(e->store, err) < 0)
		return -1;
	found_digest(a.before, &f->f);
	if (adopt_found(e, u, f, err) < 0) {
		store_rollback(e->store);
		return -1;
	}
	if (f->what == FOUND_ORPHAN) /* else it is a row of its cluster now */
		found_digest(a.after, &f->f);
	if (audit_write(e, &a, err) < 0)
		engine_fatal(e, err); /* memory has it */
	if (store_commit(e->store, err) < 0)
		engine_fatal(e, err);
	if (f->what != FOUND_ORPHAN)
		find_forget(e, f);
	return 0;
}

/*
 * The end of adoption mode
 */

/* What the old rows had under way is over: its outcome was found, or was not there. */
static void forget_plans(struct run *r)
{
	operation_void(r, "cut off when the store was restored");
	intents_void(r, "the store was restored: what came of it was looked at");
	for (size_t i = r->n_members; i-- > 0;)
		if (!r->members[i]->node.vm_id[0] && node_is_booting(r->members[i]->node.state))
			boot_feed(
			    r, r->members[i], BOOT_EV_TOO_LATE,
			    "asked for before the store was restored: no machine was adopted for it");
}

int find_carry_out(struct engine *e, struct find *f, struct err *err)
{
	struct run *r = run_by_tag(e, f->f.cluster_tag);
	const struct cloud_vm *vm = stranger_find(r, f->f.id);
	const struct array_spec *a = vm ? array_of_set(r, vm->set_id) : NULL;
	struct member *m;
	char name[40];

	if (r && f->what == FOUND_PART)
		return intent_add(r, CLOUD_DELETE, kind_of_type(f->f.type), f->f.id, 0, 0, err)
			   ? 0
			   : err_wrap(err, "cluster %s", r->cluster.name);
	if (!a)
		return 0;
	snprintf(name, sizeof(name), "%s-%lld", a->name,
		 (long long)member_free_index(r, a->name));
	m = member_of_stranger(r, a, vm, name);
	if (!m)
		return err_set(err, ERR_IO, "a row for %s could not be stored", vm->name);
	member_bind(r, m, vm);
	node_move(r, m, NODE_DELETING, "condemned by %s: %s", f->f.actor, vm->name);
	return 0;
}

static int adoption_end(struct engine *e, const struct user *u, struct err *err)
{
	if (store_begin(e->store, err) < 0)
		return -1;
	if (audit_act(e, u, "adopt", "engine", store_adoption(e->store), NULL, err) < 0 ||
	    store_set_fact(e->store, "adoption", "", err) < 0) {
		store_rollback(e->store);
		return -1;
	}
	for (size_t i = 0; i < e->n_runs; i++)
		forget_plans(e->runs[i]);
	for (size_t i = e->finds.n; i-- > 0;) {
		struct find *f = e->finds.v[i];

		if (f->what == FOUND_ORPHAN || f->f.state != FOUND_CONDEMNED)
			continue;
		if (find_carry_out(e, f, err) < 0)
			log_error("%s", err->msg);
		find_forget(e, f);
	}
	note_site(e, EVENT_INFO, u->name, "adoption mode has ended: the engine works again");
	(void)FAILPOINT("adoption.commit");
	if (store_commit(e->store, err) < 0)
		engine_fatal(e, err);
	e->adoption = false;
	lease_allow(e, LEASE_TAKE_HERE); /* what was restored here knows an older epoch */
	for (size_t i = 0; i < e->n_runs; i++) {
		cloud_vms_clear(&e->runs[i]->strangers);
		e->runs[i]->publish_due = true;
		if (e->runs[i]->cloud)
			observe_soon(e->runs[i], 0);
	}
	engine_look_at_store(e);
	return 0;
}

static void problem(struct json *list, const struct find *f, const struct err *err)
{
	struct json *j = json_add_object(list);

	json_set_str(j, "id", f->f.id);
	json_set_str(j, "text", err->msg);
}

static int may_decide(const struct engine *e, struct err *err)
{
	if (engine_refuses(e, err) < 0)
		return -1;
	return e->adoption && !adoption_ready(e, err) ? -1 : 0;
}

struct json *engine_adopt(struct engine *e, const struct user *u, const struct strs *ids,
			  struct err *err)
{
	struct json *j, *problems;
	struct find **v;
	size_t n, done = 0;

	if (may_decide(e, err) < 0 || finds_named(e, ids, &v, &n, err) < 0)
		return NULL;
	j = json_new_object();
	problems = json_set_array(j, "problems");
	for (size_t i = 0; i < n; i++) {
		struct err why = ERR_INIT;

		if (adopt_one(e, u, v[i], &why) < 0)
			problem(problems, v[i], &why);
		else
			done++;
	}
	free(v);
	json_set_int(j, "adopted", (int64_t)done);
	if (e->adoption && undecided(e) == 0 && adoption_end(e, u, err) < 0) {
		json_free(j);
		return NULL;
	}
	json_set_int(j, "undecided", (int64_t)undecided(e));
	json_set_bool(j, "adoption", e->adoption);
	engine_changed(e);
	return j;
}

/*
 * Condemn: with a plan, its hash and an agreement (R8.1)
 */

static bool all_of_them(const struct strs *ids)
{
	return ids->n == 1 && strcmp(ids->v[0], "all") == 0;
}

static int condemnable(const struct engine *e, const struct find *f, struct err *err)
{
	if (f->what == FOUND_RESIDUE)
		return residue_refused(f, err);
	if (!f->f.cluster_tag[0]) /* R3.1 */
		return err_set(err, ERR_INVALID,
			       "%s bears no cluster's tag: it is not provably ours", f->f.id);
	if (f->what == FOUND_PART && kind_of_type(f->f.type) == CLOUD_GROUP)
		return err_set(
		    err, ERR_INVALID,
		    "%s is the group of cluster %s: adopt it, and delete it with \"cluster delete\"",
		    f->f.id, run_by_tag(e, f->f.cluster_tag)->cluster.name);
	return 0;
}

static int chosen(struct engine *e, const struct strs *ids, struct find ***v, size_t *n,
		  struct err *err)
{
	const struct strs none = STRS_INIT(1);

	if (ids->n == 0)
		return err_set(err, ERR_INVALID, "say what, or \"all\" that is undecided");
	if (finds_named(e, all_of_them(ids) ? &none : ids, v, n, err) < 0)
		return -1;
	for (size_t i = 0; i < *n; i++)
		if (condemnable(e, (*v)[i], err) < 0) {
			free(*v);
			return -1;
		}
	if (*n)
		return 0;
	free(*v);
	return err_set(err, ERR_NOT_FOUND, "nothing was found that is undecided");
}

/* -1: nobody knows yet, as the queue was not read since the engine's start. */
static int64_t jobs_on(const struct engine *e, const struct find *f)
{
	const struct run *r = run_by_tag(e, f->f.cluster_tag);
	const struct cloud_vm *vm = stranger_find(r, f->f.id);
	const struct sched_node *sn = vm ? stranger_in_queue(r, vm) : NULL;

	if (r && f->what == FOUND_NODE && queue_is_unread(r))
		return -1;
	return sn ? sn->jobs : 0;
}

static void plan_hash(char out[SHA256_HEX], struct find *const *v, size_t n)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s %d\n", v[i]->f.id, (int)v[i]->what);
	sha256_hex(out, buf_str(&b), b.len);
	buf_clear(&b);
}

struct json *engine_condemn_plan(struct engine *e, const struct strs *ids, struct err *err)
{
	struct json *j, *list;
	struct find **v;
	size_t n;
	int64_t jobs = 0;

	if (may_decide(e, err) < 0 || chosen(e, ids, &v, &n, err) < 0)
		return NULL;
	j = json_new_object();
	list = json_set_array(j, "resources");
	for (size_t i = 0; i < n; i++) {
		find_json(list, e, v[i]);
		jobs += jobs_on(e, v[i]) != 0;
	}
	plan_hash(e->finds.plan_hash, v, n);
	free(v);
	e->finds.plan_ms = clock_mono_ms();
	json_set_int(j, "count", (int64_t)n);
	json_set_int(j, "with_jobs", jobs);
	json_set_bool(j, "adoption", e->adoption);
	json_set_str(j, "hash", e->finds.plan_hash);
	json_set_int(j, "valid_until_ms", clock_utc_ms() + VALID_MS);
	return j;
}

static int plan_fits(const struct engine *e, struct find *const *v, size_t n,
		     const struct condemn_request *q, struct err *err)
{
	char hash[SHA256_HEX];
	int64_t jobs = 0;

	plan_hash(hash, v, n);
	if (!q->plan_hash || strcmp(hash, q->plan_hash) != 0)
		return err_set(
		    err, ERR_CONFLICT,
		    "what was found changed since the plan was made: read the new plan");
	if (strcmp(e->finds.plan_hash, hash) != 0 ||
	    clock_mono_ms() - e->finds.plan_ms > VALID_MS)
		return err_set(
		    err, ERR_CONFLICT,
		    "the plan is older than 10 min or of another engine run: read it again");
	if (q->agreed != (int64_t)n)
		return err_set(err, ERR_INVALID,
			       "type the number of resources, %zu, to condemn them", n);
	for (size_t i = 0; i < n; i++)
		jobs += jobs_on(e, v[i]) != 0;
	if (jobs && (!q->reason || !q->reason[0]))
		return err_set(
		    err, ERR_INVALID,
		    "jobs run, or nobody knows yet, on %lld of them and would be killed: give a reason",
		    (long long)jobs);
	return 0;
}

int find_condemn(struct engine *e, const struct user *u, struct found *row,
		 const char *plan_hash, const char *reason, struct err *err)
{
	struct deed a = { .by = u,
			  .verb = "condemn",
			  .object = row->id,
			  .reason = reason,
			  .plan_hash = plan_hash };

	found_digest(a.before, row);
	row->state = FOUND_CONDEMNED;
	row->decided_ms = clock_utc_ms();
	row->error[0] = '\0';
	snprintf(row->actor, sizeof(row->actor), "%s", u ? u->name : "engine");
	snprintf(row->plan_hash, sizeof(row->plan_hash), "%s", plan_hash);
	if (store_found_save(e->store, row, err) < 0)
		return -1;
	found_digest(a.after, row);
	return audit_write(e, &a, err);
}

static int write_condemned(struct engine *e, const struct user *u, struct find *const *v,
			   size_t n, const struct condemn_request *q, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct found row = v[i]->f;

		if (find_condemn(e, u, &row, q->plan_hash, q->reason, err) < 0)
			return -1;
	}
	return 0;
}

int engine_condemn(struct engine *e, const struct user *u, const struct strs *ids,
		   const struct condemn_request *q, struct err *err)
{
	struct find **v;
	size_t n;
	int rc;

	if (may_decide(e, err) < 0 || chosen(e, ids, &v, &n, err) < 0)
		return -1;
	rc = plan_fits(e, v, n, q, err);
	if (rc == 0)
		rc = store_begin(e->store, err);
	if (rc == 0 && write_condemned(e, u, v, n, q, err) < 0) {
		store_rollback(e->store);
		rc = -1;
	}
	if (rc == 0 && store_commit(e->store, err) < 0)
		engine_fatal(e, err);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		v[i]->f.state = FOUND_CONDEMNED;
		v[i]->f.decided_ms = clock_utc_ms();
		snprintf(v[i]->f.actor, sizeof(v[i]->f.actor), "%s", u->name);
		v[i]->next_try_ms = clock_utc_ms() + UNDO_MS;
	}
	free(v);
	if (rc == 0)
		note_site(
		    e, EVENT_WARN, u->name, "%s %s condemned; \"adopt\" takes it back for 10 s",
		    count_text((char[48]){ 0 }, (int64_t)n, "resource"), n == 1 ? "is" : "are");
	engine_changed(e);
	return rc == 0 && e->adoption && undecided(e) == 0 ? adoption_end(e, u, err) : rc;
}
