#include "engine/ahead.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "engine/bill.h"
#include "engine/run.h"

static struct ahead_array *array_named(const struct ahead *a, const char *array)
{
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i].past.array, array) == 0)
			return &a->v[i];
	return NULL;
}

static void on_need(void *arg, const struct store_need *need)
{
	struct ahead_array *a = array_named(arg, need->array);

	if (a)
		foresight_add(&a->past, need->hour_ms / HOUR_MS, need->busy_ms, need->nano,
			      need->ahead_nano);
}

static bool is_due(const struct run *r, int64_t hour)
{
	const struct cluster_spec *s = &r->cluster.spec;
	size_t n = 0;

	for (size_t i = 0; i < s->n_arrays; i++) {
		if (!s->arrays[i].foresee)
			continue;
		n++;
		if (!array_named(&r->ahead, s->arrays[i].name))
			return true; /* an update brought it */
	}
	return n != r->ahead.n || (n > 0 && hour != r->ahead.hour);
}

static void read_past(struct run *r, int64_t hour)
{
	const struct cluster_spec *s = &r->cluster.spec;
	struct ahead fresh = { .hour = hour };
	struct err err = ERR_INIT;

	fresh.v = xcalloc(s->n_arrays + 1, sizeof(*fresh.v));
	for (size_t i = 0; i < s->n_arrays; i++) {
		const struct ahead_array *was = array_named(&r->ahead, s->arrays[i].name);
		struct ahead_array *a = &fresh.v[fresh.n];

		if (!s->arrays[i].foresee)
			continue;
		fresh.n++;
		snprintf(a->past.array, sizeof(a->past.array), "%s", s->arrays[i].name);
		if (was)
			a->seen = was->seen;
	}
	if (fresh.n > 0 &&
	    store_needs(r->engine->store, r->cluster.name, (hour - FORESIGHT_HOURS) * HOUR_MS,
			hour * HOUR_MS, on_need, &fresh, &err) < 0)
		log_error("cluster %s: what it needed in the weeks before: %s", r->cluster.name,
			  err.msg);
	free(r->ahead.v);
	r->ahead = fresh;
}

static bool same(const struct foreseen *a, const struct foreseen *b)
{
	return a->kind == b->kind && a->nodes == b->nodes && a->until_s == b->until_s &&
	       a->known_s == b->known_s;
}

static int64_t boot_s(const struct run *r)
{
	int64_t ms = history_boot_ms(r, 95);

	return ms >= 0 ? (ms + 999) / 1000 : BOOT_USUAL_S;
}

void ahead_tick(struct run *r, int64_t now_ms)
{
	const struct cluster_spec *s = &r->cluster.spec;
	int64_t hour = now_ms / HOUR_MS;
	bool changed = false;

	if (is_due(r, hour)) {
		bill_save(r); /* the hour that ended is in the ledger, then */
		read_past(r, hour);
	}
	for (size_t i = 0; r->ahead.n > 0 && i < s->n_arrays; i++) {
		struct ahead_array *a = array_named(&r->ahead, s->arrays[i].name);
		struct foreseen now;

		if (!a)
			continue;
		foresee(&now, &a->past, &s->arrays[i], now_ms / 1000, boot_s(r));
		if (same(&now, &a->seen))
			continue;
		if (!changed)
			bill_all(r, now_ms); /* as what it was until now */
		a->seen = now;
		changed = true;
	}
}

const struct foreseen *ahead_of(const struct run *r, const char *array)
{
	const struct ahead_array *a = array_named(&r->ahead, array);

	return a && a->seen.kind != FORESEEN_NOTHING ? &a->seen : NULL;
}

void ahead_clear(struct run *r)
{
	free(r->ahead.v);
	r->ahead = (struct ahead){ 0 };
}
