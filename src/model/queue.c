#include "model/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/columns.h"

static const struct {
	const char *name, *brief;
} job_states[JOB_STATES] = {
	[JOB_PENDING] = { "pending", "PD" },
	[JOB_HELD] = { "held", "H" },
	[JOB_STARTING] = { "starting", "CF" },
	[JOB_RUNNING] = { "running", "R" },
	[JOB_COMPLETING] = { "completing", "CG" },
	[JOB_SUSPENDED] = { "suspended", "S" },
	[JOB_DONE] = { "done", "CD" },
	[JOB_FAILED] = { "failed", "F" },
	[JOB_CANCELLED] = { "cancelled", "CA" },
	[JOB_UNKNOWN] = { "unknown", "?" },
};

static const char *const reason_classes[] = {
	[REASON_NONE] = "none",	      [REASON_RESOURCES] = "resources",
	[REASON_NEVER] = "never",     [REASON_LIMIT] = "limit",
	[REASON_HOLD] = "hold",	      [REASON_DEPENDENCY] = "dependency",
	[REASON_TIME] = "time",	      [REASON_QUEUE] = "queue",
	[REASON_UNKNOWN] = "unknown",
};

static const char *const node_states[] = {
	[SNODE_UP] = "up",
	[SNODE_DOWN] = "down",
	[SNODE_UNKNOWN] = "unknown",
	[SNODE_STARTING] = "starting",
};

const char *job_state_name(enum job_state s)
{
	return (size_t)s < JOB_STATES ? job_states[s].name : job_states[JOB_UNKNOWN].name;
}

const char *job_state_short(enum job_state s)
{
	return (size_t)s < JOB_STATES ? job_states[s].brief : job_states[JOB_UNKNOWN].brief;
}

enum job_state job_state_of(const char *name)
{
	for (size_t i = 0; i < JOB_STATES; i++)
		if (strcmp(job_states[i].name, name) == 0)
			return (enum job_state)i;
	return JOB_UNKNOWN;
}

const char *reason_class_name(enum reason_class c)
{
	return (size_t)c < ARRAY_LEN(reason_classes) ? reason_classes[c] : "unknown";
}

const char *sched_node_state_name(enum sched_node_state s)
{
	return (size_t)s < ARRAY_LEN(node_states) ? node_states[s] : "unknown";
}

void queue_init(struct queue *q)
{
	*q = (struct queue){ 0 };
	pool_init(&q->pool);
}

void queue_clear(struct queue *q)
{
	pool_clear(&q->pool);
	free(q->jobs);
	free(q->nodes);
	free(q->by_name);
	queue_init(q);
}

struct job job_blank(void)
{
	struct job j = { 0 };

	j.id = j.array_id = j.task = j.name = j.user = j.account = j.partition = "";
	j.reason = j.constraint = j.dependency = j.nodes = j.waits = "";
	return j;
}

struct job *queue_add_job(struct queue *q)
{
	struct job *j;

	if (q->n_jobs >= QUEUE_JOBS_MAX)
		return NULL;
	GROW(q->jobs, q->n_jobs, q->cap_jobs);
	j = &q->jobs[q->n_jobs++];
	*j = job_blank();
	return j;
}

struct sched_node *queue_add_node(struct queue *q)
{
	struct sched_node *n;

	if (q->n_nodes >= QUEUE_NODES_MAX)
		return NULL;
	GROW(q->nodes, q->n_nodes, q->cap_nodes);
	n = &q->nodes[q->n_nodes++];
	*n = (struct sched_node){ .jobs = -1 }; /* nobody has counted: no proof of emptiness */
	n->name = n->host = n->address = n->partitions = n->features = "";
	n->reason = n->raw_state = n->job = n->user = "";
	return n;
}

static int by_name(const void *a, const void *b)
{
	const struct sched_node *const *x = a, *const *y = b;

	return text_casecmp((*x)->name, (*y)->name);
}

static int name_to_node(const void *key, const void *elem)
{
	const struct sched_node *const *n = elem;

	return text_casecmp(key, (*n)->name);
}

const struct sched_node *queue_node(const struct queue *q, const char *name)
{
	if (q->n_by_name == q->n_nodes && q->n_nodes) {
		struct sched_node **hit = bsearch(name, q->by_name, q->n_by_name,
						  sizeof(struct sched_node *), name_to_node);

		return hit ? *hit : NULL;
	}
	for (size_t i = 0; i < q->n_nodes; i++)
		if (text_casecmp(q->nodes[i].name, name) == 0)
			return &q->nodes[i];
	return NULL;
}

struct task_range {
	int64_t from, to, by;
};

/* The next one of "0-9,12,20-30:5%4"; what is cut off at the end is none. */
static bool next_range(const char **list, struct task_range *out)
{
	char *end;

	if (!**list || **list == '%')
		return false;
	*out = (struct task_range){ .from = strtoll(*list, &end, 10), .by = 1 };
	if (end == *list || out->from < 0)
		return false;
	out->to = *end == '-' ? strtoll(end + 1, &end, 10) : out->from;
	if (*end == ':')
		out->by = strtoll(end + 1, &end, 10);
	*list = *end == ',' ? end + 1 : "";
	return true;
}

static bool in_range(const struct task_range *r, int64_t number)
{
	return r->by > 0 && number >= r->from && number <= r->to &&
	       (number - r->from) % r->by == 0;
}

static bool task_covers(const char *list, int64_t number)
{
	struct task_range r;

	while (next_range(&list, &r))
		if (in_range(&r, number))
			return true;
	return false;
}

