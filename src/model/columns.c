#include "model/columns.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "model/history.h"
#include "model/queue.h"
#include "model/view.h"
#include "model/work.h"

/* One getter for each column: what it reads of a row. */
#define TEXT_GET(fn, type, expr)                                                               \
	static struct row_value fn(const void *row, int64_t now_ms)                            \
	{                                                                                      \
		const struct type *r = row;                                                    \
		const char *text = (expr);                                                     \
                                                                                               \
		(void)now_ms;                                                                  \
		return (struct row_value){ .text = text ? text : "" };                         \
	}
#define NUMBER_GET(fn, type, expr)                                                             \
	static struct row_value fn(const void *row, int64_t now_ms)                            \
	{                                                                                      \
		const struct type *r = row;                                                    \
                                                                                               \
		(void)now_ms;                                                                  \
		return (struct row_value){ .number = (double)(expr) };                         \
	}
/* Seconds from a stored moment until now; a moment of 0 has not been yet. */
#define SINCE_GET(fn, type, moment_ms)                                                         \
	static struct row_value fn(const void *row, int64_t now_ms)                            \
	{                                                                                      \
		const struct type *r = row;                                                    \
                                                                                               \
		return (struct row_value){ .number = since(moment_ms, now_ms) };               \
	}

static double since(int64_t moment_ms, int64_t now_ms)
{
	return moment_ms > 0 ? (double)(now_ms - moment_ms) / 1000 : NAN;
}

static double known(double number)
{
	return number < 0 ? NAN : number;
}

static const char *no_brief(int code)
{
	(void)code;
	return "";
}

static const char *yes_no(int code)
{
	return code ? "yes" : "no";
}

static const char *kind_name(int code)
{
	return code ? "spot" : "ded";
}

static const char *kind_brief(int code)
{
	return code ? "" : "ondemand";
}

#define WORDS_NAME(fn, of)                                                                     \
	static const char *fn(int code)                                                        \
	{                                                                                      \
		return of(code);                                                               \
	}

WORDS_NAME(cluster_name, cluster_state_name)
WORDS_NAME(cluster_brief, cluster_state_short)
WORDS_NAME(node_name, node_state_name)
WORDS_NAME(job_name, job_state_name)
WORDS_NAME(job_brief, job_state_short)
WORDS_NAME(why_name, reason_class_name)
WORDS_NAME(level_name, event_level_name)
WORDS_NAME(op_name, op_kind_name)
WORDS_NAME(op_state_word, op_state_name)

/* The words of the node table that are no beginning of the state's own. */
static const char *node_brief(int code)
{
	return code == NODE_UNHEALTHY	  ? "lost"
	       : code == NODE_DEALLOCATED ? "hiber"
	       : code == NODE_REQUESTED	  ? "ask"
					  : "";
}

static const struct column_words flag_words = { 2, yes_no, no_brief };
static const struct column_words kind_words = { 2, kind_name, kind_brief };
static const struct column_words cluster_words = { CLUSTER_STATES, cluster_name,
						   cluster_brief };
static const struct column_words node_words = { NODE_STATES, node_name, node_brief };
static const struct column_words job_words = { JOB_STATES, job_name, job_brief };
static const struct column_words why_words = { REASON_UNKNOWN + 1, why_name, no_brief };
static const struct column_words level_words = { EVENT_ERROR + 1, level_name, no_brief };
static const struct column_words op_words = { OP_KINDS, op_name, no_brief };
static const struct column_words op_state_words = { OP_STATES, op_state_word, no_brief };

/*
 * Clusters
 */

