/* What a refusal means (azure-arm.md 3.4, 3.5): four shapes of body, one class, and the numbers
 * of a quota. Pure. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "provider/azure/azure.h"

static const struct {
	const char *code;
	enum err_code class;
} classes[] = {
	{ "AllocationFailed", ERR_CAPACITY },
	{ "ZonalAllocationFailed", ERR_CAPACITY },
	{ "OverconstrainedAllocationRequest", ERR_CAPACITY },
	{ "OverconstrainedZonalAllocationRequest", ERR_CAPACITY },
	{ "SkuNotAvailable", ERR_CAPACITY },
	{ "SpotPriceGreaterThanProvidedMaxPrice", ERR_CAPACITY },
	{ "QuotaExceeded", ERR_QUOTA },
	{ "OperationNotAllowed", ERR_CONFLICT }, /* or quota: the message tells */
	{ "SubnetIsFull", ERR_QUOTA },
	{ "TooManyRequests", ERR_THROTTLED },
	{ "SubscriptionRequestsThrottled", ERR_THROTTLED },
	{ "RetryableErrorDueToAnotherOperation", ERR_THROTTLED },
	{ "Conflict", ERR_CONFLICT },
	{ "AnotherOperationInProgress", ERR_CONFLICT },
	{ "OperationPreempted", ERR_CONFLICT },
	{ "AuthorizationFailed", ERR_DENIED },
	{ "LinkedAuthorizationFailed", ERR_DENIED },
	{ "RequestDisallowedByPolicy", ERR_DENIED },
	{ "ResourceGroupNotFound", ERR_NOT_FOUND },
	{ "ResourceNotFound", ERR_NOT_FOUND },
	{ "NotFound", ERR_NOT_FOUND },
	{ "InternalServerError", ERR_IO },
	{ "ServiceUnavailable", ERR_IO },
	{ "InternalExecutionError", ERR_IO },
	{ "InternalOperationError", ERR_IO },
	{ "TransientFailure", ERR_IO },
	{ "RetryableError", ERR_IO },
	{ "GatewayTimeout", ERR_IO },
	{ "OSProvisioningTimedOut", ERR_IO },
	{ "OSProvisioningInternalError", ERR_IO },
	{ "VMStartTimedOut", ERR_IO },
};

static int class_of_code(const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (text_casecmp(classes[i].code, code) == 0)
			return (int)classes[i].class;
	return -1;
}

/* Something else still has it, and it is free when that is gone: said as a bad request, too. */
static bool is_held(const char *code)
{
	static const char *const held[] = { "NicReservedForAnotherVm", "NicInUse",
					    "ResourceInUse",
					    "InUse" /* SubnetCannotBeDeleted ... */ };

	for (size_t i = 0; i < ARRAY_LEN(held); i++)
		if (text_has_prefix(code, held[i]))
			return true;
	return false;
}

enum err_code arm_error_class(int status, const char *code, const char *message)
{
	int known = class_of_code(code);

	if (status == 429)
		return ERR_THROTTLED;
	if (text_casecmp(code, "OperationNotAllowed") == 0)
		return strstr(message, "uota") ? ERR_QUOTA : ERR_CONFLICT;
	if (known >= 0)
		return (enum err_code)known;
	if (status == 401 || status == 403)
		return ERR_DENIED;
	if (status == 404)
		return ERR_NOT_FOUND;
	if (status == 409 || status == 412 || is_held(code))
		return ERR_CONFLICT;
	return status >= 500 || status == 408 ? ERR_IO : ERR_INVALID;
}

#define DEPTH_MAX 8

/* Depth first: the innermost code that we know says most. NULL when none is known. */
static const struct json *innermost(const struct json *e, int depth)
{
	const struct json *details = json_get(e, "details");
	const struct json *found = NULL;

	for (size_t i = 0; depth < DEPTH_MAX && !found && i < json_len(details) && i < 50; i++)
		found = innermost(json_at(details, i), depth + 1);
	if (found)
		return found;
	return class_of_code(json_str(e, "code", "")) >= 0 ? e : NULL;
}

static const struct json *most_specific(const struct json *e)
{
	const struct json *found = innermost(e, 0);

	return found ? found : e;
}

static int64_t number_after(const char *text, const char *label)
{
	const char *at = strstr(text, label);
	int64_t n = -1;
	size_t len = 0;

	if (!at)
		return -1;
	at += strlen(label);
	while (*at == ':' || *at == ' ')
		at++;
	while (isdigit((unsigned char)at[len]))
		len++;
	return num_read_n(&n, at, len, 0, INT64_MAX) == 0 ? n : -1;
}

void arm_error_read(struct arm_answer *a, int status, const struct json *body, const char *text)
{
	const struct json *e = json_get(body, "error");
	const char *code, *message;
	char clean[240];

	if (!json_is(e, JSON_OBJECT))
		e = body;
	e = most_specific(e);
	code = json_str(e, "code", "");
	message = json_str(e, "message", NULL);
	if (!message)
		message = json_str(body, "error_description", text ? text : "no message");
	text_clean(clean, sizeof(clean), message, strlen(message));
	snprintf(a->code, sizeof(a->code), "%.63s", code);
	a->quota_limit = number_after(message, "Current Limit");
	a->quota_used = number_after(message, "Current Usage");
	a->quota_asked = number_after(message, "Additional Required");
	err_set(&a->err, arm_error_class(status, code, message), "%s%s%s", code,
		code[0] ? ": " : "", clean);
}
