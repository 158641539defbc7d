/* Lines of text over the panes: details, explanations, results. They scroll and are closed;
 * nothing else. */
#ifndef CONSOLE_TEXTBOX_H
#define CONSOLE_TEXTBOX_H

#include <stdbool.h>

#include "base/strs.h"
#include "console/key.h"
#include "console/screen.h"

#define TEXTBOX_LINES 5000
#define TEXTBOX_EDGES 4 /* columns that its box takes */

struct textbox {
	char title[80];
	struct strs lines; /* the first byte of each is its tone, as TEXTBOX_TONE() writes it */
	int top, shown, more; /* more: lines below those that are shown */
	bool cut; /* long lines are cut instead of folded; left: columns moved away */
	int left;
	bool flush;   /* continued lines begin where the first one does */
	int want;     /* columns that its text would take; 0: as a text is read best */
	size_t marks; /* lines of TONE_FAIL that n and N go through; 0: they are no keys here */
	size_t mark;  /* which of them is looked at, from 1 on; 0 none yet */
	bool
	    to_mark; /* it is brought into sight, with what stands above it, when it is drawn */
};

void textbox_init(struct textbox *b);
void textbox_clear(struct textbox *b);
void textbox_open(struct textbox *b, const char *title);
void textbox_add(struct textbox *b, enum tone tone, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A line of TONE_FAIL that n and N find; the first is in sight when the box is drawn. */
void textbox_add_mark(struct textbox *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* "name       text"; nothing where the text is empty. */
void textbox_field(struct textbox *b, enum tone tone, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void textbox_add_text(struct textbox *b, enum tone tone,
		      const char *text); /* split at line ends */
/* Bytes of the next screen line of a text: whole words when there are any. */
size_t textbox_fold(const char *text, int columns);
enum textbox_end {
	TEXTBOX_OPEN,
	TEXTBOX_CLOSED,
	TEXTBOX_DEAF /* the key means nothing here */
};
enum textbox_end textbox_key(struct textbox *b, const struct key *k);
int textbox_rows(const struct textbox *b, int columns); /* lines when folded to columns */
/* Folds long lines. Returns lines drawn. */
int textbox_paint(struct textbox *b, struct screen *s, struct area a);
/* One line of it, the i-th after folding to the area's columns. */
void textbox_paint_line(const struct textbox *b, struct screen *s, struct area line, int i);
void textbox_draw(struct textbox *b, struct screen *s,
		  struct area a); /* in a box in the middle of a */

#endif
