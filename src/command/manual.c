/* The man page, from the table. */
#include <string.h>

#include "base/mem.h"
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

/* With a capital and a full stop, whatever it had. */
static void add_sentence(struct buf *out, const char *text)
{
	size_t n = strlen(text);
	char first[2] = { text[0], '\0' };

	if (first[0] >= 'a' && first[0] <= 'z')
		first[0] = (char)(first[0] - 'a' + 'A');
	add_text(out, first);
	if (n > 0)
		add_text(out, text + 1);
	buf_adds(out, n > 0 && strchr(".:?!", text[n - 1]) ? "\n" : ".\n");
}

static void add_option(struct buf *out, const char *hyphens, const struct command_option *o)
{
	if (!o->help)
		return;
	buf_adds(out, ".TP\n\\fB");
	add_text(out, hyphens);
	add_text(out, o->name);
	buf_adds(out, "\\fR");
	if (o->value)
		buf_addf(out, " \\fI%s\\fR", o->value);
	buf_addc(out, '\n');
	add_sentence(out, o->help);
}

static void add_command(struct buf *out, const struct command *c)
{
	buf_adds(out, ".TP\n.B ");
	add_text(out, c->name);
	if (c->args[0]) {
		buf_adds(out, " \\fI");
		add_text(out, c->args);
		buf_adds(out, "\\fR");
	}
	buf_addc(out, '\n');
	add_sentence(out, c->help);
	if (c->more) {
		add_text(out, c->more);
		buf_adds(out, strchr(".-)", c->more[strlen(c->more) - 1]) ? "\n" : ".\n");
	}
	if (c->needs > ROLE_NONE)
		buf_addf(out, "Needs the role %s.\n", role_name(c->needs));
	if (!c->options || !c->options->name)
		return;
	buf_adds(out, ".RS\n");
	for (const struct command_option *o = c->options; o->name; o++)
		add_option(out, "--", o);
	buf_adds(out, ".RE\n");
}

/* Commands of one noun stand together; those of a single word come last. */
static const struct {
	const char *noun, *title;
} groups[] = {
	{ "template ", "Templates" }, { "cluster ", "Clusters" },     { "node ", "Nodes" },
	{ "job ", "Jobs" },	      { "operation ", "Operations" },
};

static bool has_noun(const struct command *c, const char *noun)
{
	return strncmp(c->name, noun, strlen(noun)) == 0;
}

static void add_commands(struct buf *out)
{
	for (size_t g = 0; g < ARRAY_LEN(groups); g++) {
		buf_addf(out, ".SS %s\n", groups[g].title);
		for (size_t i = 0; i < n_commands; i++)
			if (has_noun(&commands[i], groups[g].noun))
				add_command(out, &commands[i]);
	}
	buf_adds(out, ".SS \"The site and the program\"\n");
	for (size_t i = 0; i < n_commands; i++) {
		bool grouped = false;

		for (size_t g = 0; g < ARRAY_LEN(groups); g++)
			grouped = grouped || has_noun(&commands[i], groups[g].noun);
		if (!grouped)
			add_command(out, &commands[i]);
	}
}

static void add_keys(struct buf *out, const struct command_key *keys)
{
	const char *group = "";

	buf_adds(out, ".SH KEYS\n"
		      "Keys of the console. Those of a view go before the common ones, and its "
		      "footer and its help tell them.\n");
	for (; keys->keys; keys++) {
		if (strcmp(keys->group, group) != 0)
			buf_addf(out, strchr(keys->group, ' ') ? ".SS \"%s\"\n" : ".SS %s\n",
				 keys->group);
		group = keys->group;
		buf_adds(out, ".TP\n.B ");
		add_text(out, keys->keys);
		buf_addc(out, '\n');
		add_sentence(out, keys->help);
	}
}

