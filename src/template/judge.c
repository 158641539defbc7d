#include "document.h"

#include <stdlib.h>
#include <string.h>

#include "base/cidr.h"
#include "base/file.h"
#include "base/mem.h"

/* The value of a.b.c, or the nearest thing above it that is there: for the position. */
static const struct yaml *at_path(const struct yaml *tree, const char *a, const char *b,
				  const char *c)
{
	const char *const parts[] = { a, b, c };
	const struct yaml *at = tree;

	for (size_t i = 0; i < ARRAY_LEN(parts) && parts[i]; i++) {
		const struct yaml *next = yaml_get(at, parts[i]);

		if (!next)
			break;
		at = next;
	}
	return at;
}

static void judge_params(const struct document *d, struct template_problems *out,
			 const struct yaml *tree)
{
	for (size_t i = 0; i < d->n_params; i++) {
		const struct template_param *p = &d->params[i];
		const struct yaml *at = at_path(tree, "parameters", p->name, "default");
		struct err err = ERR_INIT;

		if (p->fallback && param_check(p, p->fallback, &err) < 0)
			problem_add(out, at->line, at->column,
				    "default of parameter \"%s\": %s", p->name, err.msg);
		at = at_path(tree, "parameters", p->name, "choices");
		if (p->type == PARAM_CHOICE && !p->choices.n)
			problem_add(out, at->line, at->column, "parameter \"%s\" needs choices",
				    p->name);
	}
}

static void judge_used(const struct document *d, struct template_problems *out,
		       const struct yaml *tree, const struct map *used)
{
	const struct yaml *params = yaml_get(tree, "parameters");

	for (size_t i = 0; i < d->n_params; i++) {
		const struct yaml *at = yaml_get(params, d->params[i].name);

		if (at && !map_get(used, d->params[i].name))
			problem_add(
			    out, at->key_line, at->key_column,
			    "parameter \"%s\" is never used: write \"${%s}\" where it belongs",
			    d->params[i].name, d->params[i].name);
	}
}

static void judge_array(const struct array_spec *a, struct template_problems *out,
			const struct yaml *tree)
{
	const struct yaml *at;

	at = at_path(tree, "arrays", a->name, "min_nodes");
	if (a->max_nodes >= 0 && a->min_nodes > a->max_nodes)
		problem_add(out, at->line, at->column,
			    "min_nodes of array \"%s\" is %lld, above max_nodes %lld", a->name,
			    (long long)a->min_nodes, (long long)a->max_nodes);
	at = at_path(tree, "arrays", a->name, "warm_nodes");
	if (a->max_nodes >= 0 && a->warm_nodes > a->max_nodes)
		problem_add(out, at->line, at->column,
			    "warm_nodes of array \"%s\" is %lld, above max_nodes %lld", a->name,
			    (long long)a->warm_nodes, (long long)a->max_nodes);
	at = at_path(tree, "arrays", a->name, "max_price");
	if (a->max_price >= 0 && a->spot == SPOT_NEVER)
		problem_add(out, at->line, at->column,
			    "max_price of array \"%s\" is for spot, and spot is never",
			    a->name);
	at = at_path(tree, "arrays", a->name,
		     a->ondemand_nodes > 0 ? "ondemand_nodes" : "ondemand_percent");
	if ((a->ondemand_nodes > 0 || a->ondemand_percent > 0) && a->spot != SPOT_THEN_ONDEMAND)
		problem_add(out, at->line, at->column,
			    "array \"%s\" mixes spot and on-demand nodes only with spot: "
			    "then_ondemand",
			    a->name);
	at = at_path(tree, "arrays", a->name, "colocated");
	if (a->colocated && a->zones.n > 1)
		problem_add(
		    out, at->line, at->column,
		    "array \"%s\" is colocated and has %zu zones: a placement group lies in one",
		    a->name, a->zones.n);
}

static void judge_window(const struct array_spec *a, const struct schedule_window *w,
			 struct template_problems *out, const struct yaml *at)
{
	const struct yaml *days = yaml_get(at, "days"), *min = yaml_get(at, "min_nodes");
	int64_t most = w->max_nodes >= 0 ? w->max_nodes : a->max_nodes;
	struct err err = ERR_INIT;
	unsigned int bits;

