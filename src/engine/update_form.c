/*
 * What may be changed of a cluster that lives, for a form: its parameters with their values,
 * and what each does is found by trying another one. Then, while values are typed, what is
 * wrong with them, and the plan that "cluster update" would agree to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/act.h"
#include "engine/check.h"
#include "engine/operation.h"
#include "engine/update.h"
#include "template/compare.h"

#define TRIES_MOST 40

static const char *value_of(const struct strs *params, const struct template_param *p)
{
	const char *value = strs_value(params, p->name);

	return value ? value : p->fallback ? p->fallback : "";
}

/*
 * What a parameter does: the cluster with another value of it, held against the one that it is
 */

static void other_values(struct strs *out, const struct template_param *p, const char *now)
{
	static const char *const usual[][3] = {
		[PARAM_TEXT] = { "other", "1", "yes" },
		[PARAM_BOOL] = { "yes", "no", NULL },
		[PARAM_SIZE] = { "Standard_D2s_v5", "Standard_D4s_v5", NULL },
		[PARAM_IMAGE] = { "publisher:offer:sku:latest", "publisher:offer:sku:1.0.0",
				  NULL },
		[PARAM_REGION] = { "westeurope", "northeurope", NULL },
		[PARAM_CIDR] = { "10.251.0.0/16", "10.252.0.0/16", NULL },
		[PARAM_DURATION] = { "1h", "2h", "61s" },
		[PARAM_CHOICE] = { NULL }
	};
	double x;

	for (size_t i = 0; i < p->choices.n; i++)
		strs_add(out, p->choices.v[i]);
	if ((p->type == PARAM_INT || p->type == PARAM_REAL) &&
	    num_read_real(&x, now, -1e15, 1e15) == 0) {
		strs_addf(out, "%.15g", x + 1);
		strs_addf(out, "%.15g", x - 1);
	}
	for (size_t i = 0; p->type < ARRAY_LEN(usual) && i < 3 && usual[p->type][i]; i++)
		strs_add(out, usual[p->type][i]);
}

/* -1: it could not be expanded with this value. Else how many things differ, and the hardest to
 * take over of them. */
static int differ(const struct cluster_spec *is, const struct template *t,
		  const struct strs *params, const char *name, const char *value,
		  enum change_effect *effect)
{
	struct strs all = STRS_INIT((size_t)2 * CLUSTER_PARAMS_MAX), one = STRS_INIT(1);
	struct spec_changes changes = { 0 };
	struct cluster_spec as;
	int n = -1;

	strs_addf(&one, "%s=%s", name, value);
	update_params(&all, &one, params);
	cluster_spec_init(&as);
	if (template_expand(&as, t, &all, NULL) == 0) {
		compare_specs(&changes, is, &as);
		n = (int)changes.n;
	}
	for (size_t i = 0; i < changes.n; i++)
		if (changes.v[i].effect > *effect)
			*effect = changes.v[i].effect;
	spec_changes_clear(&changes);
	cluster_spec_clear(&as);
	strs_clear(&one);
	strs_clear(&all);
	return n;
}

/* "none": it changes nothing of a cluster that lives; "": no other value could be tried. */
static const char *effect_of(const struct cluster_spec *is, const struct template *t,
			     const struct strs *params, const struct template_param *p)
{
	static const char *const words[CHANGE_EFFECTS] = {
		[CHANGE_NOW] = "now",
		[CHANGE_NEW_NODES] = "new_nodes",
		[CHANGE_NEW_CLUSTER] = "new_cluster",
	};
	struct strs values = STRS_INIT(TRIES_MOST);
	const char *now = value_of(params, p);
	enum change_effect effect = CHANGE_NOW;
	bool tried = false, differs = false;

	other_values(&values, p, now);
	for (size_t i = 0; i < values.n && !differs; i++) {
		int n = strcmp(values.v[i], now) == 0
			    ? -1
			    : differ(is, t, params, p->name, values.v[i], &effect);

		tried |= n >= 0;
		differs = n > 0;
	}
	strs_clear(&values);
	return differs ? words[effect] : tried ? "none" : "";
}

static const char *fixed_by(const char *effect)
{
	if (strcmp(effect, "none") == 0)
		return "it counts when the cluster is made, and at its end";
	return strcmp(effect, "new_cluster") == 0 ? change_effect_text(CHANGE_NEW_CLUSTER) : "";
}

struct json *engine_update_form(struct engine *e, const char *name, struct err *err)
{
	struct run *r = run_need(e, name, err);
	struct template *t = r ? update_revision(r, err) : NULL;
	const struct strs *params = r ? &r->cluster.spec.params : NULL;
	struct cluster_spec is;
	struct json *j = NULL, *list;
	char etag[CLUSTER_ETAG];

