/* Waiting for an operation: its steps are told as they come. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/run.h"
#include "model/work.h"

#define LOOK_MS	     500
#define QUIET_MAX_MS (2 * 60 * 1000) /* an engine that was killed is back long before */

struct watched {
	int64_t id;
	answer_fn *then;
	unsigned int quiet;
	char said[600]; /* step, detail and failure last told */
};

static void look(struct command_run *r);

static void tell_step(struct command_run *r, struct watched *w, const struct json *op)
{
	const char *step = json_str(op, "step", ""), *detail = json_str(op, "detail", ""),
		   *error = json_str(op, "error", "");
	char now[sizeof(w->said)];

	snprintf(now, sizeof(now), "%s%s%.240s%s%s", step, step[0] && detail[0] ? ": " : "",
		 detail, error[0] && (step[0] || detail[0]) ? "; tried again: " : "", error);
	if (now[0] && strcmp(now, w->said) != 0)
		show_progress(r, "%s", now);
	snprintf(w->said, sizeof(w->said), "%s", now);
}

static void ended(struct command_run *r, const struct json *op, enum op_state state)
{
	struct watched *w = r->state;
	answer_fn *then = w->then;
	long long id = w->id;

	if (state == OP_FAILED) {
		run_failf(r, ERR_IO, "operation %lld failed: %s", id,
			  show_or(json_str(op, "error", ""), json_str(op, "detail", "")));
	} else if (state == OP_CANCELLED) {
		run_failf(r, ERR_CONFLICT, "operation %lld was taken back%s%s", id,
			  json_str(op, "detail", "")[0] ? ": " : "",
			  json_str(op, "detail", ""));
	} else {
		free(w);
		run_keep(r, NULL, NULL);
		then(r, op);
	}
}

/* What was begun is in the store. */
static void gave_up(struct command_run *r, const struct err *err)
{
	const struct watched *w = r->state;
	long long id = w->id;

	run_failf(
	    r, err->code,
	    "operation %lld goes on when an engine runs again, and \"operation show %lld\" "
	    "tells how far: %s",
	    id, id, err->msg);
}

static void on_look(struct command_run *r, const struct json *op, const struct err *err)
{
	struct watched *w = r->state;
	enum op_state state;

	if (!op) {
		bool away =
		    err->code == ERR_IO || err->code == ERR_TIMEOUT || err->code == ERR_UNKNOWN;

		if (!away) {
			run_fail(r, err);
			return;
		}
		if (++w->quiet > QUIET_MAX_MS / LOOK_MS) {
			gave_up(r, err);
			return;
		}
		if (w->quiet == 1)
			show_progress(r, "%s; looking again", err->msg);
		run_later(r, LOOK_MS, look);
		return;
	}
	w->quiet = 0;
	state = op_state_of(json_str(op, "state", ""));
	if (state == OP_RUNNING) {
		tell_step(r, w, op);
		run_later(r, LOOK_MS, look);
	} else {
		ended(r, op, state);
	}
}

static void look(struct command_run *r)
{
	const struct watched *w = r->state;
	char id[SHOW_MAX];

	run_get_any(r, client_path("/v1/operations/%", show_int(id, w->id), (char *)NULL),
		    on_look);
}

void operation_watch(struct command_run *r, int64_t id, answer_fn *then)
{
	struct watched *w = xcalloc(1, sizeof(*w));

	*w = (struct watched){ .id = id, .then = then };
	run_keep(r, w, free);
	look(r);
}

void operation_begun(struct command_run *r, const struct json *answer, const char *sentence,
		     answer_fn *then)
{
	int64_t id = json_int(answer, "operation", 0);

	if (id > 0 && command_option(r, "wait")) {
		show_progress(r, "%s (operation %lld)", sentence, (long long)id);
		operation_watch(r, id, then);
		return;
	}
	if (id > 0)
		show_text(r, "%s (operation %lld)", sentence, (long long)id);
	else
		show_text(r, "%s", sentence);
	show_result(r, answer);
	run_done(r);
}
