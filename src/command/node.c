/* Nodes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/run.h"
#include "model/node.h"
#include "model/queue.h"
#include "model/size.h"

#define NODES_MAX 10000 /* in one call */

static void list_row(struct command_run *r, const struct json *n)
{
	char since[CLOCK_TEXT], jobs[SHOW_MAX], money[24];

	show_row(r, json_str(n, "name", "?"), json_str(n, "array", ""),
		 node_state_word(node_state_of(json_str(n, "state", ""))),
		 show_since(since, json_int(n, "since_ms", 0)),
		 vm_size_short(json_str(n, "size", "")),
		 json_bool(n, "spot", false) ? "spot" : "ded",
		 show_or(json_str(n, "zone", ""), "-"), show_int(jobs, json_int(n, "jobs", -1)),
		 money_text(money, json_real(n, "price", -1)), json_str(n, "reason", ""));
}

static void on_list(struct command_run *r, const struct json *answer)
{
	const struct json *rows = json_get(answer, "rows");

	if (!list_none_show(r, answer, "node", ""))
		show_columns(r, "NODE", "ARRAY", "STATE", "SINCE", "SIZE", "KIND", "ZONE",
			     "JOBS", "$/H", "REASON");
	for (size_t i = 0; i < json_len(rows); i++)
		list_row(r, json_at(rows, i));
	list_cut_show(r, answer);
	show_result(r, answer);
	run_done(r);
}

void run_node_list(struct command_run *r)
{
	struct list_wish w = { .cluster = r->args.v[0], .noun = "nodes", .then = on_list };

	list_options(r, &w);
	list_rows(r, &w);
}

static void show_step(struct command_run *r, const char *what, const struct json *n,
		      const char *member)
{
	int64_t at = json_int(n, member, 0);
	char when[CLOCK_TEXT], span[CLOCK_TEXT];

	if (at)
		show_fact(r, what, "%s  +%s", show_time(when, at),
			  clock_span(span, at - json_int(n, "requested_ms", at)));
}

/* R5.9 */
static void show_kept(struct command_run *r, const struct json *n)
{
	int64_t with_array = json_int(n, "array_kept_ms", 0);
	int64_t since = with_array ? with_array : json_int(n, "kept_ms", 0);
	char when[CLOCK_TEXT];

	if (json_bool(n, "keep_alive", false) || with_array)
		show_fact(r, "kept", "%s%s%s; it is not scaled in",
			  with_array ? "with its array" : "by itself", since ? ", since " : "",
			  since ? show_time(when, since) : "");
}

static void on_show(struct command_run *r, const struct json *n)
{
	const char *reason = json_str(n, "reason", ""), *phase = json_str(n, "phase", "");
	char span[CLOCK_TEXT], size[24], money[24];

	show_fact(r, "node", "%s", json_str(n, "name", "?"));
	show_fact(r, "state", "%s for %s%s%s",
		  node_state_word(node_state_of(json_str(n, "state", ""))),
		  show_since(span, json_int(n, "since_ms", 0)), reason[0] ? ": " : "", reason);
	show_kept(r, n);
	show_fact(r, "array", "%s", json_str(n, "array", ""));
	show_fact(r, "size", "%s, %s%s%s", json_str(n, "size", "?"),
		  node_bought(json_bool(n, "spot", false)),
		  json_str(n, "zone", "")[0] ? ", zone " : "", json_str(n, "zone", ""));
	show_fact(r, "has", "%lld cpus, %s, %lld gpus", (long long)json_int(n, "cpus", 0),
		  size_text(size, json_int(n, "mem_bytes", 0)),
		  (long long)json_int(n, "gpus", 0));
	show_fact(r, "price", "%s/h", money_text(money, json_real(n, "price", -1)));
	show_fact(r, "machine", "%s", json_str(n, "vm_name", ""));
	show_fact(r, "host", "%s", json_str(n, "host", ""));
	show_fact(r, "address", "%s", json_str(n, "address", ""));
	show_fact(r, "set", "%s", json_str(n, "set_id", ""));
	show_step(r, "requested", n, "requested_ms");
	show_step(r, "machine", n, "bound_ms");
	show_step(r, "running", n, "booted_ms");
	show_step(r, "joined", n, "joined_ms");
	show_fact(r, "last mark", "%s", phase);
	show_result(r, n);
	run_done(r);
}

