#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "base/clock.h"
#include "base/http_parse.h"
#include "base/mem.h"
#include "base/text.h"

void arm_ok(struct arm_call *c, int status, struct json *take)
{
	c->reply->status = status;
	json_free(c->json);
	c->json = take;
}

void arm_header(struct arm_call *c, const char *name, const char *fmt, ...)
{
	va_list ap;
	char *value;

	va_start(ap, fmt);
	value = xvasprintf(fmt, ap);
	va_end(ap);
	http_headers_add(&c->reply->headers, name, value);
	free(value);
}

/* Groups are ARM's own: their operations have a Location and nothing else. */
void arm_accepted(struct arm_call *c, int status, struct json *take, const struct az_op *op)
{
	char *where;
	const char *slash = strchr(op->type, '/');

	arm_ok(c, status, take);
	arm_header(c, "Retry-After", "%.0f", c->w->sc.retry_after_s);
	if (op->kind == AZ_OP_GROUP_DELETE) {
		arm_header(c, "Location",
			   "%s/subscriptions/" AZ_SUBSCRIPTION
			   "/operationresults/%s?api-version=%s",
			   c->req->base, op->id, c->api_version);
		return;
	}
	where = xasprintf("%s/subscriptions/" AZ_SUBSCRIPTION "/providers/%.*s/locations/%s",
			  c->req->base, slash ? (int)(slash - op->type) : 0, op->type,
			  op->location);
	arm_header(c, "Azure-AsyncOperation", "%s/operations/%s?api-version=%s", where, op->id,
		   c->api_version);
	if (status == 202)
		arm_header(c, "Location", "%s/operationResults/%s?api-version=%s", where,
			   op->id, c->api_version);
	free(where);
}

struct json *arm_error_json(const struct az_refusal *r)
{
	struct json *o = json_new_object(), *e = json_set_object(o, "error");

	json_set_str(e, "code", r->code);
	json_set_str(e, "message", r->message);
	if (*r->target)
		json_set_str(e, "target", r->target);
	return o;
}

bool arm_query(const struct arm_call *c, const char *name, struct buf *out)
{
	return http_query_get(out, c->req->query ? c->req->query : "", name) == 0;
}

bool arm_query_is(const struct arm_call *c, const char *name, const char *value)
{
	struct buf b = BUF_INIT(4096);
	bool is = arm_query(c, name, &b) && text_casecmp(buf_str(&b), value) == 0;

	buf_clear(&b);
	return is;
}

int arm_need_etag(struct arm_call *c, const char *etag, bool exists)
{
	const char *match = http_headers_get(c->req->headers, "If-Match");
	const char *none = http_headers_get(c->req->headers, "If-None-Match");

	if (none && exists && (strcmp(none, "*") == 0 || strcmp(none, etag) == 0))
		return az_refuse(
		    &c->r, 412, "PreconditionFailed",
		    "The condition '%s' in the If-None-Match header(s) was not satisfied. The current "
		    "etag is '%s'.",
		    none, etag);
	if (match && (!exists || (strcmp(match, "*") != 0 && strcmp(match, etag) != 0)))
		return az_refuse(
		    &c->r, 412, "PreconditionFailed",
		    "The condition '%s' in the If-Match header(s) was not satisfied. The current etag "
		    "is '%s'.",
		    match, exists ? etag : "");
	return 0;
}

/* Whether a young resource hides is a property of the resource, not of the call: it must not
 * blink. */
bool arm_hidden(struct arm_call *c, int64_t created_ms, const char *name)
{
	uint64_t h = c->w->seed ^ (uint64_t)created_ms;
	struct rng rng;

	if (c->w->sc.hidden_share <= 0 ||
	    az_world_now(c->w) - created_ms >= (int64_t)c->w->sc.hidden_ms)
		return false;
	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001b3u;
	rng_seed(&rng, h);
	return rng_unit(&rng) < c->w->sc.hidden_share;
}

int arm_not_found(struct arm_call *c, const char *type, const char *name)
{
	return az_refuse(&c->r, 404, "ResourceNotFound",
			 "The Resource '%s/%s' under resource group '%s' was not found.", type,
			 name, c->group ? c->group->name : "");
}

/* Azure returns some ids with parts in another case than they were sent. */
void arm_set_id(struct arm_call *c, struct json *o, const struct az_group *g, const char *type,
		const char *name)
{
	char *id = az_resource_id(g, type, name);

	if (c->mixed_case) {
		char *at = strstr(id, "/resourceGroups/");

		for (at += strlen("/resourceGroups/"); *at && *at != '/'; at++)
			if (*at >= 'a' && *at <= 'z')
				*at = (char)(*at - 'a' + 'A');
	}
	json_set_str(o, "id", id);
	free(id);
}

const char *arm_time(char out[40], int64_t ms)
{
	char text[CLOCK_TEXT];

	clock_text(text, ms);
	snprintf(out, 40, "%.19s.%03d0000+00:00", text, (int)(ms % 1000));
	return out;
}

const char *arm_shown_time(const struct arm_call *c, char out[40], int64_t ms)
{
	return arm_time(out, ms + c->arm->skew_ms);
}

void arm_json_drop(struct json *o, const char *path)
{
	char parent[160];
	const char *dot = strrchr(path, '.');
	struct json *at = o;

	if (dot) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(dot - path), path);
		at = json_get_mut(o, parent);
	}
	if (at && json_is(at, JSON_OBJECT))
		json_del(at, dot ? dot + 1 : path);
}
