#include "console/deck_dash.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/gauge.h"
#include "console/words.h"

#define NAME_COLS 9 /* of a fact: "decision " */
#define FOLD_MOST 3 /* lines that one sentence may take */
#define BAR_MOST  24
#define BESIDE	  9 /* columns of a curve's numbers at its right */
#define MILLS	  1000.0
#define PERCENT	  100

static struct area rest_of(struct area a, int used)
{
	return (struct area){ a.row + used, a.col, a.rows - used, a.cols };
}

/* "name     text", folded over at most FOLD_MOST lines. */
__attribute__((format(printf, 5, 6))) static int
fact(struct screen *s, struct area a, const char *name, enum tone tone, const char *fmt, ...)
{
	struct textbox box;
	struct area text = { a.row, a.col + NAME_COLS, a.rows, a.cols - NAME_COLS };
	char line[400];
	va_list ap;
	int rows;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (a.rows < 1 || !line[0])
		return 0;
	screen_put(s, a.row, a.col, TONE_DIM, 0, name, NAME_COLS - 1);
	textbox_init(&box);
	textbox_open(&box, "");
	box.flush = true;
	textbox_add(&box, tone, "%s", line);
	rows = textbox_rows(&box, text.cols);
	text.rows = rows < FOLD_MOST ? rows : FOLD_MOST;
	text.rows = text.rows < a.rows ? text.rows : a.rows;
	for (int i = 0; i < text.rows; i++)
		textbox_paint_line(&box, s,
				   (struct area){ text.row + i, text.col, 1, text.cols }, i);
	textbox_clear(&box);
	return text.rows;
}

int dash_issues(const struct deck *d, struct screen *s, struct area a)
{
	const struct cluster_row *r = deck_cluster(d);
	const struct operation *op = deck_operation(d);
	char span[CLOCK_TEXT];
	int used = 0;

	if (!r)
		return 0;
	if (op && op->error[0])
		used += fact(s, a, "! error", TONE_FAIL, "%s %s: %s", op_kind_name(op->kind),
			     op->step, op->error);
	else if (op)
		used += fact(s, a, op_kind_name(op->kind), TONE_BOOT, "%s: %s (%s)", op->step,
			     op->detail, words_age(span, deck_now(d) - op->started_ms));
	if (!op || !op->error[0])
		used += fact(s, rest_of(a, used), "! issue", TONE_FAIL, "%s", r->view.issue);
	if (r->cluster.paused)
		used += fact(s, rest_of(a, used), "! paused", TONE_WARN,
			     "nodes neither come nor go: cluster resume");
	return used;
}

/* Curves */

static const struct curve {
	enum history_series series;
	const char *name;
	enum tone tone;
} curves[] = {
	{ HISTORY_PENDING, "pending", TONE_BOOT },
	{ HISTORY_NODES, "nodes", TONE_IDLE },
	{ HISTORY_BUSY, "busy", TONE_BUSY },
	{ HISTORY_PRICE, "$/h", TONE_SPOT },
};

static const char *level_text(char out[24], enum history_series series, int64_t n)
{
	if (n == HISTORY_UNKNOWN) {
		snprintf(out, 24, "?");
		return out;
	}
	return series == HISTORY_PRICE ? money_text(out, (double)n / MILLS)
				       : words_number(out, n);
}

static const struct history_row *span_of(const struct deck *d, enum history_span span)
{
	for (size_t i = 0; d->have_history && i < d->history.n; i++)
		if (strcmp(d->history.u.histories[i].span, history_span_name(span)) == 0)
			return &d->history.u.histories[i];
	return NULL;
}

