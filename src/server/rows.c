#include "server/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/strs.h"
#include "model/columns.h"
#include "model/queue.h"
#include "wire/wire.h"

#define EVENTS_KEPT  1000 /* of each cluster, and of all */
#define OPS_KEPT     200
#define TEMPLATES_MS 5000 /* files that somebody may edit at any time */

struct table { /* what is kept between turns */
	struct table *next;
	enum noun noun;
	char cluster[40];
	bool filled;
	uint64_t revision, stamp;
	int64_t read_ms;
	void *v;
	size_t n;
};

struct rows_cache {
	struct engine *engine;
	struct table *tables;
	uint64_t stamp;
};

struct rows_cache *rows_cache_new(struct engine *e)
{
	struct rows_cache *c = xcalloc(1, sizeof(*c));

	c->engine = e;
	return c;
}

static void table_empty(struct table *t)
{
	if (t->noun == NOUN_OPERATION)
		for (size_t i = 0; i < t->n; i++)
			operation_clear(&((struct operation *)t->v)[i]);
	free(t->v);
	t->v = NULL;
	t->n = 0;
}

void rows_cache_drop(struct rows_cache *c)
{
	while (c->tables) {
		struct table *t = c->tables;

		c->tables = t->next;
		table_empty(t);
		free(t);
	}
}

void rows_cache_free(struct rows_cache *c)
{
	if (!c)
		return;
	rows_cache_drop(c);
	free(c);
}

static struct table *table_of(struct rows_cache *c, enum noun noun, const char *cluster)
{
	struct table *t;

	for (t = c->tables; t; t = t->next)
		if (t->noun == noun && strcmp(t->cluster, cluster) == 0)
			return t;
	t = xcalloc(1, sizeof(*t));
	t->noun = noun;
	snprintf(t->cluster, sizeof(t->cluster), "%s", cluster);
	t->next = c->tables;
	c->tables = t;
	return t;
}

/* The clusters that a window is about: one, or all. */
static size_t clusters_of(const struct engine *e, const char *cluster,
			  const struct cluster *const **out, const struct cluster **one)
{
	if (!cluster[0])
		return engine_clusters(e, out);
	*one = engine_cluster(e, cluster);
	*out = one;
	return *one != NULL;
}

/*
 * Tables
 */

static void fill_arrays(struct table *t, struct rows_cache *c)
{
	const struct cluster *const *all, *one;
	size_t n = clusters_of(c->engine, t->cluster, &all, &one);

	table_empty(t);
	for (size_t i = 0; i < n; i++) {
		struct array_row *rows;
		size_t k = engine_arrays(c->engine, all[i], &rows);

		if (k) {
			t->v = xreallocarray(t->v, t->n + k, sizeof(*rows));
			memcpy((struct array_row *)t->v + t->n, rows, k * sizeof(*rows));
			t->n += k;
		}
		free(rows);
	}
}

/* Sixteen nodes that join within a second say one thing: "htc-[1-16]". */
static bool says_the_same(const struct event *a, const struct event *b)
{
	return a->at_ms / 1000 == b->at_ms / 1000 && a->cluster_id == b->cluster_id &&
	       a->level == b->level && a->object[0] && b->object[0] &&
	       strcmp(a->text, b->text) == 0 && strcmp(a->actor, b->actor) == 0;
}

/* false: the objects are no names of hosts, or too many to be told in one. */
static bool fold_event(struct event *into, const struct event *e)
{
	struct strs names = STRS_INIT(EVENTS_KEPT);
	struct buf list = BUF_INIT(sizeof(into->object));
	bool folds = hostlist_expand(&names, into->object, NULL) == 0 &&
		     hostlist_expand(&names, e->object, NULL) == 0 &&
		     hostlist_compress(&list, (const char *const *)names.v, names.n) == 0 &&
		     list.len < sizeof(into->object);

	if (folds)
		memcpy(into->object, buf_str(&list), list.len + 1);
	buf_clear(&list);
	strs_clear(&names);
	return folds;
}

/* Newest first; the newest of those that fold keeps its number. */
static void fold_events(struct table *t)
{
	struct event *v = t->v;
	size_t kept = 0;

	for (size_t i = 0; i < t->n; i++) {
		bool folded = false;

		for (size_t k = kept; k > 0 && !folded; k--) {
			if (v[k - 1].at_ms / 1000 != v[i].at_ms / 1000)
				break;
			folded =
			    says_the_same(&v[k - 1], &v[i]) && fold_event(&v[k - 1], &v[i]);
		}
		if (!folded)
			v[kept++] = v[i];
	}
	t->n = kept;
}

