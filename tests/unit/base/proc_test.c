#define _GNU_SOURCE /* syscall */
#include "base/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/loop_private.h"
#include "base/mem.h"

struct fixture {
	struct loop *l;
	struct proc *p;
	int calls;
	struct proc_result r;
	struct buf out, errout;
	bool free_in_output, free_in_cb;
};

static int open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->l = loop_new(NULL);
	f->out.max = f->errout.max = 1 << 24;
	*state = f;
	return f->l ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	loop_free(f->l);
	buf_clear(&f->out);
	buf_clear(&f->errout);
	free(f);
	return 0;
}

static void on_end(void *arg, const struct proc_result *r)
{
	struct fixture *f = arg;

	f->calls++;
	f->r = *r;
	buf_add(&f->out, r->out, r->out_len);
	buf_add(&f->errout, r->errout, r->errout_len);
	f->r.out = buf_str(&f->out);
	f->r.errout = buf_str(&f->errout);
	if (f->free_in_cb)
		proc_free(f->p);
}

static void on_output(void *arg, const char *data, size_t n)
{
	struct fixture *f = arg;

	buf_add(&f->out, data, n);
	if (f->free_in_output) {
		proc_free(f->p);
		f->p = NULL;
	}
}

static void run_until(struct fixture *f, int64_t ms)
{
	int64_t until = loop_real_ms() + ms;

	while (f->calls == 0 && loop_real_ms() < until)
		loop_turn(f->l, until - loop_real_ms());
}

static void run(struct fixture *f, const struct proc_spec *spec)
{
	struct err err = ERR_INIT;

	f->p = proc_start(f->l, spec, on_end, f, &err);
	if (!f->p)
		fail_msg("%s", err.msg);
	run_until(f, 20000);
	assert_int_equal(f->calls, 1);
}

static void run_sh(struct fixture *f, const char *script, struct proc_spec spec)
{
	const char *argv[] = { "/bin/sh", "-c", script, NULL };

	spec.argv = argv;
	run(f, &spec);
}

static void collects_what_a_program_says(void **state)
{
	struct fixture *f = *state;
	const char *argv[] = { "/bin/echo", "two  words", NULL };

	run(f, &(struct proc_spec){ .argv = argv });
	assert_int_equal(f->r.end, PROC_EXITED);
	assert_int_equal(f->r.code, 0);
	assert_string_equal(f->r.out, "two  words\n");
	assert_int_equal(f->r.out_len, 11);
	assert_string_equal(f->r.errout, "");
	assert_int_equal(proc_err(&f->r, "echo", NULL), 0);
}

static void gives_it_all_of_a_large_input(void **state)
{
	struct fixture *f = *state;
	size_t n = 300000;
	char *big = xmalloc(n);

	memset(big, 'x', n);
	run_sh(f, "wc -c", (struct proc_spec){ .input = big, .input_len = n });
	free(big);
	assert_int_equal(strtol(f->r.out, NULL, 10), 300000);
}

static void an_input_that_is_not_wanted_is_no_failure(void **state)
{
	struct fixture *f = *state;
	size_t n = 300000;
	char *big = xcalloc(1, n);

	run_sh(f, "exec <&-; exit 0", (struct proc_spec){ .input = big, .input_len = n });
	free(big);
	assert_int_equal(f->r.end, PROC_EXITED);
	assert_int_equal(f->r.code, 0);
}

static void without_input_it_reads_nothing(void **state)
{
	struct fixture *f = *state;

	run_sh(f, "cat; readlink /proc/self/fd/0", (struct proc_spec){ 0 });
	assert_string_equal(f->r.out, "/dev/null\n");
}

static void an_exit_code_comes_with_the_last_line_it_said(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;

	run_sh(f, "echo Warning >&2; printf 'no contact\\033[2J\\n\\n' >&2; exit 3",
	       (struct proc_spec){ 0 });
	assert_int_equal(f->r.end, PROC_EXITED);
	assert_int_equal(f->r.code, 3);
	assert_int_equal(proc_err(&f->r, "squeue", &err), -1);
	assert_int_equal(err.code, ERR_IO);
	assert_string_equal(err.msg, "squeue: exit 3: no contact\\x1B[2J");
}

