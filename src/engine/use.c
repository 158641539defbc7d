/*
 * What of a node is in use. A scheduler's nodes are read first and its jobs second, so the
 * jobs' word is the newer one: a job that began in between has a node that still seems free,
 * and one that ended has left a node that still seems full. No node is bought for the moment of
 * that (B5).
 */
#include "engine/facts.h"
#include "engine/run.h"

#define EMPTIES_MS 60000 /* B5: whatever is ready within a minute serves */

bool node_empties(const struct sched_node *sn)
{
	return sn->jobs >= 0 && sn->jobs == sn->ending &&
	       (sn->completing || sn->ending > 0 || sn->cpus_used > 0);
}

static bool just_begun(const struct sched_node *sn)
{
	return sn->jobs > sn->ending && sn->cpus_used == 0;
}

struct node_use node_use(const struct sched_node *sn, int64_t empties_ms)
{
	struct node_use use = { .cpus = sn->cpus_used,
				.mem_bytes = sn->mem_used,
				.gpus = sn->gpus_used };

	if (empties_ms >= 0 && empties_ms < EMPTIES_MS)
		return (struct node_use){ .empties = true };
	/* an epilogue that does not end: the scheduler gives it nothing, whatever is free */
	if (empties_ms >= 0 && (sn->completing || sn->ending > 0))
		return (struct node_use){ .cpus = sn->cpus,
					  .mem_bytes = sn->mem_bytes,
					  .gpus = sn->gpus };
	if (just_begun(sn))
		use.cpus = sn->cpus_held < sn->cpus ? sn->cpus_held : sn->cpus;
	return use;
}
