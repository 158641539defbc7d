/* What makes the engine remember small things: answers it gave, buckets that had no room, jobs
 * that ended. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_private.h"

#define REPLY_KEPT_MS ((int64_t)24 * 3600 * 1000)

int store_reply_add(struct store *st, const char *key, const char *body_hash, int status,
		    const char *body, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "DELETE FROM reply WHERE at_ms < ?");

	stmt_int(&s, 1, clock_utc_ms() - REPLY_KEPT_MS);
	if (stmt_run(&s, err) < 0)
		return -1;
	s = stmt_open(
	    st->sql,
	    "INSERT OR REPLACE INTO reply(key, at_ms, body_hash, status, body) VALUES(?, ?, ?, ?, ?)");
	stmt_text(&s, 1, key);
	stmt_int(&s, 2, clock_utc_ms());
	stmt_text(&s, 3, body_hash);
	stmt_int(&s, 4, status);
	stmt_text(&s, 5, body);
	return stmt_run(&s, err);
}

int store_reply_get(struct store *st, const char *key, char body_hash[65], int *status,
		    char **body, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "SELECT body_hash, status, body FROM reply WHERE key = ? AND at_ms >= ?");
	bool found;

	stmt_text(&s, 1, key);
	stmt_int(&s, 2, clock_utc_ms() - REPLY_KEPT_MS);
	found = stmt_row(&s);
	if (found) {
		snprintf(body_hash, 65, "%s", stmt_col_text(&s, 0));
		*status = (int)stmt_col_int(&s, 1);
		*body = xstrdup(stmt_col_text(&s, 2));
	}
	if (stmt_done(&s, err) < 0)
		return -1;
	return found ? 0 : err_set(err, ERR_NOT_FOUND, "no such request");
}

int store_backoff_save(struct store *st, int64_t cluster_id, const struct backoff *b,
		       struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "INSERT OR REPLACE INTO backoff(cluster_id, key, until_ms, length_ms, why)"
		     " VALUES(?, ?, ?, ?, ?)");

	stmt_int(&s, 1, cluster_id);
	stmt_text(&s, 2, b->key);
	stmt_int(&s, 3, b->until_ms);
	stmt_int(&s, 4, b->length_ms);
	stmt_text(&s, 5, b->why);
	return stmt_run(&s, err);
}

int store_backoffs(struct store *st, int64_t cluster_id, struct backoff **out, size_t *n,
		   struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql,
	    "SELECT key, until_ms, length_ms, why FROM backoff WHERE cluster_id = ? ORDER BY key");
	size_t cap = 0;

	*out = NULL;
	*n = 0;
	stmt_int(&s, 1, cluster_id);
	while (stmt_row(&s)) {
		struct backoff *b;

		GROW(*out, *n, cap);
		b = &(*out)[(*n)++];
		snprintf(b->key, sizeof(b->key), "%s", stmt_col_text(&s, 0));
		b->until_ms = stmt_col_int(&s, 1);
		b->length_ms = stmt_col_int(&s, 2);
		snprintf(b->why, sizeof(b->why), "%s", stmt_col_text(&s, 3));
	}
	return stmt_done(&s, err);
}

int store_job_seen(struct store *st, int64_t cluster_id, const struct job_record *j,
		   struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql,
	    "INSERT OR REPLACE INTO job(cluster_id, id, name, user, partition, state, nodes,"
	    " submit_s, start_s, end_s) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	stmt_int(&s, 1, cluster_id);
	stmt_text(&s, 2, j->id);
	stmt_text(&s, 3, j->name);
	stmt_text(&s, 4, j->user);
	stmt_text(&s, 5, j->partition);
	stmt_text(&s, 6, j->state);
	stmt_text(&s, 7, j->nodes);
	stmt_int(&s, 8, j->submit_s);
	stmt_int(&s, 9, j->start_s);
	stmt_int(&s, 10, j->end_s);
	return stmt_run(&s, err);
}

#define TEXT(member, i) snprintf(j->member, sizeof(j->member), "%s", stmt_col_text(s, i))

static void read_job(struct stmt *s, struct job_record *j)
{
	*j = (struct job_record){ .submit_s = stmt_col_int(s, 6),
				  .start_s = stmt_col_int(s, 7),
				  .end_s = stmt_col_int(s, 8) };
	TEXT(id, 0);
	TEXT(name, 1);
	TEXT(user, 2);
	TEXT(partition, 3);
	TEXT(state, 4);
	TEXT(nodes, 5);
}

#undef TEXT

int store_job_find(struct store *st, int64_t cluster_id, const char *id, struct job_record *out,
		   struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql,
	    "SELECT id, name, user, partition, state, nodes, submit_s, start_s, end_s"
	    " FROM job WHERE cluster_id = ? AND id = ? ORDER BY submit_s DESC LIMIT 1");
	bool found = false;

	stmt_int(&s, 1, cluster_id);
	stmt_text(&s, 2, id);
	while (stmt_row(&s)) {
		read_job(&s, out);
		found = true;
	}
	if (stmt_done(&s, err) < 0)
		return -1;
	return found ? 0 : err_set(err, ERR_NOT_FOUND, "no job %s is written down", id);
}

int store_jobs_forget(struct store *st, int64_t before_s, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "DELETE FROM job WHERE end_s > 0 AND end_s < ?");

	stmt_int(&s, 1, before_s);
	return stmt_run(&s, err);
}
