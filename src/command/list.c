/* Long lists come page by page: the engine filters, sorts and cuts. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/run.h"

#define PAGE	  500 /* the most that one call answers */
#define LIMIT_MAX 1000000

struct listing {
	char *cluster, *noun, *filter, *sort;
	int64_t limit;
	bool ended;
	answer_fn *then;
	struct json *all;  /* the answer in the making */
	struct json *rows; /* in it */
};

static void drop(void *state)
{
	struct listing *s = state;

	free(s->cluster);
	free(s->noun);
	free(s->filter);
	free(s->sort);
	json_free(s->all);
	free(s);
}

static void ask(struct command_run *r);

static bool complete(const struct listing *s, int64_t got, int64_t shown)
{
	int64_t have = (int64_t)json_len(s->rows);

	return got == 0 || have >= shown || (s->limit >= 0 && have >= s->limit);
}

static void finish(struct command_run *r)
{
	struct listing *s = r->state;
	struct json *all = s->all;
	answer_fn *then = s->then;
	int64_t stale_ms = json_int(all, "stale_ms", 0);
	char span[CLOCK_TEXT];

	if (stale_ms > 0)
		show_progress(r, "STALE: %s was last read %s ago; \"paceline status\" says why",
			      s->cluster, clock_span(span, stale_ms));
	s->all = NULL;
	drop(s);
	run_keep(r, NULL, NULL);
	then(r, all);
	json_free(all);
}

static void on_page(struct command_run *r, const struct json *answer)
{
	struct listing *s = r->state;
	const struct json *rows = json_get(answer, "rows");
	int64_t shown = json_int(answer, "shown", 0);
	size_t n = json_len(rows);

	for (size_t i = 0; i < n; i++)
		json_add(s->rows, json_copy(json_at(rows, i)));
	json_set_int(s->all, "total", json_int(answer, "total", 0));
	json_set_int(s->all, "shown", shown);
	json_set_int(s->all, "stale_ms", json_int(answer, "stale_ms", 0));
	if (complete(s, (int64_t)n, shown))
		finish(r);
	else
		ask(r);
}

/* "at character 7" is of what stands behind --filter. */
static void on_reply(struct command_run *r, const struct json *answer, const struct err *err)
{
	const struct listing *s = r->state;

	if (answer)
		on_page(r, answer);
	else if (s->filter[0] && text_has_prefix(err->msg, "at character "))
		run_failf(r, err->code, "--filter: %s", err->msg);
	else
		run_fail(r, err);
}

static void ask(struct command_run *r)
{
	struct listing *s = r->state;
	int64_t have = (int64_t)json_len(s->rows), want = PAGE;
	char *format = xasprintf("/v1/clusters/%%/%s?filter=%%&sort=%%&offset=%%&count=%%%s",
				 s->noun, s->ended ? "&ended=1" : "");
	char offset[SHOW_MAX], count[SHOW_MAX];

	if (s->limit >= 0 && s->limit - have < want)
		want = s->limit - have;
	run_get_any(r,
		    client_path(format, s->cluster, s->filter, s->sort, show_int(offset, have),
				show_int(count, want), (char *)NULL),
		    on_reply);
	free(format);
}

void list_rows(struct command_run *r, const struct list_wish *w)
{
	struct listing *s = xcalloc(1, sizeof(*s));

	s->cluster = xstrdup(w->cluster);
	s->noun = xstrdup(w->noun);
	s->filter = xstrdup(w->filter ? w->filter : "");
	s->sort = xstrdup(w->sort ? w->sort : "");
	s->limit = w->limit;
	s->ended = w->ended;
	s->then = w->then;
	s->all = json_new_object();
	json_set_int(s->all, "total", 0);
	json_set_int(s->all, "shown", 0);
	s->rows = json_set_array(s->all, "rows");
	run_keep(r, s, drop);
	ask(r);
}

int check_list(const struct command_run *r, struct err *err)
{
	int64_t limit;

	return option_int(r, "limit", 1, LIMIT_MAX, &limit, err);
}

void list_options(const struct command_run *r, struct list_wish *w)
{
	w->filter = command_option(r, "filter");
	w->sort = command_option(r, "sort");
	w->ended = command_option(r, "ended") != NULL;
	w->limit = -1;
	option_int(r, "limit", 1, LIMIT_MAX, &w->limit, NULL);
}

bool list_none_show(struct command_run *r, const struct json *answer, const char *noun,
		    const char *where)
{
	int64_t total = json_int(answer, "total", 0);
	char things[48];

	if (json_len(json_get(answer, "rows")) > 0)
		return false;
	if (total > 0)
		show_text(r, "no row fits the filter; %s has %s%s", r->args.v[0],
			  count_text(things, total, noun), where);
	else
		show_text(r, "%s has no %ss%s", r->args.v[0], noun, where);
	return true;
}

void list_cut_show(struct command_run *r, const struct json *answer)
{
	int64_t have = (int64_t)json_len(json_get(answer, "rows")),
		shown = json_int(answer, "shown", 0);

	if (have < shown)
		show_text(r, "and %lld more", (long long)(shown - have));
}
