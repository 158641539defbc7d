/* Every key of the console, out of the tables that the keys themselves are read from: for the
 * manual. */
#include <string.h>

#include "base/mem.h"
#include "console/console.h"
#include "console/deck.h"

#define KEYS_MOST 200

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
	static const struct {
		const struct view *view;
		const char *title;
	} views[] = {
		{ &view_clusters, "In the view of clusters" },
		{ &view_map, "On the map of nodes" },
		{ &view_nodes, "In the table of nodes" },
		{ &view_jobs, "In the view of jobs" },
		{ &view_events, "In the view of events" },
		{ &view_cost, "In the view of cost" },
		{ &view_templates, "In the view of templates" },
	};
	struct list l = { xcalloc(KEYS_MOST + 1, sizeof(*l.v)), 0 };

	add_group(&l, GROUP_MOVE, "Moving and marking");
	add_group(&l, GROUP_VIEW, "Looking");
	add_group(&l, GROUP_ACT, "Acting");
	add_group(&l, GROUP_APP, "The console");
	for (size_t i = 0; i < ARRAY_LEN(views); i++)
		add_view(&l, views[i].view, views[i].title);
	return l.v;
}
