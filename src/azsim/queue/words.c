#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/command.h"
#include "base/mem.h"
#include "base/text.h"

#define SET_MAX 64 /* Slurm cuts a list of tasks there, unless it is told not to */

void gq_add_int(struct buf *b, int64_t n)
{
	char text[24];
	size_t at = sizeof(text);
	uint64_t u = n < 0 ? -(uint64_t)n : (uint64_t)n;

	do
		text[--at] = (char)('0' + u % 10);
	while ((u /= 10) > 0);
	if (n < 0)
		text[--at] = '-';
	buf_add(b, text + at, sizeof(text) - at);
}

void gq_add_mem(struct buf *b, int64_t mb, bool exact)
{
	static const char units[] = "MGTP";
	double x = (double)mb;
	int unit = 0;

	if (mb == 0) {
		buf_addc(b, '0');
		return;
	}
	while (x >= 1024 && unit < 3 && (!exact || (int64_t)x % 1024 == 0)) {
		x /= 1024;
		unit++;
	}
	if (x == (double)(int64_t)x)
		buf_addf(b, "%lld%c", (long long)x, units[unit]);
	else
		buf_addf(b, "%.2f%c", x, units[unit]);
}

void gq_add_span(struct buf *b, int64_t secs, bool padded)
{
	long long d = secs / 86400, h = secs / 3600 % 24, m = secs / 60 % 60, s = secs % 60;

	if (d > 0)
		buf_addf(b, "%lld-%02lld:%02lld:%02lld", d, h, m, s);
	else if (padded)
		buf_addf(b, "%02lld:%02lld:%02lld", h, m, s);
	else if (h > 0)
		buf_addf(b, "%lld:%02lld:%02lld", h, m, s);
	else
		buf_addf(b, "%lld:%02lld", m, s);
}

void gq_add_set(struct buf *b, const struct gq_tasks *t, bool whole)
{
	size_t from = b->len;

	gq_tasks_print(b, t);
	if (whole || b->len - from <= SET_MAX)
		return;
	b->len = from + SET_MAX - 2;
	while (b->data[b->len - 1] != ',')
		b->len--;
	b->data[b->len] = '\0';
	buf_adds(b, "...");
}

int64_t gq_mem_of(const struct gq *q, const struct gq_spec *s, bool *per_cpu)
{
	*per_cpu = s->mem_mb < 0 ? q->def_mem_cpu > 0 : s->mem_per_cpu;
	return s->mem_mb < 0 ? q->def_mem_cpu : s->mem_mb;
}

int gq_read_id(uint32_t *id, struct gq_tasks *tasks, const char *text)
{
	size_t n = strspn(text, "0123456789");
	int64_t number, throttle, task;
	char *list;
	int rc;

	*tasks = (struct gq_tasks){ 0 };
	if (num_read_n(&number, text, n, 1, UINT32_MAX - 1) != 0)
		return -1;
	*id = (uint32_t)number;
	if (!text[n])
		return 0;
	if (text[n] != '_')
		return -1;
	if (num_read(&task, text + n + 1, 0, GQ_TASK_MAX) == 0) {
		gq_tasks_add(tasks, task);
		return 0;
	}
	if (text[n + 1] != '[' || text[strlen(text) - 1] != ']')
		return -1;
	list = xstrndup(text + n + 2, strlen(text + n + 2) - 1);
	rc = gq_tasks_read(tasks, &throttle, list, GQ_TASK_MAX);
	free(list);
	return rc;
}

static void add_job(struct gq_job ***v, size_t *n, size_t *cap, struct gq_job *j)
{
	GROW(*v, *n, *cap);
	(*v)[(*n)++] = j;
}

static struct gq_job *rest_of(struct gq_array *a)
{
	struct gq_job *j = a->first;

	while (j && (!j->tasks || j->state != GQ_PENDING))
		j = j->peer_next;
	return j;
}

