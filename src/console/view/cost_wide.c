/* Cost where there is room: what was spent beside who spent it, below them a bar with its
 * number for each day or hour, and what is paid for nothing. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/view/cost.h"
#include "console/words.h"

#define RIGHT_COLS     49
#define BAR_ROWS       8
#define LINE_MAX_BYTES ((size_t)2048)
#define CELL_COLS      6  /* of a bar: a space, and its number below */
#define BARS_MOST      24 /* at that width; more are narrower */
#define SLIM_CELL      4
#define TOP_MOST       8

static const char *const names[] = { "this month", "today", "7 days" };

/* Bars */

static int cell_cols(size_t n)
{
	return n <= BARS_MOST ? CELL_COLS : SLIM_CELL;
}

/* What is not nothing does not look like it. */
void cost_amount(char out[16], double usd, int columns)
{
	bool slim = columns < (int)sizeof("<.001") - 1;
	double least = slim ? 0.05 : 0.0005;

	if (usd > 0 && usd < least) {
		snprintf(out, 16, slim ? "<.1" : "<.001");
		return;
	}
	snprintf(out, 16, usd > 0 && usd < 0.1 ? "%.3f" : "%.2f", usd);
	if ((int)strlen(out) > columns)
		snprintf(out, 16, usd > 0 ? "%.1f" : "%.0f", usd);
	if ((int)strlen(out) > columns)
		snprintf(out, 16, "%.0f", usd);
	if ((int)strlen(out) > columns)
		snprintf(out, 16, "%.0fk", usd / 1000);
}

static void bar_row(struct textbox *out, const struct json *points, double most, int row,
		    bool ascii)
{
	struct buf line = BUF_INIT(LINE_MAX_BYTES);
	int cell = cell_cols(json_len(points));
	char edge[24] = "";

	if (row == BAR_ROWS)
		money_text(edge, most);
	for (size_t i = 0; i < json_len(points); i++)
		for (int k = 0; k < cell; k++)
			buf_adds(&line, k == 0 ? " "
					       : cost_cell(json_at(points, i), most, row,
							   BAR_ROWS, ascii));
	textbox_add(out, TONE_BUSY, "%8s |%s", edge, buf_str(&line));
	buf_clear(&line);
}

/* Under each bar its number, and the day or hour that it is. */
static void bar_feet(struct textbox *out, const struct json *points, bool days)
{
	size_t n = json_len(points), used = 0;
	int cell = cell_cols(n);
	char money[600] = "", when[600] = "";

	for (size_t i = 0; i < n && used + (size_t)cell < sizeof(money); i++) {
		const struct json *p = json_at(points, i);
		char usd[16], at[CLOCK_TEXT];

		cost_amount(usd, json_real(p, "usd", 0), cell - 1);
		clock_text(at, json_int(p, "at_ms", 0));
		snprintf(money + used, sizeof(money) - used, "%*s", cell, usd);
		snprintf(when + used, sizeof(when) - used, "%*.2s", cell,
			 days ? at + 8 : at + 11);
		used += (size_t)cell;
	}
	textbox_add(out, TONE_MONEY, "%8s  %s", "$", money);
	textbox_add(out, TONE_DIM, "%8s  %s", days ? "day" : "hour UTC", when);
}

static void bars(struct textbox *out, const struct json *j, bool ascii)
{
	const struct json *points = json_get(j, "series.points");
	bool days = json_int(j, "series.step_ms", 0) > (int64_t)3600000;
	double most = cost_highest(points);
	char money[24];

	if (json_len(points) == 0 || json_len(points) > 31) {
		cost_graph(out, j, ascii);
		return;
	}
	for (int row = BAR_ROWS; row > 0; row--)
		bar_row(out, points, most, row, ascii);
	bar_feet(out, points, days);
	textbox_add(out, TONE_DIM, "%8s  a row is %s: %s", "",
		    money_text(money, most / BAR_ROWS), cost_signs(ascii));
}

/* Waste */

static int64_t idle_nodes(const struct deck *d)
{
	const struct pane *p = &d->panes[PANE_CLUSTERS];
	int64_t n = 0;

	for (size_t i = 0; p->have && i < p->rows.n; i++)
		n += p->rows.u.clusters[i].view.idle;
	return n;
}

