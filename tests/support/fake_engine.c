#include "fake_engine.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/http_server.h"
#include "base/mem.h"
#include "wire/wire.h"

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

	for (int64_t i = offset; i < FAKE_ENGINE_NODES && i < offset + count; i++)
		json_add(rows, node_json(i + 1));
	json_set_int(j, "total", FAKE_ENGINE_NODES + 10);
	json_set_int(j, "shown", FAKE_ENGINE_NODES);
	return j;
}

/* Gone from the queue at the third look. */
static struct json *jobs_json(struct fake *f, const struct http_exchange *x)
{
	struct job job = { .id = "12_[5-37]",
			   .array_id = "12",
			   .task = "5-37",
			   .name = "mc",
			   .user = "op",
			   .account = "",
			   .partition = "htc",
			   .reason = "Resources",
			   .constraint = "",
			   .dependency = "",
			   .nodes = "",
			   .waits = "at a limit: htc has its maximum of 16 nodes",
			   .state = JOB_PENDING,
			   .stuck = 8,
			   .tasks = 33,
			   .cpus = 1 };
	struct json *j = json_new_object(), *rows = json_set_array(j, "rows");
	bool ended = strstr(http_x_query(x), "ended=1") != NULL;
	bool there = ended || f->looks++ % 3 < 2;

	if (ended && strcmp(http_x_path(x), "/v1/clusters/bad/jobs") == 0) {
		job.id = "12_7";
		job.reason = "exit 3";
		job.state = JOB_FAILED;
		json_add(rows, wire_job_json(&job));
	}
	if (ended) {
		job.id = "12_5";
		job.reason = "exit 0";
		job.state = JOB_DONE;
	}
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

	o.state = f->looks++ % 2 == 0 ? OP_RUNNING : id == 8 ? OP_FAILED : OP_DONE;
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

static struct json *teardown_json(const char *query)
{
	static const char text[] =
	    "{\"cluster\":\"demo\",\"region\":\"westeurope\",\"simulated\":true,\"hash\":"
	    "\"abc123\",\"hash_forced\":\"f0ced9\",\"resources\":[{\"kind\":\"vm\",\"id\":\"/x/virtualMachines/head\",\"act\":"
	    "\"delete\",\"note\":\"\"}],\"arrays\":[{\"name\":\"htc\",\"nodes\":7,\"jobs\":4}],"
	    "\"data_lost\":[{\"key\":\"storage shared\",\"name\":\"shared\",\"path\":\"/shared\",\"note\":\"copy it out\"}],"
	    "\"jobs_pending\":33,\"saves_per_hour\":0.31}";
	struct json *j = json_parse(text, strlen(text), NULL);

	if (query && strcmp(query, "keep=shared") == 0)
		json_set_array(j, "data_lost");
	return j;
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
	json_add(argv, json_new_string(strstr(query, "code")   ? "/bin/sh"
				       : strstr(query, "gone") ? "/nonexistent/ssh"
							       : "/bin/echo"));
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

#define WAS                                                                                    \
	"{\"job\":\"12\",\"processes\":1,\"values\":{\"nodes\":\"2\",\"cpus\":\"4\",\"args\":\"-x\"}}"

static struct json *status_json(void)
{
	static const char *const names[] = { "demo", "bad" };
	struct json *j = json_new_object(), *list = json_set_array(j, "clusters");

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct json *c = json_add_object(list);

		json_set_str(c, "name", names[i]);
		json_set_str(c, "state", "running");
		json_set_int(json_set_object(c, "scheduler"), "read_ms", 1);
	}
	return j;
}

static struct json *events_json(void)
{
	static const struct event some[] = {
		{ .level = EVENT_WARN,
		  .object = "htc-3",
		  .text = "boot failed",
		  .actor = "engine" },
		{ .level = EVENT_INFO, .object = "12", .text = "submitted", .actor = "ann" },
		{ .level = EVENT_INFO,
		  .object = "htc",
		  .text = "+16 htc: 32 tasks pending",
		  .actor = "engine" },
	};
	struct json *j = json_new_object(), *list = json_set_array(j, "events");

