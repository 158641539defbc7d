#include "engine/outflow.h"

int64_t outflow_gone(const struct outflow *s, int64_t mono_ms, int64_t cycle_s)
{
	return s->began_ms && mono_ms - s->began_ms < cycle_s * 1000 ? s->gone : 0;
}

void outflow_add(struct outflow *s, int64_t mono_ms, int64_t cycle_s)
{
	int64_t gone = outflow_gone(s, mono_ms, cycle_s);

	if (gone == 0)
		s->began_ms = mono_ms;
	s->gone = gone + 1;
}
