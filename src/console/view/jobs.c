/* Jobs: the queue as the scheduler has it, and why each job is where it is. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "console/deck.h"
#include "console/words.h"

#define TAIL_LINES 8

enum {
	ID,
	NAME,
	USER,
	PART,
	STATE,
	CPUS,
	NODES,
	WHY,
	TASKS,
	TIME,
	LIMIT,
	PRIO,
	WORD,
	START,
	ACCOUNT
};

static const struct column small[] = {
	{ "JOBID", 9, 12, 9, false },
	{ "ST", 2, 2, 8, false },
	{ "NAME", 6, 12, 4, false },
	{ "WHY", 12, 0, 7, false },
};
static const unsigned char small_what[] = { ID, STATE, NAME, WHY };
static const struct column normal[] = {
	{ "JOBID", 9, 14, 9, false }, { "NAME", 11, 18, 5, false }, { "USER", 5, 10, 4, false },
	{ "ST", 2, 2, 8, false },     { "N", 2, 4, 3, true },	    { "WHY", 19, 0, 7, false },
};
static const unsigned char normal_what[] = { ID, NAME, USER, STATE, NODES, WHY };
static const struct column wide[] = {
	{ "JOBID", 10, 16, 9, false }, { "NAME", 10, 18, 5, false },
	{ "USER", 6, 14, 4, false },   { "PART", 4, 8, 3, false },
	{ "ST", 2, 2, 8, false },      { "CPUS", 4, 5, 2, true },
	{ "NODES", 5, 5, 3, true },    { "WHY", 24, 0, 7, false },
};
static const unsigned char wide_what[] = { ID, NAME, USER, PART, STATE, CPUS, NODES, WHY };

static const struct pane_columns sets[] = {
	PANE_COLUMNS(0, small),
	PANE_COLUMNS(56, normal),
	PANE_COLUMNS(85, wide),
};

static const struct job *at(const struct pane *p, size_t i)
{
	return &p->rows.u.jobs[i];
}

static int64_t id(const struct pane *p, size_t i)
{
	return pane_hash(at(p, i)->id);
}

static const char *name(const struct pane *p, size_t i)
{
	return at(p, i)->id;
}

/* A row that stands for a whole array. */
static bool is_folded(const struct pane *p, const struct job *j)
{
	return p->fold && j->array_id[0] && strcmp(j->id, j->array_id) == 0;
}

/* What became of an array. */
static void fold_ended(struct table_cell *out, const struct job *j)
{
	char parts[JOB_PARTS];

	snprintf(out->text, sizeof(out->text), "%s", job_parts(parts, j));
	if (j->failed > 0)
		out->tone = TONE_FAIL;
}

/* How long it runs, or ran. */
static void run_time(const struct pane *p, const struct job *j, struct table_cell *out)
{
	bool waits = j->state == JOB_PENDING || j->state == JOB_HELD;
	bool ended = j->end_s && j->state != JOB_RUNNING;
	int64_t ran = (ended ? j->end_s * 1000 : p->now_ms) - j->start_s * 1000;
	char span[CLOCK_TEXT];

	if (waits || j->start_s <= 0 || ran < 0)
		snprintf(out->text, sizeof(out->text), "-");
	else
		snprintf(out->text, sizeof(out->text), "%s",
			 ended ? clock_span(span, ran) : words_age(span, ran));
}

