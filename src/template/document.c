#include "document.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define NO_LIMIT   INT64_C(1000000)
#define YEAR_S	   (INT64_C(366) * 86400)
#define SPEC(m)	   offsetof(struct document, spec.m)
#define ARRAY(m)   offsetof(struct array_spec, m)
#define BUDGET(m)  offsetof(struct budget_spec, m)
#define WINDOW(m)  offsetof(struct schedule_window, m)
#define STORAGE(m) offsetof(struct storage_spec, m)
#define PARAM(m)   offsetof(struct template_param, m)

static const char *const scheduler_words[] = { "slurm",	   "gridengine", "pbs", "lsf",
					       "htcondor", "custom",	 NULL };
static const char *const spot_words[] = { "never", "only", "then_ondemand", NULL };
static const char *const choose_words[] = { "cost", "preference", "fewest_nodes", "balanced",
					    NULL };
static const char *const keep_words[] = { "delete", "keep", "snapshot", "auto", NULL };
static const char *const kind_words[] = { "nfs", NULL };

/* One line for each key that a template may have. */

static const struct key param_keys[] = {
	{ "type", KEY_CHOICE, PARAM(type), .required = true, .words = param_type_words },
	{ "label", KEY_TEXT, PARAM(label), .rule = VALUE_LINE },
	{ "help", KEY_TEXT, PARAM(help), .rule = VALUE_LINES },
	{ "group", KEY_TEXT, PARAM(group), .rule = VALUE_LINE },
	{ "default", KEY_TEXT, PARAM(fallback), .rule = VALUE_LINE },
	{ "choices", KEY_LIST, PARAM(choices), .rule = VALUE_LINE },
	{ "min", KEY_REAL, PARAM(min), .min = -1000000000000, .max = 1000000000000 },
	{ "max", KEY_REAL, PARAM(max), .min = -1000000000000, .max = 1000000000000 },
	{ 0 },
};

static const struct key window_keys[] = {
	{ "days", KEY_LIST, WINDOW(days), .rule = VALUE_WORD },
	{ "from", KEY_TEXT, WINDOW(from), .required = true, .rule = VALUE_TIME },
	{ "to", KEY_TEXT, WINDOW(to), .required = true, .rule = VALUE_TIME },
	{ "zone", KEY_TEXT, WINDOW(zone), .required = true, .rule = VALUE_ZONE },
	{ "min_nodes", KEY_INT, WINDOW(min_nodes), .max = NO_LIMIT },
	{ "max_nodes", KEY_INT, WINDOW(max_nodes), .max = NO_LIMIT },
	{ "warm_nodes", KEY_INT, WINDOW(warm_nodes), .max = NO_LIMIT },
	{ "idle", KEY_SECONDS, WINDOW(idle_s), .min = 1, .max = YEAR_S },
	{ "pause", KEY_BOOL, WINDOW(pause), .required = false },
	{ 0 },
};

static void window_init(void *entry)
{
	schedule_window_init(entry);
}

/* It is said in sentences of one line. */
static bool window_name_ok(const char *name, struct err *err)
{
	if (text_is_name(name, 24))
		return true;
	err_set(err, ERR_INVALID,
		"schedule \"%.60s\": use at most 24 letters, digits, '.', '_' and '-'", name);
	return false;
}

static const struct entries window_entries = {
	.noun = "schedule",
	.size = sizeof(struct schedule_window),
	.count_offset = ARRAY(n_schedule),
	.name_offset = WINDOW(name),
	.max = 32,
	.init = window_init,
	.name_ok = window_name_ok,
	.keys = window_keys,
};

