/* Commands of a ghost head, one a line, words by blank; a second goes by after each. Whatever
 * is asked, nodes are never fuller than they are, and the count of waiting tasks is right. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/command.h"
#include "base/clock.h"

#define LINES_MAX  40
#define SCRIPT	   "#!/bin/sh\n#SBATCH --requeue\n#GHOST time=1-9\ntrue\n"
#define START	   1795300000000
#define WORLD_SEED 1

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct gq *make_queue(struct az_world *w)
{
	struct gq *q = gq_new(w, "head", "vm");
	struct gq_node_wish wish = { .name = "c1",
				     .host = "h1",
				     .address = "10.0.0.1",
				     .features = "htc,spot",
				     .vm_id = "a",
				     .cpus = 4,
				     .mem_mb = 4000 };

	gq_configure(q, "htc F2 2 3500 0 both 16 yes -\nhpc HB 8 9000 2 ondemand 4 no ib",
		     "DefMemPerCPU=100");
	q->up = true;
	gq_node_put(q, &wish);
	wish.name = "c2";
	gq_node_put(q, &wish);
	wish.name = "g1";
	wish.features = "hpc,ib";
	wish.gpus = 2;
	gq_node_put(q, &wish);
	return q;
}

static void check(const struct gq *q)
{
	const char *name;
	int64_t waiting = 0;
	void *v;

	for (size_t i = 0; map_next(q->nodes, &i, &name, &v);) {
		const struct gq_node *n = v;

		assert(n->used_cpus >= 0 && n->used_cpus <= n->cpus);
		assert(n->used_mem >= 0 && n->used_mem <= n->mem_mb);
		assert(n->used_gpus >= 0 && n->used_gpus <= n->gpus);
		assert((n->places != NULL) == (n->used_cpus > 0));
	}
	for (const struct gq_job *j = q->pending.first; j; j = j->next)
		waiting += j->tasks ? j->tasks->count : 1;
	assert(waiting == q->n_tasks);
}

static void run(struct gq *q, const char *line, size_t len)
{
	static const struct {
		const char *name;
		gq_command *run;
	} commands[] = { { "squeue", gq_squeue },
			 { "scontrol", gq_scontrol },
			 { "sinfo", gq_sinfo },
			 { "sbatch", gq_sbatch },
			 { "scancel", gq_scancel } };
	struct strs argv = STRS_INIT(100);
	struct buf out = BUF_INIT(1 << 20), errout = BUF_INIT(1 << 20);
	struct gq_call c = { .argv = &argv,
			     .in = SCRIPT,
			     .in_len = strlen(SCRIPT),
			     .out = &out,
			     .errout = &errout };

	if (!memchr(line, '\0', len) && strs_split(&argv, line, len, ' ') == 0)
		for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
			if (strcmp(argv.v[0], commands[i].name) == 0)
				commands[i].run(q, &c);
	strs_clear(&argv);
	buf_clear(&out);
	buf_clear(&errout);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *s = (const char *)data, *end = s + len;
	struct az_scenario sc = { 0 };
	struct az_world *w;
	struct gq *q;

	clock_test_set(START);
	az_scenario_profile(&sc, "fast", NULL);
	sc.has_seed = true;
	sc.seed = WORLD_SEED;
	w = az_world_new(NULL, &sc, NULL, NULL);
	q = make_queue(w);
	for (int i = 0; s < end && i < LINES_MAX; i++) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t n = (size_t)((nl ? nl : end) - s);

		run(q, s, n);
		clock_test_advance(1000);
		az_world_run(w);
		check(q);
		s += n + 1;
	}
	gq_free(q);
	az_world_free(w);
	return 0;
}
