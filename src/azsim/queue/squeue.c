/* squeue: the jobs that are not over, one line each, what is left of an array as one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/command.h"
#include "base/mem.h"
#include "base/text.h"

struct row {
	const struct gq *q;
	const struct gq_job *job;
	struct gq_tasks set;  /* pending tasks that stand in one line */
	unsigned int reasons; /* bit by reason */
	bool whole;
};

typedef void writer(struct buf *b, const struct row *r);

static bool is_set(const struct row *r)
{
	return r->set.n > 0;
}

static void put_id(struct buf *b, const struct row *r)
{
	gq_add_int(b, r->job->id);
}

static void put_array_id(struct buf *b, const struct row *r)
{
	gq_add_int(b, r->job->array ? r->job->array->id : r->job->id);
}

static void put_throttle(struct buf *b, const struct row *r)
{
	if (r->job->spec->throttle) {
		buf_addc(b, '%');
		gq_add_int(b, r->job->spec->throttle);
	}
}

static void put_task(struct buf *b, const struct row *r)
{
	if (is_set(r)) {
		gq_add_set(b, &r->set, r->whole);
		put_throttle(b, r);
	} else if (r->job->task >= 0) {
		gq_add_int(b, r->job->task);
	} else {
		buf_adds(b, "N/A");
	}
}

static void put_full_id(struct buf *b, const struct row *r)
{
	put_array_id(b, r);
	if (is_set(r)) {
		buf_adds(b, "_[");
		put_task(b, r);
		buf_addc(b, ']');
	} else if (r->job->task >= 0) {
		buf_addc(b, '_');
		gq_add_int(b, r->job->task);
	}
}

static void put_state(struct buf *b, const struct row *r)
{
	buf_adds(b, gq_state_name[r->job->state]);
}

static void put_state_short(struct buf *b, const struct row *r)
{
	buf_adds(b, gq_state_short[r->job->state]);
}

static void put_reason(struct buf *b, const struct row *r)
{
	bool any = false;

	if (!r->reasons)
		buf_adds(b, gq_reason_text[r->job->reason]);
	for (unsigned int i = 0; i < GQ_REASONS; i++) {
		if (!(r->reasons >> i & 1))
			continue;
		if (any)
			buf_addc(b, ',');
		buf_adds(b, gq_reason_text[i]);
		any = true;
	}
}

static void put_hosts(struct buf *b, const struct row *r)
{
	if (r->job->hosts)
		buf_adds(b, r->job->hosts);
}

static void put_hosts_or_reason(struct buf *b, const struct row *r)
{
	if (r->job->state == GQ_RUNNING) {
		put_hosts(b, r);
		return;
	}
	buf_addc(b, '(');
	put_reason(b, r);
	buf_addc(b, ')');
}

static void put_user(struct buf *b, const struct row *r)
{
	buf_adds(b, r->job->spec->user);
}

static void put_partition(struct buf *b, const struct row *r)
{
	buf_adds(b, r->job->spec->partition);
}

static void put_nodes(struct buf *b, const struct row *r)
{
	gq_add_int(b, gq_job_nodes(r->job));
}

static void put_cpus(struct buf *b, const struct row *r)
{
	gq_add_int(b, gq_job_cpus(r->job));
}

static void put_mem(struct buf *b, const struct row *r)
{
	bool per_cpu;

	gq_add_mem(b, gq_mem_of(r->q, r->job->spec, &per_cpu), false);
}

static void put_gres(struct buf *b, const struct row *r)
{
	if (r->job->spec->gpus == 0)
		buf_adds(b, "N/A");
	else
		buf_addf(b, "gres:gpu:%lld", (long long)r->job->spec->gpus);
}

static void put_features(struct buf *b, const struct row *r)
{
	buf_adds(b, r->job->spec->features ? r->job->spec->features : "(null)");
}

static void put_share(struct buf *b, const struct row *r)
{
	buf_adds(b, gq_share_text[r->job->spec->share]);
}

static void put_dependency(struct buf *b, const struct row *r)
{
	const char *s = r->job->spec->dependency;
	size_t n;

	if (!s || r->job->state != GQ_PENDING) {
		buf_adds(b, "(null)");
		return;
	}
	for (; *s; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		buf_add(b, s, n);
		buf_adds(b, "(unfulfilled)");
		if (s[n] == ',')
			buf_addc(b, ',');
	}
}

