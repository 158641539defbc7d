/* What the mirror's two files share: one window's rows as structs, and the line that changes
 * them. */
#ifndef MIRROR_PRIVATE_H
#define MIRROR_PRIVATE_H

#include "base/json.h"
#include "client/mirror.h"
#include "model/pool.h"

struct mirror_window {
	struct window want;
	bool wanted; /* else it lives until the engine has dropped it, too: lines count on what
			it had */
	bool told;   /* it is in the list that the engine was sent last */
	bool known;  /* and stands there as in want */
	bool owed;   /* its first line since it changed has not come */
	/* the picture, as the last lines made it */
	bool have;
	enum noun noun;
	char cluster[40];
	int64_t total, shown, offset;
	void *rows;
	size_t n;
	uint64_t *changed;
	struct pool pool;  /* the texts of jobs */
	size_t pool_fresh; /* its bytes when it was made */
	char *error;
};

/* "rows" of a line: all of them. ERR_CONFLICT: it counts on rows that are not here, so it is
 * passed over. */
int mirror_rows_replace(struct mirror_window *w, const struct json *line, uint64_t revision,
			struct err *err);
/* "set" of a line: some of them. */
int mirror_rows_set(struct mirror_window *w, const struct json *line, uint64_t revision,
		    struct err *err);
void mirror_rows_clear(struct mirror_window *w);

/* One line of the stream, without its end: now, or later while the picture is held. */
void mirror_line(struct mirror *m, const char *line, size_t len);
/* Now. */
int mirror_apply(struct mirror *m, const char *line, size_t len, struct err *err);

#endif