static void cell(const struct pane *p, size_t i, int what, struct table_cell *out)
{
	const struct job *j = at(p, i);
	char why[WORDS_MAX], span[CLOCK_TEXT], parts[JOB_PARTS];

	switch (what) {
	case ID:
		if (is_folded(p, j))
			snprintf(out->text, sizeof(out->text), "+%.60s [%lld]", j->id,
				 (long long)j->tasks);
		else
			snprintf(out->text, sizeof(out->text), "%.100s", j->id);
		break;
	case NAME:
		snprintf(out->text, sizeof(out->text), "%.150s", j->name);
		break;
	case USER:
		snprintf(out->text, sizeof(out->text), "%.100s", j->user);
		break;
	case ACCOUNT:
		snprintf(out->text, sizeof(out->text), "%.100s",
			 j->account[0] ? j->account : "-");
		break;
	case PART:
		snprintf(out->text, sizeof(out->text), "%.100s", j->partition);
		break;
	case STATE:
		snprintf(out->text, sizeof(out->text), "%s", job_state_short(j->state));
		out->tone = words_job_tone(j->state);
		break;
	case CPUS:
		snprintf(out->text, sizeof(out->text), "%lld", (long long)j->cpus);
		break;
	case NODES:
		snprintf(out->text, sizeof(out->text), "%lld", (long long)j->nodes_min);
		break;
	case WORD:
		snprintf(out->text, sizeof(out->text), "%.4s", words_job_state(j->state));
		out->tone = words_job_tone(j->state);
		break;
	case TASKS:
		if (j->tasks != 1)
			snprintf(out->text, sizeof(out->text), j->tasks < 0 ? "?" : "%lld",
				 (long long)j->tasks);
		break;
	case TIME:
		run_time(p, j, out);
		break;
	case LIMIT:
		snprintf(out->text, sizeof(out->text), "%s",
			 j->limit_s < 0 ? "none" : clock_span(span, j->limit_s * 1000));
		break;
	case START: /* of one that waits the scheduler's guess */
		if (j->start_s > 0)
			snprintf(out->text, sizeof(out->text), "%.5s",
				 clock_hms(span, j->start_s * 1000));
		else
			snprintf(out->text, sizeof(out->text), "-");
		break;
	case PRIO:
		snprintf(out->text, sizeof(out->text), "%lld", (long long)j->priority);
		break;
	default:
		if (is_folded(p, j) && job_tasks_left(j) == 0) {
			fold_ended(out, j);
			break;
		}
		if (is_folded(p, j) && j->running > 0) {
			snprintf(out->text, sizeof(out->text), "%s", job_parts(parts, j));
			break;
		}
		snprintf(out->text, sizeof(out->text), "%s", words_job_why(why, j, p->booting));
		if (j->state == JOB_PENDING && j->reason_class == REASON_NEVER)
			out->tone = TONE_FAIL;
		else if (j->state == JOB_FAILED)
			out->tone = TONE_FAIL;
		else if (j->state == JOB_PENDING && j->waits[0])
			out->tone = TONE_WARN;
	}
}

/* The engine puts those that left the queue behind it, the newest end first. */
static bool has_left(const struct pane *p, size_t i)
{
	return at(p, i)->end_s > 0 && at(p, i)->state >= JOB_DONE;
}

/* What the pane of the Deck and the full view have in common. */
#define A_JOBS_TABLE                                                                           \
	.title = "Jobs", .window = "jobs", .noun = NOUN_JOB, .of_cluster = true,               \
	.titled = true, .marks = true, .follows = true,                                        \
	.sorts = { "",	   "state", "user", "account", "name", "part",                         \
		   "prio", "nodes", "cpus", "time",    "age" },                                \
	.id = id, .name = name, .cell = cell, .is_behind = has_left,                           \
	.behind = "ended in the last 24 hours, the newest end first"

const struct pane_kind pane_jobs = {
	A_JOBS_TABLE,
	PANE_SETS(sets),
};

/* The full view: the queue, and under it why the selected job is where it is. */

static const struct column full[] = {
	{ "JOBID", 10, 16, 9, false },	    { "NAME", 10, 18, 5, false },
	{ "USER", 7, 16, 5, false },	    { "ST", 4, 4, 8, false },
	{ "PART", 4, 8, 3, false },	    { "N", 2, 4, 4, true },
	{ "TIME", 5, 8, 5, true },	    { "LIMIT", 5, 9, 2, true },
	{ "WHY / NODES", 20, 0, 7, false },
};
static const unsigned char full_what[] = {
	ID, NAME, USER, WORD, PART, NODES, TIME, LIMIT, WHY
};
static const struct column widest[] = {
	{ "JOBID", 10, 18, 9, false }, { "NAME", 10, 24, 5, false },
	{ "USER", 6, 20, 5, false },   { "ACCOUNT", 7, 16, 2, false },
	{ "ST", 4, 4, 8, false },      { "PARTITION", 9, 12, 3, false },
	{ "TASKS", 5, 7, 3, true },    { "NODES", 5, 6, 4, true },
	{ "CPUS", 4, 6, 2, true },     { "TIME", 7, 9, 5, true },
	{ "LIMIT", 6, 9, 4, true },    { "PRIO", 6, 11, 1, true },
	{ "START", 5, 5, 1, true },    { "WHY / NODES", 22, 0, 7, false },
};
static const unsigned char widest_what[] = { ID,    NAME, USER, ACCOUNT, WORD, PART,  TASKS,
					     NODES, CPUS, TIME, LIMIT,	 PRIO, START, WHY };
static const struct pane_columns full_sets[] = {
	PANE_COLUMNS(0, small),
	PANE_COLUMNS(60, full),
	PANE_COLUMNS(100, widest),
};

