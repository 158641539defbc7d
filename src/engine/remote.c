/*
 * Commands on the head: through one multiplexed ssh connection that the engine itself holds in
 * the foreground (it dies with the engine), or directly when the head is this machine. ssh
 * hands a command line to a shell on the other side, so every argument passes quote_sh()
 * (S8.5).
 */
#include "engine/remote.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/retry.h"
#include "base/text.h"
#include "engine/observe.h"
#include "engine/operation.h"
#include "engine/publish.h"
#include "engine/run.h"

#define SSH	      "/usr/bin/ssh"
#define SSH_KEYGEN    "/usr/bin/ssh-keygen"
#define RETRY_BASE_MS 500
#define RETRY_CAP_MS  10000
#define DENIED_TOLD   5

struct remote {
	struct run *run;
	struct helper_line *line; /* its commands: the connection itself is none */
	bool local;
	struct proc *master; /* ssh -MN; NULL: not connected */
	struct proc *check;  /* ssh -O check, until it says yes */
	struct timer *timer; /* next try to connect, or next check */
	bool ready;
	unsigned int tries, denied; /* denied: in a row */
	char *dir, *socket, *key, *known_hosts, *destination;
	char text[240];
	struct command_call *calls;
};

struct command_call {
	struct remote *remote;
	remote_output *on_output;
	remote_cb *cb;
	void *arg;
	struct command_call *next;
};

static void connect_master(void *arg);

/* What a helper needs to find a home for ~/.ssh is nothing: everything is named by options. */
static void common_options(const struct remote *m, struct strs *argv)
{
	const struct cloud_record *rec = m->run->cloud->record;

	strs_add(argv, SSH);
	strs_add(argv, "-F");
	strs_add(argv, "none");
	strs_addf(argv, "-oControlPath=%s", m->socket);
	strs_add(argv, "-oBatchMode=yes");
	strs_add(argv, "-oForwardAgent=no");
	strs_add(argv, "-oIdentitiesOnly=yes");
	strs_addf(argv, "-oIdentityFile=%s", m->key);
	strs_addf(argv, "-oUserKnownHostsFile=%s", m->known_hosts);
	strs_add(argv, "-oGlobalKnownHostsFile=/dev/null");
	strs_add(argv, "-oStrictHostKeyChecking=accept-new");
	strs_addf(argv, "-oHostKeyAlias=head-%s", m->run->cluster.short_id);
	strs_add(argv, "-oConnectTimeout=10");
	strs_add(argv, "-oServerAliveInterval=10");
	strs_add(argv, "-oServerAliveCountMax=3");
	strs_add(argv, "-oLogLevel=ERROR");
	if (rec->proxy_command)
		strs_addf(argv, "-oProxyCommand=%s", rec->proxy_command);
	if (rec->proxy_jump)
		strs_addf(argv, "-oProxyJump=%s", rec->proxy_jump);
}

static void later(struct remote *m)
{
	timer_set(m->timer, retry_delay_ms(m->tries, RETRY_BASE_MS, RETRY_CAP_MS, 200,
					   &m->run->engine->rng));
	if (m->tries < 20)
		m->tries++;
}

static void first_line(char *out, size_t max, const char *text)
{
	char clean[200];

	text_clean(clean, sizeof(clean), text, strcspn(text, "\r\n"));
	snprintf(out, max, "%s", clean);
}

static void master_ended(void *arg, const struct proc_result *res)
{
	struct remote *m = arg;
	bool was_ready = m->ready;

	m->master = NULL;
	m->ready = false;
	proc_free(m->check);
	m->check = NULL;
	first_line(m->text, sizeof(m->text),
		   res->errout_len ? res->errout : "the connection to the head ended");
	m->denied = strstr(m->text, "Permission denied") ? m->denied + 1 : 0;
	log_debug("cluster %s: ssh to the head: %s", m->run->cluster.name, m->text);
	run_changed(m->run);
	later(m);
	if (was_ready)
		observe_cloud_too(m->run);
}