static void waste(struct textbox *out, const struct deck *d, const struct json *j)
{
	static const struct {
		const char *kind, *text;
	} kinds[] = {
		{ "idle", "cores and nodes that nobody used" },
		{ "booting", "nodes on their way up" },
		{ "draining", "nodes that ran empty" },
		{ "failed", "nodes that failed" },
		{ "unknown", "time that nobody looked" },
	};
	const struct json *list = json_get(j, "by_kind"), *arrays = json_get(j, "by_array");
	char a[24];

	textbox_add(out, TONE_TITLE, "Waste");
	textbox_add(out, TONE_TEXT, "idle now    %s/h; %s empty",
		    cost_usd(a, j, "rate.idle_usd_per_hour"),
		    count_text((char[48]){ 0 }, idle_nodes(d), "node"));
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (size_t i = 0; i < json_len(list); i++)
			if (strcmp(json_str(json_at(list, i), "kind", ""), kinds[k].kind) == 0)
				textbox_add(out, TONE_TEXT, "%-11s %s, %.1f node hours: %s",
					    kinds[k].kind, cost_usd(a, json_at(list, i), "usd"),
					    json_real(json_at(list, i), "node_hours", 0),
					    kinds[k].text);
	for (size_t i = 0; i < json_len(arrays) && i < TOP_MOST; i++) {
		const struct json *r = json_at(arrays, i);

		if (json_real(r, "idle_usd", 0) > 0)
			textbox_add(out, TONE_TEXT, "%-11s %s idle of %s %s", "",
				    cost_usd(a, r, "idle_usd"), json_str(r, "cluster", ""),
				    json_str(r, "array", ""));
	}
	textbox_add(
	    out, TONE_DIM,
	    "node time and its price as the engine saw them; disks and addresses are not "
	    "in it, and a bill comes later");
}

/* The whole */

static int right_cols(int columns)
{
	return columns < COST_SIDE_COLS ? 0 : RIGHT_COLS;
}

int cost_wide_rows(struct deck *d, const struct json *j, int columns, bool ascii)
{
	int left, right, cols = right_cols(columns);

	textbox_open(&d->detail, "");
	textbox_open(&d->cost.below, "");
	cost_sentences(&d->under, j);
	textbox_add(&d->under, TONE_TEXT, "%s", "");
	cost_table(&d->under, d->cost.group, j, COST_WIDE, 0);
	cost_table(&d->detail, d->cost.group == COST_USERS ? COST_CLUSTERS : COST_USERS, j,
		   COST_SLIM, TOP_MOST);
	textbox_add(&d->detail, TONE_TEXT, "%s", "");
	cost_table(&d->detail, d->cost.group == COST_JOBS ? COST_ARRAYS : COST_JOBS, j,
		   COST_SLIM, TOP_MOST);
	bars(&d->cost.below, j, ascii);
	textbox_add(&d->cost.below, TONE_TEXT, "%s", "");
	waste(&d->cost.below, d, j);
	left = textbox_rows(&d->under, columns - cols - 3);
	right = textbox_rows(&d->detail, cols - 2);
	d->cost.top_rows = left > right ? left : right;
	return d->cost.top_rows + 1 + textbox_rows(&d->cost.below, columns - 2);
}

void cost_wide_draw(struct deck *d, struct screen *s, struct area line, int i)
{
	int cols = right_cols(line.cols), left = line.cols - cols;
	char title[80];

	if (i > d->cost.top_rows) {
		textbox_paint_line(&d->cost.below, s,
				   (struct area){ line.row, line.col + 1, 1, line.cols - 2 },
				   i - d->cost.top_rows - 1);
		return;
	}
	if (i == d->cost.top_rows) {
		snprintf(title, sizeof(title), "$ by %s, %s",
			 json_int(d->cost.told, "series.step_ms", 0) > (int64_t)3600000
			     ? "day"
			     : "hour",
			 names[d->cost.period]);
		screen_rule(s, line.row, line.col, line.cols, title);
		return;
	}
	textbox_paint_line(&d->under, s, (struct area){ line.row, line.col + 1, 1, left - 3 },
			   i);
	screen_line(s, line.row, line.col + left - 1, LINE_V, TONE_DIM);
	textbox_paint_line(&d->detail, s,
			   (struct area){ line.row, line.col + left + 1, 1, cols - 2 }, i);
}
