#include "demo_results.h"

#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

/* minstd (Park and Miller), as the job's script: x = 16807 x mod 2^31 - 1, two throws a dart.
 */
static int64_t darts(int64_t seed, int64_t samples)
{
	const uint64_t m = 2147483647;
	uint64_t x = (uint64_t)seed % m;
	int64_t hits = 0;

	if (x == 0)
		x = 1;
	for (int64_t i = 0; i < samples; i++) {
		double a, b;

		x = 16807 * x % m;
		a = (double)x / (double)m;
		x = 16807 * x % m;
		b = (double)x / (double)m;
		hits += a * a + b * b <= 1;
	}
	return hits;
}

static void read_one(struct demo_result *out, const struct json *j, struct map *tasks,
		     struct map *machines, double *hits, double *samples)
{
	int64_t task = json_int(j, "task", -1), n = json_int(j, "samples", 0),
		found = json_int(j, "hits", -1);
	char key[24], machine[200];

	snprintf(key, sizeof(key), "%lld", (long long)task);
	if (task < 0 || map_get(tasks, key))
		return;
	map_put(tasks, key, out);
	out->completed++;
	snprintf(machine, sizeof(machine), "%.90s %.90s", json_str(j, "host", ""),
		 json_str(j, "netns", ""));
	map_put(machines, machine, out);
	if (n > 0 && n <= 1000000000 && darts(json_int(j, "seed", 0), n) == found) {
		out->right++;
		*hits += (double)found;
		*samples += (double)n;
	}
}

void demo_results_read(struct demo_result *out, const char *text, size_t len, int64_t tasks)
{
	struct map *seen = map_new(NULL, false), *machines = map_new(NULL, false);
	double hits = 0, samples = 0;

	out->completed = out->right = 0;
	for (const char *p = text, *end = text + len; p < end && out->completed <= tasks;) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = nl ? (size_t)(nl - p) : (size_t)(end - p);
		struct json *j = json_parse(p, n, NULL);

		if (j)
			read_one(out, j, seen, machines, &hits, &samples);
		json_free(j);
		p += n + 1;
	}
	out->machines = (int64_t)map_count(machines);
	out->pi = samples > 0 ? 4 * hits / samples : 0;
	map_free(seen);
	map_free(machines);
}
