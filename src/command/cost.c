/* Money: what was spent and for whom, what runs now, and where it leads. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/run.h"
#include "model/budget.h"

#define PERCENT 100

static const char *usd(char out[24], const struct json *j, const char *path)
{
	return money_text(out, json_real(j, path, 0));
}

static const char *hours(char out[24], const struct json *j)
{
	snprintf(out, 24, "%.1f", json_real(j, "node_hours", 0));
	return out;
}

static const char *percent(char out[24], const struct json *j, const char *path)
{
	snprintf(out, 24, "%.0f %%", json_real(j, path, 0) * PERCENT);
	return out;
}

/*
 * The sentences
 */

static void show_rate(struct command_run *r, const struct json *j)
{
	int64_t unpriced = json_int(j, "rate.unpriced", 0);
	char now[24], idle[24];

	show_fact(r, "now", "%s%s/h, of it idle %s/h", unpriced ? "at least " : "",
		  usd(now, j, "rate.usd_per_hour"), usd(idle, j, "rate.idle_usd_per_hour"));
	if (unpriced)
		show_fact(r, "", "%s at a price that is not known",
			  count_text((char[48]){ 0 }, unpriced, "machine"));
}

/* R5.9 */
static void show_kept(struct command_run *r, const struct json *j)
{
	int64_t n = json_int(j, "kept.nodes", 0);
	char rate[24], sum[24];

	if (n)
		show_fact(r, "kept", "%s by operators: %s/h, %s so far",
			  count_text((char[48]){ 0 }, n, "node"),
			  usd(rate, j, "kept.usd_per_hour"), usd(sum, j, "kept.usd"));
}

static const char *budget_word(const char *state)
{
	static const char *const words[][2] = {
		{ "over", "used up: no nodes are made for new jobs; " BUDGET_RAISE },
		{ "committed",
		  "all of it is taken: no nodes are made for new jobs; " BUDGET_RAISE },
		{ "will_be_over", "too small for this month at the present rate" },
		{ "near", "near its end" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(state, words[i][0]) == 0)
			return words[i][1];
	return "enough at the present rate";
}

/* What of a budget is not spent, and will be by what runs. */
static const char *more_text(char out[BUDGET_MORE_TEXT], const struct json *b)
{
	return budget_more_text(out, json_real(b, "spent_usd", 0),
				json_real(b, "committed_usd", 0));
}

static void show_budget(struct command_run *r, const struct json *j)
{
	int64_t with = json_int(j, "budget.with", 0), all = json_int(j, "budget.clusters", 0);
	char spent[24], limit[24], share[24], more[BUDGET_MORE_TEXT], which[80] = "";

	if (!json_is(json_get(j, "budget"), JSON_OBJECT))
		return;
	if (with < all) /* and no sum of them stands beside what all have spent */
		snprintf(which, sizeof(which),
			 "%lld of %lld clusters ha%s one: ", (long long)with, (long long)all,
			 with == 1 ? "s" : "ve");
	show_fact(r, "budget", "%s%s of %s this month (%s)%s: %s", which,
		  usd(spent, j, "budget.spent_usd"), usd(limit, j, "budget.month_usd"),
		  percent(share, j, "budget.share"), more_text(more, json_get(j, "budget")),
		  budget_word(json_str(j, "budget.state", "ok")));
}

/* Of arrays, users and accounts. */
static void show_budgets(struct command_run *r, const struct json *j)
{
	const struct json *list = json_get(j, "budgets");

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *b = json_at(list, i);
		const char *state = json_str(b, "state", "");
		char spent[24], limit[24], share[24], more[BUDGET_MORE_TEXT];

		show_fact(r, i ? "" : "budgets", "%s, %s, %s: %s of %s (%s)%s%s%s",
			  json_str(b, "name", "?"), json_str(b, "of", "?"),
			  json_str(b, "period", "?"), usd(spent, b, "spent_usd"),
			  usd(limit, b, "limit_usd"), percent(share, b, "share"),
			  more_text(more, b), state[0] ? ": " : "",
			  strcmp(state, "over") == 0 ? "used up, no node is made for it"
			  : strcmp(state, "committed") == 0
			      ? "committed, no node is made for it"
			  : strcmp(state, "off") == 0 ? "not its time"
						      : state);
	}
}

