/*
 * What the operator sees of a teardown (tui.md 4.5): the plan before, the stages during, the
 * proof after. Pure: JSON of the engine in, lines out; console/deck_teardown.c asks and acts.
 */
#ifndef CONSOLE_TEARDOWN_H
#define CONSOLE_TEARDOWN_H

#include "base/json.h"
#include "base/strs.h"
#include "console/textbox.h"
#include "model/work.h"

/* The tree of GET .../teardown: what is deleted, killed, lost, kept, saved. */
void teardown_tree(struct textbox *out, const struct json *plan);
/* What is lost for good, one phrase each, at most `most`: the last one stands for all the rest.
 */
void teardown_losses(struct strs *out, const struct json *plan, size_t most);
/* Lines of facts for the dialog. */
void teardown_facts(struct strs *out, const struct json *plan);

/* The stages of an operation under way, or the closing report once it ended. */
void teardown_progress(struct textbox *out, const struct json *operation, const char *cluster,
		       double saves_per_hour, size_t chosen);
/* Items that failed, in order: chosen is one of them. */
size_t teardown_needing(const struct json *operation, const struct json **out, size_t most);

#endif