void run_node_show(struct command_run *r)
{
	run_get(r,
		client_path("/v1/clusters/%/nodes/%", r->args.v[0], r->args.v[1], (char *)NULL),
		on_show);
}

/*
 * Acts on one or many: names may be host lists, as in htc-[1-4]
 */

static int names_of(struct strs *names, const struct command_run *r, struct err *err)
{
	for (size_t i = 1; i < r->args.n; i++)
		if (hostlist_expand(names, r->args.v[i], err) < 0)
			return err_wrap(err, "\"%.80s\"", r->args.v[i]);
	return 0;
}

int check_nodes(const struct command_run *r, struct err *err)
{
	struct strs names = STRS_INIT(NODES_MAX);
	int rc = names_of(&names, r, err);

	strs_clear(&names);
	return rc;
}

static struct json *body_of(const struct command_run *r)
{
	struct strs names = STRS_INIT(NODES_MAX);
	struct json *body = json_new_object(), *list = json_set_array(body, "nodes");

	names_of(&names, r, NULL);
	for (size_t i = 0; i < names.n; i++)
		json_add(list, json_new_string(names.v[i]));
	if (command_option(r, "reason"))
		json_set_str(body, "reason", command_option(r, "reason"));
	if (command_option(r, "force"))
		json_set_bool(body, "force", true);
	strs_clear(&names);
	return body;
}

static const struct {
	const char *verb, *one, *many;
} told[] = {
	{ "drain", "no new jobs; deleted once empty; \"node undrain\" takes it back until then",
	  "no new jobs; deleted once empty; \"node undrain\" takes it back until then" },
	{ "undrain", "takes jobs again", "take jobs again" },
	{ "terminate", "is deleted", "are deleted" },
	{ "keep", "stays until it is unkept", "stay until they are unkept" },
	{ "unkeep", "may be scaled in again", "may be scaled in again" },
};

static void show_drained(struct command_run *r, const struct json *list)
{
	struct strs names = STRS_INIT(NODES_MAX), all = STRS_INIT(NODES_MAX);
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	char others[48];

	names_of(&all, r, NULL);
	for (size_t i = 0; i < json_len(list); i++)
		strs_add(&names, json_text(json_at(list, i)));
	if (hostlist_compress(&text, (const char *const *)names.v, names.n) == 0)
		show_text(
		    r,
		    "%s: jobs run there: takes no new ones, deleted once they end; --force with --reason kills them",
		    buf_str(&text));
	if (all.n > names.n)
		show_text(r, "%s: deleted, as no job runs there",
			  count_text(others, (int64_t)(all.n - names.n), "other node"));
	buf_clear(&text);
	strs_clear(&names);
	strs_clear(&all);
}

static void show_silent(struct command_run *r, const struct json *list)
{
	struct strs names = STRS_INIT(NODES_MAX);
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	for (size_t i = 0; i < json_len(list); i++)
		strs_add(&names, json_text(json_at(list, i)));
	if (names.n && hostlist_compress(&text, (const char *const *)names.v, names.n) == 0)
		show_text(r, "%s: not answering, takes jobs only once that ends",
			  buf_str(&text));
	buf_clear(&text);
	strs_clear(&names);
}

static void on_told(struct command_run *r, const struct json *answer)
{
	const char *more = r->args.n > 2 ? " and the others" : "";
	bool one = command_objects(r) == 1;
	const struct json *drained = json_get(answer, "drained_first");

	if (json_len(drained) > 0)
		show_drained(r, drained);
	for (size_t i = 0; i < ARRAY_LEN(told) && json_len(drained) == 0; i++)
		if (strcmp(told[i].verb, verb_of(r)) == 0)
			show_text(r, "%s%s: %s", r->args.v[1], more,
				  one ? told[i].one : told[i].many);
	show_silent(r, json_get(answer, "not_answering"));
	show_result(r, answer);
	run_done(r);
}

void run_node_act(struct command_run *r)
{
	struct json *body = body_of(r);
	char *format = xasprintf("/v1/clusters/%%/nodes/%s", verb_of(r));

	run_post(r, client_path(format, r->args.v[0], (char *)NULL), body, on_told);
	free(format);
}
