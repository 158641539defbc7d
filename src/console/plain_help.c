#include "console/plain_help.h"

#include <string.h>

#include "base/text.h"
#include "command/command.h"

#define COLUMNS 78

static bool runs_here(const struct command *c)
{
	return !(c->flags & (CMD_CLI_ONLY | CMD_LOCAL));
}

static size_t group_len(const struct command *c)
{
	return strcspn(c->name, " ");
}

static bool is_of(const struct command *c, const char *group, size_t len)
{
	return group_len(c) == len && strncmp(c->name, group, len) == 0;
}

/* Words with commas between them, folded. */
struct words {
	struct buf *out;
	int col;
};

static void add_word(struct words *w, const char *word, bool first)
{
	int width = text_width(word);

	if (!first && w->col + 2 + width > COLUMNS) {
		buf_adds(w->out, ",\n   ");
		w->col = 3;
		first = true;
	}
	buf_addf(w->out, "%s %s", first ? "" : ",", word);
	w->col += width + (first ? 1 : 2);
}

static void add_group(struct buf *out, const char *group, size_t len)
{
	struct words w = { .out = out, .col = (int)len + 1 };
	bool first = true;

	buf_addf(out, "%.*s:", (int)len, group);
	for (size_t i = 0; i < n_commands; i++)
		if (runs_here(&commands[i]) && is_of(&commands[i], group, len) &&
		    commands[i].name[len]) {
			add_word(&w, commands[i].name + len + 1, first);
			first = false;
		}
	buf_addc(out, '\n');
}

static bool has_group(size_t at)
{
	size_t len = group_len(&commands[at]);

	return commands[at].name[len] == ' ';
}

static bool is_first(size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (runs_here(&commands[i]) && has_group(i) &&
		    is_of(&commands[i], commands[at].name, group_len(&commands[at])))
			return false;
	return true;
}

static void groups(struct buf *out)
{
	struct words w = { .out = out, .col = 6 };
	bool first = true;

	for (size_t i = 0; i < n_commands; i++)
		if (runs_here(&commands[i]) && has_group(i) && is_first(i))
			add_group(out, commands[i].name, group_len(&commands[i]));
	for (size_t i = 0; i < n_commands; i++)
		if (runs_here(&commands[i]) && !has_group(i)) {
			buf_adds(out, first ? "alone:" : "");
			add_word(&w, commands[i].name, first);
			first = false;
		}
	buf_adds(out, first ? "" : "\n");
	buf_adds(out, "\"help cluster\" says what those of cluster take and do, "
		      "\"help " PLAIN_HELP_ALL "\" all of them.\n"
		      "From a shell \"paceline help | less\" pages them.\n"
		      "quit: leave; the engine goes on\n");
}

bool plain_help(struct buf *out, const char *of)
{
	size_t len = of ? strlen(of) : 0;
	bool all = of && strcmp(of, PLAIN_HELP_ALL) == 0, any = !of;

	for (size_t i = 0; of && i < n_commands; i++)
		if (strcmp(commands[i].name, of) == 0) {
			command_usage(out, &commands[i]); /* of the shell's own, too */
			return true;
		}
	if (!of)
		groups(out);
	for (size_t i = 0; of && i < n_commands; i++) {
		const struct command *c = &commands[i];

		if (!runs_here(c) || (!all && !is_of(c, of, len)))
			continue;
		buf_addf(out, "%s%s%s: %s\n", c->name, c->args[0] ? " " : "", c->args, c->help);
		any = true;
	}
	return any;
}
