#include "engine/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cidr.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/facts.h"
#include "engine/region.h"
#include "engine/storage.h"

static const char *param_at(const struct check_facts *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static const char *param_at(const struct check_facts *f, const char *fmt, ...)
{
	const struct template_param *p;
	char path[120];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	p = f->t ? template_param_at(f->t, path) : NULL;
	return p ? p->name : "";
}

static bool sizes_known(const struct check_facts *f)
{
	return f->region && f->region->sizes_ms;
}

static const struct vm_size *size_of(const struct check_facts *f, const char *name)
{
	return sizes_known(f) && name ? vm_sizes_find(&f->region->sizes, name) : NULL;
}

/*
 * Sizes
 */

static enum check_state check_size(struct json *out, const struct check_facts *f,
				   const char *what, const char *name, const char *param)
{
	const struct vm_sizes *sizes = &f->region->sizes;
	struct err err;

	if (region_sells_size(f->region, what, name, &err) == 0)
		return CHECK_OK;
	check_problem(out, CHECK_FAIL, param,
		      vm_sizes_find(sizes, name) ? NULL : vm_sizes_nearest(sizes, name), "%s",
		      err.msg);
	return CHECK_FAIL;
}

static void check_sizes(struct json *out, const struct check_facts *f)
{
	const struct cluster_spec *s = f->spec;
	enum check_state worst = CHECK_OK;
	char text[80];
	struct err err;

	snprintf(text, sizeof(text), "sizes in %s", s->region);
	if (!sizes_known(f)) {
		check_told(out, "sizes", CHECK_UNKNOWN, text);
		return;
	}
	if (f->region->sizes.n == 0) {
		region_none(f->region, &err);
		check_problem(out, CHECK_FAIL, param_at(f, "cluster/region"), NULL, "%s",
			      err.msg);
		check_told(out, "sizes", CHECK_FAIL, text);
		return;
	}
	worst = check_size(out, f, "head", s->head_size, param_at(f, "head/size"));
	for (size_t i = 0; i < s->n_arrays; i++)
		for (size_t k = 0; k < s->arrays[i].sizes.n; k++) {
			const struct array_spec *a = &s->arrays[i];
			const char *param = param_at(f, "arrays/%s/sizes/%zu", a->name, k);

			if (check_size(out, f, a->name, a->sizes.v[k], param) != CHECK_OK)
				worst = CHECK_FAIL;
		}
	check_told(out, "sizes", worst, text);
}

/*
 * Quota
 */

static int64_t room_in(const struct quotas *q, const char *name)
{
	const struct quota *found = quotas_find(q, name);

	if (!found || found->limit < 0)
		return INT64_MAX;
	return found->limit > found->used ? found->limit - found->used : 0;
}

static int64_t less(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Nodes of one array that would fit if it were alone with the head. */
static int64_t nodes_that_fit(const struct check_facts *f, const struct array_spec *a,
			      const struct vm_size *size, int64_t head_cores,
			      const char *head_family, char why[160])
{
	const struct quotas *q = &f->region->quotas;
	bool shared = text_casecmp(size->family, head_family) == 0;
	int64_t spot = a->spot == SPOT_NEVER ? 0 : room_in(q, "lowPriorityCores");
	int64_t family = room_in(q, size->family), all = room_in(q, "cores"), cores = 0;
	const struct quota *named;

	if (a->spot != SPOT_ONLY) {
		family -= shared && family != INT64_MAX ? less(head_cores, family) : 0;
		all -= all != INT64_MAX ? less(head_cores, all) : 0;
		cores = less(family, all);
	}
	named = quotas_find(q, a->spot == SPOT_ONLY ? "lowPriorityCores"
			       : family <= all	    ? size->family
						    : "cores");
	if (named)
		snprintf(why, 160, "%s: %lld of %lld cores in use", named->name,
			 (long long)named->used, (long long)named->limit);
	if (spot == INT64_MAX || cores == INT64_MAX || size->vcpus <= 0)
		return INT64_MAX;
	return spot / size->vcpus + cores / size->vcpus;
}

static enum check_state quota_of_array(struct json *out, const struct check_facts *f,
				       const struct array_spec *a, const struct vm_size *head)
{
	const struct vm_size *size = a->sizes.n ? size_of(f, a->sizes.v[0]) : NULL;
	char why[160] = "", fix[24];
	int64_t fit;

	if (!size || a->max_nodes <= 0)
		return CHECK_OK;
	fit = nodes_that_fit(f, a, size, head ? head->vcpus : 0, head ? head->family : "", why);
	if (fit >= a->max_nodes)
		return CHECK_OK;
	snprintf(fix, sizeof(fix), "%lld", (long long)fit);
	check_problem(out, CHECK_WARN, param_at(f, "arrays/%s/max_nodes", a->name), fix,
		      "quota allows %lld of %lld %s nodes (%s); jobs beyond that will wait",
		      (long long)fit, (long long)a->max_nodes, a->name, why);
	return CHECK_WARN;
}

static enum check_state quota_of_head(struct json *out, const struct check_facts *f,
				      const struct vm_size *head, const char *name)
{
	int64_t room = head ? room_in(&f->region->quotas, name) : INT64_MAX;

	if (!head || room >= head->vcpus)
		return CHECK_OK;
	check_problem(
	    out, CHECK_FAIL, param_at(f, "head/size"), NULL,
	    "the head needs %lld cores, quota %s has %lld left: ask for more or choose another size",
	    (long long)head->vcpus, name, (long long)room);
	return CHECK_FAIL;
}

static void check_quota(struct json *out, const struct check_facts *f)
{
	const struct vm_size *head = size_of(f, f->spec->head_size);
	enum check_state worst = CHECK_OK, s;

	if (!sizes_known(f) || !f->region->quotas_ms) {
		check_told(out, "quota",
			   sizes_known(f) && f->region->sizes.n == 0 ? CHECK_FAIL
								     : CHECK_UNKNOWN,
			   "quota");
		return;
	}
	if (head) {
		worst = quota_of_head(out, f, head, "cores");
		if (worst == CHECK_OK)
			worst = quota_of_head(out, f, head, head->family);
	}
	for (size_t i = 0; i < f->spec->n_arrays; i++) {
		s = quota_of_array(out, f, &f->spec->arrays[i], head);
		worst = s > worst ? s : worst;
	}
	check_told(out, "quota", worst, "quota");
}

/*
 * Addresses
 */

static bool has_addresses_of(const struct cluster *c, const struct cidr *range)
{
	struct cidr its;

	return !c->spec.vnet_id && c->spec.vnet_cidr && c->state != CLUSTER_DELETED &&
	       cidr_read(&its, c->spec.vnet_cidr) == 0 && cidr_overlaps(range, &its);
}

static const struct cluster *clashes(const struct check_facts *f, const struct cidr *range)
{
	for (size_t i = 0; i < f->n_others; i++) {
		if (has_addresses_of(f->others[i], range))
			return f->others[i];
	}
	return NULL;
}

/* The next range of the same length inside the private one that it lies in. */
static bool next_free(const struct check_facts *f, const struct cidr *from, char out[CIDR_TEXT])
{
	static const struct cidr private_ranges[] = { { 0x0a000000, 8 },
						      { 0xac100000, 12 },
						      { 0xc0a80000, 16 } };
	uint32_t step = from->bits ? (uint32_t)1 << (32 - from->bits) : 0;

	for (size_t p = 0; p < ARRAY_LEN(private_ranges); p++) {
		struct cidr at = *from;

		for (int tries = 0; tries < 300; tries++) {
			at.net += step;
			if (!cidr_contains(&private_ranges[p], &at))
				break;
			if (clashes(f, &at))
				continue;
			cidr_text(out, &at);
			return true;
		}
	}
	return false;
}

static void check_addresses(struct json *out, const struct check_facts *f)
{
	const struct cluster_spec *s = f->spec;
	const struct cluster *other;
	char fix[CIDR_TEXT] = "";
	struct cidr range;
	struct json *j;

	if (s->vnet_id || !s->vnet_cidr || cidr_read(&range, s->vnet_cidr) < 0) {
		check_told(out, "addresses", CHECK_OK, "addresses");
		return;
	}
	other = clashes(f, &range);
	check_told(out, "addresses", other ? CHECK_WARN : CHECK_OK, "addresses");
	if (!other)
		return;
	next_free(f, &range, fix);
	j = check_problem(
	    out, CHECK_WARN, param_at(f, "cluster/network/cidr"), fix,
	    "%s is also the range of cluster %s: one jump host cannot tell their machines apart",
	    s->vnet_cidr, other->name);
	json_set_bool(j, "moves", true);
}

/* A cluster of which only storage is left has no machines, and another cloud's are reached by
 * another way. */
static const struct cluster *in_the_way(const struct check_facts *f, const struct cidr *range)
{
	for (size_t i = 0; i < f->n_others; i++) {
		const struct cluster *c = f->others[i];

		if (c->state != CLUSTER_KEPT && has_addresses_of(c, range) &&
		    (!c->spec.cloud || !f->spec->cloud ||
		     strcmp(c->spec.cloud, f->spec->cloud) == 0))
			return c;
	}
	return NULL;
}

int check_range_free(const struct check_facts *f, struct err *err)
{
	const struct cluster_spec *s = f->spec;
	const char *name = param_at(f, "cluster/network/cidr");
	const struct cluster *other;
	char fix[CIDR_TEXT] = "";
	struct cidr range;

	if (s->vnet_id || !s->vnet_cidr || cidr_read(&range, s->vnet_cidr) < 0)
		return 0;
	other = in_the_way(f, &range);
	if (!other)
		return 0;
	if (!next_free(f, &range, fix))
		return err_set(err, ERR_CONFLICT,
			       "cluster %s has addresses of %s: choose another range",
			       other->name, s->vnet_cidr);
	return err_set(
	    err, ERR_CONFLICT,
	    "cluster %s has addresses of %s, and one jump host cannot tell their machines apart; %s is free%s%s%s%s",
	    other->name, s->vnet_cidr, fix, *name ? ": " : "", name, *name ? "=" : "",
	    *name ? fix : "");
}

static bool is_given(const struct strs *params, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < params->n; i++)
		if (strncmp(params->v[i], name, n) == 0 && params->v[i][n] == '=')
			return true;
	return false;
}

bool check_moved_range(struct strs *params, const struct check_facts *f)
{
	const struct cluster_spec *s = f->spec;
	const char *name = param_at(f, "cluster/network/cidr");
	char free_one[CIDR_TEXT];
	struct cidr range;

	if (!*name || is_given(params, name) || s->vnet_id || !s->vnet_cidr ||
	    cidr_read(&range, s->vnet_cidr) < 0 || !clashes(f, &range) ||
	    !next_free(f, &range, free_one))
		return false;
	return strs_addf(params, "%s=%s", name, free_one) == 0;
}

/*
 * Cost
 */

static double array_price(const struct check_facts *f, const struct array_spec *a)
{
	double best = -1;

	for (size_t i = 0; i < a->sizes.n; i++) {
		const struct vm_size *s = size_of(f, a->sizes.v[i]);
		bool spot = s && s->spot_capable && a->spot != SPOT_NEVER;
		double price = !s ? -1 : spot ? s->spot_price : s->price;

		if (price >= 0 && (best < 0 || price < best))
			best = price;
		if (f->spec->choose == CHOOSE_PREFERENCE && best >= 0)
			break;
	}
	return best;
}

/* At most so many by its own limits, where it has any. */
static int64_t array_most(const struct check_facts *f, const struct array_spec *a)
{
	const struct vm_size *s = a->sizes.n ? size_of(f, a->sizes.v[0]) : NULL;
	int64_t most = a->max_nodes >= 0 ? a->max_nodes : INT64_MAX;

	if (s && a->max_cores >= 0 && s->vcpus > 0)
		most = less(most, a->max_cores / s->vcpus);
	if (f->spec->max_nodes >= 0)
		most = less(most, f->spec->max_nodes);
	return most;
}

static double plus(double sum, int64_t nodes, double price)
{
	if (nodes == 0)
		return sum;
	return sum < 0 || price < 0 ? -1 : sum + (double)nodes * price;
}

/* n nodes, from the array that takes jobs without a partition on. */
static double cost_of(const struct check_facts *f, double head, int64_t n, int64_t *made)
{
	const struct cluster_spec *s = f->spec;
	double sum = head;

	*made = 0;
	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < s->n_arrays; i++) {
			const struct array_spec *a = &s->arrays[i];
			int64_t k = less(n - *made, array_most(f, a));

			if (a->is_default != (turn == 0) || k <= 0)
				continue;
			sum = plus(sum, k, array_price(f, a));
			*made += k;
		}
	return sum;
}

