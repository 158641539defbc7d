/*
 * Serial consoles of machines, from the cloud: read for who asks, and kept of a machine that
 * was given up, since it goes and its console with it.
 */
#include "engine/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/backoff.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/run.h"

#define KEPT_MAX       50
#define LINE_MAX_BYTES 500

struct console_call {
	struct run *run;
	struct cloud_call *call;
	struct console_call *next;
	console_cb *cb;
	void *arg;
	char node[64];
};

/* Lines without what a terminal would obey. */
static char *clean_lines(const char *text, size_t len)
{
	struct buf out = BUF_INIT(2 * CONSOLE_TEXT_MAX);
	const char *end = text + len;
	char line[LINE_MAX_BYTES];

	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((nl ? nl : end) - text);

		while (n > 0 && text[n - 1] == '\r')
			n--;
		text_clean(line, sizeof(line), text, n);
		buf_addf(&out, "%s\n", line);
		text = nl ? nl + 1 : end;
	}
	return buf_steal(&out);
}

static void unlink_call(struct console_call *c)
{
	struct console_call **at = &c->run->console_calls;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
}

static void on_text(void *arg, const char *text, size_t len, const struct err *err)
{
	struct console_call *c = arg;
	char *lines = text ? clean_lines(text, len) : NULL;

	unlink_call(c);
	c->cb(c->arg, c->run, c->node, lines, err);
	free(lines);
	free(c);
}

void console_read(struct run *r, const struct node *n, console_cb *cb, void *arg)
{
	struct console_call *c = xcalloc(1, sizeof(*c));

	*c = (struct console_call){ .run = r, .cb = cb, .arg = arg };
	snprintf(c->node, sizeof(c->node), "%s", n->name);
	c->next = r->console_calls;
	r->console_calls = c;
	c->call = r->cloud->ops->console(r->cloud->cloud, n->vm_id, on_text, c);
}

bool console_can(const struct run *r, const struct node *n)
{
	return r->cloud && r->cloud->cloud && r->cloud->ops->console && n->vm_id[0];
}

/*
 * What it says in one line
 */

static bool complains(const char *line)
{
	static const char *const words[] = { "fail",   "error",	    "fatal",   "panic",
					     "cannot", "timed out", "timeout", "exit " };
	char low[LINE_MAX_BYTES];
	size_t n = 0;

	for (; line[n] && n + 1 < sizeof(low); n++)
		low[n] = (char)(line[n] >= 'A' && line[n] <= 'Z' ? line[n] + 32 : line[n]);
	low[n] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(low, words[i]))
			return true;
	return false;
}

void console_excerpt(char out[160], const char *text)
{
	bool said = false;

	out[0] = '\0';
	for (const char *at = text; *at;) {
		size_t n = strcspn(at, "\n"), lead = strspn(at, " \t");
		char line[LINE_MAX_BYTES];

		snprintf(line, sizeof(line), "%.*s", (int)(n > lead ? n - lead : 0), at + lead);
		if (line[0] && (complains(line) || !said)) {
			said = said || complains(line);
			snprintf(out, 160, "%.159s", line);
		}
		at += n + (at[n] == '\n');
	}
}

/*
 * Of machines that were given up
 */

struct kept {
	int64_t at_ms;
	char *text;
};

static void kept_free(void *arg)
{
	struct kept *k = arg;

	free(k->text);
	free(k);
}

static void forget_oldest(struct run *r)
{
	const char *name, *oldest = NULL;
	int64_t at_ms = INT64_MAX;
	void *v;

	for (size_t i = 0; map_next(r->consoles, &i, &name, &v);)
		if (((const struct kept *)v)->at_ms < at_ms) {
			at_ms = ((const struct kept *)v)->at_ms;
			oldest = name;
		}
	if (oldest)
		map_del(r->consoles, oldest);
}

static void on_last_words(void *arg, struct run *r, const char *node, const char *text,
			  const struct err *err)
{
	struct kept *k;
	char line[160];

	(void)arg;
	if (!text) {
		note(r, EVENT_INFO, node, "console of the machine not had: %.120s", err->msg);
		return;
	}
	if (!r->consoles)
		r->consoles = map_new(kept_free, false);
	if (!map_get(r->consoles, node) && map_count(r->consoles) >= KEPT_MAX)
		forget_oldest(r);
	k = xcalloc(1, sizeof(*k));
	*k = (struct kept){ clock_utc_ms(), xstrdup(text) };
	map_put(r->consoles, node, k);
	console_excerpt(line, text);
	if (!line[0])
		return;
	note(r, EVENT_WARN, node, "its console's last words: %s", line);
	if (member_find(r, node))
		backoff_console(r, &member_find(r, node)->node, line);
}

void console_keep(struct run *r, const struct node *n)
{
	if (console_can(r, n))
		console_read(r, n, on_last_words, NULL);
}

const char *console_kept(const struct run *r, const char *node, int64_t *at_ms)
{
	const struct kept *k = r->consoles ? map_get(r->consoles, node) : NULL;

	if (k)
		*at_ms = k->at_ms;
	return k ? k->text : NULL;
}

void consoles_clear(struct run *r)
{
	while (r->console_calls) {
		struct console_call *c = r->console_calls;

		r->console_calls = c->next;
		r->cloud->ops->cancel(c->call);
		free(c);
	}
	map_free(r->consoles);
}
