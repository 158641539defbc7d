#include "azsim/arm/graph_query.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum tok { END, WORD, STRING, PUNCT };

struct lex {
	const char *text;
	size_t len, at, start;
	enum tok kind;
	char word[512]; /* of a word or string, or the characters of an operator */
	bool too_long;
	struct err *err;
};

static void put(struct lex *l, size_t *n, char ch)
{
	if (*n + 1 < sizeof(l->word))
		l->word[(*n)++] = ch;
	else
		l->too_long = true;
}

static bool word_char(char ch)
{
	return isalnum((unsigned char)ch) || ch == '_' || ch == '.' || ch == '$' || ch == '~';
}

static void lex_string(struct lex *l, size_t *n)
{
	char quote = l->text[l->at++];

	while (l->at < l->len && l->text[l->at] != quote)
		put(l, n, l->text[l->at++]);
	l->kind = l->at < l->len ? STRING : END;
	l->at += l->at < l->len;
}

static void lex_next(struct lex *l)
{
	static const char *const pairs[] = { "==", "=~", "!=", "!~" };
	size_t n = 0;

	while (l->at < l->len && isspace((unsigned char)l->text[l->at]))
		l->at++;
	l->start = l->at;
	l->kind = END;
	if (l->at < l->len && (l->text[l->at] == '\'' || l->text[l->at] == '"')) {
		lex_string(l, &n);
	} else if (l->at < l->len && word_char(l->text[l->at]) && l->text[l->at] != '~') {
		l->kind = WORD;
		while (l->at < l->len && word_char(l->text[l->at]))
			put(l, &n, l->text[l->at++]);
	} else if (l->at < l->len) {
		l->kind = PUNCT;
		put(l, &n, l->text[l->at++]);
		for (size_t i = 0; i < 4 && l->at < l->len; i++)
			if (l->word[0] == pairs[i][0] && l->text[l->at] == pairs[i][1]) {
				put(l, &n, l->text[l->at++]);
				break;
			}
	}
	l->word[n] = '\0';
}

static int wrong(struct lex *l, const char *want)
{
	return err_set(l->err, ERR_PARSE, "at byte %zu: %s is wanted", l->start, want);
}

static bool is(const struct lex *l, const char *word)
{
	return l->kind != STRING && l->kind != END && strcmp(l->word, word) == 0;
}

static int expect(struct lex *l, const char *word)
{
	if (!is(l, word))
		return wrong(l, word);
	lex_next(l);
	return 0;
}

static int add_path(struct lex *l, struct graph_field *f, const char *part)
{
	size_t n = strlen(f->path);

	if (n + strlen(part) + 2 > sizeof(f->path))
		return wrong(l, "a shorter field");
	snprintf(f->path + n, sizeof(f->path) - n, "%s%s", n ? "." : "", part);
	return 0;
}

/* a.b['c'].d[0], or tostring(...) around it */
static int read_field(struct lex *l, struct graph_field *f)
{
	bool call;

	*f = (struct graph_field){ 0 };
	if (l->kind != WORD)
		return wrong(l, "a field");
	call = strcmp(l->word, "tostring") == 0 || strcmp(l->word, "tolower") == 0;
	if (call) {
		lex_next(l);
		if (expect(l, "(") != 0)
			return -1;
	}
	if (l->kind != WORD || add_path(l, f, l->word) != 0)
		return wrong(l, "a field");
	lex_next(l);
	while (is(l, "[")) {
		lex_next(l);
		if (strcmp(f->path, "tags") == 0) {
			f->tag = true;
			f->path[0] = '\0';
		}
		if ((l->kind != STRING && l->kind != WORD) || add_path(l, f, l->word) != 0)
			return wrong(l, "a name in brackets");
		lex_next(l);
		if (expect(l, "]") != 0)
			return -1;
		if (l->kind == WORD && l->word[0] == '.') {
			if (add_path(l, f, l->word + 1) != 0)
				return -1;
			lex_next(l);
		}
	}
	if (strncmp(f->path, "tags.", 5) == 0) {
		memmove(f->path, f->path + 5, strlen(f->path + 5) + 1);
		f->tag = true;
	}
	return call ? expect(l, ")") : 0;
}

static int add_value(struct lex *l, struct graph_test *t)
{
	if (l->kind != STRING && l->kind != WORD)
		return wrong(l, "a text in quotes");
	if (strs_add(&t->values, l->word) != 0)
		return wrong(l, "fewer values");
	lex_next(l);
	return 0;
}

static int read_list(struct lex *l, struct graph_test *t)
{
	if (expect(l, "(") != 0 || add_value(l, t) != 0)
		return -1;
	while (is(l, ",")) {
		lex_next(l);
		if (add_value(l, t) != 0)
			return -1;
	}
	return expect(l, ")");
}

static const struct {
	const char *word;
	enum graph_op op;
	bool negate, list;
} ops[] = {
	{ "==", GRAPH_EQ, false, false },
	{ "=~", GRAPH_EQ_FOLD, false, false },
	{ "!=", GRAPH_EQ, true, false },
	{ "!~", GRAPH_EQ_FOLD, true, false },
	{ "in", GRAPH_EQ, false, true },
	{ "in~", GRAPH_EQ_FOLD, false, true },
	{ "startswith", GRAPH_STARTS, false, false },
	{ "contains", GRAPH_CONTAINS, false, false },
};

