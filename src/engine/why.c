/* "Why" in words and numbers: of a job that waits, of a node that is still here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/assigned.h"
#include "engine/boot.h"
#include "engine/drain.h"
#include "engine/jobs.h"
#include "engine/members.h"
#include "engine/run.h"
#include "engine/silence.h"

static const char *or_none(const char *s)
{
	return s && s[0] ? s : "none";
}

static void of_job(struct buf *out, const struct run *r, const struct job *j)
{
	if (j->state == JOB_PENDING || j->state == JOB_HELD)
		why_waits(out, r, j);
	buf_addf(out, "job %s (%s) of %s in %s: %s\n", j->id, j->name, j->user, j->partition,
		 job_state_name(j->state));
	if (j->nodes[0])
		buf_addf(out, "runs on: %s\n", j->nodes);
	if (r->decided && r->cluster.state == CLUSTER_RUNNING)
		buf_addf(out, "last decision: %s\n", r->plan.summary);
}

static size_t index_of(const struct run *r, const char *name)
{
	for (size_t i = 0; i < r->facts.n_nodes; i++)
		if (strcmp(r->facts.nodes[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}

static void step(struct buf *out, const char *what, int64_t at_ms, int64_t since_ms)
{
	char when[CLOCK_TEXT], span[CLOCK_TEXT];

	if (at_ms)
		buf_addf(out, "  %-10s %s  +%s\n", what, clock_hms(when, at_ms),
			 clock_span(span, at_ms - since_ms));
}

/* R5.9: who keeps it since when, and what that costs. */
static void kept_lines(struct buf *out, const struct run *r, const struct member *m)
{
	const struct node *n = &m->node;
	const struct array_spec *a = cluster_array(&r->cluster.spec, n->array);
	bool with_array = n->array_kept_ms > 0;
	int64_t now = clock_utc_ms(), since = with_array ? n->array_kept_ms : n->kept_ms;
	const char *by = with_array && a ? or_none(a->kept_by) : or_none(n->kept_by);
	char when[CLOCK_TEXT], rate[24], sum[24];

	if (!node_is_kept(n))
		return;
	buf_addf(out, "kept%s by %s%s%s: it does not go by itself and costs %s/h, %s so far\n",
		 with_array ? " with its array" : "", by, since ? " since " : "",
		 since ? clock_local(when, since) : "", money_text(rate, n->price),
		 money_text(sum, node_kept_cost(n, now)));
	if (node_is_booting(n->state) && (m->vm_failed || strcmp(n->phase, "failed") == 0))
		buf_addf(out, "its machine failed and stays: unkeep it and it is replaced\n");
}

static void of_node(struct buf *out, struct run *r, struct member *m)
{
	const struct node *n = member_told(r, m);
	struct err err = ERR_INIT;
	char span[CLOCK_TEXT], kept[160];

	buf_addf(out, "node %s (%s, %s%s): %s for %s: %s\n", n->name, n->size,
		 n->spot ? "spot" : "on demand", n->zone[0] ? n->zone : "",
		 node_state_name(n->state), clock_span(span, clock_utc_ms() - n->since_ms),
		 n->reason);
	buf_addf(out, "machine: %s host %s; set %s\n", or_none(n->vm_name), or_none(n->host),
		 n->set_id);
	step(out, "requested", n->requested_ms, n->requested_ms);
	step(out, "machine", n->bound_ms, n->requested_ms);
	step(out, "running", n->booted_ms, n->requested_ms);
	step(out, "joined", n->joined_ms, n->requested_ms);
	if (n->phase[0])
		buf_addf(out, "  last mark of its script: %s\n", n->phase);
	if (n->state == NODE_DRAINING && !drain_proven(r, m, &err))
		buf_addf(out, "not deleted yet: %s\n", err.msg);
	kept_lines(out, r, m);
	if (m->vm_failed && (n->state == NODE_IDLE || n->state == NODE_BUSY))
		buf_addf(out, "the cloud says that its machine failed; the scheduler hears of "
			      "it, so it works on\n");
	if (unjoined_text(kept, r, m)[0])
		buf_addf(out, "its time to join is over, and it is not deleted: %s\n", kept);
	if (deletion_is_late(m, clock_utc_ms()))
		buf_addf(
		    out,
		    "its machine is still there, %s after its deletion was asked for: it costs until it is gone, and is asked for again%s\n",
		    clock_span(span, clock_utc_ms() - n->since_ms),
		    m->vm_deleting ? "; the cloud says that it is being deleted" : "");
}

