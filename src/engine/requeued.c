#include "engine/requeued.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/note.h"
#include "engine/run.h"

#define KEPT_MOST  20000
#define NODES_MOST 1000 /* of one job */
#define TOLD_MOST  50	/* of one reading that have an event each */
#define MORE_MOST  300	/* characters of the others' numbers */
#define READ_MOST  5000 /* events, for what an earlier life told */
#define NAMED	   " (job "

struct why {
	char text[REQUEUED_TEXT];
	int64_t at_ms;
	bool asked; /* nobody has seen it wait yet */
};

static void forget_old(struct map *m, int64_t now_ms)
{
	const char *key;
	void *v;

	for (size_t i = 0; map_next(m, &i, &key, &v);)
		if (now_ms - ((struct why *)v)->at_ms > REQUEUED_KEPT_MS)
			map_del(m, key);
}

static struct why *put(struct map **m, const char *key, int64_t at_ms)
{
	struct why *w;

	if (!*m)
		*m = map_new(free, false);
	if (map_count(*m) >= KEPT_MOST)
		forget_old(*m, at_ms);
	if (map_count(*m) >= KEPT_MOST)
		return NULL;
	w = xcalloc(1, sizeof(*w));
	w->at_ms = at_ms;
	map_put(*m, key, w);
	return w;
}

void requeued_node(struct requeued *q, const char *node, const char *what, int64_t now_ms)
{
	struct why *w = what ? put(&q->nodes, node, now_ms) : NULL;

	if (!what && q->nodes)
		map_del(q->nodes, node);
	if (w)
		snprintf(w->text, sizeof(w->text), "%.99s", what);
}

void requeued_known(struct requeued *q, const char *id, const char *text, int64_t at_ms)
{
	struct why *w = put(&q->jobs, id, at_ms);

	if (w)
		snprintf(w->text, sizeof(w->text), "%.139s", text);
}

void requeued_asked(struct requeued *q, const struct strs *ids, const char *why, int64_t now_ms)
{
	for (size_t i = 0; i < ids->n; i++) {
		struct why *w = put(&q->jobs, ids->v[i], now_ms);

		if (!w)
			continue;
		snprintf(w->text, sizeof(w->text), REQUEUED_WORD "%.100s", why);
		w->asked = true;
	}
}

bool requeued_waits(const struct job *j)
{
	return j->state == JOB_PENDING && j->reason_class == REASON_TIME;
}

/* Of several tasks: they are of one array, and what is known of any of them is told. */
static const char *key_of(const struct job *j)
{
	return strchr(j->id, '[') ? j->array_id : j->id;
}

static const struct why *find(const struct requeued *q, const char *id, const char *array_id)
{
	const struct why *w = q->jobs ? map_get(q->jobs, id) : NULL;

	return w || !q->jobs || !array_id[0] ? w : map_get(q->jobs, array_id);
}

const char *requeued_text(const struct requeued *q, const struct job *j)
{
	const struct why *w = requeued_waits(j) ? find(q, key_of(j), j->array_id) : NULL;

	return w ? w->text : "";
}

static bool ran(const struct job *j)
{
	return j->nodes[0] && job_has_nodes(j);
}

/* The first of its nodes of which something is known; false: none is. */
static bool node_text(char out[REQUEUED_TEXT], const struct requeued *q,
		      const struct queue *now, const char *list)
{
	struct strs names = STRS_INIT(NODES_MOST);
	bool found = false;

	hostlist_expand(&names, list, NULL);
	for (size_t i = 0; i < names.n && !found; i++) {
		const char *name = names.v[i];
		const struct why *w = q->nodes ? map_get(q->nodes, name) : NULL;
		const struct sched_node *n = queue_node(now, name);

		found = w || (n && n->state == SNODE_DOWN);
		if (w)
			snprintf(out, REQUEUED_TEXT, REQUEUED_WORD "its node %.32s %.70s", name,
				 w->text);
		else if (found)
			snprintf(out, REQUEUED_TEXT,
				 REQUEUED_WORD "its node %.32s is down%s%.50s", name,
				 n->reason[0] ? ": " : "", n->reason);
	}
	strs_clear(&names);
	return found;
}

/* A single job is known by its number. What is left of an array may hold the task or not: it
 * is taken for one that came back when its node was lost. */
static bool why_of(char out[REQUEUED_TEXT], struct requeued *q, const struct queue *now,
		   const struct job *was, bool single)
{
	const struct why *w = q->jobs ? find(q, was->id, was->array_id) : NULL;

	if (w && w->asked)
		snprintf(out, REQUEUED_TEXT, "%s", w->text);
	else if (node_text(out, q, now, was->nodes))
		return true;
	else if (single)
		snprintf(out, REQUEUED_TEXT, REQUEUED_WORD "it ran on %.60s", was->nodes);
	return single || (w && w->asked);
}

