/* Logs at the engine: what is asked, how often, and what comes of the answers. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"

#define POLL_MS	  2000 /* tui.md, log follow: backs off while nothing comes */
#define POLL_CAP  30000
#define NODE_MS	  10000 /* a node's log is put together anew each time */
#define OLDER	  65536
#define PIECE	  262144
#define SAVE_MOST ((int64_t)1 << 30)

static void ask(struct deck *d);

static char *note_of(const struct log_view *l, char out[24])
{
	snprintf(out, 24, "%u", l->turn);
	return out;
}

static bool is_late(const struct deck *d, const char *note)
{
	char now[24];

	return !log_is_open(d) || strcmp(note, note_of(&d->log, now)) != 0;
}

static void again_in(struct deck *d, int64_t ms)
{
	timer_set(d->log.timer, (int64_t)((double)ms * clock_factor()));
}

static void wait_more(struct deck *d, bool grew)
{
	struct log_view *l = &d->log;
	int64_t pause = grew ? POLL_MS : l->pause_ms * 3 / 2;

	if (l->node)
		pause = grew ? NODE_MS : l->pause_ms * 2;
	l->pause_ms = pause > POLL_CAP ? POLL_CAP : pause;
	again_in(d, l->pause_ms);
}

static void on_failed(struct deck *d, const struct err *err, const char *note)
{
	struct log_view *l = &d->log;

	if (is_late(d, note))
		return;
	l->asked = false;
	l->told = true;
	snprintf(l->error, sizeof(l->error), "%s", err->msg);
	if (err->code == ERR_CONFLICT || err->code == ERR_IO || err->code == ERR_TIMEOUT)
		wait_more(d, false); /* it may be written yet, or be reached again */
}

static void take_older(struct deck *d, const struct json *j)
{
	log_text_before(&d->log.text, json_str(j, "text", ""), json_int(j, "from", 0),
			json_int(j, "line", 0));
	d->log.older = false;
	again_in(d, d->log.pause_ms);
}

static void on_piece(struct deck *d, const struct json *j, const char *note)
{
	struct log_view *l = &d->log;
	struct log_text *t = &l->text;
	int64_t next = json_int(j, "next", 0), size = json_int(j, "size", 0);
	bool grew = next > t->next || t->n == 0;

	if (is_late(d, note))
		return;
	l->asked = false;
	l->told = true;
	l->error[0] = '\0';
	if (l->older) {
		take_older(d, j);
		return;
	}
	snprintf(l->path, sizeof(l->path), "%s", json_str(j, "path", ""));
	l->binary = json_bool(j, "binary", false);
	l->live = json_bool(j, "live", false);
	if (size < t->next) { /* it was written anew */
		log_text_clear(t);
		ask(d);
		return;
	}
	log_text_add(t, json_str(j, "text", ""), json_int(j, "from", 0), next,
		     json_int(j, "line", 0));
	t->size = size;
	if (next < size && !l->binary)
		ask(d);
	else if (l->live || l->pause_ms < POLL_CAP) /* what it wrote last may be on its way */
		wait_more(d, grew);
}

static void on_node(struct deck *d, const struct json *j, const char *note)
{
	struct log_view *l = &d->log;
	const char *text = json_str(j, "text", "");
	int64_t n = (int64_t)strlen(text);
	bool grew = n != l->text.size;

	if (is_late(d, note))
		return;
	l->asked = false;
	l->told = true;
	l->live = true;
	l->error[0] = '\0';
	if (grew) {
		l->text.next = -1;
		log_text_add(&l->text, text, 0, n, 1);
		l->text.size = n;
	}
	wait_more(d, grew);
}

static void ask_job(struct deck *d)
{
	struct log_view *l = &d->log;
	const struct log_text *t = &l->text;
	int64_t from = t->from > OLDER ? t->from - OLDER : 0;
	char at[24], most[24], note[24];

	snprintf(at, sizeof(at), "%lld", (long long)(l->older ? from : t->next));
	snprintf(most, sizeof(most), "%lld", (long long)(l->older ? t->from - from : PIECE));
	deck_get(d,
		 client_path(t->n == 0 ? "/v1/clusters/%/jobs/%/log?stream=%"
				       : "/v1/clusters/%/jobs/%/log?stream=%&from=%&most=%",
			     l->cluster, l->of, l->errors ? "stderr" : "stdout", at, most,
			     (char *)NULL),
		 on_piece, note_of(l, note));
}

static void ask(struct deck *d)
{
	struct log_view *l = &d->log;
	char note[24];

	if (l->asked || !log_is_open(d))
		return;
	l->asked = true;
	if (l->node)
		deck_get(
		    d,
		    client_path("/v1/clusters/%/nodes/%/log", l->cluster, l->of, (char *)NULL),
		    on_node, note_of(l, note));
	else
		ask_job(d);
	deck_if_failed(d, on_failed);
}

static void on_timer(struct deck *d)
{
	if (mirror_link(d->mirror) == MIRROR_LIVE)
		ask(d);
	else
		again_in(d, POLL_MS);
}

