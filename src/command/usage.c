/* Help on a terminal. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "command/command.h"

#define HELP_COLUMN 24

static void add_option(struct buf *out, const char *hyphens, const struct command_option *o)
{
	char head[80];

	if (!o->help)
		return;
	snprintf(head, sizeof(head), "%s%s%s%s", hyphens, o->name, o->value ? " " : "",
		 o->value ? o->value : "");
	buf_addf(out, "  %-*s %s\n", HELP_COLUMN - 3, head, o->help);
}

void command_usage(struct buf *out, const struct command *c)
{
	buf_addf(out, "paceline %s%s%s%s\n\n%s.\n", c->name, c->args[0] ? " " : "", c->args,
		 c->options ? " [OPTION...]" : "", c->help);
	if (c->more)
		buf_addf(out, "%s\n", c->more);
	buf_adds(out, "\nOptions:\n");
	for (const struct command_option *o = c->options; o && o->name; o++)
		add_option(out, "--", o);
	for (const struct command_option *o = command_globals; o->name; o++)
		if (!(c->flags & CMD_NO_JSON) || strcmp(o->name, "json") != 0)
			add_option(out, "--", o);
	if (c->needs > ROLE_NONE)
		buf_addf(out, "\nNeeds the role %s.\n", role_name(c->needs));
}

static bool in_group(const struct command *c, const char *group)
{
	size_t n = strlen(group);

	return strncmp(c->name, group, n) == 0 && (c->name[n] == ' ' || c->name[n] == '\0');
}

size_t command_overview(struct buf *out, const char *group)
{
	size_t any = 0;

	if (!group)
		buf_adds(out, "paceline                   the console\n"
			      "paceline COMMAND ...       one thing, as below\n\n");
	for (size_t i = 0; i < n_commands; i++)
		if (!group || in_group(&commands[i], group)) {
			buf_addf(out, "  %-*s %s\n", HELP_COLUMN, commands[i].name,
				 commands[i].help);
			any++;
		}
	if (!group) {
		buf_adds(out, "\nBefore the command:\n");
		for (const struct command_option *o = command_before; o->name; o++)
			add_option(out, "", o);
	}
	buf_adds(out, "\n\"paceline help COMMAND\" says what it takes.\n");
	return any;
}
