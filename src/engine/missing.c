#include "engine/missing.h"

enum missing node_missing(const struct node *n, const struct missing_facts *f)
{
	if (!n->vm_id[0] || f->listed_ms <= n->bound_ms)
		return MISSING_NOT;
	if (n->state != NODE_DELETING)
		return MISSING_LOOK;
	if (f->set_changes || (f->deleted_ms && f->listed_ms < f->deleted_ms))
		return MISSING_NOT; /* the next listing says what came of it */
	return f->deleted_ms && f->deletion_done ? MISSING_GONE : MISSING_LOOK;
}
