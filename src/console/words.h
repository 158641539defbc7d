/*
 * The model in the words and tones of the screen: short, the same in every pane, and pure, so
 * that a test reads them without a terminal.
 */
#ifndef CONSOLE_WORDS_H
#define CONSOLE_WORDS_H

#include <stddef.h>

#include "base/clock.h"
#include "console/theme.h"
#include "model/queue.h"
#include "model/size.h"
#include "model/view.h"
#include "model/work.h"

#define WORDS_MAX   160
#define WORDS_EVENT 560

struct count_word { /* "2 boot" */
	char text[32];
	enum tone tone;
};

#define COUNT_WORDS 8

const char *words_kind(bool spot); /* "spot" "ded" */

const char *words_node_state(enum node_state s); /* at most 5 letters */
enum tone words_node_tone(enum node_state s);
enum tone words_glyph_tone(char glyph);
/* "by ann since 12:01:02: it does not go by itself; $0.08/h, $0.31 so far" */
/* "htc-3 (host htc000003)": its machine may call itself something else than all screens do. */
#define WORDS_NAME 140
const char *words_node_name(char out[WORDS_NAME], const char *node, const char *host);
const char *words_kept(char out[WORDS_MAX], const struct node *n, int64_t now_ms);
const char *words_node_next(const struct node *n); /* what the engine does with it now */

/* What an array's nodes do, what hurts first. Returns how many were written. */
size_t words_counts(struct count_word out[COUNT_WORDS], const int64_t count[NODE_STATES],
		    int64_t max);

/* Why a job is where it is; booting: nodes of its cluster that are on their way. */
const char *words_job_why(char out[WORDS_MAX], const struct job *j, int64_t booting);
const char *words_job_state(enum job_state s); /* four letters */
enum tone words_job_tone(enum job_state s);
enum tone words_cluster_tone(enum cluster_state s);

/* "htc-3 boot failed": the object in front unless the sentence names it already. */
const char *words_event(char out[WORDS_EVENT], const struct event *e);
/* "running", "waits" for a next try, "done"... */
const char *words_op_state(const struct operation *o);
/* For brackets: how long until what it waits for, and how late that is; else for how long it
 * runs. */
const char *words_op_time(char out[40], const struct operation *o, int64_t now_ms);
bool words_op_due(const struct operation *o); /* it waits for a moment, and nothing failed */
enum tone words_op_tone(const struct operation *o);
/* "op start 3/7" of all that is under way, with wide names; "" nothing is. */
enum tone words_under_way(const struct operation *v, size_t n, bool wide, char out[64]);
enum tone words_event_tone(enum event_level l);

/* "4R/33P", "4R/33P/2H" with those that are held, and 12.3k from 10,000 on */
const char *words_jobs(char out[40], int64_t running, int64_t pending, int64_t held);
/* "4 run  33 pend  2 held" */
const char *words_queue(char out[80], const struct cluster_view *v);
/* Of a cluster; "?" before its queue was read. */
const char *words_jobs_of(char out[40], const struct cluster_row *r);
const char *words_number(char out[24], int64_t n);
/* "<1m", "7m", "1h12m": what still grows shows no seconds, so that nothing moves at rest */
const char *words_age(char out[CLOCK_TEXT], int64_t ms);

#define PROTECTED_TEXT "not torn down before an admin unprotects it"

#endif
