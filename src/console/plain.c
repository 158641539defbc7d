#include "console/plain.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "client/mirror.h"
#include "command/command.h"
#include "command/loss.h"
#include "console/dialog.h"
#include "console/line.h"
#include "console/plain_help.h"
#include "console/teardown.h"
#include "console/words.h"

#define LINE_MOST     4096
#define QUEUE_MOST    (1 << 20) /* of lines that wait */
#define EVENTS_MOST   50
#define EVENTS_FIRST  3	   /* of those from before it was opened */
#define EVENTS_LISTED 1000 /* by one command */
#define FOLLOW_MS     1000

enum asking { ASK_NOTHING, ASK_YES, ASK_COUNT, ASK_LOSS, ASK_NAME, ASK_LAST };

struct plain {
	struct loop *loop;
	struct client *client;
	struct mirror *mirror;
	struct watch *input, *reader;
	struct timer *follow;
	struct signal_watch *stops[3];
	struct buf typed;
	int64_t last_event;
	enum mirror_link link;
	bool quiet; /* the engine hangs, and it was said */
	bool greeted, caught_up, plan_asked;
	bool pipe, ended,
	    taking;		/* lines of a pipe wait for what is under way, as in a shell */
	struct command_run run; /* under way when run.command is set */
	struct command_io io;
	enum asking asking;
	struct json *plan; /* of a teardown */
	struct losses losses;
	size_t loss;
	bool kill; /* running jobs are not waited for */
	char why_kill[200];
	char agreed[65]; /* --plan */
	char cluster[40], step[40], detail[200];
	int64_t op_id;
	int exit_code;
};

