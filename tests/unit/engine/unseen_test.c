/* Jobs that no reading showed: which are asked for, and what the next life knows of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../support/engine_world.h"
#include "base/clock.h"
#include "base/mem.h"
#include "engine/jobs.h"
#include "engine/note.h"
#include "engine/unseen.h"

static void submit(struct unseen *u, const char *id, int64_t at_ms)
{
	struct unseen_job j = { .at_ms = at_ms };

	snprintf(j.id, sizeof(j.id), "%s", id);
	unseen_add(u, &j);
}

static struct strs asked(struct unseen *u, const struct queue *q)
{
	struct map *due = unseen_due(u, q->read_started_ms);
	struct strs ids = STRS_INIT(UNSEEN_MOST);

	assert_non_null(due);
	unseen_shown(due, q);
	unseen_settle(u, due, q->read_started_ms, &ids);
	map_free(due);
	return ids;
}

static void what_a_later_reading_does_not_show_is_asked_for(void **state)
{
	struct job jobs[] = { { .id = "7", .array_id = "" }, { .id = "8", .array_id = "" } };
	const struct queue q = { .jobs = jobs,
				 .n_jobs = ARRAY_LEN(jobs),
				 .read_started_ms = 1000 };
	struct unseen u = { .n = 0 };
	struct strs ids;

	(void)state;
	submit(&u, "7", 900);
	submit(&u, "9", 950);
	submit(&u, "10", 1000); /* the reading may have been before it */
	ids = asked(&u, &q);
	assert_int_equal(ids.n, 1);
	assert_string_equal(ids.v[0], "9");
	assert_int_equal(u.n, 2); /* 7 was seen */
	assert_string_equal(u.v[1].id, "10");
	assert_false(u.v[1].asked);
	strs_clear(&ids);
	unseen_clear(&u);
}

static void nothing_is_due_before_a_reading_and_while_it_is_asked_for(void **state)
{
	struct unseen u = { .n = 0 };

	(void)state;
	assert_null(unseen_due(&u, 1000));
	submit(&u, "7", 1000);
	assert_null(unseen_due(&u, 1000));
	u.asking = true;
	assert_null(unseen_due(&u, 2000));
	unseen_clear(&u);
}

static void an_array_that_is_shown_is_asked_for_and_not_given_up(void **state)
{
	struct job jobs[] = { { .id = "12_3", .array_id = "12" },
			      { .id = "12_[5-9]", .array_id = "12" } };
	const struct queue q = { .jobs = jobs,
				 .n_jobs = ARRAY_LEN(jobs),
				 .read_started_ms = 1000 };
	struct unseen u = { .n = 0 };
	struct strs ids;

	(void)state;
	submit(&u, "12", 900);
	submit(&u, "1", 900);
	ids = asked(&u, &q);
	assert_int_equal(ids.n, 2);
	assert_true(u.v[0].partly);
	assert_false(u.v[1].partly);
	unseen_told(&u, "12_4");
	assert_true(u.v[0].told);
	assert_false(u.v[1].told); /* "1" is not "12" */
	unseen_told(&u, "1");
	assert_true(u.v[1].told);
	assert_true(unseen_is_whole_array(&u, "12"));
	assert_false(unseen_is_whole_array(&u, "12_4"));
	assert_false(unseen_is_whole_array(&u, "1"));
	unseen_told(&u, "1_2"); /* its tasks began and ended between two readings */
	assert_true(unseen_is_whole_array(&u, "1"));
	strs_clear(&ids);
	unseen_clear(&u);
}

static void the_oldest_go_when_there_are_too_many(void **state)
{
	struct unseen u = { .n = 0 };
	char id[16];

	(void)state;
	for (int i = 1; i <= UNSEEN_MOST + 2; i++) {
		snprintf(id, sizeof(id), "%d", i);
		submit(&u, id, i);
	}
	assert_int_equal(u.n, UNSEEN_MOST);
	assert_string_equal(u.v[0].id, "3");
	unseen_clear(&u);
}

