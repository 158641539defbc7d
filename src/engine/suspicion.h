/*
 * R5.3: a scheduler that suddenly shows much less than before may have forgotten it. Nothing is
 * removed until it has said the same for a minute.
 */
#ifndef ENGINE_SUSPICION_H
#define ENGINE_SUSPICION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUSPICION_MS   60000
#define SUSPICION_TEXT 120

struct drop {			  /* from one whole reading of the scheduler to the next */
	size_t nodes, nodes_lost; /* that it showed, and of them those that it shows no more
				     though nobody sent them away */
	size_t jobs, jobs_left;	  /* that had not ended: records of it then, and now */
	size_t cpus;		  /* so many jobs can run at a time, each as short as a cycle */
	size_t cancelled;	  /* from here, so that they may have left */
	int64_t apart_ms,
	    cycle_ms; /* the readings, and as a rule: work goes on while nobody reads */
};

struct suspicion {
	int64_t
	    since_ms; /* monotonic, of the last reading that showed less; 0: all is believed */
	struct drop drop; /* the sudden one */
};

bool suspicion_look(struct suspicion *s, const struct drop *d,
		    int64_t now_ms); /* true: this drop was sudden */
bool suspicion_holds(const struct suspicion *s);
/* "the scheduler lost 8 of 9 nodes and 30 of 40 jobs" */
const char *suspicion_text(char out[SUSPICION_TEXT], const struct suspicion *s);

#endif
