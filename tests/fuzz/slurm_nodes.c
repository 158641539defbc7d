/* Node lines: every node that is read has a name and a state, and an offer is never a node that
 * is up. */
#include <assert.h>
#include <stdint.h>

#include "scheduler/scheduler.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct sched_run r = { .out = (const char *)data, .out_len = len };
	struct queue q;

	queue_init(&q);
	if (sched_slurm.read_nodes(&q, &r, "24.11.5", NULL) == 0) {
		for (size_t i = 0; i < q.n_nodes; i++) {
			const struct sched_node *n = &q.nodes[i];

			assert(n->name[0] && n->jobs == -1 && n->cpus >= 0 &&
			       n->mem_bytes >= 0);
			assert(!n->offer || n->state == SNODE_DOWN);
			assert(!n->drained_by_us || n->drained);
		}
	}
	queue_clear(&q);
	return 0;
}
