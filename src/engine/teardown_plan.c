/*
 * What a teardown will do, before it does anything. The hash is over what matters to the person
 * who agrees: resources and what becomes of each, data. Jobs come and go by the second and are
 * shown, not hashed: the drain waits for those that run. With force it does not, and so that is
 * another hash: who agreed to wait agreed to no kill. Of those that are lost, waiting or killed,
 * the ticket remembers how many were told of, and whether anybody knew.
 */
#include "engine/teardown_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/members.h"
#include "engine/region.h"
#include "engine/snapshot.h"
#include "engine/storage.h"

#define VALID_MS    ((int64_t)10 * 60 * 1000)
#define NODES_NAMED 50000

enum act { ACT_DELETE_IT, ACT_KEEP_IT, ACT_MAKE_IT, ACT_NEVER_TOUCHED, ACTS };

static const char *const act_words[ACTS] = { "delete", "keep", "make", "never touched" };

#define SNAPSHOT_OF "=snapshot" /* behind the name of a storage that is kept as one */

struct drawing { /* a plan that is being made */
	struct run *run;
	const struct strs *keep; /* NULL: as the template says */
	struct json *resources;
	size_t count[ACTS];
	double goes_on;
	bool unpriced;
};

static bool chosen_as_snapshot(const struct strs *keep, const struct storage_spec *s)
{
	char *text = xasprintf("%s" SNAPSHOT_OF, s->name);
	bool chosen = strs_has(keep, text);

	free(text);
	return chosen;
}

static enum keep_policy fate_of(const struct drawing *d, const struct storage_spec *s)
{
	if (!s->disk_ms || !d->keep)
		return cluster_fate_of(&d->run->cluster, s);
	return strs_has(d->keep, s->name)	? KEEP_KEEP
	       : chosen_as_snapshot(d->keep, s) ? KEEP_SNAPSHOT
						: KEEP_DELETE;
}

static struct json *item(struct drawing *d, const char *kind, const char *id, enum act act,
			 double price, const char *note_)
{
	struct json *j = json_add_object(d->resources);

	json_set_str(j, "kind", kind);
	json_set_str(j, "id", id);
	json_set_str(j, "act", act_words[act]);
	json_set_str(j, "note", note_);
	json_set_real(j, "price_per_hour", price);
	d->count[act]++;
	if ((act == ACT_KEEP_IT || act == ACT_MAKE_IT) && price < 0)
		d->unpriced = true;
	else if (act == ACT_KEEP_IT || act == ACT_MAKE_IT)
		d->goes_on += price;
	return j;
}

/*
 * Resources
 */

static double price_of(const struct run *r, const char *kind, const char *id)
{
	double sum = 0;

	if (strcmp(kind, "vm") == 0)
		return r->cluster.head_up_ms ? r->cluster.head_price : 0;
	for (size_t i = 0; strcmp(kind, "scaleset") == 0 && i < r->n_members; i++) {
		const struct node *n = &r->members[i]->node;

		if (!n->bound_ms || text_casecmp(n->set_id, id) != 0)
			continue;
		if (n->price < 0)
			return -1;
		sum += n->price;
	}
	return sum;
}

static bool is_being_made(struct run *r, const char *id)
{
	return r->op.id && r->op.kind == OP_DELETE && storage_of_snapshot(r, id);
}

/* Of a cluster that was torn down already only its storage is left. */
static void list_recorded(struct drawing *d, struct err *err)
{
	struct run *r = d->run;
	struct strs names = STRS_INIT(20000);

	if (r->cluster.group_id && r->cluster.group_id[0])
		store_intent_names(r->engine->store, r->cluster.id, &names, err);
	for (size_t i = 0; i < names.n; i++) {
		const char *id = strchr(names.v[i], ' ') + 1;
		char kind[24];

		snprintf(kind, sizeof(kind), "%.*s", (int)(id - names.v[i] - 1), names.v[i]);
		if (strcmp(kind, "members") != 0 && !storage_owns(r, id) &&
		    !is_being_made(r, id))
			item(d, kind, id, ACT_DELETE_IT, price_of(r, kind, id), "");
	}
	strs_clear(&names);
	if (r->cluster.spec.vnet_id)
		item(d, "network", r->cluster.spec.vnet_id, ACT_NEVER_TOUCHED, 0, "not ours");
}

