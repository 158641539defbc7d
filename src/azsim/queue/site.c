#include "azsim/queue/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/machine.h"
#include "azsim/queue/store.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#define SCRIPT_MAX ((size_t)1 << 20)

/*
 * Machines come and go
 */

/* Members of a set have one script between them, so the last one is kept. */
static const char *script_of(struct gq_site *s, const struct az_vm_facts *f)
{
	struct buf b = BUF_INIT(SCRIPT_MAX);

	if (!f->custom_data)
		return "";
	if (s->script_code && strcmp(s->script_code, f->custom_data) == 0)
		return s->script;
	free(s->script_code);
	free(s->script);
	s->script_code = xstrdup(f->custom_data);
	if (base64_read(&b, f->custom_data, strlen(f->custom_data), NULL) != 0)
		buf_reset(&b);
	buf_addc(&b, '\0');
	s->script = buf_steal(&b);
	return s->script;
}

static void configure(struct gq_head *h, const char *script)
{
	struct buf b = BUF_INIT(SCRIPT_MAX), settings = BUF_INIT(SCRIPT_MAX);

	gq_script_var(&settings, script, "SETTINGS");
	if (gq_script_var(&b, script, "OFFERS"))
		gq_configure(h->q, buf_str(&b), buf_str(&settings));
	if (gq_script_var(&b, script, "ADMIN_USER") && b.len) {
		free(h->q->user);
		h->q->user = xstrdup(buf_str(&b));
	}
	if (gq_script_var(&b, script, "CLUSTER") && b.len) {
		free(h->q->cluster);
		h->q->cluster = xstrdup(buf_str(&b));
	}
	buf_clear(&b);
	buf_clear(&settings);
}

/* A new machine of an old name has a new disk: its queue begins empty. */
static void head_runs(struct gq_site *s, struct gq_machine *m, const char *script)
{
	struct gq_head *h = gq_head_find(s, m->host);

	if (h && strcmp(h->q->vm_id, m->vm_id) != 0) {
		gq_store_forget_head(s->store, h);
		h = NULL;
	}
	if (!h) {
		h = gq_head_make(s, m->host, m->vm_id);
		gq_store_new_head(s->store, h);
		configure(h, script);
		gq_store_head(s->store, h);
	}
	h->machine = m;
	h->q->up = m->phase >= GQ_HEAD_NFS && !m->stopped;
}

static struct gq_machine *new_machine(struct gq_site *s, const struct az_vm_facts *f,
				      const char *script)
{
	struct gq_machine *m = xcalloc(1, sizeof(*m));
	struct buf b = BUF_INIT(SCRIPT_MAX);

	m->site = s;
	m->due.fire = gq_machine_fired;
	m->due.owner = m;
	snprintf(m->vm_id, sizeof(m->vm_id), "%s", f->vm_id);
	m->host = xstrdup(f->computer);
	m->address = xstrdup(f->address);
	m->is_head = gq_script_var(&b, script, "OFFERS");
	m->head = xstrdup(m->is_head			      ? f->computer
			  : gq_script_var(&b, script, "HEAD") ? buf_str(&b)
							      : "");
	m->array = xstrdup(gq_script_var(&b, script, "ARRAY") ? buf_str(&b) : "");
	buf_clear(&b);
	return m;
}

/* Ours, or somebody else's machine? */
static bool is_ours(const char *script)
{
	struct buf b = BUF_INIT(SCRIPT_MAX);
	bool ours = gq_script_var(&b, script, "OFFERS") || gq_script_var(&b, script, "HEAD");

	buf_clear(&b);
	return ours;
}

/* azsim was killed and is back: for its machines nothing happened. */
static void go_on(struct gq_machine *m, struct gq_machine *was)
{
	m->phase = was->phase;
	m->phase_ms = was->phase_ms;
	m->began_ms = was->began_ms;
	m->stopped = was->stopped;
	m->name = was->name;
	m->failed = was->failed;
	was->name = was->failed = NULL;
	map_del(m->site->saved, m->vm_id);
	if (m->phase != GQ_HEAD_READY && m->phase < GQ_NODE_READY)
		az_world_wake_at(m->site->w, &m->due, az_world_now(m->site->w) + 1);
}

static void on_vm_running(void *arg, const struct az_vm_facts *f)
{
	struct gq_site *s = arg;
	const char *script = script_of(s, f);
	struct gq_machine *m, *was = map_get(s->saved, f->vm_id);

	if (map_get(s->machines, f->vm_id) || !is_ours(script))
		return;
	m = new_machine(s, f, script);
	map_put(s->machines, m->vm_id, m);
	if (was)
		go_on(m, was);
	else
		gq_machine_begin(m);
	if (m->is_head)
		head_runs(s, m, script);
	gq_site_soon(s);
}