static const struct key array_keys[] = {
	{ "sizes", KEY_LIST, ARRAY(sizes), .required = true, .rule = VALUE_SIZE },
	{ "zones", KEY_LIST, ARRAY(zones), .rule = VALUE_WORD },
	{ "spot", KEY_CHOICE, ARRAY(spot), .words = spot_words },
	{ "max_price", KEY_REAL, ARRAY(max_price), .max = NO_LIMIT },
	{ "ondemand_nodes", KEY_INT, ARRAY(ondemand_nodes), .max = NO_LIMIT },
	{ "ondemand_percent", KEY_INT, ARRAY(ondemand_percent), .max = 99 },
	{ "min_nodes", KEY_INT, ARRAY(min_nodes), .max = NO_LIMIT },
	{ "max_nodes", KEY_INT, ARRAY(max_nodes), .max = NO_LIMIT },
	{ "max_cores", KEY_INT, ARRAY(max_cores), .max = NO_LIMIT * 1000 },
	{ "warm_nodes", KEY_INT, ARRAY(warm_nodes), .max = NO_LIMIT },
	{ "idle", KEY_SECONDS, ARRAY(idle_s), .min = 1, .max = YEAR_S },
	{ "never_used", KEY_SECONDS, ARRAY(never_used_s), .min = 1, .max = YEAR_S },
	{ "boot", KEY_SECONDS, ARRAY(boot_s), .min = 10, .max = 86400 },
	{ "foresee", KEY_BOOL, ARRAY(foresee), .required = false },
	{ "foresee_quantile", KEY_INT, ARRAY(foresee_quantile), .min = 50, .max = 100 },
	{ "foresee_percent", KEY_INT, ARRAY(foresee_percent), .min = 1, .max = 100 },
	{ "spot_wait", KEY_SECONDS, ARRAY(spot_wait_s), .max = YEAR_S },
	{ "colocated", KEY_BOOL, ARRAY(colocated), .required = false },
	{ "group_max", KEY_INT, ARRAY(group_max), .min = 1, .max = 100 },
	{ "default", KEY_BOOL, ARRAY(is_default), .required = false },
	{ "mem_reserve", KEY_BYTES, ARRAY(mem_reserve), .max = INT64_C(1) << 44 },
	{ "image", KEY_TEXT, ARRAY(image), .rule = VALUE_IMAGE },
	{ "features", KEY_LIST, ARRAY(features), .rule = VALUE_WORD },
	{ "schedule", KEY_ENTRIES, ARRAY(schedule), .entries = &window_entries },
	{ 0 },
};

static const struct key storage_keys[] = {
	{ "kind", KEY_CHOSEN, STORAGE(kind), .words = kind_words },
	{ "path", KEY_TEXT, STORAGE(path), .required = true, .rule = VALUE_PATH },
	{ "disk_gib", KEY_INT, STORAGE(disk_gib), .max = 32767 },
	{ "disk", KEY_TEXT, STORAGE(disk), .rule = VALUE_WORD },
	{ "at_teardown", KEY_CHOICE, STORAGE(policy), .words = keep_words },
	{ 0 },
};

static const struct key limit_keys[] = {
	{ "max_nodes", KEY_INT, SPEC(max_nodes), .max = NO_LIMIT },
	{ "max_cores", KEY_INT, SPEC(max_cores), .max = NO_LIMIT * 1000 },
	{ "max_price", KEY_REAL, SPEC(max_price), .max = NO_LIMIT },
	{ 0 },
};

static const struct key budget_keys[] = {
	{ "month", KEY_REAL, SPEC(budget_month), .required = true, .max = NO_LIMIT },
	{ "hard", KEY_BOOL, SPEC(budget_hard), .required = false },
	{ 0 },
};

static const char *const period_words[] = { "month", "day", "fixed", NULL };

static const struct key budgets_keys[] = {
	{ "array", KEY_TEXT, BUDGET(array), .rule = VALUE_WORD },
	{ "user", KEY_TEXT, BUDGET(user), .rule = VALUE_LINE },
	{ "account", KEY_TEXT, BUDGET(account), .rule = VALUE_LINE },
	{ "limit", KEY_REAL, BUDGET(limit), .required = true, .max = NO_LIMIT },
	{ "period", KEY_CHOICE, BUDGET(period), .words = period_words },
	{ "from", KEY_TEXT, BUDGET(from), .rule = VALUE_DAY },
	{ "to", KEY_TEXT, BUDGET(to), .rule = VALUE_DAY },
	{ "hard", KEY_BOOL, BUDGET(hard), .required = false },
	{ 0 },
};

static void budget_init(void *entry)
{
	budget_spec_init(entry);
}

