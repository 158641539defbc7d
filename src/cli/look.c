#include "look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/queue.h"

#define CLUSTERS_TOLD 10
#define OBJECTS_MOST  10 /* each job is a call on the head */
#define NAMES_MOST    10000

static void put_first(struct strs *args, const char *word)
{
	struct strs all = STRS_INIT(args->max);

	strs_add(&all, word);
	for (size_t i = 0; i < args->n; i++)
		strs_add(&all, args->v[i]);
	strs_clear(args);
	*args = all;
}

static int not_one(const struct json *list, struct err *err)
{
	struct buf names = BUF_INIT(BUF_TEXT_MAX);
	size_t n = json_len(list);

	for (size_t i = 0; i < n && i < CLUSTERS_TOLD; i++)
		buf_addf(&names, " %s", json_str(json_at(list, i), "name", ""));
	if (n == 0)
		err_set(err, ERR_NOT_FOUND,
			"there is no cluster yet: \"paceline cluster create\" makes one");
	else
		err_set(err, ERR_INVALID, "CLUSTER is missing: there are%.150s%s",
			buf_str(&names), n > CLUSTERS_TOLD ? " and more" : "");
	buf_clear(&names);
	return -1;
}

static int take(struct command_run *r, const char *name, struct err *err)
{
	if (r->args.n > 0 && strcmp(r->args.v[0], name) == 0)
		return err_set(err, ERR_INVALID, "something is missing behind %s: %s %s", name,
			       r->command->name, r->command->args);
	fprintf(stderr, "paceline: cluster %s, the only one\n", name);
	put_first(&r->args, name);
	return 0;
}

int look_for_cluster(struct command_run *r, struct err *err)
{
	struct json *j = client_wait_get(r->client, "/v1/clusters", err);
	const struct json *list = json_get(j, "clusters");
	char name[80];
	int rc = 0;

	if (!j)
		return -1;
	if (json_len(list) != 1) {
		rc = not_one(list, err);
	} else {
		snprintf(name, sizeof(name), "%s", json_str(json_at(list, 0), "name", ""));
		rc = take(r, name, err);
	}
	json_free(j);
	return rc;
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
