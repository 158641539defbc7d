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
#include "model/node.h"
#include "model/queue.h"
#include "model/size.h"
#include "model/user.h"
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
int wire_audit_read(struct audit *a, const struct json *j, struct err *err);

/* {"error":{"code":"not_found","message":"...","id":"..."}} */
struct json *wire_error_json(const struct err *e, const char *id);
int wire_error_read(struct err *e, const struct json *j); /* -1 when it is no error body */
int wire_error_status(enum err_code code);                /* HTTP status for a code */

/* A window: what one pane shows. The engine filters, sorts and cuts; the client never holds a table. */
enum noun { NOUN_CLUSTER, NOUN_NODE, NOUN_JOB, NOUN_EVENT, NOUN_OPERATION, NOUN_TEMPLATE, NOUNS };

struct window {
	char id[24];         /* the client's own word for it */
	enum noun noun;
	char cluster[40];    /* "" all */
	char filter[200];    /* tui.md 5 */
	char sort[24];       /* column, "-column" for descending; "" the noun's natural order */
	int64_t offset, count;
};

struct json *wire_window_json(const struct window *w);
int wire_window_read(struct window *w, const struct json *j, struct err *err);
const char *noun_name(enum noun n);
enum noun noun_of(const char *name); /* NOUNS when there is no such word */

#endif
