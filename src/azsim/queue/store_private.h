/* What store.c and store_load.c share. */
#ifndef AZSIM_QUEUE_STORE_PRIVATE_H
#define AZSIM_QUEUE_STORE_PRIVATE_H

#include "azsim/queue/store.h"
#include "base/sql.h"

struct dirty {
	struct gq *q; /* of a job */
	void *thing;  /* NULL: it went before it was written */
};

struct pile {
	struct dirty *v;
	size_t n, cap, at; /* at: so many are written */
};

struct grave {
	enum { GRAVE_JOB, GRAVE_NODE, GRAVE_MACHINE, GRAVE_HEAD } kind;
	int64_t head, id;
	char *name;
};

struct gq_store {
	struct sql *db;
	struct pile jobs, nodes, machines;
	struct grave *graves;
	size_t n_graves, cap_graves;
	struct gq_head **heads; /* to be written */
	size_t n_heads, cap_heads;
	int64_t next_head, next_spec;
	bool loading;
};

#endif
