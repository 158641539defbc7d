#include "console/teardown.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/plan_tree.h"
#include "console/words.h"

#define TREE_RESOURCES 40 /* beyond that they are counted */
#define LOST_NAMED     2  /* jobs, in the line of their loss: the tree lists them */

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

void teardown_tree(struct textbox *out, const struct json *plan, bool kill)
{
	struct plan_tree t = { .typed = true };

	plan_tree_make(&t, plan, kill);
	for (size_t i = 0; i < t.n; i++) {
		char line[240];

		plan_row_line(&t, i, line);
		textbox_add(out, t.v[i].tone, " %s", line);
	}
	plan_tree_clear(&t);
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

static struct loss *loss_add(struct losses *all, const char *key, int64_t count)
{
	struct loss *l = &all->v[all->n++];

	snprintf(l->key, sizeof(l->key), "%s", key);
	l->count = count;
	return l;
}

const char *plan_job_names(char out[PLAN_NAMES], const struct json *plan, size_t most)
{
	const struct json *arrays = json_get(plan, "arrays");
	int64_t running = json_int(plan, "jobs_running", 0);
	size_t n = 0, used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < json_len(arrays); i++) {
		const struct json *list = json_get(json_at(arrays, i), "list");

		for (size_t k = 0; k < json_len(list) && n < most && used < PLAN_NAMES; k++)
			used += (size_t)snprintf(out + used, PLAN_NAMES - used, "%s%.24s",
						 n++ ? ", " : "",
						 json_str(json_at(list, k), "id", "?"));
	}
	if (n > 0 && (int64_t)n < running && used < PLAN_NAMES)
		snprintf(out + used, PLAN_NAMES - used, " and %lld more",
			 (long long)running - (long long)n);
	return out;
}

void teardown_losses(struct losses *out, const struct json *plan, bool kill)
{
	const struct json *list = json_get(plan, "data_lost");
	int64_t jobs = kill ? json_int(plan, "jobs_running", 0) : 0;
	size_t n = json_len(list);
	char names[PLAN_NAMES];
	struct loss *l;

	out->n = 0;
	if (jobs > 0) {
		l = loss_add(out, "running jobs", jobs);
		plan_job_names(names, plan, LOST_NAMED);
		snprintf(l->text, sizeof(l->text), "%lld running job%s%s%.100s",
			 (long long)jobs, plural(jobs), names[0] ? ": " : "", names);
	}
	for (size_t i = 0; i < n; i++) {
		const struct json *d = json_at(list, i);
		const char *name = json_str(d, "name", "data");

		if (out->n + 1 == DIALOG_LOSSES && i + 1 < n) {
			l = loss_add(out, "the rest", (int64_t)(n - i));
			snprintf(l->text, sizeof(l->text), "%zu more data items", n - i);
			return;
		}
		l = loss_add(out, json_str(d, "key", name), 0);
		snprintf(l->text, sizeof(l->text), "%.60s (%.80s)", name,
			 json_str(d, "path", ""));
	}
}

bool loss_is_within(const struct loss *now, const struct loss *accepted)
{
	return strcmp(now->key, accepted->key) == 0 && now->count <= accepted->count;
}

/* Each disk or snapshot that is kept lies in a group of its own, which is kept with it. */
static const char *kept_text(char out[80], const struct json *plan, int64_t keeps)
{
	const struct json *list = json_get(plan, "storage");
	int64_t disks = 0, snapshots = 0;

	for (size_t i = 0; i < json_len(list); i++) {
		const char *act = json_str(json_at(list, i), "act", "");

		disks += strcmp(act, "keep") == 0;
		snapshots += strcmp(act, "snapshot") == 0;
	}
	if (snapshots == 1 && keeps == 2)
		snprintf(out, 80, "keeps 2: a snapshot and its group,");
	else if (snapshots || disks * 2 != keeps)
		snprintf(out, 80, "keeps %lld", (long long)keeps);
	else if (disks == 1)
		snprintf(out, 80, "keeps 2: a disk and its group,");
	else
		snprintf(out, 80, "keeps %lld: %lld disks and their groups,", (long long)keeps,
			 (long long)disks);
	return out;
}

