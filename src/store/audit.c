/* Append-only and chained (R10.1): each row holds the hash of the one before, so a cut or
 * changed row shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/mem.h"
#include "store/store_private.h"
#include "wire/wire.h"

#define COLUMNS                                                                                         \
	"at_ms, actor, origin, role, verb, object, reason, result, before_hash, after_hash, plan_hash," \
	" operation_id, prev, hash"

/* Over the row's JSON without seq and hash: seq is the table's own, and gaps in it are checked
 * beside. */
static void row_hash(char out[SHA256_HEX], const struct audit *a)
{
	struct json *j = wire_audit_json(a);
	char *text;

	json_del(j, "seq");
	json_del(j, "hash");
	text = json_line(j);
	sha256_hex(out, text, strlen(text));
	free(text);
}

static int last_hash(struct store *st, char out[65], struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT hash FROM audit ORDER BY seq DESC LIMIT 1");

	snprintf(out, 65, "%s", stmt_row(&s) ? stmt_col_text(&s, 0) : "");
	return stmt_done(&s, err);
}

int store_audit_add(struct store *st, struct audit *a, struct err *err)
{
	struct stmt s;

	if (last_hash(st, a->prev, err) < 0)
		return -1;
	row_hash(a->hash, a);
	s = stmt_open(st->sql, "INSERT INTO audit(" COLUMNS ") VALUES"
			       "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	stmt_int(&s, 1, a->at_ms);
	stmt_text(&s, 2, a->actor);
	stmt_text(&s, 3, a->origin);
	stmt_text(&s, 4, a->role);
	stmt_text(&s, 5, a->verb);
	stmt_text(&s, 6, a->object);
	stmt_text(&s, 7, a->reason);
	stmt_text(&s, 8, a->result);
	stmt_text(&s, 9, a->before_hash);
	stmt_text(&s, 10, a->after_hash);
	stmt_text(&s, 11, a->plan_hash);
	stmt_int(&s, 12, a->operation_id);
	stmt_text(&s, 13, a->prev);
	stmt_text(&s, 14, a->hash);
	if (stmt_run(&s, err) < 0) /* a full disk has its own sentence */
		return err && err->code == ERR_FULL ? -1 : err_wrap(err, "audit");
	a->seq = sql_last_id(st->sql);
	return 0;
}

#define TEXT(member, i) snprintf(a->member, sizeof(a->member), "%s", stmt_col_text(s, i))

static void read_row(struct stmt *s, struct audit *a)
{
	*a = (struct audit){ .seq = stmt_col_int(s, 0), .at_ms = stmt_col_int(s, 1) };
	TEXT(actor, 2);
	TEXT(origin, 3);
	TEXT(role, 4);
	TEXT(verb, 5);
	TEXT(object, 6);
	TEXT(reason, 7);
	TEXT(result, 8);
	TEXT(before_hash, 9);
	TEXT(after_hash, 10);
	TEXT(plan_hash, 11);
	a->operation_id = stmt_col_int(s, 12);
	TEXT(prev, 13);
	TEXT(hash, 14);
}

#undef TEXT

static int take_rows(struct stmt *s, struct audit **out, size_t *n, struct err *err)
{
	size_t cap = 0;

	*out = NULL;
	*n = 0;
	while (stmt_row(s)) {
		GROW(*out, *n, cap);
		read_row(s, &(*out)[(*n)++]);
	}
	return stmt_done(s, err);
}

int store_audits(struct store *st, int64_t before_seq, size_t most, struct audit **out,
		 size_t *n, struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "SELECT seq, " COLUMNS " FROM audit"
			       " WHERE ? = 0 OR seq < ?1 ORDER BY seq DESC LIMIT ?");

	stmt_int(&s, 1, before_seq);
	stmt_int(&s, 2, (int64_t)most);
	return take_rows(&s, out, n, err);
}

int store_audits_after(struct store *st, int64_t seq, size_t most, struct audit **out,
		       size_t *n, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT seq, " COLUMNS
					   " FROM audit WHERE seq > ? ORDER BY seq LIMIT ?");

	stmt_int(&s, 1, seq);
	stmt_int(&s, 2, (int64_t)most);
	return take_rows(&s, out, n, err);
}

/*
 * The chain. It begins with the first row ever, or behind what was pruned: then the row that
 * tells of the pruning, which is in the chain itself, has the hash that the first one left
 * names as its predecessor's.
 */

