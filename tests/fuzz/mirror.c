/* Lines of a stream, as an engine that lost its mind might send them: a picture that holds
 * together, or an error. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/mirror_private.h"

static void on_change(void *arg)
{
	(void)arg;
}

/* Every text that a screen would read is there. */
static void look(const struct mirror *m, const char *id)
{
	struct mirror_rows r;
	size_t sum = 0;

	if (!mirror_rows(m, id, &r))
		return;
	for (size_t i = 0; i < r.n; i++) {
		sum += (size_t)r.changed[i];
		if (r.noun == NOUN_JOB)
			sum += strlen(r.u.jobs[i].id) + strlen(r.u.jobs[i].nodes) +
			       strlen(r.u.jobs[i].reason);
		else if (r.noun == NOUN_NODE)
			sum += strlen(r.u.nodes[i].name);
	}
	assert(sum + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct window windows[] = {
		{ .id = "j", .noun = NOUN_JOB, .count = 10 },
		{ .id = "n", .noun = NOUN_NODE, .count = 10 },
		{ .id = "c", .noun = NOUN_CLUSTER, .count = 10 },
		{ .id = "o", .noun = NOUN_OPERATION, .count = 10 },
	};
	static struct loop *loop;
	static struct client *client;
	const char *at = (const char *)data, *end = at + len;
	struct mirror *m;

	if (!loop) {
		loop = loop_new(NULL);
		client = client_new(loop, "/nonexistent/socket", (uid_t)-1);
	}
	m = mirror_new(client, on_change, NULL);
	mirror_watch(m, windows, 4);
	while (at < end) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		size_t n = line ? (size_t)(line - at) : (size_t)(end - at);

		mirror_apply(m, at, n, NULL);
		for (size_t i = 0; i < 4; i++)
			look(m, windows[i].id);
		at += n + 1;
	}
	mirror_free(m);
	return 0;
}
