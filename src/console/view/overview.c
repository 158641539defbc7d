/* One cluster at a glance: what it has, what waits, what was decided, what is wrong, what it
 * costs. With room in columns, and beside the other clusters. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/deck_dash.h"
#include "console/words.h"

#define SIDE_COLS   32
#define TWO_COLS    110 /* from here on two columns, */
#define SIDE_FROM   150 /* and from here on the clusters beside them */
#define ISSUES_MOST 20
#define NAME_COLS   14

/* Sections: a title, what is in it, and a blank line where there is room. */

struct column_area {
	struct area a;
	int used;
	bool airy;
};

static struct area open_section(struct screen *s, struct column_area *c, const char *title,
				const char *right)
{
	struct area line = { c->a.row + c->used, c->a.col, 1, c->a.cols };

	if (c->used >= c->a.rows)
		return (struct area){ line.row, line.col, 0, line.cols };
	pane_title(s, line, title, right, false);
	c->used++;
	return (struct area){ line.row + 1, line.col + 2, c->a.rows - c->used, line.cols - 2 };
}

static void end_section(struct column_area *c, int rows)
{
	c->used += rows + (c->airy && rows > 0);
}

static struct area below(struct area a, int rows)
{
	return (struct area){ a.row + rows, a.col, a.rows - rows, a.cols };
}

static void capacity(struct deck *d, struct screen *s, struct column_area *c)
{
	const struct cluster_row *r = deck_cluster(d);
	char right[40];

	snprintf(right, sizeof(right), "%lld/%lld", (long long)r->view.nodes,
		 (long long)r->view.nodes_max);
	struct area a = open_section(s, c, "Capacity", right);
	int rows = dash_capacity(d, s, a);

	rows += dash_quota(d, s, below(a, rows));
	if (c->airy)
		rows += dash_boots(d, s, below(a, rows));
	end_section(c, rows);
}

static void queue(struct deck *d, struct screen *s, struct column_area *c)
{
	struct area a = open_section(s, c, "Queue", "");
	int rows = dash_queue(d, s, a);

	if (!c->airy) /* no room for all the curves: the one of what waits */
		rows += dash_curves(d, s, (struct area){ a.row + rows, a.col, 2, a.cols }, 2);
	end_section(c, rows);
}

static void curves(struct deck *d, struct screen *s, struct column_area *c, int rows, int high)
{
	struct area a = open_section(s, c, "Last hour", "a cell is a minute");

	a.rows = a.rows < rows ? a.rows : rows;
	end_section(c, dash_curves(d, s, a, high));
}

static void day(struct deck *d, struct screen *s, struct column_area *c)
{
	struct area a = open_section(s, c, "Last day", "");

	end_section(c, dash_day(d, s, a, 3));
}

static void scaler(struct deck *d, struct screen *s, struct column_area *c)
{
	char cycle[40];
	struct area a = open_section(s, c, "Autoscaler", dash_cycle(d, cycle));

	end_section(c, dash_scaler(d, s, a));
}

static void storage_and_cost(struct deck *d, struct screen *s, struct column_area *c)
{
	struct area a = open_section(s, c, "Storage and cost", "");
	int rows = dash_storage(d, s, a);

	end_section(c, rows + dash_money(d, s, below(a, rows)));
}

/* Issues: what the engine says, and the nodes that failed */

static size_t broken(const struct deck *d)
{
	return d->have_broken ? d->broken.n : 0;
}

static void draw_broken(struct screen *s, struct area a, const struct node *n, bool here)
{
	char when[CLOCK_TEXT];
	int col = a.col;

	if (here)
		screen_put(s, a.row, col - 2, TONE_CURSOR, 0, ">", 1);
	col += screen_putf(s, a.row, col, words_node_tone(n->state), 0, NAME_COLS + 2, "%c %s",
			   node_state_glyph(n->state), n->name) +
	       1;
	col = col < a.col + NAME_COLS ? a.col + NAME_COLS : col;
	screen_put(s, a.row, col, TONE_TEXT, 0, n->reason, a.col + a.cols - col - 9);
	screen_put_right(s, a.row, col, TONE_DIM, 0, clock_hms(when, n->since_ms),
			 a.col + a.cols - col);
}

static void issues(struct deck *d, struct screen *s, struct column_area *c)
{
	const struct operation *op = deck_operation(d);
	struct area a = open_section(s, c, "Issues", "");
	char when[CLOCK_TEXT];
	int rows = dash_issues(d, s, a);

	if (op && op->error[0] && op->next_try_ms > 0 && rows < a.rows)
		screen_putf(s, a.row + rows++, a.col, TONE_TEXT, 0, a.cols, "next try at %s",
			    clock_hms(when, op->next_try_ms));
	for (size_t i = 0; i < broken(d) && rows < a.rows; i++, rows++)
		draw_broken(s, below(a, rows), &d->broken.u.nodes[i], i == d->broken_at);
	if (rows == 0 && a.rows > 0)
		screen_put(s, a.row, a.col, TONE_OK, 0, "none", a.cols);
	end_section(c, rows ? rows : 1);
}

/* The other clusters */

