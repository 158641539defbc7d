/*
 * Whole commands, from words to output and exit code, with a small server in place of the
 * engine: it answers what the wire functions write, and notes what it was asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/http_server.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "wire/wire.h"

#define NODES 700 /* more than one page */

/*
 * The engine's side, a process of its own
 */

struct fake {
	struct loop *loop;
	struct http_server *server;
	int log;
	unsigned int looks; /* at an operation, or at the queue */
	char dir[64];
};

static struct json *cluster_json(void)
{
	struct cluster_row row = { .view = { .nodes = 7,
					     .nodes_max = 16,
					     .busy = 4,
					     .jobs_running = 4,
					     .jobs_pending = 33,
					     .price_now = 0.31,
					     .queue_age_ms = 2000,
					     .issue = "queue is \033[31mold" } };
	struct json *j;

	row.cluster.id = 5;
	row.cluster.name = xstrdup("demo");
	row.cluster.state = CLUSTER_RUNNING;
	row.cluster.since_ms = clock_utc_ms() - 190 * 60000;
	row.cluster.spec.scheduler = xstrdup("slurm");
	row.cluster.spec.template_name = xstrdup("slurm");
	j = wire_cluster_row_json(&row);
	cluster_clear(&row.cluster);
	return j;
}

static struct json *list_json(const char *name, struct json *take)
{
	struct json *j = json_new_object();

	json_add(json_set_array(j, name), take);
	return j;
}

static struct json *node_json(int64_t i)
{
	struct node n = {
		.id = i, .state = NODE_BUSY, .spot = true, .jobs = 1, .price = 0.017
	};

	snprintf(n.name, sizeof(n.name), "htc-%lld", (long long)i);
	snprintf(n.array, sizeof(n.array), "htc");
	snprintf(n.size, sizeof(n.size), "Standard_F2s_v2");
	return wire_node_json(&n);
}

static int64_t query_number(const struct http_exchange *x, const char *name)
{
	struct buf text = BUF_INIT(100);
	int64_t n;

	http_query_get(&text, http_x_query(x), name);
	n = strtoll(buf_str(&text), NULL, 10);
	buf_clear(&text);
	return n;
}

static struct json *nodes_json(const struct http_exchange *x)
{
	int64_t offset = query_number(x, "offset"), count = query_number(x, "count");
	struct json *j = json_new_object(), *rows = json_set_array(j, "rows");

	for (int64_t i = offset; i < NODES && i < offset + count; i++)
		json_add(rows, node_json(i + 1));
	json_set_int(j, "total", NODES + 10);
	json_set_int(j, "shown", NODES);
	return j;
}

/* Gone from the queue at the third look. */
static struct json *jobs_json(struct fake *f)
{
	struct job job = { .id = "12_[5-37]",
			   .array_id = "12",
			   .task = "5-37",
			   .name = "mc",
			   .user = "op",
			   .partition = "htc",
			   .reason = "Resources",
			   .constraint = "",
			   .dependency = "",
			   .nodes = "",
			   .waits = "",
			   .state = JOB_PENDING,
			   .tasks = 33,
			   .cpus = 1 };
	struct json *j = json_new_object(), *rows = json_set_array(j, "rows");
	bool there = f->looks++ < 2;

	if (there)
		json_add(rows, wire_job_json(&job));
	json_set_int(j, "total", there);
	json_set_int(j, "shown", there);
	return j;
}

static struct json *operation_json(struct fake *f, int64_t id)
{
	struct operation o = { .id = id,
			       .cluster_id = 5,
			       .kind = id == 9 ? OP_DELETE : OP_START };
	struct json *j;

	o.state = f->looks++ < 1 ? OP_RUNNING : id == 8 ? OP_FAILED : OP_DONE;
	snprintf(o.step, sizeof(o.step), "network");
	snprintf(o.detail, sizeof(o.detail), "waits for the subnet");
	if (id == 8)
		snprintf(o.error, sizeof(o.error), "no quota for cores in westeurope");
	if (id == 9)
		o.data = xstrdup("{\"gone\":[\"/subscriptions/0/resourceGroups/g/providers/"
				 "Microsoft.Compute/virtualMachines/head\"],\"left\":[],"
				 "\"group_deleted\":true,\"spent\":1.25}");
	j = wire_operation_json(&o);
	operation_clear(&o);
	return j;
}

