/* Windows over rows made by hand: order, filter, place, and when nothing has to be looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/queue.h"
#include "server/filter.h"
#include "server/fold.h"
#include "server/window.h"
#include "wire/wire.h"

#define NOW INT64_C(1790000000000)

static struct queue queue_of(size_t n)
{
	struct queue q;

	queue_init(&q);
	for (size_t i = 0; i < n; i++) {
		struct job *j = queue_add_job(&q);
		char text[32];
		int len = snprintf(text, sizeof(text), "%zu", i + 1);

		j->id = pool_add(&q.pool, text, (size_t)len);
		len = snprintf(text, sizeof(text), "run-%zu", n - i);
		j->name = pool_add(&q.pool, text, (size_t)len);
		len = snprintf(text, sizeof(text), "user%zu", i % 50);
		j->user = pool_intern(&q.pool, text, (size_t)len);
		j->state = i % 4 ? JOB_PENDING : JOB_RUNNING;
		j->priority = (int64_t)(i * 7919 % 1000) - 500;
		j->cpus = (int64_t)(i % 16) + 1;
		j->submit_s = NOW / 1000 - (int64_t)i;
		j->tasks = 1;
	}
	return q;
}

static struct rows rows_of(const struct queue *q, uint64_t stamp)
{
	return (struct rows){ .noun = NOUN_JOB,
			      .n = q->n_jobs,
			      .block = q->jobs,
			      .size = sizeof(struct job),
			      .stamp = stamp };
}

static const struct job *at(const struct window_view *v, const struct rows *r, size_t i)
{
	assert_true(i < v->n);
	return window_view_row(v, r, i);
}

static void open_view(struct window_view *v, const char *filter, const char *sort,
		      int64_t offset, int64_t count)
{
	struct window w = { .id = "w", .noun = NOUN_JOB, .offset = offset, .count = count };
	struct err err = ERR_INIT;

	snprintf(w.filter, sizeof(w.filter), "%s", filter);
	snprintf(w.sort, sizeof(w.sort), "%s", sort);
	if (window_view_open(v, &w, &err) < 0)
		fail_msg("%s", err.msg);
}

/* As "node list" and "job list" print them. */
static void columns_have_the_names_of_tables(void **state)
{
	static const struct {
		enum noun noun;
		const char *names[11];
	} tables[] = {
		{ NOUN_NODE,
		  { "NODE", "ARRAY", "STATE", "SINCE", "SIZE", "KIND", "ZONE", "JOBS", "$/H",
		    "REASON" } },
		{ NOUN_JOB,
		  { "JOBID", "NAME", "USER", "PARTITION", "ST", "TASKS", "CPUS", "TIME",
		    "NODES OR REASON" } },
	};
	struct err err = ERR_INIT;

	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (const char *const *name = tables[t].names; *name; name++) {
			struct window w = { .id = "w", .noun = tables[t].noun, .count = 1 };
			struct window_view v;

			snprintf(w.sort, sizeof(w.sort), "-%s", *name);
			if (window_view_open(&v, &w, &err) < 0)
				fail_msg("%s: %s", *name, err.msg);
			window_view_close(&v);
		}
}

static void natural_order_is_the_queues(void **state)
{
	struct queue q = queue_of(100);
	struct rows r = rows_of(&q, 5);
	struct window_view v;

	(void)state;
	open_view(&v, "", "", 10, 5);
	assert_true(window_view_look(&v, &r, NOW));
	assert_int_equal(v.total, 100);
	assert_int_equal(v.shown, 100);
	assert_int_equal(v.n, 5);
	assert_string_equal(at(&v, &r, 0)->id, "11");
	assert_null(v.order);
	assert_false(window_view_look(&v, &r, NOW + 1000));
	window_view_close(&v);
	queue_clear(&q);
}

static void filter_and_sort_work_together(void **state)
{
	struct queue q = queue_of(1000);
	struct rows r = rows_of(&q, 5);
	struct window_view v;

	(void)state;
	open_view(&v, "state:R cpus>4", "-prio", 0, 400);
	window_view_look(&v, &r, NOW);
	assert_int_equal(v.total, 1000);
	assert_true(v.shown > 0 && v.shown < 250);
	for (size_t i = 0; i < v.n; i++) {
		assert_int_equal(at(&v, &r, i)->state, JOB_RUNNING);
		assert_true(at(&v, &r, i)->cpus > 4);
		assert_true(i == 0 || at(&v, &r, i)->priority <= at(&v, &r, i - 1)->priority);
	}
	window_view_close(&v);
	queue_clear(&q);
}

