/*
 * sbatch: the options of the command line and those of the script's "#SBATCH" lines make one
 * job or one array. The script never runs: how long a job takes is said by a line
 * "#GHOST time=SECONDS" or "#GHOST time=A-B" in it, else drawn from 20 to 60 s; its time limit
 * ends it in any case.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/command.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

struct order {
	struct gq *q;
	struct gq_call *c;
	struct gq_spec *spec;
	char *array;
	int64_t begin_ms, tasks_node;
	bool hold, parsable, test_only, tasks_said;
	int exit_code;
};

static int refuse(struct order *o, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(struct order *o, int code, const char *fmt, ...)
{
	va_list ap;

	buf_adds(o->c->errout, "sbatch: error: ");
	va_start(ap, fmt);
	buf_vaddf(o->c->errout, fmt, ap);
	va_end(ap);
	buf_addc(o->c->errout, '\n');
	o->exit_code = code;
	return -1;
}

static void set_text(char **at, const char *s)
{
	free(*at);
	*at = xstrdup(s);
}

/*
 * Values
 */

/* "90", "90:30" minutes and seconds, "1:00:00", "2-00", "2-01:30", "2-01:30:00", "UNLIMITED" */
static int read_limit(int64_t *secs, const char *s)
{
	const char *dash = strchr(s, '-'), *at = dash ? dash + 1 : s;
	int64_t days = 0, part[3] = { 0 };
	size_t n = 0;

	*secs = -1;
	if (text_casecmp(s, "UNLIMITED") == 0 || text_casecmp(s, "INFINITE") == 0)
		return 0;
	if (dash && num_read_n(&days, s, (size_t)(dash - s), 0, 100000) != 0)
		return -1;
	for (; n < 3; n++) {
		size_t len = strcspn(at, ":");

		if (num_read_n(&part[n], at, len, 0, 100000000) != 0)
			return -1;
		at += len;
		if (!*at++) {
			n++;
			break;
		}
		if (n == 2)
			return -1;
	}
	if (dash)
		*secs = days * 86400 + part[0] * 3600 + part[1] * 60 + part[2];
	else if (n == 3)
		*secs = part[0] * 3600 + part[1] * 60 + part[2];
	else
		*secs = part[0] * 60 + part[1];
	return 0;
}

/* "200M", "3G", "4096" (MB), "0": all of a node is not told apart from none here */
static int read_mem(int64_t *mb, const char *s)
{
	size_t n = strspn(s, "0123456789");
	int64_t x;

	if (num_read_n(&x, s, n, 0, INT64_C(1) << 30) != 0 || (s[n] && s[n + 1]))
		return -1;
	switch (s[n]) {
	case '\0':
	case 'M':
	case 'm':
		*mb = x;
		return 0;
	case 'K':
	case 'k':
		*mb = (x + 1023) / 1024;
		return 0;
	case 'G':
	case 'g':
		*mb = x << 10;
		return 0;
	case 'T':
	case 't':
		*mb = x << 20;
		return 0;
	default:
		return -1;
	}
}

/* "gpu:2", "gpu:a100:2", "gpu", "2" */
static int read_gpus(int64_t *gpus, const char *s)
{
	const char *colon = strrchr(s, ':');
	const char *number = colon ? colon + 1 : s;

	if (strncmp(s, "gpu", 3) != 0 && colon)
		return -1;
	if (strcmp(s, "gpu") == 0) {
		*gpus = 1;
		return 0;
	}
	return num_read(gpus, number, 0, 1000);
}

