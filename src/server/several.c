#include "server/several.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/queue.h"

bool is_host_list(const char *text)
{
	return strpbrk(text, "[,") != NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcasecmp(*(char *const *)a, *(char *const *)b);
}

int hosts_sort(struct strs *out, const char *list)
{
	if (hostlist_expand(out, list, NULL) < 0 || out->n == 0)
		return -1;
	qsort(out->v, out->n, sizeof(*out->v), by_name);
	return 0;
}

bool hosts_have(const struct strs *sorted, const char *name)
{
	return bsearch(&name, sorted->v, sorted->n, sizeof(*sorted->v), by_name) != NULL;
}

static const char *read_task(const char *s, int64_t *out)
{
	size_t digits = strspn(s, "0123456789");

	if (digits == 0 || digits > 9)
		return NULL;
	*out = strtoll(s, NULL, 10);
	return s + digits;
}

static bool add_range(struct tasks *t, int64_t from, int64_t to, int64_t by)
{
	if (t->n == TASKS_MAX || to < from || by < 1)
		return false;
	t->v[t->n++] = (struct task_range){ from, to, by };
	return true;
}

/* Behind the bracket: "0-9,12-20:2%4]". A long list of the queue ends in "...": what was cut is
 * not known. */
static bool read_list(struct tasks *t, const char *s)
{
	for (;;) {
		int64_t from, to, by = 1;

		if (strncmp(s, "...", 3) == 0)
			return t->n > 0;
		if (!(s = read_task(s, &from)))
			return false;
		to = from;
		if (*s == '-' && !(s = read_task(s + 1, &to)))
			return false;
		if (*s == ':' && !(s = read_task(s + 1, &by)))
			return false;
		if (!add_range(t, from, to, by))
			return false;
		if (*s == '%')
			s += 1 + strspn(s + 1, "0123456789");
		if (*s != ',')
			return s[0] == ']' && !s[1];
		s++;
	}
}

bool tasks_read(struct tasks *out, const char *text)
{
	const char *line = strchr(text, '_'), *s;
	size_t len = line ? (size_t)(line - text) : 0;
	int64_t from, to;

	*out = (struct tasks){ .n = 0 };
	if (len == 0 || len >= sizeof(out->array))
		return false;
	memcpy(out->array, text, len);
	if (line[1] == '[')
		return read_list(out, line + 2);
	if (!(s = read_task(line + 1, &from)))
		return false;
	if (!*s)
		return add_range(out, from, from, 1);
	if (strncmp(s, "..", 2) != 0)
		return false;
	s += 2;
	if (strncmp(s, text, len + 1) == 0) /* the array once more */
		s += len + 1;
	s = read_task(s, &to);
	return s && !*s && add_range(out, from, to, 1);
}

static bool ranges_meet(const struct task_range *a, const struct task_range *b)
{
	const struct task_range *few = a->to - a->from <= b->to - b->from ? a : b;
	const struct task_range *many = few == a ? b : a;
	int64_t at = few->from, to = few->to < many->to ? few->to : many->to;

	if (at < many->from)
		at += (many->from - at + few->by - 1) / few->by * few->by;
	/* what one leaves out goes round within as many as the other's step */
	for (int64_t i = 0; at <= to && i < many->by; i++, at += few->by)
		if ((at - many->from) % many->by == 0)
			return true;
	return false;
}

bool tasks_meet(const struct tasks *a, const struct tasks *b)
{
	if (strcmp(a->array, b->array) != 0)
		return false;
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (ranges_meet(&a->v[i], &b->v[k]))
				return true;
	return false;
}
