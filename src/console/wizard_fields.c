/* The fields of one step of the wizard: those that have room, and under them what is wrong with
 * them and what the one at the cursor is. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "console/wizard.h"

static int label_cols(const struct wizard *w, size_t step, int cols)
{
	int width = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->fields[i].step == step && text_width(w->fields[i].label) > width)
			width = text_width(w->fields[i].label);
	return width > cols / 2 - 4 ? cols / 2 - 4 : width;
}

static int draw_options(const struct wizard_field *f, struct screen *s, int row, int col,
			int cols, bool at)
{
	const char *options[WIZARD_RADIO];
	size_t n = wizard_options(f, options);
	int used = 0;

	for (size_t i = 0; i < n; i++)
		used += text_width(wizard_choice(f, options[i])) + 6;
	if (n == 0 || used - 2 > cols) { /* one at a time where they have no room */
		if (at)
			screen_cursor(s, row, col + 2);
		return screen_putf(s, row, col, at ? TONE_KEY : TONE_TEXT, 0, cols, "< %s >",
				   wizard_choice(f, f->value)[0] ? wizard_choice(f, f->value)
								 : "choose");
	}
	used = 0;
	for (size_t i = 0; i < n; i++) {
		bool on = strcmp(options[i], f->value) == 0;
		const char *name = wizard_choice(f, options[i]);

		used += screen_putf(s, row, col + used, on && at ? TONE_KEY : TONE_TEXT,
				    on ? LOOK_BOLD : 0, cols - used, "%s(%s) %s", i ? "  " : "",
				    on ? "*" : " ", name);
		if (on && at)
			screen_cursor(s, row, col + used - text_width(name) - 3);
	}
	return used;
}

static int draw_value(const struct wizard *w, const struct wizard_field *f, struct screen *s,
		      int row, int col, int cols, bool at)
{
	if (f->fixed[0])
		return screen_put(s, row, col, TONE_DIM, 0, f->value, cols);
	if (f->choices.n > 0)
		return draw_options(f, s, row, col, cols, at);
	screen_put(s, row, col, at ? TONE_KEY : TONE_DIM, 0, "[", 1);
	screen_put(s, row, col + cols - 1, at ? TONE_KEY : TONE_DIM, 0, "]", 1);
	for (int i = 1; i < cols - 1; i++)
		screen_put(s, row, col + i, TONE_DIM, 0, "_", 1);
	if (!at) {
		screen_put(s, row, col + 1, TONE_TEXT, 0, f->value, cols - 2);
		return cols;
	}
	prompt_draw(&w->edit, s, row, col + 1, cols - 2);
	if (w->selected)
		screen_look(s, row, col + 1,
			    text_width(f->value) < cols - 2 ? text_width(f->value) : cols - 2,
			    LOOK_REVERSE);
	return cols;
}

#define VALUE_COL 5 /* behind the label */

static int value_cols(struct area a, int label)
{
	int room = a.cols - label - VALUE_COL - 2;

	return room > 54 ? 44 : room > 24 ? room - 10 : room;
}

static void draw_field(const struct wizard *w, size_t i, struct screen *s, int row,
		       struct area a, int label)
{
	const struct wizard_field *f = &w->fields[i];
	bool at = i == w->at;
	int value = value_cols(a, label), col = a.col + label + VALUE_COL;
	const char *options[WIZARD_RADIO];

	screen_put(s, row, a.col, f->problem ? (f->fails ? TONE_FAIL : TONE_WARN) : TONE_CURSOR,
		   0,
		   f->problem ? "!"
		   : at	      ? ">"
			      : " ",
		   1);
	screen_put(s, row, a.col + 2,
		   at		 ? TONE_TITLE
		   : f->fixed[0] ? TONE_DIM
				 : TONE_TEXT,
		   0, f->label, label);
	col += draw_value(w, f, s, row, col, value, at) + 1;
	if (f->fixed[0])
		screen_put(s, row, col + 1, TONE_DIM, 0, f->fixed, a.col + a.cols - col - 1);
	else if (f->hint[0])
		screen_put(s, row, col, TONE_DIM, 0, f->hint, a.col + a.cols - col);
	else if (at && !wizard_options(f, options) && wizard_has_list(w))
		screen_put(s, row, col, TONE_DIM, 0, "F2 list", a.col + a.cols - col);
}

/* What is wrong with a field; F7 puts what would do. Or why its value was moved. */
static void add_problem(struct textbox *out, const struct wizard_field *f)
{
	if (!f->problem && f->moved)
		textbox_add(out, TONE_KEY, "* %s", f->moved);
	if (f->problem)
		textbox_add(out, f->fails ? TONE_FAIL : TONE_WARN, "! %s%s%s", f->problem,
			    f->fix && f->fix[0] ? "; F7 sets " : "",
			    f->fix && f->fix[0] ? f->fix : "");
}

