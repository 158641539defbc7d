#include <stdlib.h>

#include "base/mem.h"
#include "wire/field.h"
#include "wire/wire.h"

FIELD_WORDS(state, enum cluster_state, cluster_state_name, cluster_state_of)
FIELD_WORDS(spot, enum spot_policy, spot_policy_name, spot_policy_of)
FIELD_WORDS(choose, enum choose_policy, choose_policy_name, choose_policy_of)

FIELD_WORDS(policy, enum keep_policy, keep_policy_name, keep_policy_of)

#define A(member, kind) FIELD(struct array_spec, member, kind)
static const struct field array_fields[] = {
	A(name, FIELD_OWNED),
	A(sizes, FIELD_STRS),
	A(zones, FIELD_STRS),
	FIELD_ENUM(struct array_spec, spot, spot_word, spot_of),
	A(max_price, FIELD_REAL),
	A(min_nodes, FIELD_INT),
	A(max_nodes, FIELD_INT),
	A(max_cores, FIELD_INT),
	A(warm_nodes, FIELD_INT),
	A(idle_s, FIELD_INT),
	A(never_used_s, FIELD_INT),
	A(boot_s, FIELD_INT),
	A(spot_wait_s, FIELD_INT),
	A(colocated, FIELD_BOOL),
	A(group_max, FIELD_INT),
	A(is_default, FIELD_BOOL),
	A(mem_reserve, FIELD_INT),
	A(image, FIELD_OWNED),
	A(features, FIELD_STRS),
	A(kept_ms, FIELD_INT),
	A(kept_by, FIELD_OWNED),
	A(ondemand_nodes, FIELD_INT),
	A(ondemand_percent, FIELD_INT),
	A(foresee, FIELD_BOOL),
	A(foresee_quantile, FIELD_INT),
	A(foresee_percent, FIELD_INT),
	FIELD_END,
};
#undef A

#define W(member, kind) FIELD(struct schedule_window, member, kind)
static const struct field window_fields[] = {
	W(name, FIELD_OWNED),
	W(days, FIELD_STRS),
	W(from, FIELD_OWNED),
	W(to, FIELD_OWNED),
	W(zone, FIELD_OWNED),
	W(min_nodes, FIELD_INT),
	W(max_nodes, FIELD_INT),
	W(warm_nodes, FIELD_INT),
	W(idle_s, FIELD_INT),
	W(pause, FIELD_BOOL),
	FIELD_END,
};
#undef W

FIELD_WORDS(period, enum budget_period, budget_period_name, budget_period_of)

#define B(member, kind) FIELD(struct budget_spec, member, kind)
static const struct field budget_fields[] = {
	B(name, FIELD_OWNED), B(array, FIELD_OWNED),
	B(user, FIELD_OWNED), B(account, FIELD_OWNED),
	B(limit, FIELD_REAL), FIELD_ENUM(struct budget_spec, period, period_word, period_of),
	B(from, FIELD_OWNED), B(to, FIELD_OWNED),
	B(hard, FIELD_BOOL),  FIELD_END,
};
#undef B

static const struct field storage_fields[] = {
	FIELD(struct storage_spec, name, FIELD_OWNED),
	FIELD(struct storage_spec, kind, FIELD_OWNED),
	FIELD(struct storage_spec, path, FIELD_OWNED),
	FIELD_ENUM(struct storage_spec, policy, policy_word, policy_of),
	FIELD(struct storage_spec, disk_gib, FIELD_INT),
	FIELD(struct storage_spec, disk, FIELD_OWNED),
	FIELD(struct storage_spec, from_id, FIELD_OWNED),
	FIELD(struct storage_spec, disk_id, FIELD_OWNED),
	FIELD(struct storage_spec, disk_ms, FIELD_INT),
	FIELD(struct storage_spec, disk_price, FIELD_REAL),
	FIELD_END,
};

static const struct field setting_fields[] = {
	FIELD(struct setting, name, FIELD_OWNED),
	FIELD(struct setting, value, FIELD_OWNED),
	FIELD_END,
};

