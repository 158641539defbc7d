/* Numbers and rows for lists, panes and the header. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/version.h"
#include "engine/bill.h"
#include "engine/check.h"
#include "engine/editing.h"
#include "engine/facts.h"
#include "engine/history.h"
#include "engine/jobs.h"
#include "engine/members.h"
#include "engine/operation.h"
#include "engine/region.h"
#include "engine/silence.h"
#include "engine/upkeep.h"
#include "template/template.h"

size_t engine_clusters(const struct engine *e, const struct cluster *const **out)
{
	struct engine *mine = (struct engine *)(uintptr_t)e; /* the lent list is a cache */

	mine->cluster_list =
	    xreallocarray(mine->cluster_list, e->n_runs + 1, sizeof(*mine->cluster_list));
	for (size_t i = 0; i < e->n_runs; i++)
		mine->cluster_list[i] = &e->runs[i]->cluster;
	*out = mine->cluster_list;
	return e->n_runs;
}

const struct cluster *engine_cluster(const struct engine *e, const char *name)
{
	struct run *r = run_find(e, name);

	return r ? &r->cluster : NULL;
}

size_t engine_nodes(const struct engine *e, const struct cluster *c,
		    const struct node *const **out)
{
	struct run *r = run_of(e, c);

	*out = NULL;
	if (!r)
		return 0;
	r->node_list = xreallocarray(r->node_list, r->n_members + 1, sizeof(*r->node_list));
	for (size_t i = 0; i < r->n_members; i++)
		r->node_list[i] = member_told(r, r->members[i]);
	*out = r->node_list;
	return r->n_members;
}

const struct queue *engine_queue(const struct engine *e, const struct cluster *c)
{
	struct run *r = run_of(e, c);

	return r ? r->queue : NULL;
}

const struct plan *engine_plan(const struct engine *e, const struct cluster *c)
{
	struct run *r = run_of(e, c);

	return r && r->decided ? &r->plan : NULL;
}

const struct demand *engine_demand(const struct engine *e, const struct cluster *c)
{
	struct run *r = run_of(e, c);

	return r && r->decided ? &r->demand : NULL;
}

const struct facts *engine_facts(const struct engine *e, const struct cluster *c)
{
	struct run *r = run_of(e, c);

	return r && r->decided ? &r->facts : NULL;
}

/* What was written down of a cluster outlives it: the last one of that name. 0: of all. */
static int id_of(const struct engine *e, const char *cluster, int64_t *id, struct err *err)
{
	struct run *r = cluster && cluster[0] ? run_find(e, cluster) : NULL;
	struct cluster *v = NULL;
	size_t n = 0;

	*id = r ? r->cluster.id : 0;
	if (r || !cluster || !cluster[0])
		return 0;
	if (store_clusters(e->store, &v, &n, true, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(v[i].name, cluster) == 0 && v[i].id > *id)
			*id = v[i].id;
		cluster_clear(&v[i]);
	}
	free(v);
	return *id ? 0 : engine_no_cluster(e, cluster, err);
}

int engine_events(struct engine *e, const char *cluster, int64_t after_seq, size_t most,
		  struct event **out, size_t *n, struct err *err)
{
	int64_t id;

	*out = NULL;
	*n = 0;
	if (id_of(e, cluster, &id, err) < 0)
		return -1;
	return store_events(e->store, id, after_seq, most, out, n, err);
}

int engine_operations(struct engine *e, const char *cluster, bool open_only, size_t most,
		      struct operation **out, size_t *n, struct err *err)
{
	int64_t id;

	*out = NULL;
	*n = 0;
	if (id_of(e, cluster, &id, err) < 0)
		return -1;
	if (store_ops(e->store, id, open_only, most, out, n, err) < 0)
		return -1;
	for (size_t i = 0; i < *n; i++)
		operation_number(&(*out)[i]);
	return 0;
}

int engine_operation(struct engine *e, int64_t id, struct operation *out, struct err *err)
{
	if (store_op_get(e->store, id, out, err) < 0)
		return -1;
	operation_number(out);
	return 0;
}

