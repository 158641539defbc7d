/*
 * How far a client is behind (R9.6): how long the oldest byte that it has not read waits. Of
 * its socket only the count of unread bytes is known, so one of them is marked, and the next
 * one when that was read.
 */
#ifndef SERVER_LAG_H
#define SERVER_LAG_H

#include <stddef.h>
#include <stdint.h>

#define LAG_MOST_MS 10000 /* then it is told how all stands: the resync */

struct lag {
	size_t last;	 /* unread when it was last looked at */
	size_t ahead;	 /* bytes up to the marked one, 0: none is marked */
	int64_t mark_ms; /* since when that waits */
};

/* Before and after each write, and now and then. The age of the mark in ms. */
int64_t lag_look(struct lag *l, size_t unread, int64_t now_ms);
void lag_wrote(struct lag *l, size_t unread, int64_t now_ms);

#endif
