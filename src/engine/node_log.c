/*
 * What a node said: what the engine knows of it, the marks that its script left on the head,
 * the last lines of the machine's own logs, and its serial console as the cloud keeps it. Each
 * part that cannot be had says so in its place: a node that failed is the very one that does
 * not answer, and its console is then what is left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/console.h"
#include "engine/jobs.h"
#include "engine/members.h"
#include "engine/remote.h"
#include "engine/run.h"

#define MARKS_DIR   "/sched/marks/" /* include/template/head.h */
#define BOOT_LOG    "/var/log/cloud-init-output.log"
#define TEXT_MAX    ((size_t)256 << 10)
#define DEADLINE_MS 20000

struct node_ask {
	struct run *run;
	char name[64], host[64];
	struct buf text;
	engine_done_cb *cb;
	void *arg;
};

static void finish(struct node_ask *a)
{
	struct json *j = json_new_object();

	json_set_str(j, "node", a->name);
	json_set_str(j, "text", buf_str(&a->text));
	a->cb(a->arg, j, NULL);
	json_free(j);
	buf_clear(&a->text);
	free(a);
}

static void add_failure(struct node_ask *a, const char *what, const struct sched_run *run,
			const struct err *why)
{
	char line[200];

	if (run)
		text_clean(line, sizeof(line), run->errout, strcspn(run->errout, "\n"));
	else
		snprintf(line, sizeof(line), "%.190s", why->msg);
	buf_addf(&a->text, "(%s: %s)\n", what, line[0] ? line : "nothing was said");
}

static void on_console(void *arg, struct run *r, const char *node, const char *lines,
		       const struct err *why)
{
	struct node_ask *a = arg;

	(void)r;
	(void)node;
	buf_addf(&a->text, "\n--- serial console, from the cloud\n");
	if (lines && lines[0])
		buf_adds(&a->text, lines);
	else if (lines)
		buf_addf(&a->text, "(it has written nothing)\n");
	else
		add_failure(a, "it cannot be had", NULL, why);
	finish(a);
}

/* Of a machine that went with its node, what was kept. */
static bool add_kept(struct node_ask *a)
{
	int64_t at_ms;
	const char *text = console_kept(a->run, a->name, &at_ms);
	char when[CLOCK_TEXT];

	if (text)
		buf_addf(&a->text,
			 "\n--- serial console of the machine that was given up at %s\n%s",
			 clock_local(when, at_ms), text);
	return text != NULL;
}

static void ask_console(struct node_ask *a)
{
	const struct member *m = member_find(a->run, a->name);

	add_kept(a);
	if (m && console_can(a->run, &m->node))
		console_read(a->run, &m->node, on_console, a);
	else
		finish(a);
}

static void on_node(void *arg, const struct sched_run *run, const struct err *why)
{
	struct node_ask *a = arg;

	buf_addf(&a->text, "\n--- the machine's own log (host %s)\n", a->host);
	if (run && run->out_len > 0)
		buf_add(&a->text, run->out, strlen(run->out));
	else
		add_failure(a, "it cannot be read", run, why);
	ask_console(a);
}

static void ask_node(struct node_ask *a)
{
	struct strs argv = STRS_INIT(8);

	strs_add(&argv, "tail");
	strs_add(&argv, "-n");
	strs_add(&argv, "100");
	strs_add(&argv, "--");
	strs_add(&argv, BOOT_LOG);
	if (a->run->sched->node_log)
		strs_add(&argv, a->run->sched->node_log);
	remote_run_on(a->run, a->host, &argv, true, DEADLINE_MS, on_node, a);
	strs_clear(&argv);
}

/* "htc-1<TAB>boot<TAB>1795866170<TAB>text" */
static void add_mark(struct buf *out, char *line)
{
	char *at = strchr(line, '\t'), *phase = at ? at + 1 : NULL;
	char *when = phase ? strchr(phase, '\t') : NULL;
	char *text = when ? strchr(when + 1, '\t') : NULL;
	char hms[CLOCK_TEXT];
	int64_t s;

	if (!text)
		return;
	*when++ = *text++ = '\0';
	if (num_read(&s, when, 1, INT64_MAX / 1000) == 0)
		buf_addf(out, "  %s  %-8s %s\n", clock_local(hms, s * 1000), phase, text);
}

static void on_marks(void *arg, const struct sched_run *run, const struct err *why)
{
	struct node_ask *a = arg;
	bool any = run && run->out_len > 0;
	char *text = any ? xstrdup(run->out) : NULL, *next = NULL;

	buf_addf(&a->text, "\n--- marks of its script\n");
	for (char *line = text ? strtok_r(text, "\n", &next) : NULL; line;
	     line = strtok_r(NULL, "\n", &next))
		add_mark(&a->text, line);
	if (!any)
		add_failure(a, "there are none", run, why);
	free(text);
	if (a->host[0])
		ask_node(a);
	else
		ask_console(a);
}

static void ask_marks(struct node_ask *a)
{
	struct strs argv = STRS_INIT(8);

	strs_add(&argv, "tail");
	strs_add(&argv, "-q");
	strs_add(&argv, "-n");
	strs_add(&argv, "40");
	strs_add(&argv, "--");
	if (a->host[0]) /* before it has its name */
		strs_addf(&argv, MARKS_DIR "%s", a->host);
	strs_addf(&argv, MARKS_DIR "%s", a->name);
	remote_run(a->run->remote, &argv, NULL, NULL, 0, false, DEADLINE_MS, on_marks, a);
	strs_clear(&argv);
}

int engine_node_log(struct engine *e, const char *cluster, const char *node, engine_done_cb *cb,
		    void *arg, struct err *err)
{
	struct run *r = run_ready(e, cluster, err);
	struct node_ask *a;
	struct member *m;

	if (!r)
		return -1;
	a = xcalloc(1, sizeof(*a));
	*a = (struct node_ask){ .run = r, .text = BUF_INIT(TEXT_MAX), .cb = cb, .arg = arg };
	snprintf(a->name, sizeof(a->name), "%s", node);
	if (engine_why(e, &r->cluster, node, &a->text, err) < 0 && !add_kept(a)) {
		buf_clear(&a->text);
		free(a);
		return -1;
	}
	m = member_find(r, node);
	if (!m || !text_is_name(node, 63)) {
		buf_addf(&a->text, "\nit has no machine any more: this is all that is known\n");
		finish(a);
		return 0;
	}
	if (text_is_name(m->node.host, sizeof(a->host) - 1))
		memcpy(a->host, m->node.host, strlen(m->node.host) + 1);
	ask_marks(a);
	return 0;
}
