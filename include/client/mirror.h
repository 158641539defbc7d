/*
 * The console's copy of what it shows: windows that the stream keeps fresh. The mirror reconnects by itself (0.5 to 10 s
 * with jitter), keeps the last picture meanwhile and says how old it is (R14.3).
 */
#ifndef CLIENT_MIRROR_H
#define CLIENT_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/client.h"
#include "model/history.h"
#include "model/queue.h"
#include "model/view.h"
#include "model/window.h"
#include "model/work.h"

struct mirror;

enum mirror_link { MIRROR_CONNECTING, MIRROR_LIVE, MIRROR_LOST };

struct mirror *mirror_new(struct client *c, void (*on_change)(void *arg), void *arg); /* at most once a loop turn */
void mirror_free(struct mirror *m);
/* Which windows are wanted from now on; unchanged ones keep their rows. Copied. */
void mirror_watch(struct mirror *m, const struct window *w, size_t n);

/* The picture stands still until it is let go again; windows that change are answered all the same. */
void mirror_hold(struct mirror *m, bool on);

void mirror_reload(struct mirror *m); /* asks for everything anew */

enum mirror_link mirror_link(const struct mirror *m);
const char *mirror_link_text(const struct mirror *m);  /* "no answer from the engine for 12 s; trying again in 3 s" */
bool mirror_whole(const struct mirror *m); /* live, and every window that is wanted has its rows or its error */
int64_t mirror_age_ms(const struct mirror *m);         /* of the last line from the stream */
/* How long the engine has said nothing though it was due, or took the connection and does not answer: it is stopped or hangs. 0: it is as it should be. */
int64_t mirror_quiet_ms(const struct mirror *m);
uint64_t mirror_revision(const struct mirror *m);
const struct engine_row *mirror_engine(const struct mirror *m); /* NULL before the first answer */

struct mirror_rows {
	enum noun noun;
	int64_t total, shown_total; /* all, and those that pass the filter */
	int64_t offset;
	size_t n;
	const uint64_t *changed;    /* revision in which each row last changed: for marking */
	union {
		const struct cluster_row *clusters;
		const struct array_row *arrays;
		const struct node *nodes;
		const struct job *jobs;
		const struct event *events;
		const struct operation *operations;
		const struct template_row *templates;
		const struct group_row *groups;
		const struct history_row *histories;
	} u;
	const char *error;          /* of the filter, with its column; "" none */
	const char *filter;         /* that the window is wanted with now */
	bool answered;              /* rows or error are the answer to that */
};
/* Borrowed until control returns to the loop. false: no such window or no answer yet. */
bool mirror_rows(const struct mirror *m, const char *window_id, struct mirror_rows *out);
struct json *mirror_row_json(const struct mirror_rows *r, size_t i); /* new: a row as the API tells it */

#endif
