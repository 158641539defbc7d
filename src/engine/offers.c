/*
 * What the head's scheduler is told that could be bought (include/template/head.h): at its
 * boot, and again when a cluster that lives takes over other sizes. What is still to be told is
 * a part of the cluster's row, so that a killed engine tells it as well. A head that boots
 * again offers what it was made with: a cluster that was changed since tells it whenever
 * the head is there again, which does nothing where nothing differs.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/lease.h"
#include "engine/note.h"
#include "engine/publish.h"
#include "engine/region.h"
#include "engine/remote.h"
#include "engine/run.h"
#include "engine/scaleset.h"
#include "template/head.h"

#define AGAIN_MS 60000

static const char *const buying[] = {
	[SPOT_NEVER] = "ondemand",
	[SPOT_ONLY] = "spot",
	[SPOT_THEN_ONDEMAND] = "both",
};

static void features_text(struct buf *b, const struct array_spec *a)
{
	for (size_t i = 0; i < a->features.n; i++)
		buf_addf(b, "%s%s", i ? "," : "", a->features.v[i]);
	if (!a->features.n)
		buf_addc(b, '-');
}

/* "ARRAY SIZE CPUS MEM_MIB GPUS spot|ondemand|both MAX_NODES DEFAULT FEATURES":
 * include/template/head.h */
int offers_text(struct buf *b, struct run *r, struct err *err)
{
	const struct cluster_spec *s = &r->cluster.spec;

	for (size_t i = 0; i < s->n_arrays; i++) {
		const struct array_spec *a = &s->arrays[i];

		for (size_t k = 0; k < a->sizes.n; k++) {
			const struct vm_size *size =
			    vm_sizes_find(&r->region->sizes, a->sizes.v[k]);
			struct node n = { 0 };

			if (!size)
				return err_set(err, ERR_INVALID, "region %s has no size %s",
					       s->region, a->sizes.v[k]);
			member_promise(&n, a, size);
			buf_addf(b, "%s%s %s %lld %lld %lld %s %lld %s ", b->len ? "\n" : "",
				 a->name, size->name, (long long)n.cpus,
				 (long long)(n.mem_bytes >> 20), (long long)n.gpus,
				 buying[a->spot], (long long)a->max_nodes,
				 a->is_default ? "yes" : "no");
			features_text(b, a);
		}
	}
	return 0;
}

/* "ok 1 2": so many sizes that are not to be had any more wait for their last node to go. */
static bool some_wait(const struct sched_run *run)
{
	char text[48];
	int made, left;

	snprintf(text, sizeof(text), "%.*s", run->out_len < 40 ? (int)run->out_len : 40,
		 run->out);
	return sscanf(text, "ok %9d %9d", &made, &left) == 2 && left > 0;
}

static void on_told(void *arg, const struct sched_run *run, const struct err *err)
{
	struct run *r = arg;
	bool due = r->cluster.offers_due;
	char why[160] = "no answer";

	r->offering = false;
	if (run && run->exit_code == 0) {
		r->offers_after_ms = 0;
		if (r->offers_version != r->cluster.version)
			return; /* it changed meanwhile: the head is told again */
		if (some_wait(run)) {
			r->offers_after_ms = clock_mono_ms() + AGAIN_MS;
		} else {
			r->offers_doubted = false;
			r->cluster.offers_due = false;
			if (due)
				cluster_save(r);
		}
		if (!due || r->offers_told == r->cluster.version)
			return;
		r->offers_told = r->cluster.version;
		note(r, EVENT_INFO, "head",
		     "the scheduler takes jobs for every size that the cluster may buy now");
		return;
	}
	if (run)
		text_clean(why, sizeof(why), run->errout, strlen(run->errout));
	else if (err)
		text_clean(why, sizeof(why), err->msg, strlen(err->msg));
	log_warn("cluster %s: offers: %s", r->cluster.name, why);
	if (due &&
	    !r->offers_after_ms) /* once: a head of an earlier version refuses each time */
		note(
		    r, EVENT_WARN, "head",
		    "the scheduler does not take jobs that name the new sizes yet: %.100s; it is told again each minute",
		    why);
	r->offers_after_ms = clock_mono_ms() + AGAIN_MS;
}

void offers_doubt(struct run *r)
{
	r->offers_doubted = r->offers_doubted || r->cluster.version > 1;
}

void offers_act(struct run *r)
{
	struct strs argv = STRS_INIT(8);
	struct buf list = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;

	if ((!r->cluster.offers_due && !r->offers_doubted) || r->offering ||
	    clock_mono_ms() < r->offers_after_ms || !remote_ready(r->remote) ||
	    run_hands_off(r) || strcmp(r->head_phase, "ready") != 0)
		return;
	if (offers_text(&list, r, &err) < 0) {
		log_warn("cluster %s: offers: %s", r->cluster.name, err.msg);
		r->offers_after_ms = clock_mono_ms() + AGAIN_MS;
	} else {
		buf_addc(&list, '\n');
		strs_add(&argv, HEAD_TOOL);
		strs_add(&argv, "offers");
		r->offering = true;
		r->offers_version = r->cluster.version;
		remote_run(r->remote, &argv, NULL, buf_str(&list), list.len, true, 30000,
			   on_told, r);
	}
	strs_clear(&argv);
	buf_clear(&list);
}
