/*
 * When the next frame is due. Keys may draw ten times a second, data once: what changes in
 * between is drawn with the next frame. A frame shows everything, so a key's frame serves
 * waiting data as well. A key is answered at once: what was not drawn before counts for a few
 * frames, so that only a key that is held down waits for its tenth of a second. What the engine
 * answers to a key is drawn out of the same frames, but leaves some of them to the keys: else
 * each key would pay twice, and the fourth in half a second would wait. Times are real
 * milliseconds.
 */
#ifndef CONSOLE_PACE_H
#define CONSOLE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_KEY_MS  100
#define PACE_BURST   4	 /* frames that keys may have at once after a rest */
#define PACE_SPARED  2	 /* of them an answer leaves to the keys */
#define PACE_SIZE_MS 110 /* a window that is dragged: at most 20 layouts in 2 s */
#define PACE_DATA_MS 1000
#define PACE_WAIT_MS 100 /* a terminal that is behind is looked at again after so long */

enum pace_for { PACE_DATA, PACE_ANSWER, PACE_KEY, PACE_SIZE };

struct pace {
	int data_ms;
	bool drawn; /* there was a frame at all */
	bool asked, key;
	int64_t last, due;
	int64_t keys; /* when all frames of keys are paid for */
};

void pace_init(struct pace *p, int data_ms);
void pace_ask(struct pace *p, enum pace_for what, int64_t now);
int64_t pace_wait(const struct pace *p,
		  int64_t now);		      /* ms to the frame, 0: now, -1: nothing to draw */
void pace_later(struct pace *p, int64_t now); /* the terminal is behind: not this frame */
void pace_done(struct pace *p, int64_t now);  /* drawn */

#endif
