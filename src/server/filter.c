#include "server/filter.h"

#include <ctype.h>
#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/columns.h"
#include "model/queue.h"
#include "server/pattern.h"
#include "server/several.h"

#define DEPTH_MAX 20 /* of parentheses */
#define MEMO_BITS 6
#define MEMO_SIZE (1U << MEMO_BITS)

enum compare {
	IS_PART,
	IS_SAME,
	IS_HOST,
	IS_TASK,
	IS_REGEX,
	IS_WORD,
	IS_EQUAL,
	IS_ABOVE,
	IS_BELOW
};

/* Texts of a queue that are equal have one address: each is looked at once in a while. */
struct memo {
	const char *text;
	bool passes;
};

struct test {
	const struct row_column *column; /* NULL: any that is shown */
	enum compare compare;
	bool or_equal; /* of ABOVE and BELOW */
	bool fold;     /* the value has no capital */
	char *value;
	size_t len;
	regex_t regex;
	struct strs hosts;   /* of HOST, sorted */
	struct tasks *tasks; /* of TASK */
	bool no_task;	     /* of TASK: its array has none of them */
	uint64_t codes;	     /* of the words that fit */
	double number;
	struct memo memo[MEMO_SIZE];
};

/* One flag, and jumps over what can no longer change it. */
enum step_do { STEP_TEST, STEP_NOT, STEP_IF_TRUE, STEP_IF_FALSE };

struct step {
	enum step_do what;
	size_t arg; /* test, or where to go on */
};

struct filter {
	enum noun noun;
	struct step *steps;
	size_t n_steps, cap_steps;
	struct test **tests; /* each stays where it is: a compiled expression may not move */
	size_t n_tests, cap_tests;
	bool moves;
};

/*
 * Running
 */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same_n(const char *a, const char *b, size_t n, bool fold)
{
	for (size_t i = 0; i < n; i++)
		if ((fold ? lower(a[i]) : a[i]) != b[i])
			return false;
	return true;
}

/* value is in lower case where the case does not matter. */
static bool has_part(const char *text, const struct test *t)
{
	char first[3] = { t->value[0] };

	if (!first[0])
		return true;
	if (t->fold)
		first[1] = (char)toupper((unsigned char)first[0]);
	for (text = strpbrk(text, first); text; text = strpbrk(text + 1, first))
		if (strnlen(text, t->len) == t->len && same_n(text, t->value, t->len, t->fold))
			return true;
	return false;
}

static bool is_same(const char *text, const struct test *t)
{
	if (strnlen(text, t->len) < t->len || !same_n(text, t->value, t->len, t->fold))
		return false;
	return text[t->len] == '\0' || (t->column && t->column->tasks && text[t->len] == '_');
}

static bool has_task(const char *text, const struct test *t)
{
	struct tasks tasks;

	if (is_same(text, t))
		return true;
	if (strcmp(text, t->tasks->array) == 0) /* the row of the array */
		return !t->no_task;
	return tasks_read(&tasks, text) && tasks_meet(&tasks, t->tasks);
}

static bool name_passes(const struct test *t, const char *text)
{
	switch (t->compare) {
	case IS_SAME:
		return is_same(text, t);
	case IS_HOST:
		return hosts_have(&t->hosts, text);
	case IS_TASK:
		return has_task(text, t);
	case IS_REGEX:
		return regexec(&t->regex, text, 0, NULL, 0) == 0;
	default:
		return has_part(text, t);
	}
}

static bool any_host_passes(const struct test *t, const char *list)
{
	struct strs names = STRS_INIT(HOSTS_MAX);
	bool passes = false;

	if (hostlist_expand(&names, list, NULL) == 0)
		for (size_t i = 0; i < names.n && !passes; i++)
			passes = name_passes(t, names.v[i]);
	strs_clear(&names);
	return passes;
}

static bool text_passes(struct test *t, const char *text)
{
	bool hosts = t->column && t->column->hosts && is_host_list(text);
	uintptr_t address = (uintptr_t)text;
	struct memo *m;

	if (t->compare == IS_SAME && !hosts)
		return is_same(text, t);
	m = &t->memo[(uint32_t)(address >> 3) * 2654435769U >> (32 - MEMO_BITS)];
	if (m->text != text) {
		m->text = text;
		m->passes = name_passes(t, text) || (hosts && any_host_passes(t, text));
	}
	return m->passes;
}

