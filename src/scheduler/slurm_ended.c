/*
 * What squeue still tells of jobs that ended, for as long as the controller keeps them
 * (MinJobAge). Every column has a fixed width, and so has the line: a newline in a name or a
 * path makes two lines that are both too short, and neither is taken for a job. What fills its
 * column to the brim may be cut, and a cut path is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "scheduler/slurm.h"

enum {
	E_ID,
	E_RAW_ID,
	E_STATE,
	E_REASON,
	E_EXIT,
	E_START,
	E_END,
	E_USER,
	E_NODES,
	E_OUTPUT,
	E_ERRORS,
	E_SCRIPT,
	E_CWD,
	E_NAME,
	E_ACCOUNT,
	E_PARTITION,
	E_CPUS,
	E_NODES_MIN,
	E_SUBMIT,
	E_LIMIT,
	COLUMNS
};

/* In the order of SLURM_ENDED_FIELDS. */
static const size_t widths[COLUMNS] = {
	64, 16, 20, 64, 16, 20, 20, 64, 128, 512, 512, 512, 512, 128, 64, 64, 16, 16, 20, 20,
};

static size_t line_width(void)
{
	size_t n = 0;

	for (int i = 0; i < COLUMNS; i++)
		n += widths[i];
	return n;
}

static void cut_columns(struct slice f[COLUMNS], const char *s)
{
	for (int i = 0; i < COLUMNS; i++) {
		size_t n = widths[i];

		while (n > 0 && s[n - 1] == ' ')
			n--;
		f[i] = (struct slice){ s, n < widths[i] ? n : 0 };
		s += widths[i];
	}
}

/* "768" is what wait() told, "3:9" code and signal; -1 both when it says nothing. */
static void read_exit(struct job_end *e, struct slice f)
{
	const char *colon = f.len ? memchr(f.s, ':', f.len) : NULL;
	size_t head = colon ? (size_t)(colon - f.s) : f.len;
	int64_t code, signal = 0;

	e->exit_code = e->exit_signal = -1;
	if (slice_num(&code, (struct slice){ f.s, head }, 0, UINT32_MAX) < 0)
		return;
	if (!colon) {
		signal = code & 0x7f;
		code = signal ? 0 : code >> 8 & 0xff;
	} else if (slice_num(&signal, (struct slice){ colon + 1, f.len - head - 1 }, 0, 255) <
		   0) {
		return;
	}
	e->exit_code = code;
	e->exit_signal = signal;
}

static struct slice part_of(struct slice f, char mark, bool after)
{
	const char *at = f.len ? memchr(f.s, mark, f.len) : NULL;
	size_t head = at ? (size_t)(at - f.s) : f.len;

	if (!after)
		return (struct slice){ f.s, head };
	return at ? (struct slice){ at + 1, f.len - head - 1 } : (struct slice){ "", 0 };
}

/* What a letter of a file name's pattern stands for; NULL text: not known here. */
static struct slice letter_of(const struct slice *f, char letter)
{
	struct slice task = part_of(f[E_ID], '_', true), node = part_of(f[E_NODES], ',', false);

	switch (letter) {
	case '%':
		return (struct slice){ "%", 1 };
	case 'A':
		return part_of(f[E_ID], '_', false);
	case 'a':
		return task.len ? task : (struct slice){ "4294967294", 10 };
	case 'j':
	case 'J':
		return f[E_RAW_ID];
	case 'u':
		return f[E_USER];
	case 'x':
		return f[E_NAME];
	case 'N':
		return memchr(node.s, '[', node.len) ? (struct slice){ NULL, 0 } : node;
	case 'n':
	case 's':
	case 't':
		return (struct slice){ "0", 1 };
	default:
		return (struct slice){ NULL, 0 };
	}
}

/* Some versions tell the path with its pattern ("/out/%A_%a.log"). "" when that cannot be
 * filled in. */
static void take_path(char out[JOB_PATH_MAX], const struct slice *f, struct slice path)
{
	size_t n = 0;

	for (size_t i = 0; i < path.len; i++) {
		struct slice part = { path.s + i, 1 };

		if (path.s[i] == '%' && i + 1 < path.len)
			part = letter_of(f, path.s[++i]);
		if (!part.s || n + part.len >= JOB_PATH_MAX) {
			n = 0;
			break;
		}
		memcpy(out + n, part.s, part.len);
		n += part.len;
	}
	out[n] = '\0';
	if (n > 0 && out[0] != '/')
		out[0] = '\0';
}

/* Where nothing was said of it, squeue tells the file of a task of an array by its raw id,
 * while slurmd names it by array and task. */
static void mend_default(char path[JOB_PATH_MAX], const struct slice *f, struct slice told)
{
	char is[JOB_PATH_MAX];
	int id = (int)f[E_ID].len, raw = (int)f[E_RAW_ID].len, cwd = (int)f[E_CWD].len;

	if (id == 0 || !memchr(f[E_ID].s, '_', f[E_ID].len))
		return;
	snprintf(is, sizeof(is), "%.*s/slurm-%.*s.out", cwd, f[E_CWD].s, raw, f[E_RAW_ID].s);
	if (slice_is(told, is))
		snprintf(path, JOB_PATH_MAX, "%.*s/slurm-%.*s.out", cwd, f[E_CWD].s, id,
			 f[E_ID].s);
}

