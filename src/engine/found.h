/*
 * What bears our tags in a cloud and stands in no row of ours (R7). Outside of adoption mode
 * that is an orphan: a thing whose cluster nobody knows. In adoption mode (R2.10), where the
 * rows may be older than the cloud, it is also a machine or another part of a cluster that is
 * known. An admin adopts it or condemns it; nothing happens by itself.
 */
#ifndef ENGINE_FOUND_H
#define ENGINE_FOUND_H

#include "engine/run.h"

enum found_what {
	FOUND_ORPHAN, /* of a cluster that is not known */
	FOUND_PART,   /* of a known cluster, and never asked for by these rows */
	FOUND_NODE,   /* a machine in a set of a known cluster, without a row */
};

struct find {
	struct found f;
	enum found_what what;
	struct engine *engine;
	int64_t
	    seen_ms; /* when the listing began that showed it last; 0: not in this process */
	bool told;
	/* a condemned orphan: its deletion */
	struct cloud_call *call;
	int64_t next_try_ms;
	unsigned int tries;
	bool deleted; /* says the cloud; the next listing has to agree */
};

/* found.c: the list */
int finds_load(struct engine *e, struct err *err); /* what was decided before */
void finds_free(struct engine *e);
struct find *find_see(struct engine *e, const struct engine_cloud *c, enum found_what what,
		      const char *id, const char *type, const char *cluster_tag,
		      int64_t seen_ms);
void find_forget(struct engine *e, struct find *f);
/* Words of people: ids, or the last part of one where that is enough. None: all that is not
 * decided. */
int finds_named(struct engine *e, const struct strs *words, struct find ***out, size_t *n,
		struct err *err);
struct run *run_by_tag(const struct engine *e, const char *short_id);
enum cloud_kind kind_of_type(const char *type);
const struct sched_node *stranger_in_queue(const struct run *r, const struct cloud_vm *vm);
const struct cloud_vm *stranger_find(const struct run *r, const char *id);

void find_json(struct json *list, const struct engine *e, const struct find *f);

/* adopt.c */
bool adoption_ready(const struct engine *e,
		    struct err *err); /* all was listed that is to be decided of; else err says
					 what is waited for */

/* condemn.c: condemned orphans go, in the order in which they depend on each other */
void condemned_act(struct engine *e);

#endif
