/* Nodes, jobs, events, operations, templates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/queue.h"
#include "server/rows.h"
#include "server/server_private.h"
#include "server/stream.h"
#include "store/store.h"
#include "wire/wire.h"

#define PAGE	 200
#define LOG_TAIL 65536 /* what comes when nobody says from where */

void get_node(struct request *q)
{
	const struct cluster *c = the_cluster(q);
	const struct node *const *nodes;
	struct err err;
	size_t n;

	if (!c)
		return;
	n = engine_nodes(q->server->engine, c, &nodes);
	for (size_t i = 0; i < n; i++)
		if (strcmp(nodes[i]->name, segment(q, 4)) == 0) {
			answer_json(q, 200, wire_node_json(nodes[i]));
			return;
		}
	engine_no_node(q->server->engine, c, segment(q, 4), &err);
	answer_err(q, &err);
}

static int names_of(struct strs *out, const struct request *q, const char *member,
		    struct err *err)
{
	const struct json *list = json_get(q->body, member);

	for (size_t i = 0; i < json_len(list); i++) {
		const char *text = json_text(json_at(list, i));

		if (!text || strs_add(out, text) < 0)
			return err_set(err, ERR_INVALID,
				       "\"%s\" is a list of at most %zu names", member,
				       out->max);
	}
	return 0;
}

enum node_verb { DO_DRAIN, DO_UNDRAIN, DO_TERMINATE, DO_KEEP, DO_UNKEEP };

static int do_nodes(struct request *q, enum node_verb verb, const struct strs *nodes,
		    struct err *err)
{
	struct engine *e = q->server->engine;
	const char *cluster = segment(q, 2), *reason = json_str(q->body, "reason", "");

	switch (verb) {
	case DO_DRAIN:
		return engine_node_drain(e, &q->user, cluster, nodes, reason, err);
	case DO_UNDRAIN:
		return engine_node_undrain(e, &q->user, cluster, nodes, err);
	case DO_TERMINATE:
		return engine_node_terminate(e, &q->user, cluster, nodes, reason,
					     json_bool(q->body, "force", false), err);
	case DO_KEEP:
	case DO_UNKEEP:
		return engine_node_keep(e, &q->user, cluster, nodes, verb == DO_KEEP, err);
	}
	return -1;
}

/* Without force those on which jobs run are drained first, and who does not answer takes no
 * jobs yet: whoever asked is told which. */
static void answer_with(struct request *q, const char *list_name,
			void (*find)(const struct engine *e, const char *cluster,
				     const struct strs *nodes, struct strs *out),
			const struct strs *nodes)
{
	struct json *j = json_new_object(), *list;
	struct strs found = STRS_INIT(10000);

	find(q->server->engine, segment(q, 2), nodes, &found);
	json_set(j, "operation", json_new_null());
	list = json_set_array(j, list_name);
	for (size_t i = 0; i < found.n; i++)
		json_add(list, json_new_string(found.v[i]));
	strs_clear(&found);
	answer_json(q, 200, j);
}

static void act_on_nodes(struct request *q, enum node_verb verb)
{
	struct strs nodes = STRS_INIT(10000);
	struct err err = ERR_INIT;
	int rc = names_of(&nodes, q, "nodes", &err);

	if (rc == 0)
		rc = do_nodes(q, verb, &nodes, &err);
	if (rc < 0)
		answer_err(q, &err);
	else if (verb == DO_TERMINATE)
		answer_with(q, "drained_first", engine_nodes_with_jobs, &nodes);
	else if (verb == DO_UNDRAIN)
		answer_with(q, "not_answering", engine_nodes_silent, &nodes);
	else
		answer_operation(q, 0);
	strs_clear(&nodes);
}

void drain_nodes(struct request *q)
{
	act_on_nodes(q, DO_DRAIN);
}

void undrain_nodes(struct request *q)
{
	act_on_nodes(q, DO_UNDRAIN);
}

void terminate_nodes(struct request *q)
{
	act_on_nodes(q, DO_TERMINATE);
}

void keep_nodes(struct request *q)
{
	act_on_nodes(q, DO_KEEP);
}

