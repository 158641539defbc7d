#define _GNU_SOURCE /* initgroups */
#include "engine_main.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/notify.h"
#include "config.h"
#include "engine/engine.h"
#include "engine_memory.h"
#include "server/server.h"
#include "template/template.h"

#define LAG_MS	 250   /* R1.5 */
#define STOP_S	 5     /* R1.3 */
#define START_MS 30000 /* by then clouds and schedulers have been asked once */

struct site { /* all that one engine needs, in the order of its making */
	struct config config;
	struct strs templates;
	struct loop *loop;
	struct notify *notify;
	struct engine *engine;
	struct server *server;
	struct signal_watch *term, *intr;
	struct timer *started; /* what only the start needed goes */
	char *cloud_start;     /* NULL: no demo's */
};

/*
 * Root's engine becomes a user of its own
 */

static int engine_user(uid_t *uid, gid_t *gid, struct err *err)
{
	const struct passwd *pw = getpwnam(ENGINE_USER);

	if (!pw)
		return err_set(
		    err, ERR_NOT_FOUND,
		    "there is no user \"" ENGINE_USER
		    "\" for the engine: make install and paceline demo make it, or run useradd --system " ENGINE_USER);
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	return 0;
}

/* Root's chown reaches everything, so only what is new, empty or the engine's already changes
 * hands: not /tmp or /etc, because somebody named them. */
static int may_give(const char *path, const char *option, uid_t uid, struct err *err)
{
	struct strs names = STRS_INIT(2);
	struct stat st;
	bool empty;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_sys(err, "%s", path);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_EXISTS, "%s: there already, and not a directory", path);
	empty = file_list(&names, path, NULL) == 0 && names.n == 0;
	strs_clear(&names);
	if (st.st_uid == uid || (st.st_uid == 0 && empty))
		return 0;
	return err_set(
	    err, ERR_DENIED,
	    "%s: %s holds what is not the engine's, which runs as the user " ENGINE_USER
	    ": name a folder that is new or empty, or give it away with chown " ENGINE_USER,
	    option, path);
}

/* The state belongs to the engine alone; the socket's folder can be passed, the socket itself
 * only by its group. */
static int give(const char *path, const char *option, mode_t mode, uid_t uid, gid_t gid,
		struct err *err)
{
	if (may_give(path, option, uid, err) < 0 || file_make_dir(path, mode, err) < 0)
		return -1;
	if (chown(path, uid, gid) < 0 || chmod(path, mode) < 0)
		return err_sys(err, "%s for the user " ENGINE_USER, path);
	return 0;
}

static int check_ways(const struct places *p, const char *run, uid_t uid, struct err *err)
{
	if (places_check_way("--state", p->state, uid, err) < 0)
		return -1;
	return places_check_way("--socket", run, uid, err);
}

static int make_folders(const struct places *p, uid_t uid, gid_t gid, struct err *err)
{
	char *run = xstrndup(p->socket, (size_t)(strrchr(p->socket, '/') - p->socket));
	char *above = xstrndup(p->state, (size_t)(strrchr(p->state, '/') - p->state));
	bool apart = strcmp(run, p->state) != 0;
	int rc = apart ? may_give(run, "--socket", uid, err) : 0; /* before anything is made */

	if (rc == 0)
		rc = check_ways(p, run, uid, err);
	if (rc == 0)
		rc = file_make_dir(above, 0755, err);
	if (rc == 0)
		rc = give(p->state, "--state", 0700, uid, gid, err);
	if (rc == 0 && apart)
		rc = give(run, "--socket", 0755, uid, gid, err);
	free(run);
	free(above);
	return rc;
}

static int become_engine_user(const struct places *p, struct err *err)
{
	uid_t uid;
	gid_t gid;

	if (engine_user(&uid, &gid, err) < 0 || make_folders(p, uid, gid, err) < 0)
		return -1;
	if (initgroups(ENGINE_USER, gid) < 0 || setgid(gid) < 0 || setuid(uid) < 0)
		return err_sys(err, "becoming the user " ENGINE_USER);
	if (setuid(0) == 0)
		return err_set(err, ERR_INTERNAL, "root's rights could be taken back");
	return 0;
}

