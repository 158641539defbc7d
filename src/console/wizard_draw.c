/* The wizard on the screen: steps, the form of one step or the review, and what it comes to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/pane.h"
#include "console/wizard.h"

#define STEPS_COLS 28
#define TEXT_COLS  54

enum width { NARROW, WIDE, LARGE };

static enum width width_of(struct area a)
{
	return a.cols >= 160 && a.rows >= 30   ? LARGE
	       : a.cols >= 120 && a.rows >= 24 ? WIDE
					       : NARROW;
}

const char *wizard_help(const struct wizard *w)
{
	if (wizard_at_review(w))
		return "";
	if (w->single && w->show_text)
		return "Arrows scroll, y copies, F6 and Esc close.";
	if (w->told)
		return w->single
			   ? "Enter next field  F1 all keys  F8 send it  Esc leave"
			   : "Enter next field  F1 all keys  PgDn next step  Esc leave, the draft stays";
	return w->fields[w->at].help;
}

/* Steps */

static bool step_fails(const struct wizard *w, size_t step)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->fields[i].step == step && w->fields[i].problem && w->fields[i].fails)
			return true;
	return false;
}

static bool step_unknown(const struct wizard *w, size_t step)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->fields[i].step == step && w->fields[i].unknown)
			return true;
	return false;
}

static const char *step_mark(const struct wizard *w, size_t step, enum tone *tone)
{
	*tone = TONE_DIM;
	if (step == w->step) {
		*tone = TONE_KEY;
		return ">";
	}
	if (step_fails(w, step)) {
		*tone = TONE_FAIL;
		return "!";
	}
	if (step > w->furthest)
		return ".";
	if (step_unknown(w, step))
		return "??";
	*tone = TONE_OK;
	return "ok";
}

static void steps_line(const struct wizard *w, struct screen *s, struct area a)
{
	int col = a.col + 1, width = 0;
	size_t first = 0;

	/* those before the current one give way */
	for (size_t i = 0; i <= w->step; i++)
		width += text_width(w->steps.v[i]) + 4;
	for (; first < w->step && width > a.cols - 4; first++)
		width -= text_width(w->steps.v[first]) + 4;
	for (size_t i = first; i < w->steps.n && col < a.col + a.cols - 3; i++) {
		enum tone tone;
		const char *mark = step_mark(w, i, &tone);

		if (col + text_width(mark) + 1 + text_width(w->steps.v[i]) > a.col + a.cols)
			break;
		col += screen_put(s, a.row, col, tone, 0, mark, 2) + 1;
		col += screen_put(s, a.row, col, i == w->step ? TONE_KEY : TONE_TEXT,
				  i == w->step ? LOOK_BOLD : 0, w->steps.v[i],
				  a.col + a.cols - col) +
		       1;
	}
}

static void steps_box(const struct wizard *w, struct screen *s, struct area a)
{
	screen_box(s, a, TONE_DIM, "Steps");
	for (size_t i = 0; i < w->steps.n; i++) {
		int row = a.row + 2 + (int)i * 2;
		enum tone tone;
		const char *mark = step_mark(w, i, &tone);

		if (row >= a.row + a.rows - 6)
			break;
		screen_putf(s, row, a.col + 2, tone, 0, 4, "[%s]", mark);
		screen_putf(s, row, a.col + 7, i == w->step ? TONE_KEY : TONE_TEXT,
			    i == w->step ? LOOK_BOLD : 0, a.cols - 9, "%zu %s", i + 1,
			    w->steps.v[i]);
	}
	if (a.rows < 12)
		return;
	screen_put(s, a.row + a.rows - 5, a.col + 2, TONE_DIM, 0, w->draft_note, a.cols - 4);
	screen_put(s, a.row + a.rows - 4, a.col + 2, TONE_DIM, 0, "Nothing is made until",
		   a.cols - 4);
	screen_putf(s, a.row + a.rows - 3, a.col + 2, TONE_DIM, 0, a.cols - 4,
		    "step %zu is confirmed.", w->steps.n);
}

/* Lines at the bottom: checks and cost */

static bool is_checked(const struct wizard *w)
{
	return !w->away[0] && w->check && w->checked == w->serial && !w->stale;
}

static void unchecked_text(char out[200], const struct wizard *w, enum tone *tone)
{
	const char *why = w->away[0] ? w->away : w->failed;

	*tone = why[0] ? TONE_FAIL : TONE_DIM;
	if (why[0])
		snprintf(out, 200, "[!!] not checked: %s", why);
	else
		snprintf(out, 200, "[..] checking");
}

