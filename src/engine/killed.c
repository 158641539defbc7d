/* R6.3: who ends work by force is told, and the audit with them, whose it was: the jobs that
 * run on those nodes by the last reading of the queue. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/assigned.h"
#include "engine/observe.h"
#include "engine/run.h"

#define NAMED	   8 /* jobs; of the others their number */
#define LIST_NAMES 50000

/* A list that is not understood may have any of them. */
static bool is_on(const struct job *j, const struct map *nodes)
{
	struct strs list = STRS_INIT(LIST_NAMES);
	bool on = false;

	if (!nodes || map_get(nodes, j->nodes))
		return true;
	if (!strpbrk(j->nodes, "[,"))
		return false;
	on = hostlist_expand(&list, j->nodes, NULL) < 0;
	for (size_t i = 0; i < list.n && !on; i++)
		on = map_get(nodes, list.v[i]) != NULL;
	strs_clear(&list);
	return on;
}

static size_t list_jobs(char *out, size_t max, const struct queue *q, const struct map *nodes)
{
	size_t n = 0, used = 0;

	for (size_t i = 0; i < q->n_jobs; i++) {
		const struct job *j = &q->jobs[i];

		if (!job_has_nodes(j) || !is_on(j, nodes))
			continue;
		if (n++ < NAMED && used < max)
			used += (size_t)snprintf(out + used, max - used, "%s%.24s",
						 used ? ", " : "", j->id);
	}
	return n;
}

const char *killed_text(char out[KILLED_TEXT], const struct run *r, const struct strs *nodes)
{
	struct map *names = nodes ? map_new_lent(true) : NULL;
	char list[NAMED * 27 + 1] = "", more[32] = "";
	size_t n;

	for (size_t i = 0; nodes && i < nodes->n; i++)
		map_put(names, nodes->v[i], nodes->v[i]);
	n = r->queue ? list_jobs(list, sizeof(list), r->queue, names) : 0;
	map_free(names);
	if (n > NAMED)
		snprintf(more, sizeof(more), " and %zu more", n - NAMED);
	if (!r->queue || r->queue_source.state != SOURCE_OK)
		snprintf(out, KILLED_TEXT, "which jobs it ends is not known%s%s%s",
			 n ? ", at the last reading " : "", list, more);
	else if (n == 0)
		snprintf(out, KILLED_TEXT, "it ends no job");
	else
		snprintf(out, KILLED_TEXT, "it ends job%s %s%s", n == 1 ? "" : "s", list, more);
	return out;
}

struct json *engine_killed(struct engine *e, const char *cluster, const struct strs *nodes,
			   struct err *err)
{
	const struct run *r = run_need(e, cluster, err);
	char text[KILLED_TEXT];
	struct json *j;

	if (!r)
		return NULL;
	j = json_new_object();
	json_set_str(j, "text", killed_text(text, r, nodes));
	return j;
}