/* "now", "now+60", "now+2hours", "2026-11-22T20:00:01" */
static int read_begin(int64_t *ms, const char *s, int64_t now)
{
	static const struct {
		const char *word;
		int64_t secs;
	} units[] = { { "", 1 },	 { "second", 1 },   { "seconds", 1 },
		      { "minute", 60 },	 { "minutes", 60 }, { "hour", 3600 },
		      { "hours", 3600 }, { "day", 86400 },  { "days", 86400 } };
	char text[40];
	int64_t n;
	size_t len;

	*ms = 0;
	if (strcmp(s, "now") == 0)
		return 0;
	if (strncmp(s, "now+", 4) != 0) {
		snprintf(text, sizeof(text), "%sZ", s);
		return clock_read(ms, text);
	}
	len = strspn(s + 4, "0123456789");
	if (num_read_n(&n, s + 4, len, 0, 100000000) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (strcmp(s + 4 + len, units[i].word) == 0) {
			*ms = now + n * units[i].secs * 1000;
			return 0;
		}
	return -1;
}

/*
 * Options
 */

enum {
	O_NAME = 1,
	O_ARRAY,
	O_TASKS,
	O_CPUS,
	O_NODES,
	O_TASKS_NODE,
	O_MEM,
	O_MEM_CPU,
	O_TIME,
	O_PARTITION,
	O_FEATURES,
	O_ACCOUNT,
	O_EXCLUSIVE,
	O_SHARE,
	O_GPUS,
	O_HOLD,
	O_REQUEUE,
	O_NO_REQUEUE,
	O_OUT,
	O_ERR,
	O_DIR,
	O_DEPENDENCY,
	O_BEGIN,
	O_PARSABLE,
	O_TEST,
	O_WRAP,
	O_UID,
	O_OTHER,
};

static const struct known {
	struct gq_option o;
	int what;
} known[] = {
	{ { "job-name", 'J', true }, O_NAME },
	{ { "array", 'a', true }, O_ARRAY },
	{ { "ntasks", 'n', true }, O_TASKS },
	{ { "cpus-per-task", 'c', true }, O_CPUS },
	{ { "nodes", 'N', true }, O_NODES },
	{ { "ntasks-per-node", 0, true }, O_TASKS_NODE },
	{ { "mem", 0, true }, O_MEM },
	{ { "mem-per-cpu", 0, true }, O_MEM_CPU },
	{ { "time", 't', true }, O_TIME },
	{ { "partition", 'p', true }, O_PARTITION },
	{ { "constraint", 'C', true }, O_FEATURES },
	{ { "exclusive", 0, false }, O_EXCLUSIVE },
	{ { "oversubscribe", 's', false }, O_SHARE },
	{ { "gres", 0, true }, O_GPUS },
	{ { "gpus-per-node", 0, true }, O_GPUS },
	{ { "gpus", 'G', true }, O_GPUS },
	{ { "hold", 'H', false }, O_HOLD },
	{ { "requeue", 0, false }, O_REQUEUE },
	{ { "no-requeue", 0, false }, O_NO_REQUEUE },
	{ { "output", 'o', true }, O_OUT },
	{ { "error", 'e', true }, O_ERR },
	{ { "chdir", 'D', true }, O_DIR },
	{ { "dependency", 'd', true }, O_DEPENDENCY },
	{ { "begin", 'b', true }, O_BEGIN },
	{ { "parsable", 0, false }, O_PARSABLE },
	{ { "test-only", 0, false }, O_TEST },
	{ { "wrap", 0, true }, O_WRAP },
	{ { "uid", 0, true }, O_UID },
	{ { "open-mode", 0, true }, O_OTHER },
	{ { "account", 'A', true }, O_ACCOUNT },
	{ { "qos", 'q', true }, O_OTHER },
	{ { "comment", 0, true }, O_OTHER },
	{ { "export", 0, true }, O_OTHER },
	{ { "input", 'i', true }, O_OTHER },
	{ { "mail-type", 0, true }, O_OTHER },
	{ { "mail-user", 0, true }, O_OTHER },
	{ { "nice", 0, false }, O_OTHER },
	{ { "quiet", 'Q', false }, O_OTHER },
	{ { "tmp", 0, true }, O_OTHER },
	{ { "signal", 0, true }, O_OTHER },
	{ { "kill-on-invalid-dep", 0, true }, O_OTHER },
	{ { "get-user-env", 0, false }, O_OTHER },
};

static int need_count(struct order *o, int64_t *at, const char *value, const char *what)
{
	size_t n = strcspn(value, "-"); /* "2-4": the least is what it needs */

	if (num_read_n(at, value, n, 1, 1000000) == 0)
		return 0;
	return refuse(o, 255, "Invalid numeric value \"%s\" for --%s.", value, what);
}

static int take_size(struct order *o, int what, const char *value)
{
	struct gq_spec *s = o->spec;

	switch (what) {
	case O_TASKS:
		o->tasks_said = true;
		return need_count(o, &s->tasks, value, "ntasks");
	case O_CPUS:
		return need_count(o, &s->cpus_task, value, "cpus-per-task");
	case O_NODES:
		return need_count(o, &s->nodes, value, "nodes");
	case O_TASKS_NODE:
		return need_count(o, &o->tasks_node, value, "ntasks-per-node");
	case O_MEM:
	case O_MEM_CPU:
		s->mem_per_cpu = what == O_MEM_CPU;
		if (read_mem(&s->mem_mb, value) == 0)
			return 0;
		return refuse(o, 255, "Invalid --%s specification",
			      s->mem_per_cpu ? "mem-per-cpu" : "mem");
	case O_GPUS:
		if (read_gpus(&s->gpus, value) == 0)
			return 0;
		return refuse(o, 1, "Invalid generic resource (gres) specification");
	default:
		break;
	}
	return 0;
}

static int take_time(struct order *o, int what, const char *value)
{
	if (what == O_TIME && read_limit(&o->spec->limit_s, value) != 0)
		return refuse(o, 255, "Invalid --time specification");
	if (what == O_BEGIN && read_begin(&o->begin_ms, value, gq_now(o->q)) != 0)
		return refuse(o, 255, "Invalid time specification");
	return 0;
}

static int take(struct order *o, int what, const char *value)
{
	struct gq_spec *s = o->spec;

	switch (what) {
	case O_NAME:
		set_text(&s->name, value);
		break;
	case O_ARRAY:
		set_text(&o->array, value);
		break;
	case O_TIME:
	case O_BEGIN:
		return take_time(o, what, value);
	case O_PARTITION:
		set_text(&s->partition, value);
		break;
	case O_FEATURES:
		set_text(&s->features, value);
		break;
	case O_ACCOUNT:
		set_text(&s->account, value);
		break;
	case O_EXCLUSIVE:
		s->share = strcmp(value, "user") == 0 ? GQ_SHARE_USER : GQ_EXCLUSIVE;
		break;
	case O_SHARE:
		s->share = GQ_SHARE_YES;
		break;
	case O_HOLD:
		o->hold = true;
		break;
	case O_REQUEUE:
	case O_NO_REQUEUE:
		s->requeue = what == O_REQUEUE;
		break;
	case O_OUT:
		set_text(&s->out, value);
		break;
	case O_ERR:
		set_text(&s->errout, value);
		break;
	case O_DIR:
		set_text(&s->workdir, value);
		break;
	case O_DEPENDENCY:
		set_text(&s->dependency, value);
		break;
	case O_PARSABLE:
		o->parsable = true;
		break;
	case O_TEST:
		o->test_only = true;
		break;
	case O_UID:
		set_text(&s->user, value);
		break;
	default:
		return take_size(o, what, value);
	}
	return 0;
}

static int what_is(const struct gq_option *opt)
{
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(known[i].o.name, opt->name) == 0)
			return known[i].what;
	return O_OTHER;
}

