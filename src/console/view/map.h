/* The map of nodes: its windows and its shades. */
#ifndef CONSOLE_VIEW_MAP_H
#define CONSOLE_VIEW_MAP_H

#include <stdbool.h>

#include "model/window.h"

#define MAP_GROUPS 200 /* rows of the window of cells */

struct deck;

void map_window(const struct deck *d, struct window *w);
const char *map_shade_name(size_t i); /* NULL: there are no more */
bool map_shade_named(struct deck *d, const char *name); /* false: there is none */

void map_see(struct deck *d); /* learns which cells changed */

#endif
