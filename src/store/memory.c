/* What makes the engine remember small things: answers it gave, buckets that had no room, jobs
 * that ended. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "model/columns.h"
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
	    st->sql, "INSERT OR REPLACE INTO backoff(cluster_id, key, until_ms, length_ms, why,"
		     " boots_failed, console) VALUES(?, ?, ?, ?, ?, ?, ?)");

	stmt_int(&s, 1, cluster_id);
	stmt_text(&s, 2, b->key);
	stmt_int(&s, 3, b->until_ms);
	stmt_int(&s, 4, b->length_ms);
	stmt_text(&s, 5, b->why);
	stmt_int(&s, 6, b->boots_failed);
	stmt_text(&s, 7, b->console);
	return stmt_run(&s, err);
}

int store_backoffs(struct store *st, int64_t cluster_id, struct backoff **out, size_t *n,
		   struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql,
	    "SELECT key, until_ms, length_ms, why, boots_failed, console FROM backoff WHERE cluster_id = ? ORDER BY key");
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
		b->boots_failed = stmt_col_int(&s, 4);
		snprintf(b->console, sizeof(b->console), "%s", stmt_col_text(&s, 5));
	}
	return stmt_done(&s, err);
}

#define JOB_COLUMNS                                                                              \
	"id, name, user, partition, state, nodes, reason, output, errors, script, cwd, account," \
	" submit_s, start_s, end_s, exit_code, exit_signal, cpus, nodes_min, limit_s"

int store_job_seen(struct store *st, int64_t cluster_id, const struct job_record *j,
		   struct err *err)
{
	const char *const texts[] = { j->id,	 j->name,   j->user,   j->partition,
				      j->state,	 j->nodes,  j->reason, j->output,
				      j->errors, j->script, j->cwd,    j->account };
	const int64_t numbers[] = { j->submit_s,    j->start_s, j->end_s,     j->exit_code,
				    j->exit_signal, j->cpus,	j->nodes_min, j->limit_s };
	struct stmt s = stmt_open(
	    st->sql, "INSERT OR REPLACE INTO job(cluster_id, " JOB_COLUMNS
		     ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	int at = 1;

	stmt_int(&s, at++, cluster_id);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		stmt_text(&s, at++, texts[i]);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		stmt_int(&s, at++, numbers[i]);
	return stmt_run(&s, err);
}

#define TEXT(member, i) snprintf(j->member, sizeof(j->member), "%s", stmt_col_text(s, i))

static void read_job(struct stmt *s, struct job_record *j)
{
	*j = (struct job_record){ .submit_s = stmt_col_int(s, 12),
				  .start_s = stmt_col_int(s, 13),
				  .end_s = stmt_col_int(s, 14),
				  .exit_code = stmt_col_int(s, 15),
				  .exit_signal = stmt_col_int(s, 16),
				  .cpus = stmt_col_int(s, 17),
				  .nodes_min = stmt_col_int(s, 18),
				  .limit_s = stmt_col_int(s, 19) };
	TEXT(id, 0);
	TEXT(name, 1);
	TEXT(user, 2);
	TEXT(partition, 3);
	TEXT(state, 4);
	TEXT(nodes, 5);
	TEXT(reason, 6);
	TEXT(output, 7);
	TEXT(errors, 8);
	TEXT(script, 9);
	TEXT(cwd, 10);
	TEXT(account, 11);
}

#undef TEXT

int store_job_find(struct store *st, int64_t cluster_id, const char *id, struct job_record *out,
		   struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "SELECT " JOB_COLUMNS " FROM job WHERE cluster_id = ? AND id = ?"
			       " ORDER BY submit_s DESC LIMIT 1");
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

/* The newest end first; tasks of an array that were cancelled at once by their numbers. */
static int by_end(const void *a, const void *b)
{
	const struct job_record *x = a, *y = b;

	if (x->end_s != y->end_s)
		return x->end_s > y->end_s ? -1 : 1;
	return natural_compare(x->id, y->id);
}

int store_jobs_ended(struct store *st, int64_t cluster_id, int64_t since_s, size_t most,
		     struct job_record **out, size_t *n, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT " JOB_COLUMNS
					   " FROM job WHERE cluster_id = ? AND end_s > ?"
					   " ORDER BY end_s DESC LIMIT ?");
	size_t cap = 0;

	*out = NULL;
	*n = 0;
	stmt_int(&s, 1, cluster_id);
	stmt_int(&s, 2, since_s);
	stmt_int(&s, 3, (int64_t)most);
	while (stmt_row(&s)) {
		GROW(*out, *n, cap);
		read_job(&s, &(*out)[(*n)++]);
	}
	if (*n)
		qsort(*out, *n, sizeof(**out), by_end);
	return stmt_done(&s, err);
}

int store_jobs_forget(struct store *st, int64_t before_s, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "DELETE FROM job WHERE end_s > 0 AND end_s < ?");

	stmt_int(&s, 1, before_s);
	return stmt_run(&s, err);
}

int store_jobs_forget_most(struct store *st, int64_t kept, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql,
	    "DELETE FROM job WHERE end_s > 0 AND end_s <="
	    " (SELECT end_s FROM job WHERE end_s > 0 ORDER BY end_s DESC LIMIT 1 OFFSET ?)");

	stmt_int(&s, 1, kept);
	return stmt_run(&s, err);
}
