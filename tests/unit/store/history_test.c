/* The curves outlive an engine; a damaged one costs a picture and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../support/store_world.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sql.h"
#include "store/store.h"
#include "wire/wire.h"

#define START ((int64_t)60000 * 15 * 2000000)

static void fill(struct history *h)
{
	*h = (struct history){ 0 };
	for (int i = 0; i < 70; i++) {
		struct history_sample s = { { [HISTORY_NODES] = i, [HISTORY_PRICE] = -1 } };

		history_see(h, START + i * (int64_t)60000, &s);
	}
}

static void outlives_the_engine(void **state)
{
	struct store_world *w = *state;
	struct history h, back;

	fill(&h);
	assert_int_equal(store_history_save(w->st, w->c.id, &h, NULL), 0);
	store_close(w->st);
	w->st = store_open(w->path, true, NULL);
	assert_int_equal(store_history_get(w->st, w->c.id, &back, NULL), 0);
	for (int s = 0; s < HISTORY_SPANS; s++)
		for (int k = 0; k < HISTORY_SERIES; k++)
			for (size_t i = 0; i < history_steps((enum history_span)s); i++)
				assert_int_equal(history_get(&back, (enum history_span)s,
							     (enum history_series)k, i),
						 history_get(&h, (enum history_span)s,
							     (enum history_series)k, i));
}

static void nothing_written_reads_as_empty(void **state)
{
	struct store_world *w = *state;
	struct history h;

	assert_int_equal(store_history_get(w->st, w->c.id, &h, NULL), 0);
	assert_int_equal(h.ring[HISTORY_HOUR].at, 0);
}

static void a_damaged_one_reads_as_empty(void **state)
{
	struct store_world *w = *state;
	struct history h;
	struct sql *sql;
	struct stmt s;

	fill(&h);
	assert_int_equal(store_history_save(w->st, w->c.id, &h, NULL), 0);
	store_close(w->st);
	sql = sql_open(w->path, &(struct sql_options){ .any_file_system = true }, NULL);
	s = stmt_open(sql, "UPDATE history SET body = '{\"hour\":{\"at_ms\":-7'");
	assert_int_equal(stmt_run(&s, NULL), 0);
	sql_close(sql);
	w->st = store_open(w->path, true, NULL);
	assert_int_equal(store_history_get(w->st, w->c.id, &h, NULL), 0);
	assert_int_equal(h.ring[HISTORY_HOUR].at, 0);
}

static void hostile_numbers_are_refused(void **state)
{
	struct err err = ERR_INIT;
	struct json *j = json_parse(
	    "{\"hour\":{\"at_ms\":59,\"nodes\":[1]},\"day\":{\"at_ms\":-4}}", 50, &err);
	struct history h;

	(void)state;
	wire_history_read(&h, j);
	assert_int_equal(h.ring[HISTORY_HOUR].at, 0);
	assert_int_equal(h.ring[HISTORY_DAY].at, 0);
	json_free(j);
}

static void the_picture_travels(void **state)
{
	struct history h;
	struct history_row r, back;
	struct json *j;

	(void)state;
	fill(&h);
	history_row_make(&r, &h, HISTORY_HOUR, START + 70 * (int64_t)60000, NULL);
	snprintf(r.cluster, sizeof(r.cluster), "demo");
	j = wire_history_row_json(&r);
	assert_int_equal(wire_history_row_read(&back, j, NULL), 0);
	assert_memory_equal(&back, &r, sizeof(r));
	json_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(outlives_the_engine, store_world_up,
						store_world_down),
		cmocka_unit_test_setup_teardown(nothing_written_reads_as_empty, store_world_up,
						store_world_down),
		cmocka_unit_test_setup_teardown(a_damaged_one_reads_as_empty, store_world_up,
						store_world_down),
		cmocka_unit_test(hostile_numbers_are_refused),
		cmocka_unit_test(the_picture_travels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
