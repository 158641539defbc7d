/* How many tasks a row of the queue stands for, and what they do. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/queue.h"

static bool is_array(const struct job *j)
{
	return j->array_id[0] && strcmp(j->id, j->array_id) == 0;
}

const char *job_asks_text(char out[160], const struct job *j)
{
	char tasks[48], cpus[48], nodes[48];

	count_text(tasks, j->tasks, "task");
	snprintf(out, 160, "%s%s%s on %s", j->tasks > 1 ? tasks : "",
		 j->tasks > 1 ? ", each with " : "", count_text(cpus, j->cpus, "cpu"),
		 count_text(nodes, j->nodes_min, "node"));
	return out;
}

static int64_t tasks_of(const struct job *j)
{
	return j->tasks > 0 ? j->tasks : 1;
}

static bool runs(enum job_state s)
{
	return s == JOB_RUNNING || s == JOB_STARTING;
}

static bool has_ended(enum job_state s)
{
	return s == JOB_DONE || s == JOB_FAILED || s == JOB_CANCELLED;
}

int64_t job_tasks_running(const struct job *j)
{
	if (is_array(j))
		return j->running;
	return runs(j->state) ? tasks_of(j) : 0;
}

int64_t job_tasks_left(const struct job *j)
{
	if (j->tasks < 0)
		return -1;
	if (is_array(j))
		return j->tasks - j->done - j->failed - j->cancelled - j->lost;
	return has_ended(j->state) ? 0 : tasks_of(j);
}

/* A word that the scheduler has and we do not know is no end: only a job that has left is. */
static int64_t *count_of(struct job *array, const struct job *j)
{
	switch (j->state) {
	case JOB_RUNNING:
	case JOB_STARTING:
		return &array->running;
	case JOB_PENDING:
	case JOB_HELD:
		return &array->waiting;
	case JOB_DONE:
		return &array->done;
	case JOB_FAILED:
		return &array->failed;
	case JOB_CANCELLED:
		return &array->cancelled;
	case JOB_UNKNOWN:
		return j->end_s ? &array->lost : NULL;
	case JOB_COMPLETING:
	case JOB_SUSPENDED:
	case JOB_STATES:
		break;
	}
	return NULL;
}

void job_count_task(struct job *array, const struct job *j)
{
	int64_t *count = count_of(array, j);

	array->tasks = array->tasks < 0 || j->tasks < 0 ? -1 : array->tasks + j->tasks;
	if (count)
		*count += tasks_of(j);
}

/* "32 have a place, 8 wait: at a limit: htc has its maximum of 16 nodes" */
const char *job_verdict(char out[JOB_VERDICT], const struct job *j)
{
	int64_t waiting = is_array(j) ? j->waiting : tasks_of(j);

	if (j->waits[0] && j->stuck > 0 && j->stuck < waiting)
		snprintf(out, JOB_VERDICT, "%lld ha%s a place, %lld wait%s: %s",
			 (long long)(waiting - j->stuck), waiting - j->stuck == 1 ? "s" : "ve",
			 (long long)j->stuck, j->stuck == 1 ? "s" : "", j->waits);
	else
		snprintf(out, JOB_VERDICT, "%s", j->waits);
	return out;
}

const char *job_parts(char out[JOB_PARTS], const struct job *array)
{
	const struct {
		int64_t n;
		const char *word;
	} parts[] = {
		{ array->running, "run" },	   { array->waiting, "wait" },
		{ array->failed, "failed" },	   { array->done, "done" },
		{ array->cancelled, "cancelled" }, { array->lost, "ended, how is not known" },
	};
	size_t used = 0, told = 0;

	out[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (parts[i].n <= 0 || used >= JOB_PARTS)
			continue;
		used +=
		    (size_t)snprintf(out + used, JOB_PARTS - used, "%s%lld %s",
				     used ? ", " : "", (long long)parts[i].n, parts[i].word);
		told++;
	}
	/* more parts fill a narrow column, and the total stands beside the array's number */
	if (used < JOB_PARTS && told <= 2 && array->tasks > 0 && job_tasks_left(array) > 0)
		snprintf(out + used, JOB_PARTS - used, " of %lld", (long long)array->tasks);
	return out;
}
