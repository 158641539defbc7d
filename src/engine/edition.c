/*
 * The versions of a cluster's definition (R9.1): each change by somebody makes one, what the
 * engine finds out makes none. Whoever changes a cluster says which version he read; when
 * it is not the one that stands, he is told what became of it meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/note.h"
#include "engine/run.h"
#include "template/compare.h"

#define TOLD_CHANGES 8 /* of one refusal; the sentence has room for fewer */

int edition_keep(struct run *r, struct err *err)
{
	return store_edition_add(r->engine->store, &r->cluster, r->cluster.owner, "create",
				 err);
}

int edition_make(struct run *r, const struct user *u, const char *verb, struct err *err)
{
	struct store *st = r->engine->store;

	r->cluster.version++;
	if (store_cluster_save(st, &r->cluster, err) < 0)
		return -1;
	run_changed(r);
	return store_edition_add(st, &r->cluster, u ? u->name : "engine", verb, err);
}

/*
 * If-Match
 */

/* The version that an entity tag names; -1: it is of another cluster of this name, or none. */
static int64_t version_of(const struct cluster *c, const char *tag, size_t len)
{
	size_t id = strlen(c->short_id);
	int64_t version = -1;

	if (len < id + 4 || tag[0] != '"' || tag[len - 1] != '"' ||
	    strncmp(tag + 1, c->short_id, id) != 0 || tag[1 + id] != '.')
		return -1;
	num_read_n(&version, tag + id + 2, len - id - 3, 0, INT64_MAX);
	return version;
}

/* Of a list as in If-Match: whether one fits, and the newest version that was meant. */
static bool tag_fits(const struct cluster *c, const char *tags, int64_t *meant)
{
	*meant = -1;
	while (*tags) {
		size_t n;

		tags += strspn(tags, " \t,");
		n = strcspn(tags, " \t,");
		if (n == 1 && *tags == '*')
			return true;
		if (n > 0) {
			int64_t version = version_of(c, tags, n);

			if (version == c->version)
				return true;
			*meant = version > *meant ? version : *meant;
		}
		tags += n;
	}
	return false;
}

static void add_change(struct json *list, struct buf *text, const char *what, const char *from,
		       const char *to)
{
	struct json *j = json_add_object(list);

	json_set_str(j, "what", what);
	json_set_str(j, "from", from);
	json_set_str(j, "to", to);
	buf_addf(text, "%s%.60s%s%.40s%s%.40s", text->len ? "; " : "", what,
		 from[0] || to[0] ? " " : "", from, from[0] && to[0] ? " -> " : "", to);
}

/* What differs between the version that was read and the one that stands. */
static void changes_since(struct json *list, struct buf *text, const struct cluster *then,
			  const struct cluster *now)
{
	struct spec_changes c = { 0 };

	if (then->paused != now->paused)
		add_change(list, text, "autoscaling", then->paused ? "paused" : "on",
			   now->paused ? "paused" : "on");
	if (then->protect != now->protect)
		add_change(list, text, "protected", then->protect ? "yes" : "no",
			   now->protect ? "yes" : "no");
	compare_specs(&c, &then->spec, &now->spec);
	for (size_t i = 0; i < c.n && i < TOLD_CHANGES; i++)
		add_change(list, text, c.v[i].what, c.v[i].from, c.v[i].to);
	if (c.n > TOLD_CHANGES)
		buf_addf(text, "; and %zu more", c.n - TOLD_CHANGES);
	spec_changes_clear(&c);
}

/* "bob at 12:03:04 (update)", of several the last. */
static void who_changed(struct json *j, struct buf *text, const struct edition *v, size_t n)
{
	struct json *list = json_set_array(j, "editions");
	char when[CLOCK_TEXT];

	for (size_t i = 0; i < n; i++) {
		struct json *e = json_add_object(list);

		json_set_int(e, "version", v[i].version);
		json_set_int(e, "at_ms", v[i].at_ms);
		json_set_str(e, "actor", v[i].actor);
		json_set_str(e, "verb", v[i].verb);
	}
	if (n)
		buf_addf(text, " by %.40s at %s", v[0].actor, clock_local(when, v[0].at_ms));
	if (n > 1)
		buf_addf(text, " and %zu times before", n - 1);
}

static void tell_changes(struct json *j, struct run *r, int64_t meant, struct err *err)
{
	struct buf who = BUF_INIT(400), what = BUF_INIT(2000);
	struct store *st = r->engine->store;
	struct cluster then = { 0 };
	struct edition *v = NULL;
	struct json *list = json_set_array(j, "changes");
	size_t n = 0;

	if (store_editions_since(st, r->cluster.id, meant, &v, &n, NULL) == 0)
		who_changed(j, &who, v, n);
	if (store_edition_get(st, r->cluster.id, meant, &then, NULL) == 0)
		changes_since(list, &what, &then, &r->cluster);
	err_set(
	    err, ERR_STALE,
	    "nothing was done: cluster %s was changed since you read it%s%s%.170s; read it again",
	    r->cluster.name, buf_str(&who), what.len ? ": " : "", buf_str(&what));
	cluster_clear(&then);
	free(v);
	buf_clear(&who);
	buf_clear(&what);
}

int engine_if_match(struct engine *e, const char *name, const char *tags, struct json **told,
		    struct err *err)
{
	struct run *r = run_need(e, name, err);
	char etag[CLUSTER_ETAG];
	int64_t meant;

	*told = NULL;
	if (!r)
		return -1;
	if (tag_fits(&r->cluster, tags, &meant))
		return 0;
	*told = json_new_object();
	json_set_str(*told, "etag", cluster_etag(etag, &r->cluster));
	if (meant < 0)
		err_set(
		    err, ERR_STALE,
		    "nothing was done: what you read is no version of the cluster %s that is there now, %s: read it again",
		    r->cluster.name, etag);
	else
		tell_changes(*told, r, meant, err);
	return -1;
}
