/*
 * The scenarios of the shared corpus (autoscale-scenarios, or $PACELINE_CORPUS): a cluster, its
 * nodes and a queue each, with what another autoscaler decided, the best that an integer
 * program found, and the rule by which a decision is judged. Each is decided by plan_make();
 * those whose jobs a queue can express are decided once more from a queue, through demand_of(),
 * and must come out the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/plan_audit.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "engine/plan.h"
#include "scheduler/scheduler.h"

#define FOLDER "autoscale-scenarios"
#define GIB    ((int64_t)1 << 30)
#define FILES  37

struct world {
	char id[8];
	struct json *j;
	struct cluster_spec spec;
	struct vm_sizes sizes;
	struct facts facts;
	size_t cap_buckets, cap_nodes, cap_quotas, cap_pools;
	struct demand demand;
	struct plan plan;
};

/*
 * Reading
 */

static void path_of(char out[600], const char *file)
{
	const char *corpus = getenv("PACELINE_CORPUS");

	snprintf(out, 600, "%s/" FOLDER "/%s", corpus ? corpus : "../shared/corpus", file);
}

static void read_array(struct world *w, size_t i, const struct json *j)
{
	struct array_spec *a = &w->spec.arrays[i];
	struct fact_array *fa = &w->facts.arrays[i];
	const char *key;
	const struct json *v;

	array_spec_init(a);
	a->name = xstrdup(json_str(j, "name", ""));
	a->spot = json_bool(j, "spot", false) ? SPOT_ONLY : SPOT_NEVER;
	a->max_cores = json_int(j, "max_cores", -1);
	a->max_nodes = json_int(j, "max_nodes", -1);
	a->group_max = json_int(j, "max_placement_group_size", 100);
	a->mem_reserve = 0; /* scenarios give what jobs may use */
	*fa = (struct fact_array){ .spec = a, .used_cores = -1 };
	resources_set_word(&fa->extra, "location", json_str(j, "region", "westus2"));
	for (void *it = NULL; json_each(json_get(j, "resources"), &it, &key, &v);)
		if (json_text(v))
			resources_set_word(&fa->extra, key, json_text(v));
		else
			resources_set(&fa->extra, key, json_real(v, "", 0));
}

static void read_size(struct world *w, const struct json *j, bool spot)
{
	struct vm_size *s;
	double price = json_real(j, "price_per_hour", -1);

	if (vm_sizes_find(&w->sizes, json_str(j, "vm_size", "")))
		return;
	s = vm_sizes_add(&w->sizes);
	*s = (struct vm_size){ .vcpus = json_int(j, "vcpus", 0),
			       .vcpus_per_core = json_int(j, "vcpus_per_core", 1),
			       .mem_bytes = (int64_t)(json_real(j, "memory_gib", 0) * GIB),
			       .gpus = json_int(j, "gpus", 0),
			       .rdma = json_bool(j, "rdma", false),
			       .price = spot ? -1 : price,
			       .spot_price = spot ? price : -1 };
	snprintf(s->name, sizeof(s->name), "%s", json_str(j, "vm_size", ""));
	snprintf(s->family, sizeof(s->family), "%s", json_str(j, "family", ""));
}

static void add_bucket(struct world *w, size_t array, const struct json *j, const char *group)
{
	struct facts *f = &w->facts;
	struct fact_bucket *b;

	GROW(f->buckets, f->n_buckets, w->cap_buckets);
	b = &f->buckets[f->n_buckets++];
	*b = (struct fact_bucket){ .array = array,
				   .size = vm_sizes_find(&w->sizes, json_str(j, "vm_size", "")),
				   .spot = w->spec.arrays[array].spot == SPOT_ONLY,
				   .max_nodes = json_int(j, "max_nodes", -1),
				   .available = json_int(j, "available_nodes", -1),
				   .price = json_real(j, "price_per_hour", -1),
				   .probe_max = -1 };
	snprintf(b->group, sizeof(b->group), "%s", group);
}

