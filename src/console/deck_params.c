/* Parameters behind "cluster update NAME" and "cluster create NAME TEMPLATE" while they are
 * typed: the engine is asked once for each cluster or template, and what it told is offered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "console/deck.h"

/* "demo" of "cluster update demo htc_max=3", for i 0; "": there is none. */
static void word_of(const struct command *c, const char *line, size_t i, char out[64])
{
	const char *at = line + strlen(c->name);

	for (at += strspn(at, " "); i > 0; i--) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	snprintf(out, 64, "%.*s", (int)strcspn(at, " "), at);
}

/* How many words stand before the parameters; whose they are is in path, "" nobody's. */
static size_t params_from(const struct deck *d, const struct command *c, const char *line,
			  char path[160])
{
	char word[64], *own = NULL;
	size_t before = 2;

	path[0] = '\0';
	if (c->flags & CMD_CLUSTER) {
		word_of(c, line, 0, word);
		before = deck_is_cluster(d, word);
		if (!before)
			snprintf(word, sizeof(word), "%s", d->cluster);
		own = client_path("/v1/clusters/%/update", word, (char *)NULL);
	} else {
		word_of(c, line, 1, word);
		own = client_path("/v1/templates/%", word, (char *)NULL);
	}
	if (word[0])
		snprintf(path, 160, "%s", own);
	free(own);
	return before;
}

static void on_told(struct deck *d, const struct json *answer, const char *path)
{
	const struct prompt *p = &d->prompts[FOR_COMMAND];

	if (strcmp(path, d->params.path) != 0)
		return;
	json_free(d->params.told);
	d->params.told = json_copy(answer);
	if (d->mode == AT_PROMPT && d->prompt_use == FOR_COMMAND)
		deck_choices(d, p->text, p->at, &d->choices);
}

void deck_params_ask(struct deck *d, const struct command *c, const char *line)
{
	char path[160];

	params_from(d, c, line, path);
	if (!path[0] || strcmp(path, d->params.path) == 0)
		return;
	json_free(d->params.told);
	d->params.told = NULL;
	snprintf(d->params.path, sizeof(d->params.path), "%s", path);
	deck_get_quietly(d, xstrdup(path), on_told, path);
}

static const struct json *param_named(const struct json *list, const char *name, size_t len)
{
	for (size_t i = 0; i < json_len(list); i++) {
		const char *is = json_str(json_at(list, i), "name", "");

		if (strncmp(is, name, len) == 0 && !is[len])
			return json_at(list, i);
	}
	return NULL;
}

static void offer_values(const struct json *p, const char *typed, struct choices *out)
{
	const struct json *list = json_get(p, "choices");
	char range[64] = "";

	if (json_get(p, "min"))
		snprintf(range, sizeof(range), ", %.15g to %.15g", json_real(p, "min", 0),
			 json_real(p, "max", 0));
	snprintf(out->usage, sizeof(out->usage), "%.30s   %.50s%s; now %.40s",
		 json_str(p, "name", ""), json_str(p, "label", ""), range,
		 json_str(p, "default", "none"));
	for (size_t i = 0; i < json_len(list); i++)
		choices_add(out, typed, json_text(json_at(list, i)), "");
	if (strcmp(json_str(p, "type", ""), "bool") == 0) {
		choices_add(out, typed, "yes", "");
		choices_add(out, typed, "no", "");
	}
}

void deck_params_offer(const struct deck *d, const struct command *c, const char *line,
		       size_t index, const char *typed, struct choices *out)
{
	const struct json *list = json_get(d->params.told, "parameters"), *p;
	size_t name = strcspn(typed, "=");
	char path[160], text[64], help[100];

	if (index < params_from(d, c, line, path) || strcmp(path, d->params.path) != 0)
		return;
	if (typed[name] == '=') {
		p = param_named(list, typed, name);
		out->from += name + 1;
		if (p)
			offer_values(p, typed + name + 1, out);
		return;
	}
	for (size_t i = 0; i < json_len(list); i++) {
		p = json_at(list, i);
		if (json_str(p, "fixed", "")[0])
			continue;
		snprintf(text, sizeof(text), "%.60s=", json_str(p, "name", ""));
		snprintf(help, sizeof(help), "%.40s; now %.40s", json_str(p, "label", ""),
			 json_str(p, "default", "none"));
		choices_add(out, typed, text, help);
	}
}
