/*
 * The ghosts' side of a simulated cloud: what the scripts of heads and nodes would do on real
 * machines. A head that runs gets a queue, goes through the marks of templates/nodes and
 * answers its tool; a node waits for its line in the published list and joins under that name.
 */
#ifndef AZSIM_QUEUE_SITE_H
#define AZSIM_QUEUE_SITE_H

#include "azsim/queue/command.h"
#include "azsim/queue/queue.h"
#include "azsim/world/world.h"
#include "base/err.h"
#include "base/json.h"

struct gq_site;

/* dir NULL: nothing is kept. Listens to the world's machines from here on. */
struct gq_site *gq_site_new(struct az_world *w, const char *dir, struct err *err);
void gq_site_free(struct gq_site *s);
void gq_site_flush(struct gq_site *s); /* what changed, to disk */

#define GQ_HANG (-1)
/* argv[0] is the command's name. The exit code, or GQ_HANG: a fault that keeps the caller
 * waiting. head: host name; "" when there is only one. */
int gq_site_run(struct gq_site *s, const char *head, struct gq_call *c);
bool gq_is_command(const char *name);

/* What the machine would have written to its serial console: how far its script came. -1: it
 * never began. Fits az_machines.console. */
int gq_site_console(void *site, const struct az_vm *vm, struct buf *out);

/* What tests ask for: {"kind": "hang|garbage|truncated|forgets|down|boot|boot-hangs", "times":
 * N, "command": NAME} */
int gq_site_fault(struct gq_site *s, const struct json *spec, struct err *err);
/* {"jobs", "array_size", "seconds": N or "A-B", "cpus", "partition", "change_per_s", "head",
 * "name", "user"} */
int gq_site_load(struct gq_site *s, const struct json *spec, struct err *err);
struct json *
gq_site_state(const struct gq_site *s); /* new: heads with counts of jobs and nodes */
struct gq *gq_site_queue(const struct gq_site *s, const char *head); /* NULL: no such head */

/* script.c: variables in front of a boot script, as template's writer quotes them */
bool gq_script_var(struct buf *out, const char *script, const char *name);

#endif
