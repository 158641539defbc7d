/*
 * A window of a file on the head, by its offset in bytes: what it is (stat), how many lines
 * stand before (wc, for files that are not large), the bytes (dd). Three bounded commands and
 * no shell. They run as the user whose file it is, so that nobody reads through the engine what
 * he could not read himself.
 */
#include "engine/file_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/remote.h"
#include "engine/run.h"

#define READ_MOST    ((int64_t)256 << 10)
#define COUNT_LINES  ((int64_t)64 << 20) /* of larger files nobody counts the lines */
#define DEADLINE_MS  15000
#define BINARY_SHARE 10 /* one byte of so many that is no text */

struct file_ask {
	struct run *run;
	char *path, *user;
	int64_t from, most, size, line, mtime_s;
	file_read_cb *cb;
	folder_list_cb *list_cb; /* of a folder: instead of cb */
	void *arg;
};

static const char *const plain_env[] = { "LC_ALL=C", NULL };

static void finish(struct file_ask *a, const struct file_part *part, const struct err *err)
{
	if (a->list_cb)
		a->list_cb(a->arg, NULL, err);
	else
		a->cb(a->arg, part, err);
	free(a->path);
	free(a->user);
	free(a);
}

static void fail(struct file_ask *a, enum err_code code, const char *what)
{
	struct err err = ERR_INIT;

	err_set(&err, code, "%.150s: %s", a->path, what);
	finish(a, NULL, &err);
}

/* "stat: cannot statx '/x': No such file or directory" */
static void told_failure(struct file_ask *a, const struct sched_run *run)
{
	static const struct {
		const char *words, *says;
		enum err_code code;
	} known[] = {
		{ "No such file", "there is no such file on the head (yet)", ERR_CONFLICT },
		{ "Not a directory", "there is no such file on the head", ERR_NOT_FOUND },
		{ "Permission denied", "the job's user may not read it there", ERR_DENIED },
		{ "unknown user", "the head does not know the job's user", ERR_NOT_FOUND },
		{ "a password is required",
		  "the head's administrator may not act for the job's user", ERR_DENIED },
	};
	char line[160];

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strstr(run->errout, known[i].words)) {
			fail(a, known[i].code, known[i].says);
			return;
		}
	text_clean(line, sizeof(line), run->errout, strcspn(run->errout, "\n"));
	fail(a, ERR_IO, line[0] ? line : "it cannot be read");
}

/* One argument vector: as the file's user where that is not who we are there. */
static void run_as(struct file_ask *a, const char *const *words, size_t n, remote_cb *cb)
{
	struct strs argv = STRS_INIT(32);
	const char *admin = a->run->cluster.spec.admin_user;

	if (a->user[0] && (!admin || strcmp(admin, a->user) != 0) && !remote_is_here(a->run)) {
		strs_add(&argv, "sudo");
		strs_add(&argv, "-n");
		strs_add(&argv, "-u");
		strs_add(&argv, a->user);
		strs_add(&argv, "--");
	}
	for (size_t i = 0; i < n; i++)
		strs_add(&argv, words[i]);
	remote_run(a->run->remote, &argv, plain_env, NULL, 0, false, DEADLINE_MS, cb, a);
	strs_clear(&argv);
}

/* Bytes that no text has. A file that is mostly such, or holds NUL bytes, is for no screen. */
static bool is_binary(const char *s, size_t n)
{
	size_t odd = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '\0')
			return true;
		odd += c < ' ' && !strchr("\n\r\t\b\f\033", c);
	}
	return odd * BINARY_SHARE > n;
}

