/*
 * YAML as a tree with positions, from libyaml's events under the caps of S11.2. No anchors expanded into copies beyond
 * the node cap, no tags, no merge keys, no second document, no duplicate keys: each is an error with line and column.
 * An alias is a deep copy of its anchor's value; the copy keeps the positions of the original.
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* libyaml exports a function of this name, so ours is linked under another. */
#define yaml_free yaml_tree_free

#define YAML_TEXT_MAX   ((size_t)1 << 20)
#define YAML_SCALAR_MAX ((size_t)64 << 10)
#define YAML_TREE_MAX   ((size_t)4 << 20) /* text of all nodes, aliases expanded */
#define YAML_DEPTH_MAX  32                /* lists and maps within each other */
#define YAML_NODES_MAX  10000             /* values, aliases expanded */
#define YAML_ANCHORS_MAX 64

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

/* NULL and "line 3, column 7: ..." when it is wrong; a text without any value is wrong too. */
struct yaml *yaml_parse(const char *text, size_t len, struct err *err);
void yaml_free(struct yaml *y);
const struct yaml *yaml_get(const struct yaml *map, const char *key); /* NULL when absent */
size_t yaml_count(const struct yaml *y);

#endif
