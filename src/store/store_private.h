/* What the store's files share: the connection, and how rows become growing arrays. */
#ifndef STORE_PRIVATE_H
#define STORE_PRIVATE_H

#include "base/sql.h"
#include "store/store.h"

struct store {
	struct sql *sql;
	char *path;
	char engine_id[33];
	bool opened; /* whole: its end is worth a note */
	bool was_open;
	char *fact; /* what store_fact() lent last */
};

/* The statement's first column, a JSON document, as a new value; NULL and err when the row is
 * damaged. */
struct json *row_json(struct stmt *s, int column, struct err *err);
char *json_line(struct json *take); /* compact text, yours to free */

extern const char *const store_migrations[];

#endif
