/*
 * What a script says of its size in its "#SBATCH" lines, for a verdict before it is submitted.
 * Whatever else stands there is passed over when it is known to change nothing of that, and
 * named when it is not.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "scheduler/slurm.h"

enum part { NONE, ARRAY, NODES, TASKS, PER_NODE, CPUS, MEM, TIME, PARTITION, EXCLUSIVE };

static const struct option {
	const char *name;
	char letter; /* '\0': it has none */
	bool value;
	enum part part;
} options[] = {
	{ "array", 'a', true, ARRAY },
	{ "nodes", 'N', true, NODES },
	{ "ntasks", 'n', true, TASKS },
	{ "ntasks-per-node", '\0', true, PER_NODE },
	{ "cpus-per-task", 'c', true, CPUS },
	{ "mem", '\0', true, MEM },
	{ "time", 't', true, TIME },
	{ "partition", 'p', true, PARTITION },
	{ "exclusive", '\0', false, EXCLUSIVE }, /* with a word behind it another thing */
	{ "job-name", 'J', true, NONE },
	{ "output", 'o', true, NONE },
	{ "error", 'e', true, NONE },
	{ "input", 'i', true, NONE },
	{ "chdir", 'D', true, NONE },
	{ "account", 'A', true, NONE },
	{ "comment", '\0', true, NONE },
	{ "mail-type", '\0', true, NONE },
	{ "mail-user", '\0', true, NONE },
	{ "open-mode", '\0', true, NONE },
	{ "export", '\0', true, NONE },
	{ "signal", '\0', true, NONE },
	{ "requeue", '\0', false, NONE },
	{ "no-requeue", '\0', false, NONE },
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line; a comment ends it. */
static struct slice next_word(struct slice *rest)
{
	struct slice w;

	while (rest->len > 0 && is_space(*rest->s)) {
		rest->s++;
		rest->len--;
	}
	w = (struct slice){ rest->s, 0 };
	while (w.len < rest->len && !is_space(w.s[w.len]))
		w.len++;
	if (w.len > 0 && w.s[0] == '#')
		w.len = rest->len = 0;
	rest->s += w.len;
	rest->len -= w.len;
	return w;
}

/* "--mem=4G", "--mem 4G", "-c4", "-c 4". has_value: it came with the word. */
static const struct option *option_of(struct slice w, struct slice *value, bool *has_value)
{
	*has_value = false;
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		const struct option *o = &options[i];
		size_t n = strlen(o->name);

		if (slice_starts(w, "--") && w.len >= n + 2 &&
		    memcmp(w.s + 2, o->name, n) == 0 && (w.len == n + 2 || w.s[n + 2] == '=')) {
			*has_value = w.len > n + 2;
			*value = *has_value ? (struct slice){ w.s + n + 3, w.len - n - 3 }
					    : (struct slice){ w.s, 0 };
			return o;
		}
		if (o->letter && w.len >= 2 && w.s[0] == '-' && w.s[1] == o->letter) {
			*has_value = w.len > 2;
			*value = (struct slice){ w.s + 2, w.len - 2 };
			return o;
		}
	}
	return NULL;
}

static bool put(char *out, size_t max, struct slice v)
{
	if (v.len == 0 || v.len >= max || memchr(v.s, '"', v.len) || memchr(v.s, '\'', v.len))
		return false;
	memcpy(out, v.s, v.len);
	out[v.len] = '\0';
	return true;
}

/* false: it is not understood. */
static bool take(struct job_spec *out, enum part part, struct slice v)
{
	switch (part) {
	case ARRAY:
		return put(out->array, sizeof(out->array), v);
	case NODES:
		return put(out->nodes, sizeof(out->nodes), v);
	case TASKS:
		return slice_num(&out->processes, v, 1, INT32_MAX) == 0;
	case PER_NODE:
		return slice_num(&out->per_node, v, 1, INT32_MAX) == 0;
	case EXCLUSIVE:
		out->exclusive = out->exclusive || v.len == 0;
		return v.len == 0;
	case CPUS:
		return put(out->cpus, sizeof(out->cpus), v);
	case MEM:
		return put(out->mem, sizeof(out->mem), v);
	case TIME:
		return put(out->time, sizeof(out->time), v);
	case PARTITION:
		return put(out->partition, sizeof(out->partition), v);
	case NONE:
		break;
	}
	return true;
}

static void read_line(struct job_spec *out, char other[SCHED_OPTION_TEXT], struct slice rest)
{
	for (struct slice w = next_word(&rest); w.len > 0; w = next_word(&rest)) {
		struct slice value;
		bool has_value;
		const struct option *o = option_of(w, &value, &has_value);

		if (o && o->value && !has_value)
			value = next_word(&rest);
		if (o && take(out, o->part, value))
			continue;
		if (!other[0])
			snprintf(other, SCHED_OPTION_TEXT, "%.*s", (int)w.len, w.s);
		if (!o) /* which of the words behind it are its own nobody knows */
			return;
	}
}

/* As sbatch reads it: "#SBATCH" counts until the first line that is a command. */
void slurm_script_spec(struct job_spec *out, char other[SCHED_OPTION_TEXT], const char *script)
{
	static const char mark[] = "#SBATCH";

	*out = (struct job_spec){ .name = "" };
	other[0] = '\0';
	for (const char *s = script; *s;) {
		size_t len = strcspn(s, "\n"), n = sizeof(mark) - 1;

		if (s[0] != '#' && strspn(s, " \t\r") < len)
			break;
		if (text_has_prefix(s, mark) && len > n && is_space(s[n]))
			read_line(out, other, (struct slice){ s + n, len - n });
		s += len + (s[len] == '\n');
	}
	/* processes without more to say have one cpu each */
	if ((out->processes > 0 || out->per_node > 0) && !out->cpus[0])
		snprintf(out->cpus, sizeof(out->cpus), "1");
}
