/* Help over a prompt, a question, a menu or the wizard: what can be done there, and what the
 * thing under the cursor is. The next key only closes it. */
#include <stdio.h>
#include <string.h>

#include "console/deck.h"

static const char filter_help[] =
    "user:alice state:fail      both: a blank is AND\n"
    "state:fail|state:drain     either; ! before a term is NOT, ( ) group\n"
    "state:fail,drain           one of them\n"
    "age>10m  cost>=0.5  mem>16G  numbers, money, times (s m h d), bytes (k M G T)\n"
    "user=al  state!=failed     = is all of it, != none of it, where : is a part of a text\n"
    "node:htc-[1-3]             a list of hosts; id:42_[0-9] and id:42_5..42_9 are tasks\n"
    "name~\"^htc-(1|2)\"         a regular expression; /text/ is one, too\n"
    "wing                       in any column that is shown; capitals count once there is one\n"
    "\"two words\"                quotes keep blanks together; and, or, not are words only in them\n"
    "\n"
    "Tab completes columns and their values and lists them.\n"
    "Rows follow while you type; a ? before the line means that it is not complete, and the last good result stays.\n"
    "Enter keeps the filter, Esc brings the old one back.";

static const char command_help[] =
    "Any command of \"paceline help\", without the word paceline: what is selected or marked is filled in where no name is given.\n"
    "Tab completes; Up and Down go through earlier lines, also of earlier days.\n"
    "Commands that end work ask first, as their keys do.\n"
    "\n"
    "The words of keys do what the keys do (:keys lists them), and beside them there are:";

static const char find_help[] =
    "Goes to the next row that shows the text, in any column. n and N go on; all rows stay.\n"
    "Esc ends it.";

static const char box_help[] =
    "Arrows, PgUp, PgDn, g, G scroll. w wraps or cuts long lines, Left and Right move cut ones.\n"
    "y copies what is shown. n and N go to the next and the previous problem of a template.\n"
    "Esc or q closes.";

static const char wizard_help_text[] =
    "Tab, Down, Enter   the next field;  Shift-Tab, Up  the one before\n"
    "PgDn, PgUp         the next step, the one before; 1 to 9 on the review: that step\n"
    "F2                 a list of usual values;  Left, Right or Space choose where choices stand side by side\n"
    "F4                 all defaults again, when y says so\n"
    "F5                 check now (it is checked while you type, too)\n"
    "F6                 the same as YAML, as JSON for the API, as a line for the shell; y copies it\n"
    "F7                 the remedy of the first problem\n"
    "F8                 save the draft;  Esc leaves and keeps it\n"
    "C                  on the review: create. Nothing is made before\n"
    "A paste is one line: of several the first is taken, and the line below says what was not.";

static const char teardown_help[] =
    "The plan lists what goes, what stays, and what it saves per hour.\n"
    "To begin: accept each loss with Space, type the cluster's name, then the key that the footer shows; it counts down, and any key stops that.\n"
    "Enter lists the jobs of a row and does nothing else; b or F5 backs up the books (jobs, costs, audit), p or F6 writes the plan to a file; Esc leaves.\n"
    "Once it runs this place shows its steps; it can be left: the engine goes on, and the key that asked for it shows it again.";

static void dialog_help(struct deck *d, struct textbox *b)
{
	const struct dialog *q = &d->dialog;
	char wanted[DIALOG_NAME + 1];

	switch (q->spec.level) {
	case CONFIRM_BOX:
		if (q->spec.count > 1)
			textbox_add(b, TONE_TEXT,
				    "Type the number of things, %s, then the last digit acts.",
				    dialog_wanted(q, wanted));
		else
			textbox_add(b, TONE_TEXT, "%s",
				    q->spec.others
					? "Y (the capital: it is somebody else's work) does it."
					: "y does it.");
		break;
	case CONFIRM_PLAN:
		textbox_add_text(b, TONE_TEXT, teardown_help);
		break;
	default:
		textbox_add(b, TONE_TEXT, "y does it.");
	}
	textbox_add(
	    b, TONE_TEXT,
	    "Enter, Esc and every other key mean No. The key that opened it never confirms.");
	if (q->spec.locked)
		textbox_add(b, TONE_WARN, "Now it can only be read: %s.", q->spec.locked);
}

