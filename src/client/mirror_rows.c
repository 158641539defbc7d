/* A window's rows as structs: read from lines, kept, moved, and freed by noun. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "client/mirror_private.h"
#include "wire/wire.h"

#define ROWS_MAX   4096 /* of one window; the engine sends at most 1,000 */
#define POOL_SPARE 65536

static int row_read(void *row, enum noun noun, struct pool *pool, const struct json *j,
		    struct err *err)
{
	switch (noun) {
	case NOUN_CLUSTER:
		return wire_cluster_row_read(row, j, err);
	case NOUN_ARRAY:
		return wire_array_row_read(row, j, err);
	case NOUN_NODE:
		return wire_node_read(row, j, err);
	case NOUN_JOB:
		return wire_job_read(row, pool, j, err);
	case NOUN_EVENT:
		return wire_event_read(row, j, err);
	case NOUN_OPERATION:
		return wire_operation_read(row, j, err);
	case NOUN_TEMPLATE:
		return wire_template_row_read(row, j, err);
	case NOUN_GROUP:
		return wire_group_row_read(row, j, err);
	case NOUN_HISTORY:
		return wire_history_row_read(row, j, err);
	case NOUNS:
		break;
	}
	return -1;
}

static void row_clear(void *row, enum noun noun)
{
	if (noun == NOUN_CLUSTER)
		cluster_clear(&((struct cluster_row *)row)->cluster);
	else if (noun == NOUN_OPERATION)
		operation_clear(row);
}

static void *row_of(void *rows, enum noun noun, size_t i)
{
	return (char *)rows + i * noun_size(noun);
}

/* The job's texts go into another pool. */
static void job_move(struct job *j, struct pool *pool)
{
	const char **texts[] = { &j->id,	 &j->array_id,	 &j->task,	&j->name,
				 &j->user,	 &j->account,	 &j->partition, &j->reason,
				 &j->constraint, &j->dependency, &j->nodes,	&j->waits };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = pool_add(pool, *texts[i], strlen(*texts[i]));
}

static void rows_free(struct mirror_window *w)
{
	for (size_t i = 0; i < w->n; i++)
		row_clear(row_of(w->rows, w->noun, i), w->noun);
	free(w->rows);
	free(w->changed);
	pool_clear(&w->pool);
	w->rows = NULL;
	w->changed = NULL;
	w->n = 0;
}

void mirror_rows_clear(struct mirror_window *w)
{
	rows_free(w);
	free(w->error);
	w->error = NULL;
	w->have = false;
}

static int not_here(struct err *err)
{
	return err_set(err, ERR_CONFLICT, "a line counts on rows that are not here");
}

/* What is moved leaves zeros, which nobody has to free. */
static void row_take(struct mirror_window *from, struct mirror_window *to, size_t k, size_t i)
{
	void *row = row_of(to->rows, to->noun, i), *old = row_of(from->rows, from->noun, k);

	memcpy(row, old, noun_size(to->noun));
	memset(old, 0, noun_size(to->noun));
	if (to->noun == NOUN_JOB)
		job_move(row, &to->pool);
	to->changed[i] = from->changed[k];
}

/* Checked before anything moves, so that a line that is passed over leaves the picture whole.
 */
static int references_fit(const struct mirror_window *w, enum noun noun,
			  const struct json *list, struct err *err)
{
	bool *taken = xcalloc(w->n + 1, sizeof(*taken));
	bool fit = true;

	for (size_t i = 0; i < json_len(list) && fit; i++) {
		int64_t k = json_int(json_at(list, i), NULL, -1);

		if (json_is(json_at(list, i), JSON_OBJECT))
			continue;
		fit = w->have && w->noun == noun && k >= 0 && k < (int64_t)w->n && !taken[k];
		if (fit)
			taken[k] = true;
	}
	free(taken);
	return fit ? 0 : not_here(err);
}

static int read_rows(struct mirror_window *to, struct mirror_window *from,
		     const struct json *list, uint64_t revision, struct err *err)
{
	size_t n = json_len(list);
	int rc = 0;

	to->rows = xcalloc(n + 1, noun_size(to->noun));
	to->changed = xcalloc(n + 1, sizeof(*to->changed));
	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct json *v = json_at(list, i);

		to->n = i + 1;
		if (json_is(v, JSON_OBJECT)) {
			rc = row_read(row_of(to->rows, to->noun, i), to->noun, &to->pool, v,
				      err);
			to->changed[i] = revision;
		} else {
			row_take(from, to, (size_t)json_int(v, NULL, 0), i);
		}
	}
	return rc;
}

static void read_counts(struct mirror_window *w, const struct json *line)
{
	w->total = json_int(line, "total", w->total);
	w->shown = json_int(line, "shown", w->shown);
	w->offset = json_int(line, "offset", w->offset);
	free(w->error);
	w->error = NULL;
}

int mirror_rows_replace(struct mirror_window *w, const struct json *line, uint64_t revision,
			struct err *err)
{
	const struct json *list = json_get(line, "rows");
	const char *cluster = json_str(line, "cluster", "");
	struct mirror_window next = *w;
	bool same_place;

	next.noun = noun_of(json_str(line, "noun", ""));
	if (next.noun == NOUNS || json_len(list) > ROWS_MAX)
		return err_set(err, ERR_PARSE, "a line of the stream is not understood");
	if (references_fit(w, next.noun, list, err) < 0)
		return -1;
	same_place = w->have && w->noun == next.noun && strcmp(w->cluster, cluster) == 0 &&
		     json_int(line, "offset", 0) == w->offset;
	pool_init(&next.pool);
	next.n = 0;
	/* What a window shows for the first time is no change of it. */
	if (read_rows(&next, w, list, same_place ? revision : 0, err) < 0) {
		rows_free(&next);
		mirror_rows_clear(w); /* some of its rows went with the others */
		return -1;
	}
	rows_free(w);
	*w = next;
	w->have = true;
	snprintf(w->cluster, sizeof(w->cluster), "%s", cluster);
	w->pool_fresh = w->pool.bytes;
	read_counts(w, line);
	return 0;
}

/* Rows that changed left their old texts behind. */
static void pool_tidy(struct mirror_window *w)
{
	struct pool fresh;

	if (w->noun != NOUN_JOB || w->pool.bytes < 2 * w->pool_fresh + POOL_SPARE)
		return;
	pool_init(&fresh);
	for (size_t i = 0; i < w->n; i++)
		job_move(row_of(w->rows, NOUN_JOB, i), &fresh);
	pool_clear(&w->pool);
	w->pool = fresh;
	w->pool_fresh = fresh.bytes;
}

int mirror_rows_set(struct mirror_window *w, const struct json *line, uint64_t revision,
		    struct err *err)
{
	const struct json *v;
	const char *key;
	int64_t i;

	if (!w->have)
		return not_here(err);
	for (void *it = NULL; json_each(json_get(line, "set"), &it, &key, &v);) {
		if (num_read(&i, key, 0, ROWS_MAX) < 0 || i >= (int64_t)w->n)
			return not_here(err);
		if (row_read(row_of(w->rows, w->noun, (size_t)i), w->noun, &w->pool, v, err) <
		    0)
			return -1;
		w->changed[i] = revision;
	}
	pool_tidy(w);
	read_counts(w, line);
	return 0;
}
