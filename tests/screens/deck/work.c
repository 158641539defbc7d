/* Operations of the made-up site, and what changed in its template slurm. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fixture.h"
#include "wire/wire.h"

#define DIFF(users) \
    "{\"template\":\"slurm\",\"cluster\":\"demo\",\"hash\":\"9f3c21aa07b4e6d1\",\"from_hash\":\"51d0aa2b77c3\",\"from_ms\":1795300000000," \
    "\"revisions\":[{\"hash\":\"51d0aa2b77c3\",\"at_ms\":1795300000000,\"clusters\":[" users "]}," \
    "{\"hash\":\"0c11f00dbeef\",\"at_ms\":1794300000000,\"clusters\":[]}]," \
    "\"lines\":[{\"sign\":\"@\",\"text\":\"\"}," \
    "{\"sign\":\" \",\"old\":81,\"new\":81,\"text\":\"arrays:\"}," \
    "{\"sign\":\" \",\"old\":82,\"new\":82,\"text\":\"  htc:\"}," \
    "{\"sign\":\"-\",\"old\":83,\"new\":0,\"text\":\"    max_nodes: 8\"}," \
    "{\"sign\":\"+\",\"old\":0,\"new\":83,\"text\":\"    max_nodes: 16\"}," \
    "{\"sign\":\" \",\"old\":84,\"new\":84,\"text\":\"    spot: then_ondemand\"}," \
    "{\"sign\":\"-\",\"old\":85,\"new\":0,\"text\":\"    image: alma9-hpc:2026.08\"}," \
    "{\"sign\":\"+\",\"old\":0,\"new\":85,\"text\":\"    image: alma9-hpc:2026.10\"}," \
    "{\"sign\":\" \",\"old\":86,\"new\":86,\"text\":\"  hpc:\"},{\"sign\":\"@\",\"text\":\"\"}]," \
    "\"changes\":[{\"sign\":\"~\",\"what\":\"array htc max_nodes\",\"from\":\"8\",\"to\":\"16\",\"effect\":\"now\",\"text\":\"no restart\"}," \
    "{\"sign\":\"~\",\"what\":\"array htc image\",\"from\":\"2026.08\",\"to\":\"2026.10\",\"effect\":\"new_nodes\",\"text\":\"new nodes only; 8 running\"}]," \
    "\"add\":0,\"change\":2,\"destroy\":0}"

static const char diff[] = DIFF("\"demo\""), diff_of_two[] = DIFF("\"demo\",\"alpha\"");

static const char plan[] =
    "{\"cluster\":\"demo\",\"template\":\"slurm\",\"hash\":\"77aa\",\"possible\":true,\"why_not\":\"\","
    "\"changes\":[{\"sign\":\"~\",\"what\":\"array htc max_nodes\",\"from\":\"8\",\"to\":\"16\",\"effect\":\"now\",\"text\":\"no restart\"}],"
    "\"add\":0,\"change\":1,\"destroy\":0}";

struct json *fixture_diff(const char *path)
{
	bool two = strstr(fixture->templates[0].used_by, "alpha") != NULL;
	const char *text = two ? diff_of_two : diff;
	struct json *j = json_parse(text, strlen(text), NULL);

	if (strstr(path, "cluster=alpha"))
		json_set_str(j, "cluster", "alpha");
	if (strstr(path, "revision=0c11")) {
		json_set_str(j, "cluster", "");
		json_set_str(j, "from_hash", "0c11f00dbeef");
	}
	return j;
}

struct json *fixture_update(const struct json *body)
{
	char *used = fixture->templates[0].used_by;

	if (json_get(body, "plan_hash") && strstr(used, "alpha"))
		snprintf(used, sizeof(fixture->templates[0].used_by), "demo *, alpha");
	if (json_get(body, "plan_hash"))
		return json_new_object();
	return json_parse(plan, strlen(plan), NULL);
}

static struct operation *add(int64_t id, int64_t cluster_id, const char *cluster,
			     enum op_kind kind, enum op_state state)
{
	struct operation *o = &fixture->ops[fixture->n_ops++];

	*o = (struct operation){ .id = id,
				 .cluster_id = cluster_id,
				 .kind = kind,
				 .state = state,
				 .started_ms = fixture->engine.now_ms - (80 - id) * 240000 };
	snprintf(o->cluster, sizeof(o->cluster), "%s", cluster);
	snprintf(o->actor, sizeof(o->actor), "op");
	o->step_ms = o->started_ms + 42000;
	return o;
}

/* The newest first: it ended, so that nothing moves by itself. */
void fixture_ops(void)
{
	struct operation *o = add(79, 0, "old", OP_DELETE, OP_DONE);

	snprintf(o->step, sizeof(o->step), "names");
	snprintf(o->detail, sizeof(o->detail),
		 "verified: 9 resources gone by name, two lists by tag empty");
	o->ended_ms = o->started_ms + 197000;
	o = add(78, 2, "cfd", OP_START, OP_RUNNING);
	snprintf(o->step, sizeof(o->step), "network");
	o->step_no = 4;
	o->step_count = 8;
	snprintf(o->detail, sizeof(o->detail), "the cloud makes the network");
	snprintf(
	    o->error, sizeof(o->error),
	    "429 TooManyRequests: the subscription's limit of writes is reached; the cloud asks to wait");
	o->next_try_ms = fixture->engine.now_ms + 20000;
	o = add(75, 1, "demo", OP_START, OP_DONE);
	snprintf(o->step, sizeof(o->step), "scheduler");
	snprintf(o->detail, sizeof(o->detail), "Slurm answers 1m02s after the start");
	o->ended_ms = o->started_ms + 62000;
	o = add(70, 0, "older", OP_START, OP_FAILED);
	snprintf(o->step, sizeof(o->step), "head");
	snprintf(o->error, sizeof(o->error),
		 "head: quota standardDSv5Family: 0 of 10 cores left in westeurope");
	o->ended_ms = o->started_ms + 9000;
	fixture->events[0].operation_id = 78;
}

