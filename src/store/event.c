#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/store_private.h"

int store_event_add(struct store *st, struct event *e, struct err *err)
{
	struct stmt s = stmt_open(
	    st->sql, "INSERT INTO event(at_ms, cluster_id, level, cluster, object, actor, text,"
		     " operation_id) VALUES(?, ?, ?, ?, ?, ?, ?, ?)");

	stmt_int(&s, 1, e->at_ms);
	stmt_int(&s, 2, e->cluster_id);
	stmt_text(&s, 3, event_level_name(e->level));
	stmt_text(&s, 4, e->cluster);
	stmt_text(&s, 5, e->object);
	stmt_text(&s, 6, e->actor);
	stmt_text(&s, 7, e->text);
	stmt_int(&s, 8, e->operation_id);
	if (stmt_run(&s, err) < 0)
		return err_wrap(err, "event");
	e->seq = sql_last_id(st->sql);
	return 0;
}

#define TEXT(member, i) snprintf(e->member, sizeof(e->member), "%s", stmt_col_text(s, i))

static void read_row(struct stmt *s, struct event *e)
{
	*e = (struct event){ .seq = stmt_col_int(s, 0),
			     .at_ms = stmt_col_int(s, 1),
			     .cluster_id = stmt_col_int(s, 2) };
	e->level = event_level_of(stmt_col_text(s, 3));
	TEXT(cluster, 4);
	TEXT(object, 5);
	TEXT(actor, 6);
	TEXT(text, 7);
	e->operation_id = stmt_col_int(s, 8);
}

#undef TEXT

static void reverse(struct event *v, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct event t = v[i];

		v[i] = v[n - 1 - i];
		v[n - 1 - i] = t;
	}
}

/* The newest `most` of those after after_seq, handed over oldest first. */
int store_events(struct store *st, int64_t cluster_id, int64_t after_seq, size_t most,
		 struct event **out, size_t *n, struct err *err)
{
	struct stmt s =
	    cluster_id
		? stmt_open(
		      st->sql,
		      "SELECT seq, at_ms, cluster_id, level, cluster, object, actor, text, operation_id"
		      " FROM event WHERE seq > ? AND cluster_id = ? ORDER BY seq DESC LIMIT ?")
		: stmt_open(
		      st->sql,
		      "SELECT seq, at_ms, cluster_id, level, cluster, object, actor, text, operation_id"
		      " FROM event WHERE seq > ? AND ? = 0 ORDER BY seq DESC LIMIT ?");
	size_t cap = 0;

	*out = NULL;
	*n = 0;
	stmt_int(&s, 1, after_seq);
	stmt_int(&s, 2, cluster_id);
	stmt_int(&s, 3, (int64_t)most);
	while (stmt_row(&s)) {
		GROW(*out, *n, cap);
		read_row(&s, &(*out)[(*n)++]);
	}
	reverse(*out, *n);
	return stmt_done(&s, err);
}
