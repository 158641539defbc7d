#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "scheduler/slurm.h"

/*
 * TZ: squeue prints local time. SLURM_BITSTR_LEN: long task sets would be cut at 64 characters.
 * SLURM_TIME_FORMAT: a head may set another; the readers know this one, which is Slurm's own
 * default.
 */
static const char *const env[] = {
	"SLURM_BITSTR_LEN=0", "SLURM_TIME_FORMAT=standard", "TZ=UTC", "LC_ALL=C", NULL,
};

/* What it refuses is no misuse of ours: none of them is ERR_INVALID. */
static const struct {
	const char *words;
	enum err_code code;
} errors[] = {
	{ "Unable to contact slurm controller", ERR_IO },
	{ "Protocol authentication error", ERR_IO }, /* munged is not running there */
	{ "Socket timed out", ERR_TIMEOUT },
	{ "Invalid job id", ERR_NOT_FOUND },
	{ "Invalid node name", ERR_NOT_FOUND },
	{ "not found", ERR_NOT_FOUND },
	{ "ermission denied", ERR_DENIED },
	{ "is busy", ERR_CONFLICT },
	{ "nodes are busy", ERR_CONFLICT },
	{ "already", ERR_CONFLICT },
	{ "Invalid ", ERR_UNSUPPORTED },
	{ "invalid ", ERR_UNSUPPORTED },
	{ "cannot be satisfied", ERR_UNSUPPORTED },
	{ "can not be satisfied", ERR_UNSUPPORTED },
	{ "not available", ERR_UNSUPPORTED },
	{ "nrecognized option", ERR_UNSUPPORTED },
	{ "Unable to open file", ERR_NOT_FOUND },
	{ "does not look like a batch script", ERR_UNSUPPORTED },
};

enum err_code slurm_error_code(const char *text)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strstr(text, errors[i].words))
			return errors[i].code;
	return ERR_IO;
}

void slurm_quote(char out[128], struct slice f)
{
	text_clean(out, 127, f.s, f.len < 40 ? f.len : 40);
}

/* The length of "sbatch: error: " in front of a line; 0: there is none. */
static size_t speaker_len(const char *s, size_t len)
{
	static const char word[] = "error: ";
	const size_t n = sizeof(word) - 1;

	for (size_t i = 0; i + n <= len && s[i] != '\n'; i++)
		if (memcmp(s + i, word, n) == 0)
			return i + n;
	return 0;
}

/* The sentence has ended, or goes on in what the same speaker says next: a blank is enough. */
static bool needs_semicolon(char before, char next, bool same_speaker)
{
	return !strchr(".!?:;,", before) && !(same_speaker && next >= 'a' && next <= 'z');
}

/* Lines become one: sentences are parted by blanks, other lines by "; "; who speaks is told
 * once. */
static void join_lines(char *out, size_t max, const char *s, size_t len)
{
	size_t speaker = speaker_len(s, len), k = 0;

	for (size_t i = 0; i < len && k + 3 < max; i++) {
		if (s[i] == '\n') {
			bool same = speaker > 0 && i + 1 + speaker < len &&
				    memcmp(s + i + 1, s, speaker) == 0;

			i += same ? speaker : 0;
			if (k > 0 && i + 1 < len && needs_semicolon(out[k - 1], s[i + 1], same))
				out[k++] = ';';
			out[k++] = ' ';
		} else if (s[i] != ' ' || k == 0 || out[k - 1] != ' ') {
			out[k++] = s[i];
		}
	}
	out[k] = '\0';
}

/* What the command said of its failure: all of it when that is short, else the last line; the
 * first ones are of the layers below. */
static void read_message(char *out, size_t max, const struct sched_run *r)
{
	const char *s = r->errout_len ? r->errout : r->out;
	size_t len = r->errout_len ? r->errout_len : r->out_len, from = 0;
	char text[200];

	while (len > 0 && (s[len - 1] == '\n' || s[len - 1] == ' '))
		len--;
	if (len >= sizeof(text))
		for (from = len; from > 0 && s[from - 1] != '\n'; from--)
			;
	len -= from;
	join_lines(text, sizeof(text), s + from, len);
	if (len == 0)
		snprintf(out, max, "no message");
	else
		text_clean(out, max - 1, text, strlen(text));
}

