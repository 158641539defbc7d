/*
 * A small made-up site for the Deck's screen tests: rows that mirror.h lends, answers that
 * client.h gives, both without an engine, a socket or a moving clock. A fifo changes it from
 * outside ("node htc-6 busy"), a log says what was asked.
 */
#ifndef TESTS_DECK_FIXTURE_H
#define TESTS_DECK_FIXTURE_H

#include "base/json.h"
#include "base/loop.h"
#include "client/mirror.h"

#define FIXTURE_NODES  2000
#define FIXTURE_EVENTS 32
#define FIXTURE_JOBS   40

struct fixture {
	bool held; /* orders wait */
	char halt[20]; /* the step at which an operation stands; "" none */
	struct engine_row engine;
	struct template_row templates[8];
	size_t n_templates;
	struct cluster_row clusters[8];
	size_t n_clusters;
	struct array_row arrays[8];
	size_t n_arrays;
	struct node nodes[FIXTURE_NODES];
	size_t n_nodes;
	struct job jobs[FIXTURE_JOBS];
	size_t n_jobs;
	struct event events[FIXTURE_EVENTS]; /* the newest first */
	size_t n_events;
	struct operation ops[4]; /* the newest first */
	size_t n_ops;
	enum mirror_link link;
	int64_t quiet_ms; /* the engine hangs so long */
	uint64_t revision;
	const char *log_path;
	bool disk; /* the demo's /shared has a disk of its own */
	bool refuse; /* the next teardown: its plan is old */
	void (*changed)(void *arg);
	void *changed_arg;
};

extern struct fixture *const fixture; /* one process, one site */

void fixture_make(
    int64_t many); /* many: nodes of a large cluster beside the small one; 0 none */
void fixture_empty(void);
void fixture_changed(void);
void fixture_count(void); /* arrays and views from the nodes */
void fixture_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void fixture_event(enum event_level level, const char *cluster, const char *object,
		   const char *text);
struct cluster_row *fixture_cluster(const char *name);
struct node *fixture_node(const char *name);
void fixture_add_job(const char *id, const char *name);

/* One line from the fifo. */
void fixture_stand_still(void); /* called again and again it stays 12:04 there, however slow this machine is */
void fixture_order(char *line);
void fixture_hold(bool on); /* as mirror_hold() */
/* Answers a request; NULL and err else. */
struct json *fixture_answer(const char *method, const char *path, const struct json *body,
			    struct err *err);
size_t fixture_histories(struct history_row *out, const char *cluster); /* history.c */
/* log.c */
struct json *fixture_log_of(const char *verb, struct err *err);
void fixture_log_grows(int64_t n); /* 0: the job is over */
/* again.c: a job once more: what it was, a check, the submission */
struct json *fixture_again(const char *verb, bool post, const struct json *body,
			   struct err *err);
struct json *fixture_job_check(const struct json *body);
struct json *fixture_cost(const char *query); /* cost.c */
/* teardown.c; keep: of the query, NULL as the template says */
struct json *fixture_teardown(const struct cluster_row *r, const char *keep);
/* Where /shared has a disk, one item cannot be deleted until somebody leaves it. */
bool fixture_stuck(struct operation *o);
void fixture_skip(const char *item);
char *fixture_report(void);
/* limits.c */
struct json *fixture_limits(void);
struct json *fixture_limits_check(const struct json *body);
/* wizard.c */
struct json *fixture_template(const char *name);
struct json *fixture_check(const struct json *body);
void fixture_offers(struct json *out); /* sizes */
struct json *fixture_check_text(const struct json *body);
/* work.c */
void fixture_ops(void); /* four operations: done, waiting, done, failed */
struct json *fixture_operation(int64_t id);
struct json *fixture_retry(int64_t id);
struct json *fixture_diff(const char *path);
struct json *fixture_update(const struct json *body);
/* One step of what is under way; false: nothing is. */
bool fixture_step(void);

#endif