struct rest { /* what is no option */
	const char *script, *wrap;
	size_t words; /* where the script's own arguments begin */
};

static int take_words(struct order *o, const struct strs *argv, struct rest *rest)
{
	struct gq_option options[ARRAY_LEN(known)];
	struct gq_words walk = { .argv = argv, .at = 1 };
	const struct gq_option *opt;
	const char *value, *bad;

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		options[i] = known[i].o;
	while (gq_next_word(&walk, options, ARRAY_LEN(options), &opt, &value, &bad)) {
		if (bad) {
			buf_addf(o->c->errout,
				 "sbatch: unrecognized option '%s'\n"
				 "Try \"sbatch --help\" for more information\n",
				 bad);
			o->exit_code = 255;
			return -1;
		}
		if (!opt) { /* what follows are the script's own arguments */
			rest->script = value;
			rest->words = walk.at;
			return 0;
		}
		if (what_is(opt) == O_WRAP)
			rest->wrap = value;
		else if (take(o, what_is(opt), value) != 0)
			return -1;
	}
	return 0;
}

/*
 * The script
 */

/* Words by blanks; quotes hold them together. */
static void split_words(struct strs *out, const char *s, size_t n)
{
	struct buf word = BUF_INIT(65536);
	bool any = false;
	char quote = '\0';

	for (size_t i = 0; i <= n; i++) {
		char c = i < n ? s[i] : ' ';

		if (!quote && c == '#' && !any)
			break;
		if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? '\0' : c;
			any = true;
		} else if (!quote && (c == ' ' || c == '\t')) {
			if (any)
				strs_add(out, buf_str(&word));
			buf_reset(&word);
			any = false;
		} else {
			buf_addc(&word, c);
			any = true;
		}
	}
	buf_clear(&word);
}

