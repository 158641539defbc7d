#include "provider/azure/skew.h"

#include <string.h>

void skew_add(struct skew *s, int64_t apart_ms)
{
	s->last[s->at] = apart_ms;
	s->at = (s->at + 1) % SKEW_OF;
	if (s->n < SKEW_OF)
		s->n++;
}

int64_t skew_ms(const struct skew *s)
{
	int64_t v[SKEW_OF];

	memcpy(v, s->last, sizeof(v));
	for (size_t i = 1; i < s->n; i++)
		for (size_t k = i; k > 0 && v[k - 1] > v[k]; k--) {
			int64_t other = v[k];

			v[k] = v[k - 1];
			v[k - 1] = other;
		}
	return s->n ? v[s->n / 2] : 0;
}