/*
 * What the process may take (R13, S7.4)
 */

/* No core holds a token, no neighbour reads the memory; so many descriptors that 64 clients
 * leave the cloud and the schedulers theirs. What cannot be had is told, and no reason not to
 * run. */
static void limit_process(void)
{
	const struct rlimit no_core = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &no_core) < 0)
		log_warn("core files cannot be switched off: %s", strerror(errno));
#ifndef __SANITIZE_ADDRESS__ /* its look for leaks reads the process from outside */
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		log_warn("others may read this process: %s", strerror(errno));
#endif
}

static void limit_files(int64_t most)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	files.rlim_cur = files.rlim_max < (rlim_t)most ? files.rlim_max : (rlim_t)most;
	if (files.rlim_cur < (rlim_t)most)
		log_warn("this process may have %llu open files, not %lld",
			 (unsigned long long)files.rlim_cur, (long long)most);
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		log_warn("the number of open files cannot be set: %s", strerror(errno));
}

/*
 * The parts
 */

/* R1.3: a helper that cannot be killed, a disk that does not answer: the next start reads what
 * was committed. */
static void end_now(int signo)
{
	(void)signo;
	_exit(0);
}

static void on_signal(void *arg, int signo)
{
	struct site *s = arg;

	signal(SIGALRM, end_now);
	alarm(STOP_S);
	log_info("signal %d: ending; clusters go on, the next engine takes them up", signo);
	notify_stopping(s->notify);
	server_stop_accepting(s->server);
	loop_stop(s->loop);
}

static int read_config(struct site *s, const struct places *p, const struct engine_args *a,
		       struct err *err)
{
	const char *path = a->config ? a->config : p->config;

	if (path && config_load(&s->config, path, err) < 0)
		return -1;
	if (a->cloud &&
	    cloud_records_load(&s->config.clouds, &s->config.n_clouds, a->cloud, err) < 0)
		return -1;
	if (s->config.n_clouds == 0)
		return err_set(
		    err, ERR_INVALID,
		    "no cloud is configured: add a record under clouds: in %s, or try the simulated one with paceline demo",
		    path ? path : "~/.config/paceline/config.yaml or " SITE_CONFIG);
	if (a->templates)
		strs_add(&s->templates, a->templates);
	for (size_t i = 0; i < s->config.templates.n; i++)
		strs_add(&s->templates, s->config.templates.v[i]);
	template_folders(&s->templates);
	return 0;
}

static int open_engine(struct site *s, const struct places *p, const struct engine_args *a,
		       struct err *err)
{
	const struct engine_options o = { .cloud_start = s->cloud_start,
					  .state_dir = p->state,
					  .clouds = s->config.clouds,
					  .n_clouds = s->config.n_clouds,
					  .template_folders = &s->templates,
					  .orphans = s->config.orphans,
					  .limits = &s->config.limits,
					  .take_over = a->take_over };

	s->loop = loop_new(err);
	if (s->loop) {
		loop_lag_log(s->loop, LAG_MS);
		s->notify = notify_new(s->loop);
	}
	s->engine = s->loop ? engine_new(s->loop, &o, err) : NULL;
	return s->engine ? 0 : -1;
}

static int open_server(struct site *s, const struct places *p, bool for_group, struct err *err)
{
	const struct server_options o = { .socket_path = p->socket,
					  .socket_mode = for_group ? 0660 : 0600,
					  .rules = &s->config.rules,
					  .site = s->config.site,
					  .limits = &s->config.limits };

	s->server = server_new(s->loop, s->engine, &o, err);
	if (!s->server)
		return -1;
	s->term = signal_watch_new(s->loop, SIGTERM, on_signal, s);
	s->intr = signal_watch_new(s->loop, SIGINT, on_signal, s);
	return 0;
}

