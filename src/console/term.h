/*
 * The terminal: its modes, what ncurses sends to it, and the way back to how it was. The only
 * file that sees ncurses, and only for output: keys come from console/key.
 *
 * ncurses writes a frame into memory; from there it goes to the terminal without blocking. So a
 * terminal that stalls stops nothing, a frame is never torn by the next, and every byte is
 * counted.
 *
 * One terminal per process: what restores it after a crash or exit() is static state in term.c.
 */
#ifndef CONSOLE_TERM_H
#define CONSOLE_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "console/screen.h"
#include "console/theme.h"

#define TERM_BEHIND 4096 /* so many bytes not yet taken: no data frames */

struct term;

/* NULL: ERR_UNSUPPORTED when this is no terminal that can show a screen; plain mode is for
 * that. */
struct term *term_open(bool ascii, bool paste, struct err *err);
void term_free(struct term *t);

void term_enter(struct term *t); /* the screen is ours */
/* As it was. Waits at most half a second for a slow terminal, and for the answer that is due,
 * so that nobody after us gets it as keys. */
void term_leave(struct term *t, bool answer_due);

int term_fd(const struct term *t);
ssize_t term_read(struct term *t, char *out,
		  size_t max);	      /* -1: nothing now; 0: the terminal is gone */
void term_drop_input(struct term *t); /* what was typed and not yet read */

bool term_ascii(const struct term *t);
/* Whether its font is known to have the eighths of a block. */
bool term_blocks(const struct term *t);
/* Whether cells may stand on a ground of their colour. */
bool term_grounds(const struct term *t);
void term_size(const struct term *t, int *rows, int *cols);
void term_resize(struct term *t, int rows, int cols);
void term_theme(struct term *t, const struct theme *theme);
void term_ramp(struct term *t, bool on); /* maps in 256 colours, where there are so many */
bool term_has_ramp(const struct term *t);
const char *term_guessed(const struct term *t); /* what TERM was taken for; NULL: it is known */
void term_mouse(struct term *t, bool on);
void term_paste(struct term *t, bool on); /* bracketed paste */
/* Into the clipboard of whoever sits at the terminal (OSC 52). false: this one would print it. */
bool term_copy(struct term *t, const char *text);
void term_repaint(struct term *t); /* the next frame is sent whole */

void term_show(struct term *t, const struct screen *s); /* queues the difference */
void term_ask(struct term *t); /* for its status: it answers K_ANSWER when it has read so far */
int term_push(struct term *t); /* sends what the terminal takes: 1 all, 0 not yet, -1 gone */
size_t term_behind(const struct term *t); /* bytes queued here and in the kernel */
uint64_t term_bytes(const struct term *t);

#endif
