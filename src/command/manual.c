/* The man page, from the table. */
#include <string.h>

#include "command/command.h"

/* Text in roff: a backslash or a leading dot would be an order, and a plain hyphen is not the
 * one that is typed. */
static void add_text(struct buf *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		buf_adds(out, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			buf_adds(out, "\\e");
		else if (*text == '-')
			buf_adds(out, "\\-");
		else
			buf_addc(out, *text);
	}
}

static void add_option(struct buf *out, const char *hyphens, const struct command_option *o)
{
	buf_adds(out, ".TP\n\\fB");
	add_text(out, hyphens);
	add_text(out, o->name);
	buf_adds(out, "\\fR");
	if (o->value)
		buf_addf(out, " \\fI%s\\fR", o->value);
	buf_addc(out, '\n');
	add_text(out, o->help);
	buf_addc(out, '\n');
}

static void add_sentence(struct buf *out, const char *text)
{
	char first[2] = { text[0], '\0' };

	if (first[0] >= 'a' && first[0] <= 'z')
		first[0] = (char)(first[0] - 'a' + 'A');
	add_text(out, first);
	add_text(out, text + 1);
	buf_adds(out, ".\n");
}

static void add_command(struct buf *out, const struct command *c)
{
	buf_adds(out, ".SS \"");
	add_text(out, c->name);
	if (c->args[0]) {
		buf_addc(out, ' ');
		add_text(out, c->args);
	}
	buf_adds(out, "\"\n");
	add_sentence(out, c->help);
	if (c->more) {
		add_text(out, c->more);
		buf_addc(out, '\n');
	}
	if (c->needs > ROLE_NONE)
		buf_addf(out, "Needs the role %s.\n", role_name(c->needs));
	for (const struct command_option *o = c->options; o && o->name; o++)
		add_option(out, "--", o);
}

void command_manual(struct buf *out)
{
	buf_adds(
	    out,
	    ".TH PACELINE 1 \"\" \"Paceline\" \"User Commands\"\n"
	    ".SH NAME\n"
	    "paceline \\- a console for HPC clusters in the cloud, and its engine\n"
	    ".SH SYNOPSIS\n"
	    ".B paceline\n.br\n"
	    ".B paceline\n\\fICOMMAND\\fR [\\fIWORD\\fR...] [\\fIOPTION\\fR...]\n"
	    ".SH DESCRIPTION\n"
	    "A template describes a cluster once; the engine starts it in the cloud, lets nodes "
	    "come and go with the queue of a real scheduler, and tears it down with a proof that "
	    "nothing is left. Without a command the program is the console. Commands are the "
	    "words after the console's colon, too.\n"
	    ".SH COMMANDS\n");
	for (size_t i = 0; i < n_commands; i++)
		add_command(out, &commands[i]);
	buf_adds(out, ".SH OPTIONS BEFORE THE COMMAND\n");
	for (const struct command_option *o = command_before; o->name; o++)
		add_option(out, "", o);
	buf_adds(out, ".SH OPTIONS OF EVERY COMMAND\n");
	for (const struct command_option *o = command_globals; o->name; o++)
		add_option(out, "--", o);
	buf_adds(out,
		 ".SH EXIT STATUS\n"
		 "0 done; 1 failed, with one sentence on standard error; 2 the words do not "
		 "fit. Of \\fBssh\\fR: that of the command.\n"
		 ".SH FILES\n"
		 ".TP\n.I $XDG_CONFIG_HOME/paceline/config.yaml\n"
		 "Settings; /etc/paceline/config.yaml for a site.\n"
		 ".TP\n.I $XDG_CONFIG_HOME/paceline/templates\n"
		 "Templates of one's own, beside those that come with the program.\n"
		 ".TP\n.I $XDG_STATE_HOME/paceline\n"
		 "The engine's store; /var/lib/paceline for a site.\n");
}
