/* Sizes, prices and quotas of a region: read when first asked for, again when they are old,
 * shared by its clusters. */
#include "engine/region.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/operation.h"
#include "engine/run.h"

#define SIZES_AGE_MS  ((int64_t)24 * 3600 * 1000)
#define QUOTAS_AGE_MS ((int64_t)60 * 1000)
#define RETRY_MS      5000
#define REGIONS_MOST  64 /* with those that are only looked at */

static void wake_clusters(const struct region_facts *rf)
{
	struct engine *e = rf->engine;

	for (size_t i = 0; i < e->n_runs; i++)
		if (e->runs[i]->region == rf)
			operation_wake(e->runs[i]);
}

/*
 * Who waits for its sizes and quotas
 */

struct region_wait {
	struct region_facts *rf;
	struct timer *timer;
	region_wait_cb *cb;
	void *arg;
	struct region_wait *next;
};

static void wait_end(struct region_wait *w, bool ends)
{
	struct region_wait **at = &w->rf->waits;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	timer_free(w->timer);
	w->cb(w->arg, ends);
	free(w);
}

static void wait_over(void *arg)
{
	wait_end(arg, false);
}

/* Sizes hold for a day, and old quotas may be wrong: a reading under way is awaited. */
static bool is_read(const struct region_facts *rf)
{
	return (rf->sizes_ms || (!rf->sizes_call && !rf->regions_call)) && !rf->quotas_call;
}

/* In a turn of their own: what they go on with may look at this region. */
static void waits_end(struct region_facts *rf)
{
	for (struct region_wait *w = is_read(rf) ? rf->waits : NULL; w; w = w->next)
		timer_set(w->timer, 0);
}

bool region_await(struct region_facts *rf, region_wait_cb *cb, void *arg)
{
	struct region_wait *w;

	if (is_read(rf))
		return false;
	w = xcalloc(1, sizeof(*w));
	*w = (struct region_wait){ .rf = rf, .cb = cb, .arg = arg, .next = rf->waits };
	rf->waits = w;
	w->timer = timer_new(rf->engine->loop, wait_over, w);
	timer_set(w->timer, REGION_WAIT_MS);
	return true;
}

/*
 * Readings
 */

static void copy_sizes(struct vm_sizes *to, const struct vm_sizes *from)
{
	free(to->v);
	*to = *from;
	to->v = xreallocarray(NULL, from->n ? from->n : 1, sizeof(*to->v));
	to->cap = from->n;
	if (from->n)
		memcpy(to->v, from->v, from->n * sizeof(*to->v));
}

static void sizes_known(struct region_facts *rf)
{
	rf->sizes_ms = clock_utc_ms();
	rf->sizes_mono_ms = clock_mono_ms();
	rf->err = (struct err)ERR_INIT;
	wake_clusters(rf);
	waits_end(rf);
}

static void keep_names(struct region_facts *rf, const struct strs *names)
{
	const char **list = xcalloc(names->n + 1, sizeof(*list)), *near;
	struct buf all = BUF_INIT(sizeof(rf->all));

	for (size_t i = 0; i < names->n; i++) {
		list[i] = names->v[i];
		buf_addf(&all, "%s%s", i ? ", " : "", names->v[i]);
	}
	near = text_nearest(rf->region, list);
	snprintf(rf->near, sizeof(rf->near), "%s", near ? near : "");
	snprintf(rf->all, sizeof(rf->all), "%s", all.full ? "" : buf_str(&all));
	buf_clear(&all);
	free(list);
}

static void on_regions(void *arg, const struct strs *names, const struct err *err)
{
	struct region_facts *rf = arg;

	rf->regions_call = NULL;
	if (names)
		keep_names(rf, names);
	else
		log_warn("regions of cloud %s: %s", rf->cloud->record->name, err->msg);
	sizes_known(rf);
}

static void on_sizes(void *arg, const struct vm_sizes *sizes, const struct err *err)
{
	struct region_facts *rf = arg;

	rf->sizes_call = NULL;
	if (!sizes) {
		rf->err = *err;
		rf->retry_ms = clock_mono_ms() + RETRY_MS;
		log_warn("sizes of %s: %s", rf->region, err->msg);
		waits_end(rf);
		return;
	}
	copy_sizes(&rf->sizes, sizes);
	if (sizes->n > 0) {
		sizes_known(rf);
		return;
	}
	/* no such region, or a slip of the cloud's: asked again, not at once */
	rf->retry_ms = clock_mono_ms() + RETRY_MS;
	if (!rf->regions_call)
		rf->regions_call = rf->cloud->ops->regions(rf->cloud->cloud, on_regions, rf);
}

static void on_quotas(void *arg, const struct quotas *quotas, const struct err *err)
{
	struct region_facts *rf = arg;

	rf->quotas_call = NULL;
	if (!quotas) {
		rf->err = *err;
		rf->retry_ms = clock_mono_ms() + RETRY_MS;
		log_warn("quotas of %s: %s", rf->region, err->msg);
		waits_end(rf);
		return;
	}
	free(rf->quotas.v);
	rf->quotas = *quotas;
	rf->quotas.v = xreallocarray(NULL, quotas->n ? quotas->n : 1, sizeof(*quotas->v));
	rf->quotas.cap = quotas->n;
	if (quotas->n)
		memcpy(rf->quotas.v, quotas->v, quotas->n * sizeof(*quotas->v));
	rf->quotas_ms = clock_utc_ms();
	rf->quotas_mono_ms = clock_mono_ms();
	wake_clusters(rf);
	waits_end(rf);
}

