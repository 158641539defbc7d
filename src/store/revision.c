#include <stdio.h>

#include "base/mem.h"
#include "store/store_private.h"

int store_revision_add(struct store *st, const char *template_name, const char *hash,
		       const char *text, int64_t at_ms, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "INSERT INTO revision(hash, template, at_ms, text) VALUES(?, ?, ?, ?)"
		     " ON CONFLICT(hash) DO NOTHING");

	stmt_text(&s, 1, hash);
	stmt_text(&s, 2, template_name);
	stmt_int(&s, 3, at_ms);
	stmt_text(&s, 4, text);
	return stmt_run(&s, err);
}

int store_revision_text(struct store *st, const char *hash, char **text, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT text FROM revision WHERE hash = ?");

	*text = NULL;
	stmt_text(&s, 1, hash);
	if (stmt_row(&s))
		*text = xstrdup(stmt_col_text(&s, 0));
	if (stmt_done(&s, err) < 0)
		return -1;
	return *text ? 0 : err_set(err, ERR_NOT_FOUND, "revision %.12s is not kept here", hash);
}

int store_revisions(struct store *st, const char *template_name, struct revision **out,
		    size_t *n, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT hash, at_ms FROM revision WHERE template = ?"
					   " ORDER BY at_ms DESC, hash");
	size_t cap = 0;

	*out = NULL;
	*n = 0;
	stmt_text(&s, 1, template_name);
	while (stmt_row(&s)) {
		GROW(*out, *n, cap);
		(*out)[*n] = (struct revision){ .at_ms = stmt_col_int(&s, 1) };
		snprintf((*out)[*n].hash, sizeof((*out)[*n].hash), "%s", stmt_col_text(&s, 0));
		(*n)++;
	}
	return stmt_done(&s, err);
}