static size_t fields_in(const struct wizard *w, size_t step, size_t *before)
{
	size_t n = 0;

	*before = 0;
	for (size_t i = 0; i < w->n; i++)
		if (w->fields[i].step == step) {
			*before += i < w->at;
			n++;
		}
	return n;
}

/* Rows of a step's fields: which of them are seen, and a line that counts the others. */
struct shown_fields {
	int skip, rows;
	size_t n;
	bool sign;
};

static struct shown_fields fit_fields(const struct wizard *w, int rows)
{
	struct shown_fields f = { .rows = rows };
	size_t before;

	f.n = fields_in(w, w->step, &before);
	f.sign = (int)f.n > rows;
	if (!f.sign) {
		f.rows = (int)f.n;
		return f;
	}
	f.rows = rows > 1 ? rows - 1 : 1;
	f.skip = (int)before - f.rows / 2;
	if (f.skip > (int)f.n - f.rows)
		f.skip = (int)f.n - f.rows;
	if (f.skip < 0)
		f.skip = 0;
	return f;
}

static void draw_sign(const struct shown_fields *f, struct screen *s, int row, struct area a)
{
	int below = (int)f->n - f->skip - f->rows;
	char above_text[40] = "", below_text[40] = "";

	if (f->skip > 0)
		snprintf(above_text, sizeof(above_text), "%d more above", f->skip);
	if (below > 0)
		snprintf(below_text, sizeof(below_text), "%d more below", below);
	screen_putf(s, row, a.col + 2, TONE_KEY, 0, a.cols - 2, "%s%s%s", above_text,
		    f->skip > 0 && below > 0 ? ", " : "", below_text);
}

/* All of a field's help, where it is more than the line under the form shows, and what it
 * takes, where beside it there is no room for that. */
static void add_help(struct textbox *out, const struct wizard *w, int line, int hint)
{
	const struct wizard_field *f = &w->fields[w->at];

	if (text_width(f->help) > line)
		textbox_add(out, TONE_DIM, "%s", f->help);
	if (text_width(f->hint) > hint)
		textbox_add(out, TONE_DIM, "It takes %s.", f->hint);
}

/* Under the fields: what is wrong with the one at the cursor, then with the others, then all of
 * its help. Each is there whole, or not at all; the first always. */
static void draw_notes(struct wizard *w, struct screen *s, struct area a, int hint)
{
	struct textbox all;
	int rows, more;

	textbox_init(&all);
	textbox_open(&all, "");
	add_problem(&all, &w->fields[w->at]);
	for (size_t i = 0; i < w->n; i++)
		if (w->fields[i].step == w->step && i != w->at)
			add_problem(&all, &w->fields[i]);
	more = textbox_rows(&all, a.cols);
	rows = more <= a.rows ? more : a.rows;
	if (more < a.rows)
		add_help(&all, w, s->cols - 2, hint);
	more = textbox_rows(&all, a.cols);
	w->told = more > rows && more <= a.rows;
	if (w->told)
		rows = more;
	if (rows > 0)
		textbox_paint(&all, s, (struct area){ a.row, a.col, rows, a.cols });
	textbox_clear(&all);
}

/* Rows that the problem of the field at the cursor takes. */
static int problem_rows(const struct wizard *w, int columns)
{
	struct textbox box;
	int rows;

	textbox_init(&box);
	textbox_open(&box, "");
	add_problem(&box, &w->fields[w->at]);
	rows = textbox_rows(&box, columns);
	textbox_clear(&box);
	return rows;
}

void wizard_fields_draw(struct wizard *w, struct screen *s, struct area a)
{
	int label = label_cols(w, w->step, a.cols), row = 0, used;
	int must = problem_rows(w, a.cols - 3);
	size_t before;
	bool airy = (int)fields_in(w, w->step, &before) + 1 + must <= a.rows;

	if (must > a.rows / 2)
		must = a.rows / 2;
	struct shown_fields f = fit_fields(w, a.rows - must);

	for (size_t i = 0; i < w->n; i++) {
		if (w->fields[i].step != w->step)
			continue;
		if (row >= f.skip && row - f.skip < f.rows)
			draw_field(w, i, s, a.row + row - f.skip, a, label);
		row++;
	}
	if (f.sign && a.rows - must > 1)
		draw_sign(&f, s, a.row + f.rows, a);
	used = f.rows + f.sign + airy;
	draw_notes(w, s, (struct area){ a.row + used, a.col + 2, a.rows - used, a.cols - 3 },
		   a.cols - label - VALUE_COL - value_cols(a, label) - 1);
}