/* Only what is new is read; newest first. */
static void fill_events(struct table *t, struct rows_cache *c)
{
	int64_t last = t->n ? ((struct event *)t->v)[0].seq : 0;
	struct event *fresh, *all;
	size_t n, keep;

	if (t->cluster[0] && !engine_cluster(c->engine, t->cluster))
		table_empty(t);
	if (engine_events(c->engine, t->cluster, last, EVENTS_KEPT, &fresh, &n, NULL) < 0 ||
	    n == 0) {
		free(fresh);
		return;
	}
	keep = n + t->n > EVENTS_KEPT ? EVENTS_KEPT - n : t->n;
	all = xreallocarray(NULL, n + keep, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		all[i] = fresh[n - 1 - i];
	if (keep)
		memcpy(all + n, t->v, keep * sizeof(*all));
	free(fresh);
	free(t->v);
	t->v = all;
	t->n = n + keep;
	fold_events(t);
}

static void fill_operations(struct table *t, struct rows_cache *c)
{
	struct operation *v;
	size_t n;

	if (engine_operations(c->engine, t->cluster, false, OPS_KEPT, &v, &n, NULL) < 0) {
		free(v);
		return; /* what was read before stays on the screens */
	}
	table_empty(t);
	t->v = v;
	t->n = n;
}

static void fill_templates(struct table *t, struct rows_cache *c)
{
	struct template_row *v;
	size_t n = engine_templates(c->engine, &v);

	t->read_ms = clock_mono_ms();
	table_empty(t);
	t->v = v;
	t->n = n;
}

bool rows_template_read(struct rows_cache *c, const char *name, const char *hash)
{
	struct table *t = table_of(c, NOUN_TEMPLATE, "");
	const struct template_row *v = t->v;
	bool told = false;

	for (size_t i = 0; i < t->n; i++)
		told |= strcmp(v[i].name, name) == 0 && strcmp(v[i].hash, hash) == 0;
	if (told || !t->filled)
		return false;
	t->filled = false;
	return true;
}

/* Two rows of each cluster: its hour and its day. */
static void fill_history(struct table *t, struct rows_cache *c)
{
	const struct cluster *const *all, *one;
	size_t n = clusters_of(c->engine, t->cluster, &all, &one);
	struct history_row *rows = xcalloc(n + 1, HISTORY_SPANS * sizeof(*rows)), *row = rows;

	table_empty(t);
	for (size_t i = 0; i < n; i++)
		for (int s = 0; s < HISTORY_SPANS; s++, row++)
			engine_history_row(c->engine, all[i], (enum history_span)s, row);
	t->v = rows;
	t->n = n * HISTORY_SPANS;
}

static bool is_fresh(const struct table *t, const struct rows_cache *c)
{
	if (!t->filled)
		return false;
	if (t->noun == NOUN_TEMPLATE)
		return clock_mono_ms() - t->read_ms < TEMPLATES_MS;
	return t->revision == engine_revision(c->engine);
}

static void table_rows(struct rows *out, struct rows_cache *c, enum noun noun,
		       const char *cluster)
{
	static void (*const fill[NOUNS])(struct table *, struct rows_cache *) = {
		[NOUN_ARRAY] = fill_arrays,	    [NOUN_EVENT] = fill_events,
		[NOUN_OPERATION] = fill_operations, [NOUN_TEMPLATE] = fill_templates,
		[NOUN_HISTORY] = fill_history,
	};
	struct table *t = table_of(c, noun, cluster);

	if (!is_fresh(t, c)) {
		fill[noun](t, c);
		t->filled = true;
		t->revision = engine_revision(c->engine);
		t->stamp = ++c->stamp;
	}
	out->block = t->v;
	out->n = t->n;
	out->stamp = t->stamp;
}

/*
 * What the engine lends
 */

static int by_cluster_name(const void *a, const void *b)
{
	const struct cluster_row *x = a, *y = b;

	return natural_compare(x->cluster.name, y->cluster.name);
}

/* Borrowed members of the clusters; nothing of a row is freed but the block. */
static void cluster_rows(struct rows *out, struct rows_cache *c, const char *cluster)
{
	const struct cluster *const *all, *one;
	size_t n = clusters_of(c->engine, cluster, &all, &one);
	struct cluster_row *v = n ? xcalloc(n, sizeof(*v)) : NULL;

	for (size_t i = 0; i < n; i++) {
		v[i].cluster = *all[i];
		engine_view(c->engine, all[i], &v[i].view);
	}
	if (n)
		qsort(v, n, sizeof(*v), by_cluster_name);
	out->block = out->made = v;
	out->n = n;
}

struct node_key {
	const struct node *node;
	uint64_t place; /* array, then index */
};

static int by_place(const void *a, const void *b)
{
	const struct node_key *x = a, *y = b;

	return x->place < y->place ? -1 : x->place > y->place;
}

#define ARRAYS_MAX 256

struct array_names {
	const char *v[ARRAYS_MAX];
	size_t n;
};

static int by_text(const void *a, const void *b)
{
	return natural_compare(*(const char *const *)a, *(const char *const *)b);
}

static size_t name_at(const struct array_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->v[i], name) == 0)
			return i;
	return names->n;
}

