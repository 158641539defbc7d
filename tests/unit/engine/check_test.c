/* What is told of a cluster before it is made: limits, clashes, prices, and what is not known
 * yet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/check.h"
#include "engine/region.h"

static const char text[] =
    "parameters:\n"
    "  place: {type: region, default: westeurope}\n"
    "  range: {type: cidr, default: 10.20.0.0/16}\n"
    "  head_size: {type: size, default: Standard_D2s_v5}\n"
    "  htc_size: {type: size, default: Standard_F2s_v2}\n"
    "  htc_max: {type: int, default: 16, min: 0, max: 1000}\n"
    "  hpc_max: {type: int, default: 4}\n"
    "cluster: {cloud: azsim, region: '${place}', image: 'a:b:c:d', network: {cidr: '${range}'}}\n"
    "head: {size: '${head_size}'}\n"
    "scheduler: {type: slurm}\n"
    "arrays:\n"
    "  htc: {default: yes, sizes: ['${htc_size}'], spot: only, max_nodes: '${htc_max}'}\n"
    "  hpc: {sizes: [Standard_HB120rs_v3], spot: never, max_nodes: '${hpc_max}'}\n";

static char azsim[] = "azsim", demo[] = "demo", its_range[] = "10.20.128.0/17";

struct world {
	struct template *t;
	struct cluster_spec spec;
	struct engine_cloud cloud;
	struct cloud_record record;
	struct engine engine;
	struct region_facts region;
	struct cluster other;
	const struct cluster *others[1];
	struct check_facts f;
	struct strs given;
	struct json *out;
};

static void add_size(struct world *w, const char *name, int64_t vcpus, double price,
		     double spot)
{
	struct vm_size *s = vm_sizes_add(&w->region.sizes);

	s->vcpus = vcpus;
	s->mem_bytes = (int64_t)8 << 30;
	s->spot_capable = true;
	s->price = price;
	s->spot_price = spot;
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->family, sizeof(s->family), "family of %.20s", name);
}

static void add_quota(struct world *w, const char *name, int64_t limit, int64_t used)
{
	struct quota *q = quotas_add(&w->region.quotas);

	q->limit = limit;
	q->used = used;
	snprintf(q->name, sizeof(q->name), "%s", name);
}

static void look(struct world *w, const char *a, const char *b)
{
	struct err err = ERR_INIT;

	cluster_spec_clear(&w->spec);
	strs_clear(&w->given);
	if (a)
		strs_add(&w->given, a);
	if (b)
		strs_add(&w->given, b);
	if (template_expand(&w->spec, w->t, &w->given, &err) < 0)
		fail_msg("%s", err.msg);
	json_free(w->out);
	w->out = json_new_object();
	json_set_array(w->out, "problems");
	json_set_array(w->out, "checks");
	check_spec(w->out, &w->f);
}

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct err err = ERR_INIT;

	w->t = template_parse(text, strlen(text), "mine", &err);
	if (!w->t)
		fail_msg("%s", err.msg);
	cluster_spec_init(&w->spec);
	w->record.name = azsim;
	w->cloud.record = &w->record;
	w->region.cloud = &w->cloud;
	w->region.engine = &w->engine;
	w->region.sizes_ms = w->region.quotas_ms = 1;
	snprintf(w->region.region, sizeof(w->region.region), "westeurope");
	add_size(w, "Standard_D2s_v5", 2, 0.1, 0.02);
	add_size(w, "Standard_F2s_v2", 2, 0.08, 0.01);
	add_size(w, "Standard_HB120rs_v3", 120, 4, 1);
	add_quota(w, "cores", 1000, 10);
	add_quota(w, "lowPriorityCores", 100, 0);
	w->given = (struct strs)STRS_INIT(4);
	w->f = (struct check_facts){ .spec = &w->spec,
				     .t = w->t,
				     .provider = &provider_azure,
				     .region = &w->region,
				     .given = &w->given };
	*state = w;
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	json_free(w->out);
	strs_clear(&w->given);
	cluster_spec_clear(&w->spec);
	template_free(w->t);
	vm_sizes_clear(&w->region.sizes);
	quotas_clear(&w->region.quotas);
	free(w);
	return 0;
}

static const char *of_problem(const struct world *w, size_t i, const char *what)
{
	return json_str(json_at(json_get(w->out, "problems"), i), what, "");
}

static const char *check_state(const struct world *w, const char *what)
{
	const struct json *list = json_get(w->out, "checks");

	for (size_t i = 0; i < json_len(list); i++)
		if (strcmp(json_str(json_at(list, i), "what", ""), what) == 0)
			return json_str(json_at(list, i), "state", "");
	return "";
}

static bool near(double a, double b)
{
	return a - b < 0.0001 && b - a < 0.0001;
}

static void what_is_right_has_a_price_and_no_problem(void **state)
{
	struct world *w = *state;

	look(w, NULL, NULL);
	assert_int_equal(json_len(json_get(w->out, "problems")), 0);
	assert_true(near(json_real(w->out, "cost.idle", 0), 0.1));
	assert_true(near(json_real(w->out, "cost.some", 0), 0.1 + 10 * 0.01));
	assert_int_equal(json_int(w->out, "cost.some_nodes", 0), 10);
	assert_true(near(json_real(w->out, "cost.full", 0), 0.1 + 16 * 0.01 + 4 * 4));
	assert_int_equal(json_int(w->out, "cost.full_nodes", 0), 20);
	assert_string_equal(check_state(w, "sizes"), "ok");
	assert_string_equal(check_state(w, "quota"), "ok");
	assert_string_equal(check_state(w, "price"), "ok");
}

static void a_disk_that_is_taken_over_goes_on_costing(void **state)
{
	struct world *w = *state;

	w->f.taken = 0.05;
	look(w, NULL, NULL);
	assert_true(near(json_real(w->out, "cost.idle", 0), 0.1 + 0.05));
	assert_true(near(json_real(w->out, "cost.some", 0), 0.1 + 0.05 + 10 * 0.01));
	w->f.taken = -1;
	look(w, NULL, NULL);
	assert_true(json_real(w->out, "cost.idle", 0) < 0);
}

static void idle_times_are_told_with_their_unit(void **state)
{
	struct world *w = *state;

	look(w, NULL, NULL);
	w->spec.arrays[0].idle_s = 90;
	w->spec.arrays[1].idle_s = 600;
	check_spec(w->out, &w->f);
	assert_string_equal(json_str(w->out, "creates.idle.0", ""),
			    "htc: nodes go after 90s without a job");
	assert_string_equal(json_str(w->out, "creates.idle.1", ""),
			    "hpc: nodes go after 10m without a job");
}

static void what_is_not_read_yet_is_not_known(void **state)
{
	struct world *w = *state;

	w->region.sizes_ms = 0;
	look(w, NULL, NULL);
	assert_int_equal(json_len(json_get(w->out, "problems")), 0);
	assert_string_equal(check_state(w, "sizes"), "unknown");
	assert_string_equal(check_state(w, "quota"), "unknown");
	assert_string_equal(check_state(w, "price"), "unknown");
	assert_true(json_real(w->out, "cost.full", 0) < 0);
	w->f.region = NULL;
	look(w, NULL, NULL);
	assert_string_equal(check_state(w, "sizes"), "unknown");
	assert_string_equal(json_text(json_get(w->out, "unknown.0")), "head_size");
	assert_string_equal(json_text(json_get(w->out, "unknown.1")), "htc_size");
}

static void a_wrong_size_names_its_parameter_and_the_nearest(void **state)
{
	struct world *w = *state;

	look(w, "htc_size=Standard_F2s_v3", NULL);
	assert_string_equal(of_problem(w, 0, "level"), "fail");
	assert_string_equal(of_problem(w, 0, "param"), "htc_size");
	assert_string_equal(of_problem(w, 0, "fix"), "Standard_F2s_v2");
	assert_string_equal(
	    of_problem(w, 0, "text"),
	    "htc: region westeurope has no size Standard_F2s_v3; did you mean Standard_F2s_v2");
	assert_string_equal(check_state(w, "sizes"), "fail");
}

static void a_region_without_sizes_is_a_problem_of_its_parameter(void **state)
{
	struct world *w = *state;

	vm_sizes_clear(&w->region.sizes);
	look(w, NULL, NULL);
	assert_string_equal(of_problem(w, 0, "param"), "place");
	assert_string_equal(of_problem(w, 0, "fix"), "");
	assert_string_equal(check_state(w, "sizes"), "fail");
	snprintf(w->region.near, sizeof(w->region.near),
		 "northeurope"); /* by the cloud's list */
	look(w, NULL, NULL);
	assert_string_equal(of_problem(w, 0, "fix"), "northeurope");
	assert_non_null(strstr(of_problem(w, 0, "text"), "; did you mean northeurope: "));
	w->region.near[0] = '\0';
	snprintf(w->region.all, sizeof(w->region.all), "eastus, northeurope");
	look(w, NULL, NULL);
	assert_non_null(strstr(of_problem(w, 0, "text"), "; it knows eastus, northeurope: "));
}

