#include "azsim/arm/arm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

struct arm *arm_new(struct az_world *w, const struct arm_options *o)
{
	struct arm *a = xcalloc(1, sizeof(*a));
	struct buf n = BUF_INIT(4096), e = BUF_INIT(64);
	char hex[SHA256_HEX];

	a->w = w;
	a->client_id = xstrdup(o->client_id);
	a->client_secret = xstrdup(o->client_secret);
	a->control_key = o->control_key ? xstrdup(o->control_key) : NULL;
	a->guests = o->guests;
	a->key = o->key;
	a->arm_url = xstrdup("https://127.0.0.1");
	a->plain_url = xstrdup("http://127.0.0.1");
	rsa_key_public(o->key, &n, &e);
	sha256_hex(hex, buf_str(&n), n.len);
	memcpy(a->kid, hex, 32);
	a->calls = xcalloc(ARM_CALLS_KEPT, sizeof(*a->calls));
	a->group_writes = map_new(free, true);
	buf_clear(&n);
	buf_clear(&e);
	return a;
}

void arm_free(struct arm *a)
{
	if (!a)
		return;
	rsa_key_free(a->key);
	free(a->client_id);
	free(a->client_secret);
	free(a->control_key);
	free(a->arm_url);
	free(a->plain_url);
	free(a->calls);
	map_free(a->group_writes);
	free(a);
}

void arm_reply_clear(struct arm_reply *reply)
{
	http_headers_clear(&reply->headers);
	buf_clear(&reply->body);
}

/* Walks pattern and path segment by segment; "*" takes one. */
static bool match(struct arm_call *c, const char *pattern)
{
	size_t i = 1;

	c->n_args = 0;
	for (const char *p = pattern + 1; *p; i++) {
		size_t len = strcspn(p, "/");

		if (i >= c->seg.n || !*c->seg.v[i])
			return false;
		if (len == 1 && *p == '*') {
			if (c->n_args < ARM_ARGS)
				c->arg[c->n_args++] = c->seg.v[i];
		} else if (strlen(c->seg.v[i]) != len) {
			return false;
		} else {
			char part[80];

			snprintf(part, sizeof(part), "%.*s", (int)len, p);
			if (text_casecmp(part, c->seg.v[i]) != 0)
				return false;
		}
		p += len;
		p += *p == '/';
	}
	return i == c->seg.n;
}

static int no_route(struct arm_call *c, bool other_method)
{
	const struct strs *s = &c->seg;

	if (other_method)
		return az_refuse(&c->r, 405, "MethodNotAllowed",
				 "The requested resource does not support http method '%s'.",
				 c->req->method);
	for (size_t i = 3; i + 2 < s->n; i++) {
		if (text_casecmp(s->v[i], "providers") != 0)
			continue;
		if (strncmp(s->v[i + 1], "Microsoft.", 10) != 0)
			return az_refuse(&c->r, 404, "InvalidResourceNamespace",
					 "The resource namespace '%s' is invalid.",
					 s->v[i + 1]);
		return az_refuse(
		    &c->r, 404, "InvalidResourceType",
		    "The resource type '%s' could not be found in the namespace '%s' for api version '%s'.",
		    s->v[i + 2], s->v[i + 1], c->api_version);
	}
	return az_refuse(&c->r, 404, "NotFound", "There is nothing at %s.", c->req->path);
}

static int find_route(struct arm_call *c)
{
	bool other = false;

	for (const struct arm_route *r = arm_routes; r->method; r++) {
		if (!match(c, r->pattern))
			continue;
		other = true;
		if (strcmp(r->method, c->req->method) != 0)
			continue;
		c->route = r;
		return 0;
	}
	c->n_args = 0;
	return no_route(c, other);
}

static bool is_date_version(const char *v)
{
	static const char shape[] = "dddd-dd-dd";

	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'd' ? v[i] < '0' || v[i] > '9' : v[i] != shape[i])
			return false;
	return v[10] == '\0' || strcmp(v + 10, "-preview") == 0 ||
	       strcmp(v + 10, "-privatepreview") == 0;
}

