/*
 * What the console remembers from one start to the next, in files of the operator's own state
 * folder: named views ("views"), the filter of each pane ("filters"), lines typed after ":"
 * ("history"), the script last submitted to each cluster ("scripts"). A line that cannot be
 * read is named and passed over; the rest counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "console/deck.h"
#include "console/line.h"
#include "console/view/map.h"

#define FILE_MOST ((size_t)1 << 20)

char *deck_state_path(const struct deck *d, const char *name)
{
	return d->options->state_dir ? xasprintf("%s/%s", d->options->state_dir, name) : NULL;
}

/* "demo --stop" takes it away, also under a console that is open still: nothing comes back. */
int deck_state_make(struct deck *d, struct err *err)
{
	const char *dir = d->options->state_dir;

	if (!dir)
		return err_set(err, ERR_UNSUPPORTED, "there is no folder for it");
	if (d->state_there && !file_exists(dir))
		return err_set(err, ERR_NOT_FOUND, "%s was removed", dir);
	if (file_make_dir(dir, 0700, err) < 0)
		return -1;
	d->state_there = true;
	return 0;
}

/* Files of lines */

typedef int read_line_fn(struct deck *d, const char *line, struct err *err);

static void read_lines(struct deck *d, const char *name, read_line_fn *take)
{
	char *path = deck_state_path(d, name), *line, *rest;
	struct buf text = BUF_INIT(FILE_MOST);
	struct err err = ERR_INIT;
	int number = 0;

	if (!path || !file_exists(path) || file_read(&text, path, &err) < 0) {
		if (err.msg[0])
			deck_say(d, TONE_WARN, "%s", err.msg);
		free(path);
		return;
	}
	rest = buf_steal(&text);
	for (char *at = rest; at && *at; at = line + strlen(line) + 1) {
		char *end = strchr(at, '\n');

		line = at;
		if (end)
			*end = '\0';
		number++;
		if (line[0] && line[0] != '#' && take(d, line, &err) < 0)
			deck_say(d, TONE_WARN, "%s, line %d: %.160s; the other lines hold",
				 path, number, err.msg);
		if (!end)
			break;
	}
	free(rest);
	free(path);
}

static void write_lines(struct deck *d, const char *name, const struct buf *text)
{
	char *path = deck_state_path(d, name);
	struct err err = ERR_INIT;

	if (path && (text->len > 0 || file_exists(path)) &&
	    (deck_state_make(d, &err) < 0 ||
	     file_write(path, buf_str(text), text->len, 0600, &err) < 0))
		deck_say(d, TONE_WARN, "not kept: %s", err.msg);
	free(path);
}

/* One word as line_split() takes it. */
static void add_word(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "%s%s=", out->len && out->data[out->len - 1] != '\n' ? " " : "", name);
	buf_addc(out, '\'');
	for (; *value; value++)
		if (*value == '\'')
			buf_adds(out, "'\"'\"'");
		else
			buf_addc(out, *value);
	buf_addc(out, '\'');
}

/* Named views */

static struct saved_view *find(struct deck *d, const char *name)
{
	for (size_t i = 0; i < d->saved.n; i++)
		if (strcmp(d->saved.v[i].name, name) == 0)
			return &d->saved.v[i];
	return NULL;
}

static int put(struct deck *d, const struct saved_view *v, struct err *err)
{
	struct saved_view *to = find(d, v->name);

	if (!to && d->saved.n == SAVED_MOST)
		return err_set(err, ERR_INVALID, "there are %d views already: delete one",
			       SAVED_MOST);
	if (!to)
		to = &d->saved.v[d->saved.n++];
	*to = *v;
	return 0;
}

static int take_part(struct saved_view *v, const char *word, struct err *err)
{
	const struct {
		const char *name;
		char *to;
		size_t max;
	} parts[] = {
		{ "name", v->name, sizeof(v->name) },
		{ "view", v->view, sizeof(v->view) },
		{ "filter", v->filter, sizeof(v->filter) },
		{ "sort", v->sort, sizeof(v->sort) },
		{ "columns", v->columns, sizeof(v->columns) },
		{ "shade", v->shade, sizeof(v->shade) },
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		size_t n = strlen(parts[i].name);

		if (strncmp(word, parts[i].name, n) != 0 || word[n] != '=')
			continue;
		if ((size_t)snprintf(parts[i].to, parts[i].max, "%s", word + n + 1) >=
		    parts[i].max)
			return err_set(err, ERR_INVALID, "%s is too long", parts[i].name);
		return 0;
	}
	return err_set(err, ERR_INVALID, "\"%.40s\" is not a part of a view", word);
}

