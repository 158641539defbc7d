#include "azsim/world/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/world/sku.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"

/* Limits that a subscription of an HPC site would have: large, but not without end. */
#define LIMITS                                                                                 \
	.quota_cores = 400000, .quota_family = 100000, .quota_spot = 100000,                   \
	.quota_vms = 25000, .quota_sets = 2500, .members_page = 50, .list_page = 50,           \
	.op_keep_ms = 86400000.0, .cluster_min = 100, .cluster_max = 300,                      \
	.os_timeout_ms = 1200000.0, .slow_ms = 30000.0

static const struct az_scenario profiles[] = {
	{ .profile = "fast",
	  LIMITS,
	  .allocate = { 300, 0.1 },
	  .boot = { 600, 0.1 },
	  .remove = { 400, 0.1 },
	  .power = { 300, 0.1 },
	  .network = { 100, 0.1 },
	  .slow_factor = 1,
	  .retry_after_s = 1,
	  .evict_notice_ms = 500,
	  .stock_cores = -1,
	  .stock_spot = -1 },
	{ .profile = "realistic",
	  LIMITS,
	  .front_min = 80,
	  .front_max = 400,
	  .write_min = 800,
	  .write_max = 3000,
	  .allocate = { 25000, 0.35 },
	  .boot = { 55000, 0.3 },
	  .remove = { 40000, 0.35 },
	  .power = { 30000, 0.3 },
	  .network = { 4000, 0.4 },
	  .slow_share = 0.015,
	  .slow_factor = 5,
	  .os_timeout_share = 0.003,
	  .retry_after_s = 10,
	  .evict_notice_ms = 30000,
	  .evictions_per_hour = 0.02,
	  .graph_lag_min = 5000,
	  .graph_lag_max = 60000,
	  .hidden_share = 0.02,
	  .hidden_ms = 2000,
	  .throttle = 1,
	  .stock_cores = 60000,
	  .stock_spot = 20000,
	  .stock_recover = 200,
	  .price_walk = 0.2,
	  .preempt_share = 0.1 },
	{ .profile = "harsh",
	  LIMITS,
	  .front_min = 80,
	  .front_max = 2000,
	  .write_min = 800,
	  .write_max = 8000,
	  .allocate = { 40000, 0.6 },
	  .boot = { 70000, 0.5 },
	  .remove = { 60000, 0.5 },
	  .power = { 45000, 0.4 },
	  .network = { 8000, 0.6 },
	  .slow_share = 0.05,
	  .slow_factor = 6,
	  .os_timeout_share = 0.02,
	  .retry_after_s = 10,
	  .evict_notice_ms = 30000,
	  .evictions_per_hour = 0.2,
	  .graph_lag_min = 10000,
	  .graph_lag_max = 120000,
	  .hidden_share = 0.1,
	  .hidden_ms = 2000,
	  .throttle = 1,
	  .stock_cores = 8000,
	  .stock_spot = 2000,
	  .stock_recover = 100,
	  .price_walk = 0.5,
	  .preempt_share = 0.3,
	  .p_500 = 0.01,
	  .p_503 = 0.01,
	  .p_reset_before = 0.005,
	  .p_reset_after = 0.005,
	  .p_slow = 0.005,
	  .p_truncate = 0.003,
	  .p_mixed_case = 0.2,
	  .p_empty_page = 0.05 },
};

const char *const az_profiles[] = { "fast", "realistic", "harsh", NULL };

enum kind { REAL, INT, SPREAD };

struct key {
	const char *name;
	enum kind kind;
	size_t at;
	double max;
};

#define KEY(k, kind, max)                                                                      \
	{                                                                                      \
#k, kind, offsetof(struct az_scenario, k), max                                 \
	}
#define DAY 86400000.0

