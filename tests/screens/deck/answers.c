/* What the made-up engine answers, and what it then does step by step. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/http_parse.h"
#include "base/mem.h"
#include "fixture.h"
#include "wire/wire.h"

static const char *const delete_steps[][2] = {
	{ "undo", "begins in 10 s; jobs that start meanwhile are waited for" },
	{ "drain", "8 nodes, 4 jobs run on them" },
	{ "nodes", "1 scale set and 8 nodes to go" },
	{ "head", "" },
	{ "lists", "first list is empty; the second comes a minute later" },
	{ "names", "4 of 5 names looked at" },
};

static const char *const start_steps[][2] = {
	{ "group", "pl-demo" },
	{ "head", "the machine boots" },
	{ "ssh", "first contact" },
};

static size_t steps_done;

static struct json *operation_begins(enum op_kind kind, const struct cluster_row *r)
{
	struct operation *o = &fixture->ops[0];
	struct json *j = json_new_object();

	fixture->n_ops = 1;
	operation_clear(o);
	*o = (struct operation){ .id = 70 + (int64_t)fixture->revision,
				 .cluster_id = r->cluster.id,
				 .kind = kind,
				 .state = OP_RUNNING,
				 .started_ms = fixture->engine.now_ms };
	steps_done = 0;
	fixture_step();
	json_set_int(j, "operation", o->id);
	return j;
}

static void operation_ends(struct operation *o)
{
	o->state = OP_DONE;
	if (o->kind == OP_START) {
		struct cluster_row *r = NULL;

		for (size_t i = 0; i < fixture->n_clusters; i++)
			if (fixture->clusters[i].cluster.id == o->cluster_id)
				r = &fixture->clusters[i];
		if (r) {
			r->cluster.state = CLUSTER_RUNNING;
			r->view.queue_age_ms = 1000;
		}
		return;
	}
	snprintf(o->detail, sizeof(o->detail),
		 "verified: 5 resources gone by name, two lists by tag empty");
	free(o->data);
	o->data =
	    fixture->disk
		? fixture_report()
		: xstrdup(
		      "{\"gone\":[\"/s/x/resourceGroups/pl-demo-4f1c\",\"/g/x/virtualMachineScaleSets/pl-4f1c-htc-1\","
		      "\"/g/x/virtualMachines/pl-4f1c-head\",\"/g/x/virtualNetworks/pl-4f1c-vnet\","
		      "\"/g/x/networkSecurityGroups/pl-4f1c-nsg\"],\"left\":[],"
		      "\"first_empty_list\":\"2026-11-23T12:06:10Z\",\"second_empty_list\":\"2026-11-23T12:07:11Z\","
		      "\"group_deleted\":true,\"spent\":1.27}");
	for (size_t i = 0; i < fixture->n_nodes; i++)
		if (fixture->nodes[i].cluster_id == o->cluster_id)
			fixture->nodes[i].state = NODE_GONE;
	for (size_t i = 0; i < fixture->n_clusters; i++)
		if (fixture->clusters[i].cluster.id == o->cluster_id) {
			fixture->n_clusters--;
			memmove(&fixture->clusters[i], &fixture->clusters[i + 1],
				(fixture->n_clusters - i) * sizeof(fixture->clusters[0]));
		}
	fixture->n_jobs = 0;
}

bool fixture_step(void)
{
	struct operation *o = &fixture->ops[0];
	bool starts = o->kind == OP_START;
	const char *const(*steps)[2] = starts ? start_steps : delete_steps;
	size_t n = starts ? ARRAY_LEN(start_steps) : ARRAY_LEN(delete_steps);

	if (fixture->n_ops == 0 || o->state != OP_RUNNING)
		return false;
	if ((fixture->halt[0] && strcmp(o->step, fixture->halt) == 0) ||
	    (!starts && fixture_stuck(o)))
		return true;
	if (steps_done == n) {
		operation_ends(o);
		fixture_count();
	} else {
		snprintf(o->step, sizeof(o->step), "%s", steps[steps_done][0]);
		snprintf(o->detail, sizeof(o->detail), "%s", steps[steps_done][1]);
		steps_done++;
	}
	fixture_changed();
	return o->state == OP_RUNNING;
}

static struct json *decision(void)
{
	struct json *j = json_new_object(), *c;

	json_set_str(j, "summary",
		     "+2 htc: 33 tasks pending, 1 core each; F2s_v2 spot is cheapest");
	c = json_add_object(json_set_array(j, "creates"));
	json_set_str(c, "array", "htc");
	json_set_str(c, "size", "Standard_F2s_v2");
	json_set_bool(c, "spot", true);
	json_set_int(c, "count", 2);
	json_set_real(c, "price", 0.0174);
	json_set_str(
	    c, "why",
	    "33 tasks of 1 core wait, 2 boot; the limit of 16 allows 8 more, 2 at a time");
	c = json_add_object(json_set_array(j, "wants"));
	json_set_str(c, "job", "12_[5-37]");
	json_set_str(c, "user", "op");
	json_set_str(c, "text",
		     "4 of 33 placed on nodes that boot, 29 wait for the next round");
	return j;
}

static struct json *why(const char *path, struct err *err)
{
	char what[80], text[1000];
	const char *events =
	    strstr(path, "?events=1")
		? "\nwhat happened to it:\n2026-11-23 12:03:41  boot failed: mount /shared timed out"
		: "";
	struct json *j = json_new_object();
	const struct node *n;

	snprintf(what, sizeof(what), "%.*s", (int)strcspn(path, "?"), path);
	n = fixture_node(what);

	if (n)
		snprintf(
		    text, sizeof(text),
		    "node %s (Standard_F2s_v2, spot 1): %s for 41s: %s\nmachine: %s host %s\n  requested  11:59:02  +0s\n  machine    11:59:40  +38s\n  last mark of its script: mounts /shared\nthe decision says: kept, 33 tasks wait for it%s",
		    n->name, node_state_name(n->state), n->reason, n->vm_name, n->host, events);
	else if (what[0] == '1')
		snprintf(
		    text, sizeof(text),
		    "job %s (monte-carlo) of op in htc: pending\nasks for: 33 tasks, each with 1 cpu on 1 node; scheduler's reason: Resources\nwaits_boot: 2 nodes boot for it (htc-7, htc-8), 2 more are asked for; the limit of 16 is not reached\nlast decision: +2 htc: 33 tasks pending, 1 core each; F2s_v2 spot is cheapest",
		    what);
	else {
		err_set(err, ERR_NOT_FOUND,
			"cluster demo has no node and no job \"%s\" in its last reading", what);
		json_free(j);
		return NULL;
	}
	json_set_str(j, "text", text);
	return j;
}

static struct json *node_names(void)
{
	struct json *j = json_new_object(), *list = json_set_array(j, "rows");

	for (size_t i = 0; i < fixture->n_nodes; i++)
		json_set_str(json_add_object(list), "name", fixture->nodes[i].name);
	return j;
}

static struct json *drain(const struct json *body, enum node_state to)
{
	const struct json *list = json_get(body, "nodes");

	for (size_t i = 0; i < json_len(list); i++) {
		struct node *n = fixture_node(json_text(json_at(list, i)));

		if (n)
			n->state = to;
	}
	fixture_count();
	fixture_changed();
	return json_new_object();
}

static void remove_job(size_t i)
{
	fixture->n_jobs--;
	memmove(&fixture->jobs[i], &fixture->jobs[i + 1],
		(fixture->n_jobs - i) * sizeof(fixture->jobs[0]));
}

/* "nodes=htc-[1-3],hpc-1": of jobs on one node each. */
static struct json *killed(const char *query)
{
	struct strs names = STRS_INIT(1000);
	struct buf list = BUF_INIT(BUF_TEXT_MAX);
	struct json *j = json_new_object();
	char text[200] = "it ends no job";
	size_t n = 0, used = 0;