static struct json *teardown_json(void)
{
	static const char text[] =
	    "{\"cluster\":\"demo\",\"region\":\"westeurope\",\"simulated\":true,\"hash\":"
	    "\"abc123\",\"resources\":[{\"kind\":\"vm\",\"id\":\"/x/virtualMachines/head\",\"act\":"
	    "\"delete\",\"note\":\"\"}],\"arrays\":[{\"name\":\"htc\",\"nodes\":7,\"jobs\":4}],"
	    "\"data_lost\":[{\"name\":\"shared\",\"path\":\"/shared\",\"note\":\"copy it out\"}],"
	    "\"jobs_pending\":33,\"saves_per_hour\":0.31}";

	return json_parse(text, strlen(text), NULL);
}

/* demo is reached by ssh, ghosts are a folder of programs, and the head of mine is this
 * machine. */
static struct json *ssh_json(const struct fake *f, char cluster, const char *query)
{
	struct json *j = json_new_object(), *argv = json_set_array(j, "argv");
	char *key = xasprintf("%.60s/key", f->dir);

	json_set_str(j, "transport", cluster == 'd' ? "ssh" : "local");
	json_set_str(j, "bin", cluster == 'g' ? "/bin" : NULL);
	json_set_str(j, "key", strstr(query, "locked") ? "/nonexistent/key" : key);
	json_add(argv, json_new_string(strstr(query, "code") ? "/bin/sh" : "/bin/echo"));
	json_add(argv, json_new_string(strstr(query, "code") ? "-c" : "to"));
	if (!strstr(query, "code"))
		json_add(argv, json_new_string("op@head"));
	free(key);
	return j;
}

static struct json *object(const char *name, const char *text, int64_t number)
{
	struct json *j = json_new_object();

	if (text)
		json_set_str(j, name, text);
	else
		json_set_int(j, name, number);
	return j;
}

static struct json *status_json(void)
{
	struct json *c = object("name", "demo", 0);

	json_set_int(json_set_object(c, "scheduler"), "read_ms", 1);
	return list_json("clusters", c);
}

static struct json *event_json(void)
{
	struct event e = { .seq = 3, .at_ms = clock_utc_ms(), .level = EVENT_WARN };

	snprintf(e.cluster, sizeof(e.cluster), "demo");
	snprintf(e.object, sizeof(e.object), "htc-3");
	snprintf(e.text, sizeof(e.text), "boot failed");
	return wire_event_json(&e);
}

static struct json *cost_json(void)
{
	static const char text[] =
	    "{\"cluster\":\"demo\",\"sample_prices\":true,\"from_ms\":1793491200000,\"to_ms\":1795518000000,"
	    "\"rate\":{\"usd_per_hour\":0.31,\"idle_usd_per_hour\":0.08,\"unpriced\":1},"
	    "\"spent\":{\"today\":1.5,\"month\":81},\"forecast\":{\"day\":5.25,\"month\":131},"
	    "\"budget\":{\"month_usd\":100,\"spent_usd\":81,\"share\":0.81,\"state\":\"will_be_over\"},"
	    "\"total\":{\"usd\":81,\"idle_usd\":8},\"by_cluster\":[{\"cluster\":\"demo\",\"state\":"
	    "\"running\",\"usd\":81,\"node_hours\":420.04,\"spot_usd\":60,\"ondemand_usd\":21,\"saved_usd\":"
	    "99,\"idle_usd\":8,\"usd_per_hour\":0.31,\"budget\":{\"share\":0.81}}],\"by_user\":[{\"user\":"
	    "\"alice\",\"usd\":40.5,\"share\":0.5,\"node_hours\":210,\"usd_per_hour\":0.2}]}";

	return json_parse(text, strlen(text), NULL);
}

static struct json *answer_get(struct fake *f, const struct http_exchange *x)
{
	const char *path = http_x_path(x);

