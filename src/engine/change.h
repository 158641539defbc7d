/* What to send for an intent; made from the rows each time, so that a repeated call is the same
 * call. */
#ifndef ENGINE_CHANGE_H
#define ENGINE_CHANGE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/strs.h"
#include "model/work.h"
#include "provider/provider.h"

struct run;

struct change_store { /* owns what a cloud_change borrows */
	struct cloud_change change;
	struct cloud_vm_spec vm;
	struct strs tags, members;
	struct buf script, key;
	char *subnet_id, *prefix, *nsg_id;
};
char *group_name(const struct run *r); /* "paceline-demo-1a2b3c4d": yours to free; every other
					  name begins with it less the prefix */
int resource_name(const struct run *r, enum cloud_kind kind, const char *name, char out[320],
		  struct err *err); /* full id in the cluster's group */
const char *subnet_id(struct run *r, char out[400]);
int change_make(struct change_store *out, struct run *r, const struct intent *in,
		struct err *err);
void change_clear(struct change_store *c);

#endif
