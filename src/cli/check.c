#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "template/template.h"

static bool ends_as_file(const char *name)
{
	const char *end = strrchr(name, '.');

	return end && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0);
}

/* A file of this folder may be named without "./"; else it is the name of a template. */
static struct template *load(const char *name, struct err *err)
{
	struct strs folders = STRS_INIT(8);
	char *here = xasprintf("./%s", name);
	bool is_file = !strchr(name, '/') && (file_exists(here) || ends_as_file(name));
	struct template *t;

	template_folders(&folders);
	t = template_load(&folders, is_file ? here : name, err);
	strs_clear(&folders);
	free(here);
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

int cli_check_template(struct out *o, struct command_io *io, const char *name)
{
	struct template_problems problems = { 0 };
	struct err err = ERR_INIT;
	struct template *t = load(name, &err);
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct json *j;
	int code;

	if (!t) {
		out_failed(o, &err);
		return 1;
	}
	template_check(&problems, t);
	code = problems.n > 0;
	for (size_t i = 0; i < problems.n; i++)
		buf_addf(&text, "%s:%u:%u: %s\n", t->path, problems.v[i].line,
			 problems.v[i].column, problems.v[i].text);
	if (code == 0)
		buf_addf(&text, "%s: fine: %s, %zu parameters", t->path, t->scheduler,
			 t->n_params);
	if (!o->json)
		out_text(o, buf_str(&text));
	j = problems_json(t->path, &problems);
	io->result(io->arg, j);
	json_free(j);
	buf_clear(&text);
	template_problems_clear(&problems);
	template_free(t);
	return code;
}
