#include "console/dialog.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void dialog_open(struct dialog *d, const struct dialog_spec *spec, int64_t now)
{
	assert(spec->level != CONFIRM_NONE);
	assert(spec->level != CONFIRM_PLAN ||
	       (spec->name && strlen(spec->name) <= DIALOG_NAME && *spec->name));
	*d = (struct dialog){ .spec = *spec, .deaf_until = now + DIALOG_DEAF_MS };
	while (spec->level == CONFIRM_PLAN && spec->losses && spec->losses[d->n_losses])
		d->n_losses++;
	assert(d->n_losses <= DIALOG_LOSSES);
}

void dialog_renew(struct dialog *d, const struct dialog_spec *spec, int64_t now)
{
	struct dialog old = *d;

	dialog_open(d, spec, now);
	memcpy(d->typed, old.typed, sizeof(d->typed));
	d->typed_len = old.typed_len;
	d->deaf_until = old.deaf_until; /* no new dialog has come up under a key */
	d->away = old.away;
	d->held = old.held;
}

void dialog_hold(struct dialog *d, const char *why)
{
	d->held = why;
	if (why && d->state == DIALOG_COUNTING) {
		d->state = DIALOG_FORM;
		snprintf(d->note, sizeof(d->note), "not begun: %.60s", why);
	}
}

static bool asks_count(const struct dialog *d)
{
	return d->spec.level == CONFIRM_BOX && d->spec.count > 1;
}

static uint32_t yes_key(const struct dialog *d)
{
	return d->spec.others && d->spec.level == CONFIRM_BOX ? 'Y' : 'y';
}

/*
 * Keys can be remapped, so any key may have opened this. Where the usual answer is the opener
 * itself, the whole word "yes" is asked for, which no single key can type.
 */
const char *dialog_wanted(const struct dialog *d, char out[DIALOG_NAME + 1])
{
	out[0] = '\0';
	if (d->spec.level == CONFIRM_PLAN)
		snprintf(out, DIALOG_NAME + 1, "%s", d->spec.name);
	else if (asks_count(d))
		snprintf(out, DIALOG_NAME + 1, "%zu", d->spec.count);
	else if (d->spec.opener == yes_key(d))
		snprintf(out, DIALOG_NAME + 1, "yes");
	if (out[0] && !out[1] && d->spec.opener == (unsigned char)out[0] &&
	    d->spec.level != CONFIRM_PLAN)
		snprintf(out, DIALOG_NAME + 1, "yes");
	return out;
}

uint32_t dialog_confirm_key(const struct dialog *d)
{
	char wanted[DIALOG_NAME + 1];

	if (d->spec.level == CONFIRM_PLAN)
		return d->spec.opener == K_F9 ? K_F8 : K_F9;
	if (dialog_wanted(d, wanted)[0])
		return K_NONE;
	return yes_key(d);
}

bool dialog_complete(const struct dialog *d)
{
	char wanted[DIALOG_NAME + 1];

	if (d->spec.locked || d->held || strcmp(d->typed, dialog_wanted(d, wanted)) != 0)
		return false;
	for (size_t i = 0; i < d->n_losses; i++)
		if (!d->accepted[i])
			return false;
	return true;
}

static enum dialog_answer end(struct dialog *d, enum dialog_answer answer)
{
	d->state = DIALOG_ENDED;
	return answer;
}

static enum dialog_answer confirmed(struct dialog *d, int64_t now)
{
	if (d->spec.level != CONFIRM_PLAN)
		return end(d, DIALOG_YES);
	d->state = DIALOG_COUNTING;
	d->deaf_until =
	    now +
	    DIALOG_DEAF_MS; /* a key that bounces is neither a second press nor a cancel */
	d->acts_at = d->spec.no_countdown ? INT64_MAX : now + DIALOG_COUNT_MS;
	return DIALOG_ASKING;
}