/* What the watcher on the node does (templates/nodes/slurm-node.sh). */
static void on_vm_notice(void *arg, const struct az_vm_facts *f)
{
	struct gq_site *s = arg;
	struct gq_machine *m = map_get(s->machines, f->vm_id);
	struct gq_head *h = m && !m->is_head && m->name ? gq_head_find(s, m->head) : NULL;
	struct gq_node *n = h ? gq_node_find(h->q, m->name) : NULL;

	if (n && strcmp(n->vm_id, m->vm_id) == 0 && m->phase >= GQ_NODE_READY)
		gq_node_set(n, GQ_DRAIN, "paceline: spot eviction notice");
	gq_site_soon(s);
}

static void on_vm_gone(void *arg, const struct az_vm_facts *f)
{
	struct gq_site *s = arg;
	struct gq_machine *m = map_get(s->machines, f->vm_id);
	struct gq_head *h = m ? gq_head_find(s, m->head) : NULL;
	struct gq_node *n;

	if (!m)
		return;
	if (h && m->is_head && h->machine == m) {
		h->machine = NULL;
		h->q->up = false;
		if (f->deleted) {
			gq_store_forget_head(s->store, h);
			map_del(s->heads, m->head);
		}
	} else if (h && !m->is_head && m->name) {
		n = gq_node_find(h->q, m->name);
		if (n && strcmp(n->vm_id, m->vm_id) == 0)
			gq_node_lost(n);
	}
	gq_store_forget_machine(s->store, m);
	map_del(s->machines, f->vm_id);
	gq_site_soon(s);
}

/*
 * Commands
 */

static const struct {
	const char *name;
	gq_command *run; /* NULL: the tool */
} commands[] = {
	{ "squeue", gq_squeue }, { "scontrol", gq_scontrol }, { "sinfo", gq_sinfo },
	{ "sbatch", gq_sbatch }, { "scancel", gq_scancel },   { "paceline-sched", NULL },
};

bool gq_is_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return true;
	return false;
}

static struct gq_head *the_head(const struct gq_site *s, const char *host)
{
	const char *key;
	void *only = NULL;
	size_t i = 0;

	if (*host || map_count(s->heads) != 1)
		return gq_head_find(s, host);
	map_next(s->heads, &i, &key, &only);
	return only;
}

struct gq *gq_site_queue(const struct gq_site *s, const char *host)
{
	const struct gq_head *h = the_head(s, host);

	return h ? h->q : NULL;
}

static bool fault_meant(const struct gq_site *s, const char *name)
{
	return s->fault.times != 0 &&
	       (!s->fault.command[0] || strcmp(s->fault.command, name) == 0);
}

static void cut(struct buf *out, size_t len)
{
	out->len = len;
	if (out->data)
		out->data[len] = '\0';
}

/* The first line is whole, and the answer a right one: as of a controller that lost its state.
 */
static size_t first_line(const struct buf *out, size_t from)
{
	const char *nl = out->data ? memchr(out->data + from, '\n', out->len - from) : NULL;

	return nl ? (size_t)(nl + 1 - out->data) : out->len;
}

static void spoil(struct gq_site *s, struct gq_call *c, size_t from)
{
	if (strcmp(s->fault.kind, "truncated") == 0) {
		cut(c->out, from + (c->out->len - from) / 2);
		return;
	}
	if (strcmp(s->fault.kind, "forgets") == 0) {
		cut(c->out, first_line(c->out, from));
		return;
	}
	buf_reset(c->out);
	for (int i = 0; i < 400; i++)
		buf_addc(c->out, (char)rng_below(&s->rng, 256));
}

static int run_slurm(struct gq_site *s, struct gq_head *h, gq_command *run, const char *name,
		     struct gq_call *c)
{
	bool fault = fault_meant(s, name);
	size_t from = c->out->len;
	int rc;

	if (fault && s->fault.times > 0)
		s->fault.times--;
	if (fault && strcmp(s->fault.kind, "hang") == 0)
		return GQ_HANG;
	if (!h || !h->machine || !h->q->up || (fault && strcmp(s->fault.kind, "down") == 0))
		return gq_no_contact(h ? h->q : NULL, c, name);
	rc = run(h->q, c);
	if (fault)
		spoil(s, c, from);
	return rc;
}