static void write_down(struct run *r, const char *id)
{
	struct job_record rec = { .submit_s = 1, .end_s = clock_utc_ms() / 1000 };

	snprintf(rec.id, sizeof(rec.id), "%s", id);
	snprintf(rec.state, sizeof(rec.state), "done");
	assert_int_equal(store_job_seen(r->engine->store, r->cluster.id, &rec, NULL), 0);
}

static void the_next_life_asks_for_those_of_which_nothing_is_written_down(void **state)
{
	struct engine_world w;

	(void)state;
	engine_world_make(&w, "unseen", NULL);
	engine_world_begin(&w);
	note(w.r, EVENT_INFO, "5", EVENT_SUBMITTED);
	note(w.r, EVENT_INFO, "6", EVENT_SUBMITTED);
	note(w.r, EVENT_INFO, "7", EVENT_SUBMITTED);
	note(w.r, EVENT_INFO, "8", "job cancel asked");
	write_down(w.r, "5");
	write_down(w.r, "7_1");
	engine_world_end(&w);
	engine_world_begin(&w);
	assert_int_equal(w.r->unseen.n, 1);
	assert_string_equal(w.r->unseen.v[0].id, "6");
	engine_world_end(&w);
	assert_int_equal(engine_world_remove(&w), 0);
}

static void ask_for(struct run *r, const char *id)
{
	submit(&r->unseen, id, 1000);
	r->unseen.v[r->unseen.n - 1].asked = true;
}

static struct job_record found(const struct run *r, const char *id)
{
	struct job_record rec;

	assert_int_equal(store_job_find(r->engine->store, r->cluster.id, id, &rec, NULL), 0);
	return rec;
}

static bool is_missing(const struct run *r, const char *id)
{
	struct job_record rec;

	return store_job_find(r->engine->store, r->cluster.id, id, &rec, NULL) < 0;
}

static void what_the_scheduler_tells_is_written_down(void **state)
{
	const struct job_end ends[] = {
		{ .id = "7",
		  .state = JOB_FAILED,
		  .exit_code = 3,
		  .name = "mesh",
		  .user = "op",
		  .partition = "htc",
		  .nodes = "htc-1",
		  .submit_s = 2,
		  .start_s = 3,
		  .end_s = 4,
		  .cpus = 8,
		  .nodes_min = 1,
		  .limit_s = 60,
		  .files = { .output = "/o" } },
		{ .id = "12_1", .state = JOB_DONE, .submit_s = 2, .end_s = 4 },
		{ .id = "12_[3-4]",
		  .state = JOB_CANCELLED,
		  .submit_s = 2,
		  .end_s = 4,
		  .files = { .output = "/o-[3-4]" } },
		{ .id = "12", .state = JOB_CANCELLED, .submit_s = 2, .end_s = 4 },
	};
	char *words[] = { (char[]){ "12" } };
	const struct strs cancelled = { .v = words, .n = 1 };
	struct err err = ERR_INIT;
	struct engine_world w;
	struct job_record rec;

	(void)state;
	engine_world_make(&w, "unseen", NULL);
	engine_world_begin(&w);
	cancels_add(&w.r->cancels, &cancelled, "ann", clock_utc_ms());
	ask_for(w.r, "7");
	ask_for(w.r, "12");
	ask_for(w.r, "13"); /* forgotten */
	submit(&w.r->unseen, "14", 2000);
	unseen_ended(w.r, ends, ARRAY_LEN(ends), &err);
	assert_string_equal(err.msg, "");
	rec = found(w.r, "7");
	assert_string_equal(rec.state, "failed");
	assert_string_equal(rec.name, "mesh");
	assert_string_equal(rec.user, "op");
	assert_string_equal(rec.partition, "htc");
	assert_string_equal(rec.nodes, "htc-1");
	assert_string_equal(rec.output, "/o");
	assert_int_equal(rec.exit_code, 3);
	assert_int_equal(rec.submit_s, 2);
	assert_int_equal(rec.cpus, 8);
	assert_int_equal(rec.limit_s, 60);
	assert_string_equal(found(w.r, "12_1").state, "done");
	rec = found(w.r, "12_4");
	assert_string_equal(rec.reason, "by ann");
	assert_string_equal(rec.output, "");
	assert_true(is_missing(w.r, "12")); /* its tasks have records */
	rec = found(w.r, "13");
	assert_string_equal(rec.state, JOB_ENDED_WORD);
	assert_int_equal(rec.submit_s, 1);
	assert_int_equal(rec.exit_code, -1);
	assert_true(is_missing(w.r, "14"));
	assert_int_equal(w.r->unseen.n, 1);
	engine_world_end(&w);
	assert_int_equal(engine_world_remove(&w), 0);
}