static void take_text(char *out, size_t max, struct slice f)
{
	size_t n = slice_none(f) ? 0 : f.len < max ? f.len : max - 1;

	memcpy(out, f.s, n);
	out[n] = '\0';
}

/* It ended however these look: what cannot be read of them is not known. */
static void read_asked(struct job_end *e, const struct slice *f)
{
	take_text(e->name, sizeof(e->name), f[E_NAME]);
	take_text(e->user, sizeof(e->user), f[E_USER]);
	take_text(e->account, sizeof(e->account), f[E_ACCOUNT]);
	take_text(e->partition, sizeof(e->partition), f[E_PARTITION]);
	if (slurm_count_read(&e->cpus, f[E_CPUS]) < 0)
		e->cpus = 0;
	if (slurm_count_read(&e->nodes_min, f[E_NODES_MIN]) < 0)
		e->nodes_min = 0;
	if (slurm_time_read(&e->submit_s, f[E_SUBMIT]) < 0)
		e->submit_s = 0;
	if (slurm_job_limit_read(&e->limit_s, f[E_LIMIT]) < 0)
		e->limit_s = -1;
}

static bool read_line(struct job_end *e, const char *line)
{
	struct slice f[COLUMNS];

	cut_columns(f, line);
	*e = (struct job_end){ .state = slurm_state_of(f[E_STATE]) };
	if (f[E_ID].len == 0 || slurm_time_read(&e->start_s, f[E_START]) < 0 ||
	    slurm_time_read(&e->end_s, f[E_END]) < 0)
		return false;
	take_text(e->id, sizeof(e->id), f[E_ID]);
	take_text(e->reason, sizeof(e->reason), f[E_REASON]);
	take_text(e->nodes, sizeof(e->nodes), f[E_NODES]);
	if (!e->reason[0] && e->state != JOB_DONE)
		take_text(e->reason, sizeof(e->reason), f[E_STATE]);
	read_exit(e, f[E_EXIT]);
	read_asked(e, f);
	take_path(e->files.output, f, f[E_OUTPUT]);
	take_path(e->files.errors, f, f[E_ERRORS]);
	mend_default(e->files.output, f, f[E_OUTPUT]);
	mend_default(e->files.errors, f, f[E_ERRORS]);
	take_text(e->files.script, JOB_PATH_MAX, f[E_SCRIPT]);
	take_text(e->files.cwd, JOB_PATH_MAX, f[E_CWD]);
	return e->state == JOB_DONE || e->state == JOB_FAILED || e->state == JOB_CANCELLED;
}

int slurm_read_ended(struct job_end **out, size_t *n, const struct sched_run *r,
		     struct err *err)
{
	const char *s = r->out, *end = r->out + r->out_len;
	size_t cap = 0, width = line_width();

	*out = NULL;
	*n = 0;
	if (r->exit_code == 1 && r->errout && strstr(r->errout, "Invalid job id"))
		return 0; /* it has forgotten all of them */
	if (slurm_check(r, "squeue", err) < 0)
		return -1;
	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));

		if ((size_t)(nl - s) == width) {
			GROW(*out, *n, cap);
			if (read_line(&(*out)[*n], s))
				(*n)++;
		}
		s = nl + 1;
	}
	return 0;
}

/*
 * The files of one job, by "scontrol show job": one key a line where its value may hold blanks.
 * A job's name may bring lines of its own, and the first of each key counts: such a job speaks
 * for itself and for nobody else, as its files are read with its user's rights.
 */

static const struct {
	const char *key;
	size_t at;
} file_keys[] = {
	{ "   StdOut=", offsetof(struct job_files, output) },
	{ "   StdErr=", offsetof(struct job_files, errors) },
	{ "   Command=", offsetof(struct job_files, script) },
	{ "   WorkDir=", offsetof(struct job_files, cwd) },
};

static void read_file_line(struct job_files *out, struct slice line)
{
	for (size_t i = 0; i < ARRAY_LEN(file_keys); i++) {
		char *to = (char *)out + file_keys[i].at;
		size_t skip = strlen(file_keys[i].key);

		if (!slice_starts(line, file_keys[i].key) || to[0])
			continue;
		line = (struct slice){ line.s + skip, line.len - skip };
		if (line.len < JOB_PATH_MAX && line.len > 0 && line.s[0] == '/')
			take_text(to, JOB_PATH_MAX, line);
		return;
	}
}

int slurm_read_files(struct job_files *out, const struct sched_run *r, struct err *err)
{
	const char *s = r->out, *end = r->out + r->out_len;

	*out = (struct job_files){ .output = "" };
	if (slurm_check(r, "scontrol show job", err) < 0)
		return -1;
	while (s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));

		if (nl == s) /* the next record */
			break;
		read_file_line(out, (struct slice){ s, (size_t)(nl - s) });
		s = nl + 1;
	}
	return 0;
}