static void texts_sort_as_people_count(void **state)
{
	struct queue q = queue_of(1000);
	struct rows r = rows_of(&q, 5);
	struct window_view v;

	(void)state;
	open_view(&v, "", "name", 8, 4);
	window_view_look(&v, &r, NOW);
	assert_string_equal(at(&v, &r, 0)->name, "run-9");
	assert_string_equal(at(&v, &r, 1)->name, "run-10");
	window_view_close(&v);
	open_view(&v, "", "-name", 0, 2);
	window_view_look(&v, &r, NOW);
	assert_string_equal(at(&v, &r, 0)->name, "run-1000");
	assert_string_equal(at(&v, &r, 1)->name, "run-999");
	window_view_close(&v);
	open_view(&v, "", "user", 0, 40);
	window_view_look(&v, &r, NOW);
	assert_string_equal(at(&v, &r, 19)->id, "951"); /* equal keys keep the natural order */
	assert_string_equal(at(&v, &r, 20)->user, "user1");
	window_view_close(&v);
	queue_clear(&q);
}

static void unknown_numbers_come_last(void **state)
{
	static const struct node nodes[] = { { .name = "a", .price = -1 },
					     { .name = "b", .price = 0.5 },
					     { .name = "c", .price = 2 } };
	struct rows r = { .noun = NOUN_NODE, .n = 3, .block = nodes, .size = sizeof(nodes[0]) };
	struct window w = { .noun = NOUN_NODE, .sort = "cost", .count = 3 };
	struct window_view v;

	(void)state;
	assert_int_equal(window_view_open(&v, &w, NULL), 0);
	window_view_look(&v, &r, NOW);
	assert_ptr_equal(window_view_row(&v, &r, 0), &nodes[1]);
	assert_ptr_equal(window_view_row(&v, &r, 2), &nodes[0]);
	window_view_close(&v);
	snprintf(w.sort, sizeof(w.sort), "-cost");
	assert_int_equal(window_view_open(&v, &w, NULL), 0);
	window_view_look(&v, &r, NOW);
	assert_ptr_equal(window_view_row(&v, &r, 0), &nodes[2]);
	assert_ptr_equal(window_view_row(&v, &r, 2), &nodes[0]);
	window_view_close(&v);
}

static void past_the_end_is_the_last_page(void **state)
{
	struct queue q = queue_of(25);
	struct rows r = rows_of(&q, 5);
	struct window_view v;

	(void)state;
	open_view(&v, "", "", 40, 10);
	window_view_look(&v, &r, NOW);
	assert_int_equal(v.offset, 15);
	assert_int_equal(v.n, 10);
	window_view_move(&v, 20, 10);
	assert_true(window_view_look(&v, &r, NOW));
	assert_int_equal(v.offset, 20);
	assert_int_equal(v.n, 5);
	window_view_close(&v);
	open_view(&v, "user:nobody", "", 40, 10);
	window_view_look(&v, &r, NOW);
	assert_int_equal(v.offset, 0);
	assert_int_equal(v.n, 0);
	window_view_close(&v);
	queue_clear(&q);
}

static void ages_are_asked_again(void **state)
{
	struct queue q = queue_of(10);
	struct rows r = rows_of(&q, 5);
	struct window_view v;

	(void)state;
	open_view(&v, "age>=5s", "", 0, 100);
	window_view_look(&v, &r, NOW);
	assert_int_equal(v.shown, 5);
	assert_false(window_view_look(&v, &r, NOW + 3000));
	assert_true(window_view_look(&v, &r, NOW + 30000));
	assert_int_equal(v.shown, 10);
	window_view_close(&v);
	queue_clear(&q);
}

static void rows_without_a_stamp_are_always_looked_at(void **state)
{
	struct queue q = queue_of(10);
	struct rows r = rows_of(&q, 0);
	struct window_view v;

	(void)state;
	open_view(&v, "cpus=1", "", 0, 100);
	window_view_look(&v, &r, NOW);
	assert_int_equal(v.shown, 1);
	q.jobs[3].cpus = 1;
	assert_true(window_view_look(&v, &r, NOW));
	assert_int_equal(v.shown, 2);
	window_view_close(&v);
	queue_clear(&q);
}

static void mistakes_are_told(void **state)
{
	struct window w = { .noun = NOUN_JOB, .sort = "-colour" };
	struct window_view v;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(window_view_open(&v, &w, &err), -1);
	assert_non_null(strstr(err.msg, "no column \"colour\" to sort by: id, name"));
	window_view_close(&v);
	w = (struct window){ .noun = NOUN_JOB, .filter = "user:a colour:b" };
	assert_int_equal(window_view_open(&v, &w, &err), -1);
	assert_int_equal(strncmp(err.msg, "at character 8: ", 16), 0);
	window_view_close(&v);
}

/* What is left out is what a reader fills in by itself. */
static void short_rows_say_the_same(void **state)
{
	struct queue q = queue_of(1);
	struct buf text = BUF_INIT(65536), whole = BUF_INIT(65536);
	struct pool pool;
	struct json *j;
	struct job back;

	(void)state;
	pool_init(&pool);
	row_as_text(&text, NOUN_JOB, &q.jobs[0]);
	assert_null(strstr(buf_str(&text), "\"constraint\""));
	j = json_parse(buf_str(&text), text.len, NULL);
	assert_int_equal(wire_job_read(&back, &pool, j, NULL), 0);
	json_free(j);
	j = wire_job_json(&back);
	json_write(&whole, j);
	json_free(j);
	buf_reset(&text);
	j = wire_job_json(&q.jobs[0]);
	json_write(&text, j);
	json_free(j);
	assert_string_equal(buf_str(&whole), buf_str(&text));
	buf_clear(&text);
	buf_clear(&whole);
	pool_clear(&pool);
	queue_clear(&q);
}

