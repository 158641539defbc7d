/* The reader of Resource Graph queries: text to tests, columns, order. Pure and fuzzed. */
#ifndef AZSIM_ARM_GRAPH_QUERY_H
#define AZSIM_ARM_GRAPH_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strs.h"

#define GRAPH_MAX 32

struct graph_field {
	char path[120]; /* "properties.vmId", "zones.0"; with tag: the tag's name */
	bool tag;
};

enum graph_op { GRAPH_EQ, GRAPH_EQ_FOLD, GRAPH_STARTS, GRAPH_CONTAINS, GRAPH_NOT_EMPTY };

struct graph_test { /* passes when any of the values does; negate turns it round */
	struct graph_field field;
	enum graph_op op;
	bool negate;
	struct strs values;
};

struct graph_column {
	char name[80];
	struct graph_field field;
};

struct graph_query {
	struct graph_test tests[GRAPH_MAX];
	size_t n_tests;
	struct graph_column columns[GRAPH_MAX];
	size_t n_columns; /* 0: whole resources */
	struct graph_field order, by;
	bool descending;
	char count_name[80], by_name[80]; /* count_name "": no summary */
	int64_t take;			  /* 0: all */
};

int graph_read(struct graph_query *q, const char *text, size_t len, struct err *err);
void graph_clear(struct graph_query *q);

#endif
