/* The Azure provider as a constant, and what is open between its calls. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/version.h"
#include "provider/azure/azure.h"

static struct cloud *azure_open(struct loop *l, const struct cloud_record *r, struct err *err)
{
	struct cloud *c = xcalloc(1, sizeof(*c));
	const struct http_client_options o = { .ca_file = r->ca_file,
					       .user_agent = "paceline/" PACELINE_VERSION,
					       .record_dir = r->record_dir };
	int64_t now = clock_mono_ms();

	c->loop = l;
	c->record = r;
	c->http = http_client_new(l, &o, err);
	if (!c->http) {
		free(c);
		return NULL;
	}
	rng_seed(&c->rng, (uint64_t)clock_utc_ms());
	lanes_init(c->lanes, now);
	arm_places_init(&c->places, now);
	c->health = (struct cloud_health){ .ok = true, .text = "", .since_ms = clock_utc_ms() };
	return c;
}

static void azure_close(struct cloud *c)
{
	for (struct cloud_call *call = c->calls, *next; call; call = next) {
		next = call->next;
		call_free(call);
	}
	token_free(c);
	http_client_free(c->http);
	arm_places_clear(&c->places);
	free(c);
}

static void tell_lane(struct cloud_health *out, size_t *n, const struct arm_place *p,
		      enum lane lane)
{
	static const char *const names[LANES] = { "deletes", "writes", "reads" };
	const struct breaker *b = &p->breakers[lane];
	bool open = b->state != BREAKER_CLOSED;
	int64_t now = clock_mono_ms();

	if (*n == CLOUD_LANES || (p->region[0] && !open))
		return;
	out->lanes[(*n)++] = (struct cloud_lane){
		.name = names[lane],
		.region = p->region,
		.open = open,
		.wait_ms = open && b->open_until_ms > now ? b->open_until_ms - now : 0,
		.in_a_row = b->in_a_row,
	};
}

/* Of regions those alone that have trouble. */
static void azure_health(struct cloud *c, struct cloud_health *out)
{
	size_t n = 0;

	*out = c->health;
	out->text = c->health_text;
	for (size_t i = 0; i < c->places.n; i++)
		for (int k = 0; k < LANES; k++)
			tell_lane(out, &n, c->places.v[i], (enum lane)k);
}

static void azure_on_health(struct cloud *c, void (*cb)(void *arg), void *arg)
{
	c->health_cb = cb;
	c->health_arg = arg;
}

/* What waits asks again within a second. */
static void azure_close_breakers(struct cloud *c)
{
	arm_places_close_breakers(&c->places);
}

_Static_assert((int)LANES <= CLOUD_LANES, "each lane is told");

struct cloud_call *call_new(struct cloud *c, void *arg)
{
	struct cloud_call *call = xcalloc(1, sizeof(*call));

	call->cloud = c;
	call->arg = arg;
	call->next = c->calls;
	call->at = &c->calls;
	if (call->next)
		call->next->at = &call->next;
	c->calls = call;
	return call;
}

void call_ending(struct cloud_call *call)
{
	*call->at = call->next;
	if (call->next)
		call->next->at = call->at;
	call->ending = true;
}

static void azure_cancel(struct cloud_call *call)
{
	if (!call->ending)
		call_free(call);
}

void call_free(struct cloud_call *call)
{
	if (!call->ending)
		call_ending(call);
	if (call->arm)
		arm_cancel(call->arm);
	timer_free(call->timer);
	if (call->free_state)
		call->free_state(call);
	free(call->id);
	free(call->op_url);
	free(call->location_url);
	free(call->next_url);
	free(call);
}

/* Bearer tokens go to the configured host alone, whatever link a reply holds. */
bool same_host(const struct cloud *c, const char *url)
{
	size_t n = strlen(c->record->arm);

	while (n && c->record->arm[n - 1] == '/')
		n--;
	return strncmp(url, c->record->arm, n) == 0 &&
	       (url[n] == '/' || url[n] == '?' || url[n] == '\0');
}

/* learn.microsoft.com, "Azure Virtual Network FAQ": which address ranges cannot be used (all
 * but the broadcast address, which is no range), and which addresses of a subnet are kept: the
 * first four and the last. */
static const struct cidr no_networks[] = {
	{ 0x7f000000, 8 }, { 0xa9fe0000, 16 }, { 0xe0000000, 4 }, { 0xa83f8110, 32 }
};

const struct provider_ops provider_azure = {
	.name = "azure",
	.title = "Azure",
	.subnet_keeps = 5,
	.no_networks = no_networks,
	.n_no_networks = ARRAY_LEN(no_networks),
	.open = azure_open,
	.close = azure_close,
	.change = azure_change,
	.resume = azure_resume,
	.look = azure_look,
	.items = azure_items,
	.vms = azure_vms,
	.sizes = azure_sizes,
	.quotas = azure_quotas,
	.regions = azure_regions,
	.console = azure_console,
	.cancel = azure_cancel,
	.health = azure_health,
	.on_health = azure_on_health,
	.close_breakers = azure_close_breakers,
	.resource_id = azure_resource_id,
};
