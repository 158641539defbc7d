/* Cost: what runs costs now, what was spent on what, where it leads, and a budget's end. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/view/cost.h"
#include "model/budget.h"

#define PERCENT	    100
#define BAR_CELLS   20
#define GRAPH_ROWS  5
#define GRAPH_MAX   ((size_t)8192) /* bytes of one row */
#define FULL_CELL   8
#define IDLE_SHADE  "\xe2\x96\x92"
#define MID_COLS    78
#define WIDE_COLS   100
#define WIDE_POINTS 31 /* so many stand two cells wide */

static const int name_cols[] = { 20, 20, 30 };

static const char *const periods[COST_PERIODS] = { "this month", "today", "7 days" };

static const struct group {
	const char *title, *list;
	const char *fields[3]; /* what names a row */
} groups[COST_GROUPS] = {
	{ "cluster", "by_cluster", { "cluster", NULL, NULL } },
	{ "array", "by_array", { "cluster", "array", NULL } },
	{ "user", "by_user", { "user", NULL, NULL } },
	{ "account", "by_account", { "account", NULL, NULL } },
	{ "job", "jobs", { "id", "user", "name" } },
	{ "what nodes do", "by_kind", { "kind", NULL, NULL } },
};

const char *cost_usd(char out[24], const struct json *j, const char *path)
{
	return json_get(j, path) ? money_text(out, json_real(j, path, 0)) : "-";
}

static void bar(char out[BAR_CELLS + 1], double share)
{
	int full = share <= 0 ? 0 : share >= 1 ? BAR_CELLS : (int)(share * BAR_CELLS);

	for (int i = 0; i < BAR_CELLS; i++)
		out[i] = i < full ? '#' : '.';
	out[BAR_CELLS] = '\0';
}

/* Sentences */

#define HALF_A_CENT 0.005

/* What of a budget is not spent, and will be by what runs. */
static void committed_line(struct textbox *out, const struct json *b, double limit,
			   enum tone tone)
{
	double committed = json_real(b, "committed_usd", 0);
	char all[24], left[24];

	if (committed - json_real(b, "spent_usd", 0) < HALF_A_CENT)
		return;
	textbox_add(out, tone, "            %s with what runs to its expected end, %s left",
		    money_text(all, committed),
		    money_text(left, limit > committed ? limit - committed : 0));
}

/* b: of a cluster, or of all of them together; title: before it. */
static void budget_line(struct textbox *out, const char *title, const char *of,
			const struct json *b)
{
	static const struct {
		const char *state, *text;
		enum tone tone;
	} words[] = {
		{ "ok", "enough at this rate", TONE_OK },
		{ "near", "near its end", TONE_WARN },
		{ "will_be_over", "too small at this rate", TONE_WARN },
		{ "committed", "committed: no nodes are made for new jobs; " BUDGET_RAISE,
		  TONE_FAIL },
		{ "over", "used up: no nodes are made for new jobs; " BUDGET_RAISE, TONE_FAIL },
	};
	const char *state = json_str(b, "state", "");
	char cells[BAR_CELLS + 1], spent[24], limit[24];
	size_t w = 0;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		w = strcmp(words[i].state, state) == 0 ? i : w;
	bar(cells, json_real(b, "share", 0));
	textbox_add(out, words[w].tone, "%-11s [%s] %.0f %%  %s: %s of %s this month: %s",
		    title, cells, json_real(b, "share", 0) * PERCENT, of,
		    cost_usd(spent, b, "spent_usd"), cost_usd(limit, b, "month_usd"),
		    words[w].text);
	committed_line(out, b, json_real(b, "month_usd", 0), words[w].tone);
}

/* Each stands with what its own cluster spent. That of all is no budget while some cluster has
 * none. */