	http_query_get(&list, query, "nodes");
	hostlist_expand(&names, buf_str(&list), NULL);
	for (size_t i = 0; i < fixture->n_jobs && used < sizeof(text); i++)
		if (fixture->jobs[i].state == JOB_RUNNING &&
		    strs_has(&names, fixture->jobs[i].nodes))
			used +=
			    (size_t)snprintf(text + used, sizeof(text) - used, "%s%.24s",
					     n++ ? ", " : "it ends jobs ", fixture->jobs[i].id);
	json_set_str(j, "text", text);
	strs_clear(&names);
	buf_clear(&list);
	return j;
}

static struct json *jobs_told(const char *verb, const struct json *body)
{
	const struct json *ids = json_get(body, "ids");

	for (size_t k = 0; k < json_len(ids); k++)
		for (size_t i = 0; i < fixture->n_jobs; i++) {
			struct job *j = &fixture->jobs[i];

			if (strcmp(j->id, json_text(json_at(ids, k))) != 0)
				continue;
			j->reason_class = REASON_NONE;
			if (strcmp(verb, "cancel") == 0)
				remove_job(i);
			else
				j->state = strcmp(verb, "hold") == 0 ? JOB_HELD : JOB_PENDING;
			break;
		}
	fixture_changed();
	return json_new_object();
}

