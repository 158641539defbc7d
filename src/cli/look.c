#include "look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/queue.h"

#define OBJECTS_MOST  10 /* each job is a call on the head */
#define NAMES_MOST    10000

int look_for_cluster(struct command_run *r, struct err *err)
{
	struct json *j = client_wait_get(r->client, "/v1/clusters", err);
	const struct json *list = json_get(j, "clusters");
	struct strs names = STRS_INIT(NAMES_MOST);
	int rc;

	if (!j)
		return -1;
	for (size_t i = 0; i < json_len(list); i++)
		strs_add(&names, json_str(json_at(list, i), "name", ""));
	rc = command_take_cluster(r, &names, err);
	if (rc == 0)
		fprintf(stderr, "paceline: cluster %s, the only one\n", r->args.v[0]);
	strs_clear(&names);
	json_free(j);
	return rc;
}

char *look_names_path(const struct command_run *r)
{
	const char *what = r->args.v[0];

	if (strcmp(what, "clusters") == 0 && r->args.n == 1)
		return xstrdup("/v1/clusters");
	if (strcmp(what, "nodes") == 0 && r->args.n == 2)
		return client_path("/v1/clusters/%/nodes?filter=&sort=&offset=0&count=1000",
				   r->args.v[1], (char *)NULL);
	return NULL;
}

void look_names(struct buf *out, struct client *client, const char *path)
{
	struct json *j = client_wait_get(client, path, NULL);
	const struct json *list = json_get(j, strchr(path, '?') ? "rows" : "clusters");

	for (size_t i = 0; i < json_len(list); i++)
		buf_addf(out, "%s\n", json_str(json_at(list, i), "name", ""));
	json_free(j);
}

/* Only what is known not to be there: an engine that cannot tell now is told of by the act. */
static int is_there(const struct command_run *r, char *path, struct err *err)
{
	struct json *j = client_wait_get(r->client, path, err);

	free(path);
	json_free(j);
	return !j && err->code == ERR_NOT_FOUND ? -1 : 0;
}

int look_at_objects(const struct command_run *r, struct err *err)
{
	unsigned int flags = r->command->flags;
	struct strs names = STRS_INIT(NAMES_MOST);
	int rc = 0;
	const char *format = flags & CMD_JOBS	 ? "/v1/clusters/%/jobs/%"
			     : flags & CMD_NODES ? "/v1/clusters/%/nodes/%"
						 : NULL;

	if (!(flags & CMD_CLUSTER) || r->args.n == 0)
		return 0;
	if (!format || r->args.n == 1)
		return is_there(r, client_path("/v1/clusters/%", r->args.v[0], (char *)NULL),
				err);
	for (size_t i = 1; i < r->args.n; i++)
		if (flags & CMD_JOBS)
			strs_add(&names, r->args.v[i]);
		else if (hostlist_expand(&names, r->args.v[i], NULL) < 0)
			break; /* more than anybody asks about one by one */
	for (size_t i = 0; i < names.n && i < OBJECTS_MOST && rc == 0; i++)
		if (text_is_name(names.v[i], 64)) /* no tasks of an array */
			rc = is_there(
			    r, client_path(format, r->args.v[0], names.v[i], (char *)NULL),
			    err);
	strs_clear(&names);
	return rc;
}
