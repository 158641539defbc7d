/* Which key does what now: the tables of the view and of the console, and console.conf before
 * both. Footer, hints, help, menu and messages name keys by what is asked here, so that none
 * names a key that does something else. */
#include <stdio.h>
#include <string.h>

#include "console/deck.h"

/* F7 and F8 are the two constructive acts of a pane. */
static const char *const pane_acts[PANES][2] = {
	[PANE_TEMPLATES] = { "New", "Start" }, [PANE_CLUSTERS] = { "New", "Start" },
	[PANE_NODES] = { "Drain", "Submit" },  [PANE_JOBS] = { "Submit", "Why" },
	[PANE_EVENTS] = { "New", "Start" },    [PANE_OPERATIONS] = { "New", "Start" },
};

const char *binding_off(const struct deck *d, const struct binding *b, char out[80])
{
	const char *off = deck_cannot(d, b->needs);

	return off ? off : b->off ? b->off(d, out) : NULL;
}

const struct binding *binding_at(const struct deck *d, size_t i)
{
	const struct binding *own = d->view ? d->view->keys : NULL;
	const struct binding *more = d->view ? d->view->more_keys : NULL;

	for (; own && own->keys; own++, i--)
		if (i == 0)
			return own;
	for (; more && more->keys; more++, i--)
		if (i == 0)
			return more;
	return i < n_bindings ? &bindings[i] : NULL;
}

const struct binding *binding_named(const struct deck *d, const char *label)
{
	const struct binding *b;

	for (size_t i = 0; (b = binding_at(d, i)); i++)
		if (b->label && strcmp(b->label, label) == 0)
			return b;
	return NULL;
}

/* Without one of its own: that of the command, or of the label in small letters. */
void binding_word(const struct binding *b, char out[32])
{
	const char *from = b->word	? b->word
			   : b->label	? b->label
			   : b->command ? b->command
					: "";
	size_t n = 0;

	for (; *from && *from != '.' && n < 31; from++)
		out[n++] = *from == ' '			  ? '-'
			   : *from >= 'A' && *from <= 'Z' ? (char)(*from + 32)
							  : *from;
	out[n] = '\0';
}

const struct binding *binding_worded(const struct deck *d, const char *word)
{
	const struct binding *b;
	char is[32];

	for (size_t i = 0; (b = binding_at(d, i)); i++) {
		binding_word(b, is);
		if (b->run && strcmp(is, word) == 0)
			return b;
	}
	return NULL;
}

/* As the tables say: a view's own keys hide the common ones. passing: with what a key does for
 * a while only. */
static const struct binding *in_tables(const struct deck *d, uint32_t code, bool passing)
{
	const struct binding *b;

	for (size_t i = 0; (b = binding_at(d, i)); i++)
		if (b->run && (b->key == code || b->fkey == code) &&
		    (!b->when || (passing && b->when(d))))
			return b;
	if (code == K_F7 || code == K_F8)
		return binding_named(d, pane_acts[d->focus][code - K_F7]);
	return NULL;
}

/* console.conf comes first. */
const struct binding *binding_of_key(const struct deck *d, uint32_t code)
{
	const char *word = deck_remapped(d, code);

	return word ? binding_worded(d, word) : in_tables(d, code, true);
}

/* Its key does something else in this view. */
bool binding_is_hidden(const struct deck *d, const struct binding *b)
{
	if (b->when)
		return !b->when(d);
	return b->run && b->key && in_tables(d, b->key, false) != b;
}

/* The names of its keys */

static bool is_function_key(uint32_t code)
{
	return code >= K_F1 && code <= K_F12;
}

static void add_key(char out[KEYS_TEXT], uint32_t code)
{
	size_t n = strlen(out);
	char name[16];

	snprintf(out + n, KEYS_TEXT - n, "%s%s", n ? " " : "", key_name(name, code));
}