TEXT_GET(c_name, cluster_row, r->cluster.name)
TEXT_GET(c_scheduler, cluster_row, r->cluster.spec.scheduler)
TEXT_GET(c_template, cluster_row, r->cluster.spec.template_name)
TEXT_GET(c_cloud, cluster_row, r->cluster.spec.cloud)
TEXT_GET(c_region, cluster_row, r->cluster.spec.region)
TEXT_GET(c_owner, cluster_row, r->cluster.owner)
TEXT_GET(c_reason, cluster_row, r->cluster.reason)
TEXT_GET(c_issue, cluster_row, r->view.issue)
TEXT_GET(c_plan, cluster_row, r->view.plan)
NUMBER_GET(c_state, cluster_row, r->cluster.state)
NUMBER_GET(c_paused, cluster_row, r->cluster.paused)
NUMBER_GET(c_protect, cluster_row, r->cluster.protect)
NUMBER_GET(c_nodes, cluster_row, r->view.nodes)
NUMBER_GET(c_busy, cluster_row, r->view.busy)
NUMBER_GET(c_idle, cluster_row, r->view.idle)
NUMBER_GET(c_boot, cluster_row, r->view.booting)
NUMBER_GET(c_fail, cluster_row, r->view.failed)
NUMBER_GET(c_running, cluster_row, r->view.jobs_running)
NUMBER_GET(c_pending, cluster_row, r->view.jobs_pending)
NUMBER_GET(c_held, cluster_row, r->view.jobs_held)
NUMBER_GET(c_cost, cluster_row, known(r->view.price_now))
NUMBER_GET(c_spent, cluster_row, r->view.spent)
NUMBER_GET(c_issues, cluster_row, r->view.issues)
SINCE_GET(c_age, cluster_row, r->cluster.created_ms)
SINCE_GET(c_for, cluster_row, r->cluster.since_ms)

static const struct row_column clusters[] = {
	{ "name", "cluster", COLUMN_TEXT, true, .get = c_name },
	{ "state", "st", COLUMN_WORD, true, .get = c_state, .words = &cluster_words },
	{ "scheduler", NULL, COLUMN_ID, true, .get = c_scheduler },
	{ "template", NULL, COLUMN_TEXT, true, .get = c_template },
	{ "cloud", NULL, COLUMN_ID, .get = c_cloud },
	{ "region", NULL, COLUMN_TEXT, true, .get = c_region },
	{ "user", "owner", COLUMN_ID, true, .get = c_owner },
	{ "nodes", NULL, COLUMN_NUMBER, .get = c_nodes },
	{ "busy", NULL, COLUMN_NUMBER, .get = c_busy },
	{ "idle", NULL, COLUMN_NUMBER, .get = c_idle },
	{ "boot", NULL, COLUMN_NUMBER, .get = c_boot },
	{ "fail", NULL, COLUMN_NUMBER, .get = c_fail },
	{ "running", NULL, COLUMN_NUMBER, .get = c_running },
	{ "pending", NULL, COLUMN_NUMBER, .get = c_pending },
	{ "held", NULL, COLUMN_NUMBER, .get = c_held },
	{ "cost", "$/h", COLUMN_MONEY, .get = c_cost },
	{ "spent", NULL, COLUMN_MONEY, .get = c_spent },
	{ "issue", NULL, COLUMN_TEXT, true, .get = c_issue },
	{ "issues", NULL, COLUMN_NUMBER, .get = c_issues },
	{ "reason", NULL, COLUMN_TEXT, true, .get = c_reason },
	{ "plan", NULL, COLUMN_TEXT, .get = c_plan },
	{ "age", NULL, COLUMN_SPAN, .get = c_age },
	{ "for", NULL, COLUMN_SPAN, .get = c_for },
	{ "paused", NULL, COLUMN_WORD, .get = c_paused, .words = &flag_words },
	{ "protect", NULL, COLUMN_WORD, .get = c_protect, .words = &flag_words },
};

/*
 * Arrays
 */

static int64_t sum(const struct array_row *r, bool (*counts)(enum node_state s))
{
	int64_t n = 0;

	for (int s = 0; s < NODE_STATES; s++)
		if (counts((enum node_state)s))
			n += r->count[s];
	return n;
}

static bool is_draining(enum node_state s)
{
	return s == NODE_DRAINING || s == NODE_DELETING;
}

static bool is_bad(enum node_state s)
{
	return s == NODE_FAILED || s == NODE_UNHEALTHY || s == NODE_EVICTED;
}

