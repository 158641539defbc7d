#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/store_private.h"

#define COLUMNS                                                                                \
	"id, type, cloud, cluster_tag, state, actor, plan_hash, error, first_ms, decided_ms"

int store_found_save(struct store *st, const struct found *f, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "INSERT OR REPLACE INTO found(" COLUMNS ") VALUES"
					   "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	stmt_text(&s, 1, f->id);
	stmt_text(&s, 2, f->type);
	stmt_text(&s, 3, f->cloud);
	stmt_text(&s, 4, f->cluster_tag);
	stmt_text(&s, 5, found_state_name(f->state));
	stmt_text(&s, 6, f->actor);
	stmt_text(&s, 7, f->plan_hash);
	stmt_text(&s, 8, f->error);
	stmt_int(&s, 9, f->first_ms);
	stmt_int(&s, 10, f->decided_ms);
	return stmt_run(&s, err);
}

int store_found_forget(struct store *st, const char *id, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "DELETE FROM found WHERE id = ?");

	stmt_text(&s, 1, id);
	return stmt_run(&s, err);
}

#define TEXT(member, i) snprintf(f->member, sizeof(f->member), "%s", stmt_col_text(s, i))

static void read_row(struct stmt *s, struct found *f)
{
	*f = (struct found){ .state = found_state_of(stmt_col_text(s, 4)),
			     .first_ms = stmt_col_int(s, 8),
			     .decided_ms = stmt_col_int(s, 9) };
	TEXT(id, 0);
	TEXT(type, 1);
	TEXT(cloud, 2);
	TEXT(cluster_tag, 3);
	TEXT(actor, 5);
	TEXT(plan_hash, 6);
	TEXT(error, 7);
}

#undef TEXT

int store_founds(struct store *st, struct found **out, size_t *n, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT " COLUMNS " FROM found ORDER BY id");
	size_t cap = 0;

	*out = NULL;
	*n = 0;
	while (stmt_row(&s)) {
		GROW(*out, *n, cap);
		read_row(&s, &(*out)[(*n)++]);
	}
	return stmt_done(&s, err);
}
