#include "fixture.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define NOW 1795435442000 /* 2026-11-23 12:04:02 UTC */

static struct fixture the;
struct fixture *const fixture = &the;

void fixture_changed(void)
{
	the.revision++;
	if (the.changed)
		the.changed(the.changed_arg);
}

void fixture_log(const char *fmt, ...)
{
	FILE *f = the.log_path ? fopen(the.log_path, "a") : NULL;
	va_list ap;

	if (!f)
		return;
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fputc('\n', f);
	fclose(f);
}

void fixture_event(enum event_level level, const char *cluster, const char *object,
		   const char *text)
{
	struct event *e = &the.events[0];

	if (the.n_events == FIXTURE_EVENTS)
		the.n_events--;
	memmove(e + 1, e, the.n_events * sizeof(*e));
	the.n_events++;
	*e =
	    (struct event){ .seq = 1000 + (int64_t)the.revision, .at_ms = NOW, .level = level };
	snprintf(e->cluster, sizeof(e->cluster), "%s", cluster);
	snprintf(e->object, sizeof(e->object), "%s", object);
	snprintf(e->actor, sizeof(e->actor), "engine");
	snprintf(e->text, sizeof(e->text), "%s", text);
}

struct cluster_row *fixture_cluster(const char *name)
{
	for (size_t i = 0; i < the.n_clusters; i++)
		if (strcmp(the.clusters[i].cluster.name, name) == 0)
			return &the.clusters[i];
	return NULL;
}

struct node *fixture_node(const char *name)
{
	for (size_t i = 0; i < the.n_nodes; i++)
		if (strcmp(the.nodes[i].name, name) == 0)
			return &the.nodes[i];
	return NULL;
}

static void add_template(const char *name, const char *title, const char *scheduler,
			 const char *arrays)
{
	struct template_row *t = &the.templates[the.n_templates++];

	snprintf(t->name, sizeof(t->name), "%s", name);
	snprintf(t->title, sizeof(t->title), "%s", title);
	snprintf(t->scheduler, sizeof(t->scheduler), "%s", scheduler);
	snprintf(t->arrays, sizeof(t->arrays), "%s", arrays);
	snprintf(t->hash, sizeof(t->hash), "9f3c21aa07b4e6d1");
}

static struct cluster_row *add_cluster(const char *name, const char *scheduler,
				       enum cluster_state state)
{
	struct cluster_row *r = &the.clusters[the.n_clusters++];

	r->cluster.id = (int64_t)the.n_clusters;
	r->cluster.name = xstrdup(name);
	r->cluster.state = state;
	r->cluster.reason = xstrdup("");
	r->cluster.since_ms = NOW - 3 * 3600000;
	r->cluster.owner = xstrdup("op");
	r->cluster.spec.region = xstrdup("westeurope");
	r->view.boot_p50_ms = r->view.boot_p95_ms = -1;
	r->view.budget_month = -1;
	r->cluster.spec.scheduler = xstrdup(scheduler);
	r->cluster.spec.template_name =
	    xstrdup(strcmp(scheduler, "slurm") ? "render-farm" : "slurm");
	r->cluster.head_address = xstrdup(state == CLUSTER_RUNNING ? "10.20.0.4" : "");
	r->view.queue_age_ms = state == CLUSTER_RUNNING ? 4000 : -1;
	r->view.cloud_age_ms = 9000;
	return r;
}

static void add_array(const char *cluster, const char *array, const char *size, bool spot,
		      int64_t max)
{
	struct array_row *r = &the.arrays[the.n_arrays++];

	*r = (struct array_row){ .spot = spot, .max = max };
	snprintf(r->cluster, sizeof(r->cluster), "%s", cluster);
	snprintf(r->array, sizeof(r->array), "%s", array);
	snprintf(r->size, sizeof(r->size), "%s", size);
}

static void add_node(int64_t cluster, const struct array_row *a, int64_t index,
		     enum node_state state, const char *reason)
{
	struct node *n = &the.nodes[the.n_nodes++];
	bool up = state == NODE_BUSY || state == NODE_IDLE || state == NODE_DRAINING;

