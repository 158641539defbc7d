/* Stopping a cluster: the question tells of its jobs first, as the engine's plan has them. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "console/deck.h"
#include "console/stop_facts.h"

static void on_stopping(struct deck *d, const struct json *answer, const char *cluster)
{
	int64_t op = json_int(answer, "operation", 0);
	char what[96];

	if (op > 0) {
		snprintf(what, sizeof(what), "the stop of %.40s", cluster);
		deck_undo_op(d, what, op);
	}
	deck_say(d, TONE_OK, "%s stops: jobs that run are waited for; %s" TAKES_BACK, cluster,
		 KEY_FOR(d, "undo"));
}

static void stop_now(struct deck *d)
{
	struct json *body = json_new_object();

	json_set_bool(body, "force", false);
	deck_post(d, client_path("/v1/clusters/%/stop", d->stopping.cluster, (char *)NULL),
		  body, on_stopping, d->stopping.cluster);
}

static const struct cluster_row *row_named(const struct deck *d, const char *name)
{
	const struct pane *p = &d->panes[PANE_CLUSTERS];

	for (size_t i = 0; p->have && i < p->rows.n; i++)
		if (strcmp(p->rows.u.clusters[i].cluster.name, name) == 0)
			return &p->rows.u.clusters[i];
	return NULL;
}

/* An answer that comes late takes the keys away from nothing. */
static void on_plan(struct deck *d, const struct json *plan, const char *cluster)
{
	struct dialog_spec spec = { .level = CONFIRM_BOX,
				    .opener = d->stopping.opener,
				    .count = 1 };
	const struct engine_row *e = mirror_engine(d->mirror);
	const struct cluster_row *r = row_named(d, cluster);
	char by[160];

	if (d->mode != AT_PANES) {
		deck_run_abandon(d);
		return;
	}
	strs_clear(&d->chosen_facts);
	if (deck_edited_by(d, cluster, by))
		strs_add(&d->chosen_facts, by);
	spec.others = stop_facts(plan, r ? &r->cluster : NULL, e ? e->user : NULL,
				 d->stopping.force, &d->chosen_facts);
	for (size_t i = 0; i < ARRAY_LEN(d->chosen_list); i++)
		d->chosen_list[i] = i < d->chosen_facts.n ? d->chosen_facts.v[i] : NULL;
	snprintf(d->dialog_title, sizeof(d->dialog_title), "Stop %.60s%s", cluster,
		 d->stopping.force ? " by force" : "");
	spec.title = d->dialog_title;
	spec.question = d->dialog_title;
	spec.facts = d->chosen_list;
	deck_ask(d, &spec, d->stopping.yes);
}

static void on_no_plan(struct deck *d, const struct err *err, const char *cluster)
{
	deck_run_abandon(d);
	deck_say(d, TONE_FAIL, "%s is not stopped: its jobs are not known: %.200s", cluster,
		 err->msg);
}

void deck_ask_stop(struct deck *d, const char *cluster, bool force, void (*yes)(struct deck *d))
{
	d->stopping.yes = yes;
	d->stopping.force = force;
	d->stopping.opener = d->pressed == K_ENTER ? 0 : d->pressed;
	snprintf(d->stopping.cluster, sizeof(d->stopping.cluster), "%s", cluster);
	deck_get(d, client_path("/v1/clusters/%/teardown", cluster, (char *)NULL), on_plan,
		 d->stopping.cluster);
	deck_if_failed(d, on_no_plan);
}

void act_stop(struct deck *d)
{
	deck_ask_stop(d, d->cluster, false, stop_now);
}
