/*
 * model <-> JSON, one file per noun, shared by server and client so that they cannot disagree. `_json` gives a new
 * value; `_read` fills a struct and ignores members it does not know. Times are UTC milliseconds with names ending in
 * "_ms", sizes bytes, money USD per hour; enums travel as their words.
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include "base/err.h"
#include "base/json.h"
#include "model/cluster.h"
#include "model/history.h"
#include "model/node.h"
#include "model/queue.h"
#include "model/size.h"
#include "model/user.h"
#include "model/view.h"
#include "model/window.h"
#include "model/work.h"

struct json *wire_spec_json(const struct cluster_spec *s);
int wire_spec_read(struct cluster_spec *s, const struct json *j, struct err *err);
struct json *wire_cluster_json(const struct cluster *c, bool with_spec);
int wire_cluster_read(struct cluster *c, const struct json *j, struct err *err);
struct json *wire_node_json(const struct node *n);
int wire_node_read(struct node *n, const struct json *j, struct err *err);
struct json *wire_job_json(const struct job *j);
int wire_job_read(struct job *out, struct pool *pool, const struct json *j, struct err *err);
struct json *wire_event_json(const struct event *e);
int wire_event_read(struct event *e, const struct json *j, struct err *err);
struct json *wire_operation_json(const struct operation *o);
int wire_operation_read(struct operation *o, const struct json *j, struct err *err);
struct json *wire_audit_json(const struct audit *a);

struct json *wire_cluster_row_json(const struct cluster_row *r);
int wire_cluster_row_read(struct cluster_row *r, const struct json *j, struct err *err);
struct json *wire_array_row_json(const struct array_row *r);
int wire_array_row_read(struct array_row *r, const struct json *j, struct err *err);
struct json *wire_group_row_json(const struct group_row *r);
int wire_group_row_read(struct group_row *r, const struct json *j, struct err *err);
struct json *wire_template_row_json(const struct template_row *r);
int wire_template_row_read(struct template_row *r, const struct json *j, struct err *err);
struct json *wire_engine_row_json(const struct engine_row *r);
int wire_engine_row_read(struct engine_row *r, const struct json *j, struct err *err);

struct json *wire_history_json(const struct history *h); /* all numbers: null where nobody looked */
void wire_history_read(struct history *h, const struct json *j);
struct json *wire_history_row_json(const struct history_row *r);
int wire_history_row_read(struct history_row *r, const struct json *j, struct err *err);

/* {"error":{"code":"not_found","message":"...","id":"..."}} */
struct json *wire_error_json(const struct err *e, const char *id);
int wire_error_read(struct err *e, const struct json *j); /* -1 when it is no error body */
int wire_error_status(enum err_code code);                /* HTTP status for a code */

struct json *wire_window_json(const struct window *w);
int wire_window_read(struct window *w, const struct json *j, struct err *err);
#endif
