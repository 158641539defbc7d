/* Sets of tasks and host lists, as Slurm writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "azsim/queue/command.h"
#include "azsim/queue/hosts.h"

static void set_is(const struct gq_tasks *t, const char *want)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	gq_tasks_print(&b, t);
	assert_string_equal(buf_str(&b), want);
	buf_clear(&b);
}

static void reads(const char *text, const char *want, int64_t count)
{
	struct gq_tasks t;
	int64_t throttle;

	assert_int_equal(gq_tasks_read(&t, &throttle, text, 1000), 0);
	set_is(&t, want);
	assert_int_equal(t.count, count);
	gq_tasks_clear(&t);
}

static void refuses(const char *text)
{
	struct gq_tasks t;
	int64_t throttle;

	assert_int_equal(gq_tasks_read(&t, &throttle, text, 1000), -1);
}

static void sets_are_read_and_written(void **state)
{
	(void)state;
	reads("1-40", "1-40", 40);
	reads("7", "7", 1);
	reads("1-199:2", "1-199:2", 100);
	reads("1-10:4", "1-9:4", 3);
	reads("5,1-3%2", "1-3,5", 4);
	reads("1-9:2,4", "1,3-5,7,9", 6);
	reads("1-4,3-6", "1-6", 6);
	refuses("");
	refuses("4-1");
	refuses("1-2000");
	refuses("1-x");
	refuses("1,,2");
	refuses("1%0");
	refuses("1:2");
}

static void tasks_leave_and_come_back(void **state)
{
	struct gq_tasks t;
	int64_t throttle;

	(void)state;
	assert_int_equal(gq_tasks_read(&t, &throttle, "1-40%4", 1000), 0);
	assert_int_equal(throttle, 4);
	for (int i = 1; i <= 4; i++)
		assert_true(gq_tasks_take(&t, gq_tasks_first(&t)));
	set_is(&t, "5-40");
	assert_true(gq_tasks_take(&t, 20));
	assert_false(gq_tasks_take(&t, 20));
	set_is(&t, "5-19,21-40");
	gq_tasks_add(&t, 20);
	set_is(&t, "5-40");
	gq_tasks_add(&t, 1);
	set_is(&t, "1,5-40");
	gq_tasks_clear(&t);
	assert_int_equal(gq_tasks_read(&t, &throttle, "1-9:2", 1000), 0);
	assert_true(gq_tasks_take(&t, 5));
	set_is(&t, "1-3:2,7-9:2");
	assert_true(gq_tasks_take(&t, 1));
	set_is(&t, "3,7-9:2");
	gq_tasks_clear(&t);
	assert_int_equal(gq_tasks_first(&t), -1);
}

static void a_long_set_is_cut_as_slurm_cuts_it(void **state)
{
	static const char whole[] =
	    "1,3,7,13,16,21,23,27,33,36,41,43,47,53,56,61,63,67,73,76,81,83,87,93,96,101,103";
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	struct gq_tasks t;
	int64_t throttle;

	(void)state;
	assert_int_equal(gq_tasks_read(&t, &throttle, whole, 1000), 0);
	gq_add_set(&b, &t, true);
	assert_string_equal(buf_str(&b), whole);
	buf_reset(&b);
	gq_add_set(&b, &t, false); /* recorded with 22.05.8 */
	assert_string_equal(buf_str(&b),
			    "1,3,7,13,16,21,23,27,33,36,41,43,47,53,56,61,63,67,73,76,81,...");
	buf_clear(&b);
	gq_tasks_clear(&t);
}

static void hosts_are(const char *list, const char *want)
{
	struct strs names = STRS_INIT(1000);
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	assert_int_equal(gq_hosts_read(&names, list), 0);
	gq_hosts_print(&b, (const char *const *)names.v, names.n);
	assert_string_equal(buf_str(&b), want);
	buf_clear(&b);
	strs_clear(&names);
}

static void host_lists_are_read_and_written(void **state)
{
	struct strs names = STRS_INIT(1000);

	(void)state;
	hosts_are("c1", "c1");
	hosts_are("c[1-3,7],s1", "c[1-3,7],s1");
	hosts_are("htc-1,htc-2,htc-3", "htc-[1-3]");
	hosts_are("n08,n09,n10,n11", "n[08-11]");
	hosts_are("b,a1,a", "a,a1,b");
	hosts_are("c10,c2,c1", "c[1-2,10]");
	hosts_are("h9,h10,h12", "h[9-10,12]");
	assert_int_equal(gq_hosts_read(&names, "c[1-"), -1);
	assert_int_equal(gq_hosts_read(&names, "c[3-1]"), -1);
	assert_int_equal(gq_hosts_read(&names, "c[1-99999]"), -1); /* more than fit */
	strs_clear(&names);
}

static void numbers_look_like_slurms(void **state)
{
	struct buf b = BUF_INIT(1000);

	(void)state;
	gq_add_mem(&b, 0, false);
	buf_addc(&b, ' ');
	gq_add_mem(&b, 100, false);
	buf_addc(&b, ' ');
	gq_add_mem(&b, 1536, false);
	buf_addc(&b, ' ');
	gq_add_mem(&b, 6400, true);
	buf_addc(&b, ' ');
	gq_add_mem(&b, 2048, true);
	buf_addc(&b, ' ');
	gq_add_span(&b, 1800, false);
	buf_addc(&b, ' ');
	gq_add_span(&b, 1800, true);
	buf_addc(&b, ' ');
	gq_add_span(&b, 5 * 86400, false);
	buf_addc(&b, ' ');
	gq_add_int(&b, INT64_MIN);
	assert_string_equal(
	    buf_str(&b),
	    "0 100M 1.50G 6400M 2G 30:00 00:30:00 5-00:00:00 -9223372036854775808");
	buf_clear(&b);
}

static void features_are_expressions(void **state)
{
	struct strs words = STRS_INIT(10);

	(void)state;
	strs_split(&words, "htc,spot,F2", 11, ',');
	assert_true(gq_features_fit("htc", &words));
	assert_true(gq_features_fit("htc&spot", &words));
	assert_false(gq_features_fit("htc&ib", &words));
	assert_true(gq_features_fit("ib|htc", &words));
	assert_true(gq_features_fit("[hpc|htc]", &words));
	assert_true(gq_features_fit("(ib|htc)&F2", &words));
	assert_true(gq_features_fit("htc*2", &words));
	assert_false(gq_features_fit("ht", &words));
	assert_false(gq_features_fit("htc)", &words));
	strs_clear(&words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_are_read_and_written),
		cmocka_unit_test(tasks_leave_and_come_back),
		cmocka_unit_test(a_long_set_is_cut_as_slurm_cuts_it),
		cmocka_unit_test(host_lists_are_read_and_written),
		cmocka_unit_test(numbers_look_like_slurms),
		cmocka_unit_test(features_are_expressions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
