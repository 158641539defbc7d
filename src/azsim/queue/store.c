#include "azsim/queue/store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define ROWS_A_FLUSH                                                                           \
	20000 /* a wave of jobs is written in pieces, or it would hold the loop up */

/* Append only. */
static const char *const migrations[] = {
	"CREATE TABLE head(id INTEGER PRIMARY KEY, host TEXT NOT NULL, vm_id TEXT NOT NULL, cluster TEXT NOT NULL,"
	" user TEXT NOT NULL, def_mem INTEGER NOT NULL, array_max INTEGER NOT NULL, partitions TEXT NOT NULL,"
	" list TEXT NOT NULL);"
	"CREATE TABLE machine(vm_id TEXT PRIMARY KEY, host TEXT NOT NULL, phase INTEGER NOT NULL,"
	" phase_ms INTEGER NOT NULL, began_ms INTEGER NOT NULL, stopped INTEGER NOT NULL, name TEXT, failed TEXT);"
	"CREATE TABLE node(head INTEGER NOT NULL, name TEXT NOT NULL, host TEXT NOT NULL, address TEXT NOT NULL,"
	" features TEXT NOT NULL, vm_id TEXT NOT NULL, cpus INTEGER NOT NULL, mem INTEGER NOT NULL,"
	" gpus INTEGER NOT NULL, offer INTEGER NOT NULL, down INTEGER NOT NULL, drain INTEGER NOT NULL,"
	" silent INTEGER NOT NULL, reason TEXT, boot INTEGER NOT NULL, start INTEGER NOT NULL, busy INTEGER NOT NULL,"
	" reason_ms INTEGER NOT NULL, PRIMARY KEY(head, name));"
	"CREATE TABLE spec(head INTEGER NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, user TEXT NOT NULL,"
	" part TEXT NOT NULL, features TEXT, dependency TEXT, command TEXT, workdir TEXT NOT NULL, out TEXT NOT NULL,"
	" errout TEXT, tasks INTEGER NOT NULL, cpus INTEGER NOT NULL, nodes INTEGER NOT NULL, mem INTEGER NOT NULL,"
	" flags INTEGER NOT NULL, gpus INTEGER NOT NULL, lim INTEGER NOT NULL, run_min INTEGER NOT NULL,"
	" run_max INTEGER NOT NULL, share INTEGER NOT NULL, throttle INTEGER NOT NULL, PRIMARY KEY(head, id));"
	"CREATE TABLE job(head INTEGER NOT NULL, id INTEGER NOT NULL, spec INTEGER NOT NULL, array INTEGER NOT NULL,"
	" task INTEGER NOT NULL, tasks TEXT, state INTEGER NOT NULL, reason INTEGER NOT NULL, exit INTEGER NOT NULL,"
	" held INTEGER NOT NULL, restarts INTEGER NOT NULL, priority INTEGER NOT NULL, hosts TEXT, cpus TEXT,"
	" submit INTEGER NOT NULL, begin INTEGER NOT NULL, start INTEGER NOT NULL, ended INTEGER NOT NULL,"
	" PRIMARY KEY(head, id)) WITHOUT ROWID;",
	"ALTER TABLE head ADD COLUMN next_id INTEGER NOT NULL DEFAULT 1;",
	"ALTER TABLE spec ADD COLUMN account TEXT;",
	NULL,
};

struct gq_store *gq_store_open(const char *dir, struct err *err)
{
	struct gq_store *st = xcalloc(1, sizeof(*st));
	struct sql_options o = { .any_file_system = true };
	char *path = xasprintf("%s/queue.db", dir);

	st->db = sql_open(path, &o, err);
	if (!st->db || sql_migrate(st->db, migrations, err) != 0) {
		err_wrap(err, "the ghosts' queue %s", path);
		gq_store_close(st);
		st = NULL;
	}
	free(path);
	return st;
}

static void clear_graves(struct gq_store *st)
{
	for (size_t i = 0; i < st->n_graves; i++)
		free(st->graves[i].name);
	st->n_graves = 0;
}

void gq_store_close(struct gq_store *st)
{
	if (!st)
		return;
	clear_graves(st);
	free(st->graves);
	free(st->jobs.v);
	free(st->nodes.v);
	free(st->machines.v);
	free(st->heads);
	sql_close(st->db);
	free(st);
}

/* Real time: however fast the clock runs, a disk does not. */
int64_t gq_store_pause_ms(void)
{
	return (int64_t)(1000 * clock_factor());
}

/*
 * What is to be written
 */

static void touch(struct pile *p, uint32_t *place, struct gq *q, void *thing)
{
	if (*place)
		return;
	GROW(p->v, p->n, p->cap);
	p->v[p->n] = (struct dirty){ q, thing };
	*place = (uint32_t)++p->n;
}

