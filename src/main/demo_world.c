#define _GNU_SOURCE /* syscall */
#include "demo_world.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "background.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/text.h"
#include "client/client.h"
#include "demo_folder.h"
#include "interrupt.h"
#include "template/template.h"

#define PROGRAM_MAX   ((size_t)64 << 20)
#define END_WAIT_MS   30000
#define PROC_FILE_MAX ((size_t)1 << 20)
#define ROOM_BYTES    ((int64_t)64 << 20) /* the engine stops changing things at 16 */
#define ASK_MS	      5000
#define DEMO_CLOUD    "azsim" /* as its record says */
#define DRIVER_LOCK   "drive.lock"
#define KNOWN_FILE    DEMO_KNOWN /* a digest of the record that the engine was started with */

int demo_world_init(struct demo_world *w, const char *dir, bool ghosts, struct err *err)
{
	*w = (struct demo_world){ .root = geteuid() == 0, .usual = !dir };
	if (places_make(&w->places, ENGINE_DEMO, w->root, err) < 0)
		return -1;
	w->ghosts = ghosts || !w->root;
	if (dir && dir[0] != '/')
		return err_set(err, ERR_INVALID, "--state %s: write the whole path", dir);
	w->dir = xstrdup(dir ? dir : w->places.state);
	w->azsim_dir = xasprintf("%s/azsim", w->dir);
	if (places_check_state(w->dir, w->ghosts ? "/azsim/control.sock" : "/engine" SSH_SOCKET,
			       err) < 0)
		return -1;
	w->engine_dir = xasprintf("%s" DEMO_ENGINE, w->dir);
	w->bin = xasprintf("%s/bin", w->dir);
	w->templates = xasprintf("%s/templates", w->dir);
	w->cloud_file = xasprintf("%s/cloud.yaml", w->azsim_dir);
	w->control = xasprintf("%s/control.sock", w->azsim_dir);
	w->own = dir ? xasprintf("%s/console", dir) : places_own(ENGINE_DEMO);
	free(w->places.state);
	w->places.state = xstrdup(w->engine_dir);
	if (dir) {
		free(w->places.socket);
		w->places.socket = xasprintf("%s" DEMO_SOCKET, dir);
	}
	return 0;
}

void demo_world_clear(struct demo_world *w)
{
	free(w->dir);
	free(w->azsim_dir);
	free(w->engine_dir);
	free(w->bin);
	free(w->templates);
	free(w->cloud_file);
	free(w->control);
	free(w->own);
	places_clear(&w->places);
}

/*
 * Who runs: both programs hold a lock with their pid in it
 */

static pid_t lock_holder(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name), text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int64_t pid = 0;

	free(path);
	if (fd < 0)
		return 0;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 && read(fd, text, sizeof(text) - 1) > 0) {
		text[strcspn(text, "\n")] = '\0';
		num_read(&pid, text, 1, INT32_MAX);
	}
	close(fd);
	return (pid_t)pid;
}

pid_t demo_engine_pid(const struct demo_world *w)
{
	return lock_holder(w->engine_dir, "engine.lock");
}

pid_t demo_azsim_pid(const struct demo_world *w)
{
	return lock_holder(w->azsim_dir, "lock");
}

static pid_t driver_pid(const struct demo_world *w)
{
	return lock_holder(w->dir, DRIVER_LOCK);
}

