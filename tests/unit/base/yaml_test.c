#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/yaml.h"
#include "base/yaml_private.h"

static struct yaml *read_text(const char *text)
{
	struct err err = ERR_INIT;
	struct yaml *y = yaml_parse(text, strlen(text), &err);

	if (!y)
		fail_msg("%s: %s", text, err.msg);
	return y;
}

static void assert_text(const struct yaml *y, const char *want)
{
	assert_non_null(y);
	assert_int_equal(y->kind, YAML_SCALAR);
	assert_string_equal(y->text, want);
}

static void assert_at(const struct yaml *y, unsigned int line, unsigned int column)
{
	assert_int_equal(y->line, line);
	assert_int_equal(y->column, column);
}

static void a_tree_has_kinds_texts_and_positions(void **state)
{
	struct yaml *y = read_text("name: slurm\n"
				   "nodes:\n"
				   "  - size: F2s_v2\n"
				   "    \"max\": \"12\"\n"
				   "  - [a, 'b', {c: }]\n"
				   "\xc3\xa4\xc3\xb6: x\n");
	const struct yaml *nodes = yaml_get(y, "nodes"), *first = nodes->child,
			  *second = first->next;

	(void)state;
	assert_int_equal(y->kind, YAML_MAP);
	assert_int_equal(yaml_count(y), 3);
	assert_null(y->key);
	assert_text(yaml_get(y, "name"), "slurm");
	assert_at(yaml_get(y, "name"), 1, 7);
	assert_int_equal(nodes->kind, YAML_LIST);
	assert_string_equal(nodes->key, "nodes");
	assert_int_equal(nodes->key_line, 2);
	assert_int_equal(nodes->key_column, 1);
	assert_at(nodes, 3, 3);
	assert_null(first->key);
	assert_at(yaml_get(first, "max"), 4, 12);
	assert_int_equal(yaml_get(first, "max")->key_column, 5);
	assert_true(yaml_get(first, "max")->quoted);
	assert_false(yaml_get(first, "size")->quoted);
	assert_text(second->child, "a");
	assert_true(second->child->next->quoted);
	assert_text(yaml_get(second->child->next->next, "c"), "");
	assert_at(yaml_get(y, "\xc3\xa4\xc3\xb6"), 6, 5); /* characters, not bytes */
	assert_null(yaml_get(y, "absent"));
	assert_null(yaml_get(nodes, "name"));
	assert_null(yaml_get(NULL, "name"));
	assert_int_equal(yaml_count(NULL), 0);
	yaml_free(y);
	yaml_free(NULL);
}

static void reads_block_texts_comments_and_a_byte_order_mark(void **state)
{
	struct yaml *y =
	    read_text("\xef\xbb\xbf%YAML 1.1\n---\nscript: |\n  #!/bin/sh\n  echo 100%TAG\n"
		      "# a comment\nfold: >-\n  a\n  b\n...\n");

	(void)state;
	assert_text(yaml_get(y, "script"), "#!/bin/sh\necho 100%TAG\n");
	assert_true(yaml_get(y, "script")->quoted);
	assert_text(yaml_get(y, "fold"), "a b");
	yaml_free(y);
}

static void an_alias_is_a_copy_of_its_anchor(void **state)
{
	struct yaml *y = read_text("base: &b {x: [1, 2]}\nuse: *b\nlist: [*b, &b new, *b]\n");
	const struct yaml *use = yaml_get(y, "use"), *list = yaml_get(y, "list");

	(void)state;
	assert_string_equal(use->key, "use");
	assert_int_equal(use->key_line, 2);
	assert_at(use, 1, 7);
	assert_text(yaml_get(use, "x")->child->next, "2");
	assert_ptr_not_equal(yaml_get(use, "x"), yaml_get(yaml_get(y, "base"), "x"));
	assert_int_equal(yaml_count(list), 3);
	assert_null(list->child->key);
	assert_text(list->child->next->next, "new");
	yaml_free(y);
}

