#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli_site.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "fake_engine.h"

static struct cli_site the;

static void start_fake(struct cli_site *s)
{
	int fds[2];
	char byte;

	assert_int_equal(pipe(fds), 0);
	s->engine = fork();
	assert_true(s->engine >= 0);
	if (s->engine == 0) {
		close(fds[0]);
		fake_engine_serve(s->dir, s->socket, fds[1]);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	close(fds[0]);
}

int cli_start_engine(void *arg, struct err *err)
{
	struct cli_site *s = arg;

	(void)err;
	s->started = true;
	start_fake(s);
	return 0;
}

int cli_refuse_engine(void *arg, struct err *err)
{
	(void)arg;
	return err_set(err, ERR_IO, "the engine did not start");
}

static int run_own(void *arg, const struct command_run *r)
{
	struct cli_site *s = arg;

	snprintf(s->own, sizeof(s->own), "%s tasks=%s", r->command->name,
		 command_option(r, "tasks") ? command_option(r, "tasks") : "-");
	return 42;
}

void cli_slurp(struct buf *to, const char *path)
{
	buf_reset(to);
	assert_int_equal(file_read(to, path, NULL), 0);
}

int cli_redirect(int fd, const char *path)
{
	int old = dup(fd), to = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOCTTY, 0600);

	assert_true(old >= 0 && to >= 0);
	dup2(to, fd);
	close(to);
	return old;
}

void cli_back(int fd, int old)
{
	dup2(old, fd);
	close(old);
}

static int run_between(struct cli_site *s, const struct cli_options *o, const char *const *argv,
		       const char *from, const char *told)
{
	int argc = 0, code, in, out, errout;

	while (argv[argc])
		argc++;
	fflush(stdout);
	in = cli_redirect(STDIN_FILENO, from);
	out = cli_redirect(STDOUT_FILENO, s->out_path);
	errout = cli_redirect(STDERR_FILENO, told);
	code = cli_main(o, argc, (char **)argv);
	fflush(stdout);
	cli_back(STDIN_FILENO, in);
	cli_back(STDOUT_FILENO, out);
	cli_back(STDERR_FILENO, errout);
	cli_slurp(&s->out, s->out_path);
	return code;
}

int cli_run_argv(struct cli_site *s, const struct cli_options *o, const char *const *argv)
{
	int code = run_between(s, o, argv, "/dev/null", s->err_path);

	cli_slurp(&s->errout, s->err_path);
	return code;
}

/* Until the last of the other side's has gone, and all that it said is read. */
static void read_terminal(struct cli_site *s, int master)
{
	char piece[512];
	ssize_t n;

	buf_reset(&s->errout);
	while ((n = read(master, piece, sizeof(piece))) > 0)
		buf_add(&s->errout, piece, (size_t)n);
}

int cli_run_typed(struct cli_site *s, const char *line, const char *typed)
{
	const struct cli_options o = cli_site_options(s);
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), held, code;
	struct strs words = STRS_INIT(100);

	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	held = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(held >= 0);
	assert_int_equal(write(master, typed, strlen(typed)), strlen(typed));
	strs_split(&words, line, strlen(line), ' ');
	clearerr(stdin);
	code =
	    run_between(s, &o, (const char *const *)words.v, ptsname(master), ptsname(master));
	close(held);
	read_terminal(s, master);
	close(master);
	strs_clear(&words);
	return code;
}

struct cli_options cli_site_options(struct cli_site *s)
{
	static const char *const schedulers[] = { "slurm", NULL };

	return (struct cli_options){ .socket_path = s->socket,
				     .schedulers = schedulers,
				     .engine_uid = (uid_t)-1,
				     .version = "1.2",
				     .own = run_own,
				     .arg = s };
}

/* Words parted by blanks, as a shell would hand them over. */
int cli_run(struct cli_site *s, const char *line)
{
	const struct cli_options o = cli_site_options(s);
	struct strs words = STRS_INIT(100);
	int code;

	strs_split(&words, line, strlen(line), ' ');
	code = cli_run_argv(s, &o, (const char *const *)words.v);
	strs_clear(&words);
	return code;
}

const char *cli_asked(struct cli_site *s)
{
	char path[96];

	snprintf(path, sizeof(path), "%.60s/log", s->dir);
	cli_slurp(&s->log, path);
	return buf_str(&s->log);
}

int cli_site_open(void **state)
{
	struct cli_site *s = &the;
	char path[96];

	*s = (struct cli_site){ .out = BUF_INIT(BUF_TEXT_MAX),
				.errout = BUF_INIT(BUF_TEXT_MAX),
				.log = BUF_INIT(BUF_TEXT_MAX) };
	snprintf(s->dir, sizeof(s->dir), "/tmp/cli-test-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->socket, sizeof(s->socket), "%.60s/s", s->dir);
	snprintf(s->out_path, sizeof(s->out_path), "%.60s/out", s->dir);
	snprintf(s->err_path, sizeof(s->err_path), "%.60s/err", s->dir);
	snprintf(path, sizeof(path), "%.60s/key", s->dir);
	assert_int_equal(file_write(path, "k", 1, 0600, NULL), 0);
	*state = s;
	return 0;
}

int cli_site_open_with_engine(void **state)
{
	cli_site_open(state);
	start_fake(*state);
	return 0;
}

int cli_site_close(void **state)
{
	struct cli_site *s = *state;
	int status = 0;

	if (s->engine > 0) {
		kill(s->engine, SIGTERM);
		waitpid(s->engine, &status, 0);
	}
	buf_clear(&s->out);
	buf_clear(&s->errout);
	buf_clear(&s->log);
	file_remove_tree(s->dir, NULL);
	return status;
}