int engine_audits(struct engine *e, int64_t before_seq, size_t most, struct audit **out,
		  size_t *n, struct err *err)
{
	return store_audits(e->store, before_seq, most, out, n, err);
}

struct store *engine_store(struct engine *e)
{
	return e->store;
}

static void count_nodes(struct cluster_view *v, const struct run *r)
{
	for (size_t i = 0; i < r->n_members; i++) {
		const struct node *n = &r->members[i]->node;
		enum node_state s = member_told_state(r->members[i]);

		v->nodes++;
		v->busy += s == NODE_BUSY;
		v->idle += s == NODE_IDLE;
		v->booting += node_is_booting(s);
		v->nodes_asked += s == NODE_PLANNED || s == NODE_REQUESTED;
		v->draining += s == NODE_DRAINING || s == NODE_DELETING;
		v->failed += s == NODE_FAILED || s == NODE_UNHEALTHY || s == NODE_EVICTED;
		if (!n->bound_ms)
			continue;
		if (n->price < 0)
			v->price_now = -1;
		else if (v->price_now >= 0)
			v->price_now += n->price;
	}
}

static void count_head(struct cluster_view *v, const struct run *r)
{
	if (!r->cluster.head_up_ms)
		return;
	if (r->cluster.head_price < 0)
		v->price_now = -1;
	else if (v->price_now >= 0)
		v->price_now += r->cluster.head_price;
}

static void count_disks(struct cluster_view *v, const struct run *r)
{
	double price = cluster_disks_price(&r->cluster);

	if (price < 0)
		v->price_now = -1;
	else if (v->price_now >= 0)
		v->price_now += price;
}

static void count_jobs(struct cluster_view *v, const struct queue *q)
{
	for (size_t i = 0; q && i < q->n_jobs; i++) {
		const struct job *j = &q->jobs[i];
		int64_t tasks = j->tasks > 0 ? j->tasks : 1;

		if (job_has_nodes(j))
			v->jobs_running += tasks;
		else if (j->state == JOB_PENDING)
			v->jobs_pending += tasks;
		else if (j->state == JOB_HELD)
			v->jobs_held += tasks;
	}
}

/*
 * Why tasks wait, in one line
 */

#define REASONS_MOST 12

struct reason_count {
	char name[32];
	int64_t tasks;
};

/* What the engine knows better has its own word: what stands before the colon. */
static void reason_of(char out[32], const struct job *j)
{
	const char *colon = strchr(j->waits, ':');

	if (j->state == JOB_HELD)
		snprintf(out, 32, "Held");
	else if (j->waits[0] && colon && colon - j->waits < 20)
		snprintf(out, 32, "%.*s", (int)(colon - j->waits), j->waits);
	else
		snprintf(out, 32, "%.31s",
			 j->waits[0]	? "no nodes"
			 : j->reason[0] ? j->reason
					: "new");
}

static int by_tasks(const void *a, const void *b)
{
	const struct reason_count *x = a, *y = b;

	return x->tasks < y->tasks ? 1 : -(x->tasks > y->tasks);
}

static struct reason_count *count_of(struct reason_count *v, size_t *n, const struct job *j)
{
	char name[32];
	size_t i = 0;

	reason_of(name, j);
	while (i < *n && strcmp(v[i].name, name) != 0)
		i++;
	if (i == REASONS_MOST)
		return NULL;
	if (i == *n)
		memcpy(v[(*n)++].name, name, sizeof(name));
	return &v[i];
}

/* Tasks of it that have their place wait for what the scheduler says. */
static void count_parts(struct reason_count *v, size_t *n, const struct job *j,
			struct reason_count *at)
{
	int64_t tasks = j->tasks > 0 ? j->tasks : 1;
	int64_t stuck = j->waits[0] && j->stuck > 0 && j->stuck < tasks ? j->stuck : tasks;
	struct job rest = *j;

	if (at)
		at->tasks += stuck;
	if (stuck == tasks)
		return;
	rest.waits = "";
	at = count_of(v, n, &rest);
	if (at)
		at->tasks += tasks - stuck;
}