TEXT_GET(a_cluster, array_row, r->cluster)
TEXT_GET(a_array, array_row, r->array)
TEXT_GET(a_size, array_row, r->size)
NUMBER_GET(a_kind, array_row, r->spot)
NUMBER_GET(a_nodes, array_row, r->live)
NUMBER_GET(a_max, array_row, known((double)r->max))
NUMBER_GET(a_busy, array_row, r->count[NODE_BUSY])
NUMBER_GET(a_idle, array_row, r->count[NODE_IDLE])
NUMBER_GET(a_boot, array_row, sum(r, node_is_booting))
NUMBER_GET(a_drain, array_row, sum(r, is_draining))
NUMBER_GET(a_fail, array_row, sum(r, is_bad))

static const struct row_column arrays[] = {
	{ "array", "name", COLUMN_ID, true, .get = a_array },
	{ "cluster", NULL, COLUMN_ID, true, .get = a_cluster },
	{ "sku", "size", COLUMN_TEXT, true, .get = a_size },
	{ "kind", NULL, COLUMN_WORD, true, .get = a_kind, .words = &kind_words },
	{ "nodes", NULL, COLUMN_NUMBER, .get = a_nodes },
	{ "max", NULL, COLUMN_NUMBER, .get = a_max },
	{ "busy", NULL, COLUMN_NUMBER, .get = a_busy },
	{ "idle", NULL, COLUMN_NUMBER, .get = a_idle },
	{ "boot", NULL, COLUMN_NUMBER, .get = a_boot },
	{ "drain", NULL, COLUMN_NUMBER, .get = a_drain },
	{ "fail", NULL, COLUMN_NUMBER, .get = a_fail },
};

/*
 * Nodes
 */

TEXT_GET(n_name, node, r->name)
TEXT_GET(n_array, node, r->array)
TEXT_GET(n_size, node, r->size)
TEXT_GET(n_zone, node, r->zone)
TEXT_GET(n_group, node, r->group)
TEXT_GET(n_reason, node, r->reason)
TEXT_GET(n_host, node, r->host)
TEXT_GET(n_address, node, r->address)
TEXT_GET(n_vm, node, r->vm_name)
TEXT_GET(n_phase, node, r->phase)
TEXT_GET(n_user, node, r->user)
TEXT_GET(n_runs, node, r->job)
NUMBER_GET(n_load, node, known(r->load))
NUMBER_GET(n_state, node, r->state)
NUMBER_GET(n_kind, node, r->spot)
NUMBER_GET(n_index, node, r->index)
NUMBER_GET(n_cost, node, known(r->price))
NUMBER_GET(n_cpus, node, r->cpus)
NUMBER_GET(n_mem, node, r->mem_bytes)
NUMBER_GET(n_gpus, node, r->gpus)
NUMBER_GET(n_jobs, node, known((double)r->jobs))
NUMBER_GET(n_tries, node, r->boot_tries)
NUMBER_GET(n_keep, node, node_is_kept(r))
NUMBER_GET(n_issue, node, is_bad(r->state))
SINCE_GET(n_age, node, r->requested_ms)
SINCE_GET(n_uptime, node, r->bound_ms)
SINCE_GET(n_idle, node, r->idle_since_ms)
SINCE_GET(n_for, node, r->since_ms)

static const struct row_column nodes[] = {
	{ "name", "node", COLUMN_TEXT, true, .get = n_name, .hosts = true },
	{ "state", "st", COLUMN_WORD, true, .get = n_state, .words = &node_words },
	{ "array", NULL, COLUMN_ID, true, .get = n_array },
	{ "sku", "size", COLUMN_TEXT, true, .get = n_size },
	{ "zone", NULL, COLUMN_ID, .get = n_zone },
	{ "kind", NULL, COLUMN_WORD, true, .get = n_kind, .words = &kind_words },
	{ "reason", NULL, COLUMN_TEXT, true, .get = n_reason },
	{ "host", NULL, COLUMN_TEXT, true, .get = n_host, .hosts = true },
	{ "address", NULL, COLUMN_TEXT, true, .get = n_address },
	{ "vm", NULL, COLUMN_TEXT, true, .get = n_vm },
	{ "group", NULL, COLUMN_TEXT, .get = n_group },
	{ "phase", NULL, COLUMN_TEXT, .get = n_phase },
	{ "cpus", "cpu", COLUMN_NUMBER, .get = n_cpus },
	{ "mem", NULL, COLUMN_BYTES, .get = n_mem },
	{ "gpus", "gpu", COLUMN_NUMBER, .get = n_gpus },
	{ "jobs", NULL, COLUMN_NUMBER, .get = n_jobs },
	{ "job", NULL, COLUMN_ID, .tasks = true, .get = n_runs },
	{ "user", NULL, COLUMN_ID, true, .get = n_user },
	{ "load", NULL, COLUMN_NUMBER, .get = n_load },
	{ "cost", "$/h", COLUMN_MONEY, .get = n_cost },
	{ "age", NULL, COLUMN_SPAN, .get = n_age },
	{ "uptime", "up", COLUMN_SPAN, .get = n_uptime },
	{ "idle", NULL, COLUMN_SPAN, .get = n_idle },
	{ "for", "since", COLUMN_SPAN, .get = n_for },
	{ "index", NULL, COLUMN_NUMBER, .get = n_index },
	{ "tries", NULL, COLUMN_NUMBER, .get = n_tries },
	{ "keep", NULL, COLUMN_WORD, .get = n_keep, .words = &flag_words },
	{ "issue", NULL, COLUMN_WORD, .get = n_issue, .words = &flag_words },
};

