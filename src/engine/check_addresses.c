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

static bool is_given(const struct strs *params, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < params->n; i++)
		if (strncmp(params->v[i], name, n) == 0 && params->v[i][n] == '=')
			return true;
	return false;
}

enum range_use { RANGE_FREE, RANGE_SHARED, RANGE_MOVES, RANGE_TAKEN };

struct range_sight {
	enum range_use use;
	const struct cluster *other; /* NULL: RANGE_FREE */
	char fix[CIDR_TEXT];	     /* the next free one; "" none is */
};

/* What a range is for a cluster that is to be made: all that is told or done of it rests on
 * this. A default steps aside; what was typed, or stands fixed in the template, does not. */
static struct range_sight judge(const struct check_facts *f)
{
	const struct cluster_spec *s = f->spec;
	const char *name = check_param_at(f, "cluster/network/cidr");
	struct range_sight sight = { .use = RANGE_FREE };
	const struct cluster *first;
	struct cidr range;

	if (s->vnet_id || !s->vnet_cidr || cidr_read(&range, s->vnet_cidr) < 0)
		return sight;
	sight.other = clashes(f, &range);
	if (!sight.other)
		return sight;
	sight.use = RANGE_SHARED;
	first = in_the_way(f, &range);
	if (first) {
		sight.use = RANGE_TAKEN;
		sight.other = first;
	}
	if (next_free(f, &range, sight.fix) && *name && f->given && !is_given(f->given, name))
		sight.use = RANGE_MOVES;
	return sight;
}

static int say_taken(const struct check_facts *f, const struct range_sight *sight,
		     struct err *err)
{
	const char *name = check_param_at(f, "cluster/network/cidr");

	if (!sight->fix[0])
		return err_set(err, ERR_CONFLICT,
			       "cluster %s has addresses of %s: choose another range",
			       sight->other->name, f->spec->vnet_cidr);
	return err_set(
	    err, ERR_CONFLICT,
	    "cluster %s has addresses of %s, and one jump host cannot tell their machines apart; %s is free%s%s%s%s",
	    sight->other->name, f->spec->vnet_cidr, sight->fix, *name ? ": " : "", name,
	    *name ? "=" : "", *name ? sight->fix : "");
}

void check_addresses(struct json *out, const struct check_facts *f)
{
	const char *name = check_param_at(f, "cluster/network/cidr");
	const struct range_sight sight = judge(f);
	struct err err;
	struct json *j;

	check_told(out, "addresses",
		   sight.use == RANGE_FREE    ? CHECK_OK
		   : sight.use == RANGE_TAKEN ? CHECK_FAIL
					      : CHECK_WARN,
		   "addresses");
	if (sight.use == RANGE_FREE)
		return;
	if (sight.use == RANGE_TAKEN) {
		say_taken(f, &sight, &err);
		check_problem(out, CHECK_FAIL, name, sight.fix, "%s", err.msg);
		return;
	}
	j = check_problem(
	    out, CHECK_WARN, name, sight.fix,
	    "%s is also the range of cluster %s: one jump host cannot tell their machines apart",
	    f->spec->vnet_cidr, sight.other->name);
	json_set_bool(j, "moves", sight.use == RANGE_MOVES);
}

int check_range_free(const struct check_facts *f, struct err *err)
{
	const struct range_sight sight = judge(f);

	return sight.use == RANGE_TAKEN ? say_taken(f, &sight, err) : 0;
}

bool check_moved_range(struct strs *params, const struct check_facts *f)
{
	const struct range_sight sight = judge(f);

	return sight.use == RANGE_MOVES &&
	       strs_addf(params, "%s=%s", check_param_at(f, "cluster/network/cidr"),
			 sight.fix) == 0;
}
