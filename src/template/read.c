#include "template/read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define PROBLEMS_MAX 100

const char no_value[] = "";

void problem_add(struct template_problems *p, unsigned int line, unsigned int column,
		 const char *fmt, ...)
{
	char text[600];
	struct template_problem *one;
	va_list ap;

	if (p->n >= PROBLEMS_MAX)
		return;
	GROW(p->v, p->n, p->cap);
	one = &p->v[p->n++];
	one->line = line;
	one->column = column;
	one->cause = false;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_clean(one->text, sizeof(one->text), text, strlen(text));
}

static int by_position(const void *a, const void *b)
{
	const struct template_problem *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return strcmp(x->text, y->text);
}

void problems_sort(struct template_problems *p)
{
	if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), by_position);
}

static void wrong(struct reading *r, const struct yaml *at, const char *what, const char *where,
		  const struct err *err)
{
	problem_add(r->out, at->line, at->column, "%s of %s: %s", what, where, err->msg);
}

/*
 * Substitution
 */

static void unknown_param(struct reading *r, const struct yaml *y, const char *name)
{
	struct strs words = STRS_INIT(1000);
	const char *key, *near = NULL;
	void *value;

	for (size_t i = 0; map_next(r->values, &i, &key, &value);)
		strs_add(&words, key);
	if (words.n)
		near = text_nearest(name, (const char *const *)words.v);
	if (near && r->used) /* the one that was meant is not told as never used */
		map_put(r->used, near, r->used);
	if (near)
		problem_add(r->out, y->line, y->column,
			    "there is no parameter \"%.60s\"; did you mean \"%s\"?", name,
			    near);
	else
		problem_add(r->out, y->line, y->column,
			    "there is no parameter \"%.60s\": declare it under parameters",
			    name);
	strs_clear(&words);
}

/* At "${": the bytes that belong to it, 0 when there is no end. */
static size_t substitute_one(struct reading *r, const struct yaml *y, const char *at,
			     struct buf *out, bool *whole)
{
	const char *end = strchr(at, '}');
	char *name;
	const char *value;

	if (!end) {
		problem_add(r->out, y->line, y->column,
			    "\"${\" without \"}\"; write $$ for a plain dollar sign");
		return 0;
	}
	name = xstrndup(at + 2, (size_t)(end - at) - 2);
	value = map_get(r->values, name);
	if (!value)
		unknown_param(r, y, name);
	else if (r->used)
		map_put(r->used, name, r->used);
	if (value && value != no_value)
		buf_adds(out, value);
	else
		*whole = false;
	free(name);
	return (size_t)(end - at) + 1;
}

/* The scalar's text with parameters in place; NULL when it cannot be known or was a problem.
 * Yours to free. */
static char *resolve(struct reading *r, const struct yaml *y)
{
	struct buf out = BUF_INIT(VALUE_MAX);
	bool whole = true;

	for (const char *c = y->text; *c && whole;) {
		size_t n = strcspn(c, "$");

		buf_add(&out, c, n);
		c += n;
		if (c[0] == '$' && c[1] == '{') {
			n = substitute_one(r, y, c, &out, &whole);
			if (!n)
				whole = false;
			c += n;
		} else if (c[0] == '$') {
			buf_addc(&out, '$');
			c += c[1] == '$' ? 2 : 1;
		}
	}
	if (out.full)
		problem_add(r->out, y->line, y->column, "a value has at most %d bytes",
			    VALUE_MAX - 1);
	if (whole && !out.full)
		return out.len ? buf_steal(&out) : xstrdup("");
	buf_clear(&out);
	return NULL;
}

/*
 * Scalars
 */

static const char *const kind_words[] = {
	[YAML_SCALAR] = "a single value",
	[YAML_LIST] = "a list",
	[YAML_MAP] = "a map",
};

static bool kind_is(struct reading *r, const struct yaml *y, enum yaml_kind want,
		    const char *what, const char *where)
{
	if (y->kind == want)
		return true;
	problem_add(r->out, y->line, y->column, "%s of %s must be %s, and is %s", what, where,
		    kind_words[want], kind_words[y->kind]);
	return false;
}

