/*
 * The demo's main job, driven through the API as an operator would: create, start, submit, wait, tear down. Level-triggered:
 * each look at the cluster decides the next act, so it does not matter when the engine is killed, or the answer to an act lost.
 */
#ifndef MAIN_DEMO_DRIVE_H
#define MAIN_DEMO_DRIVE_H

#include "base/json.h"
#include "client/client.h"
#include "demo_world.h"

enum demo_phase { DEMO_START, DEMO_SCALE_OUT, DEMO_RUN, DEMO_SCALE_IN, DEMO_TEARDOWN, DEMO_PHASES };

extern const char *const demo_phase_names[DEMO_PHASES];

#define DEMO_CLUSTER "demo"

struct demo_order {
	int64_t tasks;
	const char *idle;     /* the template's parameter: "20s" */
	bool only_submit;     /* ends when the job is submitted: the console does the rest */
	int64_t kills;	      /* of the engine, spread over the phases */
	uint64_t seed;	      /* of the moments */
	int64_t started_ms;   /* monotonic: when the command began */
};

struct demo_result {
	char job[64], cluster[16]; /* cluster: its short id; "" not known */
	int64_t completed;	   /* tasks with a result file; -1: nobody looked */
	int64_t right;		   /* with a result that holds when thrown again */
	int64_t machines;	   /* that the files name, by host name and network namespace */
	double pi;
	int64_t peak, after_idle;  /* nodes */
	int64_t kills[DEMO_PHASES];
	double first_task_s;	   /* -1: none finished */
	double phase_s[DEMO_PHASES]; /* -1: it did not end */
	struct json *teardown;	   /* the operation's report; NULL: none */
};

/* Runs the loop until all is done. -1: err says what did not come true; out holds how far it came. */
int demo_drive(const struct demo_world *w, const struct demo_order *o, struct demo_result *out, struct err *err);
void demo_result_clear(struct demo_result *r);

#endif
