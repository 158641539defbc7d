/*
 * Templates at the Deck: what the engine tells of one, and a copy of one's own in $EDITOR. The
 * editor works on NAME.yaml.new in the operator's own folder; it becomes NAME.yaml once the
 * engine's check finds nothing wrong, and stays for another try until then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/line.h"

#define TEXT_MOST  ((size_t)1 << 20)
#define WORDS_MOST 32

/* What the engine tells of the one under the cursor */

static const struct template_row *row_here(const struct deck *d)
{
	const struct pane *p = &d->panes[PANE_TEMPLATES];
	int64_t i = pane_at(p);

	return i < 0 ? NULL : &p->rows.u.templates[i];
}

static void key_of(char out[160], const struct template_row *t)
{
	snprintf(out, 160, "%s %s %llx", t->name, t->hash,
		 (unsigned long long)pane_hash(t->used_by));
}

bool template_wanted(const struct deck *d)
{
	const struct template_row *t = row_here(d);
	char key[160];

	if (!t || d->focus != PANE_TEMPLATES || !d->view)
		return false;
	key_of(key, t);
	return strcmp(key, d->template.asked) != 0;
}

static void on_told(struct deck *d, const struct json *answer, const char *key)
{
	if (strcmp(key, d->template.asked) != 0)
		return;
	json_free(d->template.answer);
	d->template.answer = json_copy(answer);
}

void act_fetch_template(struct deck *d)
{
	const struct template_row *t;

	deck_load(d);
	t = row_here(d);
	if (!t)
		return;
	key_of(d->template.asked, t);
	json_free(d->template.answer);
	d->template.answer = NULL;
	deck_get(d, client_path("/v1/templates/%", t->name, (char *)NULL), on_told,
		 d->template.asked);
	if (t->used_by[0])
		act_fetch_diff(d, t);
}

const struct json *template_told(const struct deck *d, const char *name)
{
	const struct json *j = d->template.answer;

	return j && strcmp(json_str(j, "name", ""), name) == 0 ? j : NULL;
}

void template_params(const struct deck *d, struct textbox *out)
{
	const struct template_row *t = row_here(d);
	const struct json *told = t ? template_told(d, t->name) : NULL;
	const struct json *list = json_get(told, "parameters");
	const char *before = "";

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *p = json_at(list, i);
		const char *group = json_str(p, "group", "");
		char range[48] = "";

		if (strcmp(group, before) != 0)
			textbox_add(out, TONE_TITLE, "%s", group);
		before = group;
		if (json_get(p, "min"))
			snprintf(range, sizeof(range), ", %.9g to %.9g", json_real(p, "min", 0),
				 json_real(p, "max", 0));
		textbox_add(out, TONE_TEXT, "  %-12s %-8s %-22s %s%s", json_str(p, "name", ""),
			    json_str(p, "type", ""), json_str(p, "default", "(must be given)"),
			    json_str(p, "label", ""), range);
	}
}

/* A text with its lines numbered, and what is wrong under the line where it is. */
static void show_text(struct textbox *box, const char *text, const struct json *problems)
{
	int line = 1;

	for (; *text; line++) {
		size_t n = strcspn(text, "\n");

		textbox_add(box, TONE_TEXT, "%4d  %.*s", line, (int)(n < 900 ? n : 900), text);
		for (size_t i = 0; i < json_len(problems); i++) {
			const struct json *p = json_at(problems, i);

			if (json_int(p, "line", 0) != line)
				continue;
			textbox_add_mark(box, "   !  %s (column %lld)", json_str(p, "text", ""),
					 (long long)json_int(p, "column", 0));
		}
		text += n + (text[n] == '\n');
	}
	for (size_t i = 0; i < json_len(problems); i++)
		if (json_int(json_at(problems, i), "line", 0) >= line ||
		    json_int(json_at(problems, i), "line", 0) < 1)
			textbox_add_mark(box, "   !  %s",
					 json_str(json_at(problems, i), "text", ""));
}

void act_template_open(struct deck *d)
{
	deck_detail(d, &d->box);
	template_params(d, &d->box);
	deck_open_box(d);
}

