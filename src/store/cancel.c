/* Who asked for jobs to be cancelled that may be in the queue still: one row for each asking.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/store_private.h"

static char *one_text(const struct strs *jobs)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	for (size_t i = 0; i < jobs->n; i++)
		buf_addf(&b, "%s%s", i ? "\n" : "", jobs->v[i]);
	return buf_steal(&b);
}

int store_cancel_add(struct store *st, int64_t cluster_id, const char *actor,
		     const struct strs *jobs, int64_t at_ms, int64_t *id, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "INSERT INTO cancel(cluster_id, at_ms, actor, jobs) VALUES(?, ?, ?, ?)");
	char *text = one_text(jobs);
	int rc;

	stmt_int(&s, 1, cluster_id);
	stmt_int(&s, 2, at_ms);
	stmt_text(&s, 3, actor);
	stmt_text(&s, 4, text);
	rc = stmt_run(&s, err);
	free(text);
	if (rc == 0)
		*id = sql_last_id(st->sql);
	return rc;
}

int store_cancel_drop(struct store *st, int64_t id, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "DELETE FROM cancel WHERE id = ?");

	stmt_int(&s, 1, id);
	return stmt_run(&s, err);
}

int store_cancels_forget(struct store *st, int64_t before_ms, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "DELETE FROM cancel WHERE at_ms < ?");

	stmt_int(&s, 1, before_ms);
	return stmt_run(&s, err);
}

int store_cancels(struct store *st, int64_t cluster_id, store_cancel_cb *cb, void *arg,
		  struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "SELECT actor, at_ms, jobs FROM cancel WHERE cluster_id = ? ORDER BY id");

	stmt_int(&s, 1, cluster_id);
	while (stmt_row(&s)) {
		const char *text = stmt_col_text(&s, 2);
		struct strs jobs = STRS_INIT(STORE_CANCEL_JOBS);

		strs_split(&jobs, text, strlen(text), '\n');
		cb(arg, stmt_col_text(&s, 0), stmt_col_int(&s, 1), &jobs);
		strs_clear(&jobs);
	}
	return stmt_done(&s, err);
}
