/* A teardown before and after, in lines. */
#include <string.h>

#include "base/text.h"
#include "command/loss.h"
#include "command/run.h"

static void show_arrays(struct command_run *r, const struct json *plan)
{
	const struct json *list = json_get(plan, "arrays");

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *a = json_at(list, i);
		int64_t jobs = json_int(a, "jobs", 0);
		char nodes[48], waited[48];

		show_text(r, "  array %s: %s%s%s%s", json_str(a, "name", "?"),
			  count_text(nodes, json_int(a, "nodes", 0), "node"),
			  jobs <= 0		       ? ""
			  : command_option(r, "force") ? "; KILLED: "
						       : "; waited for: ",
			  jobs > 0 ? count_text(waited, jobs, "job") : "",
			  jobs > 0 ? " on them" : "");
	}
}

static void show_resources(struct command_run *r, const struct json *list)
{
	char money[24];

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *j = json_at(list, i);
		const char *act = json_str(j, "act", "delete"), *note = json_str(j, "note", "");
		double price = json_real(j, "price_per_hour", 0);

		if ((strcmp(act, "keep") == 0 || strcmp(act, "make") == 0) && price != 0)
			show_text(r, "  %s: %s%s%s, goes on at %s/h",
				  show_tail(json_str(j, "id", "?")), act, note[0] ? " " : "",
				  note, money_text(money, price));
		else
			show_text(r, "  %s: %s%s%s", show_tail(json_str(j, "id", "?")), act,
				  note[0] ? ", " : "", note);
	}
}

void teardown_plan_show(struct command_run *r, const struct json *plan)
{
	const struct json *lost = json_get(plan, "data_lost");
	long long pending = json_int(plan, "jobs_pending", 0);
	double goes_on = json_real(plan, "goes_on_per_hour", 0);
	const char *hash = plan_agreement(plan, command_option(r, "force"));
	char money[24], goes[24];

	show_text(r, "This deletes cluster %s in %s:", json_str(plan, "cluster", "?"),
		  json_bool(plan, "simulated", false) ? "the simulated cloud"
						      : json_str(plan, "region", "?"));
	show_arrays(r, plan);
	show_resources(r, json_get(plan, "resources"));
	for (size_t i = 0; i < json_len(lost); i++)
		show_text(r, "  DATA LOST: %s (%s) %s", json_str(json_at(lost, i), "name", "?"),
			  json_str(json_at(lost, i), "path", "?"),
			  json_str(json_at(lost, i), "note", ""));
	if (pending > 0)
		show_text(r, "  LOST: %s; one that starts in the 10 s of undo is a running one",
			  count_text((char[48]){ 0 }, pending, "pending job"));
	money_text(money, json_real(plan, "saves_per_hour", -1));
	if (json_int(plan, "keeps", 0) > 0)
		show_text(r, "It saves %s/h; what is kept goes on costing %s/h. Plan %s", money,
			  money_text(goes, goes_on), hash);
	else
		show_text(r, "It saves %s/h. Plan %s", money, hash);
}

static void show_kept(struct command_run *r, const struct json *kept)
{
	char money[24];

	for (size_t i = 0; i < json_len(kept); i++)
		show_text(r, "kept: %s, %s/h", show_tail(json_str(json_at(kept, i), "id", "?")),
			  money_text(money, json_real(json_at(kept, i), "price_per_hour", -1)));
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

	show_text(r, "verified gone by name: %s",
		  count_text((char[48]){ 0 }, (int64_t)json_len(gone), "resource"));
	for (size_t i = 0; i < json_len(gone); i++) {
		const char *id = json_text(json_at(gone, i));

		show_text(r, "  %s", show_tail(id ? id : "?"));
	}
	if (json_str(operation, "data.why_one_list", NULL))
		show_text(r, "empty list by tag: %s; %s",
			  json_str(operation, "data.first_empty_list", ""),
			  json_str(operation, "data.why_one_list", ""));
	else if (json_str(operation, "data.first_empty_list", NULL))
		show_text(r, "%s by tag: %s and %s",
			  json_len(json_get(operation, "data.kept"))
			      ? "only what is kept,"
			      : "empty lists",
			  json_str(operation, "data.first_empty_list", ""),
			  json_str(operation, "data.second_empty_list", ""));
	if (!json_bool(operation, "data.group_deleted", true))
		show_text(r, "the resource group stays: it holds what is not ours");
	show_kept(r, json_get(operation, "data.kept"));
	show_left(r, json_get(operation, "data.left"));
	if (json_real(operation, "data.spent", -1) >= 0)
		show_text(r, "spent in all: %s",
			  money_text(money, json_real(operation, "data.spent", -1)));
}
