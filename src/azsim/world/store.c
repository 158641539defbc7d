#include "azsim/world/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/world/ledger.h"
#include "azsim/world/scaleset.h"
#include "azsim/world/store_rows.h"
#include "azsim/world/vm.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

/* Append only: entry i takes a store from version i to i + 1. */
static const char *const migrations[] = {
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL);"
	"CREATE TABLE grp(id INTEGER PRIMARY KEY, name TEXT NOT NULL, location TEXT NOT NULL, tags TEXT,"
	" created INTEGER NOT NULL, deleting INTEGER NOT NULL);"
	"CREATE TABLE resource(id INTEGER PRIMARY KEY, grp TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL,"
	" location TEXT NOT NULL, doc TEXT NOT NULL, prov INTEGER NOT NULL, op TEXT, guid TEXT NOT NULL,"
	" created INTEGER NOT NULL, changed INTEGER NOT NULL, revision INTEGER NOT NULL);"
	"CREATE TABLE model(id INTEGER PRIMARY KEY, doc TEXT NOT NULL);"
	"CREATE TABLE scaleset(id INTEGER PRIMARY KEY, grp TEXT NOT NULL, name TEXT NOT NULL, doc TEXT NOT NULL,"
	" model INTEGER, capacity INTEGER NOT NULL, hosts INTEGER NOT NULL, names INTEGER NOT NULL,"
	" names_at INTEGER NOT NULL, next_instance INTEGER NOT NULL, prov INTEGER NOT NULL, op TEXT,"
	" unique_id TEXT NOT NULL, created INTEGER NOT NULL, revision INTEGER NOT NULL);"
	"CREATE TABLE vm(id INTEGER PRIMARY KEY, grp TEXT NOT NULL, scaleset TEXT, name TEXT NOT NULL,"
	" computer TEXT NOT NULL, vm_id TEXT NOT NULL, instance INTEGER NOT NULL, model INTEGER NOT NULL,"
	" size TEXT NOT NULL, region INTEGER NOT NULL, zone INTEGER NOT NULL, flags INTEGER NOT NULL,"
	" prov INTEGER NOT NULL, power INTEGER NOT NULL, step INTEGER NOT NULL, due INTEGER, op TEXT,"
	" subnet TEXT, address INTEGER NOT NULL, tags TEXT, price REAL NOT NULL, created INTEGER NOT NULL,"
	" running INTEGER NOT NULL, fail_code TEXT, fail_message TEXT, wanted INTEGER NOT NULL);"
	"CREATE TABLE op(id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, kind INTEGER NOT NULL, state INTEGER NOT NULL,"
	" grp TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, location TEXT NOT NULL,"
	" started INTEGER NOT NULL, ended INTEGER NOT NULL, due INTEGER NOT NULL, ripe INTEGER NOT NULL,"
	" parts INTEGER NOT NULL, failures INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL);"
	"CREATE TABLE ledger(id INTEGER PRIMARY KEY, name TEXT NOT NULL, computer TEXT NOT NULL, grp TEXT NOT NULL,"
	" scaleset TEXT, size TEXT NOT NULL, spot INTEGER NOT NULL, tags TEXT, price REAL NOT NULL,"
	" wanted INTEGER NOT NULL, op TEXT, made INTEGER NOT NULL, running INTEGER, gone INTEGER,"
	" paid_ms INTEGER NOT NULL DEFAULT 0, since INTEGER);",
	"CREATE TABLE ledger_disk(id INTEGER PRIMARY KEY, name TEXT NOT NULL, grp TEXT NOT NULL, gib INTEGER NOT NULL,"
	" price REAL NOT NULL, tags TEXT, made INTEGER NOT NULL, gone INTEGER);",
	NULL,
};

struct pile { /* things that changed since the last flush */
	void **v;
	size_t n, cap;
};

struct grave {
	enum az_row kind;
	int64_t row;
};

struct az_store {
	struct sql *db;
	struct pile piles[AZ_ROWS];
	struct grave *graves;
	size_t n_graves, cap_graves;
	bool open; /* a transaction is */
};

static const char *const drop_text[AZ_ROWS] = {
	[AZ_ROW_GROUP] = "DELETE FROM grp WHERE id = ?",
	[AZ_ROW_RESOURCE] = "DELETE FROM resource WHERE id = ?",
	[AZ_ROW_SET] = "DELETE FROM scaleset WHERE id = ?",
	[AZ_ROW_MODEL] = "DELETE FROM model WHERE id = ?",
	[AZ_ROW_VM] = "DELETE FROM vm WHERE id = ?",
	[AZ_ROW_OP] = "DELETE FROM op WHERE id = ?",
};

