#include "wire/field.h"
#include "wire/wire.h"

FIELD_WORDS(state, enum node_state, node_state_name, node_state_of)

#define N(member, kind) FIELD(struct node, member, kind)
static const struct field node_fields[] = {
	N(id, FIELD_INT),
	N(cluster_id, FIELD_INT),
	N(name, FIELD_CHARS),
	N(array, FIELD_CHARS),
	N(index, FIELD_INT),
	N(generation, FIELD_INT),
	N(size, FIELD_CHARS),
	N(zone, FIELD_CHARS),
	N(group, FIELD_CHARS),
	N(spot, FIELD_BOOL),
	N(set_id, FIELD_CHARS),
	N(vm_id, FIELD_CHARS),
	N(vm_name, FIELD_CHARS),
	N(host, FIELD_CHARS),
	N(address, FIELD_CHARS),
	FIELD_ENUM(struct node, state, state_word, state_of),
	N(reason, FIELD_CHARS),
	N(since_ms, FIELD_INT),
	N(requested_ms, FIELD_INT),
	N(bound_ms, FIELD_INT),
	N(booted_ms, FIELD_INT),
	N(joined_ms, FIELD_INT),
	N(idle_since_ms, FIELD_INT),
	N(drain_set_ms, FIELD_INT),
	N(gone_ms, FIELD_INT),
	N(keep_alive, FIELD_BOOL),
	N(kept_ms, FIELD_INT),
	N(kept_by, FIELD_CHARS),
	N(array_kept_ms, FIELD_INT),
	N(ever_busy, FIELD_BOOL),
	N(drain_asked, FIELD_BOOL),
	N(drain_asked_ms, FIELD_INT),
	N(terminate_asked, FIELD_BOOL),
	N(boot_tries, FIELD_INT),
	N(price, FIELD_REAL),
	N(cpus, FIELD_INT),
	N(mem_bytes, FIELD_INT),
	N(gpus, FIELD_INT),
	N(jobs, FIELD_INT),
	N(load, FIELD_REAL),
	N(job, FIELD_CHARS),
	N(user, FIELD_CHARS),
	N(phase_ms, FIELD_INT),
	N(phase, FIELD_CHARS),
	FIELD_END,
};
#undef N

struct json *wire_node_json(const struct node *n)
{
	struct json *j = json_new_object();

	fields_write(j, node_fields, n);
	return j;
}

int wire_node_read(struct node *n, const struct json *j, struct err *err)
{
	*n = (struct node){ .jobs = -1, .price = -1, .load = -1 };
	return fields_read(n, node_fields, j, NULL, err);
}