static const struct pane_kind kind = {
	A_JOBS_TABLE,
	PANE_SETS(full_sets),
};

/* The whole queue in two lines, before the one job. */
static void add_reasons(struct deck *d)
{
	const struct cluster_row *r = deck_cluster(d);

	if (!r || r->cluster.state != CLUSTER_RUNNING)
		return;
	if (r->view.reasons[0])
		textbox_add(&d->under, TONE_TEXT, "%s", r->view.reasons);
	textbox_add(&d->under, TONE_DIM,
		    "nodes: %lld asked, %lld boot, %lld idle, %lld busy, %lld of %lld; %s",
		    (long long)r->view.nodes_asked,
		    (long long)(r->view.booting - r->view.nodes_asked), (long long)r->view.idle,
		    (long long)r->view.busy, (long long)r->view.nodes,
		    (long long)r->view.nodes_max,
		    r->cluster.paused ? "autoscaling is paused" : "autoscaling is on");
}

/* The last lines that a running job wrote. */
static void add_tail(struct deck *d, const char *job)
{
	struct log_text t;
	int64_t number;

	if (!d->tail_text || strcmp(d->tail_of, job) != 0)
		return;
	log_text_init(&t);
	log_text_add(&t, d->tail_text, 0, 1, 0);
	textbox_add(&d->under, TONE_TITLE, "stdout  (its last lines; %s follows)",
		    KEY_FOR(d, "log"));
	for (size_t i = t.n > TAIL_LINES ? t.n - TAIL_LINES : 0; i < t.n; i++)
		textbox_add(&d->under, TONE_TEXT, "  %s", log_text_line(&t, i, &number));
	log_text_clear(&t);
}

static const struct job *selected(const struct deck *d)
{
	const struct pane *p = &d->panes[PANE_JOBS];
	int64_t i = pane_at(p);

	return i < 0 ? NULL : at(p, (size_t)i);
}

/* What stands in its way, and the keys that are about it. */
static void add_why(struct deck *d, const struct job *j)
{
	bool told = d->why_text && strcmp(d->why_of, j->id) == 0;
	bool held = j->state == JOB_HELD, brief = d->layout.size < DECK_WIDE;

	if (!told)
		textbox_add(&d->under, TONE_DIM, "asking the engine");
	else if (brief)
		textbox_add(&d->under, TONE_TEXT, "%.*s   %s explains%s%s%s",
			    (int)strcspn(d->why_text, "\n"), d->why_text, KEY_FOR(d, "explain"),
			    held ? ", " : "", held ? KEY_FOR(d, "release") : "",
			    held ? " releases it" : "");
	else
		textbox_add_text(&d->under, TONE_TEXT, d->why_text);
	if (told && held && !brief)
		textbox_add(&d->under, TONE_KEY, "%s releases it", KEY_FOR(d, "release"));
}

static int row_count(struct deck *d, int columns)
{
	const struct job *j = selected(d);

	textbox_open(&d->under, "");
	add_reasons(d);
	if (j) {
		add_why(d, j);
		add_tail(d, j->id);
	}
	return textbox_rows(&d->under, columns - 2);
}

static const char *under_title(const struct deck *d)
{
	(void)d;
	return "Queue by reason";
}

/* Of marked jobs the scheduler decides one by one. */
static const char *not_in(const struct deck *d, enum job_state want, const char *why)
{
	const struct job *j = selected(d);

	if (!j)
		return "no job is under the cursor";
	return d->panes[PANE_JOBS].table.n_marks > 0 || j->state == want ? NULL : why;
}

static const char *not_waiting(const struct deck *d, char out[80])
{
	(void)out;
	return not_in(d, JOB_PENDING, "only a job that waits can be held");
}

static const char *not_held(const struct deck *d, char out[80])
{
	(void)out;
	return not_in(d, JOB_HELD, "it is not held");
}

static const char *not_running(const struct deck *d, char out[80])
{
	(void)out;
	return not_in(d, JOB_RUNNING, "only a job that runs goes back into the queue");
}

static void ended(struct deck *d)
{
	struct pane *p = &d->panes[PANE_JOBS];

	p->ended = !p->ended;
	p->offset = 0;
	deck_say(d, TONE_TEXT,
		 p->ended ? "with jobs that ended in the last 24 hours, below the queue"
			  : "the queue alone");
}

static void fold(struct deck *d)
{
	struct pane *p = &d->panes[PANE_JOBS];

	p->fold = !p->fold;
	p->scope[0] = '\0';
	p->offset = 0;
	table_unmark_all(&p->table); /* a row is another thing now */
	table_go(&p->table, 0);
}