static const struct key keys[] = {
	KEY(front_min, REAL, DAY),
	KEY(front_max, REAL, DAY),
	KEY(write_min, REAL, DAY),
	KEY(write_max, REAL, DAY),
	KEY(allocate, SPREAD, DAY),
	KEY(boot, SPREAD, DAY),
	KEY(remove, SPREAD, DAY),
	KEY(power, SPREAD, DAY),
	KEY(network, SPREAD, DAY),
	KEY(slow_share, REAL, 1),
	KEY(slow_factor, REAL, 1000),
	KEY(os_timeout_share, REAL, 1),
	KEY(os_timeout_ms, REAL, DAY),
	KEY(retry_after_s, REAL, 3600),
	KEY(evict_notice_ms, REAL, DAY),
	KEY(evictions_per_hour, REAL, 3600),
	KEY(graph_lag_min, REAL, DAY),
	KEY(graph_lag_max, REAL, DAY),
	KEY(hidden_share, REAL, 1),
	KEY(hidden_ms, REAL, DAY),
	KEY(op_keep_ms, REAL, 30 * DAY),
	KEY(throttle, INT, 1),
	KEY(members_page, INT, 1000),
	KEY(list_page, INT, 1000),
	KEY(quota_cores, INT, 1e9),
	KEY(quota_family, INT, 1e9),
	KEY(quota_spot, INT, 1e9),
	KEY(quota_vms, INT, 1e9),
	KEY(quota_sets, INT, 1e9),
	KEY(stock_cores, INT, 1e9),
	KEY(stock_spot, INT, 1e9),
	KEY(stock_recover, INT, 1e9),
	KEY(cluster_min, INT, 1e6),
	KEY(cluster_max, INT, 1e6),
	KEY(price_walk, REAL, 0.9),
	KEY(preempt_share, REAL, 1),
	KEY(p_500, REAL, 1),
	KEY(p_503, REAL, 1),
	KEY(p_reset_before, REAL, 1),
	KEY(p_reset_after, REAL, 1),
	KEY(p_slow, REAL, 1),
	KEY(p_truncate, REAL, 1),
	KEY(p_mixed_case, REAL, 1),
	KEY(p_empty_page, REAL, 1),
	KEY(slow_ms, REAL, DAY),
};

int az_scenario_profile(struct az_scenario *s, const char *name, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
		if (strcmp(profiles[i].profile, name) != 0)
			continue;
		az_scenario_clear(s);
		*s = profiles[i];
		return 0;
	}
	return err_set(err, ERR_INVALID,
		       "no profile \"%s\"; there are fast, realistic and harsh", name);
}

static int wrong(const struct yaml *y, struct err *err, const char *want)
{
	return err_set(err, ERR_PARSE, "line %u: %s is to be %s", y->line,
		       y->key ? y->key : "this", want);
}

static int read_number(double *out, const struct yaml *y, double max, struct err *err)
{
	if (!y || y->kind != YAML_SCALAR || num_read_real(out, y->text, -1, max) != 0)
		return y ? wrong(y, err, "a number in range")
			 : err_set(err, ERR_PARSE, "a number is missing");
	return 0;
}

static int read_key(struct az_scenario *s, const struct key *k, const struct yaml *y,
		    struct err *err)
{
	char *at = (char *)s + k->at;
	double x;

	if (k->kind == SPREAD && y->kind == YAML_MAP) {
		struct az_spread p;

		if (read_number(&p.median, yaml_get(y, "median"), k->max, err) != 0 ||
		    read_number(&p.sigma, yaml_get(y, "sigma"), 5, err) != 0)
			return -1;
		memcpy(at, &p, sizeof(p));
		return 0;
	}
	if (read_number(&x, y, k->max, err) != 0)
		return -1;
	if (k->kind == INT) {
		int64_t n = (int64_t)x;

		memcpy(at, &n, sizeof(n));
	} else {
		memcpy(at, &x, sizeof(x)); /* of a spread: its median, first in the struct */
	}
	return 0;
}

static const char *word(const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	return y && y->kind == YAML_SCALAR ? y->text : "";
}

static int read_override(struct az_override **list, const struct yaml *y, const char *name_key,
			 struct err *err)
{
	struct az_override *o = xcalloc(1, sizeof(*o));
	int64_t zone = -1;

	o->next = *list;
	*list = o;
	o->region = az_region_find(word(y, "region"));
	snprintf(o->name, sizeof(o->name), "%s", word(y, name_key));
	o->spot = strcmp(word(y, "spot"), "true") == 0;
	if (o->region < 0)
		return wrong(y, err, "an entry with a region of this cloud");
	if (*word(y, "zone") && num_read(&zone, word(y, "zone"), 0, 3) != 0)
		return wrong(y, err, "an entry with a zone from 0 to 3");
	o->zone = (int)zone;
	if (num_read(&o->cores, word(y, "cores"), -1, 1000000000) != 0)
		return wrong(y, err, "an entry with cores");
	return 0;
}