static void month_lines(struct textbox *out, const struct json *j)
{
	const struct json *all = json_get(j, "budget"), *list = json_get(j, "by_cluster");
	int64_t with = json_int(all, "with", 0), clusters = json_int(all, "clusters", 0);
	const char *title = "budget";

	if (!json_is(all, JSON_OBJECT)) {
		if (json_len(json_get(j, "budgets")))
			return;
		textbox_add(out, TONE_DIM,
			    "budget      none: no template sets one for the month");
		return;
	}
	if (with < clusters)
		textbox_add(out, TONE_TEXT, "%-11s %lld of %lld clusters ha%s one", title,
			    (long long)with, (long long)clusters, with == 1 ? "s" : "ve");
	else if (clusters > 1)
		budget_line(out, title, "all clusters", all);
	if (clusters > 1)
		title = "";
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *row = json_at(list, i);

		if (!json_is(json_get(row, "budget"), JSON_OBJECT))
			continue;
		budget_line(out, title, json_str(row, "cluster", "?"), json_get(row, "budget"));
		title = "";
	}
}

/* Of arrays, users and accounts. */
static void budget_lines(struct textbox *out, const struct json *j)
{
	const struct json *list = json_get(j, "budgets");

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *b = json_at(list, i);
		bool over = strcmp(json_str(b, "state", ""), "over") == 0;
		bool closed = strcmp(json_str(b, "state", ""), "committed") == 0;
		bool near = strcmp(json_str(b, "state", ""), "near") == 0;
		enum tone tone = over || closed ? TONE_FAIL : near ? TONE_WARN : TONE_OK;
		char cells[BAR_CELLS + 1], spent[24], limit[24], of[120];

		bar(cells, json_real(b, "share", 0));
		text_clean(of, sizeof(of), json_str(b, "of", ""),
			   strlen(json_str(b, "of", "")));
		textbox_add(out, tone, "%-11s [%s] %.0f %%  %s of %s: %s, %s%s",
			    i ? "" : "budgets", cells, json_real(b, "share", 0) * PERCENT,
			    cost_usd(spent, b, "spent_usd"), cost_usd(limit, b, "limit_usd"),
			    of, json_str(b, "period", ""),
			    over     ? ": used up"
			    : closed ? ": committed"
				     : "");
		committed_line(out, b, json_real(b, "limit_usd", 0), tone);
	}
}

void cost_sentences(struct textbox *out, const struct json *j)
{
	double rate = json_real(j, "rate.usd_per_hour", 0);
	double idle = json_real(j, "rate.idle_usd_per_hour", 0);
	int64_t unpriced = json_int(j, "rate.unpriced", 0);
	char a[24], b[24];

	textbox_add(out, TONE_MONEY, "now         %s%s/h", unpriced ? "at least " : "",
		    cost_usd(a, j, "rate.usd_per_hour"));
	if (unpriced)
		textbox_add(out, TONE_WARN, "            %s at a price that is not known",
			    count_text((char[48]){ 0 }, unpriced, "machine"));
	textbox_add(out, idle > 0 ? TONE_WARN : TONE_TEXT,
		    "idle waste  %s/h, %.0f %% of what runs: idle cores and nodes, not heads or disks",
		    cost_usd(a, j, "rate.idle_usd_per_hour"),
		    rate > 0 ? idle / rate * PERCENT : 0);
	if (json_int(j, "kept.nodes", 0))
		textbox_add(out, TONE_WARN, "kept        %s by operators: %s/h, %s so far",
			    count_text((char[48]){ 0 }, json_int(j, "kept.nodes", 0), "node"),
			    cost_usd(a, j, "kept.usd_per_hour"), cost_usd(b, j, "kept.usd"));
	textbox_add(out, TONE_TEXT, "spent       %s today, %s this month",
		    cost_usd(a, j, "spent.today"), cost_usd(b, j, "spent.month"));
	textbox_add(out, TONE_TEXT,
		    "forecast    %s at the end of the day, %s at that of the month",
		    cost_usd(a, j, "forecast.day"), cost_usd(b, j, "forecast.month"));
	month_lines(out, j);
	budget_lines(out, j);
}

