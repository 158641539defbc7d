#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "console/console.h"
#include "console/deck.h"

static void each(const struct binding *b, void (*judge)(const struct binding *b))
{
	for (; b && b->keys; b++)
		if (b->run)
			judge(b);
}

static void every_binding(void (*judge)(const struct binding *b))
{
	for (size_t i = 0; i < n_bindings; i++)
		if (bindings[i].run)
			judge(&bindings[i]);
	for (size_t i = 0; view_nth(i); i++) {
		each(view_nth(i)->keys, judge);
		each(view_nth(i)->more_keys, judge);
	}
}

/* What a terminal, a multiplexer or a line may keep for itself (tui.md 4.1). */
static void judge_taken(const struct binding *b)
{
	static const char taken[] = "abdhsq\\";
	uint32_t codes[] = { b->key, b->fkey };

	for (size_t i = 0; i < 2; i++) {
		assert_int_not_equal(codes[i], K_F11);
		for (const char *c = taken; *c; c++)
			assert_int_not_equal(codes[i], K_CTRL((uint32_t)*c));
	}
}

static void no_key_is_one_that_terminals_take(void **state)
{
	(void)state;
	every_binding(judge_taken);
}

static void judge_twin(const struct binding *b)
{
	if (b->fkey)
		assert_int_not_equal(b->key, 0);
}

static void every_function_key_has_a_letter(void **state)
{
	(void)state;
	every_binding(judge_twin);
}

/* What ends something is a capital letter or opens a dialog, which its three points say. */
static void judge_ending(const struct binding *b)
{
	if (b->fkey == K_F9)
		assert_non_null(strstr(b->help, "..."));
}

static void what_f9_does_is_asked_about(void **state)
{
	(void)state;
	every_binding(judge_ending);
}

static bool is_listed(const struct command_key *keys, const struct binding *b)
{
	while (keys->keys && (strcmp(keys->keys, b->keys) || strcmp(keys->help, b->help)))
		keys++;
	return keys->keys;
}

static void all_are_listed(const struct command_key *keys, const struct binding *table)
{
	for (const struct binding *b = table; b && b->keys; b++)
		if (!is_listed(keys, b))
			fail_msg("%s (%s) is missing", b->keys, b->help);
}

static void the_manual_gets_every_key(void **state)
{
	struct command_key *keys = console_keys();
	size_t n = 0, same = 0;

	(void)state;
	for (; keys[n].keys; n++) {
		assert_non_null(keys[n].group);
		assert_non_null(keys[n].help);
		same += strcmp(keys[n].keys, "F9 D") == 0;
	}
	assert_true(n >= n_bindings);
	assert_int_equal(same, 1);
	for (size_t i = 0; view_nth(i); i++) {
		all_are_listed(keys, view_nth(i)->keys);
		all_are_listed(keys, view_nth(i)->more_keys);
	}
	free(keys);
}

/* The first of a table's keys wins: a second one would be dead. */
static void no_table_has_a_key_twice_at(const struct binding *a, const struct binding *rest)
{
	for (const struct binding *b = rest; b && b->keys; b++) {
		uint32_t codes[] = { b->key, b->fkey };

		for (size_t i = 0; b != a && b->run && i < 2; i++)
			if (codes[i] && (codes[i] == a->key || codes[i] == a->fkey))
				fail_msg("%s and %s are one key", a->keys, b->keys);
	}
}

static void no_table_has_a_key_twice(const struct binding *table)
{
	for (const struct binding *b = table; b && b->keys; b++)
		if (b->run)
			no_table_has_a_key_twice_at(b, table);
}

static void no_key_stands_twice_in_a_view(void **state)
{
	(void)state;
	for (size_t i = 0; view_nth(i); i++) {
		/* those in more_keys may be hidden by those in keys */
		no_table_has_a_key_twice(view_nth(i)->keys);
		no_table_has_a_key_twice(view_nth(i)->more_keys);
	}
	for (size_t i = 0; i < n_bindings; i++)
		for (size_t k = i + 1; bindings[i].run && k < n_bindings; k++)
			if (bindings[k].run && !bindings[i].when &&
			    (bindings[k].key == bindings[i].key ||
			     (bindings[k].fkey && bindings[k].fkey == bindings[i].fkey)))
				fail_msg("%s and %s are one key", bindings[i].keys,
					 bindings[k].keys);
}

static bool is_word_of(const struct deck *d, uint32_t code, const char *word)
{
	char is[32];

	binding_word(binding_of_key(d, code), is);
	return strcmp(is, word) == 0;
}