/* "2026-11-24 11:00": hours of UTC, as the ledger's. */
static const char *hour_text(char out[CLOCK_TEXT], int64_t ms)
{
	clock_text(out, ms);
	out[10] = ' ';
	out[16] = '\0';
	return out;
}

static void show_facts(struct command_run *r, const struct json *j)
{
	char from[CLOCK_TEXT], to[CLOCK_TEXT], a[24], b[24];

	show_fact(r, "cluster", "%s", json_str(j, "cluster", ""));
	show_rate(r, j);
	show_kept(r, j);
	show_fact(r, "spent", "%s today, %s this month", usd(a, j, "spent.today"),
		  usd(b, j, "spent.month"));
	show_fact(r, "forecast", "%s at the end of the day, %s at the end of the month",
		  usd(a, j, "forecast.day"), usd(b, j, "forecast.month"));
	show_budget(r, j);
	show_budgets(r, j);
	if (json_bool(j, "sample_prices", false))
		show_fact(r, "prices", "samples of the simulator, not a price list");
	show_fact(r, "period", "%s to %s UTC: %s, of it idle %s",
		  hour_text(from, json_int(j, "from_ms", 0)),
		  hour_text(to, json_int(j, "to_ms", 0)), usd(a, j, "total.usd"),
		  usd(b, j, "total.idle_usd"));
}

/*
 * The tables
 */

struct money { /* the columns that all sums have */
	char hours[24], ondemand[24], spot[24], saved[24], idle[24], usd[24], rate[24];
};

static struct money money_of(const struct json *j)
{
	struct money m = { .hours = "" };

	hours(m.hours, j);
	usd(m.ondemand, j, "ondemand_usd");
	usd(m.spot, j, "spot_usd");
	usd(m.saved, j, "saved_usd");
	usd(m.idle, j, "idle_usd");
	usd(m.usd, j, "usd");
	usd(m.rate, j, "usd_per_hour");
	return m;
}

static void cluster_row(struct command_run *r, const struct json *j)
{
	struct money m = money_of(j);
	char share[24];

	show_row(r, json_str(j, "cluster", "?"), json_str(j, "state", ""), m.hours, m.ondemand,
		 m.spot, m.saved, m.idle, m.usd, m.rate,
		 json_is(json_get(j, "budget"), JSON_OBJECT) ? percent(share, j, "budget.share")
							     : "-");
}

static void array_row(struct command_run *r, const struct json *j)
{
	struct money m = money_of(j);

	show_row(r, json_str(j, "cluster", "?"), json_str(j, "array", ""), m.hours, m.ondemand,
		 m.spot, m.saved, m.idle, m.usd, m.rate);
}

static void name_row(struct command_run *r, const struct json *j, const char *noun)
{
	struct money m = money_of(j);
	char share[24];

	show_row(r, show_or(json_str(j, noun, ""), json_str(j, "kind", "-")), m.hours, m.usd,
		 percent(share, j, "share"), m.rate);
}

static void user_row(struct command_run *r, const struct json *j)
{
	name_row(r, j, "user");
}

static void account_row(struct command_run *r, const struct json *j)
{
	name_row(r, j, "account");
}

static void job_row(struct command_run *r, const struct json *j)
{
	struct money m = money_of(j);

	show_row(r, json_str(j, "cluster", "-"),
		 show_or(json_str(j, "id", ""), json_str(j, "kind", "")),
		 json_str(j, "name", ""), json_str(j, "user", ""), json_str(j, "array", ""),
		 m.hours, m.usd, m.rate);
}

static void kind_row(struct command_run *r, const struct json *j)
{
	struct money m = money_of(j);
	char share[24];

	show_row(r, json_str(j, "kind", "?"), m.hours, m.usd, percent(share, j, "share"),
		 m.rate);
}

