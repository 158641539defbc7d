/* A ghost queue as it was when azsim ended, or was killed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/store_private.h"
#include "azsim/world/vm.h"
#include "base/mem.h"
#include "base/text.h"

struct load {
	struct gq_store *st;
	struct gq_site *site;
	struct map *heads; /* row -> gq_head */
	struct map *specs; /* "head/row" -> gq_spec */
};

static char *opt(struct stmt *s, int i)
{
	return stmt_col_null(s, i) ? NULL : xstrdup(stmt_col_text(s, i));
}

static struct gq_head *head_of(const struct load *l, int64_t row)
{
	char key[24];

	snprintf(key, sizeof(key), "%lld", (long long)row);
	return map_get(l->heads, key);
}

static void add_partitions(struct gq *q, const char *list)
{
	struct strs names = STRS_INIT(10000);

	if (*list)
		strs_split(&names, list, strlen(list), ',');
	q->partitions = xcalloc(names.n + 1, sizeof(*q->partitions));
	for (size_t i = 0; i < names.n; i++) {
		bool star = names.v[i][0] == '*';

		q->partitions[q->n_partitions++] =
		    (struct gq_partition){ xstrdup(names.v[i] + star), star };
	}
	strs_clear(&names);
}

static int load_heads(struct load *l, struct err *err)
{
	struct stmt s = stmt_open(
	    l->st->db,
	    "SELECT id, host, vm_id, cluster, user, def_mem, array_max, partitions, list, next_id "
	    "FROM head ORDER BY id");

	while (stmt_row(&s)) {
		char *host = xstrdup(stmt_col_text(&s, 1));
		struct gq_head *h = gq_head_make(l->site, host, stmt_col_text(&s, 2));
		struct gq *q = h->q;
		char key[24];

		free(host);
		q->row = stmt_col_int(&s, 0);
		if (q->row > l->st->next_head)
			l->st->next_head = q->row;
		free(q->cluster);
		free(q->user);
		q->cluster = xstrdup(stmt_col_text(&s, 3));
		q->user = xstrdup(stmt_col_text(&s, 4));
		q->def_mem_cpu = stmt_col_int(&s, 5);
		q->array_max = stmt_col_int(&s, 6);
		q->next_id = q->kept_id = (uint32_t)stmt_col_int(&s, 9);
		add_partitions(q, stmt_col_text(&s, 7));
		gq_head_publish(h, stmt_col_text(&s, 8), strlen(stmt_col_text(&s, 8)));
		snprintf(key, sizeof(key), "%lld", (long long)q->row);
		map_put(l->heads, key, h);
	}
	return stmt_done(&s, err);
}

static int load_machines(struct load *l, struct err *err)
{
	struct stmt s = stmt_open(
	    l->st->db, "SELECT vm_id, host, phase, phase_ms, began_ms, stopped, name, failed "
		       "FROM machine");

	while (stmt_row(&s)) {
		struct gq_machine *m = xcalloc(1, sizeof(*m));

		m->site = l->site;
		snprintf(m->vm_id, sizeof(m->vm_id), "%s", stmt_col_text(&s, 0));
		m->host = xstrdup(stmt_col_text(&s, 1));
		m->phase = (enum gq_phase)stmt_col_int(&s, 2);
		m->phase_ms = stmt_col_int(&s, 3);
		m->began_ms = stmt_col_int(&s, 4);
		m->stopped = stmt_col_int(&s, 5) != 0;
		m->name = opt(&s, 6);
		m->failed = opt(&s, 7);
		map_put(l->site->saved, m->vm_id, m);
	}
	return stmt_done(&s, err);
}

static int load_nodes(struct load *l, struct err *err)
{
	struct stmt s = stmt_open(
	    l->st->db,
	    "SELECT head, name, host, address, features, vm_id, cpus, mem, gpus, offer, down, "
	    "drain, silent, reason, boot, start, busy, reason_ms FROM node ORDER BY rowid");

	while (stmt_row(&s)) {
		struct gq_head *h = head_of(l, stmt_col_int(&s, 0));
		char *text[5];
		struct gq_node_wish w;
		struct gq_node *n;

		for (int i = 0; i < 5; i++)
			text[i] = xstrdup(stmt_col_text(&s, i + 1));
		w = (struct gq_node_wish){ text[0],
					   text[1],
					   text[2],
					   text[3],
					   text[4],
					   stmt_col_int(&s, 6),
					   stmt_col_int(&s, 7),
					   stmt_col_int(&s, 8),
					   stmt_col_int(&s, 9) != 0,
					   stmt_col_int(&s, 14) };
		n = h ? gq_node_put(h->q, &w) : NULL;
		for (int i = 0; i < 5; i++)
			free(text[i]);
		if (!n)
			continue;
		gq_node_restore(n, stmt_col_int(&s, 10) != 0, stmt_col_int(&s, 11) != 0,
				stmt_col_int(&s, 12) != 0);
		free(n->reason);
		n->reason = opt(&s, 13);
		n->start_ms = stmt_col_int(&s, 15);
		n->busy_ms = stmt_col_int(&s, 16);
		n->reason_ms = stmt_col_int(&s, 17);
	}
	return stmt_done(&s, err);
}

