/* Reads what the tasks of the sample job wrote, and throws their darts again: a second opinion on every number. */
#ifndef MAIN_DEMO_RESULTS_H
#define MAIN_DEMO_RESULTS_H

#include <stddef.h>

#include "demo_drive.h"

/* text: one JSON object a line, as monte-carlo.sh writes them. Counts into out; a line that is none is a wrong result. */
void demo_results_read(struct demo_result *out, const char *text, size_t len, int64_t tasks);

#endif