static void read_ghost(struct gq_spec *s, const char *text, size_t n)
{
	const char *at = n > 5 && memcmp(text, "time=", 5) == 0 ? text + 5 : NULL, *dash;
	int64_t from, to;

	if (!at)
		return;
	n -= 5;
	dash = memchr(at, '-', n);
	if (num_read_n(&from, at, dash ? (size_t)(dash - at) : n, 0, 100000000) != 0)
		return;
	to = from;
	if (dash &&
	    num_read_n(&to, dash + 1, n - (size_t)(dash + 1 - at), from, 100000000) != 0)
		return;
	s->run_min = from;
	s->run_max = to;
}

/* "#SBATCH" counts until the first line that is a command, "#GHOST" anywhere. */
static void read_script(struct order *o, struct strs *words)
{
	const char *s = o->c->in, *end = s + o->c->in_len;
	bool head = true;

	strs_add(words, "sbatch");
	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t n = (size_t)((nl ? nl : end) - s);

		if (head && n > 8 && memcmp(s, "#SBATCH ", 8) == 0)
			split_words(words, s + 8, n - 8);
		else if (n > 7 && memcmp(s, "#GHOST ", 7) == 0)
			read_ghost(o->spec, s + 7, n - 7);
		else if (n > 0 && s[0] != '#')
			head = false;
		s += n + 1;
	}
}

static void set_command(struct order *o, const struct rest *mine)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);

	buf_adds(&b, mine->script);
	for (size_t i = mine->words; i < o->c->argv->n; i++)
		buf_addf(&b, " %s", o->c->argv->v[i]);
	set_text(&o->spec->command, buf_str(&b));
	buf_clear(&b);
}

/* The command line beats the script, so it is read again behind it. */
static int read_order(struct order *o)
{
	struct strs words = STRS_INIT(10000);
	struct rest mine = { 0 }, none = { 0 };
	const char *slash;
	int rc = take_words(o, o->c->argv, &mine);

	if (rc == 0 && !mine.wrap && o->c->in_len == 0)
		rc = mine.script ? refuse(o, 1, "Unable to open file %s", mine.script)
				 : refuse(o, 1, "Batch script is empty!");
	if (rc == 0 && !mine.wrap && (o->c->in_len < 2 || memcmp(o->c->in, "#!", 2) != 0)) {
		refuse(o, 1, "This does not look like a batch script.  The first");
		refuse(o, 1, "line must start with #! followed by the path to an interpreter.");
		rc = refuse(o, 1, "For instance: #!/bin/sh");
	}
	if (rc == 0 && !mine.wrap) {
		read_script(o, &words);
		rc = take_words(o, &words, &none);
		if (rc == 0)
			rc = take_words(o, o->c->argv, &mine);
	}
	if (rc == 0 && !o->spec->name) {
		slash = mine.script ? strrchr(mine.script, '/') : NULL;
		set_text(&o->spec->name, mine.wrap     ? "wrap"
					 : slash       ? slash + 1
					 : mine.script ? mine.script
						       : "sbatch");
	}
	if (rc == 0 && mine.script)
		set_command(o, &mine);
	strs_clear(&words);
	return rc;
}

/*
 * Checks, and the job
 */

static int check_partition(struct order *o)
{
	struct gq_spec *s = o->spec;
	struct strs names = STRS_INIT(100);
	int rc = 0;

	if (!s->partition) {
		const struct gq_partition *p = gq_partition_find(o->q, NULL);

		if (!p)
			return refuse(o, 1,
				      "Batch job submission failed: No partition specified or "
				      "system default partition");
		set_text(&s->partition, p->name);
		return 0;
	}
	strs_split(&names, s->partition, strlen(s->partition), ',');
	for (size_t i = 0; i < names.n && rc == 0; i++)
		if (!gq_partition_find(o->q, names.v[i])) {
			refuse(o, 1, "invalid partition specified: %s", names.v[i]);
			rc = refuse(
			    o, 1,
			    "Batch job submission failed: Invalid partition name specified");
		}
	strs_clear(&names);
	return rc;
}

