/* Completion of commands and options, from the table; of clusters and nodes by what "completion
 * clusters" and "completion nodes CLUSTER" print: a Tab starts no engine. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/command.h"

static void add_bash(struct buf *out);
static void add_zsh(struct buf *out);
static void add_fish(struct buf *out);

static const struct {
	const char *name;
	void (*add)(struct buf *out);
} shells[] = { { "bash", add_bash }, { "zsh", add_zsh }, { "fish", add_fish } };

/*
 * What there is to complete
 */

static bool is_first_of_group(size_t i)
{
	size_t n = strcspn(commands[i].name, " ");

	for (size_t k = 0; k < i; k++)
		if (strcspn(commands[k].name, " ") == n &&
		    strncmp(commands[k].name, commands[i].name, n) == 0)
			return false;
	return true;
}

static bool is_in_group(size_t i, const char *group)
{
	size_t n = strcspn(group, " ");

	return strncmp(commands[i].name, group, n) == 0 && commands[i].name[n] == ' ';
}

static bool takes_files(const struct command *c)
{
	return strstr(c->args, "FILE") || strstr(c->args, "SCRIPT") || strstr(c->args, "FROM");
}

/* "2 nodes" of "node drain CLUSTER NODE...": behind so many words stands a cluster, and behind
 * that what else has a name that is asked for; "": nothing has. */
static const char *names_of(const struct command *c, int *words)
{
	*words = 1 + (strchr(c->name, ' ') != NULL);
	if (!text_has_prefix(c->args, "CLUSTER") && !text_has_prefix(c->args, "[CLUSTER"))
		return NULL;
	return strstr(c->args, "NODE") ? "nodes" : "";
}

static bool value_is_file(const struct command_option *o)
{
	return strcmp(o->value, "DIR") == 0 || strcmp(o->value, "FILE") == 0 ||
	       strcmp(o->value, "PATH") == 0;
}

/* Those before the command that a value follows, as a pattern. */
static void add_valued(struct buf *out, const char *between)
{
	bool any = false;

	for (const struct command_option *o = command_before; o->name; o++)
		if (o->value) {
			buf_addf(out, "%s%s", any ? between : "", o->name);
			any = true;
		}
}

/* How a shell takes a list: each word with its help. */
typedef void add_word(struct buf *out, const char *dashes, const char *word, size_t len,
		      const char *help);

static void add_first_words(struct buf *out, add_word *add)
{
	for (size_t i = 0; i < n_commands; i++) {
		size_t n = strcspn(commands[i].name, " ");

		if (is_first_of_group(i))
			add(out, "", commands[i].name, n,
			    commands[i].name[n] ? "..." : commands[i].help);
	}
}

static void add_second_words(struct buf *out, const char *group, add_word *add)
{
	size_t n = strcspn(group, " ") + 1;

	for (size_t i = 0; i < n_commands; i++)
		if (is_in_group(i, group))
			add(out, "", commands[i].name + n, strlen(commands[i].name + n),
			    commands[i].help);
}

static void add_options(struct buf *out, const char *dashes, const struct command_option *o,
			add_word *add)
{
	for (; o && o->name; o++)
		if (o->help)
			add(out, dashes, o->name, strlen(o->name), o->help);
}

/*
 * bash and zsh: one case for what stands before the cursor. Each arm sets offers, and flags
 * for a word that begins with a hyphen.
 */

struct dialect {
	add_word *add;
	const char *begin, *end; /* of a list */
};

static void add_list(struct buf *out, const struct dialect *d, const char *name)
{
	buf_addf(out, " %s=%s", name, d->begin);
}

static void add_arm_words(struct buf *out, const struct dialect *d, const char *group)
{
	add_list(out, d, "offers");
	if (group)
		add_second_words(out, group, d->add);
	else
		add_first_words(out, d->add);
	buf_adds(out, d->end);
}

static void add_arm_options(struct buf *out, const struct dialect *d, const struct command *c)
{
	add_list(out, d, "flags");
	if (!c)
		add_options(out, "", command_before, d->add);
	add_options(out, "--", command_globals, d->add);
	if (c)
		add_options(out, "--", c->options, d->add);
	buf_adds(out, d->end);
}

