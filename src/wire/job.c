#include <string.h>

#include "wire/field.h"
#include "wire/wire.h"

FIELD_WORDS(state, enum job_state, job_state_name, job_state_of)

static const char *class_word(int v)
{
	return reason_class_name((enum reason_class)v);
}

static int class_of(const char *word)
{
	for (int c = REASON_NONE; c <= REASON_UNKNOWN; c++)
		if (strcmp(reason_class_name((enum reason_class)c), word) == 0)
			return c;
	return REASON_UNKNOWN;
}

#define J(member, kind) FIELD(struct job, member, kind)
static const struct field job_fields[] = {
	J(id, FIELD_LENT),
	J(array_id, FIELD_LENT),
	J(task, FIELD_LENT),
	J(name, FIELD_LENT),
	J(user, FIELD_LENT),
	J(account, FIELD_LENT),
	J(partition, FIELD_LENT),
	J(reason, FIELD_LENT),
	J(constraint, FIELD_LENT),
	J(dependency, FIELD_LENT),
	J(nodes, FIELD_LENT),
	J(waits, FIELD_LENT),
	FIELD_ENUM(struct job, state, state_word, state_of),
	FIELD_ENUM(struct job, reason_class, class_word, class_of),
	J(demand, FIELD_BOOL),
	J(exclusive, FIELD_BOOL),
	J(mem_per_cpu, FIELD_BOOL),
	J(requeue, FIELD_BOOL),
	J(tasks, FIELD_INT),
	J(stuck, FIELD_INT),
	J(running, FIELD_INT),
	J(waiting, FIELD_INT),
	J(done, FIELD_INT),
	J(failed, FIELD_INT),
	J(cancelled, FIELD_INT),
	J(lost, FIELD_INT),
	J(task_limit, FIELD_INT),
	J(nodes_min, FIELD_INT),
	J(cpus, FIELD_INT),
	J(mem_bytes, FIELD_INT),
	J(gpus, FIELD_INT),
	J(priority, FIELD_INT),
	J(limit_s, FIELD_INT),
	J(submit_s, FIELD_INT),
	J(start_s, FIELD_INT),
	J(end_s, FIELD_INT),
	FIELD_END,
};
#undef J

struct json *wire_job_json(const struct job *job)
{
	struct json *j = json_new_object();

	fields_write(j, job_fields, job);
	return j;
}

int wire_job_read(struct job *out, struct pool *pool, const struct json *j, struct err *err)
{
	*out = job_blank();
	out->state = JOB_UNKNOWN;
	return fields_read(out, job_fields, j, pool, err);
}