void unkeep_nodes(struct request *q)
{
	act_on_nodes(q, DO_UNKEEP);
}

/* "nodes=htc-[1-3],hpc-1"; all of them without it. */
void get_killed(struct request *q)
{
	struct strs nodes = STRS_INIT(10000);
	struct err err = ERR_INIT;
	char *list = query_text(q, "nodes");
	struct json *j = NULL;

	if (!list || hostlist_expand(&nodes, list, &err) == 0)
		j = engine_killed(q->server->engine, segment(q, 2), list ? &nodes : NULL, &err);
	strs_clear(&nodes);
	free(list);
	if (j)
		answer_json(q, 200, j);
	else
		answer_err(q, &err);
}

/*
 * Arrays
 */

enum array_verb { ARRAY_KEEP, ARRAY_UNKEEP, ARRAY_RETRY };

static void act_on_arrays(struct request *q, enum array_verb verb)
{
	struct engine *e = q->server->engine;
	struct strs arrays = STRS_INIT(100);
	struct err err = ERR_INIT;
	int rc = names_of(&arrays, q, "arrays", &err);

	if (rc == 0 && verb == ARRAY_RETRY)
		rc = engine_array_retry(e, &q->user, segment(q, 2), &arrays, &err);
	else if (rc == 0)
		rc = engine_array_keep(e, &q->user, segment(q, 2), &arrays, verb == ARRAY_KEEP,
				       &err);
	strs_clear(&arrays);
	if (rc < 0)
		answer_err(q, &err);
	else
		answer_operation(q, 0);
}

void keep_arrays(struct request *q)
{
	act_on_arrays(q, ARRAY_KEEP);
}

void unkeep_arrays(struct request *q)
{
	act_on_arrays(q, ARRAY_UNKEEP);
}

void retry_arrays(struct request *q)
{
	act_on_arrays(q, ARRAY_RETRY);
}

/*
 * Jobs: the answer comes from the head
 */

static void job_done(void *arg, const struct json *result, const struct err *err)
{
	struct request *q = arg;

	if (result)
		answer_json(q, 200, json_copy(result));
	else
		answer_err(q, err);
}

void submit_job(struct request *q)
{
	const char *key = q->x ? http_x_header(q->x, "Idempotency-Key") : NULL;
	struct err err = ERR_INIT;

	if (key && q->body)
		json_set_str(q->body, "key", key); /* the scheduler, too, gets it once */
	if (engine_job_submit(q->server->engine, &q->user, segment(q, 2), q->body, job_done, q,
			      &err) < 0)
		answer_err(q, &err);
}

void resubmit_job(struct request *q)
{
	const char *key = q->x ? http_x_header(q->x, "Idempotency-Key") : NULL;
	struct err err = ERR_INIT;

	if (key && q->body)
		json_set_str(q->body, "key", key);
	if (engine_job_resubmit(q->server->engine, &q->user, segment(q, 2), segment(q, 4),
				q->body, job_done, q, &err) < 0)
		answer_err(q, &err);
}

void get_job_again(struct request *q)
{
	struct err err = ERR_INIT;

	if (engine_job_again(q->server->engine, segment(q, 2), segment(q, 4), job_done, q,
			     &err) < 0)
		answer_err(q, &err);
}

static void check_job_of(struct request *q, const char *job)
{
	struct err err = ERR_INIT;
	struct json *j;

	answers_a_question(q);
	j = engine_job_again_check(q->server->engine, segment(q, 2), job, q->body, &err);
	answer_or_err(q, j, &err);
}

void check_job_again(struct request *q)
{
	check_job_of(q, segment(q, 4));
}

/* Of one that is not submitted yet. */
void check_job_new(struct request *q)
{
	check_job_of(q, "");
}

void act_on_jobs(struct request *q)
{
	struct strs ids = STRS_INIT(10000);
	struct err err = ERR_INIT;
	int rc = names_of(&ids, q, "ids", &err);

	if (rc == 0)
		rc = engine_job_act(q->server->engine, &q->user, segment(q, 2), segment(q, 4),
				    &ids, job_done, q, &err);
	strs_clear(&ids);
	if (rc < 0)
		answer_err(q, &err);
}

