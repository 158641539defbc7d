/* What the simulated cloud's own book says of the demo's cluster. Pure: demo_report.c asks for the book. */
#ifndef MAIN_DEMO_LEDGER_H
#define MAIN_DEMO_LEDGER_H

#include "base/json.h"

struct demo_ledger { /* -1: not known */
	int64_t write_calls, double_creates, resources_left, vms;
};

/* counters, book: of /azsim/counters and /azsim/ledger; own: the latter of what bears the cluster's tag. id: the cluster's
 * short id, "" not known: then all that was made counts. Others may have clusters in this world, too: their machines, calls
 * and resources are not the demo's. */
void demo_ledger_take(struct demo_ledger *out, const struct json *counters, const struct json *book, const struct json *own,
		      const char *id);

#endif