static int begins_well(struct store *st, const struct audit *first, struct err *err)
{
	struct stmt s;
	bool told;

	if (first->seq == 1 && !first->prev[0])
		return 0;
	s = stmt_open(st->sql, "SELECT 1 FROM audit WHERE verb = '" AUDIT_PRUNE
			       "' AND object = ? AND before_hash = ? AND seq > ?");
	char *object = xasprintf(AUDIT_ROWS_TO "%lld", (long long)first->seq - 1);

	stmt_text(&s, 1, object);
	stmt_text(&s, 2, first->prev);
	stmt_int(&s, 3, first->seq - 1);
	free(object);
	told = stmt_row(&s);
	if (stmt_done(&s, err) < 0)
		return -1;
	return told ? 0
		    : err_set(err, ERR_PARSE,
			      "the audit begins at row %lld and no row tells of a pruning "
			      "before it: rows were removed",
			      (long long)first->seq);
}

static int follows(const struct audit *a, int64_t seq, const char *prev, struct err *err)
{
	char hash[SHA256_HEX];

	row_hash(hash, a);
	if (a->seq == seq + 1 && strcmp(a->prev, prev) == 0 && strcmp(a->hash, hash) == 0)
		return 0;
	return err_set(err, ERR_PARSE,
		       "audit row %lld does not follow row %lld: rows were changed or removed",
		       (long long)a->seq, (long long)seq);
}

static int verify_one(struct store *st, struct audit_span *span, const struct audit *a,
		      struct err *err)
{
	if (span->rows == 0) {
		if (begins_well(st, a, err) < 0)
			return -1;
		span->first = a->seq;
		span->last = a->seq - 1;
		snprintf(span->hash, sizeof(span->hash), "%s", a->prev);
	}
	if (follows(a, span->last, span->hash, err) < 0)
		return -1;
	span->rows++;
	span->last = a->seq;
	span->last_ms = a->at_ms;
	snprintf(span->hash, sizeof(span->hash), "%s", a->hash);
	return 0;
}

int store_audit_verify(struct store *st, struct audit_span *span, int64_t most, struct err *err)
{
	struct audit *v;
	size_t n;
	int rc;

	if (store_audits_after(st, span->last, (size_t)most, &v, &n, err) < 0)
		return -1;
	span->done = n < (size_t)most;
	rc = 0;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = verify_one(st, span, &v[i], err);
	free(v);
	return rc;
}

/*
 * Pruning (R10.3)
 */

int store_audit_row(struct store *st, int64_t seq, struct audit *out, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT seq, " COLUMNS " FROM audit WHERE seq = ?");
	bool there;

	stmt_int(&s, 1, seq);
	there = stmt_row(&s);
	if (there)
		read_row(&s, out);
	if (stmt_done(&s, err) < 0)
		return -1;
	return there
		   ? 0
		   : err_set(err, ERR_NOT_FOUND, "there is no audit row %lld", (long long)seq);
}

int store_audit_before(struct store *st, int64_t before_ms, int64_t *seq, struct err *err)
{
	/* up to the first that is younger: the clock may have been set back in between */
	struct stmt s = stmt_open(
	    st->sql, "SELECT COALESCE((SELECT MIN(seq) FROM audit WHERE at_ms >= ?1) - 1,"
		     " (SELECT MAX(seq) FROM audit), 0)");

	stmt_int(&s, 1, before_ms);
	*seq = stmt_row(&s) ? stmt_col_int(&s, 0) : 0;
	return stmt_done(&s, err);
}

int store_audit_prune(struct store *st, int64_t to_seq, struct audit *told, int64_t *pruned,
		      struct err *err)
{
	struct audit last;
	struct stmt s;

	*pruned = 0;
	if (store_audit_row(st, to_seq, &last, err) < 0)
		return -1;
	snprintf(told->verb, sizeof(told->verb), "%s", AUDIT_PRUNE);
	snprintf(told->object, sizeof(told->object), AUDIT_ROWS_TO "%lld", (long long)to_seq);
	snprintf(told->before_hash, sizeof(told->before_hash), "%s", last.hash);
	if (store_audit_add(st, told, err) < 0)
		return -1;
	s = stmt_open(st->sql, "INSERT INTO pruning(to_seq, by_seq) VALUES(?, ?)");
	stmt_int(&s, 1, to_seq);
	stmt_int(&s, 2, told->seq);
	if (stmt_run(&s, err) < 0)
		return -1;
	s = stmt_open(st->sql, "DELETE FROM audit WHERE seq <= ? RETURNING seq");
	stmt_int(&s, 1, to_seq);
	while (stmt_row(&s))
		(*pruned)++;
	if (stmt_done(&s, err) < 0)
		return err_wrap(err, "audit");
	s = stmt_open(st->sql, "DELETE FROM pruning");
	return stmt_run(&s, err);
}
