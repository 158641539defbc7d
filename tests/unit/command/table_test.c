/* The table itself: every row can be shown, completed and read about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/proc.h"
#include "command/command.h"

static void check_options(const struct command *c)
{
	for (const struct command_option *o = c->options; o && o->name; o++) {
		assert_true(o->name[0] != '-' && o->name[0] != '\0');
		assert_true(!o->help || strlen(o->help) > 5);
		for (const struct command_option *k = c->options; k != o; k++)
			assert_string_not_equal(k->name, o->name);
	}
}

static void every_row_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_commands; i++) {
		const struct command *c = &commands[i];
		bool own = !c->run;

		assert_non_null(c->args);
		assert_non_null(c->help);
		assert_true(strlen(c->help) >= 8 && c->help[strlen(c->help) - 1] != '.');
		check_options(c);
		/* What the program does by itself cannot come from the console. */
		assert_int_equal(own, (c->flags & CMD_CLI_ONLY) != 0);
		if (own)
			assert_true(c->flags & CMD_LOCAL);
		else
			assert_true(c->needs >= ROLE_VIEWER);
		/* What ends work or data is asked about, and changes something. */
		if (c->confirm != CONFIRM_NONE)
			assert_true(c->flags & CMD_WRITE);
		if (c->flags & CMD_CLUSTER)
			assert_int_equal(strncmp(c->args, "CLUSTER", 7), 0);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(commands[k].name, c->name);
	}
}

static void every_group_is_near_its_own_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_commands; i++) {
		char group[40];
		const char *near;

		snprintf(group, sizeof(group), "%.*s", (int)strcspn(commands[i].name, " "),
			 commands[i].name);
		near = command_nearest(group);
		assert_non_null(near);
		assert_string_equal(near, group);
	}
}

static void usage_names_every_option(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_commands; i++) {
		struct buf text = BUF_INIT(BUF_TEXT_MAX);

		command_usage(&text, &commands[i]);
		assert_non_null(strstr(buf_str(&text), commands[i].name));
		assert_non_null(strstr(buf_str(&text), commands[i].help));
		for (const struct command_option *o = commands[i].options; o && o->name; o++)
			assert_true(o->help ? strstr(buf_str(&text), o->help) != NULL
					    : strstr(buf_str(&text), o->name) == NULL);
		buf_clear(&text);
	}
}

static void overview_has_every_command_or_one_group(void **state)
{
	struct buf all = BUF_INIT(BUF_TEXT_MAX), nodes = BUF_INIT(BUF_TEXT_MAX),
		   none = BUF_INIT(BUF_TEXT_MAX);

	(void)state;
	assert_int_equal(command_overview(&all, NULL), n_commands);
	for (size_t i = 0; i < n_commands; i++)
		assert_non_null(strstr(buf_str(&all), commands[i].name));
	assert_int_equal(command_overview(&nodes, "node"), 8);
	assert_null(strstr(buf_str(&nodes), "cluster start"));
	assert_int_equal(command_overview(&none, "nod"), 0);
	buf_clear(&all);
	buf_clear(&nodes);
	buf_clear(&none);
}

/* "node drain" as roff has it. */
static void in_roff(char *out, const char *name)
{
	for (; *name; name++) {
		if (*name == '-')
			*out++ = '\\';
		*out++ = *name;
	}
	*out = '\0';
}

static void the_manual_has_every_command(void **state)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	(void)state;
	static const struct command_key keys[] = { { "Moving", "g -", "first, last" },
						   { NULL, NULL, NULL } };

	command_manual(&text, keys);
	assert_non_null(strstr(buf_str(&text), ".SS Moving\n.TP\n.B g \\-\nFirst, last.\n"));
	assert_int_equal(strncmp(buf_str(&text), ".TH PACELINE 1 ", 15), 0);
	for (size_t i = 0; i < n_commands; i++) {
		char name[100], head[120];

		in_roff(name, commands[i].name);
		snprintf(head, sizeof(head), ".TP\n.B %s", name);
		assert_non_null(strstr(buf_str(&text), head));
		for (const struct command_option *o = commands[i].options; o && o->name; o++) {
			in_roff(name, o->name);
			snprintf(head, sizeof(head), "\\fB\\-\\-%s\\fR", name);
			assert_int_equal(strstr(buf_str(&text), head) != NULL, o->help != NULL);
		}
	}
	buf_clear(&text);
}