static void draw_checks(const struct wizard *w, struct screen *s, int row, struct area a)
{
	const struct json *list = json_get(w->check, "checks");
	int col = a.col, end = a.col + a.cols;

	if (!is_checked(w)) {
		enum tone tone;
		char text[200];

		unchecked_text(text, w, &tone);
		screen_put(s, row, col, tone, 0, text, a.cols);
		return;
	}
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *c = json_at(list, i);
		const char *state = json_str(c, "state", "");
		const char *text = json_str(c, "text", "");
		bool ok = strcmp(state, "ok") == 0, fail = strcmp(state, "fail") == 0;
		bool warn = strcmp(state, "warn") == 0;

		if (col + 5 + text_width(text) > end)
			break;
		col += screen_put(s, row, col,
				  ok	 ? TONE_OK
				  : fail ? TONE_FAIL
				  : warn ? TONE_WARN
					 : TONE_DIM,
				  0,
				  ok	 ? "[ok]"
				  : fail ? "[!!]"
				  : warn ? "[! ]"
					 : "[??]",
				  end - col) +
		       1;
		col +=
		    screen_put(s, row, col, ok ? TONE_TEXT : TONE_TITLE, 0, text, end - col) +
		    2;
	}
}

static void draw_cost(const struct wizard *w, struct screen *s, int row, struct area a)
{
	const struct json *c = json_get(w->check, "cost");
	char idle[24], some[24], full[24];
	int64_t some_nodes = json_int(c, "some_nodes", 0), nodes = json_int(c, "full_nodes", 0);

	if (!c) {
		screen_put(s, row, a.col, TONE_DIM, 0, "cost  not known yet", a.cols);
		return;
	}
	int col = a.col + screen_put(s, row, a.col, TONE_TEXT, 0, "cost  ", a.cols);
	col += screen_putf(s, row, col, TONE_MONEY, 0, a.col + a.cols - col,
			   "idle %s/h   %lld nodes %s/h   ",
			   money_text(idle, json_real(c, "idle", -1)), (long long)some_nodes,
			   money_text(some, json_real(c, "some", -1)));
	col += screen_putf(s, row, col, TONE_MONEY, 0, a.col + a.cols - col, "full%s %s/h",
			   nodes < 0 ? " (no limit)" : "",
			   money_text(full, json_real(c, "full", -1)));
	const char *of = json_bool(c, "sample", false) ? "sample prices" : "list prices, now";

	if (col + 2 + text_width(of) <= a.col + a.cols)
		screen_put(s, row, col + 2, TONE_DIM, 0, of, a.col + a.cols - col - 2);
}

/* Review */

static void review_lines(struct textbox *out, const struct wizard *w, const char *title,
			 const char *path)
{
	const struct json *list = json_get(w->check, path);

	for (size_t i = 0; i < json_len(list); i++)
		textbox_add(out, TONE_TEXT, "%-11s  %s", i ? "" : title,
			    json_text(json_at(list, i)) ? json_text(json_at(list, i)) : "");
}

static void review_problems(struct textbox *out, const struct wizard *w)
{
	const struct json *list = json_get(w->check, "problems");

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *p = json_at(list, i);
		bool fails = strcmp(json_str(p, "level", "fail"), "fail") == 0;
		const char *fix = json_str(p, "fix", "");
		char where[24] = "";
		size_t step;

		wizard_problem_step(w, p, &step);
		if (step < w->steps.n && step < 9)
			snprintf(where, sizeof(where), "; %zu goes there", step + 1);
		textbox_add(out, fails ? TONE_FAIL : TONE_WARN, "%s %s%s%s%s",
			    fails ? "[!!]" : "[! ]", json_str(p, "text", ""),
			    fix[0] ? "; m sets " : "", fix, where);
	}
}

static const char *review_last(const struct wizard *w, const char *locked, enum tone *tone)
{
	*tone = TONE_FAIL;
	if (w->sending)
		return "It is being created.";
	if (w->away[0])
		return "It cannot be created before the engine answers. What you typed stays.";
	if (locked)
		return locked;
	if (!is_checked(w))
		return w->failed[0] ? w->failed : "Checks are on their way.";
	if (wizard_problems(w, true) > 0)
		return "What is marked [!!] has to be mended before it can be created.";
	*tone = TONE_KEY;
	return w->start ? "Press C to create and start it. Enter does nothing."
			: "Press C to create it. Enter does nothing.";
}

