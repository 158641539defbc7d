/*
 * What is typed for a line that did not open. A key that leads to a line or a form to type in
 * may be refused, and whoever does not look goes on typing: until a pause, Enter or Esc none of
 * it is a key. Pure: keys and the time go in.
 */
#ifndef CONSOLE_SPILL_H
#define CONSOLE_SPILL_H

#include <stdbool.h>
#include <stdint.h>

#include "console/key.h"

#define SPILL_FIRST_MS 1000 /* whoever has read that it was refused begins later */
#define SPILL_PAUSE_MS 2000 /* between letters of one text */

struct spill {
	int64_t until; /* 0: nothing was refused */
	bool typed;    /* something was dropped */
	char why[240]; /* why it did not open */
};

void spill_begin(struct spill *s, const char *why, int64_t now);
/* true: it was typed for that line, and is dropped. What is no text, as F9, ends it. */
bool spill_takes(struct spill *s, const struct key *k, int64_t now);

#endif
