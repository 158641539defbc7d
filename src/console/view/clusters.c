/* Clusters: what each is and how it stands. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/gauge.h"
#include "console/words.h"

enum {
	NAME,
	SCHEDULER,
	STATE,
	NODES,
	JOBS,
	MONEY,
	NOTE,
	LOAD,
	REGION,
	SPENT,
	TEMPLATE,
	OWNER,
	TODAY,
	WAIT,
	SPOT,
	BUDGET
};

#define LOAD_BAR 10

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
	PANE_COLUMNS(0, narrow),
	PANE_COLUMNS(30, side),
	PANE_COLUMNS(58, wide),
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
	const char *keeps = r->cluster.protect ? "protected" : "";

	if (r->view.issue[0]) {
		snprintf(out->text, sizeof(out->text), "%.130s%s%s", r->view.issue,
			 keeps[0] ? "; " : "", keeps);
		out->tone = TONE_FAIL;
	} else if (r->cluster.paused) {
		snprintf(out->text, sizeof(out->text), "paused: no scaling%s%s",
			 keeps[0] ? "; " : "", keeps);
		out->tone = TONE_WARN;
	} else {
		snprintf(out->text, sizeof(out->text), "%s%s%.130s", keeps,
			 keeps[0] && reason[0] ? "; " : "", reason);
	}
}

/* Bars; the numbers stand beside them. */
static void load(const struct pane *p, const struct cluster_view *v, struct table_cell *out)
{
	gauge_bar_text(out->text, LOAD_BAR, v->nodes, v->nodes_max, p->ascii);
	out->tone = TONE_BUSY;
}

#define BUDGET_BAR  8
#define BUDGET_NEAR 80
#define PERCENT	    100

static void budget(const struct pane *p, const struct cluster_view *v, struct table_cell *out)
{
	double spent = v->budget_month > 0 ? v->month / v->budget_month * PERCENT : 0;
	int64_t share = (int64_t)spent;
	char bar[GAUGE_BAR_TEXT];

	if (v->budget_month <= 0) {
		snprintf(out->text, sizeof(out->text), "none");
		out->tone = TONE_DIM;
		return;
	}
	gauge_bar_text(bar, BUDGET_BAR, share, PERCENT, p->ascii);
	snprintf(out->text, sizeof(out->text), "%.0f%% %s", spent, bar);
	out->tone =
	    share >= PERCENT ? TONE_FAIL
	    : share >= BUDGET_NEAR || v->committed * PERCENT >= v->budget_month * BUDGET_NEAR
		? TONE_WARN
		: TONE_OK;
}

static void wait(const struct pane *p, const struct cluster_view *v, struct table_cell *out)
{
	char span[CLOCK_TEXT];

	snprintf(out->text, sizeof(out->text), "%s",
		 v->wait_s > 0 ? words_age(span, p->now_ms - v->wait_s * 1000) : "-");
}

static void spot(const struct cluster_view *v, struct table_cell *out)
{
	if (v->nodes > 0)
		snprintf(out->text, sizeof(out->text), "%lld",
			 (long long)(v->spot * PERCENT / v->nodes));
	else
		snprintf(out->text, sizeof(out->text), "-");
	out->tone = TONE_SPOT;
}

/* Under a title that says what it is, money has no sign. */
static void usd(const struct pane *p, struct table_cell *out, double money)
{
	char text[24];

	money_text(text, money);
	snprintf(out->text, sizeof(out->text), "%s",
		 p->kind->titled && text[0] == '$' ? text + 1 : text);
	out->tone = TONE_MONEY;
}

static void text(struct table_cell *out, const char *of)
{
	snprintf(out->text, sizeof(out->text), "%.150s", of ? of : "");
}

static void cell(const struct pane *p, size_t i, int what, struct table_cell *out)
{
	const struct cluster_row *r = at(p, i);
	const struct cluster_view *v = &r->view;
	bool quiet = r->cluster.state == CLUSTER_OFF || r->cluster.state == CLUSTER_DELETED;
	char jobs[40];

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
			 quiet ? "-" : words_jobs_of(jobs, r));
		break;
	case MONEY:
		usd(p, out, v->price_now);
		break;
	case TODAY:
		usd(p, out, v->today);
		break;
	case WAIT:
		wait(p, v, out);
		break;
	case SPOT:
		spot(v, out);
		break;
	case BUDGET:
		budget(p, v, out);
		break;
	case LOAD:
		load(p, v, out);
		break;
	case REGION:
		text(out, r->cluster.spec.region);
		break;
	case TEMPLATE:
		text(out, r->cluster.spec.template_name);
		break;
	case OWNER:
		text(out, r->cluster.owner);
		break;
	case SPENT:
		usd(p, out, v->spent);
		break;
	default:
		note(r, out);
	}
	if (quiet && what != STATE)
		out->tone = TONE_DIM;
}

/* What the pane of the Deck and the full view have in common. */
#define A_CLUSTERS_TABLE                                                                       \
	.title = "Clusters", .window = "clusters",                                             \
	.noun = NOUN_CLUSTER, .sorts = { "",	    "name", "state", "nodes", "running",       \
					 "pending", "cost", "spent", "age" },                  \
	.id = id, .name = name, .cell = cell