/* The table */

/* Each cluster has its own job 1. */
static bool of_several(const struct json *list)
{
	const char *first = json_str(json_at(list, 0), "cluster", "");

	for (size_t i = 1; i < json_len(list); i++) {
		const char *cluster = json_str(json_at(list, i), "cluster", "");

		if (cluster[0] && strcmp(cluster, first) != 0)
			return true;
	}
	return false;
}

static void name_of(char out[80], const struct group *g, const struct json *row, bool several)
{
	const char *kind = json_str(row, "kind", "");
	size_t n = 0;

	snprintf(out, 80, "%s", kind); /* what nobody had says so */
	if (kind[0])
		return;
	if (several && strcmp(g->fields[0], "cluster") != 0)
		n = (size_t)snprintf(out, 80, "%.40s ", json_str(row, "cluster", "?"));
	for (size_t i = 0; i < ARRAY_LEN(g->fields) && g->fields[i] && n < 79; i++) {
		const char *text = json_str(row, g->fields[i], "");
		const char *none =
		    strcmp(g->fields[i], "account") == 0 ? "no account" : "nobody";
		int more =
		    snprintf(out + n, 80 - n, "%s%s", i ? " " : "", text[0] ? text : none);

		n = more < (int)(80 - n) ? n + (size_t)more : 79;
	}
}

static void table_line(struct textbox *out, const char *name, const struct json *row,
		       enum cost_width width, enum tone tone)
{
	char clean[200], spot[24], saved[24], total[24], rate[24], ondemand[24], idle[24];
	char share[16] = "", hours[16] = "-";
	int cols = name_cols[width], pad;
	size_t n;

	text_clean(clean, sizeof(clean), name, strlen(name));
	n = text_cut(clean, cols);
	clean[n] = '\0';
	pad = cols - text_width(clean);
	if (json_get(row, "node_hours"))
		snprintf(hours, sizeof(hours), "%.1f", json_real(row, "node_hours", 0));
	if (json_get(row, "share"))
		snprintf(share, sizeof(share), "%.0f %%", json_real(row, "share", 0) * PERCENT);
	if (width == COST_SLIM)
		textbox_add(out, tone, "%s%*s %9s %9s %6s", clean, pad, "",
			    cost_usd(total, row, "usd"), cost_usd(rate, row, "usd_per_hour"),
			    share);
	else if (width == COST_WIDE)
		textbox_add(out, tone, "%s%*s %9s %10s %9s %9s %9s %9s %9s %6s", clean, pad, "",
			    hours, cost_usd(ondemand, row, "ondemand_usd"),
			    cost_usd(spot, row, "spot_usd"), cost_usd(saved, row, "saved_usd"),
			    cost_usd(idle, row, "idle_usd"), cost_usd(total, row, "usd"),
			    cost_usd(rate, row, "usd_per_hour"), share);
	else
		textbox_add(out, tone, "%s%*s %8s %9s %9s %9s %9s %6s", clean, pad, "", hours,
			    cost_usd(spot, row, "spot_usd"), cost_usd(idle, row, "idle_usd"),
			    cost_usd(total, row, "usd"), cost_usd(rate, row, "usd_per_hour"),
			    share);
}

