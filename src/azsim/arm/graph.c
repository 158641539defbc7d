/*
 * Resource Graph: a small part of its language. Resources | where F OP 'x' [and ...] | project
 * a, b=expr | summarize n=count() by expr | order by f asc | take n. Fields of machines are
 * read without making their JSON: a page of ten thousand is cheap.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "azsim/arm/graph_query.h"
#include "base/mem.h"
#include "base/text.h"

#define PAGE 1000

/* A JSON value of a field; owned. NULL: the row has none. */
static struct json *vm_field(struct arm_call *c, const struct az_vm *vm, const char *f)
{
	char text[40], zone[2] = { (char)('0' + vm->zone), '\0' }, *id;
	struct json *out;

	if (strcmp(f, "name") == 0)
		return json_new_string(vm->name);
	if (strcmp(f, "type") == 0)
		return json_new_string("microsoft.compute/virtualmachines");
	if (strcmp(f, "location") == 0)
		return json_new_string(az_regions[vm->region].name);
	if (strcmp(f, "id") == 0 || strcmp(f, "properties.virtualMachineScaleSet.id") == 0) {
		if (*f == 'p' && !vm->set)
			return NULL;
		id = *f == 'i' ? az_vm_id_text(vm)
			       : az_resource_id(vm->group, AZ_SET_TYPE, vm->set->name);
		out = json_new_string(id);
		free(id);
		return out;
	}
	if (strcmp(f, "properties.vmId") == 0)
		return json_new_string(vm->vm_id);
	if (strcmp(f, "properties.provisioningState") == 0)
		return json_new_string(az_prov_name[vm->prov]);
	if (strcmp(f, "properties.timeCreated") == 0)
		return json_new_string(arm_shown_time(c, text, vm->created_ms));
	if (strcmp(f, "properties.osProfile.computerName") == 0 ||
	    strcmp(f, "properties.extended.instanceView.computerName") == 0)
		return json_new_string(vm->computer);
	if (strcmp(f, "properties.hardwareProfile.vmSize") == 0)
		return json_new_string(vm->size->name);
	if (strcmp(f, "properties.priority") == 0)
		return json_new_string(vm->spot ? "Spot" : "Regular");
	if (strcmp(f, "properties.extended.instanceView.powerState.code") == 0)
		return arm_vm_power_code(vm) ? json_new_string(arm_vm_power_code(vm)) : NULL;
	if (strcmp(f, "properties.extended.instanceView.powerState.displayStatus") == 0) {
		snprintf(text, sizeof(text), "VM %s", az_power_name[vm->power]);
		return vm->power ? json_new_string(text) : NULL;
	}
	if (strcmp(f, "zones.0") == 0)
		return vm->zone ? json_new_string(zone) : NULL;
	(void)c;
	return NULL;
}

static const struct json *tags_of(const struct arm_row *row)
{
	if (strcmp(row->type, AZ_VM_TYPE) == 0)
		return az_vm_tags(row->thing);
	if (strcmp(row->type, AZ_SET_TYPE) == 0)
		return json_get(((const struct az_set *)row->thing)->doc, "tags");
	return json_get(((const struct az_resource *)row->thing)->doc, "tags");
}

static struct json *tag_field(const struct arm_row *row, const char *name)
{
	const struct json *tags = tags_of(row), *v;
	const char *key;

	for (void *it = NULL; tags && json_each(tags, &it, &key, &v);)
		if (text_casecmp(key, name) == 0)
			return json_copy(v);
	return NULL;
}

static const struct az_group *group_of(const struct arm_row *row)
{
	if (strcmp(row->type, AZ_VM_TYPE) == 0)
		return ((const struct az_vm *)row->thing)->group;
	if (strcmp(row->type, AZ_SET_TYPE) == 0)
		return ((const struct az_set *)row->thing)->group;
	return ((const struct az_resource *)row->thing)->group;
}

static struct json *whole(struct arm_call *c, const struct arm_row *row)
{
	struct json *o;

	if (strcmp(row->type, AZ_VM_TYPE) == 0)
		o = arm_vm_json(c, row->thing, false);
	else if (strcmp(row->type, AZ_SET_TYPE) == 0)
		o = arm_set_json(c, row->thing);
	else
		o = arm_resource_json(c, row->thing);
	json_set_str(o, "subscriptionId", AZ_SUBSCRIPTION);
	json_set_str(o, "tenantId", AZ_TENANT);
	json_set_str(o, "resourceGroup", group_of(row)->name);
	return o;
}