static bool budget_name_ok(const char *name, struct err *err)
{
	if (text_is_name(name, 24))
		return true;
	err_set(err, ERR_INVALID,
		"budget \"%.60s\": use at most 24 letters, digits, '.', '_' and '-'", name);
	return false;
}

static const struct entries budgets_entries = {
	.noun = "budget",
	.size = sizeof(struct budget_spec),
	.count_offset = SPEC(n_budgets),
	.name_offset = BUDGET(name),
	.max = BUDGETS_MAX,
	.init = budget_init,
	.name_ok = budget_name_ok,
	.keys = budgets_keys,
};

static const struct key network_keys[] = {
	{ "vnet", KEY_TEXT, SPEC(vnet_id), .rule = VALUE_ARM_ID },
	{ "cidr", KEY_TEXT, SPEC(vnet_cidr), .rule = VALUE_CIDR },
	{ "subnet", KEY_TEXT, SPEC(subnet_name), .rule = VALUE_WORD },
	{ "subnet_cidr", KEY_TEXT, SPEC(subnet_cidr), .rule = VALUE_CIDR },
	{ 0 },
};

static const struct key cluster_keys[] = {
	{ "cloud", KEY_TEXT, SPEC(cloud), .required = true, .rule = VALUE_WORD },
	{ "region", KEY_TEXT, SPEC(region), .required = true, .rule = VALUE_REGION },
	{ "image", KEY_TEXT, SPEC(image), .required = true, .rule = VALUE_IMAGE },
	{ "admin_user", KEY_TEXT, SPEC(admin_user), .rule = VALUE_USER },
	{ "choose", KEY_CHOICE, SPEC(choose), .words = choose_words },
	{ "limits", KEY_MAP, .keys = limit_keys },
	{ "budget", KEY_MAP, .keys = budget_keys },
	{ "budgets", KEY_ENTRIES, SPEC(budgets), .entries = &budgets_entries },
	{ "network", KEY_MAP, .keys = network_keys },
	{ 0 },
};

static const struct key head_keys[] = {
	{ "size", KEY_TEXT, SPEC(head_size), .required = true, .rule = VALUE_SIZE },
	{ "disk_gib", KEY_INT, SPEC(head_disk_gib), .min = 4, .max = 32767 },
	{ 0 },
};

static const struct entries settings_entries = { .count_offset = SPEC(n_settings) };

static const struct key scheduler_keys[] = {
	{ "type", KEY_CHOSEN, SPEC(scheduler), .required = true, .words = scheduler_words },
	{ "cycle", KEY_SECONDS, SPEC(cycle_s), .min = 1, .max = 3600 },
	{ "settings", KEY_SETTINGS, SPEC(settings), .entries = &settings_entries },
	{ 0 },
};

/*
 * Named things
 */

static void param_init(void *entry)
{
	*(struct template_param *)entry =
	    (struct template_param){ .choices = STRS_INIT(100), .min = 1, .max = 0 };
}

static void array_init(void *entry)
{
	array_spec_init(entry);
}

static void storage_init(void *entry)
{
	*(struct storage_spec *)entry = (struct storage_spec){ .kind = xstrdup("nfs"),
							       .policy = KEEP_KEEP,
							       .disk_price = -1 };
}

static bool param_name_ok(const char *name, struct err *err)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (name[0] >= 'a' && name[0] <= 'z' && !name[n] && n <= 40)
		return true;
	err_set(
	    err, ERR_INVALID,
	    "parameter \"%.60s\": use lower case letters, digits and '_', beginning with a letter",
	    name);
	return false;
}

/* Part of host names, and beside the names that the scheduler's own things have. */
static bool array_name_ok(const char *name, struct err *err)
{
	static const char *const taken[] = { "all", "any", "default", "head", "none", "offer" };
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (name[0] < 'a' || name[0] > 'z' || name[n] || n > NAME_MAX_ARRAY ||
	    name[n - 1] == '-') {
		err_set(
		    err, ERR_INVALID,
		    "array \"%.60s\": at most %d lower case letters, digits and inner hyphens, beginning with a letter",
		    name, NAME_MAX_ARRAY);
		return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
		if (strcmp(name, taken[i]) == 0) {
			err_set(err, ERR_INVALID,
				"array \"%s\": this name has a meaning of its own", name);
			return false;
		}
	}
	return true;
}

