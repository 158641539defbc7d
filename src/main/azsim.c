#include <stdio.h>
#include <string.h>

#include "azsim/guest/guest.h"
#include "azsim/queue/wire.h"
#include "azsim_lab.h"
#include "azsim_serve.h"
#include "base/text.h"
#include "base/version.h"

static const struct {
	const char *verb;
	int (*run)(int argc, char **argv);
	const char *help;
} verbs[] = {
	{ "serve", serve_main,
	  "serve --state DIR [--port P] [--http-port P] [--profile fast|realistic|harsh] [--scenario FILE]\n"
	  "              [--seed N] [--clock-factor F] [--ghosts] [--control] [--group NAME]" },
	{ "connect", connect_main, "connect ADDRESS PORT --socket SOCKET" },
	{ "guest-lab", lab_main, "guest-lab STATE_DIR SOCKET" },
	{ "guest-dial", lab_dial_main, "guest-dial SOCKET ADDRESS PORT" },
};

#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int usage(FILE *to, int code)
{
	fprintf(to, "azsim: a simulated Azure\n");
	for (size_t i = 0; i < N_VERBS; i++)
		fprintf(to, "%s azsim %s\n", i == 0 ? "usage:" : "      ", verbs[i].help);
	return code;
}

static int unknown(const char *word)
{
	const char *names[N_VERBS + 1] = { NULL }, *near;

	for (size_t i = 0; i < N_VERBS; i++)
		names[i] = verbs[i].verb;
	near = text_nearest(word, names);
	fprintf(stderr, "azsim: there is no command \"%.60s\"%s%s%s; azsim --help lists them\n",
		word, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	return 2;
}

int main(int argc, char **argv)
{
	int status;

	if (guest_main(argc, argv, &status) || gq_main(argc, argv, &status))
		return status;
	for (size_t i = 0; argc > 1 && i < N_VERBS; i++)
		if (strcmp(argv[1], verbs[i].verb) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	if (argc < 2)
		return usage(stderr, 2);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return usage(stdout, 0);
	if (strcmp(argv[1], "--version") != 0)
		return unknown(argv[1]);
	puts("azsim " PACELINE_VERSION);
	return 0;
}
