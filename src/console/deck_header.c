/* The first line: which site and role, what is under way, the totals of all clusters. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/bars.h"
#include "console/deck.h"
#include "console/words.h"

#define SITE_CELLS 8

struct totals {
	int64_t nodes, nodes_max, running, pending, held, issues;
	double price;
	bool unread; /* of a cluster nobody knows the jobs yet */
};

static void add_totals(struct totals *t, const struct cluster_row *r)
{
	const struct cluster_view *v = &r->view;

	t->unread = t->unread || r->view.queue_unread;
	t->nodes += v->nodes;
	t->nodes_max += cluster_is_ending(r->cluster.state) ? v->nodes : v->nodes_max;
	t->running += v->jobs_running;
	t->pending += v->jobs_pending;
	t->held += v->jobs_held;
	t->issues += v->issues;
	t->price = v->price_now < 0 || t->price < 0 ? -1 : t->price + v->price_now;
}

static void totals_of(const struct deck *d, struct totals *t)
{
	struct mirror_rows all = d->panes[PANE_CLUSTERS].rows;
	bool have = d->panes[PANE_CLUSTERS].have;

	if (d->panes[PANE_CLUSTERS].filter[0])
		have = mirror_rows(d->mirror, "totals", &all) && all.noun == NOUN_CLUSTER;
	*t = (struct totals){ 0 };
	for (size_t i = 0; have && i < all.n; i++)
		add_totals(t, &all.u.clusters[i]);
}

/* Line 0 */

/* What console.conf says of the site; "prod..." is production without it. */
static const char *site_word(const struct deck *d, const char *site)
{
	const struct site_mark *m = deck_site(d);

	return m ? m->word : strncmp(site, "prod", 4) == 0 ? "PROD" : "";
}

/* brief: 0 to 2, in how few words that the cloud is simulated is said. */
static size_t header_left(const struct deck *d, int brief, struct header_part out[7])
{
	const struct engine_row *e = mirror_engine(d->mirror);
	size_t n = 0;

	out[n++] = (struct header_part){ "PACELINE", TONE_TITLE, 0, 0 };
	if (d->paused)
		out[n++] = (struct header_part){ "PAUSED", TONE_WARN, LOOK_REVERSE, 0 };
	if (!e)
		return n;
	if (site_word(d, e->site)[0])
		out[n++] = (struct header_part){ site_word(d, e->site), TONE_PROD, 0, 0 };
	out[n++] = (struct header_part){ e->site, TONE_TEXT, LOOK_BOLD, 0 };
	out[n++] = (struct header_part){ role_name(e->role), TONE_TEXT, 0, 0 };
	out[n++] =
	    e->safe_mode ? (struct header_part){ "SAFE MODE", TONE_FAIL, LOOK_REVERSE, 0 }
	    : deck_cannot(d, ROLE_OPERATOR) ? (struct header_part){ "[RO]", TONE_WARN, 0, 0 }
					    : (struct header_part){ "[RW]", TONE_TEXT, 0, 0 };
	if (e->simulated)
		out[n++] = (struct header_part){ brief == 0 && e->sample_prices
						     ? "SIMULATED CLOUD, sample prices"
						 : brief < 2 ? "SIMULATED CLOUD"
							     : "SIM",
						 TONE_SPOT, LOOK_BOLD, 0 };
	return n;
}

/* What is under way, whatever is looked at meanwhile: which step of how many, or how many at
 * once. */
static enum tone work_text(const struct deck *d, bool wide, char out[64])
{
	return words_under_way(d->have_ops ? d->ops.u.operations : NULL,
			       d->have_ops ? d->ops.n : 0, wide, out);
}

/* Until somebody reads it. */
static void report_text(const struct deck *d, bool wide, char out[80])
{
	out[0] = '\0';
	if (d->teardown.unread)
		snprintf(out, 80, "report%s%.40s: %s", wide ? " of " : "",
			 wide ? d->teardown.cluster : "", KEY_FOR(d, "report"));
}

/* The numbers matter more than the words in front of them, and what is under way or wrong more
 * than the numbers. That the cloud is simulated is always said. */
