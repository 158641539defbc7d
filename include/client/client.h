/*
 * Calls to the engine's API over its socket. Before it sends anything the client checks whose socket it is (S2.4). Nothing
 * blocks: answers come by callback; mutating calls carry an Idempotency-Key and are repeated by themselves when the
 * connection broke before an answer.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"

struct client;
struct client_call;

struct client *client_new(struct loop *l, const char *socket_path, uid_t engine_uid); /* engine_uid (uid_t)-1: our own or root's or the user paceline's */
int client_no_engine(struct err *err, const char *socket_path, int why); /* -1: what connect()'s errno means to a user */
void client_free(struct client *c);

/* answer is NULL when there is an err; 2xx else. Borrowed during the callback. */
typedef void client_cb(void *arg, const struct json *answer, const struct err *err);
struct client_call *client_get(struct client *c, const char *path, client_cb *cb, void *arg);
struct client_call *client_post(struct client *c, const char *path, const struct json *body, client_cb *cb, void *arg); /* body NULL: {} */
/* R9.1: it is meant for the object as it was read, with that ETag; "" or NULL: as it may be. In the turn in which it was made. */
void client_if_match(struct client_call *call, const char *etag);
void client_cancel(struct client_call *call);

/* For whoever waits for answers: what to do when the engine takes connections and answers nothing, not even who it is. That is
 * told once, and reads fail later; acts wait for their 120 s, as nobody knows what became of them. Real ms. */
struct client_patience {
	int64_t told_ms, reads_ms;
};
typedef void client_still_cb(void *arg, const char *text);
void client_watch_still(struct client *c, const struct client_patience *p, client_still_cb *told, void *arg);

/* Runs the loop until the answer is there: for the CLI. New value; NULL and err else. */
struct json *client_wait_get(struct client *c, const char *path, struct err *err);
struct json *client_wait_post(struct client *c, const char *path, const struct json *body, struct err *err);

/* "/v1/clusters/NAME/nodes/X": each argument percent-encoded; one for each "%" of the format, then (char *)NULL. */
char *client_path(const char *format, ...); /* "/v1/clusters/%/jobs/%" , "demo", "12_3", (char *)NULL */

#endif