void requeued_look(struct requeued *q, const struct queue *before, const struct queue *now,
		   int64_t now_ms,
		   void (*told)(void *arg, const struct job *was, const char *text), void *arg)
{
	struct map *waiting = map_new_lent(false);
	char text[REQUEUED_TEXT];

	for (size_t i = 0; before && i < now->n_jobs; i++)
		if (requeued_waits(&now->jobs[i]))
			map_put(waiting, key_of(&now->jobs[i]), &now->jobs[i]);
	for (size_t i = 0; map_count(waiting) && i < before->n_jobs; i++) {
		const struct job *was = &before->jobs[i];
		bool single = ran(was) && map_get(waiting, was->id);

		if (!single &&
		    (!ran(was) || !was->array_id[0] || !map_get(waiting, was->array_id)))
			continue;
		if (!why_of(text, q, now, was, single))
			continue;
		requeued_known(q, single ? was->id : was->array_id, text, now_ms);
		told(arg, was, text);
	}
	map_free(waiting);
}

const char *requeued_event(char out[REQUEUED_EVENT], const char *text, const char *name)
{
	bool named = name && name[0];

	snprintf(out, REQUEUED_EVENT, "%.139s%s%.60s%s", text, named ? NAMED : "",
		 named ? name : "", named ? ")" : "");
	return out;
}

const char *requeued_of_event(char out[REQUEUED_TEXT], const char *event)
{
	const char *end = strstr(event, NAMED);

	snprintf(out, REQUEUED_TEXT, "%.*s", end ? (int)(end - event) : REQUEUED_TEXT - 1,
		 event);
	return out;
}

void requeued_clear(struct requeued *q)
{
	map_free(q->jobs);
	map_free(q->nodes);
	*q = (struct requeued){ .jobs = NULL };
}

/*
 * Of a run
 */

void requeued_moved(struct run *r, const struct node *n, enum node_state to, const char *reason)
{
	int64_t now = clock_utc_ms();
	bool known = r->requeued.nodes && map_get(r->requeued.nodes, n->name);
	char text[REQUEUED_TEXT];

	if (to == NODE_EVICTED)
		requeued_node(&r->requeued, n->name, "was evicted", now);
	else if (to == NODE_IDLE || to == NODE_BUSY) /* what was known is of another machine */
		requeued_node(&r->requeued, n->name, NULL, now);
	else if (!known && (to == NODE_UNHEALTHY || to == NODE_FAILED || to == NODE_DELETING)) {
		snprintf(text, sizeof(text), "%s: %.80s",
			 to == NODE_DELETING ? "was deleted" : "failed", reason);
		requeued_node(&r->requeued, n->name, text, now);
	}
}

struct teller {
	struct run *run;
	size_t told;
	struct buf more; /* numbers of those that have no event of their own */
};

static void tell(void *arg, const struct job *was, const char *text)
{
	struct teller *t = arg;
	char event[REQUEUED_EVENT];

	if (t->told++ < TOLD_MOST)
		note(t->run, EVENT_WARN, was->id, "%s", requeued_event(event, text, was->name));
	else if (t->more.len < MORE_MOST - sizeof(", ...") - 64)
		buf_addf(&t->more, "%s%.60s", t->more.len ? ", " : "", was->id);
	else if (buf_str(&t->more)[t->more.len - 1] != '.')
		buf_addf(&t->more, ", ...");
}

/* What an earlier life of the engine told of jobs that wait still. */
static void read_events(struct run *r, const struct queue *now)
{
	struct event *v = NULL;
	size_t n = 0;
	char text[REQUEUED_TEXT];

	if (store_events(r->engine->store, r->cluster.id, 0, READ_MOST, &v, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (text_has_prefix(v[i].text, REQUEUED_WORD) && queue_job(now, v[i].object))
			requeued_known(&r->requeued, v[i].object,
				       requeued_of_event(text, v[i].text), v[i].at_ms);
	free(v);
}

void requeued_read(struct run *r, const struct queue *now)
{
	struct teller t = { .run = r, .more = BUF_INIT(MORE_MOST) };
	bool any = false;

	for (size_t i = 0; i < now->n_jobs && !any; i++)
		any = requeued_waits(&now->jobs[i]);
	if (any && !r->queue)
		read_events(r, now);
	else if (any)
		requeued_look(&r->requeued, r->queue, now, clock_utc_ms(), tell, &t);
	if (t.told > TOLD_MOST)
		note(r, EVENT_WARN, "", "requeued too: %zu more jobs: %s", t.told - TOLD_MOST,
		     buf_str(&t.more));
	buf_clear(&t.more);
}
