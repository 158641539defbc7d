/* Footer, help, menu and the lines for a shell: all read the table of the keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/loss.h"
#include "console/deck.h"

/* Less known than what they stand beside, and known by their letters. */
static unsigned char spare_of(uint32_t code)
{
	return code == K_F3 ? 2 : code == K_F2 ? 1 : 0;
}

/* false: that key does nothing here. */
static bool footer_key_of(const struct deck *d, uint32_t code, const char *key,
			  struct footer_key *out)
{
	const struct binding *b = binding_of_key(d, code);
	char why[80], letter[KEYS_TEXT];

	if (!b)
		return false;
	*out = (struct footer_key){ .key = key,
				    .label = b->label  ? b->label
					     : b->word ? b->word
						       : b->command,
				    .off = binding_off(d, b, why) != NULL,
				    .spare = spare_of(code) };
	snprintf(out->letter, sizeof(out->letter), "%.7s", binding_letter(d, b, letter));
	if (strcmp(out->letter, "Ctrl-O") == 0)
		snprintf(out->letter, sizeof(out->letter), "^O");
	return true;
}

/* What works while something lies over the panes. */
static const struct footer_key over_keys[][6] = {
	[AT_PROMPT] = { { "Enter", "Done", "", false, 0 },
			{ "Tab", "Complete", "", false, 0 },
			{ "Up", "History", "", false, 0 },
			{ "F1", "Help", "", false, 0 },
			{ "Esc", "Cancel", "", false, 0 } },
	[AT_DIALOG] = { { "F1", "Help", "", false, 0 }, { "Esc", "No", "", false, 0 } },
	[AT_BOX] = { { "PgDn", "More", "", false, 0 }, { "Esc", "Close", "", false, 0 } },
	[AT_HELP] = { { "PgDn", "More", "", false, 0 }, { "Esc", "Close", "", false, 0 } },
	[AT_MENU] = { { "Enter", "Do", "", false, 0 }, { "Esc", "Close", "", false, 0 } },
	[AT_COLUMNS] = { { "Space", "Show", "", false, 0 },
			 { "u", "Usual", "", false, 0 },
			 { "Esc", "Close", "", false, 0 } },
	[AT_SORT] = { { "Enter", "Sort", "", false, 0 }, { "Esc", "Close", "", false, 0 } },
	[AT_TEARDOWN] = { { "PgDn", "More", "", false, 0 }, { "Esc", "Leave", "", false, 0 } },
};

/* In a box with marks: problems of a text. */
static const struct footer_key mark_keys[] = { { "n", "Next", "", false, 0 },
					       { "N", "Previous", "", false, 0 },
					       { "Esc", "Close", "", false, 0 },
					       { NULL, NULL, "", false, 0 } };

static void progress_footer(const struct deck *d, struct footer_key out[12])
{
	size_t n = 0;

	if (teardown_can_undo(d))
		out[n++] = (struct footer_key){ "u", "Take back", "", false, 0 };
	if (teardown_needs(d) > 0) {
		out[n++] = (struct footer_key){ "r", "Retry now", "", false, 0 };
		out[n++] = (struct footer_key){ "s", "Leave it", "", false, 0 };
	}
	memcpy(out + n, over_keys[AT_TEARDOWN], 3 * sizeof(out[0]));
	out[n].off = d->teardown.text.more == 0;
}

/* In the tree: Space and Enter are for the row. */
static size_t tree_footer(const struct deck *d, struct footer_key out[12])
{
	const struct teardown_view *t = &d->teardown;
	const struct plan_row *r = t->row < t->tree.n ? &t->tree.v[t->row] : NULL;
	enum plan_toggle toggle = r ? r->toggle : TOGGLE_NONE;
	bool off = toggle == TOGGLE_NONE || d->dialog.spec.locked;
	size_t n = 2;

	out[0] = (struct footer_key){ "Space",
				      toggle == TOGGLE_KEEP   ? plan_row_can_snapshot(r)
								    ? "What stays"
								    : "Keep or delete"
				      : toggle == TOGGLE_KILL ? "Wait or kill"
							      : "Change",
				      "", off, 0 };
	if (r && r->jobs)
		out[n++] = (struct footer_key){ "Enter", "Jobs", "", false, 0 };
	if (d->dialog.n_losses > 0)
		out[n++] = (struct footer_key){ "Tab", "Box", "", false, 0 };
	out[n++] = (struct footer_key){ t->cluster[0] == 'b' ? "F5" : "b", "Back up", "",
					deck_cannot(d, ROLE_OPERATOR) != NULL, 1 };
	out[n++] =
	    (struct footer_key){ t->cluster[0] == 'p' ? "F6" : "p", "Save plan", "", false, 2 };
	out[n++] =
	    (struct footer_key){ r && r->jobs ? "Esc" : "Enter/Esc", "No", "", false, 0 };
	return n;
}