void act_template_text(struct deck *d)
{
	const struct template_row *t = row_here(d);
	const struct json *j = t ? template_told(d, t->name) : NULL;

	if (!j) {
		deck_say(d, TONE_TEXT, "the engine has not told it yet");
		return;
	}
	textbox_open(&d->box, json_str(j, "path", t->name));
	show_text(&d->box, json_str(j, "text", ""), json_get(j, "problems"));
	deck_open_box(d);
}

/* Editing */

static char *own_path(const struct deck *d, const char *suffix)
{
	return xasprintf("%s/%s.yaml%s", d->options->templates_dir, d->template.editing,
			 suffix);
}

static int text_of_file(char **out, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(TEXT_MOST);
	int rc = file_read(&text, path, err) < 0 ? -1 : 0;

	if (rc == 0)
		*out = buf_steal(&text);
	buf_clear(&text);
	if (rc == 0 && !*out)
		*out = xstrdup("");
	return rc;
}

/* Whatever was told of it before is of the text before: the list tells of its change later. */
static void ask_anew(struct deck *d, const char *name)
{
	const struct template_row *t = row_here(d);

	if (!t || strcmp(t->name, name) != 0)
		return;
	act_fetch_template(d);
	if (d->view == &view_diff && !t->used_by[0])
		act_fetch_diff(d, t);
}

static void on_seen(struct deck *d, const struct json *answer, const char *name)
{
	char *own = own_path(d, "");

	ask_anew(d, name);
	if (strcmp(json_str(answer, "path", ""), own) == 0)
		deck_say(d, TONE_OK, "template %s is kept; %s makes a cluster from it", name,
			 KEY_FOR(d, "create"));
	else
		deck_say(d, TONE_WARN, "%s is kept, but this engine takes %s from %s", own,
			 name, json_str(answer, "path", "elsewhere"));
	free(own);
}

static void on_not_seen(struct deck *d, const struct err *err, const char *name)
{
	char *own = own_path(d, "");

	(void)err;
	(void)name;
	deck_say(d, TONE_WARN, "%s is kept, but this engine does not look there", own);
	free(own);
}

/* R9.1, for a file: another console or editor wrote it since ours began. */
static bool was_changed(const struct deck *d, const char *own)
{
	char *now = NULL;
	bool other = false;

	if (d->template.before && text_of_file(&now, own, NULL) == 0)
		other = strcmp(now, d->template.before) != 0;
	free(now);
	return other;
}

/* The text that was kept knows of no other: the next try is the operator's answer to this. */
static void tell_changed(struct deck *d, const char *own)
{
	char when[CLOCK_TEXT];

	deck_say(
	    d, TONE_WARN,
	    "not kept: %.160s was changed meanwhile, at %s. Your text lies beside it as .new: %s goes on with it, and keeping it then replaces that",
	    own, clock_local(when, file_changed_ms(own)), KEY_FOR(d, "edit"));
}

static void keep(struct deck *d)
{
	char *work = own_path(d, ".new"), *own = own_path(d, ""), *text = NULL;
	struct err err = ERR_INIT;

	if (was_changed(d, own))
		tell_changed(d, own);
	else if (text_of_file(&text, work, &err) < 0 ||
		 file_write(own, text, strlen(text), 0644, &err) < 0) {
		deck_say(d, TONE_FAIL, "%.300s", err.msg);
	} else {
		remove(work);
		deck_get(d, client_path("/v1/templates/%", d->template.editing, (char *)NULL),
			 on_seen, d->template.editing);
		deck_if_failed(d, on_not_seen);
	}
	free(text);
	free(work);
	free(own);
}