/* Equal texts of a queue are one text, and neighbours mostly wait for the same. */
static size_t count_reasons(struct reason_count *v, const struct queue *q)
{
	const struct job *last = NULL;
	struct reason_count *at = NULL;
	size_t n = 0;

	for (size_t i = 0; i < q->n_jobs; i++) {
		const struct job *j = &q->jobs[i];

		if (j->state != JOB_PENDING && j->state != JOB_HELD)
			continue;
		if (!last || last->state != j->state || last->reason != j->reason ||
		    last->waits != j->waits)
			at = count_of(v, &n, j);
		last = j;
		count_parts(v, &n, j, at);
	}
	return n;
}

/* Once for each reading and each judgement of it. */
static void queue_reasons(struct cluster_view *v, struct run *r)
{
	struct reason_count counts[REASONS_MOST] = { { .tasks = 0 } };
	const struct queue *q = r->queue;
	size_t n = 0, used = 0, max = sizeof(r->reasons);

	if (q && (q->read_ended_ms != r->reasons_ms || q->judged != r->reasons_judged)) {
		r->reasons_ms = q->read_ended_ms;
		r->reasons_judged = q->judged;
		r->reasons[0] = '\0';
		n = count_reasons(counts, q);
		qsort(counts, n, sizeof(counts[0]), by_tasks);
		for (size_t i = 0; i < n && used + 56 < max; i++)
			used += (size_t)snprintf(r->reasons + used, max - used, "%s%s %lld",
						 i ? "   " : "", counts[i].name,
						 (long long)counts[i].tasks);
	}
	snprintf(v->reasons, sizeof(v->reasons), "%s", q ? r->reasons : "");
}

static void view_make(struct run *r)
{
	struct cluster_view *v = &r->view;
	int64_t now = clock_utc_ms();

	*v = (struct cluster_view){ .nodes_max = r->cluster.spec.max_nodes,
				    .spent = bill_shown(r, now) };
	count_nodes(v, r);
	count_head(v, r);
	count_disks(v, r);
	count_jobs(v, r->queue);
	queue_reasons(v, r);
	if (v->nodes_max < 0) {
		v->nodes_max = 0;
		for (size_t i = 0; i < r->cluster.spec.n_arrays; i++) {
			int64_t most = hours_max(&r->cluster.spec.arrays[i], now / 1000);

			v->nodes_max += most > 0 ? most : 0;
		}
	}
	view_ages(v, r);
	if (r->cluster.state != CLUSTER_RUNNING)
		snprintf(v->plan, sizeof(v->plan), "%s", cluster_rests_why(&r->cluster));
	else if (r->decided)
		snprintf(v->plan, sizeof(v->plan), "%s", r->plan.summary);
	outlook_make(v, r, now);
	editing_view(r->engine, r->cluster.name, v->editing, &v->editing_ms);
	r->view_revision = r->engine->revision;
}

void engine_view(const struct engine *e, const struct cluster *c, struct cluster_view *out)
{
	struct run *r = run_of(e, c);

	*out = (struct cluster_view){ .queue_age_ms = -1, .cloud_age_ms = -1 };
	if (!r)
		return;
	if (r->view_revision != e->revision)
		view_make(r);
	*out = r->view;
	view_ages(out, r);
}

static void first_cloud(const struct engine *e, struct engine_row *out)
{
	out->cloud_ok = true;
	for (size_t i = 0; i < e->n_clouds; i++) {
		struct cloud_health h;
		char cure[160];

		out->simulated = out->simulated || e->clouds[i].record->simulated;
		e->clouds[i].ops->health(e->clouds[i].cloud, &h);
		if (h.ok || !out->cloud_ok)
			continue;
		out->cloud_ok = false;
		out->cloud_since_ms = h.since_ms;
		/* what to do comes first: 80 columns cut the rest */
		snprintf(out->cloud_text, sizeof(out->cloud_text), "%.40s: %s%.100s",
			 e->clouds[i].record->name, outage_cure(&e->clouds[i], cure), h.text);
	}
}

