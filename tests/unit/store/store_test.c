/* The store keeps what it was told through a close, refuses what would break a promise, and
 * says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../support/store_world.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sql.h"
#include "store/store.h"

static void the_engine_keeps_one_identity(void **state)
{
	struct store_world *w = *state;
	char id[33];

	snprintf(id, sizeof(id), "%s", store_engine_id(w->st));
	assert_int_equal(strlen(id), 32);
	store_world_reopen(w);
	assert_string_equal(store_engine_id(w->st), id);
}

static void a_live_cluster_name_is_taken_once(void **state)
{
	struct store_world *w = *state;
	struct cluster twin = w->c;
	struct err err = ERR_INIT;

	snprintf(twin.short_id, sizeof(twin.short_id), "ffffffff");
	assert_int_equal(store_cluster_add(w->st, &twin, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	assert_non_null(strstr(err.msg, "\"demo\""));
	w->c.state = CLUSTER_DELETED;
	assert_int_equal(store_cluster_save(w->st, &w->c, NULL), 0);
	assert_int_equal(store_cluster_add(w->st, &twin, NULL), 0);
	assert_int_not_equal(twin.id, w->c.id);
}

static void a_cluster_comes_back_with_its_spec_and_its_version(void **state)
{
	struct store_world *w = *state;
	struct cluster *list;
	size_t n;

	w->c.state = CLUSTER_RUNNING;
	w->c.reason = xstrdup("all arrays up");
	w->c.version = 1;
	assert_int_equal(store_cluster_save(w->st, &w->c, NULL), 0);
	store_world_reopen(w);
	assert_int_equal(store_clusters(w->st, &list, &n, false, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].state, CLUSTER_RUNNING);
	assert_int_equal(list[0].version, 1);
	assert_int_equal(list[0].spec.head_disk_gib, 30);
	cluster_clear(&list[0]);
	free(list);
}

static void a_node_and_its_event_are_written_together(void **state)
{
	struct store_world *w = *state;
	struct node n = { .cluster_id = w->c.id, .name = "htc-1", .state = NODE_PLANNED };
	struct event why = {
		.at_ms = 5, .cluster_id = w->c.id, .object = "htc-1", .text = "2 tasks wait"
	};
	struct event *events;
	struct node *nodes;
	size_t count;

	assert_int_equal(store_node_add(w->st, &n, NULL), 0);
	assert_int_equal(
	    store_node_set_state(w->st, &n, NODE_REQUESTED, "asked", 5, &why, NULL), 0);
	assert_int_equal(n.state, NODE_REQUESTED);
	store_world_reopen(w);
	assert_int_equal(store_nodes(w->st, w->c.id, &nodes, &count, false, NULL), 0);
	assert_int_equal(count, 1);
	assert_int_equal(nodes[0].state, NODE_REQUESTED);
	assert_string_equal(nodes[0].reason, "asked");
	free(nodes);
	assert_int_equal(store_events(w->st, w->c.id, 0, 10, &events, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_string_equal(events[0].text, "2 tasks wait");
	free(events);
}

static void a_rolled_back_change_leaves_no_trace(void **state)
{
	struct store_world *w = *state;
	struct node n = { .cluster_id = w->c.id, .name = "htc-1" }, *nodes;
	size_t count;

	assert_int_equal(store_begin(w->st, NULL), 0);
	assert_int_equal(store_node_add(w->st, &n, NULL), 0);
	store_rollback(w->st);
	assert_int_equal(store_nodes(w->st, w->c.id, &nodes, &count, true, NULL), 0);
	assert_int_equal(count, 0);
	free(nodes);
}

static void a_node_name_is_free_again_when_its_node_is_gone(void **state)
{
	struct store_world *w = *state;
	struct node a = { .cluster_id = w->c.id, .name = "htc-1", .price = 7.2 }, b = a, *nodes;
	struct err err = ERR_INIT;
	size_t count;

	assert_int_equal(store_node_add(w->st, &a, NULL), 0);
	assert_int_equal(store_node_add(w->st, &b, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	assert_int_equal(store_node_set_state(w->st, &a, NODE_GONE, "", 1000, NULL, NULL), 0);
	assert_int_equal(store_node_add(w->st, &b, NULL), 0);
	assert_int_equal(store_node_forget_gone(w->st, 2000, NULL), 0);
	assert_int_equal(store_nodes(w->st, w->c.id, &nodes, &count, true, NULL), 0);
	assert_int_equal(count, 1);
	free(nodes);
}

static void open_intents_survive_and_ended_ones_leave_their_names(void **state)
{
	struct store_world *w = *state;
	struct intent in = { .cluster_id = w->c.id,
			     .verb = CLOUD_GROW,
			     .kind = CLOUD_SCALESET,
			     .state = INTENT_SENT,
			     .capacity_to = 7,
			     .resource_id = "/sets/a" };
	struct strs names = STRS_INIT(10);
	struct intent *open;
	size_t n;

	assert_int_equal(store_intent_add(w->st, &in, NULL), 0);
	store_world_reopen(w);
	assert_int_equal(store_intents_open(w->st, w->c.id, &open, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(open[0].capacity_to, 7);
	assert_int_equal(open[0].state, INTENT_SENT);
	open[0].state = INTENT_DONE;
	assert_int_equal(store_intent_save(w->st, &open[0], NULL), 0);
	free(open);
	assert_int_equal(store_intents_open(w->st, w->c.id, &open, &n, NULL), 0);
	assert_int_equal(n, 0);
	free(open);
	assert_int_equal(store_intent_names(w->st, w->c.id, &names, NULL), 0);
	assert_string_equal(names.v[0], "scaleset /sets/a");
	strs_clear(&names);
}

static void operations_come_newest_first(void **state)
{
	struct store_world *w = *state;
	struct operation a = { .cluster_id = w->c.id, .kind = OP_START }, *list, got = { 0 };
	struct err err = ERR_INIT;
	size_t n;

	assert_int_equal(store_op_add(w->st, &a, NULL), 0);
	a.state = OP_DONE;
	assert_int_equal(store_op_save(w->st, &a, NULL), 0);
	a.kind = OP_DELETE;
	a.state = OP_RUNNING;
	a.data = xstrdup("{}");
	assert_int_equal(store_op_add(w->st, &a, NULL), 0);
	operation_clear(&a);
	assert_int_equal(store_ops(w->st, 0, false, 10, &list, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].kind, OP_DELETE);
	for (size_t i = 0; i < n; i++)
		operation_clear(&list[i]);
	free(list);
	assert_int_equal(store_ops(w->st, w->c.id, true, 10, &list, &n, NULL), 0);
	assert_int_equal(n, 1);
	operation_clear(&list[0]);
	free(list);
	assert_int_equal(store_op_get(w->st, 99, &got, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void events_come_oldest_first_and_only_the_newest(void **state)
{
	struct store_world *w = *state;
	struct event *list;
	size_t n;

	for (int i = 1; i <= 5; i++) {
		struct event e = { .at_ms = i, .cluster_id = i == 3 ? 0 : w->c.id };

		assert_int_equal(store_event_add(w->st, &e, NULL), 0);
	}
	assert_int_equal(store_events(w->st, 0, 0, 3, &list, &n, NULL), 0);
	assert_int_equal(n, 3);
	assert_int_equal(list[0].at_ms, 3);
	assert_int_equal(list[2].at_ms, 5);
	free(list);
	assert_int_equal(store_events(w->st, w->c.id, 2, 10, &list, &n, NULL), 0);
	assert_int_equal(n, 2);
	free(list);
}

static void r9_2_a_repeated_request_finds_its_answer_for_24_hours(void **state)
{
	struct store_world *w = *state;
	char hash[65], *body = NULL;
	int status;

	clock_test_set(1795300000000);
	assert_int_equal(store_reply_get(w->st, "k", hash, &status, &body, NULL), -1);
	assert_int_equal(store_reply_add(w->st, "k", "abc", 202, "{}", NULL), 0);
	assert_int_equal(store_reply_get(w->st, "k", hash, &status, &body, NULL), 0);
	assert_string_equal(hash, "abc");
	assert_int_equal(status, 202);
	free(body);
	clock_test_advance((int64_t)24 * 3600 * 1000);
	assert_int_equal(store_reply_get(w->st, "k", hash, &status, &body, NULL), 0);
	free(body);
	clock_test_advance(1);
	assert_int_equal(store_reply_get(w->st, "k", hash, &status, &body, NULL), -1);
	clock_test_end();
}

static void a_restored_store_starts_in_adoption_mode_and_keeps_the_old_file(void **state)
{
	struct store_world *w = *state;
	char *copy = xasprintf("%s/copy.db", w->dir);
	struct strs files = STRS_INIT(50);
	bool kept = false;

	assert_int_equal(store_backup(w->st, copy, NULL), 0);
	store_close(w->st);
	assert_int_equal(store_restore(copy, w->path, NULL), 0);
	w->st = store_open(w->path, true, NULL);
	assert_non_null(w->st);
	assert_non_null(strstr(store_adoption(w->st), "restored from a backup of"));
	assert_int_equal(file_list(&files, w->dir, NULL), 0);
	for (size_t i = 0; i < files.n; i++)
		kept = kept || strstr(files.v[i], ".replaced-");
	assert_true(kept);
	strs_clear(&files);
	free(copy);
}

static void a_store_that_was_copied_starts_in_adoption_mode(void **state)
{
	struct store_world *w = *state;
	char *copy = xasprintf("%s/copy.db", w->dir);

	assert_null(store_adoption(w->st));
	store_world_reopen(w);
	assert_null(store_adoption(w->st));
	assert_int_equal(store_backup(w->st, copy, NULL), 0);
	store_close(w->st);
	assert_int_equal(rename(copy, w->path), 0);
	w->st = store_open(w->path, true, NULL);
	assert_non_null(strstr(store_adoption(w->st), "copied"));
	assert_int_equal(store_set_fact(w->st, "adoption", "", NULL), 0);
	store_world_reopen(w);
	assert_null(store_adoption(w->st)); /* the end of it is kept, too */
	free(copy);
}