static void checked(void *arg, const struct proc_result *res)
{
	struct remote *m = arg;

	m->check = NULL;
	if (res->end == PROC_EXITED && res->code == 0) {
		m->ready = true;
		m->tries = 0;
		m->text[0] = '\0';
		log_info("cluster %s: connected to the head", m->run->cluster.name);
		offers_doubt(m->run);
		run_changed(m->run);
		observe_soon(m->run, 0);
		operation_wake(m->run);
		return;
	}
	timer_set(m->timer, 100);
}

static struct proc *start(struct remote *m, const struct strs *argv, int64_t deadline_ms,
			  proc_cb *cb)
{
	struct proc_spec spec = { .argv = (const char *const *)argv->v,
				  .deadline_ms = deadline_ms,
				  .output_max = 65536 };
	struct err err = ERR_INIT;
	struct proc *p = proc_start(m->run->engine->loop, &spec, cb, m, &err);

	if (!p)
		snprintf(m->text, sizeof(m->text), "%.200s", err.msg);
	return p;
}

/* The master cannot tell that it is through: its control socket can. */
static void check_master(struct remote *m)
{
	struct strs argv = STRS_INIT(64);

	common_options(m, &argv);
	strs_add(&argv, "-Ocheck");
	strs_add(&argv, m->destination);
	m->check = start(m, &argv, 5000, checked);
	if (!m->check)
		timer_set(m->timer, 200);
	strs_clear(&argv);
}

static void connect_master(void *arg)
{
	struct remote *m = arg;
	struct strs argv = STRS_INIT(64);

	if (m->master) {
		if (!m->check && !m->ready)
			check_master(m);
		return;
	}
	if (access(SSH, X_OK) < 0) {
		snprintf(m->text, sizeof(m->text),
			 "there is no %s here: install openssh-client", SSH);
		later(m);
		return;
	}
	unlink(m->socket);
	common_options(m, &argv);
	strs_add(&argv, "-MN");
	strs_add(&argv, "-oControlPersist=no");
	strs_add(&argv, m->destination);
	m->master = start(m, &argv, 0, master_ended);
	strs_clear(&argv);
	if (m->master)
		timer_set(m->timer, 100);
	else
		later(m);
}

static bool is_local(const struct run *r)
{
	const char *transport = r->cloud->record->transport;

	return strcmp(transport ? transport : "ssh", "local") == 0;
}

bool remote_is_here(const struct run *r)
{
	return is_local(r);
}

static bool may_begin(void *arg, struct err *err)
{
	const struct remote *m = arg;

	if (!m->ready)
		err_set(err, ERR_IO, "head: %s", remote_text(m));
	return m->ready;
}

struct remote *remote_new(struct run *r, struct err *err)
{
	struct remote *m = xcalloc(1, sizeof(*m));

	m->run = r;
	m->local = is_local(r);
	m->dir = xasprintf("%s/ssh", r->engine->state_dir);
	m->socket = xasprintf("%s/%s", m->dir, r->cluster.short_id);
	m->key = xasprintf("%s/keys/%s", r->engine->state_dir, r->cluster.short_id);
	m->known_hosts = xasprintf("%s/known-%s", m->dir, r->cluster.short_id);
	m->destination =
	    xasprintf("%s@%s", r->cluster.spec.admin_user, r->cluster.head_address);
	m->timer = timer_new(r->engine->loop, connect_master, m);
	m->line = helper_line_new(&r->engine->helpers, r->engine->loop, r->sched, may_begin, m);
	if (file_make_dir(m->dir, 0700, err) < 0) {
		remote_free(m);
		return NULL;
	}
	if (m->local)
		m->ready = true;
	else
		timer_set(m->timer, 0);
	return m;
}

void remote_free(struct remote *m)
{
	if (!m)
		return;
	while (m->calls) {
		struct command_call *c = m->calls;

		m->calls = c->next;
		free(c);
	}
	helper_line_free(m->line);
	proc_free(m->check);
	proc_free(m->master);
	timer_free(m->timer);
	free(m->dir);
	free(m->socket);
	free(m->key);
	free(m->known_hosts);
	free(m->destination);
	free(m);
}

bool remote_ready(const struct remote *m)
{
	return m && m->ready;
}

/* While a head boots its account may be missing for a while. */
bool remote_denied(const struct remote *m)
{
	return m && !m->ready && m->denied >= DENIED_TOLD;
}

