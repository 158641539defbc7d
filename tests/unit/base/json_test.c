#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static struct json *read_text(const char *text)
{
	struct err err = ERR_INIT;
	struct json *j = json_parse(text, strlen(text), &err);

	if (!j)
		fail_msg("%s: %s", text, err.msg);
	return j;
}

static void assert_writes(const struct json *j, const char *want)
{
	struct buf out = BUF_INIT(1 << 20);

	assert_int_equal(json_write(&out, j), 0);
	assert_string_equal(buf_str(&out), want);
	buf_clear(&out);
}

static void assert_refused(const char *text, size_t len, const char *where)
{
	struct err err = ERR_INIT;

	assert_null(json_parse(text, len, &err));
	assert_int_equal(err.code, ERR_PARSE);
	if (strncmp(err.msg, where, strlen(where)) != 0)
		fail_msg("\"%s\" does not start with \"%s\"", err.msg, where);
}

static void says_where_text_went_wrong(void **state)
{
	static const struct {
		const char *text, *where;
	} bad[] = {
		{ "", "line 1, column 0: " },
		{ "{\n  \"a\": 1,\n  \"b\" 2\n}", "line 3, column 7: ':' expected" },
		{ "{\"a\": 1, \"a\": 2}", "line 1, column 12: duplicate object key" },
		{ "[1] x", "line 1, column 5: end of file expected" },
		{ "[01]", "line 1, column 2: " },
		{ "[NaN]", "line 1, column 4: " },
		{ "[1e999]", "line 1, column 6: real number overflow" },
		{ "[9223372036854775808]", "line 1, column 20: too big integer" },
		{ "[\"\\u0000\"]", "line 1, column 9: \\u0000 is not allowed" },
		{ "[\"\\ud800\"]", "line 1, column " },
		{ "[\"a\nb\"]", "line 1, column " },
		{ "['a']", "line 1, column " },
		{ "[1,]", "line 1, column 4: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(bad[i].text, strlen(bad[i].text), bad[i].where);
	assert_refused("[\"\xff\"]", 5, "line 1, column ");
	assert_refused("[1]\0", 4, "line 1, column ");
}

static void an_error_holds_none_of_the_bytes_that_were_read(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_null(json_parse("{\"a\": bad}", 10, &err));
	assert_null(strstr(err.msg, "bad"));
}

static void refuses_what_is_nested_too_deeply_or_too_long(void **state)
{
	size_t n = 100000;
	char *deep = malloc(n);
	struct err err = ERR_INIT;

	(void)state;
	memset(deep, '[', n);
	assert_refused(deep, n, "line 1, column ");
	assert_null(
	    json_parse(deep, ((size_t)64 << 20) + 1, &err)); /* told by the length alone */
	assert_int_equal(err.code, ERR_FULL);
	free(deep);
}

static void paths_lead_through_objects_and_arrays(void **state)
{
	struct json *j = read_text(
	    "{\"value\":[{\"id\":\"x\",\"n\":3},{\"id\":7}],\"p\":{\"s\":{\"name\":\"F2\"}},"
	    "\"0\":\"zero\",\"t\":true,\"r\":2.0,\"half\":2.5,\"huge\":1e300,\"nul\":null}");

	(void)state;
	assert_string_equal(json_str(j, "value.0.id", "-"), "x");
	assert_string_equal(json_str(j, "value.1.id", "-"), "-");
	assert_string_equal(json_str(j, "p.s.name", "-"), "F2");
	assert_string_equal(json_str(j, "0", "-"), "zero");
	assert_string_equal(json_str(j, "value.2.id", "-"), "-");
	assert_string_equal(json_str(j, "value..id", "-"), "-");
	assert_string_equal(json_str(j, "value.0x.id", "-"), "-");
	assert_string_equal(json_str(j, "value.99999999999999999999999.id", "-"), "-");
	assert_string_equal(json_str(j, "p.s.name.more", "-"), "-");
	assert_null(json_str(j, "absent", NULL));
	assert_null(json_get(NULL, "a"));
	assert_ptr_equal(json_get(j, ""), j);
	assert_string_equal(json_str(json_get(j, "p.s.name"), NULL, "-"), "F2");
	assert_int_equal(json_int(j, "value.0.n", -1), 3);
	assert_int_equal(json_int(j, "r", -1), 2);
	assert_int_equal(json_int(j, "half", -1), -1);
	assert_int_equal(json_int(j, "huge", -1), -1);
	assert_int_equal(json_int(j, "p", -1), -1);
	assert_true(json_real(j, "half", 0) == 2.5);
	assert_true(json_real(j, "value.0.n", 0) == 3.0);
	assert_true(json_bool(j, "t", false));
	assert_true(json_bool(j, "nul", true));
	assert_int_equal(json_len(json_get(j, "value")), 2);
	assert_int_equal(json_len(j), 8);
	assert_int_equal(json_len(json_get(j, "t")), 0);
	assert_int_equal(json_len(NULL), 0);
	assert_null(json_at(json_get(j, "value"), 2));
	assert_string_equal(json_text(json_get(j, "0")), "zero");
	assert_null(json_text(json_get(j, "t")));
	json_free(j);
}

static void tells_the_kind_of_each_value(void **state)
{
	struct json *j = read_text("[null,true,false,1,1.5,\"s\",[],{}]");
	static const enum json_kind want[] = {
		JSON_NULL, JSON_BOOL,	JSON_BOOL,  JSON_INT,
		JSON_REAL, JSON_STRING, JSON_ARRAY, JSON_OBJECT
	};

	(void)state;
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(json_kind(json_at(j, i)), want[i]);
	assert_true(json_is(j, JSON_ARRAY));
	assert_false(json_is(j, JSON_OBJECT));
	assert_false(json_is(NULL, JSON_NULL));
	json_free(j);
}

static void writes_keys_in_the_order_they_were_set(void **state)
{
	struct json *o = json_new_object(), *a, *copy;

	(void)state;
	json_set_str(o, "z", "last letter");
	json_set_int(o, "a", INT64_MIN);
	json_set_real(o, "r", 0.1);
	json_set_real(o, "whole", 3);
	json_set_real(o, "nan", (double)NAN);
	json_set_bool(o, "b", true);
	json_set_str(o, "n", NULL);
	a = json_set_array(o, "list");
	json_add(a, json_new_int(INT64_MAX));
	json_set_int(json_add_object(a), "k", 0);
	json_set_bool(json_set_object(o, "o"), "x", false);
	json_set_str(o, "z", "again");
	json_del(o, "b");
	json_del(o, "never there");
	copy = json_copy(o);
	json_set_int(json_get_mut(o, "o"), "x", 5);
	assert_writes(
	    copy,
	    "{\"z\":\"again\",\"a\":-9223372036854775808,\"r\":0.1,\"whole\":3.0,\"nan\":null,"
	    "\"n\":null,\"list\":[9223372036854775807,{\"k\":0}],\"o\":{\"x\":false}}");
	assert_int_equal(json_int(o, "o.x", 0), 5);
	json_free(o);
	json_free(copy);
}

static void put_makes_the_objects_on_the_way(void **state)
{
	struct json *o = read_text("{\"list\":[{\"a\":1},2],\"s\":\"text\"}");

	(void)state;
	json_put(o, "p.sku.name", json_new_string("F2"));
	json_put(o, "p.sku.tier", json_new_null());
	json_put(o, "list.0.b.c", json_new_int(1));
	json_put(o, "list.1", json_new_int(3));
	json_put(o, "s.now", json_new_string("object"));
	json_put(o, "top", json_new_bool(false));
	assert_writes(o, "{\"list\":[{\"a\":1,\"b\":{\"c\":1}},3],\"s\":{\"now\":\"object\"},"
			 "\"p\":{\"sku\":{\"name\":\"F2\",\"tier\":null}},\"top\":false}");
	json_put(o, "list.7.x", json_new_int(1)); /* no such element: the list gives way */
	assert_int_equal(json_int(o, "list.7.x", 0), 1);
	json_free(o);
}

static void each_visits_every_pair_once_in_order(void **state)
{
	struct json *o = read_text("{\"b\":1,\"a\":2,\"c\":3}");
	const struct json *value;
	const char *key;
	char seen[8] = "";
	int64_t sum = 0;

	(void)state;
	for (void *it = NULL; json_each(o, &it, &key, &value);) {
		strncat(seen, key, 1);
		sum += json_int(value, NULL, 100);
	}
	assert_string_equal(seen, "bac");
	assert_int_equal(sum, 6);
	for (void *it = NULL; json_each(NULL, &it, &key, &value);)
		fail();
	for (void *it = NULL; json_each(json_get(o, "a"), &it, NULL, NULL);)
		fail();
	json_free(o);
}

static void assert_quotes(const char *text, const char *want)
{
	struct buf out = BUF_INIT(4096);

	assert_int_equal(json_quote(&out, text), 0);
	assert_string_equal(buf_str(&out), want);
	buf_clear(&out);
}

static void quotes_what_a_terminal_would_act_on(void **state)
{
	(void)state;
	assert_quotes("", "\"\"");
	assert_quotes(NULL, "null");
	assert_quotes("plain \xc3\xa4 \xe6\xb1\x89 \xf0\x9f\x9a\xb4",
		      "\"plain \xc3\xa4 \xe6\xb1\x89 \xf0\x9f\x9a\xb4\"");
	assert_quotes("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
	assert_quotes("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
	assert_quotes("\x01\x1b[31m\x7f", "\"\\u0001\\u001b[31m\\u007f\"");
	assert_quotes("\xc2\x9b", "\"\\u009b\"");			 /* C1: CSI */
	assert_quotes("\xe2\x80\xae\xe2\x81\xa6", "\"\\u202e\\u2066\""); /* bidi */
	assert_quotes("\xd8\x9c\xe2\x80\x8f", "\"\\u061c\\u200f\"");	 /* bidi marks */
	assert_quotes("\xe2\x80\x8b\xef\xbb\xbf", "\"\\u200b\\ufeff\""); /* zero width */
	assert_quotes("\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\""); /* separators */
	assert_quotes("\xf3\xa0\x81\x81", "\"\\udb40\\udc41\"");	 /* a tag */
}

static void bad_utf8_becomes_the_replacement_character(void **state)
{
	struct json *o = json_new_object();

	(void)state;
	assert_quotes("a\xff"
		      "b\xc0\x80\xed\xa0\x80\xe2\x82",
		      "\"a\xef\xbf\xbd"
		      "b\xef\xbf\xbd\xef\xbf\xbd"
		      "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	json_set_str(o, "k\xff", "v\xf4\x90\x80\x80");
	assert_writes(
	    o, "{\"k\xef\xbf\xbd\":\"v\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}");
	json_free(o);
}

static void pretty_text_is_indented_and_reads_back(void **state)
{
	struct json *j = read_text("{\"a\":[1,{\"b\":null}],\"e\":[],\"o\":{}}"), *again;
	struct buf out = BUF_INIT(4096);

	(void)state;
	assert_int_equal(json_write_pretty(&out, j), 0);
	assert_string_equal(buf_str(&out),
			    "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n"
			    "  \"e\": [],\n  \"o\": {}\n}\n");
	again = read_text(buf_str(&out));
	assert_writes(again, "{\"a\":[1,{\"b\":null}],\"e\":[],\"o\":{}}");
	json_free(again);
	json_free(j);
	buf_clear(&out);
}

static void reals_survive_being_written(void **state)
{
	static const double xs[] = { 0.1,    1.0 / 3,	   1e22,
				     1e-7,   -0.0,	   1.7976931348623157e308,
				     5e-324, 123456789.125 };
	struct buf out = BUF_INIT(4096);

	(void)state;
	for (size_t i = 0; i < sizeof(xs) / sizeof(xs[0]); i++) {
		struct json *j = json_new_real(xs[i]), *back;

		buf_reset(&out);
		assert_int_equal(json_write(&out, j), 0);
		back = read_text(buf_str(&out));
		assert_int_equal(json_kind(back), JSON_REAL);
		assert_true(json_real(back, NULL, 7) == xs[i]);
		json_free(j);
		json_free(back);
	}
	buf_clear(&out);
}

static void writing_fails_at_the_ceiling(void **state)
{
	struct json *j = read_text("{\"a\":[1,2,3],\"b\":\"text\"}");

	(void)state;
	for (size_t max = 1; max < 20; max++) {
		struct buf small = BUF_INIT(max);

		assert_int_equal(json_write(&small, j), -1);
		assert_true(small.len <= max);
		buf_clear(&small);
		assert_int_equal(json_write_pretty(&small, j), -1);
		buf_clear(&small);
	}
	json_free(j);
}

static void a_five_megabyte_reply_is_read_and_written_whole(void **state)
{
	struct buf out = BUF_INIT(BUF_TEXT_MAX), again = BUF_INIT(BUF_TEXT_MAX);
	struct json *j;

	(void)state;
	buf_addc(&out, '[');
	for (int i = 0; i < 100000; i++) {
		buf_adds(&out, i ? ",{\"id\":" : "{\"id\":");
		buf_addf(&out, "%d,\"name\":", i);
		json_quote(&out, "array job with a name of usual length");
		buf_addc(&out, '}');
	}
	buf_addc(&out, ']');
	assert_false(out.full);
	j = json_parse(out.data, out.len, NULL);
	assert_int_equal(json_len(j), 100000);
	assert_int_equal(json_write(&again, j), 0);
	assert_int_equal(again.len, out.len);
	assert_memory_equal(again.data, out.data, out.len);
	json_free(j);
	buf_clear(&out);
	buf_clear(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_where_text_went_wrong),
		cmocka_unit_test(an_error_holds_none_of_the_bytes_that_were_read),
		cmocka_unit_test(refuses_what_is_nested_too_deeply_or_too_long),
		cmocka_unit_test(paths_lead_through_objects_and_arrays),
		cmocka_unit_test(tells_the_kind_of_each_value),
		cmocka_unit_test(writes_keys_in_the_order_they_were_set),
		cmocka_unit_test(put_makes_the_objects_on_the_way),
		cmocka_unit_test(each_visits_every_pair_once_in_order),
		cmocka_unit_test(quotes_what_a_terminal_would_act_on),
		cmocka_unit_test(bad_utf8_becomes_the_replacement_character),
		cmocka_unit_test(pretty_text_is_indented_and_reads_back),
		cmocka_unit_test(reals_survive_being_written),
		cmocka_unit_test(writing_fails_at_the_ceiling),
		cmocka_unit_test(a_five_megabyte_reply_is_read_and_written_whole),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
