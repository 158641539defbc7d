/* The audit's own care (R10.3): verified in pieces, exported, pruned. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/note.h"
#include "engine/run.h"

#define PIECE	   2000		    /* rows that are verified in one turn of the loop (R1.5) */
#define PRUNE_MOST 20000	    /* rows that go in one transaction, for the same reason */
#define EXPORTED   "audit_exported" /* the fact: up to which row */

int engine_audits_after(struct engine *e, int64_t seq, size_t most, struct audit **out,
			size_t *n, struct err *err)
{
	return store_audits_after(e->store, seq, most, out, n, err);
}

/*
 * Verifying
 */

struct verify {
	struct engine *engine;
	struct timer *timer;
	struct audit_span span;
	engine_done_cb *cb;
	void *arg;
};

static void verified(struct verify *v, const struct err *err)
{
	struct json *j = err ? NULL : json_new_object();

	if (j) {
		json_set_int(j, "rows", v->span.rows);
		json_set_int(j, "first", v->span.first);
		json_set_int(j, "last", v->span.last);
		json_set_int(j, "last_ms", v->span.last_ms);
		json_set_str(j, "hash", v->span.hash);
	}
	v->engine->verify = NULL;
	timer_free(v->timer);
	v->cb(v->arg, j, err);
	json_free(j);
	free(v);
}

static void verify_piece(void *arg)
{
	struct verify *v = arg;
	struct err err = ERR_INIT;

	loop_doing(v->engine->loop, "the audit is verified");
	if (store_audit_verify(v->engine->store, &v->span, PIECE, &err) < 0)
		verified(v, &err);
	else if (v->span.done)
		verified(v, NULL);
	else
		timer_set(v->timer, 0);
}

void engine_audit_verify(struct engine *e, engine_done_cb *cb, void *arg)
{
	struct verify *v;
	struct err err = ERR_INIT;

	if (e->verify) {
		err_set(&err, ERR_CONFLICT,
			"the audit is being verified for somebody else: ask again in a moment");
		cb(arg, NULL, &err);
		return;
	}
	v = e->verify = xcalloc(1, sizeof(*v));
	*v = (struct verify){ .engine = e, .cb = cb, .arg = arg };
	v->timer = timer_new(e->loop, verify_piece, v);
	timer_set(v->timer, 0);
}

void audit_verify_end(struct engine *e)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_IO, "the engine ends");
	if (e->verify)
		verified(e->verify, &err);
}

/*
 * Exporting
 */

static int64_t exported_to(struct engine *e)
{
	const char *text = store_fact(e->store, EXPORTED);
	int64_t seq = 0;

	if (text)
		num_read(&seq, text, 0, INT64_MAX);
	return seq;
}

static int write_exported(struct engine *e, const struct user *u, int64_t to, const char *file,
			  struct err *err)
{
	char object[96], reason[100], seq[24];

	snprintf(object, sizeof(object), AUDIT_ROWS_TO "%lld", (long long)to);
	snprintf(reason, sizeof(reason), "to the file %.80s", file);
	snprintf(seq, sizeof(seq), "%lld", (long long)to);
	if (audit_act(e, u, "audit export", object, reason, NULL, err) < 0)
		return -1;
	return to > exported_to(e) ? store_set_fact(e->store, EXPORTED, seq, err) : 0;
}

struct json *engine_audit_exported(struct engine *e, const struct user *u, int64_t to,
				   const char *hash, const char *file, struct err *err)
{
	struct audit last;
	struct json *j;

	if (store_audit_row(e->store, to, &last, err) < 0)
		return NULL;
	if (strcmp(last.hash, hash) != 0) {
		err_set(err, ERR_INVALID,
			"row %lld has another hash than what was exported: export it again",
			(long long)to);
		return NULL;
	}
	if (store_begin(e->store, err) < 0)
		return NULL;
	if (write_exported(e, u, to, file, err) < 0) {
		store_rollback(e->store);
		return NULL;
	}
	if (store_commit(e->store, err) < 0)
		engine_fatal(e, err);
	j = json_new_object();
	json_set_int(j, "to", to);
	return j;
}

/*
 * Pruning
 */

/* The rows that may go: older than that, and exported. Their number, and the last of them. */
static int prunable(struct engine *e, int64_t before_ms, int64_t *to, int64_t *rows,
		    struct err *err)
{
	int64_t exported = exported_to(e);
	struct audit *first;
	char when[CLOCK_TEXT];
	size_t n;

	if (before_ms <= 0)
		return err_set(err, ERR_INVALID, "\"before_ms\" is missing");
	if (store_audit_before(e->store, before_ms, to, err) < 0 ||
	    store_audits_after(e->store, 0, 1, &first, &n, err) < 0)
		return -1;
	*rows = n ? *to - first->seq + 1 : 0;
	free(first);
	if (*rows <= 0)
		return err_set(err, ERR_NOT_FOUND, "no audit row is older than %s",
			       clock_text(when, before_ms));
	if (*to > exported)
		return err_set(
		    err, ERR_CONFLICT,
		    "nothing was pruned: audit rows up to %lld are older than %s and only those up to %lld were exported: \"audit export FILE\" first",
		    (long long)*to, clock_text(when, before_ms), (long long)exported);
	return 0;
}

struct json *engine_audit_prunable(struct engine *e, int64_t before_ms, struct err *err)
{
	struct audit last;
	int64_t to, rows;
	struct json *j;

	if (prunable(e, before_ms, &to, &rows, err) < 0 ||
	    store_audit_row(e->store, to, &last, err) < 0)
		return NULL;
	j = json_new_object();
	json_set_int(j, "rows", rows);
	json_set_int(j, "to", to);
	json_set_int(j, "to_ms", last.at_ms);
	return j;
}

struct json *engine_audit_prune(struct engine *e, const struct user *u, int64_t before_ms,
				const char *reason, struct err *err)
{
	struct audit told = { .at_ms = clock_utc_ms(), .result = "done" };
	int64_t to, rows = 0, left, pruned;
	struct json *j;

	if (prunable(e, before_ms, &to, &rows, err) < 0 || store_begin(e->store, err) < 0)
		return NULL;
	left = rows > PRUNE_MOST ? rows - PRUNE_MOST : 0; /* no more than one turn takes */
	to -= left;
	snprintf(told.actor, sizeof(told.actor), "%s", u->name);
	snprintf(told.origin, sizeof(told.origin), "%s", u->origin);
	snprintf(told.role, sizeof(told.role), "%s", role_name(u->role));
	snprintf(told.reason, sizeof(told.reason), "%s", reason);
	if (store_audit_prune(e->store, to, &told, &pruned, err) < 0) {
		store_rollback(e->store);
		return NULL;
	}
	if (store_commit(e->store, err) < 0)
		engine_fatal(e, err);
	audit_mirror(&told);
	note_site(e, EVENT_WARN, u->name, "audit: %lld rows up to %lld were pruned",
		  (long long)pruned, (long long)to);
	j = json_new_object();
	json_set_int(j, "pruned", pruned);
	json_set_int(j, "to", to);
	json_set_int(j, "left", left);
	return j;
}
