/* Cost: what each cluster costs now, and what it has cost since it started. */
#include <stdio.h>

#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/words.h"

enum { NAME, STATE, NODES, RATE, SPENT };

static const struct column all[] = {
	{ "CLUSTER", 10, 24, 9, false }, { "STATE", 5, 5, 6, false },
	{ "NODES", 7, 11, 5, true },	 { "$/H", 8, 12, 8, true },
	{ "SPENT", 8, 12, 7, true },
};
static const unsigned char all_what[] = { NAME, STATE, NODES, RATE, SPENT };
static const struct pane_columns sets[] = { { 0, all, all_what, ARRAY_LEN(all) } };

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

static void cell(const struct pane *p, size_t i, int what, struct table_cell *out)
{
	const struct cluster_row *r = at(p, i);
	char money[24];

	switch (what) {
	case NAME:
		snprintf(out->text, sizeof(out->text), "%s", r->cluster.name);
		break;
	case STATE:
		snprintf(out->text, sizeof(out->text), "%s",
			 cluster_state_short(r->cluster.state));
		out->tone = words_cluster_tone(r->cluster.state);
		break;
	case NODES:
		snprintf(out->text, sizeof(out->text), "%lld/%lld", (long long)r->view.nodes,
			 (long long)r->view.nodes_max);
		break;
	default:
		snprintf(out->text, sizeof(out->text), "%s",
			 money_text(money, what == RATE ? r->view.price_now : r->view.spent));
		out->tone = TONE_MONEY;
	}
}

static const struct pane_kind kind = {
	.title = "Cost",
	.window = "clusters",
	.noun = NOUN_CLUSTER,
	.titled = true,
	.columns = sets,
	.n_columns = ARRAY_LEN(sets),
	.sorts = { "", "name", "state", "nodes", "running", "pending", "cost", "spent", "age" },
	.id = id,
	.name = name,
	.cell = cell,
};

const struct view view_cost = {
	.title = "Cost",
	.place = "all clusters > cost",
	.pane = PANE_CLUSTERS,
	.kind = &kind,
	.hint = "s order  Enter all of it  Esc the Deck",
};
