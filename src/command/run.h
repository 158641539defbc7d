/*
 * What the commands share: calls of which one is under way at a time, and showing. A failed
 * call ends its command with the engine's sentence, unless the command asked to hear of it.
 */
#ifndef COMMAND_RUN_H
#define COMMAND_RUN_H

#include <stdint.h>

#include "base/clock.h"
#include "command/command.h"

typedef void answer_fn(struct command_run *r, const struct json *answer);
typedef void reply_fn(struct command_run *r, const struct json *answer, const struct err *err);

/* Paths and bodies are taken. Only then_any hears of failures: answer is NULL there. */
void run_get(struct command_run *r, char *path, answer_fn *then);
void run_post(struct command_run *r, char *path, struct json *body, answer_fn *then);
/* The call that was just made is meant for what was read, as the "etag" in it says (R9.1). */
void run_if_match(struct command_run *r, const struct json *read);
void run_post_any(struct command_run *r, char *path, struct json *body, reply_fn *then_any);
void run_get_any(struct command_run *r, char *path, reply_fn *then_any);
void run_later(struct command_run *r, int64_t ms, void (*wake)(struct command_run *r));
void run_keep(struct command_run *r, void *state, void (*drop)(void *state));
/* --yes, or "y" to the question: 1; 0: not so; -1: nobody is here to be asked. */
int run_agrees(struct command_run *r, const char *question);

void run_done(struct command_run *r);			     /* exit 0 */
void run_fail(struct command_run *r, const struct err *err); /* exit 1; 2 for ERR_INVALID */
void run_failf(struct command_run *r, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* What has a plan ends as its reading, as nobody agreed: the plan is its result, whose hash is
 * the agreement to it. */
void run_unagreed(struct command_run *r, const struct json *plan, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void run_misused(struct command_run *r, const char *fmt, ...) /* exit 2 */
    __attribute__((format(printf, 2, 3)));

/*
 * What a command's check reads, and its run again (err NULL there). -1: it is none.
 */

/* *value stays as it is when the option is not given. */
int option_int(const struct command_run *r, const char *name, int64_t min, int64_t max,
	       int64_t *value, struct err *err);
/* "2026-11-24", the day's beginning, or "2026-11-24T11:00:00Z"; 0 when it is not given. */
int option_time(const struct command_run *r, const char *name, int64_t *utc_ms,
		struct err *err);
int args_are_params(const struct command_run *r, size_t first,
		    struct err *err); /* NAME=VALUE */

/*
 * For people
 */

#define show_columns(r, ...) show_cells((r), true, (const char *const[]){ __VA_ARGS__, NULL })
#define show_row(r, ...)     show_cells((r), false, (const char *const[]){ __VA_ARGS__, NULL })
void show_cells(struct command_run *r, bool titles, const char *const *cells);
void show_text(struct command_run *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void show_progress(struct command_run *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void show_fact(struct command_run *r, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4))); /* "name       value"; nothing for an empty value */
void show_result(struct command_run *r, const struct json *j);

const char *verb_of(const struct command_run *r); /* "drain" of "node drain" */

#define SHOW_MAX 32
const char *show_int(char out[SHOW_MAX], int64_t n); /* "-" below zero: unknown, or no limit */
const char *show_time(char out[CLOCK_TEXT], int64_t utc_ms);  /* local; "-" for 0 */
const char *show_since(char out[CLOCK_TEXT], int64_t utc_ms); /* "3h10m" until now */
const char *show_or(const char *text, const char *fallback);  /* for an empty one */
const char *show_tail(const char *id); /* the last two parts of a resource id: what and which */

/*
 * Steps that several commands have
 */

/* All rows of "nodes", "jobs" or "arrays" of a cluster, page by page; then():
 * {"total","shown","rows":[...]}. */
struct list_wish {
	const char *cluster, *noun, *filter, *sort;
	int64_t limit; /* -1: all */
	bool ended;    /* of jobs: those that left the queue lately, too */
	answer_fn *then;
};
void list_rows(struct command_run *r, const struct list_wish *w);
void list_options(const struct command_run *r,
		  struct list_wish *w); /* --filter --sort --limit */
/* true: there are no rows, and so it was said. things: "nodes" */
bool list_none_show(struct command_run *r, const struct json *answer, const char *noun,
		    const char *where);
void list_cut_show(struct command_run *r,
		   const struct json *answer); /* that --limit left rows out */

/* Until the operation ended well; its failure ends the command. */
void operation_watch(struct command_run *r, int64_t id, answer_fn *then);
/* The answer of what begins one: watched with --wait, told else. sentence: what has begun. */
void operation_begun(struct command_run *r, const struct json *answer, const char *sentence,
		     answer_fn *then);

/* Of "NAME TEMPLATE [PARAM=VALUE...]". New. */
struct json *cluster_body(const struct command_run *r);

void teardown_plan_show(struct command_run *r, const struct json *plan);
void teardown_report_show(struct command_run *r, const struct json *operation);

/* The commands of the table */
typedef void command_fn(struct command_run *r);
command_fn run_template_list, run_template_show;
command_fn run_cluster_check, run_cluster_create, run_cluster_start, run_cluster_stop,
    run_cluster_status, run_cluster_history, run_cluster_list, run_cluster_delete,
    run_cluster_pause, run_cluster_resume,
    run_cluster_protect; /* protect or unprotect, as its second word says */
command_fn run_template_diff, run_cluster_update;
command_fn run_node_list, run_node_show, run_array_act,
    run_node_act; /* act: its verb is the command's second word */
command_fn run_job_list, run_job_show, run_job_submit, run_job_act, run_job_log,
    run_job_resubmit, run_job_files, run_node_log;
command_fn run_ssh, run_cp;
command_fn run_events, run_operation_list, run_operation_show, run_operation_cancel, run_plan,
    run_why, run_cost, run_audit, run_backup, run_status, run_engine_resume, run_cloud_retry,
    run_engine_take_over, run_found, run_adopt, run_condemn;
command_fn run_operation_retry, run_operation_skip, run_disk_list, run_audit_export,
    run_audit_prune, run_audit_verify, run_engine_limits;

/* What reads their words first */
typedef int check_fn(const struct command_run *r, struct err *err);
check_fn check_cluster, check_update, check_nodes, check_list, check_submit, check_job_log,
    check_ssh, check_cp, check_cost, check_events, check_operation, check_audit,
    check_audit_prune;

#endif
