#include "console/teardown.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/words.h"

#define TREE_RESOURCES 40 /* beyond that they are counted */

/* The last two parts of a resource id say what and which; the rest is the same for all. */
static const char *short_id(const char *id)
{
	const char *at = id + strlen(id);

	for (int slashes = 0; at > id; at--)
		if (at[-1] == '/' && ++slashes == 2)
			break;
	return at;
}

static const char *plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

static void tree_arrays(struct textbox *out, const struct json *plan)
{
	const struct json *arrays = json_get(plan, "arrays");

	for (size_t i = 0; i < json_len(arrays); i++) {
		const struct json *a = json_at(arrays, i);
		int64_t nodes = json_int(a, "nodes", 0), jobs = json_int(a, "jobs", 0);
		char what[80], act[60] = "nothing runs";

		snprintf(what, sizeof(what), "array %s, %lld node%s", json_str(a, "name", "?"),
			 (long long)nodes, plural(nodes));
		if (jobs > 0)
			snprintf(act, sizeof(act), "waits for %lld job%s, then DELETE",
				 (long long)jobs, plural(jobs));
		else if (nodes > 0)
			snprintf(act, sizeof(act), "DELETE");
		textbox_add(out, nodes > 0 ? TONE_TEXT : TONE_DIM, " |- %-42s %s", what, act);
	}
}

static void tree_resources(struct textbox *out, const struct json *plan)
{
	const struct json *list = json_get(plan, "resources");
	size_t n = json_len(list);

	for (size_t i = 0; i < n && i < TREE_RESOURCES; i++) {
		const struct json *r = json_at(list, i);
		const char *act = json_str(r, "act", "delete"), *note = json_str(r, "note", "");
		bool ours = strcmp(act, "delete") == 0;

		textbox_add(out, ours ? TONE_TEXT : TONE_DIM, " |- %-42.42s %s%s%s",
			    short_id(json_str(r, "id", "?")), ours ? "DELETE" : "NEVER TOUCHED",
			    note[0] ? ": " : "", note);
	}
	if (n > TREE_RESOURCES)
		textbox_add(out, TONE_TEXT, " |- and %zu more resources", n - TREE_RESOURCES);
}

static void tree_data(struct textbox *out, const struct json *plan)
{
	const struct json *list = json_get(plan, "data_lost");

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *d = json_at(list, i);
		char what[120];

		snprintf(what, sizeof(what), "%.60s %.50s", json_str(d, "name", "data"),
			 json_str(d, "path", ""));
		textbox_add(out, TONE_FAIL, " |- %-42s ! DATA LOST", what);
		textbox_add(out, TONE_DIM, " |  %s", json_str(d, "note", ""));
	}
}

static size_t count_acts(const struct json *plan, bool ours)
{
	const struct json *list = json_get(plan, "resources");
	size_t n = 0;

	for (size_t i = 0; i < json_len(list); i++)
		n += (strcmp(json_str(json_at(list, i), "act", "delete"), "delete") == 0) ==
		     ours;
	return n;
}

void teardown_tree(struct textbox *out, const struct json *plan)
{
	int64_t running = json_int(plan, "jobs_running", 0),
		pending = json_int(plan, "jobs_pending", 0);
	const char *group = json_str(plan, "group", "");
	char what[120];

	snprintf(what, sizeof(what), "cluster %.40s", json_str(plan, "cluster", "?"));
	textbox_add(out, TONE_TITLE, " %-45s %s", what,
		    json_bool(plan, "simulated", false) ? "in the simulated cloud"
							: json_str(plan, "region", ""));
	if (running > 0)
		textbox_add(out, TONE_WARN, " |- %-42s waited for (with force: KILLED)",
			    (snprintf(what, sizeof(what), "%lld running job%s",
				      (long long)running, plural(running)),
			     what));
	if (pending > 0)
		textbox_add(out, TONE_WARN, " |- %-42s LOST",
			    (snprintf(what, sizeof(what), "%lld pending job%s",
				      (long long)pending, plural(pending)),
			     what));
	tree_arrays(out, plan);
	tree_data(out, plan);
	tree_resources(out, plan);
	textbox_add(out, TONE_DIM, " `- %-42.42s %s",
		    group[0] ? short_id(group) : "no group yet",
		    group[0] ? "DELETE when nothing foreign is in it" : "");
}

void teardown_losses(struct strs *out, const struct json *plan, size_t most)
{
	const struct json *list = json_get(plan, "data_lost");
	size_t n = json_len(list);

	for (size_t i = 0; i < n; i++) {
		const struct json *d = json_at(list, i);

		if (i + 1 == most && n > most) {
			strs_addf(out, "%zu more data items", n - i);
			return;
		}
		strs_addf(out, "%.60s (%.80s)", json_str(d, "name", "data"),
			  json_str(d, "path", ""));
	}
}

