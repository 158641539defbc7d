/* What a form asks before a cluster is made: its values and name are looked at, and the facts
 * brought. */
#include "engine/check_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/act.h"
#include "engine/facts.h"
#include "engine/region.h"
#include "engine/run.h"
#include "engine/storage.h"

static const char *value_before(const struct strs *base, const struct template_param *p)
{
	const char *value = base ? strs_value(base, p->name) : NULL;

	return value ? value : p->fallback;
}

/* The bound that a number has passed, or what it was before. */
static void nearest_value(char out[40], const struct template_param *p, const char *value,
			  const char *before)
{
	double x;

	snprintf(out, 40, "%.39s", before ? before : "");
	if ((p->type == PARAM_INT || p->type == PARAM_REAL) && p->min <= p->max && value &&
	    num_read_real(&x, value, -1e15, 1e15) == 0)
		snprintf(out, 40, "%.15g", x > p->max ? p->max : x < p->min ? p->min : x);
}

/* "NAME=VALUE" */
static bool is_of(const char *given, const char *name)
{
	size_t n = strlen(name);

	return strncmp(given, name, n) == 0 && given[n] == '=';
}

bool check_values(struct json *out, const struct template *t, const struct strs *params,
		  const struct strs *base, struct strs *rest)
{
	bool fine = true;

	for (size_t i = 0; i < t->n_params; i++) {
		const struct template_param *p = &t->params[i];
		const char *value = value_before(base, p), *given = NULL;
		size_t n = strlen(p->name);
		char fix[40];
		struct err err;

		for (size_t k = 0; k < params->n; k++)
			if (is_of(params->v[k], p->name)) {
				given = params->v[k];
				value = given + n + 1;
			}
		if (value && template_param_check(p, value, &err) == 0) {
			if (given)
				strs_add(rest, given);
			continue;
		}
		fine = false;
		nearest_value(fix, p, value, value_before(base, p));
		check_problem(out, CHECK_FAIL, p->name, fix, "%s",
			      value ? err.msg : "a value is needed: there is no default");
	}
	return fine;
}

const char *check_without_place(const char *text)
{
	const char *at = strstr(text, ", column ");
	const char *end = at ? strstr(at, ": ") : NULL;

	return end ? end + 2 : text;
}

/* -1, with the reason: the template cannot be expanded with what fits and one more value, if
 * any. */
static int try_one(const struct template *t, const struct strs *base, const struct strs *fit,
		   const char *more, struct err *err)
{
	struct strs all = STRS_INIT((size_t)3 * CLUSTER_PARAMS_MAX);
	struct cluster_spec spec;
	int rc;

	cluster_spec_init(&spec);
	for (size_t i = 0; i < fit->n; i++)
		strs_add(&all, fit->v[i]);
	if (more)
		strs_add(&all, more);
	for (size_t i = 0; base && i < base->n; i++)
		if (!strs_value(&all, base->v[i]))
			strs_add(&all, base->v[i]);
	rc = template_expand(&spec, t, &all, err);
	cluster_spec_clear(&spec);
	strs_clear(&all);
	return rc;
}

/* Those that have no default: nothing can be tried without them. */
static void add_what_must_be(struct strs *out, const struct template *t,
			     const struct strs *params)
{
	for (size_t i = 0; i < params->n; i++)
		for (size_t k = 0; k < t->n_params; k++)
			if (!t->params[k].fallback && is_of(params->v[i], t->params[k].name))
				strs_add(out, params->v[i]);
}

/* Again and again until none is added: one value may need another that stands behind it. */
static void add_what_fits(struct strs *rest, const struct template *t,
			  const struct strs *params, const struct strs *base)
{
	for (size_t before = SIZE_MAX; before != rest->n;) {
		before = rest->n;
		for (size_t i = 0; i < params->n; i++)
			if (!strs_value(rest, params->v[i]) &&
			    try_one(t, base, rest, params->v[i], NULL) == 0)
				strs_add(rest, params->v[i]);
	}
}

bool check_each(struct json *out, const struct template *t, const struct strs *params,
		const struct strs *base, struct strs *rest)
{
	struct strs must = STRS_INIT(CLUSTER_PARAMS_MAX);
	bool fine = true, can_try;

	add_what_must_be(&must, t, params);
	can_try = try_one(t, base, &must, NULL, NULL) == 0;
	for (size_t i = 0; i < (can_try ? must.n : params->n); i++)
		strs_add(rest, can_try ? must.v[i] : params->v[i]);
	if (can_try)
		add_what_fits(rest, t, params, base);
	for (size_t i = 0; i < params->n; i++) {
		const struct template_param *p = NULL;
		struct err why = ERR_INIT;

		for (size_t k = 0; !p && k < t->n_params; k++)
			if (is_of(params->v[i], t->params[k].name))
				p = &t->params[k];
		if (!p || strs_value(rest, params->v[i]) ||
		    try_one(t, base, &must, params->v[i], &why) == 0)
			continue;
		fine = false;
		/* a choice is right by itself: another word is not what is wished */
		check_problem(out, CHECK_FAIL, p->name,
			      p->type == PARAM_CHOICE ? NULL : value_before(base, p), "%s",
			      check_without_place(why.msg));
	}
	strs_clear(&must);
	return fine;
}

