#include "model/limits.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"
#include "model/queue.h"

#define KIB ((int64_t)1 << 10)
#define MIB ((int64_t)1 << 20)

#define FIXED(n) (n), (n), (n)

const struct limit_def limit_defs[LIMITS] = {
	[LIMIT_CLIENTS] = { "clients", "", 64, 2, 4000, "connections of clients at once" },
	[LIMIT_CLIENTS_PER_USER] = { "clients_per_user", "", 8, 2, 4000,
				     "of these, those of one user: a console holds one, a "
				     "command one while it runs; what is more waits" },
	[LIMIT_REQUEST_HEAD] = { "request_head", "bytes", 16 * KIB, 4 * KIB, 256 * KIB,
				 "first line and headers of a request" },
	[LIMIT_REQUEST_BODY] = { "request_body", "bytes", 4 * MIB, 64 * KIB, 64 * MIB,
				 "body of a request: scripts and templates travel in it" },
	[LIMIT_STREAM_BACKLOG] = { "stream_backlog", "bytes", MIB, 64 * KIB, 64 * MIB,
				   "what a slow client of the stream may have unread; then it "
				   "is cut and begins anew" },
	[LIMIT_HELPER_TIME] = { "helper_time", "s", 30, 5, 600,
				"a command on a head; what takes less or more by nature keeps "
				"its share" },
	[LIMIT_HELPER_OUTPUT] = { "helper_output", "bytes", 64 * MIB, MIB, 512 * MIB,
				  "what a command on a head may write" },
	[LIMIT_HELPERS] = { "helpers", "", 4, 1, 64,
			    "commands at once on the heads of one kind of scheduler; the clusters "
			    "take turns, and those that are slow leave room" },
	[LIMIT_CLUSTERS] = { "clusters", "", 500, 1, 5000, "clusters, kept disks among them" },
	[LIMIT_NODES] = { "nodes", "", 10000, 1, 100000, "nodes of all clusters together" },
	[LIMIT_JOBS_KEPT] = { "jobs_kept", "", 200000, 1000, 10000000,
			      "jobs that ended, in the store" },
	[LIMIT_OPEN_FILES] = { "open_files", "", 4096, 512, 1048576,
			       "descriptors of the engine" },
	[LIMIT_QUEUE_JOBS] = { "queue_jobs", "", FIXED(QUEUE_JOBS_MAX),
			       "jobs in one reading of a queue" },
	[LIMIT_TEMPLATE_BYTES] = { "template_bytes", "bytes", FIXED((int64_t)YAML_TEXT_MAX),
				   "a template's text" },
	[LIMIT_TEMPLATE_DEPTH] = { "template_depth", "", FIXED(YAML_DEPTH_MAX),
				   "lists and maps within each other in it" },
	[LIMIT_TEMPLATE_NODES] = { "template_nodes", "", FIXED(YAML_NODES_MAX),
				   "values in it, aliases expanded" },
	[LIMIT_TEMPLATE_ANCHORS] = { "template_anchors", "", FIXED(YAML_ANCHORS_MAX),
				     "anchors in it" },
};

static const struct {
	const char *word;
	int shift;
} units[] = { { "GiB", 30 }, { "MiB", 20 }, { "KiB", 10 } };

void limits_init(struct limits *l)
{
	for (size_t i = 0; i < LIMITS; i++)
		l->v[i] = limit_defs[i].usual;
}

int64_t limits_get(const struct limits *l, enum limit which)
{
	return l ? l->v[which] : limit_defs[which].usual;
}

int limit_named(const char *name)
{
	for (int i = 0; i < LIMITS; i++)
		if (strcmp(limit_defs[i].name, name) == 0)
			return i;
	return -1;
}

static bool is_bytes(enum limit which)
{
	return strcmp(limit_defs[which].unit, "bytes") == 0;
}

const char *limit_text(char out[32], enum limit which, int64_t value)
{
	const char *unit = limit_defs[which].unit;

	for (size_t i = 0; is_bytes(which) && i < ARRAY_LEN(units); i++) {
		int64_t whole = value >> units[i].shift;

		if (whole > 0 && whole << units[i].shift == value) {
			snprintf(out, 32, "%lld %s", (long long)whole, units[i].word);
			return out;
		}
	}
	snprintf(out, 32, "%lld%s%s", (long long)value, unit[0] ? " " : "", unit);
	return out;
}

static int refused(enum limit which, const char *text, struct err *err)
{
	const struct limit_def *d = &limit_defs[which];
	char min[32], max[32];

	if (d->min == d->max)
		return err_set(err, ERR_PARSE, "%s is fixed at %s", d->name,
			       limit_text(max, which, d->max));
	return err_set(err, ERR_PARSE, "%s takes a number from %s to %s, not \"%.40s\"",
		       d->name, limit_text(min, which, d->min), limit_text(max, which, d->max),
		       text);
}

int limit_set(struct limits *l, enum limit which, const char *text, struct err *err)
{
	const struct limit_def *d = &limit_defs[which];
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits + strspn(text + digits, " ");
	int64_t n = 0, times = 1;

	if (*unit) {
		times = 0;
		for (size_t i = 0; is_bytes(which) && i < ARRAY_LEN(units); i++)
			if (strcmp(unit, units[i].word) == 0)
				times = (int64_t)1 << units[i].shift;
	}
	if (digits == 0 || times == 0 || num_read_n(&n, text, digits, 0, d->max / times) < 0 ||
	    n * times < d->min || d->min == d->max)
		return refused(which, text, err);
	l->v[which] = n * times;
	return 0;
}