/* A character that the window cuts is left for the next one. */
static size_t whole_characters(const char *s, size_t n)
{
	size_t back = 0;

	while (back < 3 && back < n && ((unsigned char)s[n - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back < n && (unsigned char)s[n - 1 - back] >= 0xc0) {
		unsigned char lead = (unsigned char)s[n - 1 - back];
		size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

		if (back + 1 < want && n > back + 1)
			return n - back - 1;
	}
	return n;
}

static size_t lines_in(const char *s, size_t n)
{
	size_t lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += s[i] == '\n';
	return lines;
}

static void on_bytes(void *arg, const struct sched_run *run, const struct err *why)
{
	struct file_ask *a = arg;
	struct file_part part;
	size_t n;

	if (!run) {
		finish(a, NULL, why);
		return;
	}
	if (run->exit_code != 0) {
		told_failure(a, run);
		return;
	}
	n = whole_characters(run->out, run->out_len);
	part = (struct file_part){ .path = a->path,
				   .text = run->out,
				   .len = n,
				   .from = a->from,
				   .next = a->from + (int64_t)n,
				   .size = a->size,
				   .mtime_s = a->mtime_s,
				   .binary = is_binary(run->out, n),
				   .line = 0 };
	if (part.next > part.size)
		part.size = part.next;
	if (a->line > 0) /* lines before the end that was counted */
		part.line = a->line - (int64_t)lines_in(run->out, n);
	if (a->from == 0)
		part.line = 1;
	finish(a, &part, NULL);
}

static void read_bytes(struct file_ask *a)
{
	char *in = xasprintf("if=%s", a->path);
	char *skip = xasprintf("skip=%lld", (long long)a->from);
	char *count = xasprintf("count=%lld", (long long)a->most);
	const char *const words[] = { "dd",	    in,
				      "bs=65536",   "iflag=skip_bytes,count_bytes,fullblock",
				      skip,	    count,
				      "status=none" };

	if (a->from >= a->size) {
		const struct sched_run none = { .out = "", .errout = "" };

		on_bytes(a, &none, NULL);
	} else {
		run_as(a, words, ARRAY_LEN(words), on_bytes);
	}
	free(in);
	free(skip);
	free(count);
}

/* "  48210 1234567 /path": lines and bytes of one moment. */
static void on_count(void *arg, const struct sched_run *run, const struct err *why)
{
	struct file_ask *a = arg;
	long long lines, bytes;

	(void)why;
	if (run && run->exit_code == 0 &&
	    sscanf(run->out, "%18lld %18lld", &lines, &bytes) == 2 && bytes >= a->size) {
		a->from +=
		    bytes - a->size; /* it grew meanwhile: the same distance from its end */
		a->size = bytes;
		a->line = lines + 1;
	}
	read_bytes(a);
}

static void begin_tail(struct file_ask *a)
{
	const char *const words[] = { "wc", "-l", "-c", "--", a->path };
	int64_t back = -a->from;

	a->from = a->size > back ? a->size - back : 0;
	a->most = a->size - a->from;
	if (a->from > 0 && a->size <= COUNT_LINES)
		run_as(a, words, ARRAY_LEN(words), on_count);
	else
		read_bytes(a);
}

static void on_stat(void *arg, const struct sched_run *run, const struct err *why)
{
	struct file_ask *a = arg;
	long long size, mtime;
	char kind[40] = "";

	if (!run) {
		finish(a, NULL, why);
	} else if (run->exit_code != 0) {
		told_failure(a, run);
	} else if (sscanf(run->out, "%18lld %18lld %39[a-z ]", &size, &mtime, kind) != 3) {
		fail(a, ERR_PARSE, "the head's stat gave no answer that can be read");
	} else if (strncmp(kind, "regular", 7) != 0) {
		char what[120];

		snprintf(what, sizeof(what), "it is a %s, not a file: there is nothing to show",
			 kind);
		fail(a, ERR_UNSUPPORTED, what);
	} else {
		a->size = size;
		a->mtime_s = mtime;
		if (a->from < 0)
			begin_tail(a);
		else
			read_bytes(a);
	}
}

static int check_user(const char *user, struct err *err)
{
	if (!user[0] || text_is_name(user, 64))
		return 0;
	return err_set(err, ERR_UNSUPPORTED,
		       "\"%.60s\" is no user name that may be handed to the head", user);
}

int file_read_part(struct run *r, const char *path, const char *user, int64_t from,
		   int64_t most, file_read_cb *cb, void *arg, struct err *err)
{
	const char *const words[] = { "stat", "-L", "-c", "%s %Y %F", "--", path };
	struct file_ask *a;

	if (check_user(user, err) < 0)
		return -1;
	if (most <= 0 || most > READ_MOST)
		most = READ_MOST;
	if (from < -most)
		from = -most;
	a = xcalloc(1, sizeof(*a));
	*a = (struct file_ask){ .run = r,
				.path = xstrdup(path),
				.user = xstrdup(user),
				.from = from,
				.most = most,
				.cb = cb,
				.arg = arg };
	run_as(a, words, ARRAY_LEN(words), on_stat);
	return 0;
}

/*
 * What lies in a folder
 */

struct entry {
	const char *path;
	long long size, written_s;
	bool folder;
};

/* "f 1 12345 1795434000.25 /shared/op/12.out": its kind, its depth, size and time. false: it
 * is none that is told, the folder itself or a hidden one. */
static bool entry_read(struct entry *out, const char *text)
{
	char kind = '\0';
	int depth = 0, at = 0;
	const char *name;

	*out = (struct entry){ .path = NULL };
	if (sscanf(text, "%c %9d %18lld %18lld%*[.0-9] %n", &kind, &depth, &out->size,
		   &out->written_s, &at) < 4 ||
	    at == 0)
		return false;
	out->path = text + at;
	out->folder = kind == 'd';
	name = strrchr(out->path, '/');
	return name && name[1] != '.' && (depth > 0 || kind == 'f');
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

/* Sorted, each once: a file may be named and lie in the folder, too. */
struct json *folder_entries(const char *text, size_t len)
{
	struct json *list = json_new_array(), *j;
	struct entry *v = NULL;
	const char *at = text, *end;
	size_t n = 0, cap = 0;

	for (; (end = memchr(at, '\0', (size_t)(text + len - at))); at = end + 1) {
		GROW(v, n, cap);
		n += entry_read(&v[n], at);
	}
	if (n > 0)
		qsort(v, n, sizeof(*v), by_path);
	for (size_t i = 0; i < n && json_len(list) < FILES_MOST; i++) {
		if (i > 0 && strcmp(v[i].path, v[i - 1].path) == 0)
			continue;
		j = json_add_object(list);
		json_set_str(j, "path", v[i].path);
		json_set_int(j, "size", v[i].folder ? -1 : v[i].size);
		json_set_int(j, "written_s", v[i].written_s);
		json_set_bool(j, "folder", v[i].folder);
	}
	free(v);
	return list;
}

/* One of its paths may be gone, and the others are told all the same. */
static void on_folder(void *arg, const struct sched_run *run, const struct err *why)
{
	struct file_ask *a = arg;
	struct json *list;

	if (!run) {
		finish(a, NULL, why);
		return;
	}
	if (run->exit_code != 0 && run->out_len == 0) {
		told_failure(a, run);
		return;
	}
	list = folder_entries(run->out, run->out_len);
	a->list_cb(a->arg, list, NULL);
	json_free(list);
	free(a->path);
	free(a->user);
	free(a);
}

int folder_list(struct run *r, const struct folder_ask *what, folder_list_cb *cb, void *arg,
		struct err *err)
{
	const char *words[20] = { "find" };
	char since[32], until[32];
	struct file_ask *a;
	size_t n = 1;

	if (check_user(what->user, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(what->paths); i++)
		if (what->paths[i] && what->paths[i][0] == '/')
			words[n++] = what->paths[i];
	if (n == 1)
		return err_set(err, ERR_NOT_FOUND, "no folder of it is known");
	snprintf(since, sizeof(since), "@%lld", (long long)what->since_s);
	snprintf(until, sizeof(until), "@%lld", (long long)what->until_s);
	words[n++] = "-maxdepth";
	words[n++] = "1";
	words[n++] = "-newermt";
	words[n++] = since;
	if (what->until_s > 0) {
		words[n++] = "!";
		words[n++] = "-newermt";
		words[n++] = until;
	}
	words[n++] = "(";
	words[n++] = "-type";
	words[n++] = "f";
	words[n++] = "-o";
	words[n++] = "-type";
	words[n++] = "d";
	words[n++] = ")";
	words[n++] = "-printf";
	words[n++] = "%y %d %s %T@ %p\\0";
	a = xcalloc(1, sizeof(*a));
	*a = (struct file_ask){ .run = r,
				.path = xstrdup(words[1]),
				.user = xstrdup(what->user),
				.list_cb = cb,
				.arg = arg };
	run_as(a, words, n, on_folder);
	return 0;
}