/* A shell that says where it is and ends. */
static struct json *way_to(const char *node)
{
	struct json *j = json_new_object(), *argv = json_set_array(j, "argv");
	char text[120];

	snprintf(text, sizeof(text), "echo shell on %.60s; read -r line", node);
	json_add(argv, json_new_string("/bin/sh"));
	json_add(argv, json_new_string("-c"));
	json_add(argv, json_new_string(text));
	json_set_str(j, "transport", "ssh");
	json_set_str(j, "key", "/etc/passwd");
	return j;
}

/* What there is on this machine as well, so that it can be fetched, and more than fits. */
static struct json *files(const char *job, struct err *err)
{
	static const struct {
		const char *path, *what;
		long long size;
	} some[] = { { "/etc/passwd", "stdout", 1234 },
		     { "/etc/err 1.log", "stderr", 0 },
		     { "/etc/network", "", -1 } };
	struct json *j, *list, *f;
	char path[40];

	if (strncmp(job, "13", 2) == 0) {
		err_set(err, ERR_CONFLICT, "job 13 has not begun: it has written nothing yet");
		return NULL;
	}
	j = json_new_object();
	json_set_str(j, "folder", "/etc");
	list = json_set_array(j, "files");
	for (size_t i = 0; i < 60; i++) {
		size_t k = i < ARRAY_LEN(some) ? i : ARRAY_LEN(some);

		snprintf(path, sizeof(path), "/etc/mesh-%zu.dat", i);
		f = json_add_object(list);
		json_set_str(f, "path", k == ARRAY_LEN(some) ? path : some[k].path);
		json_set_str(f, "what", k == ARRAY_LEN(some) ? "" : some[k].what);
		json_set_int(f, "size",
			     k == ARRAY_LEN(some) ? (int64_t)i * 4096 : some[k].size);
		json_set_bool(f, "folder", k < ARRAY_LEN(some) && some[k].size < 0);
		json_set_int(f, "written_s", fixture->engine.now_ms / 1000 - 60);
	}
	return j;
}

static struct json *create(const struct json *body)
{
	struct cluster_row *r = &fixture->clusters[fixture->n_clusters++];
	struct json *j = json_new_object();

