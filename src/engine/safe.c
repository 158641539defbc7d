/*
 * Safe mode (R1.6): after three crashes within five minutes the engine starts only to watch and
 * to answer. What made it crash may be an act, and each start would repeat it; so nothing is
 * changed outside of the store until an admin has looked and says so.
 *
 * A crash is what base/crash.h marks: a fatal signal, a commit whose outcome is unknown, a loop
 * that could not go on. An engine that was killed from outside, by SIGKILL or a power cut, is
 * none of these: it has nothing to do with what the engine did, and crash-only restarts are how
 * it is meant to be ended. Who restarts it does not matter: the marks lie in the state folder,
 * and so does the decision, as the file "safe-mode" with its reason: a store that cannot be
 * read must not be able to hide it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/act.h"
#include "engine/note.h"
#include "engine/run.h"

#define CRASHES_MAX 3
#define WITHIN_MS   ((int64_t)5 * 60 * 1000)

static char *marks_path(const struct engine *e)
{
	return xasprintf("%s/crashes", e->state_dir);
}

static char *reason_path(const struct engine *e)
{
	return xasprintf("%s/safe-mode", e->state_dir);
}

/* The reason's first line; what else is in the file is for nobody. */
static int reason_read(struct engine *e, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(4096);
	int rc = file_read(&text, path, err);
	size_t n = strcspn(buf_str(&text), "\n");

	if (rc == 0) {
		e->safe_mode = true;
		snprintf(e->safe_why, sizeof(e->safe_why), "%.*s", (int)n,
			 n ? buf_str(&text) : "somebody asked for it");
	}
	buf_clear(&text);
	return rc;
}

void safe_mode_set(struct engine *e, const char *why)
{
	e->safe_mode = true;
	snprintf(e->safe_why, sizeof(e->safe_why), "%s", why);
	log_error("safe mode: %s: nothing is changed from here on", why);
}

static int too_many(struct engine *e, const struct crashes *c, const char *path,
		    struct err *err)
{
	char why[sizeof(e->safe_why)], when[CLOCK_TEXT];

	snprintf(why, sizeof(why), "%zu crashes within 5 minutes, the last by %s at %.5s", c->n,
		 c->last, clock_hms(when, c->last_ms));
	if (file_write(path, why, strlen(why), 0600, err) < 0)
		return -1;
	safe_mode_set(e, why);
	return 0;
}

/* Old marks go when none of them counts any more: the file has no other end. */
static int marks_look(struct engine *e, const char *reason, struct err *err)
{
	char *path = marks_path(e);
	struct crashes c;
	int rc = crash_read(&c, path, clock_utc_ms() - WITHIN_MS, err);

	if (rc == 0 && c.n == 0)
		unlink(path);
	if (rc == 0 && c.n >= CRASHES_MAX && !e->safe_mode)
		rc = too_many(e, &c, reason, err);
	if (rc == 0)
		rc = crash_watch(path, err);
	free(path);
	return rc;
}

int safe_mode_look(struct engine *e, struct err *err)
{
	char *reason = reason_path(e);
	int rc = file_exists(reason) ? reason_read(e, reason, err) : 0;

	if (rc == 0)
		rc = marks_look(e, reason, err);
	if (rc == 0 && e->safe_mode)
		log_warn("safe mode, because of %s: nothing is changed before an admin says "
			 "\"engine resume\"",
			 e->safe_why);
	free(reason);
	return rc;
}

int engine_refuses(const struct engine *e, struct err *err)
{
	if (!e->safe_mode)
		return 0;
	return err_set(err, ERR_CONFLICT, "safe mode, nothing is changed%s: %s",
		       e->damaged ? "" : "; look into the log, then \"engine resume\"",
		       e->safe_why);
}

/* What is still true ends no safe mode. */
static int may_resume(const struct engine *e, struct err *err)
{
	if (!e->safe_mode)
		return err_set(err, ERR_CONFLICT, "the engine is not in safe mode");
	if (e->damaged)
		return err_set(
		    err, ERR_CONFLICT,
		    "the store is damaged: stop the engine and put a backup in its place with \"paceline restore\"");
	if (store_file_moved(e->store))
		return err_set(
		    err, ERR_CONFLICT,
		    "the store's file is still away: put it back and restart the engine");
	return 0;
}

/* The marks go first: with them, the next start would be in safe mode again. */
static int forget(const struct engine *e, struct err *err)
{
	char *marks = marks_path(e), *reason = reason_path(e);
	int rc = crash_watch(marks, err);

	if (rc == 0 && truncate(marks, 0) < 0)
		rc = err_sys(err, "%s", marks);
	if (rc == 0 && unlink(reason) < 0 && errno != ENOENT)
		rc = err_sys(err, "%s", reason);
	free(marks);
	free(reason);
	return rc;
}

static void mode_digest(char out[65], bool safe)
{
	struct json *j = json_new_object();

	json_set_bool(j, "safe_mode", safe);
	store_digest_json(out, j);
}

int engine_resume(struct engine *e, const struct user *u, const char *reason, struct err *err)
{
	struct deed a = { .by = u,
			  .verb = "engine resume",
			  .object = "engine",
			  .reason = reason && reason[0] ? reason : e->safe_why };

	if (may_resume(e, err) < 0 || store_begin(e->store, err) < 0)
		return -1;
	mode_digest(a.before, true);
	mode_digest(a.after, false);
	if (audit_write(e, &a, err) < 0) {
		store_rollback(e->store);
		return -1;
	}
	note_site(e, EVENT_WARN, u->name, "safe mode has ended: the engine works again");
	if (store_commit(e->store, err) < 0)
		engine_fatal(e, err);
	(void)FAILPOINT("safe.resume");
	if (forget(e, err) < 0)
		return -1;
	e->safe_mode = false;
	e->safe_why[0] = '\0';
	for (size_t i = 0; i < e->n_runs; i++)
		run_take_up(e->runs[i]);
	engine_look_at_store(e);
	engine_changed(e);
	return 0;
}
