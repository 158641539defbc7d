/* The log of a job, and what a node said: numbered lines that are followed to their end. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/words.h"

#define NUMBER_LEAST 4

/* Where we are */

static void left(const struct deck *d, char *out, size_t max)
{
	const struct log_view *l = &d->log;
	char name[WORDS_NAME];

	snprintf(out, max, "%s > %s > %s > %s", l->cluster, l->node ? "nodes" : "jobs",
		 words_node_name(name, l->of, l->host),
		 l->node     ? "log"
		 : l->errors ? "stderr"
			     : "stdout");
}

static void right(const struct deck *d, char *out, size_t max)
{
	const struct log_view *l = &d->log;
	const struct log_text *t = &l->text;
	char fresh[40] = "", size[24], col[24] = "";
	int64_t number = 0;

	if (log_text_count(t) > 0)
		log_text_line(t, l->last < log_text_count(t) ? l->last : log_text_count(t) - 1,
			      &number);
	if (t->fresh > 0)
		snprintf(fresh, sizeof(fresh), ", %lld new", (long long)t->fresh);
	if (t->left > 0 && !t->wrap)
		snprintf(col, sizeof(col), "  col %d", t->left + 1);
	snprintf(out, max, "%s%s%s", t->follow ? "FOLLOW" : "paused", fresh,
		 t->only ? "  only matches" : "");
	max -= strlen(out);
	out += strlen(out);
	if (number > 0)
		snprintf(out, max, "  line %lld%s", (long long)number, col);
	else if (t->size > 0)
		snprintf(out, max, "  %s%s", size_text(size, t->size), col);
}

/* Drawing */

static int number_width(const struct log_text *t)
{
	int64_t last = t->number + (int64_t)t->n;
	int width = 1;

	for (; last > 9; last /= 10)
		width++;
	return t->number <= 0 ? 0 : width < NUMBER_LEAST ? NUMBER_LEAST : width;
}

/* What was looked for stands out, each time. */
static void draw_text(const struct log_text *t, struct screen *s, int row, int col,
		      const char *text, int cols)
{
	int end = col + cols;

	while (*text && col < end) {
		const char *hit = text_find(text, t->find);
		size_t n = !hit		? strlen(text)
			   : hit > text ? (size_t)(hit - text)
					: strlen(t->find);
		char part[LOG_LINE + 1];

		snprintf(part, sizeof(part), "%.*s", (int)n, text);
		if (screen_put(s, row, col, TONE_TEXT, hit == text ? LOOK_REVERSE : 0, part,
			       end - col) < text_width(part))
			return;
		col += text_width(part);
		text += n;
	}
}

/* Rows that the line takes. */
static int draw_line(const struct log_text *t, struct screen *s, struct area a, size_t i,
		     int numbers)
{
	int64_t number;
	const char *text = log_text_line(t, i, &number);
	int cols = a.cols - numbers, high = log_text_height(t, i, cols);

	if (numbers > 0)
		screen_putf(s, a.row, a.col, TONE_DIM, 0, numbers, "%*lld", numbers - 1,
			    (long long)number);
	if (!t->wrap)
		text += text_cut(text, t->left);
	for (int r = 0; r < high && r < a.rows; r++) {
		char part[LOG_LINE + 1];
		size_t n = t->wrap ? text_cut(text, cols) : strlen(text);

		snprintf(part, sizeof(part), "%.*s", (int)n, text);
		draw_text(t, s, a.row + r, a.col + numbers, part, cols);
		text += n;
	}
	return high;
}

static void end_text(const struct deck *d, char *out, size_t max)
{
	const struct log_view *l = &d->log;

	if (l->binary)
		snprintf(out, max, "--- %.360s is no text: paceline cp copies it ---", l->path);
	else if (l->error[0])
		snprintf(out, max, "--- %s ---", l->error);
	else if (!l->told)
		snprintf(out, max, "--- asking the engine ---");
	else if (!l->live)
		snprintf(out, max, "--- end of file; the job has ended ---");
	else if (!l->text.follow)
		snprintf(out, max, "--- end of file; paused: %s follows what comes ---",
			 KEY_FOR(d, "follow"));
	else if (l->node)
		snprintf(out, max, "--- what is known now; it is asked again by itself ---");
	else if (l->text.n == 0)
		snprintf(out, max, "--- nothing is written yet; poll %lld s, at most 30 s ---",
			 (long long)(l->pause_ms / 1000));
	else
		snprintf(out, max,
			 "--- end of file; waiting (poll %lld s, backs off to 30 s) ---",
			 (long long)(l->pause_ms / 1000));
}

/* "/res  3 matches in view": only what is looked for has such a line. */
static void draw_matches(const struct log_text *t, struct screen *s, struct area a, size_t hits)
{
	screen_putf(s, a.row, a.col + 1, TONE_KEY, 0, a.cols - 2,
		    "/%.60s   %zu match%s in view   n next  N prev  & %s", t->find, hits,
		    hits == 1 ? "" : "es", t->only ? "all lines" : "only matching lines");
}

