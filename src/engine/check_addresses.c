/* Ranges of addresses: two clusters with the same cannot be told apart from one jump host, and
 * each machine of a cluster takes one. */
#include "engine/check_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/cidr.h"
#include "base/mem.h"
#include "engine/facts.h"

#define NODES_MOST ((int64_t)1 << 24)

static const struct cidr private_ranges[] = {
	{ 0x0a000000, 8 }, { 0xac100000, 12 }, { 0xc0a80000, 16 }, { 0x64400000, 10 }
};
static bool is_private(const struct cidr *range)
{
	for (size_t i = 0; i < ARRAY_LEN(private_ranges); i++)
		if (cidr_contains(&private_ranges[i], range))
			return true;
	return false;
}

static bool is_refused(const struct provider_ops *p, const struct cidr *range)
{
	for (size_t i = 0; i < p->n_no_networks; i++)
		if (cidr_overlaps(&p->no_networks[i], range))
			return true;
	return false;
}

static int64_t room_of(const struct provider_ops *p, const struct cidr *range)
{
	return ((int64_t)1 << (32 - range->bits)) - (p ? p->subnet_keeps : 0);
}

struct machines { /* with the head */
	int64_t least, most;
};

static struct machines machines_of(const struct cluster_spec *s)
{
	int64_t least = 0, most = 0;
	bool any = false, open = false;

	for (size_t i = 0; i < s->n_arrays; i++) {
		const struct array_spec *a = &s->arrays[i];
		int64_t max = hours_most(a);

		least += less(a->min_nodes, NODES_MOST);
		most += max < 0 ? 0 : less(max, NODES_MOST);
		open = open || max < 0;
		any = any || max != 0;
	}
	if (s->max_nodes >= 0 && (open || s->max_nodes < most))
		most = less(s->max_nodes, NODES_MOST);
	if (least == 0 && any)
		least = 1;
	return (struct machines){ 1 + least, 1 + (most > least ? most : least) };
}

/* A private range with room for them all that begins as near as can be. */
static struct cidr roomy(const struct provider_ops *p, const struct cidr *range,
			 int64_t machines)
{
	struct cidr wide = *range;

	if (!is_private(&wide))
		wide.net = 0x0a140000; /* 10.20.0.0 */
	while (wide.bits > 8 && room_of(p, &wide) < machines)
		wide.bits--;
	wide.net &= ~(UINT32_MAX >> wide.bits);
	if (!is_private(&wide))
		wide.net = 0x0a000000;
	return wide;
}

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

/* It, or the next range of the same length inside the private one that it lies in. */
static bool next_free(const struct check_facts *f, const struct cidr *from, char out[CIDR_TEXT])
{
	uint32_t step = from->bits ? (uint32_t)1 << (32 - from->bits) : 0;

	if (is_private(from) && !clashes(f, from)) {
		cidr_text(out, from);
		return true;
	}
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
	struct cidr range, wide;

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
	wide = roomy(f->provider, &range, machines_of(s).most);
	if (next_free(f, &wide, sight.fix) && *name && f->given && !strs_value(f->given, name))
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

/* That of the subnet, which may be less than the network's; false: nothing is to be judged. */
static bool subnet_of(const struct check_facts *f, struct cidr *range, const char **param)
{
	const struct cluster_spec *s = f->spec;
	const char *text = s->subnet_cidr ? s->subnet_cidr : s->vnet_cidr;

	*param = !text || !s->vnet_cidr || strcmp(text, s->vnet_cidr) == 0
		     ? check_param_at(f, "cluster/network/cidr")
		     : check_param_at(f, "cluster/network/subnet_cidr");
	return f->provider && !s->vnet_id && text && cidr_read(range, text) == 0;
}

int check_range_holds(const struct check_facts *f, struct err *err)
{
	int64_t least = machines_of(f->spec).least;
	char text[CIDR_TEXT];
	const char *param;
	struct cidr range;

	if (!subnet_of(f, &range, &param))
		return 0;
	cidr_text(text, &range);
	if (is_refused(f->provider, &range))
		return err_set(err, ERR_INVALID,
			       "%s makes no network of %s: choose a private range",
			       f->provider->title, text);
	if (room_of(f->provider, &range) >= least)
		return 0;
	return err_set(
	    err, ERR_INVALID,
	    "%s has addresses for %lld machines, as %s keeps %d of each subnet; the head and the nodes that are always there need %lld: choose a larger range",
	    text, (long long)room_of(f->provider, &range), f->provider->title,
	    f->provider->subnet_keeps, (long long)least);
}

/* Whether all machines that it may have fit, and are reached by these addresses. */
static enum check_state check_room(struct json *out, const struct check_facts *f)
{
	const struct machines need = machines_of(f->spec);
	char text[CIDR_TEXT], fix[CIDR_TEXT] = "";
	enum check_state worst = CHECK_OK;
	struct err err = ERR_INIT;
	struct cidr range, wide;
	const char *param;

	if (!subnet_of(f, &range, &param))
		return CHECK_OK;
	wide = roomy(f->provider, &range, need.most);
	next_free(f, &wide, fix);
	cidr_text(text, &range);
	if (check_range_holds(f, &err) < 0) {
		check_problem(out, CHECK_FAIL, param, fix, "%s", err.msg);
		return CHECK_FAIL;
	}
	if (room_of(f->provider, &range) < need.most) {
		worst = CHECK_WARN;
		check_problem(
		    out, CHECK_WARN, param, fix,
		    "%s has addresses for %lld machines, as %s keeps %d of each subnet; the head and at most %lld nodes need %lld: nodes beyond %lld cannot be made",
		    text, (long long)room_of(f->provider, &range), f->provider->title,
		    f->provider->subnet_keeps, (long long)(need.most - 1), (long long)need.most,
		    (long long)(room_of(f->provider, &range) - 1));
	}
	if (!is_private(&range)) {
		worst = CHECK_WARN;
		check_problem(
		    out, CHECK_WARN, param, fix,
		    "%s are addresses of the internet: what has them there cannot be reached from the cluster",
		    text);
	}
	return worst;
}

static enum check_state check_use(struct json *out, const struct check_facts *f)
{
	const char *name = check_param_at(f, "cluster/network/cidr");
	const struct range_sight sight = judge(f);
	struct err err;
	struct json *j;

	if (sight.use == RANGE_FREE)
		return CHECK_OK;
	if (sight.use == RANGE_TAKEN) {
		say_taken(f, &sight, &err);
		check_problem(out, CHECK_FAIL, name, sight.fix, "%s", err.msg);
		return CHECK_FAIL;
	}
	j = check_problem(
	    out, CHECK_WARN, name, sight.fix,
	    "%s is also the range of cluster %s: one jump host cannot tell their machines apart",
	    f->spec->vnet_cidr, sight.other->name);
	json_set_bool(j, "moves", sight.use == RANGE_MOVES);
	return CHECK_WARN;
}

void check_addresses(struct json *out, const struct check_facts *f)
{
	const char *name = check_param_at(f, "cluster/network/cidr");
	enum check_state use, room;

	/* what was given is no range: the default is looked at, which may be in use */
	if (check_refix(out, name, judge(f).fix)) {
		check_told(out, "addresses", CHECK_FAIL, "addresses");
		return;
	}
	use = check_use(out, f);
	room = check_room(out, f);
	check_told(out, "addresses", use > room ? use : room, "addresses");
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
