/* What the engine does beside its clusters, at its start and every now and then. */
#ifndef ENGINE_UPKEEP_H
#define ENGINE_UPKEEP_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strs.h"
#include "provider/provider.h"

struct engine;
struct engine_cloud;
struct store;

/* damage.c */
struct store *engine_open_store(struct engine *e, bool any_file_system, struct err *err);

/* backup.c */
void backups_newest_first(const struct engine *e, struct strs *paths);
void backup_tick(struct engine *e);

/* stock.c: R7.6, once a day */
void stock_take(struct engine *e, struct engine_cloud *c, const struct cloud_items *items);

/* gc.c */
void gc_tick(struct engine *e); /* R7: every 2 min */

/* outage.c: a cloud that is lost, and back */
void outage_watch(struct engine_cloud *c);
void outage_end(struct engine_cloud *c);
const char *outage_cure(const struct engine_cloud *c,
			char out[160]); /* "": it comes back by itself */

#endif
