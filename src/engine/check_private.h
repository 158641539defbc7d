/* What the parts of check_spec() share. */
#ifndef ENGINE_CHECK_PRIVATE_H
#define ENGINE_CHECK_PRIVATE_H

#include "engine/check.h"

/* The parameter that gives what stands there in the template; "" none does. */
const char *check_param_at(const struct check_facts *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
bool check_sizes_known(const struct check_facts *f);
const struct vm_size *check_size_of(const struct check_facts *f, const char *name);

static inline int64_t less(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void check_addresses(struct json *out, const struct check_facts *f); /* check_addresses.c */
void check_costs(struct json *out, const struct check_facts *f);     /* check_cost.c */
void check_creates(struct json *out, const struct check_facts *f);

#endif
