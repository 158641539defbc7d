#define _GNU_SOURCE /* unshare, clone flags, sethostname */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

/* Not NEWNET: the init lays its cable from here first. */
#define MACHINE_NAMESPACES                                                                     \
	(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP)

struct child { /* an init, or a short-lived helper (run 0) */
	pid_t pid;
	uint32_t run;
};

struct warden {
	int chan;
	struct child *children;
	size_t n, cap;
};

pid_t ns_fork(uint64_t flags, int exit_signal)
{
	struct clone_args a = { .flags = flags, .exit_signal = (uint64_t)exit_signal };

	return (pid_t)syscall(SYS_clone3, &a, sizeof(a));
}

void news_send(int fd, enum news_kind kind, uint32_t run, int status, const char *text)
{
	struct news n = { .kind = kind, .run = run, .status = status };

	snprintf(n.text, sizeof(n.text), "%s", text);
	while (send(fd, &n, sizeof(n), MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

static void child_add(struct warden *w, pid_t pid, uint32_t run)
{
	GROW(w->children, w->n, w->cap);
	w->children[w->n++] = (struct child){ .pid = pid, .run = run };
}

static pid_t pid_of(const struct warden *w, uint32_t run)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->children[i].run == run)
			return w->children[i].pid;
	return 0;
}

static void reap(struct warden *w)
{
	int status;
	pid_t pid;

	/* waitpid() gives an init only when everything in its namespace is dead: then its disk
	 * is at rest. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < w->n; i++) {
			if (w->children[i].pid != pid)
				continue;
			if (w->children[i].run != 0)
				news_send(w->chan, NEWS_OVER, w->children[i].run, status, "");
			w->children[i] = w->children[--w->n];
			break;
		}
	}
}

static void boot(struct warden *w, const struct machine *m)
{
	pid_t pid = ns_fork(MACHINE_NAMESPACES, SIGCHLD);

	if (pid == 0)
		init_main(w->chan, m);
	if (pid > 0) {
		child_add(w, pid, m->run);
		return;
	}
	char text[120];
	snprintf(text, sizeof(text), "cannot make namespaces: %s", strerror(errno));
	news_send(w->chan, NEWS_BROKEN, m->run, 0, text);
	news_send(w->chan, NEWS_OVER, m->run, 0, "");
}

static int enter_mounts(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		return -1;
	int rc = setns(fd, CLONE_NEWNS);
	close(fd);
	return rc;
}

/*
 * The folder in the server, cloned as a mount that is nowhere yet. No link is followed: the
 * path was held against the exports as it is written, and a link in an exported folder must not
 * lead out of it.
 */
static int tree_take(const struct bind_order *b, int *tree)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				.resolve = RESOLVE_NO_SYMLINKS };
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_NODEV |
					       (b->read_only ? MOUNT_ATTR_RDONLY : 0) };
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, b->path, &how, sizeof(how));

	if (fd < 0)
		return errno;
	*tree = (int)syscall(SYS_open_tree, fd, "",
			     OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (*tree < 0)
		return errno;
	if (syscall(SYS_mount_setattr, *tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		return errno;
	return 0;
}

/* In a helper process: each path is walked inside the guest that named it. */
static int bind_across(const struct bind_order *b, pid_t server, pid_t client,
		       const char **where)
{
	int tree = -1;

	*where = "server";
	if (b->server_run != 0 && (server == 0 || enter_mounts(server) < 0))
		return EHOSTDOWN; /* a data disk is here, in the state directory */
	int rc = tree_take(b, &tree);
	if (rc != 0)
		return rc;
	*where = "client";
	if (client == 0 || enter_mounts(client) < 0)
		return ESRCH;
	if (syscall(SYS_move_mount, tree, "", AT_FDCWD, b->target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return errno;
	return 0;
}

static void bind_helper(struct warden *w, const struct order *o)
{
	pid_t server = pid_of(w, o->u.bind.server_run),
	      client = pid_of(w, o->u.bind.client_run);
	pid_t pid = fork();

	if (pid == 0) {
		const char *where;
		int rc = bind_across(&o->u.bind, server, client, &where);
		news_send(w->chan, NEWS_BOUND, o->run, rc, where);
		_exit(0);
	}
	if (pid > 0)
		child_add(w, pid, 0);
	else
		news_send(w->chan, NEWS_BOUND, o->run, errno, "server");
}

static void remove_helper(struct warden *w, const struct order *o)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct err err = ERR_INIT;
		char path[NAME_MAX + 16];
		snprintf(path, sizeof(path), "trash/%s", o->u.remove);
		int rc = file_remove_tree(path, &err);
		news_send(w->chan, NEWS_REMOVED, o->run, rc, rc < 0 ? err.msg : "");
		_exit(0);
	}
	if (pid > 0)
		child_add(w, pid, 0);
	else
		news_send(w->chan, NEWS_REMOVED, o->run, -1, strerror(errno));
}

static void power(struct warden *w, uint32_t run, int signo)
{
	pid_t pid = pid_of(w, run);

	if (pid > 0)
		kill(pid, signo);
}

static void obey(struct warden *w, const struct order *o)
{
	switch (o->kind) {
	case ORDER_BOOT:
		boot(w, &o->u.boot);
		break;
	case ORDER_POWER_OFF:
		power(w, o->run, SIGTERM);
		break;
	case ORDER_POWER_CUT:
		power(w, o->run, SIGKILL);
		break;
	case ORDER_BIND:
		bind_helper(w, o);
		break;
	case ORDER_REMOVE:
		remove_helper(w, o);
		break;
	}
}

/* Between networks nothing is forwarded; two that use the same addresses must not look spoofed.
 */
static int network_rules(struct err *err)
{
	static const char *const rules[] = { "ip_forward", "conf/all/rp_filter",
					     "conf/default/rp_filter" };

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		char path[80];
		snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", rules[i]);
		int fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0", 1) != 1)
			return err_sys(err, "cannot set %s", path);
		close(fd);
	}
	return 0;
}

static int prepare(const char *dir, struct err *err)
{
	if (network_rules(err) < 0)
		return -1;
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(err, "cannot make mounts private");
	/* By its name: an open folder would still be one of the host's mounts, which no overlay
	 * takes from here. */
	if (chdir(dir) < 0)
		return err_sys(err, "cannot enter %s", dir);
	if (layer_build(err) < 0)
		return err_wrap(err, "layer");
	return rootfs_probe(err);
}

/* Whatever azsim had open (its store, its clients) is none of ours. */
static void close_others(const int *keep, size_t n)
{
	unsigned int from = 3;

	for (size_t i = 0; i < n; i++) { /* keep is sorted */
		if ((unsigned int)keep[i] > from)
			close_range(from, (unsigned int)keep[i] - 1, 0);
		from = (unsigned int)keep[i] + 1;
	}
	close_range(from, ~0U, 0);
}

static void quiet_process(int chan, int lock_fd)
{
	int keep[2] = { chan < lock_fd ? chan : lock_fd, chan < lock_fd ? lock_fd : chan };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "azsim-warden");
	prctl(PR_SET_DUMPABLE, 0);
	close_others(keep, 2);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < 3 && null >= 0; fd++)
		dup2(null, fd);
	for (int s = 1; s < NSIG; s++) {
		struct sigaction sa = { .sa_handler = SIG_DFL };
		sigaction(s, &sa, NULL);
	}
	umask(022);
	setsid();
}