const char *remote_text(const struct remote *m)
{
	return m->text[0] ? m->text : "connecting to the head";
}

static void unlink_call(struct command_call *c)
{
	struct command_call **at = &c->remote->calls;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
}

/* 255 is ssh's own failure; anything else is the command's. */
static int transport_err(const struct remote *m, const struct proc_result *res, struct err *err)
{
	if (res->end != PROC_EXITED)
		return proc_err(res, "command on the head", err);
	if (!m->local && res->code == 255) {
		char line[200];

		first_line(line, sizeof(line), res->errout);
		return err_set(err, ERR_IO, "head: %s", line[0] ? line : "ssh failed");
	}
	return 0;
}

static void call_ended(void *arg, const struct proc_result *res, const struct err *why)
{
	struct command_call *c = arg;
	struct err err = why ? *why : (struct err)ERR_INIT;
	struct sched_run run = { 0 };
	bool answered = res && transport_err(c->remote, res, &err) == 0;

	if (answered)
		run = (struct sched_run){ .exit_code = res->code,
					  .out = res->out,
					  .out_len = res->out_len,
					  .errout = res->errout,
					  .errout_len = res->errout_len };
	unlink_call(c);
	c->cb(c->arg, answered ? &run : NULL, &err);
	free(c);
}

static void call_said(void *arg, const char *data, size_t n)
{
	struct command_call *c = arg;

	c->on_output(c->arg, data, n);
}

static char *command_line(const struct strs *argv, const char *const *env, bool as_root)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	if (as_root)
		buf_adds(&b, "sudo -n -- ");
	buf_adds(&b, "env");
	for (; env && *env; env++) {
		buf_addc(&b, ' ');
		quote_sh(&b, *env);
	}
	for (size_t i = 0; i < argv->n; i++) {
		buf_addc(&b, ' ');
		quote_sh(&b, argv->v[i]);
	}
	return buf_steal(&b);
}

/*
 * Where a cloud names a folder of its own, its commands come from there and from nowhere else:
 * this machine may hold the clients of a real cluster, and a missing link must never lead to
 * that one.
 */
