#include "server/lag.h"

static void mark(struct lag *l, size_t unread, int64_t now_ms)
{
	l->ahead = unread;
	l->mark_ms = now_ms;
}

int64_t lag_look(struct lag *l, size_t unread, int64_t now_ms)
{
	size_t read = l->last > unread ? l->last - unread : 0;

	l->last = unread;
	if (l->ahead <= read)
		mark(l, unread, now_ms);
	else
		l->ahead -= read;
	return l->ahead ? now_ms - l->mark_ms : 0;
}

void lag_wrote(struct lag *l, size_t unread, int64_t now_ms)
{
	l->last = unread;
	if (l->ahead == 0)
		mark(l, unread, now_ms);
}