/* Text from outside goes through the cleaner before it reaches the terminal (S10.1). */
__attribute__((format(printf, 1, 2))) static void say(const char *fmt, ...)
{
	char text[2048], clean[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_clean(clean, sizeof(clean), text, strlen(text));
	puts(clean);
	fflush(stdout);
}

/* Whoever pipes lines in reads the exit code, as of a shell's script. */
__attribute__((format(printf, 2, 3))) static void fail(struct plain *p, const char *fmt, ...)
{
	char text[2000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say("error: %s", text);
	if (p->pipe)
		p->exit_code = 1;
}

static void take_lines(struct plain *p);

/* News */

static void say_cluster(const struct cluster_row *r)
{
	char money[24], held[40] = "";

	if (r->view.jobs_held > 0)
		snprintf(held, sizeof(held), ", %lld held", (long long)r->view.jobs_held);
	say("cluster %s: %s, %lld of %lld nodes, %lld jobs run, %lld wait%s, %s/h%s%s",
	    r->cluster.name, cluster_state_name(r->cluster.state), (long long)r->view.nodes,
	    (long long)r->view.nodes_max, (long long)r->view.jobs_running,
	    (long long)r->view.jobs_pending, held, money_text(money, r->view.price_now),
	    r->view.issue[0] ? "; " : "", r->view.issue);
}

static void greet(struct plain *p)
{
	const struct engine_row *e = mirror_engine(p->mirror);
	struct mirror_rows rows;

	if (p->greeted || !e || !mirror_rows(p->mirror, "clusters", &rows))
		return;
	p->greeted = true;
	say("Paceline%s%s, role %s%s. Type a command, \"help\" or \"quit\".",
	    e->site[0] ? " " : "", e->site, role_name(e->role),
	    e->simulated ? ", SIMULATED CLOUD" : "");
	if (!e->store_ok)
		say("engine: %s", e->store_text);
	for (size_t i = 0; i < rows.n; i++)
		say_cluster(&rows.u.clusters[i]);
	if (rows.n == 0)
		say("There is no cluster yet.");
}

static void say_event(const struct event *e)
{
	char when[CLOCK_TEXT], text[WORDS_EVENT];

	say("%s %s %s%s", clock_hms(when, e->at_ms), e->cluster[0] ? e->cluster : "engine",
	    e->level == EVENT_ERROR  ? "error: "
	    : e->level == EVENT_WARN ? "warning: "
				     : "",
	    words_event(text, e));
}

/* Of what happened before this was opened the end is told. */
static void skip_old_events(struct plain *p, const struct mirror_rows *rows)
{
	int64_t all = rows->shown_total;

	p->caught_up = true;
	for (size_t i = 0; i < rows->n; i++) {
		int64_t newer = 0;

		for (size_t k = 0; k < rows->n; k++)
			newer += rows->u.events[k].seq > rows->u.events[i].seq;
		if (newer == EVENTS_FIRST)
			p->last_event = rows->u.events[i].seq;
	}
	if (all > EVENTS_FIRST)
		say("The last %d of %lld events; \"events --most %lld\" lists more:",
		    EVENTS_FIRST, (long long)all,
		    (long long)(all < EVENTS_LISTED ? all : EVENTS_LISTED));
}

/* The oldest of the new ones first, whatever the order of the rows. */
static void say_events(struct plain *p)
{
	struct mirror_rows rows;
	int64_t newest;

	if (!p->greeted || !mirror_rows(p->mirror, "events", &rows))
		return;
	if (!p->caught_up && !rows.answered)
		return;
	if (!p->caught_up)
		skip_old_events(p, &rows);
	newest = p->last_event;
	for (;;) {
		const struct event *next = NULL;

		for (size_t i = 0; i < rows.n; i++)
			if (rows.u.events[i].seq > newest &&
			    (!next || rows.u.events[i].seq < next->seq))
				next = &rows.u.events[i];
		if (!next)
			break;
		newest = next->seq;
		say_event(next);
	}
	p->last_event = newest;
}

static void say_quiet(struct plain *p, bool quiet)
{
	if (quiet && !p->quiet)
		say("the engine does not answer for %lld s: it is busy or stopped",
		    (long long)mirror_quiet_ms(p->mirror) / 1000);
	else if (!quiet && p->quiet && p->link == MIRROR_LIVE)
		say("the engine answers again");
	p->quiet = quiet;
}

static void on_change(void *arg)
{
	struct plain *p = arg;
	enum mirror_link link = mirror_link(p->mirror);

	if (link == MIRROR_LOST && p->link != MIRROR_LOST)
		say("the engine is lost: %s", mirror_link_text(p->mirror));
	else if (link == MIRROR_LIVE && p->link == MIRROR_LOST)
		say("the engine is back");
	say_quiet(p, link == MIRROR_LIVE && mirror_quiet_ms(p->mirror) > 0);
	p->link = link;
	greet(p);
	say_events(p);
	take_lines(p);
}

/* Results of commands */

static void io_row(void *arg, const char *const *cells, size_t n)
{
	char line[2048];
	size_t used = 0;

	(void)arg;
	for (size_t i = 0; i < n && used + 1 < sizeof(line); i++) {
		int more = snprintf(line + used, sizeof(line) - used, "%s%s", i ? "  " : "",
				    cells[i] ? cells[i] : "");

		used += more > 0 ? (size_t)more : 0;
	}
	say("%s", line);
}

static void io_text(void *arg, const char *text)
{
	(void)arg;
	while (*text) {
		size_t n = strcspn(text, "\n");

		say("%.*s", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void io_result(void *arg, const struct json *j)
{
	(void)arg;
	(void)j;
}

static void run_end(struct plain *p)
{
	strs_clear(&p->run.args);
	strs_clear(&p->run.options);
	p->run = (struct command_run){ 0 };
}

static void on_done(void *arg, int exit_code, const struct err *err)
{
	struct plain *p = arg;

	if (exit_code != 0)
		fail(p, "%s", err ? err->msg : "it failed");
	else
		say("done");
	run_end(p);
	take_lines(p);
}

/* Teardown: plan, each loss, the name, the last word, then its steps and the proof */

static void print_box(struct textbox *b)
{
	for (size_t i = 0; i < b->lines.n; i++)
		say("%s", b->lines.v[i] + 1);
	textbox_clear(b);
}

static void on_failed(struct plain *p, const struct err *err)
{
	fail(p, "%s", err->msg);
}

static void on_operation(void *arg, const struct json *answer, const struct err *err)
{
	struct plain *p = arg;
	struct textbox b;

	if (!answer) {
		on_failed(p, err);
	} else if (op_state_of(json_str(answer, "state", "running")) != OP_RUNNING) {
		textbox_init(&b);
		teardown_progress(&b, answer, p->cluster,
				  json_real(p->plan, "saves_per_hour", -1), 0, clock_utc_ms());
		print_box(&b);
		p->op_id = 0;
	} else if (strcmp(p->step, json_str(answer, "step", "")) != 0) {
		snprintf(p->step, sizeof(p->step), "%s", json_str(answer, "step", ""));
		say("teardown of %s: %s: %s", p->cluster, p->step,
		    json_str(answer, "detail", ""));
	}
	if (p->op_id)
		timer_set(p->follow, FOLLOW_MS);
}

static void on_follow(void *arg)
{
	struct plain *p = arg;
	char id[24], *path;

	snprintf(id, sizeof(id), "%lld", (long long)p->op_id);
	path = client_path("/v1/operations/%", id, (char *)NULL);
	client_get(p->client, path, on_operation, p);
	free(path);
}

static void on_begun(void *arg, const struct json *answer, const struct err *err)
{
	struct plain *p = arg;

	if (!answer) {
		on_failed(p, err);
		return;
	}
	p->op_id = json_int(answer, "operation", 0);
	p->step[0] = '\0';
	say("the teardown of %s has begun; \"operation cancel %lld\" takes it back for 10 s",
	    p->cluster, (long long)p->op_id);
	if (p->op_id)
		on_follow(p);
}

static void ask_next(struct plain *p)
{
	if (p->loss < p->losses.n) {
		p->asking = ASK_LOSS;
		say("Do you accept the loss of %s?", p->losses.v[p->loss].text);
		say("  1 no   2 yes, accept");
	} else {
		p->asking = ASK_NAME;
		say("Type the name of the cluster to delete it.");
	}
}

static void on_plan(void *arg, const struct json *answer, const struct err *err)
{
	struct plain *p = arg;
	struct strs facts = STRS_INIT(8);
	struct textbox b;

	p->plan_asked = false;
	if (!answer) {
		on_failed(p, err);
		take_lines(p);
		return;
	}
	json_free(p->plan);
	p->plan = json_copy(answer);
	if (p->agreed[0] && strcmp(p->agreed, plan_agreement(answer, p->kill)) != 0) {
		fail(
		    p,
		    "this is not plan %.12s any more, or it is one %s force; nothing was changed",
		    p->agreed, p->kill ? "without" : "with");
		take_lines(p);
		return;
	}
	textbox_init(&b);
	teardown_tree(&b, answer, p->kill);
	print_box(&b);
	teardown_facts(&facts, answer);
	say("%s", facts.v[0]);
	strs_clear(&facts);
	teardown_losses(&p->losses, answer, p->kill);
	p->loss = 0;
	ask_next(p);
	take_lines(p);
}

static void begin_teardown(struct plain *p)
{
	struct json *body = json_new_object();
	char *path = client_path("/v1/clusters/%/teardown", p->cluster, (char *)NULL);

	json_set_str(body, "plan_hash", plan_agreement(p->plan, p->kill));
	json_set_str(body, "typed_name", p->cluster);
	json_set_bool(body, "force", p->kill);
	if (p->kill)
		json_set_str(body, "reason", p->why_kill);
	client_if_match(client_post(p->client, path, body, on_begun, p),
			json_str(p->plan, "etag", ""));
	free(path);
	json_free(body);
}

/* Lines */

static void refuse(struct plain *p)
{
	p->asking = ASK_NOTHING;
	run_end(p);
	say("Nothing was changed.");
}

static void answered(struct plain *p, const char *line)
{
	enum asking asked = p->asking;
	bool yes = strcmp(line, "2") == 0 || strcmp(line, "yes") == 0;
	char count[24];

	snprintf(count, sizeof(count), "%zu", p->run.command ? command_objects(&p->run) : 0);
	p->asking = ASK_NOTHING;
	if ((asked == ASK_YES && yes) || (asked == ASK_COUNT && strcmp(line, count) == 0)) {
		p->run.command->run(&p->run);
	} else if (asked == ASK_LOSS && yes) {
		p->loss++;
		ask_next(p);
	} else if (asked == ASK_NAME && strcmp(line, p->cluster) == 0) {
		p->asking = ASK_LAST;
		say("Type begin to begin. The engine waits 10 s more, in which it can be taken back.");
	} else if (asked == ASK_LAST && strcmp(line, "begin") == 0) {
		begin_teardown(p);
	} else {
		refuse(p);
	}
}

static void help(struct plain *p, const char *of)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	if (!plain_help(&text, of))
		fail(p, "no command begins with \"%s\"; \"help\" lists them", of);
	for (const char *line = buf_str(&text); *line;) {
		size_t len = strcspn(line, "\n");

		say("%.*s", (int)len, line);
		line += len + (line[len] != '\0');
	}
	buf_clear(&text);
}

static void help_on(struct plain *p, const struct strs *words)
{
	struct buf of = BUF_INIT(LINE_MOST);

	for (size_t i = 1; i < words->n; i++)
		buf_addf(&of, "%s%s", i > 1 ? " " : "", words->v[i]);
	help(p, words->n > 1 ? buf_str(&of) : NULL);
	buf_clear(&of);
}

static void prepare(struct plain *p, const struct command *c)
{
	p->io = (struct command_io){ .columns = io_row,
				     .row = io_row,
				     .text = io_text,
				     .result = io_result,
				     .progress = io_text,
				     .arg = p };
	p->run = (struct command_run){ .command = c,
				       .loop = p->loop,
				       .client = p->client,
				       .finds_cluster = true,
				       .args = STRS_INIT(1000),
				       .options = STRS_INIT(64),
				       .io = &p->io,
				       .done = on_done,
				       .done_arg = p };
}

/* As the command's own words say; what it asks is asked here line by line. */
static void ask_teardown(struct plain *p)
{
	const char *force = command_option(&p->run, "force"),
		   *reason = command_option(&p->run, "reason"),
		   *agreed = command_option(&p->run, "plan");
	char *path = plan_wanted(&p->run);

	snprintf(p->cluster, sizeof(p->cluster), "%s", p->run.args.v[0]);
	snprintf(p->why_kill, sizeof(p->why_kill), "%s", reason ? reason : "");
	snprintf(p->agreed, sizeof(p->agreed), "%s", agreed ? agreed : "");
	p->kill = force != NULL;
	run_end(p);
	if (p->kill && !p->why_kill[0]) {
		fail(p, "--force kills running jobs: say why, with --reason WHY");
	} else {
		p->plan_asked = true;
		client_get(p->client, path, on_plan, p);
	}
	free(path);
}

/* The words as they are, or behind the only cluster there is. */
static int parse(struct plain *p, const struct strs *words, struct err *err)
{
	struct strs names = STRS_INIT(1000);
	struct mirror_rows rows;
	int rc = command_parse(&p->run, (const char *const *)words->v, words->n, err);

	if (rc < 0 || !p->run.lacks_cluster || !mirror_rows(p->mirror, "clusters", &rows))
		return rc;
	for (size_t i = 0; i < rows.n; i++)
		strs_add(&names, rows.u.clusters[i].cluster.name);
	rc = command_take_cluster(&p->run, &names, err);
	if (rc == 0)
		say("cluster %s, the only one", names.v[0]);
	strs_clear(&names);
	return rc;
}

/* What ends the work of several things wants their number, as on the screen (tui.md 4.3). */
static void ask_first(struct plain *p, const struct command *c)
{
	size_t n = command_objects(&p->run);

	if (c->confirm == CONFIRM_BOX && n > 1) {
		p->asking = ASK_COUNT;
		say("%s: %s. These are %zu: type their number to go on, anything else leaves them.",
		    c->name, c->help, n);
		return;
	}
	p->asking = ASK_YES;
	if (n > 1)
		say("%s: %s, %zu of them?", c->name, c->help, n);
	else
		say("%s: %s?", c->name, c->help);
	say("  1 no   2 yes");
}

static void run_command(struct plain *p, const struct command *c, const struct strs *words,
			size_t used)
{
	struct strs rest = STRS_INIT(1000);
	struct err err = ERR_INIT;

	for (size_t i = used; i < words->n; i++)
		strs_add(&rest, words->v[i]);
	if (c->flags & (CMD_CLI_ONLY | CMD_LOCAL)) {
		fail(p, "%s runs from a shell: paceline %s", c->name, c->name);
	} else if (p->run.command) {
		fail(p, "another command is not done yet");
	} else {
		prepare(p, c);
		if (parse(p, &rest, &err) < 0) {
			fail(p, "%s; usage: %s %s", err.msg, c->name, c->args ? c->args : "");
			run_end(p);
		} else if (c->confirm == CONFIRM_PLAN) {
			ask_teardown(p);
		} else if (c->confirm == CONFIRM_BOX ||
			   (c->confirm == CONFIRM_UNDO && command_objects(&p->run) > 1)) {
			ask_first(p, c);
		} else {
			c->run(&p->run);
		}
	}
	strs_clear(&rest);
}

static void took_line(struct plain *p, const char *line)
{
	struct strs words = STRS_INIT(1000);
	struct err err = ERR_INIT;
	const struct command *c;
	size_t used = 0;

	if (p->asking) {
		answered(p, line);
		return;
	}
	if (line_split(&words, line, &err) < 0) {
		fail(p, "%s", err.msg);
	} else if (words.n == 0) {
		;
	} else if (strcmp(words.v[0], "quit") == 0 || strcmp(words.v[0], "q") == 0) {
		loop_stop(p->loop);
	} else if (strcmp(words.v[0], "help") == 0 || strcmp(words.v[0], "?") == 0) {
		help_on(p, &words);
	} else if ((c = command_find((const char *const *)words.v, words.n, &used))) {
		run_command(p, c, &words, used);
	} else {
		command_unknown((const char *const *)words.v, words.n, &err);
		fail(p, "%s", err.msg);
	}
	strs_clear(&words);
}

static bool is_busy(const struct plain *p)
{
	return (!p->greeted && p->link != MIRROR_LOST) || p->plan_asked ||
	       (p->run.command && !p->asking);
}

static bool take_line(struct plain *p)
{
	char line[LINE_MOST];
	const char *end = p->typed.len ? memchr(p->typed.data, '\n', p->typed.len) : NULL;
	size_t len, keep;

	if (!end || (p->pipe && is_busy(p)))
		return false;
	len = (size_t)(end - p->typed.data);
	keep = len > 0 && end[-1] == '\r' ? len - 1 : len;
	snprintf(line, sizeof(line), "%.*s", (int)keep, p->typed.data);
	buf_drop(&p->typed, len + 1);
	took_line(p, line);
	return true;
}

/* A command may end before it returns: the lines after it are then taken by the same loop. */
static void take_lines(struct plain *p)
{
	if (p->taking)
		return;
	p->taking = true;
	while (take_line(p))
		;
	p->taking = false;
	if (p->ended && !(p->pipe && is_busy(p)))
		loop_stop(p->loop);
}

static void on_input(void *arg, unsigned int what)
{
	struct plain *p = arg;
	char bytes[1024];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	(void)what;
	if (n <= 0 || buf_add(&p->typed, bytes, (size_t)n) < 0) {
		p->ended = true;
		watch_free(p->input);
		p->input = NULL;
	}
	take_lines(p);
}

/* "| head -5": whoever read has left, and nothing that is said reaches anybody. */
static void on_reader_left(void *arg, unsigned int what)
{
	struct plain *p = arg;

	(void)what;
	p->exit_code = 1;
	loop_stop(p->loop);
}

/* An end that is written to is never readable: it wakes when the other one is closed. */
static struct watch *watch_reader(struct plain *p)
{
	struct stat st;

	return fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode)
		   ? watch_new(p->loop, STDOUT_FILENO, WATCH_READ, on_reader_left, p)
		   : NULL;
}

static void on_stop(void *arg, int signo)
{
	struct plain *p = arg;

	p->exit_code = 128 + signo;
	loop_stop(p->loop);
}

static void watch(struct plain *p)
{
	struct window w[2] = { { .noun = NOUN_CLUSTER, .count = 1000 },
			       { .noun = NOUN_EVENT, .count = EVENTS_MOST } };

	snprintf(w[0].id, sizeof(w[0].id), "clusters");
	snprintf(w[1].id, sizeof(w[1].id), "events");
	mirror_watch(p->mirror, w, 2);
}

/* A file and /dev/null are always readable, so there is nothing to wait for between lines. */
bool plain_reads(void)
{
	struct stat st;

	if (isatty(STDIN_FILENO))
		return true;
	return fstat(STDIN_FILENO, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

int plain_run(struct loop *l, struct client *c)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT };
	struct plain p = { .loop = l,
			   .client = c,
			   .typed = BUF_INIT(QUEUE_MOST),
			   .pipe = !isatty(STDIN_FILENO) };

	p.mirror = mirror_new(c, on_change, &p);
	p.follow = timer_new(l, on_follow, &p);
	p.input = watch_new(l, STDIN_FILENO, WATCH_READ, on_input, &p);
	p.reader = watch_reader(&p);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		p.stops[i] = signal_watch_new(l, signals[i], on_stop, &p);
	watch(&p);
	loop_run(l);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		signal_watch_free(p.stops[i]);
	watch_free(p.input);
	watch_free(p.reader);
	timer_free(p.follow);
	mirror_free(p.mirror);
	buf_clear(&p.typed);
	json_free(p.plan);
	command_cancel(&p.run);
	run_end(&p);
	return p.exit_code;
}