/* What it costs with everything on; -1 also when it has no limit. */
static double cost_full(const struct check_facts *f, double head, int64_t *made)
{
	const struct cluster_spec *s = f->spec;
	int64_t left = s->max_nodes >= 0 ? s->max_nodes : INT64_MAX;
	bool *done = xcalloc(s->n_arrays + 1, sizeof(*done));
	double sum = head;

	*made = 0;
	for (size_t turn = 0; turn < s->n_arrays; turn++) {
		size_t best = s->n_arrays;

		for (size_t i = 0; i < s->n_arrays; i++)
			if (!done[i] &&
			    (best == s->n_arrays ||
			     array_price(f, &s->arrays[i]) > array_price(f, &s->arrays[best])))
				best = i;
		int64_t k = less(left, array_most(f, &s->arrays[best]));

		done[best] = true;
		if (k == INT64_MAX) {
			*made = -1;
			sum = -1;
			break;
		}
		sum = plus(sum, k, array_price(f, &s->arrays[best]));
		*made += k;
		left -= left == INT64_MAX ? 0 : k;
	}
	free(done);
	return s->max_price >= 0 && sum > s->max_price ? s->max_price : sum;
}

/* New ones: one that is taken over costs already, and is told by what it is. */
static bool is_new_disk(const struct storage_spec *s)
{
	return s->disk_gib > 0 && !s->disk;
}

