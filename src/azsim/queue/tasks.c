#include "azsim/queue/tasks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static int64_t count_of(const struct gq_range *r)
{
	return (r->to - r->from) / r->step + 1;
}

static void insert(struct gq_tasks *t, size_t at, struct gq_range r)
{
	GROW(t->v, t->n, t->cap);
	memmove(t->v + at + 1, t->v + at, (t->n - at) * sizeof(*t->v));
	t->v[at] = r;
	t->n++;
	t->count += count_of(&r);
}

static void drop(struct gq_tasks *t, size_t at)
{
	t->count -= count_of(&t->v[at]);
	t->n--;
	memmove(t->v + at, t->v + at + 1, (t->n - at) * sizeof(*t->v));
}

/* "7", "5-37", "1-199:2" */
static int read_range(struct gq_range *r, const char *s, size_t n, int64_t max)
{
	const char *dash = memchr(s, '-', n), *colon = memchr(s, ':', n);
	size_t end = colon ? (size_t)(colon - s) : n;

	*r = (struct gq_range){ .step = 1 };
	if (!dash) {
		if (colon || num_read_n(&r->from, s, n, 0, max) != 0)
			return -1;
		r->to = r->from;
		return 0;
	}
	if (num_read_n(&r->from, s, (size_t)(dash - s), 0, max) != 0 ||
	    num_read_n(&r->to, dash + 1, end - (size_t)(dash + 1 - s), r->from, max) != 0 ||
	    (colon && num_read_n(&r->step, colon + 1, n - end - 1, 1, max) != 0))
		return -1;
	r->to -= (r->to - r->from) % r->step;
	if (r->from == r->to)
		r->step = 1;
	return 0;
}

static int by_first(const void *a, const void *b)
{
	const struct gq_range *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static bool overlaps(const struct gq_tasks *t)
{
	for (size_t i = 1; i < t->n; i++)
		if (t->v[i].from <= t->v[i - 1].to)
			return true;
	return false;
}

/* Ranges that lie across each other ("1-9:2,4") become single tasks. */
static void untangle(struct gq_tasks *t)
{
	struct gq_tasks old = *t;

	*t = (struct gq_tasks){ 0 };
	for (size_t i = 0; i < old.n; i++)
		for (int64_t k = old.v[i].from; k <= old.v[i].to; k += old.v[i].step)
			if (!gq_tasks_has(t, k))
				gq_tasks_add(t, k);
	free(old.v);
}

int gq_tasks_read(struct gq_tasks *t, int64_t *throttle, const char *text, int64_t max)
{
	const char *percent = strchr(text, '%');
	size_t len = percent ? (size_t)(percent - text) : strlen(text);
	struct gq_range r;

	*t = (struct gq_tasks){ 0 };
	*throttle = 0;
	if (len == 0 || (percent && num_read(throttle, percent + 1, 1, GQ_TASK_MAX) != 0))
		return -1;
	for (size_t at = 0; at <= len;) {
		const char *comma = memchr(text + at, ',', len - at);
		size_t end = comma ? (size_t)(comma - text) : len;

		if (read_range(&r, text + at, end - at, max) != 0) {
			gq_tasks_clear(t);
			return -1;
		}
		insert(t, t->n, r);
		at = end + 1;
	}
	qsort(t->v, t->n, sizeof(*t->v), by_first);
	if (overlaps(t))
		untangle(t);
	return 0;
}

void gq_tasks_print(struct buf *out, const struct gq_tasks *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct gq_range *r = &t->v[i];

		buf_addf(out, "%s%lld", i ? "," : "", (long long)r->from);
		if (r->to != r->from)
			buf_addf(out, "-%lld", (long long)r->to);
		if (r->step != 1)
			buf_addf(out, ":%lld", (long long)r->step);
	}
}

/* The first range that does not end before the task. */
static size_t place_of(const struct gq_tasks *t, int64_t task)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (t->v[mid].to < task)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool gq_tasks_has(const struct gq_tasks *t, int64_t task)
{
	size_t i = place_of(t, task);

	return i < t->n && t->v[i].from <= task && (task - t->v[i].from) % t->v[i].step == 0;
}

static void split(struct gq_tasks *t, size_t at, int64_t before)
{
	struct gq_range r = t->v[at], a = r, b = r;

	a.to = before - 1 - (before - 1 - r.from) % r.step;
	b.from = a.to + r.step;
	if (a.from == a.to)
		a.step = 1;
	if (b.from == b.to)
		b.step = 1;
	drop(t, at);
	insert(t, at, b);
	insert(t, at, a);
}

void gq_tasks_add(struct gq_tasks *t, int64_t task)
{
	size_t i = place_of(t, task);

	if (i < t->n && t->v[i].from < task) { /* between two of a range with a step */
		split(t, i, task);
		i++;
	}
	insert(t, i, (struct gq_range){ task, task, 1 });
	if (i + 1 < t->n && t->v[i + 1].step == 1 && t->v[i + 1].from == task + 1) {
		struct gq_range r = { task, t->v[i + 1].to, 1 };

		drop(t, i);
		drop(t, i);
		insert(t, i, r);
	}
	if (i > 0 && t->v[i - 1].step == 1 && t->v[i - 1].to == task - 1) {
		struct gq_range r = { t->v[i - 1].from, t->v[i].to, 1 };

		drop(t, i - 1);
		drop(t, i - 1);
		insert(t, i - 1, r);
	}
}

int64_t gq_tasks_first(const struct gq_tasks *t)
{
	return t->n ? t->v[0].from : -1;
}

bool gq_tasks_take(struct gq_tasks *t, int64_t task)
{
	size_t i = place_of(t, task);
	struct gq_range r;

	if (!gq_tasks_has(t, task))
		return false;
	r = t->v[i];
	drop(t, i);
	if (task < r.to)
		insert(t, i,
		       (struct gq_range){ task + r.step, r.to,
					  task + r.step == r.to ? 1 : r.step });
	if (task > r.from)
		insert(t, i,
		       (struct gq_range){ r.from, task - r.step,
					  r.from == task - r.step ? 1 : r.step });
	return true;
}

void gq_tasks_copy(struct gq_tasks *to, const struct gq_tasks *from)
{
	*to = (struct gq_tasks){ .n = from->n, .cap = from->n, .count = from->count };
	if (from->n) {
		to->v = xcalloc(from->n, sizeof(*to->v));
		memcpy(to->v, from->v, from->n * sizeof(*to->v));
	}
}

void gq_tasks_clear(struct gq_tasks *t)
{
	free(t->v);
	*t = (struct gq_tasks){ 0 };
}
