#include "command/loss.h"

#include <string.h>

#include "base/buf.h"

#define NAMED 3 /* of what is lost: the plan above the sentence lists all */

bool loss_is_data(const struct json *lost)
{
	return strcmp(json_str(lost, "key", ""), "unknown jobs") != 0;
}

bool plan_loses_data(const struct json *plan)
{
	const struct json *lost = json_get(plan, "data_lost");

	for (size_t i = 0; i < json_len(lost); i++)
		if (loss_is_data(json_at(lost, i)))
			return true;
	return false;
}

/* "none" is nothing, and no storage is called so by chance: --keep "" is easily mistyped. */
char *plan_wanted(const struct command_run *r)
{
	const char *keep = command_option(r, "keep"), *cluster = r->args.v[0];

	if (!keep)
		return client_path("/v1/clusters/%/teardown", cluster, (char *)NULL);
	return client_path("/v1/clusters/%/teardown?keep=%", cluster,
			   strcmp(keep, "none") == 0 ? "" : keep, (char *)NULL);
}

const char *plan_agreement(const struct json *plan, bool force)
{
	return json_str(plan, force ? "hash_forced" : "hash", "");
}

static bool option_is(const struct command_run *r, const char *name, const char *value)
{
	const char *given = command_option(r, name);

	return given && strcmp(given, value) == 0;
}

bool loss_is_accepted(const struct command_run *r, const struct json *plan)
{
	return !plan_loses_data(plan) || command_option(r, LOSS_OPTION) ||
	       command_option(r, "yes") || option_is(r, "keep", "none") ||
	       option_is(r, "plan", plan_agreement(plan, command_option(r, "force")));
}

/* "shared (/shared), scratch (/scratch) and 2 more" */
static void name_lost(struct buf *out, const struct json *plan)
{
	const struct json *lost = json_get(plan, "data_lost");
	size_t n = 0;

	for (size_t i = 0; i < json_len(lost); i++) {
		const struct json *l = json_at(lost, i);

		if (loss_is_data(l) && n++ < NAMED)
			buf_addf(out, "%s%.20s (%.24s)", n > 1 ? ", " : "",
				 json_str(l, "name", "?"), json_str(l, "path", "?"));
	}
	if (n > NAMED)
		buf_addf(out, " and %zu more", n - NAMED);
}

/* What --keep has to name so that as little as possible is lost. true: then nothing is. */
static bool name_kept(struct buf *out, const struct json *plan)
{
	const struct json *list = json_get(plan, "storage");
	bool all = true;

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *s = json_at(list, i);
		bool copied = strcmp(json_str(s, "act", ""), "snapshot") == 0;

		if (json_bool(s, "can_keep", false))
			buf_addf(out, "%s%s%s", out->len ? "," : "", json_str(s, "name", "?"),
				 copied ? "=snapshot" : "");
		else
			all = false;
	}
	return all;
}

/* One that is kept already is what a row without a cluster has: it stays as long as the row. */
static bool can_keep_lost(const struct json *plan)
{
	const struct json *list = json_get(plan, "storage");

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *s = json_at(list, i);

		if (json_bool(s, "can_keep", false) &&
		    strcmp(json_str(s, "act", ""), "delete") == 0)
			return strcmp(json_str(plan, "state", ""), "kept") != 0;
	}
	return false;
}

int loss_refused(const struct command_run *r, const struct json *plan, struct err *err)
{
	enum err_code code = r->io->ask ? ERR_CONFLICT : ERR_INVALID;
	struct buf lost = BUF_INIT(BUF_TEXT_MAX), keep = BUF_INIT(BUF_TEXT_MAX);
	bool all = name_kept(&keep, plan), kept = can_keep_lost(plan);

	name_lost(&lost, plan);
	if (kept && all)
		err_set(
		    err, code,
		    "nothing was deleted: %s would be lost: add --keep %.60s, or --" LOSS_OPTION
		    " when it may go",
		    buf_str(&lost), buf_str(&keep));
	else if (kept)
		err_set(
		    err, code,
		    "nothing was deleted: %s would be lost: add --keep %.60s for what can be kept, and --" LOSS_OPTION
		    " for the rest",
		    buf_str(&lost), buf_str(&keep));
	else
		err_set(err, code,
			"nothing was deleted: %s would be lost: add --" LOSS_OPTION
			" when it may go",
			buf_str(&lost));
	buf_clear(&lost);
	buf_clear(&keep);
	return -1;
}
