/* Everything known here about what is selected: why, timings, cost. Enter shows it; at 160x45
 * it has a column. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/words.h"

static const char *hms(char out[CLOCK_TEXT], int64_t ms)
{
	return ms ? clock_hms(out, ms) : "-";
}

/* One step of a node's way up, with the time since it was asked for. */
static void phase(struct textbox *out, const char *name, int64_t at_ms, int64_t from_ms)
{
	char when[CLOCK_TEXT], span[CLOCK_TEXT];

	if (at_ms)
		textbox_add(out, TONE_OK, "  [ok] %-10s %s  +%s", name, clock_hms(when, at_ms),
			    clock_span(span, at_ms - from_ms));
	else
		textbox_add(out, TONE_DIM, "  [  ] %s", name);
}

static void of_node(const struct deck *d, struct textbox *out, const struct node *n)
{
	char a[CLOCK_TEXT], money[24], mem[24], kept[WORDS_MAX];
	int64_t now = deck_now(d);

	textbox_open(out, n->name);
	textbox_field(out, words_node_tone(n->state), "state", "%c %s since %s",
		      node_state_glyph(n->state), node_state_word(n->state),
		      hms(a, n->since_ms));
	textbox_field(out, n->state == NODE_FAILED ? TONE_FAIL : TONE_TEXT, "reason", "%s",
		      n->reason);
	textbox_field(out, TONE_TEXT, "array", "%s, generation %lld", n->array,
		      (long long)n->generation);
	textbox_field(out, TONE_TEXT, "size", "%s, %s%s%s", vm_size_short(n->size),
		      node_bought(n->spot), n->zone[0] ? ", zone " : "", n->zone);
	textbox_field(out, TONE_TEXT, "has", "%lld cpus, %s%s", (long long)n->cpus,
		      size_text(mem, n->mem_bytes), n->gpus ? ", gpus" : "");
	if (n->jobs >= 0)
		textbox_field(out, TONE_TEXT, "jobs", "%lld%s%s%s%s%s", (long long)n->jobs,
			      n->job[0] ? ": " : "", n->job, n->user[0] ? " of " : "", n->user,
			      n->job[0] && n->jobs > 1 ? " and more" : "");
	textbox_field(out, TONE_TEXT, "machine", "%s", n->vm_name);
	textbox_field(out, TONE_TEXT, "host", "%s %s", n->host, n->address);
	textbox_field(out, TONE_MONEY, "cost", "%s/h", money_text(money, n->price));
	if (n->bound_ms && n->price >= 0)
		textbox_field(
		    out, TONE_TEXT, "so far", "%s",
		    money_text(money, n->price * (double)(now - n->bound_ms) / 3600000.0));
	if (node_is_kept(n))
		textbox_field(out, TONE_WARN, "kept", "%s", words_kept(kept, n, now));
	textbox_add(out, TONE_TITLE, "way up");
	phase(out, "requested", n->requested_ms, n->requested_ms);
	phase(out, "machine", n->bound_ms, n->requested_ms);
	phase(out, "running", n->booted_ms, n->requested_ms);
	phase(out, "joined", n->joined_ms, n->requested_ms);
	if (n->phase[0] && !n->joined_ms)
		textbox_add(out, TONE_BOOT, "  last mark: %s", n->phase);
}

static void of_job(const struct deck *d, struct textbox *out, const struct job *j)
{
	char why[WORDS_MAX], a[CLOCK_TEXT], b[CLOCK_TEXT], mem[24], asks[160];

	textbox_open(out, j->id);
	textbox_field(out, words_job_tone(j->state), "state", "%s", job_state_name(j->state));
	textbox_field(out, TONE_TEXT, "why", "%s",
		      words_job_why(why, j, d->panes[PANE_JOBS].booting));
	if (j->state == JOB_HELD)
		textbox_field(out, TONE_KEY, "key", "%s%s releases it", KEY_FOR(d, "release"),
			      d->view == &view_jobs ? "" : " in the view of jobs (3)");
	textbox_field(out, TONE_TEXT, "scheduler", "%s", j->reason);
	textbox_field(out, TONE_TEXT, "name", "%s", j->name);
	textbox_field(out, TONE_TEXT, "user", "%s%s%s in %s", j->user,
		      j->account[0] ? " for " : "", j->account, j->partition);
	textbox_field(out, TONE_TEXT, "asks for", "%s%s", job_asks_text(asks, j),
		      j->exclusive ? ", exclusive" : "");
	if (j->mem_bytes > 0)
		textbox_field(out, TONE_TEXT, "memory", "%s a %s", size_text(mem, j->mem_bytes),
			      j->mem_per_cpu ? "cpu" : "node");
	if (j->gpus > 0)
		textbox_field(out, TONE_TEXT, "gpus", "%lld a node", (long long)j->gpus);
	textbox_field(out, TONE_TEXT, "needs", "%s", j->constraint);
	textbox_field(out, TONE_TEXT, "after", "%s", j->dependency);
	textbox_field(out, TONE_TEXT, "priority", "%lld", (long long)j->priority);
	textbox_field(out, TONE_TEXT, "limit", "%s",
		      j->limit_s < 0 ? "none" : clock_span(a, j->limit_s * 1000));
	textbox_field(out, TONE_TEXT, "submitted", "%s", hms(a, j->submit_s * 1000));
	textbox_field(out, TONE_TEXT, "started", "%s",
		      j->state == JOB_PENDING ? "not yet" : hms(b, j->start_s * 1000));
}

