#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/act.h"
#include "engine/bill.h"
#include "engine/comeback.h"
#include "engine/editing.h"
#include "engine/found.h"
#include "engine/history.h"
#include "engine/lease.h"
#include "engine/moments.h"
#include "engine/note.h"
#include "engine/region.h"
#include "engine/upkeep.h"
#include "template/template.h"

#define HOUSEKEEPING_MS 10000
#define WAL_ALARM	((int64_t)64 << 20) /* R2.8 */
#define WAL_IDLE	((int64_t)1 << 20)  /* less is not worth the syncs */
#define EXIT_STORE                                                                             \
	70 /* EX_SOFTWARE: the supervisor starts us again, and the start reads what is true */

/* R1.1: one engine per state directory; the lock dies with the process, so a stale one cannot
 * exist. */
int engine_lock(const char *state_dir, struct err *err)
{
	char *path = xasprintf("%s/engine.lock", state_dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char pid[32] = "";
	ssize_t n;

	if (fd < 0) {
		err_sys(err, "%s", path);
	} else if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		n = read(fd, pid, sizeof(pid) - 1);
		pid[n > 0 ? strcspn(pid, "\n") : 0] = '\0';
		err_set(
		    err, ERR_CONFLICT,
		    "another engine (pid %s) holds %s: use it, or give this one another name with -L",
		    pid[0] ? pid : "unknown", state_dir);
		close(fd);
		fd = -1;
	} else {
		n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
		if (ftruncate(fd, 0) < 0 || write(fd, pid, (size_t)n) != n)
			log_warn("%s: pid not written: %s", path, strerror(errno));
	}
	free(path);
	return fd;
}

static int take_lock(struct engine *e, struct err *err)
{
	e->last_sign_ms = comeback_last_sign(e->state_dir);
	e->lock_fd = engine_lock(e->state_dir, err);
	return e->lock_fd < 0 ? -1 : 0;
}

static int open_clouds(struct engine *e, const struct engine_options *o, struct err *err)
{
	e->clouds = xcalloc(o->n_clouds ? o->n_clouds : 1, sizeof(*e->clouds));
	for (size_t i = 0; i < o->n_clouds; i++) {
		struct engine_cloud *c = &e->clouds[e->n_clouds];

		c->engine = e;
		c->record = &o->clouds[i];
		c->ops = provider_find(c->record->provider);
		if (!c->ops)
			return err_set(err, ERR_INVALID,
				       "cloud %s: there is no provider \"%s\"", c->record->name,
				       c->record->provider);
		c->cloud = c->ops->open(e->loop, c->record, err);
		if (!c->cloud)
			return err_wrap(err, "cloud %s", c->record->name);
		outage_watch(c);
		e->n_clouds++;
	}
	return 0;
}

