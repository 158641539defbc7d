/* Managed disks: what outlives the machines of a cluster, and goes on costing. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/run.h"

/* What is left of a disk as a snapshot says so. */
static const char *state_of(const struct json *disk)
{
	const char *kind = json_str(disk, "kind", "disk");

	return strcmp(kind, "disk") == 0 ? json_str(disk, "state", "?") : kind;
}

static void on_disks(struct command_run *r, const struct json *answer)
{
	const struct json *list = json_get(answer, "disks");
	char size[SHOW_MAX], span[CLOCK_TEXT], money[24];

	if (json_len(list) == 0)
		show_text(r, "there is no managed disk");
	else
		show_columns(r, "DISK", "GIB", "CLUSTER", "STATE", "STORAGE", "REGION", "SINCE",
			     "$/H");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *d = json_at(list, i);

		show_row(r, json_str(d, "disk", "?"), show_int(size, json_int(d, "gib", -1)),
			 json_str(d, "cluster", "?"), state_of(d), json_str(d, "storage", "?"),
			 json_str(d, "region", "?"),
			 show_since(span, json_int(d, "since_ms", 0)),
			 money_text(money, json_real(d, "price_per_hour", -1)));
	}
	show_result(r, answer);
	run_done(r);
}

void run_disk_list(struct command_run *r)
{
	run_get(r, xstrdup("/v1/disks"), on_disks);
}
