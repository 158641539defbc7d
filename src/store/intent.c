#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/store_private.h"

#define COLUMNS                                                                                       \
	"operation_id, cluster_id, verb, kind, state, resource_id, request_hash, request_id, op_url," \
	" generation, capacity_from, capacity_to, actor, error_code, error, created_ms, changed_ms,"  \
	" tries, next_try_ms"

static void bind(struct stmt *s, const struct intent *in)
{
	stmt_int(s, 1, in->operation_id);
	stmt_int(s, 2, in->cluster_id);
	stmt_text(s, 3, cloud_verb_name(in->verb));
	stmt_text(s, 4, cloud_kind_name(in->kind));
	stmt_text(s, 5, intent_state_name(in->state));
	stmt_text(s, 6, in->resource_id);
	stmt_text(s, 7, in->request_hash);
	stmt_text(s, 8, in->request_id);
	stmt_text(s, 9, in->op_url);
	stmt_int(s, 10, in->generation);
	stmt_int(s, 11, in->capacity_from);
	stmt_int(s, 12, in->capacity_to);
	stmt_text(s, 13, in->actor);
	stmt_text(s, 14, in->error_code);
	stmt_text(s, 15, in->error);
	stmt_int(s, 16, in->created_ms);
	stmt_int(s, 17, in->changed_ms);
	stmt_int(s, 18, in->tries);
	stmt_int(s, 19, in->next_try_ms);
}

#define TEXT(member, i) snprintf(in->member, sizeof(in->member), "%s", stmt_col_text(s, i))

static void read_row(struct stmt *s, struct intent *in)
{
	*in = (struct intent){ .id = stmt_col_int(s, 0) };
	in->operation_id = stmt_col_int(s, 1);
	in->cluster_id = stmt_col_int(s, 2);
	in->verb = cloud_verb_of(stmt_col_text(s, 3));
	in->kind = cloud_kind_of(stmt_col_text(s, 4));
	in->state = intent_state_of(stmt_col_text(s, 5));
	TEXT(resource_id, 6);
	TEXT(request_hash, 7);
	TEXT(request_id, 8);
	TEXT(op_url, 9);
	in->generation = stmt_col_int(s, 10);
	in->capacity_from = stmt_col_int(s, 11);
	in->capacity_to = stmt_col_int(s, 12);
	TEXT(actor, 13);
	TEXT(error_code, 14);
	TEXT(error, 15);
	in->created_ms = stmt_col_int(s, 16);
	in->changed_ms = stmt_col_int(s, 17);
	in->tries = stmt_col_int(s, 18);
	in->next_try_ms = stmt_col_int(s, 19);
}

#undef TEXT

int store_intent_add(struct store *st, struct intent *in, struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "INSERT INTO intent(" COLUMNS ") VALUES"
			       "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	bind(&s, in);
	if (stmt_run(&s, err) < 0)
		return err_wrap(err, "intent for %s", in->resource_id);
	in->id = sql_last_id(st->sql);
	return 0;
}

int store_intent_save(struct store *st, const struct intent *in, struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "UPDATE intent SET(" COLUMNS ") ="
			       " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
			       " WHERE id = ?");

	bind(&s, in);
	stmt_int(&s, 20, in->id);
	return stmt_run(&s, err);
}

int store_intents_open(struct store *st, int64_t cluster_id, struct intent **out, size_t *n,
		       struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "SELECT id, " COLUMNS " FROM intent WHERE cluster_id = ?"
			       " AND state NOT IN ('done', 'failed') ORDER BY id");
	size_t cap = 0;

	*out = NULL;
	*n = 0;
	stmt_int(&s, 1, cluster_id);
	while (stmt_row(&s)) {
		GROW(*out, *n, cap);
		read_row(&s, &(*out)[(*n)++]);
	}
	return stmt_done(&s, err);
}

int store_intent_asked(struct store *st, int64_t cluster_id, struct strs *resource_ids,
		       struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT DISTINCT resource_id FROM intent"
					   " WHERE cluster_id = ? AND verb != 'delete'");
	int rc = 0;

	stmt_int(&s, 1, cluster_id);
	while (rc == 0 && stmt_row(&s))
		rc = strs_add(resource_ids, stmt_col_text(&s, 0));
	if (stmt_done(&s, err) < 0)
		return -1;
	return rc < 0 ? err_set(err, ERR_FULL, "too many resource names") : 0;
}

int store_intent_names(struct store *st, int64_t cluster_id, struct strs *resource_ids,
		       struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT DISTINCT kind, resource_id FROM intent"
					   " WHERE cluster_id = ? ORDER BY kind, resource_id");
	int rc = 0;

	stmt_int(&s, 1, cluster_id);
	while (rc == 0 && stmt_row(&s))
		rc = strs_addf(resource_ids, "%s %s", stmt_col_text(&s, 0),
			       stmt_col_text(&s, 1));
	if (stmt_done(&s, err) < 0)
		return -1;
	return rc < 0 ? err_set(err, ERR_FULL, "too many resource names") : 0;
}