static void a_signal_is_not_an_exit(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;

	run_sh(f, "kill -SEGV $$", (struct proc_spec){ 0 });
	assert_int_equal(f->r.end, PROC_SIGNALED);
	assert_int_equal(f->r.code, SIGSEGV);
	assert_int_equal(proc_err(&f->r, "sinfo", &err), -1);
	assert_string_equal(err.msg, "sinfo: killed by signal 11");
}

static void assert_gone(pid_t pid)
{
	const struct timespec step = { 0, 10 * 1000000 };

	for (int i = 0; i < 200 && kill(pid, 0) == 0; i++) {
		char path[64], text[256] = "";
		FILE *in;

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		in = fopen(path, "r");
		if (!in)
			return;
		if (!fgets(text, sizeof(text), in))
			text[0] = '\0';
		fclose(in);
		if (strstr(text, ") Z "))
			return; /* dead; its new parent has not looked yet */
		nanosleep(&step, NULL);
	}
	if (kill(pid, 0) == 0)
		fail_msg("process %d still runs", (int)pid);
}

static void a_deadline_ends_the_whole_group(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;

	run_sh(f, "sleep 77 & echo $!; wait", (struct proc_spec){ .deadline_ms = 100 });
	assert_int_equal(f->r.end, PROC_TIMEOUT);
	assert_true(f->r.wall_ms >= 100 && f->r.wall_ms < 1900);
	assert_gone((pid_t)strtol(f->r.out, NULL, 10));
	assert_int_equal(proc_err(&f->r, "qstat", &err), -1);
	assert_int_equal(err.code, ERR_TIMEOUT);
}

static void who_ignores_the_first_signal_gets_the_second(void **state)
{
	struct fixture *f = *state;

	run_sh(f, "trap '' TERM; echo $$; while :; do sleep 1; done",
	       (struct proc_spec){ .deadline_ms = 50 });
	assert_int_equal(f->r.end, PROC_TIMEOUT);
	assert_true(f->r.wall_ms >= 2000 && f->r.wall_ms < 6000);
	assert_gone((pid_t)strtol(f->r.out, NULL, 10));
}

static void too_much_output_is_not_a_short_answer(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;

	run_sh(f, "while :; do echo 0123456789; done", (struct proc_spec){ .output_max = 100 });
	assert_int_equal(f->r.end, PROC_TRUNCATED);
	assert_int_equal(f->r.out_len, 100);
	assert_int_equal(proc_err(&f->r, "bjobs", &err), -1);
	assert_int_equal(err.code, ERR_FULL);
}

static void output_of_just_the_ceiling_is_whole(void **state)
{
	struct fixture *f = *state;

	run_sh(f, "printf 0123456789", (struct proc_spec){ .output_max = 10 });
	assert_int_equal(f->r.end, PROC_EXITED);
	assert_int_equal(f->r.out_len, 10);
}

static void a_megabyte_comes_whole(void **state)
{
	struct fixture *f = *state;

	run_sh(f, "head -c 1048576 /dev/zero; head -c 70000 /dev/zero >&2",
	       (struct proc_spec){ 0 });
	assert_int_equal(f->r.out_len, 1048576);
	assert_int_equal(f->r.errout_len, 70000);
}

static void output_can_be_had_as_it_comes(void **state)
{
	struct fixture *f = *state;
	const char *argv[] = { "/bin/sh", "-c", "echo one; read x; echo two $x", NULL };
	const struct proc_spec spec = { .argv = argv,
					.on_output = on_output,
					.deadline_ms = 5000,
					.input = "go\n",
					.input_len = 3 };

	f->p = proc_start(f->l, &spec, on_end, f, NULL);
	assert_non_null(f->p);
	run_until(f, 10000);
	assert_int_equal(f->r.end, PROC_EXITED);
	assert_int_equal(f->r.out_len, 0);
	assert_string_equal(buf_str(&f->out), "one\ntwo go\n");
}