static bool number_passes(const struct test *t, double x)
{
	if (isnan(x))
		return false;
	if (t->compare == IS_EQUAL || t->or_equal)
		if (fabs(x - t->number) < 1e-9)
			return true;
	return t->compare == IS_ABOVE	? x > t->number
	       : t->compare == IS_BELOW ? x < t->number
					: false;
}

static bool word_passes(struct test *t, const struct column_words *w, int code)
{
	const char *brief = w->brief(code);

	return text_passes(t, w->name(code)) || (brief[0] && text_passes(t, brief));
}

static bool any_passes(struct test *t, enum noun noun, const void *row)
{
	size_t n;
	const struct row_column *c = columns_of(noun, &n);

	for (size_t i = 0; i < n; i++) {
		struct row_value cell;

		if (!c[i].shown)
			continue;
		cell = c[i].get(row, 0);
		if (c[i].kind == COLUMN_WORD ? word_passes(t, c[i].words, (int)cell.number)
					     : text_passes(t, cell.text))
			return true;
	}
	return false;
}

static bool test_passes(struct test *t, enum noun noun, const void *row, int64_t now_ms)
{
	struct row_value cell;

	if (!t->column)
		return any_passes(t, noun, row);
	cell = t->column->get(row, now_ms);
	if (column_is_text(t->column))
		return text_passes(t, cell.text);
	if (t->compare == IS_WORD)
		return (t->codes >> (unsigned int)cell.number & 1) != 0;
	if (t->column->kind == COLUMN_WORD)
		return word_passes(t, t->column->words, (int)cell.number) ||
		       (t->column->says && text_passes(t, t->column->says(row, now_ms).text));
	return number_passes(t, cell.number);
}

bool filter_passes(struct filter *f, const void *row, int64_t now_ms)
{
	bool passes = true;

	for (size_t i = 0; i < f->n_steps; i++) {
		const struct step *s = &f->steps[i];

		switch (s->what) {
		case STEP_TEST:
			passes = test_passes(f->tests[s->arg], f->noun, row, now_ms);
			break;
		case STEP_NOT:
			passes = !passes;
			break;
		case STEP_IF_TRUE:
		case STEP_IF_FALSE:
			if (passes == (s->what == STEP_IF_TRUE))
				i = s->arg - 1;
			break;
		}
	}
	return passes;
}

void filter_begin(struct filter *f)
{
	for (size_t i = 0; i < f->n_tests; i++)
		memset(f->tests[i]->memo, 0, sizeof(f->tests[i]->memo));
}

void filter_fold(struct filter *f, const struct rows *jobs)
{
	for (size_t i = 0; i < f->n_tests; i++) {
		struct test *t = f->tests[i];

		t->no_task = t->compare == IS_TASK;
		for (size_t k = 0; t->no_task && k < jobs->n; k++) {
			const struct job *j = rows_at(jobs, k);

			t->no_task =
			    strcmp(j->array_id, t->tasks->array) != 0 || !has_task(j->id, t);
		}
	}
}

bool filter_is_empty(const struct filter *f)
{
	return f->n_steps == 0;
}

bool filter_moves(const struct filter *f)
{
	return f->moves;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n_tests; i++) {
		if (f->tests[i]->compare == IS_REGEX)
			regfree(&f->tests[i]->regex);
		free(f->tests[i]->value);
		free(f->tests[i]->tasks);
		strs_clear(&f->tests[i]->hosts);
		free(f->tests[i]);
	}
	free(f->tests);
	free(f->steps);
	free(f);
}

/*
 * Parsing
 */

struct parse {
	struct filter *f;
	const char *text;
	size_t at;
	int depth;
	struct err *err;
};

struct value {
	size_t at; /* where it begins, for messages */
	struct buf text;
	bool regex, quoted;
};

static size_t character_at(const struct parse *p, size_t at)
{
	size_t n = 1;

	for (size_t i = 0; i < at; i++)
		n += ((unsigned char)p->text[i] & 0xc0) != 0x80;
	return n;
}

static int fail(struct parse *p, size_t at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(struct parse *p, size_t at, const char *fmt, ...)
{
	struct buf why = BUF_INIT(1024);
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&why, fmt, ap);
	va_end(ap);
	err_set(p->err, ERR_INVALID, "at character %zu: %s", character_at(p, at),
		buf_str(&why));
	buf_clear(&why);
	return -1;
}

