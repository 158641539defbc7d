/*
 * Every machine there ever was: when it was made, for whom, when it went, what it cost. It
 * outlives the machines; tests ask it, never the engine's own store, what is true.
 */
#ifndef AZSIM_WORLD_LEDGER_H
#define AZSIM_WORLD_LEDGER_H

#include "azsim/world/vm.h"
#include "azsim/world/world.h"

void az_ledger_made(struct az_world *w, const struct az_vm *vm);
void az_ledger_running(struct az_world *w, const struct az_vm *vm);
void az_ledger_stopped(struct az_world *w, const struct az_vm *vm);
void az_ledger_gone(struct az_world *w, const struct az_vm *vm);

/*
 * {"live":{kind:count...},"vms":[...],"disks":[...]} of what carries tag=value (both NULL:
 * all), at most `max` of history, newest first. New; needs a store for the history of what is
 * gone.
 */
struct json *az_ledger_read(struct az_world *w, const char *tag, const char *value, size_t max,
			    struct err *err);
bool az_ledger_tagged(const struct json *tags, const char *tag, const char *value);

#endif