static size_t losses_footer(const struct deck *d, struct footer_key out[12])
{
	size_t n = 2;

	out[0] = (struct footer_key){ "Space", "Accept", "", false, 0 };
	out[n++] = (struct footer_key){ "Tab", d->dialog.n_losses > 1 ? "Next" : "Plan", "",
					false, 0 };
	out[n++] = (struct footer_key){ "PgDn", "More", "", false, 0 };
	out[n++] = (struct footer_key){ "Enter/Esc", "No", "", false, 0 };
	return n;
}

static void plan_footer(const struct deck *d, struct footer_key out[12])
{
	bool in_tree = d->dialog.away || d->dialog.n_losses == 0;
	size_t n = in_tree ? tree_footer(d, out) : losses_footer(d, out);

	out[1] =
	    (struct footer_key){ dialog_confirm_key(&d->dialog) == K_F8 ? "F8" : "F9", "Begin",
				 "", d->teardown.planning || !dialog_complete(&d->dialog), 0 };
	out[n] = (struct footer_key){ NULL, NULL, "", false, 0 };
}

static void teardown_footer(const struct deck *d, struct footer_key out[12])
{
	bool f8 = dialog_confirm_key(&d->dialog) == K_F8;

	if (!d->teardown.asking) {
		progress_footer(d, out);
	} else if (d->dialog.state == DIALOG_COUNTING) {
		/* no key does what it usually does */
		out[0] = (struct footer_key){ "any key", "Cancel", "", false, 0 };
		out[1] = (struct footer_key){ NULL, NULL, "", false, 0 };
		if (d->dialog.spec.no_countdown)
			out[0] = (struct footer_key){ f8 ? "F8" : "F9", "Begin", "", false, 0 };
	} else {
		plan_footer(d, out);
	}
}