static void field_help(const struct wizard *w, struct textbox *b)
{
	const struct wizard_field *f = wizard_at_review(w) ? NULL : &w->fields[w->at];

	if (!f)
		return;
	textbox_add(b, TONE_TITLE, "%s", f->label);
	textbox_add_text(b, TONE_TEXT,
			 f->help && f->help[0] ? f->help : "no more is told of it");
	if (f->name[0] != '@') /* a parameter of the template: what a shell calls it */
		textbox_add(b, TONE_TEXT, "  name      %s", f->name);
	if (f->fixed[0])
		textbox_add(b, TONE_WARN, "  fixed     %s", f->fixed);
	textbox_add(b, TONE_TEXT, "  %-7s   %s", w->single ? "was" : "default",
		    f->fallback ? f->fallback : "none: it must be given");
	if (f->hint[0])
		textbox_add(b, TONE_TEXT, "  takes     %s", f->hint);
	for (size_t i = 0; i < f->choices.n; i++)
		textbox_add(b, TONE_TEXT, "  %s  %s", i ? "        " : "choices ",
			    wizard_choice(f, f->choices.v[i]));
	if (f->problem)
		textbox_add(b, f->fails ? TONE_FAIL : TONE_WARN, "  now       %s", f->problem);
	if (f->fix)
		textbox_add(b, TONE_TEXT, "  remedy    %s (F7)", f->fix);
	textbox_add(b, TONE_TEXT, " ");
}

static void prompt_help(struct deck *d, struct textbox *b)
{
	if (d->prompt_use == FOR_FILTER)
		textbox_add_text(b, TONE_TEXT, filter_help);
	else if (d->prompt_use == FOR_COMMAND) {
		textbox_add_text(b, TONE_TEXT, command_help);
		for (size_t i = 0; i < n_own_words; i++)
			textbox_add(b, TONE_TEXT, "  %-8s %-26s %s", own_words[i].name,
				    own_words[i].args, own_words[i].help);
	} else if (d->prompt_use == FOR_FIND) {
		textbox_add_text(b, TONE_TEXT, find_help);
		textbox_add(b, TONE_TEXT, "%s filters instead: only rows that pass.",
			    KEY_FOR(d, "filter"));
	} else {
		textbox_add(b, TONE_TEXT, "Type a name, then Enter; Esc leaves all as it is.");
	}
}

static void open_here(struct deck *d)
{
	struct textbox *b = &d->place_help;

	textbox_open(b, "Help: any key closes it");
	switch (d->mode) {
	case AT_PROMPT:
		prompt_help(d, b);
		break;
	case AT_DIALOG:
		dialog_help(d, b);
		break;
	case AT_WIZARD:
		if (d->wizard.open)
			field_help(&d->wizard.form, b);
		textbox_add_text(b, TONE_TEXT, wizard_help_text);
		break;
	case AT_FORM:
		if (d->form.open)
			field_help(&d->form.form, b);
		textbox_add_text(b, TONE_TEXT, d->form.kind->help);
		break;
	case AT_TEARDOWN:
		textbox_add_text(b, TONE_TEXT, teardown_help);
		break;
	case AT_COLUMNS:
		textbox_add_text(
		    b, TONE_TEXT,
		    "Space shows or hides a column, u takes the usual ones again, Enter closes.\n"
		    "The name always stays. What has no room is reached with < and >.");
		break;
	case AT_BOX:
		textbox_add_text(b, TONE_TEXT, box_help);
		break;
	default:
		textbox_add_text(b, TONE_TEXT,
				 "Up and Down choose, Enter takes, Esc closes.\n"
				 "In the menu each key does what stands beside it.");
	}
	d->helping = true;
}

/* "?" is a letter where something is typed. */
static bool types_letters(const struct deck *d)
{
	if (d->mode == AT_PROMPT || d->mode == AT_FORM)
		return true;
	return d->mode == AT_WIZARD && d->wizard.open && !wizard_at_review(&d->wizard.form);
}

static bool has_place(enum deck_mode m)
{
	return m != AT_PANES && m != AT_HELP;
}

bool deck_help_here(struct deck *d, const struct key *k)
{
	bool scrolls = k->code == K_DOWN || k->code == K_UP || k->code == K_PAGE_DOWN ||
		       k->code == K_PAGE_UP;
	bool counting = (d->mode == AT_DIALOG || d->mode == AT_TEARDOWN) &&
			d->dialog.state == DIALOG_COUNTING;

	if (d->helping) {
		d->helping = scrolls && textbox_key(&d->place_help, k) == TEXTBOX_OPEN;
		return true;
	}
	if (!has_place(d->mode) || counting)
		return false;
	if (k->code != K_F1 && k->code != K_CTRL('g') && (k->code != '?' || types_letters(d)))
		return false;
	open_here(d);
	return true;
}

void deck_draw_help_here(struct deck *d, struct screen *s, struct area body)
{
	if (d->helping && has_place(d->mode))
		textbox_draw(&d->place_help, s, body);
	else
		d->helping = false;
}