/* A decision from before its state began speaks of another one. */
static void plan_on_node(struct buf *out, const struct run *r, const struct node *n)
{
	bool speaks = r->decided && r->decided_ms >= n->since_ms;
	size_t i = speaks ? index_of(r, n->name) : SIZE_MAX;

	if (i != SIZE_MAX && i < r->plan.n_nodes && r->plan.nodes[i].text[0])
		buf_addf(out, "the decision says: %s\n", r->plan.nodes[i].text);
	for (size_t k = 0; speaks && k < r->plan.n_placements; k++)
		if (r->plan.placements[k].node == i && i != SIZE_MAX)
			buf_addf(
			    out,
			    "to run here as soon as the scheduler places it: %s of job %s\n",
			    count_text((char[48]){ 0 }, r->plan.placements[k].slots, "task"),
			    r->demand.v[r->plan.placements[k].want].label);
}

/*
 * What is in no reading any more: jobs that ended, nodes that are gone, by what was written
 * down of them
 */

#define EVENTS_READ  5000
#define EVENTS_SHOWN 12

/* The whole of an array of which nothing is in the queue any more. */
static bool of_ended_array(struct buf *out, const struct run *r, const char *id)
{
	struct job array = { .id = id, .array_id = id };
	const struct job *first = NULL;
	char parts[JOB_PARTS];

	for (size_t i = 0; r->gone_jobs && i < r->gone_jobs->n_jobs; i++) {
		const struct job *j = &r->gone_jobs->jobs[i];

		if (strcmp(j->array_id, id) != 0)
			continue;
		first = first ? first : j;
		job_count_task(&array, j);
	}
	if (first)
		buf_addf(out, "array %s (%s) of %s in %s: %s\n", id, first->name, first->user,
			 first->partition, job_parts(parts, &array));
	return first != NULL;
}

bool why_ended(struct buf *out, const struct run *r, const char *id)
{
	char when[CLOCK_TEXT], span[CLOCK_TEXT];
	struct job_record j;

	if (store_job_find(r->engine->store, r->cluster.id, id, &j, NULL) < 0)
		return of_ended_array(out, r, id);
	buf_addf(out, "job %s (%s) of %s%s%s: %s", j.id, or_none(j.name), or_none(j.user),
		 j.partition[0] ? " in " : "", j.partition, j.state);
	if (j.end_s)
		buf_addf(out, " at %s", clock_local(when, j.end_s * 1000));
	if (j.start_s && j.end_s >= j.start_s)
		buf_addf(out, " after %s", clock_span(span, (j.end_s - j.start_s) * 1000));
	if (j.exit_code >= 0)
		buf_addf(out, ", exit %lld", (long long)j.exit_code);
	if (j.exit_signal > 0)
		buf_addf(out, ", signal %lld", (long long)j.exit_signal);
	if (j.reason[0])
		buf_addf(out, " (%s)", j.reason);
	buf_addf(out, "\nran on: %s\n", or_none(j.nodes));
	if (strcmp(j.reason, "JobLaunchFailure") == 0)
		buf_addf(
		    out,
		    "it did not begin: its folder, its user or the folder of its output may be missing "
		    "on the node, whose slurmd says which%s%s\n",
		    j.output[0] ? "; it would have written " : "", j.output);
	else if (j.output[0])
		buf_addf(out, "wrote: %s\n", j.output);
	return true;
}

/* Of a job what is written of its array, too, and of an array what is of its tasks. */
static bool is_about(const struct event *e, const char *what, bool job)
{
	return job ? job_ids_meet(e->object, what) : strcmp(e->object, what) == 0;
}

static bool of_events(struct buf *out, const struct run *r, const char *what, bool job)
{
	struct event *v = NULL;
	size_t n = 0, found = 0, from = 0;
	char when[CLOCK_TEXT];

	if (store_events(r->engine->store, r->cluster.id, 0, EVENTS_READ, &v, &n, NULL) < 0)
		return false;
	for (size_t i = n; i-- > 0 && found < EVENTS_SHOWN;)
		if (is_about(&v[i], what, job)) {
			found++;
			from = i;
		}
	for (size_t i = from; i < n && found; i++)
		if (is_about(&v[i], what, job))
			buf_addf(out, "%s  %s%s%s\n", clock_local(when, v[i].at_ms),
				 strcmp(v[i].object, what) ? v[i].object : "",
				 strcmp(v[i].object, what) ? " " : "", v[i].text);
	free(v);
	return found > 0;
}

static bool of_past(struct buf *out, const struct run *r, const char *what)
{
	bool job = why_ended(out, r, what);

	return of_events(out, r, what, job) || job;
}

/* Slurm takes a job only when some node could ever run it: for what could be made stand nodes
 * that are always down. */
static bool is_offer(const char *name)
{
	return strncmp(name, "offer-", 6) == 0;
}

