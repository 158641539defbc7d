#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* The two headers share names: in this file the plain ones are jansson's, and our kinds are
 * KIND_... */
#define JSON_NULL   KIND_NULL
#define JSON_REAL   KIND_REAL
#define JSON_STRING KIND_STRING
#define JSON_ARRAY  KIND_ARRAY
#define JSON_OBJECT KIND_OBJECT
#include "base/json.h"
#undef JSON_NULL
#undef JSON_REAL
#undef JSON_STRING
#undef JSON_ARRAY
#undef JSON_OBJECT
#undef json_copy
#undef json_real

#include "base/json_private.h"
#include "base/mem.h"

#define JSON_TEXT_MAX ((size_t)64 << 20)
#define PART_MAX      256 /* of a path; no key that we look for is longer */

/* struct json is never defined: it is json_t under a name that callers may see. */
static json_t *J(struct json *j)
{
	return (json_t *)j;
}

static const json_t *CJ(const struct json *j)
{
	return (const json_t *)j;
}

/* jansson reports exhausted memory as NULL; as with xmalloc() the program ends there. */
static struct json *must(json_t *j)
{
	if (!j) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return (struct json *)j;
}

static void must_do(int rc)
{
	if (rc != 0) {
		fputs("out of memory\n", stderr);
		abort();
	}
}

/* A copy in which each bad byte is U+FFFD. */
static char *utf8_fixed(const char *s)
{
	size_t len = strlen(s), n = 0;
	char *out = xmalloc(3 * len + 1);
	uint32_t cp;

	for (size_t i = 0; i < len;) {
		size_t k = json_utf8((const unsigned char *)s + i, len - i, &cp);

		memcpy(out + n, k ? s + i : "\xef\xbf\xbd", k ? k : 3);
		n += k ? k : 3;
		i += k ? k : 1;
	}
	out[n] = '\0';
	return out;
}

/*
 * Parsing
 */

struct json *json_parse(const char *text, size_t len, struct err *err)
{
	json_error_t e;
	char *near;
	json_t *j;

	if (len > JSON_TEXT_MAX) {
		err_set(err, ERR_FULL, "JSON of %zu bytes; at most %zu are read", len,
			JSON_TEXT_MAX);
		return NULL;
	}
	j = json_loadb(text ? text : "", len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
	if (j)
		return (struct json *)j;
	/* What follows "near '" is raw bytes from outside, and no help beyond line and column.
	 */
	near = strstr(e.text, " near '");
	if (near)
		*near = '\0';
	err_set(err, ERR_PARSE, "line %d, column %d: %s", e.line < 1 ? 1 : e.line,
		e.column < 0 ? 0 : e.column, e.text);
	return NULL;
}

struct json *json_dup(const struct json *j)
{
	return must(json_deep_copy(CJ(j)));
}

void json_free(struct json *j)
{
	json_decref(J(j));
}

/*
 * Building
 */

struct json *json_new_object(void)
{
	return must(json_object());
}

struct json *json_new_array(void)
{
	return must(json_array());
}

struct json *json_new_string(const char *s)
{
	json_t *j;
	char *fixed;

	if (!s)
		return json_new_null();
	j = json_string(s);
	if (j)
		return (struct json *)j;
	fixed = utf8_fixed(s);
	j = json_string_nocheck(fixed);
	free(fixed);
	return must(j);
}

struct json *json_new_int(int64_t n)
{
	return must(json_integer(n));
}

struct json *json_new_real(double x)
{
	return isfinite(x) ? must(json_real(x)) : json_new_null();
}

struct json *json_new_bool(bool b)
{
	return must(json_boolean(b));
}

struct json *json_new_null(void)
{
	return must(json_null());
}

void json_set(struct json *obj, const char *key, struct json *take)
{
	char *fixed;

	assert(json_is_object(CJ(obj)) && key && take && take != obj);
	json_incref(J(take)); /* jansson gives it up when it refuses the key */
	if (json_object_set_new(J(obj), key, J(take)) != 0) {
		fixed = utf8_fixed(key);
		must_do(json_object_set_nocheck(J(obj), fixed, J(take)));
		free(fixed);
	}
	json_decref(J(take));
}

void json_set_str(struct json *obj, const char *key, const char *s)
{
	json_set(obj, key, json_new_string(s));
}

void json_set_int(struct json *obj, const char *key, int64_t n)
{
	json_set(obj, key, json_new_int(n));
}

void json_set_real(struct json *obj, const char *key, double x)
{
	json_set(obj, key, json_new_real(x));
}

void json_set_bool(struct json *obj, const char *key, bool b)
{
	json_set(obj, key, json_new_bool(b));
}

struct json *json_set_object(struct json *obj, const char *key)
{
	struct json *child = json_new_object();

	json_set(obj, key, child);
	return child;
}

struct json *json_set_array(struct json *obj, const char *key)
{
	struct json *child = json_new_array();

	json_set(obj, key, child);
	return child;
}

void json_del(struct json *obj, const char *key)
{
	assert(json_is_object(CJ(obj)));
	json_object_del(J(obj), key); /* fails only when there is no such key */
}

void json_add(struct json *arr, struct json *take)
{
	assert(json_is_array(CJ(arr)) && take && take != arr);
	must_do(json_array_append_new(J(arr), J(take)));
}

struct json *json_add_object(struct json *arr)
{
	struct json *child = json_new_object();