/* Letters, and what else is no function key. most: how many of them. */
static void add_letters(const struct deck *d, const struct binding *b, char out[KEYS_TEXT],
			size_t most)
{
	size_t n = 0;

	if (b->key && !is_function_key(b->key) && binding_of_key(d, b->key) == b && n++ < most)
		add_key(out, b->key);
	for (size_t i = 0; i < d->conf.n_remaps && n < most; i++) {
		uint32_t code = d->conf.remaps[i].code;

		if (code != b->key && !is_function_key(code) && binding_of_key(d, code) == b) {
			add_key(out, code);
			n++;
		}
	}
}

static void add_function_keys(const struct deck *d, const struct binding *b,
			      char out[KEYS_TEXT], size_t most)
{
	for (uint32_t code = K_F1; code <= K_F12 && most > 0; code++)
		if (binding_of_key(d, code) == b) {
			add_key(out, code);
			most--;
		}
}

const char *binding_letter(const struct deck *d, const struct binding *b, char out[KEYS_TEXT])
{
	out[0] = '\0';
	add_letters(d, b, out, 1);
	return out;
}

const char *binding_key(const struct deck *d, const struct binding *b, char out[KEYS_TEXT])
{
	if (!binding_letter(d, b, out)[0])
		add_function_keys(d, b, out, 1);
	return out;
}

/* Those that have no word do what they always do, but for keys that were given away. */
static void add_fixed(const struct deck *d, const char *keys, char out[KEYS_TEXT])
{
	char one[KEYS_TEXT];

	for (size_t n; *keys; keys += n + (keys[n] == ' ')) {
		n = strcspn(keys, " ");
		snprintf(one, sizeof(one), "%.*s", (int)n, keys);
		if (!deck_remapped(d, key_code(one)))
			snprintf(out + strlen(out), KEYS_TEXT - strlen(out), "%s%s",
				 out[0] ? " " : "", one);
	}
}

const char *binding_keys(const struct deck *d, const struct binding *b, char out[KEYS_TEXT])
{
	char word[32];

	out[0] = '\0';
	if (!b->run) {
		add_fixed(d, b->keys, out);
		return out;
	}
	add_function_keys(d, b, out, 12);
	add_letters(d, b, out, 2);
	if (!out[0]) {
		binding_word(b, word);
		snprintf(out, KEYS_TEXT, ":%s", word);
	}
	return out;
}

/* Of a view that is not open. */
static void key_elsewhere(const struct deck *d, const struct binding *b, const char *word,
			  char out[KEYS_TEXT])
{
	const uint32_t codes[] = { b->key, b->fkey };

	for (size_t i = 0; i < 2 && !out[0]; i++)
		if (codes[i] && !deck_remapped(d, codes[i]))
			add_key(out, codes[i]);
	for (size_t i = 0; i < d->conf.n_remaps && !out[0]; i++)
		if (strcmp(d->conf.remaps[i].word, word) == 0)
			add_key(out, d->conf.remaps[i].code);
}

const char *deck_key_for(const struct deck *d, const char *word, char out[KEYS_TEXT])
{
	const struct binding *b = binding_worded(d, word);

	out[0] = '\0';
	if (b)
		binding_key(d, b, out);
	else if ((b = view_binding_worded(word)))
		key_elsewhere(d, b, word, out);
	if (!out[0])
		snprintf(out, KEYS_TEXT, ":%s", word);
	return out;
}

/* Parts stand two blanks apart; one that begins with {WORD} is left out where no key does it.
 */