static void untouch(struct pile *p, uint32_t *place)
{
	if (*place)
		p->v[*place - 1].thing = NULL;
	*place = 0;
}

static void bury(struct gq_store *st, struct grave g)
{
	GROW(st->graves, st->n_graves, st->cap_graves);
	st->graves[st->n_graves++] = g;
}

void gq_store_job(struct gq_store *st, struct gq *q, struct gq_job *j)
{
	if (st && !st->loading)
		touch(&st->jobs, &j->dirty, q, j);
}

void gq_store_forget_job(struct gq_store *st, struct gq *q, struct gq_job *j)
{
	if (!st || st->loading)
		return;
	untouch(&st->jobs, &j->dirty);
	bury(st, (struct grave){ GRAVE_JOB, q->row, j->id, NULL });
}

void gq_store_node(struct gq_store *st, struct gq_node *n)
{
	if (st && !st->loading)
		touch(&st->nodes, &n->dirty, n->q, n);
}

void gq_store_forget_node(struct gq_store *st, struct gq_node *n)
{
	if (!st || st->loading)
		return;
	untouch(&st->nodes, &n->dirty);
	bury(st, (struct grave){ GRAVE_NODE, n->q->row, 0, xstrdup(n->name) });
}

void gq_store_machine(struct gq_store *st, struct gq_machine *m)
{
	if (st && !st->loading)
		touch(&st->machines, &m->dirty, NULL, m);
}

void gq_store_forget_machine(struct gq_store *st, struct gq_machine *m)
{
	if (!st)
		return;
	untouch(&st->machines, &m->dirty);
	bury(st, (struct grave){ GRAVE_MACHINE, 0, 0, xstrdup(m->vm_id) });
}

void gq_store_new_head(struct gq_store *st, struct gq_head *h)
{
	if (st)
		h->q->row = ++st->next_head;
}

void gq_store_head(struct gq_store *st, struct gq_head *h)
{
	if (!st || st->loading)
		return;
	for (size_t i = 0; i < st->n_heads; i++)
		if (st->heads[i] == h)
			return;
	GROW(st->heads, st->n_heads, st->cap_heads);
	st->heads[st->n_heads++] = h;
}

static void drop_of(struct pile *p, const struct gq *q)
{
	for (size_t i = p->at; i < p->n; i++)
		if (p->v[i].q == q)
			p->v[i].thing = NULL;
}

void gq_store_forget_head(struct gq_store *st, struct gq_head *h)
{
	if (!st)
		return;
	drop_of(&st->jobs, h->q);
	drop_of(&st->nodes, h->q);
	for (size_t i = 0; i < st->n_heads; i++)
		if (st->heads[i] == h)
			st->heads[i--] = st->heads[--st->n_heads];
	bury(st, (struct grave){ GRAVE_HEAD, h->q->row, 0, NULL });
}

size_t gq_store_waiting(const struct gq_store *st)
{
	return st ? st->jobs.n - st->jobs.at + st->nodes.n + st->machines.n + st->n_graves +
			st->n_heads
		  : 0;
}

/*
 * Writing
 */

static int write_head(struct gq_store *st, const struct gq_head *h, struct err *err)
{
	struct stmt s = stmt_open(
	    st->db,
	    "INSERT OR REPLACE INTO head(id, host, vm_id, cluster, user, def_mem, array_max, "
	    "partitions, list, next_id) VALUES(?,?,?,?,?,?,?,?,?,?)");
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	for (size_t i = 0; i < h->q->n_partitions; i++)
		buf_addf(&b, "%s%s%s", i ? "," : "", h->q->partitions[i].is_default ? "*" : "",
			 h->q->partitions[i].name);
	stmt_int(&s, 1, h->q->row);
	stmt_text(&s, 2, h->q->head);
	stmt_text(&s, 3, h->q->vm_id);
	stmt_text(&s, 4, h->q->cluster);
	stmt_text(&s, 5, h->q->user);
	stmt_int(&s, 6, h->q->def_mem_cpu);
	stmt_int(&s, 7, h->q->array_max);
	stmt_text(&s, 8, buf_str(&b));
	stmt_text(&s, 9, h->list ? h->list : "");
	stmt_int(&s, 10, h->q->next_id);
	buf_clear(&b);
	return stmt_run(&s, err);
}