static void assert_refused(const char *text, size_t len, enum err_code code, const char *want)
{
	struct err err = ERR_INIT;

	if (yaml_parse(text, len, &err))
		fail_msg("was taken: %.60s", text);
	assert_int_equal(err.code, code);
	if (strncmp(err.msg, want, strlen(want)) != 0)
		fail_msg("\"%s\" does not start with \"%s\"", err.msg, want);
	assert_null(yaml_parse(text, len, NULL));
}

static void says_where_text_went_wrong(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "", "line 1, column 1: there is nothing in it" },
		{ "# only a comment\n", "line 2, column 1: there is nothing in it" },
		{ "a: 1\nb: 2\na: 3\n", "line 3, column 1: duplicate key \"a\"" },
		{ "x: {k: 1, 'k': 2}", "line 1, column 11: duplicate key \"k\"" },
		{ "a:\n  b: !!int 3\n",
		  "line 2, column 6: tags are not allowed: \"tag:yaml.org,2002:int\"" },
		{ "a: ! 3\n", "line 1, column 4: tags are not allowed: \"!\"" },
		{ "a: !x [1]\n", "line 1, column 4: tags are not allowed: \"!x\"" },
		{ "a: 1\n--- {}\n%TAG ! x\n", "line 3, column 1: tags are not allowed" },
		{ "a: 1\r%TAG ! x\n", "line 1, column 6: tags are not allowed" },
		{ "b: &b {x: 1}\nc:\n  <<: *b\n", "line 3, column 3: merge keys" },
		{ "a: 1\n---\nb: 2\n", "line 2, column 1: a second document" },
		{ "? [a]\n: b\n", "line 1, column 3: a key must be" },
		{ "a: &a b\n*a : c\n", "line 2, column 1: a key must be" },
		{ "&k a: b\n", "line 1, column 1: a key takes no anchor" },
		{ "a: *nowhere\n", "line 1, column 4: no such anchor: \"nowhere\"" },
		{ "a: &me [1, *me]\n",
		  "line 1, column 12: a value that contains itself: alias \"me\"" },
		{ "a: [1, 2\nb: 3\n", "line 2, column " },
		{ "a: \"x\n", "line " },
		{ "\ta: 1\n", "line 1, column 1: " },
		{ "a: b: c\n", "line 1, column 5: " },
		{ "a: \"\\0\"\n", "line 1, column 4: a NUL character" },
		{ "a: \"\\q\"\n", "line 1, column 5: " },
		{ "ok: 1\n\xc3\xa4: \xff\n", "line 2, column 4: invalid leading UTF-8 octet" },
		{ "ok: 1\nb: \xc0\x80\n", "line 2, column 4: " },
		{ "ok: 1\nb: \x1b[2J\n",
		  "line 2, column 4: control characters are not allowed" },
		{ "\xff\xfe"
		  "a",
		  "line 1, column 1: invalid leading UTF-8 octet" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_refused(bad[i].text, strlen(bad[i].text), ERR_PARSE, bad[i].want);
	assert_refused("a: \0", 4, ERR_PARSE, "line 1, column 4: ");
}

static void names_in_errors_are_cleaned(void **state)
{
	static const char text[] = "\"\\e[2J\": 1\n\"\\e[2J\": 2\n";

	(void)state;
	assert_refused(text, strlen(text), ERR_PARSE,
		       "line 2, column 1: duplicate key \"\\x1B[2J\"");
}

/* prefix, then n times unit, then suffix */
static struct buf repeat(const char *prefix, const char *unit, size_t n, const char *suffix)
{
	struct buf b = BUF_INIT(8 << 20);

	buf_adds(&b, prefix);
	for (size_t i = 0; i < n; i++)
		buf_adds(&b, unit);
	buf_adds(&b, suffix);
	assert_false(b.full);
	return b;
}

static void assert_too_much(struct buf text, size_t most_events, const char *want)
{
	struct err err = ERR_INIT;
	size_t events;

	assert_null(yaml_parse_counted(text.data, text.len, &events, &err));
	assert_int_equal(err.code, ERR_FULL);
	if (!strstr(err.msg, want))
		fail_msg("\"%s\" lacks \"%s\"", err.msg, want);
	assert_true(events <= most_events);
	buf_clear(&text);
}