int demo_driver_lock(const struct demo_world *w, struct err *err)
{
	char *path = xasprintf("%s/" DRIVER_LOCK, w->dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc = 0;

	if (fd < 0)
		rc = err_sys(err, "%s", path);
	else if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		rc = err_set(err, ERR_CONFLICT, "another process drives this demo already");
	else if (ftruncate(fd, 0) < 0 || dprintf(fd, "%ld\n", (long)getpid()) < 0)
		rc = err_sys(err, "%s", path);
	if (rc < 0 && fd >= 0)
		close(fd);
	free(path); /* the lock ends with the process */
	return rc;
}

static int end_process(pid_t pid, int signo, struct err *err)
{
	int fd = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int rc;

	if (!pid || (fd < 0 && errno == ESRCH))
		return 0;
	if (fd < 0)
		return err_sys(err, "process %ld", (long)pid);
	if (kill(pid, signo) < 0 && errno != ESRCH)
		err_sys(err, "process %ld", (long)pid);
	do {
		rc = poll(&p, 1, END_WAIT_MS);
	} while (rc < 0 && errno == EINTR);
	close(fd);
	return rc == 1 ? 0
		       : err_set(err, ERR_TIMEOUT, "process %ld does not end after signal %d",
				 (long)pid, signo);
}

int demo_engine_kill(const struct demo_world *w, struct err *err)
{
	return end_process(demo_engine_pid(w), SIGKILL, err);
}

/*
 * Making it
 */

static void tool_ended(void *arg, const struct proc_result *r)
{
	int *code = arg;

	*code = r->end == PROC_EXITED ? r->code : 255;
}

static int make_user(struct err *err)
{
	static const char *const argv[] = { "/usr/sbin/useradd", "--system",
					    "--user-group",	 "--no-create-home",
					    "--shell",		 "/usr/sbin/nologin",
					    ENGINE_USER,	 NULL };
	const struct proc_spec spec = { .argv = argv, .deadline_ms = 30000 };
	struct loop *l = loop_new(err);
	int code = -1;

	if (l && proc_start(l, &spec, tool_ended, &code, err))
		while (code < 0)
			loop_turn(l, 1000);
	if (l)
		loop_free(l);
	if (code > 0)
		return err_set(err, ERR_IO, "useradd " ENGINE_USER " failed with status %d",
			       code);
	return code;
}

static int copy_file(const char *from, const char *to, mode_t mode, struct err *err)
{
	struct buf b = BUF_INIT(PROGRAM_MAX);
	int rc = file_read(&b, from, err);

	if (rc == 0)
		rc = file_write(to, buf_str(&b), b.len, mode, err);
	buf_clear(&b);
	return rc;
}

/* Regular files, and the folders below as far as they go. What is there stays: somebody may
 * have changed it. */
static int copy_tree(const char *from, const char *to, struct err *err)
{
	struct strs names = STRS_INIT(1000);
	int rc = file_make_dir(to, 0755, err);

	if (rc == 0)
		rc = file_list(&names, from, err);
	for (size_t i = 0; i < names.n && rc == 0; i++) {
		char *a = xasprintf("%s/%s", from, names.v[i]),
		     *b = xasprintf("%s/%s", to, names.v[i]);
		struct stat st = { 0 };

		if (lstat(a, &st) == 0 && S_ISDIR(st.st_mode))
			rc = copy_tree(a, b, err);
		else if (S_ISREG(st.st_mode) && access(b, F_OK) != 0)
			rc = copy_file(a, b, st.st_mode & 0755, err);
		free(a);
		free(b);
	}
	strs_clear(&names);
	return rc;
}

static int copy_azsim(const struct demo_world *w, struct err *err)
{
	char self[4096], *from, *to = xasprintf("%s/azsim", w->bin);
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int rc;

	self[n > 0 ? n : 0] = '\0';
	from = xasprintf("%.*s/azsim", (int)(strrchr(self, '/') - self), self);
	rc = copy_file(from, to, 0755, err);
	free(from);
	free(to);
	return rc < 0 ? err_wrap(err, "the simulated cloud's program") : 0;
}

static int copy_templates(const struct demo_world *w, struct err *err)
{
	struct strs folders = STRS_INIT(8);
	int rc;

	template_folders(&folders);
	rc = folders.n ? copy_tree(folders.v[0], w->templates, err)
		       : err_set(err, ERR_NOT_FOUND,
				 "the templates are not beside the program: install it whole");
	strs_clear(&folders);
	return rc;
}

/* The engine's user has to get there. */
static int check_way(const struct demo_world *w, struct err *err)
{
	char *path = xstrdup(w->dir), *slash;
	struct stat st;
	int rc = 0;

	while (rc == 0 && w->root && (slash = strrchr(path, '/')) && slash != path) {
		*slash = '\0';
		if (stat(path, &st) == 0 && !(st.st_mode & S_IXOTH))
			rc = err_set(err, ERR_DENIED,
				     "%s: the engine's user " ENGINE_USER
				     " may not pass %s: choose another folder, or chmod o+x it",
				     w->dir, path);
	}
	free(path);
	return rc;
}

int64_t demo_world_room(const struct demo_world *w)
{
	char *path = xstrdup(w->dir), *slash;
	struct statvfs fs;
	int64_t room = -1;

	while (statvfs(path, &fs) < 0 && errno == ENOENT && (slash = strrchr(path, '/')) &&
	       slash != path)
		*slash = '\0';
	if (statvfs(path, &fs) == 0)
		room = (int64_t)(fs.f_bavail * fs.f_frsize);
	free(path);
	return room;
}

static int check_room(const struct demo_world *w, struct err *err)
{
	int64_t room = demo_world_room(w);

	if (room < 0 || room >= ROOM_BYTES)
		return 0;
	return err_set(
	    err, ERR_FULL,
	    "%s: %lld MiB are free there, and a demo needs %lld: free some, or give a folder on another disk with --state",
	    w->dir, (long long)(room >> 20), (long long)(ROOM_BYTES >> 20));
}

static int install(const struct demo_world *w, struct err *err)
{
	mode_t old = umask(022);
	int rc = check_way(w, err);

	if (rc == 0 && !w->usual)
		rc = demo_folder_take(w->dir, err);
	if (rc == 0 && w->usual)
		rc = file_make_dir(w->dir, 0755, err);
	if (rc < 0 && w->usual)
		err_wrap(err, "the demo's folder cannot be made, --state DIR names another");
	if (rc == 0 && w->usual)
		rc = file_check_dir(w->dir, err);
	if (rc == 0)
		rc = file_make_dir(w->bin, 0755, err);
	if (rc == 0 && !demo_azsim_pid(w))
		rc = copy_azsim(w, err);
	if (rc == 0)
		rc = copy_templates(w, err);
	umask(old);
	return rc;
}

static int start_azsim(const struct demo_world *w, int64_t seed, struct err *err)
{
	struct strs argv = STRS_INIT(32);
	char *log = xasprintf("%s/azsim.log", w->dir);
	int rc;

	strs_addf(&argv, "%s/azsim", w->bin);
	strs_add(&argv, "serve");
	strs_add(&argv, "--state");
	strs_add(&argv, w->azsim_dir);
	strs_add(&argv, "--control");
	if (w->root) {
		strs_add(&argv, "--group");
		strs_add(&argv, ENGINE_USER);
	}
	if (w->ghosts)
		strs_add(&argv, "--ghosts");
	if (seed >= 0) {
		strs_add(&argv, "--seed");
		strs_addf(&argv, "%lld", (long long)seed);
	}
	rc = background_start(&argv, log, err);
	strs_clear(&argv);
	free(log);
	return rc;
}

#define RECORD_MAX ((size_t)1 << 20)

static int record_digest(const struct demo_world *w, char out[65], struct err *err)
{
	struct buf b = BUF_INIT(RECORD_MAX);
	int rc = file_read(&b, w->cloud_file, err);

	if (rc == 0)
		sha256_hex(out, buf_str(&b), b.len);
	buf_clear(&b);
	return rc;
}

int demo_engine_start(const struct demo_world *w, struct err *err)
{
	const struct engine_args a = { .cloud = w->cloud_file, .templates = w->templates };
	char *known = xasprintf("%s/" KNOWN_FILE, w->dir), digest[65];
	int rc = record_digest(w, digest, err);

	if (rc == 0)
		rc = file_write(known, digest, strlen(digest), 0600, err);
	free(known);
	return rc < 0 ? -1 : engine_spawn(&w->places, &a, err);
}

/* The engine reads the cloud's addresses when it starts: an azsim that came back elsewhere, as
 * its ports were taken, is not found by one that runs. */
static bool engine_knows_cloud(const struct demo_world *w)
{
	char *known = xasprintf("%s/" KNOWN_FILE, w->dir), digest[65];
	struct buf b = BUF_INIT(128);
	bool yes = file_read(&b, known, NULL) == 0 && record_digest(w, digest, NULL) == 0 &&
		   strcmp(buf_str(&b), digest) == 0;

	buf_clear(&b);
	free(known);
	return yes;
}

static int start_engine_again(const struct demo_world *w, struct err *err)
{
	fputs(
	    "The simulated cloud has other addresses than before: the engine is started again.\n",
	    stderr);
	if (end_process(demo_engine_pid(w), SIGTERM, err) < 0)
		return -1;
	return demo_engine_start(w, err);
}

static void on_cloud_asked(void *arg, const struct json *answer, const struct err *err)
{
	bool *ended = arg;

	(void)answer;
	(void)err; /* then it finds its cloud by itself, some seconds later */
	*ended = true;
}

/* An engine that has found no cloud for a while waits longer and longer before it asks. */
static void ask_cloud_again(const struct demo_world *w)
{
	struct loop *l = loop_new(NULL);
	struct client *c = l ? client_new(l, w->places.socket, (uid_t)-1) : NULL;
	int64_t until = clock_mono_ms() + ASK_MS;
	bool ended = !c;

	if (c)
		client_post(c, "/v1/clouds/" DEMO_CLOUD "/retry", NULL, on_cloud_asked, &ended);
	while (!ended && clock_mono_ms() < until && !interrupt_came())
		loop_turn(l, 200);
	client_free(c);
	if (l)
		loop_free(l);
}

static int check_interrupt(struct err *err)
{
	return interrupt_came() ? err_set(err, ERR_IO, "interrupted") : 0;
}

int demo_world_start(struct demo_world *w, int64_t seed, struct err *err)
{
	bool had_cloud;

	if (w->root && !getpwnam(ENGINE_USER) && make_user(err) < 0)
		return -1;
	if ((!demo_engine_pid(w) && check_room(w, err) < 0) || install(w, err) < 0 ||
	    check_interrupt(err) < 0)
		return -1;
	had_cloud = demo_azsim_pid(w) != 0;
	if (!had_cloud && start_azsim(w, seed, err) < 0)
		return -1;
	if (check_interrupt(err) < 0)
		return -1;
	if (!demo_engine_pid(w))
		return demo_engine_start(w, err);
	if (!engine_knows_cloud(w))
		return start_engine_again(w, err);
	if (!had_cloud)
		ask_cloud_again(w);
	return 0;
}

/* The folder above, when nobody else has anything in it. */
static void remove_empty_parent(const char *path)
{
	char *dir = xstrndup(path, (size_t)(strrchr(path, '/') - path));

	if (strstr(dir, "/paceline"))
		rmdir(dir);
	free(dir);
}

bool demo_world_there(const struct demo_world *w)
{
	return file_exists(w->dir) || (w->own && file_exists(w->own));
}

/* An engine that was started by the name alone, without its demo, said there why it could not.
 */
static void remove_log(const struct demo_world *w)
{
	char *path = xasprintf("%s.log", w->dir);

	if (w->usual)
		unlink(path);
	free(path);
}

static int check_owner(const char *dir, const char *how, struct err *err)
{
	const struct passwd *pw;
	struct stat st;

	if (geteuid() == 0 || stat(dir, &st) < 0 || st.st_uid == geteuid())
		return 0;
	pw = getpwuid(st.st_uid);
	return err_set(
	    err, ERR_DENIED,
	    "the demo in %s is not yours: %.40s ends it with paceline demo --stop%s%s", dir,
	    pw ? pw->pw_name : "its owner", how, how[0] ? dir : "");
}

int demo_world_owned(const struct demo_world *w, bool elsewhere, struct err *err)
{
	struct places site;
	int rc = 0;

	if (elsewhere)
		return check_owner(w->dir, " --state ", err);
	if (demo_world_there(w) || w->root)
		return 0;
	if (places_make(&site, ENGINE_DEMO, true, NULL) == 0)
		rc = check_owner(site.state, "", err);
	places_clear(&site);
	return rc;
}

/* One whose path is made here, and ends in the demo's own name. */
static int remove_folder(const char *dir, struct err *err)
{
	int rc = file_exists(dir) ? file_remove_tree(dir, err) : 0;

	remove_empty_parent(dir);
	return rc;
}

int demo_world_halt(const struct demo_world *w, const struct demo_running *had, struct err *err)
{
	if (!had->state && end_process(driver_pid(w), SIGTERM, err) < 0)
		return -1;
	if (!had->engine && end_process(demo_engine_pid(w), SIGTERM, err) < 0)
		return -1;
	return had->azsim ? 0 : end_process(demo_azsim_pid(w), SIGTERM, err);
}

int demo_world_stop(struct demo_world *w, struct err *err)
{
	const struct demo_running none = { 0 };

	if ((!w->usual && demo_folder_check(w->dir, err) < 0) ||
	    demo_world_halt(w, &none, err) < 0)
		return -1;
	if (!w->usual)
		return demo_folder_remove(w->dir, err);
	unlink(w->places.socket);
	remove_empty_parent(w->places.socket);
	remove_log(w);
	if (remove_folder(w->dir, err) < 0)
		return -1;
	return w->own ? remove_folder(w->own, err) : 0;
}

/*
 * What is left
 */

/* Not the end of a longer path, nor the beginning of another name: that is another demo's. */
static bool is_path_at(const char *text, size_t n, size_t at, size_t len)
{
	static const char also[] = "._-";
	unsigned char after = at + len < n ? (unsigned char)text[at + len] : '\0';
	unsigned char before = at > 0 ? (unsigned char)text[at - 1] : '\0';

	return !isalnum(before) && before != '/' && !(before && strchr(also, before)) &&
	       !isalnum(after) && !(after && strchr(also, after));
}

static bool file_names(const char *pid, const char *file, const char *what)
{
	char *path = xasprintf("/proc/%s/%s", pid, file);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = xmalloc(PROC_FILE_MAX);
	size_t n = 0, len = strlen(what);
	ssize_t got;
	bool yes = false;

	free(path);
	while (fd >= 0 && n < PROC_FILE_MAX &&
	       (got = read(fd, text + n, PROC_FILE_MAX - n)) > 0)
		n += (size_t)got;
	for (size_t i = 0; i + len <= n && !yes; i++)
		yes = memcmp(text + i, what, len) == 0 && is_path_at(text, n, i, len);
	free(text);
	if (fd >= 0)
		close(fd);
	return yes;
}

static void add_process(char *names, size_t max, const char *pid)
{
	char *path = xasprintf("/proc/%s/comm", pid), name[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = strlen(names);
	ssize_t got = fd < 0 ? -1 : read(fd, name, sizeof(name) - 1);

	free(path);
	if (fd >= 0)
		close(fd);
	name[got > 0 ? got : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	snprintf(names + used, max - used, "%s%s %s", used ? ", " : "", pid, name);
}

size_t demo_processes_left(const struct demo_world *w, char *names, size_t max)
{
	struct strs pids = STRS_INIT(1000000);
	char me[16];
	size_t n = 0;

	names[0] = '\0';
	snprintf(me, sizeof(me), "%ld", (long)getpid());
	file_list(&pids, "/proc", NULL);
	for (size_t i = 0; i < pids.n; i++) {
		const char *pid = pids.v[i];

		if (strspn(pid, "0123456789") != strlen(pid) || strcmp(pid, me) == 0)
			continue;
		if (file_names(pid, "cmdline", w->azsim_dir) ||
		    file_names(pid, "mountinfo", w->azsim_dir) ||
		    file_names(pid, "cmdline", w->engine_dir)) {
			add_process(names, max, pid);
			n++;
		}
	}
	strs_clear(&pids);
	return n;
}
