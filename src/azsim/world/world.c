#include "azsim/world/world.h"

#include <stdlib.h>

#include "azsim/world/operation.h"
#include "azsim/world/store.h"
#include "azsim/world/vm.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define PER_TURN 2000 /* so that a wave of machines does not keep requests waiting */

int64_t az_world_now(const struct az_world *w)
{
	(void)w;
	return clock_utc_ms();
}

bool az_chance(struct az_world *w, double p)
{
	return p > 0 && rng_unit(&w->rng) < p;
}

static void aim(struct az_world *w)
{
	int64_t next = az_agenda_next(&w->agenda), wait;

	if (!w->timer || next == INT64_MAX)
		return;
	wait = next - az_world_now(w);
	timer_set(w->timer, wait > 0 ? wait : 1);
}

void az_world_wake_at(struct az_world *w, struct az_due *d, int64_t at)
{
	bool first = at < az_agenda_next(&w->agenda);

	az_agenda_set(&w->agenda, d, at);
	if (first)
		aim(w);
}

void az_world_sleep(struct az_world *w, struct az_due *d)
{
	az_agenda_drop(&w->agenda, d);
}

void az_world_run(struct az_world *w)
{
	struct az_due *d;

	for (int i = 0; i < PER_TURN && (d = az_agenda_pop(&w->agenda, az_world_now(w))); i++)
		d->fire(d->owner);
	aim(w);
}

void az_world_changed(struct az_world *w)
{
	if (w->end)
		turn_end_ask(w->end);
}

void az_world_flush(struct az_world *w)
{
	struct err err = ERR_INIT;

	if (w->store && az_store_flush(w->store, w, &err) != 0) {
		/* what was promised can no longer be kept: a restart reads what is on disk */
		log_error("the cloud's state cannot be written: %s", err.msg);
		exit(1);
	}
}

static void on_timer(void *arg)
{
	az_world_run(arg);
}

static void on_turn_end(void *arg)
{
	az_world_flush(arg);
}

static uint64_t choose_seed(const struct az_scenario *sc)
{
	uint64_t seed;

	if (sc->has_seed)
		return (uint64_t)sc->seed;
	rand_bytes(&seed, sizeof(seed));
	return seed >> 1;
}

struct az_world *az_world_new(struct loop *l, struct az_scenario *scenario, const char *dir,
			      struct err *err)
{
	struct az_world *w = xcalloc(1, sizeof(*w));
	int64_t now = az_world_now(w);

	w->loop = l;
	w->sc = *scenario;
	*scenario = (struct az_scenario){ 0 };
	w->seed = choose_seed(&w->sc);
	rng_seed(&w->rng, w->seed);
	w->groups = map_new(NULL, true);
	w->ops = map_new(az_op_free, true);
	az_throttle_init(&w->throttle, now);
	az_stock_init(&w->stock, &w->sc, now);
	for (int r = 0; r < AZ_REGIONS; r++)
		az_quota_init(&w->quota[r], &w->sc, r);
	if (l) {
		w->timer = timer_new(l, on_timer, w);
		w->end = turn_end_new(l, on_turn_end, w);
	}
	if (!dir)
		return w;
	w->store = az_store_open(dir, err);
	if (w->store && az_store_load(w->store, w, err) == 0) {
		aim(w);
		return w;
	}
	az_world_free(w);
	return NULL;
}

void az_world_free(struct az_world *w)
{
	struct az_store *st = w ? w->store : NULL;
	const char *key;
	void *v;

	if (!w)
		return;
	if (w->store)
		az_world_flush(w);
	w->store = NULL; /* what is freed now is not deleted */
	for (struct az_vm *vm = w->first, *next; vm; vm = next) {
		next = vm->next;
		az_vm_free(vm);
	}
	/* interfaces give back what they hold of networks, which may be in another group */
	for (size_t i = 0; map_next(w->groups, &i, &key, &v);) {
		struct az_group *g = v;
		void *res;

		for (size_t k = 0; map_next(g->resources, &k, &key, &res);)
			for (size_t n = 0; n < AZ_LEASES; n++)
				((struct az_resource *)res)->leases[n].subnet = NULL;
	}
	for (size_t i = 0; map_next(w->groups, &i, &key, &v);)
		az_group_free(v);
	map_free(w->groups);
	map_free(w->ops);
	az_agenda_clear(&w->agenda);
	az_throttle_clear(&w->throttle);
	az_scenario_clear(&w->sc);
	timer_free(w->timer);
	if (w->end)
		turn_end_free(w->end);
	az_store_close(st);
	free(w);
}

void az_world_listen(struct az_world *w, const struct az_listener *l)
{
	struct az_vm_facts facts;
	char address[AZ_ADDRESS_TEXT];

	if (w->n_listeners == AZ_LISTENERS)
		return;
	w->listeners[w->n_listeners++] = *l;
	for (struct az_vm *vm = w->first; vm; vm = vm->next) {
		if (vm->power != AZ_RUNNING || vm->prov == AZ_CREATING ||
		    vm->prov == AZ_DELETING)
			continue;
		vm->told = true;
		az_vm_facts(vm, &facts);
		facts.address = az_vm_address(vm, address);
		l->on_vm_running(l->arg, &facts);
	}
}

/* A killed azsim was a power cut: what ran boots again, from its kept disk. */
void az_world_use_machines(struct az_world *w, const struct az_machines *m)
{
	struct err err = ERR_INIT;

	w->machines = *m;
	for (struct az_vm *vm = w->first; vm; vm = vm->next) {
		if (vm->power != AZ_RUNNING || vm->prov == AZ_DELETING)
			continue;
		if (vm->step == AZ_STEP_BOOT)
			az_world_sleep(w, &vm->due); /* the machine itself will say when */
		if (m->start(m->arg, vm, &err) != 0)
			log_warn("machine %s did not start again: %s", vm->computer, err.msg);
	}
}
