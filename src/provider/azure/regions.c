/* The regions that the subscription may use, by the names that all else takes. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "provider/azure/azure.h"

#define REGIONS_MAX 1000

static void free_regions(struct cloud_call *call)
{
	strs_clear(call->state);
	free(call->state);
}

/* "Logical" ones ("europe") stand for several, and hold no machine. */
static void take_region(struct strs *out, const struct json *j)
{
	const char *name = json_str(j, "name", "");

	if (name[0] &&
	    text_casecmp(json_str(j, "metadata.regionType", "Physical"), "Physical") == 0)
		strs_add(out, name);
}

static void on_locations(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	const struct json *list = json_get(a->body, "value");
	struct err err = a->err;

	call->arm = NULL;
	if (err.code == ERR_NONE && !json_is(list, JSON_ARRAY))
		err_set(&err, ERR_IO, "the cloud's list of regions has no \"value\"");
	for (size_t i = 0; err.code == ERR_NONE && i < json_len(list); i++)
		take_region(call->state, json_at(list, i));
	if (err.code == ERR_NONE && list_goes_on(call, a, on_locations))
		return;
	if (err.code == ERR_NONE)
		list_is_cut_off(call, &err);
	call_ending(call);
	call->cb.regions(call->arg, err.code == ERR_NONE ? call->state : NULL, &err);
	call_free(call);
}

struct cloud_call *azure_regions(struct cloud *c, cloud_regions_cb *cb, void *arg)
{
	struct cloud_call *call = call_new(c, arg);
	struct strs *names = xcalloc(1, sizeof(*names));
	char *url = xasprintf("/subscriptions/%s/locations?api-version=%s",
			      c->record->subscription, API_SUBSCRIPTIONS);

	*names = (struct strs)STRS_INIT(REGIONS_MAX);
	call->cb.regions = cb;
	call->state = names;
	call->free_state = free_regions;
	call->arm = arm_list(c, url, on_locations, call);
	free(url);
	return call;
}
