/* Acts on whole arrays. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/run.h"

static const struct {
	const char *verb, *text;
} told[] = {
	{ "keep", "none of its nodes goes by itself before it is unkept" },
	{ "unkeep", "its nodes may be scaled in again" },
	{ "retry", "one node of each size that rested tries first" },
};

static void on_told(struct command_run *r, const struct json *answer)
{
	const char *first = r->args.n > 1 ? r->args.v[1] : "all arrays";
	const char *more = r->args.n > 2 ? " and the others" : "";

	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		if (strcmp(told[i].verb, verb_of(r)) == 0)
			show_text(r, "%s%s: %s", first, more, told[i].text);
	show_result(r, answer);
	run_done(r);
}

void run_array_act(struct command_run *r)
{
	struct json *body = json_new_object(), *list = json_set_array(body, "arrays");
	char *format = xasprintf("/v1/clusters/%%/arrays/%s", verb_of(r));

	for (size_t i = 1; i < r->args.n; i++)
		json_add(list, json_new_string(r->args.v[i]));
	run_post(r, client_path(format, r->args.v[0], (char *)NULL), body, on_told);
	free(format);
}
