/* Pid 1 of a guest: makes the machine, starts sshd and the scripts, reaps, powers off. */
#define _GNU_SOURCE /* unshare, sethostname */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/strs.h"

#define HOST_KEY    "/etc/ssh/ssh_host_ed25519_key"
#define PER_BOOT    "/var/lib/cloud/scripts/per-boot"
#define INSTANCE    "/var/lib/cloud/instance"
#define USER_SCRIPT INSTANCE "/scripts/part-001"
#define SCRIPT_SEM  INSTANCE "/sem/config_scripts_user"
#define SCRIPT_LOG  "/var/log/cloud-init-output.log"

enum { POWER_OFF_MS = 2000, SEED_MAX = 1 << 20 };

struct init {
	int chan, signals, watch;
	const struct machine *m;
	pid_t sshd, script;
	struct strs todo; /* scripts of this boot, in order */
	size_t next;
	struct buf failures; /* JSON strings, for result.json */
	bool booted;
};

static _Noreturn void broken(const struct init *in, const struct err *err)
{
	news_send(in->chan, NEWS_BROKEN, in->m->run, 0, err->msg);
	_exit(1);
}

static void child_exec(const char *const *argv, const char *log)
{
	static const char *const env[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root", "LANG=C.UTF-8", "SHELL=/bin/sh", NULL
	};
	sigset_t none;
	int fd = log ? open(log, O_WRONLY | O_CREAT | O_APPEND, 0640) : -1;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (fd >= 0) {
		dup2(fd, 1);
		dup2(fd, 2);
	}
	if (chdir("/") == 0)
		execve(argv[0], (char *const *)argv, (char *const *)env);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static pid_t spawn(const char *const *argv, const char *log)
{
	pid_t pid = fork();

	if (pid == 0)
		child_exec(argv, log);
	return pid;
}

static int cable(const struct machine *m, struct err *err)
{
	int outer = net_open(err);
	int rc = -1, ns = -1, inner = -1;

	if (outer < 0)
		return -1;
	if (unshare(CLONE_NEWNET) < 0 ||
	    (ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) < 0) {
		err_sys(err, "cannot make a network namespace");
		goto out;
	}
	if (net_cable(outer, m, ns, err) < 0 || (inner = net_open(err)) < 0)
		goto out;
	rc = net_up(inner, m, err);
out:
	close(outer);
	if (ns >= 0)
		close(ns);
	if (inner >= 0)
		close(inner);
	return rc;
}

/* Keys and script were laid beside the disk by azsim; read before the host's root goes away. */
static int seed_read(const struct machine *m, const char *name, struct buf *out,
		     struct err *err)
{
	char path[MACHINE_ID_MAX + 32];

	snprintf(path, sizeof(path), "vm/%s/seed/%s", m->id, name);
	return file_exists(path) ? file_read(out, path, err) : 0;
}

static int script_keep(const struct buf *data, struct err *err)
{
	if (file_make_dir(INSTANCE "/scripts", 0755, err) < 0 ||
	    file_make_dir(INSTANCE "/sem", 0755, err) < 0 ||
	    file_make_dir(PER_BOOT, 0755, err) < 0 ||
	    file_make_dir("/var/lib/cloud/data", 0755, err) < 0)
		return -1;
	if (data->len == 0)
		return 0;
	if (file_write(INSTANCE "/user-data.txt", data->data, data->len, 0600, err) < 0)
		return -1;
	return file_write(USER_SCRIPT, data->data, data->len, 0700, err);
}

static int host_key(struct err *err)
{
	static const char *const argv[] = {
		"/usr/bin/ssh-keygen", "-q", "-t",     "ed25519", "-N", "", "-C",
		"azsim guest",	       "-f", HOST_KEY, NULL
	};
	int status = 0;

	if (file_exists(HOST_KEY))
		return 0;
	unlink(HOST_KEY ".pub");
	pid_t pid = spawn(argv, "/var/log/boot.log");
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
		return err_set(err, ERR_IO, "ssh-keygen could not make the host key");
	return 0;
}

/* The mark lies outside of what the guest sees; made last, so that a boot that was cut off is
 * begun again. */
static int machine_make(struct init *in, struct err *err)
{
	char mark[MACHINE_ID_MAX + 16];
	struct buf keys = BUF_INIT(SEED_MAX), data = BUF_INIT(SEED_MAX);
	int rc = -1;

	snprintf(mark, sizeof(mark), "vm/%s/made", in->m->id);
	bool first = !file_exists(mark);
	int marks = open("vm", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (seed_read(in->m, "keys", &keys, err) < 0 ||
	    seed_read(in->m, "custom-data", &data, err) < 0)
		goto out;
	if (sethostname(in->m->host_name, strlen(in->m->host_name)) < 0) {
		err_sys(err, "cannot set the host name");
		goto out;
	}
	if (cable(in->m, err) < 0 || rootfs_enter(in->m, err) < 0)
		goto out;
	if (first) {
		if (firstboot_files(in->m, buf_str(&keys), err) < 0 ||
		    script_keep(&data, err) < 0 || host_key(err) < 0)
			goto out;
		int fd =
		    openat(marks, mark + strlen("vm/"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0) {
			err_sys(err, "cannot mark the disk as made");
			goto out;
		}
		close(fd);
	}
	rc = 0;
out:
	if (marks >= 0)
		close(
		    marks); /* before anything of the guest runs: it is a way out of its root */
	buf_clear(&keys);
	buf_clear(&data);
	return rc;
}

static int size_file(const struct machine *m, struct err *err)
{
	char text[80];
	int n = snprintf(text, sizeof(text), "cpus=%u\nmemory_mb=%lld\n", m->cpus,
			 (long long)m->memory_mb);

	return file_write("/run/azsim/size", text, (size_t)n, 0644, err);
}

static int sshd_start(struct init *in, struct err *err)
{
	static const char *const argv[] = { "/usr/sbin/sshd", "-D", "-E", "/var/log/auth.log",
					    NULL };

	/* sshd writes its pid file once it listens. */
	in->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (in->watch < 0 || inotify_add_watch(in->watch, "/run", IN_CLOSE_WRITE) < 0)
		return err_sys(err, "cannot watch /run");
	in->sshd = spawn(argv, "/var/log/boot.log");
	return in->sshd > 0 ? 0 : err_sys(err, "cannot start sshd");
}

static void scripts_collect(struct init *in)
{
	struct strs names = STRS_INIT(1000);

	if (file_list(&names, PER_BOOT, NULL) == 0)
		for (size_t i = 0; i < names.n; i++) {
			char path[PATH_MAX];
			snprintf(path, sizeof(path), PER_BOOT "/%s", names.v[i]);
			if (access(path, X_OK) == 0)
				strs_add(&in->todo, path);
		}
	strs_clear(&names);
	if (file_exists(USER_SCRIPT) && !file_exists(SCRIPT_SEM))
		strs_add(&in->todo, USER_SCRIPT);
}

static void scripts_done(struct init *in)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	buf_addf(
	    &b,
	    "{\n \"v1\": {\n  \"datasource\": \"DataSourceAzure\",\n  \"errors\": [%s]\n }\n}\n",
	    buf_str(&in->failures));
	file_write("/var/lib/cloud/data/result.json", b.data, b.len, 0644, NULL);
	if (file_make_dir("/run/cloud-init", 0755, NULL) == 0)
		file_write("/run/cloud-init/result.json", b.data, b.len, 0644, NULL);
	file_write(INSTANCE "/boot-finished", "", 0, 0644, NULL);
	buf_clear(&b);
}

static void script_next(struct init *in)
{
	if (in->next == in->todo.n) {
		if (in->next++ == in->todo.n)
			scripts_done(in);
		return;
	}
	if (in->next > in->todo.n)
		return;
	const char *path = in->todo.v[in->next++];
	/* Marked before it runs, as cloud-init does: a script that was cut off is not begun a
	 * second time. */
	if (strcmp(path, USER_SCRIPT) == 0)
		file_write(SCRIPT_SEM, "", 0, 0644, NULL);
	in->script = spawn((const char *const[]){ path, NULL }, SCRIPT_LOG);
	if (in->script < 0)
		script_next(in);
}

static void script_over(struct init *in, int status)
{
	const char *path = in->todo.v[in->next - 1];

	in->script = 0;
	if (status != 0)
		buf_addf(&in->failures, "%s\"%s: %s %d\"", in->failures.len ? ", " : "", path,
			 WIFEXITED(status) ? "exit status" : "signal",
			 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	script_next(in);
}

static void reap(struct init *in)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == in->script) {
			script_over(in, status);
		} else if (pid == in->sshd && !in->booted) {
			struct err err = ERR_INIT;
			err_set(&err, ERR_IO,
				"sshd ended before it listened; see /var/log/auth.log");
			broken(in, &err);
		}
	}
}

