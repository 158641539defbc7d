/* Clusters: what each is and how it stands. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "console/pane.h"
#include "console/words.h"

enum { NAME, SCHEDULER, STATE, NODES, JOBS, MONEY, NOTE };

static const struct column narrow[] = {
	{ "", 7, 14, 9, false },
	{ "", 5, 10, 4, false },
	{ "", 4, 4, 8, false },
};
static const unsigned char narrow_what[] = { NAME, SCHEDULER, STATE };
static const struct column side[] = {
	{ "", 8, 14, 9, false },
	{ "", 5, 10, 4, false },
	{ "", 4, 4, 8, false },
	{ "", 6, 9, 6, true },
};
static const unsigned char side_what[] = { NAME, SCHEDULER, STATE, NODES };
static const struct column wide[] = {
	{ "", 10, 24, 9, false }, { "", 5, 12, 4, false }, { "", 4, 4, 8, false },
	{ "", 6, 11, 6, true },	  { "", 8, 16, 5, true },  { "", 6, 9, 5, true },
	{ "", 12, 0, 3, false },
};
static const unsigned char wide_what[] = { NAME, SCHEDULER, STATE, NODES, JOBS, MONEY, NOTE };

static const struct pane_columns sets[] = {
	{ 0, narrow, narrow_what, ARRAY_LEN(narrow) },
	{ 30, side, side_what, ARRAY_LEN(side) },
	{ 58, wide, wide_what, ARRAY_LEN(wide) },
};

static const struct cluster_row *at(const struct pane *p, size_t i)
{
	return &p->rows.u.clusters[i];
}

static int64_t id(const struct pane *p, size_t i)
{
	return at(p, i)->cluster.id;
}

static const char *name(const struct pane *p, size_t i)
{
	return at(p, i)->cluster.name;
}

static void note(const struct cluster_row *r, struct table_cell *out)
{
	const char *reason = r->cluster.reason ? r->cluster.reason : "";

	if (r->view.issue[0]) {
		snprintf(out->text, sizeof(out->text), "%.150s", r->view.issue);
		out->tone = TONE_FAIL;
	} else if (r->cluster.paused) {
		snprintf(out->text, sizeof(out->text), "paused: no scaling");
		out->tone = TONE_WARN;
	} else {
		snprintf(out->text, sizeof(out->text), "%.150s", reason);
	}
}

static void cell(const struct pane *p, size_t i, int what, struct table_cell *out)
{
	const struct cluster_row *r = at(p, i);
	const struct cluster_view *v = &r->view;
	bool quiet = r->cluster.state == CLUSTER_OFF || r->cluster.state == CLUSTER_DELETED;
	char money[24], jobs[40];

	switch (what) {
	case NAME:
		snprintf(out->text, sizeof(out->text), "%s", r->cluster.name);
		if (strcmp(r->cluster.name, p->cluster) == 0)
			out->look |= LOOK_BOLD; /* the other panes show this one */
		break;
	case SCHEDULER:
		snprintf(out->text, sizeof(out->text), "%.20s",
			 r->cluster.spec.scheduler ? r->cluster.spec.scheduler : "");
		out->tone = TONE_DIM;
		break;
	case STATE:
		snprintf(out->text, sizeof(out->text), "%s",
			 cluster_state_short(r->cluster.state));
		out->tone = words_cluster_tone(r->cluster.state);
		break;
	case NODES:
		snprintf(out->text, sizeof(out->text), "%lld/%lld", (long long)v->nodes,
			 (long long)v->nodes_max);
		break;
	case JOBS:
		snprintf(out->text, sizeof(out->text), "%s",
			 quiet ? "-" : words_jobs(jobs, v->jobs_running, v->jobs_pending));
		break;
	case MONEY:
		snprintf(out->text, sizeof(out->text), "%s", money_text(money, v->price_now));
		out->tone = TONE_MONEY;
		break;
	default:
		note(r, out);
	}
	if (quiet && what != STATE)
		out->tone = TONE_DIM;
}

const struct pane_kind pane_clusters = {
	.title = "Clusters",
	.window = "clusters",
	.noun = NOUN_CLUSTER,
	.columns = sets,
	.n_columns = ARRAY_LEN(sets),
	.sorts = { "", "name", "state", "cost" },
	.id = id,
	.name = name,
	.cell = cell,
};
