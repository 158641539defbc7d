/*
 * The ceilings of reliability.md 13, once: the configuration's reader, whoever keeps to one, `engine limits` and the manual
 * all go by this table. Those that guard against a hostile text are not to be moved; they are here to be seen.
 */
#ifndef MODEL_LIMITS_H
#define MODEL_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum limit {
	LIMIT_CLIENTS,
	LIMIT_CLIENTS_PER_USER,
	LIMIT_REQUEST_HEAD,
	LIMIT_REQUEST_BODY,
	LIMIT_STREAM_BACKLOG,
	LIMIT_HELPER_TIME,
	LIMIT_HELPER_OUTPUT,
	LIMIT_HELPERS,
	LIMIT_CLUSTERS,
	LIMIT_NODES,
	LIMIT_JOBS_KEPT,
	LIMIT_OPEN_FILES,
	LIMIT_QUEUE_JOBS,
	LIMIT_TEMPLATE_BYTES,
	LIMIT_TEMPLATE_DEPTH,
	LIMIT_TEMPLATE_NODES,
	LIMIT_TEMPLATE_ANCHORS,
	LIMITS
};

struct limit_def {
	const char *name, *unit; /* unit "bytes" takes KiB, MiB and GiB in the configuration */
	int64_t usual, min, max; /* min == max: fixed */
	const char *help;
};
extern const struct limit_def limit_defs[LIMITS];

struct limits {
	int64_t v[LIMITS];
};

void limits_init(struct limits *l);
int64_t limits_get(const struct limits *l, enum limit which); /* l NULL: the usual one */
int limit_named(const char *name);                          /* -1: there is none */
/* "128", "4 MiB"; err says which numbers are possible. */
int limit_set(struct limits *l, enum limit which, const char *text, struct err *err);
const char *limit_text(char out[32], enum limit which, int64_t value); /* "4 MiB", "30 s" */

#endif
