/* What the wizard writes beside a cluster: a template whose defaults are the values of the
 * form, and the request for quota that is missing. Pure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "console/wizard.h"

/* The line at or after text that begins with key at this indent, within the block of deeper
 * ones; NULL: there is none. */
static const char *line_of(const char *text, const char *key, int indent)
{
	size_t n = strlen(key);

	while (text && *text) {
		int in = (int)strspn(text, " ");
		bool blank = text[in] == '\n' || text[in] == '#' || text[in] == '\0';

		if (!blank && in < indent)
			return NULL;
		if (in == indent && strncmp(text + in, key, n) == 0 && text[in + (int)n] == ':')
			return text;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return NULL;
}

static const char *after_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

/* In single quotes a value is nothing but itself. */
static void put_default(struct buf *out, const char *value)
{
	buf_adds(out, "    default: '");
	for (; *value; value++) {
		if (*value == '\'')
			buf_addc(out, '\'');
		buf_addc(out, *value);
	}
	buf_adds(out, "'\n");
}

static bool replace_default(struct buf *out, const char *text, const char *name,
			    const char *value)
{
	const char *at = line_of(text, "parameters", 0), *line, *block;

	at = at ? line_of(after_line(at), name, 2) : NULL;
	if (!at || at[strcspn(at, "{\n")] == '{')
		return false; /* it is written in one line, which this does not take apart */
	block = after_line(at);
	line = line_of(block, "default", 4);
	at = line ? line : block;
	buf_addf(out, "%.*s", (int)(at - text), text);
	put_default(out, value);
	buf_adds(out, line ? after_line(line) : block);
	return true;
}

bool wizard_template(const struct wizard *w, struct buf *out, char why[120])
{
	char *text = xstrdup(w->source ? w->source : "");

	for (size_t i = 1; i < w->n; i++) {
		const struct wizard_field *f = &w->fields[i];
		struct buf next = BUF_INIT(BUF_TEXT_MAX);

		if (f->fallback && strcmp(f->value, f->fallback) == 0)
			continue;
		if (!replace_default(&next, text, f->name, f->value)) {
			snprintf(why, 120, "parameter %.60s is not written as lines of its own",
				 f->name);
			buf_clear(&next);
			free(text);
			return false;
		}
		free(text);
		text = buf_steal(&next);
	}
	buf_adds(out, text);
	free(text);
	return true;
}

static const char *value_of(const struct wizard *w, const char *name)
{
	for (size_t i = 1; i < w->n; i++)
		if (strcmp(w->fields[i].name, name) == 0)
			return w->fields[i].value;
	return "";
}

bool wizard_quota(const struct wizard *w, struct buf *out)
{
	const struct json *problems = json_get(w->check, "problems"),
			  *later = json_get(w->check, "creates.later");
	const char *region = value_of(w, "region");
	size_t n = 0;

	for (size_t i = 0; i < json_len(problems); i++) {
		const char *text = json_str(json_at(problems, i), "text", "");

		if (!strstr(text, "quota"))
			continue;
		if (n++ == 0)
			buf_addf(
			    out,
			    "Subject: compute quota%s%s for cluster %s\n\nPlease raise the "
			    "limits that this cluster meets:\n\n",
			    region[0] ? " in " : "", region, w->fields[0].value);
		buf_addf(out, "  - %s\n", text);
	}
	if (n == 0)
		return false;
	buf_adds(out, "\nThe cluster is to have, when jobs wait:\n\n");
	for (size_t i = 0; i < json_len(later); i++)
		buf_addf(out, "  %s\n", json_text(json_at(later, i)));
	buf_addf(out, "\nTemplate: %s\n", w->template);
	return true;
}
