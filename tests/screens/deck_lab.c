/*
 * The console on a made-up site: what tests/screens/deck_test.sh types at.
 *   deck_lab [--ascii] [--plain] [--letters] [--stats] [--theme NAME] [--many N] [--empty]
 * [--ops]
 * [--log FILE] [--orders FIFO]
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "console/console.h"
#include "deck/fixture.h"

#define STILL_MS 20000 /* well before the minute is over */

static int orders = -1;

/* Orders are read by the console's own loop: client_new() of the stand-ins tells which. */
void lab_orders(struct loop *l);

static void on_orders(void *arg, unsigned int what)
{
	char text[4096], *line, *rest = text;
	ssize_t n = read(orders, text, sizeof(text) - 1);

	(void)arg;
	(void)what;
	if (n <= 0)
		return;
	text[n] = '\0';
	while ((line = strtok_r(rest, "\n", &rest)))
		fixture_order(line);
}

static void on_still(void *arg)
{
	struct timer **still = arg;

	fixture_stand_still();
	timer_set(*still, STILL_MS);
}

void lab_orders(struct loop *l)
{
	static struct watch *w;
	static struct timer *still;

	if (!l) {
		watch_free(w);
		timer_free(still);
		w = NULL;
		still = NULL;
		return;
	}
	still = timer_new(l, on_still, &still);
	timer_set(still, STILL_MS);
	if (orders >= 0)
		w = watch_new(l, orders, WATCH_READ, on_orders, NULL);
}

int main(int argc, char **argv)
{
	struct console_options o = { .engine_uid = (uid_t)-1,
				     .data_ms = 100,
				     .start = "paceline -L lab engine",
				     .back = "paceline -L lab" };
	bool empty = false, ops = false;
	int64_t many = 0;

	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		o.ascii = o.ascii || strcmp(argv[i], "--ascii") == 0;
		o.plain = o.plain || strcmp(argv[i], "--plain") == 0;
		o.reader = o.reader || strcmp(argv[i], "--screen-reader") == 0;
		o.letters = o.letters || strcmp(argv[i], "--letters") == 0;
		o.stats = o.stats || strcmp(argv[i], "--stats") == 0;
		ops = ops || strcmp(argv[i], "--ops") == 0;
		empty = empty || strcmp(argv[i], "--empty") == 0;
		fixture->disk = fixture->disk || strcmp(argv[i], "--disk") == 0;
		if (strcmp(argv[i], "--theme") == 0)
			o.theme = value;
		else if (strcmp(argv[i], "--drafts") == 0)
			o.state_dir = value;
		else if (strcmp(argv[i], "--conf") == 0)
			o.conf_path = value;
		else if (strcmp(argv[i], "--templates") == 0)
			o.templates_dir = value;
		else if (strcmp(argv[i], "--many") == 0)
			many = strtol(value, NULL, 10);
		else if (strcmp(argv[i], "--log") == 0)
			fixture->log_path = value;
		else if (strcmp(argv[i], "--orders") == 0)
			orders = open(value, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	}
	fixture_make(many);
	if (empty)
		fixture_empty();
	if (ops)
		fixture_ops();
	return console_main(&o);
}
