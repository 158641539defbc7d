/*
 * Reads a template's tree into a struct by tables of known keys. The same tables check (every
 * problem with its position), expand, and hold the words for "did you mean". A key that is not
 * in them does not exist.
 *
 * Substitution: "${NAME}" inside a scalar's value stands for the parameter's value, "$$" for
 * one '$', any other '$' for itself. It happens in the parsed tree, once: what a value brings
 * in is never read as YAML nor searched for "${" again. There are no expressions. Keys take no
 * parameters. In a flow list ([a, b]) YAML wants "${NAME}" in quotes.
 */
#ifndef TEMPLATE_READ_H
#define TEMPLATE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/yaml.h"
#include "template/template.h"
#include "template/value.h"

enum key_kind {
	KEY_TEXT,     /* char *, by rule */
	KEY_INT,      /* int64_t within min and max */
	KEY_REAL,     /* double within min and max */
	KEY_BOOL,     /* bool */
	KEY_SECONDS,  /* int64_t within min and max, written as a duration */
	KEY_BYTES,    /* int64_t, "2G" */
	KEY_CHOICE,   /* an enum, by words */
	KEY_CHOSEN,   /* char *, one of words */
	KEY_LIST,     /* struct strs by rule: a YAML list, or one scalar with commas */
	KEY_MAP,      /* keys of one level deeper, in the same struct */
	KEY_ENTRIES,  /* a map of named things: an array of structs */
	KEY_SETTINGS, /* a map of free names: struct setting array, count behind it */
};

struct key {
	const char *name;
	enum key_kind kind;
	size_t offset;
	bool required;
	enum value_rule rule;
	int64_t min, max;
	const char *const *words;
	const struct key *keys;	       /* MAP; NULL name ends it */
	const struct entries *entries; /* ENTRIES; SETTINGS: its count_offset */
};

/* An array of structs and the number of them, whose names are the keys of a map. */
struct entries {
	const char *noun; /* "array" */
	size_t size, count_offset, name_offset, max;
	void (*init)(void *entry);
	bool (*name_ok)(const char *name, struct err *err);
	const struct key *keys;
};

struct reading {
	const struct map *values; /* parameter -> text; no_value: declared, but not given */
	struct template_problems *out;
	struct map *used; /* parameters that were asked for; or NULL */
};

extern const char no_value[]; /* compared by address */

/* A value that depends on a parameter without one is left as it was. */
void read_map(struct reading *r, const struct yaml *map, const struct key *keys, void *into,
	      const char *where);
void problem_add(struct template_problems *p, unsigned int line, unsigned int column,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void problems_sort(struct template_problems *p);

#endif
