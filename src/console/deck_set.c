/* What ":set" changes while the console runs, and the switches that are keys: pause, mouse. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"

#define REFRESH_MIN_MS 200
#define REFRESH_MAX_MS 60000
#define ESC_MAX_MS     2000

/* Words of two */

static int one_of(bool *out, const char *value, const char *yes, const char *no,
		  struct err *err)
{
	if (strcmp(value, yes) != 0 && strcmp(value, no) != 0)
		return err_set(err, ERR_INVALID, "it is %s or %s, not \"%.40s\"", yes, no,
			       value);
	*out = strcmp(value, yes) == 0;
	return 0;
}

static int set_footer(struct deck *d, const char *value, struct err *err)
{
	return one_of(&d->letters, value, "letters", "keys", err);
}

static void get_footer(const struct deck *d, char out[24])
{
	snprintf(out, 24, "%s", d->letters ? "letters" : "keys");
}

static int set_mouse(struct deck *d, const char *value, struct err *err)
{
	int rc = one_of(&d->mouse, value, "on", "off", err);

	display_mouse(d->display, d->mouse);
	return rc;
}

static void get_mouse(const struct deck *d, char out[24])
{
	snprintf(out, 24, "%s", d->mouse ? "on" : "off");
}

static int set_paste(struct deck *d, const char *value, struct err *err)
{
	int rc = one_of(&d->paste, value, "on", "off", err);

	display_paste(d->display, d->paste);
	return rc;
}

static void get_paste(const struct deck *d, char out[24])
{
	snprintf(out, 24, "%s", d->paste ? "on" : "off");
}

static int set_blocks(struct deck *d, const char *value, struct err *err)
{
	bool on = display_has_blocks(d->display);
	int rc = one_of(&on, value, "on", "off", err);

	display_blocks(d->display, on);
	return rc;
}

static int set_ramp(struct deck *d, const char *value, struct err *err)
{
	bool on = display_has_ramp(d->display);
	int rc = one_of(&on, value, "on", "off", err);

	display_ramp(d->display, on);
	return rc;
}

static void get_ramp(const struct deck *d, char out[24])
{
	snprintf(out, 24, "%s", display_has_ramp(d->display) ? "on" : "off");
}

static void get_blocks(const struct deck *d, char out[24])
{
	snprintf(out, 24, "%s", display_has_blocks(d->display) ? "on" : "off");
}

static int set_countdown(struct deck *d, const char *value, struct err *err)
{
	bool on = !d->no_countdown;
	int rc = one_of(&on, value, "on", "off", err);

	d->no_countdown = !on;
	return rc;
}

static void get_countdown(const struct deck *d, char out[24])
{
	snprintf(out, 24, "%s", d->no_countdown ? "off" : "on");
}

/* Times: "5s", "500ms", "0.5". */
static int read_ms(int *out, const char *value, int unit, int least, int most, struct err *err)
{
	char number[24];
	size_t n = strspn(value, "0123456789.");
	const char *unit_text = value + n;
	double x, ms = strcmp(unit_text, "ms") == 0  ? 1
		       : strcmp(unit_text, "s") == 0 ? 1000
		       : !unit_text[0]		     ? unit
						     : 0;

	snprintf(number, sizeof(number), "%.*s", n < 20 ? (int)n : 20, value);
	if (ms == 0 || num_read_real(&x, number, 0, 1e6) < 0 || x * ms < least || x * ms > most)
		return err_set(err, ERR_INVALID, "a time from %d ms to %d ms, not \"%.40s\"",
			       least, most, value);
	*out = (int)(x * ms);
	return 0;
}

static int set_refresh(struct deck *d, const char *value, struct err *err)
{
	if (read_ms(&d->data_ms, value, 1000, REFRESH_MIN_MS, REFRESH_MAX_MS, err) < 0)
		return -1;
	display_pace(d->display, d->data_ms);
	return 0;
}

static void get_refresh(const struct deck *d, char out[24])
{
	snprintf(out, 24, "%g s", d->data_ms / 1000.0);
}

static int set_esc(struct deck *d, const char *value, struct err *err)
{
	if (read_ms(&d->esc_ms, value, 1, 1, ESC_MAX_MS, err) < 0)
		return -1;
	display_esc(d->display, d->esc_ms);
	return 0;
}

static void get_esc(const struct deck *d, char out[24])
{
	snprintf(out, 24, "%d ms", d->esc_ms);
}