/* Footer, hints and help read the same table: what names a key names what it does. */
static void while_something_is_sought_n_goes_on(void **state)
{
	static struct deck d;
	char key[KEYS_TEXT];

	(void)state;
	d = (struct deck){ .focus = PANE_CLUSTERS };
	assert_true(is_word_of(&d, 'n', "create"));
	assert_null(binding_of_key(&d, 'N'));
	assert_string_equal(deck_key_for(&d, "create", key), "n");
	assert_true(binding_is_hidden(&d, binding_worded(&d, "next-match")));
	snprintf(d.find, sizeof(d.find), "htc");
	assert_true(is_word_of(&d, 'n', "next-match"));
	assert_true(is_word_of(&d, 'N', "previous-match"));
	assert_string_equal(deck_key_for(&d, "create", key), "F7");
	assert_string_equal(deck_key_for(&d, "next-match", key), "n");
	assert_false(binding_is_hidden(&d, binding_worded(&d, "create")));
	assert_false(binding_is_hidden(&d, binding_worded(&d, "next-match")));
}

static bool is_taken(const char *word, size_t except)
{
	char is[32];

	for (size_t i = 0; i < n_bindings; i++) {
		binding_word(&bindings[i], is);
		if (i != except && bindings[i].run && strcmp(is, word) == 0)
			return true;
	}
	return false;
}

/* Behind ":" and in console.conf a word means one thing. */
static void every_key_has_a_word_of_its_own(void **state)
{
	char word[32];

	(void)state;
	for (size_t i = 0; i < n_bindings; i++) {
		if (!bindings[i].run)
			continue;
		binding_word(&bindings[i], word);
		assert_true(word[0]);
		if (is_taken(word, i))
			fail_msg("\"%s\" is two keys", word);
	}
}

static void no_word_of_the_console_hides_a_command(void **state)
{
	const char *name;
	size_t used;

	(void)state;
	for (size_t i = 0; i < n_own_words; i++) {
		name = own_words[i].name;
		if (command_find(&name, 1, &used))
			fail_msg("\"%s\" is a command", name);
	}
}

/* A line that is cut at 80 columns hides the keys at its end; a word that names no key would
 * be left out. */
static void what_a_view_hints_at_fits_into_80_columns(void **state)
{
	static struct deck d;
	char out[HINT_TEXT];

	(void)state;
	for (size_t i = 0; view_nth(i); i++) {
		const struct view *v = view_nth(i);

		d = (struct deck){ .view = v, .focus = v->pane };
		if (!v->hint)
			continue;
		deck_hint(&d, v->hint, out);
		if (strlen(out) > 78)
			fail_msg("%s: %zu columns: %s", v->title, strlen(out), out);
		for (const char *w = v->hint; (w = strchr(w, '{')); w++) {
			char word[32], key[KEYS_TEXT];

			snprintf(word, sizeof(word), "%.*s", (int)strcspn(w + 1, "}"), w + 1);
			deck_key_for(&d, word, key);
			if (key[0] == ':' && strcmp(word, "command") != 0)
				fail_msg("%s: no key does \"%s\"", v->title, word);
		}
	}
}

/*
 * One letter, one meaning. What several functions do in several views is the same to who
 * presses it: the list says in which words.
 */
static const struct {
	uint32_t key;
	const char *means;
} meant[] = {
	{ K_ENTER, "open what is under the cursor" },
	{ 'a', "those that ended, too" },
	{ 'b', "by what the picture is divided" },
	{ 'c', "cancel: a job, an operation" },
	{ 'e', "why" },
	{ 'm', "the other picture of the same rows: map or list, arrays folded or not" },
	{ 'n', "new; while something is searched for, the next that has it" },
	{ 'o', "operations" },
	{ 'q', "away from here" },
	{ 'r', "go on: what was held, drained, or waits for its next try" },
	{ 'w', "wrap long lines" },
	{ 'x', "into a file" },
	{ 'E', "edit: a template, what may change of a cluster" },
	{ 'F', "follow the newest" },
	{ 'L', "the log" },
	{ '=', "compare" },
};

static bool is_meant(uint32_t key)
{
	for (size_t i = 0; i < sizeof(meant) / sizeof(meant[0]); i++)
		if (meant[i].key == key)
			return true;
	return false;
}

static const struct binding *seen[200];
static size_t n_seen;

static void judge_meaning(const struct binding *b)
{
	assert_true(n_seen < 200);
	for (size_t i = 0; i < n_seen; i++)
		if (seen[i]->key == b->key && seen[i]->run != b->run && !is_meant(b->key))
			fail_msg("%s: \"%s\" and \"%s\"", b->keys, seen[i]->help, b->help);
	seen[n_seen++] = b;
}

