#include "demo.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "background.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rand.h"
#include "demo_left.h"
#include "demo_report.h"
#include "interrupt.h"
#include "told.h"

#define IDLE_BATCH   "15s"
#define IDLE_CONSOLE "60s"

static int failed(const struct err *err)
{
	fprintf(stderr, "paceline demo: %s\n", err->msg);
	return 1;
}

/* Where nothing else was told on standard output. */
static int came_to_nothing(const struct demo_options *o, const struct err *err)
{
	if (o->json)
		told_error(err);
	return failed(err);
}

static void say_ghosts(const struct demo_world *w)
{
	if (w->ghosts)
		fprintf(
		    stderr,
		    "%s: machines are ghosts, with state and timing but nothing that runs on them.\n",
		    w->root ? "As asked" : "Without root's rights");
}

/*
 * Interrupted (SIGINT, SIGTERM): nothing that this process started is left without a word
 */

static int goes_on(const struct demo_options *o, int signo)
{
	fprintf(stderr,
		"paceline demo: interrupted; the demo goes on: %s demo%s%s --stop ends it\n",
		o->called, o->dir ? " --state " : "", o->dir ? o->dir : "");
	return 128 + signo;
}

/* had: what ran before this process came, and is not its own to end. */
static int undo(struct demo_world *w, const struct demo_running *had, int signo)
{
	bool all = !had->engine && !had->azsim && !had->state;
	struct err err = ERR_INIT;

	fprintf(stderr, "paceline demo: interrupted; what it started is ended again\n");
	if ((all ? demo_world_stop(w, &err) : demo_world_halt(w, had, &err)) < 0)
		failed(&err);
	return 128 + signo;
}

/*
 * Without a console
 */

/* judge: the run came to its end, so that its promises may be held against it. */
static int print_report(const struct demo_report *r, bool as_json, bool judge)
{
	struct json *j = demo_report_json(r);
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;
	int rc = judge ? demo_report_check(r, &err) : 0;

	if (as_json)
		json_write(&b, j);
	else
		json_write_pretty(&b, j);
	puts(buf_str(&b));
	buf_clear(&b);
	json_free(j);
	if (fflush(stdout) != 0)
		rc = err_sys(&err, "standard output");
	return rc < 0 ? failed(&err) : 0;
}

/* What remains to be done where the cloud has ended under the run. */
static void say_cloud_ended(const struct demo_world *w, const struct demo_options *o)
{
	if (o->keep)
		fprintf(
		    stderr,
		    "paceline demo: what it wrote last is in %s/azsim.log; %s demo%s%s starts it again, "
		    "with --stop all of it is ended\n",
		    w->dir, o->called, o->dir ? " --state " : "", o->dir ? o->dir : "");
	else
		fprintf(stderr, "paceline demo: what it had made is removed; run the demo "
				"again (dmesg says whether the kernel killed it for memory)\n");
}

/* On stderr: what is printed is the report. */
static void say_kept(const struct demo_world *w, const struct demo_options *o)
{
	const char *state = o->dir ? " --state " : "", *dir = o->dir ? o->dir : "";

	fprintf(stderr,
		"The demo goes on: %s demo%s%s opens its console, with --stop it ends and "
		"removes all.\n",
		o->called, state, dir);
	if (w->usual)
		fprintf(stderr,
			"Commands speak to it with -L " ENGINE_DEMO ": %s -L " ENGINE_DEMO
			" status\n",
			o->called);
	else
		fprintf(stderr, "Commands speak to it with its socket: %s --socket %s status\n",
			o->called, w->places.socket);
}

static int run_batch(struct demo_world *w, const struct demo_options *o,
		     const struct demo_order *order)
{
	struct demo_result result;
	struct demo_report report = { .world = w,
				      .order = order,
				      .result = &result,
				      .ledger = demo_ledger_unknown,
				      .processes_left = -1 };
	struct err err = ERR_INIT, after = ERR_INIT;
	const struct demo_running none = { 0 };
	int rc, code, signo;
	bool cloud;

	if (demo_world_start(w, o->seed, &err) < 0) {
		signo = interrupt_came();
		if (signo)
			return undo(w, &none, signo);
		demo_world_stop(w, &after);
		return came_to_nothing(o, &err);
	}
	rc = demo_drive(w, order, &result, &err);
	signo = interrupt_came();
	if (signo) {
		demo_result_clear(&result);
		return o->keep ? goes_on(o, signo) : undo(w, &none, signo);
	}
	cloud = demo_azsim_pid(w) != 0;
	if (cloud && demo_ledger_read(&report.ledger, w, result.cluster, &after) < 0)
		failed(&after);
	if (!o->keep && demo_world_stop(w, &after) < 0)
		failed(&after);
	if (!o->keep)
		report.processes_left =
		    (int64_t)demo_processes_left(w, report.left, sizeof(report.left));
	report.total_s = (double)(clock_mono_ms() - order->started_ms) / 1000;
	code = print_report(&report, o->json, rc == 0);
	if (o->keep && demo_engine_pid(w))
		say_kept(w, o);
	demo_result_clear(&result);
	if (rc == 0)
		return code;
	failed(&err);
	if (!cloud)
		say_cloud_ended(w, o);
	return 1;
}