static void put_time(struct buf *b, int64_t ms)
{
	char text[32];

	buf_adds(b, gq_time(text, ms, "N/A"));
}

static void put_start(struct buf *b, const struct row *r)
{
	const struct gq_job *j = r->job;

	put_time(b, j->state != GQ_PENDING ? j->start_ms : gq_job_begins(r->q, j));
}

static void put_eligible(struct buf *b, const struct row *r)
{
	put_time(b, gq_job_eligible(r->job));
}

static void put_end(struct buf *b, const struct row *r)
{
	const struct gq_job *j = r->job;

	put_time(b, j->state == GQ_RUNNING && j->spec->limit_s > 0
			? j->start_ms + j->spec->limit_s * 1000
		    : j->state > GQ_RUNNING ? j->end_ms
					    : 0);
}

static void put_submit(struct buf *b, const struct row *r)
{
	put_time(b, r->job->submit_ms);
}

static void put_limit(struct buf *b, const struct row *r)
{
	if (r->job->spec->limit_s < 0)
		buf_adds(b, "UNLIMITED");
	else
		gq_add_span(b, r->job->spec->limit_s, false);
}

static int64_t used_s(const struct row *r)
{
	const struct gq_job *j = r->job;

	return j->state == GQ_PENDING	? 0
	       : j->state == GQ_RUNNING ? (gq_now(r->q) - j->start_ms) / 1000
					: (j->end_ms - j->start_ms) / 1000;
}

static void put_used(struct buf *b, const struct row *r)
{
	gq_add_span(b, used_s(r), false);
}

static void put_left(struct buf *b, const struct row *r)
{
	if (r->job->spec->limit_s < 0)
		buf_adds(b, "UNLIMITED");
	else
		gq_add_span(b, r->job->spec->limit_s - used_s(r), false);
}

static void put_priority(struct buf *b, const struct row *r)
{
	gq_add_int(b, r->job->priority);
}

static void put_name(struct buf *b, const struct row *r)
{
	buf_adds(b, r->job->spec->name);
}

static void put_account(struct buf *b, const struct row *r)
{
	buf_adds(b, r->job->spec->account ? r->job->spec->account : "(null)");
}

static void put_null(struct buf *b, const struct row *r)
{
	(void)r;
	buf_adds(b, "(null)");
}

/* As wait() tells it: seen with 22.05, "768" for exit 3. */
static void put_exit(struct buf *b, const struct row *r)
{
	gq_add_int(b, (int64_t)r->job->exit_code * 256);
}

static void put_out(struct buf *b, const struct row *r)
{
	buf_adds(b, r->job->spec->out);
}

static void put_errout(struct buf *b, const struct row *r)
{
	buf_adds(b, r->job->spec->errout ? r->job->spec->errout : r->job->spec->out);
}

static void put_command(struct buf *b, const struct row *r)
{
	buf_adds(b, r->job->spec->command ? r->job->spec->command : "(null)");
}

static void put_workdir(struct buf *b, const struct row *r)
{
	buf_adds(b, r->job->spec->workdir);
}