static void a_letter_means_one_thing_in_all_views(void **state)
{
	(void)state;
	n_seen = 0;
	every_binding(judge_meaning);
}

/* Tables, maps and texts move and mark by these; a search goes on by N (and n). O behind Esc is
 * the beginning of a key to a terminal (tui.md 4.2). */
static void judge_moving(const struct binding *b)
{
	if (!b->when && b->key < 0x7f && b->key > 0 &&
	    strchr("hjklgGvNOU*+<> 0123456", (int)b->key))
		fail_msg("%s: \"%s\" is a key that moves or marks", b->keys, b->help);
}

static void no_act_has_a_key_that_moves_or_marks(void **state)
{
	(void)state;
	every_binding(judge_moving);
}

/* What the manual says against what the codes do. */
static void judge_keys(const struct binding *b)
{
	char fkey[16] = "", key[16], both[40];

	if (b->fkey)
		key_name(fkey, b->fkey);
	snprintf(both, sizeof(both), "%s%s%s", fkey, b->fkey ? " " : "", key_name(key, b->key));
	assert_string_equal(b->keys, both);
}

static void the_manual_names_the_keys_that_are_bound(void **state)
{
	(void)state;
	every_binding(judge_keys);
}

/* console.conf */

static void gives(struct deck *d, const char *key, const char *word)
{
	struct err err = ERR_INIT;

	assert_int_equal(deck_remap(d, key, word, &err), 0);
}

static void is_bound(const struct deck *d, const char *word, const char *keys)
{
	char out[KEYS_TEXT];

	assert_string_equal(binding_keys(d, binding_worded(d, word), out), keys);
}

static void a_key_that_was_given_away_is_named_no_more(void **state)
{
	static struct deck d;
	char out[HINT_TEXT];

	(void)state;
	d = (struct deck){ .view = &view_nodes, .focus = PANE_NODES };
	is_bound(&d, "drain", "F7 d");
	gives(&d, "d", "none");
	is_bound(&d, "drain", "F7");
	assert_string_equal(deck_hint(&d, "{drain} drain  {explain} why", out),
			    "F7 drain  e why");
	gives(&d, "F7", "none");
	is_bound(&d, "drain", ":drain");
	assert_string_equal(KEY_FOR(&d, "drain"), ":drain");
	assert_string_equal(deck_hint(&d, "{drain} drain  {explain} why", out), "e why");
	gives(&d, "B", "drain");
	is_bound(&d, "drain", "B");
	assert_string_equal(deck_hint(&d, "{drain} drain  {explain} why", out),
			    "B drain  e why");
	gives(&d, "e", "copy-name");
	is_bound(&d, "copy-name", "y e");
	is_bound(&d, "explain", ":explain");
}

static void never(void *arg)
{
	(void)arg;
}

/* A key of another view is told of where it works, by its word when it was given away. */
static void says(struct deck *d, uint32_t code, const char *text)
{
	d->message[0] = '\0';
	deck_dead_key(d, code);
	assert_string_equal(d->message, text);
}

static void a_dead_key_says_what_it_is(void **state)
{
	static struct deck d;
	struct loop *loop = loop_new(NULL);

	(void)state;
	d = (struct deck){ .view = &view_jobs, .focus = PANE_JOBS };
	d.message_timer = timer_new(loop, never, NULL);
	says(&d, 'B', "B is not a key here; ? lists the keys");
	says(&d, 'T', "T does nothing here; in Nodes: terminate node or marked");
	says(&d, 'F', "F does nothing here; it works in Log, Events");
	says(&d, 'N', "N: nothing is searched for; / finds");
	says(&d, K_LEFT, "");
	gives(&d, "d", "none");
	gives(&d, "B", "period");
	gives(&d, "?", "none");
	says(&d, 'd', "d does nothing, as console.conf says; F1 lists the keys");
	says(&d, 'B', "B does nothing here; in Cost: this month, today, 7 days");
	d.burst = true; /* a paste that the terminal does not mark as one */
	says(&d, 'T', "");
	timer_free(d.message_timer);
	loop_free(loop);
}

/* What "!" tells is a command: its arguments fit the command table. */
static void put_sample(struct buf *line, char what)
{
	static const struct {
		char what;
		const char *text;
	} samples[] = { { 'c', "two" },	  { 'n', "htc-1" },
			{ 'a', "htc" },	  { 'j', "86_14" },
			{ 't', "slurm" }, { 'o', "4" },
			{ 'f', "/out" },  { 'l', "--accept-data-loss " },
			{ 'N', "new" } };
	size_t i = 0;

	while (i < ARRAY_LEN(samples) && samples[i].what != what)
		i++;
	assert_true(i < ARRAY_LEN(samples));
	buf_adds(line, samples[i].text);
}

