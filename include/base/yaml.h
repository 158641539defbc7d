/*
 * YAML as a tree with positions, from libyaml's events under the caps of S11.2. No anchors expanded into copies beyond
 * the node cap, no tags, no merge keys, no second document, no duplicate keys: each is an error with line and column.
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
	enum yaml_kind kind;
	char *key;              /* inside a map; else NULL */
	unsigned int key_line, key_column;
	char *text;             /* scalar */
	bool quoted;            /* a quoted "12" is no number */
	unsigned int line, column; /* of the value, from 1 */
	struct yaml *child, *next; /* children in order */
};

struct yaml *yaml_parse(const char *text, size_t len, struct err *err); /* NULL; "line 3, column 7: ..." */
void yaml_free(struct yaml *y);
const struct yaml *yaml_get(const struct yaml *map, const char *key); /* NULL when absent */
size_t yaml_count(const struct yaml *y);

#endif
