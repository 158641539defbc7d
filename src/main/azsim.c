#include <stdio.h>
#include <string.h>

#include "azsim/guest/guest.h"
#include "azsim/queue/wire.h"
#include "azsim_lab.h"
#include "azsim_serve.h"

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

int main(int argc, char **argv)
{
	int status;

	if (guest_main(argc, argv, &status) || gq_main(argc, argv, &status))
		return status;
	for (size_t i = 0; argc > 1 && i < N_VERBS; i++)
		if (strcmp(argv[1], verbs[i].verb) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	fprintf(stderr, "azsim: a simulated Azure\n");
	for (size_t i = 0; i < N_VERBS; i++)
		fprintf(stderr, "%s azsim %s\n", i == 0 ? "usage:" : "      ", verbs[i].help);
	return 2;
}
