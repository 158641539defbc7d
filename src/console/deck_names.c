/* Names of nodes and jobs while they are typed behind ":": those of the cluster that the line
 * names, asked of the engine, whatever the panes hold. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "console/deck.h"

#define NAME_SIGNS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

/* A name or a number: both may stand behind "why". */
static bool takes_jobs(const struct command *c, const char *typed)
{
	bool nodes = strstr(c->args, "NODE") != NULL;

	return strstr(c->args, "JOB") && (!nodes || (typed[0] >= '0' && typed[0] <= '9'));
}

/* "": nothing is to be asked. */
static void names_path(const struct deck *d, const struct command *c, const char *line,
		       const char *typed, char path[PROMPT_TEXT])
{
	const char *word = line + strlen(c->name) + 1;
	char cluster[64], filter[100] = "";
	bool jobs = takes_jobs(c, typed);
	char *own;

	path[0] = '\0';
	if (!(c->flags & CMD_CLUSTER) || typed[0] == '-' || (!jobs && !strstr(c->args, "NODE")))
		return;
	snprintf(cluster, sizeof(cluster), "%.*s", (int)strcspn(word, " "), word);
	if (!strchr(word, ' ') || !deck_is_cluster(d, cluster))
		snprintf(cluster, sizeof(cluster), "%s", d->cluster);
	if (!cluster[0] || strlen(typed) > 60)
		return;
	if (!typed[strspn(typed, NAME_SIGNS)] && typed[0])
		snprintf(filter, sizeof(filter), "%s~\"^%s\"", jobs ? "id" : "name", typed);
	own =
	    client_path(jobs ? "/v1/clusters/%/jobs?filter=%" : "/v1/clusters/%/nodes?filter=%",
			cluster, filter, (char *)NULL);
	snprintf(path, PROMPT_TEXT, "%s", own);
	free(own);
}

static void on_names(struct deck *d, const struct json *answer, const char *path)
{
	const struct prompt *p = &d->prompts[FOR_COMMAND];

	if (strcmp(path, d->names.path) != 0)
		return;
	json_free(d->names.told);
	d->names.told = json_copy(answer);
	if (d->mode == AT_PROMPT && d->prompt_use == FOR_COMMAND)
		deck_choices(d, p->text, p->at, &d->choices);
}

void deck_names_ask(struct deck *d, const struct command *c, const char *line,
		    const char *typed)
{
	char path[PROMPT_TEXT];

	names_path(d, c, line, typed, path);
	if (!path[0] || strcmp(path, d->names.path) == 0)
		return;
	json_free(d->names.told);
	d->names.told = NULL;
	snprintf(d->names.path, sizeof(d->names.path), "%s", path);
	deck_get_quietly(d, xstrdup(path), on_names, d->names.path);
}

void deck_names_forget(struct deck *d)
{
	json_free(d->names.told);
	d->names = (struct known_names){ .told = NULL };
}

void deck_names_offer(const struct deck *d, const struct command *c, const char *line,
		      const char *typed, struct choices *out)
{
	const struct json *rows = json_get(d->names.told, "rows");
	bool jobs = takes_jobs(c, typed);
	char path[PROMPT_TEXT];

	names_path(d, c, line, typed, path);
	if (!path[0] || strcmp(path, d->names.path) != 0)
		return;
	for (size_t i = 0; i < json_len(rows); i++)
		choices_add(out, typed, json_str(json_at(rows, i), jobs ? "id" : "name", ""),
			    jobs ? json_str(json_at(rows, i), "name", "") : "node");
}