static int check_version(struct arm_call *c)
{
	struct buf b = BUF_INIT(64);
	bool there = arm_query(c, "api-version", &b);

	snprintf(c->api_version, sizeof(c->api_version), "%s", buf_str(&b));
	buf_clear(&b);
	if (!there || !*c->api_version)
		return az_refuse(
		    &c->r, 400, "MissingApiVersionParameter",
		    "The api-version query parameter (?api-version=) is required for all requests.");
	if (!is_date_version(c->api_version))
		return az_refuse(
		    &c->r, 400, "InvalidApiVersionParameter",
		    "The api-version '%s' is invalid. It is to be in the form 'yyyy-MM-dd'.",
		    c->api_version);
	if (strncmp(c->api_version, "2014", 4) < 0 || strncmp(c->api_version, "2030", 4) > 0)
		return az_refuse(
		    &c->r, 400, "NoRegisteredProviderFound",
		    "No registered resource provider found for API version '%s'. The supported "
		    "api-versions include '2021-07-01, 2022-10-01, 2023-01-31, 2024-01-01, 2024-03-01'.",
		    c->api_version);
	return 0;
}

static bool is_guid(const char *s)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < 36; i++)
		if (shape[i] == 'x' ? !s[i] || !strchr("0123456789abcdefABCDEF", s[i])
				    : s[i] != '-')
			return false;
	return s[36] == '\0';
}

static int check_subscription(struct arm_call *c)
{
	const char *sub = c->seg.n > 2 && text_casecmp(c->seg.v[1], "subscriptions") == 0
			      ? c->seg.v[2]
			      : NULL;

	if (!sub || text_casecmp(sub, AZ_SUBSCRIPTION) == 0)
		return 0;
	if (!is_guid(sub))
		return az_refuse(
		    &c->r, 400, "InvalidSubscriptionId",
		    "The provided subscription identifier '%s' is malformed or invalid.", sub);
	return az_refuse(&c->r, 404, "SubscriptionNotFound",
			 "The subscription '%s' could not be found.", sub);
}

static enum az_class class_of(const char *method)
{
	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return AZ_READ;
	return strcmp(method, "DELETE") == 0 ? AZ_DELETE : AZ_WRITE;
}

static const char *region_of(const struct arm_call *c)
{
	const char *l = json_str(c->body, "location", NULL);

	for (size_t i = 3; i + 1 < c->seg.n; i++)
		if (text_casecmp(c->seg.v[i], "locations") == 0)
			l = c->seg.v[i + 1];
	if (!l && c->group)
		l = c->group->location;
	return az_region_find(l) < 0 ? "global" : az_regions[az_region_find(l)].name;
}

static void count_group_write(struct arm_call *c)
{
	size_t at = 0;
	int64_t *n;

	while (at < c->seg.n && text_casecmp(c->seg.v[at], "resourceGroups") != 0)
		at++;
	if (c->charge.class != AZ_WRITE || at + 1 >= c->seg.n)
		return;
	n = map_get(c->arm->group_writes, c->seg.v[at + 1]);
	if (!n) {
		n = xcalloc(1, sizeof(*n));
		map_put(c->arm->group_writes, c->seg.v[at + 1], n);
	}
	(*n)++;
}

/* Operation polls are counted per resource in Azure; here per operation, which is what one
 * resource has under way. */
static void charge(struct arm_call *c)
{
	struct az_charge *ch = &c->charge;
	char *key =
	    xasprintf("%s/%s", c->n_args > 1 ? c->arg[1] : "", c->n_args > 2 ? c->arg[2] : "");

	ch->class = class_of(c->req->method);
	ch->policy = c->route->policy;
	if (ch->policy == AZ_SET_CREATE && c->group && az_set_find(c->group, c->arg[2]))
		ch->policy = AZ_SET_UPDATE; /* PUT of what exists */
	if (ch->policy == AZ_VM_CREATE && c->group && az_vm_find(c->group, c->arg[2]))
		ch->policy = AZ_VM_UPDATE;
	ch->region = region_of(c);
	ch->resource = key;
	az_throttle_charge(&c->w->throttle, ch, c->w->sc.throttle != 0, az_world_now(c->w));
	ch->resource = NULL;
	c->arm->n.by_class[ch->class]++;
	c->arm->n.by_policy[ch->policy]++;
	count_group_write(c);
	free(key);
}

static const char *const class_word[AZ_CLASSES] = { "reads", "writes", "deletes" };