static void check_name(struct json *out, const struct engine *e, const char *name)
{
	enum check_state s = CHECK_FAIL;
	struct err err;

	if (!cluster_name_ok(name, &err))
		check_problem(out, CHECK_FAIL, CHECK_NAME, NULL, "%s", err.msg);
	else if (run_find(e, name))
		check_problem(out, CHECK_FAIL, CHECK_NAME, NULL,
			      "there is a cluster %s already", name);
	else
		s = CHECK_OK;
	check_told(out, "name", s, "name free");
}

/* What an earlier cluster kept is there to be taken over, and goes on costing. */
static void check_disks(struct json *out, struct engine *e, struct check_facts *f)
{
	for (size_t i = 0; i < f->spec->n_storage; i++) {
		const struct storage_spec *s = &f->spec->storage[i];
		struct err err;
		int64_t gib;
		double price;

		if (!s->disk)
			continue;
		if (storage_can_take(e, s, f->spec, &gib, &err) < 0) {
			check_problem(out, CHECK_FAIL,
				      check_param_at(f, "storage/%s/disk", s->name), NULL, "%s",
				      err.msg);
			continue;
		}
		price = check_sizes_known(f) ? disk_price(&f->region->sizes, gib) : -1;
		f->taken = f->taken < 0 || price < 0 ? -1 : f->taken + price;
	}
}

/* Who makes a cluster at night should not wonder that its jobs get no nodes. */
void check_hours(struct json *out, const struct cluster_spec *spec, int64_t now_s)
{
	for (size_t i = 0; i < spec->n_arrays; i++) {
		const struct array_spec *a = &spec->arrays[i];
		struct schedule_now now;
		char text[SCHEDULE_TEXT];

		if (hours_of(a, now_s, &now, text) && now.pause)
			check_problem(
			    out, CHECK_WARN, "", NULL,
			    "array \"%s\" makes no nodes now: it is paused by schedule %s",
			    a->name, text);
	}
}

static void check_expanded(struct json *out, struct engine *e, const struct template *t,
			   const struct cluster_spec *spec, const struct strs *given)
{
	struct check_facts f = { .spec = spec, .t = t, .given = given };
	struct engine_cloud *c = cloud_named(e, spec->cloud);

	if (!sched_find(spec->scheduler))
		check_problem(out, CHECK_FAIL, check_param_at(&f, "scheduler/type"), NULL,
			      "scheduler \"%s\" is not known here", spec->scheduler);
	if (!c)
		check_problem(out, CHECK_FAIL, check_param_at(&f, "cluster/cloud"),
			      e->n_clouds ? e->clouds[0].record->name : NULL,
			      "cloud \"%s\" is not configured", spec->cloud);
	f.n_others = engine_clusters(e, &f.others);
	f.provider = c ? c->ops : NULL;
	f.region = c ? region_peek(e, c, spec->region) : NULL;
	check_disks(out, e, &f);
	check_hours(out, spec, clock_utc_ms() / 1000);
	check_spec(out, &f);
}

static void offer(struct json *list, const char *value, const char *text)
{
	struct json *j = json_add_object(list);

	json_set_str(j, "value", value);
	json_set_str(j, "text", text);
}

static void offer_sizes(struct json *list, const struct vm_sizes *sizes)
{
	for (size_t i = 0; i < sizes->n; i++) {
		const struct vm_size *s = &sizes->v[i];
		char mem[24], price[24], spot[24], text[120];

		if (s->restricted)
			continue;
		snprintf(text, sizeof(text), "%lld cores %s%s%s %s/h, spot %s",
			 (long long)s->vcpus, size_text(mem, s->mem_bytes),
			 s->gpus > 0 ? " GPU" : "", s->rdma ? " InfiniBand" : "",
			 money_text(price, s->price), money_text(spot, s->spot_price));
		offer(list, s->name, text);
	}
}

static void offer_disk(void *list, const struct run *from, const struct storage_spec *s)
{
	char text[120], since[CLOCK_TEXT];

	snprintf(text, sizeof(text), "%s%lld GiB of %.40s, made %.10s",
		 storage_is_snapshot(s) ? "snapshot of " : "", (long long)s->disk_gib,
		 from->cluster.name, clock_text(since, s->disk_ms));
	offer(list, storage_disk_name(s), text);
}