static int64_t n_disks(const struct cluster_spec *s)
{
	int64_t n = 0;

	for (size_t i = 0; i < s->n_storage; i++)
		n += is_new_disk(&s->storage[i]);
	return n ? 1 : 0;
}

static double disks_price(const struct check_facts *f)
{
	double sum = 0;

	for (size_t i = 0; i < f->spec->n_storage; i++)
		if (is_new_disk(&f->spec->storage[i]))
			sum = plus(sum, 1,
				   sizes_known(f) ? disk_price(&f->region->sizes,
							       f->spec->storage[i].disk_gib)
						  : -1);
	return sum;
}

static void cost(struct json *out, const struct check_facts *f)
{
	const struct cluster_spec *s = f->spec;
	const struct vm_size *size = size_of(f, s->head_size);
	double head = plus(size ? size->price : -1, n_disks(s), disks_price(f)), idle = head;
	double some, full;
	struct json *j = json_set_object(out, "cost");
	int64_t some_nodes, full_nodes;

	for (size_t i = 0; i < s->n_arrays; i++)
		idle = plus(idle, s->arrays[i].min_nodes + s->arrays[i].warm_nodes,
			    array_price(f, &s->arrays[i]));
	some = cost_of(f, head, CHECK_SOME_NODES, &some_nodes);
	full = cost_full(f, head, &full_nodes);
	json_set_real(j, "idle", idle);
	json_set_real(j, "some", some);
	json_set_int(j, "some_nodes", some_nodes);
	json_set_real(j, "full", full);
	json_set_int(j, "full_nodes", full_nodes);
	if (s->budget_month >= 0)
		json_set_real(j, "budget", s->budget_month);
	json_set_bool(j, "sample", sizes_known(f) && f->region->sizes.sample_prices);
	check_told(out, "price", !sizes_known(f) || full < 0 ? CHECK_UNKNOWN : CHECK_OK,
		   "price");
}