/* Numbers over the curve, or at its right where the area is high and narrow. */
static void draw_curve(struct screen *s, struct area a, const struct curve *c,
		       const struct history_row *h)
{
	int steps = (int)strlen(h->levels[c->series]);
	bool over = a.cols >= steps || a.rows < 3;
	int room = over ? a.cols : a.cols - BESIDE;
	int per = gauge_per(steps, room), cols = (steps + per - 1) / per;
	struct area curve = { a.row + over, a.col, a.rows - over, cols };
	char now[24], max[24], text[64];

	level_text(now, c->series, h->now[c->series]);
	level_text(max, c->series, h->max[c->series]);
	gauge_curve(s, curve, c->tone, h->levels[c->series], per, h->at_ms / h->step_ms);
	if (over) {
		int used = screen_put(s, a.row, a.col, TONE_TITLE, 0, c->name, a.cols) + 1;

		used +=
		    screen_put(s, a.row, a.col + used, c->tone, LOOK_BOLD, now, a.cols - used);
		snprintf(text, sizeof(text), "  max %s", max);
		screen_put(s, a.row, a.col + used, TONE_DIM, 0, text, a.cols - used);
		return;
	}
	screen_put(s, a.row, a.col + cols + 1, TONE_TITLE, 0, c->name, BESIDE - 1);
	screen_put(s, a.row + 1, a.col + cols + 1, c->tone, LOOK_BOLD, now, BESIDE - 1);
	snprintf(text, sizeof(text), "/%s", max);
	screen_put(s, a.row + 2, a.col + cols + 1, TONE_DIM, 0, text, BESIDE - 1);
}

static int draw_curves(const struct history_row *h, struct screen *s, struct area a, int high,
		       unsigned int which)
{
	int used = 0;

	if (!h || h->at_ms == 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(curves) && used + high <= a.rows; i++) {
		if (!(which >> i & 1))
			continue;
		draw_curve(s, (struct area){ a.row + used, a.col, high, a.cols }, &curves[i],
			   h);
		used += high;
	}
	return used;
}

int dash_curves(const struct deck *d, struct screen *s, struct area a, int high)
{
	return draw_curves(span_of(d, HISTORY_HOUR), s, a, high, ~0u);
}

int dash_day(const struct deck *d, struct screen *s, struct area a, int high)
{
	return draw_curves(span_of(d, HISTORY_DAY), s, a, high, 1u << 1 | 1u << 3);
}

/* Capacity: "htc  F2s_v2   spot   8/16 #####.....  ~1 +1 !1" */

static void draw_states(struct screen *s, int row, int col, int cols, const struct array_row *r)
{
	static const char glyphs[] = "!?xd~+=#";
	int used = 0;

	for (const char *g = glyphs; *g; g++) {
		int64_t n = 0;
		char text[32];

		for (int st = 0; st < NODE_STATES; st++)
			if (node_state_glyph((enum node_state)st) == *g)
				n += r->count[st];
		snprintf(text, sizeof(text), "%c%lld", *g, (long long)n);
		if (n == 0 || used + (int)strlen(text) > cols)
			continue;
		used +=
		    screen_put(s, row, col + used, words_glyph_tone(*g), 0, text, cols - used) +
		    1;
	}
}

struct capacity_cols {
	int name, size, count, bar, states;
};

/* A row that shares its array's limit adds to the row above. */
static const char *live_text(char out[40], const struct array_row *r)
{
	if (r->max >= 0)
		snprintf(out, 40, "%lld/%lld", (long long)r->live, (long long)r->max);
	else
		snprintf(out, 40, "%s%lld", r->shares ? "+" : "", (long long)r->live);
	return out;
}

static void capacity_widths(struct capacity_cols *w, const struct mirror_rows *rows, int cols)
{
	char text[40];

	*w = (struct capacity_cols){ .name = 3, .count = 3 };
	for (size_t i = 0; i < rows->n; i++) {
		const struct array_row *r = &rows->u.arrays[i];
		int name = (int)strlen(r->array), size = (int)strlen(vm_size_short(r->size));
		int count = (int)strlen(live_text(text, r));

		w->name = name > w->name ? name : w->name;
		w->size = size > w->size ? size : w->size;
		w->count = count > w->count ? count : w->count;
	}
	w->name = w->name < cols / 6 ? w->name : cols / 6;
	if (cols < 56)
		w->size = 0; /* the node pane tells it */
	int left = cols - w->name - 1 - (w->size ? w->size + 1 : 0) - 5 - w->count - 1;

	w->states = left > 40 ? 26 : left / 2 > 10 ? left / 2 : 10;
	w->bar = left - w->states - 1 < BAR_MOST ? left - w->states - 1 : BAR_MOST;
	w->bar = w->bar < 4 ? 4 : w->bar;
	w->states = left - w->bar - 1;
}

