/* What the files of the Slurm adapter share. Texts are bytes with a length: they point into
 * what the command printed. */
#ifndef SCHEDULER_SLURM_H
#define SCHEDULER_SLURM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scheduler/scheduler.h"

struct slice {
	const char *s;
	size_t len;
};

#define SLURM_OFFER                                                                            \
	SCHED_TAG                                                                              \
	" on offer" /* reason of the entry that stands for a size, not for a machine */
#define SLURM_US "\x1f"
#define SLURM_NAME_LEN                                                                         \
	64 /* a job's name always takes so many bytes of its line: see slurm_jobs.c */
#define SLURM_ACCOUNT_LEN 32 /* likewise */
#define SLURM_JOB_FIELDS                                                                       \
	"%A" SLURM_US "%F" SLURM_US "%K" SLURM_US "%T" SLURM_US "%r" SLURM_US "%u" SLURM_US    \
	"%P" SLURM_US "%D" SLURM_US "%C" SLURM_US "%m" SLURM_US "%b" SLURM_US "%f" SLURM_US    \
	"%h" SLURM_US "%E" SLURM_US "%N" SLURM_US "%S" SLURM_US "%V" SLURM_US "%l" SLURM_US    \
	"%Q" SLURM_US "%.32a%.64j"

/* Widths as in slurm_ended.c. */
#define SLURM_ENDED_FIELDS                                                                     \
	"JobArrayID:64,JobID:16,State:20,Reason:64,exit_code:16,StartTime:20,EndTime:20,"      \
	"UserName:64,NodeList:128,STDOUT:512,STDERR:512,Command:512,WorkDir:512,Name:128,"     \
	"Account:64,Partition:64,NumCPUs:16,NumNodes:16,SubmitTime:20,TimeLimit:20"

/* Widths as in slurm_begin.c. */
#define SLURM_BEGIN_FIELDS "JobID:16,ArrayJobID:16,ArrayTaskID:24,EligibleTime:20"
#define SLURM_BEGIN	   "BeginTime" /* the reason of a job that may not begin yet */

bool slice_is(struct slice f, const char *word);
bool slice_starts(struct slice f, const char *word);
bool slice_none(struct slice f); /* "", "(null)", "N/A", "None", "Unknown" */
int slice_num(int64_t *out, struct slice f, int64_t min, int64_t max);

int slurm_time_read(int64_t *utc_s,
		    struct slice f); /* 0 when there is none; TZ=UTC is our doing */
int slurm_limit_read(int64_t *secs, struct slice f); /* -1 when there is no limit */
/* The same of a job in the queue: a year is none, as one without a limit reads once it was put
 * back. */
int slurm_job_limit_read(int64_t *secs, struct slice f);
int slurm_count_read(int64_t *out, struct slice f);  /* "12", "2-4" (the lower), "3K" */
int slurm_mem_read(int64_t *bytes, struct slice f);  /* "100M", "1.50G" */
int64_t
slurm_gpus(struct slice f); /* gpus in "gres:gpu:a100:2", "gres/gpu:2", "cpu=2,gres/gpu=1" */
int slurm_tasks_read(int64_t *tasks, int64_t *throttle,
		     struct slice f);	     /* tasks -1: cut off, nobody knows */
struct slice slurm_task_set(struct slice f); /* without the throttle */
bool slurm_from(const char *version, int year,
		int month); /* "26.05.5" is from 26.05; false when unknown */

/* The command ended well and left whole lines; -1 says why not. NUL bytes and a missing last
 * newline are refused. */
int slurm_check(const struct sched_run *r, const char *what, struct err *err);
enum err_code slurm_error_code(const char *text);
void slurm_quote(char out[128], struct slice f); /* clean and short, for a message */

size_t slurm_jobs_whole(const char *out, size_t len);
int slurm_read_jobs(struct queue *q, const struct sched_run *r, const char *version,
		    struct err *err);
enum job_state slurm_state_of(struct slice f);
enum reason_class slurm_reason_of(struct slice f, bool *demand);
bool slurm_rule_text(char out[SCHED_RULE_TEXT], const char *reason);
int slurm_read_files(struct job_files *out, const struct sched_run *r, struct err *err);
int slurm_read_ended(struct job_end **out, size_t *n, const struct sched_run *r,
		     struct err *err);
int slurm_read_nodes(struct queue *q, const struct sched_run *r, const char *version,
		     struct err *err);
int slurm_read_exact(struct queue *q, const struct sched_run *r, const char *version,
		     struct err *err);
#define SLURM_KEY 48 /* "12", "12_3", "12_[": what is left of an array has one record */
void slurm_record_key(char out[SLURM_KEY], struct slice id, struct slice array,
		      struct slice task);
void slurm_in_doubt(struct strs *ids, struct queue *q, const struct queue *before);
int slurm_read_begins(struct queue *q, const struct sched_run *r, struct err *err);
int slurm_job_fits(const struct job *j, const char *array, const char *const *features);
int slurm_argv(struct strs *argv, enum sched_verb verb, const struct sched_args *a,
	       struct err *err);
int slurm_job_options(struct strs *out, struct job *as, const struct job_changes *c,
		      int64_t processes, struct err *err);
int slurm_read_spec(struct job_spec *out, const struct sched_run *r, struct err *err);
void slurm_script_spec(struct job_spec *out, char other[SCHED_OPTION_TEXT], const char *script);
int slurm_read_limits(struct sched_limits *out, const struct sched_run *r, struct err *err);
bool slurm_names_itself(const char *script);
int slurm_read_act(enum sched_verb verb, const struct sched_run *r, struct err *err);

#endif