static void quota_says_how_many_fit_and_does_not_forbid(void **state)
{
	struct world *w = *state;

	look(w, "htc_max=60", "hpc_max=9");
	assert_int_equal(json_len(json_get(w->out, "problems")), 2);
	assert_string_equal(of_problem(w, 0, "level"), "warn");
	assert_string_equal(of_problem(w, 0, "param"), "htc_max");
	assert_string_equal(of_problem(w, 0, "fix"), "50");
	assert_string_equal(
	    of_problem(w, 0, "text"),
	    "quota allows 50 of 60 htc nodes (lowPriorityCores: limit 100, used 0, asked 120); jobs beyond that will wait");
	assert_string_equal(of_problem(w, 1, "param"), "hpc_max");
	assert_string_equal(of_problem(w, 1, "fix"), "8"); /* the head's two cores count */
	assert_string_equal(check_state(w, "quota"), "warn");
}

static void quota_names_each_that_counts_with_limit_used_and_asked(void **state)
{
	struct world *w = *state;

	add_quota(w, "family of Standard_F2s_v2", 40, 10);
	w->region.quotas.v[0].limit = 60; /* cores */
	look(w, "htc_max=70", "hpc_max=0");
	w->spec.arrays[0].spot = SPOT_THEN_ONDEMAND;
	json_free(w->out);
	w->out = json_new_object();
	json_set_array(w->out, "problems");
	json_set_array(w->out, "checks");
	check_spec(w->out, &w->f);
	assert_string_equal(
	    of_problem(w, 0, "text"),
	    "quota allows 65 of 70 htc nodes (lowPriorityCores: limit 100, used 0, asked 140; "
	    "family of Standard_F2s_v2: limit 40, used 10, asked 40; "
	    "cores: limit 60, used 10, asked 42); jobs beyond that will wait");
}