/*
 * What is made
 */

static void line(struct json *list, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void line(struct json *list, const char *fmt, ...)
{
	char text[240];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_add(list, json_new_string(text));
}

static void size_line(char out[80], const struct check_facts *f, const char *name)
{
	const struct vm_size *s = size_of(f, name);
	char mem[24];

	if (s)
		snprintf(out, 80, "%s (%lld cores, %s%s)", vm_size_short(name),
			 (long long)s->vcpus, size_text(mem, s->mem_bytes),
			 s->rdma ? ", InfiniBand" : "");
	else
		snprintf(out, 80, "%s", name ? vm_size_short(name) : "?");
}

static void creates(struct json *out, const struct check_facts *f)
{
	static const char *const bought[] = { "on demand", "spot", "spot, else on demand" };
	const struct cluster_spec *s = f->spec;
	struct json *j = json_set_object(out, "creates"), *now = json_set_array(j, "now");
	struct json *later = json_set_array(j, "later"), *kept = json_set_array(j, "kept");
	char size[80];

	size_line(size, f, s->head_size);
	line(now, "head %s, disk %lld GiB", size, (long long)s->head_disk_gib);
	if (s->vnet_id)
		line(kept, "network %s: used, not ours", s->vnet_id);
	else
		line(now, "network %s, its rules, a resource group",
		     s->vnet_cidr ? s->vnet_cidr : "");
	for (size_t i = 0; i < s->n_storage; i++) {
		const struct storage_spec *st = &s->storage[i];

		if (st->disk)
			line(kept, "disk %s for %s: taken over", st->disk, st->path);
		else if (st->disk_gib > 0)
			line(now, "disk %lld GiB for %s, %s at teardown",
			     (long long)st->disk_gib, st->path,
			     st->policy == KEEP_KEEP ? "kept" : "deleted");
	}
	for (size_t i = 0; i < s->n_arrays; i++) {
		const struct array_spec *a = &s->arrays[i];

		size_line(size, f, a->sizes.n ? a->sizes.v[0] : NULL);
		if (a->max_nodes >= 0)
			line(later, "%lld to %lld %s %s, %s", (long long)a->min_nodes,
			     (long long)a->max_nodes, a->name, size, bought[a->spot]);
		else
			line(later, "%lld or more %s %s, %s", (long long)a->min_nodes, a->name,
			     size, bought[a->spot]);
	}
}

void check_spec(struct json *out, const struct check_facts *f)
{
	check_sizes(out, f);
	check_quota(out, f);
	check_addresses(out, f);
	cost(out, f);
	creates(out, f);
	json_set_bool(out, "pending",
		      f->region && (f->region->sizes_call || f->region->quotas_call));
}

/*
 * The engine's part: values, names, facts
 */

/* The bound that a number has passed, or the template's own value. */
static void nearest_value(char out[40], const struct template_param *p, const char *value)
{
	double x;

	snprintf(out, 40, "%.39s", p->fallback ? p->fallback : "");
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
		  struct strs *rest)
{
	bool fine = true;

	for (size_t i = 0; i < t->n_params; i++) {
		const struct template_param *p = &t->params[i];
		const char *value = p->fallback, *given = NULL;
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
		nearest_value(fix, p, value);
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

bool check_each(struct json *out, const struct template *t, const struct strs *params,
		struct strs *rest)
{
	bool fine = true;

	for (size_t i = 0; i < params->n; i++) {
		const struct template_param *p = NULL;
		struct strs one = STRS_INIT(CLUSTER_PARAMS_MAX);
		struct err why = ERR_INIT;
		struct cluster_spec spec;

		for (size_t k = 0; !p && k < t->n_params; k++)
			if (is_of(params->v[i], t->params[k].name))
				p = &t->params[k];
		cluster_spec_init(&spec);
		strs_add(&one, params->v[i]);
		if (p && template_expand(&spec, t, &one, &why) < 0) {
			fine = false;
			check_problem(out, CHECK_FAIL, p->name, p->fallback, "%s",
				      check_without_place(why.msg));
		} else {
			strs_add(rest, params->v[i]);
		}
		cluster_spec_clear(&spec);
		strs_clear(&one);
	}
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

/* What an earlier cluster kept is there to be taken over. */
static void check_disks(struct json *out, struct engine *e, const struct check_facts *f)
{
	struct err err;

	for (size_t i = 0; i < f->spec->n_storage; i++) {
		const struct storage_spec *s = &f->spec->storage[i];

		if (s->disk && storage_can_take(e, s, f->spec, &err) < 0)
			check_problem(out, CHECK_FAIL, param_at(f, "storage/%s/disk", s->name),
				      NULL, "%s", err.msg);
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
			   const struct cluster_spec *spec)
{
	struct check_facts f = { .spec = spec, .t = t };
	struct engine_cloud *c = cloud_named(e, spec->cloud);

	if (!sched_find(spec->scheduler))
		check_problem(out, CHECK_FAIL, param_at(&f, "scheduler/type"), NULL,
			      "scheduler \"%s\" is not known here", spec->scheduler);
	if (!c)
		check_problem(out, CHECK_FAIL, param_at(&f, "cluster/cloud"),
			      e->n_clouds ? e->clouds[0].record->name : NULL,
			      "cloud \"%s\" is not configured", spec->cloud);
	check_disks(out, e, &f);
	check_hours(out, spec, clock_utc_ms() / 1000);
	f.n_others = engine_clusters(e, &f.others);
	f.region = c ? region_peek(e, c, spec->region) : NULL;
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

	snprintf(text, sizeof(text), "%lld GiB of %.40s, made %.10s", (long long)s->disk_gib,
		 from->cluster.name, clock_text(since, s->disk_ms));
	offer(list, storage_disk_name(s), text);
}

static bool is_for_disk(const struct template *t, const struct cluster_spec *spec,
			const char *param)
{
	for (size_t i = 0; i < spec->n_storage; i++) {
		char *path = xasprintf("storage/%s/disk", spec->storage[i].name);
		const struct template_param *p = template_param_at(t, path);

		free(path);
		if (p && strcmp(p->name, param) == 0)
			return true;
	}
	return false;
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
	if (is_for_disk(t, spec, param))
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
	check_expanded(out, e, t, spec);
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
	if (!check_values(out, t, params, &fit)) {
		check_told(out, "values", CHECK_FAIL, "values");
		check_rest(out, e, t, &spec, &fit);
	} else if (template_expand(&spec, t, params, &why) == 0)
		check_expanded(out, e, t, &spec);
	else if (check_each(out, t, params, &rest))
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
