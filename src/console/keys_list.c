/* Every key of the console, out of the tables that the keys themselves are read from: for the
 * manual. */
#include <string.h>

#include "base/mem.h"
#include "console/console.h"
#include "console/deck.h"

#define KEYS_MOST 200

/* Every view there is. A title is NULL where the keys stand under another view's. */
static const struct {
	const struct view *view;
	const char *title;
} views[] = {
	{ &view_overview, "In a cluster's overview" },
	{ &view_log, "In a log" },
	{ &view_files, "In the files of a job" },
	{ &view_clusters, "In the view of clusters" },
	{ &view_map, "On the map of nodes" },
	{ &view_nodes, "In the table of nodes" },
	{ &view_jobs, "In the view of jobs" },
	{ &view_events, "In the view of events" },
	{ &view_cost, "In the view of cost" },
	{ &view_templates, "In the view of templates" },
	{ &view_operations, "In the view of operations" },
	{ &view_node, NULL }, /* keys of view_nodes */
	{ &view_diff, "In the difference of two templates" },
	{ &view_console, NULL }, /* a log like view_log's */
};

const struct view *view_nth(size_t i)
{
	return i < ARRAY_LEN(views) ? views[i].view : NULL;
}

struct list {
	struct command_key *v;
	size_t n;
};

static void add(struct list *l, const char *group, const struct binding *b)
{
	if (l->n < KEYS_MOST)
		l->v[l->n++] = (struct command_key){ group, b->keys, b->help };
}

static void add_group(struct list *l, const char *group, const char *title)
{
	for (size_t i = 0; i < n_bindings; i++)
		if (strcmp(bindings[i].group, group) == 0)
			add(l, title, &bindings[i]);
}

static void add_view(struct list *l, const struct view *v, const char *title)
{
	for (const struct binding *b = v->keys; b && b->keys; b++)
		add(l, title, b);
	for (const struct binding *b = v->more_keys; b && b->keys; b++)
		add(l, title, b);
}

struct command_key *console_keys(void)
{
	struct list l = { xcalloc(KEYS_MOST + 1, sizeof(*l.v)), 0 };

	add_group(&l, GROUP_MOVE, "Moving and marking");
	add_group(&l, GROUP_VIEW, "Looking");
	add_group(&l, GROUP_ACT, "Acting");
	add_group(&l, GROUP_APP, "The console");
	for (size_t i = 0; i < ARRAY_LEN(views); i++)
		if (views[i].title)
			add_view(&l, views[i].view, views[i].title);
	for (size_t i = 0; i < n_own_words && l.n < KEYS_MOST; i++)
		l.v[l.n++] =
		    (struct command_key){ "Words of the console, after :", own_words[i].name,
					  own_words[i].help };
	return l.v;
}

static const struct binding *in_view(const struct view *v, uint32_t code)
{
	const struct binding *lists[] = { v->keys, v->more_keys };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (const struct binding *b = lists[i]; b && b->keys; b++)
			if (b->run && (b->key == code || b->fkey == code))
				return b;
	return NULL;
}

/* The table and the map of nodes are one place, and each log is. */
const char *view_of_key(uint32_t code, size_t i, const struct binding **b)
{
	const char *before = "";

	for (size_t v = 0; v < ARRAY_LEN(views); v++) {
		const char *title = views[v].view->title;

		*b = in_view(views[v].view, code);
		if (!*b || !views[v].title || strcmp(title, before) == 0)
			continue;
		if (i-- == 0)
			return title;
		before = title;
	}
	return NULL;
}

const struct binding *view_binding_worded(const char *word)
{
	char is[32];

	for (size_t i = 0; i < ARRAY_LEN(views); i++) {
		const struct binding *lists[] = { views[i].view->keys,
						  views[i].view->more_keys };

		for (size_t k = 0; k < ARRAY_LEN(lists); k++)
			for (const struct binding *b = lists[k]; b && b->keys; b++) {
				binding_word(b, is);
				if (b->run && strcmp(is, word) == 0)
					return b;
			}
	}
	return NULL;
}