void engine_row(const struct engine *e, struct engine_row *out)
{
	*out = (struct engine_row){ .clock_factor = clock_factor(),
				    .now_ms = clock_utc_ms(),
				    .loop_lag_ms = loop_lag_ms(e->loop),
				    .loop_work_ms = loop_work_ms(e->loop),
				    .safe_mode = e->safe_mode,
				    .adoption = e->adoption,
				    .store_ok = e->issue[0] == '\0' };
	snprintf(out->engine_id, sizeof(out->engine_id), "%s", store_engine_id(e->store));
	snprintf(out->version, sizeof(out->version), "%s", PACELINE_VERSION);
	snprintf(out->store_text, sizeof(out->store_text), "%s", e->issue);
	for (size_t i = 0; i < e->n_regions; i++)
		out->sample_prices = out->sample_prices || e->regions[i]->sizes.sample_prices;
	first_cloud(e, out);
}

/*
 * One row for each array and size that the template names or a node has
 */

static struct array_row *array_row_of(struct array_row **rows, size_t *n, size_t *cap,
				      const struct run *r, const char *array, const char *size,
				      bool spot)
{
	struct array_row *row;
	const struct array_spec *a = cluster_array(&r->cluster.spec, array);
	bool shares = false;

	for (size_t i = 0; i < *n; i++) {
		if (strcmp((*rows)[i].array, array) != 0)
			continue;
		if (strcmp((*rows)[i].size, size) == 0 && (*rows)[i].spot == spot)
			return &(*rows)[i];
		shares = true; /* the limit is the array's: it is told once */
	}
	GROW(*rows, *n, *cap);
	row = &(*rows)[(*n)++];
	*row =
	    (struct array_row){ .spot = spot,
				.shares = shares,
				.max = a && !shares ? hours_max(a, clock_utc_ms() / 1000) : -1,
				.kept_ms = a ? a->kept_ms : 0 };
	snprintf(row->kept_by, sizeof(row->kept_by), "%s",
		 a && a->kept_ms && a->kept_by ? a->kept_by : "");
	snprintf(row->cluster, sizeof(row->cluster), "%s", r->cluster.name);
	snprintf(row->array, sizeof(row->array), "%s", array);
	snprintf(row->size, sizeof(row->size), "%s", size);
	return row;
}

static int by_index(const void *a, const void *b)
{
	const struct node *x = *(const struct node *const *)a,
			  *y = *(const struct node *const *)b;

	return x->index < y->index ? -1 : x->index > y->index;
}

static void rows_of_spec(struct array_row **rows, size_t *n, size_t *cap, const struct run *r)
{
	const struct cluster_spec *s = &r->cluster.spec;

	for (size_t i = 0; i < s->n_arrays; i++)
		if (s->arrays[i].sizes.n)
			array_row_of(rows, n, cap, r, s->arrays[i].name,
				     s->arrays[i].sizes.v[0], s->arrays[i].spot != SPOT_NEVER);
}

static int by_array(const void *a, const void *b)
{
	const struct array_row *x = a, *y = b;
	int c = strcmp(x->array, y->array);

	if (c == 0 && x->shares != y->shares)
		return x->shares ? 1 : -1;
	if (c == 0)
		c = strcmp(x->size, y->size);
	return c ? c : x->spot - y->spot;
}

/* Nodes of all rows of the array: they fill the limit together. */
static int64_t array_live(const struct array_row *rows, size_t n, const char *array)
{
	int64_t live = 0;

	for (size_t i = 0; i < n; i++)
		live += strcmp(rows[i].array, array) == 0 ? rows[i].live : 0;
	return live;
}

/* Its glyphs begin with nodes that are there, in order of their index, and end with free
 * places. */