	*n = (struct node){ .id = (int64_t)the.n_nodes,
			    .cluster_id = cluster,
			    .index = index,
			    .generation = 1,
			    .spot = a->spot,
			    .state = state,
			    .since_ms = NOW - 65000 - index * 60000,
			    .requested_ms = NOW - 300000,
			    .bound_ms = NOW - 262000,
			    .booted_ms = NOW - 255000,
			    .joined_ms = up ? NOW - 238000 : 0,
			    .price = a->spot ? 0.0174 : 3.96,
			    .cpus = 2,
			    .mem_bytes = (int64_t)4 << 30,
			    .jobs = state == NODE_BUSY };
	snprintf(n->name, sizeof(n->name), "%s-%lld", a->array, (long long)index);
	snprintf(n->array, sizeof(n->array), "%s", a->array);
	snprintf(n->size, sizeof(n->size), "%s", a->size);
	snprintf(n->zone, sizeof(n->zone), "%lld", (long long)(index % 3 + 1));
	snprintf(n->vm_name, sizeof(n->vm_name), "%s_%06llx", a->array,
		 (long long)(index * 40503));
	snprintf(n->host, sizeof(n->host), "%s00000%lld", a->array, (long long)index);
	snprintf(n->address, sizeof(n->address), "10.20.1.%lld", (long long)(index % 250 + 4));
	snprintf(n->reason, sizeof(n->reason), "%s", reason);
}

/* Counts, glyphs and views follow from the nodes. */
static void count_node(const struct node *n)
{
	const char *cluster = NULL;

	for (size_t i = 0; i < the.n_clusters; i++)
		if (the.clusters[i].cluster.id == n->cluster_id)
			cluster = the.clusters[i].cluster.name;
	for (size_t i = 0; cluster && i < the.n_arrays; i++) {
		struct array_row *a = &the.arrays[i];

		if (strcmp(a->cluster, cluster) != 0 || strcmp(a->array, n->array) != 0)
			continue;
		a->count[n->state]++;
		if (node_is_live(n->state) && a->live < GLYPHS_MAX - 1)
			a->glyphs[a->live++] = node_state_glyph(n->state);
	}
}

static void count_view(struct cluster_row *r)
{
	struct cluster_view *v = &r->view;
	double price = r->cluster.state == CLUSTER_RUNNING ? 0.096 : 0;

	v->nodes = v->nodes_max = v->busy = v->idle = v->booting = v->draining = v->failed = 0;
	for (size_t i = 0; i < the.n_arrays; i++)
		if (strcmp(the.arrays[i].cluster, r->cluster.name) == 0)
			v->nodes_max += the.arrays[i].max;
	for (size_t i = 0; i < the.n_nodes; i++) {
		const struct node *n = &the.nodes[i];

		if (n->cluster_id != r->cluster.id || n->state == NODE_GONE)
			continue;
		v->nodes++;
		v->busy += n->state == NODE_BUSY;
		v->idle += n->state == NODE_IDLE;
		v->booting += node_is_booting(n->state);
		v->draining += n->state == NODE_DRAINING || n->state == NODE_DELETING;
		v->failed += n->state == NODE_FAILED;
		price += n->price;
	}
	v->price_now = price;
	v->issues = v->failed;
	v->spot = 0;
	for (size_t i = 0; i < the.n_nodes; i++)
		v->spot += the.nodes[i].cluster_id == r->cluster.id && the.nodes[i].spot &&
			   the.nodes[i].state != NODE_GONE;
}

void fixture_count(void)
{
	for (size_t i = 0; i < the.n_arrays; i++) {
		struct array_row *a = &the.arrays[i];

		memset(a->count, 0, sizeof(a->count));
		memset(a->glyphs, 0, sizeof(a->glyphs));
		a->live = 0;
	}
	for (size_t i = 0; i < the.n_nodes; i++)
		count_node(&the.nodes[i]);
	for (size_t i = 0; i < the.n_arrays; i++)
		for (int64_t k = the.arrays[i].live;
		     k < the.arrays[i].max && k < GLYPHS_MAX - 1; k++)
			the.arrays[i].glyphs[k] = '.';
	for (size_t i = 0; i < the.n_clusters; i++)
		count_view(&the.clusters[i]);
}

static struct job *add_job(const char *id, const char *name, const char *user,
			   enum job_state state, const char *nodes)
{
	struct job *j = &the.jobs[the.n_jobs++];

	*j = (struct job){ .id = id,
			   .array_id = "",
			   .task = "",
			   .name = name,
			   .user = user,
			   .account = strcmp(user, "op") == 0 ? "proj1" : "proj2",
			   .partition = "htc",
			   .reason = "",
			   .constraint = "",
			   .dependency = "",
			   .nodes = nodes,
			   .waits = "",
			   .state = state,
			   .tasks = 1,
			   .nodes_min = 1,
			   .cpus = 2,
			   .mem_bytes = 200 << 20,
			   .priority = 4294901758,
			   .limit_s = 600,
			   .submit_s = NOW / 1000 - 320,
			   .start_s = state == JOB_PENDING ? 0 : NOW / 1000 - 95 };
	return j;
}

