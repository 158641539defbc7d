#include "model/window.h"

#include "model/words.h"

static const char *const names[NOUNS] = {
	[NOUN_CLUSTER] = "cluster",   [NOUN_ARRAY] = "array", [NOUN_NODE] = "node",
	[NOUN_JOB] = "job",	      [NOUN_EVENT] = "event", [NOUN_OPERATION] = "operation",
	[NOUN_TEMPLATE] = "template", [NOUN_GROUP] = "group",
};

const char *noun_name(enum noun n)
{
	return names[n];
}

enum noun noun_of(const char *name)
{
	return (enum noun)word_index(names, NOUNS, name, NOUNS);
}