const char *deck_hint(const struct deck *d, const char *hint, char out[HINT_TEXT])
{
	char key[KEYS_TEXT], word[32];
	size_t used = 0;

	out[0] = '\0';
	while (*hint) {
		const char *end = strstr(hint, "  "), *close = strchr(hint, '}');
		size_t n = end ? (size_t)(end - hint) : strlen(hint);

		key[0] = '\0';
		if (*hint == '{' && close) {
			snprintf(word, sizeof(word), "%.*s", (int)(close - hint - 1), hint + 1);
			deck_key_for(d, word, key);
			n -= (size_t)(close + 1 - hint);
			hint = close + 1;
		}
		if (key[0] != ':' || strcmp(word, "command") == 0)
			used += (size_t)snprintf(out + used, HINT_TEXT - used, "%s%s%.*s",
						 used ? "  " : "", key, (int)n, hint);
		hint += n + (end ? 2 : 0);
		used = used < HINT_TEXT ? used : HINT_TEXT - 1;
	}
	return out;
}

void binding_run(struct deck *d, const struct binding *b)
{
	char why[80], key[KEYS_TEXT];
	const char *off;

	if (b->marked && !deck_end_range(d, d->focus))
		return;
	off = binding_off(d, b, why);
	if (!off)
		deck_by_key(d, b->run);
	else if (binding_key(d, b, key)[0])
		deck_say(d, TONE_WARN, "%s (%.*s): %s", key, (int)strcspn(b->help, ".:"),
			 b->help, off);
	else
		deck_say(d, TONE_WARN, "%s: %s", b->help, off);
	if (off && b->types && d->pressed != K_ENTER) /* its line was typed and is over */
		deck_not_opened(d);
}

void deck_not_opened(struct deck *d)
{
	spill_begin(&d->spill, d->message, display_now());
}

bool deck_spills(struct deck *d, const struct key *k)
{
	if (d->mode != AT_PANES || !spill_takes(&d->spill, k, display_now()))
		return false;
	if (!d->spill.typed)
		deck_remark(d, "%s", d->spill.why);
	else
		deck_remark(d, "%s; what is typed behind it is dropped%s", d->spill.why,
			    d->spill.until ? ": Enter, Esc or a pause ends that" : "");
	return true;
}

/* A key that does nothing */

/* "Nodes, Jobs": the views in which it does something; one: what. */
static size_t elsewhere(uint32_t code, char out[80], const struct binding **what)
{
	const struct binding *b;
	const char *view;
	size_t n = 0, used = 0;

	for (; used < 80 && (view = view_of_key(code, n, &b)); n++) {
		used += (size_t)snprintf(out + used, 80 - used, "%s%s", n ? ", " : "", view);
		*what = b;
	}
	return n;
}

static bool moves(uint32_t code)
{
	return (code >= K_UP && code <= K_PAGE_DOWN) || code == 'h' || code == 'l';
}

void deck_deaf_key(struct deck *d, const struct key *k, const char *possible)
{
	char key[16];

	if (k->code == K_PASTE)
		deck_remark(d, "paste ignored (%zu characters): %s", k->total, possible);
	else if (k->code != K_MOUSE && k->code != K_ANSWER && !d->burst)
		deck_remark(d, "%s does nothing here: %s", key_name(key, k->code), possible);
}

void deck_dead_key(struct deck *d, uint32_t code)
{
	const char *word = deck_remapped(d, code), *help = KEY_FOR(d, "help");
	const struct binding *b = word ? view_binding_worded(word) : NULL;
	char key[16], places[80];
	size_t n;

	if (moves(code) || d->burst) /* at an end, or a paste */
		return;
	key_name(key, code);
	if (word && !b)
		deck_remark(d, "%s does nothing, as console.conf says; %s lists the keys", key,
			    help);
	else if (code == 'N')
		deck_remark(d, "%s: nothing is searched for; %s finds", key,
			    KEY_FOR(d, "find"));
	else if ((n = elsewhere(b ? b->key : code, places, &b)) == 0)
		deck_remark(d, "%s is not a key here; %s lists the keys", key, help);
	else if (n == 1)
		deck_remark(d, "%s does nothing here; in %s: %.*s", key, places,
			    (int)strcspn(b->help, "."), b->help);
	else
		deck_remark(d, "%s does nothing here; it works in %s", key, places);
}
