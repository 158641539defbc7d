/* Filters as somebody types them, over rows of each noun: a program or an error with its
 * column. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/history.h"
#include "model/queue.h"
#include "model/view.h"
#include "model/work.h"
#include "server/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct job job = { .id = "88_3",
					.array_id = "88",
					.task = "3",
					.name = "cfd_Wing",
					.user = "alice",
					.account = "proj1",
					.partition = "htc",
					.reason = "Resources",
					.constraint = "",
					.dependency = "",
					.nodes = "htc-[1-3]",
					.submit_s = 1000 };
	static const struct node node = { .name = "htc-1",
					  .array = "htc",
					  .reason = "timed out" };
	static const struct event event = { .text = "boot failed", .actor = "engine" };
	static const struct operation operation = { .step = "network" };
	static const struct template_row template = { .name = "slurm" };
	static const struct array_row array = { .array = "htc" };
	static const struct history_row history = { .cluster = "demo", .span = "hour" };
	static struct cluster_row cluster;
	static const void *const rows[NOUNS] = {
		[NOUN_CLUSTER] = &cluster,   [NOUN_ARRAY] = &array,
		[NOUN_NODE] = &node,	     [NOUN_JOB] = &job,
		[NOUN_EVENT] = &event,	     [NOUN_OPERATION] = &operation,
		[NOUN_TEMPLATE] = &template, [NOUN_GROUP] = &node,
		[NOUN_HISTORY] = &history,
	};
	struct window w; /* no filter is longer than a window's */
	struct err err = ERR_INIT;
	struct filter *f;
	enum noun noun;

	if (len == 0)
		return 0;
	noun = (enum noun)(data[0] % NOUNS);
	len = len - 1 < sizeof(w.filter) - 1 ? len - 1 : sizeof(w.filter) - 1;
	memcpy(w.filter, data + 1, len);
	w.filter[len] = '\0';
	f = filter_parse(noun, w.filter, &err);
	if (!f) {
		assert(strncmp(err.msg, "at character ", 13) == 0);
		return 0;
	}
	filter_begin(f);
	filter_passes(f, rows[noun], 5000000);
	filter_free(f);
	return 0;
}
