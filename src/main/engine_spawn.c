/* The engine is a program of its own beside this one, so that console and commands do not load
 * what only an engine needs: curl, OpenSSL, SQLite. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "background.h"
#include "base/file.h"
#include "base/mem.h"
#include "engine_main.h"

#define PROGRAM "paceline-engine"

static void add_option(struct strs *argv, const char *name, const char *value)
{
	if (!value)
		return;
	strs_add(argv, name);
	strs_add(argv, value);
}

/* Beside our own. */
static char *program_path(void)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *slash;

	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	return xasprintf("%.*s" PROGRAM, slash ? (int)(slash + 1 - self) : 0, self);
}

/* The words that paceline-engine's main() reads. Debian's curl brings GnuTLS for a protocol
 * that nobody speaks here: without its set-up at load the engine is 0.7 MB smaller. */
static void write_words(struct strs *argv, const struct places *p, const struct engine_args *a)
{
	char *program = program_path();

	setenv("GNUTLS_NO_IMPLICIT_INIT", "1", 0);
	strs_add(argv, program);
	add_option(argv, "--name", p->name);
	add_option(argv, "--config", a->config ? a->config : p->config);
	add_option(argv, "--state", a->state ? a->state : p->state);
	add_option(argv, "--socket", a->socket ? a->socket : p->socket);
	add_option(argv, "--cloud", a->cloud);
	add_option(argv, "--templates", a->templates);
	add_option(argv, "--restore", a->restore);
	if (a->backups)
		strs_add(argv, "--backups");
	if (a->json)
		strs_add(argv, "--json");
	if (a->take_over)
		strs_add(argv, "--take-over");
	if (a->ready)
		strs_add(argv, "--ready");
	free(program);
}

int engine_spawn(const struct places *p, const struct engine_args *a, struct err *err)
{
	struct engine_args mine = *a;
	struct strs argv = STRS_INIT(64);
	const char *state = a->state ? a->state : p->state;
	char *log = xasprintf("%s.log", state);
	char *above = xstrndup(state, (size_t)(strrchr(state, '/') - state));
	int rc;

	mine.ready = true;
	write_words(&argv, p, &mine);
	rc = file_make_dir(above, 0755, err);
	if (rc == 0)
		rc = background_start(&argv, log, err);
	strs_clear(&argv);
	free(above);
	free(log);
	return rc;
}

int engine_become(const struct places *p, const struct engine_args *a, struct err *err)
{
	struct strs words = STRS_INIT(64);

	write_words(&words, p, a);
	execv(words.v[0], words.v);
	err_sys(err, "%s, the engine's program, does not start", words.v[0]);
	strs_clear(&words);
	return -1;
}
