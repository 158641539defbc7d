/* What a cluster was defined as, version by version (R9.1). */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_private.h"
#include "wire/wire.h"

#define KEPT 200 /* older pictures are too old to tell their differences */

int store_edition_add(struct store *st, const struct cluster *c, const char *actor,
		      const char *verb, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "INSERT INTO edition(cluster_id, version, at_ms, actor, verb, body)"
		     " VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(cluster_id, version) DO NOTHING");
	char *body = json_line(wire_cluster_json(c, true));

	stmt_int(&s, 1, c->id);
	stmt_int(&s, 2, c->version);
	stmt_int(&s, 3, clock_utc_ms());
	stmt_text(&s, 4, actor);
	stmt_text(&s, 5, verb);
	stmt_text(&s, 6, body);
	free(body);
	if (stmt_run(&s, err) < 0)
		return err_wrap(err, "edition");
	s = stmt_open(st->sql, "DELETE FROM edition WHERE cluster_id = ? AND version <= ?");
	stmt_int(&s, 1, c->id);
	stmt_int(&s, 2, c->version - KEPT);
	return stmt_run(&s, err);
}

int store_edition_get(struct store *st, int64_t cluster_id, int64_t version,
		      struct cluster *out, struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "SELECT body FROM edition WHERE cluster_id = ? AND version = ?");
	struct json *body = NULL;
	int rc = -1;

	stmt_int(&s, 1, cluster_id);
	stmt_int(&s, 2, version);
	if (stmt_row(&s))
		body = row_json(&s, 0, err);
	else
		err_set(err, ERR_NOT_FOUND, "version %lld is not kept", (long long)version);
	if (body)
		rc = wire_cluster_read(out, body, err);
	json_free(body);
	if (stmt_done(&s, rc < 0 ? NULL : err) < 0)
		rc = -1;
	return rc;
}

int store_editions_since(struct store *st, int64_t cluster_id, int64_t version,
			 struct edition **out, size_t *n, struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "SELECT version, at_ms, actor, verb FROM edition"
			       " WHERE cluster_id = ? AND version > ? ORDER BY version DESC");
	size_t cap = 0;

	*out = NULL;
	*n = 0;
	stmt_int(&s, 1, cluster_id);
	stmt_int(&s, 2, version);
	while (stmt_row(&s)) {
		struct edition *e;

		GROW(*out, *n, cap);
		e = &(*out)[(*n)++];
		e->version = stmt_col_int(&s, 0);
		e->at_ms = stmt_col_int(&s, 1);
		snprintf(e->actor, sizeof(e->actor), "%s", stmt_col_text(&s, 2));
		snprintf(e->verb, sizeof(e->verb), "%s", stmt_col_text(&s, 3));
	}
	return stmt_done(&s, err);
}