	if (schedule_days(&bits, &w->days, &err) < 0 && days)
		problem_add(out, days->line, days->column, "days of schedule \"%s\": %s",
			    w->name, err.msg);
	if (w->from && w->to && strcmp(w->from, w->to) == 0)
		problem_add(out, at->line, at->column,
			    "schedule \"%s\" begins and ends at %s: a whole day is 00:00 to "
			    "24:00",
			    w->name, w->from);
	if (min && w->min_nodes >= 0 && most >= 0 && w->min_nodes > most)
		problem_add(out, min->line, min->column,
			    "min_nodes of schedule \"%s\" is %lld, above max_nodes %lld",
			    w->name, (long long)w->min_nodes, (long long)most);
	if (!w->pause && w->min_nodes < 0 && w->max_nodes < 0 && w->warm_nodes < 0 &&
	    w->idle_s < 0 && !yaml_get(at, "pause") && !min && !yaml_get(at, "max_nodes") &&
	    !yaml_get(at, "warm_nodes") && !yaml_get(at, "idle"))
		problem_add(out, at->line, at->column,
			    "schedule \"%s\" changes nothing: give it min_nodes, max_nodes, "
			    "warm_nodes, idle or pause",
			    w->name);
}

static void judge_schedule(const struct array_spec *a, struct template_problems *out,
			   const struct yaml *tree)
{
	const struct yaml *list = at_path(tree, "arrays", a->name, "schedule");

	for (size_t i = 0; i < a->n_schedule; i++) {
		const struct yaml *at = yaml_get(list, a->schedule[i].name);

		if (at)
			judge_window(a, &a->schedule[i], out, at);
	}
}

static void judge_arrays(struct document *d, struct template_problems *out,
			 const struct yaml *tree)
{
	const struct array_spec *first = NULL;

	for (size_t i = 0; i < d->spec.n_arrays; i++) {
		const struct array_spec *a = &d->spec.arrays[i];
		const struct yaml *at = at_path(tree, "arrays", a->name, "default");

		judge_array(a, out, tree);
		judge_schedule(a, out, tree);
		if (a->is_default && first)
			problem_add(out, at->line, at->column,
				    "arrays \"%s\" and \"%s\" are both the default",
				    first->name, a->name);
		else if (a->is_default)
			first = a;
	}
	if (!first && d->spec.n_arrays)
		d->spec.arrays[0].is_default = true;
}

/* Whoever gives parameters is told which: "give it disk_gib to keep it, as with shared_gib=64".
 */
static void no_disk_to_keep(const struct storage_spec *s, struct template_problems *out,
			    const struct template *t, const struct yaml *word)
{
	char *path = xasprintf("storage/%s/disk_gib", s->name);
	const struct template_param *p = template_param_at(t, path);

	free(path);
	problem_add(
	    out, word->line, word->column,
	    "storage \"%s\" lies on the head's own disk, which goes with it: give it disk_gib to keep it%s%s%s",
	    s->name, p ? ", as with " : "", p ? p->name : "", p ? "=64" : "");
}

/* "none" is what a parameter says that names no disk. Without a disk of its own storage goes
 * with the head, and only a word that was written can be wrong about that. */
static void judge_disk(struct storage_spec *s, struct template_problems *out,
		       const struct template *t)
{
	const struct yaml *storage = at_path(t->tree, "storage", s->name, NULL);
	const struct yaml *word = yaml_get(storage, "at_teardown");

	if (s->disk && strcmp(s->disk, "none") == 0) {
		free(s->disk);
		s->disk = NULL;
	}
	if (s->policy == KEEP_AUTO)
		s->policy = s->disk ? KEEP_KEEP : KEEP_DELETE;
	if (s->disk || s->disk_gib > 0 || s->policy == KEEP_DELETE)
		return;
	s->policy = KEEP_DELETE;
	if (word)
		no_disk_to_keep(s, out, t, word);
}