static int failed(const struct sched_run *r, const char *what, struct err *err)
{
	char text[240], speaker[64];
	size_t n = (size_t)snprintf(speaker, sizeof(speaker), "%.40s: error: ", what);

	read_message(text, sizeof(text), r);
	return err_set(err, slurm_error_code(text), "%s: exit %d: %s", what, r->exit_code,
		       strncmp(text, speaker, n) == 0 ? text + n : text);
}

int slurm_check(const struct sched_run *r, const char *what, struct err *err)
{
	if (r->exit_code != 0)
		return failed(r, what, err);
	if (r->out_len > 0 && r->out[r->out_len - 1] != '\n')
		return err_set(err, ERR_PARSE, "%s: the output of %zu bytes is cut off", what,
			       r->out_len);
	if (r->out_len > 0 && memchr(r->out, '\0', r->out_len))
		return err_set(err, ERR_PARSE, "%s: a NUL byte in the output", what);
	return 0;
}

/* "slurm 24.11.5", "slurm-wlm 22.05.8" */
static int read_version(char out[32], const struct sched_run *r, struct err *err)
{
	size_t len, from;

	if (slurm_check(r, "scontrol -V", err) < 0)
		return -1;
	len = r->out_len;
	while (len > 0 && r->out[len - 1] == '\n')
		len--;
	for (from = len; from > 0 && r->out[from - 1] != ' '; from--)
		;
	if (from == 0 || len - from >= 32 ||
	    !slice_starts((struct slice){ r->out, len }, "slurm"))
		return err_set(err, ERR_PARSE,
			       "scontrol -V: no version of Slurm in its answer");
	memcpy(out, r->out + from, len - from);
	out[len - from] = '\0';
	if (!slurm_from(out, 0, 0))
		return err_set(err, ERR_PARSE,
			       "scontrol -V: no version of Slurm in its answer");
	return 0;
}

/* "MaxArraySize            = 1001", among some 200 lines of "scontrol show config" */
int slurm_read_limits(struct sched_limits *out, const struct sched_run *r, struct err *err)
{
	static const char key[] = "MaxArraySize";
	const char *s = r->out, *end = r->out + r->out_len;

	*out = (struct sched_limits){ .told = false };
	if (slurm_check(r, "scontrol show config", err) < 0)
		return -1;
	for (const char *nl; s < end; s = nl + 1) {
		struct slice f = { s, 0 };

		nl = memchr(s, '\n', (size_t)(end - s));
		f.len = (size_t)(nl - s);
		if (!slice_starts(f, key))
			continue;
		f.s += sizeof(key) - 1;
		f.len -= sizeof(key) - 1;
		while (f.len > 0 && strchr(" =", *f.s)) {
			f.s++;
			f.len--;
		}
		if (slice_num(&out->array_end, f, 0, UINT32_MAX) == 0) {
			out->told = true;
			return 0;
		}
	}
	return err_set(err, ERR_PARSE,
		       "scontrol show config: no MaxArraySize in what it printed");
}

/* "12" or "12;cluster", alone on its line */
static int read_submit(char id[64], const struct sched_run *r, struct err *err)
{
	const char *semicolon;
	struct slice f;
	int64_t n;

	if (slurm_check(r, "sbatch", err) < 0)
		return -1;
	f = (struct slice){ r->out, r->out_len ? r->out_len - 1 : 0 };
	semicolon = f.len ? memchr(f.s, ';', f.len) : NULL;
	if (semicolon)
		f.len = (size_t)(semicolon - f.s);
	if (slice_num(&n, f, 1, UINT32_MAX) < 0) /* it may have been taken all the same */
		return err_set(
		    err, ERR_UNKNOWN,
		    "sbatch: no job id in its answer; look at the queue before a new try");
	memcpy(id, f.s, f.len);
	id[f.len] = '\0';
	return 0;
}

/* Sentences that mean "it is so already" for a verb. */
static const struct {
	enum sched_verb verb;
	const char *words;
} already[] = {
	{ SCHED_CANCEL, "Invalid job id specified" },
	{ SCHED_CANCEL, "already completing or completed" },
	{ SCHED_CANCEL, "Job has already finished" },
	{ SCHED_UNDRAIN_NODES, "Invalid node state specified" }, /* one that is not drained; the
								    others are resumed */
	{ SCHED_REMOVE_NODES, "Invalid node name specified" },
	{ SCHED_REQUEUE_JOBS, "Job is pending execution" },
	/* The change is made; this is about where the job could run. */
	{ SCHED_HOLD_JOBS, "Requested partition configuration not available now" },
	{ SCHED_RELEASE_JOBS, "Requested partition configuration not available now" },
	{ SCHED_HOLD_JOBS, "slurm_suspend error: No error" },
	{ SCHED_RELEASE_JOBS, "slurm_suspend error: No error" },
	{ SCHED_HOLD_JOBS, ": No error" },
	{ SCHED_RELEASE_JOBS, ": No error" },
};