static _Noreturn void power_off(const struct init *in)
{
	int64_t end = clock_mono_ms() + POWER_OFF_MS;
	struct pollfd p = { .fd = in->signals, .events = POLLIN };
	int64_t left;

	kill(-1, SIGTERM);
	kill(-1, SIGCONT);
	while ((left = end - clock_mono_ms()) > 0) {
		struct signalfd_siginfo si;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			break; /* orphans are ours too, so nobody is left */
		poll(&p, 1, (int)left);
		while (read(in->signals, &si, sizeof(si)) > 0)
			;
	}
	_exit(0);
}

static void listening_seen(struct init *in)
{
	char junk[4096] __attribute__((aligned(8)));

	while (read(in->watch, junk, sizeof(junk)) > 0)
		;
	if (in->booted || !file_exists("/run/sshd.pid"))
		return;
	in->booted = true;
	close(in->watch);
	in->watch = -1;
	news_send(in->chan, NEWS_BOOTED, in->m->run, 0, "");
	scripts_collect(in);
	script_next(in);
}

static _Noreturn void live(struct init *in)
{
	for (;;) {
		struct pollfd p[] = { { .fd = in->signals, .events = POLLIN },
				      { .fd = in->watch, .events = POLLIN } };
		struct signalfd_siginfo si;
		poll(p, ARRAY_LEN(p), -1);
		bool off = false;
		while (read(in->signals, &si, sizeof(si)) > 0)
			off = off || si.ssi_signo == SIGTERM;
		if (off)
			power_off(in);
		reap(in);
		if (in->watch >= 0)
			listening_seen(in);
	}
}

_Noreturn void init_main(int chan, const struct machine *m)
{
	struct init in = { .chan = chan,
			   .m = m,
			   .watch = -1,
			   .todo = STRS_INIT(1001),
			   .failures = BUF_INIT(1 << 16) };
	struct err err = ERR_INIT;
	sigset_t set;

	prctl(PR_SET_NAME, "azsim-init");
	prctl(PR_SET_DUMPABLE,
	      0); /* /proc/1 of the guest shows nothing of azsim's memory and binary */
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	if ((in.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0) {
		err_sys(&err, "cannot watch for signals");
		broken(&in, &err);
	}
	if (machine_make(&in, &err) < 0 || caps_restrict(&err) < 0 || size_file(m, &err) < 0 ||
	    sshd_start(&in, &err) < 0)
		broken(&in, &err);
	live(&in);
}