static int word_of(const char *const *words, const char *text, struct err *err)
{
	struct buf list = BUF_INIT(200);
	const char *near = text_nearest(text, words);
	char clean[60];

	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	for (size_t i = 0; words[i]; i++)
		buf_addf(&list, "%s%s", i ? ", " : "", words[i]);
	text_clean(clean, sizeof(clean), text, strlen(text));
	if (near)
		err_set(err, ERR_INVALID, "\"%s\" is none of %s; did you mean \"%s\"?", clean,
			buf_str(&list), near);
	else
		err_set(err, ERR_INVALID, "\"%s\" is none of %s", clean, buf_str(&list));
	buf_clear(&list);
	return -1;
}

static int read_number(const struct key *k, const char *text, void *into, struct err *err)
{
	int64_t v;

	if (k->kind == KEY_INT && value_check(VALUE_INT, text, err) < 0)
		return -1;
	if (k->kind == KEY_SECONDS && value_check(VALUE_DURATION, text, err) < 0)
		return -1;
	if (k->kind == KEY_INT)
		num_read(&v, text, INT64_MIN, INT64_MAX);
	else if (k->kind == KEY_SECONDS)
		value_duration(&v, text);
	else if (size_read(&v, text) < 0)
		return err_set(err, ERR_INVALID, "\"%.60s\" is not a size such as 500M or 2G",
			       text);
	if (v < k->min || v > k->max)
		return err_set(err, ERR_INVALID, "%s is outside %lld%s to %lld%s", text,
			       (long long)k->min, k->kind == KEY_SECONDS ? "s" : "",
			       (long long)k->max, k->kind == KEY_SECONDS ? "s" : "");
	*(int64_t *)into = v;
	return 0;
}

static int read_real(const struct key *k, const char *text, double *into, struct err *err)
{
	double v;

	if (value_check(VALUE_REAL, text, err) < 0)
		return -1;
	num_read_real(&v, text, -1e15, 1e15);
	if (v < (double)k->min || v > (double)k->max)
		return err_set(err, ERR_INVALID, "%s is outside %lld to %lld", text,
			       (long long)k->min, (long long)k->max);
	*into = v;
	return 0;
}

static void keep_text(char **into, const char *text)
{
	free(*into);
	*into = xstrdup(text);
}

static int read_text(const struct key *k, const char *text, void *into, struct err *err)
{
	int word;

	switch (k->kind) {
	case KEY_TEXT:
		if (value_check(k->rule, text, err) < 0)
			return -1;
		keep_text(into, text);
		return 0;
	case KEY_CHOICE:
	case KEY_CHOSEN:
		word = word_of(k->words, text, err);
		if (word < 0)
			return -1;
		if (k->kind == KEY_CHOSEN)
			keep_text(into, text);
		else
			memcpy(into, &word,
			       sizeof(word)); /* enums of ours have the size of int */
		return 0;
	case KEY_BOOL:
		if (value_check(VALUE_BOOL, text, err) < 0)
			return -1;
		return value_bool(into, text);
	case KEY_REAL:
		return read_real(k, text, into, err);
	default:
		return read_number(k, text, into, err);
	}
}

static void read_scalar(struct reading *r, const struct yaml *y, const struct key *k,
			void *into, const char *where)
{
	struct err err = ERR_INIT;
	char *text;

	if (!kind_is(r, y, YAML_SCALAR, k->name, where))
		return;
	text = resolve(r, y);
	if (text && read_text(k, text, into, &err) < 0)
		wrong(r, y, k->name, where, &err);
	free(text);
}

/*
 * Lists and maps
 */

static void list_add(struct reading *r, const struct yaml *y, const struct key *k,
		     struct strs *into, const char *text, const char *where)
{
	struct err err = ERR_INIT;