static int read_rule(struct az_scenario *s, const struct yaml *y, struct err *err)
{
	struct az_rule *r = xcalloc(1, sizeof(*r));

	r->next = s->rules;
	s->rules = r;
	r->count = 1;
	snprintf(r->method, sizeof(r->method), "%s", word(y, "method"));
	snprintf(r->match, sizeof(r->match), "%s", word(y, "match"));
	snprintf(r->effect, sizeof(r->effect), "%s", word(y, "effect"));
	snprintf(r->code, sizeof(r->code), "%s", word(y, "code"));
	if ((*word(y, "count") && num_read(&r->count, word(y, "count"), -1, 1000000) != 0) ||
	    (*word(y, "status") && num_read(&r->status, word(y, "status"), 400, 599) != 0) ||
	    (*word(y, "ms") && num_read(&r->ms, word(y, "ms"), 0, (int64_t)DAY) != 0))
		return wrong(y, err, "an entry with numbers in count, status and ms");
	return 0;
}

static int read_list(struct az_scenario *s, const struct yaml *y, struct err *err)
{
	if (y->kind != YAML_LIST)
		return wrong(y, err, "a list");
	for (const struct yaml *e = y->child; e; e = e->next) {
		int rc = -1;

		if (e->kind != YAML_MAP)
			return wrong(e, err, "a map");
		if (strcmp(y->key, "quota") == 0)
			rc = read_override(&s->quotas, e, "family", err);
		else if (strcmp(y->key, "stock") == 0)
			rc = read_override(&s->stocks, e, "family", err);
		else
			rc = read_rule(s, e, err);
		if (rc != 0)
			return -1;
	}
	return 0;
}

static int read_entry(struct az_scenario *s, const struct yaml *y, struct err *err)
{
	if (strcmp(y->key, "profile") == 0)
		return 0;
	if (strcmp(y->key, "seed") == 0) {
		s->has_seed = true;
		return y->kind == YAML_SCALAR && num_read(&s->seed, y->text, 0, INT64_MAX) == 0
			   ? 0
			   : wrong(y, err, "a whole number");
	}
	if (strcmp(y->key, "quota") == 0 || strcmp(y->key, "stock") == 0 ||
	    strcmp(y->key, "faults") == 0)
		return read_list(s, y, err);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (strcmp(keys[i].name, y->key) == 0)
			return read_key(s, &keys[i], y, err);
	return err_set(err, ERR_PARSE, "line %u: a scenario has no \"%s\"", y->key_line,
		       y->key);
}

int az_scenario_read(struct az_scenario *s, const char *text, size_t len, struct err *err)
{
	struct yaml *y = yaml_parse(text, len, err);
	int rc = 0;

	if (!y)
		return -1;
	if (y->kind != YAML_MAP)
		rc = err_set(err, ERR_PARSE, "a scenario is a map of names and values");
	if (rc == 0 && *word(y, "profile"))
		rc = az_scenario_profile(s, word(y, "profile"), err);
	for (const struct yaml *e = y->child; e && rc == 0; e = e->next)
		rc = read_entry(s, e, err);
	yaml_free(y);
	return rc;
}

static void clear_overrides(struct az_override *o)
{
	while (o) {
		struct az_override *next = o->next;

		free(o);
		o = next;
	}
}

void az_scenario_clear(struct az_scenario *s)
{
	clear_overrides(s->quotas);
	clear_overrides(s->stocks);
	while (s->rules) {
		struct az_rule *next = s->rules->next;

		free(s->rules);
		s->rules = next;
	}
	*s = (struct az_scenario){ 0 };
}

int64_t az_spread_ms(const struct az_spread *p, struct rng *rng)
{
	return p->median <= 0 ? 0 : (int64_t)rng_lognormal(rng, p->median, p->sigma);
}

int64_t az_range_ms(double min, double max, struct rng *rng)
{
	return max <= 0 ? 0 : (int64_t)(min + (max - min) * rng_unit(rng));
}
