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
	if (stmt_run(&s, err) < 0)
		return err_wrap(err, "audit");
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

int store_audits(struct store *st, int64_t before_seq, size_t most, struct audit **out,
		 size_t *n, struct err *err)
{
	struct stmt s =
	    stmt_open(st->sql, "SELECT seq, " COLUMNS " FROM audit"
			       " WHERE ? = 0 OR seq < ?1 ORDER BY seq DESC LIMIT ?");
	size_t cap = 0;

	*out = NULL;
	*n = 0;
	stmt_int(&s, 1, before_seq);
	stmt_int(&s, 2, (int64_t)most);
	while (stmt_row(&s)) {
		GROW(*out, *n, cap);
		read_row(&s, &(*out)[(*n)++]);
	}
	return stmt_done(&s, err);
}

int store_audit_verify(struct store *st, int64_t *rows, struct err *err)
{
	struct stmt s = stmt_open(st->sql, "SELECT seq, " COLUMNS " FROM audit ORDER BY seq");
	char prev[65] = "", hash[SHA256_HEX];
	int64_t seq = 0;
	int rc = 0;

	*rows = 0;
	while (rc == 0 && stmt_row(&s)) {
		struct audit a;

		read_row(&s, &a);
		row_hash(hash, &a);
		if (a.seq != seq + 1 || strcmp(a.prev, prev) != 0 || strcmp(a.hash, hash) != 0)
			rc = err_set(
			    err, ERR_PARSE,
			    "audit row %lld does not follow row %lld: rows were changed or removed",
			    (long long)a.seq, (long long)seq);
		seq = a.seq;
		snprintf(prev, sizeof(prev), "%s", a.hash);
		(*rows)++;
	}
	if (stmt_done(&s, rc < 0 ? NULL : err) < 0)
		return -1;
	return rc;
}
