/*
 * The boot script of a machine: variables, templates/nodes/common.sh, on heads the tool that
 * the engine calls (as a here-document), then templates/nodes/SCHEDULER-ROLE.sh. Nothing of a
 * value is read by the shell: each is one quoted word.
 */
#include "template/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "folder.h"
#include "template/head.h"

#define CUSTOM_DATA_MAX ((size_t)64 << 10) /* Azure's limit, before base64 */
#define TOOL_END	"END_OF_PACELINE_SCHED"

static bool is_var_name(const char *name, size_t n)
{
	return n > 0 && n <= 40 && name[0] >= 'A' && name[0] <= 'Z' &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") >= n;
}

static int add_vars(struct buf *out, const struct strs *vars, struct err *err)
{
	for (size_t i = 0; vars && i < vars->n; i++) {
		const char *eq = strchr(vars->v[i], '=');

		if (!eq || !is_var_name(vars->v[i], (size_t)(eq - vars->v[i])))
			return err_set(err, ERR_INTERNAL,
				       "boot script: \"%.40s\" is no variable", vars->v[i]);
		buf_add(out, vars->v[i], (size_t)(eq - vars->v[i]) + 1);
		quote_sh(out, eq + 1);
		buf_addc(out, '\n');
	}
	return 0;
}

static int read_part(struct buf *part, const struct strs *folders, const char *name,
		     struct err *err)
{
	char *path = folder_find(folders, name);
	int rc;

	if (!path)
		return err_set(err, ERR_NOT_FOUND,
			       "boot script: %s is in none of the template folders (%s%s)",
			       name, folders->n ? folders->v[0] : "there are none",
			       folders->n > 1 ? ", ..." : "");
	rc = folder_read(part, path, err);
	free(path);
	return rc;
}

/* Comment lines and blank ones are for readers of the tree; customData is short of room. */
static void add_code(struct buf *out, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		size_t indent = strspn(text, " \t");

		if (indent < n && text[indent] != '#') {
			buf_add(out, text, n);
			buf_addc(out, '\n');
		}
		text += n + (text[n] == '\n');
	}
}

static int add_part(struct buf *out, const struct strs *folders, const char *name,
		    struct err *err)
{
	struct buf part = BUF_INIT(CUSTOM_DATA_MAX * 4);
	int rc = read_part(&part, folders, name, err);

	if (rc == 0)
		add_code(out, buf_str(&part));
	buf_clear(&part);
	return rc;
}

static int add_tool(struct buf *out, const struct strs *folders, struct err *err)
{
	struct buf part = BUF_INIT(CUSTOM_DATA_MAX * 4);
	int rc = read_part(&part, folders, "nodes/paceline-sched", err);

	if (rc == 0 && strstr(buf_str(&part), TOOL_END))
		rc = err_set(err, ERR_INVALID, "nodes/paceline-sched holds the line " TOOL_END);
	if (rc == 0) {
		buf_adds(out, "tool_text() {\ncat <<'" TOOL_END "'\n#!/bin/sh\n");
		add_code(out, buf_str(&part));
		buf_adds(out, TOOL_END "\n}\n");
	}
	buf_clear(&part);
	return rc;
}

static int add_role(struct buf *out, const struct strs *folders, const char *scheduler,
		    const char *role, struct err *err)
{
	char *name = xasprintf("nodes/%s-%s.sh", scheduler, role);
	int rc = add_part(out, folders, name, err);

	free(name);
	return rc;
}

static int add_all(struct buf *out, const struct strs *folders, const struct cluster_spec *spec,
		   const char *role, const struct strs *vars, struct err *err)
{
	buf_addf(out, "#!/bin/sh\n# Paceline: %s of a %s cluster\n", role, spec->scheduler);
	if (add_vars(out, vars, err) < 0 || add_part(out, folders, "nodes/common.sh", err) < 0)
		return -1;
	if (strcmp(role, "head") == 0 && add_tool(out, folders, err) < 0)
		return -1;
	return add_role(out, folders, spec->scheduler, role, err);
}

int boot_script(struct buf *out, const struct cluster_spec *spec, const char *role,
		const struct strs *vars, struct err *err)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct strs folders = STRS_INIT(16);
	int rc;

	template_folders(&folders);
	rc = add_all(&text, &folders, spec, role, vars, err);
	if (rc == 0 && text.len > CUSTOM_DATA_MAX)
		rc = err_set(
		    err, ERR_FULL,
		    "the boot script of the %s has %zu bytes, and Azure takes %zu: use fewer arrays, sizes or settings",
		    role, text.len, CUSTOM_DATA_MAX);
	if (rc == 0 && buf_add(out, buf_str(&text), text.len) < 0)
		rc = err_set(err, ERR_FULL, "the boot script of the %s does not fit its buffer",
			     role);
	strs_clear(&folders);
	buf_clear(&text);
	return rc;
}
