#include "demo_ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "provider/provider.h"

struct life {
	const char *group, *name; /* of its set, or of a single machine */
	int64_t made, gone, wanted;
};

static int64_t moment(const struct json *vm, const char *key)
{
	const char *text = json_str(vm, key, NULL);
	int64_t ms = INT64_MAX;

	if (text)
		clock_read(&ms, text);
	return ms;
}

static bool is_its(const struct json *vm, const char *id)
{
	return !id[0] || strcmp(json_str(json_get(vm, "tags"), TAG_CLUSTER, id), id) == 0;
}

static struct life life_of(const struct json *vm)
{
	const char *set = json_str(vm, "set", "");

	return (struct life){ .group = json_str(vm, "group", ""),
			      .name = set[0] ? set : json_str(vm, "name", ""),
			      .made = moment(vm, "created"),
			      .gone = moment(vm, "deleted"),
			      .wanted = set[0] ? json_int(vm, "capacityIntended", 0) : 1 };
}

/*
 * Machines beyond what was wanted of their set, or of a single machine's name, when they were
 * made. The book has whole seconds: what went in the very second counts as gone.
 */
static int64_t doubles(const struct life *v, size_t n)
{
	int64_t found = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t alive = 0;

		for (size_t k = 0; k < n; k++)
			alive += v[k].made <= v[i].made && v[k].gone > v[i].made &&
				 strcmp(v[k].name, v[i].name) == 0 &&
				 strcmp(v[k].group, v[i].group) == 0;
		found += alive > v[i].wanted;
	}
	return found;
}

static bool holds_its(const struct json *vms, const char *group, const char *id)
{
	for (size_t i = 0; i < json_len(vms); i++)
		if (is_its(json_at(vms, i), id) &&
		    text_casecmp(json_str(json_at(vms, i), "group", ""), group) == 0)
			return true;
	return false;
}

/* Calls do not say whose they are, but for which group. */
static int64_t writes_of(const struct json *counters, const struct json *vms, const char *id)
{
	const struct json *groups = json_get(counters, "writesByGroup"), *value;
	const char *group;
	int64_t n = 0;

	if (!id[0] || !groups)
		return json_int(counters, "byClass.writes", -1);
	for (void *it = NULL; json_each(groups, &it, &group, &value);)
		n += holds_its(vms, group, id) ? json_int(value, NULL, 0) : 0;
	return n;
}

void demo_ledger_take(struct demo_ledger *out, const struct json *counters,
		      const struct json *book, const struct json *own, const char *id)
{
	const struct json *vms = json_get(book, "vms"), *value;
	size_t all = json_len(vms), n = 0;
	struct life *v = xcalloc(all + 1, sizeof(*v));
	int64_t counted = json_int(counters, "double_creates", 0), found;
	const char *key;

	for (size_t i = 0; i < all; i++)
		if (is_its(json_at(vms, i), id))
			v[n++] = life_of(json_at(vms, i));
	found = doubles(v, n);
	free(v);
	/* the cloud's own count sees what goes within a second, and does not say whose it is */
	out->double_creates = n == all && counted > found ? counted : found;
	out->write_calls = writes_of(counters, vms, id);
	out->vms = (int64_t)n;
	out->resources_left = 0;
	for (void *it = NULL; json_each(json_get(own, "live"), &it, &key, &value);)
		out->resources_left += json_int(value, NULL, 0);
}