static void on_text_checked(struct deck *d, const struct json *answer, const char *name)
{
	const struct json *problems = json_get(answer, "problems");
	size_t n = json_len(problems);
	char title[160], *work, *text = NULL;

	if (n == 0) {
		keep(d);
		return;
	}
	d->template.line = json_int(json_at(problems, 0), "line", 1);
	work = own_path(d, ".new");
	snprintf(title, sizeof(title), "%.40s: %zu problem%s; Esc, then %s edits again", name,
		 n, n == 1 ? "" : "s", KEY_FOR(d, "edit"));
	textbox_open(&d->box, title);
	if (text_of_file(&text, work, NULL) == 0)
		show_text(&d->box, text, problems);
	deck_open_box(d);
	deck_say(
	    d, TONE_WARN,
	    "not taken: line %lld: %.160s; your text is kept in your templates' folder as %.60s.yaml.new",
	    (long long)d->template.line, json_str(json_at(problems, 0), "text", ""), name);
	free(text);
	free(work);
}

static void on_text_not_checked(struct deck *d, const struct err *err, const char *name)
{
	deck_say(
	    d, TONE_WARN,
	    "not checked (%.120s): your text is kept in your templates' folder as %.60s.yaml.new, %s goes on with it",
	    err->msg, name, KEY_FOR(d, "edit"));
}

static void check_work(struct deck *d, const char *text)
{
	struct json *body = json_new_object();

	json_set_str(body, "name", d->template.editing);
	json_set_str(body, "text", text);
	deck_post(d, client_path("/v1/templates/check", (char *)NULL), body, on_text_checked,
		  d->template.editing);
	deck_if_failed(d, on_text_not_checked);
}

void deck_keep_template(struct deck *d, const char *name, const char *text)
{
	struct err err = ERR_INIT;
	char *own, *work;

	snprintf(d->template.editing, sizeof(d->template.editing), "%s", name);
	own = own_path(d, "");
	work = own_path(d, ".new");
	if (file_exists(own))
		deck_say(d, TONE_WARN, "there is a template %s already: give another name",
			 name);
	else if (file_make_dir(d->options->templates_dir, 0755, &err) < 0 ||
		 file_write(work, text, strlen(text), 0644, &err) < 0)
		deck_say(d, TONE_FAIL, "%.300s", err.msg);
	else
		check_work(d, text);
	free(own);
	free(work);
}

/* A copy that was made for an editor, and that nobody changed, is not kept for another try. */
static bool drop_untouched(struct deck *d)
{
	char *work = own_path(d, ".new"), *text = NULL;
	bool same = d->template.given && text_of_file(&text, work, NULL) == 0 &&
		    strcmp(text, d->template.given) == 0;

	if (same)
		remove(work);
	free(text);
	free(work);
	return same;
}

static void tell_failed(struct deck *d)
{
	char *work = own_path(d, ".new");

	if (drop_untouched(d))
		deck_say(d, TONE_WARN, "the editor failed; nothing was changed");
	else
		deck_say(
		    d, TONE_WARN,
		    "the editor failed; what it left is kept in %.160s: %s goes on with it",
		    work, KEY_FOR(d, "edit"));
	free(work);
}

static void on_editor_ended(void *arg, int status)
{
	struct deck *d = arg;
	char *work = own_path(d, ".new"), *text = NULL;
	struct err err = ERR_INIT;

	deck_lease_end(d);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		tell_failed(d);
	} else if (text_of_file(&text, work, &err) < 0) {
		deck_say(d, TONE_FAIL, "%.300s", err.msg);
	} else if (d->template.before && strcmp(text, d->template.before) == 0) {
		remove(work);
		deck_say(d, TONE_TEXT, "nothing was changed");
	} else {
		check_work(d, text);
	}
	free(text);
	free(work);
}

/* The program's whole path; NULL: there is none. */
static char *find_program(const char *name)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/'))
		return xstrdup(name);
	for (; path && *path; path += strcspn(path, ":"), path += *path == ':') {
		char *file = xasprintf("%.*s/%s", (int)strcspn(path, ":"), path, name);

		if (access(file, X_OK) == 0)
			return file;
		free(file);
	}
	return NULL;
}

static bool takes_line(const char *editor)
{
	static const char *const words[] = { "vi",    "vim", "nvim",   "nano", "emacs",
					     "micro", "joe", "mcedit", "pico", "vim.tiny" };
	const char *slash = strrchr(editor, '/');

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(slash ? slash + 1 : editor, words[i]) == 0)
			return true;
	return false;
}