static int check_memory(struct order *o)
{
	const struct gq_spec *s = o->spec;
	int64_t most = 0, want = s->mem_mb;

	if (want <= 0)
		return 0;
	if (s->mem_per_cpu)
		want *= s->cpus_task;
	for (size_t i = 0; i < o->q->n_classes; i++) {
		const struct gq_class *c = o->q->classes[i];

		if (c->n && gq_class_in(c, s->partition) && c->mem_mb > most)
			most = c->mem_mb;
	}
	if (most == 0 || want <= most)
		return 0;
	refuse(o, 1, "Memory specification can not be satisfied");
	return refuse(
	    o, 1, "Batch job submission failed: Requested node configuration is not available");
}

static int check(struct order *o)
{
	struct gq_spec *s = o->spec;

	if (check_partition(o) != 0)
		return -1;
	if (s->features && !gq_feature_known(o->q, s->features))
		return refuse(o, 1,
			      "Batch job submission failed: Invalid feature specification");
	if (o->tasks_node > 0 && !o->tasks_said)
		s->tasks = o->tasks_node * (s->nodes > 0 ? s->nodes : 1);
	else if (o->tasks_node > 0 && s->nodes == 0)
		s->nodes = (s->tasks + o->tasks_node - 1) / o->tasks_node;
	if (s->tasks < s->nodes)
		s->tasks = s->nodes;
	return check_memory(o);
}

static int read_array(struct order *o, struct gq_tasks **tasks)
{
	*tasks = NULL;
	if (!o->array)
		return 0;
	*tasks = xcalloc(1, sizeof(**tasks));
	if (gq_tasks_read(*tasks, &o->spec->throttle, o->array, o->q->array_max - 1) == 0)
		return 0;
	free(*tasks);
	*tasks = NULL;
	return refuse(o, 1, "Batch job submission failed: Invalid job array specification");
}

static void fill_in(struct order *o)
{
	struct gq_spec *s = o->spec;

	if (!s->user)
		set_text(&s->user, o->q->user);
	if (!s->workdir)
		s->workdir = xasprintf("/home/%s", o->q->user);
	if (!s->out)
		s->out = xasprintf("%s/slurm-%s.out", s->workdir, o->array ? "%A_%a" : "%j");
}

static void submit(struct order *o)
{
	struct gq_tasks *tasks;
	struct gq_job *j;

	if (read_order(o) != 0 || check(o) != 0 || read_array(o, &tasks) != 0)
		return;
	fill_in(o);
	if (o->test_only) {
		buf_addf(o->c->errout, "sbatch: Job %u to start in partition %s\n",
			 o->q->next_id, o->spec->partition);
		if (tasks) {
			gq_tasks_clear(tasks);
			free(tasks);
		}
		return;
	}
	o->spec->refs++;
	j = gq_submit(o->q, o->spec, tasks, o->hold, o->begin_ms);
	buf_addf(o->c->out, o->parsable ? "%u\n" : "Submitted batch job %u\n", j->id);
}

const char *gq_sbatch_script(const struct strs *argv, bool *wrapped)
{
	struct gq_option options[ARRAY_LEN(known)];
	struct gq_words walk = { .argv = argv, .at = 1 };
	const struct gq_option *opt;
	const char *value, *bad;

	*wrapped = false;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		options[i] = known[i].o;
	while (gq_next_word(&walk, options, ARRAY_LEN(options), &opt, &value, &bad) && !bad) {
		if (!opt)
			return value;
		*wrapped = *wrapped || what_is(opt) == O_WRAP;
	}
	return NULL;
}

int gq_sbatch(struct gq *q, struct gq_call *c)
{
	struct order o = { .q = q, .c = c, .spec = gq_spec_new() };

	submit(&o);
	gq_spec_unref(o.spec);
	free(o.array);
	return o.exit_code;
}