static void rate_headers(struct arm_call *c)
{
	const struct az_charge *ch = &c->charge;
	const char *name = az_policies[ch->policy].name;
	char head[80];

	if (!ch->region)
		return;
	snprintf(head, sizeof(head), "x-ms-ratelimit-remaining-subscription-%s",
		 class_word[ch->class]);
	arm_header(c, head, "%.0f", ch->left_arm);
	snprintf(head, sizeof(head), "x-ms-ratelimit-remaining-subscription-global-%s",
		 class_word[ch->class]);
	arm_header(c, head, "%.0f", ch->left_global);
	if (ch->policy == AZ_GRAPH) {
		arm_header(c, "x-ms-user-quota-remaining", "%.0f",
			   ch->left_all < 0 ? 0 : ch->left_all);
		arm_header(c, "x-ms-user-quota-resets-after", "00:00:05");
	} else if (name && ch->policy < AZ_NET_WRITE && ch->left_all >= 0) {
		if (ch->left_each >= 0)
			arm_header(
			    c, "x-ms-ratelimit-remaining-resource",
			    "Microsoft.Compute/%sResource;%.0f,Microsoft.Compute/%sSubscriptionMaximum;%.0f",
			    name, ch->left_each, name, ch->left_all);
		else
			arm_header(c, "x-ms-ratelimit-remaining-resource",
				   "Microsoft.Compute/%sSubscriptionMaximum;%.0f", name,
				   ch->left_all);
		arm_header(c, "x-ms-request-charge", "1");
	}
}

static int throttled(struct arm_call *c)
{
	const struct az_charge *ch = &c->charge;
	const char *name = az_policies[ch->policy].name;
	int64_t wait = (ch->wait_ms + 999) / 1000;
	struct json *o, *e;

	if (ch->verdict == AZ_ADMITTED)
		return 0;
	c->arm->n.throttled++;
	arm_header(c, "Retry-After", "%lld", (long long)(wait > 0 ? wait : 1));
	if (ch->verdict == AZ_ARM_EMPTY)
		return az_refuse(
		    &c->r, 429, "TooManyRequests",
		    "Number of requests for subscription '%s' and operation '%s' exceeded the backend "
		    "storage limit. Please try again after '%lld' seconds.",
		    AZ_SUBSCRIPTION, class_word[ch->class], (long long)wait);
	if (ch->policy >= AZ_NET_WRITE)
		return az_refuse(
		    &c->r, 429, ch->policy == AZ_GRAPH ? "RateLimiting" : "TooManyRequests",
		    "The requests of this client exceed the limit of %s. Try again after %lld seconds.",
		    name, (long long)wait);
	o = json_new_object(); /* the compute provider's older form: no "error" around it */
	json_set_str(o, "code", "OperationNotAllowed");
	json_set_str(
	    o, "message",
	    "The server rejected the request because too many requests have been received "
	    "for this subscription.");
	e = json_add_object(json_set_array(o, "details"));
	json_set_str(e, "code", "TooManyRequests");
	json_set_str(e, "target", name);
	json_set(e, "message",
		 json_new_string(
		     "{\"operationGroup\":\"\",\"startTime\":\"\",\"allowedRequestCount\":0}"));
	arm_ok(c, 429, o);
	return -1;
}

static int check_group(struct arm_call *c)
{
	if (!(c->route->flags & ARM_GROUP))
		return 0;
	c->group = az_group_find(c->w, c->arg[1]);
	if (!c->group)
		return az_refuse(&c->r, 404, "ResourceGroupNotFound",
				 "Resource group '%s' could not be found.", c->arg[1]);
	if (c->group->deleting && class_of(c->req->method) == AZ_WRITE)
		return az_refuse(
		    &c->r, 409, "ResourceGroupBeingDeleted",
		    "The resource group '%s' is in deprovisioning state and cannot perform this operation.",
		    c->group->name);
	return 0;
}

static int read_body(struct arm_call *c)
{
	struct err err = ERR_INIT;

	if (c->req->body_len > 0 && class_of(c->req->method) == AZ_WRITE &&
	    !(c->route->flags & ARM_OPEN && !(c->route->flags & ARM_CONTROL))) {
		c->body = json_parse(c->req->body, c->req->body_len, &err);
		if (!c->body || !json_is(c->body, JSON_OBJECT))
			return az_refuse(
			    &c->r, 400, "InvalidRequestContent",
			    "The request content was invalid and could not be deserialized: '%s'.",
			    c->body ? "an object is wanted" : err.msg);
	}
	if (!c->body && (c->route->flags & ARM_BODY))
		return az_refuse(&c->r, 400, "MissingRequestBody",
				 "The request body is empty; a JSON object is wanted.");
	return 0;
}

static int check_control(struct arm_call *c)
{
	const char *key = http_headers_get(c->req->headers, "x-azsim-key");

	if (!c->arm->control_key)
		return az_refuse(&c->r, 404, "NotFound",
				 "Control calls are off: start azsim with --control.");
	if (c->req->tls)
		return az_refuse(&c->r, 404, "NotFound",
				 "Control calls are answered on the plain port only.");
	if (c->req->local || (key && same_secret(key, c->arm->control_key)))
		return 0;
	return az_refuse(
	    &c->r, 403, "ControlKey",
	    "The header x-azsim-key is missing or wrong; the key is in control.key of the state folder.");
}

