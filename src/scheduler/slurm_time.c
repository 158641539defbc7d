#include <string.h>

#include "base/text.h"
#include "scheduler/slurm.h"

#define YEAR_S ((int64_t)365 * 86400)

bool slice_is(struct slice f, const char *word)
{
	return strlen(word) == f.len && memcmp(f.s, word, f.len) == 0;
}

bool slice_starts(struct slice f, const char *word)
{
	size_t n = strlen(word);

	return n <= f.len && memcmp(f.s, word, n) == 0;
}

bool slice_none(struct slice f)
{
	return f.len == 0 || slice_is(f, "(null)") || slice_is(f, "N/A") ||
	       slice_is(f, "None") || slice_is(f, "Unknown");
}

int slice_num(int64_t *out, struct slice f, int64_t min, int64_t max)
{
	return num_read_n(out, f.s, f.len, min, max);
}

static struct slice part(struct slice f, size_t from, size_t len)
{
	return (struct slice){ f.s + from, len };
}

/* Days from 1970-01-01 to a date of the Gregorian calendar: years begin in March, so that the
 * leap day comes last. */
static int64_t days_to(int64_t y, int64_t m, int64_t d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int slurm_time_read(int64_t *utc_s, struct slice f)
{
	int64_t y, mon, d, h, min, s;

	if (slice_none(f)) {
		*utc_s = 0;
		return 0;
	}
	if (f.len != 19 || f.s[4] != '-' || f.s[7] != '-' || f.s[10] != 'T' || f.s[13] != ':' ||
	    f.s[16] != ':')
		return -1;
	if (slice_num(&y, part(f, 0, 4), 1970, 9999) < 0 ||
	    slice_num(&mon, part(f, 5, 2), 1, 12) < 0 ||
	    slice_num(&d, part(f, 8, 2), 1, 31) < 0 ||
	    slice_num(&h, part(f, 11, 2), 0, 23) < 0 ||
	    slice_num(&min, part(f, 14, 2), 0, 59) < 0 ||
	    slice_num(&s, part(f, 17, 2), 0, 60) < 0)
		return -1;
	*utc_s = ((days_to(y, mon, d) * 24 + h) * 60 + min) * 60 + s;
	return 0;
}

/* [D-]H:M:S, M:S (as squeue prints below an hour) or D-H:M:S; hours may have any number of
 * digits. */
int slurm_limit_read(int64_t *secs, struct slice f)
{
	const char *dash = memchr(f.s, '-', f.len);
	struct slice rest = f;
	int64_t days = 0, total = 0;
	int parts = 0;

	*secs = -1;
	if (slice_none(f) || slice_is(f, "UNLIMITED") || slice_is(f, "NOT_SET") ||
	    slice_is(f, "Partition_Limit") || slice_is(f, "INVALID"))
		return 0;
	if (dash) {
		if (slice_num(&days, part(f, 0, (size_t)(dash - f.s)), 0, 1000000) < 0)
			return -1;
		rest = part(f, (size_t)(dash - f.s) + 1, f.len - (size_t)(dash - f.s) - 1);
	}
	for (;; parts++) {
		const char *colon = memchr(rest.s, ':', rest.len);
		size_t n = colon ? (size_t)(colon - rest.s) : rest.len;
		int64_t v;

		if (parts == 3 || slice_num(&v, part(rest, 0, n), 0, 100000000) < 0)
			return -1;
		total = total * 60 + v;
		if (!colon)
			break;
		rest = part(rest, n + 1, rest.len - n - 1);
	}
	if (parts == 0 || (dash && parts != 2))
		return -1;
	*secs = days * 86400 + total;
	return 0;
}

int slurm_job_limit_read(int64_t *secs, struct slice f)
{
	int rc = slurm_limit_read(secs, f);

	if (rc == 0 && *secs == YEAR_S)
		*secs = -1;
	return rc;
}

int slurm_count_read(int64_t *out, struct slice f)
{
	const char *dash = f.len ? memchr(f.s, '-', f.len) : NULL;
	int64_t factor = 1;

	if (dash)
		f.len = (size_t)(dash - f.s);
	if (f.len > 1 && f.s[f.len - 1] == 'K')
		factor = 1024;
	if (f.len > 1 && f.s[f.len - 1] == 'M')
		factor = INT64_C(1024) * 1024;
	if (factor > 1)
		f.len--;
	if (slice_num(out, f, 0, UINT32_MAX) < 0)
		return -1;
	*out *= factor;
	return 0;
}

int slurm_mem_read(int64_t *bytes, struct slice f)
{
	char text[32];

	*bytes = 0;
	if (slice_none(f))
		return 0;
	if (f.len >= sizeof(text))
		return -1;
	memcpy(text, f.s, f.len);
	text[f.len] = '\0';
	return size_read(bytes, text);
}

/* One entry of a list: "gpu", "gpu:2", "gpu:a100:4(S:0-1)", each behind "gres:" (22.05),
 * "gres/" or nothing. */
static int64_t gpus_of(struct slice f)
{
	const char *paren = memchr(f.s, '(', f.len);
	size_t at;
	int64_t n;

	if (paren)
		f.len = (size_t)(paren - f.s);
	if (slice_starts(f, "gres:") || slice_starts(f, "gres/"))
		f = part(f, 5, f.len - 5);
	if (!slice_starts(f, "gpu") || (f.len > 3 && f.s[3] != ':' && f.s[3] != '='))
		return 0;
	for (at = f.len; f.s[at - 1] != ':' && f.s[at - 1] != '=';)
		if (--at == 0)
			return 1;
	if (slice_num(&n, part(f, at, f.len - at), 0, 100000) < 0)
		return f.s[3] == '=' ? 0 : 1; /* "gpu:a100": one of that type */
	return n;
}

/* AllocTRES tells the total and the types: "gres/gpu=4,gres/gpu:a100=4". The types are parts of
 * the total. */
int64_t slurm_gpus(struct slice f)
{
	int64_t total = 0, typed = 0;
	const char *end = f.s + f.len;

	if (slice_none(f))
		return 0;
	for (const char *s = f.s; s < end;) {
		const char *comma = memchr(s, ',', (size_t)(end - s));
		struct slice one = { s, (size_t)((comma ? comma : end) - s) };
		bool is_type = slice_starts(one, "gres/gpu:") && memchr(one.s, '=', one.len);

		*(is_type ? &typed : &total) += gpus_of(one);
		s += one.len + 1;
	}
	return total ? total : typed;
}

struct slice slurm_task_set(struct slice f)
{
	const char *percent = f.len ? memchr(f.s, '%', f.len) : NULL;

	return percent ? part(f, 0, (size_t)(percent - f.s)) : f;
}

/* "7", "3-20", "1-199:2" */
static int range_read(int64_t *tasks, struct slice f)
{
	const char *dash = memchr(f.s, '-', f.len);
	const char *colon = memchr(f.s, ':', f.len);
	size_t n = dash ? (size_t)(dash - f.s) : f.len, to;
	int64_t lo, hi, step = 1;

	if (slice_num(&lo, part(f, 0, n), 0, UINT32_MAX) < 0 || (colon && !dash))
		return -1;
	*tasks = 1;
	if (!dash)
		return 0;
	to = (size_t)((colon ? colon : f.s + f.len) - dash) - 1;
	if (colon && colon < dash)
		return -1;
	if (slice_num(&hi, part(f, n + 1, to), lo, UINT32_MAX) < 0)
		return -1;
	if (colon &&
	    slice_num(&step, part(f, n + to + 2, f.len - n - to - 2), 1, UINT32_MAX) < 0)
		return -1;
	*tasks = (hi - lo) / step + 1;
	return 0;
}

int slurm_tasks_read(int64_t *tasks, int64_t *throttle, struct slice f)
{
	struct slice set = slurm_task_set(f);
	const char *end = set.s + set.len;
	int64_t sum = 0, n;

	*throttle = 0;
	if (set.len < f.len &&
	    slice_num(throttle, part(f, set.len + 1, f.len - set.len - 1), 0, UINT32_MAX) < 0)
		return -1;
	if (set.len == 0)
		return -1;
	for (const char *s = set.s; s <= end;) {
		const char *comma = memchr(s, ',', (size_t)(end - s));
		struct slice one = { s, (size_t)((comma ? comma : end) - s) };

		if (one.len >= 3 && memcmp(one.s + one.len - 3, "...", 3) == 0) {
			*tasks = -1;
			return 0;
		}
		if (one.len == 0 || range_read(&n, one) < 0)
			return -1;
		sum += n;
		s += one.len + 1;
	}
	*tasks = sum;
	return 0;
}

bool slurm_from(const char *version, int year, int month)
{
	const char *dot = version ? strchr(version, '.') : NULL;
	size_t n;
	int64_t y, m;

	if (!dot)
		return false;
	n = strspn(dot + 1, "0123456789");
	if (num_read_n(&y, version, (size_t)(dot - version), 0, 9999) < 0 ||
	    num_read_n(&m, dot + 1, n, 0, 99) < 0)
		return false;
	return y > year || (y == year && m >= month);
}