void deck_footer(const struct deck *d, struct footer_key out[12])
{
	static const char *const names[] = { "F1", "F2", "F3", "F4", "F5",
					     "F6", "F7", "F8", "F9", "F10" };
	size_t n = 0;

	if (d->mode == AT_WIZARD) {
		deck_wizard_footer(d, out);
		return;
	}
	if (d->mode == AT_FORM) {
		deck_form_footer(d, out);
		return;
	}
	if (d->mode != AT_PANES) {
		memcpy(out, over_keys[d->mode], sizeof(over_keys[0]));
		if (d->mode == AT_TEARDOWN)
			teardown_footer(d, out);
		if (d->mode == AT_BOX && d->box.marks > 0)
			memcpy(out, mark_keys, sizeof(mark_keys));
		else if (d->mode == AT_BOX)
			out[0].off = d->box.more == 0;
		if (d->mode == AT_HELP)
			out[0].off = d->help.lines <= d->help.scroll + d->help.shown;
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (d->layout.size != DECK_SMALL || i == 0 || i == 3 || i > 5)
			n += footer_key_of(d, (uint32_t)(K_F1 + i), names[i], &out[n]);
	out[n] = (struct footer_key){ NULL, NULL, "", false, 0 };
}

static struct help_entry *help_of_bindings(struct deck *d, struct help_entry *to,
					   const char *group)
{
	const struct binding *b;

	for (size_t i = 0; (b = binding_at(d, i)); i++) {
		if (strcmp(b->group, group) != 0 || binding_is_hidden(d, b))
			continue;
		*to = (struct help_entry){ b->group,   binding_keys(d, b, d->help_text[i].keys),
					   b->command, b->help,
					   NULL,       false };
		to->off = b->run ? binding_off(d, b, d->help_text[i].off) : NULL;
		if (!to->keys[0])
			continue;
		to++;
	}
	return to;
}

static struct help_entry *help_of_commands(const struct deck *d, struct help_entry *to)
{
	for (size_t i = 0; i < n_commands; i++) {
		const struct command *c = &commands[i];

		if (c->flags & CMD_CLI_ONLY)
			continue;
		*to++ =
		    (struct help_entry){ "COMMANDS, AFTER :",
					 c->name,
					 c->args,
					 c->help,
					 c->flags & CMD_WRITE ? deck_cannot(d, c->needs) : NULL,
					 true };
	}
	for (size_t i = 0; i < n_own_words; i++)
		*to++ = (struct help_entry){ "THE CONSOLE, AFTER :",
					     own_words[i].name,
					     own_words[i].args,
					     own_words[i].help,
					     NULL,
					     true };
	return to;
}

void deck_open_help(struct deck *d)
{
	static const char *const groups[] = { GROUP_MOVE, GROUP_ACT, GROUP_VIEW, GROUP_APP };
	struct help_entry *to;
	size_t n = 0;

	free(d->help_entries);
	free(d->help_text);
	while (binding_at(d, n))
		n++;
	d->help_entries = xcalloc(n + n_commands + n_own_words + 1, sizeof(*d->help_entries));
	d->help_text = xcalloc(n, sizeof(*d->help_text));
	to = d->help_entries;
	if (deck_lost(d))
		*to++ = (struct help_entry){ "THE ENGINE IS LOST", "start it by", NULL,
					     d->options->start,	   NULL,	  false };
	for (size_t g = 0; g < ARRAY_LEN(groups); g++)
		to = help_of_bindings(d, to, groups[g]);
	to = help_of_commands(d, to);
	help_open(&d->help, d->help_entries, (size_t)(to - d->help_entries));
	d->mode = AT_HELP;
}

size_t deck_menu(const struct deck *d, const struct binding *out[MENU_MOST])
{
	const struct binding *b;
	size_t n = 0;

	for (size_t i = 0; (b = binding_at(d, i)) && n < MENU_MOST; i++)
		if (b->run && !binding_is_hidden(d, b) &&
		    (strcmp(b->group, GROUP_ACT) == 0 || strcmp(b->group, GROUP_VIEW) == 0))
			out[n++] = b;
	return n;
}

static bool loses_data(const struct deck *d)
{
	const struct cluster_row *r = deck_cluster(d);

	return r && r->view.loses_data;
}

const char *deck_called(const struct deck *d)
{
	return d->options && d->options->called ? d->options->called : "paceline";
}

/* An event's own cluster may be another than the selected one. */
static void add_why(const struct deck *d, struct buf *out)
{
	char what[80];
	const char *cluster = deck_explained(d, what);

	buf_adds(out, what[0] ? "why " : "plan ");
	quote_sh_word(out, cluster);
	if (what[0]) {
		buf_addc(out, ' ');
		quote_sh_word(out, what);
	}
}

static void add_argument(const struct deck *d, char what, struct buf *out)
{
	const char *text = NULL;
	char name[80];

	if (what == 'c')
		text = d->cluster;
	else if (what == 'a')
		text = deck_array(d);
	else if (what == 't')
		text = pane_name_at(&d->panes[PANE_TEMPLATES]);
	else if (what == 'o')
		text = deck_op_name(d, name);
	else if (what == 'f')
		text = deck_file_path(d);
	else if (what == 'l')
		buf_adds(out, loses_data(d) ? "--" LOSS_OPTION " " : "");
	else if (what == 'w')
		add_why(d, out);
	else
		deck_chosen_cli(d, what == 'n' ? PANE_NODES : PANE_JOBS, out);
	if (text)
		quote_sh_word(out, text);
}

void deck_cli_line(const struct deck *d, const struct binding *b, struct buf *out)
{
	buf_addf(out, "%s ", deck_called(d));
	if (b->cli[0] != '%' || b->cli[1] != 'w')
		buf_addf(out, "%s ", b->command);
	for (const char *c = b->cli; *c; c++)
		if (*c == '%')
			add_argument(d, *++c, out);
		else
			buf_addc(out, *c);
}

/* A long path of a socket would leave no room beside what the key does. */
#define BESIDE_MOST 24

void deck_show_cli(struct deck *d)
{
	size_t i = 0;

	textbox_open(&d->box, "The same from a shell");
	for (const struct binding *b; (b = binding_at(d, i)); i++) {
		struct buf line = BUF_INIT(BUF_TEXT_MAX);
		char why[80];

		if (!b->cli || binding_off(d, b, why))
			continue;
		deck_cli_line(d, b, &line);
		if (strlen(deck_called(d)) > BESIDE_MOST) {
			textbox_add(&d->box, TONE_DIM, "%s", b->help);
			textbox_add(&d->box, TONE_TEXT, "  %s", buf_str(&line));
		} else {
			textbox_add(&d->box, TONE_TEXT, "%-28s  %s", b->help, buf_str(&line));
		}
		buf_clear(&line);
	}
	if (d->box.lines.n == 0)
		textbox_add(&d->box, TONE_DIM, "nothing can be done with what is selected");
	deck_open_box(d);
}