static char *find_program(const struct remote *m, const char *name, struct err *err)
{
	static const char *const system_dirs[] = { "/usr/local/sbin", "/usr/local/bin",
						   "/usr/sbin", "/usr/bin" };
	const char *own[] = { m->run->cloud->record->bin };
	const char *const *dirs = own[0] ? own : system_dirs;
	size_t n = own[0] ? 1 : ARRAY_LEN(system_dirs);

	if (name[0] == '/')
		name = strrchr(name, '/') + 1;
	for (size_t i = 0; i < n; i++) {
		char *path = xasprintf("%s/%s", dirs[i], name);

		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	err_set(err, ERR_UNSUPPORTED,
		"there is no program %s in %s: the head cannot be asked from here", name,
		own[0] ? own[0] : "this machine's folders for programs");
	return NULL;
}

static int local_argv(struct remote *m, const struct strs *argv, const char *const *env,
		      struct strs *out, struct strs *vars, struct err *err)
{
	char *program = find_program(m, argv->v[0], err);

	if (!program)
		return -1;
	strs_take(out, program);
	for (size_t i = 1; i < argv->n; i++)
		strs_add(out, argv->v[i]);
	for (; env && *env; env++)
		strs_add(vars, *env);
	strs_addf(vars, "PACELINE_HEAD=%s",
		  m->run->cluster.head_host ? m->run->cluster.head_host : "");
	if (m->run->cloud->record->bin)
		strs_addf(vars, "PATH=%s", m->run->cloud->record->bin);
	return 0;
}

struct failed_call {
	struct timer *timer;
	struct err err;
	remote_cb *cb;
	void *arg;
};

static void tell_failure(void *arg)
{
	struct failed_call *f = arg;

	timer_free(f->timer);
	f->cb(f->arg, NULL, &f->err);
	free(f);
}

static void fail_later(struct remote *m, const struct err *err, remote_cb *cb, void *arg)
{
	struct failed_call *f = xcalloc(1, sizeof(*f));

	f->err = *err;
	f->cb = cb;
	f->arg = arg;
	f->timer = timer_new(m->run->engine->loop, tell_failure, f);
	timer_set(f->timer, 0);
}

static struct command_call *call_new(struct remote *m, remote_output *on_output, remote_cb *cb,
				     void *arg)
{
	struct command_call *c = xcalloc(1, sizeof(*c));

	*c = (struct command_call){ .remote = m, .on_output = on_output, .cb = cb, .arg = arg };
	return c;
}

/* out: the whole command of this side; NULL: err says why there is none. c is the call's, or
 * freed with a failure told later. It begins when its turn comes (R13). */
static void begin_call(struct command_call *c, struct proc_spec spec, const struct strs *out,
		       const struct strs *vars, struct err *err)
{
	struct remote *m = c->remote;

	if (!out) {
		fail_later(m, err, c->cb, c->arg);
		free(c);
		return;
	}
	spec.argv = (const char *const *)out->v;
	spec.env = vars ? (const char *const *)vars->v : NULL;
	c->next = m->calls;
	m->calls = c;
	helper_add(m->line, &spec, call_ended, c);
}

/* R13: what is usual here is said for the usual limit, and keeps its share of another. */
static int64_t deadline(const struct remote *m, int64_t usual_ms)
{
	return usual_ms * limits_get(m->run->engine->limits, LIMIT_HELPER_TIME) /
	       limit_defs[LIMIT_HELPER_TIME].usual;
}

static size_t output_max(const struct remote *m)
{
	return (size_t)limits_get(m->run->engine->limits, LIMIT_HELPER_OUTPUT);
}

/* argv and env of spec are made here. */
static void run_call(struct command_call *c, struct proc_spec spec, const struct strs *argv,
		     const char *const *env, bool as_root)
{
	struct strs out = STRS_INIT(4096), vars = STRS_INIT(64);
	struct remote *m = c->remote;
	struct err err = ERR_INIT;
	bool ready = true;

	if (m->local) {
		ready = local_argv(m, argv, env, &out, &vars, &err) == 0;
	} else {
		common_options(m, &out);
		strs_add(&out, m->destination);
		strs_take(&out, command_line(argv, env, as_root));
	}
	begin_call(c, spec, ready ? &out : NULL, &vars, &err);
	strs_clear(&out);
	strs_clear(&vars);
}

void remote_run(struct remote *m, const struct strs *argv, const char *const *env,
		const char *input, size_t input_len, bool as_root, int64_t deadline_ms,
		remote_cb *cb, void *arg)
{
	run_call(call_new(m, NULL, cb, arg),
		 (struct proc_spec){ .input = input,
				     .input_len = input_len,
				     .deadline_ms = deadline(m, deadline_ms),
				     .output_max = output_max(m) },
		 argv, env, as_root);
}

static const struct {
	bool as_root;
	int64_t deadline_ms;
} how[SCHED_VERBS] = {
	[SCHED_PING] = { false, 10000 },	 [SCHED_VERSION] = { false, 10000 },
	[SCHED_JOBS] = { false, 30000 },	 [SCHED_NODES] = { false, 30000 },
	[SCHED_JOB_SCRIPT] = { true, 15000 },	 [SCHED_ENDED] = { false, 30000 },
	[SCHED_JOB_DETAIL] = { false, 15000 },	 [SCHED_EXACT_DEMAND] = { false, 30000 },
	[SCHED_BEGINS] = { false, 30000 },	 [SCHED_SUBMIT] = { false, 30000 },
	[SCHED_LIMITS] = { false, 15000 },	 [SCHED_CANCEL] = { true, 60000 },
	[SCHED_HOLD_JOBS] = { true, 30000 },	 [SCHED_RELEASE_JOBS] = { true, 30000 },
	[SCHED_REQUEUE_JOBS] = { true, 30000 },	 [SCHED_DRAIN_NODES] = { true, 30000 },
	[SCHED_UNDRAIN_NODES] = { true, 30000 }, [SCHED_DOWN_NODES] = { true, 30000 },
	[SCHED_REMOVE_NODES] = { true, 30000 },
};

void remote_read(struct run *r, enum sched_verb verb, const struct sched_args *args,
		 remote_output *on_output, remote_cb *cb, void *arg)
{
	struct strs argv = STRS_INIT(20000);
	struct err err = ERR_INIT;

	if (r->sched->argv(&argv, verb, args, &err) < 0)
		fail_later(r->remote, &err, cb, arg);
	else
		run_call(call_new(r->remote, on_output, cb, arg),
			 (struct proc_spec){ .deadline_ms =
						 deadline(r->remote, how[verb].deadline_ms),
					     .output_max = output_max(r->remote),
					     .on_output = on_output ? call_said : NULL },
			 &argv, r->sched->env, how[verb].as_root);
	strs_clear(&argv);
}

void remote_verb(struct run *r, enum sched_verb verb, const struct sched_args *args,
		 remote_cb *cb, void *arg)
{
	remote_read(r, verb, args, NULL, cb, arg);
}

/*
 * Keys: one per cluster, made here, never sent anywhere but as its public half
 */

static char *key_path(const struct run *r)
{
	return xasprintf("%s/keys/%s", r->engine->state_dir, r->cluster.short_id);
}

/* The public half comes last: where it is, both are whole. */
static int key_put(const struct run *r, struct err *err)
{
	char *path = key_path(r);
	char *names[][2] = {
		{ xasprintf("%s.new", path), xstrdup(path) },
		{ xasprintf("%s.new.pub", path), xasprintf("%s.pub", path) },
	};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (rc == 0 && rename(names[i][0], names[i][1]) < 0)
			rc = err_sys(err, "%s", names[i][1]);
		free(names[i][0]);
		free(names[i][1]);
	}
	free(path);
	return rc;
}