void fixture_add_job(const char *id, const char *name)
{
	if (the.n_jobs == FIXTURE_JOBS)
		return;
	memmove(&the.jobs[1], &the.jobs[0], the.n_jobs * sizeof(the.jobs[0]));
	the.n_jobs++;
	struct job first = the.jobs[0];
	size_t n = the.n_jobs;

	the.n_jobs = 0;
	struct job *j = add_job(xstrdup(id), xstrdup(name), "op", JOB_PENDING, "");
	j->reason_class = REASON_RESOURCES;
	the.n_jobs = n;
	(void)first;
}

static void make_jobs(void)
{
	struct job *j = add_job("12_[5-37]", "monte-carlo", "op", JOB_PENDING, "");

	j->tasks = 33;
	j->reason = "Resources";
	j->reason_class = REASON_RESOURCES;
	j->array_id = "12";
	add_job("12_1", "monte-carlo", "op", JOB_RUNNING, "htc-1")->array_id = "12";
	add_job("12_2", "monte-carlo", "op", JOB_RUNNING, "htc-2")->array_id = "12";
	add_job("12_3", "monte-carlo", "op", JOB_RUNNING, "htc-4")->array_id = "12";
	add_job("12_4", "monte-carlo", "op", JOB_RUNNING, "htc-5")->array_id = "12";
	j = add_job("13", "collect", "alice", JOB_PENDING, "");
	j->reason = "Dependency";
	j->dependency = "afterok:12";
	j->reason_class = REASON_DEPENDENCY;
	j = add_job("14", "cfd-wing", "bob", JOB_PENDING, "");
	j->partition = "hpc";
	j->nodes_min = 8;
	j->cpus = 960;
	j->reason = "PartitionNodeLimit";
	j->reason_class = REASON_NEVER;
	j = add_job("15", "post", "alice", JOB_HELD, "");
	j->reason = "JobHeldUser";
	j->reason_class = REASON_HOLD;
}

static void make_outlook(struct cluster_view *v)
{
	v->cores_running = 8;
	v->oldest_s = NOW / 1000 - 5400;
	v->wait_s = NOW / 1000 - 372;
	snprintf(v->oldest, sizeof(v->oldest), "14");
	v->today = 1.27;
	v->month = 41.8;
	v->budget_month = 120;
	v->cycle_s = 10;
	snprintf(v->limit, sizeof(v->limit),
		 "array htc: 16 of 16 nodes asked for, 19 tasks wait for the next one");
	snprintf(v->quota, sizeof(v->quota), "lowPriorityCores");
	v->quota_used = 16;
	v->quota_limit = 100;
	snprintf(v->storage, sizeof(v->storage), "shared nfs /shared");
	v->loses_data = true;
	v->boot_p50_ms = 62000;
	v->boot_p95_ms = 118000;
	v->boots_hour = 8;
	v->boots_lost = 1;
}

static void make_demo(void)
{
	static const enum node_state states[] = { NODE_BUSY,	NODE_BUSY,   NODE_FAILED,
						  NODE_BUSY,	NODE_BUSY,   NODE_IDLE,
						  NODE_BOOTING, NODE_JOINING };
	struct cluster_row *demo = add_cluster("demo", "slurm", CLUSTER_RUNNING);

	add_array("demo", "htc", "Standard_F2s_v2", true, 16);
	add_array("demo", "hpc", "Standard_HB120rs_v3", false, 4);
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		add_node(demo->cluster.id, &the.arrays[0], (int64_t)i + 1, states[i],
			 states[i] == NODE_FAILED ? "boot failed: mount /shared timed out"
			 : states[i] == NODE_BUSY ? "runs a job"
			 : states[i] == NODE_IDLE ? "idle for 0m41s, kept 5m"
						  : "33 tasks wait for it");
	demo->view.jobs_running = 4;
	demo->view.jobs_pending = 35;
	demo->view.jobs_held = 1;
	demo->view.spent = 1.27;
	make_outlook(&demo->view);
	snprintf(demo->view.plan, sizeof(demo->view.plan),
		 "+2 htc: 33 tasks pending, 1 core each; F2s_v2 spot is cheapest");
}

