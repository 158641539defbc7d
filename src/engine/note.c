/* What happened, for people (events) and for the record (audit): written where it happens, in
 * the transaction of the act. */
#include "engine/note.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/run.h"
#include "model/queue.h"

__attribute__((format(printf, 5, 0))) static void add(struct run *r, enum event_level level,
						      const char *actor, const char *object,
						      const char *fmt, va_list ap)
{
	struct event ev = { .at_ms = clock_utc_ms(),
			    .cluster_id = r->cluster.id,
			    .operation_id = r->op.id,
			    .level = level };
	struct err err = ERR_INIT;

	snprintf(ev.cluster, sizeof(ev.cluster), "%s", r->cluster.name);
	snprintf(ev.object, sizeof(ev.object), "%s", object ? object : "");
	snprintf(ev.actor, sizeof(ev.actor), "%s", actor);
	vsnprintf(ev.text, sizeof(ev.text), fmt, ap);
	if (store_event_add(r->engine->store, &ev, &err) < 0)
		log_error("cluster %s: event not kept: %s: %s", r->cluster.name, ev.text,
			  err.msg);
	run_changed(r);
}

void note_site(struct engine *e, enum event_level level, const char *actor, const char *fmt,
	       ...)
{
	struct event ev = { .at_ms = clock_utc_ms(), .level = level };
	struct err err = ERR_INIT;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ev.text, sizeof(ev.text), fmt, ap);
	va_end(ap);
	snprintf(ev.actor, sizeof(ev.actor), "%s", actor);
	if (store_event_add(e->store, &ev, &err) < 0)
		log_error("event not kept: %s: %s", ev.text, err.msg);
	engine_changed(e);
}

const char *run_actor(const struct run *r)
{
	return r->acting ? r->acting : "engine";
}

void note(struct run *r, enum event_level level, const char *object, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(r, level, run_actor(r), object, fmt, ap);
	va_end(ap);
}

void note_by(struct run *r, enum event_level level, const struct user *u, const char *object,
	     const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(r, level, u ? u->name : "engine", object, fmt, ap);
	va_end(ap);
}

static void put(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text ? text : "");
}

/* Jobs' ids have no text in front of their number, and stay as they are. */
static void names_text(struct buf *out, const struct strs *names)
{
	if (!strchr("0123456789", names->v[0][0]) &&
	    hostlist_compress(out, (const char *const *)names->v, names->n) == 0)
		return;
	buf_reset(out);
	for (size_t i = 0; i < names->n; i++)
		buf_addf(out, "%s%s", i ? "," : "", names->v[i]);
}

const char *audit_object(char out[AUDIT_TEXT], const char *cluster, const char *noun,
			 const struct strs *names)
{
	struct buf list = BUF_INIT(BUF_TEXT_MAX);
	int n;

	names_text(&list, names);
	if (names->n == 1)
		n = snprintf(out, AUDIT_TEXT, "%.32s: %s", cluster, buf_str(&list));
	else
		n = snprintf(out, AUDIT_TEXT, "%.32s: %zu %ss: %s", cluster, names->n, noun,
			     buf_str(&list));
	if (n >= AUDIT_TEXT)
		memcpy(out + AUDIT_TEXT - 4, "...", 4);
	buf_clear(&list);
	return out;
}

int audit_write(struct engine *e, const struct deed *act, struct err *err)
{
	const struct user *u = act->by;
	struct audit a = { .at_ms = clock_utc_ms(), .operation_id = act->op_id };

	put(a.actor, sizeof(a.actor), u ? u->name : "engine");
	put(a.origin, sizeof(a.origin), u ? u->origin : "");
	put(a.role, sizeof(a.role), u ? role_name(u->role) : "engine");
	put(a.verb, sizeof(a.verb), act->verb);
	put(a.object, sizeof(a.object), act->object);
	put(a.reason, sizeof(a.reason), act->reason);
	put(a.result, sizeof(a.result), act->result ? act->result : "done");
	put(a.before_hash, sizeof(a.before_hash), act->before);
	put(a.after_hash, sizeof(a.after_hash), act->after);
	put(a.plan_hash, sizeof(a.plan_hash), act->plan_hash);
	if (store_audit_add(e->store, &a, err) < 0)
		return -1;
	audit_mirror(&a);
	return 0;
}

void audit_mirror(const struct audit *a)
{
	log_audit("audit %lld: %s (%s) from %s: %s %s%s%s, %s, hash %.16s", (long long)a->seq,
		  a->actor, a->role, a->origin[0] ? a->origin : "itself", a->verb, a->object,
		  a->reason[0] ? ": " : "", a->reason, a->result, a->hash);
}

int audit_act(struct engine *e, const struct user *u, const char *verb, const char *object,
	      const char *reason, const char *plan_hash, struct err *err)
{
	const struct deed a = { .by = u,
				.verb = verb,
				.object = object,
				.reason = reason,
				.plan_hash = plan_hash };

	return audit_write(e, &a, err);
}
