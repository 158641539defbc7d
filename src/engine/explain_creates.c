/* Why nodes are made, and the whole decision in one sentence (9). */
#include "engine/plan_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

struct crowd { /* what goes onto the new nodes of one bucket */
	int64_t tasks, jobs_nodes;
	double cpus_min, cpus_max, gpus, mem;
};

static void crowd_add(struct crowd *c, const struct planner *p, const struct placement *l,
		      size_t bucket)
{
	const struct kind *k = &p->kinds[bucket];
	double take[DIMS_MAX];

	if (!ask_take(p, l->want, k, SIZE_MAX, k->cap, take))
		return;
	if (c->tasks + c->jobs_nodes == 0 || take[DIM_CPU] < c->cpus_min)
		c->cpus_min = take[DIM_CPU];
	c->cpus_max = take[DIM_CPU] > c->cpus_max ? take[DIM_CPU] : c->cpus_max;
	c->gpus = take[DIM_GPU] > c->gpus ? take[DIM_GPU] : c->gpus;
	c->mem = take[DIM_MEM] > c->mem ? take[DIM_MEM] : c->mem;
	if (p->d->v[l->want].node_count > 0)
		c->jobs_nodes += l->slots;
	else
		c->tasks += l->slots;
}

/* pending: all of them, when the new nodes are for some alone */
static void crowd_text(char out[160], const struct crowd *c, int64_t pending)
{
	char cores[64];

	if (c->cpus_max > c->cpus_min)
		snprintf(cores, sizeof(cores), "%.6g to %.6g cores each", c->cpus_min,
			 c->cpus_max);
	else
		snprintf(cores, sizeof(cores), "%.6g core%s each", c->cpus_max,
			 c->cpus_max > 1 ? "s" : "");
	if (c->jobs_nodes > 0 && c->tasks > 0)
		snprintf(out, 160,
			 "%" PRId64 " tasks and %" PRId64 " nodes of jobs pending, %s",
			 c->tasks, c->jobs_nodes, cores);
	else if (c->jobs_nodes > 0)
		snprintf(out, 160, "jobs that want %" PRId64 " nodes pending, %s",
			 c->jobs_nodes, cores);
	else if (c->tasks < pending)
		snprintf(out, 160, "for %" PRId64 " of the %" PRId64 " pending tasks, %s",
			 c->tasks, pending, cores);
	else
		snprintf(out, 160, "%" PRId64 " task%s pending, %s", c->tasks,
			 c->tasks == 1 ? "" : "s", cores);
}

/* Is there a bucket of lower price per core that was open? Then the size was chosen for another
 * reason. */
static bool is_cheapest(const struct planner *p, size_t bucket)
{
	double mine = p->cost[bucket] / (double)p->f->buckets[bucket].size->vcpus;

	for (size_t b = 0; b < p->f->n_buckets; b++) {
		const struct fact_bucket *o = &p->f->buckets[b];

		if (o->array == p->f->buckets[bucket].array && p->open[b] &&
		    p->cost[b] / (double)o->size->vcpus < mine * (1 - 1e-9))
			return false;
	}
	return true;
}

static const char *choice_text(const struct planner *p, const struct attempt *a, size_t b)
{
	size_t alike = 0;

	for (size_t i = 0; i < p->f->n_buckets; i++)
		alike += p->f->buckets[i].array == p->f->buckets[b].array;
	if (alike == 1)
		return "is the only size";
	if (a->strategy == STRATEGY_LISTED && p->f->choose == CHOOSE_PREFERENCE)
		return "is the first listed that has room";
	if (p->f->choose == CHOOSE_FEWEST)
		return "needs the fewest nodes";
	return is_cheapest(p, b) ? "is cheapest" : "is cheapest for them with room";
}

/* Less the jobs that want several nodes at once, which are told apart. */
static int64_t tasks_alone(const struct demand *d)
{
	int64_t n = d->tasks_pending;

	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].node_count > 0 && !d->v[i].not_eligible)
			n -= d->v[i].times;
	return n;
}