	json_add(arr, child);
	return child;
}

/*
 * Paths
 */

/* Copies the next part of a path and returns what follows it, NULL when the part is too long
 * for any key. */
static const char *path_part(char part[PART_MAX], const char *path)
{
	size_t n = strcspn(path, ".");

	if (n >= PART_MAX)
		return NULL;
	memcpy(part, path, n);
	part[n] = '\0';
	return path[n] == '.' ? path + n + 1 : path + n;
}

/* The index that a part names in an array; the array's length when it names none. */
static size_t part_index(const json_t *arr, const char *part)
{
	size_t n = json_array_size(arr), i = 0;

	if (!*part)
		return n;
	for (; *part; part++) {
		if (*part < '0' || *part > '9' || i >= n)
			return n;
		i = i * 10 + (size_t)(*part - '0');
	}
	return i < n ? i : n;
}

static json_t *child_of(const json_t *j, const char *part)
{
	return json_is_array(j) ? json_array_get(j, part_index(j, part))
				: json_object_get(j, part);
}

static json_t *walk(const json_t *j, const char *path)
{
	char part[PART_MAX];

	while (j && path && *path) {
		path = path_part(part, path);
		j = path ? child_of(j, part) : NULL;
	}
	return (json_t *)j;
}

const struct json *json_get(const struct json *j, const char *path)
{
	return (const struct json *)walk(CJ(j), path);
}

struct json *json_get_mut(struct json *j, const char *path)
{
	return (struct json *)walk(CJ(j), path);
}

static void set_child(json_t *at, const char *part, json_t *take)
{
	if (json_is_array(at))
		must_do(json_array_set_new(at, part_index(at, part), take));
	else
		json_set((struct json *)at, part, (struct json *)take);
}

/* Can at hold a child named part? An array can where it has that element already. */
static bool can_hold(const json_t *at, const char *part)
{
	return json_is_object(at) ||
	       (json_is_array(at) && part_index(at, part) < json_array_size(at));
}

void json_put(struct json *obj, const char *path, struct json *take)
{
	char part[PART_MAX], next[PART_MAX];
	json_t *at = J(obj), *child;

	assert(json_is_object(CJ(obj)) && *path);
	path = path_part(part, path);
	assert(path);
	while (*path) {
		path = path_part(next, path);
		assert(path);
		child = child_of(at, part);
		if (!can_hold(child, next)) {
			child = J(json_new_object());
			set_child(at, part, child);
		}
		at = child;
		memcpy(part, next, sizeof(part));
	}
	set_child(at, part, J(take));
}

/*
 * Reading
 */

enum json_kind json_kind(const struct json *j)
{
	switch (json_typeof(CJ(j))) {
	case JSON_OBJECT:
		return KIND_OBJECT;
	case JSON_ARRAY:
		return KIND_ARRAY;
	case JSON_STRING:
		return KIND_STRING;
	case JSON_INTEGER:
		return JSON_INT;
	case JSON_REAL:
		return KIND_REAL;
	case JSON_TRUE:
	case JSON_FALSE:
		return JSON_BOOL;
	case JSON_NULL:
		break;
	}
	return KIND_NULL;
}

bool json_is(const struct json *j, enum json_kind kind)
{
	return j && json_kind(j) == kind;
}

const char *json_str(const struct json *j, const char *path, const char *fallback)
{
	const char *s = json_string_value(walk(CJ(j), path));

	return s ? s : fallback;
}

int64_t json_int(const struct json *j, const char *path, int64_t fallback)
{
	const json_t *v = walk(CJ(j), path);
	double x;

	if (json_is_integer(v))
		return json_integer_value(v);
	if (!json_is_real(v))
		return fallback;
	x = json_real_value(v);
	/* The largest double below 2^63 and the smallest of int64_t: a cast beyond them is
	 * undefined. */
	if (x != floor(x) || x < -9223372036854775808.0 || x >= 9223372036854775808.0)
		return fallback;
	return (int64_t)x;
}

double json_number(const struct json *j, const char *path, double fallback)
{
	const json_t *v = walk(CJ(j), path);

	return json_is_number(v) ? json_number_value(v) : fallback;
}

bool json_bool(const struct json *j, const char *path, bool fallback)
{
	const json_t *v = walk(CJ(j), path);

	return json_is_boolean(v) ? json_is_true(v) : fallback;
}

size_t json_len(const struct json *j)
{
	return json_is_array(CJ(j)) ? json_array_size(CJ(j)) : json_object_size(CJ(j));
}

const struct json *json_at(const struct json *arr, size_t i)
{
	return (const struct json *)json_array_get(CJ(arr), i);
}

const char *json_text(const struct json *j)
{
	return json_string_value(CJ(j));
}

bool json_each(const struct json *obj, void **it, const char **key, const struct json **value)
{
	json_t *o = (json_t *)obj;

	*it = *it ? json_object_iter_next(o, *it) : json_object_iter(o);
	if (!*it)
		return false;
	if (key)
		*key = json_object_iter_key(*it);
	if (value)
		*value = (const struct json *)json_object_iter_value(*it);
	return true;
}