static const char head[] =
    ".TH PACELINE 1 \"\" \"Paceline\" \"User Commands\"\n"
    ".SH NAME\n"
    "paceline \\- a console for HPC clusters in the cloud, and its engine\n"
    ".SH SYNOPSIS\n"
    ".B paceline\n[\\fIOPTION\\fR...]\n.br\n"
    ".B paceline\n[\\fIOPTION\\fR...] \\fICOMMAND\\fR [\\fIWORD\\fR...] "
    "[\\fIOPTION\\fR...]\n"
    ".SH DESCRIPTION\n"
    "A template describes a cluster once; the engine starts it in the cloud, lets nodes "
    "come and go with the queue of a real scheduler, and tears it down with a proof that "
    "nothing is left.\n"
    ".PP\n"
    "Without a command the program is the console. Commands are the words after the "
    "console\\(aqs colon, too. The engine runs on when the console ends; one is started "
    "where none answers.\n"
    ".PP\n"
    "A command needs a role on the engine: a viewer reads, an operator changes clusters, an "
    "admin all; the configuration says who has which.\n";

static const char tail[] =
    ".SH ENVIRONMENT\n"
    ".TP\n.B NO_COLOR\nWhen it is set and not empty, the console takes the theme mono.\n"
    ".TP\n.B TERM\nWhere it is dumb or not set, the console is lines, as with "
    "\\fB\\-\\-plain\\fR.\n"
    ".TP\n.B LC_ALL, LC_CTYPE, LANG\nWithout UTF\\-8 the console draws in ASCII.\n"
    ".TP\n.B VISUAL, EDITOR\nWhat edits a template.\n"
    ".TP\n.B XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR\n"
    "Where the files below lie; else ~/.config, ~/.local/state, and the state folder.\n"
    ".SH FILES\n"
    ".TP\n.I $XDG_CONFIG_HOME/paceline/config.yaml\n"
    "Settings; /etc/paceline/config.yaml for a site.\n"
    ".TP\n.I $XDG_CONFIG_HOME/paceline/templates\n"
    "Templates of one\\(aqs own, beside those that come with the program.\n"
    ".TP\n.I $XDG_CONFIG_HOME/paceline/themes\n"
    "Themes of one\\(aqs own.\n"
    ".TP\n.I $XDG_STATE_HOME/paceline\n"
    "The engine\\(aqs store; /var/lib/paceline for a site.\n"
    ".TP\n.I $XDG_RUNTIME_DIR/paceline\n"
    "The engine\\(aqs socket; /run/paceline for a site.\n"
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nDone.\n"
    ".TP\n.B 1\nFailed, with one sentence on standard error. With \\fB\\-\\-json\\fR standard output has "
    "the same as a value, {\"error\":{\"code\":\"not_found\",\"message\":\"...\"}}, where it has no result.\n"
    ".TP\n.B 2\nThe words do not fit. What they name may be wrong in itself, as a template with a mistake: that is a failure.\n"
    ".PP\n"
    "\\fBpaceline ssh\\fR ends with the status of its command.\n"
    ".SH EXAMPLES\n"
    "The whole of it on a simulated cloud, then a cluster of one\\(aqs own from the first job to "
    "the proof that nothing is left:\n"
    ".PP\n.nf\n.RS\n"
    "paceline demo\n"
    "paceline cluster create cfd slurm htc_max=64 idle=10m\n"
    "paceline cluster start cfd \\-\\-wait\n"
    "paceline job submit cfd solve.sh \\-\\-array 0\\-99\n"
    "paceline why cfd 12_7\n"
    "paceline node list cfd \\-\\-filter state:fail\n"
    "paceline cluster delete cfd \\-\\-name cfd \\-\\-accept\\-data\\-loss \\-\\-wait\n"
    ".RE\n.fi\n"
    ".SH SEE ALSO\n"
    ".BR ssh (1),\n.BR squeue (1)\n";

void command_manual(struct buf *out, const struct command_key *keys)
{
	buf_adds(out, head);
	buf_adds(out, ".SH COMMANDS\n");
	add_commands(out);
	buf_adds(out, ".SH OPTIONS\nBefore the command:\n");
	for (const struct command_option *o = command_before; o->name; o++)
		add_option(out, "", o);
	buf_adds(out, ".PP\nOf every command:\n");
	for (const struct command_option *o = command_globals; o->name; o++)
		add_option(out, "--", o);
	if (keys)
		add_keys(out, keys);
	buf_adds(out, tail);
}