static void completion_knows_every_word(void **state)
{
	static const char *const shells[] = { "bash", "zsh", "fish" };
	struct err err = ERR_INIT;

	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(shells); s++) {
		struct buf text = BUF_INIT(BUF_TEXT_MAX);

		assert_int_equal(command_completion(&text, shells[s], &err), 0);
		for (size_t i = 0; i < n_commands; i++) {
			const char *space = strchr(commands[i].name, ' ');

			assert_non_null(
			    strstr(buf_str(&text), space ? space + 1 : commands[i].name));
			for (const struct command_option *o = commands[i].options; o && o->name;
			     o++)
				assert_true(!o->help || strstr(buf_str(&text), o->name));
		}
		assert_null(strstr(buf_str(&text), "drive")); /* the program's own */
		buf_clear(&text);
	}
	assert_int_equal(command_completion(NULL, "tcsh", &err), -1);
	assert_string_equal(err.msg, "\"tcsh\": completion is for bash, zsh and fish");
}

/* bash on a file of ours: what it prints. */
struct shell {
	bool ended;
	int code;
	char out[4096];
};

static void on_shell(void *arg, const struct proc_result *r)
{
	struct shell *s = arg;

	s->ended = true;
	s->code = r->end == PROC_EXITED ? r->code : -1;
	snprintf(s->out, sizeof(s->out), "%s%s", r->out, r->errout);
}

static void run_bash(struct shell *s, const char *script)
{
	const char *argv[] = { "/bin/bash", "-c", script, NULL };
	struct proc_spec spec = { .argv = argv, .deadline_ms = 60000 };
	struct err err = ERR_INIT;
	struct loop *l = loop_new(&err);

	*s = (struct shell){ 0 };
	assert_non_null(proc_start(l, &spec, on_shell, s, &err));
	while (!s->ended)
		loop_turn(l, 1000);
	loop_free(l);
}

static void completes(const char *script, const char *words, const char *expected)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct shell s;

	buf_adds(&text, script);
	buf_addf(&text,
		 "\nCOMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _paceline"
		 "; echo \"${COMPREPLY[*]}\"",
		 words);
	run_bash(&s, buf_str(&text));
	assert_string_equal(s.out, expected);
	assert_int_equal(s.code, 0);
	buf_clear(&text);
}

static void bash_completes(void **state)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	char path[] = "/tmp/completion-XXXXXX";
	int fd = mkstemp(path);
	char *check = xasprintf("bash -n %s", path);
	struct shell s;

	(void)state;
	assert_true(fd >= 0);
	command_completion(&text, "bash", NULL);
	assert_int_equal(write(fd, buf_str(&text), text.len), text.len);
	close(fd);
	run_bash(&s, check);
	unlink(path);
	free(check);
	assert_string_equal(s.out, "");
	assert_int_equal(s.code, 0);
	completes(buf_str(&text), "paceline clu", "cluster\n");
	completes(buf_str(&text), "paceline node d", "drain\n");
	completes(buf_str(&text), "paceline cluster st", "start stop status\n");
	completes(buf_str(&text), "paceline cluster delete demo --p", "--plan\n");
	completes(buf_str(&text), "paceline job submit demo ''", "\n");
	completes(buf_str(&text), "paceline -L demo --ascii node d", "drain\n");
	completes(buf_str(&text), "paceline --socket ''", "\n"); /* a file */
	completes(buf_str(&text), "paceline --sock", "--socket\n");
	completes(buf_str(&text), "paceline audit ex", "export\n");
	completes(buf_str(&text), "paceline audit --mo", "--most\n");
	completes(buf_str(&text), "paceline audit export --mo", "\n");
	completes(buf_str(&text), "paceline help node d", "drain\n");
	completes(buf_str(&text), "paceline completion z", "zsh\n");
	completes(buf_str(&text), "paceline why ''", "\n"); /* nobody to ask */
	buf_adds(&text, "paceline() { case $* in\n"
			"'completion clusters') echo demo cfd ;;\n"
			"'--socket /a b completion clusters') echo other ;;\n"
			"'completion nodes demo') echo htc-1 hpc-1 ;; esac; }\n");
	completes(buf_str(&text), "paceline why ''", "demo cfd\n");
	completes(buf_str(&text), "paceline node drain d", "demo\n");
	completes(buf_str(&text), "paceline cluster delete --force ''", "demo cfd\n");
	completes(buf_str(&text), "paceline --socket '/a b' cluster stop ''", "other\n");
	completes(buf_str(&text), "paceline node drain demo ht", "htc-1\n");
	completes(buf_str(&text), "paceline node drain demo --re", "--reason\n");
	completes(buf_str(&text), "paceline cluster stop demo ''", "\n");
	completes(buf_str(&text), "paceline cluster create ''", "\n");
	buf_clear(&text);
}

