/* What is run for each verb. Whatever comes from a person or from a cloud is checked here, and
 * nothing passes a shell of ours. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "scheduler/slurm.h"

#define NAME_LEN_MAX   64
#define REASON_LEN_MAX 160

static const char *const *const fixed[SCHED_VERBS] = {
	[SCHED_PING] = (const char *const[]){ "scontrol", "ping", NULL },
	[SCHED_VERSION] = (const char *const[]){ "scontrol", "-V", NULL },
	[SCHED_JOBS] =
	    (const char *const[]){ "squeue", "-h", "-a", "-o", SLURM_JOB_FIELDS, NULL },
	[SCHED_NODES] = (const char *const[]){ "scontrol", "-a", "show", "nodes", "-o", NULL },
	[SCHED_JOB_DETAIL] = (const char *const[]){ "scontrol", "show", "job", NULL },
	[SCHED_JOB_SCRIPT] = (const char *const[]){ "scontrol", "write", "batch_script", NULL },
	[SCHED_ENDED] = (const char *const[]){ "squeue", "-h", "-a", "-t", "all", "-O",
					       (SLURM_ENDED_FIELDS), "-j", NULL },
	[SCHED_BEGINS] = (const char *const[]){ "squeue", "-h", "-a", "-t", "PD", "-O",
						SLURM_BEGIN_FIELDS, NULL },
	[SCHED_EXACT_DEMAND] =
	    (const char *const[]){ "scontrol", "-a", "show", "jobs", "-o", NULL },
	[SCHED_LIMITS] = (const char *const[]){ "scontrol", "show", "config", NULL },
	[SCHED_SUBMIT] = (const char *const[]){ "sbatch", "--parsable", NULL },
	[SCHED_CANCEL] = (const char *const[]){ "scancel", NULL },
	[SCHED_HOLD_JOBS] = (const char *const[]){ "scontrol", "hold", NULL },
	[SCHED_RELEASE_JOBS] = (const char *const[]){ "scontrol", "release", NULL },
	[SCHED_REQUEUE_JOBS] = (const char *const[]){ "scontrol", "requeue", NULL },
	[SCHED_DRAIN_NODES] = (const char *const[]){ "scontrol", "update", NULL },
	[SCHED_UNDRAIN_NODES] = (const char *const[]){ "scontrol", "update", NULL },
	[SCHED_DOWN_NODES] = (const char *const[]){ "scontrol", "update", NULL },
	[SCHED_REMOVE_NODES] = (const char *const[]){ "scontrol", "delete", NULL },
};

/* "12", "12_3", "12_[5-37:2,40]" */
static bool is_job_id(const char *s)
{
	size_t n = strspn(s, "0123456789"), m;

	if (n == 0 || n > 10 || !s[n])
		return n > 0 && n <= 10;
	if (s[n++] != '_')
		return false;
	if (s[n] != '[') {
		m = strspn(s + n, "0123456789");
		return m > 0 && m <= 10 && !s[n + m];
	}
	m = strspn(s + n + 1, "0123456789,-:");
	return m > 0 && strcmp(s + n + 1 + m, "]") == 0;
}

static int need_names(const struct sched_args *a, struct err *err)
{
	if (!a->names || a->names->n == 0)
		return err_set(err, ERR_INVALID, "slurm: nothing named");
	return 0;
}

static int add_ids(struct strs *argv, const struct sched_args *a, bool one_list,
		   struct err *err)
{
	struct buf list = BUF_INIT(BUF_TEXT_MAX);
	int rc = need_names(a, err);

	for (size_t i = 0; rc == 0 && i < a->names->n; i++) {
		if (!is_job_id(a->names->v[i]))
			rc = err_set(err, ERR_INVALID, "\"%.40s\" is no job id of Slurm",
				     a->names->v[i]);
		else if (one_list)
			buf_addf(&list, "%s%s", i ? "," : "", a->names->v[i]);
		else
			rc = strs_add(argv, a->names->v[i]);
	}
	if (rc == 0 && one_list)
		rc = strs_add(argv, buf_str(&list));
	buf_clear(&list);
	return rc;
}

static int add_those(struct strs *argv, const struct sched_args *a, struct err *err)
{
	if (need_names(a, err) == 0 && strcmp(a->names->v[0], SCHED_ALL) == 0)
		return 0;
	return strs_add(argv, "-j") | add_ids(argv, a, true, err);
}

