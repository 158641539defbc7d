#define _GNU_SOURCE /* pipe2, dup3 */
#include "base/proc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/loop_private.h"
#include "base/mem.h"
#include "base/proc_child.h"
#include "base/strs.h"
#include "base/text.h"

#define OUTPUT_MAX ((size_t)64 << 20)
#define TERM_MS	   2000 /* S8.3: between SIGTERM and SIGKILL */
#define KILL_MS                                                                                \
	2000 /* a helper in an uninterruptible wait does not die: its owner is told all the    \
		same */
#define DRAIN_MS     200 /* for what a grandchild that kept the pipe still says */
#define REAP_MS	     200
#define EXEC_MS	     200 /* R1.5: a program on a dead file server must not stop the loop */
#define READS_A_TURN 16

struct stream {
	int fd;
	struct watch *watch;
	struct buf buf;
};

struct proc {
	struct loop *loop;
	proc_cb *cb;
	void *arg;
	void (*on_output)(void *arg, const char *data, size_t n);
	char *name;
	pid_t pid;
	int pidfd;
	struct watch *exit_watch;	 /* on pidfd */
	struct signal_watch *chld_watch; /* kernels before 5.3 */
	struct timer *chld_check;
	struct timer *timer;
	struct stream in, out, errout;
	size_t out_left; /* until the ceiling, for streamed output */
	enum { RUNS, TERMED, KILLED, DRAINS } state;
	bool cut; /* end and code are decided already: time-out or truncation */
	enum proc_end end;
	int code;
	int64_t began;
	bool busy; /* in one of its owner's callbacks */
	bool freed;
};

static void start_draining(struct proc *p);

static void stream_close(struct stream *s)
{
	watch_free(s->watch);
	s->watch = NULL;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static void destroy(struct proc *p)
{
	stream_close(&p->in);
	stream_close(&p->out);
	stream_close(&p->errout);
	buf_clear(&p->in.buf);
	buf_clear(&p->out.buf);
	buf_clear(&p->errout.buf);
	watch_free(p->exit_watch);
	signal_watch_free(p->chld_watch);
	timer_free(p->chld_check);
	timer_free(p->timer);
	if (p->pidfd >= 0)
		close(p->pidfd);
	free(p->name);
	free(p);
}

/* The leader stays a zombie until here, so its number cannot belong to anyone else when the
 * group is signalled. */
static void kill_and_reap(struct proc *p)
{
	const struct timespec step = { 0, 2 * 1000000L };
	int64_t until = loop_real_ms() + REAP_MS;

	if (p->pid <= 0)
		return;
	kill(-p->pid, SIGKILL);
	while (waitpid(p->pid, NULL, WNOHANG) == 0) {
		if (loop_real_ms() >= until) {
			log_warn(
			    "%s (process %d) does not die when killed: it hangs in the kernel, look at "
			    "its file systems",
			    p->name, (int)p->pid);
			break;
		}
		if (p->pidfd >= 0)
			poll(&(struct pollfd){ p->pidfd, POLLIN, 0 }, 1, REAP_MS);
		else
			nanosleep(&step, NULL);
	}
	p->pid = -1;
}

static void finish(struct proc *p)
{
	struct proc_result r = { .end = p->end, .code = p->code };

	timer_stop(p->timer);
	stream_close(&p->in);
	stream_close(&p->out);
	stream_close(&p->errout);
	kill_and_reap(p);
	r.out = buf_str(&p->out.buf);
	r.out_len = p->out.buf.len;
	r.errout = buf_str(&p->errout.buf);
	r.errout_len = p->errout.buf.len;
	r.wall_ms = loop_real_ms() - p->began;
	p->busy = true;
	if (!p->freed)
		p->cb(p->arg, &r);
	destroy(p);
}

static void cut_short(struct proc *p, enum proc_end end, int signo)
{
	if (!p->cut) {
		p->cut = true;
		p->end = end;
		p->code = 0;
	}
	if (p->state == DRAINS)
		return; /* it has ended already; finish() kills the rest */
	proc_signal(p, signo);
	p->state = signo == SIGTERM ? TERMED : KILLED;
	timer_set(p->timer, signo == SIGTERM ? TERM_MS : KILL_MS);
}

static void on_timer(void *arg)
{
	struct proc *p = arg;

	switch (p->state) {
	case RUNS:
		cut_short(p, PROC_TIMEOUT, SIGTERM);
		break;
	case TERMED:
		cut_short(p, PROC_TIMEOUT, SIGKILL);
		break;
	case KILLED:
	case DRAINS:
		finish(p);
		break;
	}
}

/* Output. */

/* 0; -1 when it is too much. p may be marked as freed afterwards. */
static int take_output(struct proc *p, struct stream *s, const char *data, size_t n)
{
	bool streams = s == &p->out && p->on_output;
	size_t room = streams ? p->out_left : s->buf.max - s->buf.len;
	bool whole = n <= room;

	if (!whole)
		n = room;
	if (!streams) {
		buf_add(&s->buf, data, n);
	} else if (n > 0) {
		p->out_left -= n;
		p->busy = true;
		p->on_output(p->arg, data, n);
		p->busy = false;
	}
	return whole ? 0 : -1;
}

/* Reads what is there, within reason; closes the stream at its end. */
static void stream_read(struct proc *p, struct stream *s)
{
	char data[16384];

	for (int i = 0; i < READS_A_TURN && s->fd >= 0 && !p->freed; i++) {
		ssize_t n = read(s->fd, data, sizeof(data));

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			stream_close(s);
		} else if (take_output(p, s, data, (size_t)n) != 0 && !p->freed) {
			stream_close(&p->out);
			stream_close(&p->errout);
			cut_short(p, PROC_TRUNCATED, SIGKILL);
		}
	}
}