static void add_group(struct buf *out, const struct dialect *d, const char *name)
{
	int n = (int)strcspn(name, " ");
	const struct command *self = NULL;

	for (size_t i = 0; i < n_commands; i++)
		if ((int)strlen(commands[i].name) == n &&
		    strncmp(commands[i].name, name, (size_t)n) == 0)
			self = &commands[i];
	buf_addf(out, "\t'%.*s ')", n, name);
	add_arm_words(out, d, name);
	buf_addc(out, ';');
	add_arm_options(out, d, self);
	buf_addf(out, " ;;\n\t'help %.*s ')", n, name);
	add_arm_words(out, d, name);
	buf_adds(out, " ;;\n");
}

static bool is_group_of_several(size_t i)
{
	for (size_t k = 0; k < n_commands; k++)
		if (is_first_of_group(i) && is_in_group(k, commands[i].name))
			return true;
	return false;
}

static void add_cases(struct buf *out, const struct dialect *d)
{
	const char *names;
	int words;

	buf_adds(out, "\tcase $before in\n\t'')");
	add_arm_words(out, d, NULL);
	buf_addc(out, ';');
	add_arm_options(out, d, NULL);
	buf_adds(out, " ;;\n\t'help ')");
	add_arm_words(out, d, NULL);
	buf_adds(out, " ;;\n\t'completion ')");
	add_list(out, d, "offers");
	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		d->add(out, "", shells[i].name, strlen(shells[i].name), "");
	buf_addf(out, "%s ;;\n", d->end);
	for (size_t i = 0; i < n_commands; i++)
		if (is_group_of_several(i))
			add_group(out, d, commands[i].name);
	for (size_t two = 2; two-- > 0;) /* "audit export" before "audit" */
		for (size_t i = 0; i < n_commands; i++) {
			if ((strchr(commands[i].name, ' ') != NULL) != (two == 1))
				continue;
			buf_addf(out, "\t'%s '*)", commands[i].name);
			add_arm_options(out, d, &commands[i]);
			if ((names = names_of(&commands[i], &words)))
				buf_addf(out, "; at=%d kind=%s", words, names);
			buf_adds(out, " ;;\n");
		}
	buf_adds(out, "\tesac\n");
}

static void add_bash_word(struct buf *out, const char *dashes, const char *word, size_t len,
			  const char *help)
{
	(void)help;
	buf_addf(out, "%s%.*s ", dashes, (int)len, word);
}

static void add_bash(struct buf *out)
{
	static const struct dialect bash = { add_bash_word, "'", "'" };

	buf_adds(out,
		 "_paceline() {\n"
		 "\tlocal cur=${COMP_WORDS[COMP_CWORD]} before= offers= flags= at= kind= i\n"
		 "\tlocal -a ask=(\"${COMP_WORDS[0]}\") w=()\n"
		 "\tCOMPREPLY=()\n"
		 "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		 "\t\tcase $before${COMP_WORDS[i]} in\n"
		 "\t\t");
	add_valued(out, " | ");
	buf_adds(out, ") ((++i == COMP_CWORD)) && return\n"
		      "\t\t\task+=(\"${COMP_WORDS[@]:i-1:2}\") ;;\n"
		      "\t\t-*) ;;\n"
		      "\t\t*)\n"
		      "\t\t\tbefore+=\"${COMP_WORDS[i]} \"\n"
		      "\t\t\t[[ ${COMP_WORDS[i]} == -* ]] || w+=(\"${COMP_WORDS[i]}\") ;;\n"
		      "\t\tesac\n"
		      "\tdone\n");
	add_cases(out, &bash);
	buf_adds(out,
		 "\t[[ $cur == -* ]] && offers=$flags at=\n"
		 "\tif [[ $at && ${#w[@]} -eq $at ]]; then\n"
		 "\t\toffers=$(\"${ask[@]}\" completion clusters 2>/dev/null)\n"
		 "\telif [[ $at && $kind ]]; then\n"
		 "\t\toffers=$(\"${ask[@]}\" completion \"$kind\" \"${w[at]}\" 2>/dev/null)\n"
		 "\tfi\n"
		 "\tCOMPREPLY=($(compgen -W \"$offers\" -- \"$cur\"))\n"
		 "}\n"
		 "complete -o default -F _paceline paceline\n");
}

