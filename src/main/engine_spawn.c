/* The engine's start in the background, for a client that found none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "background.h"
#include "base/file.h"
#include "base/mem.h"
#include "engine_main.h"

static void add_option(struct strs *argv, const char *name, const char *value)
{
	if (!value)
		return;
	strs_add(argv, name);
	strs_add(argv, value);
}

int engine_spawn(const struct places *p, const struct engine_args *a, struct err *err)
{
	struct strs argv = STRS_INIT(64);
	const char *state = a->state ? a->state : p->state;
	char *log = xasprintf("%s.log", state);
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *above = xstrndup(state, (size_t)(strrchr(state, '/') - state));
	int rc;

	self[n > 0 ? n : 0] = '\0';
	strs_add(&argv, self);
	add_option(&argv, "-L", p->name);
	strs_add(&argv, "engine");
	strs_add(&argv, "--ready");
	add_option(&argv, "--config", a->config ? a->config : p->config);
	add_option(&argv, "--state", state);
	add_option(&argv, "--socket", a->socket ? a->socket : p->socket);
	add_option(&argv, "--cloud", a->cloud);
	add_option(&argv, "--templates", a->templates);
	rc = file_make_dir(above, 0755, err);
	if (rc == 0)
		rc = background_start(&argv, log, err);
	strs_clear(&argv);
	free(above);
	free(log);
	return rc;
}
