/* R2.9: the ladder of backups, with files of made-up ages. */
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

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "engine/run.h"
#include "engine/upkeep.h"

#define MIN_S INT64_C(60)

struct world {
	char dir[64];
	struct engine e;
};

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	const char *tmp = getenv("TMPDIR");
	char *path;

	snprintf(w->dir, sizeof(w->dir), "%.40s/backup-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(w->dir));
	w->e.state_dir = w->dir;
	path = xasprintf("%s/engine.db", w->dir);
	w->e.store = store_open(path, true, NULL);
	assert_non_null(w->e.store);
	free(path);
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	store_close(w->e.store);
	file_remove_tree(w->dir, NULL);
	free(w);
	return 0;
}

/* A tick after something happened. */
static void tick(struct world *w)
{
	w->e.revision++;
	backup_tick(&w->e);
}

static char *rung(const struct world *w, const char *name)
{
	return xasprintf("%s/" BACKUP_DIR "/%s", w->dir, name);
}

/* As if so much time had passed since each was written. */
static void age_all(const struct world *w, int64_t s)
{
	struct strs names = STRS_INIT(20);
	char *dir = rung(w, "");
	struct stat st;

	file_list(&names, dir, NULL);
	for (size_t i = 0; i < names.n; i++) {
		char *path = rung(w, names.v[i]);
		struct timespec at[2];

		assert_int_equal(stat(path, &st), 0);
		at[0] = at[1] = st.st_mtim;
		at[0].tv_sec = at[1].tv_sec -= s;
		assert_int_equal(utimensat(AT_FDCWD, path, at, 0), 0);
		free(path);
	}
	strs_clear(&names);
	free(dir);
}

static bool has(const struct world *w, const char *name)
{
	char *path = rung(w, name);
	bool yes = file_exists(path);

	free(path);
	return yes;
}

static void the_first_change_is_copied_and_nothing_is_copied_without_one(void **state)
{
	struct world *w = *state;

	backup_tick(&w->e);
	assert_false(has(w, "5min.db"));
	tick(w);
	assert_true(has(w, "5min.db"));
	assert_false(has(w, "15min.db"));
}

static void a_copy_is_not_renewed_before_five_minutes(void **state)
{
	struct world *w = *state;

	tick(w);
	age_all(w, 5 * MIN_S - 10);
	tick(w);
	assert_false(has(w, "15min.db"));
	age_all(w, 20);
	tick(w);
	assert_true(has(w, "15min.db"));
	assert_true(has(w, "5min.db"));
}

static void after_a_fortnight_every_rung_holds_a_copy_that_can_be_opened(void **state)
{
	static const char *const names[] = { "5min.db", "15min.db", "1h.db",   "4h.db",
					     "8h.db",	"1day.db",  "7days.db" };
	struct world *w = *state;
	struct strs found = STRS_INIT(20);

	for (int i = 0; i < 14 * 6; i++) {
		tick(w);
		age_all(w, 240 * MIN_S);
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *path = rung(w, names[i]);
		struct store *st = store_open(path, true, NULL);
		struct stat at;

		assert_non_null(st);
		store_close(st);
		assert_int_equal(stat(path, &at), 0);
		assert_int_equal(at.st_mode & 0777, 0600);
		free(path);
	}
	backups_newest_first(&w->e, &found);
	assert_int_equal(found.n, ARRAY_LEN(names));
	assert_non_null(strstr(found.v[0], "/5min.db"));
	strs_clear(&found);
}

static void a_damaged_store_is_not_copied_over_a_good_backup(void **state)
{
	struct world *w = *state;

	w->e.damaged = true;
	tick(w);
	assert_false(has(w, "5min.db"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, up, down)
	const struct CMUnitTest tests[] = {
		T(the_first_change_is_copied_and_nothing_is_copied_without_one),
		T(a_copy_is_not_renewed_before_five_minutes),
		T(after_a_fortnight_every_rung_holds_a_copy_that_can_be_opened),
		T(a_damaged_store_is_not_copied_over_a_good_backup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
