/*
 * console.conf, the operator's own file: lines as they are typed after ":", read at the start.
 *
 *   set footer letters
 *   theme light
 *   key x drain
 *   key d none
 *   site prod-eu red PROD
 *
 * A line that cannot be read is named with its number; the rest holds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "console/deck.h"
#include "console/line.h"

#define CONF_MOST ((size_t)1 << 16)
#define DARK	  "0145" /* black red blue magenta: white is read on them */
#define WHITE	  7
#define BLACK	  0

/* Keys */

/* Without these nobody finds the way out, or a terminal takes them for itself. */
static bool is_fixed(uint32_t code)
{
	static const uint32_t fixed[] = { K_ESC,       K_ENTER,	    ':',	 K_CTRL('c'),
					  K_CTRL('s'), K_CTRL('q'), K_CTRL('z'), K_CTRL('d'),
					  K_PASTE,     K_MOUSE,	    K_F11 };

	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		if (fixed[i] == code)
			return true;
	return false;
}

/* The keys that confirm never open. */
static bool confirms(uint32_t code)
{
	return code == 'y' || code == 'Y' || (code >= '0' && code <= '9');
}

static bool known_word(const struct deck *d, const char *word, bool *asks)
{
	const struct binding *b = binding_worded(d, word);

	*asks = false;
	if (!b)
		b = view_binding_worded(word);
	if (b)
		*asks = strstr(b->help, "...") != NULL;
	return b || strcmp(word, "none") == 0;
}

int deck_remap(struct deck *d, const char *key, const char *word, struct err *err)
{
	uint32_t code = key_code(key);
	struct remap *r = NULL;
	bool asks;

	if (code == K_NONE)
		return err_set(err, ERR_INVALID, "\"%.20s\" is no key: x, F5, Ctrl-R, Space",
			       key);
	if (is_fixed(code))
		return err_set(err, ERR_INVALID, "%s keeps what it does", key);
	if (!known_word(d, word, &asks))
		return err_set(err, ERR_INVALID,
			       "\"%.40s\" is nothing that a key does; :keys lists what is",
			       word);
	if (asks && confirms(code))
		return err_set(err, ERR_INVALID,
			       "%s answers questions: it cannot open one, as %s does", key,
			       word);
	for (size_t i = 0; i < d->conf.n_remaps; i++)
		if (d->conf.remaps[i].code == code)
			r = &d->conf.remaps[i];
	if (!r && d->conf.n_remaps == REMAPS_MOST)
		return err_set(err, ERR_INVALID, "more than %d keys", REMAPS_MOST);
	if (!r)
		r = &d->conf.remaps[d->conf.n_remaps++];
	r->code = code;
	snprintf(r->word, sizeof(r->word), "%s", word);
	return 0;
}

const char *deck_remapped(const struct deck *d, uint32_t code)
{
	for (size_t i = 0; i < d->conf.n_remaps; i++)
		if (d->conf.remaps[i].code == code)
			return d->conf.remaps[i].word;
	return NULL;
}

/* Sites */

static int colour_of(const char *name)
{
	static const char *const names[] = { "black", "red",	 "green", "yellow",
					     "blue",  "magenta", "cyan",  "white" };

	for (int i = 0; i < (int)ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static int add_site(struct deck *d, const struct strs *w, struct err *err)
{
	struct site_mark m = { .colour = w->n > 2 ? colour_of(w->v[2]) : -1 };

	if (m.colour < 0)
		return err_set(
		    err, ERR_INVALID,
		    "site takes a name, a colour (red green yellow blue magenta cyan white black) and a word such as PROD");
	if (d->conf.n_sites == SITES_MOST)
		return err_set(err, ERR_INVALID, "more than %d sites", SITES_MOST);
	snprintf(m.site, sizeof(m.site), "%s", w->v[1]);
	snprintf(m.word, sizeof(m.word), "%s", w->n > 3 ? w->v[3] : "");
	d->conf.sites[d->conf.n_sites++] = m;
	return 0;
}

const struct site_mark *deck_site(const struct deck *d)
{
	const struct engine_row *e = mirror_engine(d->mirror);

	for (size_t i = 0; e && i < d->conf.n_sites; i++)
		if (strcmp(d->conf.sites[i].site, e->site) == 0)
			return &d->conf.sites[i];
	return NULL;
}

/* A theme without colours keeps what it has for production: reverse, bold. */
void deck_theme(struct deck *d, const struct theme *t)
{
	const struct site_mark *m = deck_site(d);
	struct theme shown;

	if (t)
		d->theme = *t;
	shown = d->theme;
	if (m && shown.style[TONE_PROD].bg != COLOUR_DEFAULT) {
		struct style *s = &shown.style[TONE_PROD];

		s->bg = m->colour;
		s->fg = strchr(DARK, '0' + m->colour) ? WHITE : BLACK;
		s->fg256 = s->bg256 = 0;
	}
	if (d->display)
		display_theme(d->display, &shown);
}

/* Lines */

static int take_theme(struct deck *d, const char *name, struct err *err)
{
	struct theme t;

	if (theme_find(&t, name, err) < 0)
		return -1;
	if (!d->options->theme) /* the command line comes first */
		deck_theme(d, &t);
	return 0;
}

static int take_words(struct deck *d, const struct strs *w, struct err *err)
{
	if (strcmp(w->v[0], "set") == 0 && w->n == 3)
		return deck_set(d, w->v[1], w->v[2], err);
	if (strcmp(w->v[0], "key") == 0 && w->n == 3)
		return deck_remap(d, w->v[1], w->v[2], err);
	if (strcmp(w->v[0], "theme") == 0 && w->n == 2)
		return take_theme(d, w->v[1], err);
	if (strcmp(w->v[0], "site") == 0)
		return add_site(d, w, err);
	return err_set(
	    err, ERR_INVALID,
	    "\"%.40s\": a line is set NAME VALUE, key KEY WORD, theme NAME or site NAME COLOUR WORD",
	    w->v[0]);
}

/* false: it cannot be read. */
static bool take_line(struct deck *d, const char *line, int number)
{
	struct strs words = STRS_INIT(20);
	struct err err = ERR_INIT;
	bool good = line_split(&words, line, &err) == 0 &&
		    (words.n == 0 || words.v[0][0] == '#' || take_words(d, &words, &err) == 0);

	if (!good)
		deck_say(d, TONE_FAIL, "%s, line %d: %s; the other lines hold",
			 d->options->conf_path, number, err.msg);
	strs_clear(&words);
	return good;
}

void deck_conf_read(struct deck *d)
{
	struct buf text = BUF_INIT(CONF_MOST);
	struct strs lines = STRS_INIT(2000);
	struct err err = ERR_INIT;
	size_t bad = 0;

	if (!d->options->conf_path || !file_exists(d->options->conf_path))
		return;
	if (file_read(&text, d->options->conf_path, &err) < 0)
		deck_say(d, TONE_FAIL, "%s", err.msg);
	else
		strs_split(&lines, buf_str(&text), text.len, '\n');
	for (size_t i = 0; i < lines.n; i++)
		bad += !take_line(d, lines.v[i], (int)i + 1);
	if (bad > 1)
		deck_say(d, TONE_FAIL,
			 "%s: %zu lines cannot be read: :messages tells each; the others hold",
			 d->options->conf_path, bad);
	strs_clear(&lines);
	buf_clear(&text);
}