static void names_add(struct array_names *names, const struct node *const *v, size_t n)
{
	const char *last = "";

	for (size_t i = 0; i < n; i++) {
		if (strcmp(v[i]->array, last) == 0)
			continue;
		last = v[i]->array;
		if (name_at(names, last) == names->n && names->n < ARRAYS_MAX)
			names->v[names->n++] = last;
	}
}

/* Few arrays, many nodes: comparing two numbers is cheaper than names. */
static void sort_nodes(const struct node **out, const struct node *const *v, size_t n)
{
	struct array_names names = { .n = 0 };
	struct node_key *keys = xcalloc(n, sizeof(*keys));
	size_t rank = 0;

	names_add(&names, v, n);
	qsort(names.v, names.n, sizeof(names.v[0]), by_text);
	for (size_t i = 0; i < n; i++) {
		if (rank >= names.n || strcmp(names.v[rank], v[i]->array) != 0)
			rank = name_at(&names, v[i]->array);
		keys[i].node = v[i];
		keys[i].place = (uint64_t)rank << 40 | ((uint64_t)v[i]->index & 0xffffffffff);
	}
	qsort(keys, n, sizeof(*keys), by_place);
	for (size_t i = 0; i < n; i++)
		out[i] = keys[i].node;
	free(keys);
}

static void node_rows(struct rows *out, struct rows_cache *c, const char *cluster)
{
	const struct cluster *const *all, *one;
	size_t n_clusters = clusters_of(c->engine, cluster, &all, &one);
	const struct node **v = NULL;

	for (size_t i = 0; i < n_clusters; i++) {
		const struct node *const *nodes;
		size_t n = engine_nodes(c->engine, all[i], &nodes);

		if (n == 0)
			continue;
		v = xreallocarray(v, out->n + n, sizeof(*v));
		sort_nodes(v + out->n, nodes, n);
		out->n += n;
	}
	out->list = (const void **)v;
}

/* A queue is never changed but in what was judged: another reading is another queue. */
static uint64_t queue_stamp(const struct queue *q, uint64_t seed)
{
	uint64_t of[4] = { (uint64_t)(uintptr_t)q, (uint64_t)q->read_ended_ms, q->n_jobs,
			   q->judged };

	return fingerprint(of, sizeof(of), seed) | 1;
}

static void job_rows(struct rows *out, struct rows_cache *c, const char *cluster)
{
	const struct cluster *const *all, *one;
	size_t n_clusters = clusters_of(c->engine, cluster, &all, &one);

	out->stamp = 1;
	for (size_t i = 0; i < n_clusters; i++) {
		const struct queue *q = engine_queue(c->engine, all[i]);

		if (!q)
			continue;
		out->stamp = queue_stamp(q, out->stamp);
		if (n_clusters == 1) {
			out->block = q->jobs;
			out->n = q->n_jobs;
			return;
		}
		out->list = xreallocarray(out->list, out->n + q->n_jobs + 1, sizeof(void *));
		for (size_t k = 0; k < q->n_jobs; k++)
			out->list[out->n++] = &q->jobs[k];
	}
}

void rows_past(struct rows *out, struct rows_cache *c, const char *cluster)
{
	const struct cluster *of = engine_cluster(c->engine, cluster);
	const struct queue *past = of ? engine_past(c->engine, of) : NULL;

	*out = (struct rows){ .noun = NOUN_JOB, .size = sizeof(struct job) };
	if (!past)
		return;
	out->block = past->jobs;
	out->n = past->n_jobs;
	out->stamp = queue_stamp(past, 1);
}

/* Behind the queue's jobs those that left it lately. */
void rows_add_past(struct rows *out, struct rows_cache *c, const char *cluster)
{
	struct rows past;
	const void **list;

	rows_past(&past, c, cluster);
	if (past.n == 0)
		return;
	list = xreallocarray(NULL, out->n + past.n, sizeof(*list));
	for (size_t i = 0; i < out->n; i++)
		list[i] = rows_at(out, i);
	for (size_t i = 0; i < past.n; i++)
		list[out->n + i] = rows_at(&past, i);
	free(out->list);
	out->list = list;
	out->n += past.n;
	out->stamp = fingerprint(&past.stamp, sizeof(past.stamp), out->stamp) | 1;
}

void rows_get(struct rows *out, struct rows_cache *c, enum noun noun, const char *cluster)
{
	*out = (struct rows){ .noun = noun, .size = noun_size(noun) };
	if (noun == NOUN_CLUSTER)
		cluster_rows(out, c, cluster);
	else if (noun == NOUN_NODE)
		node_rows(out, c, cluster);
	else if (noun == NOUN_JOB)
		job_rows(out, c, cluster);
	else
		table_rows(out, c, noun, noun == NOUN_TEMPLATE ? "" : cluster);
}