static int write_machine(struct gq_store *st, const struct gq_machine *m, struct err *err)
{
	struct stmt s = stmt_open(
	    st->db,
	    "INSERT OR REPLACE INTO machine(vm_id, host, phase, phase_ms, began_ms, stopped, "
	    "name, failed) VALUES(?,?,?,?,?,?,?,?)");

	stmt_text(&s, 1, m->vm_id);
	stmt_text(&s, 2, m->host);
	stmt_int(&s, 3, m->phase);
	stmt_int(&s, 4, m->phase_ms);
	stmt_int(&s, 5, m->began_ms);
	stmt_int(&s, 6, m->stopped);
	stmt_text(&s, 7, m->name);
	stmt_text(&s, 8, m->failed);
	return stmt_run(&s, err);
}

static int write_node(struct gq_store *st, const struct gq_node *n, struct err *err)
{
	struct stmt s = stmt_open(
	    st->db,
	    "INSERT OR REPLACE INTO node(head, name, host, address, features, vm_id, cpus, mem, "
	    "gpus, offer, down, drain, silent, reason, boot, start, busy, reason_ms) "
	    "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	const int64_t numbers[] = { n->cpus, n->mem_mb, n->gpus,  n->offer,
				    n->down, n->drain,	n->silent };
	const int64_t times[] = { n->boot_ms, n->start_ms, n->busy_ms, n->reason_ms };

	stmt_int(&s, 1, n->q->row);
	stmt_text(&s, 2, n->name);
	stmt_text(&s, 3, n->host);
	stmt_text(&s, 4, n->address);
	stmt_text(&s, 5, n->features);
	stmt_text(&s, 6, n->vm_id);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		stmt_int(&s, 7 + (int)i, numbers[i]);
	stmt_text(&s, 14, n->reason);
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		stmt_int(&s, 15 + (int)i, times[i]);
	return stmt_run(&s, err);
}

static int write_spec(struct gq_store *st, const struct gq *q, const struct gq_spec *p,
		      struct err *err)
{
	struct stmt s = stmt_open(
	    st->db,
	    "INSERT OR REPLACE INTO spec(head, id, name, user, part, features, dependency, command, "
	    "workdir, out, errout, tasks, cpus, nodes, mem, flags, gpus, lim, run_min, run_max, "
	    "share, throttle, account) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	const char *const texts[] = { p->name,	   p->user,	  p->partition,
				      p->features, p->dependency, p->command,
				      p->workdir,  p->out,	  p->errout };
	const int64_t numbers[] = { p->tasks,
				    p->cpus_task,
				    p->nodes,
				    p->mem_mb,
				    (p->mem_per_cpu ? 1 : 0) | (p->requeue ? 2 : 0),
				    p->gpus,
				    p->limit_s,
				    p->run_min,
				    p->run_max,
				    p->share,
				    p->throttle };

	stmt_int(&s, 1, q->row);
	stmt_int(&s, 2, p->row);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		stmt_text(&s, 3 + (int)i, texts[i]);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		stmt_int(&s, 12 + (int)i, numbers[i]);
	stmt_text(&s, 23, p->account);
	return stmt_run(&s, err);
}

/* "NODE:CPUS:MEM:GPUS" for each node of a running job */
static void places_text(struct buf *b, const struct gq_run *r)
{
	for (size_t i = 0; r && i < r->n; i++)
		buf_addf(b, "%s%s:%lld:%lld:%lld", i ? "," : "", r->place[i].node->name,
			 (long long)r->place[i].cpus, (long long)r->place[i].mem_mb,
			 (long long)r->place[i].gpus);
}

