/* What a job wrote where it ran: one line for each file, of which one is fetched. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"

#define WHEN_COLS 20
#define SIZE_COLS 9
#define WHAT_COLS 7

static const struct json *list_of(const struct deck *d)
{
	return json_get(d->files.told, "files");
}

static void left(const struct deck *d, char *out, size_t max)
{
	snprintf(out, max, "%s > jobs > %s > files", d->files.cluster, d->files.of);
}

static void right(const struct deck *d, char *out, size_t max)
{
	const char *folder = json_str(d->files.told, "folder", "");
	size_t n = json_len(list_of(d));

	out[0] = '\0';
	if (d->files.told)
		snprintf(out, max, "%zu%s%s%s", n,
			 json_bool(d->files.told, "cut", false) ? " and more" : "",
			 folder[0] ? " in " : "", folder);
}

/* Its name in the job's folder; elsewhere its whole path. */
static const char *name_of(const struct deck *d, const struct json *file)
{
	const char *path = json_str(file, "path", "?");
	const char *folder = json_str(d->files.told, "folder", "");
	size_t n = strlen(folder);

	return n > 0 && strncmp(path, folder, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

/* When and how large stand at the right where there is room for them. */
static void draw_file(const struct deck *d, struct screen *s, struct area a, size_t i)
{
	const struct json *f = json_at(list_of(d), i);
	bool here = i == d->files.at, folder = json_bool(f, "folder", false);
	int side = SIZE_COLS + WHAT_COLS + 2, end = a.col + a.cols - 1;
	bool whole = a.cols > side + WHEN_COLS + 32;
	char size[24], when[CLOCK_TEXT];
	int room = a.cols - 4 - side - (whole ? WHEN_COLS + 2 : 0);

	if (here)
		screen_put(s, a.row, a.col, TONE_CURSOR, 0, ">", 1);
	screen_putf(s, a.row, a.col + 2, TONE_TEXT, here ? LOOK_BOLD : 0, room, "%s%s",
		    name_of(d, f), folder ? "/" : "");
	if (whole)
		screen_put(s, a.row, end - side - WHEN_COLS - 1, TONE_DIM, 0,
			   clock_text(when, json_int(f, "written_s", 0) * 1000), WHEN_COLS);
	if (!folder)
		screen_put_right(s, a.row, end - side, TONE_TEXT, 0,
				 size_text(size, json_int(f, "size", 0)), SIZE_COLS);
	screen_put(s, a.row, end - WHAT_COLS, TONE_DIM, 0,
		   folder ? "folder" : json_str(f, "what", ""), WHAT_COLS);
}

static void draw(struct deck *d, struct screen *s, struct area a)
{
	struct files_view *f = &d->files;
	size_t n = json_len(list_of(d)), rows = a.rows > 1 ? (size_t)a.rows : 1;
	const char *empty = f->error[0] ? f->error
			    : f->told	? "it has written no file where it ran"
					: "asking the engine";

	f->rows = (int)rows;
	if (n == 0) {
		screen_put(s, a.row, a.col + 1, f->error[0] ? TONE_WARN : TONE_DIM, 0, empty,
			   a.cols - 2);
		return;
	}
	f->at = f->at < n ? f->at : n - 1;
	if (f->at < f->top)
		f->top = f->at;
	if (f->at >= f->top + rows)
		f->top = f->at - rows + 1;
	if (f->top + rows > n)
		f->top = n > rows ? n - rows : 0;
	for (size_t i = 0; i < rows && f->top + i < n; i++)
		draw_file(d, s, (struct area){ a.row + (int)i, a.col, 1, a.cols }, f->top + i);
}

static bool key(struct deck *d, const struct key *k)
{
	struct files_view *f = &d->files;
	int64_t to = (int64_t)f->at;

	if (!view_move(k, f->rows > 2 ? f->rows - 1 : 1, (int64_t)json_len(list_of(d)) - 1,
		       &to))
		return false;
	f->at = (size_t)to;
	return true;
}

/* Goes to the next name that has it. */
static bool find(struct deck *d, const char *text, int step)
{
	size_t n = json_len(list_of(d)), at = d->files.at;

	for (size_t i = 0; text[0] && i < n; i++) {
		at = (at + n + (size_t)(step < 0 ? n - 1 : (size_t)step)) % n;
		if (text_find(name_of(d, json_at(list_of(d), at)), text)) {
			d->files.at = at;
			return true;
		}
	}
	return text[0] == '\0';
}

static void back(struct deck *d)
{
	files_back(d);
}

static const struct binding keys[] = {
	{ .key = K_ENTER,
	  .fkey = K_F8,
	  .keys = "F8 Enter",
	  .word = "fetch",
	  .group = GROUP_ACT,
	  .label = "Fetch",
	  .help = "copy it to the folder you are in",
	  .command = "cp",
	  .cli = "%c:%f .",
	  .needs = ROLE_OPERATOR,
	  .off = deck_no_file,
	  .run = act_fetch_file },
	{ .key = 'q',
	  .fkey = K_F10,
	  .keys = "F10 q",
	  .group = GROUP_APP,
	  .label = "Back",
	  .help = "to where it was opened",
	  .run = back },
	{ .keys = NULL },
};

const struct view view_files = {
	.title = "Files",
	.place = "files",
	.pane = PANE_JOBS,
	.parent = &view_jobs,
	.keys = keys,
	.hint =
	    "Enter copies it here  {cli} the command  {find} find  {reload} look again  Esc back",
	.open = files_begin,
	.close = files_close,
	.left = left,
	.right = right,
	.draw = draw,
	.key = key,
	.find = find,
	.back = files_back,
};
