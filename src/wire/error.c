#include "base/text.h"
#include "wire/wire.h"

static const int statuses[ERR_COUNT] = {
	[ERR_NONE] = 200,      [ERR_IO] = 502,	      [ERR_TIMEOUT] = 504,
	[ERR_UNKNOWN] = 502,   [ERR_NOT_FOUND] = 404, [ERR_EXISTS] = 409,
	[ERR_PARSE] = 400,     [ERR_INVALID] = 422,   [ERR_DENIED] = 403,
	[ERR_THROTTLED] = 429, [ERR_CAPACITY] = 409,  [ERR_QUOTA] = 409,
	[ERR_CONFLICT] = 409,  [ERR_FULL] = 507,      [ERR_UNSUPPORTED] = 501,
	[ERR_INTERNAL] = 500,  [ERR_STALE] = 412,     [ERR_UNREAD] = 428,
};

struct json *wire_error_json(const struct err *e, const char *id)
{
	struct json *j = json_new_object();
	struct json *inner = json_set_object(j, "error");

	json_set_str(inner, "code", err_name(e->code));
	json_set_str(inner, "message", e->msg);
	if (id)
		json_set_str(inner, "id", id);
	return j;
}

int wire_error_read(struct err *e, const struct json *j)
{
	const char *code = json_str(j, "error.code", NULL);

	if (!code)
		return -1;
	err_set(e, err_code_of(code), "%s", json_str(j, "error.message", "no message"));
	return 0;
}

int wire_error_status(enum err_code code)
{
	return statuses[code];
}