/*
 * Jobs
 */

static bool has_ended(const struct job *j)
{
	return j->state == JOB_DONE || j->state == JOB_FAILED || j->state == JOB_CANCELLED;
}

static bool waits(const struct job *j)
{
	return j->state == JOB_PENDING || j->state == JOB_HELD;
}

/* A start in the future is the scheduler's guess. */
static double run_time(const struct job *j, int64_t now_ms)
{
	int64_t start_ms = waits(j) ? 0 : j->start_s * 1000;

	return since(start_ms, has_ended(j) && j->end_s ? j->end_s * 1000 : now_ms);
}

TEXT_GET(j_id, job, r->id)
TEXT_GET(j_name, job, r->name)
TEXT_GET(j_user, job, r->user)
TEXT_GET(j_account, job, r->account)
TEXT_GET(j_part, job, r->partition)
TEXT_GET(j_reason, job, r->reason)
TEXT_GET(j_host, job, r->nodes)
TEXT_GET(j_array, job, r->array_id)
TEXT_GET(j_needs, job, r->constraint)
TEXT_GET(j_after, job, r->dependency)
TEXT_GET(j_says, job, r->waits[0] ? r->waits : r->nodes[0] ? r->nodes : r->reason)
NUMBER_GET(j_state, job, r->state)
NUMBER_GET(j_why, job, r->reason_class)
NUMBER_GET(j_nodes, job, r->nodes_min)
NUMBER_GET(j_cpus, job, r->cpus)
NUMBER_GET(j_mem, job, r->mem_bytes)
NUMBER_GET(j_gpus, job, r->gpus)
NUMBER_GET(j_prio, job, r->priority)
NUMBER_GET(j_tasks, job, known((double)r->tasks))
NUMBER_GET(j_limit, job, r->limit_s < 0 ? INFINITY : (double)r->limit_s)
NUMBER_GET(j_demand, job, r->demand)
SINCE_GET(j_age, job, r->submit_s * 1000)
SINCE_GET(j_start, job, r->start_s * 1000)
SINCE_GET(j_pending, job, waits(r) ? r->submit_s * 1000 : 0)

static struct row_value j_time(const void *row, int64_t now_ms)
{
	return (struct row_value){ .number = run_time(row, now_ms) };
}

