#include "base/failpoint.h"

#ifdef FAILPOINTS

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

enum act { ACT_NONE, ACT_KILL, ACT_ERROR, ACT_ABORT, ACT_SEGV };

/* What PACELINE_FAILPOINT asks for; read at the first point passed. */
static struct {
	bool read;
	char *name; /* NULL: none asked for */
	uint64_t pass, passed;
	enum act act;
	int log_fd;
} fp = { .log_fd = -1 };

static const struct {
	const char *word;
	enum act act;
} acts[] = {
	{ "kill", ACT_KILL }, /* from outside: no handler runs */
	{ "error", ACT_ERROR },
	{ "abort", ACT_ABORT }, /* what a failed invariant does */
	{ "segv", ACT_SEGV },
};

/* "NAME[#PASS]:ACT". A word that is not understood stops the program: a sweep that kills
 * nothing would prove nothing. */
static void read_ask(const char *ask)
{
	const char *colon = strrchr(ask, ':');
	size_t n = colon ? (size_t)(colon - ask) : 0;
	const char *hash = n ? memchr(ask, '#', n) : NULL;
	int64_t pass = 1;

	for (size_t i = 0; colon && i < ARRAY_LEN(acts); i++)
		if (strcmp(colon + 1, acts[i].word) == 0)
			fp.act = acts[i].act;
	if (fp.act == ACT_NONE || n == 0 || hash == ask ||
	    (hash &&
	     num_read_n(&pass, hash + 1, (size_t)(colon - hash - 1), 1, INT64_MAX) < 0)) {
		log_error(
		    "PACELINE_FAILPOINT=%s: wanted NAME:ACT or NAME#PASS:ACT with an ACT of kill, error, abort, segv",
		    ask);
		log_flush();
		abort();
	}
	fp.name = xstrndup(ask, hash ? (size_t)(hash - ask) : n);
	fp.pass = (uint64_t)pass;
}

static void read_env(void)
{
	const char *ask = getenv("PACELINE_FAILPOINT"), *log = getenv("PACELINE_FAILPOINT_LOG");

	fp.read = true;
	if (ask && *ask)
		read_ask(ask);
	if (log && *log)
		fp.log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log && *log && fp.log_fd < 0)
		log_error(
		    "PACELINE_FAILPOINT_LOG=%s cannot be opened; points are not collected",
		    log);
}

static void note(const char *name)
{
	char line[128];
	size_t n = strnlen(name, sizeof(line) - 1);

	memcpy(line, name, n);
	line[n] = '\n';
	if (write(fp.log_fd, line, n + 1) <
	    0) /* one write: several processes may share the file */
		log_error("the list of failpoints cannot be written");
}

void failpoint_reset(void)
{
	free(fp.name);
	if (fp.log_fd >= 0)
		close(fp.log_fd);
	fp.read = false;
	fp.name = NULL;
	fp.passed = 0;
	fp.act = ACT_NONE;
	fp.log_fd = -1;
}

int failpoint_pass(const char *name)
{
	if (!fp.read)
		read_env();
	if (fp.log_fd >= 0)
		note(name);
	if (!fp.name || strcmp(fp.name, name) != 0 || ++fp.passed != fp.pass)
		return 0;
	if (fp.act == ACT_KILL)
		kill(getpid(), SIGKILL);
	if (fp.act == ACT_ABORT)
		abort();
	if (fp.act == ACT_SEGV)
		raise(SIGSEGV);
	return 1;
}

#else

typedef int failpoint_not_built; /* an empty file is no C */

#endif
