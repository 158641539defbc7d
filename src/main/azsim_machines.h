/* Real machines for the world: guests, and the bastion through which ssh reaches them. */
#ifndef MAIN_AZSIM_MACHINES_H
#define MAIN_AZSIM_MACHINES_H

#include <sys/types.h>

#include "azsim/world/world.h"
#include "base/err.h"
#include "base/loop.h"

struct azsim_machines;

/* NULL when this machine cannot have guests; err says why in a sentence. group (gid_t)-1: the
 * owner alone may connect. */
struct azsim_machines *azsim_machines_new(struct loop *l, struct az_world *w, const char *dir,
					  gid_t group, struct err *err);
void azsim_machines_free(struct azsim_machines *m);
const char *azsim_machines_socket(const struct azsim_machines *m);

/* azsim_bastion.c */
struct bastion;
struct guests;
struct bastion *bastion_new(struct loop *l, struct guests *g, const char *path, gid_t group,
			    struct err *err);
void bastion_free(struct bastion *b);
/* What ssh runs: bytes between it and a guest. The exit code. */
int bastion_dial(const char *socket, const char *address, const char *port);

#endif
