/* The audit: read, verified, exported to a file, pruned (R10.3). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "command/run.h"

#define MOST 1000 /* rows in one answer */

#define CELL 100 /* of what a table shows; the whole is in JSON */

static const char *cut(char out[4 * CELL], const char *text)
{
	if (!text[text_cut(text, CELL)])
		return text;
	snprintf(out, (size_t)4 * CELL, "%.*s...", (int)text_cut(text, CELL - 3), text);
	return out;
}

static void show_rows(struct command_run *r, const struct json *list)
{
	show_columns(r, "SEQ", "WHEN", "WHO", "FROM", "ROLE", "DID", "TO", "RESULT", "REASON");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *a = json_at(list, i);
		char seq[SHOW_MAX], when[CLOCK_TEXT], object[4 * CELL], reason[4 * CELL];

		show_row(r, show_int(seq, json_int(a, "seq", 0)),
			 show_time(when, json_int(a, "at_ms", 0)), json_str(a, "actor", ""),
			 json_str(a, "origin", ""), json_str(a, "role", ""),
			 json_str(a, "verb", ""), cut(object, json_str(a, "object", "")),
			 json_str(a, "result", ""), cut(reason, json_str(a, "reason", "")));
	}
}

static void on_audit(struct command_run *r, const struct json *answer)
{
	show_rows(r, json_get(answer, "audit"));
	show_result(r, answer);
	run_done(r);
}

int check_audit(const struct command_run *r, struct err *err)
{
	int64_t most;

	return option_int(r, "most", 1, MOST, &most, err);
}

void run_audit(struct command_run *r)
{
	int64_t most = 50;
	char count[SHOW_MAX];

	option_int(r, "most", 1, MOST, &most, NULL);
	run_get(r, client_path("/v1/audit?most=%", show_int(count, most), (char *)NULL),
		on_audit);
}

/*
 * Verify
 */

static void on_verified(struct command_run *r, const struct json *answer)
{
	int64_t first = json_int(answer, "first", 0);
	char when[CLOCK_TEXT];

	if (json_int(answer, "rows", 0) == 0)
		show_text(r, "the audit is empty");
	else
		show_text(r, "%lld audit rows follow each other, from %lld to %lld of %s",
			  (long long)json_int(answer, "rows", 0), (long long)first,
			  (long long)json_int(answer, "last", 0),
			  show_time(when, json_int(answer, "last_ms", 0)));
	if (first > 1)
		show_text(r, "rows up to %lld were pruned, as a row of the chain tells",
			  (long long)first - 1);
	show_result(r, answer);
	run_done(r);
}

void run_audit_verify(struct command_run *r)
{
	run_get(r, xstrdup("/v1/audit/verify"), on_verified);
}

/*
 * Export: page by page into a file that is new, then told to the engine by its last hash
 */

struct audit_file {
	FILE *file;
	int64_t rows, first, last;
	char hash[65];
};

static void drop_export(void *state)
{
	struct audit_file *x = state;

	if (x->file)
		fclose(x->file);
	free(x);
}

static void on_exported(struct command_run *r, const struct json *answer)
{
	const struct audit_file *x = r->state;

	show_text(r, "audit rows %lld to %lld are in %s; \"audit prune\" may remove them here",
		  (long long)x->first, (long long)x->last, r->args.v[0]);
	show_result(r, answer);
	run_done(r);
}

static void tell_engine(struct command_run *r, struct audit_file *x)
{
	struct json *body;
	bool written = fflush(x->file) == 0 && fsync(fileno(x->file)) == 0;

	if (fclose(x->file) != 0)
		written = false;
	x->file = NULL;
	if (!written) {
		run_failf(r, ERR_IO, "%.160s: not written whole: %s", r->args.v[0],
			  strerror(errno));
		return;
	}
	body = json_new_object();
	json_set_int(body, "to", x->last);
	json_set_str(body, "hash", x->hash);
	json_set_str(body, "file", r->args.v[0]);
	run_post(r, xstrdup("/v1/audit/exported"), body, on_exported);
}

/* -1: the chain is broken here, or the disk is full. */
static int write_row(struct command_run *r, struct audit_file *x, const struct json *row)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	bool follows = x->rows == 0 || strcmp(json_str(row, "prev", ""), x->hash) == 0;
	int rc = 0;

	json_write(&text, row);
	buf_addc(&text, '\n');
	if (!follows)
		run_failf(r, ERR_PARSE,
			  "audit row %lld does not follow the one before: \"audit verify\"",
			  (long long)json_int(row, "seq", 0));
	else if (fwrite(buf_str(&text), 1, text.len, x->file) != text.len)
		run_failf(r, ERR_IO, "%.160s: %s", r->args.v[0], strerror(errno));
	else
		rc = 1;
	buf_clear(&text);
	if (rc == 0)
		return -1;
	if (x->rows++ == 0)
		x->first = json_int(row, "seq", 0);
	x->last = json_int(row, "seq", 0);
	snprintf(x->hash, sizeof(x->hash), "%s", json_str(row, "hash", ""));
	return 0;
}

