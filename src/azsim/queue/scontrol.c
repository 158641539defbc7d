/* scontrol: ping, show, hold, release, requeue, update, delete. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "azsim/queue/command.h"
#include "azsim/queue/hosts.h"
#include "base/mem.h"
#include "base/text.h"

int gq_no_contact(struct gq *q, struct gq_call *c, const char *program)
{
	const char *verb = c->argv->n > 1 ? c->argv->v[1] : "";
	bool show_node = false;

	for (size_t i = 1; i < c->argv->n; i++)
		show_node = show_node || strncmp(c->argv->v[i], "node", 4) == 0;
	if (strcmp(verb, "-V") == 0 || strcmp(verb, "--version") == 0) {
		buf_adds(c->out, "slurm-wlm " GQ_VERSION "\n");
		return 0;
	}
	if (strcmp(program, "scontrol") == 0 && strcmp(verb, "ping") == 0) {
		buf_addf(c->out,
			 "Slurmctld(primary) at %s is DOWN\n"
			 "*****************************************\n"
			 "** RESTORE SLURMCTLD DAEMON TO SERVICE **\n"
			 "*****************************************\n",
			 q ? q->head : "head");
		return 1;
	}
	if (strcmp(program, "scancel") == 0) {
		buf_addf(c->errout, "scancel: error: Kill job error on job id %s: ", verb);
		buf_adds(c->errout, GQ_NO_CONTACT "\n");
		return 8;
	}
	buf_addf(c->errout, "%s" GQ_NO_CONTACT "\n",
		 strcmp(program, "sbatch") == 0 ? "sbatch: error: Batch job submission failed: "
		 : strcmp(program, "sinfo") == 0 ? "slurm_load_partitions: "
		 : strcmp(verb, "update") == 0	 ? "slurm_update error: "
		 : strcmp(verb, "delete") == 0	 ? "slurm_delete error: "
		 : show_node			 ? "slurm_load_node error: "
						 : "slurm_load_jobs error: ");
	return 1;
}

/*
 * Jobs: hold, release, requeue
 */

enum act { HOLD, UHOLD, RELEASE, REQUEUE };

/* "": done */
static const char *act_on(struct gq *q, struct gq_job *j, enum act what)
{
	if (j->state > GQ_RUNNING && what != REQUEUE)
		return "Job has already finished";
	switch (what) {
	case HOLD:
	case UHOLD:
		if (!j->held)
			gq_job_hold(q, j, what == HOLD ? GQ_HELD_ADMIN : GQ_HELD_USER);
		return "";
	case RELEASE:
		if (j->held)
			gq_job_hold(q, j, GQ_NO_REASON);
		return "";
	case REQUEUE:
		break;
	}
	if (j->state == GQ_PENDING)
		return "Job is pending execution";
	if (!j->spec->requeue)
		return "Requested operation is presently disabled";
	gq_job_requeue(q, j);
	return "";
}

static const char *act_on_id(struct gq *q, const char *text, enum act what)
{
	const char *last = "Invalid job id specified", *said;
	struct gq_tasks tasks;
	struct gq_job **v;
	uint32_t id;
	size_t n;

	if (gq_read_id(&id, &tasks, text) != 0)
		return last;
	n = gq_named(q, &v, id, &tasks);
	for (size_t i = 0; i < n; i++) {
		said = act_on(q, v[i], what);
		if (i == 0 || *last) /* one that could be is enough */
			last = said;
	}
	free(v);
	gq_tasks_clear(&tasks);
	return last;
}

static int act_on_list(struct gq *q, struct gq_call *c, size_t at, enum act what)
{
	struct strs ids = STRS_INIT(100000);
	const char *failed = NULL;

	for (; at < c->argv->n; at++)
		strs_split(&ids, c->argv->v[at], strlen(c->argv->v[at]), ',');
	for (size_t i = 0; i < ids.n; i++) {
		const char *said = act_on_id(q, ids.v[i], what);

		if (!*said)
			continue;
		buf_addf(c->errout, "%s for job %s\n", said, ids.v[i]);
		failed = said;
	}
	if (failed && what != REQUEUE)
		buf_addf(c->errout, "slurm_suspend error: %s\n", failed);
	if (ids.n == 0)
		buf_addf(c->errout, "too few arguments for keyword:%s\n", c->argv->v[1]);
	failed = ids.n == 0 ? "" : failed;
	strs_clear(&ids);
	return failed ? 1 : 0;
}