void rows_clear(struct rows *r)
{
	free(r->list);
	free(r->made);
	*r = (struct rows){ .noun = r->noun };
}

const void *rows_at(const struct rows *r, size_t i)
{
	return r->list ? r->list[i] : (const char *)r->block + i * r->size;
}

/*
 * One row
 */

static uint64_t text_id(const char *text, uint64_t seed)
{
	return fingerprint(text, strlen(text), seed);
}

uint64_t row_id(enum noun noun, const void *row)
{
	const struct array_row *a = row;

	switch (noun) {
	case NOUN_CLUSTER:
		return (uint64_t)((const struct cluster_row *)row)->cluster.id;
	case NOUN_ARRAY:
		return text_id(a->cluster, text_id(a->array, text_id(a->size, a->spot)));
	case NOUN_NODE:
		return (uint64_t)((const struct node *)row)->id;
	case NOUN_JOB:
		return text_id(((const struct job *)row)->id, 0);
	case NOUN_EVENT:
		return (uint64_t)((const struct event *)row)->seq;
	case NOUN_OPERATION:
		return (uint64_t)((const struct operation *)row)->id;
	case NOUN_TEMPLATE:
		return text_id(((const struct template_row *)row)->name, 0);
	case NOUN_GROUP:
		return text_id(((const struct group_row *)row)->name,
			       (uint64_t)((const struct group_row *)row)->first);
	case NOUN_HISTORY:
		return text_id(((const struct history_row *)row)->cluster,
			       text_id(((const struct history_row *)row)->span, 0));
	case NOUNS:
		break;
	}
	return 0;
}

uint64_t row_bytes(const struct rows *rows, const void *row)
{
	switch (rows->noun) {
	case NOUN_JOB: /* in a queue that is the same, a job is */
		return fingerprint(row, sizeof(struct job), rows->stamp) | 1;
	case NOUN_ARRAY:
	case NOUN_NODE:
	case NOUN_EVENT:
	case NOUN_TEMPLATE:
	case NOUN_GROUP:
	case NOUN_HISTORY:
		return fingerprint(row, rows->size, 0) | 1;
	case NOUN_CLUSTER:
	case NOUN_OPERATION:
	case NOUNS:
		break;
	}
	return 0;
}

struct json *row_as_json(enum noun noun, const void *row)
{
	switch (noun) {
	case NOUN_CLUSTER:
		return wire_cluster_row_json(row);
	case NOUN_ARRAY:
		return wire_array_row_json(row);
	case NOUN_NODE:
		return wire_node_json(row);
	case NOUN_JOB:
		return wire_job_json(row);
	case NOUN_EVENT:
		return wire_event_json(row);
	case NOUN_OPERATION:
		return wire_operation_json(row);
	case NOUN_TEMPLATE:
		return wire_template_row_json(row);
	case NOUN_GROUP:
		return wire_group_row_json(row);
	case NOUN_HISTORY:
		return wire_history_row_json(row);
	case NOUNS:
		break;
	}
	return json_new_null();
}

static bool is_default(const struct json *v)
{
	const char *text = json_text(v);

	return json_is(v, JSON_NULL) || (text && !text[0]) ||
	       (json_is(v, JSON_BOOL) && !json_bool(v, NULL, true));
}

void row_as_text(struct buf *out, enum noun noun, const void *row)
{
	struct json *j = row_as_json(noun, row);
	const struct json *v;
	const char *name, *comma = "";

	buf_addc(out, '{');
	for (void *it = NULL; json_each(j, &it, &name, &v);) {
		if (noun == NOUN_OPERATION && strcmp(name, "data") == 0)
			continue; /* what its steps remember: long, and for nobody's screen */
		if (noun != NOUN_CLUSTER && is_default(v))
			continue; /* a cluster's texts are pointers, which "" and null tell
				     apart */
		buf_addf(out, "%s\"%s\":", comma, name);
		json_write(out, v);
		comma = ",";
	}
	buf_addc(out, '}');
	json_free(j);
}

static uint64_t mix(uint64_t h)
{
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 32;
	return h * UINT64_C(0xd6e8feb86659fd93);
}

uint64_t fingerprint(const void *data, size_t len, uint64_t seed)
{
	static uint64_t secret;
	const char *p = data;
	uint64_t h, word;

	while (!secret)
		rand_bytes(&secret, sizeof(secret));
	h = mix(secret ^ seed) + len;
	for (; len >= sizeof(word); p += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = mix(h ^ word) + secret;
	}
	word = 0;
	memcpy(&word, p, len);
	return mix(h ^ word) ^ h >> 29;
}