#define SUMS "NODE-H", "ON-DEMAND", "SPOT", "SAVED", "IDLE", "TOTAL", "$/H"

static const struct table {
	const char *by, *list, *first; /* first: what its first cell tells */
	const char *titles[12];
	void (*row)(struct command_run *r, const struct json *j);
} tables[] = {
	{ "cluster",
	  "by_cluster",
	  "cluster",
	  { "CLUSTER", "STATE", SUMS, "BUDGET" },
	  cluster_row },
	{ "array", "by_array", "cluster", { "CLUSTER", "ARRAY", SUMS }, array_row },
	{ "kind", "by_kind", "kind", { "KIND", "NODE-H", "TOTAL", "SHARE", "$/H" }, kind_row },
	{ "user", "by_user", "user", { "USER", "NODE-H", "TOTAL", "SHARE", "$/H" }, user_row },
	{ "account",
	  "by_account",
	  "account",
	  { "ACCOUNT", "NODE-H", "TOTAL", "SHARE", "$/H" },
	  account_row },
	{ "job",
	  "jobs",
	  "cluster",
	  { "CLUSTER", "JOB", "NAME", "USER", "ARRAY", "NODE-H", "TOTAL", "$/H" },
	  job_row },
};

static const struct table *table_named(const char *by)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (strcmp(tables[i].by, by) == 0)
			return &tables[i];
	return NULL;
}

static void show_table(struct command_run *r, const struct table *t, const struct json *answer)
{
	const struct json *list = json_get(answer, t->list);
	struct json *total = json_copy(json_get(answer, "total"));

	if (json_len(list) > 0) {
		show_text(r, "%s", "");
		show_cells(r, true, t->titles);
		for (size_t i = 0; i < json_len(list); i++)
			t->row(r, json_at(list, i));
		json_set_str(total, t->first, "total");
		t->row(r, total);
	}
	json_free(total);
}

static void on_cost(struct command_run *r, const struct json *answer)
{
	const char *by = command_option(r, "by");
	struct buf csv = BUF_INIT(BUF_TEXT_MAX);

	if (command_option(r, "csv")) {
		command_cost_csv(&csv, answer);
		csv.len -= csv.len > 0; /* the last line end is the terminal's */
		show_text(r, "%.*s", (int)csv.len, buf_str(&csv));
		buf_clear(&csv);
		show_result(r, answer);
		run_done(r);
		return;
	}
	show_facts(r, answer);
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (!by || &tables[i] == table_named(by))
			show_table(r, &tables[i], answer);
	show_result(r, answer);
	run_done(r);
}

/*
 * The question
 */

static int no_table(const char *by, struct err *err)
{
	const char *names[ARRAY_LEN(tables) + 1] = { NULL }, *near;

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		names[i] = tables[i].by;
	near = text_nearest(by, names);
	return err_set(
	    err, ERR_INVALID,
	    "--by: there is no \"%.40s\"%s%s%s; there are cluster, array, kind, user, account and job",
	    by, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

int check_cost(const struct command_run *r, struct err *err)
{
	const char *by = command_option(r, "by");
	int64_t ms;

	if (command_option(r, "csv") && command_option(r, "json"))
		return err_set(err, ERR_INVALID, "--csv and --json are two forms: take one");
	if (by && command_option(r, "csv"))
		return err_set(err, ERR_INVALID,
			       "--csv has all tables, each row with its kind: leave --by out");
	if (by && !table_named(by))
		return no_table(by, err);
	return option_time(r, "from", &ms, err) < 0 ? -1 : option_time(r, "to", &ms, err);
}

void run_cost(struct command_run *r)
{
	char from[SHOW_MAX], to[SHOW_MAX];
	int64_t from_ms, to_ms;

	option_time(r, "from", &from_ms, NULL);
	option_time(r, "to", &to_ms, NULL);
	show_int(from, from_ms);
	show_int(to, to_ms);
	run_get(r,
		client_path("/v1/cost?cluster=%&from=%&to=%", r->args.n ? r->args.v[0] : "",
			    from, to, (char *)NULL),
		on_cost);
}
