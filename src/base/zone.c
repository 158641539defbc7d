#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

#define FOLDER	 "/usr/share/zoneinfo/"
#define FILE_MAX (64 << 10)
#define HEADER	 44
#define DAY_S	 INT64_C(86400)
#define RULE_MAX 80

struct rule_day {  /* when clocks are put on or back: "M3.5.0/2" */
	char kind; /* 'M' month, week, weekday; 'J' 1 to 365 without 29 February; 'D' from 0 */
	int month, week, day;
	int64_t time_s;
};

struct rule {			  /* for all time behind the last transition */
	int64_t standard, summer; /* seconds east */
	bool has_summer;
	struct rule_day on, off;
};

struct zone {
	size_t n, types;
	int64_t *at; /* transitions, UTC */
	unsigned char *type;
	int64_t *offset; /* of each type */
	bool ruled;
	struct rule rule;
};

void zone_free(struct zone *z)
{
	if (!z)
		return;
	free(z->at);
	free(z->type);
	free(z->offset);
	free(z);
}

/*
 * The file
 */

struct counts { /* of one data block, in the file's order */
	uint32_t isut, isstd, leap, time, type, chars;
};

static int64_t big_endian(const char *s, size_t n)
{
	uint64_t v = (unsigned char)s[0] & 0x80 ? UINT64_MAX : 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)s[i];
	return (int64_t)v;
}

/* The bytes behind a header, for times of so many bytes; 0: it is none. */
static size_t block_size(struct counts *c, const char *s, size_t len, size_t time_bytes)
{
	uint32_t v[6];

	if (len < HEADER || memcmp(s, "TZif", 4) != 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		v[i] = (uint32_t)big_endian(s + 20 + 4 * i, 4);
		if (v[i] > FILE_MAX)
			return 0;
	}
	*c = (struct counts){ v[0], v[1], v[2], v[3], v[4], v[5] };
	return (size_t)c->time * (time_bytes + 1) + (size_t)c->type * 6 + c->chars +
	       (size_t)c->leap * (time_bytes + 4) + c->isstd + c->isut;
}

static int take_block(struct zone *z, const struct counts *c, const char *s)
{
	const char *types = s + (size_t)c->time * 8, *infos = types + c->time;

	if (c->type == 0)
		return -1;
	z->n = c->time;
	z->types = c->type;
	z->at = xcalloc(z->n + 1, sizeof(*z->at));
	z->type = xcalloc(z->n + 1, 1);
	z->offset = xcalloc(z->types, sizeof(*z->offset));
	for (size_t i = 0; i < z->types; i++)
		z->offset[i] = big_endian(infos + 6 * i, 4);
	for (size_t i = 0; i < z->n; i++) {
		z->at[i] = big_endian(s + 8 * i, 8);
		z->type[i] = (unsigned char)types[i];
		if (z->type[i] >= z->types || (i > 0 && z->at[i] <= z->at[i - 1]))
			return -1;
	}
	return 0;
}

/*
 * The rule at its end: "CET-1CEST,M3.5.0,M10.5.0/3"
 */

static int number(const char **s, int64_t most)
{
	int64_t v = 0;
	const char *from = *s;

	for (; **s >= '0' && **s <= '9' && v <= most; (*s)++)
		v = v * 10 + (**s - '0');
	return *s == from || v > most ? -1 : (int)v;
}

static int name(const char **s)
{
	const char *from = *s;

	if (**s == '<') {
		*s += strcspn(*s, ">");
		return *(*s)++ == '>' ? 0 : -1;
	}
	while ((**s >= 'a' && **s <= 'z') || (**s >= 'A' && **s <= 'Z'))
		(*s)++;
	return *s - from >= 3 ? 0 : -1;
}

/* "[+-]hh[:mm[:ss]]" */
static int span(const char **s, int64_t *out)
{
	int64_t unit = 3600, sum = 0;
	int sign = **s == '-' ? -1 : 1;

	*s += **s == '-' || **s == '+';
	for (; unit > 0; unit /= 60) {
		int v = number(s, unit == 3600 ? 167 : 59);

		if (v < 0)
			return -1;
		sum += v * unit;
		if (**s != ':')
			break;
		(*s)++;
	}
	*out = sign * sum;
	return 0;
}

static int rule_day(const char **s, struct rule_day *d)
{
	*d = (struct rule_day){ .kind = 'D', .time_s = 7200 };
	if (*(*s)++ != ',')
		return -1;
	if (**s == 'M' || **s == 'J')
		d->kind = *(*s)++;
	if (d->kind == 'M') {
		d->month = number(s, 12);
		d->week = *(*s)++ == '.' ? number(s, 5) : -1;
		d->day = d->week > 0 && *(*s)++ == '.' ? number(s, 6) : -1;
		if (d->month < 1 || d->week < 1)
			return -1;
	} else {
		d->day = number(s, 365);
	}
	if (d->day < 0 || (d->kind == 'J' && d->day == 0))
		return -1;
	if (**s != '/')
		return 0;
	(*s)++;
	return span(s, &d->time_s);
}

static int rule_read(struct rule *r, const char *s)
{
	int64_t west;

	*r = (struct rule){ .standard = 0 };
	if (name(&s) < 0 || span(&s, &west) < 0)
		return -1;
	r->standard = -west;
	r->summer = r->standard + 3600;
	if (!*s)
		return 0;
	r->has_summer = true;
	if (name(&s) < 0)
		return -1;
	if (*s != ',') {
		if (span(&s, &west) < 0)
			return -1;
		r->summer = -west;
	}
	return rule_day(&s, &r->on) < 0 || rule_day(&s, &r->off) < 0 || *s ? -1 : 0;
}

