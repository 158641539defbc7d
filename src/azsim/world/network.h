/* Subnets and who holds which address. Azure keeps the first four addresses of a subnet and its
 * last. */
#ifndef AZSIM_WORLD_NETWORK_H
#define AZSIM_WORLD_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "azsim/world/refusal.h"

struct json;
struct az_resource;

struct az_subnet {
	char *name;
	struct az_resource *vnet;
	uint32_t base;
	unsigned int bits; /* of the prefix: 24 in /24 */
	uint8_t *used;	   /* a bit per address */
	uint32_t n_used;   /* by machines and interfaces, without Azure's five */
	uint32_t hint;
	bool delegated; /* to a service: holds no machines */
	struct az_subnet *next;
};

struct az_lease {
	struct az_subnet *subnet; /* NULL: none */
	uint32_t address;
};

#define AZ_ADDRESS_TEXT 16

int az_prefix_read(uint32_t *base, unsigned int *bits, const char *text);
int az_address_read(uint32_t *address, const char *text);
const char *az_address_text(char out[AZ_ADDRESS_TEXT], uint32_t address);
bool az_prefix_covers(uint32_t base, unsigned int bits, uint32_t inner,
		      unsigned int inner_bits);

struct az_subnet *az_subnet_find(const struct az_resource *vnet, const char *name);
uint32_t az_subnet_free(const struct az_subnet *s);
int az_lease_take(struct az_subnet *s, uint32_t wanted, struct az_lease *out,
		  struct az_refusal *r); /* wanted 0: any */
void az_lease_give(struct az_lease *l);

/* Makes the subnets agree with doc.properties.subnets; refuses to drop or move one that is in
 * use. */
int az_subnets_read(struct az_resource *vnet, const struct json *doc, struct az_refusal *r);
void az_subnets_free(struct az_resource *vnet);

#endif