static int load_clusters(struct engine *e, struct err *err)
{
	struct cluster *list;
	size_t n;

	if (store_clusters(e->store, &list, &n, false, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		run_add(e, &list[i]);
	free(list);
	return 0;
}

static const struct run *lost_one(const struct engine *e)
{
	for (size_t i = 0; i < e->n_runs; i++)
		if (lease_lost(e->runs[i]))
			return e->runs[i];
	return NULL;
}

bool engine_ends_nothing(const struct engine *e)
{
	return drift_holds(&e->drift, clock_mono_ms());
}

/* R12.3: what the clouds' own clocks say of ours. */
static bool clock_is_off(const struct engine *e)
{
	for (size_t i = 0; i < e->n_clouds; i++) {
		struct cloud_health h = { 0 };

		e->clouds[i].ops->health(e->clouds[i].cloud, &h);
		if (h.skew_ms > SKEW_MAX_MS || h.skew_ms < -SKEW_MAX_MS)
			return true;
	}
	return false;
}

int64_t cloud_now_ms(const struct engine_cloud *c)
{
	struct cloud_health h = { 0 };

	c->ops->health(c->cloud, &h);
	return clock_utc_ms() + h.skew_ms;
}

/* R2.5, R2.6, R12.3 */
void engine_look_at_store(struct engine *e)
{
	int64_t room = store_free_bytes(e->store);
	const char *why = store_adoption(e->store);
	const struct run *lost = lost_one(e);
	struct err err = ERR_INIT;

	moments_look(e);
	e->issue[0] = '\0';
	if (!e->damaged && !e->safe_mode && store_file_moved(e->store))
		safe_mode_set(
		    e, "the store's file was moved away: put it back and restart the engine");
	if (e->safe_mode) {
		/* what to do comes first: 80 columns cut the rest */
		snprintf(e->issue, sizeof(e->issue), "SAFE MODE%s: %s",
			 e->damaged ? "" : ", \"engine resume\" ends it", e->safe_why);
	} else if (lost && lease_says(lost, &err) < 0) {
		snprintf(e->issue, sizeof(e->issue), "%.230s", err.msg);
	} else if (!store_has_room(e->store)) {
		snprintf(
		    e->issue, sizeof(e->issue),
		    "the disk is full, %lld KiB free: nothing is made or changed before there is room",
		    (long long)(room >> 10));
	} else if (store_wal_bytes(e->store) > WAL_ALARM) {
		snprintf(
		    e->issue, sizeof(e->issue),
		    "the store's log has grown to %lld MiB and cannot be emptied: look for a program that reads %s/engine.db",
		    (long long)(store_wal_bytes(e->store) >> 20), e->state_dir);
	} else if (store_low_on_room(e->store)) {
		snprintf(e->issue, sizeof(e->issue), "only %lld MiB are free under %s",
			 (long long)(room >> 20), e->state_dir);
	} else if (engine_ends_nothing(e)) {
		snprintf(e->issue, sizeof(e->issue),
			 "the clock jumped by %lld s: nothing is deleted for two minutes",
			 (long long)(e->drift.jump_ms / 1000));
	} else if (clock_is_off(e)) {
		snprintf(
		    e->issue, sizeof(e->issue),
		    "the clock here and the cloud's are more than 5 minutes apart: sign-ins will fail; set the clock");
	} else if (e->adoption && why) {
		snprintf(
		    e->issue, sizeof(e->issue),
		    "adoption: %.60s: nothing is changed until \"found\" is empty: adopt, condemn",
		    why);
	} else {
		finds_say(e, NULL, e->issue, sizeof(e->issue));
	}
}

/* R2.8: when nothing has changed since the last look. A log that grows all the same is not left
 * to grow. */
static void checkpoint_tick(struct engine *e)
{
	int64_t bytes = store_wal_bytes(e->store);
	bool idle = e->checkpoint_revision == e->revision;
	struct err err = ERR_INIT;

	e->checkpoint_revision = e->revision;
	if (bytes < WAL_IDLE || (!idle && bytes < WAL_ALARM / 4))
		return;
	if (store_checkpoint(e->store, &err) < 0)
		log_warn("%s", err.msg);
}

/* R7: what has to be looked at whether or not anything happens. */
static void housekeeping(void *arg)
{
	struct engine *e = arg;

	loop_doing(e->loop, "housekeeping");
	timer_set(e->housekeeping, HOUSEKEEPING_MS);
	comeback_sign(e);
	editing_tick(e);
	checkpoint_tick(e);
	engine_look_at_store(e);
	lease_tick(e);
	for (size_t i = 0; i < e->n_runs; i++)
		ahead_tick(e->runs[i], clock_utc_ms());
	bill_tick(e);
	history_tick(e);
	gc_tick(e);
	backup_tick(e);
}

static void tell_change(void *arg)
{
	struct engine *e = arg;

	comeback_sign(e);
	if (e->on_change)
		e->on_change(e->on_change_arg);
}

static struct engine *fail(struct engine *e)
{
	engine_free(e);
	return NULL;
}

struct engine *engine_new(struct loop *l, const struct engine_options *o, struct err *err)
{
	struct engine *e = xcalloc(1, sizeof(*e));

	e->loop = l;
	e->lock_fd = -1;
	e->state_dir = xstrdup(o->state_dir);
	e->orphan_rules = o->orphans;
	e->limits = o->limits;
	e->cloud_start = o->cloud_start;
	e->helpers.most = (unsigned int)limits_get(e->limits, LIMIT_HELPERS);
	e->template_folders = (struct strs)STRS_INIT(16);
	for (size_t i = 0; o->template_folders && i < o->template_folders->n; i++)
		strs_add(&e->template_folders, o->template_folders->v[i]);
	rng_seed(&e->rng, (uint64_t)clock_utc_ms() ^ (uint64_t)getpid());
	e->changed = turn_end_new(l, tell_change, e);
	if (file_make_dir(o->state_dir, 0700, err) < 0 || take_lock(e, err) < 0 ||
	    safe_mode_look(e, err) < 0)
		return fail(e);
	e->store = engine_open_store(e, o->any_file_system, err);
	if (!e->store || open_clouds(e, o, err) < 0)
		return fail(e);
	lease_begin(e);
	e->adoption = store_adoption(e->store) != NULL;
	if (e->adoption)
		log_warn(
		    "adoption mode, as the store says of itself that %s: nothing is changed before an admin has decided of what is found",
		    store_adoption(e->store));
	e->housekeeping = timer_new(l, housekeeping, e);
	timer_set(e->housekeeping, HOUSEKEEPING_MS);
	engine_look_at_store(e);
	if (finds_load(e, err) < 0 || load_clusters(e, err) < 0)
		return fail(e);
	moments_begin(e);
	comeback_tell(e);
	if (o->take_over)
		lease_allow(e, LEASE_TAKE_ANY);
	lease_tick(e);
	gc_tick(e);
	(void)FAILPOINT("engine.begun");
	return e;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	timer_free(e->housekeeping);
	audit_verify_end(e);
	e->helpers.most = 0; /* what waits for its turn has none any more */
	for (size_t i = 0; i < e->n_runs; i++)
		bill_save(e->runs[i]);
	history_end(e);
	for (size_t i = 0; i < e->n_runs; i++)
		run_free(e->runs[i]);
	regions_free(e);
	finds_free(e);
	for (size_t i = 0; i < e->n_clouds; i++)
		outage_end(&e->clouds[i]);
	for (size_t i = 0; i < e->n_clouds; i++)
		if (e->clouds[i].sweep)
			e->clouds[i].ops->cancel(e->clouds[i].sweep);
	for (size_t i = 0; i < e->n_clouds; i++)
		residue_free(&e->clouds[i]);
	for (size_t i = 0; i < e->n_clouds; i++)
		e->clouds[i].ops->close(e->clouds[i].cloud);
	turn_end_free(e->changed);
	store_close(e->store);
	if (e->lock_fd >= 0)
		close(e->lock_fd);
	crash_watch_end();
	strs_clear(&e->template_folders);
	editings_clear(&e->editings);
	free(e->runs);
	free(e->clouds);
	free(e->cluster_list);
	free(e->state_dir);
	free(e);
}

void engine_on_change(struct engine *e, void (*cb)(void *arg), void *arg)
{
	e->on_change = cb;
	e->on_change_arg = arg;
}

uint64_t engine_revision(const struct engine *e)
{
	return e->revision;
}

void engine_fatal(struct engine *e, const struct err *err)
{
	log_error("%s", err->msg);
	log_error(
	    "what was written last is unknown: ending, so that the next start reads what is true in %s",
	    e->state_dir);
	log_flush();
	crash_mark("commit");
	_exit(EXIT_STORE);
}