/* Between two newlines; nothing there says nothing. */
static int take_rule(struct zone *z, const char *s, size_t len)
{
	const char *end = len > 1 && s[0] == '\n' ? memchr(s + 1, '\n', len - 1) : NULL;
	char text[RULE_MAX];
	size_t n = end ? (size_t)(end - s) - 1 : 0;

	if (!end || n >= sizeof(text))
		return -1;
	if (n == 0)
		return 0;
	memcpy(text, s + 1, n);
	text[n] = '\0';
	z->ruled = true;
	return rule_read(&z->rule, text);
}

struct zone *zone_read(const char *bytes, size_t len, struct err *err)
{
	struct zone *z = xcalloc(1, sizeof(*z));
	struct counts c;
	size_t old = block_size(&c, bytes, len, 4), size, at;

	/* the first block has times of 32 bits, for programs of long ago */
	at = HEADER + old;
	size = old > 0 && bytes[4] >= '2' && len > at ? block_size(&c, bytes + at, len - at, 8)
						      : 0;
	if (size == 0 || len - at - HEADER < size ||
	    take_block(z, &c, bytes + at + HEADER) < 0 ||
	    take_rule(z, bytes + at + HEADER + size, len - at - HEADER - size) < 0) {
		zone_free(z);
		err_set(err, ERR_PARSE, "no time zone of version 2 or later");
		return NULL;
	}
	return z;
}

/* A name is part of a path: it stays below the folder. */
static bool name_ok(const char *n)
{
	size_t len = strlen(n);

	return len > 0 && len < 64 && n[0] != '/' && n[0] != '.' && !strstr(n, "/.") &&
	       !strstr(n, "//") && n[len - 1] != '/' &&
	       n[strspn(n, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			   "/_+-")] == '\0';
}

struct zone *zone_load(const char *zone, struct err *err)
{
	struct buf text = BUF_INIT(FILE_MAX);
	struct zone *z = NULL;
	char *path;

	if (!name_ok(zone)) {
		err_set(err, ERR_INVALID,
			"\"%.60s\" is no time zone: write one such as Europe/Berlin or UTC",
			zone);
		return NULL;
	}
	path = xasprintf(FOLDER "%s", zone);
	if (file_exists(path) && file_read(&text, path, NULL) == 0)
		z = zone_read(buf_str(&text), text.len, NULL);
	if (!z)
		err_set(err, ERR_NOT_FOUND,
			"there is no time zone \"%.60s\" in " FOLDER
			": write one such as Europe/Berlin, and have tzdata installed",
			zone);
	free(path);
	buf_clear(&text);
	return z;
}

/*
 * What it says
 */

static bool is_leap(int year)
{
	return clock_days(year, 3, 1) - clock_days(year, 2, 28) == 2;
}

/* Days since 1970. */
static int64_t day_of(const struct rule_day *d, int year)
{
	int64_t first = clock_days(year, d->kind == 'M' ? d->month : 1, 1), day, next;

	if (d->kind == 'J')
		return first + d->day - 1 + (d->day >= 60 && is_leap(year));
	if (d->kind == 'D')
		return first + d->day;
	next = d->month == 12 ? clock_days(year + 1, 1, 1) : clock_days(year, d->month + 1, 1);
	day = first + (d->day + 7 - (first + 4) % 7) % 7 +
	      (int64_t)(d->week - 1) * 7; /* 1970: Thursday */
	return day < next ? day : day - 7;
}

static int year_of(int64_t utc_s)
{
	int year = 1970 + (int)(utc_s / (365 * DAY_S + DAY_S / 4));

	while (clock_days(year, 1, 1) * DAY_S > utc_s)
		year--;
	while (clock_days(year + 1, 1, 1) * DAY_S <= utc_s)
		year++;
	return year;
}

static int64_t by_rule(const struct rule *r, int64_t utc_s)
{
	int64_t on, off;
	int year;

	if (!r->has_summer)
		return r->standard;
	year = year_of(utc_s + r->standard);
	on = day_of(&r->on, year) * DAY_S + r->on.time_s - r->standard;
	off = day_of(&r->off, year) * DAY_S + r->off.time_s - r->summer;
	if (on < off)
		return utc_s >= on && utc_s < off ? r->summer : r->standard;
	return utc_s >= off && utc_s < on ? r->standard : r->summer;
}

int64_t zone_offset(const struct zone *z, int64_t utc_s)
{
	size_t low = 0, high = z->n;

	if (z->ruled && (z->n == 0 || utc_s >= z->at[z->n - 1]))
		return by_rule(&z->rule, utc_s);
	while (low < high) { /* the first that is later */
		size_t mid = (low + high) / 2;

		if (z->at[mid] <= utc_s)
			low = mid + 1;
		else
			high = mid;
	}
	return z->offset[low > 0 ? z->type[low - 1] : 0];
}

/* The moment between two at which the offset changes. */
static int64_t changes_at(const struct zone *z, int64_t from, int64_t to)
{
	int64_t before = zone_offset(z, from);

	while (to - from > 1) {
		int64_t mid = from + (to - from) / 2;

		if (zone_offset(z, mid) == before)
			from = mid;
		else
			to = mid;
	}
	return to;
}

int64_t zone_instant(const struct zone *z, int64_t local_s)
{
	/* no zone is further from UTC than a day, nor changes twice within two */
	int64_t a = zone_offset(z, local_s - DAY_S), b = zone_offset(z, local_s + DAY_S);
	int64_t first = local_s - (a > b ? a : b), second = local_s - (a > b ? b : a);

	if (zone_offset(z, first) == local_s - first)
		return first;
	if (zone_offset(z, second) == local_s - second)
		return second;
	return changes_at(z, local_s - DAY_S, local_s + DAY_S);
}