static const struct console_setting {
	const char *name, *values, *help;
	int (*set)(struct deck *d, const char *value, struct err *err);
	void (*get)(const struct deck *d, char out[24]);
} settings[] = {
	{ "blocks", "on off", "curves in eighths of a block; off: in ASCII", set_blocks,
	  get_blocks },
	{ "countdown", "on off", "before a teardown begins; off: the key once more",
	  set_countdown, get_countdown },
	{ "esc_ms", "50 150 500", "how long a lone Esc waits for the rest of a key", set_esc,
	  get_esc },
	{ "footer", "letters keys", "what the last line shows", set_footer, get_footer },
	{ "mouse", "on off", "clicks choose rows, the wheel scrolls", set_mouse, get_mouse },
	{ "paste", "on off", "the terminal marks what is pasted", set_paste, get_paste },
	{ "ramp", "on off", "load, cost and age on maps in 256 colours", set_ramp, get_ramp },
	{ "refresh", "0.2s 1s 5s", "from one picture of new data to the next", set_refresh,
	  get_refresh },
};

int deck_set(struct deck *d, const char *name, const char *value, struct err *err)
{
	const char *names[ARRAY_LEN(settings) + 1] = { NULL };

	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		names[i] = settings[i].name;
		if (strcmp(settings[i].name, name) == 0)
			return settings[i].set(d, value, err) < 0 ? err_wrap(err, "%s", name)
								  : 0;
	}
	if (text_nearest(name, names))
		return err_set(err, ERR_INVALID,
			       "there is no setting \"%.40s\"; did you mean %s?", name,
			       text_nearest(name, names));
	return err_set(err, ERR_INVALID, "there is no setting \"%.40s\"; :set lists them",
		       name);
}

void deck_show_settings(struct deck *d)
{
	textbox_open(&d->box, "Settings");
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		char now[24];

		settings[i].get(d, now);
		textbox_add(&d->box, TONE_TEXT, "%-10s %-8s %-14s %s", settings[i].name, now,
			    settings[i].values, settings[i].help);
	}
	textbox_add(&d->box, TONE_DIM, ":set NAME VALUE changes one; for good: a line in %s",
		    d->options->conf_path ? d->options->conf_path : "console.conf");
	deck_open_box(d);
}

/* Names first, then the values of the one that is there. */
void deck_offer_settings(const struct deck *d, const char *typed, struct choices *out)
{
	size_t n = strcspn(typed, " ");

	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		const struct console_setting *s = &settings[i];
		struct strs values = STRS_INIT(10);
		char now[24];

		if (!typed[n]) {
			s->get(d, now);
			choices_add(out, typed, s->name, s->help);
			continue;
		}
		if (strlen(s->name) != n || strncmp(s->name, typed, n) != 0)
			continue;
		s->get(d, now);
		out->from += n + 1;
		strs_split(&values, s->values, strlen(s->values), ' ');
		for (size_t k = 0; k < values.n; k++)
			choices_add(out, typed + n + 1, values.v[k],
				    strcmp(values.v[k], now) == 0 ? "now" : "");
		strs_clear(&values);
	}
}

/* Keys */

void act_mouse(struct deck *d)
{
	d->mouse = !d->mouse;
	display_mouse(d->display, d->mouse);
	if (d->mouse)
		deck_say(
		    d, TONE_TEXT,
		    "mouse on: a click chooses, the wheel scrolls; %s gives it back to the terminal",
		    KEY_FOR(d, "mouse-switch"));
	else
		deck_say(d, TONE_TEXT, "mouse off: the terminal marks text again");
}

void act_pause(struct deck *d)
{
	if (d->paused)
		deck_say(d, TONE_TEXT, "updates go on");
	else
		deck_say(
		    d, TONE_WARN,
		    "paused: the picture stands still, everything goes on behind it; %s goes on",
		    KEY_FOR(d, "pause"));
	d->paused_ms = deck_now(d);
	d->paused = !d->paused;
	mirror_hold(d->mirror, d->paused);
}

/* The engine is asked for the picture once more. */
void act_reload(struct deck *d)
{
	if (d->paused)
		act_pause(d);
	d->why_asked[0] = '\0';
	mirror_reload(d->mirror);
	if (d->view == &view_files)
		files_begin(d);
	display_redraw(d->display);
	deck_say(d, TONE_TEXT, "asked anew");
}

void act_wrap(struct deck *d)
{
	d->box.cut = !d->box.cut;
	deck_say(d, TONE_TEXT,
		 d->box.cut ? "long lines of texts are cut: Left and Right move them"
			    : "long lines of texts are wrapped");
}
