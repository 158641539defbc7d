/*
 * paceline-engine: the engine as a process. `paceline engine` becomes it, a console without an
 * engine starts it (engine_spawn.c); nobody else needs to know its words, which are whole:
 * every place is named.
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine_main.h"
#include "restore.h"

struct words {
	const char *name, *config, *state, *socket, *cloud, *templates, *restore;
	bool ready, backups, take_over, json;
};

static int read_words(struct words *w, int argc, char **argv)
{
	const struct {
		const char *word;
		const char **to;
	} values[] = {
		{ "--name", &w->name },	      { "--config", &w->config },
		{ "--state", &w->state },     { "--socket", &w->socket },
		{ "--cloud", &w->cloud },     { "--templates", &w->templates },
		{ "--restore", &w->restore },
	};

	for (int i = 1; i < argc; i++) {
		size_t k = 0;

		while (k < ARRAY_LEN(values) && strcmp(argv[i], values[k].word) != 0)
			k++;
		if (k < ARRAY_LEN(values) && i + 1 < argc)
			*values[k].to = argv[++i];
		else if (strcmp(argv[i], "--ready") == 0)
			w->ready = true;
		else if (strcmp(argv[i], "--backups") == 0)
			w->backups = true;
		else if (strcmp(argv[i], "--json") == 0)
			w->json = true;
		else if (strcmp(argv[i], "--take-over") == 0)
			w->take_over = true;
		else
			return -1;
	}
	return w->name && w->state && w->socket ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct words w = { 0 };
	struct places p;
	struct err err = ERR_INIT;
	int code;

	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_CTYPE, "");
	if (read_words(&w, argc, argv) < 0) {
		fputs("paceline-engine is started by \"paceline engine\"\n", stderr);
		return 2;
	}
	if (clock_from_env() < 0 || places_make(&p, w.name, places_of_site(), &err) < 0) {
		fprintf(stderr, "paceline-engine: %s\n",
			err.msg[0] ? err.msg : "PACELINE_CLOCK is not FACTOR@UTC_MILLISECONDS");
		return 2;
	}
	code = w.backups || w.restore
		   ? restore_main(w.state, w.restore, w.json)
		   : engine_main(&p, &(struct engine_args){ .cloud = w.cloud,
							    .config = w.config,
							    .state = w.state,
							    .socket = w.socket,
							    .templates = w.templates,
							    .take_over = w.take_over,
							    .ready = w.ready });
	places_clear(&p);
	return code;
}
