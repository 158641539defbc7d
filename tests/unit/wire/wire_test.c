/* What goes out comes back the same, through text, for each noun; and wrong bodies are named,
 * not crashed on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "wire/wire.h"

static struct json *through_text(struct json *j)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct json *back;

	assert_int_equal(json_write(&text, j), 0);
	back = json_parse(buf_str(&text), text.len, NULL);
	assert_non_null(back);
	buf_clear(&text);
	json_free(j);
	return back;
}

/* Two values are the same when their texts are. */
static void assert_same(struct json *a, struct json *b)
{
	struct buf x = BUF_INIT(BUF_TEXT_MAX), y = BUF_INIT(BUF_TEXT_MAX);

	json_write(&x, a);
	json_write(&y, b);
	assert_string_equal(buf_str(&x), buf_str(&y));
	buf_clear(&x);
	buf_clear(&y);
	json_free(a);
	json_free(b);
}

static void fill_spec(struct cluster_spec *s)
{
	s->scheduler = xstrdup("slurm");
	s->region = xstrdup("westeurope");
	s->max_price = 12.5;
	s->choose = CHOOSE_BALANCED;
	s->arrays = xcalloc(2, sizeof(*s->arrays));
	s->n_arrays = 2;
	for (int i = 0; i < 2; i++) {
		array_spec_init(&s->arrays[i]);
		s->arrays[i].name = xstrdup(i ? "hpc" : "htc");
		strs_add(&s->arrays[i].sizes, "Standard_F2s_v2");
		s->arrays[i].spot = SPOT_THEN_ONDEMAND;
		s->arrays[i].max_nodes = 16;
	}
	s->arrays[1].schedule = xcalloc(1, sizeof(*s->arrays[1].schedule));
	s->arrays[1].n_schedule = 1;
	schedule_window_init(&s->arrays[1].schedule[0]);
	s->arrays[1].schedule[0].name = xstrdup("work");
	s->arrays[1].schedule[0].from = xstrdup("08:00");
	s->arrays[1].schedule[0].to = xstrdup("18:00");
	s->arrays[1].schedule[0].zone = xstrdup("Europe/Berlin");
	strs_add(&s->arrays[1].schedule[0].days, "mon-fri");
	s->arrays[1].schedule[0].min_nodes = 4;
	s->budgets = xcalloc(1, sizeof(*s->budgets));
	s->n_budgets = 1;
	budget_spec_init(&s->budgets[0]);
	s->budgets[0].name = xstrdup("phys");
	s->budgets[0].account = xstrdup("physics");
	s->budgets[0].limit = 200;
	s->budgets[0].period = BUDGET_DAY;
	s->storage = xcalloc(1, sizeof(*s->storage));
	s->n_storage = 1;
	s->storage[0] = (struct storage_spec){ xstrdup("shared"),
					       xstrdup("nfs"),
					       xstrdup("/shared"),
					       KEEP_SNAPSHOT,
					       64,
					       xstrdup("old-shared-1a2b3c4d"),
					       xstrdup("/subscriptions/s/snapshots/y"),
					       xstrdup("/subscriptions/s/x"),
					       5,
					       0.014 };
	s->settings = xcalloc(1, sizeof(*s->settings));
	s->n_settings = 1;
	s->settings[0] = (struct setting){ xstrdup("CgroupPlugin"), xstrdup("cgroup/v1") };
}

static void a_cluster_comes_back_with_its_spec(void **state)
{
	struct cluster c = { 0 }, d = { 0 };
	struct json *j;

	(void)state;
	c.name = xstrdup("demo");
	c.state = CLUSTER_RUNNING;
	c.owner_uid = 1000;
	fill_spec(&c.spec);
	j = through_text(wire_cluster_json(&c, true));
	assert_int_equal(wire_cluster_read(&d, j, NULL), 0);
	assert_int_equal(d.spec.n_arrays, 2);
	assert_string_equal(d.spec.arrays[1].name, "hpc");
	assert_string_equal(d.spec.arrays[1].sizes.v[0], "Standard_F2s_v2");
	assert_int_equal(d.spec.storage[0].policy, KEEP_SNAPSHOT);
	assert_string_equal(d.spec.storage[0].from_id, "/subscriptions/s/snapshots/y");
	assert_int_equal(d.spec.arrays[0].n_schedule, 0);
	assert_int_equal(d.spec.arrays[1].schedule[0].min_nodes, 4);
	assert_int_equal(d.spec.arrays[1].schedule[0].max_nodes, -1);
	assert_string_equal(d.spec.arrays[1].schedule[0].days.v[0], "mon-fri");
	assert_int_equal(d.spec.budgets[0].period, BUDGET_DAY);
	assert_null(d.spec.budgets[0].user);
	json_free(j);
	assert_same(wire_cluster_json(&c, true), wire_cluster_json(&d, true));
	cluster_clear(&c);
	cluster_clear(&d);
}

