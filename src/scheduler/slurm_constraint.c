/*
 * Does a job's request fit the nodes of a bucket? %P is a list of partitions of which one must
 * be the array; %f is an expression over feature words. As in Slurm, & and | have the same rank
 * and are taken from left to right. "a*2" counts nodes: a single counted word is the word;
 * counts of several kinds, as in "[a*1&b*2]", ask for unlike nodes in one job, which no single
 * bucket answers: not understood.
 */
#include <string.h>

#include "scheduler/slurm.h"

#define DEPTH_MAX 16

struct expr {
	const char *s;
	const char *const *features;
	int depth, counted;
	bool bad, bracket_and;
};

static bool has_feature(const char *const *features, struct slice word)
{
	for (size_t i = 0; features && features[i]; i++)
		if (slice_is(word, features[i]))
			return true;
	return false;
}

static bool read_any(struct expr *x, char close);

static bool read_group(struct expr *x, char close)
{
	bool v;

	x->s++;
	if (++x->depth > DEPTH_MAX) {
		x->bad = true;
		return false;
	}
	v = read_any(x, close);
	x->depth--;
	if (!x->bad && *x->s != close)
		x->bad = true;
	if (!x->bad)
		x->s++;
	return v;
}

static void read_count(struct expr *x)
{
	size_t n;

	if (x->bad || *x->s != '*')
		return;
	n = strspn(x->s + 1, "0123456789");
	x->bad = n == 0;
	x->s += n + 1;
	x->counted++;
}

static bool read_term(struct expr *x)
{
	size_t n;
	bool v = false;

	if (*x->s == '!') {
		x->s++;
		if (++x->depth > DEPTH_MAX) {
			x->bad = true;
			return false;
		}
		v = !read_term(x);
		x->depth--;
		return v;
	}
	if (*x->s == '(') {
		v = read_group(x, ')');
	} else if (*x->s == '[') {
		v = read_group(x, ']');
	} else {
		n = strcspn(x->s, "&|!*()[],");
		x->bad = n == 0;
		v = has_feature(x->features, (struct slice){ x->s, n });
		x->s += n;
	}
	read_count(x);
	return v;
}

static bool read_any(struct expr *x, char close)
{
	bool v = read_term(x);

	while (!x->bad && (*x->s == '&' || *x->s == '|' || *x->s == ',')) {
		bool and = *x->s++ != '|';
		bool next = read_term(x);

		x->bracket_and = x->bracket_and || (and&&close == ']');
		v = and? v && next : v || next;
	}
	return v;
}

static int constraint_fits(const char *text, const char *const *features)
{
	struct expr x = { .s = text, .features = features };
	bool v = read_any(&x, '\0');

	if (x.bad || *x.s || x.bracket_and || x.counted > 1)
		return -1;
	return v ? 1 : 0;
}

static bool in_partition(const char *list, const char *array)
{
	size_t n = strlen(array);

	for (const char *s = list; *s;) {
		size_t len = strcspn(s, ",");

		if (len == n && memcmp(s, array, n) == 0)
			return true;
		s += len + (s[len] == ',');
	}
	return false;
}

int slurm_job_fits(const struct job *j, const char *array, const char *const *features)
{
	if (!in_partition(j->partition, array))
		return 0;
	return j->constraint[0] ? constraint_fits(j->constraint, features) : 1;
}