static void a_missing_program_is_told_at_once(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	const char *missing[] = { "/nonexistent/squeue", NULL };
	const char *no_program[] = { "/etc/passwd", NULL };
	const char *no_path[] = { "squeue", NULL };
	const char *sh[] = { "/bin/sh", NULL };
	int before = open_descriptors();

	assert_null(proc_start(f->l, &(struct proc_spec){ .argv = missing }, on_end, f, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_string_equal(err.msg,
			    "cannot start /nonexistent/squeue: No such file or directory");
	assert_null(
	    proc_start(f->l, &(struct proc_spec){ .argv = no_program }, on_end, f, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_null(proc_start(f->l, &(struct proc_spec){ .argv = no_path }, on_end, f, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_null(proc_start(f->l, &(struct proc_spec){ .argv = sh, .cwd = "/nonexistent" },
			       on_end, f, &err));
	assert_string_equal(err.msg, "cannot enter /nonexistent: No such file or directory");
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* and no zombie stays */
	assert_int_equal(f->calls, 0);
}

static void freed_in_mid_run_it_is_killed_and_says_nothing(void **state)
{
	struct fixture *f = *state;
	const char *argv[] = { "/bin/sh", "-c", "sleep 77 & echo $!; wait", NULL };
	const struct proc_spec spec = { .argv = argv, .on_output = on_output };
	pid_t pid;

	f->p = proc_start(f->l, &spec, on_end, f, NULL);
	assert_non_null(f->p);
	pid = proc_pid(f->p);
	for (int i = 0; i < 100 && f->out.len == 0; i++)
		loop_turn(f->l, 1000);
	proc_free(f->p);
	assert_int_equal(kill(pid, 0), -1);
	assert_gone((pid_t)strtol(buf_str(&f->out), NULL, 10));
	loop_turn(f->l, 20);
	assert_int_equal(f->calls, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void may_be_freed_in_its_callbacks(void **state)
{
	struct fixture *f = *state;
	const char *argv[] = { "/bin/sh", "-c", "echo x; sleep 77", NULL };

	f->free_in_cb = true;
	run_sh(f, "echo x", (struct proc_spec){ 0 });
	f->calls = 0;
	f->free_in_output = true;
	f->p = proc_start(
	    f->l, &(struct proc_spec){ .argv = argv, .on_output = on_output, .output_max = 1 },
	    on_end, f, NULL);
	for (int i = 0; i < 100 && f->p; i++)
		loop_turn(f->l, 1000);
	assert_null(f->p);
	loop_turn(f->l, 10);
	assert_int_equal(f->calls, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_signal_can_be_sent_to_the_group(void **state)
{
	struct fixture *f = *state;
	const char *argv[] = { "/bin/sleep", "77", NULL };

	f->p = proc_start(f->l, &(struct proc_spec){ .argv = argv }, on_end, f, NULL);
	assert_non_null(f->p);
	proc_signal(f->p, SIGUSR1);
	run_until(f, 5000);
	assert_int_equal(f->r.end, PROC_SIGNALED);
	assert_int_equal(f->r.code, SIGUSR1);
}

static void a_grandchild_that_holds_the_pipe_holds_nothing_up(void **state)
{
	struct fixture *f = *state;

	run_sh(f, "sleep 77 & echo $!", (struct proc_spec){ .deadline_ms = 30000 });
	assert_int_equal(f->r.end, PROC_EXITED);
	assert_int_equal(f->r.code, 0);
	assert_true(f->r.wall_ms < 3000);
	assert_gone((pid_t)strtol(f->r.out, NULL, 10));
}

static void its_environment_is_exact(void **state)
{
	struct fixture *f = *state;
	const char *argv[] = { "/usr/bin/env", NULL };
	const char *env[] = { "SLURM_CONF=/sched/slurm.conf", "TZ=Asia/Tokyo", "LC_ALLX=1",
			      NULL };

	setenv("PACELINE_TEST_SECRET", "canary", 1);
	run(f, &(struct proc_spec){ .argv = argv, .env = env });
	assert_string_equal(
	    f->r.out, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
		      "LC_ALL=C.UTF-8\nTZ=Asia/Tokyo\nHOME=/nonexistent\n"
		      "SLURM_CONF=/sched/slurm.conf\nLC_ALLX=1\n");
}

/* R1.7 */
static void it_gets_three_descriptors_default_signals_and_its_own_group(void **state)
{
	struct fixture *f = *state;
	const char *expect =
	    "0 1 2 \nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n/\nown\n";
	int leaky = dup(0); /* not close-on-exec, as a library may leave it */
	int high = fcntl(0, F_DUPFD, 200);
	sigset_t usr1;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	run_sh(f,
	       "for i in /proc/$$/fd/*; do test -e $i && printf '%s ' ${i##*/}; done; echo; "
	       "grep -E 'SigBlk|SigIgn' /proc/self/status; pwd; "
	       "set -- $(cat /proc/$$/stat); test $5 = $$ && echo own",
	       (struct proc_spec){ 0 });
	sigprocmask(SIG_UNBLOCK, &usr1, NULL);
	close(leaky);
	close(high);
	assert_string_equal(f->r.out, expect);
}

static void no_descriptor_stays_open(void **state)
{
	struct fixture *f = *state;
	int before;

	run_sh(f, "true", (struct proc_spec){ 0 });
	before = open_descriptors();
	for (int i = 0; i < 5; i++) {
		f->calls = 0;
		run_sh(f, "cat", (struct proc_spec){ .input = "x", .input_len = 1 });
	}
	assert_int_equal(open_descriptors(), before);
}

/* R1.7: The child that dies here is a stand-in for the engine. */
static void it_dies_with_us(void **state)
{
	const char *argv[] = { "/bin/sleep", "77", NULL };
	int fd[2], rc = 0;
	pid_t engine, helper = 0;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	engine = fork();
	assert_true(engine >= 0);
	if (engine == 0) {
		struct loop *l = loop_new(NULL);
		struct proc *p =
		    proc_start(l, &(struct proc_spec){ .argv = argv }, on_end, NULL, NULL);

		helper = p ? proc_pid(p) : 0;
		if (write(fd[1], &helper, sizeof(helper)) < 0)
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(read(fd[0], &helper, sizeof(helper)), sizeof(helper));
	assert_int_equal(waitpid(engine, &rc, 0), engine);
	assert_true(helper > 0);
	assert_gone(helper);
	close(fd[0]);
	close(fd[1]);
}

static void works_when_our_own_standard_descriptors_are_closed(void **state)
{
	struct fixture *f = *state;
	int keep[3];

	for (int i = 0; i < 3; i++)
		keep[i] = fcntl(i, F_DUPFD, 50);
	for (int i = 0; i < 3; i++)
		close(i);
	{
		const char *argv[] = { "/bin/sh", "-c", "cat; echo err >&2", NULL };
		const struct proc_spec spec = { .argv = argv, .input = "in\n", .input_len = 3 };

		f->p = proc_start(f->l, &spec, on_end, f, NULL);
		if (f->p)
			run_until(f, 5000);
	}
	for (int i = 0; i < 3; i++) {
		dup2(keep[i], i);
		close(keep[i]);
	}
	assert_int_equal(f->calls, 1);
	assert_string_equal(f->r.out, "in\n");
	assert_string_equal(f->r.errout, "err\n");
}

/* From here on this process is on an old kernel: no pidfd_open, no close_range. */
static int refuse_new_calls(void **state)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};
	const struct sock_fprog prog = { ARRAY_LEN(code), code };

	(void)state;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) != 0)
		return -1;
	return syscall(SYS_pidfd_open, getpid(), 0) == -1 && errno == ENOSYS ? 0 : -1;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(collects_what_a_program_says),
		T(gives_it_all_of_a_large_input),
		T(an_input_that_is_not_wanted_is_no_failure),
		T(without_input_it_reads_nothing),
		T(an_exit_code_comes_with_the_last_line_it_said),
		T(a_signal_is_not_an_exit),
		T(a_deadline_ends_the_whole_group),
		T(who_ignores_the_first_signal_gets_the_second),
		T(too_much_output_is_not_a_short_answer),
		T(output_of_just_the_ceiling_is_whole),
		T(a_megabyte_comes_whole),
		T(output_can_be_had_as_it_comes),
		T(a_missing_program_is_told_at_once),
		T(freed_in_mid_run_it_is_killed_and_says_nothing),
		T(may_be_freed_in_its_callbacks),
		T(a_signal_can_be_sent_to_the_group),
		T(a_grandchild_that_holds_the_pipe_holds_nothing_up),
		T(its_environment_is_exact),
		T(it_gets_three_descriptors_default_signals_and_its_own_group),
		T(no_descriptor_stays_open),
		T(it_dies_with_us),
		T(works_when_our_own_standard_descriptors_are_closed),
	};
	const struct CMUnitTest old_kernel[] = {
		T(collects_what_a_program_says),
		T(a_signal_is_not_an_exit),
		T(a_deadline_ends_the_whole_group),
		T(freed_in_mid_run_it_is_killed_and_says_nothing),
		T(may_be_freed_in_its_callbacks),
		T(it_gets_three_descriptors_default_signals_and_its_own_group),
		T(no_descriptor_stays_open),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	return failed +
	       cmocka_run_group_tests_name("old kernel", old_kernel, refuse_new_calls, NULL);
}