static void read_buckets(struct world *w, size_t array, const struct json *list)
{
	bool spare = json_bool(w->j, "auto_placement_groups", false);

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *j = json_at(list, i);
		const struct json *groups = json_get(j, "placement_groups");
		char name[64];

		for (size_t g = 0; g < json_len(groups); g++)
			add_bucket(w, array, j, json_text(json_at(groups, g)));
		add_bucket(w, array, j, "");
		for (int g = 0; spare && g < 2; g++) {
			snprintf(name, sizeof(name), "%s_pg%d", json_str(j, "vm_size", ""), g);
			add_bucket(w, array, j, name);
		}
	}
}

static size_t bucket_of(const struct world *w, const struct json *j)
{
	const char *group = json_str(j, "placement_group", "");

	for (size_t i = 0; i < w->facts.n_buckets; i++) {
		const struct fact_bucket *b = &w->facts.buckets[i];

		if (strcmp(w->spec.arrays[b->array].name, json_str(j, "nodearray", "")) == 0 &&
		    strcmp(b->size->name, json_str(j, "vm_size", "")) == 0 &&
		    strcmp(b->group, group ? group : "") == 0)
			return i;
	}
	return SIZE_MAX;
}

static void node_full(struct resources *r, const struct fact_bucket *b,
		      const struct resources *extra)
{
	resources_copy(r, extra);
	resources_set(r, "ncpus", (double)b->size->vcpus);
	resources_set(r, "pcpus", (double)(b->size->vcpus / b->size->vcpus_per_core));
	resources_set(r, "ngpus", (double)b->size->gpus);
	resources_set(r, "mem", (double)b->size->mem_bytes);
}

static void use(struct resources *r, const char *name, double n, int64_t threads)
{
	resources_set(r, name, resources_number(r, name) - n);
	if (strcmp(name, "ncpus") == 0)
		resources_set(r, "pcpus",
			      (double)((int64_t)resources_number(r, "ncpus") / threads));
}

static void read_node(struct world *w, const struct json *j)
{
	struct facts *f = &w->facts;
	const struct json *running = json_get(j, "running"), *v;
	struct fact_node *n;
	size_t at = bucket_of(w, j);
	const struct fact_bucket *b = &f->buckets[at];
	const char *key;

	assert_true(at != SIZE_MAX);
	GROW(f->nodes, f->n_nodes, w->cap_nodes);
	n = &f->nodes[f->n_nodes++];
	*n = (struct fact_node){ .name = json_str(j, "name", ""),
				 .bucket = at,
				 .array = b->array,
				 .state = json_len(running) ? NODE_BUSY : NODE_IDLE,
				 .jobs = (int64_t)json_len(running),
				 .keep_alive = json_bool(j, "keep_alive", false),
				 .ever_busy = true,
				 .idle_since_s = json_len(running) ? 0 : f->now_s,
				 .price = b->price };
	node_full(&n->total, b, &f->arrays[b->array].extra);
	node_full(&n->free, b, &f->arrays[b->array].extra);
	for (size_t i = 0; i < json_len(running); i++) {
		const struct json *job = json_at(running, i);

		n->exclusive = n->exclusive || json_bool(job, "exclusive", false);
		for (void *it = NULL; json_each(json_get(job, "uses"), &it, &key, &v);)
			use(&n->free, key, json_real(v, "", 0), b->size->vcpus_per_core);
	}
}

/* What the scenario's own nodes use comes on top of what others use. */
static int64_t own_cores(const struct world *w, const struct fact_quota *q)
{
	int64_t n = 0;

	for (size_t i = 0; i < w->facts.n_nodes; i++) {
		const struct fact_bucket *b = &w->facts.buckets[w->facts.nodes[i].bucket];

		if (b->spot == q->spot && (!q->family || strcmp(b->size->family, q->name) == 0))
			n += b->size->vcpus;
	}
	return n;
}