/* The record of one task, split off what is left when it is still there. */
static struct gq_job *task_of(struct gq *q, struct gq_array *a, int64_t task)
{
	struct gq_job *rest = rest_of(a);

	if (rest && gq_tasks_has(rest->tasks, task))
		return gq_job_split(q, rest, task);
	return gq_job_of_task(a, task);
}

size_t gq_named(struct gq *q, struct gq_job ***out, uint32_t id, const struct gq_tasks *tasks)
{
	struct gq_array *a = gq_array_find(q, id);
	size_t n = 0, cap = 0;

	*out = NULL;
	if (tasks->n > 0) {
		for (size_t i = 0; a && i < tasks->n; i++)
			for (int64_t k = tasks->v[i].from; k <= tasks->v[i].to;
			     k += tasks->v[i].step) {
				struct gq_job *j = task_of(q, a, k);

				if (j)
					add_job(out, &n, &cap, j);
			}
	} else if (a) {
		for (struct gq_job *j = a->first; j; j = j->peer_next)
			add_job(out, &n, &cap, j);
	} else if (gq_job_find(q, id)) {
		add_job(out, &n, &cap, gq_job_find(q, id));
	}
	return n;
}

/*
 * Arguments
 */

static const struct gq_option *by_letter(const struct gq_option *o, size_t n, char c)
{
	for (size_t i = 0; i < n; i++)
		if (o[i].letter == c)
			return &o[i];
	return NULL;
}

static const struct gq_option *by_name(const struct gq_option *o, size_t n, const char *s,
				       size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(o[i].name) == len && memcmp(o[i].name, s, len) == 0)
			return &o[i];
	return NULL;
}

static bool next_letter(struct gq_words *w, const struct gq_option *options, size_t n,
			const struct gq_option **opt, const char **value, const char **bad)
{
	*opt = by_letter(options, n, *w->rest);
	*bad = *opt ? NULL : w->argv->v[w->at - 1];
	*value = "";
	w->rest++;
	if (!*opt) {
		*value = w->rest = NULL;
		return true;
	}
	if ((*opt)->value) {
		*value = *w->rest ? w->rest : w->at < w->argv->n ? w->argv->v[w->at++] : NULL;
		if (!*value)
			*bad = w->argv->v[w->at - 1];
		w->rest = NULL;
	} else if (!*w->rest) {
		w->rest = NULL;
	}
	return true;
}

static bool next_long(struct gq_words *w, const struct gq_option *options, size_t n,
		      const struct gq_option **opt, const char **value, const char **bad)
{
	const char *s = w->argv->v[w->at - 1], *eq = strchr(s, '=');

	*opt = by_name(options, n, s + 2, eq ? (size_t)(eq - s) - 2 : strlen(s) - 2);
	*value = eq ? eq + 1 : "";
	if (*opt && (*opt)->value && !eq)
		*value = w->at < w->argv->n ? w->argv->v[w->at++] : NULL;
	if (!*opt)
		*value = NULL;
	*bad = *value ? NULL : s;
	return true;
}

bool gq_next_word(struct gq_words *w, const struct gq_option *options, size_t n,
		  const struct gq_option **opt, const char **value, const char **bad)
{
	const char *s;

	if (w->rest)
		return next_letter(w, options, n, opt, value, bad);
	if (w->at >= w->argv->n)
		return false;
	s = w->argv->v[w->at++];
	if (!w->only_operands && strcmp(s, "--") == 0) {
		w->only_operands = true;
		return gq_next_word(w, options, n, opt, value, bad);
	}
	if (!w->only_operands && strncmp(s, "--", 2) == 0)
		return next_long(w, options, n, opt, value, bad);
	if (!w->only_operands && s[0] == '-' && s[1]) {
		w->rest = s + 1;
		return next_letter(w, options, n, opt, value, bad);
	}
	*opt = NULL;
	*value = s;
	*bad = NULL;
	return true;
}
