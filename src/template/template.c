#include "template/template.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "document.h"

/* The texts that "${NAME}" stands for: what was given, else the default, else nothing yet. */
static struct map *values_of(const struct template *t, const struct map *given)
{
	struct map *values = map_new(NULL, false);

	for (size_t i = 0; i < t->n_params; i++) {
		const struct template_param *p = &t->params[i];
		char *value = given ? map_get(given, p->name) : NULL;

		if (!value)
			value = p->fallback ? p->fallback : (char *)no_value;
		map_put(values, p->name, value);
	}
	return values;
}

/* Everything that is wrong, and what is right of it. */
static void read_template(struct document *d, struct template_problems *out,
			  const struct template *t, const struct map *given)
{
	struct map *values = values_of(t, given);
	struct map *used = map_new(NULL, false);
	struct reading r = { .values = values, .out = out, .used = used };

	document_init(d);
	document_read(d, &r, t->tree);
	document_judge(d, out, t, used);
	problems_sort(out);
	map_free(used);
	map_free(values);
}

static void take_params(struct template *t)
{
	struct map *none = map_new(NULL, false);
	struct template_problems ignored = { 0 }; /* template_check tells them */
	struct reading r = { .values = none, .out = &ignored };
	struct document d;

	document_init(&d);
	params_read(&d, &r, t->tree);
	t->params = d.params;
	t->n_params = d.n_params;
	d.params = NULL;
	d.n_params = 0;
	document_clear(&d);
	template_problems_clear(&ignored);
	map_free(none);
}

const struct template_problem *template_problems_first(const struct template_problems *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].cause)
			return &p->v[i];
	return p->n ? &p->v[0] : NULL;
}

static void take_names(struct template *t)
{
	struct template_problems found = { 0 };
	const struct template_problem *first;
	struct document d;

	read_template(&d, &found, t, NULL);
	first = template_problems_first(&found);
	if (first)
		t->problem = xasprintf("line %u, column %u: %s", first->line, first->column,
				       first->text);
	t->title = xstrdup(d.title);
	t->description = xstrdup(d.description);
	t->scheduler = xstrdup(d.spec.scheduler ? d.spec.scheduler : "");
	for (size_t i = 0; i < d.spec.n_arrays; i++)
		strs_add(&t->arrays, d.spec.arrays[i].name);
	document_clear(&d);
	template_problems_clear(&found);
}

struct template *template_parse(const char *text, size_t len, const char *name, struct err *err)
{
	struct yaml *tree = yaml_parse(text, len, err);
	struct template *t;
	char hash[SHA256_HEX];

	if (!tree) {
		err_wrap(err, "template %s", name);
		return NULL;
	}
	if (tree->kind != YAML_MAP) {
		err_set(err, ERR_PARSE,
			"template %s: line %u, column %u: a template is a map of keys", name,
			tree->line, tree->column);
		yaml_free(tree);
		return NULL;
	}
	t = xcalloc(1, sizeof(*t));
	sha256_hex(hash, text, len);
	t->tree = tree;
	t->name = xstrdup(name);
	t->hash = xstrdup(hash);
	t->text = xstrndup(text, len);
	t->arrays = (struct strs)STRS_INIT(100);
	take_params(t);
	take_names(t);
	return t;
}

void template_free(struct template *t)
{
	if (!t)
		return;
	free(t->name);
	free(t->title);
	free(t->description);
	free(t->path);
	free(t->hash);
	free(t->text);
	free(t->scheduler);
	free(t->problem);
	strs_clear(&t->arrays);
	params_clear(t->params, t->n_params);
	yaml_free(t->tree);
	free(t);
}

int template_check(struct template_problems *out, const struct template *t)
{
	struct document d;

	read_template(&d, out, t, NULL);
	document_clear(&d);
	return (int)out->n;
}

int template_check_scheduler(struct template_problems *out, const struct template *t,
			     const char *const *known)
{
	const struct yaml *s = yaml_get(t->tree, "scheduler");
	const struct yaml *type = s && s->kind == YAML_MAP ? yaml_get(s, "type") : NULL;
	struct buf list = BUF_INIT(200);

	if (!type || !t->scheduler[0])
		return (int)out->n;
	for (size_t i = 0; known[i]; i++) {
		if (strcmp(known[i], t->scheduler) == 0) {
			buf_clear(&list);
			return (int)out->n;
		}
		buf_addf(&list, "%s%s", i ? ", " : "", known[i]);
	}
	problem_add(out, type->line, type->column,
		    "scheduler \"%.40s\" is not known here: this build has %s", t->scheduler,
		    buf_str(&list));
	problems_sort(out);
	buf_clear(&list);
	return (int)out->n;
}

int template_problems_read(struct template_problems *out, const char *msg)
{
	const char *at = strstr(msg, "line "), *text = at ? strstr(at, ": ") : NULL;
	unsigned int line, column;

	if (!text || sscanf(at, "line %9u, column %9u", &line, &column) != 2)
		return -1;
	problem_add(out, line, column, "%s", text + 2);
	return 0;
}

void template_problems_clear(struct template_problems *p)
{
	free(p->v);
	*p = (struct template_problems){ 0 };
}

/*
 * Expansion
 */

const struct template_param *template_param(const struct template *t, const char *name)
{
	for (size_t i = 0; i < t->n_params; i++)
		if (strcmp(t->params[i].name, name) == 0)
			return &t->params[i];
	return NULL;
}

