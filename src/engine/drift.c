#include "engine/drift.h"

bool drift_look(struct drift *d, int64_t utc_ms, int64_t mono_ms)
{
	int64_t apart = utc_ms - mono_ms, jump = d->looked ? apart - d->apart_ms : 0;

	d->looked = true;
	d->apart_ms = apart;
	if (jump >= -DRIFT_MAX_MS && jump <= DRIFT_MAX_MS)
		return false;
	drift_jumped(d, jump, mono_ms);
	return true;
}

void drift_jumped(struct drift *d, int64_t jump_ms, int64_t mono_ms)
{
	d->jump_ms = jump_ms;
	d->hold_until_ms = mono_ms + DRIFT_GRACE_MS;
}

bool drift_holds(const struct drift *d, int64_t mono_ms)
{
	return mono_ms < d->hold_until_ms;
}