static bool ranges_meet(const struct task_range *a, const struct task_range *b)
{
	int64_t from = a->from > b->from ? a->from : b->from;
	int64_t to = a->to < b->to ? a->to : b->to;

	if (to - from > QUEUE_JOBS_MAX) /* of no array that there is */
		return true;
	for (; from <= to; from++)
		if (in_range(a, from) && in_range(b, from))
			return true;
	return false;
}

bool job_ids_meet(const char *a, const char *b)
{
	size_t n = strcspn(a, "_");
	struct task_range x, y;

	if (n != strcspn(b, "_") || strncmp(a, b, n) != 0)
		return false;
	if (!a[n] || !b[n] || strcmp(a, b) == 0)
		return true;
	a += n + 1 + (a[n + 1] == '[');
	for (; next_range(&a, &x);)
		for (const char *list = b + n + 1 + (b[n + 1] == '['); next_range(&list, &y);)
			if (ranges_meet(&x, &y))
				return true;
	return false;
}

/* The record that "12_7" is a part of while it waits: "12_[5-37]". */
static const struct job *job_of_task(const struct queue *q, const char *id)
{
	const char *line = strchr(id, '_');
	int64_t number;

	if (!line || num_read(&number, line + 1, 0, INT64_MAX) < 0)
		return NULL;
	for (size_t i = 0; i < q->n_jobs; i++) {
		const struct job *j = &q->jobs[i];

		if (strlen(j->array_id) == (size_t)(line - id) &&
		    strncmp(j->array_id, id, (size_t)(line - id)) == 0 &&
		    task_covers(j->task, number))
			return j;
	}
	return NULL;
}

const struct job *queue_job(const struct queue *q, const char *id)
{
	for (size_t i = 0; i < q->n_jobs; i++)
		if (strcmp(q->jobs[i].id, id) == 0)
			return &q->jobs[i];
	for (size_t i = 0; i < q->n_jobs; i++)
		if (q->jobs[i].array_id[0] && strcmp(q->jobs[i].array_id, id) == 0)
			return &q->jobs[i];
	return job_of_task(q, id);
}

bool job_has_nodes(const struct job *j)
{
	return j->state == JOB_RUNNING || j->state == JOB_STARTING ||
	       j->state == JOB_COMPLETING || j->state == JOB_SUSPENDED;
}

static bool holds_nodes(const struct job *j)
{
	return j->nodes[0] && j->state != JOB_DONE && j->state != JOB_FAILED &&
	       j->state != JOB_CANCELLED;
}

static void count_job(struct sched_node *n, const struct job *j, size_t n_names)
{
	int64_t share = (int64_t)n_names;

	if (n->jobs++ == 0) {
		n->job = j->id;
		n->user = j->user;
	}
	if (j->state == JOB_COMPLETING)
		n->ending++;
	else if (j->cpus > 0)
		n->cpus_held += j->cpus / share + (j->cpus % share != 0);
}

static void count_names(struct queue *q, const struct strs *names, const struct job *j)
{
	for (size_t i = 0; i < names->n; i++) {
		struct sched_node **hit = bsearch(names->v[i], q->by_name, q->n_by_name,
						  sizeof(struct sched_node *), name_to_node);

		if (hit)
			count_job(*hit, j, names->n);
	}
}

/* Neighbours in a queue often sit on the same nodes, and equal host lists are one pointer: each
 * is read once in a row. */
static int count_jobs(struct queue *q)
{
	struct strs names = STRS_INIT(QUEUE_NODES_MAX);
	const char *last = NULL;
	int rc = 0;

	for (size_t i = 0; i < q->n_jobs && rc == 0; i++) {
		const struct job *j = &q->jobs[i];

		if (!holds_nodes(j))
			continue;
		if (j->nodes != last) {
			strs_clear(&names);
			rc = hostlist_expand(&names, j->nodes, NULL);
			last = j->nodes;
		}
		if (rc == 0)
			count_names(q, &names, j);
	}
	strs_clear(&names);
	return rc;
}

static bool are_equals(const struct job *a, const struct job *b)
{
	return a->state == b->state && a->priority == b->priority &&
	       strcmp(a->partition, b->partition) == 0;
}

static int by_number(const void *a, const void *b)
{
	const struct job *x = a, *y = b;

	return natural_compare(x->id, y->id);
}

void queue_order(struct queue *q)
{
	for (size_t i = 0, n; i < q->n_jobs; i += n) {
		bool sorted = true;

		for (n = 1; i + n < q->n_jobs && are_equals(&q->jobs[i], &q->jobs[i + n]); n++)
			sorted = sorted && by_number(&q->jobs[i + n - 1], &q->jobs[i + n]) <= 0;
		if (!sorted)
			qsort(&q->jobs[i], n, sizeof(q->jobs[i]), by_number);
	}
}

void queue_count_node_jobs(struct queue *q)
{
	if (q->n_nodes == 0)
		return;
	q->by_name = xreallocarray(q->by_name, q->n_nodes, sizeof(struct sched_node *));
	q->n_by_name = q->n_nodes;
	for (size_t i = 0; i < q->n_nodes; i++) {
		q->nodes[i].jobs = q->nodes[i].ending = q->nodes[i].cpus_held = 0;
		q->nodes[i].job = q->nodes[i].user = "";
		q->by_name[i] = &q->nodes[i];
	}
	qsort(q->by_name, q->n_nodes, sizeof(struct sched_node *), by_name);
	if (count_jobs(q) < 0)
		for (size_t i = 0; i < q->n_nodes; i++)
			q->nodes[i].jobs = -1;
}