static void add_step(struct filter *f, enum step_do what, size_t arg)
{
	GROW(f->steps, f->n_steps, f->cap_steps);
	f->steps[f->n_steps++] = (struct step){ what, arg };
}

static size_t add_jump(struct filter *f, enum step_do what)
{
	add_step(f, what, 0);
	return f->n_steps - 1;
}

static void land(struct filter *f, size_t jump)
{
	f->steps[jump].arg = f->n_steps;
}

static struct test *add_test(struct filter *f)
{
	GROW(f->tests, f->n_tests, f->cap_tests);
	f->tests[f->n_tests] = xcalloc(1, sizeof(struct test));
	add_step(f, STEP_TEST, f->n_tests);
	return f->tests[f->n_tests++];
}

static void skip_spaces(struct parse *p)
{
	p->at += strspn(p->text + p->at, " \t");
}

static int set_regex(struct parse *p, struct test *t, const struct value *v)
{
	char why[100];
	int rc;

	if (!pattern_is_modest(buf_str(&v->text)))
		return fail(p, v->at, "this expression is too large: repeat less, without \\1");
	rc = regcomp(&t->regex, buf_str(&v->text),
		     REG_EXTENDED | REG_NOSUB | (t->fold ? REG_ICASE : 0));
	if (rc == 0) {
		t->compare = IS_REGEX;
		return 0;
	}
	regerror(rc, NULL, why, sizeof(why));
	return fail(p, v->at, "%s", why);
}

static void set_text(struct test *t, const struct value *v)
{
	t->value = xstrdup(buf_str(&v->text));
	t->len = strlen(t->value);
	t->fold = true;
	for (const char *c = t->value; *c; c++)
		if (isupper((unsigned char)*c))
			t->fold = false;
}

/* Quotes hide everything but \" ; slashes everything but \/ . */
static int read_enclosed(struct parse *p, struct value *v, char end)
{
	const char *c = p->text + p->at + 1;

	for (; *c && *c != end; c++) {
		if (*c == '\\' && c[1] == end)
			c++;
		buf_addc(&v->text, *c);
	}
	if (!*c)
		return fail(p, p->at, "%c is not closed", end);
	p->at = (size_t)(c - p->text) + 1;
	v->regex = end == '/';
	v->quoted = true;
	return 0;
}

/* A comma in brackets is one of a host list or of tasks, and belongs to the value. */
static size_t bare_length(const char *text, const char *stops)
{
	size_t n = strcspn(text, stops);

	while (text[n] == ',') {
		size_t open = n, close = n + strcspn(text + n, "] \t|()");

		while (open > 0 && text[open] != '[' && text[open] != ']')
			open--;
		if (text[open] != '[' || text[close] != ']')
			break;
		n = close + strcspn(text + close, stops);
	}
	return n;
}

static int read_value(struct parse *p, struct value *v, const char *stops)
{
	size_t n;

	*v = (struct value){ .at = p->at, .text = BUF_INIT(1024) };
	if (p->text[p->at] == '"' || p->text[p->at] == '/')
		return read_enclosed(p, v, p->text[p->at]);
	n = bare_length(p->text + p->at, stops);
	if (n == 0)
		return fail(p, p->at, "a value is expected");
	buf_add(&v->text, p->text + p->at, n);
	p->at += n;
	return 0;
}

/* "1.5G", "3h10m", "12". */
static bool read_amount(double *out, const char *text, enum column_kind kind)
{
	static const char powers[] = "kmgt", spans[] = "smhd";
	static const double span_s[] = { 1, 60, 3600, 86400 };
	double total = 0;

	do {
		size_t n = strspn(text, "0123456789.-");
		char digits[32];
		const char *unit = NULL;
		double x;

		if (n == 0 || n >= sizeof(digits))
			return false;
		memcpy(digits, text, n);
		digits[n] = '\0';
		if (num_read_real(&x, digits, -1e18, 1e18) < 0)
			return false;
		text += n;
		if (*text && kind != COLUMN_MONEY)
			unit = strchr(kind == COLUMN_SPAN ? spans : powers, lower(*text));
		if (*text && !unit)
			return false;
		if (unit && kind == COLUMN_SPAN)
			x *= span_s[unit - spans];
		else if (unit)
			x *= pow(kind == COLUMN_BYTES ? 1024 : 1000,
				 (double)(unit - powers + 1));
		text += unit != NULL;
		total += x;
	} while (*text && kind == COLUMN_SPAN);
	*out = total;
	return *text == '\0';
}