static const struct row_column jobs[] = {
	{ "id", "job|jobid", COLUMN_ID, true, true, .get = j_id },
	{ "name", NULL, COLUMN_TEXT, true, .get = j_name },
	{ "user", NULL, COLUMN_ID, true, .get = j_user },
	{ "account", NULL, COLUMN_ID, true, .get = j_account },
	{ "part", "partition", COLUMN_ID, true, .get = j_part },
	{ "state", "st", COLUMN_WORD, true, .get = j_state, .words = &job_words },
	{ "reason", "nodes or reason", COLUMN_TEXT, true, .get = j_reason },
	{ "why", NULL, COLUMN_WORD, .get = j_why, .words = &why_words, .says = j_says },
	{ "host", "node", COLUMN_TEXT, true, .get = j_host, .hosts = true },
	{ "nodes", NULL, COLUMN_NUMBER, .get = j_nodes },
	{ "cpus", "cpu", COLUMN_NUMBER, .get = j_cpus },
	{ "mem", NULL, COLUMN_BYTES, .get = j_mem },
	{ "gpus", "gpu", COLUMN_NUMBER, .get = j_gpus },
	{ "prio", "priority", COLUMN_NUMBER, .get = j_prio },
	{ "tasks", NULL, COLUMN_NUMBER, .get = j_tasks },
	{ "time", NULL, COLUMN_SPAN, .get = j_time },
	{ "limit", NULL, COLUMN_SPAN, .get = j_limit },
	{ "age", NULL, COLUMN_SPAN, .get = j_age },
	{ "pending", "wait", COLUMN_SPAN, .get = j_pending },
	{ "start", NULL, COLUMN_SPAN, .get = j_start },
	{ "array", NULL, COLUMN_ID, .get = j_array },
	{ "constraint", NULL, COLUMN_TEXT, .get = j_needs },
	{ "dependency", "after", COLUMN_TEXT, .get = j_after },
	{ "demand", NULL, COLUMN_WORD, .get = j_demand, .words = &flag_words },
};

/*
 * Events, operations, templates
 */

TEXT_GET(e_text, event, r->text)
TEXT_GET(e_object, event, r->object)
TEXT_GET(e_who, event, r->actor)
TEXT_GET(e_cluster, event, r->cluster)
NUMBER_GET(e_level, event, r->level)
NUMBER_GET(e_seq, event, r->seq)
NUMBER_GET(e_operation, event, r->operation_id)
NUMBER_GET(e_issue, event, r->level != EVENT_INFO)
SINCE_GET(e_age, event, r->at_ms)

static const struct row_column events[] = {
	{ "text", "name", COLUMN_TEXT, true, .get = e_text },
	{ "level", "state", COLUMN_WORD, true, .get = e_level, .words = &level_words },
	{ "cluster", NULL, COLUMN_ID, true, .get = e_cluster },
	{ "object", NULL, COLUMN_TEXT, true, .get = e_object, .hosts = true },
	{ "who", "user", COLUMN_ID, true, .get = e_who },
	{ "age", NULL, COLUMN_SPAN, .get = e_age },
	{ "seq", NULL, COLUMN_NUMBER, .get = e_seq },
	{ "op", "operation", COLUMN_NUMBER, .get = e_operation },
	{ "issue", NULL, COLUMN_WORD, .get = e_issue, .words = &flag_words },
};

TEXT_GET(o_step, operation, r->step)
TEXT_GET(o_detail, operation, r->detail)
TEXT_GET(o_error, operation, r->error)
TEXT_GET(o_who, operation, r->actor)
NUMBER_GET(o_id, operation, r->id)
TEXT_GET(o_cluster, operation, r->cluster)
NUMBER_GET(o_kind, operation, r->kind)
NUMBER_GET(o_state, operation, r->state)
SINCE_GET(o_age, operation, r->started_ms)

static const struct row_column operations[] = {
	{ "kind", "name", COLUMN_WORD, true, .get = o_kind, .words = &op_words },
	{ "state", "st", COLUMN_WORD, true, .get = o_state, .words = &op_state_words },
	{ "id", NULL, COLUMN_NUMBER, .get = o_id },
	{ "cluster", NULL, COLUMN_ID, .get = o_cluster },
	{ "step", NULL, COLUMN_TEXT, true, .get = o_step },
	{ "detail", NULL, COLUMN_TEXT, true, .get = o_detail },
	{ "error", "issue", COLUMN_TEXT, true, .get = o_error },
	{ "who", "user", COLUMN_ID, true, .get = o_who },
	{ "age", NULL, COLUMN_SPAN, .get = o_age },
};

TEXT_GET(t_name, template_row, r->name)
TEXT_GET(t_title, template_row, r->title)
TEXT_GET(t_scheduler, template_row, r->scheduler)
TEXT_GET(t_arrays, template_row, r->arrays)
TEXT_GET(t_hash, template_row, r->hash)
TEXT_GET(t_used, template_row, r->used_by)
SINCE_GET(t_age, template_row, r->changed_ms)