static void read_quotas(struct world *w, const char *group, bool family, bool spot)
{
	struct facts *f = &w->facts;
	char path[64];
	const char *key;
	const struct json *v;

	snprintf(path, sizeof(path), "quotas.%s", group);
	for (void *it = NULL; json_each(json_get(w->j, path), &it, &key, &v);) {
		struct fact_quota *q;

		GROW(f->quotas, f->n_quotas, w->cap_quotas);
		q = &f->quotas[f->n_quotas++];
		*q = (struct fact_quota){ .family = family, .spot = spot };
		snprintf(q->name, sizeof(q->name), "%s",
			 family ? key : (spot ? "lowPriorityCores" : "cores"));
		snprintf(q->region, sizeof(q->region), "%s", family ? "" : key);
		q->limit = json_int(v, "quota_cores", -1);
		q->used = json_int(v, "used_outside_cores", 0) + own_cores(w, q);
	}
}

static void read_pools(struct world *w)
{
	struct facts *f = &w->facts;
	const char *key;
	const struct json *v;

	for (void *it = NULL; json_each(json_get(w->j, "shared_resources"), &it, &key, &v);) {
		GROW(f->pools, f->n_pools, w->cap_pools);
		f->pools[f->n_pools] = (struct pool_units){ .left = json_real(v, "", 0) };
		snprintf(f->pools[f->n_pools++].name, sizeof(f->pools->name), "%s", key);
	}
}

/*
 * Constraints
 */

static struct need *need_of(const struct json *j);

static void add_words(struct need *n, const struct json *v)
{
	char text[64];

	for (size_t i = 0; json_is(v, JSON_ARRAY) && i < json_len(v); i++)
		add_words(n, json_at(v, i));
	if (json_text(v))
		need_word(n, json_text(v));
	else if (json_is(v, JSON_BOOL))
		need_word(n, json_bool(v, "", false) ? "true" : "false");
	else if (!json_is(v, JSON_ARRAY)) {
		snprintf(text, sizeof(text), "%.15g", json_real(v, "", 0));
		need_word(n, text);
	}
}

static struct need *branches(enum need_kind kind, const struct json *v)
{
	struct need *n = need_new(kind, NULL, 0);

	if (json_is(v, JSON_OBJECT))
		need_add(n, need_of(v));
	for (size_t i = 0; json_is(v, JSON_ARRAY) && i < json_len(v); i++)
		need_add(n, need_of(json_at(v, i)));
	return n;
}

static struct need *flag(enum need_kind kind, const struct json *v)
{
	struct need *n = need_new(kind, NULL, 0);

	n->flag = json_bool(v, "", true);
	return n;
}

static struct need *entry(const char *key, const struct json *v)
{
	const char *text = json_text(v);
	struct need *n;

	if (strcmp(key, "and") == 0)
		return branches(NEED_AND, v);
	if (strcmp(key, "or") == 0)
		return branches(NEED_OR, v);
	if (strcmp(key, "xor") == 0)
		return branches(NEED_XOR, v);
	if (strcmp(key, "not") == 0)
		return branches(NEED_NOT, v);
	if (strcmp(key, "exclusive") == 0)
		return flag(NEED_EXCLUSIVE, v);
	if (strcmp(key, "exclusive-task") == 0)
		return flag(NEED_EXCLUSIVE_TASK, v);
	if (strcmp(key, "in-a-placement-group") == 0)
		return flag(NEED_IN_GROUP, v);
	if (strcmp(key, "capacity-failure-backoff") == 0)
		return need_new(NEED_BACKOFF, NULL, json_real(v, "", 0));
	if (strncmp(key, "node.", 5) == 0) {
		n = need_new(NEED_PROPERTY, key + 5, 0);
		add_words(n, v);
		return n;
	}
	if (text && strncmp(text, "memory::", 8) == 0)
		return need_new(NEED_AT_LEAST, key, strtod(text + 8, NULL));
	if (json_is(v, JSON_INT) || json_is(v, JSON_REAL))
		return need_new(NEED_AT_LEAST, key, json_real(v, "", 0));
	n = need_new(NEED_EQUALS, key, 0);
	add_words(n, v);
	return n;
}

static struct need *need_of(const struct json *j)
{
	struct need *and = need_new(NEED_AND, NULL, 0);
	const struct json *v;
	const char *key;