	if (strcmp(path, "/v1/engine") == 0)
		return object("version", "1", 0);
	if (strcmp(path, "/v1/status") == 0)
		return status_json();
	if (strcmp(path, "/v1/clusters") == 0)
		return list_json("clusters", cluster_json());
	if (strcmp(path, "/v1/clusters/demo/nodes") == 0)
		return nodes_json(x);
	if (strcmp(path, "/v1/clusters/demo/jobs") == 0)
		return jobs_json(f);
	if (strcmp(path, "/v1/clusters/demo/teardown") == 0)
		return teardown_json();
	if (strlen(path) > 4 && strcmp(path + strlen(path) - 4, "/ssh") == 0)
		return ssh_json(f, path[strlen("/v1/clusters/")], http_x_query(x));
	if (strcmp(path, "/v1/cost") == 0)
		return cost_json();
	if (strcmp(path, "/v1/events") == 0)
		return list_json("events", event_json());
	if (strncmp(path, "/v1/operations/", 15) == 0)
		return operation_json(f, strtoll(path + 15, NULL, 10));
	return NULL;
}

static struct json *check_json(void)
{
	static const char text[] =
	    "{\"problems\":[{\"level\":\"fail\",\"param\":\"head_size\",\"fix\":\"Standard_D2s_v5\",\"text\":\"no "
	    "such size\"}],\"cost\":{\"idle\":0.1,\"some\":0.3,\"some_nodes\":10,\"full\":17},\"creates\":{"
	    "\"now\":[\"a head\",\"a network\"],\"later\":[],\"kept\":[]},\"pending\":false}";

	return json_parse(text, strlen(text), NULL);
}

static struct json *answer_post(const struct http_exchange *x)
{
	const char *path = http_x_path(x);

	if (strcmp(path, "/v1/templates/slurm/check") == 0)
		return check_json();

	if (strcmp(path, "/v1/clusters/demo/start") == 0)
		return object("operation", NULL, 7);
	if (strcmp(path, "/v1/clusters/bad/start") == 0)
		return object("operation", NULL, 8);
	if (strcmp(path, "/v1/clusters/demo/teardown") == 0)
		return object("operation", NULL, 9);
	if (strcmp(path, "/v1/clusters/demo/jobs") == 0)
		return object("job", "12", 0);
	if (strcmp(path, "/v1/clusters/demo/nodes/drain") == 0 ||
	    strcmp(path, "/v1/clusters/demo/nodes/terminate") == 0 ||
	    strcmp(path, "/v1/clusters/demo/jobs/cancel") == 0)
		return object("operation", NULL, 0);
	return NULL;
}

static void on_request(void *arg, struct http_exchange *x)
{
	struct fake *f = arg;
	bool get = strcmp(http_x_method(x), "GET") == 0;
	size_t len;
	const char *body = http_x_body(x, &len);
	struct json *j = get ? answer_get(f, x) : answer_post(x);
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct err err;
	int status = j ? 200 : 404;

	dprintf(f->log, "%s %s%s%.*s\n", http_x_method(x), http_x_target(x), len ? " " : "",
		(int)len, len ? body : "");
	if (!j) {
		err_set(&err, ERR_NOT_FOUND, "there is no such thing here");
		j = wire_error_json(&err, "x");
	}
	json_write(&text, j);
	http_x_answer(x, status, NULL, buf_str(&text), text.len);
	buf_clear(&text);
	json_free(j);
}

static void on_stop(void *arg, int signo)
{
	struct fake *f = arg;

	(void)signo;
	loop_stop(f->loop);
}

static _Noreturn void serve(const char *dir, const char *socket, int ready)
{
	const struct http_server_options o = { 0 };
	struct fake f = { .loop = loop_new(NULL) };
	struct signal_watch *stop = signal_watch_new(f.loop, SIGTERM, on_stop, &f);
	char log[96];

	snprintf(f.dir, sizeof(f.dir), "%s", dir);
	snprintf(log, sizeof(log), "%.60s/log", dir);
	f.log = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	f.server = http_server_new(f.loop, &o, on_request, &f);
	if (f.log < 0 || http_server_listen_unix(f.server, socket, 0600, NULL) < 0 ||
	    write(ready, "r", 1) != 1)
		_exit(1);
	loop_run(f.loop);
	signal_watch_free(stop);
	http_server_free(f.server);
	loop_free(f.loop);
	close(f.log);
	_exit(0);
}

/*
 * The program's side
 */

struct site {
	char dir[64], socket[96], out_path[96], err_path[96];
	pid_t engine;
	struct buf out, errout, log;
	bool started; /* start_engine() was called */
	char own[200];
};

static struct site the;