static const struct row_column templates[] = {
	{ "name", "template", COLUMN_TEXT, true, .get = t_name },
	{ "title", NULL, COLUMN_TEXT, true, .get = t_title },
	{ "scheduler", NULL, COLUMN_ID, true, .get = t_scheduler },
	{ "array", "arrays", COLUMN_TEXT, true, .get = t_arrays },
	{ "hash", NULL, COLUMN_TEXT, .get = t_hash },
	{ "used", "cluster", COLUMN_TEXT, true, .get = t_used },
	{ "age", NULL, COLUMN_SPAN, .get = t_age },
};

TEXT_GET(h_cluster, history_row, r->cluster)
TEXT_GET(h_span, history_row, r->span)

static const struct row_column histories[] = {
	{ "cluster", "name", COLUMN_ID, true, .get = h_cluster },
	{ "span", NULL, COLUMN_TEXT, true, .get = h_span },
};

static const struct {
	const struct row_column *v;
	size_t n;
} tables[NOUNS] = {
	[NOUN_CLUSTER] = { clusters, ARRAY_LEN(clusters) },
	[NOUN_ARRAY] = { arrays, ARRAY_LEN(arrays) },
	[NOUN_NODE] = { nodes, ARRAY_LEN(nodes) },
	[NOUN_JOB] = { jobs, ARRAY_LEN(jobs) },
	[NOUN_EVENT] = { events, ARRAY_LEN(events) },
	[NOUN_OPERATION] = { operations, ARRAY_LEN(operations) },
	[NOUN_TEMPLATE] = { templates, ARRAY_LEN(templates) },
	[NOUN_GROUP] = { nodes, ARRAY_LEN(nodes) },
	[NOUN_HISTORY] = { histories, ARRAY_LEN(histories) },
};

const struct row_column *columns_of(enum noun noun, size_t *n)
{
	*n = tables[noun].n;
	return tables[noun].v;
}

/* names: "a|b" is either of them. */
static bool is_called(const char *names, const char *text, size_t len, bool whole)
{
	for (size_t n; names && *names; names += n + (names[n] == '|')) {
		n = strcspn(names, "|");
		if (n >= len && (n == len || !whole) && strncasecmp(names, text, len) == 0)
			return true;
	}
	return false;
}

bool column_begins(const struct row_column *c, const char *word, size_t len)
{
	return is_called(c->name, word, len, false) || is_called(c->other, word, len, false);
}

const struct row_column *column_find(enum noun noun, const char *name, size_t len)
{
	for (size_t i = 0; i < tables[noun].n; i++) {
		const struct row_column *c = &tables[noun].v[i];

		if (is_called(c->name, name, len, true) || is_called(c->other, name, len, true))
			return c;
	}
	return NULL;
}

bool column_is_text(const struct row_column *c)
{
	return c->kind == COLUMN_TEXT || c->kind == COLUMN_ID;
}

void column_names(enum noun noun, char *out, size_t max)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < tables[noun].n && used < max; i++)
		used += (size_t)snprintf(out + used, max - used, "%s%s", i ? ", " : "",
					 tables[noun].v[i].name);
}

static bool is_digit(char c)
{
	return isdigit((unsigned char)c) != 0;
}

/* Runs of digits without their leading zeros: the longer one is the larger number. */
static int compare_digits(const char **a, const char **b)
{
	const char *x = *a, *y = *b;
	int first = 0;

	x += strspn(x, "0");
	y += strspn(y, "0");
	for (; is_digit(*x) && is_digit(*y); x++, y++)
		if (!first)
			first = (unsigned char)*x - (unsigned char)*y;
	*a = x;
	*b = y;
	return is_digit(*x) ? 1 : is_digit(*y) ? -1 : first;
}

int natural_compare(const char *a, const char *b)
{
	const char *whole_a = a, *whole_b = b;

	while (*a && *b) {
		int d;

		if (is_digit(*a) && is_digit(*b)) {
			d = compare_digits(&a, &b);
		} else {
			d = (unsigned char)*a - (unsigned char)*b;
			a++;
			b++;
		}
		if (d)
			return d;
	}
	if (*a || *b)
		return *a ? 1 : -1;
	return strcmp(whole_a, whole_b); /* "n01" and "n1" differ */
}