static void on_readable(struct proc *p, struct stream *s)
{
	stream_read(p, s);
	if (p->freed)
		destroy(p);
	else if (p->state == DRAINS && p->out.fd < 0 && p->errout.fd < 0)
		finish(p);
}

static void on_out(void *arg, unsigned int what)
{
	struct proc *p = arg;

	(void)what;
	on_readable(p, &p->out);
}

static void on_errout(void *arg, unsigned int what)
{
	struct proc *p = arg;

	(void)what;
	on_readable(p, &p->errout);
}

static void on_in(void *arg, unsigned int what)
{
	struct proc *p = arg;
	ssize_t n = write(p->in.fd, p->in.buf.data, p->in.buf.len);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		buf_drop(&p->in.buf, (size_t)n);
	if (n < 0 || p->in.buf.len == 0)
		stream_close(&p->in); /* it has all, or does not want the rest */
}

/* The end of the leader. */

static void look_for_exit(struct proc *p)
{
	siginfo_t si = { 0 };

	if (p->state == DRAINS)
		return;
	if (waitid(P_PID, (id_t)p->pid, &si, WEXITED | WNOHANG | WNOWAIT) != 0 ||
	    si.si_pid == 0)
		return;
	if (!p->cut) {
		p->end = si.si_code == CLD_EXITED ? PROC_EXITED : PROC_SIGNALED;
		p->code = si.si_status;
	}
	start_draining(p);
}

static void on_exit_watch(void *arg, unsigned int what)
{
	(void)what;
	look_for_exit(arg);
}

static void on_chld(void *arg, int signo)
{
	(void)signo;
	look_for_exit(arg);
}

static void on_chld_check(void *arg)
{
	look_for_exit(arg);
}

static void start_draining(struct proc *p)
{
	p->state = DRAINS;
	watch_free(p->exit_watch);
	signal_watch_free(p->chld_watch);
	timer_free(p->chld_check);
	p->exit_watch = NULL;
	p->chld_watch = NULL;
	p->chld_check = NULL;
	stream_close(&p->in);
	timer_set(p->timer, DRAIN_MS);
	stream_read(p, &p->out);
	if (!p->freed)
		stream_read(p, &p->errout);
	if (p->freed)
		destroy(p);
	else if (p->out.fd < 0 && p->errout.fd < 0)
		finish(p);
}

/* Start. */

static const char *const fixed_env[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"LC_ALL=C.UTF-8",
	"TZ=UTC",
	"HOME=/nonexistent",
};

static bool same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=") + 1;

	return strncmp(a, b, n) == 0;
}

/* Borrowed strings; the array is the caller's. A later word for a name replaces the earlier. */
static const char **make_env(const char *const *more)
{
	size_t n = 0, cap = ARRAY_LEN(fixed_env) + 1;
	const char **env;

	for (size_t i = 0; more && more[i]; i++)
		cap++;
	env = xcalloc(cap, sizeof(*env));
	for (size_t i = 0; i < ARRAY_LEN(fixed_env); i++)
		env[n++] = fixed_env[i];
	for (size_t i = 0; more && more[i]; i++) {
		size_t at = 0;

		while (at < n && !same_name(env[at], more[i]))
			at++;
		env[at] = more[i];
		if (at == n)
			n++;
	}
	return env;
}