	*r = (struct cluster_row){ .cluster = { .id = 100 + (int64_t)fixture->n_clusters,
						.state = CLUSTER_OFF } };
	r->cluster.name = xstrdup(json_str(body, "name", "?"));
	r->cluster.reason = xstrdup("");
	r->cluster.spec.scheduler = xstrdup("slurm");
	r->cluster.spec.template_name = xstrdup(json_str(body, "template", "?"));
	r->view.queue_age_ms = -1;
	struct array_row *a = &fixture->arrays[fixture->n_arrays++];
	*a = (struct array_row){
		.spot = true, .max = 16, .array = "htc", .size = "Standard_F2s_v2"
	};
	snprintf(a->cluster, sizeof(a->cluster), "%s", r->cluster.name);
	fixture_count();
	fixture_event(EVENT_INFO, r->cluster.name, "", "created from slurm");
	fixture_changed();
	return j;
}

static struct json *cancel(struct err *err)
{
	if (fixture->n_ops == 0 || fixture->ops[0].state != OP_RUNNING) {
		err_set(err, ERR_CONFLICT, "the operation has ended");
		return NULL;
	}
	fixture->ops[0].state = OP_CANCELLED;
	snprintf(fixture->ops[0].error, sizeof(fixture->ops[0].error),
		 "taken back before the first call");
	for (size_t i = 0; i < fixture->n_clusters; i++)
		if (fixture->clusters[i].cluster.id == fixture->ops[0].cluster_id)
			fixture->clusters[i].cluster.state =
			    fixture->ops[0].kind == OP_START ? CLUSTER_OFF : CLUSTER_RUNNING;
	fixture_changed();
	return json_new_object();
}

static struct json *of_job(const char *verb, bool post, const struct json *body,
			   struct err *err)
{
	if (strstr(verb, "/files"))
		return files(verb, err);
	if (strstr(verb, "/resubmit"))
		return fixture_again(verb, post, body, err);
	return jobs_told(verb, body);
}

static struct json *local_way(void)
{
	struct json *j = json_new_object();

	json_set_str(j, "transport", "local");
	return j;
}

static struct json *kept_disks(void)
{
	struct json *list = json_new_array(), *j = json_add_object(list);

	json_set_str(j, "name", "home");
	json_set_str(j, "disk_id", "/subscriptions/s/disks/cfd-home-1f2e");
	json_set_int(j, "disk_ms", 1);
	return list;
}

