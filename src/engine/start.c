/* How a cluster comes up (DESIGN.md 5.2): every stage idempotent, resumable, shown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/change.h"
#include "engine/check.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/operation.h"
#include "engine/region.h"
#include "engine/remote.h"
#include "engine/storage.h"

static void fail(struct run *r, const char *why)
{
	char *text = xstrdup(why);

	operation_end(r, OP_FAILED, "%s", text);
	cluster_move(r, CLUSTER_FAILED, text);
	free(text);
}

static bool go_key(struct run *r)
{
	struct buf key = BUF_INIT(16384);
	struct err err = ERR_INIT;
	bool made;

	if (remote_tools(r, &err) < 0) { /* before a head is paid that nobody can reach */
		fail(r, err.msg);
		return false;
	}
	made = remote_key(r, &key, NULL) == 0;

	buf_clear(&key);
	if (made)
		return true;
	if (!r->keygen && remote_key_begin(r, &err) < 0)
		fail(r, err.msg);
	return false;
}

/* The head's own cores must fit; arrays are held against the quotas at each decision. A head
 * that exists already is in the numbers. */
static bool sizes_ok(struct run *r)
{
	const struct check_facts f = { .spec = &r->cluster.spec,
				       .region = r->region,
				       .head_runs = r->cluster.head_address &&
						    r->cluster.head_address[0] };
	struct err err = ERR_INIT;

	if (region_sells(r->region, f.spec, &err) == 0 && check_head_fits(&f, &err) == 0)
		return true;
	fail(r, err.msg);
	return false;
}

static bool go_sizes(struct run *r)
{
	const struct region_facts *rf = r->region;

	region_refresh(r->region, false);
	if (rf->sizes_ms && (rf->quotas_ms || rf->sizes.n == 0))
		return sizes_ok(r);
	operation_step(r, "sizes", "%s",
		       r->region->err.code ? r->region->err.msg
					   : "reading sizes, quotas and prices");
	timer_set(r->op_tick, 1000);
	return false;
}

static bool named(struct run *r, enum cloud_kind kind, const char *name, char id[320])
{
	struct err err = ERR_INIT;

	if (resource_name(r, kind, name, id, &err) == 0)
		return true;
	fail(r, err.msg);
	return false;
}

static bool go_group(struct run *r)
{
	char id[320];

	if (!named(r, CLOUD_GROUP, NULL, id))
		return false;
	if (!r->cluster.group_id || !r->cluster.group_id[0]) {
		free(r->cluster.group_id);
		r->cluster.group_id = xstrdup(id);
		cluster_save(r);
	}
	return ensure(r, CLOUD_PUT, CLOUD_GROUP, id);
}

static bool go_network(struct run *r)
{
	char nsg[320], vnet[320];

	if (r->cluster.spec.vnet_id)
		return true;
	if (!named(r, CLOUD_NSG, "nsg", nsg) || !named(r, CLOUD_NETWORK, "vnet", vnet))
		return false;
	return ensure(r, CLOUD_PUT, CLOUD_NSG, nsg) &&
	       ensure(r, CLOUD_PUT, CLOUD_NETWORK, vnet);
}

static bool go_storage(struct run *r)
{
	struct err err = ERR_INIT;

	switch (storage_make(r, &err)) {
	case STORAGE_READY:
		return true;
	case STORAGE_FAILED:
		fail(r, err.msg);
		break;
	case STORAGE_WAITS:
		break;
	}
	return false;
}

void head_made(struct run *r, const struct cloud_stage_info *i)
{
	struct cluster *c = &r->cluster;

	if (!i->address || !i->address[0])
		return;
	free(c->head_address);
	free(c->head_host);
	c->head_address = xstrdup(i->address);
	c->head_host = i->host && i->host[0] ? xstrdup(i->host) : xasprintf("%s-head", c->name);
	cluster_save(r);
	note(r, EVENT_INFO, "head", "machine %s at %s", c->head_host, c->head_address);
}

static bool go_head(struct run *r)
{
	struct cluster *c = &r->cluster;
	bool known = c->head_address && c->head_address[0];
	char id[320];

	if (!named(r, CLOUD_VM, "head", id))
		return false;
	if (!c->head_id || !c->head_id[0]) {
		free(c->head_id);
		c->head_id = xstrdup(id);
		cluster_save(r);
	}
	if (!ensure(r, known ? CLOUD_START : CLOUD_PUT, CLOUD_VM, id))
		return false;
	if (c->head_address && c->head_address[0]) {
		observe_soon(r, 0);
		return true;
	}
	fail(r, "the cloud made the head and told no address for it");
	return false;
}

static bool go_ssh(struct run *r)
{
	if (remote_ready(r->remote))
		return true;
	operation_step(r, "ssh", "%s", r->remote ? remote_text(r->remote) : "");
	observe_soon(r, 0);
	timer_set(r->op_tick, 500);
	return false;
}

static bool go_bootstrap(struct run *r)
{
	char why[320];

	if (strcmp(r->head_phase, "ready") == 0)
		return true;
	if (strcmp(r->head_phase, "failed") == 0) {
		snprintf(
		    why, sizeof(why),
		    "the head's script failed: %s; see /var/log/cloud-init-output.log there",
		    r->head_text);
		fail(r, why);
		return false;
	}
	operation_step(r, "bootstrap", "%s",
		       r->head_phase[0] ? r->head_phase : "waiting for the head's first mark");
	observe_soon(r, 300);
	return false;
}

static bool go_scheduler(struct run *r)
{
	if (r->queue_source.state == SOURCE_OK && r->queue_source.started_ms >= r->op.step_ms)
		return true;
	operation_step(r, "scheduler", "%s",
		       r->queue_source.err.code ? r->queue_source.err.msg
						: "waiting for one complete reading");
	observe_soon(r, 300);
	return false;
}

static const struct stage stages[] = {
	{ "key", go_key, start_undo_begin, STEP_MS },
	{ "sizes", go_sizes, start_undo_begin, STEP_MS },
	{ "group", go_group, start_undo_begin, STEP_MS },
	{ "network", go_network, start_undo_begin, STEP_MS },
	{ "storage", go_storage, start_undo_begin, STEP_MS },
	{ "head", go_head, start_undo_begin, STEP_MS },
	{ "ssh", go_ssh, start_undo_begin, STEP_MS },
	{ "bootstrap", go_bootstrap, start_undo_begin, STEP_MS },
	{ "scheduler", go_scheduler, start_undo_begin, STEP_MS },
};

const struct stages start_stages = { stages, ARRAY_LEN(stages) };

void start_step(struct run *r)
{
	char span[CLOCK_TEXT];
	int64_t began = r->op.started_ms;

	if (start_is_undone(r)) {
		start_undo_step(r);
		return;
	}
	if (!stages_run(r, stages, ARRAY_LEN(stages)))
		return;
	operation_end(r, OP_DONE, "%s answers %s after the start", r->sched->title,
		      clock_span(span, clock_utc_ms() - began));
	cluster_move(r, CLUSTER_RUNNING, "");
	region_refresh(r->region, true); /* the head is in the numbers now */
	observe_soon(r, 0);
}