static bool line_is_fine(enum sched_verb verb, const char *line)
{
	if (!line[0] || text_has_prefix(line, "scontrol: error: failed to delete nodes "))
		return true;
	for (size_t i = 0; i < sizeof(already) / sizeof(already[0]); i++)
		if (already[i].verb == verb && strstr(line, already[i].words))
			return true;
	return false;
}

/* "delete_node nodename=zz9,x1: Invalid node name": seen, one unknown name keeps all the others
 * from being deleted. */
static bool removed_none(const char *line)
{
	const char *list = strstr(line, "nodename=");
	const char *end = list ? strstr(list, ": ") : NULL;

	return list && end && strcspn(list, ",[") < (size_t)(end - list);
}

int slurm_read_act(enum sched_verb verb, const struct sched_run *r, struct err *err)
{
	const char *s = r->errout, *end = r->errout + r->errout_len;
	bool any = false;

	if (verb == SCHED_PING && r->exit_code == 0) {
		char text[256];

		text_clean(text, sizeof(text) - 1, r->out, r->out_len < 200 ? r->out_len : 200);
		return strstr(text, "is UP") ? 0
					     : err_set(err, ERR_IO, "scontrol ping: %s", text);
	}
	if (r->exit_code == 0)
		return 0;
	while (r->errout_len && s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t n = (size_t)((nl ? nl : end) - s);
		char line[512];

		text_clean(line, sizeof(line) - 1, s, n);
		if (verb == SCHED_REMOVE_NODES && removed_none(line) &&
		    line_is_fine(verb, line))
			return err_set(
			    err, ERR_CONFLICT,
			    "scontrol delete: some of these nodes are gone already, and Slurm removed none: "
			    "read the nodes again and name the others");
		if (!line_is_fine(verb, line))
			return err_set(err, slurm_error_code(line), "exit %d: %s", r->exit_code,
				       line);
		any = true;
		s += n + 1;
	}
	return any ? 0 : failed(r, "slurm", err);
}

/* A hold of a job that runs is taken and waits for the next requeue; of one that waits there is
 * nothing to put back. */
static const char *no_effect(enum sched_verb verb, enum job_state state)
{
	const struct job j = { .state = state };

	if (verb == SCHED_HOLD_JOBS && job_has_nodes(&j))
		return "only a job that waits can be held, so requeue it first";
	if (verb == SCHED_REQUEUE_JOBS && (state == JOB_PENDING || state == JOB_HELD))
		return "only a job that runs goes back into the queue";
	return NULL;
}

/* slurmctld pings every node in a third of SlurmdTimeout, which is 60 s on our heads, and one
 * that was resumed counts as not answering until then. */
#define PINGED_MS ((int64_t)20 * 1000)

const struct sched_ops sched_slurm = {
	.name = "slurm",
	.title = "Slurm",
	.can = SCHED_ARRAYS | SCHED_HOLD | SCHED_REQUEUE | SCHED_DRAIN | SCHED_REMOVE_NODE,
	.node_log = "/var/log/slurm/slurmd.log",
	.env = env,
	.answers_ms = PINGED_MS,
	.no_effect = no_effect,
	.argv = slurm_argv,
	.jobs_whole = slurm_jobs_whole,
	.read_jobs = slurm_read_jobs,
	.read_nodes = slurm_read_nodes,
	.read_exact = slurm_read_exact,
	.in_doubt = slurm_in_doubt,
	.read_begins = slurm_read_begins,
	.read_limits = slurm_read_limits,
	.read_version = read_version,
	.read_files = slurm_read_files,
	.read_ended = slurm_read_ended,
	.read_submit = read_submit,
	.read_act = slurm_read_act,
	.read_spec = slurm_read_spec,
	.job_options = slurm_job_options,
	.script_spec = slurm_script_spec,
	.names_itself = slurm_names_itself,
	.job_fits = slurm_job_fits,
	.rule_text = slurm_rule_text,
};