static void parses(const char *text)
{
	struct command_run r = { .args = STRS_INIT(20), .options = STRS_INIT(20) };
	struct strs words = STRS_INIT(20);
	struct err err = ERR_INIT;
	size_t used = 0;
	const struct command *c;

	for (const char *w = text; *w; w += strspn(w, " ")) {
		size_t n = strcspn(w, " ");

		strs_addf(&words, "%.*s", (int)n, w);
		w += n;
	}
	c = command_find((const char *const *)words.v, words.n, &used);
	if (!c)
		fail_msg("%s: no command", text);
	r.command = c;
	if (command_parse(&r, (const char *const *)words.v + used, words.n - used, &err) < 0)
		fail_msg("%s: %s", text, err.msg);
	strs_clear(&words);
	strs_clear(&r.args);
	strs_clear(&r.options);
}

static void judge_line(const struct binding *b)
{
	struct buf line = BUF_INIT(1000);

	if (!b->cli || strcmp(b->cli, "%w") == 0)
		return;
	buf_addf(&line, "%s ", b->command);
	for (const char *c = b->cli; *c; c++)
		if (*c == '%')
			put_sample(&line, *++c);
		else if (strncmp(c, "NAME", 4) == 0) /* for the reader to choose */
			put_sample(&line, 'N'), c += 3;
		else
			buf_addc(&line, *c);
	parses(buf_str(&line));
	buf_clear(&line);
}

static void tells(const struct deck *d, const char *word, const char *line)
{
	struct buf out = BUF_INIT(1000);

	deck_cli_line(d, binding_worded(d, word), &out);
	assert_string_equal(buf_str(&out), line);
	buf_clear(&out);
}

static void what_a_shell_is_told_is_a_command_of_this_engine(void **state)
{
	static struct deck d;
	const struct console_options o = { .called = "paceline --state '/a b'" }, usual = { 0 };

	(void)state;
	every_binding(judge_line);
	d = (struct deck){ .focus = PANE_CLUSTERS, .options = &o, .cluster = "two" };
	tells(&d, "stop", "paceline --state '/a b' cluster stop two");
	tells(&d, "explain", "paceline --state '/a b' plan two");
	d.options = &usual;
	tells(&d, "explain", "paceline plan two");
	parses("plan two");
	parses("why two 86_14");
}

static const char *undone(const struct deck *d, char out[80])
{
	return binding_worded(d, "undo")->off(d, out);
}

/* What is offered can be done. */
static void an_operation_is_taken_back_until_it_ends(void **state)
{
	struct operation ops[] = { { .id = 5, .state = OP_DONE }, { .id = 4 } };
	static struct deck d;
	char out[80];

	(void)state;
	d = (struct deck){ .have_ops = true };
	d.ops.u.operations = ops;
	d.ops.n = ARRAY_LEN(ops);
	deck_undo_op(&d, "the start of two", 4);
	snprintf(d.message, sizeof(d.message), "two starts; u" TAKES_BACK);
	deck_undo_see(&d);
	assert_null(undone(&d, out));
	assert_string_equal(d.message, "two starts; u" TAKES_BACK);
	ops[1].state = OP_DONE;
	deck_undo_see(&d);
	assert_string_equal(undone(&d, out), "not the start of two: it has ended");
	assert_string_equal(d.message, "");
	snprintf(d.message, sizeof(d.message), "htc-1: no new jobs; u" TAKES_BACK);
	deck_undo_see(&d); /* of a later act */
	assert_true(d.message[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_is_one_that_terminals_take),
		cmocka_unit_test(every_function_key_has_a_letter),
		cmocka_unit_test(what_f9_does_is_asked_about),
		cmocka_unit_test(the_manual_gets_every_key),
		cmocka_unit_test(no_key_stands_twice_in_a_view),
		cmocka_unit_test(while_something_is_sought_n_goes_on),
		cmocka_unit_test(what_a_view_hints_at_fits_into_80_columns),
		cmocka_unit_test(a_letter_means_one_thing_in_all_views),
		cmocka_unit_test(no_act_has_a_key_that_moves_or_marks),
		cmocka_unit_test(the_manual_names_the_keys_that_are_bound),
		cmocka_unit_test(a_key_that_was_given_away_is_named_no_more),
		cmocka_unit_test(a_dead_key_says_what_it_is),
		cmocka_unit_test(every_key_has_a_word_of_its_own),
		cmocka_unit_test(no_word_of_the_console_hides_a_command),
		cmocka_unit_test(an_operation_is_taken_back_until_it_ends),
		cmocka_unit_test(what_a_shell_is_told_is_a_command_of_this_engine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
