/* What the server's files share: one request on its way. */
#ifndef SERVER_PRIVATE_H
#define SERVER_PRIVATE_H

#include "base/http_server.h"
#include "server/rows.h"
#include "server/server.h"

#define SEGMENTS_MAX 8

struct server {
	struct loop *loop;
	struct engine *engine;
	struct http_server *http;
	const struct auth_rules *rules;
	char *site;
	struct rows_cache *rows;
	struct stream *streams;
};

struct request {
	struct server *server;
	struct http_exchange *x; /* NULL once the client left */
	struct user user;
	struct strs segments; /* of the path, decoded: "v1" "clusters" "demo" */
	struct json *body;    /* NULL: none */
	char *key;	      /* Idempotency-Key; NULL: none */
	char body_hash[65];
	bool tagged; /* the answer has an ETag */
};

typedef void handler_fn(struct request *q);

struct route {
	const char *method, *pattern; /* "/v1/clusters/" followed by * for a name */
	enum role needs;
	handler_fn *run;
};

extern const struct route routes[];
extern const size_t n_routes;
bool route_is_one_act(const struct route *r);	/* all of it is one transaction (R9.2) */
bool route_in_safe_mode(const struct route *r); /* it may be asked of an engine in safe mode */

/* Each ends the request. */
void answer_json(struct request *q, int status, struct json *take);
void answer_err(struct request *q, const struct err *err);
void answer_or_err(struct request *q, struct json *take,
		   const struct err *err); /* take NULL: err */
void answer_operation(struct request *q, int64_t op);
void request_free(struct request *q);
struct request *request_new(struct server *s, struct http_exchange *x);

void answers_a_question(
    struct request *q); /* nothing is changed: the answer is not kept for a repetition */
int texts_read(struct strs *out, const struct json *list, const char *name, struct err *err);

/* etag.c (R9.1) */
void etag_set(struct request *q, const char *etag);
void etag_cluster(struct request *q, const char *name);
void etag_of_answer(struct request *q, int status, const char *text);
bool match_fits(struct request *q, const struct route *r); /* false: answered, and q is gone */

const char *segment(const struct request *q, size_t i);
const struct cluster *
the_cluster(struct request *q); /* named by segment 2; answers 404 itself */
char *query_text(const struct request *q,
		 const char *name); /* NULL when absent; yours to free */
int64_t query_int(const struct request *q, const char *name, int64_t fallback);

struct json *engine_row_json(struct server *s, const struct user *u);

/* handlers, by noun */
handler_fn get_engine, get_status, list_clusters, create_cluster, get_cluster, get_history,
    start_cluster, stop_cluster, pause_cluster, resume_cluster, get_teardown, post_teardown,
    get_node, drain_nodes, undrain_nodes, terminate_nodes, get_killed, get_job_files,
    keep_nodes, unkeep_nodes, get_job, submit_job, act_on_jobs, get_plan, get_why, get_ssh,
    list_templates, get_template, list_events, list_operations, get_operation, cancel_operation,
    list_audit, make_backup, check_text, check_template, list_nodes, list_jobs, list_arrays,
    get_cost, list_found, adopt_found, plan_condemn, condemn_found, open_stream, change_stream;
handler_fn get_job_log, get_node_log, resubmit_job, get_job_again, check_job_again,
    check_job_new, get_update_form, check_update_form;
handler_fn resume_engine, take_over_engine, retry_cloud, diff_template, update_cluster,
    retry_operation, skip_item, list_disks, keep_arrays, unkeep_arrays, retry_arrays,
    protect_cluster, unprotect_cluster;
handler_fn export_audit, exported_audit, get_prunable, prune_audit, verify_audit, edit_cluster,
    edit_template, list_limits;

#endif