	cluster_spec_init(&is);
	if (t && template_expand(&is, t, params, err) == 0) {
		j = json_new_object();
		json_set_str(j, "cluster", name);
		json_set_str(j, "template", t->name);
		json_set_str(j, "etag", cluster_etag(etag, &r->cluster));
		list = json_set_array(j, "parameters");
		for (size_t i = 0; i < t->n_params; i++) {
			struct json *p = template_param_json(list, &t->params[i]);
			const char *effect = effect_of(&is, t, params, &t->params[i]);

			json_set_str(p, "default", value_of(params, &t->params[i]));
			json_set_str(p, "effect", effect);
			json_set_bool(p, "offers", check_may_offer(t, &is, &t->params[i]));
			json_set_str(p, "fixed", fixed_by(effect));
		}
	}
	cluster_spec_clear(&is);
	template_free(t);
	return j;
}

/*
 * What values would come to
 */

/* "array htc max_nodes 16 -> 32, no restart" */
static void tell_change(struct json *out, const struct json *c)
{
	const char *from = json_str(c, "from", ""), *to = json_str(c, "to", "");
	char text[400];

	snprintf(text, sizeof(text), "%s%s%s%s%s, %s", json_str(c, "what", ""),
		 from[0] || to[0] ? " " : "", from, from[0] && to[0] ? " -> " : "", to,
		 json_str(c, "text", ""));
	check_told(out, "change", CHECK_OK, text);
}

/* Of several values that which is refused by itself, too. */
static bool blame(struct json *out, struct run *r, const struct template *t,
		  const struct strs *params)
{
	bool found = false;

	for (size_t i = 0; i < t->n_params; i++) {
		const struct template_param *p = &t->params[i];
		struct strs one = STRS_INIT(1);
		struct json *plan = NULL;

		if (strs_value(params, p->name)) {
			strs_addf(&one, "%s=%s", p->name, strs_value(params, p->name));
			plan = engine_update_plan(r->engine, r->cluster.name, &one, NULL);
		}
		if (plan && !json_bool(plan, "possible", false) &&
		    json_len(json_get(plan, "changes")) > 0) {
			found = true;
			check_problem(out, CHECK_FAIL, p->name,
				      value_of(&r->cluster.spec.params, p), "%s",
				      json_str(plan, "why_not", ""));
		}
		json_free(plan);
		strs_clear(&one);
	}
	return found;
}

static void check_plan(struct json *out, struct run *r, const struct template *t,
		       const struct strs *params)
{
	struct err why = ERR_INIT;
	struct json *plan = engine_update_plan(r->engine, r->cluster.name, params, &why);
	const struct json *changes = json_get(plan, "changes");
	bool possible = json_bool(plan, "possible", false);

	for (size_t i = 0; possible && i < json_len(changes); i++)
		tell_change(out, json_at(changes, i));
	if (!plan)
		check_problem(out, CHECK_FAIL, "", NULL, "%s", check_without_place(why.msg));
	else if (json_len(changes) == 0)
		check_told(out, "change", CHECK_UNKNOWN, json_str(plan, "why_not", ""));
	else if (!possible && !blame(out, r, t, params))
		check_problem(out, CHECK_FAIL, "", NULL, "%s", json_str(plan, "why_not", ""));
	if (plan)
		json_set(out, "plan", plan);
}

static void check_may(struct json *out, struct engine *e, const struct run *r)
{
	struct err err = ERR_INIT;

	if (engine_may_change(e, &err) < 0 ||
	    operation_outranks(r, OP_UPDATE_RANK, "update", &err) < 0)
		check_problem(out, CHECK_FAIL, "", NULL, "%s", err.msg);
}

struct json *engine_update_check(struct engine *e, const char *name, const struct strs *params,
				 const char *offer, struct err *err)
{
	struct run *r = run_need(e, name, err);
	struct template *t = r ? update_revision(r, err) : NULL;
	const struct strs *has = r ? &r->cluster.spec.params : NULL;
	struct strs fit = STRS_INIT((size_t)2 * CLUSTER_PARAMS_MAX),
		    rest = STRS_INIT((size_t)2 * CLUSTER_PARAMS_MAX);
	struct json *out = NULL;

	if (t) {
		out = json_new_object();
		json_set_array(out, "problems");
		json_set_array(out, "checks");
		check_may(out, e, r);
		if (params->n == 0) /* without values "update" means the template's file */
			check_told(out, "change", CHECK_UNKNOWN, "nothing is changed yet");
		else {
			bool of_type = check_values(out, t, params, has, &fit);

			if (check_each(out, t, &fit, has, &rest) && of_type)
				check_plan(out, r, t, params);
		}
		if (offer)
			check_offers(out, e, t, &r->cluster.spec, offer);
	}
	strs_clear(&fit);
	strs_clear(&rest);
	template_free(t);
	return out;
}