int gq_site_run(struct gq_site *s, const char *host, struct gq_call *c)
{
	struct gq_head *h = the_head(s, host);
	const char *name = c->argv->v[0];

	gq_site_soon(s);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (commands[i].run)
			return run_slurm(s, h, commands[i].run, name, c);
		if (h && h->machine)
			return gq_tool(s, h, c);
		buf_addf(c->errout, "paceline-sched: no machine answers as \"%s\"\n", host);
		return 255;
	}
	buf_addf(c->errout, "azsim: %s is no command of a head\n", name);
	return 127;
}

int gq_site_fault(struct gq_site *s, const struct json *spec, struct err *err)
{
	static const char *const kinds[] = { "hang", "garbage", "truncated", "forgets",
					     "down" };
	const char *kind = json_str(spec, "kind", ""), *command = json_str(spec, "command", "");

	if (strcmp(kind, "boot") == 0) { /* no command: nodes that come next */
		s->bad_boots = json_int(spec, "times", 1);
		return 0;
	}
	if (strcmp(kind, "boot-hangs") == 0) {
		s->hung_boots = json_int(spec, "times", 1);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kind, kinds[i]) != 0)
			continue;
		snprintf(s->fault.kind, sizeof(s->fault.kind), "%s", kind);
		snprintf(s->fault.command, sizeof(s->fault.command), "%s", command);
		s->fault.times = json_int(spec, "times", 1);
		return 0;
	}
	return err_set(
	    err, ERR_INVALID,
	    "kind is one of hang, garbage, truncated, forgets, down, boot and boot-hangs; times -1 is for ever, 0 ends it");
}

struct json *gq_site_state(const struct gq_site *s)
{
	struct json *o = json_new_object(), *list = json_set_array(o, "heads");
	const char *host;
	void *v;

	for (size_t i = 0; map_next(s->heads, &i, &host, &v);) {
		const struct gq_head *h = v;
		struct json *e = json_add_object(list);

		json_set_str(e, "host", host);
		json_set_str(e, "phase", h->machine ? gq_phase_name[h->machine->phase] : "off");
		json_set_bool(e, "up", h->q->up);
		json_set_int(e, "pending", h->q->n_tasks);
		json_set_int(e, "running", (int64_t)h->q->running.n);
		json_set_int(e, "ended", (int64_t)h->q->done.n);
		json_set_int(e, "nodes", (int64_t)map_count(h->q->nodes));
	}
	json_set_int(o, "machines", (int64_t)map_count(s->machines));
	json_set_int(o, "unwritten", (int64_t)gq_store_waiting(s->store));
	return o;
}

/*
 * The site
 */

void gq_site_soon(struct gq_site *s)
{
	if (s->store && s->flush.slot == 0)
		az_world_wake_at(s->w, &s->flush, az_world_now(s->w) + gq_store_pause_ms());
}

static void on_flush(void *arg)
{
	gq_site_flush(arg);
}

void gq_site_flush(struct gq_site *s)
{
	struct err err = ERR_INIT;

	if (s->store && gq_store_flush(s->store, &err) != 0)
		log_error("the ghosts' queue is not kept: %s", err.msg);
	if (gq_store_waiting(s->store) > 0)
		gq_site_soon(s);
}

struct gq_site *gq_site_new(struct az_world *w, const char *dir, struct err *err)
{
	struct gq_site *s = xcalloc(1, sizeof(*s));

	s->w = w;
	rng_seed(&s->rng, w->seed + 1);
	s->heads = map_new(gq_head_free, true);
	s->machines = map_new(gq_machine_free, false);
	s->saved = map_new(gq_machine_free, false);
	s->flush.fire = on_flush;
	s->flush.owner = s;
	if (dir) {
		s->store = gq_store_open(dir, err);
		if (!s->store || gq_store_load(s->store, s, err) != 0) {
			gq_site_free(s);
			return NULL;
		}
	}
	az_world_listen(w, &(struct az_listener){ .on_vm_running = on_vm_running,
						  .on_vm_gone = on_vm_gone,
						  .on_vm_notice = on_vm_notice,
						  .arg = s });
	gq_store_settle(s);
	return s;
}

void gq_site_free(struct gq_site *s)
{
	if (!s)
		return;
	while (gq_store_waiting(s->store) > 0 && gq_store_flush(s->store, NULL) == 0)
		continue;
	az_world_sleep(s->w, &s->flush);
	for (size_t i = 0; i < s->w->n_listeners; i++)
		if (s->w->listeners[i].arg == s)
			s->w->listeners[i] = s->w->listeners[--s->w->n_listeners];
	map_free(s->machines);
	map_free(s->saved);
	map_free(s->heads);
	gq_store_close(s->store);
	free(s->script_code);
	free(s->script);
	free(s);
}