void region_refresh(struct region_facts *rf, bool quotas_now)
{
	int64_t now = clock_mono_ms();

	if (now < rf->retry_ms)
		return;
	if (!rf->sizes_call &&
	    (!rf->sizes_ms || rf->sizes.n == 0 || now - rf->sizes_mono_ms > SIZES_AGE_MS))
		rf->sizes_call =
		    rf->cloud->ops->sizes(rf->cloud->cloud, rf->region, on_sizes, rf);
	if (!rf->quotas_call &&
	    (quotas_now || !rf->quotas_ms || now - rf->quotas_mono_ms > QUOTAS_AGE_MS))
		rf->quotas_call =
		    rf->cloud->ops->quotas(rf->cloud->cloud, rf->region, on_quotas, rf);
}

struct region_facts *region_find(const struct engine *e, const struct engine_cloud *c,
				 const char *region)
{
	for (size_t i = 0; i < e->n_regions; i++)
		if (e->regions[i]->cloud == c && strcmp(e->regions[i]->region, region) == 0)
			return e->regions[i];
	return NULL;
}

/* By the cloud's list, else of those that clusters here have named. */
const char *region_nearest(const struct region_facts *rf)
{
	const struct engine *e = rf->engine;

	if (rf->near[0])
		return text_casecmp(rf->near, rf->region) == 0 ? NULL : rf->near;
	const char **names = xcalloc(e->n_regions + 1, sizeof(*names)), *near;
	size_t n = 0;

	for (size_t i = 0; i < e->n_regions; i++)
		if (e->regions[i]->cloud == rf->cloud && e->regions[i]->sizes.n > 0)
			names[n++] = e->regions[i]->region;
	near = text_nearest(rf->region, names);
	free(names);
	return near;
}

int region_none(const struct region_facts *rf, struct err *err)
{
	const char *near = region_nearest(rf);

	return err_set(
	    err, ERR_INVALID,
	    "cloud %s has no machine sizes in region \"%s\"%s%s: create the cluster with a region that it has",
	    rf->cloud->record->name, rf->region,
	    near	 ? "; did you mean "
	    : rf->all[0] ? "; it knows "
			 : "",
	    near ? near : rf->all);
}

int region_sells_size(const struct region_facts *rf, const char *what, const char *name,
		      struct err *err)
{
	const struct vm_size *size = vm_sizes_find(&rf->sizes, name);
	const char *near = vm_sizes_nearest(&rf->sizes, name);

	if (size && !size->restricted)
		return 0;
	if (size)
		return err_set(err, ERR_INVALID, "%s: %s may not be used in %s: %s", what, name,
			       rf->region, size->restriction);
	return err_set(err, ERR_INVALID, "%s: region %s has no size %s%s%s", what, rf->region,
		       name, near ? "; did you mean " : "", near ? near : "");
}

static int advise(struct err *err)
{
	size_t n = err ? strlen(err->msg) : 0;

	if (err)
		snprintf(err->msg + n, sizeof(err->msg) - n,
			 ": create the cluster with a size that it has");
	return -1;
}

int region_sells(const struct region_facts *rf, const struct cluster_spec *s, struct err *err)
{
	if (rf->sizes.n == 0)
		return region_none(rf, err);
	if (region_sells_size(rf, "head", s->head_size, err) < 0)
		return advise(err);
	for (size_t i = 0; i < s->n_arrays; i++)
		for (size_t k = 0; k < s->arrays[i].sizes.n; k++)
			if (region_sells_size(rf, s->arrays[i].name, s->arrays[i].sizes.v[k],
					      err) < 0)
				return advise(err);
	return 0;
}

struct region_facts *region_of(struct engine *e, struct engine_cloud *c, const char *region)
{
	struct region_facts *rf = region_find(e, c, region);

	if (rf)
		return rf;
	rf = xcalloc(1, sizeof(*rf));
	rf->engine = e;
	rf->cloud = c;
	snprintf(rf->region, sizeof(rf->region), "%s", region);
	GROW(e->regions, e->n_regions, e->cap_regions);
	e->regions[e->n_regions++] = rf;
	region_refresh(rf, false);
	return rf;
}

static void region_free(struct region_facts *rf)
{
	if (rf->sizes_call)
		rf->cloud->ops->cancel(rf->sizes_call);
	if (rf->quotas_call)
		rf->cloud->ops->cancel(rf->quotas_call);
	if (rf->regions_call)
		rf->cloud->ops->cancel(rf->regions_call);
	while (rf->waits)
		wait_end(rf->waits, true);
	vm_sizes_clear(&rf->sizes);
	quotas_clear(&rf->quotas);
	free(rf);
}

static bool in_use(const struct engine *e, const struct region_facts *rf)
{
	for (size_t i = 0; i < e->n_runs; i++)
		if (e->runs[i]->region == rf)
			return true;
	return false;
}

/* Names that turned out to be no region, as they come while one is being typed. */
static void forget_empty(struct engine *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_regions; i++) {
		struct region_facts *rf = e->regions[i];

		if (rf->sizes.n || rf->sizes_call || rf->quotas_call || rf->regions_call ||
		    rf->waits || in_use(e, rf))
			e->regions[n++] = rf;
		else
			region_free(rf);
	}
	e->n_regions = n;
}

struct region_facts *region_peek(struct engine *e, struct engine_cloud *c, const char *region)
{
	struct region_facts *rf = region_find(e, c, region);

	if (!rf) {
		forget_empty(e);
		if (e->n_regions >= REGIONS_MOST)
			return NULL;
		rf = region_of(e, c, region);
	}
	region_refresh(rf, false);
	return rf;
}

void regions_free(struct engine *e)
{
	for (size_t i = 0; i < e->n_regions; i++)
		region_free(e->regions[i]);
	free(e->regions);
}