void get_job(struct request *q)
{
	struct err err = ERR_INIT;

	if (engine_job_detail(q->server->engine, segment(q, 2), segment(q, 4), job_done, q,
			      &err) < 0)
		answer_err(q, &err);
}

/* ?stream=stderr, from=BYTES or tail=BYTES, most=BYTES */
void get_job_log(struct request *q)
{
	char *stream = query_text(q, "stream");
	int64_t from = query_int(q, "from", -1), tail = query_int(q, "tail", LOG_TAIL);
	bool errors = stream && strcmp(stream, "stderr") == 0;
	struct err err = ERR_INIT;
	int rc = 0;

	if (stream && !errors && strcmp(stream, "stdout") != 0)
		rc = err_set(&err, ERR_INVALID, "a job writes stdout and stderr, not \"%.20s\"",
			     stream);
	if (rc == 0)
		rc = engine_job_log(q->server->engine, segment(q, 2), segment(q, 4), errors,
				    from < 0 ? -tail : from, query_int(q, "most", 0), job_done,
				    q, &err);
	free(stream);
	if (rc < 0)
		answer_err(q, &err);
}

void get_job_files(struct request *q)
{
	struct err err = ERR_INIT;

	if (engine_job_files(q->server->engine, segment(q, 2), segment(q, 4), job_done, q,
			     &err) < 0)
		answer_err(q, &err);
}

void get_node_log(struct request *q)
{
	struct err err = ERR_INIT;

	if (engine_node_log(q->server->engine, segment(q, 2), segment(q, 4), job_done, q,
			    &err) < 0)
		answer_err(q, &err);
}

/*
 * Templates
 */

void list_templates(struct request *q)
{
	struct json *j = json_new_object();
	struct json *list = json_set_array(j, "templates");
	struct template_row *rows;
	size_t n = engine_templates(q->server->engine, &rows);

	for (size_t i = 0; i < n; i++)
		json_add(list, wire_template_row_json(&rows[i]));
	free(rows);
	answer_json(q, 200, j);
}

void get_template(struct request *q)
{
	struct err err = ERR_INIT;
	struct json *j = engine_template(q->server->engine, segment(q, 2), &err);
	char etag[24];

	if (!j) {
		answer_err(q, &err);
		return;
	}
	if (json_str(j, "hash", "")[0]) { /* of the file: who uses it moves by itself */
		snprintf(etag, sizeof(etag), "\"%.16s\"", json_str(j, "hash", ""));
		etag_set(q, etag);
		if (rows_template_read(q->server->rows, segment(q, 2), json_str(j, "hash", "")))
			streams_flush(q->server);
	}
	json_set(j, "editing", engine_editing(q->server->engine, "template", segment(q, 2)));
	answer_json(q, 200, j);
}

/* Against the revision of a cluster, or one by its hash: ?cluster= ?revision= */
void diff_template(struct request *q)
{
	char *cluster = query_text(q, "cluster"), *revision = query_text(q, "revision");
	struct err err = ERR_INIT;
	struct json *j =
	    engine_template_diff(q->server->engine, segment(q, 2), cluster, revision, &err);

	free(cluster);
	free(revision);
	if (j)
		answer_json(q, 200, j);
	else
		answer_err(q, &err);
}

/* What a cluster of these values would be: {name, params[], offer}. */
void check_template(struct request *q)
{
	struct strs params = STRS_INIT(200);
	struct err err = ERR_INIT;
	struct json *j = NULL;

	answers_a_question(q);
	if (texts_read(&params, json_get(q->body, "params"), "params", &err) == 0)
		j = engine_check(q->server->engine, json_str(q->body, "name", ""),
				 segment(q, 2), &params, json_str(q->body, "offer", NULL),
				 &err);
	strs_clear(&params);
	if (j)
		answer_json(q, 200, j);
	else
		answer_err(q, &err);
}