static const struct field {
	char letter;
	const char *head, *name; /* name: of -O */
	writer *put;
} fields[] = {
	{ 'A', "JOBID", "jobid", put_id },
	{ 'F', "ARRAY_JOB_ID", "arrayjobid", put_array_id },
	{ 'K', "ARRAY_TASK_ID", "arraytaskid", put_task },
	{ 'i', "JOBID", "jobarrayid", put_full_id },
	{ 'T', "STATE", "state", put_state },
	{ 't', "ST", "statecompact", put_state_short },
	{ 'r', "REASON", "reason", put_reason },
	{ 'R', "NODELIST(REASON)", "reasonlist", put_hosts_or_reason },
	{ 'u', "USER", "username", put_user },
	{ 'P', "PARTITION", "partition", put_partition },
	{ 'D', "NODES", "numnodes", put_nodes },
	{ 'C', "CPUS", "numcpus", put_cpus },
	{ 'm', "MIN_MEMORY", "minmemory", put_mem },
	{ 'b', "TRES_PER_NODE", "tres-per-node", put_gres },
	{ 'f', "FEATURES", "feature", put_features },
	{ 'h', "OVER_SUBSCRIBE", "oversubscribe", put_share },
	{ 'E', "DEPENDENCY", "dependency", put_dependency },
	{ 'N', "NODELIST", "nodelist", put_hosts },
	{ 'S', "START_TIME", "starttime", put_start },
	{ 'e', "END_TIME", "endtime", put_end },
	{ 'V', "SUBMIT_TIME", "submittime", put_submit },
	{ 'l', "TIME_LIMIT", "timelimit", put_limit },
	{ 'L', "TIME_LEFT", "timeleft", put_left },
	{ 'M', "TIME", "timeused", put_used },
	{ 'Q', "PRIORITY", "prioritylong", put_priority },
	{ 'j', "NAME", "name", put_name },
	{ 'q', "QOS", "qos", put_null },
	{ 'a', "ACCOUNT", "account", put_account },
	/* These have no letter: -O alone knows them. */
	{ '\0', "ELIGIBLE_TIME", "eligibletime", put_eligible },
	{ '\0', "EXIT_CODE", "exit_code", put_exit },
	{ '\0', "STDOUT", "stdout", put_out },
	{ '\0', "STDERR", "stderr", put_errout },
	{ 'o', "COMMAND", "command", put_command },
	{ 'Z', "WORK_DIR", "workdir", put_workdir },
};

/*
 * The format: "%.18i %.9P|"
 */

struct piece {
	const struct field *field; /* NULL: text alone */
	size_t width;
	bool right;
	const char *text; /* behind it */
	size_t text_len;
};

struct format {
	struct piece *v;
	size_t n, cap;
};

static const struct field *field_of(char letter)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (fields[i].letter == letter)
			return &fields[i];
	return NULL;
}

static void add_piece(struct format *f, struct piece p)
{
	GROW(f->v, f->n, f->cap);
	f->v[f->n++] = p;
}

static int read_format(struct format *f, const char *s, const char **bad)
{
	size_t n = strcspn(s, "%");

	if (n > 0)
		add_piece(f, (struct piece){ .text = s, .text_len = n });
	for (s += n; *s; s += n) {
		struct piece p = { .right = s[1] == '.' };
		size_t digits;
		int64_t width = 0;

		*bad = s++;
		s += p.right;
		digits = strspn(s, "0123456789");
		if (digits && num_read_n(&width, s, digits, 0, 4096) != 0)
			return -1;
		s += digits;
		p.width = (size_t)width;
		p.field = *s ? field_of(*s) : NULL;
		if (!p.field)
			return -1;
		p.text = ++s;
		n = p.text_len = strcspn(s, "%");
		add_piece(f, p);
	}
	return 0;
}

/* "JobID:|,State:20": a name, then the text behind it or a width. */
static int read_long_format(struct format *f, const char *s, const char **bad)
{
	while (*s) {
		size_t n = strcspn(s, ":,");
		struct piece p = { .width = 20 };
		int64_t width;

		for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
			char *name = xstrndup(s, n);

			if (text_casecmp(name, fields[i].name) == 0)
				p.field = &fields[i];
			free(name);
		}
		*bad = s;
		if (!p.field)
			return -1;
		s += n;
		if (*s == ':') {
			n = strcspn(++s, ",");
			if (num_read_n(&width, s, n, 0, 4096) == 0) {
				p.width = (size_t)width;
			} else {
				p.width = 0;
				p.text = s;
				p.text_len = n;
			}
			s += n;
		}
		s += *s == ',';
		add_piece(f, p);
	}
	return 0;
}

/* What was written from `from` on gets its width; text beyond it is cut. */
static void justify(struct buf *b, size_t from, const struct piece *p)
{
	size_t len = b->len - from, pad;

	if (p->width == 0)
		return;
	if (len > p->width) {
		b->len = from + p->width;
		b->data[b->len] = '\0';
		return;
	}
	pad = p->width - len;
	for (size_t i = 0; i < pad; i++)
		buf_addc(b, ' ');
	if (!p->right || b->full || len == 0)
		return;
	memmove(b->data + from + pad, b->data + from, len);
	memset(b->data + from, ' ', pad);
}

static void write_row(struct buf *b, const struct format *f, const struct row *r)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct piece *p = &f->v[i];
		size_t from = b->len;

		if (p->field && r)
			p->field->put(b, r);
		else if (p->field)
			buf_adds(b, p->field->head);
		justify(b, from, p);
		if (p->text_len)
			buf_add(b, p->text, p->text_len);
	}
	buf_addc(b, '\n');
}

