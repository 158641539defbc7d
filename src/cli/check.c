#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "template/template.h"

static bool ends_as_file(const char *name)
{
	const char *end = strrchr(name, '.');

	return end && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0);
}

/* A file of this folder may be named without "./". */
bool cli_check_names_file(const char *name)
{
	char *here = xasprintf("./%s", name);
	bool yes = strchr(name, '/') || file_exists(here) || ends_as_file(name);

	free(here);
	return yes;
}

/* Yours to free. */
static char *file_of(const char *name, struct err *err)
{
	struct strs folders = STRS_INIT(8);
	char *path;

	if (cli_check_names_file(name))
		return strchr(name, '/') ? xstrdup(name) : xasprintf("./%s", name);
	template_folders(&folders);
	path = template_file(&folders, name, err);
	strs_clear(&folders);
	return path;
}

/* NULL with nothing in problems: it could not be read. */
static struct template *load(const char *path, struct template_problems *problems,
			     struct err *err)
{
	const struct strs none = STRS_INIT(1);
	struct template *t = template_load(&none, path, err);

	if (t)
		template_check(problems, t);
	else if (err->code == ERR_PARSE || err->code == ERR_FULL)
		template_problems_read(problems, err->msg);
	return t;
}

static struct json *problems_json(const char *file, const struct template_problems *p)
{
	struct json *j = json_new_object(), *list;

	json_set_str(j, "file", file);
	list = json_set_array(j, "problems");
	for (size_t i = 0; i < p->n; i++) {
		struct json *one = json_add_object(list);

		json_set_int(one, "line", p->v[i].line);
		json_set_int(one, "column", p->v[i].column);
		json_set_str(one, "text", p->v[i].text);
	}
	return j;
}

int cli_check_template(struct out *o, struct command_io *io, const char *name,
		       const char *engine_path, const char *const *schedulers)
{
	struct template_problems problems = { 0 };
	struct err err = ERR_INIT;
	char *path = engine_path ? xstrdup(engine_path) : file_of(name, &err);
	struct template *t = path ? load(path, &problems, &err) : NULL;
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct json *j;
	int code;

	if (!t && !problems.n) {
		out_failed(o, &err);
		free(path);
		return 1;
	}
	if (t && schedulers)
		template_check_scheduler(&problems, t, schedulers);
	for (size_t i = 0; i < problems.n; i++)
		buf_addf(&text, "%s:%u:%u: %s\n", path, problems.v[i].line,
			 problems.v[i].column, problems.v[i].text);
	if (!problems.n)
		buf_addf(&text, "%s: fine: %s, %s", path, t->scheduler,
			 count_text((char[48]){ 0 }, (int64_t)t->n_params, "parameter"));
	if (!o->json)
		out_text(o, buf_str(&text));
	j = problems_json(path, &problems);
	io->result(io->arg, j);
	json_free(j);
	buf_clear(&text);
	template_free(t);
	free(path);
	code = problems.n > 0;
	template_problems_clear(&problems);
	return code;
}
