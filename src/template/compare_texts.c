/* Two texts as the lines that one of them has alone, with some around: the longest common
 * subsequence of lines, after equal ends are set aside. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "template/compare.h"

#define CELLS_MAX                                                                              \
	((size_t)4 << 20) /* of the table; beyond it all of the middle is replaced             \
			   */

struct text_line {
	const char *text;
	size_t len;
};

struct lines {
	struct text_line *v;
	size_t n, cap;
};

static void split(struct lines *out, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		GROW(out->v, out->n, out->cap);
		out->v[out->n++] = (struct text_line){ text, n };
		text += n + (text[n] == '\n');
	}
}

static bool same(const struct text_line *a, const struct text_line *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static void put(struct compare_lines *out, char sign, const struct lines *from, size_t i,
		const struct lines *to, size_t k)
{
	const struct text_line *l = sign == '+' ? &to->v[k] : &from->v[i];

	GROW(out->v, out->n, out->cap);
	out->v[out->n++] =
	    (struct compare_line){ .sign = sign,
				   .old_line = sign == '+' ? 0 : (unsigned int)i + 1,
				   .new_line = sign == '-' ? 0 : (unsigned int)k + 1,
				   .text = l->text,
				   .len = l->len };
}

struct middle { /* what is left between the equal ends */
	const struct lines *from, *to;
	size_t at, n_from, n_to;
};

/* table[i][k]: how many lines the rests from i and k on have in common. */
static uint16_t *common(const struct middle *m)
{
	size_t wide = m->n_to + 1;
	uint16_t *table;

	if ((m->n_from + 1) * wide > CELLS_MAX || m->n_from > UINT16_MAX)
		return NULL;
	table = xcalloc((m->n_from + 1) * wide, sizeof(*table));
	for (size_t i = m->n_from; i-- > 0;)
		for (size_t k = m->n_to; k-- > 0;) {
			uint16_t down = table[(i + 1) * wide + k],
				 right = table[i * wide + k + 1];

			if (same(&m->from->v[m->at + i], &m->to->v[m->at + k]))
				table[i * wide + k] =
				    (uint16_t)(table[(i + 1) * wide + k + 1] + 1);
			else
				table[i * wide + k] = down > right ? down : right;
		}
	return table;
}

static void put_middle(struct compare_lines *out, const struct middle *m)
{
	uint16_t *table = common(m);
	size_t i = 0, k = 0, wide = m->n_to + 1;

	while (i < m->n_from || k < m->n_to) {
		size_t a = m->at + i, b = m->at + k;

		if (table && i < m->n_from && k < m->n_to &&
		    same(&m->from->v[a], &m->to->v[b])) {
			put(out, ' ', m->from, a, m->to, b);
			i++;
			k++;
		} else if (i < m->n_from &&
			   (k == m->n_to || !table ||
			    table[(i + 1) * wide + k] >= table[i * wide + k + 1])) {
			put(out, '-', m->from, a, m->to, b);
			i++;
		} else {
			put(out, '+', m->from, a, m->to, b);
			k++;
		}
	}
	free(table);
}

/* Equal lines farther than the context from anything else go. */
static void leave_out(struct compare_lines *l)
{
	bool *near = xcalloc(l->n + 1, sizeof(*near));
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		size_t first = i > COMPARE_CONTEXT ? i - COMPARE_CONTEXT : 0;

		for (size_t k = first;
		     l->v[i].sign != ' ' && k < l->n && k <= i + COMPARE_CONTEXT; k++)
			near[k] = true;
	}
	for (size_t i = 0; i < l->n; i++) {
		if (near[i])
			l->v[n++] = l->v[i];
		else if (n == 0 || l->v[n - 1].sign != '@')
			l->v[n++] = (struct compare_line){ .sign = '@', .text = "" };
	}
	l->n = n;
	free(near);
}

void compare_texts(struct compare_lines *out, const char *from, const char *to)
{
	struct lines a = { 0 }, b = { 0 };
	struct middle m = { .from = &a, .to = &b };
	size_t end = 0, less;

	*out = (struct compare_lines){ 0 };
	split(&a, from);
	split(&b, to);
	less = a.n < b.n ? a.n : b.n;
	while (m.at < less && same(&a.v[m.at], &b.v[m.at]))
		m.at++;
	while (end < less - m.at && same(&a.v[a.n - 1 - end], &b.v[b.n - 1 - end]))
		end++;
	m.n_from = a.n - m.at - end;
	m.n_to = b.n - m.at - end;
	if (m.n_from || m.n_to) {
		for (size_t i = 0; i < m.at; i++)
			put(out, ' ', &a, i, &b, i);
		put_middle(out, &m);
		for (size_t i = 0; i < end; i++)
			put(out, ' ', &a, a.n - end + i, &b, b.n - end + i);
		leave_out(out);
	}
	free(a.v);
	free(b.v);
}

void compare_lines_clear(struct compare_lines *l)
{
	free(l->v);
	*l = (struct compare_lines){ 0 };
}
