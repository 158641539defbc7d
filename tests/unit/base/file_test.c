#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"

static char *dir; /* of the running test */

static int make_dir(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	dir = xasprintf("%s/file.XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	struct err err = ERR_INIT;
	int rc = file_remove_tree(dir, &err);

	(void)state;
	if (rc < 0)
		print_error("%s\n", err.msg);
	free(dir);
	return rc;
}

static char *at(const char *name)
{
	static char path[4][512];
	static int next;

	next = (next + 1) % 4;
	snprintf(path[next], sizeof(path[next]), "%s/%s", dir, name);
	return path[next];
}

static void put(const char *name, const char *text)
{
	struct err err = ERR_INIT;

	if (file_write(at(name), text, strlen(text), 0600, &err) < 0)
		fail_msg("%s", err.msg);
}

static void writes_and_reads_back(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct strs names = STRS_INIT(10);
	struct err err = ERR_INIT;
	struct stat st;
	char *many = xcalloc(200000, 1);

	(void)state;
	memset(many, 'x', 200000);
	mode_t before = umask(077);

	assert_int_equal(file_write(at("a"), many, 200000, 0644, &err), 0);
	umask(before);
	assert_int_equal(stat(at("a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644); /* as asked for, not as the umask has it */
	assert_int_equal(file_read(&b, at("a"), &err), 0);
	assert_int_equal(b.len, 200000);
	assert_int_equal(file_write(at("a"), "short", 5, 0600, &err), 0);
	buf_reset(&b);
	assert_int_equal(file_read(&b, at("a"), &err), 0);
	assert_string_equal(buf_str(&b), "short");
	assert_int_equal(file_list(&names, dir, &err), 0);
	assert_int_equal(names.n, 1); /* no temporary name is left */
	free(many);
	buf_clear(&b);
	strs_clear(&names);
}

static void leaves_the_old_text_when_it_cannot_write(void **state)
{
	struct strs names = STRS_INIT(10);
	struct err err = ERR_INIT;

	(void)state;
	file_make_dir(at("taken"), 0700, &err);
	put("taken/x", "1");
	assert_int_equal(file_write(at("taken"), "text", 4, 0600, &err), -1);
	assert_int_equal(file_write(at("no/such/folder"), "text", 4, 0600, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_non_null(strstr(err.msg, "no/such/folder: No such file"));
	assert_int_equal(file_list(&names, dir, &err), 0);
	assert_int_equal(names.n, 1);
	strs_clear(&names);
}

static void reads_regular_files_up_to_a_ceiling(void **state)
{
	struct buf b = BUF_INIT(4);
	struct err err = ERR_INIT;

	(void)state;
	put("five", "12345");
	assert_int_equal(file_read(&b, at("five"), &err), -1);
	assert_int_equal(err.code, ERR_FULL);
	buf_reset(&b);
	put("four", "1234");
	assert_int_equal(file_read(&b, at("four"), &err), 0);
	assert_int_equal(file_read(&b, at("none"), &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_int_equal(file_read(&b, dir, &err), -1);
	assert_int_equal(mkfifo(at("fifo"), 0600), 0);
	assert_int_equal(file_read(&b, at("fifo"), &err),
			 -1); /* and does not wait for a writer */
	assert_int_equal(err.code, ERR_INVALID);
	buf_clear(&b);
}

static void reads_secrets_that_are_secret(void **state)
{
	struct buf b = BUF_INIT(100);
	struct err err = ERR_INIT;

	(void)state;
	put("secret", "canary");
	assert_int_equal(file_read_secret(&b, at("secret"), &err), 0);
	assert_int_equal(chmod(at("secret"), 0640), 0);
	assert_int_equal(file_read_secret(&b, at("secret"), &err), 0);
	assert_string_equal(buf_str(&b), "canarycanary");
	for (size_t i = 0; i < 3; i++) {
		static const mode_t loose[] = { 0644, 0660, 0604 };

		assert_int_equal(chmod(at("secret"), loose[i]), 0);
		assert_int_equal(file_read_secret(&b, at("secret"), &err), -1);
		assert_int_equal(err.code, ERR_DENIED);
		assert_non_null(strstr(err.msg, "chmod 600"));
	}
	assert_int_equal(chmod(at("secret"), 0), 0);
	if (geteuid() == 0) /* who may read everything becomes somebody who may not */
		assert_int_equal(seteuid(65534), 0);
	assert_int_equal(file_read_secret(&b, at("secret"), &err), -1);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(err.code, ERR_DENIED);
	assert_non_null(strstr(err.msg, "/secret: user "));
	assert_non_null(strstr(err.msg, "may not read it"));
	assert_non_null(strstr(err.msg, "chown "));
	assert_int_equal(chmod(at("secret"), 0600), 0);
	assert_int_equal(symlink("secret", at("link")), 0);
	assert_int_equal(file_read_secret(&b, at("link"), &err), -1);
	assert_non_null(strstr(err.msg, "/link: a symbolic link"));
	assert_int_equal(file_read(&b, at("link"), &err), 0);
	assert_int_equal(b.len, 18);
	buf_clear(&b);
}

static void makes_folders_with_their_parents(void **state)
{
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(file_make_dir(at("a/b//c/"), 0700, &err), 0);
	assert_int_equal(file_make_dir(at("a/b/c"), 0700, &err), 0);
	assert_int_equal(stat(at("a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	put("a/file", "x");
	assert_int_equal(file_make_dir(at("a/file"), 0700, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	assert_int_equal(file_make_dir(at("a/file/below"), 0700, &err), -1);
	assert_true(file_exists(at("a/file")));
	assert_false(file_exists(at("a/none")));
}

static void trusts_only_folders_of_our_own(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	file_make_dir(at("d"), 0700, &err);
	assert_int_equal(file_check_dir(at("d"), &err), 0);
	assert_int_equal(chmod(at("d"), 0770), 0);
	assert_int_equal(file_check_dir(at("d"), &err), -1);
	assert_int_equal(err.code, ERR_DENIED);
	assert_non_null(strstr(err.msg, "chmod go-w"));
	assert_int_equal(chmod(at("d"), 0755), 0);
	assert_int_equal(file_check_dir(at("d"), &err), 0);
	assert_int_equal(symlink(at("d"), at("link")), 0);
	assert_int_equal(file_check_dir(at("link"), &err), -1);
	put("plain", "x");
	assert_int_equal(file_check_dir(at("plain"), &err), -1);
	assert_int_equal(file_check_dir(at("none"), &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	if (geteuid() == 0) {
		assert_int_equal(chown(at("d"), 12345, -1), 0);
		assert_int_equal(file_check_dir(at("d"), &err), -1);
		assert_non_null(strstr(err.msg, "belongs to user 12345"));
	}
}

static void lists_in_order_up_to_a_ceiling(void **state)
{
	struct strs all = STRS_INIT(9), few = STRS_INIT(2);
	struct err err = ERR_INIT;

	(void)state;
	put("b", "");
	put("a", "");
	put(".c", "");
	assert_int_equal(file_list(&all, dir, &err), 0);
	assert_int_equal(all.n, 3);
	assert_string_equal(all.v[0], ".c");
	assert_string_equal(all.v[2], "b");
	assert_int_equal(file_list(&few, dir, &err), -1);
	assert_int_equal(err.code, ERR_FULL);
	assert_int_equal(file_list(&all, at("none"), &err), -1);
	strs_clear(&all);
	strs_clear(&few);
}

static void removes_a_tree_and_no_more(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	file_make_dir(at("keep/deep"), 0700, &err);
	put("keep/deep/file", "mine");
	file_make_dir(at("tree/x/y/z"), 0700, &err);
	put("tree/x/file", "1");
	put("tree/x/y/.hidden", "1");
	assert_int_equal(mkfifo(at("tree/fifo"), 0600), 0);
	assert_int_equal(symlink(at("keep"), at("tree/x/link")), 0);
	assert_int_equal(symlink("nowhere", at("tree/dangling")), 0);
	assert_int_equal(file_remove_tree(at("tree"), &err), 0);
	assert_false(file_exists(at("tree")));
	assert_true(file_exists(at("keep/deep/file")));
	assert_int_equal(file_remove_tree(at("tree"), &err),
			 0); /* gone is what was asked for */
	assert_int_equal(symlink(at("keep"), at("top")), 0);
	assert_int_equal(file_remove_tree(at("top"), &err),
			 0); /* the link, not what it shows */
	assert_true(file_exists(at("keep/deep/file")));
	assert_int_equal(file_remove_tree(at("keep/deep/file"), &err), 0);
	assert_false(file_exists(at("keep/deep/file")));
}

static void removes_many_entries(void **state)
{
	struct err err = ERR_INIT;
	char name[32];

	(void)state;
	file_make_dir(at("many"), 0700, &err);
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "many/%d", i);
		int fd = open(at(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		assert_true(fd >= 0);
		close(fd);
	}
	assert_int_equal(file_remove_tree(at("many"), &err), 0);
	assert_false(file_exists(at("many")));
}

/* A guest's root may have the operator's folders mounted into it: same device, another mount.
 */
static void stops_at_a_mount(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	file_make_dir(at("shared"), 0700, &err);
	put("shared/precious", "data");
	file_make_dir(at("tree/mnt"), 0700, &err);
	put("tree/other", "1");
	if (mount(at("shared"), at("tree/mnt"), NULL, MS_BIND, NULL) < 0)
		skip(); /* needs root */
	int rc = file_remove_tree(at("tree"), &err);
	bool kept = file_exists(at("shared/precious"));

	assert_int_equal(umount(at("tree/mnt")), 0);
	assert_int_equal(rc, -1);
	assert_true(kept);
	assert_non_null(strstr(err.msg, "another file system"));
	assert_false(file_exists(at("tree/other"))); /* the rest goes */
}

#define WITH_DIR(test) cmocka_unit_test_setup_teardown(test, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIR(writes_and_reads_back),
		WITH_DIR(leaves_the_old_text_when_it_cannot_write),
		WITH_DIR(reads_regular_files_up_to_a_ceiling),
		WITH_DIR(reads_secrets_that_are_secret),
		WITH_DIR(makes_folders_with_their_parents),
		WITH_DIR(trusts_only_folders_of_our_own),
		WITH_DIR(lists_in_order_up_to_a_ceiling),
		WITH_DIR(removes_a_tree_and_no_more),
		WITH_DIR(removes_many_entries),
		WITH_DIR(stops_at_a_mount),
	};

	return cmocka_run_group_tests_name("base/file", tests, NULL, NULL);
}