static double price_as_snapshot(const struct run *r, const struct storage_spec *s)
{
	return r->region ? snapshot_price(&r->region->sizes, s->disk_gib) : -1;
}

static int list_snapshot(struct drawing *d, const struct storage_spec *s, struct err *err)
{
	char id[320];

	if (snapshot_id(d->run, s, id, err) < 0)
		return -1;
	json_set_str(item(d, "snapshot", id, ACT_MAKE_IT, price_as_snapshot(d->run, s),
			  "before its disk goes"),
		     "storage", s->name);
	return 0;
}

static int list_disk(struct drawing *d, const struct storage_spec *s, struct err *err)
{
	enum keep_policy fate = fate_of(d, s);
	enum act act = fate == KEEP_KEEP ? ACT_KEEP_IT : ACT_DELETE_IT;
	char *group = storage_group_of(s->disk_id);

	json_set_str(item(d, cloud_kind_name(storage_kind(s)), s->disk_id, act, s->disk_price,
			  fate == KEEP_SNAPSHOT ? "once its snapshot is there" : ""),
		     "storage", s->name);
	json_set_str(
	    item(d, "group", group, fate == KEEP_DELETE ? ACT_DELETE_IT : ACT_KEEP_IT, 0, ""),
	    "storage", s->name);
	free(group);
	return fate == KEEP_SNAPSHOT ? list_snapshot(d, s, err) : 0;
}

static int list_disks(struct drawing *d, struct err *err)
{
	const struct cluster_spec *spec = &d->run->cluster.spec;

	for (size_t i = 0; i < spec->n_storage; i++)
		if (spec->storage[i].disk_id && spec->storage[i].disk_ms &&
		    list_disk(d, &spec->storage[i], err) < 0)
			return -1;
	return 0;
}

/*
 * Storage and what is lost with it
 */

static void list_storage(struct json *list, const struct drawing *d)
{
	const struct cluster_spec *spec = &d->run->cluster.spec;

	for (size_t i = 0; i < spec->n_storage; i++) {
		const struct storage_spec *s = &spec->storage[i];
		struct json *j;

		if (!cluster_holds_data(&d->run->cluster, s))
			continue;
		j = json_add_object(list);
		json_set_str(j, "name", s->name);
		json_set_str(j, "path", s->path);
		json_set_str(j, "kind", cloud_kind_name(storage_kind(s)));
		json_set_str(j, "disk", storage_disk_name(s));
		json_set_str(j, "id", s->disk_id ? s->disk_id : "");
		json_set_int(j, "gib", s->disk_gib);
		json_set_bool(j, "can_keep", s->disk_ms != 0);
		json_set_bool(j, "can_snapshot", s->disk_ms && !storage_is_snapshot(s));
		json_set_str(j, "act", keep_policy_name(fate_of(d, s)));
		json_set_str(j, "policy",
			     keep_policy_name(cluster_fate_of(&d->run->cluster, s)));
		json_set_int(j, "since_ms", s->disk_ms);
		json_set_bool(j, "taken_over", s->disk != NULL);
		json_set_real(j, "price_per_hour", s->disk_ms ? s->disk_price : 0);
		json_set_real(j, "snapshot_per_hour", price_as_snapshot(d->run, s));
	}
}

static const char *loss_note(const struct run *r, const struct storage_spec *s)
{
	if (!s->disk_ms)
		return "lies on the head's disk and is lost with it: copy it out first with paceline cp";
	if (storage_is_snapshot(s))
		return "its snapshot is deleted: a new cluster can be made from it instead";
	return r->cluster.state == CLUSTER_KEPT
		   ? "its disk is deleted: a new cluster can take it over instead"
		   : "its disk is deleted: keep it or a snapshot of it, or copy out what is needed with paceline cp";
}