static void draw_capacity(struct screen *s, int row, int col, const struct capacity_cols *w,
			  const struct array_row *r, int64_t limit)
{
	char count[40];

	screen_put(s, row, col, TONE_TITLE, 0, r->array, w->name);
	col += w->name + 1;
	if (w->size) {
		screen_put(s, row, col, TONE_TEXT, 0, vm_size_short(r->size), w->size);
		col += w->size + 1;
	}
	screen_put(s, row, col, r->spot ? TONE_SPOT : TONE_TEXT, 0, words_kind(r->spot), 4);
	col += 5;
	screen_put_right(s, row, col, TONE_TEXT, 0, live_text(count, r), w->count);
	col += w->count + 1;
	gauge_bar(s, row, col, w->bar, TONE_BUSY, r->live, limit >= 0 ? limit : r->live);
	draw_states(s, row, col + w->bar + 1, w->states, r);
}

int dash_capacity(const struct deck *d, struct screen *s, struct area a)
{
	const struct mirror_rows *rows = &d->map.rows;
	struct capacity_cols w;
	int64_t limit = -1;
	int used = 0;

	if (!d->map.have)
		return 0;
	capacity_widths(&w, rows, a.cols);
	for (size_t i = 0; i < rows->n && used < a.rows; i++, used++) {
		const struct array_row *r = &rows->u.arrays[i];

		limit = r->shares ? limit : r->max; /* that of the array's first row */
		draw_capacity(s, a.row + used, a.col, &w, r, limit);
	}
	return used;
}

int dash_quota(const struct deck *d, struct screen *s, struct area a)
{
	const struct cluster_row *r = deck_cluster(d);
	int bar = a.cols < 60 ? 8 : 16, used;

	if (!r || a.rows < 1 || r->view.quota_limit <= 0)
		return 0;
	screen_put(s, a.row, a.col, TONE_DIM, 0, "quota", NAME_COLS - 1);
	used =
	    NAME_COLS +
	    screen_putf(s, a.row, a.col + NAME_COLS, TONE_TEXT, 0, a.cols - NAME_COLS - bar - 1,
			"%lld/%lld %s", (long long)r->view.quota_used,
			(long long)r->view.quota_limit, r->view.quota) +
	    1;
	gauge_bar(s, a.row, a.col + used, bar, TONE_IDLE, r->view.quota_used,
		  r->view.quota_limit);
	return 1;
}

int dash_boots(const struct deck *d, struct screen *s, struct area a)
{
	const struct cluster_row *r = deck_cluster(d);
	char lost[64] = "";

	if (!r || r->view.boot_p50_ms < 0)
		return 0;
	if (r->view.boots_hour > 0)
		snprintf(lost, sizeof(lost), ", %lld of %lld failed",
			 (long long)r->view.boots_lost, (long long)r->view.boots_hour);
	return fact(s, a, "boot", r->view.boots_lost ? TONE_WARN : TONE_TEXT,
		    "p50 %llds p95 %llds%s", (long long)(r->view.boot_p50_ms + 500) / 1000,
		    (long long)(r->view.boot_p95_ms + 500) / 1000, lost);
}

int dash_queue(const struct deck *d, struct screen *s, struct area a)
{
	const struct cluster_row *r = deck_cluster(d);
	char run[24], pend[24], cores[24], wait[CLOCK_TEXT], text[120] = "";
	int used, n = 0;

	if (!r || r->view.queue_age_ms < 0)
		return fact(s, a, "queue", TONE_DIM, "%s",
			    r && r->cluster.state == CLUSTER_RUNNING
				? "not read yet"
				: "none while the cluster does not run");
	if (r->view.wait_s > 0)
		n = snprintf(text, sizeof(text), ", half of them for %s",
			     words_age(wait, deck_now(d) - r->view.wait_s * 1000));
	if (r->view.jobs_held > 0)
		snprintf(text + n, sizeof(text) - (size_t)n, ", %lld held",
			 (long long)r->view.jobs_held);
	used = fact(s, a, "running", TONE_TEXT, "%s on %s cores",
		    words_number(run, r->view.jobs_running),
		    words_number(cores, r->view.cores_running));
	used += fact(s, rest_of(a, used), "pending", TONE_TEXT, "%s%s",
		     words_number(pend, r->view.jobs_pending), text);
	if (r->view.oldest_s > 0)
		used += fact(s, rest_of(a, used), "oldest", TONE_TEXT, "job %s for %s",
			     r->view.oldest,
			     words_age(wait, deck_now(d) - r->view.oldest_s * 1000));
	return used;
}