	for (size_t i = 0; i < ARRAY_LEN(some); i++) {
		struct event e = some[i];

		e.seq = 3 + (int64_t)i;
		e.at_ms = clock_utc_ms();
		snprintf(e.cluster, sizeof(e.cluster), "demo");
		json_add(list, wire_event_json(&e));
	}
	return j;
}

static struct json *cost_json(void)
{
	static const char text[] =
	    "{\"cluster\":\"demo\",\"sample_prices\":true,\"from_ms\":1793491200000,\"to_ms\":1795518000000,"
	    "\"rate\":{\"usd_per_hour\":0.31,\"idle_usd_per_hour\":0.08,\"unpriced\":1},"
	    "\"spent\":{\"today\":1.5,\"month\":81},\"forecast\":{\"day\":5.25,\"month\":131},"
	    "\"budget\":{\"month_usd\":100,\"spent_usd\":81,\"committed_usd\":95,\"share\":0.81,\"state\":\"will_be_over\"},"
	    "\"total\":{\"usd\":81,\"share\":1,\"node_hours\":420.04,\"spot_usd\":60,\"ondemand_usd\":21,"
	    "\"saved_usd\":99,\"idle_usd\":8,\"usd_per_hour\":0.31},\"by_cluster\":[{\"cluster\":\"demo\",\"state\":"
	    "\"running\",\"usd\":81,\"node_hours\":420.04,\"spot_usd\":60,\"ondemand_usd\":21,\"saved_usd\":"
	    "99,\"idle_usd\":8,\"usd_per_hour\":0.31,\"budget\":{\"share\":0.81}}],\"by_user\":[{\"user\":"
	    "\"alice\",\"usd\":40.5,\"share\":0.5,\"node_hours\":210,\"usd_per_hour\":0.2},{\"user\":\"\",\"kind\":"
	    "\"heads and disks\",\"usd\":40.5,\"share\":0.5,\"node_hours\":210.04,\"usd_per_hour\":0.11}],\"by_account\":[{\"account\":\"physics\",\"usd\":20.25,\"share\":"
	    "0.25,\"node_hours\":105,\"usd_per_hour\":0.1}],\"budgets\":[{\"cluster\":\"demo\",\"name\":"
	    "\"phys\",\"of\":\"account physics\",\"period\":\"day\",\"limit_usd\":20,\"spent_usd\":"
	    "20.25,\"share\":1.01,\"hard\":false,\"state\":\"over\"},{\"cluster\":\"demo\",\"name\":"
	    "\"all\",\"of\":\"array htc\",\"period\":\"month\",\"limit_usd\":30,\"spent_usd\":"
	    "21,\"committed_usd\":31.5,\"share\":0.7,\"hard\":false,\"state\":\"committed\"}]}";

	return json_parse(text, strlen(text), NULL);
}

static struct json *prunable_json(void)
{
	static const char text[] = "{\"rows\":12,\"to\":40,\"to_ms\":1793491200000}";

	return json_parse(text, strlen(text), NULL);
}

static struct json *answer_get(struct fake *f, const struct http_exchange *x)
{
	const char *path = http_x_path(x);

	if (strcmp(path, "/v1/engine") == 0)
		return object("version", "1", 0);
	if (strcmp(path, "/v1/templates/mine") == 0)
		return object("path", "templates/slurm.yaml", 0);
	if (strcmp(path, "/v1/status") == 0)
		return status_json();
	if (strcmp(path, "/v1/clusters") == 0)
		return list_json("clusters", cluster_json());
	if (strcmp(path, "/v1/clusters/demo/nodes") == 0)
		return strstr(http_x_query(x), "wrong") ? NULL : nodes_json(x);
	if (strcmp(path, "/v1/clusters/demo/nodes/htc-1") == 0 ||
	    strcmp(path, "/v1/clusters/demo/nodes/htc-2") == 0)
		return object("name", "htc-1", 0);
	if (strcmp(path, "/v1/clusters/demo/jobs") == 0 ||
	    strcmp(path, "/v1/clusters/bad/jobs") == 0)
		return jobs_json(f, x);
	if (strcmp(path, "/v1/clusters/demo/jobs/12/resubmit") == 0)
		return json_parse(WAS, strlen(WAS), NULL);
	if (strcmp(path, "/v1/clusters/demo/jobs/12") == 0)
		return object("id", "12", 0);
	if (strcmp(path, "/v1/clusters/demo/teardown") == 0)
		return teardown_json(http_x_query(x));
	if (strlen(path) > 4 && strcmp(path + strlen(path) - 4, "/ssh") == 0)
		return ssh_json(f, path[strlen("/v1/clusters/")], http_x_query(x));
	if (strcmp(path, "/v1/cost") == 0)
		return cost_json();
	if (strcmp(path, "/v1/audit/prune") == 0)
		return prunable_json();
	if (strcmp(path, "/v1/events") == 0)
		return events_json();
	if (strncmp(path, "/v1/operations/", 15) == 0)
		return operation_json(f, strtoll(path + 15, NULL, 10));
	return NULL;
}

static struct json *check_json(void)
{
	static const char text[] =
	    "{\"problems\":[{\"level\":\"fail\",\"param\":\"head_size\",\"fix\":\"Standard_D2s_v5\",\"text\":\"no "
	    "such size\"}],\"cost\":{\"idle\":0.1,\"some\":0.3,\"some_nodes\":10,\"full\":17},\"creates\":{"
	    "\"now\":[\"a head\",\"a network\"],\"later\":[],\"kept\":[],\"idle\":[\"htc: nodes go after 5s without a job\"]},\"pending\":false}";

