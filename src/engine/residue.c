/*
 * Residue (R7.5): what bears a name that only we give and no tag at all. Lists by tag do not
 * show it, so each sweep looks through all groups for names of ours, of clusters that are
 * deleted too, and through what is in those. It is told and never touched: without both tags
 * nothing is provably ours (R3.1).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/found.h"
#include "engine/stray.h"

#define GROUPS_MAX   2000
#define CLUSTERS_MAX 100000

struct known { /* a cluster that is or was ours */
	char name[40], short_id[9];
};

struct residue { /* one look, group by group; a failed read ends it, and tells nothing */
	struct known *known;
	size_t n_known;
	struct map *by_short; /* short id -> its struct known */
	struct strs groups;   /* ours by name, still to be looked into */
	size_t at;
};

void residue_free(struct engine_cloud *c)
{
	struct residue *w = c->residue;

	if (!w)
		return;
	strs_clear(&w->groups);
	map_free(w->by_short);
	free(w->known);
	free(w);
	c->residue = NULL;
}

static int known_load(struct residue *w, struct engine *e, struct err *err)
{
	struct strs names = STRS_INIT(CLUSTERS_MAX);
	int rc = store_cluster_names(e->store, &names, err);

	w->known = xcalloc(names.n + 1, sizeof(*w->known));
	w->by_short = map_new(NULL, true);
	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		struct known *k = &w->known[w->n_known++];
		const char *space = strchr(names.v[i], ' ');

		snprintf(k->short_id, sizeof(k->short_id), "%.*s", (int)(space - names.v[i]),
			 names.v[i]);
		snprintf(k->name, sizeof(k->name), "%s", space + 1);
		map_put(w->by_short, k->short_id, k);
	}
	strs_clear(&names);
	return rc;
}

/* Every name of ours has its cluster's short id for a word: those words alone are looked up, as
 * a group of ten thousand cards is held against all clusters that ever were. */
static const struct known *named_by(const struct residue *w, const char *id)
{
	for (const char *at = strchr(id, '-'); at; at = strchr(at + 1, '-')) {
		char word[sizeof(w->known->short_id)];
		size_t n = strcspn(at + 1, "-_/");
		const struct known *k;

		if (n >= sizeof(word))
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)n, at + 1);
		k = map_get(w->by_short, word);
		if (k && stray_named(id, k->name, k->short_id))
			return k;
	}
	return NULL;
}

/* A machine of a set bears what its set bears, and a disk what its machine does. */
static bool is_in_use(const struct cloud_items *items, const struct cloud_item *item)
{
	char owner[320];

	if (item->holder[0])
		return true;
	stray_owner(owner, item->id, item->type);
	for (size_t i = 0; owner[0] && i < items->n; i++)
		if (text_casecmp(items->v[i].id, owner) == 0)
			return true;
	return false;
}

static void one_item(struct engine_cloud *c, const struct cloud_items *items,
		     const struct cloud_item *item)
{
	const struct residue *w = c->residue;
	const struct known *k = item->engine_tag[0] ? NULL : named_by(w, item->id);
	const struct run *r = k ? run_by_tag(c->engine, k->short_id) : NULL;
	struct stray_facts f = { .ours = false,
				 .others = item->engine_tag[0] != '\0',
				 .named = k != NULL,
				 .cluster_known = r != NULL,
				 .changing = r && gc_changes(r, item->id),
				 .in_use = k && is_in_use(items, item) };

	if (stray_is(&f) == STRAY_RESIDUE)
		find_from(find_see(c->engine, c, FOUND_RESIDUE, item->id, item->type,
				   k->short_id, c->names_ms),
			  item);
}

static void on_contents(void *arg, const struct cloud_items *items, const struct err *err);

static void over(struct engine_cloud *c)
{
	struct engine *e = c->engine;

	for (size_t i = e->finds.n; i-- > 0;) {
		struct find *f = e->finds.v[i];

		if (f->what == FOUND_RESIDUE && f->seen_ms < c->names_ms &&
		    strcmp(f->f.cloud, c->record->name) == 0)
			find_forget(e, f);
	}
	orphans_act(e, c);
	residue_free(c);
	engine_changed(e);
}

static void next_group(struct engine_cloud *c)
{
	struct residue *w = c->residue;

	if (w->at == w->groups.n)
		over(c);
	else
		c->sweep = c->ops->items(c->cloud, NULL, w->groups.v[w->at++], on_contents, c);
}

static void given_up(struct engine_cloud *c, const struct err *err)
{
	log_debug("names of %s: %s", c->record->name, err->msg);
	residue_free(c);
}

/* One that went meanwhile holds nothing. */
static void on_contents(void *arg, const struct cloud_items *items, const struct err *err)
{
	struct engine_cloud *c = arg;

	c->sweep = NULL;
	if (!items && err->code != ERR_NOT_FOUND) {
		given_up(c, err);
		return;
	}
	for (size_t i = 0; items && i < items->n; i++)
		one_item(c, items, &items->v[i]);
	next_group(c);
}

static void on_groups(void *arg, const struct cloud_items *items, const struct err *err)
{
	struct engine_cloud *c = arg;

	c->sweep = NULL;
	if (!items) {
		given_up(c, err);
		return;
	}
	for (size_t i = 0; i < items->n; i++) {
		if (!named_by(c->residue, items->v[i].id))
			continue;
		one_item(c, items, &items->v[i]);
		strs_add(&c->residue->groups, items->v[i].id);
	}
	next_group(c);
}

/* Not in adoption mode: what is found then has to be decided of, and of this nothing can. */
void residue_sweep(struct engine_cloud *c)
{
	struct err err = ERR_INIT;

	if (c->engine->adoption || c->residue)
		return;
	c->residue = xcalloc(1, sizeof(*c->residue));
	c->residue->groups = (struct strs)STRS_INIT(GROUPS_MAX);
	c->names_ms = clock_utc_ms();
	if (known_load(c->residue, c->engine, &err) < 0) {
		given_up(c, &err);
		return;
	}
	c->sweep = c->ops->items(c->cloud, NULL, NULL, on_groups, c);
}