static int add_nodes(struct strs *argv, const struct sched_args *a, struct err *err)
{
	struct buf list = BUF_INIT(BUF_TEXT_MAX);
	int rc = need_names(a, err);

	for (size_t i = 0; rc == 0 && i < a->names->n; i++)
		if (!text_is_name(a->names->v[i], NAME_LEN_MAX))
			rc = err_set(err, ERR_INVALID,
				     "\"%.64s\" is no node name that may be handed to Slurm",
				     a->names->v[i]);
	if (rc == 0)
		rc = hostlist_compress(&list, (const char *const *)a->names->v, a->names->n);
	if (rc == 0)
		rc = strs_addf(argv, "nodename=%s", buf_str(&list));
	buf_clear(&list);
	return rc;
}

/* One line of printable text: a newline in a reason would break the line that reads it back. */
static int add_reason(struct strs *argv, const char *text)
{
	char clean[REASON_LEN_MAX + 1];
	size_t n = 0;

	for (; text && text[n] && n < REASON_LEN_MAX; n++)
		clean[n] = (unsigned char)text[n] < ' ' || text[n] == 0x7f ? ' ' : text[n];
	clean[n] = '\0';
	return strs_addf(argv, "reason=" SCHED_TAG "%s", clean);
}

static bool is_plain(const char *s, const char *also)
{
	size_t n = strlen(s);

	if (n == 0 || n > 512 || s[0] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
			    s[i]) &&
		    !strchr(also, s[i]))
			return false;
	return true;
}

