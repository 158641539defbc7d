/*
 * The console's hold on the terminal: keys in, frames out, signals, suspension, child programs.
 * One per process. Everything that draws is called from draw(); whoever changed something asks
 * for a frame and returns.
 *
 * When the terminal is gone (hang-up, EOF) or a signal asks for the end, gone() is called once;
 * the program then stops its loop and frees the display within a second (R14.4).
 */
#ifndef CONSOLE_DISPLAY_H
#define CONSOLE_DISPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"
#include "console/key.h"
#include "console/screen.h"
#include "console/theme.h"

struct display;

struct display_events {
	void (*draw)(void *arg, struct screen *s);   /* the screen is blank; paint all of it */
	void (*key)(void *arg, const struct key *k); /* a frame follows by itself */
	void (*gone)(void *arg, int signo);	     /* 0: the terminal went away */
	bool (*ready)(void *arg); /* the first picture is worth showing; may be NULL */
};

struct display_options {
	bool ascii;
	bool words;    /* for a screen reader, as in screen.h */
	bool no_paste; /* do not ask for bracketed paste; the default under GNU screen */
	int esc_ms;    /* 0: 50, over ssh 150 */
	int data_ms;   /* 0: one data frame a second */
};

struct display_stats {
	uint64_t frames, skipped, bytes;
	int64_t cost_p50_us, cost_p99_us; /* processor time of one frame, of the last 1024 */
};

/* NULL with ERR_UNSUPPORTED: no terminal for this; plain mode is. events is borrowed and
 * outlives the display. */
struct display *display_open(struct loop *l, const struct display_options *o,
			     const struct display_events *events, void *arg, struct err *err);
/* Gives the terminal back. last, if not NULL, gets the final counts: leaving sends bytes too.
 */
void display_free(struct display *d, struct display_stats *last);

void display_ask_key(
    struct display *d); /* a frame for the operator: at once, at most ten a second */
void display_ask_answer(
    struct display *d); /* a frame for what a key asked the engine: at once, behind the keys */
void display_ask_data(struct display *d); /* a frame for news: merged, one a second */
void display_redraw(struct display *d);	  /* Ctrl-L: everything, from scratch */
void display_theme(struct display *d, const struct theme *theme);
const char *display_guessed(const struct display *d); /* as term_guessed() */
bool display_ascii(const struct display *d);	      /* nothing but ASCII is drawn */
void display_mouse(struct display *d, bool on);
void display_paste(struct display *d, bool on);
bool display_copy(struct display *d, const char *text); /* as term_copy() */
void display_pace(struct display *d, int data_ms);	/* from one data frame to the next */
void display_esc(struct display *d, int ms);
void display_drop_input(struct display *d); /* what was typed before a dialog was visible */
/* Curves in eighths of a block: by default where the terminal is known to have them. */
void display_blocks(struct display *d, bool on);
void display_ramp(struct display *d, bool on); /* load, cost and age of cells in 256 colours */
bool display_has_ramp(const struct display *d);
bool display_has_grounds(const struct display *d); /* as in screen.h */
bool display_has_blocks(const struct display *d);
int64_t display_now(void); /* real monotonic ms: what dialogs and pacing count in */
void display_suspend(struct display *d); /* Ctrl-Z */
void display_stats(const struct display *d, struct display_stats *out);

/*
 * Runs a program on the terminal (ssh, editor, pager) while the loop goes on; done gets what
 * waitpid() gave. argv[0] is an absolute path. first: a line that stands there before it; NULL
 * none. says: its stderr (child_says_open()), -1: the terminal.
 */
int display_child(struct display *d, const char *first, const char *const *argv, int says,
		  void (*done)(void *arg, int status), void *arg, struct err *err);

#endif