static bool begins(const char *word, const char *with)
{
	return strncasecmp(word, with, strlen(with)) == 0;
}

/* The whole word or its short form; else every word that begins so. */
static uint64_t codes_of(const struct column_words *w, const char *text, bool beginning)
{
	uint64_t whole = 0, begun = 0;

	for (int i = 0; i < w->n; i++) {
		uint64_t bit = UINT64_C(1) << i;

		if (strcasecmp(w->name(i), text) == 0 || strcasecmp(w->brief(i), text) == 0)
			whole |= bit;
		if (begins(w->name(i), text) || begins(w->brief(i), text))
			begun |= bit;
	}
	return whole || !beginning ? whole : begun;
}

static int no_such_word(struct parse *p, const struct row_column *c, const struct value *v)
{
	struct buf words = BUF_INIT(512);
	int rc;

	for (int i = 0; i < c->words->n; i++) {
		const char *name = c->words->name(i), *brief = c->words->brief(i);
		bool other = !begins(name, brief);

		buf_addf(&words, "%s%s%s%s%s", i ? ", " : "", name, other ? " (" : "",
			 other ? brief : "", other ? ")" : "");
	}
	rc = fail(p, v->at, "no %s is called \"%s\": %s", c->name, buf_str(&v->text),
		  buf_str(&words));
	buf_clear(&words);
	return rc;
}

enum op { OP_HAS, OP_IS, OP_IS_NOT, OP_ABOVE, OP_FROM, OP_BELOW, OP_UP_TO, OP_LIKE };

static const struct {
	const char *text;
	enum op op;
} ops[] = {
	/* the longer ones first */
	{ "!=", OP_IS_NOT }, { ">=", OP_FROM }, { "<=", OP_UP_TO }, { ":", OP_HAS },
	{ "=", OP_IS },	     { ">", OP_ABOVE }, { "<", OP_BELOW },  { "~", OP_LIKE },
};

static int wrong_op(struct parse *p, size_t at, const struct row_column *c)
{
	return fail(p, at,
		    column_is_text(c) || c->kind == COLUMN_WORD
			? "%s is no number: it takes : = != ~"
			: "%s is a number: it takes : = != > >= < <=",
		    c->name);
}

/* A sign of other grammars: looked for as text it would quietly find nothing. */
static int check_wildcard(struct parse *p, const struct row_column *c, const struct value *v)
{
	const char *text = buf_str(&v->text), *star = strchr(text, '*');
	struct buf same = BUF_INIT(2048);
	size_t n = strlen(text), from = 0;

	if (v->quoted || !star)
		return 0;
	while (n > 0 && text[n - 1] == '*')
		n--;
	while (from < n && text[from] == '*')
		from++;
	buf_adds(&same, from == 0 ? "^" : "");
	for (size_t i = from; i < n; i++)
		buf_addf(&same, text[i] == '*' ? ".%c" : "%c", text[i]);
	buf_adds(&same, text[n] ? "" : "$");
	fail(p, v->at + (size_t)(star - text),
	     c ? "* stands for nothing here, an expression goes behind ~: %s~\"%s\""
	       : "* stands for nothing here, an expression stands in slashes: %s/%s/",
	     c ? c->name : "", buf_str(&same));
	buf_clear(&same);
	return -1;
}

static int set_word(struct parse *p, struct test *t, enum op op, size_t op_at,
		    const struct value *v)
{
	if (op == OP_LIKE || v->regex) {
		t->fold = true;
		return set_regex(p, t, v);
	}
	if (op != OP_HAS && op != OP_IS && op != OP_IS_NOT)
		return wrong_op(p, op_at, t->column);
	t->compare = IS_WORD;
	t->codes = codes_of(t->column->words, buf_str(&v->text), op == OP_HAS);
	if (!t->codes && t->column->says) {
		set_text(t, v);
		t->compare = op == OP_HAS ? IS_PART : IS_SAME;
		return check_wildcard(p, t->column, v);
	}
	return t->codes ? 0 : no_such_word(p, t->column, v);
}