static void type(struct dialog *d, const struct key *k)
{
	char bytes[5];
	size_t n = key_utf8(bytes, k->code);

	if (k->code == K_BACKSPACE) {
		while (d->typed_len > 0 && (d->typed[--d->typed_len] & 0xc0) == 0x80)
			;
		d->typed[d->typed_len] = '\0';
	} else if (k->code == K_CTRL('u')) {
		d->typed_len = 0;
		d->typed[0] = '\0';
	} else if (n > 0 && d->typed_len + n <= DIALOG_NAME) {
		memcpy(d->typed + d->typed_len, bytes, n + 1);
		d->typed_len += n;
	} else if (n == 0) {
		char key[16];

		snprintf(d->note, sizeof(d->note), "%s does nothing here",
			 key_name(key, k->code));
	}
}

static void move_or_type(struct dialog *d, const struct key *k)
{
	if (d->n_losses > 0 && k->code == ' ')
		d->accepted[d->focus] = !d->accepted[d->focus];
	else if (d->n_losses > 0 && (k->code == K_DOWN || k->code == K_TAB))
		d->focus = (d->focus + 1) % d->n_losses;
	else if (d->n_losses > 0 && (k->code == K_UP || k->code == K_BACKTAB))
		d->focus = (d->focus + d->n_losses - 1) % d->n_losses;
	else
		type(d, k);
}

/* Which of what is asked for is not there yet. */
static void say_missing(struct dialog *d)
{
	char name[48] = "";
	size_t open = 0;

	for (size_t i = 0; i < d->n_losses; i++)
		open += !d->accepted[i];
	if (d->typed_len == 0)
		snprintf(name, sizeof(name), "type the name first");
	else if (strcmp(d->typed, d->spec.name) != 0)
		snprintf(name, sizeof(name), "the name is not %.30s", d->spec.name);
	snprintf(d->note, sizeof(d->note), "not yet: %s%s%s", name, name[0] && open ? "; " : "",
		 !open	     ? ""
		 : open == 1 ? "accept the loss"
			     : "accept each loss");
}

static enum dialog_answer form_key(struct dialog *d, const struct key *k, int64_t now)
{
	char wanted[DIALOG_NAME + 1];
	uint32_t confirm = dialog_confirm_key(d);

	if (k->code == K_ENTER && d->spec.level == CONFIRM_PLAN && d->typed_len > 0) {
		char key[16]; /* out of habit after a word: what was typed is not thrown away */

		key_name(key, confirm);
		snprintf(d->note, sizeof(d->note),
			 "Enter does nothing here: %s begins, Esc is no", key);
		return DIALOG_ASKING;
	}
	if (k->code == K_ENTER || k->code == K_ESC || k->code == K_CTRL('c'))
		return end(d, DIALOG_NO);
	if (d->spec.locked || d->held) {
		snprintf(d->note, sizeof(d->note), "%.79s",
			 d->spec.locked ? d->spec.locked : d->held);
		return DIALOG_ASKING;
	}
	if (k->code == K_PASTE) {
		snprintf(d->note, sizeof(d->note), "paste refused: type it");
		return DIALOG_ASKING;
	}
	if (confirm != K_NONE && k->code == confirm && !dialog_complete(d)) {
		say_missing(d);
		return DIALOG_ASKING;
	}
	if (confirm != K_NONE && k->code == confirm)
		return confirmed(d, now);
	if (!dialog_wanted(
		d, wanted)[0]) { /* a question with one right answer: any other key is No */
		if (k->code != d->spec.opener)
			return end(d, DIALOG_NO);
		snprintf(d->note, sizeof(d->note), "the key that asked does not answer");
		return DIALOG_ASKING;
	}
	move_or_type(d, k);
	return confirm == K_NONE && dialog_complete(d) ? confirmed(d, now) : DIALOG_ASKING;
}