	for (void *it = NULL; json_each(j, &it, &key, &v);)
		need_add(and, entry(key, v));
	return and;
}

static void read_job(struct world *w, const struct json *j)
{
	struct want *want = demand_add(&w->demand);
	const struct json *v;
	const char *key;

	want->label = demand_text(&w->demand, json_str(j, "name", ""));
	want->jobs = 1;
	want->slots = json_int(j, "slots", 0);
	want->node_count = json_int(j, "node_count", 0);
	want->times = want->node_count > 0;
	want->colocated = json_bool(j, "colocated", false);
	want->need = need_of(json_get(j, "constraints"));
	for (void *it = NULL; json_each(json_get(j, "shared"), &it, &key, &v);)
		need_add(want->need, need_new(NEED_POOL, key, json_real(v, "", 0)));
}

static void world_read(struct world *w, const char *id)
{
	const struct json *arrays, *list;
	struct buf text = BUF_INIT((size_t)1 << 20);
	char path[600], file[16];
	struct err err = ERR_INIT;

	snprintf(w->id, sizeof(w->id), "%s", id);
	snprintf(file, sizeof(file), "%s.json", id);
	path_of(path, file);
	assert_int_equal(file_read(&text, path, &err), 0);
	w->j = json_parse(buf_str(&text), text.len, &err);
	buf_clear(&text);
	assert_non_null(w->j);
	arrays = json_get(w->j, "nodearrays");
	w->facts = (struct facts){ .now_s = 1000000,
				   .region = "westus2",
				   .n_arrays = json_len(arrays),
				   .max_cores = json_int(w->j, "cluster.max_cores", -1),
				   .max_nodes = -1,
				   .max_price = -1 };
	w->spec.n_arrays = json_len(arrays);
	w->spec.arrays = xcalloc(w->spec.n_arrays, sizeof(*w->spec.arrays));
	w->facts.arrays = xcalloc(w->spec.n_arrays, sizeof(*w->facts.arrays));
	for (size_t i = 0; i < json_len(arrays); i++) {
		read_array(w, i, json_at(arrays, i));
		list = json_get(json_at(arrays, i), "buckets");
		for (size_t k = 0; k < json_len(list); k++)
			read_size(w, json_at(list, k), w->spec.arrays[i].spot == SPOT_ONLY);
	}
	for (size_t i = 0; i < json_len(arrays); i++)
		read_buckets(w, i, json_get(json_at(arrays, i), "buckets"));
	list = json_get(w->j, "existing_nodes");
	for (size_t i = 0; i < json_len(list); i++)
		read_node(w, json_at(list, i));
	read_quotas(w, "regions", false, false);
	read_quotas(w, "families", true, false);
	read_quotas(w, "spot_regions", false, true);
	read_pools(w);
	list = json_get(w->j, "jobs");
	for (size_t i = 0; i < json_len(list); i++)
		read_job(w, json_at(list, i));
}

static void world_clear(struct world *w)
{
	plan_clear(&w->plan);
	demand_clear(&w->demand);
	for (size_t i = 0; i < w->facts.n_nodes; i++) {
		resources_clear(&w->facts.nodes[i].free);
		resources_clear(&w->facts.nodes[i].total);
	}
	for (size_t i = 0; i < w->facts.n_arrays; i++) {
		resources_clear(&w->facts.arrays[i].extra);
		array_spec_clear(&w->spec.arrays[i]);
	}
	free(w->spec.arrays);
	free(w->facts.arrays);
	free(w->facts.buckets);
	free(w->facts.nodes);
	free(w->facts.quotas);
	free(w->facts.pools);
	vm_sizes_clear(&w->sizes);
	json_free(w->j);
}

/*
 * Judging
 */

static double dollars(const struct plan *p)
{
	double usd = 0;

	for (size_t i = 0; i < p->n_creates; i++)
		usd += p->creates[i].price * (double)p->creates[i].count;
	return usd;
}