void cost_table(struct textbox *out, size_t group, const struct json *j, enum cost_width width,
		size_t most)
{
	const struct group *g = &groups[group];
	const struct json *list = json_get(j, g->list);
	bool several = of_several(list);
	char title[80];

	snprintf(title, sizeof(title), "by %s", g->title);
	if (width == COST_SLIM)
		textbox_add(out, TONE_TITLE, "%-20s %9s %9s %6s", title, "TOTAL", "$/H",
			    "SHARE");
	else if (width == COST_WIDE)
		textbox_add(out, TONE_TITLE, "%-30s %9s %10s %9s %9s %9s %9s %9s %6s", title,
			    "NODE-H", "ON-DEMAND", "SPOT", "SAVED", "IDLE", "TOTAL", "$/H",
			    "SHARE");
	else
		textbox_add(out, TONE_TITLE, "%-20s %8s %9s %9s %9s %9s %6s", title, "NODE-H",
			    "SPOT", "IDLE", "TOTAL", "$/H", "SHARE");
	for (size_t i = 0; i < json_len(list) && (!most || i < most); i++) {
		char name[80];

		name_of(name, g, json_at(list, i), several);
		table_line(out, name, json_at(list, i), width, TONE_TEXT);
	}
	if (json_len(list) == 0)
		textbox_add(out, TONE_DIM, "nothing in this time");
	if (!most)
		table_line(out, "total", json_get(j, "total"), width, TONE_MONEY);
}

/* The course: a cell for each hour or day, its idle part on top */

double cost_highest(const struct json *points)
{
	double most = 0;

	for (size_t i = 0; i < json_len(points); i++) {
		double x = json_real(json_at(points, i), "usd", 0);

		most = x > most ? x : most;
	}
	return most;
}

/* Eighths of the cell that lie below x. */
static int eighths(double x, double most, int row, int rows)
{
	double part = most > 0 ? x / most * rows - (row - 1) : 0;

	return part <= 0 ? 0 : part >= 1 ? FULL_CELL : (int)(part * FULL_CELL + 0.5);
}

const char *cost_cell(const struct json *point, double most, int row, int rows, bool ascii)
{
	static const char *const levels[] = { " ",
					      "\xe2\x96\x81",
					      "\xe2\x96\x82",
					      "\xe2\x96\x83",
					      "\xe2\x96\x84",
					      "\xe2\x96\x85",
					      "\xe2\x96\x86",
					      "\xe2\x96\x87",
					      "\xe2\x96\x88" };
	double x = json_real(point, "usd", 0), work = x - json_real(point, "idle_usd", 0);
	int all = eighths(x, most, row, rows), busy = eighths(work, most, row, rows);

	if (ascii)
		return busy >= FULL_CELL / 2 ? "#" : all >= FULL_CELL / 2 ? "+" : " ";
	if (all > busy && all - busy >= busy) /* the shade has no halves */
		return all >= FULL_CELL / 2 ? IDLE_SHADE : levels[all];
	return levels[all];
}

const char *cost_signs(bool ascii)
{
	return ascii ? "# nodes at work, + idle ones on top"
		     : "\xe2\x96\x88 nodes at work, " IDLE_SHADE " idle ones on top";
}

static void graph_row(struct buf *out, const struct json *points, double most, int row,
		      bool ascii)
{
	size_t wide = json_len(points) <= WIDE_POINTS ? 2 : 1;

	for (size_t i = 0; i < json_len(points) * wide; i++)
		buf_adds(out,
			 cost_cell(json_at(points, i / wide), most, row, GRAPH_ROWS, ascii));
}

void cost_graph(struct textbox *out, const struct json *j, bool ascii)
{
	const struct json *points = json_get(j, "series.points");
	bool days = json_int(j, "series.step_ms", 0) > (int64_t)3600000;
	double most = cost_highest(points);
	char money[24], first[CLOCK_TEXT], last[CLOCK_TEXT];
	size_t n = json_len(points);

	if (n == 0)
		return;
	textbox_add(out, TONE_TITLE, "a column is one %s, a row %s: %s", days ? "day" : "hour",
		    money_text(money, most / GRAPH_ROWS), cost_signs(ascii));
	for (int row = GRAPH_ROWS; row > 0; row--) {
		struct buf cells = BUF_INIT(GRAPH_MAX);

		graph_row(&cells, points, most, row, ascii);
		textbox_add(out, TONE_BUSY, "%8s |%s",
			    row == GRAPH_ROWS ? money_text(money, most)
			    : row == 1	      ? "0"
					      : "",
			    buf_str(&cells));
		buf_clear(&cells);
	}
	clock_text(first, json_int(json_at(points, 0), "at_ms", 0));
	clock_text(last, json_int(json_at(points, n - 1), "at_ms", 0));
	textbox_add(out, TONE_DIM, "%8s  %.*s to %.*s UTC", "", days ? 10 : 16, first,
		    days ? 10 : 16, last);
}