static int checks(struct arm_call *c)
{
	unsigned int flags;

	if (find_route(c) != 0)
		return -1;
	flags = c->route->flags;
	if (flags & ARM_CONTROL)
		return check_control(c) != 0 || read_body(c) != 0 ? -1 : 0;
	if (flags & ARM_OPEN)
		return 0;
	if (arm_check_token(c) != 0 || check_subscription(c) != 0 || check_version(c) != 0)
		return -1;
	if (check_group(c) != 0)
		return -1;
	if (read_body(c) != 0)
		return -1;
	charge(c);
	return throttled(c);
}

static void log_call(struct arm_call *c)
{
	struct arm *a = c->arm;
	struct arm_logged *l = &a->calls[a->calls_at++ % ARM_CALLS_KEPT];

	if (c->route && (c->route->flags & ARM_CONTROL))
		return;
	a->n.calls++;
	a->n.failed += c->reply->status >= 500;
	a->n.refused += c->reply->status >= 400 && c->reply->status < 500;
	*l = (struct arm_logged){ .at_ms = az_world_now(c->w), .status = c->reply->status };
	snprintf(l->method, sizeof(l->method), "%s", c->req->method);
	snprintf(l->path, sizeof(l->path), "%s", c->req->path);
	snprintf(l->request_id, sizeof(l->request_id), "%s", c->request_id);
	snprintf(l->policy, sizeof(l->policy), "%s",
		 az_policies[c->charge.policy].name ? az_policies[c->charge.policy].name : "");
	l->left_arm = c->charge.left_arm;
	l->left_all = c->charge.left_all;
	l->left_each = c->charge.left_each;
}

static void id_headers(struct arm_call *c)
{
	const char *id = http_headers_get(c->req->headers, "x-ms-client-request-id");
	const char *corr = http_headers_get(c->req->headers, "x-ms-correlation-request-id");
	const char *echo = http_headers_get(c->req->headers, "x-ms-return-client-request-id");

	arm_header(c, "x-ms-request-id", "%s", c->request_id);
	arm_header(c, "x-ms-correlation-request-id", "%s",
		   corr && is_guid(corr) ? corr : c->request_id);
	arm_header(c, "x-ms-routing-request-id", "AZSIM:%s", c->request_id);
	if (id && echo && text_casecmp(echo, "true") == 0 && strlen(id) < 100)
		arm_header(c, "x-ms-client-request-id", "%s", id);
}

/* Azure's front: every answer takes some time, a write more. */
static void add_latency(struct arm_call *c)
{
	const struct az_scenario *sc = &c->w->sc;

	if (c->route && (c->route->flags & ARM_CONTROL))
		return;
	c->reply->delay_ms += az_range_ms(sc->front_min, sc->front_max, &c->w->rng);
	if (class_of(c->req->method) != AZ_READ)
		c->reply->delay_ms += az_range_ms(sc->write_min, sc->write_max, &c->w->rng);
}

void arm_handle(struct arm *a, const struct arm_request *req, struct arm_reply *reply)
{
	struct arm_call c = {
		.arm = a,
		.w = a->w,
		.req = req,
		.reply = reply,
		.seg = STRS_INIT(24),
		.charge = { .left_arm = -1, .left_all = -1, .left_each = -1 },
	};
	char date[CLOCK_TEXT];
	bool done = false;

	*reply = (struct arm_reply){ .body = BUF_INIT(BUF_TEXT_MAX) };
	rand_uuid(c.request_id);
	az_world_run(a->w); /* what is due by now has happened before this call */
	if (strs_split(&c.seg, req->path, strlen(req->path), '/') != 0)
		az_refuse(&c.r, 404, "NotFound", "The path has too many parts.");
	else
		arm_fault_before(&c, &done);
	if (!done && !c.r.status && checks(&c) == 0 && !c.r.status)
		c.route->run(&c);
	if (c.r.status && !reply->status) {
		json_free(c.json);
		c.json = arm_error_json(&c.r);
		reply->status = c.r.status;
	}
	id_headers(&c);
	rate_headers(&c);
	if (a->skew_ms)
		arm_header(&c, "Date", "%s", clock_http(date, az_world_now(a->w) + a->skew_ms));
	arm_fault_after(&c);
	if (c.json && strcmp(req->method, "HEAD") != 0)
		json_write(&reply->body, c.json);
	add_latency(&c);
	log_call(&c);
	json_free(c.json);
	json_free(c.body);
	strs_clear(&c.seg);
}
