/* What a job wrote, as the engine found it on the head, and the way of one of its files to the
 * folder in which this console was started: as `paceline cp` takes it, but over nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/proc.h"
#include "console/child.h"
#include "console/deck.h"
#include "console/files.h"

#define WORDS_MOST 1000

static char *note_of(const struct files_view *f, char out[24])
{
	snprintf(out, 24, "%u", f->turn);
	return out;
}

static bool is_late(const struct deck *d, const char *note)
{
	char now[24];

	return d->view != &view_files || strcmp(note, note_of(&d->files, now)) != 0;
}

static void on_files(struct deck *d, const struct json *j, const char *note)
{
	if (is_late(d, note))
		return;
	json_free(d->files.told);
	d->files.told = json_copy(j);
}

static void on_failed(struct deck *d, const struct err *err, const char *note)
{
	if (!is_late(d, note))
		snprintf(d->files.error, sizeof(d->files.error), "%s", err->msg);
}

void files_begin(struct deck *d)
{
	struct files_view *f = &d->files;
	char note[24];

	f->turn++;
	f->error[0] = '\0';
	deck_get(d, client_path("/v1/clusters/%/jobs/%/files", f->cluster, f->of, (char *)NULL),
		 on_files, note_of(f, note));
	deck_if_failed(d, on_failed);
}

void files_close(struct deck *d)
{
	d->files.turn++;
}

bool files_back(struct deck *d)
{
	view_open(d, d->files.back);
	return true;
}

void act_files(struct deck *d)
{
	struct files_view *f = &d->files;
	bool in_log = d->view == &view_log;
	const char *job = in_log ? d->log.of : deck_job_written(d, KEY_FOR(d, "files"));

	if (!job)
		return;
	snprintf(f->of, sizeof(f->of), "%s", job);
	snprintf(f->cluster, sizeof(f->cluster), "%s", in_log ? d->log.cluster : d->cluster);
	f->back = d->view;
	f->at = f->top = 0;
	json_free(f->told);
	f->told = NULL;
	view_open(d, &view_files);
}

const struct json *deck_file(const struct deck *d)
{
	const struct json *list = json_get(d->files.told, "files");

	return d->view == &view_files && d->files.at < json_len(list)
		   ? json_at(list, d->files.at)
		   : NULL;
}

const char *deck_file_path(const struct deck *d)
{
	return json_str(deck_file(d), "path", "");
}

const char *deck_no_file(const struct deck *d, char out[80])
{
	(void)out;
	return deck_file(d) ? NULL : "no file is under the cursor";
}

/*
 * Here with it
 */

/* Behind the cause scp tells that its ssh went away. */
static void cut_farewell(char *said)
{
	static const char *const words[] = { "lost connection", "scp: Connection closed" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		char *at = strstr(said, words[i]);

		if (at && at > said && at[-1] == '\n' &&
		    at[strlen(words[i]) + strspn(at + strlen(words[i]), "\r\n")] == '\0')
			*at = '\0';
	}
}

static void tell_not_copied(struct deck *d, int status, const char *said)
{
	bool exited = WIFEXITED(status);
	struct proc_result r = { .end = exited ? PROC_EXITED : PROC_SIGNALED,
				 .code = exited ? WEXITSTATUS(status) : WTERMSIG(status),
				 .errout = said,
				 .errout_len = strlen(said) };
	struct err err = ERR_INIT;
	char what[140];

	snprintf(what, sizeof(what), "%.110s was not copied", d->files.fetching);
	proc_err(&r, what, &err);
	deck_say(d, TONE_FAIL, "%.300s", err.msg);
}

static void on_ended(void *arg, int status)
{
	struct deck *d = arg;
	const char *name = files_name(d->files.fetching), *to = files_name(d->files.to);
	char *here = getcwd(NULL, 0), *said = child_said(d->files.says);

	cut_farewell(said);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		tell_not_copied(d, status, said);
	else if (strcmp(name, to) == 0)
		deck_say(d, TONE_OK, "%.120s is here now, in %.150s", name,
			 here ? here : ".");
	else
		deck_say(d, TONE_OK, "as %.120s, in %.120s: there was a %.120s already", to,
			 here ? here : ".", name);
	free(said);
	free(here);
}

/* scp's questions come from the terminal itself, and how far it is goes to its stdout. */
static int start_copy(struct deck *d, const struct strs *argv, const char *from,
		      struct err *err)
{
	char first[200];

	snprintf(first, sizeof(first), "copying %.150s", from);
	d->files.says = child_says_open();
	if (display_child(d->display, first, (const char *const *)argv->v, d->files.says,
			  on_ended, d, err) == 0)
		return 0;
	free(child_said(d->files.says));
	return -1;
}

static void on_way(struct deck *d, const struct json *way, const char *cluster)
{
	struct strs argv = STRS_INIT(WORDS_MOST);
	struct err err = ERR_INIT;
	char *from = xasprintf("%s:%s", cluster, d->files.fetching);

	/* an answer that comes late, while something else is asked or typed, opens nothing */
	if (d->mode == AT_PANES && (files_free(d->files.to, sizeof(d->files.to),
					       d->files.fetching, &err) < 0 ||
				    command_copy_argv(&argv, way, from, d->files.to, &err) < 0 ||
				    start_copy(d, &argv, from, &err) < 0))
		deck_say(d, TONE_FAIL, "%s", err.msg);
	strs_clear(&argv);
	free(from);
}

void act_fetch_file(struct deck *d)
{
	struct files_view *f = &d->files;

	snprintf(f->fetching, sizeof(f->fetching), "%s", deck_file_path(d));
	deck_say(d, TONE_TEXT, "asking the way to the head of %s", f->cluster);
	deck_get(d, client_path("/v1/clusters/%/ssh", f->cluster, (char *)NULL), on_way,
		 f->cluster);
}

void deck_files_clear(struct deck *d)
{
	json_free(d->files.told);
}