static void list_lost(struct json *list, const struct drawing *d)
{
	const struct cluster_spec *spec = &d->run->cluster.spec;

	for (size_t i = 0; i < spec->n_storage; i++) {
		const struct storage_spec *s = &spec->storage[i];
		struct json *j;
		char key[80];

		if (!cluster_holds_data(&d->run->cluster, s) || fate_of(d, s) != KEEP_DELETE)
			continue;
		j = json_add_object(list);
		snprintf(key, sizeof(key), "storage %s", s->name);
		json_set_str(j, "key", key);
		json_set_str(j, "name", s->name);
		json_set_str(j, "path", s->path);
		json_set_str(j, "note", loss_note(d->run, s));
	}
}

/*
 * Arrays and whose jobs run there
 */

static void count_user(struct json *users, const char *user, int64_t tasks)
{
	for (size_t i = 0; i < json_len(users); i++) {
		char path[32];
		struct json *u;

		snprintf(path, sizeof(path), "%zu", i);
		u = json_get_mut(users, path);
		if (strcmp(json_str(u, "user", ""), user) == 0) {
			json_set_int(u, "jobs", json_int(u, "jobs", 0) + tasks);
			return;
		}
	}
	struct json *u = json_add_object(users);

	json_set_str(u, "user", user);
	json_set_int(u, "jobs", tasks);
}

/* The array whose nodes it is on: its partition, where arrays are partitions, else that of the
 * first of its nodes. So it counts once, on however many nodes it runs. NULL: of none. */
static const char *array_of(const struct run *r, const struct job *j)
{
	const struct array_spec *a = cluster_array(&r->cluster.spec, j->partition);
	struct strs names = STRS_INIT(NODES_NAMED);
	const struct member *m = NULL;

	if (a)
		return a->name;
	if (hostlist_expand(&names, j->nodes, NULL) == 0)
		for (size_t i = 0; i < names.n && !m; i++)
			m = member_find(r, names.v[i]);
	strs_clear(&names);
	return m ? m->node.array : NULL;
}

static int64_t tasks_of(const struct job *j)
{
	return j->tasks > 0 ? j->tasks : 1;
}

static int64_t count_running(const struct queue *q)
{
	int64_t n = 0;

	for (size_t i = 0; q && i < q->n_jobs; i++)
		n += job_has_nodes(&q->jobs[i]) ? tasks_of(&q->jobs[i]) : 0;
	return n;
}

#define JOBS_LISTED 100 /* the first of them; their number is told beside */

static void list_job(struct json *list, const struct job *j)
{
	struct json *o;

	if (json_len(list) == JOBS_LISTED)
		return;
	o = json_add_object(list);
	json_set_str(o, "id", j->id);
	json_set_str(o, "user", j->user);
	json_set_str(o, "name", j->name);
	json_set_str(o, "nodes", j->nodes);
	json_set_int(o, "tasks", j->tasks);
	json_set_int(o, "start_ms", j->start_s * 1000);
}

static void list_waiting(struct json *list, const struct queue *q)
{
	for (size_t i = 0; q && i < q->n_jobs; i++)
		if (q->jobs[i].state == JOB_PENDING || q->jobs[i].state == JOB_HELD)
			list_job(list, &q->jobs[i]);
}

/* of: the array of each job of the queue, NULL where it is on none. */
static void list_array(struct json *list, const struct run *r, const char *name,
		       const char *const *of)
{
	struct json *j = json_add_object(list), *users, *jobs;
	int64_t nodes = 0, running = 0;

	for (size_t i = 0; i < r->n_members; i++)
		nodes += strcmp(r->members[i]->node.array, name) == 0;
	json_set_str(j, "name", name);
	json_set_int(j, "nodes", nodes);
	users = json_set_array(j, "users");
	jobs = json_set_array(j, "list");
	for (size_t i = 0; r->queue && i < r->queue->n_jobs; i++) {
		const struct job *job = &r->queue->jobs[i];

		if (!of[i] || strcmp(of[i], name) != 0)
			continue;
		running += tasks_of(job);
		count_user(users, job->user, tasks_of(job));
		list_job(jobs, job);
	}
	json_set_int(j, "jobs", running);
}

