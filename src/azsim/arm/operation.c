#include <stdio.h>

#include "azsim/arm/arm.h"
#include "base/text.h"

/* Operations are found by id alone: Azure hands the URL out and nobody may build it. */
static struct az_op *find(struct arm_call *c, const char *id)
{
	struct az_op *op = az_op_find(c->w, id);

	if (!op)
		az_refuse(&c->r, 404, "NotFound",
			  "The entity was not found: operation '%s' is unknown or too old.",
			  id);
	return op;
}

static struct json *error_of(const struct az_op *op)
{
	struct json *e = json_new_object();

	json_set_str(e, "code", op->code);
	json_set_str(e, "message", op->message);
	return e;
}

static struct json *status_json(const struct az_op *op)
{
	struct json *o = json_new_object();
	char when[40];

	json_set_str(o, "startTime", arm_time(when, op->started_ms));
	if (op->state != AZ_OP_RUNNING)
		json_set_str(o, "endTime", arm_time(when, op->ended_ms));
	json_set_str(o, "status", az_op_state_name[op->state]);
	json_set_str(o, "name", op->id);
	if (op->state == AZ_OP_FAILED || op->state == AZ_OP_CANCELED)
		json_set(o, "error", error_of(op));
	return o;
}

void arm_operation(struct arm_call *c)
{
	struct az_op *op = find(c, c->arg[2]);

	if (!op)
		return;
	if (op->state == AZ_OP_RUNNING)
		arm_header(c, "Retry-After", "%.0f", c->w->sc.retry_after_s);
	arm_ok(c, 200, status_json(op));
}

/* The Location protocol: 202 while it runs, then 200 or 204, or the failure as an error of its
 * own. */
static void result(struct arm_call *c, const struct az_op *op)
{
	struct json *o;

	if (op->state == AZ_OP_RUNNING) {
		arm_header(c, "Retry-After", "%.0f", c->w->sc.retry_after_s);
		arm_header(c, "Location", "%s%s?%s", c->req->base, c->req->path,
			   c->req->query ? c->req->query : "");
		arm_ok(c, 202, NULL);
		return;
	}
	if (op->state == AZ_OP_SUCCEEDED) {
		arm_ok(c,
		       op->kind == AZ_OP_GROUP_DELETE || op->kind == AZ_OP_VM_ACTION ? 200
										     : 204,
		       NULL);
		return;
	}
	o = json_new_object();
	json_set(o, "error", error_of(op));
	arm_ok(c, 409, o);
}

void arm_operation_result(struct arm_call *c)
{
	struct az_op *op = find(c, c->arg[2]);

	if (op)
		result(c, op);
}

void arm_group_operation(struct arm_call *c)
{
	struct az_op *op = find(c, c->arg[1]);

	if (op)
		result(c, op);
}