static void glyphs_make(struct array_row *row, int64_t others, const struct node *const *nodes,
			size_t n)
{
	int64_t most = row->max - others, places = row->live > most ? row->live : most, at = 0;

	row->per = (places + GLYPHS_MAX - 2) / (GLYPHS_MAX - 1);
	row->per = row->per < 1 ? 1 : row->per;
	for (int64_t i = 0; i < (places + row->per - 1) / row->per; i++)
		row->glyphs[i] = '.';
	for (size_t i = 0; i < n; i++) {
		char *cell = &row->glyphs[at / row->per];

		if (strcmp(nodes[i]->array, row->array) != 0 ||
		    strcmp(nodes[i]->size, row->size) != 0 || nodes[i]->spot != row->spot)
			continue;
		*cell = node_glyph_worse(node_state_glyph(nodes[i]->state), *cell);
		at++;
	}
}

size_t engine_arrays(const struct engine *e, const struct cluster *c, struct array_row **out)
{
	struct run *r = run_of(e, c);
	const struct node *const *lent;
	size_t n = 0, cap = 0, n_nodes = engine_nodes(e, c, &lent);
	const struct node **nodes;

	*out = NULL;
	if (!r)
		return 0;
	nodes = xcalloc(n_nodes + 1, sizeof(struct node *));
	if (n_nodes)
		memcpy(nodes, lent, n_nodes * sizeof(struct node *));
	rows_of_spec(out, &n, &cap, r);
	qsort(nodes, n_nodes, sizeof(struct node *), by_index);
	for (size_t i = 0; i < n_nodes; i++) {
		struct array_row *row = array_row_of(out, &n, &cap, r, nodes[i]->array,
						     nodes[i]->size, nodes[i]->spot);

		row->live++;
		row->count[nodes[i]->state]++;
	}
	for (size_t i = 0; i < n; i++)
		glyphs_make(&(*out)[i], array_live(*out, n, (*out)[i].array) - (*out)[i].live,
			    nodes, n_nodes);
	if (n)
		qsort(*out, n, sizeof(**out), by_array);
	free(nodes);
	return n;
}

/*
 * Templates
 */

/* Clusters made from it, those of another revision with a star. */
static void used_by(char out[160], const struct engine *e, const struct template *t)
{
	size_t used = 0;

	for (size_t i = 0; i < e->n_runs && used < 159; i++) {
		const struct cluster_spec *s = &e->runs[i]->cluster.spec;

		if (!s->template_name || strcmp(s->template_name, t->name) != 0)
			continue;
		used += (size_t)snprintf(
		    out + used, 160 - used, "%s%s%s", used ? ", " : "",
		    e->runs[i]->cluster.name,
		    strcmp(s->template_hash ? s->template_hash : "", t->hash) ? " *" : "");
	}
}

/* A file that is no YAML at all. */
static void template_row_broken(struct template_row *row, const char *name,
				const struct err *why)
{
	*row = (struct template_row){ 0 };
	snprintf(row->name, sizeof(row->name), "%s", name);
	snprintf(row->problem, sizeof(row->problem), "%.199s", why->msg);
}

static void template_row_make(struct template_row *row, const struct engine *e,
			      const struct template *t)
{
	size_t used = 0;

	*row = (struct template_row){ .changed_ms = t->changed_ms };
	used_by(row->used_by, e, t);
	snprintf(row->name, sizeof(row->name), "%s", t->name);
	snprintf(row->title, sizeof(row->title), "%s", t->title ? t->title : "");
	snprintf(row->scheduler, sizeof(row->scheduler), "%s",
		 t->scheduler ? t->scheduler : "");
	snprintf(row->hash, sizeof(row->hash), "%s", t->hash);
	snprintf(row->problem, sizeof(row->problem), "%s", t->problem ? t->problem : "");
	for (size_t i = 0; i < t->arrays.n && used < sizeof(row->arrays); i++)
		used += (size_t)snprintf(row->arrays + used, sizeof(row->arrays) - used, "%s%s",
					 i ? "," : "", t->arrays.v[i]);
}

size_t engine_templates(struct engine *e, struct template_row **out)
{
	struct strs names = STRS_INIT(1000);
	size_t n = 0, cap = 0;

	*out = NULL;
	templates_list(&names, &e->template_folders, NULL);
	for (size_t i = 0; i < names.n; i++) {
		struct err why = ERR_INIT;
		struct template *t = template_load(&e->template_folders, names.v[i], &why);

		if (!t && why.code != ERR_PARSE)
			continue; /* it went meanwhile */
		GROW(*out, n, cap);
		if (t)
			template_row_make(&(*out)[n++], e, t);
		else
			template_row_broken(&(*out)[n++], names.v[i], &why);
		template_free(t);
	}
	strs_clear(&names);
	return n;
}

