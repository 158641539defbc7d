/* The data that a teardown loses for good, by its plan: what is asked about apart from the cluster's name (tui.md 4.3). */
#ifndef COMMAND_LOSS_H
#define COMMAND_LOSS_H

#include "base/json.h"
#include "command/command.h"

#define LOSS_OPTION "accept-data-loss"

bool loss_is_data(const struct json *lost); /* one of the plan's data_lost: that also tells of a queue which nobody has read */
bool plan_loses_data(const struct json *plan);
/* Where the plan is read that the words of the command ask for. New. */
char *plan_wanted(const struct command_run *r);
/* What agrees to the plan of a teardown: where running jobs are killed another hash than where they are waited for. */
const char *plan_agreement(const struct json *plan, bool force);

/* Whether the words of the command accept what this plan loses. --force and --name are no such words. */
bool loss_is_accepted(const struct command_run *r, const struct json *plan);
/* Why nothing was deleted, and what to do now; where nobody could be asked words are missing. -1 always. */
int loss_refused(const struct command_run *r, const struct json *plan, struct err *err);

#endif