/* "word:help" for _describe, in quotes. */
static void add_zsh_word(struct buf *out, const char *dashes, const char *word, size_t len,
			 const char *help)
{
	buf_addf(out, "'%s%.*s%s", dashes, (int)len, word, help[0] ? ":" : "");
	for (; *help; help++)
		buf_addf(out, "%s%c", *help == '\'' ? "'\\'" : "", *help);
	buf_adds(out, "' ");
}

/* It works from a folder of fpath and as ". <(paceline completion zsh)". */
static void add_zsh(struct buf *out)
{
	static const struct dialect zsh = { add_zsh_word, "(", ")" };

	buf_adds(out, "#compdef paceline\n"
		      "_paceline() {\n"
		      "\tlocal before= at= kind= i\n"
		      "\tlocal -a offers flags w ask=($words[1])\n"
		      "\tfor ((i = 2; i < CURRENT; i++)); do\n"
		      "\t\tcase $before$words[i] in\n"
		      "\t\t");
	add_valued(out, "|");
	buf_adds(out, ") ((++i == CURRENT)) && { _files; return; }\n"
		      "\t\t\task+=(\"${(Q)words[i-1]}\" \"${(Q)words[i]}\") ;;\n"
		      "\t\t-*) ;;\n"
		      "\t\t*)\n"
		      "\t\t\tbefore+=\"$words[i] \"\n"
		      "\t\t\t[[ $words[i] == -* ]] || w+=(\"$words[i]\") ;;\n"
		      "\t\tesac\n"
		      "\tdone\n");
	add_cases(out, &zsh);
	buf_adds(out, "\tif [[ $PREFIX != -* && -n $at ]]; then\n"
		      "\t\tif (($#w == at)); then\n"
		      "\t\t\toffers=(${(f)\"$($ask completion clusters 2>/dev/null)\"})\n"
		      "\t\telif [[ -n $kind ]]; then\n"
		      "\t\t\toffers=(${(f)\"$($ask completion $kind $w[at+1] 2>/dev/null)\"})\n"
		      "\t\tfi\n"
		      "\tfi\n"
		      "\tif [[ $PREFIX == -* ]]; then\n"
		      "\t\t_describe -o option flags\n"
		      "\telif (($#offers)); then\n"
		      "\t\t_describe command offers\n"
		      "\telse\n"
		      "\t\t_files\n"
		      "\tfi\n"
		      "}\n"
		      "if [[ $funcstack[1] == _paceline ]]; then\n"
		      "\t_paceline \"$@\"\n"
		      "else\n"
		      "\tcompdef _paceline paceline\n"
		      "fi\n");
}

/*
 * fish: a line for each word, with the condition under which it is offered
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

static void add_fish_word(struct buf *out, const char *when, const char *word, size_t len,
			  const char *help)
{
	buf_addf(out, "complete -c paceline -n '__paceline_after %s' -a %.*s -d ", when,
		 (int)len, word);
	add_fish_text(out, help);
	buf_addc(out, '\n');
}

static void add_fish_first(struct buf *out, const char *dashes, const char *word, size_t len,
			   const char *help)
{
	(void)dashes;
	add_fish_word(out, "", word, len, help);
	add_fish_word(out, "help", word, len, help);
}

/* when: of a command, NULL before it. "-L" is a short one, "--theme" has its hyphens already.
 */
static void add_fish_options(struct buf *out, const char *when, const struct command_option *o)
{
	for (; o && o->name; o++) {
		const char *name = o->name + strspn(o->name, "-");

		if (!o->help)
			continue;
		buf_adds(out, "complete -c paceline ");
		if (when)
			buf_addf(out, "-n '__paceline_%s' ", when);
		buf_addf(out, "-%c %s %s-d ", name[1] ? 'l' : 's', name,
			 !o->value	    ? ""
			 : value_is_file(o) ? "-r -F "
					    : "-x ");
		add_fish_text(out, o->help);
		buf_addc(out, '\n');
	}
}

