#include "model/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define DAY_S	  INT64_C(86400)
#define DAY_MIN	  (24 * 60)
#define ALL_DAYS  0x7fU
#define LOOK_DAYS 8 /* the same day of the next week, and the one after midnight */

static const char *const day_names[] = {
	"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL
};

void schedule_window_init(struct schedule_window *w)
{
	*w = (struct schedule_window){ .days = STRS_INIT(14),
				       .min_nodes = -1,
				       .max_nodes = -1,
				       .warm_nodes = -1,
				       .idle_s = -1 };
}

void schedule_window_clear(struct schedule_window *w)
{
	free(w->name);
	free(w->from);
	free(w->to);
	free(w->zone);
	strs_clear(&w->days);
	schedule_window_init(w);
}

static char *dup(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

void schedule_window_copy(struct schedule_window *to, const struct schedule_window *from)
{
	*to = *from;
	to->name = dup(from->name);
	to->from = dup(from->from);
	to->to = dup(from->to);
	to->zone = dup(from->zone);
	to->days = (struct strs)STRS_INIT(from->days.max);
	for (size_t i = 0; i < from->days.n; i++)
		strs_add(&to->days, from->days.v[i]);
}

static int day_of(const char *text, size_t len)
{
	for (int i = 0; day_names[i]; i++)
		if (strlen(day_names[i]) == len && strncmp(day_names[i], text, len) == 0)
			return i;
	return -1;
}

static bool day_range(unsigned int *bits, const char *text)
{
	size_t len = strcspn(text, "-");
	int first = day_of(text, len);
	int last = text[len] ? day_of(text + len + 1, strlen(text + len + 1)) : first;

	if (first < 0 || last < 0)
		return false;
	*bits |= 1U << first;
	for (int i = first; i != last;) {
		i = (i + 1) % 7;
		*bits |= 1U << i;
	}
	return true;
}

int schedule_days(unsigned int *bits, const struct strs *days, struct err *err)
{
	*bits = days->n ? 0 : ALL_DAYS;
	for (size_t i = 0; i < days->n; i++) {
		const char *d = days->v[i];

		if (strcmp(d, "daily") == 0)
			*bits = ALL_DAYS;
		else if (!day_range(bits, d))
			return err_set(err, ERR_INVALID,
				       "\"%.40s\" is no day: write mon, tue, wed, thu, fri, "
				       "sat, sun, a range such as mon-fri, or daily",
				       d);
	}
	return 0;
}

int schedule_minute(int *minute, const char *text)
{
	static const char digits[] = "0123456789";
	int hour, min;

	if (strlen(text) != 5 || text[2] != ':' || strspn(text, digits) != 2 ||
	    strspn(text + 3, digits) != 2)
		return -1;
	hour = (text[0] - '0') * 10 + text[1] - '0';
	min = (text[3] - '0') * 10 + text[4] - '0';
	*minute = hour * 60 + min;
	return min > 59 || *minute > DAY_MIN ? -1 : 0;
}

/*
 * Of one window
 */

struct span { /* the one that is open, and when the next begins; INT64_MAX never */
	bool open;
	int64_t until_s, next_s;
};

static int64_t floor_day(int64_t local_s)
{
	return local_s / DAY_S - (local_s % DAY_S < 0);
}

/* Each day of a week around that moment on which it begins. */
static struct span span_at(const struct schedule_window *w, const struct zone *z, int64_t utc_s)
{
	int64_t today = floor_day(utc_s + zone_offset(z, utc_s));
	struct span s = { .next_s = INT64_MAX };
	unsigned int bits;
	int from, to;

	if (schedule_days(&bits, &w->days, NULL) < 0 || schedule_minute(&from, w->from) < 0 ||
	    schedule_minute(&to, w->to) < 0)
		return s;
	to += to <= from ? DAY_MIN : 0;
	for (int64_t day = today - 2; day <= today + LOOK_DAYS; day++) {
		int64_t begin, end;

		if (!(bits >> (day % 7 + 10) % 7 & 1)) /* day 0 was a Thursday */
			continue;
		begin = zone_instant(z, day * DAY_S + (int64_t)from * 60);
		end = zone_instant(z, day * DAY_S + (int64_t)to * 60);
		if (utc_s >= begin && utc_s < end) {
			s.open = true;
			s.until_s = end > s.until_s ? end : s.until_s;
		} else if (begin > utc_s && begin < s.next_s && end > begin) {
			s.next_s = begin;
		}
	}
	return s;
}

/*
 * Of all
 */

static void take(int64_t *to, int64_t value)
{
	if (value >= 0)
		*to = value;
}

void schedule_at(struct schedule_now *out, const struct schedule_window *v,
		 const struct zone *const *zones, size_t n, int64_t utc_s)
{
	*out = (struct schedule_now){
		.min_nodes = -1, .max_nodes = -1, .warm_nodes = -1, .idle_s = -1
	};
	for (size_t i = 0; i < n; i++) {
		struct span s = span_at(&v[i], zones[i], utc_s);

		if (s.next_s < INT64_MAX && (!out->next || s.next_s < out->next_s)) {
			out->next = &v[i];
			out->next_s = s.next_s;
		}
		if (!s.open)
			continue;
		out->open = &v[i];
		out->until_s = s.until_s;
		out->pause = out->pause || v[i].pause;
		take(&out->min_nodes, v[i].min_nodes);
		take(&out->max_nodes, v[i].max_nodes);
		take(&out->warm_nodes, v[i].warm_nodes);
		take(&out->idle_s, v[i].idle_s);
	}
}

/* "min 4, idle 600 s" */
static void sets_text(char out[80], const struct schedule_window *w)
{
	const struct {
		const char *word, *unit;
		int64_t value;
	} parts[] = {
		{ "min", "", w->min_nodes },
		{ "max", "", w->max_nodes },
		{ "warm", "", w->warm_nodes },
		{ "idle", " s", w->idle_s },
	};
	size_t n = (size_t)snprintf(out, 80, "%s", w->pause ? "paused" : "");

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i].value >= 0 && n < 80)
			n += (size_t)snprintf(out + n, 80 - n, "%s%s %lld%s", n ? ", " : "",
					      parts[i].word, (long long)parts[i].value,
					      parts[i].unit);
}

/* "18:00 Europe/Berlin", with the day where it is another one. */
static void when_text(char out[80], int64_t utc_s, const struct schedule_window *w,
		      const struct zone *z, bool day)
{
	int64_t local = utc_s + zone_offset(z, utc_s), minute = local % DAY_S / 60;
	const char *name = day_names[(floor_day(local) % 7 + 10) % 7];

	minute += minute < 0 ? DAY_MIN : 0;
	snprintf(out, 80, "%s%s%02d:%02d %.40s", day ? name : "", day ? " " : "",
		 (int)(minute / 60), (int)(minute % 60), w->zone);
}

const char *schedule_text(char out[SCHEDULE_TEXT], const struct schedule_now *now,
			  const struct schedule_window *v, const struct zone *const *zones)
{
	const struct schedule_window *w = now->open ? now->open : now->next;
	char sets[80], when[80];

	out[0] = '\0';
	if (!w)
		return out;
	sets_text(sets, w);
	when_text(when, now->open ? now->until_s : now->next_s, w, zones[w - v], !now->open);
	if (now->open)
		snprintf(out, SCHEDULE_TEXT, "%.24s: %.50s until %.60s", w->name, sets, when);
	else
		snprintf(out, SCHEDULE_TEXT, "%.24s from %.60s: %.50s", w->name, when, sets);
	return out;
}