static int write_job(struct gq_store *st, struct gq *q, struct gq_job *j, struct err *err)
{
	struct buf tasks = BUF_INIT(BUF_TEXT_MAX), places = BUF_INIT(BUF_TEXT_MAX);
	const int64_t numbers[] = { j->state, j->reason,   j->exit_code,
				    j->held,  j->restarts, j->priority };
	const int64_t times[] = { j->submit_ms, j->begin_ms, j->start_ms, j->end_ms };
	struct stmt s;

	if (!j->spec->row) {
		j->spec->row = ++st->next_spec;
		if (write_spec(st, q, j->spec, err) != 0)
			return -1;
	}
	s = stmt_open(
	    st->db,
	    "INSERT OR REPLACE INTO job(head, id, spec, array, task, tasks, state, reason, exit, "
	    "held, restarts, priority, hosts, cpus, submit, begin, start, ended) "
	    "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	if (j->tasks)
		gq_tasks_print(&tasks, j->tasks);
	places_text(&places, j->run);
	stmt_int(&s, 1, q->row);
	stmt_int(&s, 2, j->id);
	stmt_int(&s, 3, j->spec->row);
	stmt_int(&s, 4, j->array ? j->array->id : 0);
	stmt_int(&s, 5, j->task);
	stmt_text(&s, 6, j->tasks ? buf_str(&tasks) : NULL);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		stmt_int(&s, 7 + (int)i, numbers[i]);
	stmt_text(&s, 13, j->hosts);
	stmt_text(&s, 14, buf_str(&places));
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		stmt_int(&s, 15 + (int)i, times[i]);
	buf_clear(&tasks);
	buf_clear(&places);
	return stmt_run(&s, err);
}

static int drop_job(struct gq_store *st, const struct grave *g, struct err *err)
{
	struct stmt s = stmt_open(st->db, "DELETE FROM job WHERE head = ? AND id = ?");

	stmt_int(&s, 1, g->head);
	stmt_int(&s, 2, g->id);
	return stmt_run(&s, err);
}

static int drop_node(struct gq_store *st, const struct grave *g, struct err *err)
{
	struct stmt s = stmt_open(st->db, "DELETE FROM node WHERE head = ? AND name = ?");

	stmt_int(&s, 1, g->head);
	stmt_text(&s, 2, g->name);
	return stmt_run(&s, err);
}

static int drop_machine(struct gq_store *st, const struct grave *g, struct err *err)
{
	struct stmt s = stmt_open(st->db, "DELETE FROM machine WHERE vm_id = ?");

	stmt_text(&s, 1, g->name);
	return stmt_run(&s, err);
}

static int drop_head(struct gq_store *st, const struct grave *g, struct err *err)
{
	struct stmt s[] = { stmt_open(st->db, "DELETE FROM job WHERE head = ?"),
			    stmt_open(st->db, "DELETE FROM spec WHERE head = ?"),
			    stmt_open(st->db, "DELETE FROM node WHERE head = ?"),
			    stmt_open(st->db, "DELETE FROM head WHERE id = ?") };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(s); i++) {
		stmt_int(&s[i], 1, g->head);
		if (stmt_run(&s[i], err) != 0)
			rc = -1;
	}
	return rc;
}

static int drop_graves(struct gq_store *st, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < st->n_graves; i++) {
		const struct grave *g = &st->graves[i];

		rc = g->kind == GRAVE_JOB	? drop_job(st, g, err)
		     : g->kind == GRAVE_NODE	? drop_node(st, g, err)
		     : g->kind == GRAVE_MACHINE ? drop_machine(st, g, err)
						: drop_head(st, g, err);
	}
	clear_graves(st);
	return rc;
}

typedef int row_writer(struct gq_store *st, struct dirty *d, struct err *err);

/* No id is given twice, however long ago its job was forgotten. */
static int write_next_id(struct gq_store *st, struct gq *q, struct err *err)
{
	struct stmt s = stmt_open(st->db, "UPDATE head SET next_id = ? WHERE id = ?");

	stmt_int(&s, 1, q->next_id);
	stmt_int(&s, 2, q->row);
	q->kept_id = q->next_id;
	return stmt_run(&s, err);
}

static int dirty_job(struct gq_store *st, struct dirty *d, struct err *err)
{
	if (d->q->kept_id != d->q->next_id && write_next_id(st, d->q, err) != 0)
		return -1;
	((struct gq_job *)d->thing)->dirty = 0;
	return write_job(st, d->q, d->thing, err);
}

static int dirty_node(struct gq_store *st, struct dirty *d, struct err *err)
{
	((struct gq_node *)d->thing)->dirty = 0;
	return write_node(st, d->thing, err);
}

static int dirty_machine(struct gq_store *st, struct dirty *d, struct err *err)
{
	((struct gq_machine *)d->thing)->dirty = 0;
	return write_machine(st, d->thing, err);
}

static int write_pile(struct gq_store *st, struct pile *p, size_t max, row_writer *write,
		      struct err *err)
{
	for (; p->at < p->n && max > 0; p->at++, max--)
		if (p->v[p->at].thing && write(st, &p->v[p->at], err) != 0)
			return -1;
	if (p->at == p->n)
		p->n = p->at = 0;
	return 0;
}

/* Graves first: a name may be there again. */
int gq_store_flush(struct gq_store *st, struct err *err)
{
	int rc = 0;

	if (gq_store_waiting(st) == 0)
		return 0;
	if (sql_begin(st->db, err) != 0)
		return -1;
	rc = drop_graves(st, err);
	for (size_t i = 0; rc == 0 && i < st->n_heads; i++)
		rc = write_head(st, st->heads[i], err);
	st->n_heads = 0;
	if (rc == 0)
		rc = write_pile(st, &st->machines, SIZE_MAX, dirty_machine, err);
	if (rc == 0)
		rc = write_pile(st, &st->nodes, SIZE_MAX, dirty_node, err);
	if (rc == 0)
		rc = write_pile(st, &st->jobs, ROWS_A_FLUSH, dirty_job, err);
	if (rc == 0)
		return sql_commit(st->db, err);
	sql_rollback(st->db);
	return -1;
}
