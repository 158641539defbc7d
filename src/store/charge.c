#include <stdio.h>
#include <stdlib.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "store/store_private.h"

static int add_charge(struct store *st, int64_t cluster_id, const struct charge *c,
		      struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql,
	    "INSERT INTO charge(cluster_id, hour_ms, array, user, kind, node_ms, nano, spot_nano, saved_nano, account)"
	    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(cluster_id, hour_ms, array, user, account, kind) DO UPDATE SET"
	    " node_ms = node_ms + excluded.node_ms, nano = nano + excluded.nano,"
	    " spot_nano = spot_nano + excluded.spot_nano, saved_nano = saved_nano + excluded.saved_nano");

	stmt_int(&s, 1, cluster_id);
	stmt_int(&s, 2, c->hour_ms);
	stmt_text(&s, 3, c->array);
	stmt_text(&s, 4, c->user);
	stmt_text(&s, 5, charge_kind_name(c->kind));
	stmt_int(&s, 6, c->node_ms);
	stmt_int(&s, 7, c->nano);
	stmt_int(&s, 8, c->spot_nano);
	stmt_int(&s, 9, c->saved_nano);
	stmt_text(&s, 10, c->account);
	return stmt_run(&s, err);
}

static int add_job(struct store *st, int64_t cluster_id, const struct job_charge *j,
		   struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql,
	    "INSERT INTO job_charge(cluster_id, job, name, user, array, first_ms, last_ms, node_ms, nano, account)"
	    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(cluster_id, job) DO UPDATE SET"
	    " first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms),"
	    " node_ms = node_ms + excluded.node_ms, nano = nano + excluded.nano");

	stmt_int(&s, 1, cluster_id);
	stmt_text(&s, 2, j->job);
	stmt_text(&s, 3, j->name);
	stmt_text(&s, 4, j->user);
	stmt_text(&s, 5, j->array);
	stmt_int(&s, 6, j->first_ms);
	stmt_int(&s, 7, j->last_ms);
	stmt_int(&s, 8, j->node_ms);
	stmt_int(&s, 9, j->nano);
	stmt_text(&s, 10, j->account);
	return stmt_run(&s, err);
}

static int set_until(struct store *st, int64_t cluster_id, int64_t until_ms, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "INSERT INTO metered(cluster_id, until_ms) VALUES(?, ?)"
		     " ON CONFLICT(cluster_id) DO UPDATE SET until_ms = excluded.until_ms");

	stmt_int(&s, 1, cluster_id);
	stmt_int(&s, 2, until_ms);
	return stmt_run(&s, err);
}

static int add_all(struct store *st, int64_t cluster_id, const struct charge *v, size_t n,
		   const struct job_charge *jobs, size_t n_jobs, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (add_charge(st, cluster_id, &v[i], err) < 0)
			return -1;
	for (size_t i = 0; i < n_jobs; i++)
		if (add_job(st, cluster_id, &jobs[i], err) < 0)
			return -1;
	if (FAILPOINT("store.charges"))
		return err_set(err, ERR_IO, "charges: failpoint");
	return 0;
}

int store_charges_add(struct store *st, int64_t cluster_id, const struct charge *v, size_t n,
		      const struct job_charge *jobs, size_t n_jobs, int64_t until_ms,
		      struct err *err)
{
	if (sql_begin(st->sql, err) < 0)
		return -1;
	if (add_all(st, cluster_id, v, n, jobs, n_jobs, err) < 0 ||
	    set_until(st, cluster_id, until_ms, err) < 0) {
		sql_rollback(st->sql);
		return err_wrap(err, "charges");
	}
	return sql_commit(st->sql, err);
}

static int read_one(struct stmt *s, int64_t *out, struct err *err)
{
	*out = 0;
	while (stmt_row(s))
		*out = stmt_col_int(s, 0);
	return stmt_done(s, err);
}

int store_metered_until(struct store *st, int64_t cluster_id, int64_t *until_ms,
			struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT until_ms FROM metered WHERE cluster_id = ?");

	stmt_int(&s, 1, cluster_id);
	return read_one(&s, until_ms, err);
}

int store_spent(struct store *st, int64_t cluster_id, int64_t *nano, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "SELECT COALESCE(SUM(nano), 0) FROM charge WHERE cluster_id = ?");

	stmt_int(&s, 1, cluster_id);
	return read_one(&s, nano, err);
}

int store_spent_since(struct store *st, const char *cluster, int64_t from_ms, int64_t *nano,
		      struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "SELECT COALESCE(SUM(nano), 0) FROM charge WHERE hour_ms >= ? AND"
		     " cluster_id IN (SELECT id FROM cluster WHERE name = ?)");

	stmt_int(&s, 1, from_ms);
	stmt_text(&s, 2, cluster);
	return read_one(&s, nano, err);
}

int store_spent_of(struct store *st, const char *cluster, const struct spent_of *of,
		   int64_t *nano, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql,
	    "SELECT COALESCE(SUM(nano), 0) FROM charge WHERE hour_ms >= ?1 AND"
	    " hour_ms < ?2 AND (?3 IS NULL OR array = ?3) AND (?4 IS NULL OR user = ?4)"
	    " AND (?5 IS NULL OR account = ?5) AND"
	    " cluster_id IN (SELECT id FROM cluster WHERE name = ?6)");

	stmt_int(&s, 1, of->from_ms);
	stmt_int(&s, 2, of->to_ms);
	stmt_text(&s, 3, of->array);
	stmt_text(&s, 4, of->user);
	stmt_text(&s, 5, of->account);
	stmt_text(&s, 6, cluster);
	return read_one(&s, nano, err);
}

