/* client.h and mirror.h over the made-up site: the same contracts, nothing behind them. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fixture.h"
#include "server/fold.h"

#define ANSWER_MS 20
#define WINDOWS	  32

void lab_orders(struct loop *l); /* deck_lab.c */

struct client {
	struct loop *loop;
};

struct client_call {
	client_cb *cb;
	void *arg;
	struct timer *timer;
	struct json *answer;
	struct err err;
};

struct client *client_new(struct loop *l, const char *socket_path, uid_t engine_uid)
{
	struct client *c = xcalloc(1, sizeof(*c));

	(void)socket_path;
	(void)engine_uid;
	c->loop = l;
	lab_orders(l);
	return c;
}

void client_free(struct client *c)
{
	lab_orders(NULL);
	free(c);
}

static void call_free(struct client_call *c)
{
	timer_free(c->timer);
	json_free(c->answer);
	free(c);
}

static void on_answer(void *arg)
{
	struct client_call *c = arg;

	if (fixture->quiet_ms) { /* it hangs */
		timer_set(c->timer, ANSWER_MS);
		return;
	}
	c->cb(c->arg, c->answer, c->answer ? NULL : &c->err);
	call_free(c);
}

static struct client_call *ask(struct client *client, const char *method, const char *path,
			       const struct json *body, client_cb *cb, void *arg)
{
	struct client_call *c = xcalloc(1, sizeof(*c));
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	*c = (struct client_call){ .cb = cb, .arg = arg };
	if (body)
		json_write(&text, body);
	if (strstr(path, "/editing")) /* it changes nothing, whoever looks for changes */
		fixture_log("edits %s %s %s", path, json_str(body, "doing", ""),
			    json_bool(body, "on", true) ? "on" : "off");
	else
		fixture_log("%s %s %.200s", method, path, buf_str(&text));
	buf_clear(&text);
	if (fixture->link == MIRROR_LIVE)
		c->answer = fixture_answer(method, path, body, &c->err);
	else
		err_set(&c->err, ERR_IO, "no answer from the engine");
	c->timer = timer_new(client->loop, on_answer, c);
	timer_set(c->timer, ANSWER_MS);
	return c;
}

struct client_call *client_get(struct client *c, const char *path, client_cb *cb, void *arg)
{
	return ask(c, "GET", path, NULL, cb, arg);
}

struct client_call *client_post(struct client *c, const char *path, const struct json *body,
				client_cb *cb, void *arg)
{
	return ask(c, "POST", path, body, cb, arg);
}

/* What is asked is written down; for which version stands in the engine's own tests. */
void client_if_match(struct client_call *call, const char *etag)
{
	(void)call;
	(void)etag;
}

void client_cancel(struct client_call *call)
{
	call_free(call);
}

char *client_path(const char *format, ...)
{
	struct buf b = BUF_INIT(4096);
	va_list ap;

	va_start(ap, format);
	for (; *format; format++)
		if (*format == '%')
			buf_adds(&b, va_arg(ap, const char *));
		else
			buf_addc(&b, *format);
	va_end(ap);
	return buf_steal(&b);
}

/* The mirror */

struct mirror {
	struct turn_end *news;
	struct timer *step;
	void (*on_change)(void *arg);
	void *arg;
	struct window w[WINDOWS];
	size_t n;
	struct node *nodes[WINDOWS];
	struct array_row *arrays[WINDOWS];
	struct group_row *groups[WINDOWS];
	struct job *jobs[WINDOWS];
	struct history_row histories[HISTORY_SPANS];
};

static void tell(void *arg)
{
	struct mirror *m = arg;

	m->on_change(m->arg);
}

static void changed(void *arg)
{
	struct mirror *m = arg;

	turn_end_ask(m->news);
	if (fixture->n_ops && fixture->ops[0].state == OP_RUNNING && !timer_on(m->step))
		timer_set(m->step, 700);
}

static void on_step(void *arg)
{
	(void)arg;
	fixture_step();
}

static void mirror_say(void *arg)
{
	changed(arg);
}

struct mirror *mirror_new(struct client *c, void (*on_change)(void *arg), void *arg)
{
	struct mirror *m = xcalloc(1, sizeof(*m));

	m->on_change = on_change;
	m->arg = arg;
	m->news = turn_end_new(c->loop, tell, m);
	m->step = timer_new(c->loop, on_step, m);
	fixture->changed = mirror_say;
	fixture->changed_arg = m;
	turn_end_ask(m->news);
	return m;
}

void mirror_free(struct mirror *m)
{
	for (size_t i = 0; i < WINDOWS; i++) {
		free(m->nodes[i]);
		free(m->arrays[i]);
		free(m->groups[i]);
		free(m->jobs[i]);
	}
	fixture->changed = NULL;
	timer_free(m->step);
	turn_end_free(m->news);
	free(m);
}