/* A head that was made anew counts from 1 again. */
static void an_older_job_of_the_same_number_stays(void **state)
{
	const struct job_end end = {
		.id = "7", .state = JOB_DONE, .name = "new", .submit_s = 100, .end_s = 110
	};
	struct err err = ERR_INIT;
	struct engine_world w;
	struct job_record *v;
	size_t n;

	(void)state;
	engine_world_make(&w, "unseen", NULL);
	engine_world_begin(&w);
	assert_int_equal(
	    store_job_seen(
		w.e->store, w.r->cluster.id,
		&(struct job_record){ .id = "7", .name = "old", .submit_s = 5, .end_s = 9 },
		NULL),
	    0);
	ask_for(w.r, "7");
	unseen_ended(w.r, &end, 1, &err);
	assert_int_equal(store_jobs_ended(w.e->store, w.r->cluster.id, 0, 10, &v, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_string_equal(v[0].name, "new");
	assert_string_equal(v[1].name, "old");
	free(v);
	engine_world_end(&w);
	assert_int_equal(engine_world_remove(&w), 0);
}

/* Nobody is left who would tell how. */
static void jobs_that_go_with_their_cluster_are_written_down(void **state)
{
	struct job jobs[] = { job_blank(), job_blank() };
	struct queue q = { .jobs = jobs, .n_jobs = ARRAY_LEN(jobs) };
	struct buf why = BUF_INIT(BUF_TEXT_MAX);
	struct engine_world w;

	(void)state;
	jobs[0].id = "15_10";
	jobs[0].array_id = "15";
	jobs[0].nodes = "htc-1";
	jobs[0].state = JOB_RUNNING;
	jobs[0].start_s = 1000;
	jobs[1].id = "16";
	jobs[1].state = JOB_HELD;
	engine_world_make(&w, "unseen", NULL);
	engine_world_begin(&w);
	w.r->queue = &q;
	snprintf(w.r->op.actor, sizeof(w.r->op.actor), "ada");
	jobs_end_with_cluster(w.r);
	w.r->queue = NULL; /* as with its head */
	gone_jobs_load(w.r);
	assert_int_equal(w.r->gone_jobs->n_jobs, 2);
	assert_string_equal(w.r->gone_jobs->jobs[0].reason, "ended with its cluster, by ada");
	assert_true(why_ended(&why, w.r, "15_10"));
	assert_non_null(strstr(buf_str(&why), "cancelled at "));
	assert_non_null(
	    strstr(buf_str(&why), "(ended with its cluster, by ada)\nran on: htc-1"));
	buf_clear(&why);
	engine_world_end(&w);
	assert_int_equal(engine_world_remove(&w), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_later_reading_does_not_show_is_asked_for),
		cmocka_unit_test(nothing_is_due_before_a_reading_and_while_it_is_asked_for),
		cmocka_unit_test(an_array_that_is_shown_is_asked_for_and_not_given_up),
		cmocka_unit_test(the_oldest_go_when_there_are_too_many),
		cmocka_unit_test(the_next_life_asks_for_those_of_which_nothing_is_written_down),
		cmocka_unit_test(what_the_scheduler_tells_is_written_down),
		cmocka_unit_test(an_older_job_of_the_same_number_stays),
		cmocka_unit_test(jobs_that_go_with_their_cluster_are_written_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
