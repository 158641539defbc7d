/* A cloud for tests: a world and ARM in front of it, asked without sockets, under a clock that
 * the test moves. */
#ifndef TESTS_SUPPORT_CLOUD_H
#define TESTS_SUPPORT_CLOUD_H

#include "azsim/arm/arm.h"

#define CLOUD_START 1795300000000 /* 2026-11-21 */
#define CLOUD_SUB   "/subscriptions/00000000-0000-0000-0000-000000000000"
#define CLOUD_RG    CLOUD_SUB "/resourceGroups/rg"
#define CLOUD_SETS  CLOUD_RG "/providers/Microsoft.Compute/virtualMachineScaleSets"
#define CLOUD_VMS   CLOUD_RG "/providers/Microsoft.Compute/virtualMachines"
#define CLOUD_NET   CLOUD_RG "/providers/Microsoft.Network"

struct cloud {
	struct az_world *w;
	struct arm *arm;
	char *token; /* "Bearer ..." */
	/* the last answer */
	struct arm_reply reply;
	struct json *json;
	const char *extra_name, *extra_value; /* a header for the next call */
};

/* scenario: YAML text or NULL for the fast profile with seed 1; dir NULL: nothing kept. */
void cloud_open(struct cloud *c, const char *scenario, const char *dir);
void cloud_close(struct cloud *c);
void cloud_token(struct cloud *c); /* a fresh one; cloud_open() brings the first */
/* target with query or without: api-version=2024-03-01 is added when there is none. Returns the
 * status. */
int cloud_call(struct cloud *c, const char *method, const char *target, const char *body);
const char *cloud_code(const struct cloud *c); /* error.code of the last answer, or "" */
const char *cloud_header(const struct cloud *c, const char *name);
void cloud_pass(struct cloud *c, int64_t ms); /* time goes by, in small steps */
void cloud_base(struct cloud *c);	      /* group rg with network net and subnet compute */
/* A Flexible set's body; change: "path=JSON", ... NULL-terminated; "path=" removes. yours */
char *cloud_set_body(const char *const *changes);
char *cloud_uniform_body(const char *const *changes);
char *cloud_vm_body(const char *const *changes);

#endif