/* How long a month's budget lasts when everything runs. */
static void review_budget(struct textbox *out, const struct wizard *w)
{
	double budget = json_real(w->check, "cost.budget", -1);
	double full = json_real(w->check, "cost.full", -1);
	char money[24], span[CLOCK_TEXT];

	if (budget < 0)
		return;
	if (full > 0 && budget / full < 31 * 24)
		textbox_add(out, TONE_WARN, "%-11s  %s a month: in full it lasts %s", "budget",
			    money_text(money, budget),
			    clock_span(span, (int64_t)(budget / full * 3600000)));
	else
		textbox_add(out, TONE_TEXT, "%-11s  %s a month", "budget",
			    money_text(money, budget));
}

static void review_moved(struct textbox *out, const struct wizard *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->fields[i].moved)
			textbox_add(out, TONE_TEXT, "%-11s  %s", "moved", w->fields[i].moved);
}

static void review_asks(struct textbox *out, const struct wizard *w, bool tight)
{
	if (!tight)
		textbox_add(out, TONE_TEXT, "%s", "");
	review_problems(out, w);
	if (!tight && wizard_problems(w, false) > 0)
		textbox_add(out, TONE_TEXT, "%s", "");
	textbox_add(out, TONE_TEXT, "[%c] start it at once (Space)", w->start ? 'x' : ' ');
}

static void draw_last(struct screen *s, struct area line, enum tone tone, const char *text)
{
	int used = screen_put_clauses(s, line.row, line.col, tone, text, line.cols);

	screen_look(s, line.row, line.col, used, LOOK_BOLD);
}

static void draw_review(struct wizard *w, struct screen *s, struct area a, const char *locked)
{
	struct textbox box;
	enum tone tone;
	bool small = a.rows < 14; /* then what matters most comes first */
	const char *last = review_last(w, locked, &tone);
	int rows, all, room = a.rows - 2;

	textbox_init(&box);
	textbox_open(&box, "");
	if (small)
		review_asks(&box, w, small);
	review_lines(&box, w, "makes now", "creates.now");
	review_lines(&box, w, "makes later", "creates.later");
	review_lines(&box, w, "not touched", "creates.kept");
	review_moved(&box, w);
	review_budget(&box, w);
	if (!small)
		review_asks(&box, w, small);
	all = textbox_rows(&box, a.cols);
	rows = all < room ? all : room;
	box.top = w->review_top;
	if (rows > 0)
		textbox_paint(&box, s, (struct area){ a.row, a.col, rows, a.cols });
	w->review_top = box.top;
	w->review_more = all - rows - box.top;
	textbox_clear(&box);
	if (all > rows && rows > 0)
		screen_putf(s, a.row + rows, a.col, TONE_KEY, 0, a.cols,
			    "lines %d to %d of %d: Up and Down scroll", w->review_top + 1,
			    w->review_top + rows, all);
	if (a.rows > rows)
		draw_last(s,
			  (struct area){ a.row + rows + (a.rows > rows + 1), a.col, 1, a.cols },
			  tone, last);
}

/* F2 */

static void draw_list(struct wizard *w, struct screen *s, struct area a)
{
	struct wizard_list *l = &w->list;
	int cols = a.cols > 78 ? 76 : a.cols - 2, row = 2, width = 0, beside = 0;
	struct area box = { a.row + 1, a.col + (a.cols - cols) / 2, a.rows - 2, cols };
	size_t skip = 0, shown = 0;

	int margin = (a.cols - cols) / 2 < 2 ? (a.cols - cols) / 2 : 2;

	screen_fill(s, (struct area){ box.row, box.col - margin, box.rows, cols + 2 * margin },
		    TONE_TEXT, 0); /* half a word beside it would only puzzle */
	screen_box(s, box, TONE_DIM, w->fields[w->at].label);
	prompt_draw(&l->filter, s, box.row + 1, box.col + 2, cols - 4);
	l->shown = box.rows - 4 > 1 ? box.rows - 4 : 1;
	for (size_t i = 0; i < l->values.n; i++) {
		shown += wizard_list_shows(l, i) && i < l->at;
		if (wizard_list_shows(l, i) && text_width(l->texts.v[i]) > beside)
			beside = text_width(l->texts.v[i]);
		width = text_width(l->values.v[i]) > width ? text_width(l->values.v[i]) : width;
		width = width < 4 ? 4 : width; /* "none" */
	}
	skip = shown >= (size_t)l->shown ? shown - (size_t)l->shown + 1 : 0;
	beside = cols - 7 - beside > cols / 2 ? cols - 7 - beside : cols / 2;
	width = width > beside ? beside : width;
	if (l->waits)
		screen_put(s, box.row + 2, box.col + 2, TONE_DIM, 0, "asking the engine",
			   cols - 4);
	for (size_t i = 0; i < l->values.n && row < box.rows - 2; i++) {
		if (!wizard_list_shows(l, i) || (skip > 0 && skip--))
			continue;
		if (i == l->at)
			screen_put(s, box.row + row, box.col + 1, TONE_CURSOR, 0, ">", 1);
		screen_put(s, box.row + row, box.col + 3, i == l->at ? TONE_KEY : TONE_TEXT, 0,
			   l->values.v[i][0] ? l->values.v[i] : "none", width);
		screen_put(s, box.row + row++, box.col + width + 5, TONE_DIM, 0, l->texts.v[i],
			   cols - width - 7);
	}
	screen_put(s, box.row + box.rows - 1, box.col + 2, TONE_DIM, 0,
		   " type to filter  Enter takes it  Esc closes ", cols - 4);
}