static void spec_key(char key[48], int64_t head, int64_t row)
{
	snprintf(key, 48, "%lld/%lld", (long long)head, (long long)row);
}

static void unref_spec(void *spec)
{
	gq_spec_unref(spec);
}

static int load_specs(struct load *l, struct err *err)
{
	struct stmt s = stmt_open(
	    l->st->db,
	    "SELECT head, id, name, user, part, features, dependency, command, workdir, out, "
	    "errout, tasks, cpus, nodes, mem, flags, gpus, lim, run_min, run_max, share, "
	    "throttle, account FROM spec");

	while (stmt_row(&s)) {
		struct gq_spec *p = gq_spec_new();
		char **const texts[] = { &p->name,     &p->user,       &p->partition,
					 &p->features, &p->dependency, &p->command,
					 &p->workdir,  &p->out,	       &p->errout };
		char key[48];

		p->row = stmt_col_int(&s, 1);
		if (p->row > l->st->next_spec)
			l->st->next_spec = p->row;
		for (size_t i = 0; i < ARRAY_LEN(texts); i++)
			*texts[i] = opt(&s, 2 + (int)i);
		p->tasks = stmt_col_int(&s, 11);
		p->cpus_task = stmt_col_int(&s, 12);
		p->nodes = stmt_col_int(&s, 13);
		p->mem_mb = stmt_col_int(&s, 14);
		p->mem_per_cpu = stmt_col_int(&s, 15) & 1;
		p->requeue = stmt_col_int(&s, 15) & 2;
		p->gpus = stmt_col_int(&s, 16);
		p->limit_s = stmt_col_int(&s, 17);
		p->run_min = stmt_col_int(&s, 18);
		p->run_max = stmt_col_int(&s, 19);
		p->share = (enum gq_share)stmt_col_int(&s, 20);
		p->throttle = stmt_col_int(&s, 21);
		p->account = opt(&s, 22);
		spec_key(key, stmt_col_int(&s, 0), p->row);
		map_put(l->specs, key, p);
	}
	return stmt_done(&s, err);
}

/* "htc-1:2:400:0"; -1: it is none, or nobody knows the node */
static int read_place(struct gq *q, struct gq_place *p, const char *text)
{
	struct strs f = STRS_INIT(8);
	int rc = -1;

	if (strs_split(&f, text, strlen(text), ':') == 0 && f.n == 4 &&
	    num_read(&p->cpus, f.v[1], 0, INT64_MAX) == 0 &&
	    num_read(&p->mem_mb, f.v[2], 0, INT64_MAX) == 0 &&
	    num_read(&p->gpus, f.v[3], 0, INT64_MAX) == 0) {
		p->node = gq_node_find(q, f.v[0]);
		rc = p->node ? 0 : -1;
	}
	strs_clear(&f);
	return rc;
}

static bool load_run(struct gq *q, struct gq_job *j, const char *places)
{
	struct strs parts = STRS_INIT(100000);
	struct gq_run *r;
	bool ok = strs_split(&parts, places, strlen(places), ',') == 0;

	r = xcalloc(1, sizeof(*r) + parts.n * sizeof(r->place[0]));
	r->q = q;
	r->job = j;
	r->n = parts.n;
	r->due.fire = gq_job_fired;
	r->due.owner = r;
	for (size_t i = 0; ok && i < r->n; i++) {
		r->place[i].job = j;
		ok = read_place(q, &r->place[i], parts.v[i]) == 0;
	}
	for (size_t i = 0; ok && i < r->n; i++)
		gq_node_take(&r->place[i]);
	if (ok) {
		j->run = r;
		r->late =
		    j->spec->limit_s > 0 && j->end_ms - j->start_ms == j->spec->limit_s * 1000;
		az_world_wake_at(q->w, &r->due, j->end_ms);
	} else {
		free(r);
	}
	strs_clear(&parts);
	return ok;
}

