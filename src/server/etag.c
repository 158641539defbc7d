/*
 * Versions of objects (R9.1). Every answer to a GET of one object has an ETag; a change of a
 * cluster's definition needs If-Match.
 *
 * The ETag of a cluster is that of its definition: what somebody asked for. What the engine
 * finds out (states, nodes, jobs, money) moves all the time and is nobody's to overwrite; it
 * makes no new version, so a picture of a running cluster stays good until somebody changes
 * the cluster. All else that is told has a weak one, of its bytes.
 *
 * Which changes need If-Match: those that rest on a picture of the definition, update and
 * teardown; they also bear the hash of the plan that was read. Which do not, though it is
 * honoured where it is sent: acts that name the state they end in (start, stop, pause, resume, protect, unprotect,
 * drain, undrain, keep, cancel of a job or an operation). Two people who ask for the same get
 * the same, and of two who ask for the opposite the later one is heard, whatever each had read;
 * R9.4 says who gives way. Creating needs none: there is nothing yet to have been read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "server/server_private.h"
#include "wire/wire.h"

#define DIGEST_MOST ((size_t)1 << 20) /* larger answers are windows of lists */

void etag_set(struct request *q, const char *etag)
{
	if (q->x && http_x_set_header(q->x, "ETag", etag) == 0)
		q->tagged = true;
}

void etag_cluster(struct request *q, const char *name)
{
	const struct cluster *c = engine_cluster(q->server->engine, name);
	char etag[CLUSTER_ETAG];

	if (c)
		etag_set(q, cluster_etag(etag, c));
}

/* "/v1/clusters/NAME" is one thing and "/v1/clusters/NAME/nodes/X" is; lists are many. */
static bool is_one(const struct request *q)
{
	return q->segments.n == 3 || q->segments.n == 5 ||
	       (q->segments.n == 2 && strcmp(segment(q, 1), "engine") == 0);
}

void etag_of_answer(struct request *q, int status, const char *text)
{
	size_t len = strlen(text);
	char hash[SHA256_HEX], etag[24];

	if (!q->x || q->tagged || status != 200 || len > DIGEST_MOST ||
	    strcmp(http_x_method(q->x), "GET") != 0 || !is_one(q))
		return;
	sha256_hex(hash, text, len);
	snprintf(etag, sizeof(etag), "W/\"%.16s\"", hash);
	etag_set(q, etag);
}

static bool is_of_cluster(const struct request *q)
{
	return q->segments.n > 3 && strcmp(segment(q, 1), "clusters") == 0;
}

/* A plan alone is a question. */
static bool needs_match(const struct request *q, const struct route *r)
{
	return r->run == post_teardown ||
	       (r->run == update_cluster && json_str(q->body, "plan_hash", NULL));
}

static void answer_stale(struct request *q, const struct err *err, struct json *take)
{
	struct json *j = wire_error_json(err, NULL);

	if (take)
		json_put(j, "error.now", take);
	etag_cluster(q, segment(q, 2));
	answer_json(q, wire_error_status(err->code), j);
}

bool match_fits(struct request *q, const struct route *r)
{
	const char *tags = q->x ? http_x_header(q->x, "If-Match") : NULL;
	struct json *told = NULL;
	struct err err = ERR_INIT;

	if (!is_of_cluster(q) || strcmp(r->method, "GET") == 0)
		return true;
	if (!tags && !needs_match(q, r))
		return true;
	if (!tags) {
		err_set(
		    &err, ERR_UNREAD,
		    "say what you have read: If-Match with the ETag of GET /v1/clusters/%s, or * when it may be anything",
		    segment(q, 2));
		answer_stale(q, &err, NULL);
		return false;
	}
	if (engine_if_match(q->server->engine, segment(q, 2), tags, &told, &err) == 0)
		return true;
	answer_stale(q, &err, told);
	return false;
}