/* A template that is being written: {name, text}. */
void check_text(struct request *q)
{
	struct err err = ERR_INIT;

	answers_a_question(q);
	answer_json(q, 200,
		    engine_template_text(q->server->engine, json_str(q->body, "name", "text"),
					 json_str(q->body, "text", ""), &err));
}

/*
 * Events, operations, backup
 */

void list_events(struct request *q)
{
	char *cluster = query_text(q, "cluster");
	struct err err = ERR_INIT;
	struct event *v;
	size_t n;
	int rc = engine_events(q->server->engine, cluster, query_int(q, "after", 0),
			       (size_t)query_int(q, "most", PAGE), &v, &n, &err);
	struct json *j, *list;

	free(cluster);
	if (rc < 0) {
		answer_err(q, &err);
		return;
	}
	j = json_new_object();
	list = json_set_array(j, "events");
	for (size_t i = 0; i < n; i++)
		json_add(list, wire_event_json(&v[i]));
	free(v);
	answer_json(q, 200, j);
}

void list_operations(struct request *q)
{
	char *cluster = query_text(q, "cluster"), *open = query_text(q, "open");
	struct err err = ERR_INIT;
	struct operation *v;
	size_t n;
	int rc = engine_operations(q->server->engine, cluster, open && open[0] == '1',
				   (size_t)query_int(q, "most", PAGE), &v, &n, &err);
	struct json *j, *list;

	free(cluster);
	free(open);
	if (rc < 0) {
		answer_err(q, &err);
		return;
	}
	j = json_new_object();
	list = json_set_array(j, "operations");
	for (size_t i = 0; i < n; i++) {
		json_add(list, wire_operation_json(&v[i]));
		operation_clear(&v[i]);
	}
	free(v);
	answer_json(q, 200, j);
}

static int64_t op_id(const struct request *q)
{
	int64_t id = -1;

	num_read(&id, segment(q, 2), 0, INT64_MAX);
	return id;
}

static void steps_json(struct json *j, const struct operation *o)
{
	const char *steps[ENGINE_OP_STEPS], *off = engine_op_cancel_off(o);
	size_t n = engine_op_steps(o->kind, steps);
	struct json *list = json_set_array(j, "steps");

	for (size_t i = 0; i < n; i++)
		json_add(list, json_new_string(steps[i]));
	json_set_str(j, "cancel_off", off ? off : "");
	json_set_int(j, "deadline_ms", o->state == OP_RUNNING ? engine_op_deadline(o) : 0);
}

void get_operation(struct request *q)
{
	struct operation o = { 0 };
	struct err err = ERR_INIT;
	struct json *j;

	if (engine_operation(q->server->engine, op_id(q), &o, &err) < 0) {
		answer_err(q, &err);
		return;
	}
	j = wire_operation_json(&o);
	steps_json(j, &o);
	json_set(j, "changes", engine_op_changes(q->server->engine, o.id));
	answer_json(q, 200, j);
	operation_clear(&o);
}

void cancel_operation(struct request *q)
{
	struct err err = ERR_INIT;

	if (engine_op_cancel(q->server->engine, &q->user, op_id(q), &err) < 0)
		answer_err(q, &err);
	else
		answer_operation(q, 0);
}

void retry_operation(struct request *q)
{
	struct err err = ERR_INIT;

	if (engine_op_retry(q->server->engine, &q->user, op_id(q),
			    json_str(q->body, "item", ""), &err) < 0)
		answer_err(q, &err);
	else
		answer_operation(q, 0);
}

void skip_item(struct request *q)
{
	struct err err = ERR_INIT;

	if (engine_op_skip(q->server->engine, &q->user, op_id(q), json_str(q->body, "item", ""),
			   &err) < 0)
		answer_err(q, &err);
	else
		answer_operation(q, 0);
}

void make_backup(struct request *q)
{
	struct err err = ERR_INIT;
	char *path = engine_backup(q->server->engine, &q->user, &err);
	struct json *j;

	if (!path) {
		answer_err(q, &err);
		return;
	}
	j = json_new_object();
	json_set_str(j, "path", path);
	free(path);
	answer_json(q, 201, j);
}
