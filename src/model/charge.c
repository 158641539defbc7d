#include "model/charge.h"

#include "model/words.h"

static const char *const kinds[CHARGE_KINDS] = {
	[CHARGE_BUSY] = "busy",	      [CHARGE_IDLE] = "idle",
	[CHARGE_AHEAD] = "ahead",
	[CHARGE_BOOTING] = "booting", [CHARGE_DRAINING] = "draining",
	[CHARGE_FAILED] = "failed",   [CHARGE_HEAD] = "head",
	[CHARGE_STORAGE] = "storage", [CHARGE_UNKNOWN] = "unknown",
};

bool charge_is_idle(enum charge_kind k)
{
	return k == CHARGE_IDLE || k == CHARGE_AHEAD;
}

const char *charge_kind_name(enum charge_kind k)
{
	return kinds[k];
}

enum charge_kind charge_kind_of(const char *name)
{
	return (enum charge_kind)word_index(kinds, CHARGE_KINDS, name, CHARGE_UNKNOWN);
}