int template_param_check(const struct template_param *p, const char *value, struct err *err)
{
	return param_check(p, value, err);
}

/* One step of a path: a key of a map, a place in a list. What is no list is its own only item.
 */
static const struct yaml *step_into(const struct yaml *y, const char *name)
{
	const struct yaml *at;
	int64_t i;

	if (y->kind == YAML_MAP)
		return yaml_get(y, name);
	if (y->kind == YAML_SCALAR || num_read(&i, name, 0, YAML_NODES_MAX) < 0)
		return y;
	for (at = y->child; at && i > 0; i--)
		at = at->next;
	return at;
}

const struct template_param *template_param_at(const struct template *t, const char *path)
{
	struct strs steps = STRS_INIT(YAML_DEPTH_MAX);
	const struct yaml *y = t->tree;
	const struct template_param *p = NULL;
	const char *from, *end;
	char *name;

	strs_split(&steps, path, strlen(path), '/');
	for (size_t i = 0; y && i < steps.n; i++)
		y = step_into(y, steps.v[i]);
	strs_clear(&steps);
	from = y && y->kind == YAML_SCALAR ? strstr(y->text, "${") : NULL;
	end = from ? strchr(from, '}') : NULL;
	if (end) {
		name = xstrndup(from + 2, (size_t)(end - from - 2));
		p = template_param(t, name);
		free(name);
	}
	return p;
}

static int no_such_param(const struct template *t, const char *name, struct err *err)
{
	struct strs words = STRS_INIT(1000);
	const char *near;
	char clean[60];

	text_clean(clean, sizeof(clean), name, strlen(name));
	for (size_t i = 0; i < t->n_params; i++)
		strs_add(&words, t->params[i].name);
	near = words.n ? text_nearest(name, (const char *const *)words.v) : NULL;
	if (near)
		err_set(err, ERR_INVALID,
			"template %s has no parameter \"%s\"; did you mean \"%s\"?", t->name,
			clean, near);
	else
		err_set(
		    err, ERR_INVALID,
		    "template %s has no parameter \"%s\": paceline template show %s lists them",
		    t->name, clean, t->name);
	strs_clear(&words);
	return -1;
}

/* A size by the short name that tables show, whole; to be freed. */
static char *whole_value(const struct template_param *p, const char *value)
{
	size_t letters = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	bool is_short =
	    p->type == PARAM_SIZE && letters && isdigit((unsigned char)value[letters]);

	return xasprintf("%s%s", is_short ? "Standard_" : "", value);
}

static int give(struct map *given, const struct template *t, const char *param, struct err *err)
{
	const char *eq = strchr(param, '=');
	const struct template_param *p;
	char *name, *value = NULL;
	int rc = -1;

	if (!eq)
		return err_set(err, ERR_INVALID, "\"%.60s\": write NAME=VALUE", param);
	name = xstrndup(param, (size_t)(eq - param));
	p = template_param(t, name);
	if (p)
		value = whole_value(p, eq + 1);
	if (!p)
		no_such_param(t, name, err);
	else if (map_get(given, name))
		err_set(err, ERR_INVALID, "parameter %s is given twice", name);
	else if (param_check(p, value, err) < 0)
		err_wrap(err, "parameter %s", name);
	else
		rc = 0;
	if (rc == 0)
		map_put(given, name, value);
	else
		free(value);
	free(name);
	return rc;
}

static int give_all(struct map *given, const struct template *t, const struct strs *params,
		    struct err *err)
{
	for (size_t i = 0; params && i < params->n; i++)
		if (give(given, t, params->v[i], err) < 0)
			return -1;
	for (size_t i = 0; i < t->n_params; i++)
		if (!t->params[i].fallback && !map_get(given, t->params[i].name))
			return err_set(err, ERR_INVALID,
				       "parameter %s (%s) has no default: give %s=VALUE",
				       t->params[i].name, param_type_name(t->params[i].type),
				       t->params[i].name);
	return 0;
}

static int first_problem(const struct template_problems *p, const struct template *t,
			 struct err *err)
{
	const struct template_problem *first = template_problems_first(p);

	if (!first)
		return 0;
	/* other words do not mend what is wrong whatever is given */
	err_set(err, t->problem ? ERR_PARSE : ERR_INVALID,
		"template %s: line %u, column %u: %s", t->name, first->line, first->column,
		first->text);
	if (p->n > 1) {
		size_t n = strlen(err->msg);

		snprintf(err->msg + n, sizeof(err->msg) - n, " (and %zu more)", p->n - 1);
	}
	return -1;
}

int template_expand(struct cluster_spec *out, const struct template *t,
		    const struct strs *params, struct err *err)
{
	struct map *given = map_new(free, false);
	struct template_problems problems = { 0 };
	struct document d = { 0 };
	struct err dummy = ERR_INIT;
	int rc = give_all(given, t, params, err ? err : &dummy);

	if (rc == 0) {
		read_template(&d, &problems, t, given);
		rc = first_problem(&problems, t, err ? err : &dummy);
	}
	if (rc == 0) {
		*out = d.spec;
		cluster_spec_init(&d.spec);
		out->template_name = xstrdup(t->name);
		out->template_hash = xstrdup(t->hash);
		for (size_t i = 0; params && i < params->n; i++)
			strs_add(&out->params, params->v[i]);
	}
	document_clear(&d);
	template_problems_clear(&problems);
	map_free(given);
	return rc;
}