void log_begin(struct deck *d)
{
	struct log_view *l = &d->log;

	l->turn++;
	log_text_clear(&l->text);
	l->text.wrap = l->node; /* sentences, not columns */
	l->asked = l->older = l->told = l->binary = false;
	l->error[0] = l->path[0] = '\0';
	l->pause_ms = l->node ? NODE_MS : POLL_MS;
	timer_stop(l->timer);
	ask(d);
}

bool log_is_open(const struct deck *d)
{
	return d->view == &view_log || d->view == &view_console;
}

static const char *host_of(const struct deck *d, const char *node)
{
	const struct pane *p = &d->panes[PANE_NODES];

	for (size_t i = 0; p->have && i < p->rows.n; i++)
		if (strcmp(p->rows.u.nodes[i].name, node) == 0)
			return p->rows.u.nodes[i].host;
	return "";
}

/* What was opened from a log leads back to it: a log of those would lead back to itself. */
static const struct view *back_from(const struct deck *d)
{
	const struct view *v = d->view == &view_files ? d->files.back : d->view;

	return v == &view_log || v == &view_console ? d->log.back : v;
}

static void open_log(struct deck *d, const char *of, bool node)
{
	struct log_view *l = &d->log;

	if (!l->timer)
		l->timer = deck_timer(d, on_timer);
	l->back = back_from(d);
	l->node = node;
	l->errors = false;
	snprintf(l->of, sizeof(l->of), "%s", of);
	snprintf(l->host, sizeof(l->host), "%s", node ? host_of(d, of) : "");
	snprintf(l->cluster, sizeof(l->cluster), "%s", d->cluster);
	d->find[0] = '\0';
	view_open(d, node ? &view_console : &view_log);
}

const char *deck_job_written(struct deck *d, const char *key)
{
	const struct pane *p = &d->panes[PANE_JOBS];
	int64_t i = pane_at(p);
	const struct job *j = i < 0 ? NULL : &p->rows.u.jobs[i];

	if (!j)
		deck_say(d, TONE_WARN, "no job is under the cursor");
	else if (strchr(j->id, '['))
		deck_say(d, TONE_WARN, "these tasks wait: they have written nothing yet");
	else if (p->fold && j->array_id[0] && strcmp(j->id, j->array_id) == 0)
		deck_say(d, TONE_WARN, "an array: Enter opens it, then %s on one of its tasks",
			 key);
	else
		return j->id;
	return NULL;
}

void act_log_job(struct deck *d)
{
	const char *job = deck_job_written(d, KEY_FOR(d, "log"));

	if (job)
		open_log(d, job, false);
}

void act_log_node(struct deck *d)
{
	const struct node *n = deck_node(d);

	if (n)
		open_log(d, n->name, true);
	else
		deck_say(d, TONE_WARN, "no node is under the cursor");
}

void act_log(struct deck *d)
{
	const struct event *e = deck_event(d);

	if (e && strcmp(e->cluster, d->cluster) == 0 && e->object[0])
		open_log(d, e->object, e->object[0] < '0' || e->object[0] > '9');
	else if (d->focus == PANE_JOBS)
		act_log_job(d);
	else
		act_log_node(d);
}

static void on_tail(struct deck *d, const struct json *j, const char *job)
{
	const char *text = json_str(j, "text", ""), *nl = strchr(text, '\n');

	if (json_bool(j, "binary", false) || !text[0])
		return;
	if (json_int(j, "from", 0) > 0 && nl) /* it begins inside a line */
		text = nl + 1;
	free(d->tail_text);
	d->tail_text = xstrdup(text);
	snprintf(d->tail_of, sizeof(d->tail_of), "%.79s", job);
}

/* Asked once when the cursor comes to rest; L follows. */
void act_fetch_tail(struct deck *d, const char *job)
{
	const struct pane *p = &d->panes[PANE_JOBS];
	int64_t i = pane_at(p);

	if (i < 0 || p->rows.u.jobs[i].state != JOB_RUNNING || p->rows.u.jobs[i].running > 1 ||
	    deck_cannot(d, ROLE_OPERATOR))
		return;
	deck_get_quietly(
	    d,
	    client_path("/v1/clusters/%/jobs/%/log?tail=1024", d->cluster, job, (char *)NULL),
	    on_tail, job);
}

const char *deck_no_log(const struct deck *d, char out[80])
{
	char what[80];

	(void)out;
	if (log_is_open(d))
		return "this is the log already";
	if (d->focus == PANE_EVENTS || d->focus == PANE_NODES || d->focus == PANE_JOBS)
		return deck_selected(d, what)[0] ? NULL : "nothing is under the cursor";
	return "choose a job or a node first";
}

static void switch_stream(struct deck *d)
{
	d->log.errors = !d->log.errors;
	log_begin(d);
}

static void on_other(struct deck *d, const struct json *j, const char *note)
{
	if (is_late(d, note))
		return;
	if (json_bool(j, "both", false)) /* not the same lines under two names */
		deck_say(d, TONE_TEXT, "stdout and stderr of %s both go to this file",
			 d->log.of);
	else
		switch_stream(d);
}

