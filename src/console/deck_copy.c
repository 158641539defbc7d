/* Copying what is selected: to the clipboard of whoever sits at the terminal, and to a file
 * that stays when the terminal has none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "console/deck.h"

#define COPY_MOST ((size_t)4 << 20)

const char *deck_no_row(const struct deck *d, char out[80])
{
	const struct pane *p = &d->panes[d->focus];

	(void)out;
	if (pane_marks(p) > 0 || pane_name_at(p) || (d->focus == PANE_NODES && deck_node(d)))
		return NULL;
	return "nothing is under the cursor";
}

static char *keep(struct deck *d, const char *text, struct err *err)
{
	char *path = deck_state_path(d, "copy");

	if (path && deck_state_make(d, err) == 0 &&
	    file_write(path, text, strlen(text), 0600, err) == 0)
		return path;
	free(path);
	return NULL;
}

/* what: "htc-3", "12 names". */
void deck_copy_text(struct deck *d, const char *text, const char *what)
{
	struct err err = ERR_INIT;
	char *path = keep(d, text, &err);
	bool sent = d->display && display_copy(d->display, text);

	if (!sent && !path)
		deck_say(d, TONE_FAIL, "%s: not copied: this terminal takes no copies%s%s",
			 what, err.msg[0] ? ", and " : "", err.msg);
	else if (!path)
		deck_say(d, TONE_OK, "copied to the terminal: %s%s%s", what,
			 err.msg[0] ? "; not kept: " : "", err.msg);
	else
		deck_say(d, TONE_OK, "copied: %s (%sin %s)", what, sent ? "also " : "", path);
	free(path);
}

/* On the Deck's map the node under the cursor is no row of a table. */
static const char *map_name(const struct deck *d)
{
	const struct node *n = d->focus == PANE_NODES && deck_maps(d) ? deck_node(d) : NULL;

	return n ? n->name : NULL;
}

void act_copy_name(struct deck *d)
{
	struct strs names = STRS_INIT(PANE_MARKS_MAX + 1);
	struct buf text = BUF_INIT(COPY_MOST);
	char what[120];

	if (map_name(d))
		strs_add(&names, map_name(d));
	else
		pane_chosen(&d->panes[d->focus], &names);
	for (size_t i = 0; i < names.n; i++)
		buf_addf(&text, "%s%s", i ? "\n" : "", names.v[i]);
	if (names.n == 1)
		snprintf(what, sizeof(what), "%s", names.v[0]);
	else
		snprintf(what, sizeof(what), "%zu names", names.n);
	deck_copy_text(d, buf_str(&text), what);
	strs_clear(&names);
	buf_clear(&text);
}

/* Of a marked row that is not here only its name is known. */
static struct json *row_of(const struct pane *p, int64_t id, const char *name)
{
	struct json *j;

	for (size_t i = 0; p->have && i < p->rows.n; i++)
		if (p->kind->id(p, i) == id)
			return mirror_row_json(&p->rows, i);
	j = json_new_object();
	json_set_str(j, "name", name);
	return j;
}

static struct json *rows_json(const struct deck *d, size_t *n)
{
	const struct pane *p = &d->panes[d->focus];
	const struct node *node = map_name(d) ? deck_node(d) : NULL;
	struct json *list;

	*n = pane_marks(p) > 0 ? pane_marks(p) : 1;
	if (node)
		return mirror_row_json(
		    &(struct mirror_rows){ .noun = NOUN_NODE, .u.nodes = node }, 0);
	if (pane_marks(p) == 0)
		return mirror_row_json(&p->rows, (size_t)pane_at(p));
	list = json_new_array();
	for (size_t i = 0; i < p->n_marks; i++)
		json_add(list, row_of(p, p->marks[i].id, p->marks[i].name));
	return list;
}

void act_copy_row(struct deck *d)
{
	struct buf text = BUF_INIT(COPY_MOST);
	char what[40];
	size_t n;
	struct json *j = rows_json(d, &n);

	json_write_pretty(&text, j);
	json_free(j);
	if (n == 1)
		snprintf(what, sizeof(what), "the row as JSON");
	else
		snprintf(what, sizeof(what), "%zu rows as JSON", n);
	deck_copy_text(d, buf_str(&text), what);
	textbox_open(&d->box, what);
	textbox_add_text(&d->box, TONE_TEXT, buf_str(&text));
	deck_open_box(d);
	buf_clear(&text);
}

/* What a box shows: an explanation, the line for a shell. */
void deck_copy_box(struct deck *d)
{
	struct buf text = BUF_INIT(COPY_MOST);
	struct textbox whole = { 0 }; /* what a table has, not what of it has room */
	const struct textbox *from = d->result_shown ? &whole : &d->box;

	textbox_init(&whole);
	if (d->result_shown)
		result_lay(&d->result, 0, true, &whole);
	for (size_t i = 0; i < from->lines.n; i++)
		buf_addf(&text, "%s%s", i ? "\n" : "", from->lines.v[i] + 1);
	deck_copy_text(d, buf_str(&text), "what is shown");
	textbox_clear(&whole);
	buf_clear(&text);
}