struct pipes {
	int fd[8]; /* read and write end of: stdin, stdout, stderr, exec status */
};

enum { IN, OUT = 2, ERROUT = 4, STATUS = 6, RD = 0, WR = 1 };

static void pipes_close(struct pipes *p)
{
	for (size_t i = 0; i < ARRAY_LEN(p->fd); i++)
		if (p->fd[i] >= 0)
			close(p->fd[i]);
}

static int steal(int *fd)
{
	int got = *fd;

	*fd = -1;
	return got;
}

static int pipes_open(struct pipes *p, bool input, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(p->fd); i++)
		p->fd[i] = -1;
	if (!input)
		p->fd[IN + RD] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if ((input ? pipe2(p->fd + IN, O_CLOEXEC) != 0 : p->fd[IN + RD] < 0) ||
	    pipe2(p->fd + OUT, O_CLOEXEC) != 0 || pipe2(p->fd + ERROUT, O_CLOEXEC) != 0 ||
	    pipe2(p->fd + STATUS, O_CLOEXEC) != 0) {
		err_sys(err, "no pipes for a helper");
		pipes_close(p);
		return -1;
	}
	if (input)
		fcntl(p->fd[IN + WR], F_SETFL, O_NONBLOCK);
	fcntl(p->fd[OUT + RD], F_SETFL, O_NONBLOCK);
	fcntl(p->fd[ERROUT + RD], F_SETFL, O_NONBLOCK);
	return 0;
}

/* Whoever started us may have ignored SIGCHLD; then ends of children would be lost. */
static void keep_zombies(void)
{
	struct sigaction sa;

	if (sigaction(SIGCHLD, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN) {
		sa = (struct sigaction){ .sa_handler = SIG_DFL };
		sigaction(SIGCHLD, &sa, NULL);
	}
}

static pid_t fork_child(const struct proc_spec *spec, const char **env, struct pipes *pipes)
{
	const struct proc_child child = {
		.argv = spec->argv,
		.env = env,
		.cwd = spec->cwd ? spec->cwd : "/",
		.std = { pipes->fd[IN + RD], pipes->fd[OUT + WR], pipes->fd[ERROUT + WR] },
		.status = pipes->fd[STATUS + WR],
		.parent = getpid(),
	};
	sigset_t all, old;
	pid_t pid;

	keep_zombies();
	sigfillset(&all); /* none of our handlers may run in the child */
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid == 0)
		proc_child_run(&child);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return pid;
}

/* The status pipe closes when the program runs. 0, or -1 with what the child told. */
static int wait_for_exec(int fd, pid_t pid, const struct proc_spec *spec, struct err *err)
{
	struct proc_child_failure f;
	struct pollfd pfd = { fd, POLLIN, 0 };
	ssize_t n;
	int rc;

	do {
		rc = poll(&pfd, 1, EXEC_MS);
	} while (rc < 0 && errno == EINTR);
	if (rc == 0)
		return 0; /* it takes its time; should it fail later, that is an exit */
	do {
		n = read(fd, &f, sizeof(f));
	} while (n < 0 && errno == EINTR);
	if (n != sizeof(f))
		return 0;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	errno = f.error;
	err_sys(err, "cannot %s %s", f.stage == PROC_CHILD_CWD ? "enter" : "start",
		f.stage == PROC_CHILD_CWD ? spec->cwd : spec->argv[0]);
	if (err && (f.error == ENOENT || f.error == ENOTDIR))
		err->code = ERR_NOT_FOUND;
	else if (err && (f.error == EACCES || f.error == EPERM))
		err->code = ERR_DENIED;
	return -1;
}

static void watch_for_exit(struct proc *p)
{
#ifdef SYS_pidfd_open
	p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0); /* close-on-exec by itself */
#endif
	if (p->pidfd >= 0) {
		p->exit_watch = watch_new(p->loop, p->pidfd, WATCH_READ, on_exit_watch, p);
		return;
	}
	p->chld_watch = signal_watch_new(p->loop, SIGCHLD, on_chld, p);
	p->chld_check = timer_new_real(p->loop, on_chld_check, p);
	timer_set(p->chld_check, 0); /* it may have ended before the watch was there */
}

