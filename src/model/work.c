#include "model/work.h"

#include <stdlib.h>

#include "model/words.h"

static const char *const op_kinds[OP_KINDS] = {
	[OP_START] = "start",
	[OP_STOP] = "stop",
	[OP_DELETE] = "delete",
	[OP_SCALE] = "scale",
};

static const char *const op_states[OP_STATES] = {
	[OP_RUNNING] = "running",
	[OP_DONE] = "done",
	[OP_FAILED] = "failed",
	[OP_CANCELLED] = "cancelled",
};

static const char *const intent_states[INTENT_STATES] = {
	[INTENT_PLANNED] = "planned",	[INTENT_SENT] = "sent",
	[INTENT_ACCEPTED] = "accepted", [INTENT_DONE] = "done",
	[INTENT_FAILED] = "failed",	[INTENT_UNKNOWN] = "unknown",
};

static const char *const kinds[CLOUD_KINDS] = {
	[CLOUD_GROUP] = "group", [CLOUD_NSG] = "nsg",		[CLOUD_NETWORK] = "network",
	[CLOUD_VM] = "vm",	 [CLOUD_SCALESET] = "scaleset", [CLOUD_MEMBERS] = "members",
	[CLOUD_OTHER] = "other", [CLOUD_DISK] = "disk",		[CLOUD_SNAPSHOT] = "snapshot",
};

static const char *const verbs[CLOUD_VERBS] = {
	[CLOUD_PUT] = "put",
	[CLOUD_GROW] = "grow",
	[CLOUD_DELETE] = "delete",
	[CLOUD_START] = "start",
	[CLOUD_DEALLOCATE] = "deallocate",
	[CLOUD_TAG] = "tag",
};

static const char *const found_states[FOUND_STATES] = {
	[FOUND_OPEN] = "undecided",
	[FOUND_KEPT] = "kept",
	[FOUND_CONDEMNED] = "condemned",
};

static const char *const levels[] = {
	[EVENT_INFO] = "info",
	[EVENT_WARN] = "warn",
	[EVENT_ERROR] = "error",
};

const char *op_kind_name(enum op_kind k)
{
	return op_kinds[k];
}

enum op_kind op_kind_of(const char *name)
{
	return (enum op_kind)word_index(op_kinds, OP_KINDS, name, OP_SCALE);
}

const char *op_state_name(enum op_state s)
{
	return op_states[s];
}

enum op_state op_state_of(const char *name)
{
	return (enum op_state)word_index(op_states, OP_STATES, name, OP_FAILED);
}

const char *intent_state_name(enum intent_state s)
{
	return intent_states[s];
}

/* An unknown word is an unknown outcome: it will be looked at, never guessed. */
enum intent_state intent_state_of(const char *name)
{
	return (enum intent_state)word_index(intent_states, INTENT_STATES, name,
					     INTENT_UNKNOWN);
}

const char *cloud_kind_name(enum cloud_kind k)
{
	return kinds[k];
}

enum cloud_kind cloud_kind_of(const char *name)
{
	return (enum cloud_kind)word_index(kinds, CLOUD_KINDS, name, CLOUD_OTHER);
}

const char *cloud_verb_name(enum cloud_verb v)
{
	return verbs[v];
}

enum cloud_verb cloud_verb_of(const char *name)
{
	return (enum cloud_verb)word_index(verbs, CLOUD_VERBS, name, CLOUD_PUT);
}

const char *found_state_name(enum found_state s)
{
	return found_states[s];
}

/* An unknown word decides nothing. */
enum found_state found_state_of(const char *name)
{
	return (enum found_state)word_index(found_states, FOUND_STATES, name, FOUND_OPEN);
}

const char *event_level_name(enum event_level l)
{
	return levels[l];
}

enum event_level event_level_of(const char *name)
{
	return (enum event_level)word_index(levels, 3, name, EVENT_ERROR);
}

void operation_clear(struct operation *o)
{
	free(o->data);
	*o = (struct operation){ 0 };
}