static void a_head_without_quota_cannot_be(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;

	assert_int_equal(check_head_fits(&w->f, &err), 0);
	w->region.quotas.v[0].used = 999;
	look(w, "hpc_max=0", NULL);
	assert_string_equal(of_problem(w, 0, "level"), "fail");
	assert_string_equal(of_problem(w, 0, "param"), "head_size");
	/* what makes or starts it refuses with these words */
	assert_int_equal(check_head_fits(&w->f, &err), -1);
	assert_string_equal(of_problem(w, 0, "text"), err.msg);
	assert_string_equal(err.msg, "the head needs 2 cores, quota cores has 1 left: ask for "
				     "more or choose another size");
	w->region.quotas_ms = 0; /* not known: it is asked at the start */
	assert_int_equal(check_head_fits(&w->f, &err), 0);
	w->region.quotas_ms = 1;
	w->f.head_runs = true; /* then it is among the 999 */
	look(w, "hpc_max=0", NULL);
	for (size_t i = 0; i < json_len(json_get(w->out, "problems")); i++)
		assert_string_not_equal(of_problem(w, i, "param"), "head_size");
}

static void a_range_in_use_offers_the_next(void **state)
{
	struct world *w = *state;

	w->other.name = demo;
	w->other.state = CLUSTER_RUNNING;
	w->other.spec.vnet_cidr = its_range;
	w->others[0] = &w->other;
	w->f.others = w->others;
	w->f.n_others = 1;
	look(w, NULL, NULL);
	assert_string_equal(of_problem(w, 0, "level"), "warn");
	assert_string_equal(of_problem(w, 0, "param"), "range");
	assert_string_equal(of_problem(w, 0, "fix"), "10.21.0.0/16");
	assert_true(json_bool(w->out, "problems.0.moves", false));
	look(w, "range=10.21.0.0/16", NULL);
	assert_int_equal(json_len(json_get(w->out, "problems")), 0);
}