static struct json *field(struct arm_call *c, const struct arm_row *row,
			  const struct graph_field *f)
{
	struct json *o, *out;

	if (f->tag)
		return tag_field(row, f->path);
	if (strcmp(f->path, "tags") == 0)
		return tags_of(row) ? json_copy(tags_of(row)) : NULL;
	if (strcmp(f->path, "subscriptionId") == 0)
		return json_new_string(AZ_SUBSCRIPTION);
	if (strcmp(f->path, "resourceGroup") == 0)
		return json_new_string(group_of(row)->name);
	if (strcmp(row->type, AZ_VM_TYPE) == 0) {
		out = vm_field(c, row->thing, f->path);
		if (out)
			return out;
		if (strncmp(f->path, "properties.extended", 19) == 0 ||
		    strcmp(f->path, "zones.0") == 0 ||
		    strcmp(f->path, "properties.virtualMachineScaleSet.id") == 0)
			return NULL;
	}
	o = whole(c, row);
	out = json_get(o, f->path) ? json_copy(json_get(o, f->path)) : NULL;
	json_free(o);
	return out;
}

static bool test_one(struct arm_call *c, const struct arm_row *row, const struct graph_test *t)
{
	struct json *v = field(c, row, &t->field);
	const char *text = json_text(v) ? json_text(v) : "";
	bool yes = false;

	for (size_t i = 0; i < t->values.n && !yes; i++) {
		const char *want = t->values.v[i];

		yes = t->op == GRAPH_EQ	       ? strcmp(text, want) == 0
		      : t->op == GRAPH_EQ_FOLD ? text_casecmp(text, want) == 0
		      : t->op == GRAPH_STARTS  ? text_has_prefix(text, want)
					       : strstr(text, want) != NULL;
	}
	if (t->op == GRAPH_NOT_EMPTY)
		yes = *text != '\0';
	json_free(v);
	return yes != t->negate;
}

static bool passes(struct arm_call *c, const struct arm_row *row, const struct graph_query *q)
{
	for (size_t i = 0; i < q->n_tests; i++)
		if (!test_one(c, row, &q->tests[i]))
			return false;
	return true;
}

static void add(struct arm_call *c, struct arm_rows *rows, const struct graph_query *q,
		int64_t row, const char *type, const void *thing)
{
	struct arm_row r = { row, type, thing };

	if (passes(c, &r, q))
		arm_rows_add(rows, row, type, thing);
}

/* The index lags behind the providers; what is younger than the lag is not in it. */
static bool indexed(const struct arm_call *c, int64_t created_ms)
{
	const struct az_scenario *sc = &c->w->sc;
	double lag = sc->graph_lag_min +
		     (sc->graph_lag_max - sc->graph_lag_min) * (double)(created_ms % 997) / 997;

	return (double)(az_world_now(c->w) - created_ms) >= lag;
}

static void gather(struct arm_call *c, struct arm_rows *rows, const struct graph_query *q)
{
	const char *key;
	void *g, *v;

	for (const struct az_vm *vm = c->w->first; vm; vm = vm->next)
		if ((!vm->set || vm->set->flexible) && indexed(c, vm->created_ms))
			add(c, rows, q, vm->row, AZ_VM_TYPE, vm);
	for (size_t i = 0; map_next(c->w->groups, &i, &key, &g);) {
		for (size_t k = 0; map_next(((struct az_group *)g)->sets, &k, &key, &v);)
			if (indexed(c, ((struct az_set *)v)->created_ms))
				add(c, rows, q, ((struct az_set *)v)->row, AZ_SET_TYPE, v);
		for (size_t k = 0; map_next(((struct az_group *)g)->resources, &k, &key, &v);)
			if (indexed(c, ((struct az_resource *)v)->created_ms))
				add(c, rows, q, ((struct az_resource *)v)->row,
				    ((struct az_resource *)v)->type, v);
	}
}

struct sorted {
	char *key;
	struct arm_row row;
};

static int by_key(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int cmp = text_casecmp(x->key, y->key);

	return cmp ? cmp : (x->row.row > y->row.row) - (x->row.row < y->row.row);
}