	return json_parse(text, strlen(text), NULL);
}

static struct json *update_json(const char *body)
{
	static const char text[] =
	    "{\"hash\":\"abc\",\"possible\":true,\"why_not\":\"\",\"add\":0,\"change\":1,\"destroy\":0,"
	    "\"changes\":[{\"sign\":\"~\",\"what\":\"max\",\"from\":\"1\",\"to\":\"2\",\"text\":\"no restart\"}]}";
	static const char same[] =
	    "{\"hash\":\"abc\",\"possible\":false,\"why_not\":\"nothing would change\",\"changes\":[]}";

	if (strstr(body, "plan_hash"))
		return object("operation", NULL, 0);
	return strstr(body, "max=2") ? json_parse(text, strlen(text), NULL)
				     : json_parse(same, strlen(same), NULL);
}

#define HELD "{\"left_alone\":[\"job 12 is running: only a job that waits can be held\"]}"

/* A job runs on htc-1. */
static struct json *terminated_json(const char *body)
{
	static const char drained[] = "{\"operation\":null,\"drained_first\":[\"htc-1\"]}",
			  none[] = "{\"operation\":null,\"drained_first\":[]}";
	bool waits = strstr(body, "\"htc-1\"") && !strstr(body, "force");
	const char *text = waits ? drained : none;

	return json_parse(text, strlen(text), NULL);
}

/* 400 cores are too many, and where there are other options perhaps not. */
static struct json *judged_json(const char *body)
{
	static const char never[] =
	    "{\"problems\":[{\"level\":\"%s\",\"param\":\"\",\"text\":\"never fits: it asks for 400 cores\"}]}";
	static const char tasks[] =
	    "{\"problems\":[{\"level\":\"fail\",\"param\":\"array\",\"text\":\"task 5000 is beyond 1000\"}]}";
	char text[200] = "{\"problems\":[]}";

	if (strstr(body, "5000"))
		snprintf(text, sizeof(text), "%s", tasks);
	else if (strstr(body, "\"400\""))
		snprintf(text, sizeof(text), never,
			 strstr(body, "--exclusive") ? "warn" : "fail");
	return json_parse(text, strlen(text), NULL);
}

#define CONDEMNED "{\"hash\":\"c0de\",\"count\":2,\"with_jobs\":0,\"resources\":[]}"

static struct json *answer_post(const struct http_exchange *x)
{
	const char *path = http_x_path(x);
	size_t len;

	if (strcmp(path, "/v1/templates/slurm/check") == 0)
		return check_json();

	if (strcmp(path, "/v1/found/plan") == 0)
		return json_parse(CONDEMNED, strlen(CONDEMNED), NULL);
	if (strcmp(path, "/v1/audit/prune") == 0)
		return object("pruned", NULL, 12);
	if (strcmp(path, "/v1/clusters/demo/update") == 0)
		return update_json(http_x_body(x, &len));
	if (strcmp(path, "/v1/clusters/demo/start") == 0)
		return object("operation", NULL, 7);
	if (strcmp(path, "/v1/clusters/bad/start") == 0)
		return object("operation", NULL, 8);
	if (strcmp(path, "/v1/clusters/demo/teardown") == 0)
		return object("operation", NULL, 9);
	if (strcmp(path, "/v1/clusters/bad/jobs") == 0 ||
	    strcmp(path, "/v1/clusters/gone/jobs") == 0)
		return object("job", "12", 0);
	if (strcmp(path, "/v1/clusters/demo/jobs/check") == 0 ||
	    strcmp(path, "/v1/clusters/demo/jobs/12/resubmit/check") == 0)
		return judged_json(http_x_body(x, &len));
	if (strcmp(path, "/v1/clusters/demo/jobs/12/resubmit") == 0)
		return object("job", "13", 0);
	if (strcmp(path, "/v1/clusters/demo/jobs") == 0)
		return object("job", "12", 0);
	if (strcmp(path, "/v1/clusters/demo/nodes/terminate") == 0)
		return terminated_json(http_x_body(x, &len));
	if (strcmp(path, "/v1/clusters/demo/jobs/hold") == 0)
		return json_parse(HELD, strlen(HELD), NULL);
	if (strcmp(path, "/v1/clusters/demo/nodes/drain") == 0 ||
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
		bool wrong = strstr(http_x_target(x), "wrong") != NULL;

		err_set(&err, wrong ? ERR_INVALID : ERR_NOT_FOUND,
			"there is no such thing here");
		status = wire_error_status(err.code);
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

_Noreturn void fake_engine_serve(const char *dir, const char *socket, int ready)
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
