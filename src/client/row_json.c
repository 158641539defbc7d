/* A row of a window as the API tells it: for what is copied. */
#include "client/mirror.h"
#include "wire/wire.h"

struct json *mirror_row_json(const struct mirror_rows *r, size_t i)
{
	switch (r->noun) {
	case NOUN_CLUSTER:
		return wire_cluster_row_json(&r->u.clusters[i]);
	case NOUN_ARRAY:
		return wire_array_row_json(&r->u.arrays[i]);
	case NOUN_NODE:
		return wire_node_json(&r->u.nodes[i]);
	case NOUN_JOB:
		return wire_job_json(&r->u.jobs[i]);
	case NOUN_EVENT:
		return wire_event_json(&r->u.events[i]);
	case NOUN_OPERATION:
		return wire_operation_json(&r->u.operations[i]);
	case NOUN_TEMPLATE:
		return wire_template_row_json(&r->u.templates[i]);
	case NOUN_HISTORY:
		return wire_history_row_json(&r->u.histories[i]);
	case NOUN_GROUP:
		return wire_group_row_json(&r->u.groups[i]);
	case NOUNS:
		break;
	}
	return json_new_object();
}