struct json *template_param_json(struct json *list, const struct template_param *p)
{
	static const char *const types[] = { "text", "int",   "real",	"bool", "choice",
					     "size", "image", "region", "cidr", "duration" };
	struct json *j = json_add_object(list), *choices;

	json_set_str(j, "name", p->name);
	json_set_str(j, "label", p->label);
	json_set_str(j, "help", p->help);
	json_set_str(j, "group", p->group);
	json_set_str(j, "type", types[p->type]);
	json_set_str(j, "default", p->fallback);
	if (p->min <= p->max && (p->type == PARAM_INT || p->type == PARAM_REAL)) {
		json_set_real(j, "min", p->min);
		json_set_real(j, "max", p->max);
	}
	choices = json_set_array(j, "choices");
	for (size_t k = 0; k < p->choices.n; k++)
		json_add(choices, json_new_string(p->choices.v[k]));
	return j;
}

static void problem_json(struct json *list, unsigned int line, unsigned int column,
			 const char *text)
{
	struct json *p = json_add_object(list);

	json_set_int(p, "line", line);
	json_set_int(p, "column", column);
	json_set_str(p, "text", text);
}

static void problems_json(struct json *j, const struct template_problems *p)
{
	struct json *list = json_set_array(j, "problems");

	for (size_t i = 0; i < p->n; i++)
		problem_json(list, p->v[i].line, p->v[i].column, p->v[i].text);
}

/* "disk": the storage for which a parameter names a disk that is taken over; "offers": a check
 * can be asked for usual values. */
static void params_json(struct json *list, const struct template *t)
{
	struct cluster_spec spec;

	cluster_spec_init(&spec);
	template_expand(&spec, t, NULL, NULL); /* as far as there are defaults */
	for (size_t i = 0; i < t->n_params; i++) {
		struct json *j = template_param_json(list, &t->params[i]);
		const char *disk = check_for_disk(t, &spec, t->params[i].name);

		if (disk)
			json_set_str(j, "disk", disk);
		json_set_bool(j, "offers", check_may_offer(t, &spec, &t->params[i]));
	}
	cluster_spec_clear(&spec);
}

static struct json *template_json(const struct template *t)
{
	struct template_problems problems = { 0 };
	struct json *j = json_new_object();

	json_set_str(j, "name", t->name);
	json_set_str(j, "title", t->title);
	json_set_str(j, "description", t->description);
	json_set_str(j, "scheduler", t->scheduler);
	json_set_str(j, "hash", t->hash);
	json_set_str(j, "path", t->path);
	json_set_str(j, "text", t->text);
	params_json(json_set_array(j, "parameters"), t);
	template_check(&problems, t);
	problems_json(j, &problems);
	template_problems_clear(&problems);
	return j;
}

struct json *engine_template(struct engine *e, const char *name, struct err *err)
{
	struct template *t = template_load(&e->template_folders, name, err);
	struct json *j = t ? template_json(t) : NULL;

	template_free(t);
	return j;
}

static struct json *broken_json(const char *name, const char *msg)
{
	struct template_problems p = { 0 };
	struct json *j = json_new_object();

	json_set_str(j, "name", name);
	json_set_array(j, "parameters");
	if (template_problems_read(&p, msg) == 0)
		problems_json(j, &p);
	else
		problem_json(json_set_array(j, "problems"), 0, 0, msg);
	template_problems_clear(&p);
	return j;
}

struct json *engine_template_text(struct engine *e, const char *name, const char *text,
				  struct err *err)
{
	struct template *t = template_parse(text, strlen(text), name, err);
	struct json *j = t ? template_json(t) : broken_json(name, err->msg);

	(void)e;
	template_free(t);
	return j;
}
