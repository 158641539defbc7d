#include <stdio.h>
#include <stdlib.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "store/store_private.h"
#include "wire/wire.h"

int store_node_add(struct store *st, struct node *n, struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "INSERT INTO node(cluster_id, name, state, gone_ms, body)"
			       " VALUES(?, ?, ?, ?, ?)");
	char *body = json_line(wire_node_json(n));
	int rc;

	stmt_int(&s, 1, n->cluster_id);
	stmt_text(&s, 2, n->name);
	stmt_text(&s, 3, node_state_name(n->state));
	stmt_int(&s, 4, n->gone_ms);
	stmt_text(&s, 5, body);
	rc = stmt_run(&s, err);
	free(body);
	if (rc < 0)
		return err_wrap(err, "node %s", n->name);
	n->id = sql_last_id(st->sql);
	return 0;
}

int store_node_save(struct store *st, const struct node *n, struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "UPDATE node SET state = ?, gone_ms = ?, body = ? WHERE id = ?");
	char *body = json_line(wire_node_json(n));
	int rc;

	stmt_text(&s, 1, node_state_name(n->state));
	stmt_int(&s, 2, n->gone_ms);
	stmt_text(&s, 3, body);
	stmt_int(&s, 4, n->id);
	rc = stmt_run(&s, err);
	free(body);
	if (rc < 0)
		return err_wrap(err, "node %s", n->name);
	return 0;
}

/* The node given changes only when its row did. */
int store_node_set_state(struct store *st, struct node *n, enum node_state to,
			 const char *reason, int64_t now_ms, struct event *why, struct err *err)
{
	struct node next = *n;

	next.state = to;
	next.since_ms = now_ms;
	snprintf(next.reason, sizeof(next.reason), "%s", reason ? reason : "");
	if (to == NODE_GONE)
		next.gone_ms = now_ms;
	if (FAILPOINT("store.node.state"))
		return err_set(err, ERR_IO, "node %s: failpoint", n->name);
	if (sql_begin(st->sql, err) < 0)
		return -1;
	if (store_node_save(st, &next, err) < 0 || (why && store_event_add(st, why, err) < 0)) {
		sql_rollback(st->sql);
		return -1;
	}
	if (sql_commit(st->sql, err) < 0)
		return -1;
	*n = next;
	return 0;
}

int store_nodes(struct store *st, int64_t cluster_id, struct node **out, size_t *n,
		bool gone_too, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT id, body FROM node WHERE cluster_id = ?"
					   " AND (gone_ms = 0 OR ?) ORDER BY id");
	size_t cap = 0;
	int rc = 0;

	*out = NULL;
	*n = 0;
	stmt_int(&s, 1, cluster_id);
	stmt_int(&s, 2, gone_too);
	while (rc == 0 && stmt_row(&s)) {
		struct json *body = row_json(&s, 1, err);

		GROW(*out, *n, cap);
		rc = body ? wire_node_read(&(*out)[*n], body, err) : -1;
		(*out)[*n].id = stmt_col_int(&s, 0);
		(*out)[*n].jobs = -1;
		(*n)++;
		json_free(body);
	}
	if (stmt_done(&s, rc < 0 ? NULL : err) < 0)
		rc = -1;
	if (rc < 0) {
		free(*out);
		*out = NULL;
		*n = 0;
	}
	return rc;
}

int store_node_forget_gone(struct store *st, int64_t before_ms, struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "DELETE FROM node WHERE gone_ms > 0 AND gone_ms < ?");

	stmt_int(&s, 1, before_ms);
	return stmt_run(&s, err);
}
