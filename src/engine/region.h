/* Sizes and quotas of a cloud's region, shared by the clusters that are in it. */
#ifndef ENGINE_REGION_H
#define ENGINE_REGION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/cluster.h"
#include "model/size.h"

struct cloud_call;
struct engine;
struct engine_cloud;

struct region_facts { /* sizes and quotas of one cloud region, shared by its clusters */
	struct engine *engine;
	struct engine_cloud *cloud;
	char region[40];
	struct vm_sizes sizes;
	struct quotas quotas;
	int64_t sizes_ms, quotas_ms; /* when read; 0 never */
	int64_t sizes_mono_ms, quotas_mono_ms;
	struct cloud_call *sizes_call, *quotas_call, *regions_call;
	/* of one that sells nothing, by the cloud's list: the nearest, "" none; all, "" too
	 * many */
	char near[40], all[100];
	struct region_wait *waits;
	struct err err;	  /* of the last failed read */
	int64_t retry_ms; /* mono: no read before */
};

struct region_facts *region_of(struct engine *e, struct engine_cloud *c,
			       const char *region); /* reads begin when first asked */
struct region_facts *region_find(const struct engine *e, const struct engine_cloud *c,
				 const char *region); /* NULL: nobody asked for it yet */
/* The same to look at it for a cluster that may never be; NULL: too many are looked at. */
struct region_facts *region_peek(struct engine *e, struct engine_cloud *c, const char *region);
/* Calls back, in a later turn, once its sizes and quotas were read or cannot be: at most
 * REGION_WAIT_MS from now. false: there is nothing to wait for. ends: the engine does. */
#define REGION_WAIT_MS 10000
typedef void region_wait_cb(void *arg, bool ends);
bool region_await(struct region_facts *rf, region_wait_cb *cb, void *arg);
const char *region_nearest(const struct region_facts *rf); /* of those that sell something */
int region_none(const struct region_facts *rf, struct err *err); /* it sells nothing: says so */
/* Once its sizes were read: all that the cluster names is on offer there. */
int region_sells_size(const struct region_facts *rf, const char *what, const char *name,
		      struct err *err);
int region_sells(const struct region_facts *rf, const struct cluster_spec *s, struct err *err);
void region_refresh(struct region_facts *rf, bool quotas_now);
void regions_free(struct engine *e);

#endif