static void of_cluster(const struct deck *d, struct textbox *out, const struct cluster_row *r)
{
	const struct cluster_view *v = &r->view;
	const struct operation *op = deck_operation(d);
	char a[CLOCK_TEXT], money[24], jobs[40];

	textbox_open(out, r->cluster.name);
	textbox_field(out, words_cluster_tone(r->cluster.state), "state", "%s since %s",
		      cluster_state_name(r->cluster.state), hms(a, r->cluster.since_ms));
	textbox_field(out, TONE_TEXT, "reason", "%s",
		      r->cluster.reason ? r->cluster.reason : "");
	textbox_field(out, TONE_FAIL, "issue", "%s", v->issue);
	if (r->cluster.protect)
		textbox_field(out, TONE_TEXT, "protected", "%s", PROTECTED_TEXT);
	if (v->editing[0])
		textbox_field(out, TONE_WARN, "edited by", "%s since %s", v->editing,
			      hms(a, v->editing_ms));
	if (op)
		textbox_field(out, TONE_BOOT, op_kind_name(op->kind), "%s: %s", op->step,
			      op->detail);
	textbox_field(out, TONE_TEXT, "decision", "%s", v->plan);
	textbox_field(out, TONE_TEXT, "template", "%s",
		      r->cluster.spec.template_name ? r->cluster.spec.template_name : "");
	textbox_field(out, TONE_TEXT, "scheduler", "%s",
		      r->cluster.spec.scheduler ? r->cluster.spec.scheduler : "");
	textbox_field(out, TONE_TEXT, "owner", "%s", r->cluster.owner ? r->cluster.owner : "");
	textbox_field(out, TONE_TEXT, "head", "%s",
		      r->cluster.head_address ? r->cluster.head_address : "");
	textbox_field(out, TONE_TEXT, "nodes", "%lld of %lld", (long long)v->nodes,
		      (long long)v->nodes_max);
	textbox_field(out, TONE_TEXT, "", "%lld busy  %lld idle  %lld boot", (long long)v->busy,
		      (long long)v->idle, (long long)v->booting);
	textbox_field(out, v->failed ? TONE_FAIL : TONE_TEXT, "", "%lld drain  %lld failed",
		      (long long)v->draining, (long long)v->failed);
	textbox_field(out, TONE_TEXT, "jobs", "%s", words_jobs_of(jobs, r));
	textbox_field(out, TONE_MONEY, "cost", "%s/h now", money_text(money, v->price_now));
	textbox_field(out, TONE_TEXT, "", "%s since it started", money_text(money, v->spent));
}

static void of_template(const struct deck *d, struct textbox *out, const struct template_row *t)
{
	const struct json *told = template_told(d, t->name);
	const struct json *problems = json_get(told, "problems");

	textbox_open(out, t->name);
	textbox_field(out, TONE_TEXT, "title", "%s", t->title);
	textbox_field(out, TONE_TEXT, "scheduler", "%s", t->scheduler);
	textbox_field(out, TONE_TEXT, "arrays", "%s", t->arrays);
	if (strchr(t->used_by, '*'))
		textbox_field(out, TONE_WARN, "used by", "%s  (* of another revision: %s%s)",
			      t->used_by, KEY_FOR(d, "diff"),
			      d->view == &view_templates ? "" : " in the templates' view");
	else
		textbox_field(out, TONE_TEXT, "used by", "%s", t->used_by);
	textbox_field(out, TONE_DIM, "hash", "%.16s", t->hash);
	if (!told) {
		textbox_add(out, TONE_DIM, "%s makes a cluster from it", KEY_FOR(d, "create"));
		return;
	}
	textbox_field(out, TONE_DIM, "file", "%s", json_str(told, "path", ""));
	if (strchr(t->used_by, '*') && d->view == &view_templates) {
		textbox_add(out, TONE_TITLE, "what changed");
		diff_lines(d, out, t->name);
	}
	for (size_t i = 0; i < json_len(problems); i++)
		textbox_field(out, TONE_FAIL, "problem", "line %lld: %s",
			      (long long)json_int(json_at(problems, i), "line", 0),
			      json_str(json_at(problems, i), "text", ""));
}

