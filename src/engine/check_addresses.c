/* Ranges of addresses: two clusters with the same cannot be told apart from one jump host. */
#include "engine/check_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/cidr.h"
#include "base/mem.h"

static bool has_addresses_of(const struct cluster *c, const struct cidr *range)
{
	struct cidr its;

	return !c->spec.vnet_id && c->spec.vnet_cidr && c->state != CLUSTER_DELETED &&
	       cidr_read(&its, c->spec.vnet_cidr) == 0 && cidr_overlaps(range, &its);
}

static const struct cluster *clashes(const struct check_facts *f, const struct cidr *range)
{
	for (size_t i = 0; i < f->n_others; i++) {
		if (has_addresses_of(f->others[i], range))
			return f->others[i];
	}
	return NULL;
}

/* The next range of the same length inside the private one that it lies in. */
static bool next_free(const struct check_facts *f, const struct cidr *from, char out[CIDR_TEXT])
{
	static const struct cidr private_ranges[] = { { 0x0a000000, 8 },
						      { 0xac100000, 12 },
						      { 0xc0a80000, 16 } };
	uint32_t step = from->bits ? (uint32_t)1 << (32 - from->bits) : 0;

	for (size_t p = 0; p < ARRAY_LEN(private_ranges); p++) {
		struct cidr at = *from;

		for (int tries = 0; tries < 300; tries++) {
			at.net += step;
			if (!cidr_contains(&private_ranges[p], &at))
				break;
			if (clashes(f, &at))
				continue;
			cidr_text(out, &at);
			return true;
		}
	}
	return false;
}

void check_addresses(struct json *out, const struct check_facts *f)
{
	const struct cluster_spec *s = f->spec;
	const struct cluster *other;
	char fix[CIDR_TEXT] = "";
	struct cidr range;
	struct json *j;

	if (s->vnet_id || !s->vnet_cidr || cidr_read(&range, s->vnet_cidr) < 0) {
		check_told(out, "addresses", CHECK_OK, "addresses");
		return;
	}
	other = clashes(f, &range);
	check_told(out, "addresses", other ? CHECK_WARN : CHECK_OK, "addresses");
	if (!other)
		return;
	next_free(f, &range, fix);
	j = check_problem(
	    out, CHECK_WARN, check_param_at(f, "cluster/network/cidr"), fix,
	    "%s is also the range of cluster %s: one jump host cannot tell their machines apart",
	    s->vnet_cidr, other->name);
	json_set_bool(j, "moves", true);
}

/* A cluster of which only storage is left has no machines, and another cloud's are reached by
 * another way. */
static const struct cluster *in_the_way(const struct check_facts *f, const struct cidr *range)
{
	for (size_t i = 0; i < f->n_others; i++) {
		const struct cluster *c = f->others[i];

		if (c->state != CLUSTER_KEPT && has_addresses_of(c, range) &&
		    (!c->spec.cloud || !f->spec->cloud ||
		     strcmp(c->spec.cloud, f->spec->cloud) == 0))
			return c;
	}
	return NULL;
}

int check_range_free(const struct check_facts *f, struct err *err)
{
	const struct cluster_spec *s = f->spec;
	const char *name = check_param_at(f, "cluster/network/cidr");
	const struct cluster *other;
	char fix[CIDR_TEXT] = "";
	struct cidr range;

	if (s->vnet_id || !s->vnet_cidr || cidr_read(&range, s->vnet_cidr) < 0)
		return 0;
	other = in_the_way(f, &range);
	if (!other)
		return 0;
	if (!next_free(f, &range, fix))
		return err_set(err, ERR_CONFLICT,
			       "cluster %s has addresses of %s: choose another range",
			       other->name, s->vnet_cidr);
	return err_set(
	    err, ERR_CONFLICT,
	    "cluster %s has addresses of %s, and one jump host cannot tell their machines apart; %s is free%s%s%s%s",
	    other->name, s->vnet_cidr, fix, *name ? ": " : "", name, *name ? "=" : "",
	    *name ? fix : "");
}

static bool is_given(const struct strs *params, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < params->n; i++)
		if (strncmp(params->v[i], name, n) == 0 && params->v[i][n] == '=')
			return true;
	return false;
}

bool check_moved_range(struct strs *params, const struct check_facts *f)
{
	const struct cluster_spec *s = f->spec;
	const char *name = check_param_at(f, "cluster/network/cidr");
	char free_one[CIDR_TEXT];
	struct cidr range;

	if (!*name || is_given(params, name) || s->vnet_id || !s->vnet_cidr ||
	    cidr_read(&range, s->vnet_cidr) < 0 || !clashes(f, &range) ||
	    !next_free(f, &range, free_one))
		return false;
	return strs_addf(params, "%s=%s", name, free_one) == 0;
}
