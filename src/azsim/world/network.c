#include "azsim/world/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/world/resource.h"
#include "base/mem.h"
#include "base/text.h"

#define KEPT_FIRST 4 /* network, gateway, two for DNS */
#define KEPT	   5

int az_address_read(uint32_t *address, const char *text)
{
	uint32_t out = 0;

	for (int i = 0; i < 4; i++) {
		const char *end = strchr(text, '.');
		size_t len = end ? (size_t)(end - text) : strlen(text);
		int64_t part;

		if ((i < 3) != (end != NULL) || num_read_n(&part, text, len, 0, 255) != 0)
			return -1;
		out = out << 8 | (uint32_t)part;
		text += len + (end != NULL);
	}
	*address = out;
	return 0;
}

int az_prefix_read(uint32_t *base, unsigned int *bits, const char *text)
{
	const char *slash = text ? strchr(text, '/') : NULL;
	char head[AZ_ADDRESS_TEXT];
	int64_t n;

	if (!slash || (size_t)(slash - text) >= sizeof(head) ||
	    num_read(&n, slash + 1, 2, 32) != 0)
		return -1;
	memcpy(head, text, (size_t)(slash - text));
	head[slash - text] = '\0';
	if (az_address_read(base, head) != 0)
		return -1;
	*bits = (unsigned int)n;
	if (n < 32 && (*base & (UINT32_MAX >> n)) != 0)
		return -1; /* bits behind the prefix: Azure refuses it as well */
	return 0;
}

const char *az_address_text(char out[AZ_ADDRESS_TEXT], uint32_t a)
{
	snprintf(out, AZ_ADDRESS_TEXT, "%u.%u.%u.%u", a >> 24 & 255, a >> 16 & 255,
		 a >> 8 & 255, a & 255);
	return out;
}

bool az_prefix_covers(uint32_t base, unsigned int bits, uint32_t inner, unsigned int inner_bits)
{
	return inner_bits >= bits && (bits == 0 || (base ^ inner) >> (32 - bits) == 0);
}

static uint32_t size_of(const struct az_subnet *s)
{
	return s->bits ? (uint32_t)1 << (32 - s->bits)
		       : UINT32_MAX; /* of all addresses the last is none */
}

struct az_subnet *az_subnet_find(const struct az_resource *vnet, const char *name)
{
	for (struct az_subnet *s = vnet->subnets; s; s = s->next)
		if (text_casecmp(s->name, name) == 0)
			return s;
	return NULL;
}

uint32_t az_subnet_free(const struct az_subnet *s)
{
	return size_of(s) > KEPT + s->n_used ? size_of(s) - KEPT - s->n_used : 0;
}

static bool is_used(const struct az_subnet *s, uint32_t i)
{
	return i < KEPT_FIRST || i == size_of(s) - 1 || (s->used[i / 8] >> (i % 8) & 1);
}

static int lease(struct az_subnet *s, uint32_t i, struct az_lease *out)
{
	s->used[i / 8] = (uint8_t)(s->used[i / 8] | 1 << (i % 8));
	s->n_used++;
	*out = (struct az_lease){ s, s->base + i };
	return 0;
}

int az_lease_take(struct az_subnet *s, uint32_t wanted, struct az_lease *out,
		  struct az_refusal *r)
{
	char text[AZ_ADDRESS_TEXT];
	uint32_t n = size_of(s);

	if (wanted) {
		if (!az_prefix_covers(s->base, s->bits, wanted, 32))
			return az_refuse(
			    r, 400, "PrivateIPAddressNotInSubnet",
			    "Private static IP address %s does not belong to the range of subnet %s.",
			    az_address_text(text, wanted), s->name);
		if (wanted - s->base < KEPT_FIRST || wanted - s->base == n - 1)
			return az_refuse(
			    r, 400, "PrivateIPAddressInReservedRange",
			    "Private static IP address %s falls in the reserved range of subnet %s.",
			    az_address_text(text, wanted), s->name);
		if (is_used(s, wanted - s->base))
			return az_refuse(
			    r, 400, "PrivateIPAddressInUse",
			    "Private IP address %s is already allocated in subnet %s.",
			    az_address_text(text, wanted), s->name);
		return lease(s, wanted - s->base, out);
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = (s->hint + i) % n;

		if (is_used(s, at))
			continue;
		s->hint = at + 1;
		return lease(s, at, out);
	}
	return az_refuse(
	    r, 400, "SubnetIsFull",
	    "Subnet %s with address prefix %s/%u does not have enough capacity for 1 IP addresses.",
	    s->name, az_address_text(text, s->base), s->bits);
}

void az_lease_give(struct az_lease *l)
{
	uint32_t i;

	if (!l->subnet)
		return;
	i = l->address - l->subnet->base;
	l->subnet->used[i / 8] = (uint8_t)(l->subnet->used[i / 8] & ~(1 << (i % 8)));
	l->subnet->n_used--;
	*l = (struct az_lease){ 0 };
}

static void subnet_free(struct az_subnet *s)
{
	free(s->name);
	free(s->used);
	free(s);
}

void az_subnets_free(struct az_resource *vnet)
{
	while (vnet->subnets) {
		struct az_subnet *next = vnet->subnets->next;

		subnet_free(vnet->subnets);
		vnet->subnets = next;
	}
}