static void keygen_ended(void *arg, const struct proc_result *res)
{
	struct run *r = arg;
	struct err err = ERR_INIT;

	r->keygen = NULL;
	if (proc_err(res, "ssh-keygen", &err) < 0 || key_put(r, &err) < 0)
		operation_error(r, &err, 5000);
	operation_wake(r);
}

int remote_tools(const struct run *r, struct err *err)
{
	const char *const tools[] = { SSH_KEYGEN, SSH };

	for (size_t i = 0; i < (is_local(r) ? 1 : ARRAY_LEN(tools)); i++)
		if (access(tools[i], X_OK) < 0)
			return err_set(
			    err, ERR_UNSUPPORTED,
			    "there is no %s here: install openssh-client, then start the cluster again",
			    tools[i]);
	return 0;
}

/* Made under another name, as ssh-keygen may be killed with a file half written. A key without
 * its public half is of a kill in between: it is made anew, as no machine has it yet. */
int remote_key_begin(struct run *r, struct err *err)
{
	char *final = key_path(r), *path = xasprintf("%s.new", final);
	char *dir = xasprintf("%s/keys", r->engine->state_dir);
	const char *argv[] = { SSH_KEYGEN, "-q",       "-t", "ed25519", "-N", "",
			       "-C",	   "paceline", "-f", path,	NULL };
	const struct proc_spec spec = { .argv = argv, .deadline_ms = 10000 };
	int rc = file_make_dir(dir, 0700, err);

	if (rc == 0) {
		unlink(path);
		r->keygen = proc_start(r->engine->loop, &spec, keygen_ended, r, err);
		rc = r->keygen ? 0 : -1;
	}
	free(dir);
	free(path);
	free(final);
	return rc;
}

int remote_key(struct run *r, struct buf *public_key, struct err *err)
{
	char *path = key_path(r);
	char *pub = xasprintf("%s.pub", path);
	int rc = file_read(public_key, pub, err);

	while (rc == 0 && public_key->len &&
	       isspace((unsigned char)public_key->data[public_key->len - 1]))
		public_key->data[--public_key->len] = '\0';
	if (rc == 0 && !public_key->len)
		rc = err_set(err, ERR_INVALID, "%s is empty", pub);
	free(path);
	free(pub);
	return rc;
}

/* The cluster is deleted: what could open its machines goes too. */
void remote_key_forget(struct run *r)
{
	const char *dir = r->engine->state_dir, *id = r->cluster.short_id;
	char *files[] = { xasprintf("%s/keys/%s", dir, id),
			  xasprintf("%s/keys/%s.pub", dir, id),
			  xasprintf("%s/keys/%s.new", dir, id),
			  xasprintf("%s/keys/%s.new.pub", dir, id),
			  xasprintf("%s/ssh/known-%s", dir, id) };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		unlink(files[i]);
		free(files[i]);
	}
}

