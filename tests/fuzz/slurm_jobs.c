/* Job lines, the exact sizes and the times to begin: what is read is whole, and reading it
 * never makes more jobs than there are lines. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "scheduler/scheduler.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const features[] = { "htc", "spot", NULL };
	/* Both texts are one input: jobs before the first NUL, exact sizes or times behind it.
	 */
	const uint8_t *nul = len ? memchr(data, 0, len) : NULL;
	size_t n = nul ? (size_t)(nul - data) : len;
	struct sched_run jobs = { .out = (const char *)data, .out_len = n };
	struct sched_run exact = { .out = (const char *)data + n + 1,
				   .out_len = nul ? len - n - 1 : 0 };
	struct queue q;

	assert(sched_slurm.jobs_whole(jobs.out, n) <= n);
	queue_init(&q);
	if (sched_slurm.read_jobs(&q, &jobs, "24.11.5", NULL) == 0) {
		assert(q.n_jobs <= n / 84 && sched_slurm.jobs_whole(jobs.out, n) == n);
		if (nul)
			sched_slurm.read_exact(&q, &exact, "26.05.5", NULL);
		if (nul)
			sched_slurm.read_begins(&q, &exact, NULL);
		for (size_t i = 0; i < q.n_jobs; i++) {
			const struct job *j = &q.jobs[i];

			assert(j->id[0] && j->tasks >= -1 && j->cpus >= 0 &&
			       j->mem_bytes >= 0 && j->gpus >= 0);
			assert(!j->demand || j->state == JOB_PENDING);
			sched_slurm.job_fits(j, "htc", features);
		}
		queue_count_node_jobs(&q);
	}
	queue_clear(&q);
	return 0;
}
