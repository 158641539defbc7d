/* Whole commands in a test, from words to output and exit code, with a small server in place of
 * the engine: see fake_engine.h. Include cmocka.h before. */
#ifndef TESTS_SUPPORT_CLI_SITE_H
#define TESTS_SUPPORT_CLI_SITE_H

#include <string.h>
#include <sys/types.h>

#include "base/mem.h"
#include "cli/cli.h"

struct cli_site {
	char dir[64], socket[96], out_path[96], err_path[96];
	pid_t engine;
	struct buf out, errout, log;
	bool started; /* start_engine() was called */
	char own[200];
};

/* Set-ups and the end of a test; its state is the site. */
int cli_site_open(void **state);
int cli_site_open_with_engine(void **state);
int cli_site_close(void **state);

int cli_run(struct cli_site *s, const char *line); /* words parted by blanks: the exit code */
/* The same at a terminal on which this is typed: errout has what was to be seen there. */
int cli_run_typed(struct cli_site *s, const char *line, const char *typed);
int cli_run_argv(struct cli_site *s, const struct cli_options *o, const char *const *argv);
struct cli_options cli_site_options(struct cli_site *s);
const char *cli_asked(struct cli_site *s); /* what the engine was asked since it began */

/* For cli_options.start_engine */
int cli_start_engine(void *arg, struct err *err);
int cli_refuse_engine(void *arg, struct err *err);

int cli_redirect(int fd, const char *path); /* what cli_back() needs to undo it */
void cli_back(int fd, int old);
void cli_slurp(struct buf *to, const char *path);

#define OUT(s)	   buf_str(&(s)->out)
#define ERROUT(s)  buf_str(&(s)->errout)
#define HAS(in, x) assert_non_null(strstr(in, x))

#define WITH(f)	   cmocka_unit_test_setup_teardown(f, cli_site_open_with_engine, cli_site_close)
#define WITHOUT(f) cmocka_unit_test_setup_teardown(f, cli_site_open, cli_site_close)

#endif
