/* Digests for the audit (R10.1): of an object's JSON as the store keeps it and the API tells
 * it. */
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "store/store_private.h"
#include "wire/wire.h"

void store_digest_json(char out[65], struct json *take)
{
	char *text = json_line(take);

	sha256_hex(out, text, strlen(text));
	free(text);
}

void store_digest_cluster(char out[65], const struct cluster *c)
{
	store_digest_json(out, wire_cluster_json(c, true));
}

void store_digest_node(char out[65], const struct node *n)
{
	store_digest_json(out, wire_node_json(n));
}

void store_digest_operation(char out[65], const struct operation *o)
{
	store_digest_json(out, wire_operation_json(o));
}
