#include "model/size.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

#define MONTH_HOURS 730 /* as the cloud counts */

const struct vm_size *vm_sizes_find(const struct vm_sizes *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (text_casecmp(s->v[i].name, name) == 0)
			return &s->v[i];
	return NULL;
}

const char *vm_sizes_nearest(const struct vm_sizes *s, const char *name)
{
	const char **words = xcalloc(s->n + 1, sizeof(*words));
	const char *near;

	for (size_t i = 0; i < s->n; i++)
		words[i] = s->v[i].name;
	near = text_nearest(name, words);
	free(words);
	return near;
}

struct vm_size *vm_sizes_add(struct vm_sizes *s)
{
	GROW(s->v, s->n, s->cap);
	s->v[s->n] = (struct vm_size){ .vcpus_per_core = 1, .price = -1, .spot_price = -1 };
	return &s->v[s->n++];
}

void vm_sizes_clear(struct vm_sizes *s)
{
	free(s->v);
	*s = (struct vm_sizes){ 0 };
}

const struct quota *quotas_find(const struct quotas *q, const char *name)
{
	for (size_t i = 0; i < q->n; i++)
		if (text_casecmp(q->v[i].name, name) == 0)
			return &q->v[i];
	return NULL;
}

struct quota *quotas_add(struct quotas *q)
{
	GROW(q->v, q->n, q->cap);
	q->v[q->n] = (struct quota){ 0 };
	return &q->v[q->n++];
}

void quotas_clear(struct quotas *q)
{
	free(q->v);
	*q = (struct quotas){ 0 };
}

const char *vm_size_short(const char *name)
{
	static const char common[] = "Standard_";

	return text_has_prefix(name, common) && name[sizeof(common) - 1]
		   ? name + sizeof(common) - 1
		   : name;
}

const struct disk_tier disk_tiers[DISK_TIERS] = {
	{ "P1", 4 },	 { "P2", 8 },	  { "P3", 16 },	    { "P4", 32 },     { "P6", 64 },
	{ "P10", 128 },	 { "P15", 256 },  { "P20", 512 },   { "P30", 1024 },  { "P40", 2048 },
	{ "P50", 4096 }, { "P60", 8192 }, { "P70", 16384 }, { "P80", 32767 },
};

double disk_price(const struct vm_sizes *s, int64_t gib)
{
	size_t i = 0;

	while (i + 1 < DISK_TIERS && disk_tiers[i].gib < gib)
		i++;
	return s->disk_month[i] > 0 ? s->disk_month[i] / MONTH_HOURS : -1;
}

double snapshot_price(const struct vm_sizes *s, int64_t gib)
{
	return s->snapshot_month > 0 ? s->snapshot_month * (double)gib / MONTH_HOURS : -1;
}