static int take_view(struct deck *d, const char *line, struct err *err)
{
	struct strs words = STRS_INIT(20);
	struct saved_view v = { .name = "" };
	int rc = line_split(&words, line, err);

	for (size_t i = 0; rc == 0 && i < words.n; i++)
		rc = take_part(&v, words.v[i], err);
	strs_clear(&words);
	if (rc == 0 && (!v.name[0] || !v.view[0]))
		rc = err_set(err, ERR_INVALID, "it has no name or no view");
	return rc < 0 ? rc : put(d, &v, err);
}

static void write_views(struct deck *d)
{
	struct buf text = BUF_INIT(FILE_MOST);

	for (size_t i = 0; i < d->saved.n; i++) {
		const struct saved_view *v = &d->saved.v[i];

		add_word(&text, "name", v->name);
		add_word(&text, "view", v->view);
		add_word(&text, "filter", v->filter);
		add_word(&text, "sort", v->sort);
		add_word(&text, "columns", v->columns);
		add_word(&text, "shade", v->shade);
		buf_addc(&text, '\n');
	}
	write_lines(d, "views", &text);
	buf_clear(&text);
}

/* The map and the table of nodes have one tab. */
static const char *view_word(const struct deck *d)
{
	if (!d->view)
		return d->panes[d->focus].kind->window;
	return d->view == &view_map ? "map" : d->view->place;
}

void act_save_view(struct deck *d)
{
	deck_open_prompt(d, FOR_SAVE, "save view as: ", "");
}

void deck_save_view(struct deck *d, const char *name)
{
	const struct pane *p = &d->panes[d->focus];
	struct saved_view v = { .name = "" };
	struct err err = ERR_INIT;
	bool anew;

	if (!name[0] || strlen(name) >= sizeof(v.name)) {
		deck_say(d, TONE_WARN, "a view needs a name of 1 to %zu bytes",
			 sizeof(v.name) - 1);
		return;
	}
	snprintf(v.name, sizeof(v.name), "%s", name);
	snprintf(v.view, sizeof(v.view), "%s", view_word(d));
	snprintf(v.filter, sizeof(v.filter), "%s", p->filter);
	snprintf(v.sort, sizeof(v.sort), "%s%s", p->descending ? "-" : "",
		 p->kind->sorts[p->sort]);
	snprintf(v.columns, sizeof(v.columns), "%s", p->wanted);
	snprintf(v.shade, sizeof(v.shade), "%s", map_shade_name(d->shade));
	anew = find(d, v.name) != NULL;
	if (put(d, &v, &err) < 0) {
		deck_say(d, TONE_FAIL, "%s", err.msg);
		return;
	}
	deck_say(d, TONE_OK, "view \"%s\" %s; :view %s brings it back%s", v.name,
		 anew ? "replaced" : "saved", v.name,
		 d->options->state_dir ? "" : " until the console ends");
	write_views(d);
}

static void set_order(struct deck *d, const char *sort)
{
	struct pane *p = &d->panes[d->focus];
	bool down = sort[0] == '-';

	for (size_t i = 0; i < deck_sorts(d); i++)
		if (strcmp(p->kind->sorts[i], sort + down) == 0) {
			p->sort = i;
			p->descending = down;
		}
}

bool deck_saved_open(struct deck *d, const char *name)
{
	const struct saved_view *v = find(d, name);
	struct pane *p;

	if (!v)
		return false;
	if (strcmp(v->view, "nodes") == 0 || strcmp(v->view, "map") == 0)
		d->nodes_mapped = v->view[0] == 'm';
	if (!view_placed(d, v->view[0] == 'm' ? "nodes" : v->view)) {
		deck_say(d, TONE_FAIL, "view \"%s\": there is no \"%s\" here", v->name,
			 v->view);
		return true;
	}
	p = &d->panes[d->focus];
	snprintf(p->filter, sizeof(p->filter), "%s", v->filter);
	snprintf(p->wanted, sizeof(p->wanted), "%s", v->columns);
	p->offset = 0;
	set_order(d, v->sort);
	map_shade_named(d, v->shade);
	deck_say(d, TONE_TEXT, "view %s%s%s", v->name, v->filter[0] ? ": filter " : "",
		 v->filter);
	return true;
}

bool deck_saved_delete(struct deck *d, const char *name)
{
	struct saved_view *v = find(d, name);

	if (!v)
		return false;
	memmove(v, v + 1, (size_t)(d->saved.v + d->saved.n - v - 1) * sizeof(*v));
	d->saved.n--;
	write_views(d);
	return true;
}