static bool last_event(const struct run *r, const char *object, char out[160])
{
	struct event *v = NULL;
	size_t n = 0;
	char when[CLOCK_TEXT];

	out[0] = '\0';
	if (store_events(r->engine->store, r->cluster.id, 0, EVENTS_READ, &v, &n, NULL) < 0)
		return false;
	while (n > 0 && strcmp(v[n - 1].object, object) != 0)
		n--;
	if (n > 0)
		snprintf(out, 160, "%s %.120s", clock_local(when, v[n - 1].at_ms),
			 v[n - 1].text);
	free(v);
	return n > 0;
}

static const char *number_of(const char *name)
{
	const char *end = name + strlen(name);

	while (end > name && end[-1] >= '0' && end[-1] <= '9')
		end--;
	return end;
}

/* Another number is another node, not one misspelt. */
static const char *node_meant(const struct run *r, const char *name)
{
	const char **names = xcalloc(r->n_members + 1, sizeof(*names)), *near;
	size_t n = 0;

	for (size_t i = 0; i < r->n_members; i++) {
		const char *one = r->members[i]->node.name;

		if (one[0] && strcmp(number_of(one), number_of(name)) == 0)
			names[n++] = one;
	}
	near = text_nearest(name, names);
	free(names);
	return near;
}

int engine_no_node(struct engine *e, const struct cluster *c, const char *name, struct err *err)
{
	struct run *r = run_of(e, c);
	const char *near = r ? node_meant(r, name) : NULL;
	char last[160];

	if (is_offer(name))
		return err_set(err, ERR_NOT_FOUND,
			       "%s is no machine: it tells Slurm of a size that could be made",
			       name);
	if (strcmp(name, "head") == 0 || strcmp(name, c->head_host ? c->head_host : "") == 0)
		return err_set(
		    err, ERR_NOT_FOUND,
		    "%s is the head of %s, which is no node of its queue: \"cluster status "
		    "%s\" shows it, \"ssh %s\" goes there",
		    name, c->name, c->name, c->name);
	if (r && last_event(r, name, last))
		return err_set(err, ERR_NOT_FOUND, "cluster %s has no node \"%s\" any more: %s",
			       c->name, name, last);
	if (near)
		return err_set(err, ERR_NOT_FOUND,
			       "cluster %s has no node \"%s\"; did you mean \"%s\"?", c->name,
			       name, near);
	return err_set(err, ERR_NOT_FOUND,
		       "cluster %s has no node \"%s\"; \"node list %s\" shows them", c->name,
		       name, c->name);
}

/* R14.2: what is told of an old reading has its age. */
static void of_old(struct buf *out, const struct engine *e, const struct cluster *c)
{
	struct cluster_view v;
	char span[CLOCK_TEXT];

	engine_view(e, c, &v);
	if (v.queue_stale && v.queue_age_ms >= 0)
		buf_addf(out, "STALE: %s was last read %s ago, and this is of then\n", c->name,
			 clock_span(span, v.queue_age_ms));
}

int engine_why(struct engine *e, const struct cluster *c, const char *what, struct buf *out,
	       struct err *err)
{
	struct run *r = run_of(e, c);
	struct member *m = r ? member_find(r, what) : NULL;
	const struct job *j = r && r->queue ? queue_job(r->queue, what) : NULL;

	if (m || j)
		of_old(out, e, c);
	if (m) {
		of_node(out, r, m);
		plan_on_node(out, r, &m->node);
		return 0;
	}
	if (j) {
		of_job(out, r, j);
		return 0;
	}
	if (r && of_past(out, r, what))
		return 0;
	if (is_offer(what)) {
		buf_addf(
		    out,
		    "%s is no machine, is always down and costs nothing: Slurm takes a job only when some node could run it, "
		    "and this one stands for a size that the cluster could make.\n"
		    "When a job needs it, a node with the array's own name is made.\n",
		    what);
		return 0;
	}
	return err_set(
	    err, ERR_NOT_FOUND,
	    "cluster %s has no node and no job \"%s\", and nothing is written down of one",
	    c->name, what);
}

void engine_why_events(struct engine *e, const struct cluster *c, const char *what,
		       struct buf *out)
{
	struct run *r = run_of(e, c);
	struct buf lines = BUF_INIT(BUF_TEXT_MAX);
	bool job = r && r->queue && queue_job(r->queue, what);

	if (r && (job || member_find(r, what)))
		buf_adds(out, of_events(&lines, r, what, job) ? "\nwhat happened to it:\n"
							      : "\nno event is about it yet\n");
	buf_adds(out, buf_str(&lines));
	buf_clear(&lines);
}
