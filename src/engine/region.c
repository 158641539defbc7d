/* Sizes, prices and quotas of a region: read when first asked for, again when they are old,
 * shared by its clusters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/run.h"

#define SIZES_AGE_MS  ((int64_t)24 * 3600 * 1000)
#define QUOTAS_AGE_MS ((int64_t)60 * 1000)
#define RETRY_MS      5000

static void wake_clusters(const struct region_facts *rf)
{
	struct engine *e = rf->engine;

	for (size_t i = 0; i < e->n_runs; i++)
		if (e->runs[i]->region == rf)
			operation_wake(e->runs[i]);
}

static void copy_sizes(struct vm_sizes *to, const struct vm_sizes *from)
{
	free(to->v);
	*to = *from;
	to->v = xreallocarray(NULL, from->n ? from->n : 1, sizeof(*to->v));
	to->cap = from->n;
	if (from->n)
		memcpy(to->v, from->v, from->n * sizeof(*to->v));
}

static void on_sizes(void *arg, const struct vm_sizes *sizes, const struct err *err)
{
	struct region_facts *rf = arg;

	rf->sizes_call = NULL;
	if (!sizes) {
		rf->err = *err;
		rf->retry_ms = clock_utc_ms() + RETRY_MS;
		log_warn("sizes of %s: %s", rf->region, err->msg);
		return;
	}
	copy_sizes(&rf->sizes, sizes);
	rf->sizes_ms = clock_utc_ms();
	rf->err = (struct err)ERR_INIT;
	wake_clusters(rf);
}

static void on_quotas(void *arg, const struct quotas *quotas, const struct err *err)
{
	struct region_facts *rf = arg;

	rf->quotas_call = NULL;
	if (!quotas) {
		rf->err = *err;
		rf->retry_ms = clock_utc_ms() + RETRY_MS;
		log_warn("quotas of %s: %s", rf->region, err->msg);
		return;
	}
	free(rf->quotas.v);
	rf->quotas = *quotas;
	rf->quotas.v = xreallocarray(NULL, quotas->n ? quotas->n : 1, sizeof(*quotas->v));
	rf->quotas.cap = quotas->n;
	if (quotas->n)
		memcpy(rf->quotas.v, quotas->v, quotas->n * sizeof(*quotas->v));
	rf->quotas_ms = clock_utc_ms();
	wake_clusters(rf);
}

void region_refresh(struct region_facts *rf, bool quotas_now)
{
	int64_t now = clock_utc_ms();

	if (now < rf->retry_ms)
		return;
	if (!rf->sizes_call && (!rf->sizes_ms || now - rf->sizes_ms > SIZES_AGE_MS))
		rf->sizes_call =
		    rf->cloud->ops->sizes(rf->cloud->cloud, rf->region, on_sizes, rf);
	if (!rf->quotas_call &&
	    (quotas_now || !rf->quotas_ms || now - rf->quotas_ms > QUOTAS_AGE_MS))
		rf->quotas_call =
		    rf->cloud->ops->quotas(rf->cloud->cloud, rf->region, on_quotas, rf);
}

struct region_facts *region_of(struct engine *e, struct engine_cloud *c, const char *region)
{
	struct region_facts *rf;

	for (size_t i = 0; i < e->n_regions; i++)
		if (e->regions[i]->cloud == c && strcmp(e->regions[i]->region, region) == 0)
			return e->regions[i];
	rf = xcalloc(1, sizeof(*rf));
	rf->engine = e;
	rf->cloud = c;
	snprintf(rf->region, sizeof(rf->region), "%s", region);
	GROW(e->regions, e->n_regions, e->cap_regions);
	e->regions[e->n_regions++] = rf;
	region_refresh(rf, false);
	return rf;
}

void regions_free(struct engine *e)
{
	for (size_t i = 0; i < e->n_regions; i++) {
		struct region_facts *rf = e->regions[i];

		if (rf->sizes_call)
			rf->cloud->ops->cancel(rf->sizes_call);
		if (rf->quotas_call)
			rf->cloud->ops->cancel(rf->quotas_call);
		vm_sizes_clear(&rf->sizes);
		quotas_clear(&rf->quotas);
		free(rf);
	}
	free(e->regions);
}