static struct proc *proc_new(struct loop *l, const struct proc_spec *spec, proc_cb *cb,
			     void *arg)
{
	struct proc *p = xcalloc(1, sizeof(*p));
	size_t max = spec->output_max ? spec->output_max : OUTPUT_MAX;

	p->loop = l;
	p->cb = cb;
	p->arg = arg;
	p->on_output = spec->on_output;
	p->name = xstrdup(spec->argv[0]);
	p->pidfd = p->in.fd = p->out.fd = p->errout.fd = -1;
	p->in.buf.max = spec->input_len;
	p->out.buf.max = p->errout.buf.max = max;
	p->out_left = spec->output_max ? max : SIZE_MAX;
	p->began = loop_real_ms();
	return p;
}

static void proc_connect(struct proc *p, const struct proc_spec *spec, struct pipes *pipes)
{
	p->in.fd = steal(&pipes->fd[IN + WR]);
	p->out.fd = steal(&pipes->fd[OUT + RD]);
	p->errout.fd = steal(&pipes->fd[ERROUT + RD]);
	p->out.watch = watch_new(p->loop, p->out.fd, WATCH_READ, on_out, p);
	p->errout.watch = watch_new(p->loop, p->errout.fd, WATCH_READ, on_errout, p);
	if (p->in.fd >= 0) {
		buf_add(&p->in.buf, spec->input, spec->input_len);
		p->in.watch = watch_new(p->loop, p->in.fd, WATCH_WRITE, on_in, p);
	}
	watch_for_exit(p);
	p->timer = timer_new_real(p->loop, on_timer, p);
	if (spec->deadline_ms > 0)
		timer_set(p->timer, spec->deadline_ms);
}

struct proc *proc_start(struct loop *l, const struct proc_spec *spec, proc_cb *cb, void *arg,
			struct err *err)
{
	struct pipes pipes;
	struct proc *p;
	const char **env;
	pid_t pid;

	if (!spec->argv || !spec->argv[0] || spec->argv[0][0] != '/') {
		err_set(err, ERR_INVALID, "cannot start %s: a helper is named by its full path",
			spec->argv && spec->argv[0] ? spec->argv[0] : "nothing");
		return NULL;
	}
	if (pipes_open(&pipes, spec->input && spec->input_len > 0, err) != 0)
		return NULL;
	env = make_env(spec->env);
	pid = fork_child(spec, env, &pipes);
	free(env);
	if (pid < 0)
		err_sys(err, "cannot start %s: no new process", spec->argv[0]);
	close(steal(&pipes.fd[STATUS + WR]));
	if (pid < 0 || wait_for_exec(pipes.fd[STATUS + RD], pid, spec, err) != 0) {
		pipes_close(&pipes);
		return NULL;
	}
	p = proc_new(l, spec, cb, arg);
	p->pid = pid;
	proc_connect(p, spec, &pipes);
	pipes_close(&pipes);
	return p;
}

pid_t proc_pid(const struct proc *p)
{
	return p->pid;
}

void proc_signal(struct proc *p, int signo)
{
	if (p->pid > 0)
		kill(-p->pid, signo);
}

void proc_free(struct proc *p)
{
	if (!p || p->freed)
		return;
	p->freed = true;
	kill_and_reap(p);
	if (!p->busy)
		destroy(p);
}

/* The last line that says something: what ssh or a traceback ends with is the cause. */
static size_t last_line(const char *text, size_t len, const char **line)
{
	size_t end = len, begin;

	while (end > 0 && (unsigned char)text[end - 1] <= ' ')
		end--;
	for (begin = end; begin > 0 && text[begin - 1] != '\n';)
		begin--;
	*line = text + begin;
	return end - begin;
}

int proc_err(const struct proc_result *r, const char *what, struct err *err)
{
	char said[200];
	const char *line;
	size_t n;

	if (r->end == PROC_TIMEOUT)
		return err_set(err, ERR_TIMEOUT, "%s: no end after %lld.%lld s, stopped", what,
			       (long long)(r->wall_ms / 1000),
			       (long long)(r->wall_ms % 1000 / 100));
	if (r->end == PROC_TRUNCATED)
		return err_set(err, ERR_FULL,
			       "%s: more output than allowed (%zu bytes), stopped", what,
			       r->out_len > r->errout_len ? r->out_len : r->errout_len);
	if (r->end == PROC_EXITED && r->code == 0)
		return 0;
	n = last_line(r->errout, r->errout_len, &line);
	text_clean(said, sizeof(said) - 1, line, n);
	return err_set(err, ERR_IO, "%s: %s %d%s%s", what,
		       r->end == PROC_EXITED ? "exit" : "killed by signal", r->code,
		       n ? ": " : "", said);
}
