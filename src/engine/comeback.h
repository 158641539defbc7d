/*
 * The start after an end that was not in order (R1.3): one event says for how long nobody
 * watched, since when, and what was found. The last sign of life is when the lock's file was
 * last touched: an engine that lives does so every few seconds, which costs the store nothing.
 */
#ifndef ENGINE_COMEBACK_H
#define ENGINE_COMEBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;

#define COMEBACK_TEXT 400

struct comeback {
	int64_t last_ms, now_ms; /* last 0: nobody knows */
	size_t clusters, nodes, operations;
	const char *first; /* "start of demo"; "" there is none */
	bool watches;	   /* safe mode: nothing is taken up */
};

const char *comeback_text(char out[COMEBACK_TEXT], const struct comeback *c); /* pure */

/* Of the life before; asked before the lock is taken. 0: there was none. */
int64_t comeback_last_sign(const char *state_dir);
void comeback_sign(struct engine *e); /* it lives */
void comeback_tell(struct engine *e); /* its clusters are loaded, and nothing has begun */

#endif