/* F6 */

static void shell_line(struct buf *b, const struct wizard *w)
{
	buf_addf(b, "%s cluster create ", w->called ? w->called : "paceline");
	quote_sh_word(b, w->fields[0].value);
	buf_addc(b, ' ');
	quote_sh_word(b, w->template);
	for (size_t i = 1; i < w->n; i++) {
		const struct wizard_field *f = &w->fields[i];

		if (f->fallback && strcmp(f->value, f->fallback) == 0)
			continue;
		buf_addf(b, " %s=", f->name);
		quote_sh_word(b, f->value);
	}
}

static void values_text(const struct wizard *w, struct textbox *out)
{
	textbox_add(out, TONE_TEXT, "template: %s", w->template);
	textbox_add(out, TONE_TEXT, "name: %s", w->fields[0].value);
	for (size_t i = 1; i < w->n; i++) {
		const struct wizard_field *f = &w->fields[i];
		bool same = f->fallback && strcmp(f->value, f->fallback) == 0;

		textbox_add(out, same ? TONE_DIM : TONE_TEXT, "%s: %s", f->name, f->value);
	}
}

void wizard_text(const struct wizard *w, enum wizard_text what, struct textbox *out)
{
	struct buf text = BUF_INIT(65536);
	struct json *body = wizard_body(w);

	switch (what) {
	case TEXT_JSON:
		json_write_pretty(&text, body);
		textbox_add(out, TONE_TITLE, "to the API: POST /v1/clusters");
		textbox_add_text(out, TONE_TEXT, buf_str(&text));
		break;
	case TEXT_CLI:
		shell_line(&text, w);
		textbox_add(out, TONE_TITLE, "from a shell");
		textbox_add(out, TONE_TEXT, "%s", buf_str(&text));
		if (w->start)
			textbox_add(out, TONE_TEXT, "%s cluster start %s",
				    w->called ? w->called : "paceline", w->fields[0].value);
		break;
	case TEXT_YAML:
	case WIZARD_TEXTS:
		values_text(w, out);
	}
	json_free(body);
	buf_clear(&text);
}

static const char *text_title(const struct wizard *w)
{
	static const char *const titles[] = { "YAML  (F6: JSON)", "JSON  (F6: CLI)",
					      "CLI  (F6: closes)" };

	return w->show_text ? titles[w->text_is] : "YAML  (F6: JSON, CLI)";
}

static void draw_text(struct wizard *w, struct screen *s, struct area a)
{
	int top = w->text.top;

	textbox_open(&w->text, "");
	w->text.top = top;
	wizard_text(w, w->text_is, &w->text);
	textbox_paint(&w->text, s, a);
}

/* The whole */

/* over: the text takes the form's place, as there is none beside it. */
static void draw_body(struct wizard *w, struct screen *s, struct area a, const char *locked,
		      bool over)
{
	int below = a.rows >= 13 ? 3 : a.rows >= 9 ? 2 : 0;
	struct area form = { a.row, a.col, a.rows - below, a.cols };

	if (over)
		draw_text(w, s, a);
	else if (wizard_at_review(w))
		draw_review(w, s, form, locked);
	else
		wizard_fields_draw(w, s, form);
	if (over || !below)
		return;
	draw_checks(w, s, a.row + a.rows - 2, a);
	draw_cost(w, s, a.row + a.rows - 1, a);
}