/*
 * Which jobs
 */

struct wish {
	struct format format;
	bool no_header, each_task, all_states;
	const char *states, *user, *partition, *ids;
};

struct rows {
	struct row *v;
	size_t n, cap;
};

static bool in_list(const char *list, const char *a, const char *b)
{
	for (const char *s = list; *s;) {
		size_t n = strcspn(s, ",");
		char *word = xstrndup(s, n);
		bool hit = text_casecmp(word, a) == 0 || (b && text_casecmp(word, b) == 0);

		free(word);
		if (hit)
			return true;
		s += n + (s[n] == ',');
	}
	return false;
}

static bool wanted(const struct wish *w, const struct gq_job *j)
{
	if (w->states ? !w->all_states && !in_list(w->states, gq_state_name[j->state],
						   gq_state_short[j->state])
		      : j->state > GQ_RUNNING)
		return false;
	return (!w->user || in_list(w->user, j->spec->user, NULL)) &&
	       (!w->partition || in_list(w->partition, j->spec->partition, NULL));
}

/* All pending tasks of an array stand in one line; the record of the rest stands for them. */
static void gather(struct row *r)
{
	const struct gq_array *a = r->job->array;
	size_t n = 0;

	for (const struct gq_job *j = a->first; j; j = j->peer_next) {
		if (j->state != GQ_PENDING)
			continue;
		n++;
		r->reasons |= 1U << j->reason;
		if (j->tasks) {
			r->job = j;
			gq_tasks_copy(&r->set, j->tasks);
		}
	}
	if (n == 1 && !r->job->tasks)
		return; /* a single task stands for itself */
	for (const struct gq_job *j = a->first; j && n > 1; j = j->peer_next)
		if (j->state == GQ_PENDING && !j->tasks && !gq_tasks_has(&r->set, j->task))
			gq_tasks_add(&r->set, j->task);
}

static struct row *add_row(struct rows *rows, const struct gq *q, const struct gq_job *j)
{
	GROW(rows->v, rows->n, rows->cap);
	rows->v[rows->n] = (struct row){ .q = q, .job = j };
	return &rows->v[rows->n++];
}

static void add_tasks(struct rows *rows, const struct gq *q, const struct gq_job *j)
{
	for (size_t i = 0; i < j->tasks->n; i++) {
		const struct gq_range *g = &j->tasks->v[i];

		for (int64_t k = g->from; k <= g->to; k += g->step)
			gq_tasks_add(&add_row(rows, q, j)->set, k);
	}
}

static void add_job(struct rows *rows, const struct wish *w, const struct gq *q,
		    const struct gq_job *j, struct map *seen, bool whole)
{
	char id[16];

	if (!wanted(w, j))
		return;
	if (w->each_task && j->tasks) {
		add_tasks(rows, q, j);
		return;
	}
	if (j->array && j->state == GQ_PENDING && !w->each_task) {
		snprintf(id, sizeof(id), "%u", j->array->id);
		if (map_get(seen, id))
			return;
		map_put(seen, id, rows);
		gather(add_row(rows, q, j));
	} else {
		add_row(rows, q, j);
	}
	rows->v[rows->n - 1].whole = whole;
}

/* By partition, state, priority; later ones first where all are equal, as squeue does it. */
static int by_order(const void *a, const void *b)
{
	const struct gq_job *x = ((const struct row *)a)->job,
			    *y = ((const struct row *)b)->job;
	int c = x->spec == y->spec ? 0 : strcmp(x->spec->partition, y->spec->partition);

	if (c == 0)
		c = x->state - y->state;
	if (c == 0)
		c = (x->priority < y->priority) - (x->priority > y->priority);
	return c ? c : (x->id < y->id) - (x->id > y->id);
}

static bool is_sorted(const struct rows *r)
{
	for (size_t i = 1; i < r->n; i++)
		if (by_order(&r->v[i - 1], &r->v[i]) > 0)
			return false;
	return true;
}

