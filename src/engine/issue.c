/* What is wrong with a cluster: how many things, and the worst of them in a sentence. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "engine/backoff.h"
#include "engine/bill.h"
#include "engine/boot.h"
#include "engine/found.h"
#include "engine/history.h"
#include "engine/lease.h"
#include "engine/members.h"
#include "engine/observe.h"
#include "engine/region.h"
#include "engine/remote.h"

static void add(struct cluster_view *v, const char *text)
{
	if (!text[0])
		return;
	v->issues++;
	if (!v->issue[0])
		snprintf(v->issue, sizeof(v->issue), "%.159s", text);
}

/* What keeps everything else from being done, the first of it. */
static void cannot_act(struct cluster_view *v, const struct run *r)
{
	const char *text = "";
	struct err err = ERR_INIT;
	char denied[160];

	if (run_has_cloud(r, &err) < 0 || lease_says(r, &err) < 0)
		text = err.msg;
	else if (r->cluster.state == CLUSTER_FAILED || r->cluster.state == CLUSTER_RESIDUE)
		text = r->cluster.reason;
	else if (r->op.id && r->op.error[0])
		text = r->op.error;
	else if (r->op.id && r->region && !r->region->sizes_ms && r->region->err.code)
		text = r->region->err.msg;
	else if (remote_denied(r->remote)) {
		snprintf(denied, sizeof(denied),
			 "the head at %.40s refuses the engine's key: %.80s",
			 r->cluster.head_address, remote_text(r->remote));
		text = denied;
	} else if (v->queue_stale)
		text = r->queue_source.err.code ? r->queue_source.err.msg
						: "the scheduler has not answered";
	else if (v->cloud_stale)
		text = r->cloud_source.err.msg;
	add(v, text);
}

/* R5.3 */
static void doubts(struct cluster_view *v, const struct run *r)
{
	char text[160], lost[SUSPICION_TEXT];

	if (!suspicion_holds(&r->suspicion))
		return;
	snprintf(text, sizeof(text), "%s: nothing is removed for %d s",
		 suspicion_text(lost, &r->suspicion), SUSPICION_MS / 1000);
	add(v, text);
}

/* R5.7 */
static void late_deletions(struct cluster_view *v, const struct run *r)
{
	const struct member *first = NULL;
	int64_t now = clock_utc_ms(), n = 0;
	char text[160];

	for (size_t i = 0; i < r->n_members; i++) {
		const struct member *m = r->members[i];

		if (!deletion_is_late(m, now))
			continue;
		first = first ? first : m;
		n++;
	}
	if (n == 1)
		snprintf(
		    text, sizeof(text),
		    "%s: its machine is still there 15 min after its deletion was asked for, and costs",
		    first->node.name);
	else if (n > 1)
		snprintf(
		    text, sizeof(text),
		    "%s and %lld more: machines are still there 15 min after their deletion was asked for, and cost",
		    first->node.name, (long long)(n - 1));
	if (n > 0)
		add(v, text);
}

/* What rests makes no nodes. */
static void budget(struct cluster_view *v, const struct run *r)
{
	if (cluster_rests(&r->cluster))
		return;
	if (r->bill.budget == BUDGET_OVER)
		add(v,
		    "this month's budget is used up: no nodes are made for new jobs; " BUDGET_RAISE);
	if (r->bill.budget == BUDGET_COMMITTED)
		add(v,
		    "this month's budget is committed to what runs: no nodes are made for new jobs; " BUDGET_RAISE);
}

static void issues_of(struct cluster_view *v, const struct run *r)
{
	char text[160];

	v->issues = v->failed;
	v->issue[0] = '\0';
	cannot_act(v, r);
	doubts(v, r);
	late_deletions(v, r);
	if (r->cluster.state == CLUSTER_RUNNING && backoff_issue(text, r))
		add(v, text);
	budget(v, r);
	if (finds_say(r->engine, r, text, sizeof(text)))
		add(v, text);
}

static bool source_stale(const struct run *r, const struct source *s)
{
	if (r->cluster.state != CLUSTER_RUNNING)
		return false;
	return s->state == SOURCE_UNKNOWN || (s->ok_ms && source_is_old(r, s));
}

void view_ages(struct cluster_view *v, const struct run *r)
{
	const struct source *q = &r->queue_source, *c = &r->cloud_source;

	v->queue_age_ms = q->ok_ms ? source_age_ms(q) : -1;
	v->cloud_age_ms = c->ok_ms ? source_age_ms(c) : -1;
	v->queue_stale = source_stale(r, q);
	v->queue_unread = queue_is_unread(r);
	v->cloud_stale = source_stale(r, c);
	issues_of(v, r);
}