static int64_t nodes_made(const struct plan *p)
{
	int64_t n = 0;

	for (size_t i = 0; i < p->n_creates; i++)
		n += p->creates[i].count;
	return n;
}

static unsigned int level_of(const char *name)
{
	static const struct {
		const char *name;
		unsigned int bind;
	} levels[] = { { "bucket", BIND_BUCKET },   { "placement_group", BIND_GROUP },
		       { "family", BIND_FAMILY },   { "region", BIND_REGION },
		       { "nodearray", BIND_ARRAY }, { "cluster", BIND_CLUSTER } };

	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (strcmp(levels[i].name, name) == 0)
			return levels[i].bind;
	return 0;
}

static unsigned int levels_of(const struct json *list)
{
	unsigned int bind = 0;

	for (size_t i = 0; i < json_len(list); i++)
		bind |= level_of(json_text(json_at(list, i)));
	return bind;
}

/* What the other autoscaler could not say because it fell over, or says less exactly than we
 * do. */
static enum why_code code_expected(const struct want *want, const struct json *job)
{
	const char *why = json_str(job, "why", "");

	if (strcmp(why, "never_fits") == 0)
		return WHY_NEVER_FITS;
	if (strcmp(why, "scalelib_crashed") == 0)
		return WHY_SHARED_POOL;
	if (want->colocated && (levels_of(json_get(job, "binding_limits")) & BIND_GROUP))
		return WHY_GROUP_TOO_SMALL;
	return WHY_NO_CAPACITY;
}

static bool in_order(const struct world *w)
{
	return strcmp(json_str(w->j, "judge.mode", ""), "lexicographic") == 0;
}

static void reasons_are_right(const struct world *w)
{
	const struct json *jobs = json_get(w->j, "scalelib.jobs");

	for (size_t i = 0; i < w->demand.n; i++) {
		const struct why_want *y = &w->plan.wants[i];
		const struct json *job = json_at(jobs, i);
		unsigned int bind = levels_of(json_get(job, "binding_limits"));
		enum why_code code = code_expected(&w->demand.v[i], job);

		if (y->unplaced == 0)
			continue;
		/* who got more before may leave less for those behind */
		if (!json_get(job, "why") && !in_order(w))
			fail_msg("%s %s: %lld unplaced, there was room", w->id,
				 w->demand.v[i].label, (long long)y->unplaced);
		if (y->code != code)
			fail_msg("%s %s: %s, not %s: %s", w->id, w->demand.v[i].label,
				 why_code_name(y->code), why_code_name(code), y->text);
		if (code == WHY_NO_CAPACITY && bind && !(y->binding & bind))
			fail_msg("%s %s: binding %x, not %x: %s", w->id, w->demand.v[i].label,
				 y->binding, bind, y->text);
	}
}

static int64_t scalelib_placed(const struct world *w, size_t i)
{
	const struct json *job = json_at(json_get(w->j, "scalelib.jobs"), i);

	return json_int(job, "placed_slots", json_int(job, "placed_nodes", 0));
}

static void cost_is_right(const struct world *w)
{
	double most = json_real(w->j, "judge.max_cost_per_hour", -1);
	double usd = dollars(&w->plan), best = json_real(w->j, "best.cost_per_hour", 0);
	bool exact = strcmp(json_str(w->j, "best.kind", ""), "exact") == 0;

	if (most < 0)
		most = json_real(w->j, "scalelib.new_cost_per_hour", 0);
	if (usd > most + 1e-6)
		fail_msg("%s: %.4f USD per hour, %.4f at most", w->id, usd, most);
	if (exact && usd > best + 0.1 * (most - best) + 1e-6)
		fail_msg(
		    "%s: %.4f USD per hour closes less than 90 %% of the gap from %.4f to %.4f",
		    w->id, usd, most, best);
	print_message(
	    "# %s: %lld nodes, %.3f USD/h; reference %lld, %.3f; best %lld, %.3f (%s)\n", w->id,
	    (long long)nodes_made(&w->plan), usd,
	    (long long)json_int(w->j, "scalelib.new_node_total", 0),
	    json_real(w->j, "scalelib.new_cost_per_hour", 0),
	    (long long)json_int(w->j, "best.new_nodes", 0), best,
	    json_str(w->j, "best.kind", ""));
}

