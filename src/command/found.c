/* What was found in a cloud and stands in no row: listed, adopted, condemned. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/run.h"

static void found_row(struct command_run *r, const struct json *f)
{
	char since[CLOCK_TEXT], jobs[SHOW_MAX], price[32], goes[CLOCK_TEXT], text[80] = "";
	int64_t goes_ms = json_int(f, "goes_ms", 0);
	const char *node = json_str(f, "node", "");

	money_text(price, json_real(f, "price_per_hour", -1));
	if (strcmp(json_str(f, "what", ""), "residue") == 0)
		snprintf(text, sizeof(text),
			 "no tags, so never touched: tag it, or delete it yourself");
	if (goes_ms)
		snprintf(text, sizeof(text), "goes by itself at %s", show_time(goes, goes_ms));
	show_row(r, show_tail(json_str(f, "id", "?")), json_str(f, "what", "?"),
		 show_or(json_str(f, "cluster", ""), json_str(f, "cluster_tag", "?")),
		 show_or(node, "-"), node[0] ? show_int(jobs, json_int(f, "jobs", -1)) : "-",
		 price, show_since(since, json_int(f, "first_ms", 0)),
		 json_str(f, "state", "?"), show_or(json_str(f, "error", ""), text));
}

static void show_found(struct command_run *r, const struct json *list)
{
	show_columns(r, "RESOURCE", "WHAT", "CLUSTER", "NODE", "JOBS", "$/H", "SEEN", "STATE",
		     "NOTE");
	for (size_t i = 0; i < json_len(list); i++)
		found_row(r, json_at(list, i));
}

static void on_found(struct command_run *r, const struct json *answer)
{
	const struct json *list = json_get(answer, "found");
	bool adoption = json_bool(answer, "adoption", false);
	const char *waits = json_str(answer, "waits_for", "");

	if (adoption)
		show_text(
		    r,
		    "ADOPTION MODE. Of the store is known that %s, so nothing is changed in any cloud before all that is found is decided of: orphans of no known cluster, nodes and parts of known ones.",
		    json_str(answer, "adoption_why", ""));
	if (json_len(list) > 0)
		show_found(r, list);
	else if (!adoption)
		show_text(r, "nothing is found that no cluster knows");
	if (adoption && waits[0])
		show_text(r, "Not everything is seen yet: %s.", waits);
	else if (adoption)
		show_text(
		    r,
		    "\"condemn RESOURCE...\" deletes what is not to stay; \"adopt\" takes over all else and ends adoption mode.");
	show_result(r, answer);
	run_done(r);
}

void run_found(struct command_run *r)
{
	run_get(r, xstrdup("/v1/found"), on_found);
}

static struct json *ids_body(const struct command_run *r)
{
	struct json *body = json_new_object(), *ids = json_set_array(body, "ids");

	for (size_t i = 0; i < r->args.n; i++)
		json_add(ids, json_new_string(r->args.v[i]));
	return body;
}

/*
 * Adopt
 */

static void on_adopted(struct command_run *r, const struct json *answer)
{
	const struct json *list = json_get(answer, "problems");
	long long n = json_int(answer, "adopted", 0), left = json_int(answer, "undecided", 0);

	show_text(r, "%lld adopted", n);
	for (size_t i = 0; i < json_len(list); i++)
		show_text(r, "  not %s: %s", show_tail(json_str(json_at(list, i), "id", "?")),
			  json_str(json_at(list, i), "text", ""));
	if (json_bool(answer, "adoption", false))
		show_text(r, "%lld are undecided: adoption mode goes on", left);
	else
		show_text(r, "the engine works: it is not in adoption mode");
	show_result(r, answer);
	if (json_len(list) > 0)
		run_failf(r, ERR_CONFLICT, "%zu could not be adopted", json_len(list));
	else
		run_done(r);
}

void run_adopt(struct command_run *r)
{
	run_post(r, xstrdup("/v1/found/adopt"), ids_body(r), on_adopted);
}

/*
 * Condemn: the plan is read, shown, agreed to by its number of resources, and sent by its hash
 */

static void on_condemned(struct command_run *r, const struct json *answer)
{
	if (json_bool(answer, "adoption", false))
		show_text(r, "condemned: they go when all that is found is decided of");
	else
		show_text(r, "condemned: they go in 10 s; \"adopt\" takes it back until then");
	show_result(r, answer);
	run_done(r);
}

static char *agreement(struct command_run *r, const char *count)
{
	const char *given = command_option(r, "agree");
	char *question, *answer;

	if (given)
		return xstrdup(given);
	if (!r->io->ask)
		return NULL;
	question = xasprintf("Type the number of resources, %s, to delete them: ", count);
	answer = r->io->ask(r->io->arg, question);
	free(question);
	return answer;
}

static void send_condemned(struct command_run *r, const struct json *plan)
{
	struct json *body = ids_body(r);
	const char *reason = command_option(r, "reason");

	json_set_str(body, "plan_hash", json_str(plan, "hash", ""));
	json_set_int(body, "agreed", json_int(plan, "count", 0));
	if (reason)
		json_set_str(body, "reason", reason);
	run_post(r, xstrdup("/v1/found/condemn"), body, on_condemned);
}

static void on_plan(struct command_run *r, const struct json *plan)
{
	const char *hash = json_str(plan, "hash", ""), *wanted = command_option(r, "plan");
	char count[SHOW_MAX], *agreed;

	show_int(count, json_int(plan, "count", 0));
	show_text(r, "This deletes %s:",
		  count_text((char[48]){ 0 }, json_int(plan, "count", 0), "resource"));
	show_found(r, json_get(plan, "resources"));
	if (json_int(plan, "with_jobs", 0) > 0)
		show_text(r, "Jobs run on %lld of them and are killed",
			  (long long)json_int(plan, "with_jobs", 0));
	show_text(r, "What lies on their disks is lost. Plan %s", hash);
	if (wanted && strcmp(wanted, hash) != 0) {
		run_failf(
		    r, ERR_CONFLICT,
		    "what was found changed since plan %.12s was made; nothing was deleted: read the new plan",
		    wanted);
		return;
	}
	agreed = agreement(r, count);
	if (!agreed)
		run_unagreed(r, plan,
			     "nothing was deleted: agree to the plan, as in \"--agree %s\"",
			     count);
	else if (strcmp(agreed, count) != 0)
		run_failf(r, command_option(r, "agree") ? ERR_INVALID : ERR_CONFLICT,
			  "\"%.20s\" is not the number of resources; nothing was deleted",
			  agreed);
	else
		send_condemned(r, plan);
	free(agreed);
}

void run_condemn(struct command_run *r)
{
	run_post(r, xstrdup("/v1/found/plan"), ids_body(r), on_plan);
}