static void steps(struct json *j, const struct operation *o)
{
	static const char *const names[] = { "key",  "sizes", "group",	   "network",
					     "head", "ssh",   "bootstrap", "scheduler" };
	struct json *list = json_set_array(j, "steps"), *data = json_set_object(j, "data");
	struct json *times = json_set_array(data, "steps");
	bool reached = true;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct json *s;

		json_add(list, json_new_string(names[i]));
		if (!reached)
			continue;
		s = json_add_object(times);
		json_set_str(s, "name", names[i]);
		json_set_int(s, "at_ms", o->started_ms + (int64_t)i * 14000);
		reached = strcmp(names[i], o->step) != 0;
	}
}

struct json *fixture_operation(int64_t id)
{
	const struct operation *o = &fixture->ops[0];
	struct json *j, *change;

	for (size_t i = 0; i < fixture->n_ops; i++)
		if (fixture->ops[i].id == id)
			o = &fixture->ops[i];
	j = wire_operation_json(o);
	if (json_get(j, "data"))
		return j;
	steps(j, o);
	json_set_str(j, "cancel_off", "");
	if (o->next_try_ms) {
		change = json_add_object(json_set_array(j, "changes"));
		json_set_str(change, "verb", "put");
		json_set_str(change, "kind", "network");
		json_set_str(change, "resource", "/g/x/virtualNetworks/vnet");
		json_set_str(change, "state", "unknown");
		json_set_str(change, "error", o->error);
		json_set_int(change, "tries", 2);
		json_set_int(change, "next_try_ms", o->next_try_ms);
	}
	return j;
}

struct json *fixture_retry(int64_t id)
{
	for (size_t i = 0; i < fixture->n_ops; i++)
		if (fixture->ops[i].id == id) {
			fixture->ops[i].next_try_ms = 0;
			fixture->ops[i].error[0] = '\0';
		}
	fixture_changed();
	return json_new_object();
}