/* Ours may not be smaller at the first difference; cost counts where nothing differs. */
static void judge_in_order(const struct world *w)
{
	for (size_t i = 0; i < w->demand.n; i++) {
		int64_t ours = w->plan.wants[i].placed, theirs = scalelib_placed(w, i);

		if (ours < theirs)
			fail_msg("%s %s: %lld placed, the reference has %lld", w->id,
				 w->demand.v[i].label, (long long)ours, (long long)theirs);
		if (ours > theirs)
			return;
	}
	cost_is_right(w);
}

static void judge(const struct world *w)
{
	const struct json *least = json_get(w->j, "judge.min_placed");

	if (in_order(w)) {
		judge_in_order(w);
		return;
	}
	for (size_t i = 0; i < w->demand.n; i++) {
		int64_t placed = w->plan.wants[i].placed;

		if (placed < json_int(least, w->demand.v[i].label, 0))
			fail_msg("%s %s: %lld placed, %lld at least: %s", w->id,
				 w->demand.v[i].label, (long long)placed,
				 (long long)json_int(least, w->demand.v[i].label, 0),
				 w->plan.wants[i].text);
	}
	cost_is_right(w);
}

/* Nodes with the same free room are equal, so how many are needed counts, not which. */
static void matched_are_right(const struct world *w)
{
	size_t matched = 0;

	for (size_t i = 0; i < w->plan.n_nodes; i++)
		matched += w->plan.nodes[i].matched;
	assert_int_equal(matched, json_len(json_get(w->j, "scalelib.matched_existing")));
}

/*
 * Once more from a queue
 */

/* A scheduler whose jobs name a size or nothing: the partition is an array, the constraint a
 * size. */
static int test_job_fits(const struct job *j, const char *array, const char *const *features)
{
	if (j->partition[0] && strcmp(j->partition, array) != 0)
		return 0;
	for (size_t i = 0; j->constraint[0] && features[i]; i++)
		if (strcmp(features[i], j->constraint) == 0)
			return 1;
	return !j->constraint[0];
}

static const struct sched_ops test_ops = { .name = "test", .job_fits = test_job_fits };

static bool queue_can_say(const struct json *job)
{
	const struct json *v;
	const char *key;

	if (json_len(json_get(job, "shared")) > 0)
		return false;
	for (void *it = NULL; json_each(json_get(job, "constraints"), &it, &key, &v);)
		if (strcmp(key, "ncpus") != 0 && strcmp(key, "memgb") != 0 &&
		    strcmp(key, "ngpus") != 0 && strcmp(key, "exclusive") != 0 &&
		    !(strcmp(key, "node.nodearray") == 0 && json_text(v)))
			return false;
	return true;
}

static void queue_job_of(struct world *w, struct queue *q, const struct json *job, size_t turn)
{
	struct job *j = queue_add_job(q);
	int64_t nodes = json_int(job, "node_count", 0);
	const char *mem = json_str(job, "constraints.memgb", "");
	const struct json *c = json_get(job, "constraints"), *v;
	const char *key;

	j->id = json_str(job, "name", "");
	j->state = JOB_PENDING;
	j->demand = true;
	j->priority = 1000 - (int64_t)turn;
	j->tasks = nodes > 0 ? 1 : json_int(job, "slots", 0);
	j->nodes_min = nodes;
	j->cpus = json_int(c, "ncpus", 1) * (nodes > 0 ? nodes : 1);
	j->gpus = json_int(c, "ngpus", 0);
	j->mem_bytes = mem[0] ? (int64_t)(strtod(mem + 8, NULL) * (double)GIB) : 0;
	j->exclusive = json_bool(c, "exclusive", false);
	for (void *it = NULL; json_each(c, &it, &key, &v);)
		if (strcmp(key, "node.nodearray") == 0)
			j->partition = json_text(v);
	for (size_t i = 0; i < w->spec.n_arrays; i++)
		w->spec.arrays[i].colocated = json_bool(job, "colocated", false);
}

