#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"

#define CONFIG_MAX ((size_t)1 << 20)

static const char *const keys[] = { "clouds", "limits",	   "orphans", "roles",
				    "site",   "templates", NULL };

void config_init(struct config *c)
{
	*c = (struct config){ .templates = STRS_INIT(16), .orphans.nodes = ORPHANS_AUTO };
	limits_init(&c->limits);
}

void config_clear(struct config *c)
{
	for (size_t i = 0; i < c->n_clouds; i++)
		cloud_record_clear(&c->clouds[i]);
	free(c->clouds);
	auth_rules_clear(&c->rules);
	strs_clear(&c->templates);
	free(c->site);
	config_init(c);
}

/* "roles:" is a list of rules, "templates:" one of folders. */
static int read_list(struct config *c, const struct yaml *y, struct err *err)
{
	bool roles = strcmp(y->key, "roles") == 0;

	if (y->kind != YAML_LIST)
		return err_set(err, ERR_PARSE, "line %u, column %u: %s is a list", y->line,
			       y->column, y->key);
	for (const struct yaml *one = y->child; one; one = one->next) {
		int rc = one->kind == YAML_SCALAR ? 0 : -1;

		if (rc < 0)
			err_set(err, ERR_PARSE, "one text is expected");
		else if (roles)
			rc = auth_rules_add(&c->rules, one->text, err);
		else
			rc = strs_add(&c->templates, one->text);
		if (rc < 0)
			return err_wrap(err, "line %u, column %u", one->line, one->column);
	}
	return 0;
}

/* "orphans: { nodes: auto, rest: ask }" */
static int read_orphans(struct config *c, const struct yaml *y, struct err *err)
{
	static const char *const words[] = {
		[ORPHANS_ASK] = "ask", [ORPHANS_AUTO] = "auto", [ORPHANS_OFF] = "off"
	};

	for (const struct yaml *one = y->child; y->kind == YAML_MAP && one; one = one->next) {
		bool nodes = strcmp(one->key, "nodes") == 0;
		size_t i = 0;

		while (one->kind == YAML_SCALAR && i < ARRAY_LEN(words) &&
		       strcmp(words[i], one->text) != 0)
			i++;
		if ((!nodes && strcmp(one->key, "rest") != 0) || one->kind != YAML_SCALAR ||
		    i == ARRAY_LEN(words))
			return err_set(
			    err, ERR_PARSE,
			    "line %u, column %u: orphans has \"nodes\" and \"rest\", each auto, ask or off",
			    one->key_line, one->key_column);
		*(nodes ? &c->orphans.nodes : &c->orphans.rest) = (enum orphan_policy)i;
	}
	if (y->kind == YAML_MAP)
		return 0;
	return err_set(err, ERR_PARSE, "line %u, column %u: orphans is a map", y->line,
		       y->column);
}

static int no_such_limit(const struct yaml *y, struct err *err)
{
	const char *names[LIMITS + 1] = { NULL }, *near;

	for (int i = 0; i < LIMITS; i++)
		names[i] = limit_defs[i].name;
	near = text_nearest(y->key, names);
	return err_set(
	    err, ERR_PARSE,
	    "line %u, column %u: there is no limit \"%.60s\"%s%s; \"engine limits\" lists them",
	    y->key_line, y->key_column, y->key, near ? "; did you mean " : "",
	    near ? near : "");
}

/* "limits: { clients: 128, request_body: 8 MiB }" (R13) */
static int read_limits(struct config *c, const struct yaml *y, struct err *err)
{
	if (y->kind != YAML_MAP)
		return err_set(err, ERR_PARSE, "line %u, column %u: limits is a map", y->line,
			       y->column);
	for (const struct yaml *one = y->child; one; one = one->next) {
		int which = limit_named(one->key);

		if (which < 0)
			return no_such_limit(one, err);
		if (limit_set(&c->limits, (enum limit)which,
			      one->kind == YAML_SCALAR ? one->text : "", err) < 0)
			return err_wrap(err, "line %u, column %u: limits", one->line,
					one->column);
	}
	return 0;
}

static int read_key(struct config *c, const struct yaml *y, struct err *err)
{
	const char *near;

	if (strcmp(y->key, "clouds") == 0)
		return 0; /* read by the provider's own reader */
	if (strcmp(y->key, "roles") == 0 || strcmp(y->key, "templates") == 0)
		return read_list(c, y, err);
	if (strcmp(y->key, "limits") == 0)
		return read_limits(c, y, err);
	if (strcmp(y->key, "orphans") == 0)
		return read_orphans(c, y, err);
	if (strcmp(y->key, "site") == 0 && y->kind == YAML_SCALAR) {
		free(c->site);
		c->site = xstrdup(y->text);
		return 0;
	}
	near = text_nearest(y->key, keys);
	return err_set(err, ERR_PARSE,
		       "line %u, column %u: the configuration has no \"%s\"%s%s", y->key_line,
		       y->key_column, y->key, near ? "; did you mean " : "", near ? near : "");
}

int config_load(struct config *c, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(CONFIG_MAX);
	struct yaml *y;
	int rc = -1;

	if (file_read(&text, path, err) < 0)
		return -1;
	y = yaml_parse(buf_str(&text), text.len, err);
	buf_clear(&text);
	if (y && y->kind != YAML_MAP)
		err_set(err, ERR_PARSE, "line %u: the configuration is a map", y->line);
	else if (y)
		rc = 0;
	for (const struct yaml *one = rc == 0 ? y->child : NULL; one && rc == 0;
	     one = one->next)
		rc = read_key(c, one, err);
	if (rc < 0)
		err_wrap(err, "%s", path);
	else if (yaml_get(y, "clouds"))
		rc = cloud_records_load(&c->clouds, &c->n_clouds, path, err);
	yaml_free(y);
	return rc;
}