static void what_was_decided_of_a_find_is_kept_until_it_is_gone(void **state)
{
	struct store_world *w = *state;
	struct found f = { .id = "/subscriptions/S/resourceGroups/stray",
			   .cluster_tag = "ab",
			   .state = FOUND_KEPT,
			   .decided_ms = 7 };
	struct found *list;
	size_t n;

	assert_int_equal(store_found_save(w->st, &f, NULL), 0);
	f.state = FOUND_CONDEMNED;
	snprintf(f.id, sizeof(f.id), "/SUBSCRIPTIONS/s/resourceGroups/STRAY");
	assert_int_equal(store_found_save(w->st, &f, NULL), 0);
	store_world_reopen(w);
	assert_int_equal(store_founds(w->st, &list, &n, NULL), 0);
	assert_int_equal(n, 1); /* a cloud's names have no case */
	assert_int_equal(list[0].state, FOUND_CONDEMNED);
	assert_int_equal(list[0].decided_ms, 7);
	free(list);
	assert_int_equal(store_found_forget(w->st, f.id, NULL), 0);
	assert_int_equal(store_founds(w->st, &list, &n, NULL), 0);
	assert_int_equal(n, 0);
	free(list);
}

struct told {
	size_t n;
	char last[200];
};

static void on_cancel(void *arg, const char *actor, int64_t at_ms, const struct strs *jobs)
{
	struct told *t = arg;

	t->n++;
	snprintf(t->last, sizeof(t->last), "%s at %lld: %zu, first %s", actor, (long long)at_ms,
		 jobs->n, jobs->v[0]);
}