/*
 * update
 */

static const char *value_of(const struct strs *argv, const char *key)
{
	size_t n = strlen(key);

	for (size_t i = 2; i < argv->n; i++)
		if (strncasecmp(argv->v[i], key, n) == 0 && argv->v[i][n] == '=')
			return argv->v[i] + n + 1;
	return NULL;
}

static int read_word(enum gq_node_word *word, const char *text)
{
	static const struct {
		const char *name;
		enum gq_node_word word;
	} words[] = {
		{ "drain", GQ_DRAIN },	   { "down", GQ_DOWN }, { "resume", GQ_RESUME },
		{ "undrain", GQ_UNDRAIN }, { "fail", GQ_FAIL }, { "idle", GQ_RESUME },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (text_casecmp(words[i].name, text) == 0) {
			*word = words[i].word;
			return 0;
		}
	return -1;
}

/* Nodes that can be changed are, whatever is wrong with the others. */
static int update_nodes(struct gq *q, struct gq_call *c, const char *list)
{
	const char *state = value_of(c->argv, "state"), *reason = value_of(c->argv, "reason");
	struct strs names = STRS_INIT(100000);
	const char *wrong = NULL;
	enum gq_node_word word = GQ_RESUME;

	if (!state || read_word(&word, state) != 0) {
		buf_addf(
		    c->errout,
		    "Invalid input: state=%s\nRequest aborted\n"
		    "Valid states are: NoResp DRAIN FAIL FUTURE RESUME POWER_DOWN POWER_UP UNDRAIN\n"
		    "Not all states are valid given a node's prior state\n",
		    state ? state : "");
		return 1;
	}
	if ((word == GQ_DRAIN || word == GQ_DOWN) && !reason) {
		buf_adds(c->errout, "You must specify a reason when DOWNING or DRAINING a "
				    "node. Request denied\n");
		return 1;
	}
	if (gq_hosts_read(&names, list) != 0)
		wrong = "Invalid node name specified";
	for (size_t i = 0; i < names.n; i++) {
		struct gq_node *n = gq_node_find(q, names.v[i]);

		if (!n)
			wrong = "Invalid node name specified";
		else if (gq_node_set(n, word, reason) != 0 && !wrong)
			wrong = "Invalid node state specified";
	}
	strs_clear(&names);
	if (wrong)
		buf_addf(c->errout, "slurm_update error: %s\n", wrong);
	return wrong ? 1 : 0;
}

static int update_job(struct gq *q, struct gq_call *c, const char *text)
{
	const char *priority = value_of(c->argv, "priority");
	struct gq_tasks tasks;
	struct gq_job **v = NULL;
	int64_t number;
	uint32_t id;
	size_t n = 0;

	if (!priority || num_read(&number, priority, 0, UINT32_MAX - 1) != 0) {
		buf_adds(c->errout, "Invalid priority value\n");
		return 1;
	}
	if (gq_read_id(&id, &tasks, text) == 0) {
		n = gq_named(q, &v, id, &tasks);
		gq_tasks_clear(&tasks);
	}
	for (size_t i = 0; i < n; i++) {
		v[i]->held = number == 0;
		if (v[i]->held)
			v[i]->reason = GQ_HELD_ADMIN;
		gq_job_priority(q, v[i], (uint32_t)number);
	}
	free(v);
	if (n == 0)
		buf_adds(c->errout, "Invalid job id specified for job\n");
	return n ? 0 : 1;
}

static int update(struct gq *q, struct gq_call *c)
{
	const char *node = value_of(c->argv, "nodename"), *job = value_of(c->argv, "jobid");

	if (node)
		return update_nodes(q, c, node);
	if (job)
		return update_job(q, c, job);
	buf_adds(c->errout, "No valid entity in update command\n"
			    "Input line must include \"NodeName\", \"JobId\"\n");
	return 1;
}

/*
 * delete: all of them, or none
 */

static int delete_nodes(struct gq *q, struct gq_call *c)
{
	const char *list = value_of(c->argv, "nodename"), *wrong = NULL;
	struct strs names = STRS_INIT(100000);

	if (!list) {
		buf_adds(c->errout, "Invalid deletion request\n");
		return 1;
	}
	if (gq_hosts_read(&names, list) != 0)
		wrong = "Invalid node name specified";
	for (size_t i = 0; i < names.n; i++) {
		const struct gq_node *n = gq_node_find(q, names.v[i]);

		if (!n)
			wrong = "Invalid node name specified";
		else if (!wrong && (n->places || n->offer))
			wrong = "Requested nodes are busy";
	}
	for (size_t i = 0; i < names.n && !wrong; i++) {
		struct gq_node *n = gq_node_find(q, names.v[i]);

		if (n) /* the list may name one twice */
			gq_node_remove(q, n);
	}
	if (wrong) {
		strs_sort(&names);
		buf_adds(c->errout, "scontrol: error: failed to delete nodes ");
		gq_hosts_print(c->errout, (const char *const *)names.v, names.n);
		buf_addf(c->errout, "\ndelete_node nodename=%s: %s\n", list, wrong);
	}
	strs_clear(&names);
	return wrong ? 1 : 0;
}

static const struct gq_option options[] = {
	{ "all", 'a', false },	   { "oneliner", 'o', false }, { "version", 'V', false },
	{ "details", 'd', false }, { "quiet", 'Q', false },    { "hide", 0, false },
};

static int run_verb(struct gq *q, struct gq_call *c, size_t at, bool one_line)
{
	static const struct {
		const char *verb;
		enum act act;
	} acts[] = {
		{ "hold", HOLD },
		{ "uhold", UHOLD },
		{ "release", RELEASE },
		{ "requeue", REQUEUE },
	};
	const char *verb = at < c->argv->n ? c->argv->v[at] : "";

	if (strcmp(verb, "ping") == 0) {
		buf_addf(c->out, "Slurmctld(primary) at %s is UP\n", q->head);
		return 0;
	}
	if (strcmp(verb, "show") == 0)
		return gq_show(q, c, at + 1, one_line);
	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		if (strcmp(verb, acts[i].verb) == 0)
			return act_on_list(q, c, at + 1, acts[i].act);
	if (strcmp(verb, "update") == 0)
		return update(q, c);
	if (strcmp(verb, "delete") == 0)
		return delete_nodes(q, c);
	if (strcmp(verb, "reconfigure") == 0)
		return 0;
	buf_addf(c->errout, "invalid keyword: %s\n", verb);
	return 1;
}

/* Options may stand anywhere: "scontrol show nodes -o". */
int gq_scontrol(struct gq *q, struct gq_call *c)
{
	struct gq_words walk = { .argv = c->argv, .at = 1 };
	struct strs plain = STRS_INIT(100000);
	struct gq_call inner = *c;
	const struct gq_option *o;
	const char *value, *bad;
	bool one_line = false;
	int rc;

	strs_add(&plain, c->argv->v[0]);
	while (gq_next_word(&walk, options, ARRAY_LEN(options), &o, &value, &bad)) {
		if (bad || (o && o->letter == 'V')) {
			strs_clear(&plain);
			if (bad)
				buf_addf(c->errout, "scontrol: unrecognized option '%s'\n",
					 bad);
			else
				buf_adds(c->out, "slurm-wlm " GQ_VERSION "\n");
			return bad ? 1 : 0;
		}
		if (!o)
			strs_add(&plain, value);
		else if (o->letter == 'o')
			one_line = true;
	}
	inner.argv = &plain;
	rc = run_verb(q, &inner, 1, one_line);
	strs_clear(&plain);
	return rc;
}