static void draw_header(const struct deck *d, struct screen *s)
{
	struct header_part left[7], right[7];
	bool wide = s->cols >= 120;
	char work[64], report[80], nodes[60], jobs[60], both[40], price[40], money[24],
	    issues[40], clock[CLOCK_TEXT];
	enum tone work_tone = work_text(d, wide, work);
	struct totals t;
	size_t n_left = 0;

	report_text(d, wide, report);
	totals_of(d, &t);
	snprintf(nodes, sizeof(nodes), "%s %lld/%lld", wide ? "nodes" : "n", (long long)t.nodes,
		 (long long)t.nodes_max);
	/* without its word three counts leave room for the cloud's, which matters more */
	snprintf(jobs, sizeof(jobs), "%s%s%s",
		 wide	       ? " jobs "
		 : t.held == 0 ? "j "
			       : "",
		 t.unread && t.running + t.pending + t.held == 0
		     ? ""
		     : words_jobs(both, t.running, t.pending, t.held),
		 t.unread ? "?" : "");
	snprintf(price, sizeof(price), "%s%s/h", wide ? " " : "", money_text(money, t.price));
	issues[0] = '\0';
	if (t.issues > 0)
		snprintf(issues, sizeof(issues), wide ? " %lld issue%s " : "!%lld",
			 (long long)t.issues, t.issues == 1 ? "" : "s");
	clock_hms(clock, deck_now(d));
	clock[5] = '\0';
	right[0] = (struct header_part){ work, work_tone, 0, 2 };
	right[1] = (struct header_part){ report, TONE_KEY, LOOK_BOLD, 3 };
	right[2] = (struct header_part){ nodes, TONE_TEXT, 0, 6 };
	right[3] = (struct header_part){ jobs, TONE_TEXT, 0, 5 };
	right[4] = (struct header_part){ price, TONE_MONEY, 0, 4 };
	right[5] = (struct header_part){ issues, TONE_FAIL, 0, 1 };
	right[6] = (struct header_part){ clock, TONE_TEXT, 0, 0 };
	for (int brief = wide ? 0 : 1; brief <= 2; brief++) {
		n_left = header_left(d, brief, left);
		if (3 + bar_parts_width(left, n_left) +
			bar_parts_width(right, ARRAY_LEN(right)) <=
		    s->cols)
			break;
	}
	bar_header(s, 0, left, n_left, right, ARRAY_LEN(right));
	if (deck_site(d))
		screen_tone(s, 0, 0, SITE_CELLS, TONE_PROD);
}

/* The first `left_out` of nodes, jobs and price are not in it. */
static void short_numbers(char out[160], const struct cluster_row *r, int left_out)
{
	char jobs[40], money[24], nodes[48];

	snprintf(nodes, sizeof(nodes), "%lld/%lld ", (long long)r->view.nodes,
		 (long long)r->view.nodes_max);
	snprintf(out, 160, "%s%s%s%s/h", left_out < 1 ? nodes : "",
		 left_out < 2 ? words_jobs_of(jobs, r) : "", left_out < 2 ? " " : "",
		 money_text(money, r->view.price_now));
}

/* Below 60 columns or 15 lines one line says how the selected cluster stands. */
static void draw_short_header(const struct deck *d, struct screen *s)
{
	const struct cluster_row *r = deck_cluster(d);
	const struct engine_row *e = mirror_engine(d->mirror);
	char text[160], issues[24] = "", work[64], report[80];
	enum tone work_tone = work_text(d, false, work);
	int col = 1, others;

	if (d->paused)
		col +=
		    screen_put(s, 0, col, TONE_WARN, LOOK_REVERSE, "PAUSED", s->cols - col) + 1;
	if (s->rows >= 12)
		col += screen_put(s, 0, col, TONE_TITLE, 0, "PACELINE", s->cols - col) + 1;
	if (e && e->simulated)
		col += screen_put(s, 0, col, TONE_SPOT, LOOK_BOLD, "SIM", s->cols - col) + 1;
	if (!r)
		return;
	col += screen_put(s, 0, col, TONE_TEXT, LOOK_BOLD, r->cluster.name, s->cols - col) + 1;
	col += screen_put(s, 0, col, words_cluster_tone(r->cluster.state), 0,
			  cluster_state_short(r->cluster.state), s->cols - col) +
	       1;
	report_text(d, false, report);
	if (r->view.issues > 0)
		snprintf(issues, sizeof(issues), "!%lld", (long long)r->view.issues);
	others = (int)(strlen(issues) + strlen(report) + strlen(work)) + 3;
	short_numbers(text, r, 0);
	for (int out = 1;
	     out <= 2 && (work[0] || report[0]) && col + (int)strlen(text) + others > s->cols;
	     out++)
		short_numbers(text, r, out);
	col += screen_put(s, 0, col, TONE_TEXT, 0, text, s->cols - col) + 1;
	if (issues[0])
		col += screen_put(s, 0, col, TONE_FAIL, 0, issues, s->cols - col) + 1;
	if (report[0] && col + (int)strlen(report) < s->cols)
		col += screen_put(s, 0, col, TONE_KEY, LOOK_BOLD, report, s->cols - col) + 1;
	if (work[0] && col + (int)strlen(work) < s->cols)
		screen_put(s, 0, col, work_tone, 0, work, s->cols - col);
}

void deck_draw_header(const struct deck *d, struct screen *s)
{
	if (d->layout.size <= DECK_SMALL)
		draw_short_header(d, s);
	else
		draw_header(d, s);
}
