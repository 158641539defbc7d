#include "model/window.h"

#include "model/history.h"
#include "model/queue.h"
#include "model/view.h"
#include "model/words.h"
#include "model/work.h"

static const char *const names[NOUNS] = {
	[NOUN_CLUSTER] = "cluster",   [NOUN_ARRAY] = "array", [NOUN_NODE] = "node",
	[NOUN_JOB] = "job",	      [NOUN_EVENT] = "event", [NOUN_OPERATION] = "operation",
	[NOUN_TEMPLATE] = "template", [NOUN_GROUP] = "group", [NOUN_HISTORY] = "history",
};

static const size_t sizes[NOUNS] = {
	[NOUN_CLUSTER] = sizeof(struct cluster_row),
	[NOUN_ARRAY] = sizeof(struct array_row),
	[NOUN_NODE] = sizeof(struct node),
	[NOUN_JOB] = sizeof(struct job),
	[NOUN_EVENT] = sizeof(struct event),
	[NOUN_OPERATION] = sizeof(struct operation),
	[NOUN_TEMPLATE] = sizeof(struct template_row),
	[NOUN_GROUP] = sizeof(struct group_row),
	[NOUN_HISTORY] = sizeof(struct history_row),
};

size_t noun_size(enum noun n)
{
	return sizes[n];
}

const char *noun_name(enum noun n)
{
	return names[n];
}

enum noun noun_of(const char *name)
{
	return (enum noun)word_index(names, NOUNS, name, NOUNS);
}