static int set_hosts(struct parse *p, struct test *t, const struct value *v)
{
	t->compare = IS_HOST;
	t->hosts = (struct strs)STRS_INIT(HOSTS_MAX);
	if (hosts_sort(&t->hosts, t->value) == 0)
		return 0;
	return fail(p, v->at,
		    "this is no list of hosts, as htc-[1-3,7] is; in quotes it is text");
}

static int set_tasks(struct parse *p, struct test *t, const struct value *v)
{
	t->compare = IS_TASK;
	t->tasks = xcalloc(1, sizeof(*t->tasks));
	if (tasks_read(t->tasks, t->value))
		return 0;
	return fail(p, v->at,
		    "these are no tasks of an array, as 42_5, 42_[0-9,12] and 42_5..42_9 are");
}

static int set_field_text(struct parse *p, struct test *t, enum op op, size_t op_at,
			  const struct value *v)
{
	set_text(t, v);
	if (op == OP_LIKE || v->regex)
		return set_regex(p, t, v);
	if (op != OP_HAS && op != OP_IS && op != OP_IS_NOT)
		return wrong_op(p, op_at, t->column);
	t->compare = op == OP_HAS && t->column->kind == COLUMN_TEXT ? IS_PART : IS_SAME;
	if (t->column->hosts && !v->quoted && strchr(t->value, '['))
		return set_hosts(p, t, v);
	if (t->column->tasks && !v->quoted && (strchr(t->value, '_') || strstr(t->value, "..")))
		return set_tasks(p, t, v);
	return check_wildcard(p, t->column, v);
}

static int set_number(struct parse *p, struct test *t, enum op op, size_t op_at,
		      const struct value *v)
{
	if (op == OP_LIKE || v->regex)
		return wrong_op(p, op_at, t->column);
	t->compare = op == OP_ABOVE || op == OP_FROM	? IS_ABOVE
		     : op == OP_BELOW || op == OP_UP_TO ? IS_BELOW
							: IS_EQUAL;
	t->or_equal = op == OP_FROM || op == OP_UP_TO;
	if (!read_amount(&t->number, buf_str(&v->text), t->column->kind))
		return fail(p, v->at, "\"%s\" is no number for %s%s", buf_str(&v->text),
			    t->column->name,
			    t->column->kind == COLUMN_SPAN    ? ": 90s, 10m, 3h10m, 2d"
			    : t->column->kind == COLUMN_BYTES ? ": 500M, 64G, 1.5T"
							      : "");
	p->f->moves = p->f->moves || t->column->kind == COLUMN_SPAN;
	return 0;
}

static int set_test(struct parse *p, struct test *t, enum op op, size_t op_at,
		    const struct value *v)
{
	if (column_is_text(t->column))
		return set_field_text(p, t, op, op_at, v);
	if (t->column->kind == COLUMN_WORD)
		return set_word(p, t, op, op_at, v);
	return set_number(p, t, op, op_at, v);
}

static int parse_values(struct parse *p, const struct row_column *c, enum op op, size_t op_at)
{
	size_t jumps[128], n = 0;

	for (;;) {
		struct value v;
		struct test *t;
		int rc = read_value(p, &v, " \t|(),\"");

		if (rc == 0) {
			t = add_test(p->f);
			t->column = c;
			rc = set_test(p, t, op, op_at, &v);
		}
		buf_clear(&v.text);
		if (rc < 0)
			return -1;
		if (p->text[p->at] != ',')
			break;
		if (n == ARRAY_LEN(jumps))
			return fail(p, p->at, "too many values");
		jumps[n++] = add_jump(p->f, STEP_IF_TRUE);
		p->at++;
	}
	while (n)
		land(p->f, jumps[--n]);
	if (op == OP_IS_NOT)
		add_step(p->f, STEP_NOT, 0);
	return 0;
}

static int no_such_column(struct parse *p, size_t at, size_t len)
{
	char names[256];

	column_names(p->f->noun, names, sizeof(names));
	return fail(p, at, "%s rows have no \"%.*s\": %s", noun_name(p->f->noun), (int)len,
		    p->text + at, names);
}