/*
 * How a client reaches a machine: the operator's own ssh, with the cluster's key
 */

static void add_all(struct json *arr, const struct strs *s)
{
	for (size_t i = 0; i < s->n; i++)
		json_add(arr, json_new_string(s->v[i]));
}

/* To a node through the head: the head's ssh carries the bytes, so the node's own key is
 * checked and used here. */
static void through_head(const struct remote *m, struct strs *argv, const char *host)
{
	struct strs inner = STRS_INIT(64);
	struct buf line = BUF_INIT(BUF_TEXT_MAX);

	common_options(m, &inner);
	for (size_t i = 0; i < inner.n; i++) {
		if (i)
			buf_addc(&line, ' ');
		quote_sh(&line, inner.v[i]);
	}
	buf_adds(&line, " -W ");
	quote_sh(&line, "%h:%p");
	buf_addc(&line, ' ');
	quote_sh(&line, m->destination);
	strs_addf(argv, "-oProxyCommand=%s", buf_str(&line));
	strs_addf(argv, "-oHostKeyAlias=%s-%s", m->run->cluster.short_id, host);
	buf_clear(&line);
	strs_clear(&inner);
}

static void node_argv(struct remote *m, struct strs *argv, const char *host)
{
	struct strs common = STRS_INIT(64);

	strs_add(argv, SSH);
	common_options(m, &common);
	for (size_t i = 1; i < common.n; i++)
		if (!text_has_prefix(common.v[i], "-oProxy") &&
		    !text_has_prefix(common.v[i], "-oHostKeyAlias") &&
		    !text_has_prefix(common.v[i], "-oControlPath"))
			strs_add(argv, common.v[i]);
	strs_clear(&common);
	through_head(m, argv, host);
	strs_addf(argv, "%s@%s", m->run->cluster.spec.admin_user, host);
}

static void head_argv(struct remote *m, struct strs *argv)
{
	struct strs common = STRS_INIT(64);

	strs_add(argv, SSH);
	common_options(m, &common);
	for (size_t i = 1; i < common.n; i++)
		strs_add(argv, common.v[i]);
	strs_clear(&common);
	strs_add(argv, m->destination);
}

void remote_run_on(struct run *r, const char *host, const struct strs *argv, bool as_root,
		   int64_t deadline_ms, remote_cb *cb, void *arg)
{
	struct remote *m = r->remote;
	struct strs out = STRS_INIT(64);
	struct err err = ERR_INIT;

	if (m->local) {
		err_set(
		    &err, ERR_UNSUPPORTED,
		    "node %s: its head is this machine, and nodes are not reached from here",
		    host);
		fail_later(m, &err, cb, arg);
		return;
	}
	node_argv(m, &out, host);
	strs_take(&out, command_line(argv, NULL, as_root));
	begin_call(call_new(m, NULL, cb, arg),
		   (struct proc_spec){ .deadline_ms = deadline(m, deadline_ms),
				       .output_max = output_max(m) },
		   &out, NULL, &err);
	strs_clear(&out);
}

struct json *remote_ssh_argv(struct run *r, const char *host, struct err *err)
{
	struct remote *m = r->remote;
	struct strs argv = STRS_INIT(64);
	struct json *j;

	if (!m || !r->cluster.head_address || !r->cluster.head_address[0]) {
		err_set(err, ERR_CONFLICT, "cluster %s has no head yet: start it first",
			r->cluster.name);
		return NULL;
	}
	j = json_new_object();
	json_set_str(j, "transport", m->local ? "local" : "ssh");
	json_set_str(j, "key", m->key);
	if (m->local) {
		json_set_str(j, "bin", r->cloud->record->bin);
		json_set_str(j, "head", r->cluster.head_host);
		return j;
	}
	json_set_str(j, "host", host ? host : r->cluster.head_host);
	if (host)
		node_argv(m, &argv, host);
	else
		head_argv(m, &argv);
	add_all(json_set_array(j, "argv"), &argv);
	strs_clear(&argv);
	return j;
}
