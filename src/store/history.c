#include "store/store_private.h"
#include "wire/wire.h"

#include <stdlib.h>

int store_history_save(struct store *st, int64_t cluster_id, const struct history *h,
		       struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "INSERT INTO history(cluster_id, body) VALUES(?, ?)"
			       " ON CONFLICT(cluster_id) DO UPDATE SET body = excluded.body");
	char *body = json_line(wire_history_json(h));
	int rc;

	stmt_int(&s, 1, cluster_id);
	stmt_text(&s, 2, body);
	rc = stmt_run(&s, err);
	free(body);
	return rc;
}

int store_history_get(struct store *st, int64_t cluster_id, struct history *out,
		      struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT body FROM history WHERE cluster_id = ?");
	struct json *body = NULL;

	*out = (struct history){ 0 };
	stmt_int(&s, 1, cluster_id);
	while (stmt_row(&s)) {
		json_free(body);
		body = row_json(&s, 0, NULL); /* damaged: a picture is lost, no fact */
	}
	if (body)
		wire_history_read(out, body);
	json_free(body);
	return stmt_done(&s, err);
}

int store_history_forget(struct store *st, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "DELETE FROM history WHERE cluster_id NOT IN"
					   " (SELECT id FROM cluster WHERE live = 1)");

	return stmt_run(&s, err);
}
