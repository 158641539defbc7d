/*
 * What a thing means (its tone) and how that looks. Views speak of tones only; a theme turns
 * them into one of eight colours and attributes, and where a terminal has 256 colours into one
 * of those, when the theme names it. No theme gives a meaning by colour alone: the glyph and
 * the word come first (tui.md 6).
 */
#ifndef CONSOLE_THEME_H
#define CONSOLE_THEME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strs.h"

enum tone {
	TONE_TEXT,
	TONE_OK,
	TONE_BUSY,
	TONE_IDLE,
	TONE_BOOT,
	TONE_WARN,
	TONE_FAIL,
	TONE_OFF,
	TONE_SPOT,
	TONE_MONEY,
	TONE_TITLE,
	TONE_KEY,
	TONE_MARK,
	TONE_CURSOR,
	TONE_DIM,
	TONE_PROD,
	TONES,
	/* From little to much, on maps of cells: no theme names these. In 256 colours they are
	 * a ramp of their own, else tones of the theme that stand for a step. */
	TONE_RAMP = TONES,
	TONE_RAMP_END = TONE_RAMP + 10
};

enum { LOOK_BOLD = 1, LOOK_REVERSE = 2, LOOK_UNDERLINE = 4, LOOK_DIM = 8 };

#define COLOUR_DEFAULT                                                                         \
	(-1) /* the terminal's own; 0 to 7 are black red green yellow blue magenta cyan white  \
	      */

struct style {
	int fg, bg;
	unsigned int look;
	int fg256, bg256; /* 16 to 255, for terminals that have them; 0: fg and bg there too.
			     Below 16 every terminal has colours of its own. */
};

struct theme {
	char name[32];
	struct style style[TONES];
};

/*
 * A theme file names tones and words: "fail: red bold", "prod: white on red bold", "text:
 * yellow/214 on black" (214 of 256 colours, else yellow). A tone that it leaves out looks as in
 * the built-in "auto"; a tone that this version does not know is passed over. On an error *t
 * keeps what it had.
 */
int theme_read(struct theme *t, const char *text, size_t len, struct err *err);
int theme_load(struct theme *t, const char *path, struct err *err);

/* A name, or a file's path: built in, shipped with the program, or the operator's own. *t keeps
 * what it had on an error, which tells the nearest name. */
int theme_find(struct theme *t, const char *name, struct err *err);
void theme_names(struct strs *out); /* sorted */

/* How a tone looks; of the ramp with its own colours where ramp is true, which dark grounds
 * show. */
struct style theme_style(const struct theme *t, int tone, bool ramp);
bool theme_has_colours(const struct theme *t);

/* auto, mono, light, contrast; NULL when there is no such one */
const struct theme *theme_builtin(const char *name);
const char *theme_default_name(void); /* "mono" when NO_COLOR is set, else "auto" */
const char *tone_name(enum tone t);

#endif