enum dialog_answer dialog_key(struct dialog *d, const struct key *k, int64_t now)
{
	if (d->state == DIALOG_ENDED)
		return DIALOG_NO;
	if (d->state == DIALOG_COUNTING) {
		bool again = k->code == dialog_confirm_key(d);

		if (now < d->deaf_until && again) {
			d->deaf_until = now + DIALOG_DEAF_MS; /* a key held down is one press */
			return DIALOG_ASKING;
		}
		if (d->spec.no_countdown && again)
			return end(d, DIALOG_YES);
		return end(d, DIALOG_NO);
	}
	if (now < d->deaf_until)
		return DIALOG_ASKING;
	d->note[0] = '\0';
	return form_key(d, k, now);
}

enum dialog_answer dialog_time(struct dialog *d, int64_t now)
{
	if (d->state == DIALOG_ENDED)
		return DIALOG_NO;
	if (d->state == DIALOG_COUNTING && now >= d->acts_at)
		return end(d, DIALOG_YES);
	return DIALOG_ASKING;
}

int64_t dialog_wait(const struct dialog *d, int64_t now)
{
	if (d->state == DIALOG_FORM && now < d->deaf_until)
		return d->deaf_until - now;
	if (d->state != DIALOG_COUNTING || d->acts_at == INT64_MAX)
		return -1;
	if (now >= d->acts_at)
		return 0;
	return (d->acts_at - now - 1) % 1000 + 1; /* the next second that is shown */
}

/* Drawing */

static size_t n_facts(const struct dialog *d)
{
	size_t n = 0;

	while (d->spec.facts && d->spec.facts[n])
		n++;
	return n;
}

#define BOX_EDGES 4 /* columns that a box takes from what is in it */

/* Where a fact goes on in a second line: behind the last gap between its parts, or the last
 * blank, that fits; its length when it fits as it is, or has neither. */
static size_t fold_at(const char *fact, int columns)
{
	size_t fits = text_cut(fact, columns), at = fits;

	if (!fact[fits])
		return fits;
	while (at > 0 && strncmp(fact + at, "   ", 3) != 0)
		at--;
	for (at = at ? at : fits; at > 0 && fact[at] != ' ';)
		at--;
	return at ? at : strlen(fact);
}

static int fact_rows(const struct dialog *d, int columns)
{
	int rows = 0;

	for (size_t i = 0; i < n_facts(d); i++)
		rows += d->spec.facts[i][fold_at(d->spec.facts[i], columns)] ? 2 : 1;
	return rows;
}

int dialog_rows(const struct dialog *d, int columns)
{
	if (d->spec.level == CONFIRM_UNDO)
		return 1;
	return fact_rows(d, columns - BOX_EDGES) + (int)d->n_losses + 4;
}

static int draw_fact(struct screen *s, struct area a, const char *fact)
{
	size_t at = fold_at(fact, a.cols);

	screen_putf(s, a.row, a.col, TONE_TEXT, 0, a.cols, "%.*s", (int)at, fact);
	if (!fact[at] || a.rows < 2)
		return 1;
	fact += at + strspn(fact + at, " ");
	screen_put(s, a.row + 1, a.col, TONE_TEXT, 0, fact, a.cols);
	return 2;
}

/* Of what was typed the end is always seen, and the place of the next letter. */
static void draw_typed(const struct dialog *d, struct screen *s, int row, int col, int columns)
{
	int used = screen_put_end(s, row, col, TONE_KEY, 0, d->typed, columns - 1);

	screen_cursor(s, row, col + used);
}

#define LABEL_SIGN 2 /* how short what asks for a text may get: a sign alone */

static void label_text(char out[DIALOG_NAME + 40], const struct dialog *d, const char *wanted,
		       int how_short)
{
	bool name = d->spec.level == CONFIRM_PLAN;

	if (how_short == LABEL_SIGN)
		snprintf(out, DIALOG_NAME + 40, "> ");
	else if (name)
		snprintf(out, DIALOG_NAME + 40,
			 "Type the name%s: ", how_short ? "" : ", then the key below");
	else if (how_short)
		snprintf(out, DIALOG_NAME + 40, "Type %s: ", wanted);
	else if (asks_count(d) && strcmp(wanted, "yes") != 0)
		snprintf(out, DIALOG_NAME + 40, "Type how many (%s) to go on: ", wanted);
	else
		snprintf(out, DIALOG_NAME + 40, "Type \"%s\" to go on: ", wanted);
}