static void on_no_other(struct deck *d, const struct err *err, const char *note)
{
	(void)err;
	if (!is_late(d, note))
		switch_stream(d); /* where it says why there is none */
}

/* What is shown stays until it is known to be another file. */
void log_other_stream(struct deck *d)
{
	struct log_view *l = &d->log;
	char note[24];

	deck_get(d,
		 client_path("/v1/clusters/%/jobs/%/log?stream=%&tail=1", l->cluster, l->of,
			     l->errors ? "stdout" : "stderr", (char *)NULL),
		 on_other, note_of(l, note));
	deck_if_failed(d, on_no_other);
}

/* The reader came near the first line that is here. */
void log_want_older(struct deck *d)
{
	struct log_view *l = &d->log;

	if (l->node || l->asked || l->older || l->text.top > 0 || l->text.from <= 0)
		return;
	l->older = true;
	ask(d);
}

void log_close(struct deck *d)
{
	d->log.turn++;
	d->find[0] = '\0';
	if (d->log.timer)
		timer_stop(d->log.timer);
	log_text_clear(&d->log.text);
}

bool log_back(struct deck *d)
{
	view_open(d, d->log.back);
	return true;
}

void deck_log_clear(struct deck *d)
{
	log_text_clear(&d->log.text);
	timer_free(d->log.timer);
	free(d->tail_text);
	if (d->log.save)
		fclose(d->log.save);
}

/*
 * A copy on this machine, of the whole file
 */

static void save_ended(struct deck *d, enum tone tone, const char *what)
{
	struct log_view *l = &d->log;
	bool bad = fclose(l->save) != 0;
	char size[24];

	l->save = NULL;
	deck_say(d, bad ? TONE_FAIL : tone, "%.120s: %s%.160s", l->save_path,
		 bad ? "it could not be written whole" : size_text(size, l->save_next),
		 bad ? "" : what);
}

static void save_more(struct deck *d);

static void on_saved(struct deck *d, const struct json *j, const char *note)
{
	struct log_view *l = &d->log;
	const char *text = json_str(j, "text", "");

	(void)note;
	if (!l->save)
		return;
	if (fputs(text, l->save) < 0) {
		save_ended(d, TONE_FAIL, ", and no more: this disk takes no more");
		return;
	}
	l->save_next = json_int(j, "next", 0);
	if (json_bool(j, "binary", false))
		save_ended(d, TONE_FAIL, ": it is no text; paceline cp copies it");
	else if (l->save_next >= json_int(j, "size", 0))
		save_ended(d, TONE_OK, " saved");
	else if (l->save_next >= SAVE_MOST)
		save_ended(d, TONE_WARN, " saved, and there is more: paceline cp copies it");
	else
		save_more(d);
}

static void on_save_failed(struct deck *d, const struct err *err, const char *note)
{
	(void)note;
	if (d->log.save)
		save_ended(d, TONE_FAIL, err->msg);
}

static void save_more(struct deck *d)
{
	struct log_view *l = &d->log;
	char at[24], most[24];

	snprintf(at, sizeof(at), "%lld", (long long)l->save_next);
	snprintf(most, sizeof(most), "%d", PIECE);
	deck_get(d,
		 client_path("/v1/clusters/%/jobs/%/log?stream=%&from=%&most=%", l->cluster,
			     l->of, l->errors ? "stderr" : "stdout", at, most, (char *)NULL),
		 on_saved, "");
	deck_if_failed(d, on_save_failed);
}

static void save_node(struct deck *d)
{
	struct log_view *l = &d->log;

	for (size_t i = 0; i < l->text.n; i++)
		fprintf(l->save, "%s\n", l->text.v[i]);
	l->save_next = l->text.size;
	save_ended(d, TONE_OK, " saved");
}

/* A file that is there already is somebody's: it stays. */
void log_save_as(struct deck *d, const char *path)
{
	struct log_view *l = &d->log;
	int fd;

	if (!path[0] || !log_is_open(d))
		return;
	if (l->save) {
		deck_say(d, TONE_WARN, "%.120s is still being written", l->save_path);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	l->save = fd < 0 ? NULL : fdopen(fd, "w");
	if (!l->save) {
		deck_say(d, TONE_FAIL, "%.200s: %s", path,
			 errno == EEXIST ? "there is such a file already: it stays as it is"
					 : strerror(errno));
		if (fd >= 0)
			close(fd);
		return;
	}
	snprintf(l->save_path, sizeof(l->save_path), "%s", path);
	l->save_next = 0;
	if (l->node)
		save_node(d);
	else
		save_more(d);
}

void log_save(struct deck *d)
{
	struct log_view *l = &d->log;
	char name[PROMPT_TEXT];

	snprintf(name, sizeof(name), "%.40s-%.60s.%s", l->cluster, l->of,
		 l->node     ? "log"
		 : l->errors ? "err"
			     : "out");
	deck_open_prompt(d, FOR_LOG, "save to: ", name);
}
