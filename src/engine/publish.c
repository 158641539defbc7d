/* What the head is told about nodes, and what its scripts and theirs say of themselves
 * (include/template/head.h). */
#include "engine/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/backoff.h"
#include "engine/boot.h"
#include "engine/lease.h"
#include "engine/members.h"
#include "engine/note.h"
#include "engine/observe.h"
#include "engine/operation.h"
#include "engine/remote.h"
#include "engine/run.h"
#include "template/head.h"

static void tool_argv(struct strs *argv, const char *verb)
{
	strs_add(argv, HEAD_TOOL);
	strs_add(argv, verb);
}

static void features_line(struct buf *b, const struct run *r, const struct node *n)
{
	const struct array_spec *a = cluster_array(&r->cluster.spec, n->array);

	buf_addf(b, "%s,%s,%s", n->array, n->size, n->spot ? "spot" : "ondemand");
	for (size_t i = 0; a && i < a->features.n; i++)
		buf_addf(b, ",%s", a->features.v[i]);
}

static bool has_a_line(const struct node *n)
{
	return n->host[0] && n->state != NODE_GONE && n->state != NODE_EVICTED &&
	       n->state != NODE_DELETING;
}

static void list_make(struct buf *b, const struct run *r)
{
	for (size_t i = 0; i < r->n_members; i++) {
		const struct node *n = &r->members[i]->node;

		if (!has_a_line(n))
			continue;
		buf_addf(b, "%s\t%s\t%s\t%s\t%lld\t%lld\t%lld\t", n->host, n->name, n->array,
			 n->size, (long long)n->cpus, (long long)(n->mem_bytes >> 20),
			 (long long)n->gpus);
		features_line(b, r, n);
		buf_addc(b, '\n');
	}
}

static void on_published(void *arg, const struct sched_run *run, const struct err *err)
{
	struct run *r = arg;

	r->publishing = false;
	if (FAILPOINT("publish.answer") || !run || run->exit_code != 0) {
		r->publish_due = true;
		log_warn("cluster %s: node list not published: %s", r->cluster.name,
			 run   ? run->errout
			 : err ? err->msg
			       : "failpoint");
	}
}

void publish_act(struct run *r)
{
	struct strs argv = STRS_INIT(8);
	struct buf list = BUF_INIT(BUF_TEXT_MAX);

	if (!r->publish_due || r->publishing || !remote_ready(r->remote) || run_hands_off(r) ||
	    strcmp(r->head_phase, "ready") != 0)
		return;
	list_make(&list, r);
	tool_argv(&argv, "publish");
	r->publish_due = false;
	r->publishing = true;
	(void)FAILPOINT("publish.call");
	remote_run(r->remote, &argv, NULL, buf_str(&list), list.len, true, 20000, on_published,
		   r);
	strs_clear(&argv);
	buf_clear(&list);
}

/*
 * Marks
 */

#define FIELDS 4

static bool split_line(char *line, char *field[FIELDS])
{
	size_t n = 0;

	field[n++] = line;
	for (char *p = line; *p; p++) {
		if (*p != '\t')
			continue;
		*p = '\0';
		if (n == FIELDS)
			return false;
		field[n++] = p + 1;
	}
	return n == FIELDS;
}

static void head_mark(struct run *r, const char *phase, int64_t at_ms, const char *text)
{
	if (strcmp(r->head_phase, phase) == 0)
		return;
	snprintf(r->head_phase, sizeof(r->head_phase), "%s", phase);
	r->head_phase_ms = at_ms;
	text_clean(r->head_text, sizeof(r->head_text), text, strlen(text));
	note(r, strcmp(phase, "failed") == 0 ? EVENT_ERROR : EVENT_INFO, "head", "%s%s%s",
	     phase, text[0] ? ": " : "", r->head_text);
	if (strcmp(phase, "ready") == 0) {
		r->publish_due = true;
		observe_soon(r, 0);
	}
	operation_wake(r);
}

/* A script that has no name yet says its host's. */
static struct map *members_by_host(const struct run *r)
{
	struct map *hosts = map_new(NULL, true);

	for (size_t i = r->n_members; i-- > 0;)
		if (r->members[i]->node.host[0])
			map_put(hosts, r->members[i]->node.host, r->members[i]);
	return hosts;
}

static struct member *member_of_mark(const struct run *r, const struct map *hosts,
				     const char *name)
{
	struct member *m = member_find(r, name);

	return m ? m : map_get(hosts, name);
}

static void node_mark(struct run *r, struct member *m, const char *phase, int64_t at_ms,
		      const char *text)
{

	if (!m || at_ms < m->node.requested_ms || strcmp(m->node.phase, phase) == 0)
		return;
	snprintf(m->node.phase, sizeof(m->node.phase), "%s", phase);
	m->node.phase_ms = at_ms;
	run_changed(r);
	if (strcmp(phase, "failed") == 0 && node_is_booting(m->node.state)) {
		char why[160];

		text_clean(why, sizeof(why), text, strlen(text));
		backoff_boot_failed(r, &m->node, why);
		boot_feed(r, m, BOOT_EV_VM_FAILED, why);
	}
}

static void marks_read(struct run *r, const char *out)
{
	char *text = xstrdup(out), *next = NULL, *field[FIELDS];
	struct map *hosts = members_by_host(r);
	bool first = true;

	for (char *line = strtok_r(text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next), first = false) {
		int64_t at_s;

		if (!split_line(line, field) ||
		    num_read(&at_s, field[2], 0, INT64_MAX / 1000) < 0)
			continue;
		if (first)
			continue; /* version and clock */
		if (strcmp(field[0], "head") == 0)
			head_mark(r, field[1], at_s * 1000, field[3]);
		else
			node_mark(r, member_of_mark(r, hosts, field[0]), field[1], at_s * 1000,
				  field[3]);
	}
	map_free(hosts);
	free(text);
}

static void on_marks(void *arg, const struct sched_run *run, const struct err *err)
{
	struct run *r = arg;

	r->phase_source.reading = false;
	if (!run || run->exit_code != 0) {
		r->phase_source.state = SOURCE_UNKNOWN;
		log_debug("cluster %s: marks: %s", r->cluster.name,
			  run ? run->errout : err->msg);
		if (strcmp(r->head_phase, "ready") != 0)
			observe_soon(
			    r, 500); /* the tool is not installed yet, or the head boots */
		return;
	}
	r->phase_source.state = SOURCE_OK;
	r->phase_source.ok_ms = clock_utc_ms();
	marks_read(r, run->out);
	if (strcmp(r->head_phase, "ready") != 0)
		observe_soon(r, 500);
}

static bool anyone_boots(const struct run *r)
{
	if (strcmp(r->head_phase, "ready") != 0)
		return true;
	for (size_t i = 0; i < r->n_members; i++)
		if (r->members[i]->node.state == NODE_BOOTING ||
		    r->members[i]->node.state == NODE_JOINING)
			return true;
	return false;
}

void phases_read(struct run *r)
{
	struct strs argv = STRS_INIT(8);

	if (r->phase_source.reading || !remote_ready(r->remote) || !anyone_boots(r))
		return;
	r->phase_source.reading = true;
	tool_argv(&argv, "status");
	remote_run(r->remote, &argv, NULL, NULL, 0, false, 15000, on_marks, r);
	strs_clear(&argv);
}
