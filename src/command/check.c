/* A cluster before it is made: what is wrong with it, what it would cost. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/run.h"

#define AGAIN_MS  500
#define TRIES_MAX 40 /* until the cloud has told its sizes */

struct looks {
	int n;
};

static void ask(struct command_run *r);

static void show_problems(struct command_run *r, const struct json *answer)
{
	const struct json *list = json_get(answer, "problems");

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *p = json_at(list, i);
		const char *param = json_str(p, "param", ""), *fix = json_str(p, "fix", "");
		bool named = param[0] && param[0] != '@';

		show_text(r, "%s: %s%s%s", json_str(p, "level", "fail"), named ? param : "",
			  named ? ": " : "", json_str(p, "text", ""));
		if (named && fix[0])
			show_text(r, "      try %s=%s", param, fix);
	}
}

static void show_lines(struct command_run *r, const struct json *answer, const char *what,
		       const char *path)
{
	const struct json *list = json_get(answer, path);

	for (size_t i = 0; i < json_len(list); i++)
		show_fact(r, i ? "" : what, "%s",
			  json_text(json_at(list, i)) ? json_text(json_at(list, i)) : "");
}

static void show_cost(struct command_run *r, const struct json *answer)
{
	char idle[24], some[24], full[24];

	if (!json_get(answer, "cost"))
		return;
	show_fact(r, "costs", "idle %s/h, %s %s/h, full %s/h%s",
		  money_text(idle, json_real(answer, "cost.idle", -1)),
		  count_text((char[48]){ 0 }, json_int(answer, "cost.some_nodes", 0), "node"),
		  money_text(some, json_real(answer, "cost.some", -1)),
		  money_text(full, json_real(answer, "cost.full", -1)),
		  json_bool(answer, "cost.sample", false) ? " (sample prices)" : "");
}

static bool fails(const struct json *answer)
{
	const struct json *list = json_get(answer, "problems");

	for (size_t i = 0; i < json_len(list); i++)
		if (strcmp(json_str(json_at(list, i), "level", "fail"), "fail") == 0)
			return true;
	return false;
}

static void on_checked(struct command_run *r, const struct json *answer)
{
	struct looks *looks = r->state;

	if (json_bool(answer, "pending", false) && ++looks->n < TRIES_MAX) {
		run_later(r, AGAIN_MS, ask);
		return;
	}
	show_lines(r, answer, "makes now", "creates.now");
	show_lines(r, answer, "later", "creates.later");
	show_lines(r, answer, "leaves", "creates.kept");
	show_lines(r, answer, "idle", "creates.idle");
	show_cost(r, answer);
	show_problems(r, answer);
	show_result(r, answer);
	if (fails(answer))
		run_failf(r, ERR_UNSUPPORTED, "cluster %s cannot be created so", r->args.v[0]);
	else
		run_done(r);
}

static void ask(struct command_run *r)
{
	run_post(r, client_path("/v1/templates/%/check", r->args.v[1], (char *)NULL),
		 cluster_body(r), on_checked);
}

void run_cluster_check(struct command_run *r)
{
	run_keep(r, xcalloc(1, sizeof(struct looks)), free);
	ask(r);
}
