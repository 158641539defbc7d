#include "wire/field.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strs.h"
#include "model/pool.h"

static void write_strs(struct json *obj, const char *name, const struct strs *s)
{
	struct json *arr = json_set_array(obj, name);

	for (size_t i = 0; i < s->n; i++)
		json_add(arr, json_new_string(s->v[i]));
}

static void write_one(struct json *obj, const struct field *f, const void *from)
{
	const char *at = (const char *)from + f->offset;

	switch (f->kind) {
	case FIELD_CHARS:
		json_set_str(obj, f->name, at);
		break;
	case FIELD_OWNED:
	case FIELD_LENT:
		json_set_str(obj, f->name, *(const char *const *)(const void *)at);
		break;
	case FIELD_INT:
		json_set_int(obj, f->name, *(const int64_t *)(const void *)at);
		break;
	case FIELD_UINT32:
		json_set_int(obj, f->name, *(const uint32_t *)(const void *)at);
		break;
	case FIELD_REAL:
		json_set_real(obj, f->name, *(const double *)(const void *)at);
		break;
	case FIELD_BOOL:
		json_set_bool(obj, f->name, *(const bool *)(const void *)at);
		break;
	case FIELD_WORD:
		json_set_str(obj, f->name, f->word(*(const int *)(const void *)at));
		break;
	case FIELD_STRS:
		write_strs(obj, f->name, (const struct strs *)(const void *)at);
		break;
	}
}

void fields_write(struct json *obj, const struct field *fields, const void *from)
{
	for (; fields->name; fields++)
		write_one(obj, fields, from);
}

static int wrong(const struct field *f, const char *expected, struct err *err)
{
	return err_set(err, ERR_INVALID, "member \"%s\" is not %s", f->name, expected);
}

static int read_text(char *at, const struct field *f, const struct json *v, struct pool *pool,
		     struct err *err)
{
	const char *text = json_text(v);

	if (!text && json_kind(v) != JSON_NULL)
		return wrong(f, "a text", err);
	if (f->kind == FIELD_CHARS) {
		size_t n = text ? strlen(text) : 0;

		if (n >= f->size)
			n = f->size - 1;
		memcpy(at, text ? text : "", n);
		at[n] = '\0';
	} else if (f->kind == FIELD_OWNED) {
		char **p = (char **)(void *)at;

		free(*p);
		*p = text ? xstrdup(text) : NULL;
	} else {
		const char **p = (const char **)(void *)at;

		*p = text ? pool_add(pool, text, strlen(text)) : "";
	}
	return 0;
}

static int read_strs(struct strs *s, const struct field *f, const struct json *v,
		     struct err *err)
{
	if (!json_is(v, JSON_ARRAY))
		return wrong(f, "a list", err);
	strs_clear(s);
	for (size_t i = 0; i < json_len(v); i++) {
		const char *text = json_text(json_at(v, i));

		if (!text)
			return wrong(f, "a list of texts", err);
		if (strs_add(s, text) < 0)
			return wrong(f, "that long", err);
	}
	return 0;
}

static int read_number(char *at, const struct field *f, const struct json *v, struct err *err)
{
	if (!json_is(v, JSON_INT) && !json_is(v, JSON_REAL))
		return f->kind == FIELD_REAL && json_is(v, JSON_NULL)
			   ? 0
			   : wrong(f, "a number", err);
	if (f->kind == FIELD_REAL) {
		*(double *)(void *)at = json_real(v, "", 0);
		return 0;
	}
	if (f->kind == FIELD_INT) {
		*(int64_t *)(void *)at = json_int(v, "", 0);
		return 0;
	}
	if (json_int(v, "", -1) < 0 || json_int(v, "", -1) > UINT32_MAX)
		return wrong(f, "in range", err);
	*(uint32_t *)(void *)at = (uint32_t)json_int(v, "", 0);
	return 0;
}

static int read_one(void *to, const struct field *f, const struct json *v, struct pool *pool,
		    struct err *err)
{
	char *at = (char *)to + f->offset;
	int word;

	switch (f->kind) {
	case FIELD_CHARS:
	case FIELD_OWNED:
	case FIELD_LENT:
		return read_text(at, f, v, pool, err);
	case FIELD_INT:
	case FIELD_UINT32:
	case FIELD_REAL:
		return read_number(at, f, v, err);
	case FIELD_BOOL:
		if (!json_is(v, JSON_BOOL))
			return wrong(f, "true or false", err);
		*(bool *)(void *)at = json_bool(v, "", false);
		return 0;
	case FIELD_WORD:
		word = json_text(v) ? f->of(json_text(v)) : -1;
		if (word < 0)
			return wrong(f, "a known word", err);
		*(int *)(void *)at = word;
		return 0;
	case FIELD_STRS:
		return read_strs((struct strs *)(void *)at, f, v, err);
	}
	return 0;
}

int fields_read(void *to, const struct field *fields, const struct json *obj, struct pool *pool,
		struct err *err)
{
	if (!json_is(obj, JSON_OBJECT))
		return err_set(err, ERR_INVALID, "not an object");
	for (; fields->name; fields++) {
		const struct json *v = json_get(obj, fields->name);

		if (v && read_one(to, fields, v, pool, err) < 0)
			return -1;
	}
	return 0;
}