	if (value_check(k->rule, text, &err) < 0)
		wrong(r, y, k->name, where, &err);
	else if (strs_has(into, text))
		problem_add(r->out, y->line, y->column, "%s of %s: \"%.60s\" is there twice",
			    k->name, where, text);
	else if (strs_add(into, text) < 0)
		problem_add(r->out, y->line, y->column, "%s of %s has more than %zu elements",
			    k->name, where, into->max);
}

/* "a, b" in one scalar, so that a parameter can be a list. */
static void list_add_scalar(struct reading *r, const struct yaml *y, const struct key *k,
			    struct strs *into, const char *where)
{
	char *text = resolve(r, y);

	for (char *at = text, *next; at && *at; at = next) {
		size_t n = strcspn(at, ",");

		next = at + n + (at[n] == ',');
		at[n] = '\0';
		at += strspn(at, " ");
		n = strlen(at);
		while (n && at[n - 1] == ' ')
			at[--n] = '\0';
		list_add(r, y, k, into, at, where);
	}
	free(text);
}

static void read_list(struct reading *r, const struct yaml *y, const struct key *k,
		      struct strs *into, const char *where)
{
	size_t problems = r->out->n;

	if (y->kind == YAML_SCALAR)
		list_add_scalar(r, y, k, into, where);
	else if (kind_is(r, y, YAML_LIST, k->name, where))
		for (const struct yaml *c = y->child; c; c = c->next)
			if (kind_is(r, c, YAML_SCALAR, k->name, where))
				list_add_scalar(r, c, k, into, where);
	if (k->required && !into->n && r->out->n == problems && !y->child &&
	    y->kind != YAML_SCALAR)
		problem_add(r->out, y->line, y->column, "%s of %s is empty", k->name, where);
}

static bool is_setting_name(const char *name)
{
	return text_is_name(name, 64) && !strpbrk(name, "-");
}

static void read_setting(struct reading *r, const struct yaml *y, struct setting *v, size_t *n)
{
	struct err err = ERR_INIT;
	char *text;

	if (!is_setting_name(y->key)) {
		problem_add(r->out, y->key_line, y->key_column,
			    "\"%.60s\" is no name of a setting: letters, digits, '.' and '_'",
			    y->key);
		return;
	}
	if (!kind_is(r, y, YAML_SCALAR, y->key, "settings"))
		return;
	text = resolve(r, y);
	if (text && value_check(VALUE_LINE, text, &err) < 0)
		wrong(r, y, y->key, "settings", &err);
	if (text)
		v[(*n)++] = (struct setting){ xstrdup(y->key), text };
}

static void read_settings(struct reading *r, const struct yaml *map, const struct key *k,
			  void *base)
{
	struct setting **slot = (struct setting **)((char *)base + k->offset);
	size_t *n = (size_t *)((char *)base + k->entries->count_offset);

	if (!kind_is(r, map, YAML_MAP, k->name, "scheduler"))
		return;
	*slot = xcalloc(yaml_count(map) + 1, sizeof(**slot));
	for (const struct yaml *c = map->child; c; c = c->next)
		read_setting(r, c, *slot, n);
}

static void read_entries(struct reading *r, const struct yaml *map, const struct key *k,
			 void *base, const char *where)
{
	const struct entries *e = k->entries;
	char *v, **slot = (char **)((char *)base + k->offset);
	size_t *n = (size_t *)((char *)base + e->count_offset);
	struct err err = ERR_INIT;

	if (!kind_is(r, map, YAML_MAP, k->name, where))
		return;
	if (k->required && !map->child)
		problem_add(r->out, map->line, map->column,
			    "%s is empty: describe at least one %s", k->name, e->noun);
	v = *slot = xcalloc(yaml_count(map) + 1, e->size);
	for (const struct yaml *c = map->child; c; c = c->next) {
		char what[96];
		char *entry = v + *n * e->size;

		if (*n >= e->max) {
			problem_add(r->out, c->key_line, c->key_column, "more than %zu of %s",
				    e->max, k->name);
			return;
		}
		if (!e->name_ok(c->key, &err))
			problem_add(r->out, c->key_line, c->key_column, "%s", err.msg);
		snprintf(what, sizeof(what), "%s \"%.60s\"", e->noun, c->key);
		if (e->init)
			e->init(entry);
		*(char **)(entry + e->name_offset) = xstrdup(c->key);
		++*n;
		read_map(r, c, e->keys, entry, what);
	}
}