void mirror_watch(struct mirror *m, const struct window *w, size_t n)
{
	if (n == m->n && memcmp(m->w, w, n * sizeof(*w)) == 0)
		return;
	memcpy(m->w, w, n * sizeof(*w));
	m->n = n;
	turn_end_ask(m->news);
}

void mirror_hold(struct mirror *m, bool on)
{
	(void)m;
	fixture_hold(on);
}

void mirror_reload(struct mirror *m)
{
	turn_end_ask(m->news);
}

enum mirror_link mirror_link(const struct mirror *m)
{
	(void)m;
	return fixture->link;
}

int64_t mirror_quiet_ms(const struct mirror *m)
{
	(void)m;
	return fixture->quiet_ms;
}

const char *mirror_link_text(const struct mirror *m)
{
	(void)m;
	return "no answer for 12 s; trying again in 3 s";
}

int64_t mirror_age_ms(const struct mirror *m)
{
	(void)m;
	return fixture->link == MIRROR_LIVE ? 100 : 12000;
}

bool mirror_whole(const struct mirror *m)
{
	(void)m;
	return fixture->link == MIRROR_LIVE;
}

uint64_t mirror_revision(const struct mirror *m)
{
	(void)m;
	return fixture->revision;
}

const struct engine_row *mirror_engine(const struct mirror *m)
{
	(void)m;
	return &fixture->engine;
}

static bool passes_node(const struct node *n, const char *filter)
{
	const char *from = strstr(filter, "index>="), *to = strstr(filter, "index<=");

	if (from && to && (n->index < atoll(from + 7) || n->index > atoll(to + 7)))
		return false;
	if (strncmp(filter, "array:", 6) == 0)
		return strcspn(filter + 6, " ") == strlen(n->array) &&
		       strncmp(n->array, filter + 6, strlen(n->array)) == 0;
	if (strncmp(filter, "name=", 5) == 0)
		return strcmp(n->name, filter + 5) == 0;
	if (strncmp(filter, "state:", 6) == 0 && strchr(filter, ','))
		return strstr(filter, node_state_name(n->state)) != NULL;
	if (strncmp(filter, "state:", 6) == 0)
		return strncmp(node_state_name(n->state), filter + 6, strlen(filter + 6)) == 0;
	return !filter[0] || strstr(n->name, filter) != NULL;
}

static int by_zone(const void *a, const void *b)
{
	const struct node *x = a, *y = b;
	int c = strcmp(x->zone, y->zone);

	return c ? c : x->id < y->id ? -1 : x->id > y->id;
}

static size_t nodes_of(struct mirror *m, size_t k, const struct window *w,
		       struct mirror_rows *out)
{
	const struct cluster_row *r = fixture_cluster(w->cluster);
	size_t n = 0;

	free(m->nodes[k]);
	m->nodes[k] = xcalloc(fixture->n_nodes + 1, sizeof(struct node));
	for (size_t i = 0; r && i < fixture->n_nodes; i++)
		if (fixture->nodes[i].cluster_id == r->cluster.id &&
		    fixture->nodes[i].state != NODE_GONE && ++out->total &&
		    passes_node(&fixture->nodes[i], w->filter))
			m->nodes[k][n++] = fixture->nodes[i];
	if (strcmp(w->sort, "zone") == 0)
		qsort(m->nodes[k], n, sizeof(struct node), by_zone);
	out->u.nodes = m->nodes[k];
	return n;
}

/* Groups of arrays or zones; of the shades only load, age and user. */
static size_t groups_of(struct mirror *m, size_t k, const struct window *w,
			struct mirror_rows *out)
{
	size_t nodes = nodes_of(m, k, w, out), n = 0;
	struct group_row *r = NULL;

	free(m->groups[k]);
	m->groups[k] = xcalloc(nodes + 1, sizeof(struct group_row));
	for (size_t i = 0; i < nodes; i++) {
		const struct node *node = &m->nodes[k][i];
		const char *name = strcmp(w->sort, "zone") == 0 ? node->zone : node->array;

		if (!r || strcmp(r->name, name) != 0) {
			r = &m->groups[k][n++];
			snprintf(r->name, sizeof(r->name), "%s", name);
		} else if (r->size - r->first == GROUP_CELLS) {
			r[1] = (struct group_row){ .first = r->size, .size = r->size };
			snprintf(r[1].name, sizeof(r[1].name), "%s", name);
			r = &m->groups[k][n++];
		}
		int64_t at = r->size - r->first;

		if (strcmp(w->shade, "age") == 0)
			r->shades[at] = (char)('0' + i % 10);
		else if (strcmp(w->shade, "load") == 0)
			r->shades[at] = node->state == NODE_BUSY   ? (char)('1' + i % 9)
					: node->state == NODE_IDLE ? '0'
								   : ' ';
		else if (strcmp(w->shade, "user") == 0)
			r->shades[at] = node->state == NODE_BUSY ? 'o' : '.';
		r->count[node->state]++;
		r->glyphs[at] = node_state_glyph(node->state);
		r->size++;
	}
	for (size_t i = n; i > 1; i--) { /* what a group counts stands in each of its rows */
		struct group_row *last = &m->groups[k][i - 1], *before = last - 1;

		if (last->first == 0)
			continue;
		for (int st = 0; st < NODE_STATES; st++)
			last->count[st] += before->size == last->first ? before->count[st] : 0;
		before->size = last->size;
		memcpy(before->count, last->count, sizeof(before->count));
	}
	out->u.groups = m->groups[k];
	out->total = (int64_t)n;
	return n;
}