int dash_scaler(const struct deck *d, struct screen *s, struct area a)
{
	const struct cluster_row *r = deck_cluster(d);
	int used = 0;

	if (!r)
		return 0;
	used += fact(s, a, "decision", TONE_TEXT, "%s",
		     r->view.plan[0] ? r->view.plan : "none yet");
	if (r->view.limit[0])
		used += fact(s, rest_of(a, used), "not more", TONE_WARN, "%s", r->view.limit);
	if (r->view.schedule[0])
		used +=
		    fact(s, rest_of(a, used), "schedule", TONE_TEXT, "%s", r->view.schedule);
	return used;
}

/* When it looks next would move all the time: how often it looks does not. */
const char *dash_cycle(const struct deck *d, char out[40])
{
	const struct cluster_row *r = deck_cluster(d);
	char span[CLOCK_TEXT];

	out[0] = '\0';
	if (r && r->view.cycle_s > 0 && r->cluster.state == CLUSTER_RUNNING)
		snprintf(out, 40, "looks every %s", clock_span(span, r->view.cycle_s * 1000));
	return out;
}

int dash_storage(const struct deck *d, struct screen *s, struct area a)
{
	const struct cluster_row *r = deck_cluster(d);

	return r ? fact(s, a, "storage", TONE_TEXT, "%s", r->view.storage) : 0;
}

#define CENT 0.01

/* The engine says it once a minute, and the month's sum more often. */
static double committed_of(const struct cluster_view *v)
{
	return v->committed > v->month ? v->committed : v->month;
}

int dash_money(const struct deck *d, struct screen *s, struct area a)
{
	const struct cluster_row *r = deck_cluster(d);
	char now[24], today[24], month[24], budget[24];
	int used, bar = a.cols < 60 ? 8 : 16;

	if (!r)
		return 0;
	used = fact(s, a, "cost", TONE_MONEY, "%s/h, today %s",
		    money_text(now, r->view.price_now), money_text(today, r->view.today));
	if (r->view.budget_month <= 0)
		return used + fact(s, rest_of(a, used), "month", TONE_TEXT, "%s, no budget",
				   money_text(month, r->view.month));
	if (used >= a.rows)
		return used;
	double committed = committed_of(&r->view);
	bool near = committed >= r->view.budget_month * 0.8;
	int col = NAME_COLS + screen_putf(s, a.row + used, a.col + NAME_COLS,
					  near ? TONE_WARN : TONE_TEXT, 0, a.cols - NAME_COLS,
					  "%s of %s, %.0f %%", money_text(month, r->view.month),
					  money_text(budget, r->view.budget_month),
					  r->view.month / r->view.budget_month * PERCENT);

	screen_put(s, a.row + used, a.col, TONE_DIM, 0, "month", NAME_COLS - 1);
	if (col + 1 + bar <= a.cols)
		gauge_bar(s, a.row + used, a.col + col + 1, bar, near ? TONE_WARN : TONE_OK,
			  (int64_t)(r->view.month * PERCENT),
			  (int64_t)(r->view.budget_month * PERCENT));
	used++;
	if (committed - r->view.month >= CENT)
		used += fact(s, rest_of(a, used), "", near ? TONE_WARN : TONE_TEXT,
			     "%s with what runs, %.0f %%", money_text(month, committed),
			     committed / r->view.budget_month * PERCENT);
	return used;
}

/* What is wrong comes first; curves take the room that sentences leave. */
void dash_column(const struct deck *d, struct screen *s, struct area a)
{
	static const struct {
		int (*draw)(const struct deck *, struct screen *, struct area);
		bool apart; /* a blank line before it */
	} parts[] = {
		{ dash_capacity, false }, { dash_quota, false }, { dash_boots, false },
		{ dash_queue, true },	  { dash_scaler, true }, { dash_money, true },
		{ dash_storage, false },
	};
	const struct cluster_row *r = deck_cluster(d);
	bool roomy = a.rows >= 30;
	int used = dash_issues(d, s, a);

	if (r && r->view.failed > 0)
		used += fact(s, rest_of(a, used), "! nodes", TONE_FAIL,
			     "%lld failed, lost or evicted", (long long)r->view.failed);
	used += dash_curves(d, s, rest_of(a, used), roomy ? 3 : 2);
	for (size_t i = 0; i < ARRAY_LEN(parts) && used < a.rows; i++) {
		used += roomy && (parts[i].apart || (i == 0 && used > 0));
		used += parts[i].draw(d, s, rest_of(a, used));
	}
}