void teardown_facts(struct strs *out, const struct json *plan)
{
	char money[24];
	size_t ours = count_acts(plan, true), kept = count_acts(plan, false);
	int64_t nodes = json_int(plan, "nodes", 0);

	strs_addf(out, "deletes %zu resource%s and %lld node%s   saves %s/h   leaves %zu alone",
		  ours, plural((int64_t)ours), (long long)nodes, plural(nodes),
		  money_text(money, json_real(plan, "saves_per_hour", -1)), kept);
}

/* Progress */

static const struct {
	const char *name, *text;
} stages[] = {
	{ "undo", "10 s in which u takes it back" },
	{ "settle", "changes under way in the cloud end first" },
	{ "drain", "nodes take no new jobs, running ones end" },
	{ "nodes", "scale sets and their nodes are deleted" },
	{ "rows", "" },
	{ "daemons", "the scheduler stops" },
	{ "head", "the head and its disk are deleted" },
	{ "network", "network and its rules are deleted" },
	{ "group", "the resource group is deleted" },
	{ "lists", "proof: two complete lists by tag are empty" },
	{ "names", "proof: every recorded name is gone" },
};

static void under_way(struct textbox *out, const struct json *op)
{
	const char *step = json_str(op, "step", ""), *detail = json_str(op, "detail", "");
	const char *error = json_str(op, "error", "");
	bool passed = true;

	for (size_t i = 0; i < ARRAY_LEN(stages); i++) {
		bool here = strcmp(stages[i].name, step) == 0;

		passed = passed && !here;
		if (!stages[i].text[0] && !here)
			continue;
		textbox_add(out,
			    here     ? TONE_BOOT
			    : passed ? TONE_OK
				     : TONE_DIM,
			    " %s %-8s %s",
			    here		? "[>>]"
			    : passed && step[0] ? "[ok]"
						: "[  ]",
			    stages[i].name, stages[i].text);
		if (here && detail[0])
			textbox_add(out, TONE_TEXT, "               %s", detail);
	}
	if (error[0])
		textbox_add(out, TONE_FAIL, " ! %s", error);
}

static void report_left(struct textbox *out, const struct json *left)
{
	char money[24];

	if (json_len(left) == 0)
		textbox_add(out, TONE_OK, " left: nothing");
	for (size_t i = 0; i < json_len(left); i++) {
		const struct json *l = json_at(left, i);
		const char *id = json_text(l) ? json_text(l) : json_str(l, "id", "?");
		double price = json_text(l) ? -1 : json_real(l, "price_per_hour", -1);

		textbox_add(out, TONE_FAIL, " left: %s  %s/h", short_id(id),
			    money_text(money, price));
	}
}

static void report(struct textbox *out, const struct json *op, double saves)
{
	const struct json *gone = json_get(op, "data.gone");
	char money[24];

	textbox_add(out, TONE_OK, " verified gone by name: %zu resource%s", json_len(gone),
		    plural((int64_t)json_len(gone)));
	for (size_t i = 0; i < json_len(gone) && i < TREE_RESOURCES; i++)
		textbox_add(
		    out, TONE_DIM, "   [ok] %s",
		    short_id(json_text(json_at(gone, i)) ? json_text(json_at(gone, i)) : "?"));
	if (json_str(op, "data.first_empty_list", NULL))
		textbox_add(out, TONE_TEXT, " empty lists by tag: %s and %s",
			    json_str(op, "data.first_empty_list", ""),
			    json_str(op, "data.second_empty_list", ""));
	if (!json_bool(op, "data.group_deleted", true))
		textbox_add(out, TONE_WARN,
			    " the resource group stays: it holds what is not ours");
	report_left(out, json_get(op, "data.left"));
	textbox_add(out, TONE_MONEY, " saves from now on: %s/h", money_text(money, saves));
	if (json_real(op, "data.spent", -1) >= 0)
		textbox_add(out, TONE_TEXT, " spent in all: %s",
			    money_text(money, json_real(op, "data.spent", -1)));
}

void teardown_progress(struct textbox *out, const struct json *op, const char *cluster,
		       double saves)
{
	enum op_state state = op_state_of(json_str(op, "state", "running"));
	const char *detail = json_str(op, "detail", ""), *error = json_str(op, "error", "");

	switch (state) {
	case OP_DONE:
		textbox_add(out, TONE_OK, " %s is deleted. %s", cluster, detail);
		report(out, op, saves);
		break;
	case OP_CANCELLED:
		textbox_add(out, TONE_WARN, " %s stays: %s", cluster,
			    error[0] ? error : "the teardown was taken back");
		break;
	case OP_FAILED:
		textbox_add(out, TONE_FAIL, " the teardown of %s failed: %s", cluster,
			    json_str(op, "error", detail));
		report_left(out, json_get(op, "data.left"));
		break;
	default:
		under_way(out, op);
	}
}
