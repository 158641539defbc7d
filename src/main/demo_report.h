/* What the simulated cloud itself says of the run, and the report made of both. */
#ifndef MAIN_DEMO_REPORT_H
#define MAIN_DEMO_REPORT_H

#include "demo_drive.h"
#include "demo_ledger.h"

extern const struct demo_ledger demo_ledger_unknown;

/* Asks azsim over its control socket. cluster: its short id, "" not known. */
int demo_ledger_read(struct demo_ledger *l, const struct demo_world *w, const char *cluster, struct err *err);

struct demo_report {
	const struct demo_world *world;
	const struct demo_order *order;
	const struct demo_result *result;
	struct demo_ledger ledger;
	int64_t processes_left; /* -1: the world was kept */
	char left[200];		/* which */
	double total_s;
};

struct json *demo_report_json(const struct demo_report *r);
/* 0 when every promise held; else err names the first that did not. */
int demo_report_check(const struct demo_report *r, struct err *err);

#endif
