/* Moments and durations as text, and back. The calendar is counted here: gmtime and
 * strptime() follow locales. */
#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_MS	 INT64_C(86400000)
#define UTC_MIN	 INT64_C(-62167219200000) /* 0000-01-01 */
#define UTC_MAX	 INT64_C(253402300799999) /* the end of 9999: four digits hold the year */
#define YEAR_ERA 146097			  /* days in 400 years */

struct moment {
	int year, month, day; /* month and day from 1 */
	int hour, minute, second, weekday;
};

static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
				    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char weekdays[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

/* Years are counted from March, so that the leap day is the last of its year. */
int64_t clock_days(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * YEAR_ERA + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void date_of(struct moment *m, int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - YEAR_ERA + 1) / YEAR_ERA;
	int64_t doe = z - era * YEAR_ERA;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	m->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	m->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	m->year = (int)(yoe + era * 400 + (m->month <= 2));
	m->weekday = (int)((days % 7 + 11) % 7); /* day 0 was a Thursday */
}

static struct moment moment_of(int64_t utc_ms)
{
	struct moment m;
	int64_t ms = utc_ms < UTC_MIN ? UTC_MIN : utc_ms > UTC_MAX ? UTC_MAX : utc_ms;
	int64_t days = ms / DAY_MS, rest = ms % DAY_MS;

	if (rest < 0) {
		days--;
		rest += DAY_MS;
	}
	date_of(&m, days);
	m.hour = (int)(rest / 3600000);
	m.minute = (int)(rest / 60000 % 60);
	m.second = (int)(rest / 1000 % 60);
	return m;
}

const char *clock_text(char out[CLOCK_TEXT], int64_t utc_ms)
{
	struct moment m = moment_of(utc_ms);

	snprintf(out, CLOCK_TEXT, "%04d-%02d-%02dT%02d:%02d:%02dZ", m.year, m.month, m.day,
		 m.hour, m.minute, m.second);
	return out;
}

const char *clock_http(char out[CLOCK_TEXT], int64_t utc_ms)
{
	struct moment m = moment_of(utc_ms);

	snprintf(out, CLOCK_TEXT, "%s, %02d %s %04d %02d:%02d:%02d GMT", weekdays[m.weekday],
		 m.day, months[m.month - 1], m.year, m.hour, m.minute, m.second);
	return out;
}

const char *clock_hms(char out[CLOCK_TEXT], int64_t utc_ms)
{
	struct moment m = moment_of(utc_ms);

	snprintf(out, CLOCK_TEXT, "%02d:%02d:%02d", m.hour, m.minute, m.second);
	return out;
}

const char *clock_local(char out[CLOCK_TEXT], int64_t utc_ms)
{
	time_t now = (time_t)(clock_utc_ms() / 1000), then = (time_t)(utc_ms / 1000);
	struct tm today, m;

	if (!localtime_r(&now, &today) || !localtime_r(&then, &m))
		return clock_hms(out, utc_ms);
	strftime(out, CLOCK_TEXT,
		 m.tm_year == today.tm_year && m.tm_yday == today.tm_yday ? "%H:%M:%S"
									  : "%m-%d %H:%M",
		 &m);
	return out;
}

const char *clock_span(char out[CLOCK_TEXT], int64_t ms)
{
	const char *sign = ms <= -1000 ? "-" : "";
	uint64_t s = (ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms) / 1000;
	uint64_t big = 0, small = 0;
	char big_unit = 's', small_unit = 's';

	if (s < 60) {
		big = s;
	} else if (s < 3600) {
		big = s / 60;
		big_unit = 'm';
	} else if (s < 86400) {
		big = s / 3600;
		small = s / 60 % 60;
		big_unit = 'h';
		small_unit = 'm';
	} else {
		big = s / 86400;
		small = s / 3600 % 24;
		big_unit = 'd';
		small_unit = 'h';
	}
	if (small)
		snprintf(out, CLOCK_TEXT, "%s%" PRIu64 "%c%" PRIu64 "%c", sign, big, big_unit,
			 small, small_unit);
	else
		snprintf(out, CLOCK_TEXT, "%s%" PRIu64 "%c", sign, big, big_unit);
	return out;
}

/* Exactly n digits; moves *p past them. */
static int digits(const char **p, int n, int *out)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		char c = (*p)[i];

		if (c < '0' || c > '9')
			return -1;
		v = v * 10 + (c - '0');
	}
	*p += n;
	*out = v;
	return 0;
}

static int literal(const char **p, const char *text)
{
	size_t n = strlen(text);

	if (strncmp(*p, text, n) != 0)
		return -1;
	*p += n;
	return 0;
}

static int time_of_day(const char **p, struct moment *m)
{
	if (digits(p, 2, &m->hour) < 0 || literal(p, ":") < 0 || digits(p, 2, &m->minute) < 0 ||
	    literal(p, ":") < 0 || digits(p, 2, &m->second) < 0)
		return -1;
	return 0;
}

static int utc_of(int64_t *utc_ms, const struct moment *m, int ms)
{
	static const int lengths[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (m->year % 4 == 0 && m->year % 100 != 0) || m->year % 400 == 0;

	if (m->month < 1 || m->month > 12 || m->day < 1 ||
	    m->day > lengths[m->month - 1] + (m->month == 2 && leap))
		return -1;
	if (m->hour > 23 || m->minute > 59 || m->second > 60) /* 60: a leap second */
		return -1;
	*utc_ms = clock_days(m->year, m->month, m->day) * DAY_MS + m->hour * INT64_C(3600000) +
		  m->minute * INT64_C(60000) + m->second * INT64_C(1000) + ms;
	return 0;
}

/* ".1234567" as milliseconds; clouds send up to nine digits. */
static int fraction(const char **p, int *ms)
{
	int scale = 100;

	*ms = 0;
	if (**p != '.')
		return 0;
	(*p)++;
	if (**p < '0' || **p > '9')
		return -1;
	for (; **p >= '0' && **p <= '9'; (*p)++) {
		*ms += (**p - '0') * scale;
		scale /= 10;
	}
	return 0;
}

int clock_read(int64_t *utc_ms, const char *text)
{
	const char *p = text;
	struct moment m = { 0 };
	int ms;

	if (digits(&p, 4, &m.year) < 0 || literal(&p, "-") < 0 || digits(&p, 2, &m.month) < 0 ||
	    literal(&p, "-") < 0 || digits(&p, 2, &m.day) < 0 || literal(&p, "T") < 0 ||
	    time_of_day(&p, &m) < 0 || fraction(&p, &ms) < 0)
		return -1;
	if (strcmp(p, "Z") != 0 && strcmp(p, "+00:00") != 0)
		return -1;
	return utc_of(utc_ms, &m, ms);
}

static int word(const char **p, const char (*words)[4], int n, int *out)
{
	for (int i = 0; i < n; i++) {
		if (literal(p, words[i]) == 0) {
			*out = i;
			return 0;
		}
	}
	return -1;
}

int clock_read_http(int64_t *utc_ms, const char *text)
{
	const char *p = text;
	struct moment m = { 0 };

	if (word(&p, weekdays, 7, &m.weekday) < 0 || literal(&p, ", ") < 0 ||
	    digits(&p, 2, &m.day) < 0 || literal(&p, " ") < 0 ||
	    word(&p, months, 12, &m.month) < 0 || literal(&p, " ") < 0 ||
	    digits(&p, 4, &m.year) < 0 || literal(&p, " ") < 0 || time_of_day(&p, &m) < 0 ||
	    literal(&p, " GMT") < 0 || *p)
		return -1;
	m.month++;
	return utc_of(utc_ms, &m, 0);
}
