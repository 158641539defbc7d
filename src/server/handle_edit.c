/* Who has a cluster or a template open to change it (R9.5): {session, doing, on}. It hinders
 * nobody. */
#include "server/server_private.h"

static void edit(struct request *q, const char *kind)
{
	const struct edit_note note = { .on = json_bool(q->body, "on", true),
					.session = json_str(q->body, "session", ""),
					.doing = json_str(q->body, "doing", "") };
	struct err err = ERR_INIT;

	answers_a_question(q);
	if (!note.session[0]) {
		err_set(&err, ERR_INVALID, "\"session\" is missing: any text that is yours");
		answer_err(q, &err);
		return;
	}
	answer_json(q, 200,
		    engine_edit(q->server->engine, &q->user, kind, segment(q, 2), &note));
}

void edit_cluster(struct request *q)
{
	if (the_cluster(q))
		edit(q, "cluster");
}

/* One that is not there yet is being written. */
void edit_template(struct request *q)
{
	edit(q, "template");
}
