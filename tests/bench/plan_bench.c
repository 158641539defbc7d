/*
 * What one decision costs (spec: 100,000 different jobs, 50 buckets, 1,000 nodes in 200 ms and
 * 64 MiB). Each case runs in a child of its own, so that its peak of memory is its own: what
 * demand and plan add to a queue that is already read. Time is the processor's, the best of
 * some rounds, for information. The last line is JSON.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rand.h"
#include "engine/plan.h"
#include "scheduler/scheduler.h"

#define ARRAYS 10
#define SIZES  5
#define ROUNDS 5
#define GIB    ((int64_t)1 << 30)

enum work { DIFFERENT, SINGLE_CORE, WIDE, ALIKE };

struct bench_case {
	const char *name;
	enum work work;
	size_t jobs, buckets, nodes;
	bool booting; /* half of the nodes were bought and are not here yet */
	double budget_ms;
};

static const struct bench_case cases[] = {
	{ "1,000 jobs, 10 buckets", DIFFERENT, 1000, 10, 100, false, 2 },
	{ "10,000 different jobs", DIFFERENT, 10000, 50, 1000, false, 30 },
	{ "100,000 single-core jobs", SINGLE_CORE, 100000, 50, 1000, false, 200 },
	{ "the same, 500 nodes boot", SINGLE_CORE, 100000, 50, 1000, true, 200 },
	{ "100,000 different jobs", DIFFERENT, 100000, 50, 1000, false, 200 },
	{ "1,000 multi-node jobs", WIDE, 1000, 50, 1000, false, 10 },
	{ "100,000 jobs alike", ALIKE, 100000, 50, 1000, false, 200 },
};

struct world {
	struct cluster_spec spec;
	struct vm_sizes sizes;
	struct queue queue;
	struct facts facts;
	char (*names)[24];
};

struct result { /* crosses the pipe */
	double demand_ms, plan_ms;
	int64_t kib, wants, placed, nodes_made, requests, acts;
};

/* Jobs name an array, or nothing. */
static int fits(const struct job *j, const char *array, const char *const *features)
{
	(void)features;
	return !j->partition[0] || strcmp(j->partition, array) == 0;
}

static const struct sched_ops ops = { .name = "bench", .job_fits = fits };

static void make_arrays(struct world *w, size_t buckets)
{
	size_t arrays = buckets / SIZES;

	cluster_spec_init(&w->spec);
	w->spec.n_arrays = arrays;
	w->spec.arrays = xcalloc(arrays, sizeof(*w->spec.arrays));
	w->facts.arrays = xcalloc(arrays, sizeof(*w->facts.arrays));
	w->facts.n_arrays = arrays;
	w->facts.buckets = xcalloc(buckets, sizeof(*w->facts.buckets));
	for (size_t i = 0; i < SIZES; i++) {
		struct vm_size *s = vm_sizes_add(&w->sizes);

		*s = (struct vm_size){ .vcpus = 4 << i,
				       .vcpus_per_core = 2,
				       .mem_bytes = (16 << i) * GIB,
				       .price = 0.05 * (double)(4 << i) };
		snprintf(s->name, sizeof(s->name), "Standard_D%ds_v5", 4 << i);
		snprintf(s->family, sizeof(s->family), "standardDSv5Family");
	}
	for (size_t i = 0; i < arrays; i++) {
		struct array_spec *a = &w->spec.arrays[i];

		array_spec_init(a);
		a->name = xasprintf("part%zu", i);
		a->max_nodes = -1;
		w->facts.arrays[i] = (struct fact_array){ .spec = a, .used_cores = -1 };
		for (size_t k = 0; k < SIZES; k++) {
			strs_add(&a->sizes, w->sizes.v[k].name);
			w->facts.buckets[w->facts.n_buckets++] =
			    (struct fact_bucket){ .array = i,
						  .size = &w->sizes.v[k],
						  .max_nodes = -1,
						  .available = -1,
						  .probe_max = -1,
						  .price = w->sizes.v[k].price *
							   (1 + 0.01 * (double)i) };
		}
	}
}

static void make_nodes(struct world *w, size_t n, bool booting, struct rng *rng)
{
	w->facts.nodes = xcalloc(n, sizeof(*w->facts.nodes));
	w->names = xcalloc(n, sizeof(*w->names));
	w->facts.n_nodes = n;
	for (size_t i = 0; i < n; i++) {
		struct fact_node *f = &w->facts.nodes[i];
		size_t b = rng_below(rng, w->facts.n_buckets);
		const struct vm_size *s = w->facts.buckets[b].size;
		bool coming = booting && i % 2;
		double used = coming ? 0 : (double)rng_below(rng, (uint64_t)s->vcpus + 1);
		int64_t reserve = s->mem_bytes / 20 > GIB ? s->mem_bytes / 20 : GIB;

		snprintf(w->names[i], sizeof(w->names[i]), "n-%zu", i);
		*f = (struct fact_node){ .name = w->names[i],
					 .bucket = b,
					 .array = w->facts.buckets[b].array,
					 .state = coming ? NODE_BOOTING
							 : (used > 0 ? NODE_BUSY : NODE_IDLE),
					 .jobs = used > 0,
					 .ever_busy = true,
					 .idle_since_s = used > 0 ? 0 : 999000,
					 .price = 0.1 };
		resources_set(&f->total, "ncpus", (double)s->vcpus);
		resources_set(&f->total, "pcpus", (double)(s->vcpus / 2));
		resources_set(&f->total, "mem", (double)(s->mem_bytes - reserve));
		resources_copy(&f->free, &f->total);
		resources_set(&f->free, "ncpus", (double)s->vcpus - used);
		resources_set(&f->free, "pcpus",
			      (double)((int64_t)((double)s->vcpus - used) / 2));
	}
}