static void judge_storage(struct document *d, struct template_problems *out,
			  const struct template *t)
{
	const struct yaml *tree = t->tree;
	struct cluster_spec *s = &d->spec;

	for (size_t i = 0; i < s->n_storage; i++) {
		const struct yaml *at = at_path(tree, "storage", s->storage[i].name, "path");

		judge_disk(&s->storage[i], out, t);

		for (size_t k = 0; k < i && s->storage[i].path; k++)
			if (s->storage[k].path &&
			    strcmp(s->storage[k].path, s->storage[i].path) == 0)
				problem_add(out, at->line, at->column,
					    "storage \"%s\" and \"%s\" have the same path",
					    s->storage[k].name, s->storage[i].name);
	}
}

static void judge_network(const struct document *d, struct template_problems *out,
			  const struct yaml *tree)
{
	const struct cluster_spec *s = &d->spec;
	const struct yaml *network = at_path(tree, "cluster", "network", NULL);
	const struct yaml *at = at_path(tree, "cluster", "network", "subnet_cidr");
	struct cidr outer, inner;

	if (s->vnet_id && !yaml_get(network, "subnet"))
		problem_add(out, network->line, network->column,
			    "vnet needs subnet: the name of the subnet in it");
	if (s->vnet_cidr && s->subnet_cidr && cidr_read(&outer, s->vnet_cidr) == 0 &&
	    cidr_read(&inner, s->subnet_cidr) == 0 && !cidr_contains(&outer, &inner))
		problem_add(out, at->line, at->column, "subnet_cidr %s is not inside cidr %s",
			    s->subnet_cidr, s->vnet_cidr);
}

/* Jobs lie beside the template; one that came as text alone has no such folder. */
static void judge_job(const struct document *d, struct template_problems *out,
		      const struct template *t)
{
	const struct yaml *at = at_path(t->tree, "sample_job", NULL, NULL);
	const char *slash = t->path ? strrchr(t->path, '/') : NULL;
	char *path;

	if (!d->spec.sample_job || !slash)
		return;
	path = xasprintf("%.*s/jobs/%s", (int)(slash - t->path), t->path, d->spec.sample_job);
	if (!file_exists(path))
		problem_add(out, at->line, at->column, "there is no file %s", path);
	free(path);
}

static void judge_budget(const struct document *d, const struct budget_spec *b,
			 struct template_problems *out, const struct yaml *at)
{
	const struct yaml *array = yaml_get(at, "array"), *hard = yaml_get(at, "hard");
	int whose = (array != NULL) + (yaml_get(at, "user") != NULL) +
		    (yaml_get(at, "account") != NULL);

	if (whose != 1)
		problem_add(out, at->line, at->column,
			    "budget \"%s\" needs one of array, user and account", b->name);
	if (array && b->array && !cluster_array(&d->spec, b->array))
		problem_add(out, array->line, array->column,
			    "budget \"%s\": there is no array \"%s\"", b->name, b->array);
	if (b->period == BUDGET_FIXED && !yaml_get(at, "from"))
		problem_add(out, at->line, at->column,
			    "budget \"%s\" is of a fixed time: it needs from, and may have to",
			    b->name);
	if (b->period != BUDGET_FIXED && (yaml_get(at, "from") || yaml_get(at, "to")))
		problem_add(out, at->line, at->column,
			    "budget \"%s\": from and to are of period fixed", b->name);
	if (b->hard && hard && !array)
		problem_add(out, hard->line, hard->column,
			    "budget \"%s\": hard sends nodes away, and only an array has its "
			    "own",
			    b->name);
}

static void judge_budgets(const struct document *d, struct template_problems *out,
			  const struct yaml *tree)
{
	const struct yaml *list = at_path(tree, "cluster", "budgets", NULL);

	for (size_t i = 0; i < d->spec.n_budgets; i++) {
		const struct yaml *at = yaml_get(list, d->spec.budgets[i].name);

		if (at)
			judge_budget(d, &d->spec.budgets[i], out, at);
	}
}

void document_judge(struct document *d, struct template_problems *out, const struct template *t,
		    const struct map *used)
{
	judge_params(d, out, t->tree);
	judge_used(d, out, t->tree, used);
	judge_arrays(d, out, t->tree);
	judge_budgets(d, out, t->tree);
	judge_storage(d, out, t);
	judge_network(d, out, t->tree);
	judge_job(d, out, t);
}
