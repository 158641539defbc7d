/*
 * A change from the request to its end: accepted, polled, done (azure-arm.md 3.1). Polling goes
 * on by itself; a status URL that is gone is an unknown outcome, to be settled by a look.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/mem.h"
#include "base/text.h"
#include "provider/azure/azure.h"

#define POLL_MS	    10000
#define POLL_MAX_MS 60000

static void poll_now(void *arg);

static void stage(struct cloud_call *call, enum cloud_stage s, const struct arm_answer *a,
		  const struct cloud_vm *vm)
{
	struct cloud_stage_info i = { .stage = s,
				      .cloud_code = a ? a->code : "",
				      .op_url = call->op_url,
				      .quota_limit = a ? a->quota_limit : -1,
				      .quota_used = a ? a->quota_used : -1,
				      .quota_asked = a ? a->quota_asked : -1,
				      .retry_after_ms = a ? a->retry_after_ms : 0,
				      .err = a && a->err.code != ERR_NONE ? &a->err : NULL,
				      .address = vm ? vm->address : NULL,
				      .host = vm ? vm->host : NULL };
	cloud_stage_cb *cb = call->stage_cb;
	void *arg = call->arg;

	if (s == CLOUD_ACCEPTED) {
		cb(arg, &i);
		return;
	}
	call_ending(call);
	cb(arg, &i);
	call_free(call);
}

static bool is_delete(const struct cloud_call *call)
{
	return call->verb == CLOUD_DELETE;
}

static void failed(struct cloud_call *call, const struct arm_answer *a)
{
	if (is_delete(call) && a->err.code == ERR_NOT_FOUND)
		stage(call, CLOUD_FINISHED, NULL, NULL);
	else if (a->err.code == ERR_UNKNOWN || a->err.code == ERR_TIMEOUT)
		stage(call, CLOUD_OUTCOME_UNKNOWN, a, NULL);
	else
		stage(call, CLOUD_REFUSED, a, NULL);
}

/*
 * What a made head is called and where it is: one look at the VM and at its network card
 */

struct made {
	char *host;
};

#define ERRORS_MAX 20 /* of polling in a row; then a look at the resource says more */

static void free_made(struct cloud_call *call)
{
	struct made *m = call->state;

	free(m->host);
	free(m);
}

static void on_nic(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	const struct made *m = call->state;
	struct cloud_vm vm = { .host = m->host };

	call->arm = NULL;
	if (a->err.code != ERR_NONE) {
		stage(call, CLOUD_OUTCOME_UNKNOWN, a, NULL);
		return;
	}
	vm.address = xstrdup(
	    json_str(a->body, "properties.ipConfigurations.0.properties.privateIPAddress", ""));
	stage(call, CLOUD_FINISHED, NULL, &vm);
	free(vm.address);
}

static void on_made(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	char *nic = a->body ? nic_of_vm(a->body) : NULL, *url;
	struct made *m;

	call->arm = NULL;
	if (a->err.code != ERR_NONE || !nic) {
		free(nic);
		stage(call, CLOUD_OUTCOME_UNKNOWN, a, NULL);
		return;
	}
	m = xcalloc(1, sizeof(*m));
	m->host = xstrdup(json_str(a->body, "properties.osProfile.computerName", ""));
	call->state = m;
	call->free_state = free_made;
	url = xasprintf("%s?api-version=%s", nic, API_NETWORK);
	call->arm = arm_send(call->cloud, "GET", url, NULL, NULL, on_nic, call);
	free(url);
	free(nic);
}

static void succeeded(struct cloud_call *call)
{
	char *url;

	if (call->kind != CLOUD_VM || is_delete(call) || call->verb == CLOUD_DEALLOCATE) {
		stage(call, CLOUD_FINISHED, NULL, NULL);
		return;
	}
	url = xasprintf("%s?api-version=%s", call->id, API_COMPUTE);
	call->arm = arm_send(call->cloud, "GET", url, NULL, NULL, on_made, call);
	free(url);
}

/*
 * Polling
 */

static int64_t poll_delay(const struct cloud_call *call, const struct arm_answer *a)
{
	int64_t ms = a->retry_after_ms > 0 ? a->retry_after_ms : POLL_MS;
	double jitter = 0.9 + 0.2 * rng_unit(&call->cloud->rng);

	if (ms < 200)
		ms = 200;
	return (int64_t)((double)(ms > POLL_MAX_MS ? POLL_MAX_MS : ms) * jitter);
}

static void poll_later(struct cloud_call *call, int64_t ms)
{
	if (!call->timer)
		call->timer = timer_new(call->cloud->loop, poll_now, call);
	timer_set(call->timer, ms);
}