static const char *prefix_of(const struct json *subnet)
{
	return json_str(subnet, "properties.addressPrefix",
			json_str(subnet, "properties.addressPrefixes.0", NULL));
}

static bool in_space(const struct json *doc, uint32_t base, unsigned int bits)
{
	const struct json *space = json_get(doc, "properties.addressSpace.addressPrefixes");

	for (size_t i = 0; i < json_len(space); i++) {
		uint32_t b;
		unsigned int n;

		if (az_prefix_read(&b, &n, json_text(json_at(space, i))) == 0 &&
		    az_prefix_covers(b, n, base, bits))
			return true;
	}
	return false;
}

/* Each entry alone and against the ones before it. */
static int check_one(const struct json *doc, const struct json *list, size_t i,
		     struct az_refusal *r)
{
	const struct json *e = json_at(list, i);
	const char *name = json_str(e, "name", NULL), *prefix = prefix_of(e);
	uint32_t base, other;
	unsigned int bits, other_bits;

	if (!name)
		return az_refuse(r, 400, "InvalidRequestFormat", "A subnet has no name.");
	if (!prefix || az_prefix_read(&base, &bits, prefix) != 0)
		return az_refuse(
		    r, 400, "InvalidCIDRNotation",
		    "The address prefix %s of subnet %s has an invalid CIDR notation.",
		    prefix ? prefix : "(none)", name);
	if (bits > 29)
		return az_refuse(r, 400, "NetcfgSubnetRangeTooSmall",
				 "Subnet %s is not valid: the smallest range is a /29.", name);
	if (!in_space(doc, base, bits))
		return az_refuse(
		    r, 400, "NetcfgInvalidSubnet",
		    "Subnet '%s' is not valid because its range %s is outside the address space "
		    "of its virtual network.",
		    name, prefix);
	for (size_t k = 0; k < i; k++) {
		const struct json *o = json_at(list, k);

		if (az_prefix_read(&other, &other_bits, prefix_of(o)) == 0 &&
		    (az_prefix_covers(base, bits, other, other_bits) ||
		     az_prefix_covers(other, other_bits, base, bits)))
			return az_refuse(
			    r, 400, "NetcfgSubnetRangesOverlap",
			    "Subnet '%s' is not valid because its range overlaps with subnet '%s'.",
			    name, json_str(o, "name", ""));
	}
	return 0;
}

static int check_used(const struct az_resource *vnet, const struct json *list,
		      struct az_refusal *r)
{
	for (const struct az_subnet *s = vnet->subnets; s; s = s->next) {
		const struct json *found = NULL;
		uint32_t base = 0;
		unsigned int bits = 0;

		for (size_t i = 0; i < json_len(list); i++)
			if (text_casecmp(json_str(json_at(list, i), "name", ""), s->name) == 0)
				found = json_at(list, i);
		if (s->n_used == 0)
			continue;
		if (!found)
			return az_refuse(
			    r, 400, "InUseSubnetCannotBeDeleted",
			    "Subnet %s is in use by %u IP configurations and cannot be deleted.",
			    s->name, s->n_used);
		az_prefix_read(&base, &bits, prefix_of(found));
		if (base != s->base || bits != s->bits)
			return az_refuse(
			    r, 400, "InUsePrefixCannotBeDeleted",
			    "IpPrefix of subnet %s is in use and cannot be changed.", s->name);
	}
	return 0;
}

static void apply_one(struct az_resource *vnet, const struct json *e)
{
	struct az_subnet *s = az_subnet_find(vnet, json_str(e, "name", "")),
			 **at = &vnet->subnets;
	uint32_t base = 0;
	unsigned int bits = 0;

	az_prefix_read(&base, &bits, prefix_of(e));
	if (s && (s->base != base || s->bits != bits)) { /* unused: checked before */
		while (*at && *at != s)
			at = &(*at)->next;
		*at = s->next;
		subnet_free(s);
		s = NULL;
	}
	if (!s) {
		s = xcalloc(1, sizeof(*s));
		s->name = xstrdup(json_str(e, "name", ""));
		s->vnet = vnet;
		s->base = base;
		s->bits = bits;
		s->used = xcalloc((size_of(s) + 7) / 8, 1);
		for (at = &vnet->subnets; *at; at = &(*at)->next)
			continue;
		*at = s;
	}
	s->delegated = json_len(json_get(e, "properties.delegations")) > 0;
}

static bool listed(const struct json *list, const char *name)
{
	for (size_t i = 0; i < json_len(list); i++)
		if (text_casecmp(json_str(json_at(list, i), "name", ""), name) == 0)
			return true;
	return false;
}

int az_subnets_read(struct az_resource *vnet, const struct json *doc, struct az_refusal *r)
{
	const struct json *list = json_get(doc, "properties.subnets");

	for (size_t i = 0; i < json_len(list); i++)
		if (check_one(doc, list, i, r) != 0)
			return -1;
	if (check_used(vnet, list, r) != 0)
		return -1;
	for (struct az_subnet **at = &vnet->subnets; *at;) {
		struct az_subnet *s = *at;

		if (listed(list, s->name)) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		subnet_free(s);
	}
	for (size_t i = 0; i < json_len(list); i++)
		apply_one(vnet, json_at(list, i));
	return 0;
}