void teardown_facts(struct strs *out, const struct json *plan)
{
	char money[24], goes[24], kept[80];
	int64_t deletes = json_int(plan, "deletes", (int64_t)count_acts(plan, true));
	int64_t keeps = json_int(plan, "keeps", 0),
		skips = json_int(plan, "skips", (int64_t)count_acts(plan, false));
	int64_t nodes = json_int(plan, "nodes", 0);
	struct buf b = BUF_INIT(400);

	buf_addf(&b, "deletes %lld resource%s, %lld node%s   saves %s/h", (long long)deletes,
		 plural(deletes), (long long)nodes, plural(nodes),
		 money_text(money, json_real(plan, "saves_per_hour", -1)));
	if (keeps)
		buf_addf(&b, "   %s at %s/h", kept_text(kept, plan, keeps),
			 money_text(goes, json_real(plan, "goes_on_per_hour", -1)));
	if (skips)
		buf_addf(&b, "   skips %lld", (long long)skips);
	strs_add(out, buf_str(&b));
	buf_clear(&b);
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
	{ "rest", "" },
	{ "network", "network and its rules are deleted" },
	{ "snapshots", "" },
	{ "storage", "disks that are not kept are deleted" },
	{ "group", "the resource group is deleted" },
	{ "again", "" },
	{ "lists", "proof: two complete lists by tag show nothing that was to go" },
	{ "names", "proof: every recorded name that was to go is gone" },
};

#define UNDO_S 10

/* The engine says once that it begins in 10 s; here they go by. What else it said stands behind
 * that. */
static const char *seconds_left(char out[160], const struct json *op, int64_t now_ms)
{
	int64_t left = UNDO_S - (now_ms - json_int(op, "started_ms", now_ms)) / 1000;
	const char *more = strchr(json_str(op, "detail", ""), ';');

	left = left < 0 ? 0 : left > UNDO_S ? UNDO_S : left;
	snprintf(out, 160, "begins in %lld s%.100s", (long long)left, more ? more : "");
	return out;
}