static size_t arrays_of(struct mirror *m, size_t k, const struct window *w,
			struct mirror_rows *out)
{
	size_t n = 0;

	free(m->arrays[k]);
	m->arrays[k] = xcalloc(fixture->n_arrays + 1, sizeof(struct array_row));
	for (size_t i = 0; i < fixture->n_arrays; i++)
		if (strcmp(fixture->arrays[i].cluster, w->cluster) == 0)
			m->arrays[k][n++] = fixture->arrays[i];
	out->u.arrays = m->arrays[k];
	return n;
}

static size_t fold(struct job *jobs, size_t n)
{
	struct rows out,
	    past = { .n = 0 },
	    in = { .noun = NOUN_JOB, .n = n, .block = jobs, .size = sizeof(*jobs) };

	jobs_fold(&out, &in, &past);
	n = out.n;
	memcpy(jobs, out.block, n * sizeof(*jobs));
	rows_clear(&out);
	return n;
}

static size_t jobs_of(struct mirror *m, size_t k, const struct window *w,
		      struct mirror_rows *out)
{
	size_t n = 0;

	free(m->jobs[k]);
	m->jobs[k] = xcalloc(fixture->n_jobs + 1, sizeof(struct job));
	for (size_t i = 0; strcmp(w->cluster, "demo") == 0 && i < fixture->n_jobs; i++) {
		const char *user = strncmp(w->filter, "user:", 5) == 0 ? w->filter + 5 : "";

		const char *array = strncmp(w->filter, "array:", 6) == 0 ? w->filter + 6 : "";

		if (array[0] && strcmp(array, fixture->jobs[i].array_id) != 0)
			continue;
		if (!w->ended && fixture->jobs[i].end_s)
			continue;
		if (!user[0] || strcmp(user, fixture->jobs[i].user) == 0)
			m->jobs[k][n++] = fixture->jobs[i];
	}
	if (w->fold)
		n = fold(m->jobs[k], n);
	out->total = 0;
	for (size_t i = 0; i < fixture->n_jobs; i++)
		out->total += w->ended || !fixture->jobs[i].end_s;
	out->u.jobs = m->jobs[k];
	return n;
}

/* Nodes are many: of them no more is lent than was asked for. */
static void cut(struct mirror_rows *out, const struct window *w)
{
	int64_t n = (int64_t)out->n;

	if (out->noun != NOUN_NODE)
		return;
	out->offset = w->offset < n ? w->offset : n > w->count ? n - w->count : 0;
	n -= out->offset;
	out->n = (size_t)(n < w->count ? n : w->count);
	out->u.nodes += out->offset;
}

bool mirror_rows(const struct mirror *lent, const char *window_id, struct mirror_rows *out)
{
	struct mirror *m = (struct mirror *)(uintptr_t)lent; /* the lent rows are a cache */
	size_t k = 0;

	while (k < m->n && strcmp(m->w[k].id, window_id) != 0)
		k++;
	if (k == m->n)
		return false;
	*out = (struct mirror_rows){
		.noun = m->w[k].noun, .error = "", .filter = m->w[k].filter, .answered = true
	};
	switch (m->w[k].noun) {
	case NOUN_TEMPLATE:
		out->n = fixture->n_templates;
		out->u.templates = fixture->templates;
		break;
	case NOUN_CLUSTER:
		out->n = fixture->n_clusters;
		out->u.clusters = fixture->clusters;
		break;
	case NOUN_ARRAY:
		out->n = arrays_of(m, k, &m->w[k], out);
		break;
	case NOUN_NODE:
		out->n = nodes_of(m, k, &m->w[k], out);
		break;
	case NOUN_GROUP:
		out->n = groups_of(m, k, &m->w[k], out);
		break;
	case NOUN_HISTORY:
		out->n = fixture_histories(m->histories, m->w[k].cluster);
		out->u.histories = m->histories;
		break;
	case NOUN_JOB:
		out->n = jobs_of(m, k, &m->w[k], out);
		break;
	case NOUN_EVENT:
		out->n = fixture->n_events;
		out->u.events = fixture->events;
		break;
	default:
		out->n = fixture->n_ops;
		out->u.operations = fixture->ops;
	}
	out->shown_total = (int64_t)out->n;
	if (out->total == 0)
		out->total = out->shown_total;
	if (strstr(m->w[k].filter, "bad:"))
		out->error = "at character 1: there is no field \"bad\"";
	cut(out, &m->w[k]);
	return true;
}
