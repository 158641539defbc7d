#include "console/ack.h"

bool ack_due(const struct ack *a, int64_t now)
{
	return a->waits && now - a->asked_at < (a->answers ? ACK_MS : ACK_FIRST_MS);
}

bool ack_behind(const struct ack *a, int64_t now)
{
	return a->answers && ack_due(a, now);
}

bool ack_may_ask(const struct ack *a, int64_t now)
{
	return a->answers ? !ack_due(a, now) : !a->asked;
}

void ack_ask(struct ack *a, int64_t now)
{
	a->waits = a->asked = true;
	a->asked_at = now;
}

void ack_came(struct ack *a)
{
	a->answers = a->answers || a->waits;
	a->waits = false;
}

void ack_forget(struct ack *a)
{
	a->waits = false;
}