/* What is offered behind each line, with its first words; shells that are not here are left
 * out.
 */
static const char *const offered[][2] = {
	{ "paceline clu", "cluster" },
	{ "paceline node d", "drain" },
	{ "paceline -L demo --ascii node d", "drain" },
	{ "paceline audit ex", "export" },
	{ "paceline cluster delete --force d", "demo" },
	{ "paceline -L b why ot", "other" },
	{ "paceline node drain demo ht", "htc-1" },
	{ "paceline cluster create d", "" },
	{ "paceline audit --mo", "--most" },
	{ "paceline audit export --mo", "" },
	{ "paceline cluster start list --f", "" },
	{ "paceline cluster delete demo --p", "--plan" },
	{ "paceline --sock", "--socket" },
	{ "paceline help node d", "drain" },
	{ "paceline completion z", "zsh" },
	{ "paceline ", "template" },
};

static bool has_line(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text; at; at = strchr(at, '\n'), at += at != NULL)
		if (strncmp(at, word, n) == 0 && strchr("\t:\n", at[n]))
			return true;
	return false;
}

static void completes_as(const char *shell, const char *first, const char *ask, const char *end)
{
	char *path = xasprintf("/usr/bin/%s", shell);
	struct buf script = BUF_INIT(BUF_TEXT_MAX);
	bool here = access(path, X_OK) == 0;
	struct shell s;

	for (size_t i = 0; here && i < ARRAY_LEN(offered); i++) {
		buf_reset(&script);
		buf_addf(
		    &script,
		    "HOME=$(mktemp -d) || exit; export HOME; trap 'rm -rf \"$HOME\"' EXIT\n%s %s",
		    path, first);
		command_completion(&script, shell, NULL);
		buf_addf(&script, "%s'%s'%s\nEND\n", ask, offered[i][0], end);
		run_bash(&s, buf_str(&script));
		if (offered[i][1][0] ? !has_line(s.out, offered[i][1]) : s.out[0])
			fail_msg("%s: \"%s\": %s", shell, offered[i][0], s.out);
	}
	buf_clear(&script);
	free(path);
	if (!here)
		skip();
}

static void fish_completes(void **state)
{
	(void)state;
	completes_as("fish",
		     "-N <<'END'\n"
		     "function paceline\n"
		     "switch \"$argv\"\n"
		     "case 'completion clusters'\necho demo\n"
		     "case '-L b completion clusters'\necho other\n"
		     "case 'completion nodes demo'\necho htc-1\nend\nend\n",
		     "complete -C ", "");
}

static void zsh_completes(void **state)
{
	(void)state;
	completes_as("zsh",
		     "-f <<'END'\n"
		     "paceline() { case \"$*\" in\n"
		     "'completion clusters') echo demo ;;\n"
		     "'-L b completion clusters') echo other ;;\n"
		     "'completion nodes demo') echo htc-1 ;;\nesac }\n"
		     "compdef() { :; }\n"
		     "_files() { :; }\n"
		     "_describe() { print -rC1 -- ${(M)${(P)@[-1]}:#$PREFIX*}; }\n",
		     "line=",
		     "; words=(\"${(@s: :)line}\") CURRENT=$#words PREFIX=$words[-1]; "
		     "_paceline");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(every_group_is_near_its_own_name),
		cmocka_unit_test(usage_names_every_option),
		cmocka_unit_test(overview_has_every_command_or_one_group),
		cmocka_unit_test(the_manual_has_every_command),
		cmocka_unit_test(completion_knows_every_word),
		cmocka_unit_test(bash_completes),
		cmocka_unit_test(fish_completes),
		cmocka_unit_test(zsh_completes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