static void a_range_in_use_is_refused_and_the_next_free_one_told(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;

	look(w, "range=10.20.0.0/16", NULL);
	assert_int_equal(check_range_free(&w->f, &err), 0);
	w->other.name = demo;
	w->other.state = CLUSTER_RUNNING;
	w->other.spec.cloud = azsim;
	w->other.spec.vnet_cidr = its_range;
	w->others[0] = &w->other;
	w->f.others = w->others;
	w->f.n_others = 1;
	assert_int_equal(check_range_free(&w->f, &err), -1);
	look(w, "range=10.20.0.0/16", NULL); /* a check is no kinder than what makes it */
	assert_string_equal(of_problem(w, 0, "level"), "fail");
	assert_string_equal(of_problem(w, 0, "text"), err.msg);
	assert_string_equal(of_problem(w, 0, "fix"), "10.21.0.0/16");
	assert_non_null(strstr(err.msg, "cluster demo has addresses of 10.20.0.0/16"));
	assert_non_null(strstr(err.msg, "10.21.0.0/16 is free: range=10.21.0.0/16"));
	w->other.state = CLUSTER_KEPT; /* a disk has no address */
	assert_int_equal(check_range_free(&w->f, &err), 0);
	look(w, "range=10.20.0.0/16", NULL);
	assert_string_equal(of_problem(w, 0, "level"), "warn");
	w->other.state = CLUSTER_RUNNING;
	w->other.spec.cloud = demo; /* another cloud is reached by another way */
	assert_int_equal(check_range_free(&w->f, &err), 0);
}

static void a_range_without_room_for_all_machines_is_told(void **state)
{
	struct world *w = *state;
	struct err err;

	look(w, "range=10.20.0.0/27", NULL); /* 27 for the head, 16 and 4 */
	assert_int_equal(json_len(json_get(w->out, "problems")), 0);
	look(w, "range=10.20.0.0/29", NULL);
	assert_string_equal(of_problem(w, 0, "level"), "warn");
	assert_string_equal(of_problem(w, 0, "param"), "range");
	assert_string_equal(of_problem(w, 0, "fix"), "10.20.0.0/27");
	assert_string_equal(
	    of_problem(w, 0, "text"),
	    "10.20.0.0/29 has addresses for 3 machines, as Azure keeps 5 of each subnet; the head and at most 20 nodes need 21: nodes beyond 2 cannot be made");
	assert_int_equal(check_range_holds(&w->f, &err), 0);
	w->spec.arrays[0].min_nodes = 3;
	assert_int_equal(check_range_holds(&w->f, &err), -1);
	assert_non_null(strstr(err.msg, "addresses for 3 machines"));
	assert_non_null(strstr(err.msg, "always there need 4"));
}

static void a_range_that_is_not_private_is_told_and_one_of_no_network_refused(void **state)
{
	struct world *w = *state;
	struct err err;

	look(w, "range=8.8.0.0/16", NULL);
	assert_string_equal(of_problem(w, 0, "level"), "warn");
	assert_string_equal(of_problem(w, 0, "fix"), "10.20.0.0/16");
	assert_non_null(strstr(of_problem(w, 0, "text"), "addresses of the internet"));
	assert_int_equal(check_range_holds(&w->f, &err), 0);
	look(w, "range=169.254.0.0/17", NULL);
	assert_string_equal(of_problem(w, 0, "level"), "fail");
	assert_int_equal(check_range_holds(&w->f, &err), -1);
}

