/*
 * What the engine does by itself, for the audit (R10.2): the rule, and the readings it rests
 * on. A decision is one row however many nodes it is about, and so is the deletion of a set's
 * members: they are what was decided, and sent, at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/run.h"
#include "engine/scaleset.h"

#define NAMES_MOST 6 /* of nodes in one row */

static void add_source(struct buf *b, const char *what, const struct source *s)
{
	char when[CLOCK_TEXT];

	if (s->state == SOURCE_NEVER)
		buf_addf(b, "; %s never read", what);
	else
		buf_addf(b, "; %s read #%llu of %s%s", what, (unsigned long long)s->readings,
			 clock_hms(when, s->ok_ms),
			 s->state == SOURCE_OK ? "" : ", unknown since");
}

static void add_readings(struct buf *b, const struct run *r)
{
	add_source(b, "queue", &r->queue_source);
	add_source(b, "cloud", &r->cloud_source);
}

/*
 * A decision
 */

static const char *const act_signs[] = {
	[ACT_DRAIN] = "-", [ACT_UNDRAIN] = "undrain ", [ACT_DELETE] = "delete "
};

/* The first act of its array and kind speaks for all of them: their number, and its rule. */
static void add_acts(struct buf *b, const struct run *r)
{
	const struct plan *p = &r->plan;
	size_t kinds = ARRAY_LEN(act_signs), n = r->facts.n_arrays * kinds;
	size_t *count = xcalloc(n + 1, sizeof(*count));

	for (size_t i = 0; i < p->n_acts; i++)
		count[r->facts.nodes[p->acts[i].node].array * kinds + p->acts[i].act]++;
	for (size_t i = 0; i < p->n_acts; i++) {
		size_t array = r->facts.nodes[p->acts[i].node].array;
		size_t *same = &count[array * kinds + p->acts[i].act];

		if (*same)
			buf_addf(b, "%s%s %s%zu: %.90s", b->len ? "; " : "",
				 r->facts.arrays[array].spec->name, act_signs[p->acts[i].act],
				 *same, p->acts[i].why);
		*same = 0;
	}
	free(count);
}

static void add_creates(struct buf *b, const struct run *r)
{
	for (size_t i = 0; i < r->plan.n_creates; i++) {
		const struct plan_create *c = &r->plan.creates[i];

		buf_addf(b, "%s%s +%lld: %.90s", b->len ? "; " : "",
			 r->facts.arrays[r->facts.buckets[c->bucket].array].spec->name,
			 (long long)c->count, c->why);
	}
}

/* All of it, where the sentence had to be short. */
static void plan_digest(char out[65], const struct run *r)
{
	struct json *j = json_new_object(), *list = json_set_array(j, "creates");

	for (size_t i = 0; i < r->plan.n_creates; i++) {
		struct json *c = json_add_object(list);

		json_set_int(c, "bucket", (int64_t)r->plan.creates[i].bucket);
		json_set_int(c, "count", r->plan.creates[i].count);
		json_set_str(c, "why", r->plan.creates[i].why);
	}
	list = json_set_array(j, "acts");
	for (size_t i = 0; i < r->plan.n_acts; i++) {
		struct json *a = json_add_object(list);

		json_set_int(a, "node", (int64_t)r->plan.acts[i].node);
		json_set_int(a, "act", r->plan.acts[i].act);
		json_set_str(a, "why", r->plan.acts[i].why);
	}
	store_digest_json(out, j);
}

int audit_plan(struct run *r, struct err *err)
{
	struct buf why = BUF_INIT(2000), rests = BUF_INIT(200);
	char object[96], result[64], reason[400], hash[65];
	struct deed a = { .verb = "autoscale",
			  .object = object,
			  .reason = reason,
			  .result = result,
			  .plan_hash = hash };
	int rc;

	if (!r->plan.n_creates && !r->plan.n_acts)
		return 0;
	snprintf(object, sizeof(object), "cluster %s", r->cluster.name);
	snprintf(result, sizeof(result), "%zu creates, %zu node acts", r->plan.n_creates,
		 r->plan.n_acts);
	plan_digest(hash, r);
	add_creates(&why, r);
	add_acts(&why, r);
	add_readings(&rests, r);
	snprintf(reason, sizeof(reason), "%.270s%.120s", buf_str(&why), buf_str(&rests));
	rc = audit_write(r->engine, &a, err);
	buf_clear(&why);
	buf_clear(&rests);
	return rc;
}

/*
 * Machines that go
 */

int audit_members(struct run *r, const char *set_id, struct err *err)
{
	struct buf names = BUF_INIT(400), rests = BUF_INIT(200);
	const char *slash = strrchr(set_id, '/'), *first = "";
	char object[96], reason[400], result[64];
	struct deed a = {
		.verb = "delete machines", .object = object, .reason = reason, .result = result
	};
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < r->n_members; i++) {
		const struct member *m = r->members[i];

		if (!member_leaves(m, clock_utc_ms()) ||
		    text_casecmp(m->node.set_id, set_id) != 0)
			continue;
		if (n == 0)
			first = m->node.reason;
		if (n < NAMES_MOST)
			buf_addf(&names, "%s%s", n ? ", " : "", m->node.name);
		n++;
	}
	snprintf(object, sizeof(object), "cluster %s: set %.48s", r->cluster.name,
		 slash ? slash + 1 : set_id);
	add_readings(&rests, r);
	snprintf(reason, sizeof(reason), "%.150s%s: %.120s%.120s", buf_str(&names),
		 n > NAMES_MOST ? ", ..." : "", first, buf_str(&rests));
	snprintf(result, sizeof(result), "asked, %zu", n);
	rc = audit_write(r->engine, &a, err);
	buf_clear(&names);
	buf_clear(&rests);
	return rc;
}