static void under_way(struct textbox *out, const struct json *op, int64_t now_ms)
{
	const char *step = json_str(op, "step", ""), *detail = json_str(op, "detail", "");
	char left[160];
	const char *error = json_str(op, "error", "");
	bool passed = true;

	if (strcmp(step, "undo") == 0)
		detail = seconds_left(left, op, now_ms);
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

size_t teardown_needing(const struct json *op, const struct json **out, size_t most)
{
	const struct json *list = json_get(op, "data.items");
	size_t n = 0;

	for (size_t i = 0; i < json_len(list); i++)
		if (strcmp(json_str(json_at(list, i), "state", ""), "failed") == 0) {
			if (n < most)
				out[n] = json_at(list, i);
			n++;
		}
	return n < most ? n : most;
}

static void one_item(struct textbox *out, const struct json *j, bool chosen)
{
	static const struct {
		const char *state, *glyph;
		enum tone tone;
	} words[] = {
		{ "gone", "[ok]", TONE_OK },	  { "deleting", "[>>]", TONE_BOOT },
		{ "failed", "[!!]", TONE_FAIL },  { "kept", "[==]", TONE_MONEY },
		{ "skipped", "[--]", TONE_WARN }, { "foreign", "[--]", TONE_WARN },
		{ "waiting", "[  ]", TONE_DIM },
	};
	const char *state = json_str(j, "state", "waiting"), *error = json_str(j, "error", "");
	double price = json_real(j, "price_per_hour", 0);
	size_t i = 0;
	char money[24], cost[40] = "", when[CLOCK_TEXT];

	while (i + 1 < ARRAY_LEN(words) && strcmp(words[i].state, state) != 0)
		i++;
	if (price != 0 && strcmp(state, "gone") != 0)
		snprintf(cost, sizeof(cost), "  %s/h", money_text(money, price));
	textbox_add(out, words[i].tone, "%c%s %-8s %s%s", chosen ? '>' : ' ', words[i].glyph,
		    strcmp(state, "skipped") == 0   ? "left"
		    : strcmp(state, "foreign") == 0 ? "stays"
						    : state,
		    short_id(json_str(j, "id", "?")), cost);
	if (error[0])
		textbox_add(out, TONE_FAIL, "               %s", error);
	if (json_int(j, "next_try_ms", 0) > 0 && strcmp(state, "failed") == 0)
		textbox_add(out, TONE_TEXT, "               tried %lld time%s, next try %s",
			    (long long)json_int(j, "tries", 0), plural(json_int(j, "tries", 0)),
			    clock_hms(when, json_int(j, "next_try_ms", 0)));
}

/* Those that need somebody come first. */
static void items(struct textbox *out, const struct json *op, size_t chosen)
{
	const struct json *list = json_get(op, "data.items"), *failed[TREE_RESOURCES];
	size_t n = teardown_needing(op, failed, TREE_RESOURCES);

	for (size_t i = 0; i < n; i++)
		one_item(out, failed[i], i == chosen % n);
	if (n)
		textbox_add(out, TONE_KEY, " r tries again now   s leaves it, with its price%s",
			    n > 1 ? "   Tab marks the next" : "");
	if (json_len(list))
		textbox_add(out, TONE_TEXT, " ");
	for (size_t i = 0; i < json_len(list) && i < TREE_RESOURCES; i++)
		if (strcmp(json_str(json_at(list, i), "state", ""), "failed") != 0)
			one_item(out, json_at(list, i), false);
	if (json_len(list) > TREE_RESOURCES)
		textbox_add(out, TONE_DIM, " and %zu more", json_len(list) - TREE_RESOURCES);
}

static void report_kept(struct textbox *out, const struct json *kept)
{
	char money[24];

	for (size_t i = 0; i < json_len(kept); i++) {
		const struct json *k = json_at(kept, i);

		textbox_add(out, TONE_MONEY, " kept: %s  %s/h goes on",
			    short_id(json_str(k, "id", "?")),
			    money_text(money, json_real(k, "price_per_hour", -1)));
	}
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
	if (json_str(op, "data.why_one_list", NULL))
		textbox_add(out, TONE_TEXT, " empty list by tag: %s; %s",
			    json_str(op, "data.first_empty_list", ""),
			    json_str(op, "data.why_one_list", ""));
	else if (json_str(op, "data.first_empty_list", NULL))
		textbox_add(out, TONE_TEXT, " %s by tag: %s and %s",
			    json_len(json_get(op, "data.kept")) ? "only what is kept,"
								: "empty lists",
			    json_str(op, "data.first_empty_list", ""),
			    json_str(op, "data.second_empty_list", ""));
	if (!json_bool(op, "data.group_deleted", true))
		textbox_add(out, TONE_WARN,
			    " the resource group stays: it holds what is not ours");
	report_kept(out, json_get(op, "data.kept"));
	report_left(out, json_get(op, "data.left"));
	textbox_add(out, TONE_MONEY, " saves from now on: %s/h", money_text(money, saves));
	if (json_real(op, "data.spent", -1) >= 0)
		textbox_add(out, TONE_TEXT, " spent in all: %s",
			    money_text(money, json_real(op, "data.spent", -1)));
}

void teardown_progress(struct textbox *out, const struct json *op, const char *cluster,
		       double saves, size_t chosen, int64_t now_ms)
{
	enum op_state state = op_state_of(json_str(op, "state", "running"));
	const char *detail = json_str(op, "detail", ""), *error = json_str(op, "error", "");

	switch (state) {
	case OP_DONE:
		textbox_add(out, TONE_OK, " %s is %s. %s", cluster,
			    json_len(json_get(op, "data.left")) ? "deleted but for what is left"
			    : json_len(json_get(op, "data.kept")) ? "deleted, its storage kept"
								  : "deleted",
			    detail);
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
		under_way(out, op, now_ms);
		items(out, op, chosen);
	}
}
