/* Faults, asked for or by chance: what a platform does to its clients on a bad day. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "base/mem.h"
#include "base/text.h"

static const char *const effects[] = { "status",     "reset-before", "reset-after",
				       "slow",	     "truncate",     "garbage",
				       "mixed-case", "empty-page",   NULL };

static bool contains(const char *text, const char *part)
{
	size_t n = strlen(part);

	for (; *text; text++) {
		char head[164];

		snprintf(head, sizeof(head), "%.*s", (int)n, text);
		if (text_casecmp(head, part) == 0)
			return true;
	}
	return n == 0;
}

struct az_rule *arm_fault_match(struct arm *a, const struct arm_request *req)
{
	for (struct az_rule *r = a->w->sc.rules; r; r = r->next)
		if (r->count != 0 && (!*r->method || strcmp(r->method, req->method) == 0) &&
		    contains(req->path, r->match) && strncmp(req->path, "/azsim/", 7) != 0) {
			if (r->count > 0)
				r->count--;
			return r;
		}
	return NULL;
}

/* What a real refusal of this status carries, so that a fault that was asked for looks like
 * one. */
static void platform_error(struct arm_call *c, int status, const char *code)
{
	const char *text =
	    status == 503 ? "The service is unavailable now. Retry the request after some time."
	    : status == 429
		? "The request is throttled. Retry it after the time in Retry-After."
		: "Encountered internal server error. Diagnostic information: timestamp '', tracking id "
		  "'', request correlation id ''.";

	c->arm->n.faults++;
	if (status == 401) {
		arm_refuse_token(c, code, "The access token is no longer accepted.");
		return;
	}
	if (status == 503 || status == 429)
		arm_header(c, "Retry-After", "%.0f", c->w->sc.retry_after_s);
	az_refuse(&c->r, status, code, "%s", text);
}

static void asked_for(struct arm_call *c, const struct az_rule *r, bool *done)
{
	if (strcmp(r->effect, "status") == 0) {
		int status = r->status ? (int)r->status : 500;

		platform_error(c, status,
			       *r->code	       ? r->code
			       : status == 503 ? "ServiceUnavailable"
					       : "InternalServerError");
		*done = true;
		return;
	}
	c->arm->n.faults++;
	if (strcmp(r->effect, "reset-before") == 0) {
		c->reply->drop = true;
		*done = true;
	} else if (strcmp(r->effect, "reset-after") == 0) {
		c->reply->drop = true;
	} else if (strcmp(r->effect, "slow") == 0) {
		c->reply->delay_ms += r->ms ? r->ms : (int64_t)c->w->sc.slow_ms;
	} else if (strcmp(r->effect, "truncate") == 0 || strcmp(r->effect, "garbage") == 0) {
		c->reply->truncate = true;
	} else if (strcmp(r->effect, "mixed-case") == 0) {
		c->mixed_case = true;
	} else if (strcmp(r->effect, "empty-page") == 0) {
		c->empty_page = true;
	}
}

void arm_fault_before(struct arm_call *c, bool *done)
{
	const struct az_scenario *sc = &c->w->sc;
	struct az_rule *r = arm_fault_match(c->arm, c->req);

	if (r)
		asked_for(c, r, done);
	if (*done || strncmp(c->req->path, "/subscriptions", 14) != 0)
		return;
	c->mixed_case = c->mixed_case || az_chance(c->w, sc->p_mixed_case);
	c->empty_page = c->empty_page || az_chance(c->w, sc->p_empty_page);
	if (az_chance(c->w, sc->p_slow))
		c->reply->delay_ms += (int64_t)sc->slow_ms;
	if (az_chance(c->w, sc->p_500)) {
		platform_error(c, 500, "InternalServerError");
		*done = true;
	} else if (az_chance(c->w, sc->p_503)) {
		platform_error(c, 503, "ServiceUnavailable");
		*done = true;
	} else if (az_chance(c->w, sc->p_reset_before)) {
		c->arm->n.faults++;
		c->reply->drop = true;
		*done = true;
	}
}

/* After the work is done: the client does not learn of it. */
void arm_fault_after(struct arm_call *c)
{
	const struct az_scenario *sc = &c->w->sc;

	if (strncmp(c->req->path, "/subscriptions", 14) != 0 || c->reply->drop)
		return;
	if (az_chance(c->w, sc->p_reset_after)) {
		c->arm->n.faults++;
		c->reply->drop = true;
	} else if (az_chance(c->w, sc->p_truncate)) {
		c->arm->n.faults++;
		c->reply->truncate = true;
	}
}

int arm_fault_add(struct arm *a, const struct json *spec, struct az_refusal *r)
{
	const char *effect = json_str(spec, "effect", "");
	struct az_rule *rule;
	bool known = false;

	for (size_t i = 0; effects[i]; i++)
		known = known || strcmp(effects[i], effect) == 0;
	if (!known)
		return az_refuse(
		    r, 400, "InvalidParameter",
		    "effect is one of status, reset-before, reset-after, slow, truncate, garbage, "
		    "mixed-case, empty-page; not '%s'.",
		    effect);
	rule = xcalloc(1, sizeof(*rule));
	snprintf(rule->method, sizeof(rule->method), "%s", json_str(spec, "method", ""));
	snprintf(rule->match, sizeof(rule->match), "%s", json_str(spec, "match", ""));
	snprintf(rule->effect, sizeof(rule->effect), "%s", effect);
	snprintf(rule->code, sizeof(rule->code), "%s", json_str(spec, "code", ""));
	rule->status = json_int(spec, "status", 0);
	rule->ms = json_int(spec, "ms", 0);
	rule->count = json_int(spec, "count", 1);
	rule->next = a->w->sc.rules;
	a->w->sc.rules = rule;
	return 0;
}