static void brackets_stop_at_the_depth_cap(void **state)
{
	static const char *const units[] = { "[", "{a: ", "- ", "[\n", "{\na: " };
	struct buf most = repeat("", "[", 32, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
	struct yaml *y;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		assert_too_much(repeat("", units[i], 20000, ""), 100, "within each other");
	y = yaml_parse(most.data, most.len, NULL);
	assert_non_null(y);
	yaml_free(y);
	buf_clear(&most);
}

static void an_alias_bomb_stops_at_the_node_cap(void **state)
{
	struct buf b = BUF_INIT(1 << 20);

	(void)state;
	buf_adds(&b, "a0: &a0 lol\n");
	for (int i = 1; i <= 9; i++) {
		buf_addf(&b, "a%d: &a%d [", i, i);
		for (int k = 0; k < 9; k++)
			buf_addf(&b, "%s*a%d", k ? "," : "", i - 1);
		buf_adds(&b, "]\n");
	}
	assert_too_much(b, 150, "10,000 values");
}

static void aliases_cannot_multiply_a_long_text(void **state)
{
	struct buf b = repeat("a: &a ", "xxxxxxxxxxxxxxxx", 4096, "\nb: [");

	(void)state;
	for (int i = 0; i < 9000; i++)
		buf_adds(&b, "*a,");
	buf_adds(&b, "]");
	assert_too_much(b, 100, "4 MiB");
}

static void aliases_cannot_pass_the_depth_cap(void **state)
{
	struct buf b = BUF_INIT(1 << 20);

	(void)state;
	buf_adds(&b, "- &a0 x\n");
	for (int i = 1; i < 50; i++)
		buf_addf(&b, "- &a%d [*a%d]\n", i, i - 1);
	assert_too_much(b, 200, "within each other");
}

static void anchors_values_and_texts_have_caps(void **state)
{
	struct buf anchors = BUF_INIT(1 << 20), keys = BUF_INIT(1 << 20);

	(void)state;
	for (int i = 0; i < 50000; i++)
		buf_addf(&anchors, "- &a%d x\n", i);
	assert_too_much(anchors, 100, "64 anchors");
	for (int i = 0; i < 20000; i++)
		buf_addf(&keys, "key%d: x\n", i);
	assert_too_much(keys, 20010, "10,000 values");
	assert_too_much(repeat("", "- x\n", 10000, ""), 10010, "10,000 values");
	assert_too_much(repeat("a: ", "x", 65537, ""), 10, "64 KiB");
	assert_too_much(repeat("", "x", 65537, ": a"), 10,
			""); /* libyaml's own limit for keys comes first */
	assert_too_much(repeat("", "#", (1 << 20) + 1, ""), 0, "1 MiB");
}

static void tag_directives_are_refused_before_libyaml_compares_them(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err err = ERR_INIT;
	size_t events;

	(void)state;
	for (int i = 0; i < 50000; i++)
		buf_addf(&b, "%%TAG !%d! x\n", i);
	assert_null(yaml_parse_counted(b.data, b.len, &events, &err));
	assert_int_equal(events, 0);
	assert_int_equal(err.code, ERR_PARSE);
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_has_kinds_texts_and_positions),
		cmocka_unit_test(reads_block_texts_comments_and_a_byte_order_mark),
		cmocka_unit_test(an_alias_is_a_copy_of_its_anchor),
		cmocka_unit_test(says_where_text_went_wrong),
		cmocka_unit_test(names_in_errors_are_cleaned),
		cmocka_unit_test(brackets_stop_at_the_depth_cap),
		cmocka_unit_test(an_alias_bomb_stops_at_the_node_cap),
		cmocka_unit_test(aliases_cannot_multiply_a_long_text),
		cmocka_unit_test(aliases_cannot_pass_the_depth_cap),
		cmocka_unit_test(anchors_values_and_texts_have_caps),
		cmocka_unit_test(tag_directives_are_refused_before_libyaml_compares_them),
	};

	return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
