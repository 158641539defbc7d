/*
 * JSON values over jansson, whose rules are the strict ones of S4.1 and faults.md 1: no duplicate keys, no bad UTF-8,
 * no trailing bytes. Readers take a dotted path ("properties.sku.name", "value.0.id") and a fallback, so that reading a
 * foreign reply needs no ladder of checks; a path part that is a number indexes an array. NULL or "" is the value itself.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* jansson exports functions of these two names, so ours are linked under others. */
#define json_copy json_dup
#define json_real json_number

struct json; /* one value; borrowed from its parent unless a function says "new" */

enum json_kind { JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json *json_parse(const char *text, size_t len, struct err *err); /* new; err names line and column */
struct json *json_copy(const struct json *j);                          /* new, deep */
void json_free(struct json *j);                                        /* only for what is new and was not given away */

struct json *json_new_object(void);
struct json *json_new_array(void);
struct json *json_new_string(const char *s); /* s is cleaned of bad UTF-8 first; NULL gives null */
struct json *json_new_int(int64_t n);
struct json *json_new_real(double x); /* not finite: null */
struct json *json_new_bool(bool b);
struct json *json_new_null(void);

/* Each takes what it is given, and replaces. obj must be an object, arr an array: else assert. */
void json_set(struct json *obj, const char *key, struct json *take);
void json_set_str(struct json *obj, const char *key, const char *s);
void json_set_int(struct json *obj, const char *key, int64_t n);
void json_set_real(struct json *obj, const char *key, double x);
void json_set_bool(struct json *obj, const char *key, bool b);
struct json *json_set_object(struct json *obj, const char *key); /* borrowed */
struct json *json_set_array(struct json *obj, const char *key);  /* borrowed */
void json_del(struct json *obj, const char *key);
void json_add(struct json *arr, struct json *take);
struct json *json_add_object(struct json *arr); /* borrowed */
/* Makes the objects on the way, in place of what is none: json_put(o, "properties.sku.name", json_new_string("x")). */
void json_put(struct json *obj, const char *path, struct json *take);

enum json_kind json_kind(const struct json *j);
bool json_is(const struct json *j, enum json_kind kind); /* false for NULL */
const struct json *json_get(const struct json *j, const char *path); /* NULL when absent; j may be NULL */
struct json *json_get_mut(struct json *j, const char *path);
const char *json_str(const struct json *j, const char *path, const char *fallback);
int64_t json_int(const struct json *j, const char *path, int64_t fallback); /* reals with a whole value count */
double json_real(const struct json *j, const char *path, double fallback);
bool json_bool(const struct json *j, const char *path, bool fallback);
size_t json_len(const struct json *j); /* of array or object; 0 for all else */
const struct json *json_at(const struct json *arr, size_t i);
const char *json_text(const struct json *j); /* of a string; NULL else */

/* for (void *it = NULL; json_each(obj, &it, &key, &value);) */
bool json_each(const struct json *obj, void **it, const char **key, const struct json **value);

int json_write(struct buf *out, const struct json *j);        /* compact, keys in the order they were set; -1 at the ceiling */
int json_write_pretty(struct buf *out, const struct json *j); /* for people */

/* Writing without a tree, for long lists: adds "text" with quotes and escapes (controls and bidi as \uXXXX). */
int json_quote(struct buf *out, const char *text);

#endif
