/* The heat map's rows: nodes by a column they share, one byte for each (model/view.h). */
#ifndef SERVER_GROUPS_H
#define SERVER_GROUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "server/rows.h"
#include "server/window.h"

#define GROUP_SHADES "state, load, job, user, cost, age"

bool group_shade_ok(const char *shade); /* "" is state */
/* v->nodes was looked at with these nodes. */
void groups_make(struct rows *out, const struct window_view *v, const struct rows *nodes,
		 int64_t now_ms);

#endif