static void load_job(struct load *l, struct stmt *s)
{
	struct gq_head *h = head_of(l, stmt_col_int(s, 0));
	char key[48];
	struct gq_spec *spec;
	struct gq_job *j;
	int64_t throttle;

	spec_key(key, stmt_col_int(s, 0), stmt_col_int(s, 2));
	spec = map_get(l->specs, key);
	if (!h || !spec)
		return;
	j = xcalloc(1, sizeof(*j));
	spec->refs++;
	j->spec = spec;
	j->id = (uint32_t)stmt_col_int(s, 1);
	j->task = (int32_t)stmt_col_int(s, 4);
	if (!stmt_col_null(s, 5)) {
		j->tasks = xcalloc(1, sizeof(*j->tasks));
		gq_tasks_read(j->tasks, &throttle, stmt_col_text(s, 5), GQ_TASK_MAX);
	}
	j->state = (unsigned char)stmt_col_int(s, 6);
	j->reason = (unsigned char)stmt_col_int(s, 7);
	j->exit_code = (unsigned char)stmt_col_int(s, 8);
	j->held = stmt_col_int(s, 9) != 0;
	j->restarts = (unsigned int)stmt_col_int(s, 10);
	j->priority = (uint32_t)stmt_col_int(s, 11);
	j->hosts = opt(s, 12);
	j->submit_ms = stmt_col_int(s, 14);
	j->begin_ms = stmt_col_int(s, 15);
	j->start_ms = stmt_col_int(s, 16);
	j->end_ms = stmt_col_int(s, 17);
	if (j->state == GQ_RUNNING && !load_run(h->q, j, stmt_col_text(s, 13)))
		j->state = GQ_PENDING; /* its node was written later than it */
	gq_job_adopt(h->q, j, (uint32_t)stmt_col_int(s, 3));
	if (j->id >= h->q->next_id)
		h->q->next_id = j->id + 1;
	if (j->priority > 0 && j->priority <= h->q->next_priority)
		h->q->next_priority = j->priority - 1;
}

static int load_jobs(struct load *l, struct err *err)
{
	struct stmt s = stmt_open(
	    l->st->db,
	    "SELECT head, id, spec, array, task, tasks, state, reason, exit, held, restarts, "
	    "priority, hosts, cpus, submit, begin, start, ended FROM job ORDER BY head, id");

	while (stmt_row(&s))
		load_job(l, &s);
	return stmt_done(&s, err);
}

int gq_store_load(struct gq_store *st, struct gq_site *site, struct err *err)
{
	struct load l = { st, site, map_new(NULL, false), map_new(unref_spec, false) };
	int rc;

	st->loading = true;
	rc = sql_exec(
	    st->db,
	    "DELETE FROM spec WHERE NOT EXISTS(SELECT 1 FROM job WHERE job.head = spec.head "
	    "AND job.spec = spec.id)",
	    err);
	if (rc == 0 && load_heads(&l, err) == 0 && load_machines(&l, err) == 0 &&
	    load_nodes(&l, err) == 0 && load_specs(&l, err) == 0)
		rc = load_jobs(&l, err);
	else
		rc = -1;
	map_free(l.heads);
	map_free(l.specs);
	st->loading = false;
	return rc;
}

/*
 * What went while azsim was away
 */

static bool there_is(const struct az_world *w, const char *vm_id)
{
	for (const struct az_vm *vm = w->first; vm; vm = vm->next)
		if (strcmp(vm->vm_id, vm_id) == 0)
			return true;
	return false;
}

static void settle_nodes(struct gq_site *s, struct gq *q)
{
	const char *key;
	void *v;

	for (size_t i = 0; map_next(q->nodes, &i, &key, &v);) {
		struct gq_node *n = v;

		if (n->dynamic && !map_get(s->machines, n->vm_id))
			gq_node_lost(n);
	}
	if (q->done.first)
		az_world_wake_at(q->w, &q->sweep, q->done.first->end_ms + GQ_KEEP_MS);
	gq_wake(q);
}

void gq_store_settle(struct gq_site *s)
{
	const char *key;
	void *v;

	for (size_t i = 0; map_next(s->saved, &i, &key, &v);) {
		gq_store_forget_machine(s->store, v);
		map_del(s->saved, key);
	}
	for (size_t i = 0; map_next(s->heads, &i, &key, &v);) {
		struct gq_head *h = v;

		if (h->machine || there_is(s->w, h->q->vm_id)) {
			settle_nodes(s, h->q);
			continue;
		}
		gq_store_forget_head(s->store, h);
		map_del(s->heads, key);
	}
	gq_site_soon(s);
}