static int batch(struct demo_world *w, const struct demo_options *o, struct demo_order *order)
{
	struct err err = ERR_INIT;
	int code;

	if (demo_engine_pid(w) || demo_azsim_pid(w)) {
		err_set(
		    &err, ERR_CONFLICT,
		    "one runs already in %s: end it with %s demo --stop%s%s, or give another folder with --state",
		    w->dir, o->called, o->dir ? " --state " : "", o->dir ? o->dir : "");
		return came_to_nothing(o, &err);
	}
	say_ghosts(w);
	if (order->kills)
		fprintf(stderr, "The engine is killed %lld times, seed %llu.\n",
			(long long)order->kills, (unsigned long long)order->seed);
	signal(SIGHUP, SIG_IGN); /* the terminal may go away: the run ends as it would have */
	interrupt_watch();
	code = run_batch(w, o, order);
	interrupt_leave();
	return code;
}

/*
 * With the console
 */

static int start_driver(const struct demo_world *w, const struct demo_options *o,
			struct err *err)
{
	struct strs argv = STRS_INIT(16);
	char self[4096], *log = xasprintf("%s/drive.log", w->dir);
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int rc;

	self[n > 0 ? n : 0] = '\0';
	strs_add(&argv, self);
	strs_add(&argv, "demo");
	strs_add(&argv, "--drive");
	strs_addf(&argv, "--tasks=%lld", (long long)o->tasks);
	if (o->dir)
		strs_addf(&argv, "--state=%s", o->dir);
	if (w->ghosts)
		strs_add(&argv, "--ghosts");
	rc = background_start(&argv, log, err);
	strs_clear(&argv);
	free(log);
	return rc;
}

static int drive_only(const struct demo_world *w, const struct demo_order *order)
{
	struct demo_result result;
	struct err err = ERR_INIT;
	int rc;

	if (!demo_engine_pid(w)) {
		err_set(
		    &err, ERR_IO,
		    "--drive works behind a demo that runs, and none runs in %s: paceline demo starts one",
		    w->dir);
		return failed(&err);
	}
	if (demo_driver_lock(w, &err) < 0)
		return failed(&err);
	puts("ready");
	fflush(stdout);
	rc = demo_drive(w, order, &result, &err);
	demo_result_clear(&result);
	return rc < 0 ? failed(&err) : 0;
}

static void say_left(const struct demo_world *w, const struct demo_options *o)
{
	char names[200];
	const struct demo_left left = { .engine = demo_engine_pid(w) != 0,
					.folder = demo_world_there(w),
					.processes = demo_processes_left(w, names, sizeof(names)),
					.called = o->called,
					.dir = o->dir };
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	demo_left_say(&text, &left);
	puts(buf_str(&text));
	buf_clear(&text);
}

/* 0: it stands; else the exit code. A terminal that goes away takes nothing with it. */
static int make_stand(struct demo_world *w, const struct demo_options *o)
{
	const struct demo_running had = { .state = file_exists(w->engine_dir),
					  .engine = demo_engine_pid(w) != 0,
					  .azsim = demo_azsim_pid(w) != 0 };
	struct err err = ERR_INIT;
	int rc, signo;

	interrupt_watch();
	rc = demo_world_start(w, o->seed, &err);
	if (rc == 0 && !had.state && !interrupt_came())
		rc = start_driver(w, o, &err);
	signo = interrupt_came();
	if (signo)
		signo = undo(w, &had, signo);
	interrupt_leave();
	if (signo || rc == 0)
		return signo;
	return failed(&err);
}

static int with_console(struct demo_world *w, const struct demo_options *o,
			demo_console_fn *console)
{
	struct err err = ERR_INIT;
	int code;

	say_ghosts(w);
	code = make_stand(w, o);
	if (code)
		return code;
	if (interrupt_hung_up())
		return 128 + SIGHUP;
	if (w->own && file_make_dir(w->own, 0700, &err) < 0)
		return failed(&err);
	code = console(w, o->called, o->dir != NULL);
	say_left(w, o);
	return code;
}

static struct json *stopped_json(const struct demo_world *w, bool there)
{
	struct json *j = json_new_object();

	json_set_bool(j, "stopped", there);
	json_set_str(j, "folder", w->dir);
	return j;
}

static int stop(struct demo_world *w, const struct demo_options *o)
{
	struct err err = ERR_INIT;
	bool there = demo_world_there(w);

	if (o->dir && !file_exists(w->dir)) {
		err_set(&err, ERR_NOT_FOUND, "there is no demo in %s: no such folder", w->dir);
		return came_to_nothing(o, &err);
	}
	if (demo_world_owned(w, o->dir != NULL, &err) < 0)
		return came_to_nothing(o, &err);
	if (demo_world_stop(w, &err) < 0)
		return came_to_nothing(o, &err);
	if (o->json)
		told_json(stopped_json(w, there));
	else
		puts(there ? "The demo is ended, and its folders are removed."
			   : "There is no demo to end.");
	return 0;
}

int demo_main(const struct demo_options *o, demo_console_fn *console)
{
	struct demo_order order = { .tasks = o->tasks,
				    .idle = o->batch ? IDLE_BATCH : IDLE_CONSOLE,
				    .only_submit = o->drive,
				    .kills = o->kills,
				    .seed = (uint64_t)o->seed,
				    .started_ms = clock_mono_ms() };
	struct demo_world w;
	struct err err = ERR_INIT;
	int code;

	if (o->seed < 0) {
		rand_bytes(&order.seed, sizeof(order.seed));
		order.seed >>= 33;
	}
	if (demo_world_init(&w, o->dir, o->ghosts, &err) < 0)
		code = came_to_nothing(o, &err);
	else if (o->stop)
		code = stop(&w, o);
	else if (o->drive)
		code = drive_only(&w, &order);
	else
		code = o->batch ? batch(&w, o, &order) : with_console(&w, o, console);
	demo_world_clear(&w);
	return code;
}
