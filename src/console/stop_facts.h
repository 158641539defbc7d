/* What a question about stopping a cluster tells: whose jobs run and wait, and what becomes of
 * them. Out of the engine's plan of a teardown, which knows the same of them. Pure. */
#ifndef CONSOLE_STOP_FACTS_H
#define CONSOLE_STOP_FACTS_H

#include "base/json.h"
#include "base/strs.h"
#include "model/cluster.h"

/* c: the cluster, NULL when it is not known; me: who sits here. true: somebody else's work runs
 * there. */
bool stop_facts(const struct json *plan, const struct cluster *c, const char *me, bool force,
		struct strs *out);

#endif
