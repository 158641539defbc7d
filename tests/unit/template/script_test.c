#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "template/template.h"

static const char *const hostile[] = {
	"plain",
	"",
	"it's",
	"'; touch /tmp/oops; '",
	"$(id) `id` $HOME ${PATH}",
	"a\nb\n\nc",
	"back\\slash \\' \\n",
	"\"double\" & | < > * ? [a] ~ # !",
	"  blanks  ",
	"-n",
	"ends with newline\n",
	"\xc3\xa9\xe2\x82\xac \xff\xfe",
	"END_OF_PACELINE_SCHED",
};

static int script_of(struct buf *out, const char *scheduler, const char *role,
		     const struct strs *vars, struct err *err)
{
	struct cluster_spec spec;
	int rc;

	cluster_spec_init(&spec);
	spec.scheduler = xstrdup(scheduler);
	rc = boot_script(out, &spec, role, vars, err);
	cluster_spec_clear(&spec);
	return rc;
}

/* What /bin/sh says when it is given text on its standard input. */
static void sh(struct buf *out, const char *text, size_t len)
{
	char path[] = "/tmp/scriptXXXXXX", piece[4096];
	int fd = mkstemp(path), pipes[2], status;
	ssize_t n;
	pid_t pid;

	assert_true(fd >= 0 && write(fd, text, len) == (ssize_t)len);
	close(fd);
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], 1);
		close(pipes[0]);
		close(pipes[1]);
		execl("/bin/sh", "sh", path, (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	while ((n = read(pipes[0], piece, sizeof(piece))) > 0)
		buf_add(out, piece, (size_t)n);
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	unlink(path);
}

/* The variables stand in front: everything before the first line of common.sh. */
static size_t variables_end(const char *script)
{
	const char *end = strstr(script, "\nset -u\n");

	assert_non_null(end);
	return (size_t)(end - script) + 1;
}

static void every_value_comes_out_of_a_shell_as_it_went_in(void **state)
{
	struct strs vars = STRS_INIT(100);
	struct buf script = BUF_INIT(BUF_TEXT_MAX), probe = BUF_INIT(BUF_TEXT_MAX);
	struct buf said = BUF_INIT(BUF_TEXT_MAX), want = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++)
		strs_addf(&vars, "V%zu=%s", i, hostile[i]);
	if (script_of(&script, "slurm", "head", &vars, &err) < 0)
		fail_msg("%s", err.msg);
	buf_add(&probe, buf_str(&script), variables_end(buf_str(&script)));
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		buf_addf(&probe, "printf '%%s\\0' \"$V%zu\"\n", i);
		buf_add(&want, hostile[i], strlen(hostile[i]) + 1);
	}
	sh(&said, buf_str(&probe), probe.len);
	assert_int_equal(said.len, want.len);
	assert_memory_equal(said.data, want.data, want.len);
	strs_clear(&vars);
	buf_clear(&script);
	buf_clear(&probe);
	buf_clear(&said);
	buf_clear(&want);
}

static void scripts_of_both_roles_are_sh_and_small(void **state)
{
	static const char *const roles[] = { "head", "node" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		struct buf script = BUF_INIT(BUF_TEXT_MAX), wrapped = BUF_INIT(BUF_TEXT_MAX);
		struct buf said = BUF_INIT(BUF_TEXT_MAX);
		struct err err = ERR_INIT;

		if (script_of(&script, "slurm", roles[i], NULL, &err) < 0)
			fail_msg("%s", err.msg);
		assert_true(strncmp(buf_str(&script), "#!/bin/sh\n", 10) == 0);
		assert_true(script.len < 20000);
		/* in a function that is never called: read whole, run not at all */
		buf_addf(&wrapped, "all() {\n%s}\necho fine\n", buf_str(&script));
		sh(&said, buf_str(&wrapped), wrapped.len);
		assert_string_equal(buf_str(&said), "fine\n");
		buf_clear(&script);
		buf_clear(&wrapped);
		buf_clear(&said);
	}
}

static void only_a_head_has_the_tool(void **state)
{
	struct buf head = BUF_INIT(BUF_TEXT_MAX), node = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(script_of(&head, "slurm", "head", NULL, &err), 0);
	assert_int_equal(script_of(&node, "slurm", "node", NULL, &err), 0);
	assert_non_null(strstr(buf_str(&head), "paceline-sched status"));
	assert_null(strstr(buf_str(&node), "END_OF_PACELINE_SCHED"));
	buf_clear(&head);
	buf_clear(&node);
}

static void more_than_a_cloud_takes_is_refused_with_figures(void **state)
{
	struct strs vars = STRS_INIT(10);
	struct buf script = BUF_INIT(BUF_TEXT_MAX), offers = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;

	(void)state;
	buf_adds(&offers, "OFFERS=");
	while (offers.len < 65536)
		buf_adds(&offers, "htc Standard_F2s_v2 2 3072 0 both 16 yes -\n");
	strs_add(&vars, buf_str(&offers));
	assert_int_equal(script_of(&script, "slurm", "head", &vars, &err), -1);
	assert_int_equal(err.code, ERR_FULL);
	assert_non_null(strstr(err.msg, "Azure takes 65536"));
	assert_int_equal(script.len, 0);
	strs_clear(&vars);
	buf_clear(&script);
	buf_clear(&offers);
}

static void what_is_no_variable_is_refused(void **state)
{
	static const char *const wrong[] = { "lower=1", "A B=1", "X", "=1", "A;id=1", "1A=1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct strs vars = STRS_INIT(10);
		struct buf script = BUF_INIT(BUF_TEXT_MAX);
		struct err err = ERR_INIT;

		strs_add(&vars, wrong[i]);
		assert_int_equal(script_of(&script, "slurm", "head", &vars, &err), -1);
		assert_int_equal(err.code, ERR_INTERNAL);
		strs_clear(&vars);
		buf_clear(&script);
	}
}

static void a_scheduler_without_scripts_is_named(void **state)
{
	struct buf script = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(script_of(&script, "lsf", "head", NULL, &err), -1);
	assert_non_null(strstr(err.msg, "nodes/lsf-head.sh"));
	buf_clear(&script);
}

/* script_test --print ROLE NAME=VALUE...: the script itself, for tests/cluster. */
static int print(const char *role, char **vars, int n)
{
	struct strs list = STRS_INIT(100);
	struct buf script = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;
	int rc;

	for (int i = 0; i < n; i++)
		strs_add(&list, vars[i]);
	rc = script_of(&script, "slurm", role, &list, &err);
	if (rc < 0)
		fprintf(stderr, "%s\n", err.msg);
	else
		fwrite(buf_str(&script), 1, script.len, stdout);
	strs_clear(&list);
	buf_clear(&script);
	return rc < 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_comes_out_of_a_shell_as_it_went_in),
		cmocka_unit_test(scripts_of_both_roles_are_sh_and_small),
		cmocka_unit_test(only_a_head_has_the_tool),
		cmocka_unit_test(more_than_a_cloud_takes_is_refused_with_figures),
		cmocka_unit_test(what_is_no_variable_is_refused),
		cmocka_unit_test(a_scheduler_without_scripts_is_named),
	};

	if (argc > 2 && strcmp(argv[1], "--print") == 0)
		return print(argv[2], argv + 3, argc - 3);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