#define S(member, kind) FIELD(struct cluster_spec, member, kind)
static const struct field spec_fields[] = {
	S(template_name, FIELD_OWNED),
	S(template_hash, FIELD_OWNED),
	S(params, FIELD_STRS),
	S(scheduler, FIELD_OWNED),
	S(cloud, FIELD_OWNED),
	S(region, FIELD_OWNED),
	S(image, FIELD_OWNED),
	S(admin_user, FIELD_OWNED),
	S(head_size, FIELD_OWNED),
	S(head_disk_gib, FIELD_INT),
	S(vnet_id, FIELD_OWNED),
	S(vnet_cidr, FIELD_OWNED),
	S(subnet_cidr, FIELD_OWNED),
	S(subnet_name, FIELD_OWNED),
	S(sample_job, FIELD_OWNED),
	FIELD_ENUM(struct cluster_spec, choose, choose_word, choose_of),
	S(max_nodes, FIELD_INT),
	S(max_cores, FIELD_INT),
	S(max_price, FIELD_REAL),
	S(budget_month, FIELD_REAL),
	S(budget_hard, FIELD_BOOL),
	S(cycle_s, FIELD_INT),
	FIELD_END,
};
#undef S

#define C(member, kind) FIELD(struct cluster, member, kind)
static const struct field cluster_fields[] = {
	C(id, FIELD_INT),
	C(name, FIELD_OWNED),
	C(short_id, FIELD_CHARS),
	FIELD_ENUM(struct cluster, state, state_word, state_of),
	C(reason, FIELD_OWNED),
	C(since_ms, FIELD_INT),
	C(created_ms, FIELD_INT),
	C(owner_uid, FIELD_UINT32),
	C(owner, FIELD_OWNED),
	C(protect, FIELD_BOOL),
	C(paused, FIELD_BOOL),
	C(offers_due, FIELD_BOOL),
	C(version, FIELD_INT),
	C(group_id, FIELD_OWNED),
	C(head_id, FIELD_OWNED),
	C(head_host, FIELD_OWNED),
	C(head_address, FIELD_OWNED),
	C(head_up_ms, FIELD_INT),
	C(head_price, FIELD_REAL),
	FIELD_END,
};
#undef C

/* The three lists of a spec have one shape: count, elements of a size, fields. */
static void write_list(struct json *obj, const char *name, const void *v, size_t n, size_t size,
		       const struct field *fields)
{
	struct json *arr = json_set_array(obj, name);

	for (size_t i = 0; i < n; i++)
		fields_write(json_add_object(arr), fields, (const char *)v + i * size);
}

static void write_arrays(struct json *list, const struct cluster_spec *s)
{
	for (size_t i = 0; i < s->n_arrays; i++) {
		const struct array_spec *a = &s->arrays[i];
		struct json *j = json_add_object(list);

		fields_write(j, array_fields, a);
		if (a->n_schedule)
			write_list(j, "schedule", a->schedule, a->n_schedule,
				   sizeof(*a->schedule), window_fields);
	}
}

struct json *wire_spec_json(const struct cluster_spec *s)
{
	struct json *j = json_new_object();

	fields_write(j, spec_fields, s);
	write_arrays(json_set_array(j, "arrays"), s);
	write_list(j, "storage", s->storage, s->n_storage, sizeof(*s->storage), storage_fields);
	if (s->n_budgets)
		write_list(j, "budgets", s->budgets, s->n_budgets, sizeof(*s->budgets),
			   budget_fields);
	write_list(j, "settings", s->settings, s->n_settings, sizeof(*s->settings),
		   setting_fields);
	return j;
}

static int read_schedule(struct array_spec *a, const struct json *list, struct err *err)
{
	size_t n = json_len(list);

	a->schedule = n ? xcalloc(n, sizeof(*a->schedule)) : NULL;
	for (size_t i = 0; i < n; i++) {
		struct schedule_window *w = &a->schedule[i];

		schedule_window_init(w);
		a->n_schedule = i + 1;
		if (fields_read(w, window_fields, json_at(list, i), NULL, err) < 0)
			return err_wrap(err, "schedule %zu", i + 1);
		if (!w->name || !w->from || !w->to || !w->zone)
			return err_set(err, ERR_INVALID,
				       "schedule %zu has no name, times or zone", i + 1);
	}
	return 0;
}