static bool storage_name_ok(const char *name, struct err *err)
{
	if (text_is_name(name, 32))
		return true;
	err_set(err, ERR_INVALID, "storage \"%.60s\": use letters, digits, '.', '_' and '-'",
		name);
	return false;
}

static const struct entries param_entries = {
	.noun = "parameter",
	.size = sizeof(struct template_param),
	.count_offset = offsetof(struct document, n_params),
	.name_offset = PARAM(name),
	.max = 200,
	.init = param_init,
	.name_ok = param_name_ok,
	.keys = param_keys,
};

static const struct entries array_entries = {
	.noun = "array",
	.size = sizeof(struct array_spec),
	.count_offset = SPEC(n_arrays),
	.name_offset = ARRAY(name),
	.max = 64,
	.init = array_init,
	.name_ok = array_name_ok,
	.keys = array_keys,
};

static const struct entries storage_entries = {
	.noun = "storage",
	.size = sizeof(struct storage_spec),
	.count_offset = SPEC(n_storage),
	.name_offset = STORAGE(name),
	.max = 16,
	.init = storage_init,
	.name_ok = storage_name_ok,
	.keys = storage_keys,
};

static const struct key top_keys[] = {
	{ "title", KEY_TEXT, offsetof(struct document, title), .rule = VALUE_LINE },
	{ "description", KEY_TEXT, offsetof(struct document, description),
	  .rule = VALUE_LINES },
	{ "parameters", KEY_ENTRIES, offsetof(struct document, params),
	  .entries = &param_entries },
	{ "cluster", KEY_MAP, .required = true, .keys = cluster_keys },
	{ "head", KEY_MAP, .required = true, .keys = head_keys },
	{ "scheduler", KEY_MAP, .required = true, .keys = scheduler_keys },
	{ "storage", KEY_ENTRIES, SPEC(storage), .entries = &storage_entries },
	{ "arrays", KEY_ENTRIES, SPEC(arrays), .required = true, .entries = &array_entries },
	{ "sample_job", KEY_TEXT, SPEC(sample_job), .rule = VALUE_WORD },
	{ 0 },
};

/*
 * The whole
 */

void document_init(struct document *d)
{
	*d = (struct document){ 0 };
	cluster_spec_init(&d->spec);
}

void params_clear(struct template_param *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].name);
		free(v[i].label);
		free(v[i].help);
		free(v[i].group);
		free(v[i].fallback);
		strs_clear(&v[i].choices);
	}
	free(v);
}

void document_clear(struct document *d)
{
	free(d->title);
	free(d->description);
	params_clear(d->params, d->n_params);
	cluster_spec_clear(&d->spec);
	*d = (struct document){ 0 };
}

static void fill(char **text, const char *fallback)
{
	if (!*text)
		*text = xstrdup(fallback);
}

void params_read(struct document *d, struct reading *r, const struct yaml *tree)
{
	static const struct key only_params[] = {
		{ "parameters", KEY_ENTRIES, offsetof(struct document, params),
		  .entries = &param_entries },
		{ 0 },
	};
	const struct yaml *y = yaml_get(tree, "parameters");
	struct yaml alone = { .kind = YAML_MAP };
	struct yaml copy;

	if (!y)
		return;
	copy = *y;
	copy.next = NULL;
	alone.child = &copy;
	read_map(r, &alone, only_params, d, "the template");
	for (size_t i = 0; i < d->n_params; i++) {
		fill(&d->params[i].label, d->params[i].name);
		fill(&d->params[i].help, "");
		fill(&d->params[i].group, "Settings");
	}
}

void document_read(struct document *d, struct reading *r, const struct yaml *tree)
{
	struct cluster_spec *s = &d->spec;

	read_map(r, tree, top_keys, d, "the template");
	fill(&d->title, "");
	fill(&d->description, "");
	fill(&s->admin_user, "azureuser");
	if (!s->vnet_id) {
		fill(&s->vnet_cidr, "10.20.0.0/16");
		fill(&s->subnet_cidr, s->vnet_cidr);
	}
	fill(&s->subnet_name, "nodes");
}