static void what_mends_no_range_is_one_that_is_free(void **state)
{
	struct world *w = *state;

	w->other.name = demo;
	w->other.state = CLUSTER_RUNNING;
	w->other.spec.vnet_cidr = its_range;
	w->others[0] = &w->other;
	w->f.others = w->others;
	w->f.n_others = 1;
	look(w, NULL, NULL);
	json_free(w->out);
	w->out = json_new_object();
	json_set_array(w->out, "problems");
	json_set_array(w->out, "checks");
	check_problem(w->out, CHECK_FAIL, "range", "10.20.0.0/16", "no range");
	check_spec(w->out, &w->f);
	assert_string_equal(of_problem(w, 0, "fix"), "10.21.0.0/16");
	for (size_t i = 1; i < json_len(json_get(w->out, "problems")); i++)
		assert_string_not_equal(of_problem(w, i, "param"), "range");
}

static void a_default_range_in_use_steps_aside_and_a_given_one_stays(void **state)
{
	struct world *w = *state;
	struct strs params = STRS_INIT(4);

	look(w, NULL, NULL);
	assert_false(check_moved_range(&params, &w->f));
	w->other.name = demo;
	w->other.state = CLUSTER_RUNNING;
	w->other.spec.vnet_cidr = its_range;
	w->others[0] = &w->other;
	w->f.others = w->others;
	w->f.n_others = 1;
	assert_true(check_moved_range(&params, &w->f));
	assert_int_equal(params.n, 1);
	assert_string_equal(params.v[0], "range=10.21.0.0/16");
	strs_clear(&params);
	look(w, "range=10.20.0.0/16", NULL);
	assert_false(check_moved_range(&params, &w->f));
	assert_int_equal(params.n, 0);
}

static void a_price_that_is_not_known_is_not_zero(void **state)
{
	struct world *w = *state;

	w->region.sizes.v[2].price = -1;
	look(w, NULL, NULL);
	assert_true(json_real(w->out, "cost.full", 0) < 0);
	assert_true(near(json_real(w->out, "cost.idle", 0), 0.1));
}

/* 2026-11-28 02:00 UTC. */
#define AT_NIGHT INT64_C(1795831200)

static void an_array_that_is_paused_by_its_hours_says_until_when(void **state)
{
	struct world *w = *state;
	struct array_spec *a;
	struct schedule_window *night;

	look(w, NULL, NULL);
	check_hours(w->out, &w->spec, AT_NIGHT);
	assert_int_equal(json_len(json_get(w->out, "problems")), 0);
	a = &w->spec.arrays[0];
	a->schedule = night = xcalloc(1, sizeof(*a->schedule));
	a->n_schedule = 1;
	schedule_window_init(night);
	night->name = xstrdup("night");
	night->from = xstrdup("22:00");
	night->to = xstrdup("06:00");
	night->zone = xstrdup("UTC");
	night->pause = true;
	check_hours(w->out, &w->spec, AT_NIGHT + 12 * 3600);
	assert_int_equal(json_len(json_get(w->out, "problems")), 0);
	check_hours(w->out, &w->spec, AT_NIGHT);
	assert_string_equal(json_str(w->out, "problems.0.level", ""), "warn");
	assert_non_null(
	    strstr(json_str(w->out, "problems.0.text", ""),
		   "array \"htc\" makes no nodes now: it is paused by schedule night: "));
	assert_non_null(strstr(json_str(w->out, "problems.0.text", ""), "until 06:00"));
}

/* What there may be at the most is what some hours allow. */
static void hours_with_a_larger_maximum_count_for_cost_and_quota(void **state)
{
	struct world *w = *state;
	struct array_spec *a;

	look(w, NULL, NULL);
	assert_int_equal(json_int(w->out, "cost.full_nodes", 0), 20);
	a = &w->spec.arrays[0];
	a->schedule = xcalloc(1, sizeof(*a->schedule));
	a->n_schedule = 1;
	schedule_window_init(&a->schedule[0]);
	a->schedule[0].max_nodes = 70;
	json_free(w->out);
	w->out = json_new_object();
	json_set_array(w->out, "problems");
	json_set_array(w->out, "checks");
	check_spec(w->out, &w->f);
	assert_int_equal(json_int(w->out, "cost.full_nodes", 0), 74);
	assert_non_null(strstr(of_problem(w, 0, "text"), "of 70 htc nodes"));
}