const char *check_for_disk(const struct template *t, const struct cluster_spec *spec,
			   const char *param)
{
	for (size_t i = 0; i < spec->n_storage; i++) {
		char *path = xasprintf("storage/%s/disk", spec->storage[i].name);
		const struct template_param *p = template_param_at(t, path);

		free(path);
		if (p && strcmp(p->name, param) == 0)
			return spec->storage[i].name;
	}
	return NULL;
}

bool check_may_offer(const struct template *t, const struct cluster_spec *spec,
		     const struct template_param *p)
{
	const struct template_param *cloud = template_param_at(t, "cluster/cloud");

	return p->type == PARAM_SIZE || p->type == PARAM_REGION ||
	       (cloud && strcmp(cloud->name, p->name) == 0) || check_for_disk(t, spec, p->name);
}

void check_offers(struct json *out, struct engine *e, const struct template *t,
		  const struct cluster_spec *spec, const char *param)
{
	struct json *list = json_set_array(out, "offers");
	const struct template_param *cloud = template_param_at(t, "cluster/cloud");
	const struct engine_cloud *c = cloud_named(e, spec->cloud);
	const struct region_facts *rf = c ? region_find(e, c, spec->region) : NULL;
	enum param_type type = PARAM_TEXT;

	for (size_t i = 0; i < t->n_params; i++)
		if (strcmp(t->params[i].name, param) == 0)
			type = t->params[i].type;
	if (type == PARAM_SIZE && rf)
		offer_sizes(list, &rf->sizes);
	for (size_t i = 0; type == PARAM_REGION && i < e->n_regions; i++)
		if (e->regions[i]->sizes.n)
			offer(list, e->regions[i]->region, "in use or looked at here");
	if (check_for_disk(t, spec, param))
		storage_to_take(e, spec, offer_disk, list);
	for (size_t i = 0; cloud && strcmp(cloud->name, param) == 0 && i < e->n_clouds; i++)
		offer(list, e->clouds[i].record->name,
		      e->clouds[i].record->simulated ? "simulated" : "");
}

/* With the values that are right, so that a second wrong one does not hide what the first is
 * told: what would be fine with these alone is not known. */
static void check_rest(struct json *out, struct engine *e, const struct template *t,
		       struct cluster_spec *spec, const struct strs *rest)
{
	cluster_spec_clear(spec);
	cluster_spec_init(spec);
	if (template_expand(spec, t, rest, NULL) < 0)
		return;
	check_expanded(out, e, t, spec, rest);
	check_unsure(out);
	json_del(out, "cost");
}

struct json *engine_check(struct engine *e, const char *name, const char *template_name,
			  const struct strs *params, const char *wanted, struct err *err)
{
	struct template *t = template_load(&e->template_folders, template_name, err);
	struct strs fit = STRS_INIT(CLUSTER_PARAMS_MAX), rest = STRS_INIT(CLUSTER_PARAMS_MAX);
	struct err why = ERR_INIT;
	struct cluster_spec spec;
	struct json *out;

	if (!t)
		return NULL;
	out = json_new_object();
	cluster_spec_init(&spec);
	json_set_str(out, "hash", t->hash);
	json_set_array(out, "problems");
	json_set_array(out, "checks");
	check_name(out, e, name);
	if (e->safe_mode)
		check_problem(out, CHECK_FAIL, "", NULL,
			      "the engine is in safe mode and changes nothing");
	if (e->adoption)
		check_problem(
		    out, CHECK_FAIL, "", NULL,
		    "the engine is in adoption mode and changes nothing: see \"found\"");
	if (engine_room_for_one(e, &why) < 0)
		check_problem(out, CHECK_FAIL, "", NULL, "%s", why.msg);
	if (!check_values(out, t, params, NULL, &fit)) {
		check_told(out, "values", CHECK_FAIL, "values");
		check_each(out, t, &fit, NULL, &rest);
		check_rest(out, e, t, &spec, &rest);
	} else if (template_expand(&spec, t, params, &why) == 0)
		check_expanded(out, e, t, &spec, params);
	else if (check_each(out, t, params, NULL, &rest))
		check_problem(out, CHECK_FAIL, "", NULL, "%s", why.msg);
	else
		check_rest(out, e, t, &spec, &rest);
	if (wanted && spec.cloud)
		check_offers(out, e, t, &spec, wanted);
	cluster_spec_clear(&spec);
	strs_clear(&fit);
	strs_clear(&rest);
	template_free(t);
	return out;
}
