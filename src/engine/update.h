/* A cluster that takes over what may change while it lives: update.c plans and does it,
 * update_form.c tells what may change, and judges values while they are typed. */
#ifndef ENGINE_UPDATE_H
#define ENGINE_UPDATE_H

#include "engine/run.h"
#include "template/template.h"

/* Given values come before those that the cluster was made with. */
void update_params(struct strs *out, const struct strs *given, const struct strs *kept);
struct template *update_revision(const struct run *r, struct err *err); /* its own; new */

#endif
