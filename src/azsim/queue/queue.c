#include "azsim/queue/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

int64_t gq_now(const struct gq *q)
{
	return az_world_now(q->w);
}

const char *gq_time(char out[32], int64_t ms, const char *none)
{
	char text[CLOCK_TEXT];

	if (ms == 0)
		snprintf(out, 32, "%s", none);
	else
		snprintf(out, 32, "%.19s", clock_text(text, ms));
	return out;
}

struct gq *gq_new(struct az_world *w, const char *head, const char *vm_id)
{
	struct gq *q = xcalloc(1, sizeof(*q));

	q->w = w;
	q->head = xstrdup(head);
	q->cluster = xstrdup("cluster");
	q->user = xstrdup("azureuser");
	snprintf(q->vm_id, sizeof(q->vm_id), "%s", vm_id);
	rng_seed(&q->rng, w->seed ^ 0x67686f7374);
	q->nodes = map_new(gq_node_free, false);
	q->next_id = 1;
	q->next_priority = GQ_PRIORITY_TOP;
	q->array_max = 1001;
	q->tick.fire = gq_schedule;
	q->sweep.fire = gq_jobs_sweep;
	q->tick.owner = q->sweep.owner = q;
	return q;
}

void gq_free(void *arg)
{
	struct gq *q = arg;
	const char *name;
	void *n;

	q->store = NULL;
	gq_jobs_free(q);
	az_world_sleep(q->w, &q->tick);
	az_world_sleep(q->w, &q->sweep);
	az_world_sleep(q->w, &q->load.due);
	for (size_t i = 0; map_next(q->nodes, &i, &name, &n);)
		az_world_sleep(q->w, &((struct gq_node *)n)->due);
	map_free(q->nodes);
	for (size_t i = 0; i < q->n_classes; i++)
		gq_class_free(q->classes[i]);
	free(q->classes);
	for (size_t i = 0; i < q->n_partitions; i++)
		free(q->partitions[i].name);
	free(q->partitions);
	gq_spec_unref(q->load.spec);
	free(q->head);
	free(q->cluster);
	free(q->user);
	free(q);
}

const struct gq_partition *gq_partition_find(const struct gq *q, const char *name)
{
	for (size_t i = 0; i < q->n_partitions; i++)
		if (name ? strcmp(q->partitions[i].name, name) == 0
			 : q->partitions[i].is_default)
			return &q->partitions[i];
	return NULL;
}

/* "NAME=VALUE" lines */
static int64_t setting(const char *settings, const char *name, int64_t fallback)
{
	size_t n = strlen(name);
	int64_t v = fallback;

	for (const char *s = settings; *s;) {
		size_t len = strcspn(s, "\n");

		if (len > n && s[n] == '=' && strncmp(s, name, n) == 0)
			num_read_n(&v, s + n + 1, len - n - 1, 0, INT64_MAX);
		s += len + (s[len] == '\n');
	}
	return v;
}

static void add_partition(struct gq *q, const char *name, bool is_default)
{
	if (gq_partition_find(q, name))
		return;
	q->partitions =
	    xreallocarray(q->partitions, q->n_partitions + 1, sizeof(*q->partitions));
	q->partitions[q->n_partitions++] = (struct gq_partition){ xstrdup(name), is_default };
}

/* Is it there already? Else its name: the next number of its array. */
static char *offer_name(struct gq *q, const struct gq_node_wish *w, const char *array)
{
	for (int k = 1;; k++) {
		char *name = xasprintf("offer-%s-%d", array, k);
		struct gq_node *n = gq_node_find(q, name);

		if (!n)
			return name;
		free(name);
		if (strcmp(n->features, w->features) == 0 && n->cpus == w->cpus &&
		    n->mem_mb == w->mem_mb) {
			n->wanted = true;
			return NULL;
		}
	}
}

/* "ARRAY SIZE CPUS MEM_MIB GPUS spot|ondemand|both MAX_NODES DEFAULT FEATURES" becomes the
 * entry that templates/nodes/slurm-head.sh writes for it. */
static int add_offer(struct gq *q, const char *line, size_t len)
{
	struct strs f = STRS_INIT(64);
	struct gq_node_wish w = { .offer = true, .address = "127.0.0.1" };
	char *name, *features;

	if (strs_split(&f, line, len, ' ') != 0 || f.n < 9 ||
	    num_read(&w.cpus, f.v[2], 1, 100000) != 0 ||
	    num_read(&w.mem_mb, f.v[3], 1, INT64_MAX) != 0 ||
	    num_read(&w.gpus, f.v[4], 0, 1000) != 0) {
		strs_clear(&f);
		return 0;
	}
	add_partition(q, f.v[0], strcmp(f.v[7], "yes") == 0);
	features = xasprintf("%s,%s,%s%s%s", f.v[0], f.v[1],
			     strcmp(f.v[5], "both") == 0 ? "spot,ondemand" : f.v[5],
			     strcmp(f.v[8], "-") == 0 ? "" : ",",
			     strcmp(f.v[8], "-") == 0 ? "" : f.v[8]);
	w.features = features;
	name = offer_name(q, &w, f.v[0]);
	if (name) {
		w.name = w.host = name;
		gq_node_put(q, &w);
		gq_node_find(q, name)->wanted = true;
	}
	free(features);
	strs_clear(&f);
	if (!name)
		return 0;
	free(name);
	return 1;
}

/* "htc,Standard_F2s_v2" of its features */
static size_t kind_len(const struct gq_node *n)
{
	size_t array = strcspn(n->features, ",");

	return n->features[array] ? array + 1 + strcspn(n->features + array + 1, ",") : array;
}

static bool has_node(const struct gq *q, const struct gq_node *offer)
{
	size_t len = kind_len(offer);
	const char *name;
	void *v;

	for (size_t i = 0; map_next(q->nodes, &i, &name, &v);) {
		const struct gq_node *n = v;

		if (!n->offer && kind_len(n) == len &&
		    memcmp(n->features, offer->features, len) == 0)
			return true;
	}
	return false;
}

int gq_offers_retire(struct gq *q)
{
	int left = 0;
	const char *name;
	void *v;

	for (size_t i = 0; map_next(q->nodes, &i, &name, &v);) {
		struct gq_node *n = v;

		if (!n->offer || n->wanted)
			continue;
		if (has_node(q, n)) {
			left++;
			continue;
		}
		n->offer = false; /* the controller lets such a one be deleted */
		gq_node_remove(q, n);
	}
	return left;
}

int gq_offers(struct gq *q, const char *offers)
{
	int made = 0;
	const char *name;
	void *v;

	for (size_t i = 0; map_next(q->nodes, &i, &name, &v);)
		((struct gq_node *)v)->wanted = false;
	for (const char *s = offers; *s;) {
		size_t len = strcspn(s, "\n");

		if (len > 0)
			made += add_offer(q, s, len);
		s += len + (s[len] == '\n');
	}
	return made;
}

void gq_configure(struct gq *q, const char *offers, const char *settings)
{
	gq_offers(q, offers);
	q->def_mem_cpu = setting(settings, "DefMemPerCPU", 0);
	q->array_max = setting(settings, "MaxArraySize", 1001);
}
