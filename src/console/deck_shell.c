/* A real shell on a node: the engine says how to get there, this terminal goes, and the screen
 * comes back when it ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "console/deck.h"
#include "console/words.h"

#define WORDS_MOST 1000

static void on_ended(void *arg, int status)
{
	struct deck *d = arg;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 255)
		deck_say(d, TONE_WARN, "ssh could not get there, or lost it");
	else
		deck_say(d, TONE_TEXT, "the shell has ended");
}

static void go(struct deck *d, const struct json *way, const char *node)
{
	const struct json *list = json_get(way, "argv");
	struct strs argv = STRS_INIT(WORDS_MOST);
	struct err err = ERR_INIT;
	char first[200], name[WORDS_NAME];

	for (size_t i = 0; i < json_len(list); i++)
		if (json_text(json_at(list, i)))
			strs_add(&argv, json_text(json_at(list, i)));
	snprintf(first, sizeof(first), "%s of %.40s: exit goes back to the console",
		 words_node_name(name, node, json_str(way, "host", "")), d->cluster);
	if (argv.n < 2)
		deck_say(d, TONE_FAIL, "the engine did not say how to get there");
	else if (display_child(d->display, first, (const char *const *)argv.v, -1, on_ended, d,
			       &err) < 0)
		deck_say(d, TONE_FAIL, "%s", err.msg);
	strs_clear(&argv);
}

/* An answer that comes late, while something else is being asked or typed, opens nothing. */
static void on_way(struct deck *d, const struct json *way, const char *node)
{
	const char *key = json_str(way, "key", "");

	if (d->mode != AT_PANES)
		return;
	if (strcmp(json_str(way, "transport", ""), "local") == 0)
		deck_say(d, TONE_WARN, "%s is no machine to log in to: it exists on paper only",
			 node);
	else if (access(key, R_OK) != 0)
		deck_say(d, TONE_WARN,
			 "the key to the machines (%.120s) is for the engine's user alone",
			 key);
	else
		go(d, way, node);
}

void act_shell(struct deck *d)
{
	const struct node *n = deck_node(d);

	deck_say(d, TONE_TEXT, "asking the way to %s", n->name);
	deck_get(d, client_path("/v1/clusters/%/ssh?node=%", d->cluster, n->name, (char *)NULL),
		 on_way, n->name);
}