static void make_large(int64_t many)
{
	static const enum node_state mix[] = { NODE_BUSY, NODE_BUSY, NODE_BUSY,	   NODE_BUSY,
					       NODE_IDLE, NODE_BUSY, NODE_BOOTING, NODE_BUSY };
	struct cluster_row *big = add_cluster("cfd", "slurm", CLUSTER_RUNNING);
	struct array_row *a = &the.arrays[the.n_arrays];

	add_array("cfd", "hpc", "Standard_HB120rs_v3", true, many + many / 4);
	for (int64_t i = 0; i < many && the.n_nodes < FIXTURE_NODES; i++)
		add_node(big->cluster.id, a, i + 1,
			 i % 97 == 13  ? NODE_FAILED
			 : i % 41 == 7 ? NODE_EVICTED
				       : mix[i % 8],
			 "runs a job");
	big->view.jobs_running = many / 8;
	big->view.jobs_pending = many * 5;
	snprintf(big->view.plan, sizeof(big->view.plan),
		 "nothing to do: every job has its nodes");
}

void fixture_make(int64_t many)
{
	the.engine = (struct engine_row){ .role = ROLE_OPERATOR,
					  .simulated = true,
					  .sample_prices = true,
					  .clock_factor = 1,
					  .now_ms = NOW,
					  .cloud_ok = true,
					  .store_ok = true };
	snprintf(the.engine.site, sizeof(the.engine.site), "demo");
	snprintf(the.engine.user, sizeof(the.engine.user), "op");
	the.link = MIRROR_LIVE;
	add_template("slurm", "Slurm: htc and hpc", "slurm", "htc,hpc");
	add_template("gridengine", "Grid Engine", "gridengine", "htc");
	add_template("render-farm", "Rendering on spot", "gridengine", "htc");
	add_template("genomics", "Many small, few large", "slurm", "htc,mem");
	snprintf(the.templates[0].used_by, sizeof(the.templates[0].used_by), "demo *");
	snprintf(the.templates[2].used_by, sizeof(the.templates[2].used_by), "cfd");
	for (size_t i = 0; i < the.n_templates; i++)
		the.templates[i].changed_ms = NOW - (int64_t)(i * i * 17 + 1) * 24 * 3600000;
	make_demo();
	if (many > 0) {
		make_large(many);
	} else {
		add_cluster("cfd", "pbs", CLUSTER_OFF);
		add_array("cfd", "mpi", "Standard_HB120rs_v3", false, 8);
	}
	make_jobs();
	fixture_event(EVENT_INFO, "demo", "htc-1", "joined after 62 s");
	the.events[0].at_ms -= 240000;
	the.events[0].seq = 1;
	fixture_event(EVENT_INFO, "cfd", "", "created from render-farm");
	snprintf(the.events[0].actor, sizeof(the.events[0].actor), "op");
	the.events[0].at_ms -= 120000;
	the.events[0].seq = 2;
	fixture_event(EVENT_WARN, "demo", "htc-3",
		      "boot failed: mount /shared timed out; retry 1 of 2");
	the.events[0].at_ms -= 21000;
	the.events[0].seq = 3;
	fixture_event(EVENT_INFO, "demo", "",
		      "+2 htc: 33 tasks pending, 1 core each; F2s_v2 spot is cheapest");
	the.events[0].seq = 4;
	fixture_count();
}

void fixture_empty(void)
{
	the.n_clusters = the.n_arrays = the.n_nodes = the.n_jobs = the.n_events = 0;
}

/* Orders: "node NAME STATE", "cluster NAME STATE", "user NAME", "link lost|quiet|live",
 * "stale [SECONDS]", "cloud down", "role viewer" */

static struct strs waiting = STRS_INIT(100);

void fixture_hold(bool on)
{
	the.held = on;
	for (size_t i = 0; !on && i < waiting.n; i++)
		fixture_order(waiting.v[i]);
	if (!on)
		strs_clear(&waiting);
}

static void add_ended(void)
{
	struct job *j = add_job("10", "mesh", "alice", JOB_DONE, "htc-1");

	j->end_s = NOW / 1000 - 30;
	j->reason = "exit 0";
	j = add_job("11", "solve", "bob", JOB_FAILED, "htc-2");
	j->end_s = NOW / 1000 - 40;
	j->reason = "exit 3";
}

/* A new value of the engine's time is taken for now: the site's minute does not pass. */
void fixture_stand_still(void)
{
	if (the.held)
		return;
	the.engine.now_ms = NOW + (the.engine.now_ms == NOW);
	fixture_changed();
}

static void finish_job(const char *id)
{
	size_t i = 0;

	while (i < the.n_jobs && strcmp(the.jobs[i].id, id) != 0)
		i++;
	if (i == the.n_jobs)
		return;
	the.n_jobs--;
	memmove(&the.jobs[i], &the.jobs[i + 1], (the.n_jobs - i) * sizeof(the.jobs[0]));
}