static int read_test(struct lex *l, struct graph_query *q)
{
	struct graph_test *t;

	if (q->n_tests == GRAPH_MAX)
		return wrong(l, "a shorter where");
	t = &q->tests[q->n_tests++];
	t->values = (struct strs)STRS_INIT(2048);
	if (is(l, "isnotempty")) {
		t->op = GRAPH_NOT_EMPTY;
		lex_next(l);
		return expect(l, "(") != 0 || read_field(l, &t->field) != 0 ||
			       expect(l, ")") != 0
			   ? -1
			   : 0;
	}
	if (read_field(l, &t->field) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (!is(l, ops[i].word))
			continue;
		t->op = ops[i].op;
		t->negate = ops[i].negate;
		lex_next(l);
		return ops[i].list ? read_list(l, t) : add_value(l, t);
	}
	return wrong(l, "one of == =~ != !~ in in~ startswith contains");
}

static int read_where(struct lex *l, struct graph_query *q)
{
	do {
		lex_next(l);
		if (read_test(l, q) != 0)
			return -1;
	} while (is(l, "and"));
	return 0;
}

/* Without a name a column is called by its path, dots as underscores. */
static int read_column(struct lex *l, char name[80], struct graph_field *f)
{
	struct lex back = *l;

	if (l->kind == WORD) {
		snprintf(name, 80, "%.79s", l->word);
		lex_next(l);
		if (is(l, "=")) {
			lex_next(l);
			return read_field(l, f);
		}
	}
	*l = back;
	if (read_field(l, f) != 0)
		return -1;
	snprintf(name, 80, "%s%.70s", f->tag ? "tags_" : "", f->path);
	for (char *p = name; *p; p++)
		if (*p == '.')
			*p = '_';
	return 0;
}

static int read_project(struct lex *l, struct graph_query *q)
{
	q->n_columns = 0;
	do {
		struct graph_column *c;

		lex_next(l);
		if (q->n_columns == GRAPH_MAX)
			return wrong(l, "fewer columns");
		c = &q->columns[q->n_columns++];
		if (read_column(l, c->name, &c->field) != 0)
			return -1;
	} while (is(l, ","));
	return 0;
}

/* A later step may name a column of the projection. */
static void resolve(const struct graph_query *q, struct graph_field *f)
{
	for (size_t i = 0; i < q->n_columns; i++)
		if (!f->tag && strcmp(q->columns[i].name, f->path) == 0) {
			*f = q->columns[i].field;
			return;
		}
}

static int read_summarize(struct lex *l, struct graph_query *q)
{
	snprintf(q->count_name, sizeof(q->count_name), "count_");
	lex_next(l);
	if (l->kind == WORD && strcmp(l->word, "count") != 0) {
		snprintf(q->count_name, sizeof(q->count_name), "%.79s", l->word);
		lex_next(l);
		if (expect(l, "=") != 0)
			return -1;
	}
	if (expect(l, "count") != 0 || expect(l, "(") != 0 || expect(l, ")") != 0)
		return -1;
	if (!is(l, "by"))
		return 0;
	lex_next(l);
	if (read_column(l, q->by_name, &q->by) != 0)
		return -1;
	resolve(q, &q->by);
	return 0;
}

static int read_order(struct lex *l, struct graph_query *q)
{
	lex_next(l);
	if (expect(l, "by") != 0 || read_field(l, &q->order) != 0)
		return -1;
	resolve(q, &q->order);
	q->descending = !is(l, "asc"); /* as in Kusto: descending unless said */
	if (is(l, "asc") || is(l, "desc"))
		lex_next(l);
	return 0;
}

static int read_take(struct lex *l, struct graph_query *q)
{
	lex_next(l);
	if (l->kind != WORD || num_read(&q->take, l->word, 1, 1000000) != 0)
		return wrong(l, "a number");
	lex_next(l);
	return 0;
}

static const struct {
	const char *word;
	int (*read)(struct lex *l, struct graph_query *q);
} steps[] = {
	{ "where", read_where }, { "project", read_project }, { "summarize", read_summarize },
	{ "order", read_order }, { "sort", read_order },      { "take", read_take },
	{ "limit", read_take },
};

static int read_step(struct lex *l, struct graph_query *q)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (is(l, steps[i].word))
			return steps[i].read(l, q);
	return wrong(l, "where, project, summarize, order by or take");
}

int graph_read(struct graph_query *q, const char *text, size_t len, struct err *err)
{
	struct lex l = { .text = text, .len = len, .err = err };

	*q = (struct graph_query){ 0 };
	lex_next(&l);
	if (l.kind != WORD || (text_casecmp(l.word, "Resources") != 0 &&
			       text_casecmp(l.word, "ComputeResources") != 0))
		return wrong(&l, "the table Resources");
	lex_next(&l);
	while (is(&l, "|")) {
		lex_next(&l);
		if (read_step(&l, q) != 0)
			return -1;
		if (l.too_long)
			return wrong(&l, "a shorter word");
	}
	if (l.kind == END && l.start >= len)
		return 0;
	return wrong(&l, "the end, or '|'");
}

void graph_clear(struct graph_query *q)
{
	for (size_t i = 0; i < q->n_tests; i++)
		strs_clear(&q->tests[i].values);
	*q = (struct graph_query){ 0 };
}