static bool *dirty_of(enum az_row kind, void *thing)
{
	switch (kind) {
	case AZ_ROW_GROUP:
		return &((struct az_group *)thing)->dirty;
	case AZ_ROW_RESOURCE:
		return &((struct az_resource *)thing)->dirty;
	case AZ_ROW_SET:
		return &((struct az_set *)thing)->dirty;
	case AZ_ROW_MODEL:
		return &((struct az_model *)thing)->dirty;
	case AZ_ROW_VM:
		return &((struct az_vm *)thing)->dirty;
	case AZ_ROW_OP:
	case AZ_ROWS:
		break;
	}
	return &((struct az_op *)thing)->dirty;
}

struct az_store *az_store_open(const char *dir, struct err *err)
{
	struct az_store *st = xcalloc(1, sizeof(*st));
	struct sql_options o = { .any_file_system = true };
	char *path = xasprintf("%s/azsim.db", dir);

	st->db = sql_open(path, &o, err);
	if (!st->db || sql_migrate(st->db, migrations, err) != 0) {
		err_wrap(err, "the cloud's state %s", path);
		az_store_close(st);
		st = NULL;
	}
	free(path);
	return st;
}

void az_store_close(struct az_store *st)
{
	if (!st)
		return;
	if (st->open)
		sql_rollback(st->db);
	for (int k = 0; k < AZ_ROWS; k++)
		free(st->piles[k].v);
	free(st->graves);
	sql_close(st->db);
	free(st);
}

struct sql *az_store_sql(struct az_store *st)
{
	return st->db;
}

void az_store_touch(struct az_world *w, enum az_row kind, void *thing)
{
	bool *dirty = dirty_of(kind, thing);
	struct pile *p;

	if (!w->store || w->loading)
		return;
	az_world_changed(w);
	if (*dirty)
		return;
	*dirty = true;
	p = &w->store->piles[kind];
	GROW(p->v, p->n, p->cap);
	p->v[p->n++] = thing;
}

void az_store_forget(struct az_world *w, enum az_row kind, int64_t row, void *thing)
{
	struct az_store *st = w->store;
	struct pile *p;

	if (!st || w->loading)
		return;
	p = &st->piles[kind];
	if (*dirty_of(kind, thing))
		for (size_t i = p->n; i-- > 0;)
			if (p->v[i] == thing) {
				p->v[i] = p->v[--p->n];
				break;
			}
	GROW(st->graves, st->n_graves, st->cap_graves);
	st->graves[st->n_graves++] = (struct grave){ kind, row };
	az_world_changed(w);
}

static int begin(struct az_store *st, struct err *err)
{
	if (st->open)
		return 0;
	if (sql_begin(st->db, err) != 0)
		return -1;
	st->open = true;
	return 0;
}

int az_store_begin(struct az_store *st)
{
	struct err err = ERR_INIT;

	if (begin(st, &err) == 0)
		return 0;
	log_error("the cloud's state: %s", err.msg);
	return -1;
}

static int write_one(struct az_store *st, enum az_row kind, void *thing, struct err *err)
{
	switch (kind) {
	case AZ_ROW_GROUP:
		return az_row_group(st->db, thing, err);
	case AZ_ROW_RESOURCE:
		return az_row_resource(st->db, thing, err);
	case AZ_ROW_SET:
		return az_row_set(st->db, thing, err);
	case AZ_ROW_MODEL:
		return az_row_model(st->db, thing, err);
	case AZ_ROW_VM:
		return az_row_vm(st->db, thing, err);
	case AZ_ROW_OP:
	case AZ_ROWS:
		break;
	}
	return az_row_op(st->db, thing, err);
}

static int write_counters(struct az_store *st, const struct az_world *w, struct err *err)
{
	char text[200];

	snprintf(text, sizeof(text), "%lld %lld %lld %lld %lld %lld %lld",
		 (long long)w->next_row, (long long)w->n.vms_made, (long long)w->n.vms_gone,
		 (long long)w->n.vms_failed, (long long)w->n.evictions,
		 (long long)w->n.double_creates, (long long)w->n.preempted);
	return az_store_set(st, "counters", text, err);
}

