/*
 * When the next frame is due. Keys may draw ten times a second, data once: what changes in
 * between is drawn with the next frame. A frame shows everything, so a key's frame serves
 * waiting data as well. Times are real milliseconds.
 */
#ifndef CONSOLE_PACE_H
#define CONSOLE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_KEY_MS  100
#define PACE_DATA_MS 1000
#define PACE_WAIT_MS 100 /* a terminal that is behind is looked at again after so long */

struct pace {
	int key_ms, data_ms;
	bool drawn; /* there was a frame at all */
	bool asked, key;
	int64_t last, due;
};

void pace_init(struct pace *p, int data_ms);
void pace_ask(struct pace *p, bool key, int64_t now);
int64_t pace_wait(const struct pace *p,
		  int64_t now);		      /* ms to the frame, 0: now, -1: nothing to draw */
void pace_later(struct pace *p, int64_t now); /* the terminal is behind: not this frame */
void pace_done(struct pace *p, int64_t now);  /* drawn */

#endif
