/*
 * One line of typed text: command line, filter, search, form field. It knows keys and text;
 * what the text means is its owner's business.
 */
#ifndef CONSOLE_PROMPT_H
#define CONSOLE_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strs.h"
#include "console/key.h"
#include "console/screen.h"

#define PROMPT_TEXT    4096 /* as long as a template lets a value be */
#define PROMPT_HISTORY 200

enum prompt_end { PROMPT_OPEN, PROMPT_DONE, PROMPT_CANCELLED };

/*
 * Completes the text before the cursor (from to at bytes): writes what replaces it to out and a
 * hint for the message line ("" none) to hint. false: there is nothing to complete.
 */
typedef bool prompt_complete_fn(void *arg, const char *text, size_t at, char out[PROMPT_TEXT],
				char hint[160]);

struct prompt {
	char label[16];		 /* ":", "/", "filter: " */
	char text[PROMPT_TEXT];	 /* clean UTF-8 */
	size_t len, at;		 /* bytes; the cursor stands before text[at] */
	char hint[160];		 /* from the last completion, or what was not taken, and why */
	size_t max;		 /* bytes that its owner takes; 0: all that have room */
	bool deaf;		 /* the last key is none of a line's */
	struct strs history;	 /* oldest first; kept over open and close */
	size_t back;		 /* entries up in the history */
	char typed[PROMPT_TEXT]; /* what was there before going up */
	prompt_complete_fn *complete;
	void *arg;
};

void prompt_init(struct prompt *p, prompt_complete_fn *complete, void *arg);
void prompt_clear(struct prompt *p);
void prompt_open(struct prompt *p, const char *label, const char *text);
void prompt_set(struct prompt *p, const char *text);

/* Esc and Ctrl-C cancel, Enter ends it (the text goes into the history); all other keys leave
 * it open. */
enum prompt_end prompt_key(struct prompt *p, const struct key *k);
void prompt_draw(const struct prompt *p, struct screen *s, int row, int col, int columns);

#endif