static void a_node_comes_back(void **state)
{
	struct node n = { .id = 7,
			  .name = "htc-1",
			  .state = NODE_DRAINING,
			  .price = 0.02,
			  .spot = true },
		    m;
	struct json *j = through_text(wire_node_json(&n));

	(void)state;
	assert_int_equal(wire_node_read(&m, j, NULL), 0);
	json_free(j);
	assert_int_equal(m.state, NODE_DRAINING);
	assert_same(wire_node_json(&n), wire_node_json(&m));
}

static void a_job_comes_back_from_a_pool(void **state)
{
	struct queue q;
	struct pool pool;
	struct job *job, back;
	struct json *j;

	(void)state;
	queue_init(&q);
	pool_init(&pool);
	job = queue_add_job(&q);
	job->id = "12_3";
	job->state = JOB_RUNNING;
	job->reason_class = REASON_LIMIT;
	j = through_text(wire_job_json(job));
	assert_int_equal(wire_job_read(&back, &pool, j, NULL), 0);
	json_free(j);
	assert_string_equal(back.id, "12_3");
	assert_int_equal(back.reason_class, REASON_LIMIT);
	assert_same(wire_job_json(job), wire_job_json(&back));
	pool_clear(&pool);
	queue_clear(&q);
}

static void an_operation_carries_its_data_as_json(void **state)
{
	struct operation o = { .id = 3, .kind = OP_DELETE, .data = xstrdup("{\"left\":[1]}") },
			 p = { 0 };
	struct json *j = through_text(wire_operation_json(&o));

	(void)state;
	assert_int_equal(json_int(j, "data.left.0", 0), 1);
	assert_int_equal(wire_operation_read(&p, j, NULL), 0);
	assert_string_equal(p.data, "{\"left\":[1]}");
	json_free(j);
	operation_clear(&o);
	operation_clear(&p);
}

static void an_array_row_keeps_counts_by_word(void **state)
{
	struct array_row r = { .array = "htc", .live = 3 }, s;
	struct json *j;

	(void)state;
	r.count[NODE_BUSY] = 2;
	strcpy(r.glyphs, "##=");
	j = through_text(wire_array_row_json(&r));
	assert_int_equal(json_int(j, "count.busy", 0), 2);
	assert_int_equal(wire_array_row_read(&s, j, NULL), 0);
	assert_int_equal(s.count[NODE_BUSY], 2);
	assert_string_equal(s.glyphs, "##=");
	json_free(j);
}

static void wrong_members_are_named(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "{\"id\":\"seven\"}", "\"id\"" },
		{ "{\"state\":7}", "\"state\"" },
		{ "{\"spot\":\"yes\"}", "\"spot\"" },
		{ "{\"name\":{}}", "\"name\"" },
		{ "[]", "not an object" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct json *j = json_parse(rows[i].text, strlen(rows[i].text), NULL);
		struct err err = ERR_INIT;
		struct node n;

		assert_int_equal(wire_node_read(&n, j, &err), -1);
		assert_non_null(strstr(err.msg, rows[i].says));
		json_free(j);
	}
}

static void a_window_is_bounded(void **state)
{
	static const char *const bad[] = {
		"{\"noun\":\"node\"}",
		"{\"id\":\"n\"}",
		"{\"id\":\"n\",\"noun\":\"teapot\"}",
		"{\"id\":\"n\",\"noun\":\"node\",\"count\":100000}",
		"{\"id\":\"n\",\"noun\":\"node\",\"offset\":-1}",
	};
	struct window w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct json *j = json_parse(bad[i], strlen(bad[i]), NULL);

		assert_int_equal(wire_window_read(&w, j, NULL), -1);
		json_free(j);
	}
}

static void an_error_comes_back_with_its_code(void **state)
{
	struct err e, f = ERR_INIT;
	struct json *j;

	(void)state;
	err_set(&e, ERR_QUOTA, "cores: limit 10, used 8, asked 4");
	j = through_text(wire_error_json(&e, "r-1"));
	assert_int_equal(wire_error_read(&f, j), 0);
	assert_int_equal(f.code, ERR_QUOTA);
	assert_string_equal(f.msg, e.msg);
	assert_int_equal(wire_error_status(ERR_DENIED), 403);
	json_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cluster_comes_back_with_its_spec),
		cmocka_unit_test(a_node_comes_back),
		cmocka_unit_test(a_job_comes_back_from_a_pool),
		cmocka_unit_test(an_operation_carries_its_data_as_json),
		cmocka_unit_test(an_array_row_keeps_counts_by_word),
		cmocka_unit_test(wrong_members_are_named),
		cmocka_unit_test(a_window_is_bounded),
		cmocka_unit_test(an_error_comes_back_with_its_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
