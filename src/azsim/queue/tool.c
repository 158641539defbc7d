/* paceline-sched, as templates/nodes/paceline-sched answers it (include/template/head.h). */
#include <stdlib.h>
#include <string.h>

#include "azsim/queue/machine.h"
#include "azsim/queue/store.h"
#include "base/mem.h"
#include "base/text.h"

static int die(struct gq_call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int die(struct gq_call *c, const char *fmt, ...)
{
	va_list ap;

	buf_adds(c->errout, "paceline-sched: ");
	va_start(ap, fmt);
	buf_vaddf(c->errout, fmt, ap);
	va_end(ap);
	buf_addc(c->errout, '\n');
	return 1;
}

static void add_mark(struct buf *b, const struct gq_machine *m)
{
	buf_addf(b, "%s\t%s\t%lld\t%s\n",
		 m->is_head ? "head"
		 : m->name  ? m->name
			    : m->host,
		 gq_phase_name[m->phase], (long long)(m->phase_ms / 1000),
		 m->phase == GQ_NODE_FAILED ? m->failed : "");
}

static int status(struct gq_site *s, struct gq_head *h, struct gq_call *c)
{
	const char *id;
	void *v;

	buf_addf(c->out, "paceline-sched\t1\t%lld\t\n", (long long)(gq_now(h->q) / 1000));
	for (size_t i = 0; map_next(s->machines, &i, &id, &v);) {
		const struct gq_machine *m = v;

		if (gq_machine_visible(m) && text_casecmp(m->head, h->q->head) == 0)
			add_mark(c->out, m);
	}
	return 0;
}

static int publish(struct gq_site *s, struct gq_head *h, struct gq_call *c)
{
	int n = gq_head_publish(h, c->in, c->in_len);

	if (n < 0)
		return die(c, "a line of the list has not eight fields: the old list stays");
	gq_store_head(s->store, h);
	gq_machine_kick(s, h->q->head);
	buf_addf(c->out, "ok %d\n", n);
	return 0;
}

static int offers(struct gq_site *s, struct gq_head *h, struct gq_call *c)
{
	char *text = xstrndup(c->in ? c->in : "", c->in_len);
	int made = gq_offers(h->q, text), left = gq_offers_retire(h->q);

	buf_addf(c->out, "ok %d %d\n", made, left);
	free(text);
	gq_store_head(s->store, h);
	return 0;
}

static int submit(struct gq_head *h, struct gq_call *c)
{
	struct strs argv = STRS_INIT(1000);
	struct gq_call inner = *c;
	char *const *v = c->argv->v + 2;
	size_t i = 6;
	char random[9];
	int rc;

	if (c->argv->n < 6)
		return die(c, "usage: paceline-sched submit NAME ARRAY_SPEC PARTITION CWD "
			      "[ARGS...] [-- WORDS...]");
	if (strcmp(v[0], "-") != 0 && !text_is_name(v[0], 255))
		return die(c, "\"%s\" is no name of a job: letters, digits, '.', '_' and '-'",
			   v[0]);
	rand_hex(random, 4);
	strs_add(&argv, "sbatch");
	strs_add(&argv, "--parsable");
	if (strcmp(v[0], "-") != 0)
		strs_addf(&argv, "--job-name=%s", v[0]);
	if (strcmp(v[3], "-") != 0)
		strs_addf(&argv, "--chdir=%s", v[3]);
	if (strcmp(v[1], "-") != 0)
		strs_addf(&argv, "--array=%s", v[1]);
	if (strcmp(v[2], "-") != 0)
		strs_addf(&argv, "--partition=%s", v[2]);
	for (; i < c->argv->n && strcmp(c->argv->v[i], "--") != 0; i++)
		strs_add(&argv, c->argv->v[i]);
	strs_addf(&argv, "/home/%s/jobs/%s.%.6s", h->q->user,
		  strcmp(v[0], "-") == 0 ? "job" : v[0], random);
	for (i++; i < c->argv->n; i++)
		strs_add(&argv, c->argv->v[i]);
	inner.argv = &argv;
	rc = gq_sbatch(h->q, &inner);
	strs_clear(&argv);
	return rc;
}

int gq_tool(struct gq_site *s, struct gq_head *h, struct gq_call *c)
{
	const char *verb = c->argv->n > 1 ? c->argv->v[1] : "";

	if (strcmp(verb, "status") == 0)
		return status(s, h, c);
	if (strcmp(verb, "publish") == 0)
		return publish(s, h, c);
	if (strcmp(verb, "offers") == 0)
		return h->q->up ? offers(s, h, c) : gq_no_contact(h->q, c, "scontrol");
	if (strcmp(verb, "submit") == 0)
		return h->q->up ? submit(h, c) : gq_no_contact(h->q, c, "sbatch");
	if (strcmp(verb, "stop") == 0) {
		h->q->up = false;
		h->machine->stopped = true;
		gq_machine_changed(h->machine);
		buf_adds(c->out, "ok\n");
		return 0;
	}
	return die(c,
		   "usage: paceline-sched status | publish | offers | submit NAME ARRAY_SPEC "
		   "PARTITION "
		   "CWD [ARGS...] [-- WORDS...] | stop");
}
