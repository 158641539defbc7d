/*
 * Windows of the week in which an array has other limits (autoscale.md B7): "weekdays 08:00 to 18:00 of Europe/Berlin:
 * four nodes at least". Pure: the zones are given.
 */
#ifndef MODEL_SCHEDULE_H
#define MODEL_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strs.h"
#include "base/zone.h"

struct schedule_window {
	char *name;
	struct strs days;  /* "mon-fri", "sat", "daily"; empty: daily */
	char *from, *to;   /* "08:00"; one that ends before it begins ends on the next day; "24:00" may be an end */
	char *zone;        /* "Europe/Berlin" */
	int64_t min_nodes, max_nodes, warm_nodes, idle_s; /* -1: as the array has it */
	bool pause;        /* no node is made, and none goes */
};

struct schedule_now {
	const struct schedule_window *open; /* the last listed of those that are open; NULL none */
	int64_t until_s;                    /* when that one ends */
	int64_t min_nodes, max_nodes, warm_nodes, idle_s; /* of several open windows the last listed one that says; -1 none does */
	bool pause;
	const struct schedule_window *next; /* the one that opens next; NULL none */
	int64_t next_s;
};

void schedule_window_init(struct schedule_window *w);
void schedule_window_clear(struct schedule_window *w);
void schedule_window_copy(struct schedule_window *to, const struct schedule_window *from); /* to holds nothing yet */
int schedule_days(unsigned int *bits, const struct strs *days, struct err *err); /* bit 0: Monday */
int schedule_minute(int *minute, const char *text); /* "08:00", up to "24:00" */
/* zones[i] is that of v[i]. A time that clocks skip is the moment after, one that comes twice the first. */
void schedule_at(struct schedule_now *out, const struct schedule_window *v, const struct zone *const *zones, size_t n, int64_t utc_s);

#define SCHEDULE_TEXT 160
/* "weekdays: min 4, idle 600 s until 18:00 Europe/Berlin", "weekdays from Mon 08:00 Europe/Berlin: min 4"; zones as above. */
const char *schedule_text(char out[SCHEDULE_TEXT], const struct schedule_now *now, const struct schedule_window *v,
			  const struct zone *const *zones);

#endif
