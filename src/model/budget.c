#include "model/budget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "model/words.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

static const char *const period_names[] = {
	[BUDGET_MONTH] = "month",
	[BUDGET_DAY] = "day",
	[BUDGET_FIXED] = "fixed",
};

void budget_spec_init(struct budget_spec *b)
{
	*b = (struct budget_spec){ .limit = -1 };
}

void budget_spec_clear(struct budget_spec *b)
{
	free(b->name);
	free(b->array);
	free(b->user);
	free(b->account);
	free(b->from);
	free(b->to);
	budget_spec_init(b);
}

static char *dup(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

void budget_spec_copy(struct budget_spec *to, const struct budget_spec *from)
{
	*to = *from;
	to->name = dup(from->name);
	to->array = dup(from->array);
	to->user = dup(from->user);
	to->account = dup(from->account);
	to->from = dup(from->from);
	to->to = dup(from->to);
}

const char *budget_period_name(enum budget_period p)
{
	return period_names[p];
}

int budget_period_of(const char *name)
{
	return word_index(period_names, ARRAY_LEN(period_names), name, -1);
}

int budget_day(int64_t *utc_ms, const char *text)
{
	char whole[32];

	if (strlen(text) != 10)
		return -1;
	snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
	return clock_read(utc_ms, whole);
}

int64_t budget_month(int64_t now_ms, int64_t *end_ms)
{
	char text[CLOCK_TEXT];
	int year = 0, month = 0;

	clock_text(text, now_ms);
	sscanf(text, "%4d-%2d", &year, &month);
	if (end_ms)
		*end_ms = clock_days(month == 12 ? year + 1 : year, month % 12 + 1, 1) * DAY_MS;
	return clock_days(year, month, 1) * DAY_MS;
}

bool budget_span(const struct budget_spec *b, int64_t now_ms, int64_t *from_ms, int64_t *to_ms)
{
	switch (b->period) {
	case BUDGET_MONTH:
		*from_ms = budget_month(now_ms, to_ms);
		return true;
	case BUDGET_DAY:
		*from_ms = now_ms / DAY_MS * DAY_MS;
		*to_ms = *from_ms + DAY_MS;
		return true;
	case BUDGET_FIXED:
		*to_ms = INT64_MAX;
		if (!b->from || budget_day(from_ms, b->from) < 0 ||
		    (b->to && budget_day(to_ms, b->to) < 0))
			return false;
		*to_ms += b->to ? DAY_MS : 0;
		return now_ms >= *from_ms && now_ms < *to_ms;
	}
	return false;
}

const char *budget_of_text(char out[80], const struct budget_spec *b)
{
	if (b->array)
		snprintf(out, 80, "array %.60s", b->array);
	else if (b->user)
		snprintf(out, 80, "user %.60s", b->user);
	else
		snprintf(out, 80, "account %.60s", b->account ? b->account : "");
	return out;
}

/* Without what was spent: that grows, and the sentence stands in each row of the queue. */
const char *budget_closed_text(char out[BUDGET_TEXT], const struct budget_spec *b, bool spent)
{
	static const char *const whens[] = {
		[BUDGET_MONTH] = "this month",
		[BUDGET_DAY] = "today",
		[BUDGET_FIXED] = "its time",
	};
	char of[80];

	snprintf(out, BUDGET_TEXT,
		 "budget %.24s: the %.2f USD of %.40s for %s are %s: no node is made for it",
		 b->name, b->limit, budget_of_text(of, b), whens[b->period],
		 spent ? "spent" : "spent or committed to what runs");
	return out;
}

#define HALF_A_CENT 0.005

const char *budget_more_text(char out[BUDGET_MORE_TEXT], double spent, double committed)
{
	out[0] = '\0';
	if (committed - spent >= HALF_A_CENT)
		snprintf(out, BUDGET_MORE_TEXT, ", $%.2f more committed to what runs",
			 committed - spent);
	return out;
}
