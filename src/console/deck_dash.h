/*
 * How the selected cluster stands, in parts that the Deck's detail column and the overview put
 * together: curves, capacity, queue, decision, money. Each paints into its area from the top
 * and tells how many rows it took.
 */
#ifndef CONSOLE_DECK_DASH_H
#define CONSOLE_DECK_DASH_H

#include "console/screen.h"

struct deck;

int dash_issues(const struct deck *d, struct screen *s, struct area a); /* the worst in words */
/* The curves of the last hour, the ones that matter most first, each `high` rows or less. */
int dash_curves(const struct deck *d, struct screen *s, struct area a, int high);
int dash_day(const struct deck *d, struct screen *s, struct area a, int high); /* of the day */
int dash_capacity(const struct deck *d, struct screen *s, struct area a);
int dash_quota(const struct deck *d, struct screen *s, struct area a);
int dash_boots(const struct deck *d, struct screen *s, struct area a);
int dash_queue(const struct deck *d, struct screen *s, struct area a);
int dash_scaler(const struct deck *d, struct screen *s, struct area a);
const char *dash_cycle(const struct deck *d,
		       char out[40]); /* "looks every 10s"; "" it does not */
int dash_storage(const struct deck *d, struct screen *s, struct area a);
int dash_money(const struct deck *d, struct screen *s, struct area a);

/* All of them, as a column. */
void dash_column(const struct deck *d, struct screen *s, struct area a);

#endif
