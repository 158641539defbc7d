/* Templates: what a cluster can be made from. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "console/deck.h"

enum { NAME, ARRAYS, SCHEDULER, TITLE, USED, CHANGED };

static const struct column narrow[] = { { "", 11, 11, 9, false }, { "", 5, 0, 5, false } };
static const unsigned char narrow_what[] = { NAME, ARRAYS };
static const struct column side[] = { { "", 14, 18, 9, false }, { "", 8, 0, 5, false } };
static const struct column wide[] = { { "", 10, 24, 9, false },
				      { "", 8, 12, 5, false },
				      { "", 8, 24, 6, false },
				      { "", 20, 0, 4, false } };
static const unsigned char wide_what[] = { NAME, SCHEDULER, ARRAYS, TITLE };

static const struct pane_columns sets[] = {
	PANE_COLUMNS(0, narrow),
	{ 30, side, narrow_what, ARRAY_LEN(side) },
	PANE_COLUMNS(60, wide),
};

static const struct template_row *at(const struct pane *p, size_t i)
{
	return &p->rows.u.templates[i];
}

static int64_t id(const struct pane *p, size_t i)
{
	return pane_hash(at(p, i)->name);
}

static const char *name(const struct pane *p, size_t i)
{
	return at(p, i)->name;
}

static void cell(const struct pane *p, size_t i, int what, struct table_cell *out)
{
	const struct template_row *t = at(p, i);
	char when[CLOCK_TEXT] = "-";

	if (t->changed_ms)
		clock_text(when, t->changed_ms);
	when[10] = '\0'; /* the day */
	const char *text[] = {
		[NAME] = t->name,   [ARRAYS] = t->arrays, [SCHEDULER] = t->scheduler,
		[TITLE] = t->title, [USED] = t->used_by,  [CHANGED] = when
	};

	snprintf(out->text, sizeof(out->text), "%.150s", text[what]);
	if (t->problem[0] && what == TITLE)
		snprintf(out->text, sizeof(out->text), "broken: %.140s", t->problem);
	if (t->problem[0] && (what == NAME || what == TITLE))
		out->tone = TONE_FAIL;
	if (what == ARRAYS || what == CHANGED)
		out->tone = TONE_DIM;
	if (what == USED && strchr(t->used_by, '*'))
		out->tone = TONE_WARN;
}

const struct pane_kind pane_templates = {
	.title = "Templates",
	.window = "templates",
	.noun = NOUN_TEMPLATE,
	PANE_SETS(sets),
	.sorts = { "", "name", "scheduler" },
	.id = id,
	.name = name,
	.cell = cell,
};

/* The full view */

static const struct column full[] = {
	{ "TEMPLATE", 12, 24, 9, false }, { "SCHEDULER", 9, 12, 5, false },
	{ "ARRAYS", 8, 16, 6, false },	  { "USED BY", 9, 20, 8, false },
	{ "CHANGED", 10, 10, 7, false },  { "TITLE", 12, 0, 4, false },
};
static const unsigned char full_what[] = { NAME, SCHEDULER, ARRAYS, USED, CHANGED, TITLE };
static const struct pane_columns full_sets[] = {
	PANE_COLUMNS(0, narrow),
	PANE_COLUMNS(60, full),
};

static const struct pane_kind kind = {
	.title = "Templates",
	.window = "templates",
	.noun = NOUN_TEMPLATE,
	.titled = true,
	PANE_SETS(full_sets),
	.sorts = { "", "name", "scheduler" },
	.id = id,
	.name = name,
	.cell = cell,
};

static const char *no_template(const struct deck *d, char out[80])
{
	(void)out;
	return pane_name_at(&d->panes[PANE_TEMPLATES]) ? NULL : "no template is selected";
}

/* Under the table: what the wizard will ask. */
static int row_count(struct deck *d, int columns)
{
	const struct json *told;
	const char *name = pane_name_at(&d->panes[PANE_TEMPLATES]);

	textbox_open(&d->under, "");
	told = name ? template_told(d, name) : NULL;
	if (name && !told)
		textbox_add(&d->under, TONE_DIM, "asking the engine");
	template_params(d, &d->under);
	return textbox_rows(&d->under, columns - 2);
}

static const char *under_title(const struct deck *d)
{
	(void)d;
	return "Parameters";
}

static const struct binding keys[] = {
	{ .key = K_ENTER,
	  .keys = "Enter",
	  .group = GROUP_VIEW,
	  .help = "all about the template",
	  .command = "template show",
	  .cli = "%t",
	  .off = no_template,
	  .run = act_template_open },
	{ .key = '=',
	  .fkey = K_F5,
	  .keys = "F5 =",
	  .group = GROUP_VIEW,
	  .label = "Diff",
	  .help = "what changed, and what that would do",
	  .command = "template diff",
	  .cli = "%t",
	  .off = no_template,
	  .run = act_diff_open },
	{ .key = 't',
	  .keys = "t",
	  .group = GROUP_VIEW,
	  .label = "Text",
	  .help = "its text, and what is wrong",
	  .command = "template check",
	  .cli = "%t",
	  .off = no_template,
	  .run = act_template_text },
	{ .key = 'E',
	  .fkey = K_F8,
	  .keys = "F8 E",
	  .group = GROUP_ACT,
	  .label = "Edit",
	  .help = "edit it; of a built-in one a copy",
	  .off = no_template,
	  .types = true,
	  .run = act_edit },
	{ .keys = NULL },
};

const struct view view_templates = {
	.title = "Templates",
	.place = "templates",
	.pane = PANE_TEMPLATES,
	.kind = &kind,
	.keys = keys,
	.detail_cols = 80,
	.hint =
	    "{create} new cluster  {diff} what changed  {text} its text  {edit} edit  Enter all of it",
	.row_count = row_count,
	.draw_row = view_detail_row,
	.under_title = under_title,
};
