/*
 * The only source of time (R12.4). Durations use the monotonic clock, stored moments are UTC milliseconds.
 * A test sets the clock by hand; a simulation lets it run faster for engine and cloud alike: both read
 * PACELINE_CLOCK="FACTOR@ANCHOR" (UTC ms at which both clocks agreed), so their times agree without talking.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_TEXT 32

int64_t clock_mono_ms(void);
int64_t clock_utc_ms(void);
int64_t clock_work_us(void); /* what this thread had of a processor: what a turn costs, however busy the machine is */
int64_t clock_wall_ms(void); /* monotonic and real whatever the clock is set to: for how long a turn or a helper took */

int clock_from_env(void);                         /* -1 when PACELINE_CLOCK is set and not understood */
void clock_scale(double factor, int64_t anchor);  /* 1 to 1000 */
double clock_factor(void);                        /* simulated ms per real ms; 1 unless scaled */
int64_t clock_real_ms(int64_t ms);                /* how long to really wait for ms; at least 1 when ms > 0 */

void clock_test_set(int64_t utc_ms); /* stops the clock there, until clock_test_end() */
void clock_test_advance(int64_t ms);
void clock_test_end(void);
bool clock_is_test(void);

/* "2026-11-22T20:00:01Z" (seconds) and back; reading accepts a fraction and "+00:00". -1 when it is no such text. */
const char *clock_text(char out[CLOCK_TEXT], int64_t utc_ms);
int clock_read(int64_t *utc_ms, const char *text);
int64_t clock_days(int year, int month, int day); /* since 1970-01-01 */
/* "Mon, 23 Nov 2026 10:15:30 GMT", as in HTTP */
const char *clock_http(char out[CLOCK_TEXT], int64_t utc_ms);
int clock_read_http(int64_t *utc_ms, const char *text);
/* "12:04:02" in UTC, and a duration for people: "45s", "12m", "3h10m", "2d4h" */
const char *clock_hms(char out[CLOCK_TEXT], int64_t utc_ms);
/* For lists: "12:04:02" of this machine's time zone, "11-23 12:04" when that is another day than today's. */
const char *clock_local(char out[CLOCK_TEXT], int64_t utc_ms);
const char *clock_span(char out[CLOCK_TEXT], int64_t ms);

#endif
