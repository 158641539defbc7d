/*
 * Why a job waits, from the scheduler to the cloud: each of them has its line, so that the one
 * which stands in the way is seen. The last line says which it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/jobs.h"
#include "engine/members.h"
#include "engine/run.h"

#define SAMPLES_MOST 64
#define QUOTAS_SAID  3

struct nodes_now { /* of the array that the job asks for */
	int64_t up, idle, boots, asked, failed;
	int64_t oldest_ms;	    /* when the first of those that boot was asked for */
	int64_t took[SAMPLES_MOST]; /* ms from the request to the join, of those that are up */
	size_t n_took;
};

static const char *or_none(const char *s)
{
	return s && s[0] ? s : "none";
}

static void count_node(struct nodes_now *now, const struct node *n)
{
	if (n->state == NODE_IDLE || n->state == NODE_BUSY)
		now->up++;
	now->idle += n->state == NODE_IDLE;
	now->asked += n->state == NODE_PLANNED || n->state == NODE_REQUESTED;
	now->boots +=
	    n->state == NODE_ALLOCATING || n->state == NODE_BOOTING || n->state == NODE_JOINING;
	now->failed += n->state == NODE_FAILED || n->state == NODE_UNHEALTHY;
	if (node_is_booting(n->state) && (!now->oldest_ms || n->requested_ms < now->oldest_ms))
		now->oldest_ms = n->requested_ms;
	if (n->joined_ms > n->requested_ms && now->n_took < SAMPLES_MOST)
		now->took[now->n_took++] = n->joined_ms - n->requested_ms;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void count_nodes(struct nodes_now *now, const struct run *r, const char *array)
{
	bool named = cluster_array(&r->cluster.spec, array) != NULL;

	*now = (struct nodes_now){ .up = 0 };
	for (size_t i = 0; i < r->n_members; i++)
		if (!named || strcmp(r->members[i]->node.array, array) == 0)
			count_node(now, &r->members[i]->node);
	qsort(now->took, now->n_took, sizeof(now->took[0]), by_value);
}

static int64_t median_ms(const struct nodes_now *now)
{
	return now->n_took ? now->took[now->n_took / 2] : 0;
}

/* The tighter of its family and its region's cores; spot has a quota of its own. */
static const struct fact_quota *quota_of(const struct facts *f, const struct fact_bucket *b)
{
	const struct fact_quota *tight = NULL;

	for (size_t i = 0; i < f->n_quotas; i++) {
		const struct fact_quota *q = &f->quotas[i];

		if (q->limit >= 0 && quota_is_for(f, q, b) &&
		    (!tight || q->limit - q->used < tight->limit - tight->used))
			tight = q;
	}
	return tight;
}

/* Those that bound the sizes of the array that the job asks for, each once. */
static void quota_line(struct buf *out, const struct run *r, const char *array)
{
	const struct cluster_spec *spec = &r->cluster.spec;
	const struct array_spec *named = cluster_array(spec, array);
	const struct fact_quota *said[QUOTAS_SAID];
	size_t n = 0;

	for (size_t b = 0; r->decided && b < r->facts.n_buckets && n < QUOTAS_SAID; b++) {
		const struct fact_bucket *of = &r->facts.buckets[b];
		const struct fact_quota *q = quota_of(&r->facts, of);
		bool again = !q || (named && of->array != (size_t)(named - spec->arrays));

		for (size_t i = 0; i < n; i++)
			again = again || said[i] == q;
		if (again)
			continue;
		buf_addf(out, "%s%lld of %lld %s left", n ? "; " : "5 quota       ",
			 (long long)(q->limit - q->used), (long long)q->limit, q->name);
		said[n++] = q;
	}
	buf_adds(out, n ? "\n" : "5 quota       not known\n");
}

/* When the hours end in which its array is paused; 0: it is not, or by somebody. */
static int64_t opens_s(const struct run *r, const struct job *j, const struct why_want *why)
{
	for (size_t i = 0; why && why->code == WHY_PAUSED && i < r->facts.n_arrays; i++) {
		const struct fact_array *a = &r->facts.arrays[i];

		if (strcmp(a->spec->name, j->partition) == 0 && a->scheduled && a->paused)
			return a->until_s;
	}
	return 0;
}

static void estimate_line(struct buf *out, const struct job *j, const struct nodes_now *now,
			  bool blocked, bool never, int64_t opens)
{
	int64_t took = median_ms(now), at = now->oldest_ms + took, now_ms = clock_utc_ms();
	char when[CLOCK_TEXT], span[CLOCK_TEXT];

	if (never)
		buf_addf(out, "6 estimate    never, as job and cluster are\n");
	else if (j->start_s * 1000 > now_ms) /* what was asked for: guesses are not read */
		buf_addf(out, "6 estimate    it may start from %s on, as %s\n",
			 clock_local(when, j->start_s * 1000),
			 requeued_waits(j) && j->waits[0] ? "its scheduler says"
							  : "it asked for");
	else if (opens)
		buf_addf(out,
			 "6 estimate    no node for it before %s, when its array opens again\n",
			 clock_local(when, opens * 1000));
	else if (blocked)
		buf_addf(out,
			 "6 estimate    none while that lasts; it may start when others end\n");
	else if (now->oldest_ms && took)
		buf_addf(out, "6 estimate    first start ~%.5s; nodes took %s lately\n",
			 clock_hms(when, at > now_ms ? at : now_ms), clock_span(span, took));
	else
		buf_addf(out,
			 "6 estimate    not known: no node of this kind has joined lately\n");
}

/* Before that the scheduler places it nowhere, and a node for it would stand idle. */
static const char *blocked_until(char out[JOB_VERDICT], const struct job *j)
{
	int64_t left = j->start_s * 1000 - clock_utc_ms();
	char when[CLOCK_TEXT], span[CLOCK_TEXT];

	if (j->start_s == 0 || left <= 0)
		snprintf(out, JOB_VERDICT, "%s%sit begins when the scheduler lets it (%.60s)",
			 j->waits, j->waits[0] ? "; " : "", or_none(j->reason));
	else
		snprintf(out, JOB_VERDICT,
			 "%s%sit begins at %s, in %s; nothing is bought for it before",
			 j->waits, j->waits[0] ? "; " : "",
			 clock_local(when, j->start_s * 1000), clock_span(span, left));
	return out;
}

/* Ids of arrays have brackets, which a shell takes for itself. */
static const char *blocked_by_hold(char out[JOB_VERDICT], const struct run *r,
				   const struct job *j)
{
	const char *q = strchr(j->id, '[') ? "'" : "";

	snprintf(out, JOB_VERDICT, "a hold (%.40s): \"job release %.40s %s%.60s%s\" lets it go",
		 or_none(j->reason), r->cluster.name, q, j->id, q);
	return out;
}

static const char *blocked_by(char out[JOB_VERDICT], const struct run *r, const struct job *j,
			      const struct why_want *why)
{
	if (requeued_waits(j))
		return blocked_until(out, j);
	if (j->waits[0])
		return job_verdict(out, j);
	if (why && (why->code == WHY_NO_ROOM_PLAN || why->code == WHY_NEVER_FITS))
		return why->text;
	if (j->state == JOB_HELD || j->reason_class == REASON_HOLD)
		return blocked_by_hold(out, r, j);
	if (j->reason_class == REASON_LIMIT || j->reason_class == REASON_QUEUE ||
	    j->reason_class == REASON_NEVER)
		return or_none(j->reason);
	if (j->reason_class == REASON_DEPENDENCY)
		return j->dependency[0] ? j->dependency : "another job";
	return why && why->unplaced > 0 ? why->text : "";
}

/* "waits for nodes: 3 up, 40 boot; ~4 min" */
static void one_line(struct buf *out, const struct job *j, const struct nodes_now *now,
		     const char *blocked)
{
	int64_t left = now->oldest_ms ? now->oldest_ms + median_ms(now) - clock_utc_ms() : 0;
	char span[CLOCK_TEXT];

	if (blocked[0]) {
		bool part = j->stuck > 0 && j->stuck < j->tasks && blocked != j->waits;

		buf_addf(out, part ? "%s: %s\n" : "%s waits: %s\n", j->id, blocked);
		return;
	}
	buf_addf(out, "%s waits", j->id);
	buf_addf(out, " for %s: %lld up, %lld boot, %lld asked for",
		 now->boots + now->asked > 0 ? "nodes" : "its turn", (long long)now->up,
		 (long long)now->boots, (long long)now->asked);
	if (left > 0 && median_ms(now) > 0)
		buf_addf(out, "; ~%s", clock_span(span, left));
	buf_addf(out, "\n");
}

void why_waits(struct buf *out, const struct run *r, const struct job *j)
{
	bool rests = r->cluster.state != CLUSTER_RUNNING;
	size_t want = r->decided && !rests ? demand_want_of(&r->demand, r->queue, j) : SIZE_MAX;
	const struct why_want *why = want < r->plan.n_wants ? &r->plan.wants[want] : NULL;
	char verdict[JOB_VERDICT], asks[160];
	const char *blocked =
	    rests ? cluster_rests_why(&r->cluster) : blocked_by(verdict, r, j, why);
	struct nodes_now now;

	count_nodes(&now, r, j->partition);
	one_line(out, j, &now, blocked);
	buf_addf(out, "1 scheduler   reason %s; %s\n", or_none(j->reason),
		 job_asks_text(asks, j));
	if (rests) {
		buf_addf(out, "blocked by    %s\n", blocked);
		return;
	}
	buf_addf(out, "2 idle now    %lld node%s of %s\n", (long long)now.idle,
		 now.idle == 1 ? "" : "s", j->partition);
	buf_addf(out, "3 autoscaler  %s\n",
		 why ? why->text : "the decision of this cycle does not know it yet");
	if (j->no_spot)
		buf_adds(
		    out,
		    "              it lost its spot machine twice: on demand only from now on\n");
	buf_addf(out, "4 cloud       %lld asked for, %lld boot, %lld up%s\n",
		 (long long)now.asked, (long long)now.boots, (long long)now.up,
		 now.failed ? "; some failed" : "");
	quota_line(out, r, j->partition);
	estimate_line(out, j, &now, blocked[0] != '\0', why && why->code == WHY_NEVER_FITS,
		      opens_s(r, j, why));
	buf_addf(out, "blocked by    %s\n", blocked[0] ? blocked : "nothing");
}