int store_charges(struct store *st, const char *cluster, int64_t from_ms, int64_t to_ms,
		  store_charge_cb *cb, void *arg, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql,
	    "SELECT cluster.name, hour_ms, array, user, kind, node_ms, nano, spot_nano, saved_nano, account"
	    " FROM charge JOIN cluster ON cluster.id = cluster_id"
	    " WHERE hour_ms >= ? AND hour_ms < ? AND (?3 IS NULL OR cluster.name = ?3)"
	    " ORDER BY hour_ms, cluster_id");

	stmt_int(&s, 1, from_ms);
	stmt_int(&s, 2, to_ms);
	stmt_text(&s, 3, cluster);
	while (stmt_row(&s)) {
		struct charge c = { .hour_ms = stmt_col_int(&s, 1),
				    .kind = charge_kind_of(stmt_col_text(&s, 4)),
				    .node_ms = stmt_col_int(&s, 5),
				    .nano = stmt_col_int(&s, 6),
				    .spot_nano = stmt_col_int(&s, 7),
				    .saved_nano = stmt_col_int(&s, 8) };

		snprintf(c.array, sizeof(c.array), "%s", stmt_col_text(&s, 2));
		snprintf(c.user, sizeof(c.user), "%s", stmt_col_text(&s, 3));
		snprintf(c.account, sizeof(c.account), "%s", stmt_col_text(&s, 9));
		cb(arg, stmt_col_text(&s, 0), &c);
	}
	return stmt_done(&s, err);
}

int store_needs(struct store *st, const char *cluster, int64_t from_ms, int64_t to_ms,
		store_need_cb *cb, void *arg, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql,
	    "SELECT hour_ms, array, SUM(node_ms) FILTER (WHERE kind = 'busy'), SUM(nano),"
	    " SUM(nano) FILTER (WHERE kind = 'ahead')"
	    " FROM charge WHERE hour_ms >= ? AND hour_ms < ? AND array <> '' AND"
	    " cluster_id IN (SELECT id FROM cluster WHERE name = ?) GROUP BY hour_ms, array");

	stmt_int(&s, 1, from_ms);
	stmt_int(&s, 2, to_ms);
	stmt_text(&s, 3, cluster);
	while (stmt_row(&s)) {
		const struct store_need n = { .hour_ms = stmt_col_int(&s, 0),
					      .array = stmt_col_text(&s, 1),
					      .busy_ms = stmt_col_int(&s, 2),
					      .nano = stmt_col_int(&s, 3),
					      .ahead_nano = stmt_col_int(&s, 4) };

		cb(arg, &n);
	}
	return stmt_done(&s, err);
}

#define TEXT(member, i) snprintf(j->member, sizeof(j->member), "%s", stmt_col_text(s, i))

static void read_job(struct stmt *s, struct job_charge *j)
{
	*j = (struct job_charge){ .first_ms = stmt_col_int(s, 5),
				  .last_ms = stmt_col_int(s, 6),
				  .node_ms = stmt_col_int(s, 7),
				  .nano = stmt_col_int(s, 8) };
	TEXT(cluster, 0);
	TEXT(job, 1);
	TEXT(name, 2);
	TEXT(user, 3);
	TEXT(array, 4);
	TEXT(account, 9);
}

#undef TEXT

#define JOBS_OF_TIME                                                                           \
	" WHERE last_ms > ?1 AND first_ms < ?2 AND (?3 IS NULL OR cluster.name = ?3)"

int store_job_charges(struct store *st, const char *cluster, int64_t from_ms, int64_t to_ms,
		      size_t most, struct job_charge **out, size_t *n, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql,
	    "SELECT cluster.name, job, job_charge.name, user, array, first_ms, last_ms, node_ms, nano, account"
	    " FROM job_charge JOIN cluster ON cluster.id = cluster_id" JOBS_OF_TIME
	    " ORDER BY nano DESC, last_ms DESC, job LIMIT ?");
	size_t cap = 0;

	*out = NULL;
	*n = 0;
	stmt_int(&s, 1, from_ms);
	stmt_int(&s, 2, to_ms);
	stmt_text(&s, 3, cluster);
	stmt_int(&s, 4, (int64_t)most);
	while (stmt_row(&s)) {
		GROW(*out, *n, cap);
		read_job(&s, &(*out)[(*n)++]);
	}
	return stmt_done(&s, err);
}

int store_job_charges_sum(struct store *st, const char *cluster, int64_t from_ms, int64_t to_ms,
			  int64_t *nano, int64_t *node_ms, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "SELECT COALESCE(SUM(nano), 0), COALESCE(SUM(node_ms), 0)"
		     " FROM job_charge JOIN cluster ON cluster.id = cluster_id" JOBS_OF_TIME);

	*nano = *node_ms = 0;
	stmt_int(&s, 1, from_ms);
	stmt_int(&s, 2, to_ms);
	stmt_text(&s, 3, cluster);
	while (stmt_row(&s)) {
		*nano = stmt_col_int(&s, 0);
		*node_ms = stmt_col_int(&s, 1);
	}
	return stmt_done(&s, err);
}

int store_job_charges_forget(struct store *st, int64_t before_ms, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "DELETE FROM job_charge WHERE last_ms < ?");

	stmt_int(&s, 1, before_ms);
	return stmt_run(&s, err);
}
