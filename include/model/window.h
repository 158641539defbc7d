/* What one pane shows of a noun. The engine filters, sorts and cuts; a client never holds a table. */
#ifndef MODEL_WINDOW_H
#define MODEL_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum noun { NOUN_CLUSTER, NOUN_ARRAY, NOUN_NODE, NOUN_JOB, NOUN_EVENT, NOUN_OPERATION, NOUN_TEMPLATE, NOUN_GROUP, NOUN_HISTORY, NOUNS };

struct window {
	char id[24];         /* the client's own word for it */
	enum noun noun;
	char cluster[40];    /* "" all */
	char filter[200];    /* tui.md 5 */
	char sort[24];       /* column, "-column" for descending; "" the noun's natural order */
	bool fold;           /* of NOUN_JOB: one row for each job array */
	bool ended;          /* of NOUN_JOB: those that ended lately too, behind the others */
	char shade[12];      /* of NOUN_GROUP, whose filter and sort are those of nodes: what its second line tells */
	int64_t offset, count;
};

const char *noun_name(enum noun n);
enum noun noun_of(const char *name); /* NOUNS when there is no such word */
size_t noun_size(enum noun n);       /* of the struct that is one row of it */

#endif
