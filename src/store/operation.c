#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/store_private.h"

#define COLUMNS                                                                                            \
	"cluster_id, kind, state, step, detail, error, actor, started_ms, step_ms, next_try_ms, ended_ms," \
	" cancel_asked, force, plan_hash, data"

static void bind(struct stmt *s, const struct operation *o)
{
	stmt_int(s, 1, o->cluster_id);
	stmt_text(s, 2, op_kind_name(o->kind));
	stmt_text(s, 3, op_state_name(o->state));
	stmt_text(s, 4, o->step);
	stmt_text(s, 5, o->detail);
	stmt_text(s, 6, o->error);
	stmt_text(s, 7, o->actor);
	stmt_int(s, 8, o->started_ms);
	stmt_int(s, 9, o->step_ms);
	stmt_int(s, 10, o->next_try_ms);
	stmt_int(s, 11, o->ended_ms);
	stmt_int(s, 12, o->cancel_asked);
	stmt_int(s, 13, o->force);
	stmt_text(s, 14, o->plan_hash);
	stmt_text(s, 15, o->data);
}

/* A deleted cluster's row stays, and with it the name that people know. */
#define READ                                                                                   \
	"SELECT id, " COLUMNS ", coalesce((SELECT name FROM cluster c"                         \
	" WHERE c.id = operation.cluster_id), '') FROM operation"

#define TEXT(member, i) snprintf(o->member, sizeof(o->member), "%s", stmt_col_text(s, i))

static void read_row(struct stmt *s, struct operation *o)
{
	*o = (struct operation){ .id = stmt_col_int(s, 0), .cluster_id = stmt_col_int(s, 1) };
	o->kind = op_kind_of(stmt_col_text(s, 2));
	o->state = op_state_of(stmt_col_text(s, 3));
	TEXT(step, 4);
	TEXT(detail, 5);
	TEXT(error, 6);
	TEXT(actor, 7);
	o->started_ms = stmt_col_int(s, 8);
	o->step_ms = stmt_col_int(s, 9);
	o->next_try_ms = stmt_col_int(s, 10);
	o->ended_ms = stmt_col_int(s, 11);
	o->cancel_asked = stmt_col_int(s, 12) != 0;
	o->force = stmt_col_int(s, 13) != 0;
	TEXT(plan_hash, 14);
	o->data = stmt_col_null(s, 15) ? NULL : xstrdup(stmt_col_text(s, 15));
	TEXT(cluster, 16);
}

#undef TEXT

int store_op_add(struct store *st, struct operation *o, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "INSERT INTO operation(" COLUMNS ") VALUES"
					   "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	bind(&s, o);
	if (stmt_run(&s, err) < 0)
		return err_wrap(err, "operation %s", op_kind_name(o->kind));
	o->id = sql_last_id(st->sql);
	return 0;
}

int store_op_save(struct store *st, const struct operation *o, struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "UPDATE operation SET(" COLUMNS ") ="
			       " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?");

	bind(&s, o);
	stmt_int(&s, 16, o->id);
	return stmt_run(&s, err);
}

int store_ops(struct store *st, int64_t cluster_id, bool open_only, size_t most,
	      struct operation **out, size_t *n, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, READ " WHERE (? = 0 OR cluster_id = ?1) AND (? = 0 OR state = 'running')"
			  " ORDER BY id DESC LIMIT ?");
	size_t cap = 0;

	*out = NULL;
	*n = 0;
	stmt_int(&s, 1, cluster_id);
	stmt_int(&s, 2, open_only);
	stmt_int(&s, 3, (int64_t)most);
	while (stmt_row(&s)) {
		GROW(*out, *n, cap);
		read_row(&s, &(*out)[(*n)++]);
	}
	return stmt_done(&s, err);
}

int store_op_get(struct store *st, int64_t id, struct operation *out, struct err *err)
{
	struct stmt s = stmt_open(st->sql, READ " WHERE id = ?");
	bool found;

	stmt_int(&s, 1, id);
	found = stmt_row(&s);
	if (found)
		read_row(&s, out);
	if (stmt_done(&s, err) < 0)
		return -1;
	return found ? 0
		     : err_set(err, ERR_NOT_FOUND,
			       "there is no operation %lld; \"operation list\" shows them",
			       (long long)id);
}