static void arrays_list_their_sizes(struct world *w)
{
	for (size_t b = 0; b < w->facts.n_buckets; b++) {
		struct array_spec *a = &w->spec.arrays[w->facts.buckets[b].array];
		const char *name = w->facts.buckets[b].size->name;
		bool known = false;

		for (size_t i = 0; i < a->sizes.n; i++)
			known = known || strcmp(a->sizes.v[i], name) == 0;
		if (!known)
			strs_add(&a->sizes, name);
	}
}

/* Jobs that ask for the same and stand next to each other are one want there, so sums are
 * compared. */
static bool same_as_before(const struct world *w, const struct demand *d, const struct plan *p)
{
	int64_t *placed = xcalloc(d->n + 1, sizeof(*placed));
	bool same =
	    nodes_made(p) <= nodes_made(&w->plan) && dollars(p) < dollars(&w->plan) + 1e-6;

	for (size_t i = 0; same && i < w->demand.n; i++) {
		same = d->want_of[i] != SIZE_MAX;
		if (same)
			placed[d->want_of[i]] += w->plan.wants[i].placed;
	}
	for (size_t i = 0; same && i < d->n; i++)
		same = placed[i] == p->wants[i].placed;
	free(placed);
	return same;
}

static void from_a_queue(struct world *w)
{
	const struct json *jobs = json_get(w->j, "jobs");
	struct queue q;
	struct demand d;
	struct plan p;
	struct err err = ERR_INIT;
	char out[300];
	bool same;

	for (size_t i = 0; i < json_len(jobs); i++)
		if (!queue_can_say(json_at(jobs, i)))
			return;
	queue_init(&q);
	arrays_list_their_sizes(w);
	for (size_t i = 0; i < json_len(jobs); i++)
		queue_job_of(w, &q, json_at(jobs, i), i);
	assert_int_equal(demand_of(&d, &q, &w->spec, &w->sizes, &test_ops, &err), 0);
	assert_int_equal(plan_make(&p, &d, &w->facts, &err), 0);
	same = same_as_before(w, &d, &p);
	if (plan_audit(&p, &d, &w->facts, out) || !same)
		fail_msg("%s: from a queue another decision: %s, not %s; %s", w->id, p.summary,
			 w->plan.summary, out);
	plan_clear(&p);
	demand_clear(&d);
	queue_clear(&q);
}

static void scenario(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	char out[300];

	if (plan_make(&w->plan, &w->demand, &w->facts, &err) < 0)
		fail_msg("%s: %s", w->id, err.msg);
	if (plan_audit(&w->plan, &w->demand, &w->facts, out))
		fail_msg("%s: %s", w->id, out);
	judge(w);
	reasons_are_right(w);
	matched_are_right(w);
	from_a_queue(w);
}

static int up(void **state)
{
	const char *id = *state;
	struct world *w = xcalloc(1, sizeof(*w));

	world_read(w, id);
	*state = w;
	return 0;
}

static int down(void **state)
{
	world_clear(*state);
	free(*state);
	return 0;
}

static void without_the_corpus(void **state)
{
	(void)state;
	print_message("# no " FOLDER " in ../shared/corpus or $PACELINE_CORPUS\n");
	skip();
}

int main(void)
{
	static char ids[FILES][8];
	struct CMUnitTest tests[FILES];
	const struct CMUnitTest none[] = { cmocka_unit_test(without_the_corpus) };
	char path[600];
	FILE *f;

	path_of(path, "a01.json");
	f = fopen(path, "r");
	if (!f)
		return cmocka_run_group_tests(none, NULL, NULL);
	fclose(f);
	for (int i = 0; i < FILES; i++) {
		snprintf(ids[i], sizeof(ids[i]), "a%02d", (i + 1) % 100);
		tests[i] = (struct CMUnitTest){ ids[i], scenario, up, down, ids[i] };
	}
	return _cmocka_run_group_tests("scenarios", tests, FILES, NULL, NULL);
}