static struct json *of_cluster(const char *verb, struct cluster_row *r, bool post,
			       const struct json *body, struct err *err)
{
	struct json *j;

	if (!verb[0]) {
		j = wire_cluster_row_json(r);
		json_put(j, "spec.sample_job", json_new_string("monte-carlo.sh"));
		if (r->cluster.state == CLUSTER_KEPT)
			json_put(j, "spec.storage", kept_disks());
		json_set_str(j, "template", "slurm");
		return j;
	}
	if (strcmp(verb, "start") == 0) {
		r->cluster.state = CLUSTER_STARTING;
		return operation_begins(OP_START, r);
	}
	if (strcmp(verb, "stop") == 0) {
		r->cluster.state = CLUSTER_STOPPING;
		return operation_begins(OP_STOP, r);
	}
	if (strncmp(verb, "teardown?keep=", 14) == 0)
		return fixture_teardown(r, verb + 14);
	if (strcmp(verb, "teardown") == 0) {
		if (!post)
			return fixture_teardown(r, NULL);
		if (fixture->refuse) {
			fixture->refuse = false;
			err_set(err, ERR_CONFLICT, "the cluster changed: read the new plan");
			return NULL;
		}
		r->cluster.state = CLUSTER_DELETING;
		return operation_begins(OP_DELETE, r);
	}
	if (strcmp(verb, "jobs/check") == 0)
		return fixture_job_check(body);
	if (strcmp(verb, "jobs") == 0) {
		fixture_add_job("16_[1-40]", json_str(body, "name", "?"));
		r->view.jobs_pending += 40;
		fixture_changed();
		j = json_new_object();
		json_set_str(j, "job", "16");
		return j;
	}
	if (strncmp(verb, "arrays/", 7) == 0)
		return json_new_object();
	if (strncmp(verb, "nodes?", 6) == 0)
		return node_names();
	if (strcmp(verb, "nodes/drain") == 0)
		return drain(body, NODE_DRAINING);
	if (strcmp(verb, "nodes/undrain") == 0)
		return drain(body, NODE_BUSY);
	if (strcmp(verb, "nodes/terminate") == 0)
		return drain(body, NODE_GONE);
	if (strncmp(verb, "killed?", 7) == 0)
		return killed(verb + 7);
	if (strstr(verb, "/log"))
		return fixture_log_of(verb, err);
	if (strncmp(verb, "jobs/", 5) == 0)
		return of_job(verb + 5, post, body, err);
	if (strcmp(verb, "ssh") == 0) /* the head is this machine */
		return local_way();
	if (strncmp(verb, "ssh?node=", 9) == 0)
		return way_to(verb + 9);
	if (strcmp(verb, "update") == 0)
		return post ? fixture_update(body) : fixture_limits();
	if (strcmp(verb, "update/check") == 0)
		return fixture_limits_check(body);
	if (strcmp(verb, "pause") == 0 || strcmp(verb, "resume") == 0) {
		r->cluster.paused = verb[0] == 'p';
		fixture_changed();
		return json_new_object();
	}
	if (strcmp(verb, "plan") == 0)
		return decision();
	if (strncmp(verb, "why/", 4) == 0)
		return why(verb + 4, err);
	err_set(err, ERR_NOT_FOUND, "no route %s", verb);
	return NULL;
}

/* Of a cluster or a template alike: whom the order named. */
static struct json *editing(void)
{
	const struct cluster_view *v = &fixture->clusters[0].view;
	struct json *j = json_new_object(), *list = json_set_array(j, "editing");

	if (v->editing[0]) {
		struct json *one = json_add_object(list);

		json_set_str(one, "who", v->editing);
		json_set_int(one, "since_ms", v->editing_ms);
	}
	return j;
}

struct json *fixture_answer(const char *method, const char *path, const struct json *body,
			    struct err *err)
{
	bool post = strcmp(method, "POST") == 0;
	char name[64] = "", verb[200] = "";

	if (post && strstr(path, "/editing"))
		return editing();
	if (post && strcmp(path, "/v1/clusters") == 0)
		return create(body);
	if (sscanf(path, "/v1/clusters/%63[^/]/%199s", name, verb) >= 1 &&
	    fixture_cluster(name))
		return of_cluster(verb, fixture_cluster(name), post, body, err);
	if (strncmp(path, "/v1/cost", 8) == 0)
		return fixture_cost(path);
	if (strcmp(path, "/v1/templates/check") == 0)
		return fixture_check_text(body);
	if (post && strcmp(path, "/v1/backup") == 0)
		return json_parse("{\"path\":\"/var/lib/paceline/backup-1.db\"}", 40, NULL);
	if (strncmp(path, "/v1/templates/", 14) == 0 && strstr(path, "/check"))
		return fixture_check(body);
	if (strncmp(path, "/v1/templates/", 14) == 0 && strstr(path, "/diff"))
		return fixture_diff(path);
	if (strncmp(path, "/v1/templates/", 14) == 0)
		return fixture_template(path + 14);
	if (strstr(path, "/cancel"))
		return cancel(err);
	if (strstr(path, "/skip"))
		fixture_skip(json_str(body, "item", ""));
	if (strstr(path, "/retry"))
		return fixture_retry(strtol(path + 15, NULL, 10));
	if (strncmp(path, "/v1/operations/", 15) == 0 && fixture->n_ops)
		return fixture_operation(strtol(path + 15, NULL, 10));
	err_set(err, ERR_NOT_FOUND, "there is no %s", path);
	return NULL;
}
