/* What people ask of a whole array: that its nodes stay whatever happens (R5.9), and that sizes
 * which rest or are protected are tried again now (R5.8). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/act.h"
#include "engine/backoff.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/run.h"

static struct array_spec *array_named(struct run *r, const char *name)
{
	for (size_t i = 0; i < r->cluster.spec.n_arrays; i++)
		if (strcmp(r->cluster.spec.arrays[i].name, name) == 0)
			return &r->cluster.spec.arrays[i];
	return NULL;
}

static int no_array(const struct run *r, const char *name, struct err *err)
{
	const struct cluster_spec *s = &r->cluster.spec;
	struct buf names = BUF_INIT(BUF_TEXT_MAX);

	for (size_t i = 0; i < s->n_arrays; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", s->arrays[i].name);
	err_set(err, ERR_NOT_FOUND, "cluster %s has no array \"%.40s\"; it has %.80s",
		r->cluster.name, name, names.len ? buf_str(&names) : "none");
	buf_clear(&names);
	return -1;
}

static int all_known(struct run *r, const struct strs *arrays, struct err *err)
{
	if (arrays->n == 0)
		return err_set(err, ERR_INVALID, "name at least one array");
	for (size_t i = 0; i < arrays->n; i++)
		if (!array_named(r, arrays->v[i]))
			return no_array(r, arrays->v[i], err);
	return 0;
}

static void object_of(char out[96], const struct run *r, const struct strs *arrays)
{
	snprintf(out, 96, "%.32s: array %.20s%s", r->cluster.name, arrays->v[0],
		 arrays->n > 1 ? " and others" : "");
}

static void keep(struct run *r, const struct user *u, struct array_spec *a, bool kept)
{
	free(a->kept_by);
	a->kept_by = kept ? xstrdup(u->name) : NULL;
	a->kept_ms = kept ? clock_utc_ms() : 0;
	for (size_t i = 0; i < r->n_members; i++)
		keep_with_array(r, r->members[i]);
	note_by(r, EVENT_INFO, u, a->name,
		kept ? "array kept: none of its nodes goes by itself before it is unkept"
		     : "array not kept any more: its nodes may go again");
}

int engine_array_keep(struct engine *e, const struct user *u, const char *cluster,
		      const struct strs *arrays, bool kept, struct err *err)
{
	struct run *r = run_need(e, cluster, err);
	char object[96];
	struct deed a = { .by = u,
			  .verb = kept ? "array keep" : "array unkeep",
			  .object = object };

	if (!r || all_known(r, arrays, err) < 0 || act_begin(r, err) < 0)
		return -1;
	object_of(object, r, arrays);
	store_digest_cluster(a.before, &r->cluster);
	if (edition_keep(r, err) < 0) {
		store_rollback(e->store);
		return -1;
	}
	run_let_go(r);
	for (size_t i = 0; i < arrays->n; i++) {
		struct array_spec *s = array_named(r, arrays->v[i]);

		if ((s->kept_ms != 0) != kept)
			keep(r, u, s, kept);
	}
	if (edition_make(r, u, a.verb, err) < 0)
		engine_fatal(e, err); /* memory has it already */
	store_digest_cluster(a.after, &r->cluster);
	return act_end(r, &a, err);
}

static void add_all(struct strs *out, const struct cluster_spec *s)
{
	for (size_t i = 0; i < s->n_arrays; i++)
		strs_add(out, s->arrays[i].name);
}

static int retry(struct run *r, const struct user *u, const struct strs *arrays,
		 struct err *err)
{
	char object[96];
	const struct deed a = { .by = u, .verb = "array retry", .object = object };
	size_t n = 0;

	for (size_t i = 0; i < arrays->n; i++)
		n += backoff_closed(r, arrays->v[i]);
	if (n == 0)
		return err_set(
		    err, ERR_CONFLICT,
		    "no size of array %s%s rests or is protected: there is nothing to try again",
		    arrays->n ? arrays->v[0] : "", arrays->n > 1 ? " and the others" : "");
	object_of(object, r, arrays);
	if (act_begin(r, err) < 0)
		return -1;
	for (size_t i = 0; i < arrays->n; i++) {
		n = backoff_retry(r, arrays->v[i]);
		if (n)
			note_by(
			    r, EVENT_INFO, u, arrays->v[i],
			    "%zu of its sizes that rested or were protected: one node of each tries first",
			    n);
	}
	return act_end(r, &a, err);
}

int engine_array_retry(struct engine *e, const struct user *u, const char *cluster,
		       const struct strs *arrays, struct err *err)
{
	struct run *r = run_need(e, cluster, err);
	struct strs all = STRS_INIT(r ? r->cluster.spec.n_arrays + 1 : 1);
	int rc = -1;

	if (r && arrays->n == 0)
		add_all(&all, &r->cluster.spec);
	if (r && (arrays->n == 0 || all_known(r, arrays, err) == 0))
		rc = retry(r, u, arrays->n ? arrays : &all, err);
	strs_clear(&all);
	return rc;
}
