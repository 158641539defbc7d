#include "base/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

/* The one process-wide clock: base/clock.h says who may set it. */
static struct {
	double factor;
	int64_t anchor;	    /* UTC at which scaled and real time agree */
	int64_t mono_start; /* the same for the monotonic clock, of this process alone */
	bool test;
	int64_t test_utc, test_mono;
} clk = { .factor = 1 };

static int64_t read_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t scaled(int64_t real, int64_t start)
{
	if (clk.factor == 1)
		return real;
	return start + (int64_t)((double)(real - start) * clk.factor);
}

int64_t clock_mono_ms(void)
{
	return clk.test ? clk.test_mono : scaled(read_ms(CLOCK_MONOTONIC), clk.mono_start);
}

int64_t clock_utc_ms(void)
{
	return clk.test ? clk.test_utc : scaled(read_ms(CLOCK_REALTIME), clk.anchor);
}

int64_t clock_work_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int clock_from_env(void)
{
	const char *text = getenv("PACELINE_CLOCK");
	char factor_text[32];
	double factor;
	int64_t anchor;

	if (!text)
		return 0;
	const char *at = strchr(text, '@');

	if (!at || (size_t)(at - text) >= sizeof(factor_text))
		return -1;
	memcpy(factor_text, text, (size_t)(at - text));
	factor_text[at - text] = '\0';
	if (num_read_real(&factor, factor_text, 1, 1000) < 0 ||
	    num_read(&anchor, at + 1, 0, INT64_C(253402300799999)) < 0)
		return -1;
	clock_scale(factor, anchor);
	return 0;
}

void clock_scale(double factor, int64_t anchor)
{
	assert(factor >= 1 && factor <= 1000);
	clk.factor = factor;
	clk.anchor = anchor;
	clk.mono_start = read_ms(CLOCK_MONOTONIC);
}

double clock_factor(void)
{
	return clk.factor;
}

int64_t clock_real_ms(int64_t ms)
{
	if (ms <= 0)
		return 0;
	if (clk.factor == 1)
		return ms;
	double real = (double)ms / clk.factor;
	int64_t whole = (int64_t)real;

	if ((double)whole < real) /* never wake before the moment: that would only wait again */
		whole++;
	return whole < 1 ? 1 : whole;
}

/* A second set is a step of the wall clock; durations do not see it. */
void clock_test_set(int64_t utc_ms)
{
	if (!clk.test)
		clk.test_mono = clock_mono_ms();
	clk.test = true;
	clk.test_utc = utc_ms;
}

void clock_test_advance(int64_t ms)
{
	assert(clk.test && ms >= 0);
	clk.test_utc += ms;
	clk.test_mono += ms;
}

void clock_test_end(void)
{
	clk.test = false;
}

bool clock_is_test(void)
{
	return clk.test;
}