/* 1: a field was read; 0: there is none here. */
static int parse_field(struct parse *p)
{
	size_t start = p->at;
	size_t len =
	    strspn(p->text + start, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	const char *after = p->text + start + len;
	const struct row_column *c;

	for (size_t i = 0; len && i < ARRAY_LEN(ops); i++) {
		if (!text_has_prefix(after, ops[i].text))
			continue;
		c = column_find(p->f->noun, p->text + start, len);
		if (!c)
			return no_such_column(p, start, len);
		p->at = start + len + strlen(ops[i].text);
		return parse_values(p, c, ops[i].op, start + len) < 0 ? -1 : 1;
	}
	return 0;
}

/* Words of other grammars: looked for as text they would quietly find nothing. */
static int check_operator(struct parse *p, const struct value *v)
{
	static const struct {
		const char *word, *instead;
	} operators[] = { { "and", "a blank is AND: leave it out" },
			  { "&&", "a blank is AND: leave it out" },
			  { "or", "OR is |, or a comma, as in state:fail,drain" },
			  { "not", "NOT is !, as in !state:fail" } };
	bool alone = strspn(p->text, " \t") == v->at && !p->text[p->at];

	for (size_t i = 0; !alone && !v->quoted && i < ARRAY_LEN(operators); i++)
		if (strcasecmp(buf_str(&v->text), operators[i].word) == 0)
			return fail(p, v->at, "%s; as a word it stands in quotes: \"%s\"",
				    operators[i].instead, operators[i].word);
	return 0;
}

static int parse_word(struct parse *p)
{
	struct value v;
	struct test *t;
	int rc = read_value(p, &v, " \t|()\"");

	if (rc == 0)
		rc = check_operator(p, &v);
	if (rc == 0)
		rc = check_wildcard(p, NULL, &v);
	if (rc == 0) {
		t = add_test(p->f);
		set_text(t, &v);
		t->compare = IS_PART;
		if (v.regex)
			rc = set_regex(p, t, &v);
	}
	buf_clear(&v.text);
	return rc;
}

/* As deep as the parentheses, which are counted. */
// NOLINTBEGIN(misc-no-recursion)
static int parse_or(struct parse *p);

static int parse_term(struct parse *p)
{
	size_t open = p->at;
	int rc;

	if (p->text[p->at] != '(') {
		rc = parse_field(p);
		return rc == 0 ? parse_word(p) : rc < 0 ? -1 : 0;
	}
	if (++p->depth > DEPTH_MAX)
		return fail(p, open, "at most %d parentheses in each other", DEPTH_MAX);
	p->at++;
	if (parse_or(p) < 0)
		return -1;
	if (p->text[p->at] != ')')
		return fail(p, open, "( is not closed");
	p->at++;
	p->depth--;
	return 0;
}

static int parse_not(struct parse *p)
{
	bool negated = false;

	skip_spaces(p);
	for (; p->text[p->at] == '!'; p->at++)
		negated = !negated;
	if (!p->text[p->at] || strchr("|)", p->text[p->at]))
		return fail(p, p->at, "a word or a field is expected");
	if (parse_term(p) < 0)
		return -1;
	if (negated)
		add_step(p->f, STEP_NOT, 0);
	skip_spaces(p);
	return 0;
}

static int parse_and(struct parse *p)
{
	size_t jumps[256], n = 0;
	int rc = parse_not(p);

	while (rc == 0 && p->text[p->at] && !strchr("|)", p->text[p->at])) {
		if (n == ARRAY_LEN(jumps))
			return fail(p, p->at, "too many words");
		jumps[n++] = add_jump(p->f, STEP_IF_FALSE);
		rc = parse_not(p);
	}
	while (n)
		land(p->f, jumps[--n]);
	return rc;
}

static int parse_or(struct parse *p)
{
	size_t jumps[256], n = 0;
	int rc = parse_and(p);

	while (rc == 0 && p->text[p->at] == '|') {
		if (n == ARRAY_LEN(jumps))
			return fail(p, p->at, "too many words");
		jumps[n++] = add_jump(p->f, STEP_IF_TRUE);
		p->at++;
		rc = parse_and(p);
	}
	while (n)
		land(p->f, jumps[--n]);
	return rc;
}
// NOLINTEND(misc-no-recursion)

struct filter *filter_parse(enum noun noun, const char *text, struct err *err)
{
	struct filter *f = xcalloc(1, sizeof(*f));
	struct parse p = { .f = f, .text = text, .err = err };

	f->noun = noun;
	skip_spaces(&p);
	if (!text[p.at])
		return f;
	if (parse_or(&p) == 0) {
		if (!text[p.at])
			return f;
		fail(&p, p.at, "there is no ( for this )");
	}
	filter_free(f);
	return NULL;
}