static bool is_path(const char *s)
{
	if (!s || s[0] != '/' || strlen(s) > 4096)
		return false;
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

static const char *digits(const char *s)
{
	return s + strspn(s, "0123456789");
}

/* "7", "1-40" or "1-40:2"; NULL: no such, else what follows. */
static const char *task_range(const char *s)
{
	const char *end = digits(s), *to, *step;

	if (end == s)
		return NULL;
	if (*end != '-')
		return end;
	to = end + 1;
	end = digits(to);
	if (end == to || strtoull(to, NULL, 10) < strtoull(s, NULL, 10))
		return NULL;
	if (*end != ':')
		return end;
	step = end + 1;
	end = digits(step);
	return strtoull(step, NULL, 10) > 0 ? end : NULL;
}

static bool is_task_set(const char *s)
{
	const char *most;

	if (strlen(s) > 512)
		return false;
	while ((s = task_range(s)) && *s == ',')
		s++;
	if (!s || !*s)
		return s != NULL;
	most = s + 1;
	return *s == '%' && !*digits(most) && strtoull(most, NULL, 10) > 0;
}

/* Of a set that is one: what follows "%" is no number of a task, and what follows ":" only a
 * step. slurmctld looks at the end of a range, whether the step meets it or not. */
static unsigned long long largest_task(const char *set)
{
	unsigned long long most = 0;

	for (const char *s = set; *s && *s != '%';) {
		unsigned long long n = strtoull(s, NULL, 10);

		most = n > most ? n : most;
		s = digits(s);
		if (*s == ':')
			s = digits(s + 1);
		s += *s == '-' || *s == ',';
	}
	return most;
}

static int check_largest(const char *set, const struct sched_limits *l, struct err *err)
{
	unsigned long long n = largest_task(set);

	if (!l || !l->told || n < (unsigned long long)l->array_end)
		return 0;
	if (l->array_end == 0)
		return err_set(err, ERR_INVALID,
			       "this Slurm takes no arrays: its MaxArraySize is 0");
	return err_set(err, ERR_INVALID,
		       "task %llu is beyond %lld, the largest number that this Slurm takes: "
		       "its MaxArraySize is %lld",
		       n, (long long)l->array_end - 1, (long long)l->array_end);
}

static int add_submit(struct strs *argv, const struct sched_args *a, struct err *err)
{
	int rc = 0;

	if (a->array && !is_task_set(a->array))
		return err_set(err, ERR_INVALID,
			       "\"%.40s\" is no task set: use as in 1-40:2%%4", a->array);
	if (a->array && check_largest(a->array, a->limits, err) < 0)
		return -1;
	if (a->partition && !is_plain(a->partition, "-.,"))
		return err_set(err, ERR_INVALID, "\"%.40s\" is no partition", a->partition);
	if (a->cwd && !is_path(a->cwd))
		return err_set(err, ERR_INVALID,
			       "the working directory must be an absolute path");
	if (!is_path(a->text))
		return err_set(err, ERR_INVALID,
			       "the job script must be an absolute path on the head");
	if (a->array)
		rc |= strs_addf(argv, "--array=%s", a->array);
	if (a->partition)
		rc |= strs_addf(argv, "--partition=%s", a->partition);
	if (a->cwd)
		rc |= strs_addf(argv, "--chdir=%s", a->cwd);
	for (size_t i = 0; a->extra && i < a->extra->n; i++)
		rc |= strs_add(argv, a->extra->v[i]);
	rc |= strs_add(argv, a->text);
	for (size_t i = 0; a->words && i < a->words->n; i++)
		rc |= strs_add(argv, a->words->v[i]);
	return rc;
}

static int add_args(struct strs *argv, enum sched_verb verb, const struct sched_args *a,
		    struct err *err)
{
	switch (verb) {
	case SCHED_SUBMIT:
		return add_submit(argv, a, err);
	case SCHED_CANCEL:
		return add_ids(argv, a, false, err);
	case SCHED_JOB_SCRIPT: /* "-": to its output */
		return add_ids(argv, a, false, err) | strs_add(argv, "-");
	case SCHED_JOB_DETAIL:
	case SCHED_ENDED:
	case SCHED_HOLD_JOBS:
	case SCHED_RELEASE_JOBS:
	case SCHED_REQUEUE_JOBS:
		return add_ids(argv, a, true, err);
	case SCHED_BEGINS:
		return add_those(argv, a, err);
	case SCHED_DRAIN_NODES:
		return add_nodes(argv, a, err) | strs_add(argv, "state=drain") |
		       add_reason(argv, a->text);
	case SCHED_UNDRAIN_NODES:
		return add_nodes(argv, a, err) | strs_add(argv, "state=resume");
	case SCHED_DOWN_NODES:
		return add_nodes(argv, a, err) | strs_add(argv, "state=down") |
		       add_reason(argv, a->text);
	case SCHED_REMOVE_NODES:
		return add_nodes(argv, a, err);
	case SCHED_PING:
	case SCHED_VERSION:
	case SCHED_JOBS:
	case SCHED_NODES:
	case SCHED_EXACT_DEMAND:
	case SCHED_LIMITS:
	case SCHED_VERBS:
		break;
	}
	return 0;
}

int slurm_argv(struct strs *argv, enum sched_verb verb, const struct sched_args *a,
	       struct err *err)
{
	struct err why = ERR_INIT;
	int rc = 0;

	strs_clear(argv);
	if ((size_t)verb >= SCHED_VERBS || !fixed[verb])
		return err_set(err, ERR_UNSUPPORTED, "slurm: no such verb");
	for (size_t i = 0; fixed[verb][i]; i++)
		rc |= strs_add(argv, fixed[verb][i]);
	rc |= add_args(argv, verb, a, &why);
	if (rc == 0)
		return 0;
	strs_clear(argv);
	if (why.code == ERR_NONE)
		return err_set(err, ERR_FULL, "slurm: too many arguments for one command");
	return err_set(err, why.code, "%s", why.msg);
}

static bool holds_name(const char *line, size_t len)
{
	const char *s = line, *end = line + len;

	while (s < end) {
		size_t gap = strspn(s, " \t"), word = strcspn(s + gap, " \t\r\n");

		s += gap;
		if (word == 0 || *s == '#')
			return false;
		if (text_has_prefix(s, "--job-name") || text_has_prefix(s, "-J"))
			return true;
		s += word;
	}
	return false;
}

/* As sbatch reads it: "#SBATCH" counts until the first line that is a command. */
bool slurm_names_itself(const char *script)
{
	static const char mark[] = "#SBATCH";

	for (const char *s = script; *s;) {
		size_t len = strcspn(s, "\n"), gap = strspn(s, " \t\r");

		if (gap < len && s[0] != '#')
			return false;
		if (text_has_prefix(s, mark) && strchr(" \t", s[sizeof(mark) - 1]) &&
		    holds_name(s + sizeof(mark) - 1, len - (sizeof(mark) - 1)))
			return true;
		s += len + (s[len] == '\n');
	}
	return false;
}
