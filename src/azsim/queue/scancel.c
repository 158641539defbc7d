/* scancel: by id, or by user, partition, state. A job that is not there is fine, as in 22.05.
 */
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/command.h"
#include "base/mem.h"
#include "base/text.h"

struct wish {
	const char *user, *partition, *state, *name;
};

static void cancel(struct gq *q, struct gq_job *j)
{
	if (j->state <= GQ_RUNNING)
		gq_job_end(q, j, GQ_CANCELLED, 0);
}

static bool wanted(const struct wish *w, const struct gq_job *j)
{
	return (!w->user || strcmp(w->user, j->spec->user) == 0) &&
	       (!w->partition || strcmp(w->partition, j->spec->partition) == 0) &&
	       (!w->name || strcmp(w->name, j->spec->name) == 0) &&
	       (!w->state || text_casecmp(w->state, gq_state_name[j->state]) == 0 ||
		text_casecmp(w->state, gq_state_short[j->state]) == 0);
}

static void cancel_list(struct gq *q, struct gq_jobs *l, const struct wish *w)
{
	for (struct gq_job *j = l->first, *next; j; j = next) {
		next = j->next;
		if (wanted(w, j))
			cancel(q, j);
	}
}

static int cancel_id(struct gq *q, struct gq_call *c, const struct wish *w, const char *text)
{
	struct gq_tasks tasks;
	struct gq_job **v;
	uint32_t id;
	size_t n;

	if (gq_read_id(&id, &tasks, text) != 0) {
		buf_addf(c->errout, "scancel: error: Invalid job id %s\n", text);
		return 1;
	}
	n = gq_named(q, &v, id, &tasks);
	for (size_t i = 0; i < n; i++)
		if (wanted(w, v[i]))
			cancel(q, v[i]);
	free(v);
	gq_tasks_clear(&tasks);
	return 0;
}

static const struct gq_option options[] = {
	{ "user", 'u', true },	 { "partition", 'p', true }, { "state", 't', true },
	{ "name", 'n', true },	 { "jobname", 0, true },     { "quiet", 'Q', false },
	{ "me", 0, false },	 { "full", 'f', false },     { "signal", 's', true },
	{ "batch", 'b', false },
};

int gq_scancel(struct gq *q, struct gq_call *c)
{
	struct gq_words walk = { .argv = c->argv, .at = 1 };
	struct strs ids = STRS_INIT(1000000);
	const struct gq_option *o;
	const char *value, *bad;
	struct wish w = { 0 };
	bool any = false;
	int rc = 0;

	while (gq_next_word(&walk, options, ARRAY_LEN(options), &o, &value, &bad)) {
		if (bad) {
			buf_addf(c->errout, "scancel: unrecognized option '%s'\n", bad);
			strs_clear(&ids);
			return 1;
		}
		any = any || o;
		if (!o)
			strs_split(&ids, value, strlen(value), ',');
		else if (o->letter == 'u')
			w.user = value;
		else if (o->letter == 'p')
			w.partition = value;
		else if (o->letter == 't')
			w.state = value;
		else if (o->letter == 'n' || strcmp(o->name, "jobname") == 0)
			w.name = value;
		else if (strcmp(o->name, "me") == 0)
			w.user = q->user;
	}
	for (size_t i = 0; i < ids.n; i++)
		rc |= cancel_id(q, c, &w, ids.v[i]);
	if (ids.n == 0 && (w.user || w.partition || w.state || w.name)) {
		cancel_list(q, &q->running, &w);
		cancel_list(q, &q->pending, &w);
	} else if (ids.n == 0) {
		buf_adds(c->errout, "scancel: error: No job identification provided\n");
		rc = 1;
	}
	strs_clear(&ids);
	return rc;
}