static void list_all(struct rows *rows, const struct wish *w, const struct gq *q, bool whole)
{
	const struct gq_jobs *const lists[] = { &q->pending, &q->running, &q->done };
	struct map *seen = map_new(NULL, false);

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (const struct gq_job *j = lists[i]->first; j; j = j->next)
			add_job(rows, w, q, j, seen, whole);
	map_free(seen);
	if (!is_sorted(rows))
		qsort(rows->v, rows->n, sizeof(*rows->v), by_order);
}

/* -1: an id that is none, or none any more */
static int list_ids(struct rows *rows, const struct wish *w, struct gq *q, bool whole)
{
	struct map *seen = map_new(NULL, false);
	struct strs ids = STRS_INIT(100000);
	int rc = strs_split(&ids, w->ids, strlen(w->ids), ',');

	for (size_t i = 0; rc == 0 && i < ids.n; i++) {
		struct gq_tasks tasks;
		struct gq_job **v;
		uint32_t id;
		size_t n;

		rc = gq_read_id(&id, &tasks, ids.v[i]);
		if (rc != 0)
			break;
		n = gq_named(q, &v, id, &(struct gq_tasks){ 0 });
		for (size_t k = 0; k < n; k++)
			if (tasks.n == 0 || v[k]->tasks || gq_tasks_has(&tasks, v[k]->task))
				add_job(rows, w, q, v[k], seen, whole);
		rc = n || ids.n > 1 ? 0 : -1;
		free(v);
		gq_tasks_clear(&tasks);
	}
	strs_clear(&ids);
	map_free(seen);
	return rc;
}

static const struct gq_option options[] = {
	{ "noheader", 'h', false }, { "all", 'a', false },	{ "format", 'o', true },
	{ "Format", 'O', true },    { "states", 't', true },	{ "array", 'r', false },
	{ "user", 'u', true },	    { "partition", 'p', true }, { "jobs", 'j', true },
	{ "sort", 'S', true },	    { "long", 'l', false },	{ "version", 'V', false },
};

static int take_option(struct wish *w, const struct gq_option *o, const char *value,
		       const char **bad)
{
	switch (o->letter) {
	case 'h':
		w->no_header = true;
		break;
	case 'o':
		return read_format(&w->format, value, bad);
	case 'O':
		return read_long_format(&w->format, value, bad);
	case 't':
		w->states = value;
		w->all_states = in_list(value, "all", NULL);
		break;
	case 'r':
		w->each_task = true;
		break;
	case 'u':
		w->user = value;
		break;
	case 'p':
		w->partition = value;
		break;
	case 'j':
		w->ids = value;
		break;
	default:
		break;
	}
	return 0;
}

static void write_rows(struct gq_call *c, const struct wish *w, struct rows *rows)
{
	if (!w->no_header)
		write_row(c->out, &w->format, NULL);
	for (size_t i = 0; i < rows->n; i++)
		write_row(c->out, &w->format, &rows->v[i]);
}

int gq_squeue(struct gq *q, struct gq_call *c)
{
	struct gq_words walk = { .argv = c->argv, .at = 1 };
	const struct gq_option *o;
	struct wish w = { .no_header = false };
	struct rows rows = { 0 };
	const char *value, *bad = NULL;
	int rc = 0;

	while (rc == 0 && gq_next_word(&walk, options, ARRAY_LEN(options), &o, &value, &bad)) {
		if (o && o->letter == 'V') {
			buf_adds(c->out, "slurm-wlm " GQ_VERSION "\n");
			return 0;
		}
		rc = bad ? -1 : o ? take_option(&w, o, value, &bad) : 0;
	}
	if (rc == 0 && w.format.n == 0)
		rc = read_format(&w.format, "%.18i %.9P %.8j %.8u %.2t %.10M %.6D %R", &bad);
	if (rc != 0) {
		buf_addf(c->errout, "squeue: error: Unrecognized option: %s\n", bad ? bad : "");
	} else if (w.ids) {
		rc = list_ids(&rows, &w, q, c->long_sets);
		if (rc != 0)
			buf_adds(c->errout,
				 "slurm_load_jobs error: Invalid job id specified\n");
	} else {
		list_all(&rows, &w, q, c->long_sets);
	}
	if (rc == 0)
		write_rows(c, &w, &rows);
	for (size_t i = 0; i < rows.n; i++)
		gq_tasks_clear(&rows.v[i].set);
	free(rows.v);
	free(w.format.v);
	return rc == 0 ? 0 : 1;
}
