/*
 * Commands on heads, so many at once for each kind of scheduler (R13), in the order in which
 * their clusters were served last. A head that takes its time must not take everybody's: one
 * cluster has at most half of the places while there are others, and all that are slow together
 * have at most half.
 */
#ifndef ENGINE_HELPERS_H
#define ENGINE_HELPERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/proc.h"

struct helper_seat { /* one cluster, as the choice sees it */
	unsigned int running, waiting;
	bool slow;
	uint64_t served; /* when something of it began last: a number that grows */
};
/* Whose next command begins; n: nobody's. Pure. */
size_t helpers_next(const struct helper_seat *v, size_t n, unsigned int most);

struct helper_line;
struct helpers {	   /* of one engine */
	unsigned int most; /* at once, of one kind; 0: none begins any more */
	struct helper_line *lines;
	uint64_t served;
};

/* r NULL: it was not started, err says why. In a later turn than the one it was asked for in.
 */
typedef void helper_cb(void *arg, const struct proc_result *r, const struct err *err);

/* One cluster's; kind: what it shares the places with. ready is asked when a command's turn
 * came. */
struct helper_line *helper_line_new(struct helpers *all, struct loop *l, const void *kind,
				    bool (*ready)(void *arg, struct err *err), void *arg);
void helper_line_free(struct helper_line *line); /* drops what waits and runs; NULL is fine */
/* spec is copied; its deadline counts from when it begins. on_output gets arg, too. */
void helper_add(struct helper_line *line, const struct proc_spec *spec, helper_cb *cb,
		void *arg);

#endif