static void who_cancelled_jobs_is_known_after_a_restart(void **state)
{
	struct store_world *w = *state;
	struct strs jobs = STRS_INIT(10);
	struct told t = { .n = 0 };
	int64_t first, second;

	strs_add(&jobs, "12_[5-37]");
	strs_add(&jobs, "13");
	assert_int_equal(store_cancel_add(w->st, w->c.id, "ann", &jobs, 1000, &first, NULL), 0);
	assert_int_equal(store_cancel_add(w->st, w->c.id, "bob", &jobs, 2000, &second, NULL),
			 0);
	store_world_reopen(w);
	assert_int_equal(store_cancel_drop(w->st, second, NULL), 0); /* it was refused */
	assert_int_equal(store_cancels(w->st, w->c.id, on_cancel, &t, NULL), 0);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.last, "ann at 1000: 2, first 12_[5-37]");
	assert_int_equal(store_cancels(w->st, w->c.id + 1, on_cancel, &t, NULL), 0);
	assert_int_equal(t.n, 1);
	assert_int_equal(store_cancels_forget(w->st, 1001, NULL), 0);
	assert_int_equal(store_cancels(w->st, w->c.id, on_cancel, &t, NULL), 0);
	assert_int_equal(t.n, 1);
	strs_clear(&jobs);
}

