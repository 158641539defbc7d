/* The curves of a cluster: its last hour by the minute, its last day by the quarter. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/run.h"
#include "model/history.h"

#define RAMP  "_.:-=+*#%"
#define STEPS 8 /* of the ramp */
#define MILLS 1000.0

static const char *number(char out[24], enum history_series series, int64_t n)
{
	if (n == HISTORY_UNKNOWN)
		return "?";
	if (series == HISTORY_PRICE)
		return money_text(out, (double)n / MILLS);
	snprintf(out, 24, "%lld", (long long)n);
	return out;
}

static void ramp(char *out, const int64_t *v, size_t n, int64_t max)
{
	for (size_t i = 0; i < n; i++)
		out[i] = v[i] == HISTORY_UNKNOWN ? ' '
			 : v[i] <= 0		 ? RAMP[0]
						 : RAMP[(v[i] * STEPS + max - 1) / max];
	out[n] = '\0';
}

/* Of the newest step the highest, or how often: a step is not over yet. */
static void show_series(struct command_run *r, const struct json *list,
			enum history_series series)
{
	int64_t v[HISTORY_STEPS], newest = HISTORY_UNKNOWN, max = 0, sum = 0;
	size_t n = json_len(list) < HISTORY_STEPS ? json_len(list) : HISTORY_STEPS;
	char a[24], b[24], line[HISTORY_STEPS + 1];

	for (size_t i = 0; i < n; i++) {
		v[i] = json_int(json_at(list, i), NULL, HISTORY_UNKNOWN);
		newest = v[i] != HISTORY_UNKNOWN ? v[i] : newest;
		max = v[i] > max ? v[i] : max;
		sum += v[i] > 0 ? v[i] : 0;
	}
	ramp(line, v, n, max);
	show_row(r, history_series_name(series),
		 history_counts(series) ? number(b, series, sum) : number(a, series, newest),
		 number(b, series, max), line);
}

static void show_span(struct command_run *r, const struct json *span, const char *title)
{
	char when[CLOCK_TEXT];

	if (json_int(span, "at_ms", 0) == 0) {
		show_text(r, "%s: nothing was seen yet", title);
		return;
	}
	show_text(r, "%s, the newest since %s", title,
		  show_time(when, json_int(span, "at_ms", 0)));
	show_columns(r, "SERIES", "NEWEST", "MAX", "OLDEST TO NEWEST");
	for (int k = 0; k < HISTORY_SERIES; k++)
		show_series(r, json_get(span, history_series_name((enum history_series)k)),
			    (enum history_series)k);
}

static void on_history(struct command_run *r, const struct json *answer)
{
	show_span(r, json_get(answer, "hour"), "last hour, a step is a minute");
	show_text(r, "%s", "");
	show_span(r, json_get(answer, "day"), "last day, a step is a quarter of an hour");
	show_result(r, answer);
	run_done(r);
}

void run_cluster_history(struct command_run *r)
{
	run_get(r, client_path("/v1/clusters/%/history", r->args.v[0], (char *)NULL),
		on_history);
}