static void arrays_fold_into_rows(void **state)
{
	struct queue q = queue_of(6);
	struct rows r = rows_of(&q, 7), out, none = { .n = 0 };
	const struct job *row;

	(void)state;
	for (size_t i = 1; i < 5; i++)
		q.jobs[i].array_id = "12";
	q.jobs[1].tasks = 30; /* the part that has no records yet */
	q.jobs[4].nodes = "htc-1";
	jobs_fold(&out, &r, &none);
	assert_int_equal(out.n, 3);
	assert_int_equal(out.stamp, 7);
	row = rows_at(&out, 1);
	assert_string_equal(row->id, "12");
	assert_int_equal(row->tasks, 33);
	assert_int_equal(row->running, 1);
	assert_int_equal(row->state, JOB_RUNNING);
	assert_string_equal(row->nodes, "");
	assert_string_equal(((const struct job *)rows_at(&out, 0))->id, "1");
	rows_clear(&out);
	queue_clear(&q);
}

/* The row of an array passes for the tasks that it has in the queue, and for no others. */
static void an_array_passes_for_the_tasks_that_it_has(void **state)
{
	static const struct {
		const char *filter;
		size_t shown;
	} t[] = { { "id:12_7", 1 },	 { "id:12_40", 1 },	{ "id:12_3", 0 },
		  { "id:12_[1-6]", 0 },	 { "id:12_6..8", 1 },	{ "id:12", 1 },
		  { "id:12_3,12_7", 1 }, { "id:12_3 id:12", 0 }, { "!id:12_3", 3 },
		  { "id:13_7", 0 } };
	struct queue q = queue_of(4);
	struct rows r = rows_of(&q, 7), none = { .n = 0 }, folded;

	(void)state;
	q.jobs[1].array_id = q.jobs[2].array_id = "12";
	q.jobs[1].id = "12_7";
	q.jobs[2].id = "12_[30-50]";
	jobs_fold(&folded, &r, &none);
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct filter *f = filter_parse(NOUN_JOB, t[i].filter, NULL);
		size_t n = 0;

		assert_non_null(f);
		filter_fold(f, &r);
		filter_begin(f);
		for (size_t k = 0; k < folded.n; k++)
			n += filter_passes(f, rows_at(&folded, k), 0);
		if (n != t[i].shown)
			fail_msg("%s: %zu rows", t[i].filter, n);
		filter_free(f);
	}
	rows_clear(&folded);
	queue_clear(&q);
}

/* The total does not shrink when tasks leave the queue, and two readings of it are told apart.
 */
static void tasks_that_left_the_queue_are_counted_in_their_array(void **state)
{
	struct queue q = queue_of(4), gone = queue_of(3);
	struct rows r = rows_of(&q, 7), past = rows_of(&gone, 5), out;
	char parts[JOB_PARTS];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		q.jobs[i].array_id = "12";
		q.jobs[i].state = JOB_RUNNING;
	}
	gone.jobs[0].array_id = gone.jobs[1].array_id = "12";
	gone.jobs[2].array_id = "13"; /* of which nothing is in the queue */
	for (size_t i = 0; i < 3; i++) {
		gone.jobs[i].state = i ? JOB_CANCELLED : JOB_DONE;
		gone.jobs[i].end_s = 100;
	}
	jobs_fold(&out, &r, &past);
	assert_int_equal(out.n, 1);
	assert_string_equal(job_parts(parts, rows_at(&out, 0)),
			    "4 run, 1 done, 1 cancelled");
	assert_int_equal(job_tasks_left(rows_at(&out, 0)), 4);
	assert_int_not_equal(out.stamp, 7);
	rows_clear(&out);
	queue_clear(&q);
	queue_clear(&gone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_have_the_names_of_tables),
		cmocka_unit_test(natural_order_is_the_queues),
		cmocka_unit_test(arrays_fold_into_rows),
		cmocka_unit_test(an_array_passes_for_the_tasks_that_it_has),
		cmocka_unit_test(tasks_that_left_the_queue_are_counted_in_their_array),
		cmocka_unit_test(filter_and_sort_work_together),
		cmocka_unit_test(texts_sort_as_people_count),
		cmocka_unit_test(unknown_numbers_come_last),
		cmocka_unit_test(past_the_end_is_the_last_page),
		cmocka_unit_test(ages_are_asked_again),
		cmocka_unit_test(rows_without_a_stamp_are_always_looked_at),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(short_rows_say_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