static void start_fake(struct site *s)
{
	int fds[2];
	char byte;

	assert_int_equal(pipe(fds), 0);
	s->engine = fork();
	assert_true(s->engine >= 0);
	if (s->engine == 0) {
		close(fds[0]);
		serve(s->dir, s->socket, fds[1]);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	close(fds[0]);
}

static int start_engine(void *arg, struct err *err)
{
	struct site *s = arg;

	(void)err;
	s->started = true;
	start_fake(s);
	return 0;
}

static int refuse_engine(void *arg, struct err *err)
{
	(void)arg;
	return err_set(err, ERR_IO, "the engine did not start");
}

static int run_own(void *arg, const struct command_run *r)
{
	struct site *s = arg;

	snprintf(s->own, sizeof(s->own), "%s tasks=%s", r->command->name,
		 command_option(r, "tasks") ? command_option(r, "tasks") : "-");
	return 42;
}

static void slurp(struct buf *to, const char *path)
{
	buf_reset(to);
	assert_int_equal(file_read(to, path, NULL), 0);
}

static int redirect(int fd, const char *path)
{
	int old = dup(fd), to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(old >= 0 && to >= 0);
	dup2(to, fd);
	close(to);
	return old;
}

static void back(int fd, int old)
{
	dup2(old, fd);
	close(old);
}

static int run_argv(struct site *s, const struct cli_options *o, const char *const *argv)
{
	int argc = 0, code, in, out, errout;

	while (argv[argc])
		argc++;
	fflush(stdout);
	in = redirect(STDIN_FILENO, "/dev/null");
	out = redirect(STDOUT_FILENO, s->out_path);
	errout = redirect(STDERR_FILENO, s->err_path);
	code = cli_main(o, argc, (char **)argv);
	fflush(stdout);
	back(STDIN_FILENO, in);
	back(STDOUT_FILENO, out);
	back(STDERR_FILENO, errout);
	slurp(&s->out, s->out_path);
	slurp(&s->errout, s->err_path);
	return code;
}

static struct cli_options options(struct site *s)
{
	return (struct cli_options){ .socket_path = s->socket,
				     .engine_uid = (uid_t)-1,
				     .version = "1.2",
				     .own = run_own,
				     .arg = s };
}

/* Words parted by blanks, as a shell would hand them over. */
static int run(struct site *s, const char *line)
{
	const struct cli_options o = options(s);
	struct strs words = STRS_INIT(100);
	int code;

	strs_split(&words, line, strlen(line), ' ');
	code = run_argv(s, &o, (const char *const *)words.v);
	strs_clear(&words);
	return code;
}

static const char *asked(struct site *s)
{
	char path[96];

	snprintf(path, sizeof(path), "%.60s/log", s->dir);
	slurp(&s->log, path);
	return buf_str(&s->log);
}

static int open_site(void **state)
{
	struct site *s = &the;
	char path[96];

	*s = (struct site){ .out = BUF_INIT(BUF_TEXT_MAX),
			    .errout = BUF_INIT(BUF_TEXT_MAX),
			    .log = BUF_INIT(BUF_TEXT_MAX) };
	snprintf(s->dir, sizeof(s->dir), "/tmp/cli-test-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->socket, sizeof(s->socket), "%.60s/s", s->dir);
	snprintf(s->out_path, sizeof(s->out_path), "%.60s/out", s->dir);
	snprintf(s->err_path, sizeof(s->err_path), "%.60s/err", s->dir);
	snprintf(path, sizeof(path), "%.60s/key", s->dir);
	assert_int_equal(file_write(path, "k", 1, 0600, NULL), 0);
	*state = s;
	return 0;
}

static int open_with_engine(void **state)
{
	open_site(state);
	start_fake(*state);
	return 0;
}

static int close_site(void **state)
{
	struct site *s = *state;
	int status = 0;

	if (s->engine > 0) {
		kill(s->engine, SIGTERM);
		waitpid(s->engine, &status, 0);
	}
	buf_clear(&s->out);
	buf_clear(&s->errout);
	buf_clear(&s->log);
	file_remove_tree(s->dir, NULL);
	return status;
}

#define OUT(s)	   buf_str(&(s)->out)
#define ERROUT(s)  buf_str(&(s)->errout)
#define HAS(in, x) assert_non_null(strstr(in, x))

/*
 * Without an engine
 */

static void helps(void **state)
{
	struct site *s = *state;

	assert_int_equal(run(s, "paceline help"), 0);
	HAS(OUT(s), "cluster start");
	assert_int_equal(run(s, "paceline help node drain"), 0);
	HAS(OUT(s), "paceline node drain CLUSTER NODE... [OPTION...]");
	assert_int_equal(run(s, "paceline node drain --help"), 0);
	HAS(OUT(s), "--reason TEXT");
	assert_int_equal(run(s, "paceline node --help"), 0);
	HAS(OUT(s), "node terminate");
	assert_int_equal(run(s, "paceline --help"), 0);
	assert_int_equal(run(s, "paceline help nonsense-word"), 2);
	assert_int_equal(run(s, "paceline --version"), 0);
	assert_string_equal(OUT(s), "paceline 1.2\n");
	assert_int_equal(run(s, "paceline manual"), 0);
	assert_int_equal(strncmp(OUT(s), ".TH PACELINE", 12), 0);
	assert_int_equal(run(s, "paceline completion bash"), 0);
	HAS(OUT(s), "complete -o default -F _paceline paceline");
	assert_int_equal(run(s, "paceline completion csh"), 2);
}

static void says_which_words_do_not_fit(void **state)
{
	struct site *s = *state;

	assert_int_equal(run(s, "paceline clustre list"), 2);
	assert_string_equal(
	    ERROUT(s),
	    "paceline: there is no command \"clustre\"; did you mean \"cluster\"?\n");
	assert_int_equal(run(s, "paceline node drain demo"), 2);
	assert_string_equal(
	    ERROUT(s),
	    "paceline: NODE is missing; \"paceline help node drain\" says what it takes\n");
	assert_int_equal(run(s, "paceline"), 2);
	assert_string_equal(OUT(s), "");
}

static void hands_its_own_commands_to_the_program(void **state)
{
	struct site *s = *state;

	assert_int_equal(run(s, "paceline demo --batch --tasks 3"), 42);
	assert_string_equal(s->own, "demo tasks=3");
	assert_int_equal(run(s, "paceline demo --taks 3"), 2);
}

static void tells_when_nobody_answers(void **state)
{
	struct site *s = *state;
	struct cli_options o = options(s);
	const char *words[] = { "paceline", "cluster", "list", NULL };
	const char *status[] = { "paceline", "status", NULL };

	assert_int_equal(run(s, "paceline cluster list"), 1);
	HAS(ERROUT(s), "no engine answers on");
	HAS(ERROUT(s), "\"paceline engine\" starts one");
	o.start_engine = refuse_engine;
	assert_int_equal(run_argv(s, &o, words), 1);
	assert_string_equal(ERROUT(s), "paceline: the engine did not start\n");
	o.start_engine = start_engine;
	assert_int_equal(run_argv(s, &o, status), 1);
	assert_false(s->started);
	assert_int_equal(run_argv(s, &o, words), 0);
	assert_true(s->started);
	HAS(OUT(s), "demo");
}

static void checks_a_template_by_itself(void **state)
{
	struct site *s = *state;
	static const char text[] = "name: x\nschedular: slurm\n";
	char *path = xasprintf("%s/x.yaml", s->dir);
	char *line = xasprintf("paceline template check %s", path);
	char *json_line = xasprintf("%s --json", line), *place = xasprintf("%s:2:", path);
	struct json *j;

	assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
	assert_int_equal(run(s, line), 1);
	HAS(OUT(s), place);
	HAS(OUT(s), "schedul");
	assert_int_equal(run(s, json_line), 1);
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_true(json_len(json_get(j, "problems")) > 0);
	json_free(j);
	assert_int_equal(run(s, "paceline template check ./templates/slurm.yaml"), 0);
	HAS(OUT(s), "fine");
	assert_int_equal(run(s, "paceline template check /nonexistent.yaml"), 1);
	free(path);
	free(line);
	free(json_line);
	free(place);
}

/*
 * With one
 */

static void shows_tables_and_json(void **state)
{
	struct site *s = *state;
	struct json *j;

	assert_int_equal(run(s, "paceline cluster list"), 0);
	assert_string_equal(
	    OUT(s), "NAME  TEMPLATE  SCHEDULER  STATE    SINCE  NODES  JOBS    $/H    NOTE\n"
		    "demo  slurm     slurm      running  3h10m  7/16   4R/33P  $0.31  queue is "
		    "\\x1B[31mold\n");
	assert_int_equal(run(s, "paceline cluster list --json"), 0);
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_string_equal(json_str(j, "clusters.0.name", ""), "demo");
	json_free(j);
	assert_string_equal(ERROUT(s), "");
	assert_int_equal(run(s, "paceline events demo"), 0);
	HAS(OUT(s), " warn  demo       htc-3 boot failed\n");
}

static void says_what_was_spent_and_where_it_leads(void **state)
{
	struct site *s = *state;
	struct json *j;

	assert_int_equal(run(s, "paceline cost demo --from 2026-11-01"), 0);
	HAS(asked(s), "GET /v1/cost?cluster=demo&from=1793491200000&to=0\n");
	assert_string_equal(
	    OUT(s),
	    "cluster     demo\n"
	    "now         at least $0.31/h, of it idle $0.080/h\n"
	    "            1 machines run at a price that is not known\n"
	    "spent       $1.50 today, $81.00 this month\n"
	    "forecast    $5.25 at the end of the day, $131 at the end of the month\n"
	    "budget      $81.00 of $100 this month (81 %): too small for this month at the present rate\n"
	    "prices      samples of the simulator, not a price list\n"
	    "period      2026-11-01 00:00 to 2026-11-24 11:00 UTC: $81.00, of it idle $8.00\n"
	    "\n"
	    "CLUSTER  STATE    NODE-H  ON-DEMAND  SPOT    SAVED   IDLE   TOTAL   $/H    BUDGET\n"
	    "demo     running  420.0   $21.00     $60.00  $99.00  $8.00  $81.00  $0.31  81 %\n"
	    "\n"
	    "USER   NODE-H  TOTAL   SHARE  $/H\n"
	    "alice  210.0   $40.50  50 %   $0.20\n");
	assert_int_equal(run(s, "paceline cost --json"), 0);
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_string_equal(json_str(j, "by_user.0.user", ""), "alice");
	json_free(j);
	assert_int_equal(run(s, "paceline cost --by user"), 0);
	assert_null(strstr(OUT(s), "ON-DEMAND"));
	assert_int_equal(run(s, "paceline cost --by team"), 2);
	assert_int_equal(run(s, "paceline cost --to yesterday"), 2);
	HAS(ERROUT(s), "--to: \"yesterday\" is no day or time of UTC");
}

static void checks_a_cluster_without_making_it(void **state)
{
	struct site *s = *state;

	assert_int_equal(run(s, "paceline cluster check neu slurm head_size=x"), 1);
	HAS(asked(s), "POST /v1/templates/slurm/check");
	assert_string_equal(OUT(s),
			    "makes now   a head\n"
			    "            a network\n"
			    "costs       idle $0.10/h, 10 nodes $0.30/h, full $17.00/h\n"
			    "fail: head_size: no such size\n"
			    "      try head_size=Standard_D2s_v5\n");
	HAS(ERROUT(s), "cluster neu cannot be created so");
	assert_int_equal(run(s, "paceline cluster check neu slurm head_size"), 2);
}

static size_t lines_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void reads_long_lists_page_by_page(void **state)
{
	struct site *s = *state;
	struct json *j;

	assert_int_equal(run(s, "paceline node list demo --filter state:busy"), 0);
	assert_int_equal(lines_of(OUT(s)), NODES + 1);
	HAS(OUT(s), "htc-700");
	HAS(asked(s), "nodes?filter=state%3Abusy&sort=&offset=0&count=500\n");
	HAS(asked(s), "nodes?filter=state%3Abusy&sort=&offset=500&count=500\n");
	assert_int_equal(run(s, "paceline node list demo --limit 3 --json"), 0);
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_int_equal(json_len(json_get(j, "rows")), 3);
	assert_int_equal(json_int(j, "shown", 0), NODES);
	json_free(j);
	assert_int_equal(run(s, "paceline node list demo --limit 3"), 0);
	HAS(OUT(s), "and 697 more\n");
	assert_int_equal(run(s, "paceline node list demo --limit none"), 2);
}

static void tells_what_the_engine_refused(void **state)
{
	struct site *s = *state;

	assert_int_equal(run(s, "paceline cluster status nosuch"), 1);
	assert_string_equal(ERROUT(s), "paceline: there is no such thing here\n");
}

static void asks_before_it_ends_work(void **state)
{
	struct site *s = *state;

	assert_int_equal(run(s, "paceline node terminate demo htc-1"), 2);
	HAS(ERROUT(s), "nobody is here to be asked: add --yes");
	assert_null(strstr(asked(s), "POST"));
	assert_int_equal(run(s, "paceline node terminate demo htc-[1-2] --yes"), 0);
	HAS(asked(s),
	    "POST /v1/clusters/demo/nodes/terminate {\"nodes\":[\"htc-1\",\"htc-2\"]}");
	assert_int_equal(run(s, "paceline node drain demo htc-1 --reason disk"), 0);
	HAS(asked(s), "{\"nodes\":[\"htc-1\"],\"reason\":\"disk\"}");
	assert_int_equal(run(s, "paceline node drain demo htc-1 htc-2"), 2);
	assert_int_equal(run(s, "paceline job cancel demo 12 --yes"), 0);
	HAS(asked(s), "POST /v1/clusters/demo/jobs/cancel {\"ids\":[\"12\"]}");
}

static void waits_for_an_operation(void **state)
{
	struct site *s = *state;
	struct json *j;

	assert_int_equal(run(s, "paceline cluster start demo"), 0);
	assert_string_equal(OUT(s), "demo starts (operation 7)\n");
	assert_int_equal(run(s, "paceline cluster start demo --wait --json"), 0);
	HAS(ERROUT(s), "network: waits for the subnet\n");
	j = json_parse(OUT(s), s->out.len, NULL);
	assert_string_equal(json_str(j, "state", ""), "done");
	json_free(j);
	assert_int_equal(run(s, "paceline cluster start bad --wait"), 1);
	HAS(ERROUT(s), "paceline: operation 8 failed: no quota for cores in westeurope\n");
}

static void deletes_only_what_was_named(void **state)
{
	struct site *s = *state;

	assert_int_equal(run(s, "paceline cluster delete demo"), 1);
	HAS(OUT(s), "virtualMachines/head: delete\n");
	HAS(OUT(s), "DATA LOST: shared (/shared) copy it out\n");
	HAS(OUT(s), "It saves $0.31/h. Plan abc123\n");
	HAS(ERROUT(s), "nothing was deleted: type the name");
	assert_int_equal(run(s, "paceline cluster delete demo --name demos"), 1);
	assert_int_equal(run(s, "paceline cluster delete demo --name demo --plan old"), 1);
	HAS(ERROUT(s), "the cluster changed since plan old was made");
	assert_int_equal(run(s, "paceline cluster delete demo --yes"), 1);
	assert_null(strstr(asked(s), "POST"));
	assert_int_equal(
	    run(s, "paceline cluster delete demo --name demo --plan abc123 --wait"), 0);
	HAS(asked(s), "POST /v1/clusters/demo/teardown "
		      "{\"plan_hash\":\"abc123\",\"typed_name\":\"demo\",\"force\":false}");
	HAS(OUT(s), "demo is deleted\nverified gone by name: 1 resources\n"
		    "  virtualMachines/head\nleft: nothing\nspent in all: $1.25\n");
}

static void submits_and_waits(void **state)
{
	struct site *s = *state;
	char *path = xasprintf("%s/my job.sh", s->dir);
	const char *words[] = { "paceline", "job",    "submit", "demo",	  path, "--array",
				"0-39",	    "--wait", "--",	"--fast", NULL };
	const struct cli_options o = options(s);

	assert_int_equal(file_write(path, "#!/bin/sh\n", 10, 0600, NULL), 0);
	assert_int_equal(run_argv(s, &o, words), 0);
	HAS(asked(s), "POST /v1/clusters/demo/jobs {\"script_text\":\"#!/bin/sh\\n\",\"file\":"
		      "\"myjob\",\"array\":\"0-39\",\"args\":[\"--fast\"]}");
	HAS(ERROUT(s), "job 12: 0 running, 33 pending\n");
	assert_string_equal(OUT(s), "job 12 has left the queue\n");
	words[7] = "--name";
	words[8] = "mine";
	words[9] = NULL;
	assert_int_equal(run_argv(s, &o, words), 0);
	HAS(asked(s), "\"file\":\"myjob\",\"name\":\"mine\",\"array\":\"0-39\"");
	assert_int_equal(run(s, "paceline job submit demo /nonexistent.sh"), 1);
	assert_int_equal(run(s, "paceline job submit demo"), 2);
	free(path);
}

static void goes_to_a_node(void **state)
{
	struct site *s = *state;
	const struct cli_options o = options(s);
	const char *words[] = { "paceline", "ssh", "demo",   "htc-1", "--",
				"echo",	    "a b", "--json", "it's",  NULL };
	const char *code[] = { "paceline", "ssh", "demo", "code", "--", "exit", NULL };

	assert_int_equal(run_argv(s, &o, words), 0);
	assert_string_equal(OUT(s), "to op@head 'echo' 'a b' '--json' 'it'\\''s'\n");
	HAS(asked(s), "GET /v1/clusters/demo/ssh?node=htc-1\n");
	assert_int_equal(run_argv(s, &o, code), 0);
	assert_int_equal(run(s, "paceline ssh demo code -- false"), 1);
	assert_int_equal(run(s, "paceline ssh demo code -- no-such-command-here"), 127);
	assert_int_equal(run(s, "paceline ssh demo locked"), 1);
	HAS(ERROUT(s), "(/nonexistent/key) is for the engine's user alone");
}

static void runs_on_a_head_without_ssh(void **state)
{
	struct site *s = *state;
	char *line = xasprintf("paceline cp mine:%s/key %s/copy", s->dir, s->dir);
	char *copy = xasprintf("%s/copy", s->dir);

	assert_int_equal(run(s, "paceline ssh ghosts -- echo a b"), 0);
	assert_string_equal(OUT(s), "a b\n");
	assert_int_equal(run(s, "paceline ssh mine -- echo c"), 0);
	assert_string_equal(OUT(s), "c\n");
	assert_int_equal(run(s, "paceline ssh ghosts"), 1);
	HAS(ERROUT(s), "as in \"ssh ghosts -- squeue\"");
	assert_int_equal(run(s, "paceline ssh ghosts htc-1 -- echo a"), 1);
	HAS(ERROUT(s), "htc-1 has no system to go to");
	assert_int_equal(run(s, "paceline cp ghosts:/etc/hostname x"), 1);
	HAS(ERROUT(s), "there are no files on them");
	assert_int_equal(run(s, line), 0);
	assert_true(file_exists(copy));
	assert_int_equal(run(s, "paceline cp a b"), 2);
	assert_int_equal(run(s, "paceline cp a:b c:d"), 2);
	free(line);
	free(copy);
}

/* A full disk and a reader who left are failures, not successes with less output. */
static void fails_when_the_output_cannot_be_written(void **state)
{
	struct site *s = *state;
	const struct cli_options o = options(s);
	const char *words[] = { "paceline", "node", "list", "demo", NULL };
	int fds[2], old, old_err, code;

	if (access("/dev/full", W_OK) == 0) {
		snprintf(s->out_path, sizeof(s->out_path), "/dev/full");
		fflush(stdout);
		old = redirect(STDOUT_FILENO, "/dev/full");
		old_err = redirect(STDERR_FILENO, s->err_path);
		code = cli_main(&o, 4, (char **)words);
		back(STDERR_FILENO, old_err);
		back(STDOUT_FILENO, old);
		clearerr(stdout);
		assert_int_equal(code, 1);
		slurp(&s->errout, s->err_path);
		HAS(ERROUT(s), "the output cannot be written: No space left on device");
	}
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	fflush(stdout);
	old = dup(STDOUT_FILENO);
	dup2(fds[1], STDOUT_FILENO);
	code = cli_main(&o, 4, (char **)words);
	back(STDOUT_FILENO, old);
	close(fds[1]);
	clearerr(stdout);
	assert_int_equal(code, 1);
}

#define WITH(f)	   cmocka_unit_test_setup_teardown(f, open_with_engine, close_site)
#define WITHOUT(f) cmocka_unit_test_setup_teardown(f, open_site, close_site)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITHOUT(helps),
		WITHOUT(says_which_words_do_not_fit),
		WITHOUT(hands_its_own_commands_to_the_program),
		WITHOUT(tells_when_nobody_answers),
		WITHOUT(checks_a_template_by_itself),
		WITH(shows_tables_and_json),
		WITH(checks_a_cluster_without_making_it),
		WITH(reads_long_lists_page_by_page),
		WITH(says_what_was_spent_and_where_it_leads),
		WITH(tells_what_the_engine_refused),
		WITH(asks_before_it_ends_work),
		WITH(waits_for_an_operation),
		WITH(deletes_only_what_was_named),
		WITH(submits_and_waits),
		WITH(goes_to_a_node),
		WITH(runs_on_a_head_without_ssh),
		WITH(fails_when_the_output_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
