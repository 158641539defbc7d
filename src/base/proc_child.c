#define _GNU_SOURCE /* dup3, NSIG */
#include "base/proc_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STATUS_FD 3

static _Noreturn void give_up(int status, int stage)
{
	struct proc_child_failure f = { .error = errno };

	f.stage = stage;
	if (write(status, &f, sizeof(f)) < 0)
		_exit(126);
	_exit(127);
}

static int above_std(int fd)
{
	return fd > 2 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static void close_from(unsigned int first)
{
	struct rlimit lim = { 1 << 16, 1 << 16 };

#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
#endif
	getrlimit(RLIMIT_NOFILE, &lim); /* kernels before 5.9 */
	if (lim.rlim_cur > 1 << 20)
		lim.rlim_cur = 1 << 20;
	for (unsigned int fd = first; fd < lim.rlim_cur; fd++)
		close((int)fd);
}

/* Leaves 0, 1, 2 and STATUS_FD, which closes at exec. */
static int arrange_descriptors(const struct proc_child *c, int status)
{
	int from[3];

	for (int i = 0; i < 3; i++) {
		from[i] = above_std(c->std[i]); /* our own 0, 1, 2 may have been closed */
		if (from[i] < 0)
			return -1;
	}
	for (int i = 0; i < 3; i++)
		if (dup2(from[i], i) < 0)
			return -1;
	if (status != STATUS_FD && dup3(status, STATUS_FD, O_CLOEXEC) < 0)
		return -1;
	close_from(STATUS_FD + 1);
	return 0;
}

/*
 * The system call itself: glibc's sigaction() will not touch its two internal signals, and its posix_spawn(), which make
 * uses, leaves exactly those ignored in everything it starts. All zero is "default, no flags, empty mask" on every machine.
 */
static void default_signals(void)
{
	const uint64_t dfl[8] = { 0 };
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		syscall(SYS_rt_sigaction, s, dfl, NULL, sizeof(uint64_t));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn void proc_child_run(const struct proc_child *c)
{
	int status = above_std(c->status);

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != c->parent)
		_exit(127); /* it died before the line above */
	if (arrange_descriptors(c, status) != 0)
		give_up(status, PROC_CHILD_START);
	default_signals();
	if (chdir(c->cwd) != 0)
		give_up(STATUS_FD, PROC_CHILD_CWD);
	execve(c->argv[0], (char *const *)c->argv, (char *const *)c->env);
	give_up(STATUS_FD, PROC_CHILD_START);
}