static void order(struct arm_call *c, struct arm_rows *rows, const struct graph_query *q)
{
	struct sorted *s;

	if (!q->order.path[0]) {
		arm_rows_sort(rows);
		return;
	}
	s = xcalloc(rows->n + 1, sizeof(*s));
	for (size_t i = 0; i < rows->n; i++) {
		struct json *v = field(c, &rows->v[i], &q->order);

		s[i] = (struct sorted){ xstrdup(json_text(v) ? json_text(v) : ""), rows->v[i] };
		json_free(v);
	}
	qsort(s, rows->n, sizeof(*s), by_key);
	for (size_t i = 0; i < rows->n; i++) {
		rows->v[i] = s[q->descending ? rows->n - 1 - i : i].row;
		free(s[q->descending ? rows->n - 1 - i : i].key);
	}
	free(s);
}

static struct json *project(struct arm_call *c, const struct arm_row *row,
			    const struct graph_query *q)
{
	struct json *o;

	if (q->n_columns == 0)
		return whole(c, row);
	o = json_new_object();
	for (size_t i = 0; i < q->n_columns; i++) {
		struct json *v = field(c, row, &q->columns[i].field);

		json_set(o, q->columns[i].name, v ? v : json_new_null());
	}
	return o;
}

static struct json *summarize(struct arm_call *c, const struct arm_rows *rows,
			      const struct graph_query *q)
{
	struct json *data = json_new_array();
	struct map *seen = map_new(NULL, true);

	for (size_t i = 0; i < rows->n; i++) {
		struct json *v = q->by.path[0] ? field(c, &rows->v[i], &q->by) : NULL, *o;
		const char *key = json_text(v) ? json_text(v) : "";
		int64_t n;

		o = map_get(seen, key);
		if (!o) {
			o = json_add_object(data);
			if (q->by.path[0])
				json_set_str(o, q->by_name, key);
			json_set_int(o, q->count_name, 0);
			map_put(seen, key, o);
		}
		n = json_int(o, q->count_name, 0);
		json_set_int(o, q->count_name, n + 1);
		json_free(v);
	}
	if (rows->n == 0 && !q->by.path[0])
		json_set_int(json_add_object(data), q->count_name, 0);
	map_free(seen);
	return data;
}

static void answer(struct arm_call *c, struct arm_rows *rows, const struct graph_query *q)
{
	struct json *o = json_new_object(), *data;
	int64_t skip = 0, top = json_int(c->body, "options.$top", PAGE),
		total = (int64_t)rows->n;
	char token[32];

	if (q->count_name[0]) {
		data = summarize(c, rows, q);
		total = (int64_t)json_len(data);
	} else {
		order(c, rows, q);
		if (q->take > 0 && total > q->take)
			total = q->take;
		if (top < 1 || top > PAGE)
			top = PAGE;
		num_read(&skip, json_str(c->body, "options.$skipToken", "0"), 0, INT64_MAX);
		skip += json_int(c->body, "options.$skip", 0);
		data = json_new_array();
		for (int64_t i = skip; rows->v && i < total && i < skip + top; i++)
			json_add(data, project(c, &rows->v[i], q));
	}
	json_set_int(o, "totalRecords", total);
	json_set_int(o, "count", (int64_t)json_len(data));
	json_set_str(o, "resultTruncated", "false");
	if (skip + (int64_t)json_len(data) < total) {
		snprintf(token, sizeof(token), "%lld",
			 (long long)(skip + (int64_t)json_len(data)));
		json_set_str(o, "$skipToken", token);
	}
	json_set_array(o, "facets");
	json_set(o, "data", data);
	arm_ok(c, 200, o);
}

void arm_graph(struct arm_call *c)
{
	const char *text = json_str(c->body, "query", NULL);
	struct arm_rows rows = { 0 };
	struct graph_query q = { 0 };
	struct err err = ERR_INIT;

	if (!text) {
		az_refuse(&c->r, 400, "BadRequest", "Please provide a query.");
		return;
	}
	if (graph_read(&q, text, strlen(text), &err) != 0) {
		az_refuse(&c->r, 400, "InvalidQuery",
			  "Query is invalid. Please refer to the documentation: %s", err.msg);
		graph_clear(&q);
		return;
	}
	gather(c, &rows, &q);
	answer(c, &rows, &q);
	free(rows.v);
	graph_clear(&q);
}