static void read_key(struct reading *r, const struct yaml *y, const struct key *k, void *base,
		     const char *where)
{
	void *into = (char *)base + k->offset;

	if (k->kind == KEY_MAP)
		read_map(r, y, k->keys, base, k->name);
	else if (k->kind == KEY_ENTRIES)
		read_entries(r, y, k, base, where);
	else if (k->kind == KEY_SETTINGS)
		read_settings(r, y, k, base);
	else if (k->kind == KEY_LIST)
		read_list(r, y, k, into, where);
	else
		read_scalar(r, y, k, into, where);
}

/* Some unknown key is a misspelling of this one. */
static bool is_misspelled(const struct yaml *map, const struct key *keys, const char *name)
{
	const char *words[32], *near;
	size_t n = 0;

	for (; n < ARRAY_LEN(words) - 1 && keys[n].name; n++)
		words[n] = keys[n].name;
	words[n] = NULL;
	for (const struct yaml *c = map->child; c; c = c->next) {
		near = text_nearest(c->key, words);
		if (near && strcmp(near, name) == 0)
			return true;
	}
	return false;
}

/* What stands below an unknown key uses its parameters all the same: they are not told as never
 * used. */
// NOLINTNEXTLINE(misc-no-recursion): no deeper than YAML_DEPTH_MAX
static void use_params(struct reading *r, const struct yaml *y)
{
	if (y->kind == YAML_SCALAR)
		free(resolve(r, y));
	for (const struct yaml *c = y->child; c; c = c->next)
		use_params(r, c);
}

static void unknown_key(struct reading *r, const struct yaml *y, const struct key *keys,
			const char *where)
{
	const char *words[32], *near;
	struct buf list = BUF_INIT(300);
	size_t n = 0;

	for (; n < ARRAY_LEN(words) - 1 && keys[n].name; n++) {
		words[n] = keys[n].name;
		buf_addf(&list, "%s%s", n ? ", " : "", keys[n].name);
	}
	words[n] = NULL;
	near = text_nearest(y->key, words);
	if (near)
		problem_add(r->out, y->key_line, y->key_column,
			    "unknown key \"%.60s\" in %s; did you mean \"%s\"?", y->key, where,
			    near);
	else
		problem_add(r->out, y->key_line, y->key_column,
			    "unknown key \"%.60s\" in %s; it takes %s", y->key, where,
			    buf_str(&list));
	r->out->v[r->out->n - 1].cause = true;
	use_params(r, y);
	buf_clear(&list);
}

static bool has_required(const struct key *keys)
{
	for (; keys->name; keys++)
		if (keys->required)
			return true;
	return false;
}

void read_map(struct reading *r, const struct yaml *map, const struct key *keys, void *into,
	      const char *where)
{
	bool nothing = map->kind == YAML_SCALAR && !map->text[0] && !map->quoted;

	if (nothing && !has_required(keys))
		return; /* "scratch:" alone takes the defaults */
	if (!nothing && map->kind != YAML_MAP) {
		problem_add(r->out, map->line, map->column,
			    "%s must be a map of keys, and is %s", where,
			    kind_words[map->kind]);
		return;
	}
	for (const struct yaml *c = map->child; c; c = c->next) {
		const struct key *k = keys;

		while (k->name && strcmp(k->name, c->key) != 0)
			k++;
		if (k->name)
			read_key(r, c, k, into, where);
		else
			unknown_key(r, c, keys, where);
	}
	for (const struct key *k = keys; k->name; k++)
		if (k->required && !yaml_get(map, k->name) &&
		    !is_misspelled(map, keys, k->name))
			problem_add(r->out, map->line, map->column, "%s needs %s", where,
				    k->name);
}