static void draw_side(const struct deck *d, struct screen *s, struct area a)
{
	const struct pane *p = &d->panes[PANE_CLUSTERS];

	pane_title(s, a, "Clusters", "", false);
	for (size_t i = 0; p->have && i < p->rows.n && (int)i < a.rows - 1; i++) {
		const struct cluster_row *r = &p->rows.u.clusters[i];
		bool here = strcmp(r->cluster.name, d->cluster) == 0;
		int row = a.row + 1 + (int)i;
		char nodes[40];

		if (here)
			screen_put(s, row, a.col, TONE_CURSOR, 0, ">", 1);
		screen_put(s, row, a.col + 2, TONE_TEXT, here ? LOOK_BOLD : 0, r->cluster.name,
			   14);
		screen_put(s, row, a.col + 17, words_cluster_tone(r->cluster.state), 0,
			   cluster_state_short(r->cluster.state), 4);
		snprintf(nodes, sizeof(nodes), "%lld/%lld", (long long)r->view.nodes,
			 (long long)r->view.nodes_max);
		screen_put_right(s, row, a.col + 21, TONE_TEXT, 0, nodes, a.cols - 22);
	}
}

static void draw(struct deck *d, struct screen *s, struct area a)
{
	struct column_area left = { .a = a, .airy = a.cols >= TWO_COLS }, right;
	int high;

	if (!deck_cluster(d)) {
		deck_draw_empty(d, s, PANE_CLUSTERS, a, 1);
		return;
	}
	if (a.cols < TWO_COLS) {
		capacity(d, s, &left);
		queue(d, s, &left);
		scaler(d, s, &left);
		issues(d, s, &left);
		storage_and_cost(d, s, &left);
		return;
	}
	if (a.cols >= SIDE_FROM) {
		draw_side(d, s, (struct area){ a.row, a.col, a.rows, SIDE_COLS });
		a.col += SIDE_COLS + 1;
		a.cols -= SIDE_COLS + 1;
	}
	left.a = (struct area){ a.row, a.col, a.rows, (a.cols - 1) / 2 };
	right = left;
	right.a.col += left.a.cols + 1;
	right.a.cols = a.cols - left.a.cols - 1;
	capacity(d, s, &left);
	scaler(d, s, &left);
	storage_and_cost(d, s, &left);
	queue(d, s, &right);
	high = a.rows < 30 ? 3 : (a.rows - 11) / 4 < 6 ? (a.rows - 11) / 4 : 6;
	curves(d, s, &right, 4 * high, high);
	issues(d, s, a.rows >= 30 ? &right : &left);
	if (left.a.rows - left.used >= 7)
		day(d, s, &left);
}

static void right_of_place(const struct deck *d, char *out, size_t max)
{
	const struct cluster_row *r = deck_cluster(d);
	const char *region = r ? r->cluster.spec.region : NULL;
	char span[CLOCK_TEXT];

	out[0] = '\0';
	if (r)
		snprintf(out, max, "%s%s%s%s  %s  %s for %s",
			 r->view.editing[0] ? "edited by " : "", r->view.editing,
			 r->view.editing[0] ? "  " : "",
			 r->cluster.spec.scheduler ? r->cluster.spec.scheduler : "",
			 region ? region : "", cluster_state_name(r->cluster.state),
			 words_age(span, deck_now(d) - r->cluster.since_ms));
}

/* Keys */

void overview_window(const struct deck *d, struct window *w)
{
	*w = (struct window){ .noun = NOUN_NODE, .count = ISSUES_MOST };
	snprintf(w->id, sizeof(w->id), "broken");
	snprintf(w->cluster, sizeof(w->cluster), "%s", d->cluster);
	snprintf(w->filter, sizeof(w->filter), "state:failed,unhealthy,evicted");
}

static bool key(struct deck *d, const struct key *k)
{
	size_t n = broken(d);

	if (n == 0 ||
	    (k->code != K_UP && k->code != K_DOWN && k->code != 'j' && k->code != 'k'))
		return false;
	d->broken_at = (d->broken_at + (k->code == K_UP || k->code == 'k' ? n - 1 : 1)) % n;
	return true;
}

static const char *no_issue(const struct deck *d, char out[80])
{
	(void)out;
	return broken(d) == 0 ? "no node failed" : NULL;
}

static void open_issue(struct deck *d)
{
	struct pane *p = &d->panes[PANE_NODES];

	if (d->broken_at >= broken(d))
		return;
	snprintf(p->filter, sizeof(p->filter), "name=%s", d->broken.u.nodes[d->broken_at].name);
	view_open(d, &view_nodes);
}

static const struct binding keys[] = {
	{ .key = K_ENTER,
	  .keys = "Enter",
	  .group = GROUP_VIEW,
	  .help = "the node of the issue",
	  .off = no_issue,
	  .run = open_issue },
	DECK_RETRY_ARRAYS,
	{ .keys = NULL },
};

const struct view view_overview = {
	.title = "Cluster",
	.place = "cluster",
	.pane = PANE_CLUSTERS,
	.parent = &view_clusters,
	.keys = keys,
	.hint =
	    "2 nodes  3 jobs  5 cost  {start} start  {stop} stop...  {limits} limits  {teardown} teardown...  Esc back",
	.draw = draw,
	.right = right_of_place,
	.key = key,
};