static void make_jobs(struct world *w, const struct bench_case *c, struct rng *rng)
{
	char text[32];

	queue_init(&w->queue);
	for (size_t i = 0; i < c->jobs; i++) {
		struct job *j = queue_add_job(&w->queue);
		size_t array = rng_below(rng, w->spec.n_arrays);

		snprintf(text, sizeof(text), "%zu", i + 1);
		j->id = pool_add(&w->queue.pool, text, strlen(text));
		j->user = "user";
		j->state = JOB_PENDING;
		j->demand = true;
		j->tasks = 1;
		j->cpus = 1;
		j->priority = (int64_t)(c->jobs - i);
		j->limit_s = 600 + (int64_t)rng_below(rng, 36000);
		if (c->work == ALIKE)
			continue;
		j->mem_bytes = (int64_t)(512 + i % 4096) << 20;
		if (rng_below(rng, 2))
			j->partition = w->spec.arrays[array].name;
		if (c->work == DIFFERENT)
			j->cpus = 1 + (int64_t)rng_below(rng, 16);
		if (c->work == WIDE) {
			j->nodes_min = 2 + (int64_t)rng_below(rng, 14);
			j->cpus = j->nodes_min * (1 + (int64_t)rng_below(rng, 16));
		}
	}
}

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int64_t peak_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static void count(struct result *r, const struct demand *d, const struct plan *p)
{
	r->wants = (int64_t)d->n;
	r->placed = r->nodes_made = 0;
	for (size_t i = 0; i < p->n_wants; i++)
		r->placed += p->wants[i].placed;
	for (size_t i = 0; i < p->n_creates; i++)
		r->nodes_made += p->creates[i].count;
	r->requests = (int64_t)p->n_creates;
	r->acts = (int64_t)p->n_acts;
}

static void measure(const struct bench_case *c, struct result *r)
{
	struct world w = { .facts = { .now_s = 1000000,
				      .region = "westeurope",
				      .max_cores = -1,
				      .max_nodes = -1,
				      .max_price = -1 } };
	struct err err = ERR_INIT;
	struct rng rng;
	int64_t before;

	rng_seed(&rng, 1);
	make_arrays(&w, c->buckets);
	make_nodes(&w, c->nodes, c->booting, &rng);
	make_jobs(&w, c, &rng);
	before = peak_kib();
	*r = (struct result){ .demand_ms = 1e9, .plan_ms = 1e9 };
	for (int i = 0; i < ROUNDS; i++) {
		double start = cpu_ms(), middle, end;
		struct demand d;
		struct plan p;

		if (demand_of(&d, &w.queue, &w.spec, &w.sizes, &ops, &err) < 0)
			exit(1);
		middle = cpu_ms();
		if (plan_make(&p, &d, &w.facts, &err) < 0)
			exit(1);
		end = cpu_ms();
		r->demand_ms = middle - start < r->demand_ms ? middle - start : r->demand_ms;
		r->plan_ms = end - middle < r->plan_ms ? end - middle : r->plan_ms;
		if (i == 0)
			r->kib = peak_kib() - before;
		count(r, &d, &p);
		plan_clear(&p);
		demand_clear(&d);
	}
}

/* The child ends without clearing up: its memory is what is measured. */
static int in_child(const struct bench_case *c, struct result *r)
{
	int fd[2], status = 0;
	ssize_t got;
	pid_t pid;

	if (pipe(fd) < 0)
		return -1;
	pid = fork();
	if (pid < 0)
		return -1;
	if (pid == 0) {
		measure(c, r);
		_exit(write(fd[1], r, sizeof(*r)) == (ssize_t)sizeof(*r) ? 0 : 1);
	}
	close(fd[1]);
	got = read(fd[0], r, sizeof(*r));
	close(fd[0]);
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		return -1;
	return got == (ssize_t)sizeof(*r) ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct result r[ARRAY_LEN(cases)];

	printf("%-26s %8s %8s %6s %5s | %9s %9s %7s | %8s\n", "decision", "wants", "placed",
	       "made", "reqs", "demand ms", "plan ms", "budget", "MiB");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		fflush(stdout);
		if (argc > 1 && !strstr(cases[i].name, argv[1]))
			continue;
		if (in_child(&cases[i], &r[i]) < 0) {
			fprintf(stderr, "%s: failed\n", cases[i].name);
			return 1;
		}
		printf("%-26s %8" PRId64 " %8" PRId64 " %6" PRId64 " %5" PRId64
		       " | %9.1f %9.1f %7.0f | %8.1f\n",
		       cases[i].name, r[i].wants, r[i].placed, r[i].nodes_made, r[i].requests,
		       r[i].demand_ms, r[i].plan_ms, cases[i].budget_ms,
		       (double)r[i].kib / 1024);
	}
	printf("{");
	for (size_t i = 0; i < ARRAY_LEN(cases) && argc == 1; i++)
		printf("%s\"%s\":{\"demand_ms\":%.1f,\"plan_ms\":%.1f,\"budget_ms\":%.0f,"
		       "\"mib\":%.1f,\"budget_mib\":64,\"placed\":%" PRId64 ",\"made\":%" PRId64
		       ",\"requests\":%" PRId64 "}",
		       i ? "," : "", cases[i].name, r[i].demand_ms, r[i].plan_ms,
		       cases[i].budget_ms, (double)r[i].kib / 1024, r[i].placed,
		       r[i].nodes_made, r[i].requests);
	printf("}\n");
	return 0;
}
