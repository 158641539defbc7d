/*
 * Asking before something happens that is hard to undo (tui.md 4.3). A pure state machine: keys
 * and time in, the decision out, so that a test can throw any keys at it and see that it never
 * acts without the whole sequence.
 *
 * Always: No is the default; Enter and Esc mean No; the key that opened the dialog never
 * confirms; nothing counts in the first 300 ms, when the operator cannot have read it; a paste
 * is refused. There is no key around this.
 *
 *   CONFIRM_UNDO  "drain 12 nodes? y/N"
 *   CONFIRM_BOX   one object: y (Y when it ends another person's work); several: their count is
 * typed CONFIRM_PLAN  the name typed, each loss accepted, F9 (F8 when F9 opened it), then a
 * countdown that any key ends
 */
#ifndef CONSOLE_DIALOG_H
#define CONSOLE_DIALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/command.h"
#include "console/key.h"
#include "console/screen.h"

#define DIALOG_DEAF_MS	300
#define DIALOG_COUNT_MS 5000
#define DIALOG_LOSSES	8
#define DIALOG_NAME	64

struct dialog_spec { /* all text is borrowed until the dialog ends */
	enum confirm_level level;
	uint32_t opener; /* code of the key that opened it; 0: a command line, whose Enter is no
			    anyway */
	const char *title;    /* "Terminate 3 nodes" */
	const char *question; /* CONFIRM_UNDO: "drain 12 nodes?" */
	const char *aside;    /* CONFIRM_UNDO: a fact behind it, or NULL */
	const char *const *
	    facts; /* lines, NULL-terminated: what, whose jobs, money, what is kept, how long */
	size_t count;		   /* objects */
	bool others;		   /* somebody else's work ends */
	const char *name;	   /* CONFIRM_PLAN: what is to be typed */
	const char *const *losses; /* CONFIRM_PLAN: what is lost for good, NULL-terminated, at
				      most DIALOG_LOSSES */
	const char *locked;	   /* why it cannot be confirmed here ("read-only"), or NULL */
	bool no_countdown; /* the key once more instead of waiting, for those who cannot watch a
			      clock */
};

enum dialog_answer { DIALOG_ASKING, DIALOG_NO, DIALOG_YES };

struct dialog {
	struct dialog_spec spec;
	enum { DIALOG_FORM, DIALOG_COUNTING, DIALOG_ENDED } state;
	int64_t deaf_until, acts_at;
	char typed[DIALOG_NAME + 1];
	size_t typed_len;
	bool accepted[DIALOG_LOSSES];
	size_t n_losses, focus;
	char note[80]; /* "paste refused" */
	bool away;     /* the keys that move are somewhere else; Tab comes back */
	const char *held; /* why nothing can begin for now, or NULL; what was typed stays */
};

/* The same question of a plan that was made again: what was typed stays, what was accepted does
 * not. */
void dialog_renew(struct dialog *d, const struct dialog_spec *spec, int64_t now);

/* why NULL: no longer. A countdown that runs is over. */
void dialog_hold(struct dialog *d, const char *why);

void dialog_open(struct dialog *d, const struct dialog_spec *spec, int64_t now);
enum dialog_answer dialog_key(struct dialog *d, const struct key *k, int64_t now);
enum dialog_answer dialog_time(struct dialog *d, int64_t now); /* the countdown may be over */
int64_t dialog_wait(const struct dialog *d,
		    int64_t now); /* ms until it looks or acts differently; -1 never */

uint32_t dialog_confirm_key(
    const struct dialog *d); /* the key that ends a filled form; K_NONE: typing alone does */
const char *dialog_wanted(const struct dialog *d,
			  char out[DIALOG_NAME + 1]); /* text to be typed; "" none */
bool dialog_complete(const struct dialog *d);	      /* everything but the last key is there */

/* Of screen, which is so wide: one line for CONFIRM_UNDO, else a box; long facts take two. */
int dialog_rows(const struct dialog *d, int columns);
void dialog_draw(const struct dialog *d, struct screen *s, struct area a,
		 int64_t now); /* at the bottom of a */

#endif