static void add_fish_command(struct buf *out, const struct command *c)
{
	const char *second = strchr(c->name, ' ');
	struct buf when = BUF_INIT(200);
	int words;
	const char *names = names_of(c, &words);

	if (names)
		buf_addf(out,
			 "complete -c paceline -n '__paceline_at %d %s' -a "
			 "'(__paceline_names clusters)'\n",
			 words, c->name);
	if (names && names[0])
		buf_addf(out,
			 "complete -c paceline -n '__paceline_past %d %s' -a "
			 "'(__paceline_names %s %d)'\n",
			 words, c->name, names, words + 1);
	if (second) {
		buf_addf(&when, "%.*s", (int)(second - c->name), c->name);
		add_fish_word(out, buf_str(&when), second + 1, strlen(second + 1), c->help);
		buf_reset(&when);
		buf_addf(&when, "help %.*s", (int)(second - c->name), c->name);
		add_fish_word(out, buf_str(&when), second + 1, strlen(second + 1), c->help);
		buf_reset(&when);
	}
	buf_addf(&when, "is %s", c->name);
	add_fish_options(out, buf_str(&when), c->options);
	if (takes_files(c))
		buf_addf(out, "complete -c paceline -n '__paceline_is %s' -F\n", c->name);
	buf_clear(&when);
}

static void add_fish(struct buf *out)
{
	buf_adds(out, "function __paceline_words\n"
		      "\tset -l w (commandline -opc)\n"
		      "\tset -e w[1]\n"
		      "\twhile set -q w[1]; and string match -q -- '-*' $w[1]\n"
		      "\t\tcontains -- $w[1] ");
	add_valued(out, " ");
	buf_adds(out, "; and set -e w[1]\n"
		      "\t\tset -e w[1]\n"
		      "\tend\n"
		      "\tstring join -- \\n $w\n"
		      "end\n"
		      "function __paceline_after\n"
		      "\tset -l w (__paceline_words)\n"
		      "\ttest \"$w\" = \"$argv\"\n"
		      "end\n"
		      "function __paceline_is\n"
		      "\tset -l w (__paceline_words)\n"
		      "\tset -l two \"$w[1] $w[2]\"\n"
		      "\tcontains -- \"$two\"");
	for (size_t i = 0; i < n_commands; i++)
		if (strchr(commands[i].name, ' '))
			buf_addf(out, " '%s'", commands[i].name);
	buf_adds(
	    out,
	    "; or set two \"$w[1]\"\n"
	    "\ttest \"$two\" = \"$argv\"\n"
	    "end\n"
	    "function __paceline_plain\n"
	    "\tstring match -v -- '-*' (__paceline_words)\n"
	    "end\n"
	    "function __paceline_at\n"
	    "\ttest (count (__paceline_plain)) -eq $argv[1]; and __paceline_is $argv[2..-1]\n"
	    "end\n"
	    "function __paceline_past\n"
	    "\ttest (count (__paceline_plain)) -gt $argv[1]; and __paceline_is $argv[2..-1]\n"
	    "end\n"
	    "function __paceline_names\n"
	    "\tset -l all (commandline -opc)\n"
	    "\tset -l w (__paceline_words)\n"
	    "\tset -l p (__paceline_plain)\n"
	    "\tset -l before (math (count $all) - (count $w))\n"
	    "\t$all[1..$before] completion $argv[1] $p[$argv[2]] 2>/dev/null\n"
	    "end\n"
	    "complete -c paceline -f\n");
	add_fish_options(out, "after", command_before);
	add_fish_options(out, NULL, command_globals);
	add_first_words(out, add_fish_first);
	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		add_fish_word(out, "completion", shells[i].name, strlen(shells[i].name), "");
	for (size_t i = 0; i < n_commands; i++)
		add_fish_command(out, &commands[i]);
}

int command_completion(struct buf *out, const char *shell, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		if (strcmp(shells[i].name, shell) == 0) {
			shells[i].add(out);
			return 0;
		}
	return err_set(err, ERR_INVALID, "\"%.40s\": completion is for bash, zsh and fish",
		       shell);
}
