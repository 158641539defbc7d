/* The map's rows: groups in the order of a window of nodes, a byte for each node. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "server/groups.h"
#include "wire/wire.h"

#define NOW INT64_C(1790000000000)

static struct node *nodes_of(size_t n)
{
	struct node *v = xcalloc(n, sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		v[i].id = (int64_t)i + 1;
		v[i].index = (int64_t)i + 1;
		v[i].state = i % 3 ? NODE_BUSY : NODE_IDLE;
		v[i].load = i % 3 ? 1 : 0;
		v[i].price = 0.3;
		v[i].requested_ms = NOW - (int64_t)i * 60000;
		snprintf(v[i].name, sizeof(v[i].name), "htc-%zu", i + 1);
		snprintf(v[i].array, sizeof(v[i].array), "htc");
		snprintf(v[i].zone, sizeof(v[i].zone), "%zu", i % 2 + 1);
		snprintf(v[i].user, sizeof(v[i].user), "%s", i % 3 ? "alice" : "");
	}
	return v;
}

static void look(struct window_view *v, struct rows *out, const struct node *nodes, size_t n,
		 const char *filter, const char *sort, const char *shade)
{
	struct window w = { .id = "m", .noun = NOUN_GROUP, .count = 100 };
	struct rows rows = {
		.noun = NOUN_NODE, .n = n, .block = nodes, .size = sizeof(*nodes)
	};
	struct err err = ERR_INIT;

	snprintf(w.filter, sizeof(w.filter), "%s", filter);
	snprintf(w.sort, sizeof(w.sort), "%s", sort);
	snprintf(w.shade, sizeof(w.shade), "%s", shade);
	if (window_view_open(v, &w, &err) < 0)
		fail_msg("%s", err.msg);
	window_view_look(v->nodes, &rows, NOW);
	groups_make(out, v, &rows, NOW);
	window_view_look(v, out, NOW);
}

static const struct group_row *row(const struct rows *r, size_t i)
{
	assert_true(i < r->n);
	return rows_at(r, i);
}

static void a_group_for_each_array(void **state)
{
	struct node *nodes = nodes_of(6);
	struct window_view v;
	struct rows r;

	(void)state;
	snprintf(nodes[4].array, sizeof(nodes[4].array), "mem");
	snprintf(nodes[5].array, sizeof(nodes[5].array), "mem");
	look(&v, &r, nodes, 6, "", "", "");
	assert_int_equal(r.n, 2);
	assert_string_equal(row(&r, 0)->name, "htc");
	assert_string_equal(row(&r, 0)->glyphs, "=##=");
	assert_string_equal(row(&r, 0)->shades, "");
	assert_int_equal(row(&r, 0)->size, 4);
	assert_int_equal(row(&r, 0)->count[NODE_BUSY], 2);
	assert_string_equal(row(&r, 1)->glyphs, "##");
	rows_clear(&r);
	window_view_close(&v);
	free(nodes);
}

static void the_order_makes_the_groups(void **state)
{
	struct node *nodes = nodes_of(5);
	struct window_view v;
	struct rows r;

	(void)state;
	look(&v, &r, nodes, 5, "", "-zone", "user");
	assert_int_equal(r.n, 2);
	assert_string_equal(row(&r, 0)->name, "2");
	assert_string_equal(row(&r, 0)->shades, "a.");
	assert_string_equal(row(&r, 1)->name, "1");
	assert_string_equal(row(&r, 1)->shades, ".aa");
	rows_clear(&r);
	window_view_close(&v);
	look(&v, &r, nodes, 5, "state:busy", "cost", "cost"); /* an order, not a group */
	assert_int_equal(r.n, 1);
	assert_string_equal(row(&r, 0)->name, "");
	assert_string_equal(row(&r, 0)->shades, "555");
	rows_clear(&r);
	window_view_close(&v);
	free(nodes);
}

static void shades_go_from_little_to_much(void **state)
{
	struct node *nodes = nodes_of(5);
	struct window_view v;
	struct rows r;

	(void)state;
	nodes[4].load = -1;
	nodes[3].load = 0.5;
	look(&v, &r, nodes, 5, "", "", "load");
	assert_string_equal(row(&r, 0)->shades, "0995 ");
	rows_clear(&r);
	window_view_close(&v);
	look(&v, &r, nodes, 5, "", "", "age");
	assert_string_equal(row(&r, 0)->shades, "01111");
	rows_clear(&r);
	window_view_close(&v);
	free(nodes);
}

static void a_large_group_has_parts(void **state)
{
	struct node *nodes = nodes_of(2500);
	struct window_view v;
	struct rows r;

	(void)state;
	look(&v, &r, nodes, 2500, "", "", "load");
	assert_int_equal(r.n, 3);
	assert_int_equal(row(&r, 2)->first, 2000);
	assert_int_equal(strlen(row(&r, 1)->glyphs), GROUP_CELLS);
	assert_int_equal(strlen(row(&r, 2)->shades), 500);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(row(&r, i)->size, 2500);
		assert_int_equal(row(&r, i)->count[NODE_IDLE], 834);
	}
	assert_true(row_id(NOUN_GROUP, row(&r, 0)) != row_id(NOUN_GROUP, row(&r, 1)));
	rows_clear(&r);
	window_view_close(&v);
	free(nodes);
}

static void a_row_survives_the_wire(void **state)
{
	struct group_row in = { .name = "htc", .first = 1000, .size = 1003, .glyphs = "#=!" },
			 out;
	struct json *j;
	struct err err = ERR_INIT;

	(void)state;
	in.count[NODE_FAILED] = 1;
	snprintf(in.shades, sizeof(in.shades), "90?");
	j = wire_group_row_json(&in);
	assert_int_equal(wire_group_row_read(&out, j, &err), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	json_free(j);
}

static void a_wrong_shade_is_named(void **state)
{
	struct window w = { .id = "m", .noun = NOUN_GROUP, .count = 1, .shade = "colour" };
	struct window_view v;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(window_view_open(&v, &w, &err), -1);
	assert_string_equal(err.msg, "there is no shade \"colour\": " GROUP_SHADES);
	window_view_close(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_for_each_array),
		cmocka_unit_test(the_order_makes_the_groups),
		cmocka_unit_test(shades_go_from_little_to_much),
		cmocka_unit_test(a_large_group_has_parts),
		cmocka_unit_test(a_row_survives_the_wire),
		cmocka_unit_test(a_wrong_shade_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
