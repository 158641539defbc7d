/* What spot machines were like: sums of each bucket, and jobs that lost theirs. */
#include <stdio.h>

#include "base/mem.h"
#include "store/store_private.h"

int store_spot_save(struct store *st, int64_t cluster_id, const struct spot_past *p,
		    struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql,
	    "INSERT OR REPLACE INTO spot_past(cluster_id, key, node_ms, taken, lost_ms) VALUES(?, ?, ?, ?, ?)");

	stmt_int(&s, 1, cluster_id);
	stmt_text(&s, 2, p->key);
	stmt_int(&s, 3, p->node_ms);
	stmt_int(&s, 4, p->taken);
	stmt_int(&s, 5, p->lost_ms);
	return stmt_run(&s, err);
}

int store_spots(struct store *st, int64_t cluster_id, struct spot_past **out, size_t *n,
		struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql,
	    "SELECT key, node_ms, taken, lost_ms FROM spot_past WHERE cluster_id = ? ORDER BY key");
	size_t cap = 0;

	*out = NULL;
	*n = 0;
	stmt_int(&s, 1, cluster_id);
	while (stmt_row(&s)) {
		struct spot_past *p;

		GROW(*out, *n, cap);
		p = &(*out)[(*n)++];
		*p = (struct spot_past){ .node_ms = stmt_col_int(&s, 1),
					 .taken = stmt_col_int(&s, 2),
					 .lost_ms = stmt_col_int(&s, 3) };
		snprintf(p->key, sizeof(p->key), "%s", stmt_col_text(&s, 0));
	}
	return stmt_done(&s, err);
}

int store_job_taken(struct store *st, int64_t cluster_id, const char *job, int64_t at_ms,
		    struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "INSERT INTO job_taken(cluster_id, job, times, at_ms) VALUES(?, ?, 1, ?)"
		     " ON CONFLICT(cluster_id, job) DO UPDATE SET times = times + 1,"
		     " at_ms = excluded.at_ms");

	stmt_int(&s, 1, cluster_id);
	stmt_text(&s, 2, job);
	stmt_int(&s, 3, at_ms);
	return stmt_run(&s, err);
}

int store_jobs_taken(struct store *st, int64_t cluster_id, store_taken_cb *cb, void *arg,
		     struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "SELECT job, times FROM job_taken WHERE cluster_id = ?");

	stmt_int(&s, 1, cluster_id);
	while (stmt_row(&s))
		cb(arg, stmt_col_text(&s, 0), stmt_col_int(&s, 1));
	return stmt_done(&s, err);
}

int store_jobs_taken_forget(struct store *st, int64_t before_ms, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "DELETE FROM job_taken WHERE at_ms < ?");

	stmt_int(&s, 1, before_ms);
	return stmt_run(&s, err);
}