static int editor_argv(struct strs *argv, const char *file, int64_t line, struct err *err)
{
	const char *editor = getenv("VISUAL");
	struct strs words = STRS_INIT(WORDS_MOST);
	char *program = NULL;

	if (!editor || !*editor)
		editor = getenv("EDITOR");
	if (line_split(&words, editor && *editor ? editor : "vi", err) == 0 && words.n > 0)
		program = find_program(words.v[0]);
	if (!program) {
		err_set(err, ERR_NOT_FOUND,
			"there is no editor \"%.60s\": set EDITOR before the console starts",
			words.n ? words.v[0] : "vi");
	} else {
		strs_add(argv, program);
		for (size_t i = 1; i < words.n; i++)
			strs_add(argv, words.v[i]);
		if (line > 1 && takes_line(program))
			strs_addf(argv, "+%lld", (long long)line);
		strs_add(argv, file);
	}
	strs_clear(&words);
	free(program);
	return argv->n ? 0 : -1;
}

/* Goes on with a text that was kept; else with the own template of this name, else a copy. */
static int prepare(struct deck *d, const char *from, struct err *err)
{
	char *work = own_path(d, ".new"), *own = own_path(d, "");
	int rc = file_make_dir(d->options->templates_dir, 0755, err);

	free(d->template.before);
	free(d->template.given);
	d->template.before = d->template.given = NULL;
	if (rc == 0 && !file_exists(work)) {
		if (file_exists(own))
			rc = text_of_file(&d->template.before, own, err);
		if (rc == 0) {
			d->template.given =
			    xstrdup(d->template.before ? d->template.before : from);
			rc = file_write(work, d->template.given, strlen(d->template.given),
					0644, err);
		}
		d->template.line = 1;
	}
	free(work);
	free(own);
	return rc;
}

void act_edit_as(struct deck *d, const char *name)
{
	struct strs argv = STRS_INIT(WORDS_MOST + 2);
	struct err err = ERR_INIT;
	char *work;

	if (!text_is_name(name, sizeof(d->template.editing) - 1)) {
		deck_say(d, TONE_FAIL, "\"%.60s\" is no name for a template", name);
		return;
	}
	snprintf(d->template.editing, sizeof(d->template.editing), "%s", name);
	work = own_path(d, ".new");
	if (prepare(d, json_str(d->template.answer, "text", ""), &err) < 0 ||
	    editor_argv(&argv, work, d->template.line, &err) < 0 ||
	    display_child(d->display, NULL, (const char *const *)argv.v, -1, on_editor_ended, d,
			  &err) < 0) {
		drop_untouched(d);
		deck_say(d, TONE_FAIL, "%.300s", err.msg);
	} else {
		deck_lease_begin(d, "templates", name, "edit");
	}
	strs_clear(&argv);
	free(work);
}

static bool is_own(const struct deck *d, const char *path)
{
	size_t n = strlen(d->options->templates_dir);

	return strncmp(path, d->options->templates_dir, n) == 0 && path[n] == '/';
}

void act_edit(struct deck *d)
{
	const struct template_row *t = row_here(d);
	const char *name = t ? t->name : "";
	const struct json *told = template_told(d, name);
	char copy[64];

	if (!d->options->templates_dir) {
		deck_say(d, TONE_WARN, "there is no folder of your own for templates");
	} else if (!told) {
		deck_say(d, TONE_TEXT, "the engine has not told it yet");
	} else if (is_own(d, json_str(told, "path", ""))) {
		act_edit_as(d, name);
	} else {
		snprintf(copy, sizeof(copy), "my-%.60s", name);
		prompt_open(&d->prompts[FOR_COPY], "a copy called: ", copy);
		d->prompt_use = FOR_COPY;
		d->mode = AT_PROMPT;
	}
}

void deck_template_clear(struct deck *d)
{
	json_free(d->template.answer);
	free(d->template.before);
	free(d->template.given);
}
