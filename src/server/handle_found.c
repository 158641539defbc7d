/* What was found in a cloud and stands in no row, and what an admin decides of it. */
#include "server/server_private.h"

void list_found(struct request *q)
{
	answer_json(q, 200, engine_found(q->server->engine));
}

static int ids_of(struct strs *ids, const struct request *q, struct err *err)
{
	return texts_read(ids, json_get(q->body, "ids"), "ids", err);
}

void adopt_found(struct request *q)
{
	struct strs ids = STRS_INIT(10000);
	struct err err = ERR_INIT;
	struct json *j = NULL;

	if (ids_of(&ids, q, &err) == 0)
		j = engine_adopt(q->server->engine, &q->user, &ids, &err);
	strs_clear(&ids);
	answer_or_err(q, j, &err);
}

void plan_condemn(struct request *q)
{
	struct strs ids = STRS_INIT(10000);
	struct err err = ERR_INIT;
	struct json *j = NULL;

	answers_a_question(q);
	if (ids_of(&ids, q, &err) == 0)
		j = engine_condemn_plan(q->server->engine, &ids, &err);
	strs_clear(&ids);
	answer_or_err(q, j, &err);
}

void condemn_found(struct request *q)
{
	const struct condemn_request what = { .plan_hash = json_str(q->body, "plan_hash", NULL),
					      .reason = json_str(q->body, "reason", NULL),
					      .agreed = json_int(q->body, "agreed", -1) };
	struct strs ids = STRS_INIT(10000);
	struct err err = ERR_INIT;
	int rc = ids_of(&ids, q, &err);

	if (rc == 0)
		rc = engine_condemn(q->server->engine, &q->user, &ids, &what, &err);
	strs_clear(&ids);
	answer_or_err(q, rc == 0 ? engine_found(q->server->engine) : NULL, &err);
}
