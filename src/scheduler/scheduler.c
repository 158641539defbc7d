#include "scheduler/scheduler.h"

#include <string.h>

const struct sched_ops *const sched_all[] = {
	&sched_slurm,
	NULL,
};

const struct sched_ops *sched_find(const char *name)
{
	for (size_t i = 0; sched_all[i]; i++)
		if (strcmp(sched_all[i]->name, name) == 0)
			return sched_all[i];
	return NULL;
}
