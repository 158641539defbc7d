#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_private.h"
#include "wire/wire.h"

static bool is_live(const struct cluster *c)
{
	return c->state != CLUSTER_DELETED;
}

int store_cluster_add(struct store *st, struct cluster *c, struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "INSERT INTO cluster(name, short_id, state, live, body, spec)"
			       " VALUES(?, ?, ?, 1, ?, ?)");
	char *body = json_line(wire_cluster_json(c, false));
	char *spec = json_line(wire_spec_json(&c->spec));
	int rc;

	stmt_text(&s, 1, c->name);
	stmt_text(&s, 2, c->short_id);
	stmt_text(&s, 3, cluster_state_name(c->state));
	stmt_text(&s, 4, body);
	stmt_text(&s, 5, spec);
	rc = stmt_run(&s, err);
	free(body);
	free(spec);
	if (rc < 0 && err && err->code == ERR_EXISTS)
		return err_set(
		    err, ERR_EXISTS,
		    "there is a cluster \"%s\" already: choose another name or delete it",
		    c->name);
	if (rc == 0)
		c->id = sql_last_id(st->sql);
	return rc;
}

int store_cluster_save(struct store *st, const struct cluster *c, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "UPDATE cluster SET state = ?, live = ?, body = ?, spec = ? WHERE id = ?");
	char *body = json_line(wire_cluster_json(c, false));
	char *spec =
	    json_line(wire_spec_json(&c->spec)); /* what became of its storage is in it */
	int rc;

	stmt_text(&s, 1, cluster_state_name(c->state));
	stmt_int(&s, 2, is_live(c));
	stmt_text(&s, 3, body);
	stmt_text(&s, 4, spec);
	stmt_int(&s, 5, c->id);
	rc = stmt_run(&s, err);
	free(body);
	free(spec);
	return rc;
}

static int row_read(struct stmt *s, struct cluster *c, struct err *err)
{
	struct json *body = row_json(s, 1, err);
	struct json *spec = body ? row_json(s, 2, err) : NULL;
	int rc = -1;

	if (spec && wire_cluster_read(c, body, err) == 0 &&
	    wire_spec_read(&c->spec, spec, err) == 0)
		rc = 0;
	c->id = stmt_col_int(s, 0);
	json_free(body);
	json_free(spec);
	return rc;
}

int store_clusters(struct store *st, struct cluster **out, size_t *n, bool deleted_too,
		   struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "SELECT id, body, spec FROM cluster WHERE live >= ? ORDER BY id");
	size_t cap = 0;
	int rc = 0;

	*out = NULL;
	*n = 0;
	stmt_int(&s, 1, deleted_too ? 0 : 1);
	while (rc == 0 && stmt_row(&s)) {
		GROW(*out, *n, cap);
		(*out)[*n] = (struct cluster){ 0 };
		rc = row_read(&s, &(*out)[(*n)++], err);
	}
	if (stmt_done(&s, rc < 0 ? NULL : err) < 0)
		rc = -1;
	for (size_t i = 0; rc < 0 && i < *n; i++)
		cluster_clear(&(*out)[i]);
	if (rc < 0) {
		free(*out);
		*out = NULL;
		*n = 0;
	}
	return rc;
}

int store_cluster_names(struct store *st, struct strs *out, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT short_id, name FROM cluster ORDER BY id");
	int rc = 0;

	while (rc == 0 && stmt_row(&s))
		rc = strs_addf(out, "%s %s", stmt_col_text(&s, 0), stmt_col_text(&s, 1));
	if (stmt_done(&s, err) < 0)
		return -1;
	return rc < 0 ? err_set(err, ERR_FULL, "too many clusters") : 0;
}

int store_tombstone_add(struct store *st, const struct cluster *c, const struct json *proof,
			const char *actor, struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "INSERT INTO tombstone(cluster_id, at_ms, name, actor, proof)"
			       " VALUES(?, ?, ?, ?, ?) ON CONFLICT(cluster_id) DO UPDATE SET"
			       " at_ms = excluded.at_ms, proof = excluded.proof");
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	int rc;

	json_write(&text, proof);
	stmt_int(&s, 1, c->id);
	stmt_int(&s, 2, clock_utc_ms());
	stmt_text(&s, 3, c->name);
	stmt_text(&s, 4, actor);
	stmt_text(&s, 5, buf_str(&text));
	rc = stmt_run(&s, err);
	buf_clear(&text);
	return rc;
}