static const char with_disk[] =
    "parameters:\n"
    "  gib: {type: int, default: 0, min: 0, max: 32767}\n"
    "  keep: {type: choice, default: auto, choices: [auto, delete, keep]}\n"
    "  most: {type: int, default: 4, min: 0, max: 100}\n"
    "  idle: {type: duration, default: 5m}\n"
    "  cycle: {type: duration, default: 5s}\n"
    "cluster: {cloud: azsim, region: westeurope, image: 'a:b:c:d', network: {cidr: 10.20.0.0/16}}\n"
    "head: {size: Standard_D2s_v5}\n"
    "scheduler: {type: slurm, cycle: '${cycle}'}\n"
    "storage: {shared: {path: /shared, disk_gib: '${gib}', at_teardown: '${keep}'}}\n"
    "arrays:\n"
    "  htc: {default: yes, sizes: [Standard_F2s_v2], spot: only, max_nodes: '${most}', idle: '${idle}'}\n";

struct asked {
	struct template *t;
	struct strs given, base, fit, rest;
	struct json *out;
	bool of_type, fine;
};

static const char with_must[] =
    "parameters:\n"
    "  place: {type: region}\n"
    "  cycle: {type: duration, default: 5s}\n"
    "cluster: {cloud: azsim, region: '${place}', image: 'a:b:c:d', network: {cidr: 10.20.0.0/16}}\n"
    "head: {size: Standard_D2s_v5}\n"
    "scheduler: {type: slurm, cycle: '${cycle}'}\n"
    "arrays: {htc: {default: yes, sizes: [Standard_F2s_v2], spot: only, max_nodes: 4}}\n";

static void ask_of(struct asked *a, const char *text_of, const char *one, const char *two,
		   const char *base)
{
	struct err err = ERR_INIT;

	*a = (struct asked){ .given = STRS_INIT(4),
			     .base = STRS_INIT(4),
			     .fit = STRS_INIT(4),
			     .rest = STRS_INIT(4),
			     .out = json_new_object() };
	a->t = template_parse(text_of, strlen(text_of), "mine", &err);
	if (!a->t)
		fail_msg("%s", err.msg);
	strs_add(&a->given, one);
	if (two)
		strs_add(&a->given, two);
	if (base)
		strs_add(&a->base, base);
	json_set_array(a->out, "problems");
	json_set_array(a->out, "checks");
	a->of_type = check_values(a->out, a->t, &a->given, &a->base, &a->fit);
	a->fine = check_each(a->out, a->t, &a->fit, &a->base, &a->rest);
}

static void ask(struct asked *a, const char *one, const char *two, const char *base)
{
	ask_of(a, with_disk, one, two, base);
}

static const char *asked_problem(const struct asked *a, size_t i, const char *key)
{
	return json_str(json_at(json_get(a->out, "problems"), i), key, "");
}

static void asked_clear(struct asked *a)
{
	template_free(a->t);
	strs_clear(&a->given);
	strs_clear(&a->base);
	strs_clear(&a->fit);
	strs_clear(&a->rest);
	json_free(a->out);
}

static void a_value_is_judged_with_what_the_cluster_has(void **state)
{
	struct asked a;

	(void)state;
	ask(&a, "keep=keep", NULL, "gib=50");
	assert_true(a.of_type && a.fine);
	assert_int_equal(json_len(json_get(a.out, "problems")), 0);
	asked_clear(&a);
	ask(&a, "keep=keep", NULL, NULL);
	assert_false(a.fine);
	assert_string_equal(asked_problem(&a, 0, "param"), "keep");
	asked_clear(&a);
}

static void a_value_may_need_one_that_stands_behind_it(void **state)
{
	struct asked a;

	(void)state;
	ask(&a, "keep=keep", "gib=50", NULL);
	assert_true(a.of_type && a.fine);
	assert_int_equal(a.rest.n, 2);
	asked_clear(&a);
}

