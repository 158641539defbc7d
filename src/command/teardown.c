/* A teardown before and after, in lines. */
#include <string.h>

#include "base/text.h"
#include "command/run.h"

static void show_arrays(struct command_run *r, const struct json *plan)
{
	const struct json *list = json_get(plan, "arrays");

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *a = json_at(list, i);
		long long nodes = json_int(a, "nodes", 0), jobs = json_int(a, "jobs", 0);

		if (jobs > 0)
			show_text(r, "  array %s: %lld nodes; their %lld jobs are waited for",
				  json_str(a, "name", "?"), nodes, jobs);
		else
			show_text(r, "  array %s: %lld nodes", json_str(a, "name", "?"), nodes);
	}
}

void teardown_plan_show(struct command_run *r, const struct json *plan)
{
	const struct json *resources = json_get(plan, "resources"),
			  *lost = json_get(plan, "data_lost");
	long long pending = json_int(plan, "jobs_pending", 0);
	char money[24];

	show_text(r, "This deletes cluster %s in %s:", json_str(plan, "cluster", "?"),
		  json_bool(plan, "simulated", false) ? "the simulated cloud"
						      : json_str(plan, "region", "?"));
	show_arrays(r, plan);
	for (size_t i = 0; i < json_len(resources); i++) {
		const struct json *j = json_at(resources, i);
		const char *act = json_str(j, "act", "delete");

		show_text(r, "  %s: %s%s%s", show_tail(json_str(j, "id", "?")), act,
			  json_str(j, "note", "")[0] ? ", " : "", json_str(j, "note", ""));
	}
	for (size_t i = 0; i < json_len(lost); i++)
		show_text(r, "  DATA LOST: %s (%s) %s", json_str(json_at(lost, i), "name", "?"),
			  json_str(json_at(lost, i), "path", "?"),
			  json_str(json_at(lost, i), "note", ""));
	if (pending > 0)
		show_text(r, "  %lld pending jobs are lost", pending);
	show_text(r, "It saves %s/h. Plan %s",
		  money_text(money, json_real(plan, "saves_per_hour", -1)),
		  json_str(plan, "hash", "?"));
}

static void show_left(struct command_run *r, const struct json *left)
{
	char money[24];

	if (json_len(left) == 0)
		show_text(r, "left: nothing");
	for (size_t i = 0; i < json_len(left); i++) {
		const struct json *l = json_at(left, i);
		const char *id = json_text(l);

		show_text(r, "left: %s, %s/h", id ? id : json_str(l, "id", "?"),
			  money_text(money, id ? -1 : json_real(l, "price_per_hour", -1)));
	}
}

void teardown_report_show(struct command_run *r, const struct json *operation)
{
	const struct json *gone = json_get(operation, "data.gone");
	char money[24];

	show_text(r, "verified gone by name: %zu resources", json_len(gone));
	for (size_t i = 0; i < json_len(gone); i++) {
		const char *id = json_text(json_at(gone, i));

		show_text(r, "  %s", show_tail(id ? id : "?"));
	}
	if (json_str(operation, "data.first_empty_list", NULL))
		show_text(r, "empty lists by tag: %s and %s",
			  json_str(operation, "data.first_empty_list", ""),
			  json_str(operation, "data.second_empty_list", ""));
	if (!json_bool(operation, "data.group_deleted", true))
		show_text(r, "the resource group stays: it holds what is not ours");
	show_left(r, json_get(operation, "data.left"));
	if (json_real(operation, "data.spent", -1) >= 0)
		show_text(r, "spent in all: %s",
			  money_text(money, json_real(operation, "data.spent", -1)));
}