/* An array opens into its tasks, a task into what is known of it. */
static void open_job(struct deck *d)
{
	struct pane *p = &d->panes[PANE_JOBS];
	const struct job *j = selected(d);

	if (!j || !is_folded(p, j)) {
		deck_open_detail(d);
		return;
	}
	snprintf(p->scope, sizeof(p->scope), "array:%.50s", j->array_id);
	p->fold = false;
	p->offset = 0;
	table_unmark_all(&p->table);
	table_go(&p->table, 0);
}

void jobs_fold_again(struct deck *d)
{
	struct pane *p = &d->panes[PANE_JOBS];

	p->table.cursor_id = pane_hash(p->scope + strlen("array:"));
	p->scope[0] = '\0';
	p->fold = true;
	p->offset = 0;
	table_unmark_all(&p->table);
}

static void hold(struct deck *d)
{
	act_chosen(d, ACT_HOLD);
}

static void release(struct deck *d)
{
	act_chosen(d, ACT_RELEASE);
}

static void requeue(struct deck *d)
{
	act_chosen(d, ACT_REQUEUE);
}

static void cancel(struct deck *d)
{
	act_chosen(d, ACT_CANCEL);
}

static const struct binding keys[] = {
	{ .key = K_ENTER,
	  .keys = "Enter",
	  .group = GROUP_VIEW,
	  .help = "an array's tasks, the whole job",
	  .run = open_job },
	{ .key = 'm',
	  .fkey = K_F5,
	  .keys = "F5 m",
	  .group = GROUP_VIEW,
	  .label = "Fold",
	  .help = "arrays as one row, or all tasks",
	  .run = fold },
	{ .key = 'a',
	  .keys = "a",
	  .group = GROUP_VIEW,
	  .label = "Ended",
	  .help = "those that ended, too",
	  .run = ended },
	{ .key = 'L',
	  .keys = "L",
	  .group = GROUP_VIEW,
	  .label = "Log",
	  .help = "follow what it writes",
	  .command = "job log",
	  .cli = "%c %j",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_job,
	  .run = act_log_job },
	{ .key = '.',
	  .keys = ".",
	  .group = GROUP_VIEW,
	  .label = "Files",
	  .help = "files it wrote, to fetch them",
	  .command = "job files",
	  .cli = "%c %j",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_job,
	  .run = act_files },
	{ .key = 'H',
	  .fkey = K_F7,
	  .keys = "F7 H",
	  .group = GROUP_ACT,
	  .label = "Hold",
	  .help = "keep it from starting",
	  .command = "job hold",
	  .cli = "%c %j",
	  .needs = ROLE_OPERATOR,
	  .off = not_waiting,
	  .marked = true,
	  .run = hold },
	{ .key = 'r',
	  .fkey = K_F8,
	  .keys = "F8 r",
	  .group = GROUP_ACT,
	  .label = "Release",
	  .help = "let it start",
	  .command = "job release",
	  .cli = "%c %j",
	  .needs = ROLE_OPERATOR,
	  .off = not_held,
	  .marked = true,
	  .run = release },
	{ .key = 'R',
	  .keys = "R",
	  .group = GROUP_ACT,
	  .label = "Resubmit",
	  .help = "submit it again, changed...",
	  .command = "job resubmit",
	  .cli = "%c %j",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_job,
	  .types = true,
	  .run = act_again },
	{ .key = 'Q',
	  .keys = "Q",
	  .group = GROUP_ACT,
	  .label = "Requeue",
	  .help = "stop it, back into the queue...",
	  .command = "job requeue",
	  .cli = "%c %j",
	  .needs = ROLE_OPERATOR,
	  .off = not_running,
	  .marked = true,
	  .run = requeue },
	{ .key = 'c',
	  .fkey = K_F9,
	  .keys = "F9 c",
	  .group = GROUP_ACT,
	  .label = "Cancel..",
	  .help = "cancel job or marked...",
	  .command = "job cancel",
	  .cli = "%c %j",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_job,
	  .marked = true,
	  .run = cancel },
	{ .keys = NULL },
};

const struct view view_jobs = {
	.title = "Jobs",
	.place = "jobs",
	.pane = PANE_JOBS,
	.kind = &kind,
	.keys = keys,
	.hint =
	    "Enter open  {log} log  {files} files  {ended} ended  {resubmit} resubmit  {fold} fold  {hold} hold  {cancel} cancel...",
	.row_count = row_count,
	.draw_row = view_detail_row,
	.under_title = under_title,
};
