/* The cost answer as one table of comma-separated values (RFC 4180, but for its line ends), for
 * spreadsheets and scripts. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "command/command.h"

static const struct {
	const char *name, *list;
} lists[] = {
	{ "cluster", "by_cluster" }, { "array", "by_array" }, { "user", "by_user" },
	{ "account", "by_account" }, { "job", "jobs" },	      { "kind", "by_kind" },
	{ "time", "series.points" },
};

static const char *const words[] = {
	"cluster", "array", "user", "id", "name", "kind", "account"
};
static const char *const sums[] = { "node_hours", "ondemand_usd", "spot_usd",	  "saved_usd",
				    "idle_usd",	  "usd",	  "usd_per_hour", "share" };

/* A name that a spreadsheet would take for a formula gets a quote in front (as job names come
 * from users). */
static void put_text(struct buf *out, const char *text)
{
	const char *guard = text[0] && strchr("=+-@\t\r", text[0]) ? "'" : "";

	if (!guard[0] && !text[strcspn(text, ",\"\r\n")]) {
		buf_adds(out, text);
		return;
	}
	buf_addf(out, "\"%s", guard);
	for (; *text; text++) {
		if (*text == '"')
			buf_addc(out, '"');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

static void put_row(struct buf *out, const char *list, const struct json *row)
{
	char when[CLOCK_TEXT] = "";

	if (json_get(row, "at_ms"))
		clock_text(when, json_int(row, "at_ms", 0));
	buf_addf(out, "%s,%s", list, when);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		buf_addc(out, ',');
		put_text(out, json_str(row, words[i], ""));
	}
	for (size_t i = 0; i < ARRAY_LEN(sums); i++)
		if (json_get(row, sums[i]))
			buf_addf(out, ",%.6f", json_real(row, sums[i], 0));
		else
			buf_addc(out, ',');
	buf_adds(out, "\n");
}

void command_cost_csv(struct buf *out, const struct json *cost)
{
	buf_adds(out, "table,time");
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		buf_addf(out, ",%s", strcmp(words[i], "id") == 0 ? "job" : words[i]);
	for (size_t i = 0; i < ARRAY_LEN(sums); i++)
		buf_addf(out, ",%s", sums[i]);
	buf_adds(out, "\n");
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		const struct json *list = json_get(cost, lists[i].list);

		for (size_t k = 0; k < json_len(list); k++)
			put_row(out, lists[i].name, json_at(list, k));
	}
	put_row(out, "total", json_get(cost, "total"));
}
