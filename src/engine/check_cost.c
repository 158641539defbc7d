/* What a cluster would cost, and what would be made. */
#include "engine/check_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/facts.h"
#include "engine/region.h"

static double array_price(const struct check_facts *f, const struct array_spec *a)
{
	double best = -1;

	for (size_t i = 0; i < a->sizes.n; i++) {
		const struct vm_size *s = check_size_of(f, a->sizes.v[i]);
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
	const struct vm_size *s = a->sizes.n ? check_size_of(f, a->sizes.v[0]) : NULL;
	int64_t most = hours_most(a) >= 0 ? hours_most(a) : INT64_MAX;

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

/* One that is taken over costs already; from then on it is this cluster's. */
static bool is_new_disk(const struct storage_spec *s)
{
	return s->disk_gib > 0 && !s->disk;
}

static double disks_price(const struct check_facts *f)
{
	double sum = f->taken;

	for (size_t i = 0; i < f->spec->n_storage; i++)
		if (is_new_disk(&f->spec->storage[i]))
			sum =
			    plus(sum, 1,
				 check_sizes_known(f) ? disk_price(&f->region->sizes,
								   f->spec->storage[i].disk_gib)
						      : -1);
	return sum;
}

void check_costs(struct json *out, const struct check_facts *f)
{
	const struct cluster_spec *s = f->spec;
	const struct vm_size *size = check_size_of(f, s->head_size);
	double head = plus(size ? size->price : -1, 1, disks_price(f)), idle = head;
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
	json_set_bool(j, "sample", check_sizes_known(f) && f->region->sizes.sample_prices);
	check_told(out, "price", !check_sizes_known(f) || full < 0 ? CHECK_UNKNOWN : CHECK_OK,
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
	const struct vm_size *s = check_size_of(f, name);
	char mem[24];

	if (s)
		snprintf(out, 80, "%s (%lld cores, %s%s)", vm_size_short(name),
			 (long long)s->vcpus, size_text(mem, s->mem_bytes),
			 s->rdma ? ", InfiniBand" : "");
	else
		snprintf(out, 80, "%s", name ? vm_size_short(name) : "?");
}

/* With its unit, and exact. */
static const char *idle_text(char out[CLOCK_TEXT], int64_t s)
{
	if (s % 60 == 0)
		return clock_span(out, s * 1000);
	snprintf(out, CLOCK_TEXT, "%llds", (long long)s);
	return out;
}

void check_creates(struct json *out, const struct check_facts *f)
{
	static const char *const bought[] = { "on demand", "spot", "spot, else on demand" };
	const struct cluster_spec *s = f->spec;
	struct json *j = json_set_object(out, "creates"), *now = json_set_array(j, "now");
	struct json *later = json_set_array(j, "later"), *kept = json_set_array(j, "kept");
	struct json *idle = json_set_array(j, "idle");
	char size[80], span[CLOCK_TEXT];

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
			     st->policy == KEEP_KEEP	   ? "kept"
			     : st->policy == KEEP_SNAPSHOT ? "a snapshot of it kept"
							   : "deleted");
	}
	for (size_t i = 0; i < s->n_arrays; i++) {
		const struct array_spec *a = &s->arrays[i];

		line(idle, "%s: nodes go after %s without a job", a->name,
		     idle_text(span, a->idle_s));
		size_line(size, f, a->sizes.n ? a->sizes.v[0] : NULL);
		if (hours_most(a) >= 0)
			line(later, "%lld to %lld %s %s, %s", (long long)a->min_nodes,
			     (long long)hours_most(a), a->name, size, bought[a->spot]);
		else
			line(later, "%lld or more %s %s, %s", (long long)a->min_nodes, a->name,
			     size, bought[a->spot]);
	}
}
