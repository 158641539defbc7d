/*
 * What the operator sees of a teardown (tui.md 4.5): the plan before, the stages during, the
 * proof after. Pure: JSON of the engine in, lines out; console/deck_teardown.c asks and acts.
 */
#ifndef CONSOLE_TEARDOWN_H
#define CONSOLE_TEARDOWN_H

#include "base/json.h"
#include "base/strs.h"
#include "console/dialog.h"
#include "console/textbox.h"
#include "model/work.h"

/* The tree of GET .../teardown: what is deleted, killed, lost, kept, saved; what can be changed
 * with the words of the command that change it, as there are no keys. */
void teardown_tree(struct textbox *out, const struct json *plan, bool kill);
/* What is lost for good; the last one stands for all that there is no room for. */
struct loss {
	char key[80];  /* the same thing in each plan of the cluster has the same */
	int64_t count; /* of what there is more or less of from plan to plan; else 0 */
	char text[160];
};
/* "12_1, 12_2 and 4 more": those that run, by the plan; "" it names none. */
#define PLAN_NAMES 240
const char *plan_job_names(char out[PLAN_NAMES], const struct json *plan, size_t most);

struct losses {
	struct loss v[DIALOG_LOSSES];
	size_t n;
};
/* kill: running jobs are not waited for, and lost as much. */
void teardown_losses(struct losses *out, const struct json *plan, bool kill);
/* Whoever accepted the one of an older plan has accepted this: of jobs that have ended since
 * there are fewer. */
bool loss_is_within(const struct loss *now, const struct loss *accepted);
/* Lines of facts for the dialog. */
void teardown_facts(struct strs *out, const struct json *plan);

/* The stages of an operation under way, or the closing report once it ended. now_ms: by the
 * engine's clock. */
void teardown_progress(struct textbox *out, const struct json *operation, const char *cluster,
		       double saves_per_hour, size_t chosen, int64_t now_ms);
/* Items that failed, in order: chosen is one of them. */
size_t teardown_needing(const struct json *operation, const struct json **out, size_t most);

#endif
