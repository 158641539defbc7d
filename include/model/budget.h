/*
 * What an array, a user or an account may cost in a day, a month or a time of one's own (autoscale.md B8). The budget of
 * a whole cluster is its spec's. Pure.
 */
#ifndef MODEL_BUDGET_H
#define MODEL_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum budget_period { BUDGET_MONTH, BUDGET_DAY, BUDGET_FIXED };

struct budget_spec {
	char *name;
	char *array, *user, *account; /* one of them; the others NULL */
	double limit;                 /* USD */
	enum budget_period period;
	char *from, *to;              /* BUDGET_FIXED: "2026-11-01", the last day; to NULL: for good */
	bool hard;                    /* at its end nodes of the array go when their jobs have ended, too */
};

#define BUDGETS_MAX 16
/* What to do when one is at its end: behind a sentence that says so. */
#define BUDGET_RAISE "raise it in the template, then \"cluster update\""

void budget_spec_init(struct budget_spec *b);
void budget_spec_clear(struct budget_spec *b);
void budget_spec_copy(struct budget_spec *to, const struct budget_spec *from); /* to holds nothing yet */
const char *budget_period_name(enum budget_period p); /* "month" "day" "fixed" */
int budget_period_of(const char *name);               /* -1 when there is no such word */
int budget_day(int64_t *utc_ms, const char *text);    /* "2026-11-01" -> its begin; -1 no day */
/* The period that now lies in, UTC; false: it is in none. */
bool budget_span(const struct budget_spec *b, int64_t now_ms, int64_t *from_ms, int64_t *to_ms);
/* When the month began, UTC, and ends; end_ms may be NULL. */
int64_t budget_month(int64_t now_ms, int64_t *end_ms);

#define BUDGET_TEXT 200
const char *budget_of_text(char out[80], const struct budget_spec *b); /* "account physics" */
/* "budget physics: the 200.00 USD of account physics for this month are spent: no node is made for it"; spent: all of it
 * is, not only with what runs */
const char *budget_closed_text(char out[BUDGET_TEXT], const struct budget_spec *b, bool spent);

/* ", $0.40 more committed to what runs"; "" when that is less than a cent. committed: with what is spent. */
#define BUDGET_MORE_TEXT 64
const char *budget_more_text(char out[BUDGET_MORE_TEXT], double spent, double committed);

#endif
