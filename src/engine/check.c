#include "engine/check_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/facts.h"
#include "engine/region.h"

const char *check_param_at(const struct check_facts *f, const char *fmt, ...)
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

bool check_sizes_known(const struct check_facts *f)
{
	return f->region && f->region->sizes_ms;
}

const struct vm_size *check_size_of(const struct check_facts *f, const char *name)
{
	return check_sizes_known(f) && name ? vm_sizes_find(&f->region->sizes, name) : NULL;
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

/* The parameters that nothing can be said of. */
static void sizes_unknown(struct json *list, const struct check_facts *f)
{
	const struct cluster_spec *s = f->spec;

	json_add(list, json_new_string(check_param_at(f, "head/size")));
	for (size_t i = 0; i < s->n_arrays; i++)
		for (size_t k = 0; k < s->arrays[i].sizes.n; k++)
			json_add(list, json_new_string(check_param_at(
					   f, "arrays/%s/sizes/%zu", s->arrays[i].name, k)));
}

static void check_sizes(struct json *out, const struct check_facts *f)
{
	const struct cluster_spec *s = f->spec;
	enum check_state worst = CHECK_OK;
	char text[80];
	struct err err;

	snprintf(text, sizeof(text), "sizes in %s", s->region);
	if (!check_sizes_known(f)) {
		check_told(out, "sizes", CHECK_UNKNOWN, text);
		sizes_unknown(json_set_array(out, "unknown"), f);
		return;
	}
	if (f->region->sizes.n == 0) {
		region_none(f->region, &err);
		check_problem(out, CHECK_FAIL, check_param_at(f, "cluster/region"),
			      region_nearest(f->region), "%s", err.msg);
		check_told(out, "sizes", CHECK_FAIL, text);
		return;
	}
	worst = check_size(out, f, "head", s->head_size, check_param_at(f, "head/size"));
	for (size_t i = 0; i < s->n_arrays; i++)
		for (size_t k = 0; k < s->arrays[i].sizes.n; k++) {
			const struct array_spec *a = &s->arrays[i];
			const char *param =
			    check_param_at(f, "arrays/%s/sizes/%zu", a->name, k);

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

static void add_quota(struct buf *why, const struct quotas *q, const char *name, int64_t asked)
{
	const struct quota *found = quotas_find(q, name);

	if (found && found->limit >= 0 && asked > 0)
		buf_addf(why, "%s%s: limit %lld, used %lld, asked %lld", why->len ? "; " : "",
			 found->name, (long long)found->limit, (long long)found->used,
			 (long long)asked);
}

/* Nodes of one array that would fit if it were alone with the head, and each quota that says
 * so: what goes to spot first asks for the rest on demand. */
static int64_t nodes_that_fit(const struct check_facts *f, const struct array_spec *a,
			      int64_t most, const struct vm_size *size,
			      const struct vm_size *head, struct buf *why)
{
	const struct quotas *q = &f->region->quotas;
	bool shared = head && text_casecmp(size->family, head->family) == 0;
	int64_t head_cores = head ? head->vcpus : 0, of_family = shared ? head_cores : 0;
	int64_t spot = a->spot == SPOT_NEVER ? 0 : room_in(q, "lowPriorityCores");
	int64_t family = room_in(q, size->family), all = room_in(q, "cores"), cores = 0, rest;

	if (spot == INT64_MAX || size->vcpus <= 0)
		return INT64_MAX;
	rest = (most - less(most, spot / size->vcpus)) * size->vcpus;
	if (a->spot != SPOT_NEVER)
		add_quota(why, q, "lowPriorityCores", most * size->vcpus);
	if (a->spot != SPOT_ONLY) {
		family -= family != INT64_MAX ? less(of_family, family) : 0;
		all -= all != INT64_MAX ? less(head_cores, all) : 0;
		cores = less(family, all);
		add_quota(why, q, size->family, rest + of_family);
		add_quota(why, q, "cores", rest + head_cores);
	}
	return cores == INT64_MAX ? INT64_MAX : spot / size->vcpus + cores / size->vcpus;
}

static enum check_state quota_of_array(struct json *out, const struct check_facts *f,
				       const struct array_spec *a, const struct vm_size *head)
{
	const struct vm_size *size = a->sizes.n ? check_size_of(f, a->sizes.v[0]) : NULL;
	struct buf why = BUF_INIT(260);
	char fix[24];
	int64_t fit, most = hours_most(a);

	if (!size || most <= 0)
		return CHECK_OK;
	fit = nodes_that_fit(f, a, most, size, head, &why);
	if (fit < most) {
		snprintf(fix, sizeof(fix), "%lld", (long long)fit);
		check_problem(
		    out, CHECK_WARN, check_param_at(f, "arrays/%s/max_nodes", a->name), fix,
		    "quota allows %lld of %lld %s nodes (%s); jobs beyond that will wait",
		    (long long)fit, (long long)most, a->name, buf_str(&why));
	}
	buf_clear(&why);
	return fit < most ? CHECK_WARN : CHECK_OK;
}

int check_head_fits(const struct check_facts *f, struct err *err)
{
	const struct vm_size *head = f->head_runs ? NULL : check_size_of(f, f->spec->head_size);
	const char *const names[] = { "cores", head ? head->family : "" };

	for (size_t i = 0; head && f->region->quotas_ms && i < ARRAY_LEN(names); i++) {
		int64_t room = room_in(&f->region->quotas, names[i]);

		if (room < head->vcpus)
			return err_set(
			    err, ERR_QUOTA,
			    "the head needs %lld cores, quota %s has %lld left: ask for more or choose another size",
			    (long long)head->vcpus, names[i], (long long)room);
	}
	return 0;
}

static void check_quota(struct json *out, const struct check_facts *f)
{
	const struct vm_size *head = f->head_runs ? NULL : check_size_of(f, f->spec->head_size);
	enum check_state worst = CHECK_OK, s;
	struct err err;

	if (!check_sizes_known(f) || !f->region->quotas_ms) {
		check_told(out, "quota",
			   check_sizes_known(f) && f->region->sizes.n == 0 ? CHECK_FAIL
									   : CHECK_UNKNOWN,
			   "quota");
		return;
	}
	if (check_head_fits(f, &err) < 0) {
		worst = CHECK_FAIL;
		check_problem(out, worst, check_param_at(f, "head/size"), NULL, "%s", err.msg);
	}
	for (size_t i = 0; i < f->spec->n_arrays; i++) {
		s = quota_of_array(out, f, &f->spec->arrays[i], head);
		worst = s > worst ? s : worst;
	}
	check_told(out, "quota", worst, "quota");
}

void check_spec(struct json *out, const struct check_facts *f)
{
	check_sizes(out, f);
	check_quota(out, f);
	check_addresses(out, f);
	check_costs(out, f);
	check_creates(out, f);
	json_set_bool(out, "pending",
		      f->region && (f->region->sizes_call || f->region->quotas_call ||
				    f->region->regions_call));
}
