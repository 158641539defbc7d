/*
 * What ncurses says of looks, said shorter. At each change it takes all attributes back and
 * sets them anew ("ESC ( B  ESC [ 0 ; 1 m  ESC [ 3 2 m"), for blanks as well, on which most
 * looks cannot be seen. Here the looks are only noted, and the difference is sent before what
 * shows it: a third to a half of a frame. What is not understood ends it: from then on all
 * passes.
 */
#ifndef CONSOLE_SHRINK_H
#define CONSOLE_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct looks {
	int fg, bg;	 /* -1 the terminal's own; 0-15; 256 and more: of 256 colours */
	unsigned int on; /* bits of attributes */
};

struct shrink {
	bool off;
	bool known;	/* real is what the terminal has */
	bool can_reset; /* 39 and 49 were said, so the terminal has them */
	char charset;	/* the last of ESC (; 0: none yet */
	struct looks want, real;
};

void shrink_init(struct shrink *s); /* of a terminal that somebody else may have used */
/* text ends where a sequence ends. */
void shrink(struct shrink *s, struct buf *out, const char *text, size_t n);
void shrink_flush(struct shrink *s, struct buf *out); /* before others use the terminal */

#endif
