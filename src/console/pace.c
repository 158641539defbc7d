#include "console/pace.h"

void pace_init(struct pace *p, int data_ms)
{
	*p = (struct pace){ .data_ms = data_ms > 0 ? data_ms : PACE_DATA_MS };
}

/* When so many frames of keys are there to be had. */
static int64_t paid(const struct pace *p, int frames)
{
	return p->keys - (int64_t)(PACE_BURST - frames) * PACE_KEY_MS;
}

static int64_t earliest(const struct pace *p, enum pace_for what, int64_t now)
{
	if (!p->drawn)
		return now;
	switch (what) {
	case PACE_KEY:
		return paid(p, 1);
	case PACE_ANSWER:
		return paid(p, 1 + PACE_SPARED);
	case PACE_SIZE:
		return p->last + PACE_SIZE_MS;
	case PACE_DATA:
		break;
	}
	return p->last + p->data_ms;
}

void pace_ask(struct pace *p, enum pace_for what, int64_t now)
{
	int64_t due = earliest(p, what, now);

	if (due < now)
		due = now;
	if (!p->asked || due < p->due)
		p->due = due;
	p->asked = true;
	p->key |= what != PACE_DATA;
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
	if (p->key)
		p->keys = (p->keys > now ? p->keys : now) + PACE_KEY_MS;
	p->asked = p->key = false;
	p->drawn = true;
	p->last = now;
}