void wizard_draw(struct wizard *w, struct screen *s, struct area a, int64_t now,
		 const char *locked)
{
	enum width width = width_of(a);
	char title[120], right[60];
	struct area form = a;

	snprintf(title, sizeof(title), "%s: %s%.40s from %.40s",
		 w->show_text && width != LARGE ? text_title(w) : w->steps.v[w->step],
		 a.cols < 60 ? "" : "new cluster ", w->fields[0].value, w->template);
	snprintf(
	    right, sizeof(right), width == NARROW ? "%sstep %zu of %zu" : " %sstep %zu of %zu ",
	    wizard_at_review(w) && now < w->deaf_until ? "... " : "", w->step + 1, w->steps.n);
	if (width == NARROW) {
		steps_line(w, s, a);
		form.row++;
		form.rows--;
		pane_title(s, (struct area){ form.row, a.col, 1, a.cols }, title, right, true);
		form = (struct area){ form.row + 1 + (form.rows > 14), a.col + 1,
				      form.rows - 1 - (form.rows > 14), a.cols - 2 };
	} else {
		steps_box(w, s, (struct area){ a.row, a.col, a.rows, STEPS_COLS });
		form.col += STEPS_COLS;
		form.cols -= STEPS_COLS + (width == LARGE ? TEXT_COLS : 0);
		screen_box(s, form, TONE_DIM, title);
		screen_put_right(s, form.row, form.col, TONE_DIM, 0, right, form.cols - 2);
		if (width == LARGE) {
			struct area side = { a.row, a.col + a.cols - TEXT_COLS, a.rows,
					     TEXT_COLS };

			screen_box(s, side, w->show_text ? TONE_KEY : TONE_DIM, text_title(w));
			draw_text(w, s,
				  (struct area){ side.row + 2, side.col + 2, side.rows - 4,
						 side.cols - 4 });
		}
		form =
		    (struct area){ form.row + 2, form.col + 3, form.rows - 3, form.cols - 6 };
	}
	draw_body(w, s, form, locked, w->show_text && width != LARGE);
	if (w->list.open)
		draw_list(w, s, a);
}

/*
 * A form
 */

/* Problems that are about no field. */
static int form_problems(const struct wizard *w, struct textbox *out)
{
	const struct json *list = json_get(w->check, "problems");
	size_t step, n = 0;

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *p = json_at(list, i);
		bool fails = strcmp(json_str(p, "level", "fail"), "fail") == 0;

		wizard_problem_step(w, p, &step);
		if (step < w->steps.n)
			continue;
		textbox_add(out, fails ? TONE_FAIL : TONE_WARN, "%s %s",
			    fails ? "[!!]" : "[! ]", json_str(p, "text", ""));
		n++;
	}
	return (int)n;
}

static void form_checks(const struct wizard *w, struct textbox *out)
{
	const struct json *list = json_get(w->check, "checks");
	int problems;

	if (!is_checked(w)) {
		enum tone tone;
		char text[200];

		unchecked_text(text, w, &tone);
		textbox_add(out, tone, "%s", text);
		return;
	}
	problems = form_problems(w, out);
	if (json_len(list) == 0 && problems == 0 && wizard_problems(w, true) == 0)
		textbox_add(out, TONE_DIM, "[??] whether it fits is not known yet");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *c = json_at(list, i);
		bool ok = strcmp(json_str(c, "state", ""), "ok") == 0;

		if (ok && problems > 0)
			continue;
		textbox_add(out, ok ? TONE_OK : TONE_DIM, "%s %s", ok ? "[ok]" : "[??]",
			    json_str(c, "text", ""));
	}
}

void wizard_form_draw(struct wizard *w, struct screen *s, struct area a, const char *about)
{
	struct area in = { a.row + 1 + (a.rows > 14), a.col + 1, a.rows - 1 - (a.rows > 14),
			   a.cols - 2 };
	struct textbox below;
	int rows, top = w->text.top;

	pane_title(s, (struct area){ a.row, a.col, 1, a.cols }, w->title, "", true);
	if (w->show_text) {
		textbox_open(&w->text, "");
		w->text.top = top;
		textbox_add_text(&w->text, TONE_TEXT, about);
		textbox_paint(&w->text, s, in);
		return;
	}
	textbox_init(&below);
	textbox_open(&below, "");
	form_checks(w, &below);
	if (in.rows > 16)
		textbox_add(&below, TONE_DIM, "%.*s", (int)strcspn(about, "\n"), about);
	rows = textbox_rows(&below, in.cols);
	rows = rows > in.rows / 2 ? in.rows / 2 : rows;
	wizard_fields_draw(w, s, (struct area){ in.row, in.col, in.rows - rows, in.cols });
	if (rows > 0)
		textbox_paint(&below, s,
			      (struct area){ in.row + in.rows - rows, in.col, rows, in.cols });
	textbox_clear(&below);
	if (w->list.open)
		draw_list(w, s, a);
}