void teardown_plan_arrays(struct json *list, const struct run *r)
{
	size_t n = r->queue ? r->queue->n_jobs : 0;
	const char **of = xcalloc(n + 1, sizeof(*of));

	for (size_t i = 0; i < n; i++)
		if (job_has_nodes(&r->queue->jobs[i]))
			of[i] = array_of(r, &r->queue->jobs[i]);
	for (size_t i = 0; i < r->cluster.spec.n_arrays; i++)
		list_array(list, r, r->cluster.spec.arrays[i].name, of);
	free(of);
}

static void list_unread(struct json *lost)
{
	struct json *j = json_add_object(lost);

	json_set_str(j, "key", "unknown jobs");
	json_set_str(j, "name", "jobs");
	json_set_str(j, "path", "queue not read yet");
	json_set_str(j, "note",
		     "nobody knows yet what runs or waits there: a few seconds after the "
		     "engine's start the plan tells");
}

/*
 * The whole
 */

static void hash_of(char out[65], const struct json *plan)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	const struct json *list = json_get(plan, "resources");

	for (size_t i = 0; i < json_len(list);
	     i++) /* prices wander, and nobody has to agree anew */
		buf_addf(&b, "%s %s\n", json_str(json_at(list, i), "act", ""),
			 json_str(json_at(list, i), "id", ""));
	json_write(&b, json_get(plan, "data_lost"));
	buf_adds(&b, json_str(plan, "cluster", ""));
	sha256_hex(out, buf_str(&b), b.len);
	buf_clear(&b);
}

void teardown_plan_forced(char out[65], const char *hash)
{
	char *text = xasprintf("%s force", hash);

	sha256_hex(out, text, strlen(text));
	free(text);
}

static void totals(struct json *j, const struct drawing *d, const struct cluster_view *v)
{
	json_set_int(j, "deletes", (int64_t)d->count[ACT_DELETE_IT]);
	json_set_int(j, "keeps", (int64_t)(d->count[ACT_KEEP_IT] + d->count[ACT_MAKE_IT]));
	json_set_int(j, "skips", (int64_t)d->count[ACT_NEVER_TOUCHED]);
	json_set_bool(j, "jobs_known", !v->queue_unread);
	json_set_int(j, "jobs_running", count_running(d->run->queue));
	json_set_int(j, "jobs_pending", v->jobs_pending + v->jobs_held); /* held ones go, too */
	json_set_int(j, "nodes", v->nodes);
	json_set_real(j, "goes_on_per_hour", d->unpriced ? -1 : d->goes_on);
	json_set_real(j, "saves_per_hour",
		      v->price_now < 0 || d->unpriced	 ? -1
		      : v->price_now > d->goes_on + 1e-9 ? v->price_now - d->goes_on
							 : 0);
	json_set_str(
	    j, "jobs_note",
	    "running jobs are waited for; with force they are killed; pending ones are lost, "
	    "but for those that start in the 10 s of undo: they are running ones");
}

static struct json *make(struct run *r, const struct strs *keep, struct err *err)
{
	struct json *j = json_new_object();
	struct drawing d = { .run = r, .keep = keep };
	struct cluster_view v;
	char hash[65], forced[65];

	engine_view(r->engine, &r->cluster, &v);
	json_set_str(j, "cluster", r->cluster.name);
	json_set_int(j, "under_way", r->op.id && r->op.kind == OP_DELETE ? r->op.id : 0);
	json_set_str(j, "state", cluster_state_name(r->cluster.state));
	json_set_str(j, "subscription", r->cloud->record->subscription);
	json_set_str(j, "region", r->cluster.spec.region);
	json_set_str(j, "group", r->cluster.group_id ? r->cluster.group_id : "");
	json_set_bool(j, "simulated", r->cloud->record->simulated);
	json_set_bool(j, "protected", r->cluster.protect);
	d.resources = json_set_array(j, "resources");
	list_recorded(&d, err);
	if (list_disks(&d, err) < 0) {
		json_free(j);
		return NULL;
	}
	teardown_plan_arrays(json_set_array(j, "arrays"), r);
	list_waiting(json_set_array(j, "pending"), r->queue);
	list_storage(json_set_array(j, "storage"), &d);
	list_lost(json_set_array(j, "data_lost"), &d);
	totals(j, &d, &v);
	hash_of(hash, j);
	json_set_str(j, "hash", hash);
	teardown_plan_forced(forced, hash);
	json_set_str(j, "hash_forced", forced);
	if (v.queue_unread)
		list_unread(json_get_mut(j, "data_lost"));
	return j;
}