/* The same of the same kind, among those that are here. */
static size_t alike(const struct pane *p, const struct event *e)
{
	size_t n = 0, head = strcspn(e->text, ":0123456789");

	for (size_t i = 0; i < p->rows.n; i++)
		n += p->rows.u.events[i].seq != e->seq && head > 6 &&
		     strncmp(p->rows.u.events[i].text, e->text, head) == 0;
	return n;
}

static void of_event(const struct deck *d, struct textbox *out, const struct event *e)
{
	char when[CLOCK_TEXT];

	textbox_open(out, "Event");
	textbox_field(out, TONE_TEXT, "time", "%s", clock_text(when, e->at_ms));
	textbox_field(out, TONE_TEXT, "cluster", "%s", e->cluster);
	textbox_field(out, TONE_TEXT, "object", "%s", e->object);
	textbox_field(out, TONE_TEXT, "by", "%s", e->actor);
	if (e->operation_id)
		textbox_field(out, TONE_TEXT, "operation", "op %lld; %s has its steps",
			      (long long)e->operation_id, KEY_FOR(d, "operations"));
	textbox_field(out, words_event_tone(e->level), "text", "%s", e->text);
	if (alike(&d->panes[PANE_EVENTS], e))
		textbox_field(out, TONE_DIM, "alike", "%zu more of those here",
			      alike(&d->panes[PANE_EVENTS], e));
}

/* Of a node the facts stand above already: what is left are the decision's sentences. */
static bool is_news(const struct deck *d, const char *line)
{
	return d->focus != PANE_NODES || (line[0] != ' ' && strncmp(line, "node ", 5) != 0 &&
					  strncmp(line, "machine: ", 9) != 0);
}

void deck_add_why(const struct deck *d, struct textbox *out)
{
	char what[80];
	bool titled = false;

	if (!d->why_text || strcmp(deck_selected(d, what), d->why_of) != 0)
		return;
	for (const char *line = d->why_text; *line;
	     line += strcspn(line, "\n"), line += *line == '\n') {
		if (*line == '\n' || !is_news(d, line))
			continue;
		if (!titled)
			textbox_add(out, TONE_TITLE, "why");
		titled = true;
		textbox_add(out, TONE_TEXT, "%.*s", (int)strcspn(line, "\n"), line);
	}
}

static void of_array(struct textbox *out, const struct array_row *r)
{
	struct count_word words[COUNT_WORDS];
	size_t n = words_counts(words, r->count, r->max);
	char since[CLOCK_TEXT];

	textbox_open(out, r->array);
	textbox_field(out, TONE_TEXT, "size", "%s, %s", vm_size_short(r->size),
		      node_bought(r->spot));
	if (r->max >= 0)
		textbox_field(out, TONE_TEXT, "nodes", "%lld of %lld", (long long)r->live,
			      (long long)r->max);
	else if (r->shares)
		textbox_field(out, TONE_TEXT, "nodes", "%lld, within the array's limit",
			      (long long)r->live);
	for (size_t i = 0; i < n; i++)
		textbox_field(out, words[i].tone, i ? "" : "now", "%s", words[i].text);
	if (r->kept_ms)
		textbox_field(out, TONE_WARN, "kept",
			      "by %s since %s: none of its nodes goes by itself", r->kept_by,
			      hms(since, r->kept_ms));
}

void deck_detail(struct deck *d, struct textbox *out)
{
	const struct pane *p = &d->panes[d->focus];
	int64_t i = pane_at(p);
	const struct node *n = d->focus == PANE_NODES ? deck_node(d) : NULL;

	if (n)
		of_node(d, out, n);
	else if (d->focus == PANE_NODES && map_array(&d->map))
		of_array(out, map_array(&d->map));
	else if (i < 0)
		textbox_open(out, "Nothing is selected");
	else if (d->focus == PANE_TEMPLATES)
		of_template(d, out, &p->rows.u.templates[i]);
	else if (d->focus == PANE_CLUSTERS)
		of_cluster(d, out, &p->rows.u.clusters[i]);
	else if (d->focus == PANE_JOBS)
		of_job(d, out, &p->rows.u.jobs[i]);
	else if (d->focus == PANE_OPERATIONS)
		op_detail(d, out, &p->rows.u.operations[i], false);
	else
		of_event(d, out, &p->rows.u.events[i]);
	if (d->view != &view_jobs) /* it has it under its table */
		deck_add_why(d, out);
}
