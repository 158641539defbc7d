/*
 * What happens when: a heap of moments. A `struct due` lives inside the thing that waits (a VM,
 * an operation), so that ten thousand waiting machines cost no allocation and a thing that goes
 * away takes its moment with it.
 */
#ifndef AZSIM_WORLD_AGENDA_H
#define AZSIM_WORLD_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct az_due {
	int64_t at;   /* simulated UTC ms */
	size_t slot;  /* place in the heap from 1; 0: not waiting */
	uint64_t seq; /* equal moments fire in the order in which they were set */
	void (*fire)(void *owner);
	void *owner;
};

struct az_agenda {
	struct az_due **v;
	size_t n, cap;
	uint64_t seq;
};

void az_agenda_set(struct az_agenda *a, struct az_due *d,
		   int64_t at); /* moves one that waits */
void az_agenda_drop(struct az_agenda *a, struct az_due *d);
struct az_due *az_agenda_pop(struct az_agenda *a, int64_t now); /* NULL: nothing is due */
int64_t az_agenda_next(const struct az_agenda *a);		/* INT64_MAX: nothing waits */
void az_agenda_clear(struct az_agenda *a);

#endif
