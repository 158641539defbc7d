/* Cloud records: a cloud is a row of configuration (spec/azure-arm.md 1.1), and the simulator
 * just another one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "provider/provider.h"

#define FILE_MAX ((size_t)1 << 20)

static const struct {
	const char *key;
	size_t offset;
	bool needed;
} fields[] = {
	{ "name", offsetof(struct cloud_record, name), true },
	{ "provider", offsetof(struct cloud_record, provider), false },
	{ "arm", offsetof(struct cloud_record, arm), true },
	{ "authority", offsetof(struct cloud_record, authority), true },
	{ "audience", offsetof(struct cloud_record, audience), false },
	{ "ca_file", offsetof(struct cloud_record, ca_file), false },
	{ "tenant", offsetof(struct cloud_record, tenant), true },
	{ "subscription", offsetof(struct cloud_record, subscription), true },
	{ "client_id", offsetof(struct cloud_record, client_id), true },
	{ "client_secret_file", offsetof(struct cloud_record, client_secret_file), true },
	{ "prices", offsetof(struct cloud_record, prices), false },
	{ "record_dir", offsetof(struct cloud_record, record_dir), false },
};

static const struct {
	const char *key;
	size_t offset;
} ssh_fields[] = {
	{ "transport", offsetof(struct cloud_record, transport) },
	{ "proxy_command", offsetof(struct cloud_record, proxy_command) },
	{ "proxy_jump", offsetof(struct cloud_record, proxy_jump) },
	{ "bin", offsetof(struct cloud_record, bin) },
};

/* Known, and for other readers of the file. */
static const char *const others[] = {
	"simulated", "metadata", "control", "clock", "ssh", NULL
};

static char **at(struct cloud_record *r, size_t offset)
{
	return (char **)(void *)((char *)r + offset);
}

void cloud_record_clear(struct cloud_record *r)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		free(*at(r, fields[i].offset));
	for (size_t i = 0; i < ARRAY_LEN(ssh_fields); i++)
		free(*at(r, ssh_fields[i].offset));
	*r = (struct cloud_record){ 0 };
}

static int take_text(char **to, const struct yaml *y, struct err *err)
{
	if (y->kind != YAML_SCALAR)
		return err_set(err, ERR_PARSE, "line %u, column %u: %s is one value", y->line,
			       y->column, y->key);
	free(*to);
	*to = xstrdup(y->text);
	return 0;
}

static int unknown(const struct yaml *y, struct err *err)
{
	const char *words[ARRAY_LEN(fields) + ARRAY_LEN(others)];
	const char *near;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		words[n++] = fields[i].key;
	for (size_t i = 0; others[i]; i++)
		words[n++] = others[i];
	words[n] = NULL;
	near = text_nearest(y->key, words);
	return err_set(err, ERR_PARSE, "line %u, column %u: a cloud record has no \"%s\"%s%s",
		       y->key_line, y->key_column, y->key, near ? "; did you mean " : "",
		       near ? near : "");
}

static int read_ssh(struct cloud_record *r, const struct yaml *ssh, struct err *err)
{
	for (const struct yaml *y = ssh->child; y; y = y->next) {
		size_t i = 0;

		while (i < ARRAY_LEN(ssh_fields) &&
		       (!y->key || strcmp(ssh_fields[i].key, y->key) != 0))
			i++;
		if (i == ARRAY_LEN(ssh_fields))
			return err_set(err, ERR_PARSE, "line %u, column %u: ssh has no \"%s\"",
				       y->line, y->column, y->key ? y->key : "list item");
		if (take_text(at(r, ssh_fields[i].offset), y, err) < 0)
			return -1;
	}
	return 0;
}

static int read_key(struct cloud_record *r, const struct yaml *y, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (strcmp(fields[i].key, y->key) == 0)
			return take_text(at(r, fields[i].offset), y, err);
	if (strcmp(y->key, "ssh") == 0)
		return read_ssh(r, y, err);
	if (strcmp(y->key, "simulated") == 0)
		r->simulated = y->text && strcmp(y->text, "true") == 0;
	for (size_t i = 0; others[i]; i++)
		if (strcmp(others[i], y->key) == 0)
			return 0;
	return unknown(y, err);
}

static int check(struct cloud_record *r, const struct yaml *map, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (fields[i].needed && !*at(r, fields[i].offset))
			return err_set(err, ERR_PARSE, "line %u: the cloud record has no %s",
				       map->line, fields[i].key);
	if (!r->provider)
		r->provider = xstrdup("azure");
	if (!r->transport)
		r->transport = xstrdup("ssh");
	if (!r->audience)
		r->audience = xstrdup(r->arm);
	return 0;
}

static int read_record(struct cloud_record *r, const struct yaml *map, struct err *err)
{
	if (map->kind != YAML_MAP)
		return err_set(err, ERR_PARSE, "line %u, column %u: a cloud record is a map",
			       map->line, map->column);
	for (const struct yaml *y = map->child; y; y = y->next)
		if (read_key(r, y, err) < 0)
			return -1;
	return check(r, map, err);
}

static int add_record(struct cloud_record **out, size_t *n, const struct yaml *map,
		      struct err *err)
{
	struct cloud_record r = { 0 };

	if (read_record(&r, map, err) < 0) {
		cloud_record_clear(&r);
		return -1;
	}
	*out = xreallocarray(*out, *n + 1, sizeof(**out));
	(*out)[(*n)++] = r;
	return 0;
}

int cloud_records_load(struct cloud_record **out, size_t *n, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(FILE_MAX);
	struct yaml *y = NULL;
	const struct yaml *list;
	int rc = 0;

	if (file_read(&text, path, err) < 0)
		return -1;
	y = yaml_parse(buf_str(&text), text.len, err);
	buf_clear(&text);
	if (!y)
		return err_wrap(err, "%s", path);
	list = y->kind == YAML_MAP ? yaml_get(y, "clouds") : NULL;
	if (!list)
		rc = add_record(out, n, y, err);
	for (const struct yaml *one = list ? list->child : NULL; one && rc == 0;
	     one = one->next)
		rc = add_record(out, n, one, err);
	yaml_free(y);
	return rc < 0 ? err_wrap(err, "%s", path) : 0;
}