static int drop_graves(struct az_store *st, struct err *err)
{
	for (size_t i = 0; i < st->n_graves; i++) {
		struct stmt s = stmt_open(st->db, drop_text[st->graves[i].kind]);

		stmt_int(&s, 1, st->graves[i].row);
		if (stmt_run(&s, err) != 0)
			return -1;
	}
	return 0;
}

int az_store_flush(struct az_store *st, struct az_world *w, struct err *err)
{
	if (begin(st, err) != 0)
		return -1;
	for (int k = 0; k < AZ_ROWS; k++)
		for (size_t i = 0; i < st->piles[k].n; i++)
			if (write_one(st, (enum az_row)k, st->piles[k].v[i], err) != 0)
				return -1;
	if (drop_graves(st, err) != 0 || write_counters(st, w, err) != 0 ||
	    sql_commit(st->db, err) != 0)
		return -1;
	st->open = false;
	st->n_graves = 0;
	for (int k = 0; k < AZ_ROWS; k++) {
		for (size_t i = 0; i < st->piles[k].n; i++)
			*dirty_of((enum az_row)k, st->piles[k].v[i]) = false;
		st->piles[k].n = 0;
	}
	return 0;
}

int az_store_set(struct az_store *st, const char *key, const char *value, struct err *err)
{
	struct stmt s =
	    stmt_open(st->db, "INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)");

	stmt_text(&s, 1, key);
	stmt_text(&s, 2, value);
	return stmt_run(&s, err);
}

int az_store_get(struct az_store *st, const char *key, struct buf *out)
{
	struct stmt s = stmt_open(st->db, "SELECT value FROM meta WHERE key = ?");
	int rc = -1;

	stmt_text(&s, 1, key);
	if (stmt_row(&s))
		rc = buf_adds(out, stmt_col_text(&s, 0));
	stmt_done(&s, NULL);
	return rc;
}

static int ledger_made(struct az_store *st, const struct az_vm *vm, struct err *err)
{
	struct stmt s = stmt_open(
	    st->db, "INSERT INTO ledger(id, name, computer, grp, scaleset, size, spot, tags, "
		    "price, wanted, op, made) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
	struct buf tags = BUF_INIT(BUF_TEXT_MAX);

	if (az_vm_tags(vm))
		json_write(&tags, az_vm_tags(vm));
	stmt_int(&s, 1, vm->row);
	stmt_text(&s, 2, vm->name);
	stmt_text(&s, 3, vm->computer);
	stmt_text(&s, 4, vm->group->name);
	stmt_text(&s, 5, vm->set ? vm->set->name : NULL);
	stmt_text(&s, 6, vm->size->name);
	stmt_int(&s, 7, vm->spot);
	stmt_text(&s, 8, tags.len ? buf_str(&tags) : NULL);
	stmt_real(&s, 9, vm->price);
	stmt_int(&s, 10, vm->capacity_wanted);
	stmt_text(&s, 11, vm->op ? vm->op->id : NULL);
	stmt_int(&s, 12, vm->created_ms);
	buf_clear(&tags);
	return stmt_run(&s, err);
}

static const char *const ledger_text[] = {
	[AZ_EVENT_RUNNING] =
	    "UPDATE ledger SET running = coalesce(running, ?1), since = ?1 WHERE id = ?2",
	[AZ_EVENT_STOPPED] =
	    "UPDATE ledger SET paid_ms = paid_ms + coalesce(?1 - since, 0), since = NULL "
	    "WHERE id = ?2",
	[AZ_EVENT_GONE] =
	    "UPDATE ledger SET gone = ?1, paid_ms = paid_ms + coalesce(?1 - since, 0), "
	    "since = NULL WHERE id = ?2",
};

void az_store_ledger(struct az_world *w, enum az_event what, const struct az_vm *vm)
{
	struct az_store *st = w->store;
	struct err err = ERR_INIT;
	int rc;

	if (!st || w->loading)
		return;
	az_world_changed(w);
	rc = begin(st, &err);
	if (rc == 0 && what == AZ_EVENT_MADE) {
		rc = ledger_made(st, vm, &err);
	} else if (rc == 0) {
		struct stmt s = stmt_open(st->db, ledger_text[what]);

		stmt_int(&s, 1, az_world_now(w));
		stmt_int(&s, 2, vm->row);
		rc = stmt_run(&s, &err);
	}
	if (rc != 0)
		log_error("ledger: %s", err.msg);
}