static int read_arrays(struct cluster_spec *s, const struct json *list, struct err *err)
{
	size_t n = json_len(list);

	s->arrays = n ? xcalloc(n, sizeof(*s->arrays)) : NULL;
	for (size_t i = 0; i < n; i++) {
		array_spec_init(&s->arrays[i]);
		s->n_arrays = i + 1;
		if (fields_read(&s->arrays[i], array_fields, json_at(list, i), NULL, err) < 0)
			return err_wrap(err, "array %zu", i + 1);
		if (!s->arrays[i].name)
			return err_set(err, ERR_INVALID, "array %zu has no name", i + 1);
		if (read_schedule(&s->arrays[i], json_get(json_at(list, i), "schedule"), err) <
		    0)
			return err_wrap(err, "array %zu", i + 1);
	}
	return 0;
}

static int read_storage(struct cluster_spec *s, const struct json *list, struct err *err)
{
	size_t n = json_len(list);

	s->storage = n ? xcalloc(n, sizeof(*s->storage)) : NULL;
	for (size_t i = 0; i < n; i++) {
		s->n_storage = i + 1;
		if (fields_read(&s->storage[i], storage_fields, json_at(list, i), NULL, err) <
		    0)
			return err_wrap(err, "storage %zu", i + 1);
	}
	return 0;
}

static int read_settings(struct cluster_spec *s, const struct json *list, struct err *err)
{
	size_t n = json_len(list);

	s->settings = n ? xcalloc(n, sizeof(*s->settings)) : NULL;
	for (size_t i = 0; i < n; i++) {
		s->n_settings = i + 1;
		if (fields_read(&s->settings[i], setting_fields, json_at(list, i), NULL, err) <
		    0)
			return err_wrap(err, "setting %zu", i + 1);
	}
	return 0;
}

static int read_budgets(struct cluster_spec *s, const struct json *list, struct err *err)
{
	size_t n = json_len(list);

	s->budgets = n ? xcalloc(n, sizeof(*s->budgets)) : NULL;
	for (size_t i = 0; i < n; i++) {
		budget_spec_init(&s->budgets[i]);
		s->n_budgets = i + 1;
		if (fields_read(&s->budgets[i], budget_fields, json_at(list, i), NULL, err) < 0)
			return err_wrap(err, "budget %zu", i + 1);
		if (!s->budgets[i].name)
			return err_set(err, ERR_INVALID, "budget %zu has no name", i + 1);
	}
	return 0;
}

int wire_spec_read(struct cluster_spec *s, const struct json *j, struct err *err)
{
	cluster_spec_clear(s);
	if (fields_read(s, spec_fields, j, NULL, err) < 0)
		return -1;
	if (read_arrays(s, json_get(j, "arrays"), err) < 0)
		return -1;
	if (read_storage(s, json_get(j, "storage"), err) < 0 ||
	    read_budgets(s, json_get(j, "budgets"), err) < 0)
		return -1;
	return read_settings(s, json_get(j, "settings"), err);
}

struct json *wire_cluster_json(const struct cluster *c, bool with_spec)
{
	struct json *j = json_new_object();

	fields_write(j, cluster_fields, c);
	json_set_str(j, "scheduler", c->spec.scheduler);
	json_set_str(j, "template", c->spec.template_name);
	json_set_str(j, "region", c->spec.region);
	json_set_str(j, "admin_user", c->spec.admin_user);
	if (with_spec)
		json_set(j, "spec", wire_spec_json(&c->spec));
	return j;
}

int wire_cluster_read(struct cluster *c, const struct json *j, struct err *err)
{
	cluster_clear(c);
	if (fields_read(c, cluster_fields, j, NULL, err) < 0)
		return -1;
	if (json_get(j, "spec"))
		return wire_spec_read(&c->spec, json_get(j, "spec"), err);
	if (json_str(j, "scheduler", NULL))
		c->spec.scheduler = xstrdup(json_str(j, "scheduler", ""));
	if (json_str(j, "region", NULL))
		c->spec.region = xstrdup(json_str(j, "region", ""));
	if (json_str(j, "admin_user", NULL))
		c->spec.admin_user = xstrdup(json_str(j, "admin_user", ""));
	if (json_str(j, "template", NULL))
		c->spec.template_name = xstrdup(json_str(j, "template", ""));
	return 0;
}