/* What can be kept of what was named; a name that is none is a mistake, not nothing. */
static int check_kept(const struct run *r, const char *choice, struct err *err)
{
	const char *as = strchr(choice, '=');
	size_t len = as ? (size_t)(as - choice) : strlen(choice);
	const struct storage_spec *s = NULL;

	for (size_t k = 0; k < r->cluster.spec.n_storage; k++)
		if (strlen(r->cluster.spec.storage[k].name) == len &&
		    strncmp(r->cluster.spec.storage[k].name, choice, len) == 0)
			s = &r->cluster.spec.storage[k];
	if (!s)
		return err_set(err, ERR_INVALID, "cluster %s has no storage \"%.*s\" to keep",
			       r->cluster.name, len > 60 ? 60 : (int)len, choice);
	if (as && strcmp(as, SNAPSHOT_OF) != 0)
		return err_set(err, ERR_INVALID,
			       "storage %s can be kept as \"%s\" or as \"%s" SNAPSHOT_OF
			       "\", not as \"%.40s\"",
			       s->name, s->name, s->name, choice);
	if (!s->disk_ms)
		return err_set(
		    err, ERR_INVALID,
		    "storage %s of cluster %s has no disk of its own: it goes with the head",
		    s->name, r->cluster.name);
	if (as && storage_is_snapshot(s))
		return err_set(
		    err, ERR_INVALID,
		    "storage %s of cluster %s is a snapshot already: keep it as \"%s\"",
		    s->name, r->cluster.name, s->name);
	return 0;
}

static int check_keep(const struct run *r, const struct strs *keep, struct err *err)
{
	for (size_t i = 0; keep && i < keep->n; i++)
		if (check_kept(r, keep->v[i], err) < 0)
			return -1;
	return 0;
}

static const char *hash_name(bool force)
{
	return force ? "hash_forced" : "hash";
}

/* It is kept under the hash without force. */
static struct plan_ticket *ticket_of(struct run *r, const char *hash)
{
	for (size_t i = 0; i < ARRAY_LEN(r->tickets); i++)
		if (r->tickets[i].hash[0] && strcmp(r->tickets[i].hash, hash) == 0)
			return &r->tickets[i];
	return NULL;
}

/* The same plan read again is valid from now: it has one ticket, not an old one before the new.
 */
static void hand_out(struct run *r, const struct json *plan, const struct json *storage)
{
	struct plan_ticket *t = ticket_of(r, json_str(plan, "hash", ""));

	if (!t) {
		t = &r->tickets[r->next_ticket];
		r->next_ticket = (r->next_ticket + 1) % ARRAY_LEN(r->tickets);
	}
	strs_clear(&t->keep);
	t->keep = (struct strs)STRS_INIT(64);
	for (size_t i = 0; i < json_len(storage); i++) {
		const char *act = json_str(json_at(storage, i), "act", "");

		if (strcmp(act, keep_policy_name(KEEP_DELETE)) != 0)
			strs_addf(&t->keep, "%s%s", json_str(json_at(storage, i), "name", ""),
				  strcmp(act, keep_policy_name(KEEP_KEEP)) == 0 ? ""
										: SNAPSHOT_OF);
	}
	snprintf(t->hash, sizeof(t->hash), "%s", json_str(plan, "hash", ""));
	t->ms = clock_mono_ms();
	t->jobs_known = json_bool(plan, "jobs_known", true);
	t->running = json_int(plan, "jobs_running", 0);
	t->pending = json_int(plan, "jobs_pending", 0);
}