_Noreturn void warden_main(int chan, const char *dir, int lock_fd)
{
	struct warden w = { .chan = chan };
	struct err err = ERR_INIT;
	sigset_t set;

	quiet_process(chan, lock_fd);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_SETMASK, &set, NULL); /* for the inits too: they wait for both */
	int sfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (prepare(dir, &err) < 0) {
		news_send(chan, NEWS_UNABLE, 0, (int)err.code, err.msg);
		_exit(1);
	}
	news_send(chan, NEWS_READY, 0, 0, "");

	struct order *o = xmalloc(sizeof(*o));
	struct pollfd p[] = { { .fd = chan, .events = POLLIN },
			      { .fd = sfd, .events = POLLIN } };
	while (poll(p, ARRAY_LEN(p), -1) >= 0 || errno == EINTR) {
		struct signalfd_siginfo si;
		while (read(sfd, &si, sizeof(si)) > 0)
			;
		reap(&w);
		if (p[0].revents == 0)
			continue;
		ssize_t n = recv(chan, o, sizeof(*o), MSG_DONTWAIT);
		if (n == 0)
			break; /* azsim closed its end: it is gone, or wants us gone */
		if (n >= (ssize_t)offsetof(struct order,
					   u)) /* azsim sends no more than the kind needs */
			obey(&w, o);
	}
	_exit(0);
}