static void what_a_machine_said_that_failed_is_kept_with_its_bucket(void **state)
{
	struct store_world *w = *state;
	struct backoff b = { .key = "htc|F2s||spot|",
			     .until_ms = 7,
			     .boots_failed = 10,
			     .why = "protected: 10",
			     .console = "mount timed out" };
	struct backoff *list;
	size_t n;

	assert_int_equal(store_backoff_save(w->st, w->c.id, &b, NULL), 0); /* R5.8 */
	store_world_reopen(w);
	assert_int_equal(store_backoffs(w->st, w->c.id, &list, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].boots_failed, 10);
	assert_string_equal(list[0].console, "mount timed out");
	free(list);
}

static void a_backup_that_is_no_store_replaces_nothing(void **state)
{
	struct store_world *w = *state;
	char *junk = xasprintf("%s/junk.db", w->dir);
	struct err err = ERR_INIT;

	assert_int_equal(file_write(junk, "not a database at all", 21, 0600, NULL), 0);
	assert_int_equal(store_restore(junk, w->path, &err), -1);
	assert_non_null(strstr(err.msg, "no usable backup"));
	store_world_reopen(w);
	free(junk);
}

static void a_newer_store_is_refused_with_both_versions(void **state)
{
	struct store_world *w = *state;
	const struct sql_options o = { .any_file_system = true };
	struct err err = ERR_INIT;
	struct sql *sql = sql_open(w->path, &o, NULL);
	int64_t version;
	char back[40];

	assert_int_equal(sql_version(sql, &version, NULL), 0);
	snprintf(back, sizeof(back), "PRAGMA user_version = %lld", (long long)version);
	assert_int_equal(sql_exec(sql, "PRAGMA user_version = 900", NULL), 0);
	sql_close(sql);
	store_close(w->st);
	assert_null(store_open(w->path, true, &err));
	assert_non_null(strstr(err.msg, "900"));
	sql = sql_open(w->path, &o, NULL);
	assert_int_equal(sql_exec(sql, back, NULL), 0);
	sql_close(sql);
	w->st = store_open(w->path, true, NULL);
	assert_non_null(w->st);
}

static void every_file_is_private(void **state)
{
	struct store_world *w = *state;
	struct strs files = STRS_INIT(50);

	assert_int_equal(file_list(&files, w->dir, NULL), 0);
	assert_true(files.n >= 1);
	for (size_t i = 0; i < files.n; i++) {
		char *path = xasprintf("%s/%s", w->dir, files.v[i]);
		struct stat sb;

		assert_int_equal(stat(path, &sb), 0);
		assert_int_equal(sb.st_mode & 077, 0);
		free(path);
	}
	strs_clear(&files);
}

#define T(f) cmocka_unit_test_setup_teardown(f, store_world_up, store_world_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_engine_keeps_one_identity),
		T(a_live_cluster_name_is_taken_once),
		T(a_cluster_comes_back_with_its_spec_and_its_version),
		T(a_node_and_its_event_are_written_together),
		T(a_rolled_back_change_leaves_no_trace),
		T(a_node_name_is_free_again_when_its_node_is_gone),
		T(open_intents_survive_and_ended_ones_leave_their_names),
		T(operations_come_newest_first),
		T(events_come_oldest_first_and_only_the_newest),
		T(r9_2_a_repeated_request_finds_its_answer_for_24_hours),
		T(a_restored_store_starts_in_adoption_mode_and_keeps_the_old_file),
		T(a_backup_that_is_no_store_replaces_nothing),
		T(a_store_that_was_copied_starts_in_adoption_mode),
		T(what_was_decided_of_a_find_is_kept_until_it_is_gone),
		T(who_cancelled_jobs_is_known_after_a_restart),
		T(what_a_machine_said_that_failed_is_kept_with_its_bucket),
		T(a_newer_store_is_refused_with_both_versions),
		T(every_file_is_private),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
