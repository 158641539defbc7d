/* Completion of commands and options, from the table. Names of clusters and nodes are not asked
 * for: a Tab starts no engine. */
#include <string.h>

#include "command/command.h"

static bool is_first_of_group(size_t i)
{
	size_t n = strcspn(commands[i].name, " ");

	for (size_t k = 0; k < i; k++)
		if (strcspn(commands[k].name, " ") == n &&
		    strncmp(commands[k].name, commands[i].name, n) == 0)
			return false;
	return true;
}

static void add_first_words(struct buf *out)
{
	bool any = false;

	for (size_t i = 0; i < n_commands; i++)
		if (is_first_of_group(i)) {
			buf_addf(out, "%s%.*s", any ? " " : "",
				 (int)strcspn(commands[i].name, " "), commands[i].name);
			any = true;
		}
}

static void add_second_words(struct buf *out, const char *name)
{
	size_t n = strcspn(name, " ");
	bool any = false;

	for (size_t i = 0; i < n_commands; i++)
		if (strncmp(commands[i].name, name, n) == 0 && commands[i].name[n] == ' ') {
			buf_addf(out, "%s%s", any ? " " : "", commands[i].name + n + 1);
			any = true;
		}
}

static void add_options(struct buf *out, const struct command *c)
{
	for (const struct command_option *o = command_globals; o->name; o++)
		buf_addf(out, "%s--%s", o == command_globals ? "" : " ", o->name);
	for (const struct command_option *o = c->options; o && o->name; o++)
		if (o->help)
			buf_addf(out, " --%s", o->name);
}

/*
 * bash, and zsh by its own bash completion: one case for what stands before the cursor
 */

static void add_cases(struct buf *out)
{
	buf_adds(out, "\t\"\") words='");
	add_first_words(out);
	buf_adds(out, "' ;;\n");
	for (size_t i = 0; i < n_commands; i++) {
		const char *name = commands[i].name;

		if (is_first_of_group(i) && strchr(name, ' ')) {
			buf_addf(out, "\t\"%.*s \") words='", (int)strcspn(name, " "), name);
			add_second_words(out, name);
			buf_adds(out, "' ;;\n");
		}
	}
	for (size_t i = 0; i < n_commands; i++) {
		buf_addf(out, "\t\"%s \"*) words='", commands[i].name);
		add_options(out, &commands[i]);
		buf_adds(out, "' ;;\n");
	}
}

static void add_bash(struct buf *out)
{
	buf_adds(out, "_paceline() {\n"
		      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} before= words= i\n"
		      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		      "\t\tbefore+=\"${COMP_WORDS[i]} \"\n"
		      "\tdone\n"
		      "\tcase $before in\n");
	add_cases(out);
	buf_adds(out, "\tesac\n"
		      "\tcase $cur in\n"
		      "\t-*) ;;\n"
		      "\t*) case $words in --*) words= ;; esac ;;\n"
		      "\tesac\n"
		      "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
		      "}\n"
		      "complete -o default -F _paceline paceline\n");
}

static void add_zsh(struct buf *out)
{
	buf_adds(out, "#compdef paceline\n"
		      "autoload -Uz bashcompinit && bashcompinit\n");
	add_bash(out);
}

/*
 * fish
 */

static void add_fish_text(struct buf *out, const char *text)
{
	buf_addc(out, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *text);
	}
	buf_addc(out, '\'');
}

static void add_fish_when(struct buf *out, const char *name)
{
	const char *second = strchr(name, ' ');

	buf_addf(out, "complete -c paceline -n '__fish_seen_subcommand_from %.*s%s%s' ",
		 (int)strcspn(name, " "), name,
		 second ? "; and __fish_seen_subcommand_from " : "", second ? second + 1 : "");
}

static void add_fish_word(struct buf *out, size_t i)
{
	const char *name = commands[i].name, *second = strchr(name, ' ');
	int n = (int)strcspn(name, " ");

	if (is_first_of_group(i)) {
		buf_addf(out, "complete -c paceline -n __fish_use_subcommand -f -a %.*s -d ", n,
			 name);
		add_fish_text(out, second ? "..." : commands[i].help);
		buf_addc(out, '\n');
	}
	if (second) {
		buf_addf(
		    out,
		    "complete -c paceline -n '__fish_seen_subcommand_from %.*s' -f -a %s -d ",
		    n, name, second + 1);
		add_fish_text(out, commands[i].help);
		buf_addc(out, '\n');
	}
}

static void add_fish_options(struct buf *out, const struct command *c)
{
	for (const struct command_option *o = c->options; o && o->name; o++) {
		if (!o->help)
			continue;
		add_fish_when(out, c->name);
		buf_addf(out, "-l %s %s-d ", o->name, o->value ? "-r " : "");
		add_fish_text(out, o->help);
		buf_addc(out, '\n');
	}
}

static void add_fish(struct buf *out)
{
	for (const struct command_option *o = command_globals; o->name; o++) {
		buf_addf(out, "complete -c paceline -l %s -d ", o->name);
		add_fish_text(out, o->help);
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < n_commands; i++) {
		add_fish_word(out, i);
		add_fish_options(out, &commands[i]);
	}
}

int command_completion(struct buf *out, const char *shell, struct err *err)
{
	static const struct {
		const char *name;
		void (*add)(struct buf *out);
	} shells[] = { { "bash", add_bash }, { "zsh", add_zsh }, { "fish", add_fish } };

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
		if (strcmp(shells[i].name, shell) == 0) {
			shells[i].add(out);
			return 0;
		}
	return err_set(err, ERR_INVALID, "\"%.40s\": completion is for bash, zsh and fish",
		       shell);
}
