/* Who did what: read, exported, pruned (R10). An export is read in pages, oldest first, and
 * then told of: only what was exported may be pruned. */
#include <stdlib.h>

#include "server/server_private.h"
#include "wire/wire.h"

#define PAGE	    200
#define EXPORT_PAGE 500

static void answer_rows(struct request *q, struct audit *take, size_t n)
{
	struct json *j = json_new_object();
	struct json *list = json_set_array(j, "audit");

	for (size_t i = 0; i < n; i++)
		json_add(list, wire_audit_json(&take[i]));
	free(take);
	answer_json(q, 200, j);
}

void list_audit(struct request *q)
{
	struct err err = ERR_INIT;
	struct audit *v;
	size_t n;

	if (engine_audits(q->server->engine, query_int(q, "before", 0),
			  (size_t)query_int(q, "most", PAGE), &v, &n, &err) < 0)
		answer_err(q, &err);
	else
		answer_rows(q, v, n);
}

void export_audit(struct request *q)
{
	struct err err = ERR_INIT;
	struct audit *v;
	size_t n;

	if (engine_audits_after(q->server->engine, query_int(q, "after", 0), EXPORT_PAGE, &v,
				&n, &err) < 0)
		answer_err(q, &err);
	else
		answer_rows(q, v, n);
}

/* {to, hash, file}: the last row of it, that row's hash, the file's name as the client has it.
 */
void exported_audit(struct request *q)
{
	struct err err = ERR_INIT;
	struct json *j = engine_audit_exported(
	    q->server->engine, &q->user, json_int(q->body, "to", 0),
	    json_str(q->body, "hash", ""), json_str(q->body, "file", ""), &err);

	answer_or_err(q, j, &err);
}

void get_prunable(struct request *q)
{
	struct err err = ERR_INIT;
	struct json *j =
	    engine_audit_prunable(q->server->engine, query_int(q, "before", 0), &err);

	answer_or_err(q, j, &err);
}

void prune_audit(struct request *q)
{
	struct err err = ERR_INIT;
	struct json *j =
	    engine_audit_prune(q->server->engine, &q->user, json_int(q->body, "before_ms", 0),
			       json_str(q->body, "reason", ""), &err);

	answer_or_err(q, j, &err);
}

static void on_verified(void *arg, const struct json *result, const struct err *err)
{
	struct request *q = arg;

	answer_or_err(q, result ? json_copy(result) : NULL, err);
}

void verify_audit(struct request *q)
{
	engine_audit_verify(q->server->engine, on_verified, q);
}