void deck_saved_list(struct deck *d)
{
	textbox_open(&d->box, "Views");
	for (size_t i = 0; i < d->saved.n; i++) {
		const struct saved_view *v = &d->saved.v[i];

		textbox_add(&d->box, TONE_TEXT, "%-20s %-9s %s%s%s%s%s%s", v->name, v->view,
			    v->filter[0] ? "filter " : "", v->filter,
			    v->sort[0] ? "  sort " : "", v->sort,
			    v->columns[0] ? "  columns " : "", v->columns);
	}
	if (d->saved.n == 0)
		textbox_add(&d->box, TONE_DIM,
			    "none yet: %s saves what you look at under a name",
			    KEY_FOR(d, "save-view"));
	textbox_add(
	    &d->box, TONE_DIM,
	    ":view NAME opens one, :view delete NAME removes it; the tabs have names, too");
	deck_open_box(d);
}

/* Filters and lines typed */

static int take_filter(struct deck *d, const char *line, struct err *err)
{
	const char *text = strchr(line, ' ');

	for (int i = 0; text && i < PANES; i++) {
		struct pane *p = &d->panes[i];
		size_t n = strlen(p->kind->window);

		if (strncmp(line, p->kind->window, n) != 0 || line + n != text)
			continue;
		snprintf(p->filter, sizeof(p->filter), "%s", text + 1);
		d->restored = true;
		return 0;
	}
	return err_set(err, ERR_INVALID, "no pane and filter");
}

static int take_typed(struct deck *d, const char *line, struct err *err)
{
	(void)err;
	strs_add(&d->prompts[FOR_COMMAND].history, line);
	return 0;
}

/* "demo" and the path of its script */
static int take_script(struct deck *d, const char *line, struct err *err)
{
	if (!strchr(line, ' '))
		return err_set(err, ERR_INVALID, "no cluster and script");
	strs_add(&d->scripts, line);
	return 0;
}

static bool is_script_of(const char *line, const char *cluster)
{
	size_t n = strlen(cluster);

	return strncmp(line, cluster, n) == 0 && line[n] == ' ';
}

const char *deck_last_script(const struct deck *d, const char *cluster)
{
	for (size_t i = d->scripts.n; i-- > 0;)
		if (is_script_of(d->scripts.v[i], cluster))
			return strchr(d->scripts.v[i], ' ') + 1;
	return NULL;
}

/* The newest is the last; the oldest gives way. */
void deck_note_script(struct deck *d, const char *cluster, const char *script)
{
	struct strs all = STRS_INIT(SCRIPTS_MOST);

	for (size_t i = d->scripts.n == SCRIPTS_MOST; i < d->scripts.n; i++)
		if (!is_script_of(d->scripts.v[i], cluster))
			strs_add(&all, d->scripts.v[i]);
	strs_addf(&all, "%s %s", cluster, script);
	strs_clear(&d->scripts);
	d->scripts = all;
}

static void say_restored(struct deck *d)
{
	struct buf list = BUF_INIT(300);

	for (int i = 0; i < PANES; i++)
		if (d->panes[i].filter[0])
			buf_addf(&list, "%s%s /%.60s", list.len ? ", " : "",
				 d->panes[i].kind->window, d->panes[i].filter);
	deck_say(d, TONE_WARN, "filters as last time: %s; Esc clears the one of a pane",
		 buf_str(&list));
	buf_clear(&list);
}

void deck_recall(struct deck *d)
{
	d->state_there = d->options->state_dir && file_exists(d->options->state_dir);
	read_lines(d, "views", take_view);
	read_lines(d, "history", take_typed);
	read_lines(d, "scripts", take_script);
	read_lines(d, "filters", take_filter);
	if (d->restored)
		say_restored(d);
}

void deck_remember(struct deck *d)
{
	const struct strs *typed = &d->prompts[FOR_COMMAND].history;
	struct buf text = BUF_INIT(FILE_MOST);

	for (size_t i = 0; i < typed->n; i++)
		buf_addf(&text, "%s\n", typed->v[i]);
	write_lines(d, "history", &text);
	buf_reset(&text);
	for (int i = 0; i < PANES; i++)
		if (d->panes[i].filter[0])
			buf_addf(&text, "%s %s\n", d->panes[i].kind->window,
				 d->panes[i].filter);
	write_lines(d, "filters", &text);
	buf_reset(&text);
	for (size_t i = 0; i < d->scripts.n; i++)
		buf_addf(&text, "%s\n", d->scripts.v[i]);
	write_lines(d, "scripts", &text);
	buf_clear(&text);
}