/* What asks for it leaves room for all that is to be typed. */
static void draw_wanted(const struct dialog *d, struct screen *s, int row, int col, int columns,
			const char *wanted)
{
	char label[DIALOG_NAME + 40];
	int how_short = 0, used;

	do
		label_text(label, d, wanted, how_short);
	while (how_short++ < LABEL_SIGN &&
	       text_width(label) + text_width(wanted) + 1 > columns);
	used = screen_put(s, row, col, TONE_TEXT, 0, label, columns);
	draw_typed(d, s, row, col + used, columns - used);
}

static void draw_question(const struct dialog *d, struct screen *s, int row, int col,
			  int columns)
{
	char wanted[DIALOG_NAME + 1], key[16];

	dialog_wanted(d, wanted);
	if (d->spec.locked)
		screen_putf(s, row, col, TONE_WARN, 0, columns, "cannot be confirmed here: %s",
			    d->spec.locked);
	else if (d->state == DIALOG_COUNTING)
		return;
	else if (wanted[0])
		draw_wanted(d, s, row, col, columns, wanted);
	else
		screen_putf(s, row, col, TONE_TEXT, 0, columns, "Press %s to go on.",
			    key_name(key, dialog_confirm_key(d)));
}

/* What is lost is read whole before the words around it are. */
static void draw_loss(const struct dialog *d, struct screen *s, int row, int col, int columns,
		      size_t i)
{
	static const char *const words[] = { "I accept the loss of", "loss of" };
	const char *keys = d->away ? " (Tab, Space)" : " (Space)";
	char text[200];

	for (size_t tries = 0; tries < 3; tries++) {
		snprintf(text, sizeof(text), "[%c] %s %s%s", d->accepted[i] ? 'x' : ' ',
			 words[tries == 2], d->spec.losses[i], tries ? "" : keys);
		if (text_width(text) <= columns)
			break;
	}
	screen_put(s, row, col, TONE_FAIL, i == d->focus && !d->away ? LOOK_UNDERLINE : 0, text,
		   columns);
}

#define NARROW 54 /* columns of a last line of few words */

static void draw_last_line(const struct dialog *d, struct screen *s, int row, int col,
			   int columns, int64_t now)
{
	bool narrow = columns < NARROW;
	char key[16], wanted[DIALOG_NAME + 1];

	key_name(key, dialog_confirm_key(d));
	if (d->held || d->note[0])
		screen_put(s, row, col, TONE_WARN, 0, d->held ? d->held : d->note, columns);
	else if (d->state == DIALOG_COUNTING && d->acts_at == INT64_MAX)
		screen_putf(s, row, col, TONE_FAIL, 0, columns,
			    "%s once more begins. Any other key cancels.", key);
	else if (d->state == DIALOG_COUNTING)
		screen_putf(s, row, col, TONE_FAIL, 0, columns,
			    "Begins in %d s. Any key cancels.",
			    (int)((d->acts_at - now + 999) / 1000));
	else if (d->spec.level == CONFIRM_PLAN && dialog_complete(d))
		screen_putf(s, row, col, TONE_WARN, 0, columns,
			    narrow ? "%s begins after 5 s. Esc: no"
				   : "%s begins, after 5 s in which any key cancels. Esc no",
			    key);
	else if (d->spec.level == CONFIRM_PLAN && d->spec.locked)
		screen_putf(s, row, col, TONE_DIM, 0, columns, "%s is off. Enter and Esc: no",
			    key);
	else if (d->spec.level == CONFIRM_PLAN)
		screen_putf(s, row, col, TONE_DIM, 0, columns,
			    narrow ? "%s is off until all is done. Esc: no"
				   : "%s is off until all of it is done. Enter and Esc: no",
			    key);
	else if (dialog_wanted(d, wanted)[0] && !d->spec.locked)
		screen_putf(s, row, col, TONE_DIM, 0, columns,
			    "The %s alone goes on. Enter and Esc: no",
			    strcmp(wanted, "yes") == 0 ? "word" : "number");
	else
		screen_put(s, row, col, TONE_DIM, 0, "Enter and Esc: no", columns);
}

