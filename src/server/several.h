/*
 * Values of a filter, and cells, that stand for several names: host lists ("htc-[1-3]") and
 * tasks of an array ("42_[0-9]", "41_5..41_9").
 */
#ifndef SERVER_SEVERAL_H
#define SERVER_SEVERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strs.h"

#define HOSTS_MAX 10000 /* of one list: more than a cluster has nodes */
#define TASKS_MAX 64	/* ranges of one value or cell; the queue cuts its own sooner */

struct tasks {
	char array[32]; /* "42" */
	struct task_range {
		int64_t from, to, by;
	} v[TASKS_MAX];
	size_t n;
};

bool is_host_list(const char *text); /* of several: "htc-1" alone is none */
int hosts_sort(struct strs *out, const char *list);
bool hosts_have(const struct strs *sorted,
		const char *name); /* case-blind, as host names are */

/* "42_5", "42_[0-9,12]", "42_[0-99:2%4]", "42_5..42_9", "42_5..9". */
bool tasks_read(struct tasks *out, const char *text);
bool tasks_meet(const struct tasks *a, const struct tasks *b); /* have one in common */

#endif
