/* When to try again (R11), as pure functions of numbers: full jitter, breakers, token buckets. */
#ifndef BASE_RETRY_H
#define BASE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rand.h"

/* Full jitter over base * 2^tries, capped; never below min_ms (a server's Retry-After). */
int64_t retry_delay_ms(unsigned int tries, int64_t base_ms, int64_t cap_ms, int64_t min_ms, struct rng *rng);

/* Retry-After: seconds or an HTTP date against the reply's own Date (or utc_ms when NULL). -1 when it is neither. */
int64_t retry_after_ms(const char *value, const char *date, int64_t utc_ms);

/* A bucket that refills in simulated time; starts full. */
struct pacer {
	double tokens, capacity, per_ms;
	int64_t at_ms;
	bool scarce; /* less than a tenth was left when it was last said: half as fast (R11.2) */
};

void pacer_init(struct pacer *p, double capacity, double per_minute, int64_t now_ms);
int64_t pacer_wait_ms(struct pacer *p, double need, int64_t now_ms); /* 0: may go now */
void pacer_take(struct pacer *p, double n, int64_t now_ms);
void pacer_correct(struct pacer *p, double left, int64_t now_ms); /* a reply said how many are left: only ever downwards */
void pacer_empty(struct pacer *p, int64_t until_ms);              /* after a 429: nothing before then */

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_PROBING };

struct breaker { /* 5 failures in a row, or more than half of 20: open 30 s doubling to 5 min, then one probe */
	enum breaker_state state;
	unsigned int in_a_row, seen, failed;
	int64_t open_until_ms, open_for_ms;
};

bool breaker_allows(struct breaker *b, int64_t now_ms); /* a probe is handed out once */
void breaker_result(struct breaker *b, bool ok, int64_t now_ms);

#endif