/* More jobs would go than the plan told of: whoever agreed has not seen them. Some more are
 * what a busy queue brings while a name is typed. */
static int check_jobs(const struct plan_ticket *t, const struct json *now, bool force,
		      struct err *err)
{
	long long running = json_int(now, "jobs_running", 0),
		  pending = json_int(now, "jobs_pending", 0);

	if (!json_bool(now, "jobs_known", true))
		return 0;
	if (!t->jobs_known && running + pending > 0)
		return err_set(
		    err, ERR_CONFLICT,
		    "the queue was not read when the plan was made, and %lld jobs run and %lld wait: read the new plan",
		    running, pending);
	if (pending > 2 * t->pending)
		return err_set(
		    err, ERR_CONFLICT,
		    "%lld jobs wait and would be lost, the plan told of %lld: read the new plan",
		    pending, (long long)t->pending);
	if (force && running + pending > 2 * (t->running + t->pending))
		return err_set(
		    err, ERR_CONFLICT,
		    "%lld jobs run and would be killed, the plan told of %lld: read the new plan",
		    running, (long long)t->running);
	return 0;
}

struct json *engine_teardown_plan(struct engine *e, const struct cluster *c,
				  const struct strs *keep, struct err *err)
{
	struct run *r = run_of(e, c);
	struct json *j;

	if (!r) {
		err_set(err, ERR_NOT_FOUND, "there is no such cluster");
		return NULL;
	}
	if (run_has_cloud(r, err) < 0 || check_keep(r, keep, err) < 0)
		return NULL;
	j = make(r, keep, err);
	if (!j)
		return NULL;
	hand_out(r, j, json_get(j, "storage"));
	json_set_int(j, "valid_until_ms", clock_utc_ms() + VALID_MS);
	return j;
}

static struct plan_ticket *ticket_of_forced(struct run *r, const char *hash)
{
	char forced[65];

	for (size_t i = 0; i < ARRAY_LEN(r->tickets); i++) {
		teardown_plan_forced(forced, r->tickets[i].hash);
		if (r->tickets[i].hash[0] && strcmp(forced, hash) == 0)
			return &r->tickets[i];
	}
	return NULL;
}

static int refuse_kind(const char *hash, bool force, struct err *err)
{
	if (force)
		return err_set(
		    err, ERR_CONFLICT,
		    "plan %.12s waits for running jobs and force kills them: read the plan again, and agree to its hash_forced",
		    hash);
	return err_set(
	    err, ERR_CONFLICT,
	    "plan %.12s kills running jobs and force is not asked for: ask for it, or read the plan again and agree to its hash",
	    hash);
}

const struct strs *teardown_plan_check(struct run *r, const char *hash, bool force,
				       struct err *err)
{
	const struct plan_ticket *waits = hash ? ticket_of(r, hash) : NULL;
	const struct plan_ticket *kills = hash ? ticket_of_forced(r, hash) : NULL;
	const struct plan_ticket *t = force ? kills : waits;
	struct json *now;
	int jobs;
	bool same;

	if (!hash || !hash[0]) {
		err_set(err, ERR_INVALID,
			"a teardown needs the hash of its plan: read the plan first");
		return NULL;
	}
	if (!t && (waits || kills)) {
		refuse_kind(hash, force, err);
		return NULL;
	}
	now = make(r, t ? &t->keep : NULL, err);
	if (!now)
		return NULL;
	same = strcmp(json_str(now, hash_name(force), ""), hash) == 0;
	jobs = same && t ? check_jobs(t, now, force, err) : 0;
	json_free(now);
	if (!same)
		err_set(err, ERR_CONFLICT,
			"the cluster changed since the plan was made: read the new plan");
	else if (!t || clock_mono_ms() - t->ms > VALID_MS)
		err_set(
		    err, ERR_CONFLICT,
		    "the plan is older than 10 min or of another engine run: read it again");
	else if (jobs == 0)
		return &t->keep;
	return NULL;
}