/* The question gives way before its answer and what is typed of that do. */
static void draw_line(const struct dialog *d, struct screen *s, int row, struct area a,
		      int64_t now)
{
	char key[16], wanted[DIALOG_NAME + 1], answer[DIALOG_NAME + 120];
	bool word = dialog_wanted(d, wanted)[0] != '\0';
	int typed = word ? text_width(wanted) + 1 : 0, room, used;

	screen_fill(s, (struct area){ row, a.col, 1, a.cols }, TONE_TEXT, 0);
	key_name(key, dialog_confirm_key(d));
	snprintf(answer, sizeof(answer), " %s/N %s%s", word ? wanted : key,
		 d->spec.locked ? d->spec.locked : d->note, now < d->deaf_until ? "..." : "");
	room = text_width(answer) < a.cols / 2 ? text_width(answer) : a.cols / 2;
	used = 1 + screen_put(s, row, a.col + 1, TONE_WARN, 0, d->spec.question,
			      a.cols - 1 - room - typed);
	used += screen_put(s, row, a.col + used, TONE_WARN, 0, answer, a.cols - used - typed);
	if (word)
		used += screen_put_end(s, row, a.col + used, TONE_KEY, 0, d->typed,
				       a.cols - used - 1);
	screen_cursor(s, row, a.col + used);
	if (d->spec.aside && !d->note[0] && !d->spec.locked)
		screen_put(s, row, a.col + used + 2, TONE_TEXT, 0, d->spec.aside,
			   a.cols - used - 2);
}

/* Where not all has room the losses outlast the facts, and the one with the cursor is seen. */
static void draw_body(const struct dialog *d, struct screen *s, struct area a)
{
	int n = (int)d->n_losses, losses = n < a.rows ? n : a.rows, row = a.row;
	int end = a.row + a.rows - losses;
	size_t first = (int)d->focus >= losses ? d->focus - (size_t)losses + 1 : 0;

	for (size_t i = 0; i < n_facts(d) && row < end; i++)
		row += draw_fact(s, (struct area){ row, a.col, end - row, a.cols },
				 d->spec.facts[i]);
	for (int i = 0; i < losses; i++)
		draw_loss(d, s, row++, a.col, a.cols, first + (size_t)i);
}

#define BOX_LEAST 4 /* rows; of fewer the frame has none */

void dialog_draw(const struct dialog *d, struct screen *s, struct area a, int64_t now)
{
	int wanted = dialog_rows(d, a.cols), rows = wanted < a.rows ? wanted : a.rows;
	struct area box = { a.row + a.rows - rows, a.col, rows, a.cols };
	int col = box.col + 2, columns = box.cols - BOX_EDGES,
	    last = box.row + rows - (rows < BOX_LEAST ? 1 : 2);
	char title[120];

	if (d->spec.level == CONFIRM_UNDO) {
		draw_line(d, s, box.row, a, now);
		return;
	}
	snprintf(title, sizeof(title), "%.100s%s", d->spec.title,
		 d->state == DIALOG_FORM && now < d->deaf_until ? " ..." : "");
	screen_fill(s, box, TONE_TEXT, 0);
	if (rows >= BOX_LEAST)
		screen_box(s, box, TONE_WARN, title);
	else if (rows == BOX_LEAST - 1)
		screen_put(s, box.row, col, TONE_WARN, 0, title, columns);
	draw_body(d, s, (struct area){ box.row + 1, col, last - box.row - 2, columns });
	if (rows > 1)
		draw_question(d, s, last - 1, col, columns);
	draw_last_line(d, s, last, col, columns, now);
}