void fixture_order(char *line)
{
	char verb[20] = "", a[40] = "", b[40] = "";

	if (the.held) {
		strs_add(&waiting, line);
		return;
	}
	sscanf(line, "%19s %39s %39s", verb, a, b);
	if (strcmp(verb, "node") == 0 && fixture_node(a)) {
		fixture_node(a)->state = node_state_of(b);
		fixture_count();
	} else if (strcmp(verb, "keep") == 0 &&
		   fixture_node(a)) { /* by itself, or "with" its array */
		struct node *n = fixture_node(a);

		n->keep_alive = b[0] == '\0';
		n->kept_ms = n->keep_alive ? NOW - 600000 : 0;
		n->array_kept_ms = n->keep_alive ? 0 : NOW - 600000;
		snprintf(n->kept_by, sizeof(n->kept_by), "ann");
	} else if (strcmp(verb, "link") == 0) {
		the.link = strcmp(a, "lost") == 0 ? MIRROR_LOST : MIRROR_LIVE;
		the.quiet_ms = strcmp(a, "quiet") == 0 ? 5000 : 0;
	} else if (strcmp(verb, "stale") == 0) {
		the.clusters[0].view.queue_stale = true;
		the.clusters[0].view.queue_age_ms = a[0] ? strtol(a, NULL, 10) * 1000 : 200000;
	} else if (strcmp(verb, "unread") == 0) { /* the engine has just started */
		the.clusters[0].view.queue_age_ms = -1;
		the.clusters[0].view.queue_unread = true;
		the.clusters[0].view.jobs_running = the.clusters[0].view.jobs_pending = 0;
		the.clusters[0].view.jobs_held = 0;
	} else if (strcmp(verb, "jobs") == 0) { /* so many run and wait */
		the.clusters[0].view.queue_age_ms = 1000;
		the.clusters[0].view.queue_unread = false;
		the.clusters[0].view.jobs_running = strtol(a, NULL, 10);
		the.clusters[0].view.jobs_pending = strtol(b, NULL, 10);
	} else if (strcmp(verb, "protect") == 0) {
		the.clusters[0].cluster.protect = strcmp(a, "off") != 0;
	} else if (strcmp(verb, "alpha") == 0) { /* a second cluster of the template */
		snprintf(the.templates[0].used_by, sizeof(the.templates[0].used_by),
			 "demo *, alpha *");
	} else if (strcmp(verb, "halt") ==
		   0) { /* what is under way goes no further than there */
		snprintf(the.halt, sizeof(the.halt), "%.19s", a);
	} else if (strcmp(verb, "cloud") == 0) {
		the.engine.cloud_ok = false;
		the.engine.cloud_since_ms = NOW - 180000;
		snprintf(the.engine.cloud_text, sizeof(the.engine.cloud_text),
			 "azsim: connection refused");
	} else if (strcmp(verb, "log") == 0) {
		fixture_log_grows(strtol(a, NULL, 10));
	} else if (strcmp(verb, "finish") == 0) { /* it leaves the queue */
		finish_job(a);
	} else if (strcmp(verb, "ended") == 0) {
		add_ended();
	} else if (strcmp(verb, "full") == 0) {
		the.jobs[0].waits = "quota: westeurope cores has 100 of 100 cores in use";
		snprintf(the.clusters[0].view.reasons, sizeof(the.clusters[0].view.reasons),
			 "quota 33   Dependency 1");
	} else if (strcmp(verb, "edits") == 0) { /* somebody else has it open */
		snprintf(the.clusters[0].view.editing, sizeof(the.clusters[0].view.editing),
			 "%s", a);
		the.clusters[0].view.editing_ms = a[0] ? NOW - 120000 : 0;
	} else if (strcmp(verb, "committed") ==
		   0) { /* of the month's budget, with what is spent */
		the.clusters[0].view.committed = strtod(a, NULL);
	} else if (strcmp(verb, "refuse") == 0) {
		the.refuse = true;
	} else if (strcmp(verb, "role") == 0) {
		the.engine.role = role_of(a);
	} else if (strcmp(verb, "cluster") == 0 && fixture_cluster(a)) {
		fixture_cluster(a)->cluster.state = cluster_state_of(b);
	} else if (strcmp(verb, "user") == 0) {
		static char user[40];

		memcpy(user, a, sizeof(user));
		the.jobs[0].user = user;
	}
	fixture_changed();
}