static int row_count(struct deck *d, int columns)
{
	const struct json *j = d->cost.told;
	bool ascii = display_ascii(d->display);

	textbox_open(&d->under, "");
	if (!j) {
		textbox_add(&d->under, TONE_DIM, "asking the engine");
		return 1;
	}
	if (columns >= COST_SIDE_COLS)
		return cost_wide_rows(d, j, columns, ascii);
	cost_sentences(&d->under, j);
	textbox_add(&d->under, TONE_TEXT, "%s", "");
	cost_table(&d->under, d->cost.group, j,
		   columns >= WIDE_COLS	 ? COST_WIDE
		   : columns >= MID_COLS ? COST_MID
					 : COST_SLIM,
		   0);
	textbox_add(&d->under, TONE_TEXT, "%s", "");
	cost_graph(&d->under, j, ascii);
	textbox_add(&d->under, TONE_DIM,
		    "node time and its price as the engine saw them; a bill comes later");
	return textbox_rows(&d->under, columns - 2);
}

static void draw_row(struct deck *d, struct screen *s, struct area line, int i)
{
	if (d->cost.told && line.cols >= COST_SIDE_COLS)
		cost_wide_draw(d, s, line, i);
	else
		view_detail_row(d, s, line, i);
}

static const char *nothing_told(const struct deck *d, char out[80])
{
	(void)out;
	return d->cost.told ? NULL : "the engine has not told it yet";
}

static void right(const struct deck *d, char *out, size_t max)
{
	snprintf(out, max, "%s, by %s   %s, USD", periods[d->cost.period],
		 groups[d->cost.group].title,
		 json_bool(d->cost.told, "sample_prices", false) ? "sample prices"
								 : "list prices");
}

static void next_period(struct deck *d)
{
	d->cost.period = (d->cost.period + 1) % COST_PERIODS;
	act_fetch_cost(d);
}

static void next_group(struct deck *d)
{
	d->cost.group = (d->cost.group + 1) % COST_GROUPS;
}

static const struct binding keys[] = {
	{ .key = 'p',
	  .fkey = K_F5,
	  .keys = "F5 p",
	  .group = GROUP_VIEW,
	  .label = "Period",
	  .help = "this month, today, 7 days",
	  .run = next_period },
	{ .key = 'b',
	  .fkey = K_F6,
	  .keys = "F6 b",
	  .group = GROUP_VIEW,
	  .label = "Group",
	  .word = "by",
	  .help = "by cluster, array, user, account, job",
	  .command = "cost",
	  .cli = "%c",
	  .run = next_group },
	{ .key = 'x',
	  .fkey = K_F8,
	  .keys = "F8 x",
	  .group = GROUP_ACT,
	  .label = "Export",
	  .help = "all of it as a CSV file",
	  .command = "cost",
	  .cli = "--csv",
	  .off = nothing_told,
	  .run = act_cost_export },
	{ .keys = NULL },
};

const struct view view_cost = {
	.title = "Cost",
	.place = "all clusters > cost",
	.pane = PANE_CLUSTERS,
	.keys = keys,
	.open = deck_cost_open,
	.close = deck_cost_close,
	.hint =
	    "{period} this month, today, 7 days  {by} by array, user, account, job  {export} as a CSV file",
	.right = right,
	.row_count = row_count,
	.draw_row = draw_row,
};
