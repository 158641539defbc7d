/* Puts the Deck on the terminal, or plain lines where there is none for it. */
#include "console/console.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/deck.h"
#include "console/plain.h"

#define READER_MS 10000 /* what is read aloud is not redrawn each second */

static void gone(void *arg, int signo)
{
	deck_leave(arg,
		   signo > 0 ? 128 + signo : 129); /* a terminal that went away is a hang-up */
}

static const struct display_events events = { deck_draw, deck_key, gone, deck_ready };

static void say_left(const struct deck *d, const struct console_options *o)
{
	if (deck_demo_ended(d))
		puts("The demo was ended, with all that ran in it.");
	else if (mirror_link(d->mirror) == MIRROR_LOST)
		puts(
		    "No engine answers: what runs goes on, but nothing new begins until one is started again.");
	else if (o->back)
		printf("The engine and its clusters go on; %s comes back to them.\n", o->back);
}

static int run_deck(struct loop *l, struct client *c, const struct console_options *o,
		    const struct theme *theme, struct err *err)
{
	struct display_options how = { .ascii = o->ascii,
				       .words = o->reader,
				       .esc_ms = o->esc_ms,
				       .data_ms = o->reader ? READER_MS : o->data_ms };
	struct deck *d = deck_new(l, c, o);
	struct display_stats st;
	int code;

	d->display = display_open(l, &how, &events, d, err);
	if (!d->display) {
		deck_free(d);
		return -1;
	}
	deck_theme(d, theme);
	deck_recall(d);
	deck_conf_read(d);
	if (display_guessed(d->display))
		deck_say(d, TONE_WARN, "TERM=%.40s is not known here: taken for %s",
			 getenv("TERM"), display_guessed(d->display));
	loop_run(l);
	display_free(d->display, &st);
	d->display = NULL;
	code = d->exit_code;
	if (code < 128)
		say_left(d, o);
	if (o->stats)
		printf(
		    "frames %llu, skipped %llu, bytes %llu, frame cost p50 %lld us, p99 %lld us\n",
		    (unsigned long long)st.frames, (unsigned long long)st.skipped,
		    (unsigned long long)st.bytes, (long long)st.cost_p50_us,
		    (long long)st.cost_p99_us);
	deck_free(d);
	return code;
}

bool console_reads(void)
{
	if (plain_reads())
		return true;
	fprintf(
	    stderr,
	    "paceline: the console reads from a terminal or a pipe, and standard input is neither: "
	    "say what to do, as in \"paceline status\", \"paceline events --follow\" or \"paceline demo --batch\"\n");
	return false;
}

static int run_on(struct loop *l, struct client *c, const struct console_options *o,
		  const struct theme *theme)
{
	struct err err = ERR_INIT;
	int code = -1;

	if (!o->plain)
		code = run_deck(l, c, o, theme, &err);
	if (code >= 0)
		return code;
	if (!o->plain && plain_reads())
		printf("No screen here (%s): plain lines instead.\n", err.msg);
	return console_reads() ? plain_run(l, c) : 2;
}

static int choose_theme(struct theme *t, const struct console_options *o, struct err *err)
{
	return theme_find(t, o->theme ? o->theme : theme_default_name(), err);
}

int console_check(const struct console_options *o, struct err *err)
{
	struct theme t;

	return choose_theme(&t, o, err);
}

int console_main(const struct console_options *o)
{
	struct err err = ERR_INIT;
	struct theme theme;
	struct client *c;
	struct loop *l;
	int code = 1;

	setlocale(LC_CTYPE, "");
	if (choose_theme(&theme, o, &err) < 0) {
		fprintf(stderr, "paceline: %s\n", err.msg);
		return 2;
	}
	l = loop_new(&err);
	c = l ? client_new(l, o->socket_path, o->engine_uid) : NULL;
	if (c)
		code = run_on(l, c, o, &theme);
	else
		fprintf(stderr, "paceline: %s\n", err.msg);
	client_free(c);
	if (l)
		loop_free(l);
	return code;
}