static void operation_failed(struct cloud_call *call, const struct json *body)
{
	struct arm_answer a = { .quota_limit = -1, .quota_used = -1, .quota_asked = -1 };

	arm_error_read(&a, 200, body, "the operation failed and the cloud gave no reason");
	failed(call, &a);
}

/* .../operations/ID tells of the operation in a status of its own; what Location names answers
 * as the operation itself would, with its error when it failed (azure-arm.md 3.1). */
static bool is_async_url(const char *url)
{
	return strstr(url, "/operations/") != NULL;
}

static bool tells_the_end(enum err_code code)
{
	return code == ERR_CAPACITY || code == ERR_QUOTA || code == ERR_CONFLICT ||
	       code == ERR_INVALID;
}

static void on_poll(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	const char *status = json_str(a->body, "status", "");

	call->arm = NULL;
	if (a->err.code == ERR_NONE)
		call->errors = 0;
	if (FAILPOINT("azure.poll")) {
		poll_later(call, 1000);
		return;
	}
	if (a->err.code == ERR_NOT_FOUND) {
		stage(call, CLOUD_OUTCOME_UNKNOWN, a,
		      NULL); /* the operation's URL has expired */
	} else if (a->err.code != ERR_NONE && !is_async_url(call->op_url) &&
		   tells_the_end(a->err.code)) {
		failed(call, a);
	} else if (a->err.code != ERR_NONE && ++call->errors >= ERRORS_MAX) {
		stage(call, CLOUD_OUTCOME_UNKNOWN, a, NULL);
	} else if (a->err.code != ERR_NONE) {
		poll_later(call, POLL_MS); /* the operation goes on, whatever this answer was */
	} else if (text_casecmp(status, "Failed") == 0 ||
		   text_casecmp(status, "Canceled") == 0) {
		operation_failed(call, a->body);
	} else if (a->status == 202 || (status[0] && text_casecmp(status, "Succeeded") != 0)) {
		poll_later(call, poll_delay(call, a));
	} else {
		succeeded(call);
	}
}

static void poll_now(void *arg)
{
	struct cloud_call *call = arg;

	call->polls++;
	call->arm = arm_send(call->cloud, "GET", call->op_url, NULL, NULL, on_poll, call);
}

static const char *operation_url(const struct arm_answer *a)
{
	const char *url = http_headers_get(a->headers, "Azure-AsyncOperation");

	return url ? url : http_headers_get(a->headers, "Location");
}

static bool still_changing(const struct json *body)
{
	const char *state = json_str(body, "properties.provisioningState", "Succeeded");

	return text_casecmp(state, "Succeeded") != 0 && text_casecmp(state, "Failed") != 0;
}

static void on_change(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	const char *url;

	call->arm = NULL;
	if (a->err.code != ERR_NONE) {
		failed(call, a);
		return;
	}
	url = operation_url(a);
	if (!url && still_changing(a->body)) {
		stage(call, CLOUD_OUTCOME_UNKNOWN, a,
		      NULL); /* nothing to poll: the engine looks at the resource */
		return;
	}
	if (!url || (a->status == 200 && is_delete(call))) {
		succeeded(call);
		return;
	}
	call->op_url = xstrdup(url);
	poll_later(call, poll_delay(call, a));
	stage(call, CLOUD_ACCEPTED, a, NULL);
}

static struct cloud_call *begin(struct cloud *c, enum cloud_verb verb, enum cloud_kind kind,
				const char *id, cloud_stage_cb *cb, void *arg)
{
	struct cloud_call *call = call_new(c, arg);

	call->stage_cb = cb;
	call->verb = verb;
	call->kind = kind;
	call->id = xstrdup(id);
	return call;
}

struct cloud_call *azure_change(struct cloud *c, const struct cloud_change *ch,
				cloud_stage_cb *cb, void *arg)
{
	struct cloud_call *call = begin(c, ch->verb, ch->kind, ch->id, cb, arg);
	char *url = NULL;
	const char *method = method_of_change(ch, &url);

	arm_place_learn(&c->places, ch->id, ch->location, clock_mono_ms());
	call->arm = arm_send(c, method ? method : "GET", url ? url : ch->id, body_of_change(ch),
			     ch->request_id, on_change, call);
	free(url);
	return call;
}

struct cloud_call *azure_resume(struct cloud *c, const struct intent *in, cloud_stage_cb *cb,
				void *arg)
{
	struct cloud_call *call = begin(c, in->verb, in->kind, in->resource_id, cb, arg);

	call->op_url = xstrdup(in->op_url);
	poll_later(call, 0);
	return call;
}