static void close_site(struct site *s)
{
	timer_free(s->started);
	signal_watch_free(s->term);
	signal_watch_free(s->intr);
	server_free(s->server);
	engine_free(s->engine);
	notify_free(s->notify);
	if (s->loop)
		loop_free(s->loop);
	config_clear(&s->config);
	free(s->cloud_start);
	strs_clear(&s->templates);
}

/* Whoever started us reads one line; afterwards stdout is nobody's. */
static void tell_starter(const char *line)
{
	puts(line);
	if (fflush(stdout) != 0 || !freopen("/dev/null", "w", stdout))
		log_debug("whoever started the engine did not wait for it");
}

static int make_own_folders(const struct places *p, struct err *err)
{
	char *run = xstrndup(p->socket, (size_t)(strrchr(p->socket, '/') - p->socket));
	int rc = check_ways(p, run, geteuid(), err);

	if (rc == 0)
		rc = file_make_dir(p->state, 0700, err);
	if (rc == 0)
		rc = file_make_dir(run, 0700, err);
	free(run);
	return rc;
}

static void on_started(void *arg)
{
	(void)arg;
	memory_give_back();
}

/* Only what is reached by ssh has sockets below the state. */
static int check_state(const struct site *s, const struct places *p, struct err *err)
{
	for (size_t i = 0; i < s->config.n_clouds; i++) {
		const char *transport = s->config.clouds[i].transport;

		if (!transport || strcmp(transport, "ssh") == 0)
			return places_check_state(p->state, SSH_SOCKET, err);
	}
	return 0;
}

/* S3.5: the union of what is granted, so that a lesser role takes nothing away. */
static void warn_of_idle_rules(const struct auth_rules *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (auth_rule_is_idle(r, &r->v[i]))
			log_warn(
			    "roles: the rule that makes uid %lu %s changes nothing: root and "
			    "who installed the engine are admins; for less give the "
			    "person an account of their own",
			    (unsigned long)r->v[i].id, role_name(r->v[i].role));
}

static int run(struct site *s, const struct places *p, const struct engine_args *a,
	       struct err *err)
{
	bool root = geteuid() == 0;

	/* what can be refused is refused before the first folder is made */
	if (places_check_free(p, err) < 0 || read_config(s, p, a, err) < 0 ||
	    check_state(s, p, err) < 0)
		return -1;
	limit_files(limits_get(&s->config.limits, LIMIT_OPEN_FILES));
	if ((root ? become_engine_user(p, err) : make_own_folders(p, err)) < 0)
		return -1;
	s->config.rules.admin_uid = getuid();
	warn_of_idle_rules(&s->config.rules);
	if (open_engine(s, p, a, err) < 0 || open_server(s, p, places_of_site(), err) < 0)
		return -1;
	log_info("engine %s serves %s, its state is in %s", p->name, p->socket, p->state);
	if (a->ready)
		tell_starter("ready");
	notify_ready(s->notify);
	s->started = timer_new(s->loop, on_started, s);
	timer_set(s->started, START_MS);
	return loop_run(s->loop);
}

int engine_main(const struct places *p, const struct engine_args *a)
{
	struct site s = { .templates = STRS_INIT(16) };
	struct places mine = *p;
	struct err err = ERR_INIT;
	int rc;

	mine.state = places_whole(a->state ? a->state : p->state);
	mine.socket = places_whole(a->socket ? a->socket : p->socket);
	log_open("paceline engine", LOG_INFO);
	log_system("/dev/log"); /* R10.3 */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	umask(077);
	memory_settle();
	limit_process();
	config_init(&s.config);
	s.cloud_start = a->cloud ? places_demo(&mine) : NULL;
	rc = run(&s, &mine, a, &err);
	if (rc < 0) {
		log_error("%s", err.msg);
		if (a->ready)
			tell_starter(err.msg);
	}
	close_site(&s);
	log_flush();
	free(mine.state);
	free(mine.socket);
	return rc < 0 ? 1 : 0;
}
