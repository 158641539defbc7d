/* Templates, as the engine has them. */
#include <stdio.h>

#include "base/mem.h"
#include "command/run.h"

static void on_list(struct command_run *r, const struct json *answer)
{
	const struct json *list = json_get(answer, "templates");

	show_columns(r, "TEMPLATE", "SCHEDULER", "ARRAYS", "USED BY", "CHANGED", "TITLE");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *t = json_at(list, i);
		const char *problem = json_str(t, "problem", "");
		char when[CLOCK_TEXT], broken[220];

		snprintf(broken, sizeof(broken), "broken: %s", problem);
		show_row(r, json_str(t, "name", "?"), json_str(t, "scheduler", ""),
			 json_str(t, "arrays", ""), json_str(t, "used_by", ""),
			 show_time(when, json_int(t, "changed_ms", 0)),
			 problem[0] ? broken : json_str(t, "title", ""));
	}
	show_result(r, answer);
	run_done(r);
}

void run_template_list(struct command_run *r)
{
	run_get(r, xstrdup("/v1/templates"), on_list);
}

static void show_parameters(struct command_run *r, const struct json *list)
{
	if (json_len(list) > 0)
		show_columns(r, "PARAMETER", "TYPE", "DEFAULT", "MEANING");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *p = json_at(list, i);

		show_row(r, json_str(p, "name", "?"), json_str(p, "type", ""),
			 json_str(p, "default", "(must be given)"),
			 show_or(json_str(p, "help", ""), json_str(p, "label", "")));
	}
}

static void on_show(struct command_run *r, const struct json *t)
{
	const struct json *problems = json_get(t, "problems");

	if (command_option(r, "text")) {
		show_text(r, "%s", json_str(t, "text", ""));
		show_result(r, t);
		run_done(r);
		return;
	}
	show_fact(r, "template", "%s", json_str(t, "name", "?"));
	show_fact(r, "title", "%s", json_str(t, "title", ""));
	show_fact(r, "scheduler", "%s", json_str(t, "scheduler", ""));
	show_fact(r, "file", "%s", json_str(t, "path", ""));
	show_fact(r, "about", "%s", json_str(t, "description", ""));
	for (size_t i = 0; i < json_len(problems); i++) {
		const struct json *p = json_at(problems, i);

		show_fact(r, "problem", "line %lld, column %lld: %s",
			  (long long)json_int(p, "line", 0),
			  (long long)json_int(p, "column", 0), json_str(p, "text", ""));
	}
	show_parameters(r, json_get(t, "parameters"));
	show_result(r, t);
	run_done(r);
}

void run_template_show(struct command_run *r)
{
	run_get(r, client_path("/v1/templates/%", r->args.v[0], (char *)NULL), on_show);
}