static void draw(struct deck *d, struct screen *s, struct area a)
{
	struct log_view *l = &d->log;
	struct log_text *t = &l->text;
	int numbers = number_width(t) ? number_width(t) + 2 : 1, used = 0;
	int rows = a.rows - 1 - (t->find[0] != '\0');
	char end[420];
	size_t hits = 0, i;

	l->rows = rows;
	l->cols = a.cols - numbers;
	log_text_settle(t, rows, l->cols);
	for (i = t->top; i < log_text_count(t) && used < rows; i++) {
		hits += log_text_matches(t, i);
		used +=
		    draw_line(t, s, (struct area){ a.row + used, a.col, rows - used, a.cols },
			      i, numbers);
	}
	l->last = i > 0 ? i - 1 : 0;
	end_text(d, end, sizeof(end));
	if (i >= log_text_count(t))
		screen_put(s, a.row + used, a.col + 1,
			   l->error[0] || l->binary ? TONE_WARN : TONE_DIM, 0, end, a.cols - 2);
	if (t->find[0])
		draw_matches(t, s, (struct area){ a.row + a.rows - 1, a.col, 1, a.cols }, hits);
	log_want_older(d);
}

/* Keys */

static bool key(struct deck *d, const struct key *k)
{
	return log_text_key(&d->log.text, k, d->log.rows, d->log.cols);
}

static bool find(struct deck *d, const char *text, int step)
{
	struct log_text *t = &d->log.text;

	if (strcmp(t->find, text) != 0)
		log_text_find(t, text);
	return text[0] == '\0' || log_text_go_match(t, step);
}

static void only(struct deck *d)
{
	struct log_text *t = &d->log.text;

	if (t->find[0])
		log_text_only(t, !t->only);
	else
		deck_say(
		    d, TONE_WARN,
		    "no lines to choose by: %s looks for something, then %s shows its lines alone",
		    KEY_FOR(d, "find"), KEY_FOR(d, "only"));
}

static void follow(struct deck *d)
{
	d->log.text.follow = !d->log.text.follow;
}

static void wrap(struct deck *d)
{
	d->log.text.wrap = !d->log.text.wrap;
}

static void back(struct deck *d)
{
	log_back(d);
}

static const struct binding log_keys[] = {
	{ .key = '&',
	  .fkey = K_F4,
	  .keys = "F4 &",
	  .group = GROUP_VIEW,
	  .label = "Only",
	  .help = "only lines that match",
	  .run = only },
	{ .key = 'F',
	  .fkey = K_F5,
	  .keys = "F5 F",
	  .group = GROUP_VIEW,
	  .label = "Follow",
	  .help = "follow the end, or stay",
	  .run = follow },
	{ .key = 'w',
	  .fkey = K_F6,
	  .keys = "F6 w",
	  .group = GROUP_VIEW,
	  .label = "Wrap",
	  .help = "long lines folded, or cut",
	  .run = wrap },
	{ .key = 'x',
	  .fkey = K_F8,
	  .keys = "F8 x",
	  .group = GROUP_VIEW,
	  .label = "Export",
	  .help = "a copy on this machine",
	  .types = true,
	  .run = log_save },
	{ .key = 'q',
	  .fkey = K_F10,
	  .keys = "F10 q",
	  .group = GROUP_APP,
	  .label = "Back",
	  .help = "to where it was opened",
	  .run = back },
	{ .keys = NULL },
};

static const struct binding job_keys[] = {
	{ .key = '.',
	  .keys = ".",
	  .group = GROUP_VIEW,
	  .label = "Files",
	  .help = "files it wrote, to fetch them",
	  .run = act_files },
	{ .key = 'I',
	  .fkey = K_F7,
	  .keys = "F7 I",
	  .group = GROUP_VIEW,
	  .label = "Stderr",
	  .help = "stdout, or stderr",
	  .run = log_other_stream },
	{ .keys = NULL },
};

/* What all logs have in common. */
#define A_LOG                                                                                  \
	.place = "log", .open = log_begin, .close = log_close, .left = left, .right = right,   \
	.draw = draw, .key = key, .find = find, .back = log_back

const struct view view_log = {
	.title = "Log",
	A_LOG,
	.pane = PANE_JOBS,
	.parent = &view_jobs,
	.keys = job_keys,
	.more_keys = log_keys,
	.hint =
	    "{find} find  {only} only matches  {stderr} stderr  {wrap} wrap  {export} save  {files} files  G end  Esc back",
};

const struct view view_console = {
	.title = "Node log",
	A_LOG,
	.pane = PANE_NODES,
	.parent = &view_nodes,
	.keys = log_keys,
	.hint = "{find} find  {only} only matches  {wrap} wrap  {export} save  G end  Esc back",
};
