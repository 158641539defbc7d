/* R2.4, R2.7, R2.8: what is done for a store whose end was not in order, whose file is damaged,
 * whose log grows. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../support/store_world.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/mem.h"
#include "base/sql.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define NOW    (100 * DAY_MS)

static bool needs(const char *boot, bool clean, int64_t checked_ms)
{
	const struct store_last last = { .boot = boot,
					 .clean = clean,
					 .checked_ms = checked_ms };

	return store_needs_look(&last, "today", NOW);
}

static void the_whole_file_is_looked_at_after_a_power_cut_and_each_week(void **state)
{
	(void)state;
	assert_true(needs("yesterday", false, NOW - 1)); /* R2.7: unclean, and another boot */
	assert_false(needs("today", false, NOW - 1));	 /* a kill */
	assert_false(needs("yesterday", true, NOW - 1)); /* a reboot in order */
	assert_false(needs("", false, NOW - 1));	 /* of before boots were noted */
	assert_false(needs("today", true, NOW - 7 * DAY_MS + 1));
	assert_true(needs("today", true, NOW - 7 * DAY_MS));
	assert_true(needs("today", true, 0));
	assert_true(needs("today", true, NOW + 1));
}

static int64_t one_int(struct sql *sql, const char *text)
{
	struct stmt s = stmt_open(sql, text);
	int64_t n = stmt_row(&s) ? stmt_col_int(&s, 0) : -1;

	assert_int_equal(stmt_done(&s, NULL), 0);
	return n;
}

static void an_end_in_order_is_told_from_a_kill(void **state)
{
	struct store_world *w = *state;

	struct sql *sql;

	store_world_reopen(w);
	assert_string_equal(store_fact(w->st, "clean"), "0"); /* it is open */
	store_close(w->st);
	sql = sql_open(w->path, &(struct sql_options){ .any_file_system = true }, NULL);
	assert_non_null(sql);
	assert_int_equal(one_int(sql, "SELECT value = '1' FROM fact WHERE name = 'clean'"), 1);
	sql_close(sql);
	w->st = store_open(w->path, true, NULL);
	assert_non_null(w->st);
	assert_true(atoll(store_fact(w->st, "checked_ms")) > 0);
	assert_string_not_equal(store_fact(w->st, "boot"), "");
}

struct heard {
	int n;
	enum err_code code;
};

static void on_trouble(void *arg, const struct err *why)
{
	struct heard *h = arg;

	h->n++;
	h->code = why->code;
}

#ifdef FAILPOINTS
static void an_unknown_commit_is_heard_of_whoever_wrote(void **state)
{
	struct store_world *w = *state;
	struct heard h = { 0 };

	store_on_trouble(w->st, on_trouble, &h);
	assert_int_equal(store_begin(w->st, NULL), 0);
	assert_int_equal(store_set_fact(w->st, "a", "1", NULL), 0);
	setenv("PACELINE_FAILPOINT", "sql.commit.after:error", 1);
	failpoint_reset();
	assert_int_equal(store_commit(w->st, NULL), -1); /* without an err, too */
	unsetenv("PACELINE_FAILPOINT");
	failpoint_reset();
	assert_int_equal(h.n, 1);
	assert_int_equal(h.code, ERR_UNKNOWN);
}
#endif

static void damage_all_but_the_head(const char *path)
{
	char junk[4096];
	struct stat st;
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	memset(junk, 0xa5, sizeof(junk));
	assert_int_equal(fstat(fd, &st), 0);
	for (off_t at = 4096; at < st.st_size; at += 4096)
		assert_int_equal(pwrite(fd, junk, sizeof(junk), at), sizeof(junk));
	close(fd);
}

static void a_damaged_file_is_told_apart_and_left_as_it_is(void **state)
{
	struct store_world *w = *state;
	struct err err = ERR_INIT;
	struct stat before, after;

	store_close(w->st);
	damage_all_but_the_head(w->path);
	assert_int_equal(stat(w->path, &before), 0);
	assert_null(store_open(w->path, true, &err));
	assert_int_equal(err.code, ERR_PARSE);
	assert_non_null(strstr(err.msg, "restore"));
	assert_int_equal(stat(w->path, &after), 0);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	unlink(w->path);
	w->st = store_open(w->path, true, NULL);
	assert_non_null(w->st);
}

static void the_log_grows_until_it_is_emptied(void **state)
{
	struct store_world *w = *state;
	char *big = xcalloc(1, 200001);

	for (int i = 0; i < 30; i++) {
		memset(big, 'a' + i % 26, 200000); /* what is the same is not written again */
		assert_int_equal(store_set_fact(w->st, "big", big, NULL), 0);
	}
	assert_true(store_wal_bytes(w->st) > 5000000); /* no commit did it on the way */
	assert_int_equal(store_checkpoint(w->st, NULL), 0);
	assert_int_equal(store_wal_bytes(w->st), 0);
	assert_string_equal(store_fact(w->st, "big"), big);
	free(big);
}

#define GIB ((int64_t)1 << 30)

static void a_disk_is_low_with_a_gibibyte_or_a_tenth_left(void **state)
{
	(void)state; /* R2.5 */
	assert_true(store_room_is_low(GIB - 1, 5 * GIB));
	assert_false(store_room_is_low(GIB, 5 * GIB));
	assert_true(store_room_is_low(4 * GIB, 50 * GIB));
	assert_false(store_room_is_low(5 * GIB, 50 * GIB));
	assert_false(store_room_is_low(20 * GIB, 1000 * GIB)); /* a large one has enough */
	assert_true(store_room_is_low(9 * GIB, 1000 * GIB));
	assert_true(store_room_is_low(0, 0));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, store_world_up, store_world_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_file_is_looked_at_after_a_power_cut_and_each_week),
		T(an_end_in_order_is_told_from_a_kill),
#ifdef FAILPOINTS
		T(an_unknown_commit_is_heard_of_whoever_wrote),
#endif
		T(a_damaged_file_is_told_apart_and_left_as_it_is),
		T(the_log_grows_until_it_is_emptied),
		cmocka_unit_test(a_disk_is_low_with_a_gibibyte_or_a_tenth_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
