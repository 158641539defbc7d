/* Nodes, jobs and arrays of a cluster: the part that was asked for, never the whole table. */
#include <stdio.h>
#include <stdlib.h>

#include "server/server_private.h"
#include "server/window.h"

#define ROWS_DEFAULT 100
#define ROWS_MAX     1000

/* A filter that was cut would pass other rows. */
static int take_query(char *out, size_t max, const struct request *q, const char *name,
		      struct err *err)
{
	char *text = query_text(q, name);
	int n = snprintf(out, max, "%s", text ? text : "");

	free(text);
	return (size_t)n < max
		   ? 0
		   : err_set(err, ERR_INVALID, "%s: at most %zu characters", name, max - 1);
}

static void list_rows(struct request *q, enum noun noun)
{
	const struct cluster *c = the_cluster(q);
	struct window w = { .noun = noun };
	struct cluster_view view;
	struct err err = ERR_INIT;
	struct json *j = NULL;

	if (!c)
		return;
	snprintf(w.cluster, sizeof(w.cluster), "%s", c->name);
	w.offset = query_int(q, "offset", 0);
	w.count = query_int(q, "count", ROWS_DEFAULT);
	w.ended = query_int(q, "ended", 0) != 0;
	if (w.count > ROWS_MAX)
		w.count = ROWS_MAX;
	if (take_query(w.filter, sizeof(w.filter), q, "filter", &err) == 0 &&
	    take_query(w.sort, sizeof(w.sort), q, "sort", &err) == 0)
		j = window_json(q->server->rows, &w, &err);
	if (j) {
		engine_view(q->server->engine, c, &view);
		json_set_int(j, "stale_ms", view.queue_stale ? view.queue_age_ms : 0);
		answer_json(q, 200, j);
	} else {
		answer_err(q, &err);
	}
}

void list_nodes(struct request *q)
{
	list_rows(q, NOUN_NODE);
}

void list_jobs(struct request *q)
{
	list_rows(q, NOUN_JOB);
}

void list_arrays(struct request *q)
{
	list_rows(q, NOUN_ARRAY);
}
