/* azsim under the name of a command of Slurm, or of the head's tool. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "azsim/queue/wire.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/unix_socket.h"

static int read_all(struct buf *b, int fd)
{
	char data[65536];
	ssize_t n;

	while ((n = read(fd, data, sizeof(data))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || buf_add(b, data, (size_t)n) != 0)
			return -1;
	}
	return 0;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The folder of the link that was called: as named, or the first in PATH; yours. */
static char *own_folder(const char *argv0)
{
	const char *slash = strrchr(argv0, '/'), *path = getenv("PATH");

	if (slash)
		return xstrndup(argv0, (size_t)(slash - argv0));
	while (path && *path) {
		size_t n = strcspn(path, ":");
		char *file = xasprintf("%.*s/%s", (int)n, path, argv0);
		bool hit = access(file, X_OK) == 0;

		free(file);
		if (hit)
			return xstrndup(path, n);
		path += n + (path[n] == ':');
	}
	return xstrdup(".");
}

static int dial(const char *argv0)
{
	char *dir = own_folder(argv0), *path = xasprintf("%s/../" GQ_SOCKET, dir);
	int fd = unix_connect(path, 0, NULL);

	free(path);
	free(dir);
	return fd;
}

/* The tool's input, a job script from stdin, or the file that sbatch names. */
static void take_input(struct buf *in, const struct strs *argv)
{
	const char *name = argv->v[0], *script = NULL;
	bool wrapped = false;

	if (strcmp(name, "sbatch") == 0) {
		script = gq_sbatch_script(argv, &wrapped);
		if (script)
			file_read(in, script,
				  NULL); /* without it the answer says what is wrong */
		else if (!wrapped)
			read_all(in, 0);
	} else if (strcmp(name, "paceline-sched") == 0 && argv->n > 1 &&
		   (strcmp(argv->v[1], "publish") == 0 || strcmp(argv->v[1], "offers") == 0 ||
		    strcmp(argv->v[1], "submit") == 0)) {
		read_all(in, 0);
	}
}

static int send_call(int fd, const struct strs *argv)
{
	const char *head = getenv("PACELINE_HEAD"), *cut = getenv("SLURM_BITSTR_LEN");
	struct buf in = BUF_INIT(GQ_IN_MAX), args = BUF_INIT(GQ_ARGS_MAX);
	struct buf all = BUF_INIT(GQ_IN_MAX + GQ_ARGS_MAX + 1024);
	int rc;

	take_input(&in, argv);
	for (size_t i = 0; i < argv->n; i++)
		buf_add(&args, argv->v[i], strlen(argv->v[i]) + 1);
	head = head ? head : "";
	buf_addf(&all, "gq1 %zu %zu %zu %d\n%s", strlen(head), args.len, in.len,
		 cut && strcmp(cut, "0") == 0, head);
	buf_add(&all, buf_str(&args), args.len);
	buf_add(&all, buf_str(&in), in.len);
	rc = all.full || args.full ? -1 : write_all(fd, buf_str(&all), all.len);
	buf_clear(&in);
	buf_clear(&args);
	buf_clear(&all);
	return rc;
}

/* The exit code; -1: azsim went away in the middle. */
static int take_answer(int fd)
{
	struct buf b = BUF_INIT(2 * GQ_OUT_MAX);
	const char *nl;
	struct strs f = STRS_INIT(8);
	int64_t code = -1, out = 0, errout = 0;
	size_t begin;

	if (read_all(&b, fd) == 0 && b.len > 0 && (nl = memchr(b.data, '\n', b.len))) {
		begin = (size_t)(nl + 1 - b.data);
		if (strs_split(&f, b.data, begin - 1, ' ') != 0 || f.n != 3 ||
		    num_read(&out, f.v[1], 0, GQ_OUT_MAX) != 0 ||
		    num_read(&errout, f.v[2], 0, GQ_OUT_MAX) != 0 ||
		    begin + (size_t)(out + errout) != b.len ||
		    num_read(&code, f.v[0], 0, 255) != 0)
			code = -1;
		else if (write_all(1, nl + 1, (size_t)out) != 0 ||
			 write_all(2, nl + 1 + out, (size_t)errout) != 0)
			code = 1;
	}
	strs_clear(&f);
	buf_clear(&b);
	return (int)code;
}

/* As a client of Slurm whose controller is not there. */
static int nobody_there(const struct strs *argv)
{
	struct buf out = BUF_INIT(4096), errout = BUF_INIT(4096);
	struct gq_call c = { .argv = argv, .out = &out, .errout = &errout };
	int code = 1;

	if (strcmp(argv->v[0], "paceline-sched") == 0)
		buf_adds(&errout, "paceline-sched: azsim does not run\n");
	else
		code = gq_no_contact(NULL, &c, argv->v[0]);
	write_all(1, buf_str(&out), out.len);
	write_all(2, buf_str(&errout), errout.len);
	buf_clear(&out);
	buf_clear(&errout);
	return code;
}

bool gq_main(int argc, char **argv, int *status)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = argc == 0 ? "" : slash ? slash + 1 : argv[0];
	struct strs words = STRS_INIT(1000000);
	int fd;

	if (!gq_is_command(name))
		return false;
	strs_add(&words, name);
	for (int i = 1; i < argc; i++)
		strs_add(&words, argv[i]);
	fd = dial(argv[0]);
	*status = fd >= 0 && send_call(fd, &words) == 0 ? take_answer(fd) : -1;
	if (*status < 0)
		*status = nobody_there(&words);
	if (fd >= 0)
		close(fd);
	strs_clear(&words);
	return true;
}