static void explain_create(struct plan_create *c, const struct planner *p,
			   const struct attempt *a, const struct crowd *crowd)
{
	const struct fact_bucket *b = &p->f->buckets[c->bucket];
	const struct fact_array *fa = &p->f->arrays[b->array];
	const struct array_spec *s = fa->spec;
	char size[BUCKET_TEXT], text[160], numbers[NUMBERS_TEXT];

	bucket_text(size, b);
	if (crowd->tasks + crowd->jobs_nodes == 0) {
		explain_numbers(numbers, fa);
		snprintf(c->why, sizeof(c->why),
			 "%s keeps %" PRId64 " nodes at least, %" PRId64
			 " of them idle%s%.110s; %.60s %s",
			 s->name, s->min_nodes, s->warm_nodes, numbers[0] ? ": " : "", numbers,
			 size, choice_text(p, a, c->bucket));
		return;
	}
	crowd_text(text, crowd, tasks_alone(p->d));
	snprintf(c->why, sizeof(c->why), "%.120s; %.80s %s", text, size,
		 choice_text(p, a, c->bucket));
}

void explain_creates(struct plan *out, const struct planner *p, const struct attempt *a)
{
	struct crowd *crowds = xcalloc(out->n_creates + 1, sizeof(*crowds));

	for (size_t i = 0; i < out->n_placements; i++) {
		const struct placement *l = &out->placements[i];

		if (l->create != SIZE_MAX)
			crowd_add(&crowds[l->create], p, l, out->creates[l->create].bucket);
	}
	for (size_t i = 0; i < out->n_creates; i++)
		explain_create(&out->creates[i], p, a, &crowds[i]);
	free(crowds);
}

static void count_acts(const struct plan *out, int64_t acts[ACT_RETIRE + 1])
{
	for (size_t i = 0; i < out->n_acts; i++)
		acts[out->acts[i].act]++;
}

/* Tasks that any node takes, and the nodes of jobs that take several at once. */
struct tally {
	int64_t tasks, nodes, jobs;
};

static void tally_add(struct tally *t, const struct want *w, int64_t n)
{
	if (w->node_count > 0) {
		t->nodes += n;
		t->jobs += n / w->node_count;
	} else {
		t->tasks += n;
	}
}

/* "12 tasks", "12 tasks and 40 nodes for 1 multi-node job" */
static void tally_text(struct buf *out, const struct tally *t)
{
	char text[48];

	if (t->tasks > 0 || t->nodes == 0)
		buf_adds(out, count_text(text, t->tasks, "task"));
	if (t->tasks > 0 && t->nodes > 0)
		buf_adds(out, " and ");
	if (t->nodes > 0) {
		buf_adds(out, count_text(text, t->nodes, "node"));
		buf_addf(out, " for %s", count_text(text, t->jobs, "multi-node job"));
	}
}

void explain_summary(struct plan *out, const struct demand *d)
{
	int64_t made = 0, acts[ACT_RETIRE + 1] = { 0 };
	struct tally wanted = { 0 }, unplaced = { 0 };
	struct buf b = BUF_INIT(sizeof(out->summary) - 1);

	for (size_t i = 0; i < out->n_wants; i++) {
		if (d->v[i].not_eligible)
			continue;
		tally_add(&wanted, &d->v[i], out->wants[i].placed + out->wants[i].unplaced);
		tally_add(&unplaced, &d->v[i], out->wants[i].unplaced);
	}
	for (size_t i = 0; i < out->n_creates; i++)
		made += out->creates[i].count;
	count_acts(out, acts);
	if (wanted.tasks + wanted.nodes == 0) {
		buf_adds(&b, "nothing to place");
	} else {
		buf_adds(&b, "wanted: ");
		tally_text(&b, &wanted);
	}
	if (unplaced.tasks + unplaced.nodes > 0) {
		buf_adds(&b, "; without a place: ");
		tally_text(&b, &unplaced);
	}
	if (made > 0)
		buf_addf(&b, "; %s to make, %.2f USD per hour",
			 count_text((char[48]){ 0 }, made, "node"), out->new_cost);
	if (out->n_acts > 0)
		buf_addf(&b, "; %" PRId64 " to drain, %" PRId64 " back, %" PRId64 " to delete",
			 acts[ACT_DRAIN] + acts[ACT_RETIRE], acts[ACT_UNDRAIN],
			 acts[ACT_DELETE]);
	snprintf(out->summary, sizeof(out->summary), "%s", buf_str(&b));
	buf_clear(&b);
}