static void next_page(struct command_run *r);

static void on_page(struct command_run *r, const struct json *answer)
{
	const struct json *list = json_get(answer, "audit");
	struct audit_file *x = r->state;

	for (size_t i = 0; i < json_len(list); i++)
		if (write_row(r, x, json_at(list, i)) < 0)
			return;
	if (json_len(list) > 0)
		next_page(r);
	else
		tell_engine(r, x);
}

static void next_page(struct command_run *r)
{
	const struct audit_file *x = r->state;
	char after[SHOW_MAX];

	run_get(r,
		client_path("/v1/audit/export?after=%", show_int(after, x->last), (char *)NULL),
		on_page);
}

void run_audit_export(struct command_run *r)
{
	/* new and the operator's own: it holds who did what */
	int fd = open(r->args.v[0], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct audit_file *x;

	if (fd < 0) {
		run_failf(r, errno == EEXIST ? ERR_EXISTS : ERR_IO, "%.160s: %s", r->args.v[0],
			  errno == EEXIST ? "it is there already: name a new file"
					  : strerror(errno));
		return;
	}
	x = xcalloc(1, sizeof(*x));
	x->file = fdopen(fd, "w");
	if (!x->file) {
		close(fd);
		free(x);
		run_failf(r, ERR_IO, "%.160s: %s", r->args.v[0], strerror(errno));
		return;
	}
	run_keep(r, x, drop_export);
	next_page(r);
}

/*
 * Prune: the engine takes as many at once as its loop has time for
 */

struct audit_prune {
	int64_t before_ms, pruned;
};

static void prune_some(struct command_run *r);

static void on_pruned(struct command_run *r, const struct json *answer)
{
	struct audit_prune *p = r->state;

	p->pruned += json_int(answer, "pruned", 0);
	if (json_int(answer, "left", 0) > 0) {
		prune_some(r);
		return;
	}
	show_text(r, "%lld audit rows were removed, up to row %lld; a row of the audit says so",
		  (long long)p->pruned, (long long)json_int(answer, "to", 0));
	show_result(r, answer);
	run_done(r);
}

static void prune_some(struct command_run *r)
{
	const struct audit_prune *p = r->state;
	const char *reason = command_option(r, "reason");
	struct json *body = json_new_object();

	json_set_int(body, "before_ms", p->before_ms);
	json_set_str(body, "reason", reason ? reason : "");
	run_post(r, xstrdup("/v1/audit/prune"), body, on_pruned);
}

static void on_prunable(struct command_run *r, const struct json *answer)
{
	char rows[48], when[CLOCK_TEXT], question[200];
	int agrees;

	count_text(rows, json_int(answer, "rows", 0), "audit row");
	snprintf(question, sizeof(question),
		 "%s, up to row %lld of %s, would be removed here for good. Go on? y/N: ", rows,
		 (long long)json_int(answer, "to", 0),
		 show_time(when, json_int(answer, "to_ms", 0)));
	agrees = run_agrees(r, question);
	if (agrees > 0)
		prune_some(r);
	else if (agrees == 0)
		run_failf(r, ERR_CONFLICT, "nothing was removed");
	else
		run_misused(
		    r,
		    "nothing was removed: %s, up to row %lld of %s, would go: add --yes when it is meant",
		    rows, (long long)json_int(answer, "to", 0), when);
}

int check_audit_prune(const struct command_run *r, struct err *err)
{
	int64_t before_ms;

	if (option_time(r, "before", &before_ms, err) < 0)
		return -1;
	return before_ms
		   ? 0
		   : err_set(err, ERR_INVALID,
			     "--before TIME is missing: rows older than that are removed");
}

void run_audit_prune(struct command_run *r)
{
	struct audit_prune *p = xcalloc(1, sizeof(*p));
	char before[SHOW_MAX];

	option_time(r, "before", &p->before_ms, NULL);
	run_keep(r, p, free);
	run_get(r,
		client_path("/v1/audit/prune?before=%", show_int(before, p->before_ms),
			    (char *)NULL),
		on_prunable);
}
