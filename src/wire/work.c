#include <stdlib.h>

#include "base/mem.h"
#include "wire/field.h"
#include "wire/wire.h"

FIELD_WORDS(kind, enum op_kind, op_kind_name, op_kind_of)
FIELD_WORDS(state, enum op_state, op_state_name, op_state_of)
FIELD_WORDS(level, enum event_level, event_level_name, event_level_of)

#define O(member, kind) FIELD(struct operation, member, kind)
static const struct field operation_fields[] = {
	O(id, FIELD_INT),
	O(cluster_id, FIELD_INT),
	O(cluster, FIELD_CHARS),
	FIELD_ENUM(struct operation, kind, kind_word, kind_of),
	FIELD_ENUM(struct operation, state, state_word, state_of),
	O(step, FIELD_CHARS),
	O(step_no, FIELD_INT),
	O(step_count, FIELD_INT),
	O(detail, FIELD_CHARS),
	O(error, FIELD_CHARS),
	O(actor, FIELD_CHARS),
	O(started_ms, FIELD_INT),
	O(step_ms, FIELD_INT),
	O(next_try_ms, FIELD_INT),
	O(ended_ms, FIELD_INT),
	O(cancel_asked, FIELD_BOOL),
	O(force, FIELD_BOOL),
	O(plan_hash, FIELD_CHARS),
	FIELD_END,
};
#undef O

#define E(member, kind) FIELD(struct event, member, kind)
static const struct field event_fields[] = {
	E(seq, FIELD_INT),
	E(at_ms, FIELD_INT),
	E(cluster_id, FIELD_INT),
	E(operation_id, FIELD_INT),
	FIELD_ENUM(struct event, level, level_word, level_of),
	E(cluster, FIELD_CHARS),
	E(object, FIELD_CHARS),
	E(actor, FIELD_CHARS),
	E(text, FIELD_CHARS),
	FIELD_END,
};
#undef E

#define U(member, kind) FIELD(struct audit, member, kind)
static const struct field audit_fields[] = {
	U(seq, FIELD_INT),	    U(at_ms, FIELD_INT),
	U(actor, FIELD_CHARS),	    U(origin, FIELD_CHARS),
	U(role, FIELD_CHARS),	    U(verb, FIELD_CHARS),
	U(object, FIELD_CHARS),	    U(reason, FIELD_CHARS),
	U(result, FIELD_CHARS),	    U(before_hash, FIELD_CHARS),
	U(after_hash, FIELD_CHARS), U(plan_hash, FIELD_CHARS),
	U(operation_id, FIELD_INT), U(prev, FIELD_CHARS),
	U(hash, FIELD_CHARS),	    FIELD_END,
};
#undef U

/* `data` is a JSON document of its own; it travels as one, not as a text inside a text. */
struct json *wire_operation_json(const struct operation *o)
{
	struct json *j = json_new_object();
	struct json *data;
	size_t n = 0;

	fields_write(j, operation_fields, o);
	while (o->data && o->data[n])
		n++;
	data = n ? json_parse(o->data, n, NULL) : NULL;
	if (data)
		json_set(j, "data", data);
	return j;
}

int wire_operation_read(struct operation *o, const struct json *j, struct err *err)
{
	const struct json *data = json_get(j, "data");
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	operation_clear(o);
	if (fields_read(o, operation_fields, j, NULL, err) < 0)
		return -1;
	if (data && json_write(&text, data) == 0)
		o->data = buf_steal(&text);
	buf_clear(&text);
	return 0;
}

struct json *wire_event_json(const struct event *e)
{
	struct json *j = json_new_object();

	fields_write(j, event_fields, e);
	return j;
}

int wire_event_read(struct event *e, const struct json *j, struct err *err)
{
	*e = (struct event){ 0 };
	return fields_read(e, event_fields, j, NULL, err);
}

struct json *wire_audit_json(const struct audit *a)
{
	struct json *j = json_new_object();

	fields_write(j, audit_fields, a);
	return j;
}
