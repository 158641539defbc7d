#include "console/pace.h"

void pace_init(struct pace *p, int data_ms)
{
	*p = (struct pace){ .key_ms = PACE_KEY_MS,
			    .data_ms = data_ms > 0 ? data_ms : PACE_DATA_MS };
}

void pace_ask(struct pace *p, bool key, int64_t now)
{
	int64_t due = p->drawn ? p->last + (key ? p->key_ms : p->data_ms) : now;

	if (due < now)
		due = now;
	if (!p->asked || due < p->due)
		p->due = due;
	p->asked = true;
	p->key |= key;
}

int64_t pace_wait(const struct pace *p, int64_t now)
{
	if (!p->asked)
		return -1;
	return p->due > now ? p->due - now : 0;
}

void pace_later(struct pace *p, int64_t now)
{
	p->due = now + PACE_WAIT_MS;
}

void pace_done(struct pace *p, int64_t now)
{
	p->asked = p->key = false;
	p->drawn = true;
	p->last = now;
}