static void what_mends_a_value_is_what_the_cluster_has(void **state)
{
	struct asked a;

	(void)state;
	ask(&a, "most=1y", NULL, "most=2");
	assert_false(a.of_type);
	assert_string_equal(asked_problem(&a, 0, "fix"), "2");
	asked_clear(&a);
	ask(&a, "cycle=0s", NULL, "cycle=9s");
	assert_false(a.fine);
	assert_string_equal(asked_problem(&a, 0, "fix"), "9s");
	asked_clear(&a);
	ask(&a, "most=1y", NULL, NULL);
	assert_string_equal(asked_problem(&a, 0, "fix"), "4");
	asked_clear(&a);
}

static void a_value_that_must_be_given_blames_no_other(void **state)
{
	struct asked a;

	(void)state;
	ask_of(&a, with_must, "cycle=7s", NULL, NULL);
	assert_false(a.of_type);
	assert_int_equal(json_len(json_get(a.out, "problems")), 1);
	assert_string_equal(asked_problem(&a, 0, "param"), "place");
	asked_clear(&a);
	ask_of(&a, with_must, "cycle=0s", "place=westeurope", NULL);
	assert_true(a.of_type && !a.fine);
	assert_int_equal(json_len(json_get(a.out, "problems")), 1);
	assert_string_equal(asked_problem(&a, 0, "param"), "cycle");
	assert_int_equal(a.rest.n, 1);
	asked_clear(&a);
}

static void a_value_of_no_type_and_one_out_of_range_are_told_at_once(void **state)
{
	struct asked a;

	(void)state;
	ask(&a, "idle=banana", "cycle=0s", NULL);
	assert_false(a.of_type || a.fine);
	assert_string_equal(asked_problem(&a, 0, "param"), "idle");
	assert_string_equal(asked_problem(&a, 1, "param"), "cycle");
	assert_int_equal(a.rest.n, 0);
	asked_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_right_has_a_price_and_no_problem, up,
						down),
		cmocka_unit_test_setup_teardown(a_disk_that_is_taken_over_goes_on_costing, up,
						down),
		cmocka_unit_test_setup_teardown(idle_times_are_told_with_their_unit, up, down),
		cmocka_unit_test_setup_teardown(what_is_not_read_yet_is_not_known, up, down),
		cmocka_unit_test_setup_teardown(
		    a_wrong_size_names_its_parameter_and_the_nearest, up, down),
		cmocka_unit_test_setup_teardown(
		    a_region_without_sizes_is_a_problem_of_its_parameter, up, down),
		cmocka_unit_test_setup_teardown(quota_says_how_many_fit_and_does_not_forbid, up,
						down),
		cmocka_unit_test_setup_teardown(
		    quota_names_each_that_counts_with_limit_used_and_asked, up, down),
		cmocka_unit_test_setup_teardown(a_head_without_quota_cannot_be, up, down),
		cmocka_unit_test_setup_teardown(
		    hours_with_a_larger_maximum_count_for_cost_and_quota, up, down),
		cmocka_unit_test_setup_teardown(a_range_in_use_offers_the_next, up, down),
		cmocka_unit_test_setup_teardown(a_range_without_room_for_all_machines_is_told,
						up, down),
		cmocka_unit_test_setup_teardown(
		    a_range_that_is_not_private_is_told_and_one_of_no_network_refused, up,
		    down),
		cmocka_unit_test_setup_teardown(what_mends_no_range_is_one_that_is_free, up,
						down),
		cmocka_unit_test_setup_teardown(
		    a_range_in_use_is_refused_and_the_next_free_one_told, up, down),
		cmocka_unit_test_setup_teardown(
		    a_default_range_in_use_steps_aside_and_a_given_one_stays, up, down),
		cmocka_unit_test_setup_teardown(
		    an_array_that_is_paused_by_its_hours_says_until_when, up, down),
		cmocka_unit_test_setup_teardown(a_price_that_is_not_known_is_not_zero, up,
						down),
		cmocka_unit_test(a_value_is_judged_with_what_the_cluster_has),
		cmocka_unit_test(a_value_may_need_one_that_stands_behind_it),
		cmocka_unit_test(what_mends_a_value_is_what_the_cluster_has),
		cmocka_unit_test(a_value_that_must_be_given_blames_no_other),
		cmocka_unit_test(a_value_of_no_type_and_one_out_of_range_are_told_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
