#include "base/retry.h"

#include <math.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/text.h"

#define BREAKER_IN_A_ROW 5
#define BREAKER_WINDOW	 20
#define BREAKER_MIN_MS	 30000
#define BREAKER_MAX_MS	 300000
#define SCARCE		 10
#define ROUNDING	 1e-9 /* of tokens: a bucket is asked again at the very moment it named */

int64_t retry_delay_ms(unsigned int tries, int64_t base_ms, int64_t cap_ms, int64_t min_ms,
		       struct rng *rng)
{
	int64_t most = base_ms;

	for (unsigned int i = 0; i < tries && most < cap_ms; i++)
		most = most > cap_ms / 2 ? cap_ms : most * 2;
	if (most > cap_ms)
		most = cap_ms;
	int64_t delay = most > 0 ? (int64_t)rng_below(rng, (uint64_t)most + 1) : 0;

	return delay < min_ms ? min_ms : delay;
}

int64_t retry_after_ms(const char *value, const char *date, int64_t utc_ms)
{
	int64_t seconds, when, now;

	if (num_read(&seconds, value, 0, INT64_MAX / 1000) == 0)
		return seconds * 1000;
	if (clock_read_http(&when, value) < 0)
		return -1;
	if (!date || clock_read_http(&now, date) < 0)
		now = utc_ms;
	return when > now ? when - now : 0;
}

void pacer_init(struct pacer *p, double capacity, double per_minute, int64_t now_ms)
{
	*p = (struct pacer){
		.tokens = capacity,
		.capacity = capacity,
		.per_ms = per_minute / 60000,
		.at_ms = now_ms,
	};
}

static double rate_of(const struct pacer *p)
{
	return p->scarce ? p->per_ms / 2 : p->per_ms;
}

/* at_ms lies ahead after pacer_empty(): until then nothing comes in. */
static void refill(struct pacer *p, int64_t now_ms)
{
	if (now_ms <= p->at_ms)
		return;
	p->tokens = fmin(p->capacity, p->tokens + (double)(now_ms - p->at_ms) * rate_of(p));
	p->at_ms = now_ms;
}

int64_t pacer_wait_ms(struct pacer *p, double need, int64_t now_ms)
{
	refill(p, now_ms);
	double lacking =
	    fmin(need, p->capacity) - p->tokens; /* more than fits would wait for ever */
	int64_t shut = p->at_ms > now_ms ? p->at_ms - now_ms : 0;

	if (lacking <= ROUNDING)
		return shut;
	double wait = ceil(lacking / rate_of(p) - ROUNDING);

	return wait >= 1e15 || p->per_ms <= 0 ? INT64_MAX : shut + (int64_t)fmax(wait, 1);
}

void pacer_take(struct pacer *p, double n, int64_t now_ms)
{
	refill(p, now_ms);
	p->tokens -= n;
}

void pacer_correct(struct pacer *p, double left, int64_t now_ms)
{
	refill(p, now_ms);
	p->tokens = fmin(p->tokens, left);
	p->scarce = left < p->capacity / SCARCE;
}

/* One token is there at that moment: the cloud has promised to hear one call. */
void pacer_empty(struct pacer *p, int64_t until_ms)
{
	p->tokens = fmin(p->tokens, 1);
	if (until_ms > p->at_ms)
		p->at_ms = until_ms;
}

bool breaker_allows(struct breaker *b, int64_t now_ms)
{
	if (b->state == BREAKER_CLOSED)
		return true;
	if (now_ms < b->open_until_ms)
		return false;
	/* a probe whose result never came is followed by another, as late as after a failed one
	 */
	b->state = BREAKER_PROBING;
	b->open_until_ms = now_ms + b->open_for_ms;
	return true;
}

static void open_breaker(struct breaker *b, int64_t now_ms)
{
	int64_t longer = b->open_for_ms ? b->open_for_ms * 2 : BREAKER_MIN_MS;

	*b = (struct breaker){
		.state = BREAKER_OPEN,
		.open_for_ms = longer < BREAKER_MAX_MS ? longer : BREAKER_MAX_MS,
	};
	b->open_until_ms = now_ms + b->open_for_ms;
}

void breaker_result(struct breaker *b, bool ok, int64_t now_ms)
{
	if (b->state == BREAKER_OPEN) /* of a call sent before it opened */
		return;
	if (b->state == BREAKER_PROBING) {
		if (ok)
			*b = (struct breaker){ .state = BREAKER_CLOSED };
		else
			open_breaker(b, now_ms);
		return;
	}
	b->in_a_row = ok ? 0 : b->in_a_row + 1;
	b->failed += !ok;
	b->seen++;
	if (b->in_a_row >= BREAKER_IN_A_ROW || b->failed * 2 > BREAKER_WINDOW) {
		open_breaker(b, now_ms);
	} else if (b->seen >=
		   BREAKER_WINDOW) { /* the older half fades instead of vanishing at once */
		b->seen /= 2;
		b->failed /= 2;
	}
}
