/* Buckets and their scale sets. */
#ifndef ENGINE_SCALESET_H
#define ENGINE_SCALESET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/plan.h"
#include "model/cluster.h"
#include "model/node.h"
#include "model/size.h"
#include "model/work.h"
#include "provider/provider.h"

struct member;
struct run;

void bucket_key(char out[200], const struct array_spec *a, const char *size, const char *zone,
		bool spot, const char *group);

int sets_grow(
    struct run *r, const struct plan *p,
    struct err *err); /* rows and intents for plan.creates, in the caller's transaction */
void sets_accepted(struct run *r, const struct intent *in);
/* An intent of a set ended: its rows go on, or fail and leave their bucket to the back-off. */
void sets_ended(struct run *r, const struct intent *in, const struct cloud_stage_info *i);
void member_promise(
    struct node *n, const struct array_spec *a,
    const struct vm_size *s); /* cpus, memory, gpus that the scheduler will be told */

bool member_leaves(const struct member *m, int64_t now_ms); /* its VM is to be deleted, and
							       nobody was asked to yet */
void delete_members(
    struct run *r); /* nodes in DELETING whose VM is still there: one intent per set */

#endif