const struct pane_kind pane_clusters = {
	A_CLUSTERS_TABLE,
	PANE_SETS(sets),
};

/* The full view: the table, and under it what the selected cluster is made of and does. */

static const struct column full[] = {
	{ "CLUSTER", 10, 24, 9, false }, { "SCHEDULER", 9, 10, 3, false },
	{ "STATE", 5, 5, 8, false },	 { "NODES", 7, 11, 7, true },
	{ "LOAD", 10, 10, 2, false },	 { "JOBS", 8, 16, 6, true },
	{ "$/H", 6, 9, 6, true },	 { "NOTE", 12, 0, 5, false },
};
static const unsigned char full_what[] = { NAME, SCHEDULER, STATE, NODES,
					   LOAD, JOBS,	    MONEY, NOTE };
static const struct column widest[] = {
	{ "CLUSTER", 10, 24, 9, false }, { "SCHEDULER", 9, 10, 4, false },
	{ "STATE", 5, 5, 8, false },	 { "REGION", 10, 14, 1, false },
	{ "NODES", 7, 11, 7, true },	 { "LOAD", 10, 10, 3, false },
	{ "JOBS", 10, 16, 6, true },	 { "WAIT", 5, 8, 4, true },
	{ "SPOT%", 5, 5, 2, true },	 { "$/H", 6, 9, 6, true },
	{ "TODAY", 6, 10, 5, true },	 { "BUDGET", 13, 13, 3, false },
	{ "TEMPLATE", 8, 16, 0, false }, { "OWNER", 5, 10, 0, false },
	{ "NOTE", 10, 0, 5, false },
};
static const unsigned char widest_what[] = { NAME,  SCHEDULER, STATE,	 REGION, NODES,
					     LOAD,  JOBS,      WAIT,	 SPOT,	 MONEY,
					     TODAY, BUDGET,    TEMPLATE, OWNER,	 NOTE };
static const struct pane_columns full_sets[] = {
	PANE_COLUMNS(0, narrow),
	PANE_COLUMNS(40, full),
	PANE_COLUMNS(100, widest),
};

static const struct pane_kind kind = {
	A_CLUSTERS_TABLE,
	.titled = true,
	PANE_SETS(full_sets),
};

/* After the arrays: what is wrong, what was decided, what is under way. */
static int arrays_of(const struct deck *d)
{
	return d->map.have ? (int)d->map.rows.n : 0;
}

static int row_count(struct deck *d, int columns)
{
	const struct cluster_row *r = deck_cluster(d);
	const struct operation *op = deck_operation(d);
	char time[40];

	textbox_open(&d->under, "");
	if (!r)
		return 0;
	if (op && op->error[0])
		textbox_add(&d->under, TONE_FAIL, "%-10s %s: %s", op_kind_name(op->kind),
			    op->step, op->error);
	else if (op)
		textbox_add(&d->under, TONE_BOOT, "%-10s %s: %s (%s)", op_kind_name(op->kind),
			    op->step, op->detail, words_op_time(time, op, deck_now(d)));
	if (r->cluster.protect)
		textbox_field(&d->under, TONE_TEXT, "protected", "%s", PROTECTED_TEXT);
	textbox_field(&d->under, TONE_FAIL, "issue", "%s", r->view.issue);
	textbox_field(&d->under, TONE_TEXT, "decision", "%s", r->view.plan);
	textbox_field(&d->under, TONE_TEXT, "reason", "%s",
		      r->cluster.reason ? r->cluster.reason : "");
	return arrays_of(d) + textbox_rows(&d->under, columns - 2);
}

static void draw_row(struct deck *d, struct screen *s, struct area line, int i)
{
	const struct mirror_rows *arrays = &d->map.rows;
	struct run_widths w;

	if (i >= arrays_of(d)) {
		view_detail_row(d, s, line, i - arrays_of(d));
		return;
	}
	nodes_widths(&w, arrays->u.arrays, arrays->n, line.cols);
	nodes_draw_row(s, line.row, line.col, &w, &arrays->u.arrays[i], -1);
}

static const char *under_title(const struct deck *d)
{
	return d->cluster[0] ? d->cluster : "no cluster";
}

static const char *no_cluster(const struct deck *d, char out[80])
{
	if (deck_cluster(d))
		return NULL;
	snprintf(out, 80, "there is no cluster yet: %s makes one", KEY_FOR(d, "create"));
	return out;
}

static void open_overview(struct deck *d)
{
	view_open(d, &view_overview);
}

static const struct binding keys[] = {
	{ .key = K_ENTER,
	  .keys = "Enter",
	  .group = GROUP_VIEW,
	  .help = "the cluster at a glance",
	  .command = "cluster status",
	  .cli = "%c",
	  .off = no_cluster,
	  .run = open_overview },
	DECK_RETRY_ARRAYS,
	{ .keys = NULL },
};

const struct view view_clusters = {
	.title = "Clusters",
	.place = "clusters",
	.pane = PANE_CLUSTERS,
	.kind = &kind,
	.keys = keys,
	.hint =
	    "Enter open  {create} new  {start} start  {stop} stop...  {submit} submit...  {limits} limits...  {teardown} teardown...",
	.row_count = row_count,
	.draw_row = draw_row,
	.under_title = under_title,
};
