/*
 * What is done to nodes and jobs: the marked ones, or the one under the cursor. One table says
 * for each act how it is asked for, what undoes it and how much must be agreed to first; the
 * command table says the same for the prompt and the shell.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/job_facts.h"
#include "console/words.h"

#define CHOSEN_MOST 1000
#define LIST_TEXT   120
#define JOBS_FACT   1 /* of the facts about nodes, that about their jobs */

static const struct {
	const char *verb, *path, *back; /* back: what takes it back; NULL nothing does */
	const char *one, *many;		/* how it is told afterwards, behind the name */
	enum pane_id pane;
	enum confirm_level level;
	bool reason;
} acts[CHOSEN_ACTS] = {
	[ACT_DRAIN] = { "drain", "/v1/clusters/%/nodes/drain", "/v1/clusters/%/nodes/undrain",
			": no new jobs, deleted once it is empty",
			" take no new jobs and are deleted once empty", PANE_NODES,
			CONFIRM_UNDO, true },
	[ACT_UNDRAIN] = { "undrain", "/v1/clusters/%/nodes/undrain",
			  "/v1/clusters/%/nodes/drain", " takes jobs again", " take jobs again",
			  PANE_NODES, CONFIRM_UNDO, false },
	[ACT_TERMINATE] = { "terminate", "/v1/clusters/%/nodes/terminate", NULL, " is deleted",
			    " are deleted", PANE_NODES, CONFIRM_BOX, true },
	[ACT_KEEP] = { "keep", "/v1/clusters/%/nodes/keep", "/v1/clusters/%/nodes/unkeep",
		       " stays: scale-in leaves it alone", " stay: scale-in leaves them alone",
		       PANE_NODES, CONFIRM_UNDO, false },
	[ACT_HOLD] = { "hold", "/v1/clusters/%/jobs/hold", "/v1/clusters/%/jobs/release",
		       " does not start before it is released",
		       " do not start before they are released", PANE_JOBS, CONFIRM_UNDO,
		       false },
	[ACT_RELEASE] = { "release", "/v1/clusters/%/jobs/release", "/v1/clusters/%/jobs/hold",
			  " may start", " may start", PANE_JOBS, CONFIRM_UNDO, false },
	[ACT_REQUEUE] = { "requeue", "/v1/clusters/%/jobs/requeue", NULL,
			  " is back in the queue", " are back in the queue", PANE_JOBS,
			  CONFIRM_BOX, false },
	[ACT_CANCEL] = { "cancel", "/v1/clusters/%/jobs/cancel", NULL, " is cancelled",
			 " are cancelled", PANE_JOBS, CONFIRM_BOX, false },
};

static size_t chosen(const struct deck *d, enum pane_id pane, struct strs *out)
{
	const struct node *n = pane == PANE_NODES && deck_maps(d) ? deck_node(d) : NULL;

	if (pane != PANE_NODES || !deck_maps(d))
		return pane_chosen(&d->panes[pane], out);
	if (n)
		strs_add(out, n->name);
	return 0;
}

/* "htc-[1-4]" where the names allow it. */
static void list_text(const struct strs *names, char *out, size_t max)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	size_t used = 0;

	out[0] = '\0';
	if (hostlist_compress(&b, (const char *const *)names->v, names->n) == 0) {
		snprintf(out, max, "%s", buf_str(&b));
	} else {
		for (size_t i = 0; i < names->n && used + 1 < max; i++)
			used += (size_t)snprintf(out + used, max - used, "%s%s", i ? " " : "",
						 names->v[i]);
	}
	buf_clear(&b);
}

void deck_chosen_cli(const struct deck *d, enum pane_id pane, struct buf *out)
{
	struct strs names = STRS_INIT(CHOSEN_MOST);
	struct buf list = BUF_INIT(BUF_TEXT_MAX);

	chosen(d, pane, &names);
	if (hostlist_compress(&list, (const char *const *)names.v, names.n) == 0)
		quote_sh_word(out, buf_str(&list));
	else
		for (size_t i = 0; i < names.n; i++) {
			buf_adds(out, i ? " " : "");
			quote_sh_word(out, names.v[i]);
		}
	buf_clear(&list);
	strs_clear(&names);
}

/* Why not */

const char *deck_no_node(const struct deck *d, char out[80])
{
	(void)out;
	struct map_range range;

	if (d->focus != PANE_NODES)
		return "choose a node first";
	if (deck_maps(d) && map_range(&d->map, &d->panes[PANE_NODES], &range))
		return "a cell of several nodes: Enter lists them";
	return deck_node(d) || (!deck_maps(d) && pane_marks(&d->panes[PANE_NODES]))
		   ? NULL
		   : "no node is under the cursor";
}

const char *deck_no_job(const struct deck *d, char out[80])
{
	(void)out;
	if (d->focus != PANE_JOBS)
		return "choose a job first";
	return pane_name_at(&d->panes[PANE_JOBS]) ? NULL : "no job is under the cursor";
}

/* Doing */

static struct json *body_of(const struct deck *d, enum chosen_act what,
			    const struct strs *names)
{
	struct json *body = json_new_object();
	struct json *list =
	    json_set_array(body, acts[what].pane == PANE_NODES ? "nodes" : "ids");

	(void)d;
	for (size_t i = 0; i < names->n; i++)
		json_add(list, json_new_string(names->v[i]));
	return body;
}

/* A node that does not answer takes nothing yet, whatever was taken back. */
static void on_done(struct deck *d, const struct json *answer, const char *note)
{
	const struct json *silent = json_get(answer, "not_answering");

	if (json_len(silent) > 1)
		deck_say(d, TONE_WARN, "%s; %zu do not answer, and take none before", note,
			 json_len(silent));
	else if (json_len(silent) == 1)
		deck_say(d, TONE_WARN, "%s; %s does not answer, and takes none before", note,
			 json_text(json_at(silent, 0)));
	else
		deck_say(d, TONE_OK, "%s", note);
}

static void note_of(const struct deck *d, enum chosen_act what, const struct strs *names,
		    char out[160])
{
	char list[80];

	list_text(names, list, sizeof(list));
	if (names->n == 1)
		snprintf(out, 160, "%.60s%s", names->v[0], acts[what].one);
	else if (strlen(list) < 40)
		snprintf(out, 160, "%s%s", list, acts[what].many);
	else
		snprintf(out, 160, "%zu %s%s", names->n,
			 acts[what].pane == PANE_NODES ? "nodes" : "jobs", acts[what].many);
	if (acts[what].back)
		snprintf(out + strlen(out), 160 - strlen(out), "; %s" TAKES_BACK,
			 KEY_FOR(d, "undo"));
}

static void set_undo(struct deck *d, enum chosen_act what, const char *cluster,
		     const struct strs *names)
{
	char taken[120];

	snprintf(taken, sizeof(taken), "the %s of %.60s%s", acts[what].verb, names->v[0],
		 names->n > 1 ? " and others" : "");
	if (acts[what].back)
		deck_undo_set(d, taken, client_path(acts[what].back, cluster, (char *)NULL),
			      body_of(d, what, names));
	else
		deck_undo_none(d, taken, "");
}

/* "node drain"; CHOSEN_ACTS: none of them. */
static enum chosen_act act_called(const char *command)
{
	size_t i = 0;

	for (; i < CHOSEN_ACTS; i++) {
		const char *noun = acts[i].pane == PANE_NODES ? "node " : "job ";

		if (text_has_prefix(command, noun) &&
		    strcmp(command + strlen(noun), acts[i].verb) == 0)
			break;
	}
	return (enum chosen_act)i;
}

/* The names of a line behind its cluster; none where they cannot be read. */
static void typed_names(struct strs *out, enum chosen_act what, const struct command_run *run)
{
	bool read = true;

	for (size_t i = 1; read && i < run->args.n; i++)
		read = acts[what].pane == PANE_NODES
			   ? hostlist_expand(out, run->args.v[i], NULL) == 0
			   : strs_add(out, run->args.v[i]) == 0;
	if (!read)
		strs_clear(out);
}

bool deck_chosen_typed(struct deck *d, const struct command_run *run, char note[160])
{
	enum chosen_act what = act_called(run->command->name);
	struct strs names = STRS_INIT(CHOSEN_MOST);
	bool known = what < CHOSEN_ACTS && acts[what].back && run->args.n > 1;

	if (known)
		typed_names(&names, what, run);
	known = known && names.n > 0;
	if (known) {
		note_of(d, what, &names, note);
		set_undo(d, what, run->args.v[0], &names);
	}
	strs_clear(&names);
	return known;
}

static void do_now(struct deck *d)
{
	enum chosen_act what = d->chosen;
	const struct strs *names = &d->chosen_names;
	struct json *body = body_of(d, what, names);
	char note[160];

	note_of(d, what, names, note);
	set_undo(d, what, d->chosen_cluster, names);
	if (acts[what].reason)
		json_set_str(body, "reason", "asked for at the console");
	if (what == ACT_TERMINATE)
		json_set_bool(body, "force", true); /* the question told of the jobs */
	deck_post(d, client_path(acts[what].path, d->chosen_cluster, (char *)NULL), body,
		  on_done, note);
	if (!d->panes[acts[what].pane].alone) {
		table_unmark_all(&d->panes[acts[what].pane].table);
		pane_note_marks(&d->panes[acts[what].pane]);
	}
}

/* Asking: what is known of the rows that are here. typed: names of a line; NULL: of what is
 * marked, or under the cursor. */

static bool is_chosen(const struct pane *p, size_t i, const struct strs *typed)
{
	if (typed)
		return strs_has(typed, p->kind->name(p, i));
	return pane_marks(p) > 0 ? table_marked(&p->table, p->kind->id(p, i))
				 : pane_at(p) == (int64_t)i;
}

/* A line may name rows that are not here, and another cluster's: then nothing is known. */
static bool is_known(const struct deck *d, enum chosen_act what, const struct strs *typed)
{
	const struct pane *p = &d->panes[acts[what].pane];
	size_t here = 0;

	if (!typed)
		return true;
	for (size_t i = 0; p->have && i < p->rows.n; i++)
		here += is_chosen(p, i, typed);
	return here == typed->n && strcmp(d->chosen_cluster, d->cluster) == 0;
}

/* Of those that are here: jobs that run on them, and what they cost an hour. */
static int64_t jobs_on(const struct pane *p, const struct strs *typed, double *price)
{
	int64_t jobs = 0;

	for (size_t i = 0; p->have && i < p->rows.n; i++) {
		const struct node *n = &p->rows.u.nodes[i];

		if (!is_chosen(p, i, typed))
			continue;
		jobs += n->jobs > 0 ? n->jobs : 0;
		*price += n->price > 0 ? n->price : 0;
	}
	return jobs;
}

static void node_facts(const struct deck *d, const struct strs *typed, struct strs *facts)
{
	const struct pane *p = &d->panes[PANE_NODES];
	const char *them = d->chosen_names.n > 1 ? "them" : "it";
	double price = 0;
	int64_t jobs = jobs_on(p, typed, &price);
	char money[24];

	if (jobs > 0)
		strs_addf(facts, "%lld job%s on %s and END%s with %s", (long long)jobs,
			  jobs == 1 ? " runs" : "s run", them, jobs == 1 ? "S" : "", them);
	else
		strs_addf(facts, "no job runs on %s", them);
	strs_addf(facts, "saves %s/h, unless the queue asks for new ones",
		  money_text(money, price));
}

/* By their numbers, as the audit will have them (R6.3): in the place of how many they are. */
static void on_killed(struct deck *d, const struct json *answer, const char *note)
{
	const char *text = json_str(answer, "text", "");
	bool asked = d->mode == AT_DIALOG && d->dialog_yes == d->chosen_yes &&
		     d->chosen == ACT_TERMINATE && d->chosen_facts.n > JOBS_FACT;

	if (!asked || strcmp(note, d->chosen_facts.v[0]) != 0 || !text[0])
		return;
	free(d->chosen_facts.v[JOBS_FACT]);
	d->chosen_facts.v[JOBS_FACT] = xstrdup(text);
	d->chosen_list[JOBS_FACT] = d->chosen_facts.v[JOBS_FACT];
}

static void ask_killed(struct deck *d)
{
	struct buf list = BUF_INIT(BUF_TEXT_MAX);
	const struct strs *names = &d->chosen_names;

	if (hostlist_compress(&list, (const char *const *)names->v, names->n) == 0)
		deck_get_quietly(d,
				 client_path("/v1/clusters/%/killed?nodes=%", d->chosen_cluster,
					     buf_str(&list), (char *)NULL),
				 on_killed, d->chosen_facts.v[0]);
	buf_clear(&list);
}

/* A question of one line has room for one fact; NULL: none. */
static const char *drain_fact(struct deck *d, enum chosen_act what, const struct strs *typed)
{
	double price = 0;
	int64_t jobs = what == ACT_DRAIN ? jobs_on(&d->panes[PANE_NODES], typed, &price) : 0;

	if (what != ACT_DRAIN)
		return NULL;
	if (!is_known(d, what, typed))
		return "deleted once their jobs have ended";
	if (jobs == 0)
		return "no job runs on them, so they are deleted soon";
	snprintf(d->dialog_aside, sizeof(d->dialog_aside),
		 "deleted once their %lld job%s ended", (long long)jobs,
		 jobs == 1 ? " has" : "s have");
	return d->dialog_aside;
}

/* true: somebody else's work is among them. */
static bool job_facts(const struct deck *d, enum chosen_act what, const struct strs *typed,
		      struct strs *facts)
{
	const struct engine_row *e = mirror_engine(d->mirror);
	const struct cluster_row *c = deck_cluster(d);
	const struct pane *p = &d->panes[PANE_JOBS];
	struct job_facts f = { 0 };

	for (size_t i = 0; p->have && i < p->rows.n; i++)
		if (is_chosen(p, i, typed))
			job_facts_add(&f, &p->rows.u.jobs[i], e ? e->user : NULL,
				      c ? &c->cluster : NULL);
	job_facts_tell(&f,
		       what == ACT_REQUEUE
			   ? "what runs begins anew: what it did not save is lost"
			   : "what runs ends: what it did not save is lost",
		       facts);
	return f.other[0] != '\0';
}

static void ask(struct deck *d, enum chosen_act what, const struct strs *typed, size_t hidden,
		void (*yes)(struct deck *d))
{
	const struct strs *names = &d->chosen_names;
	bool known = is_known(d, what, typed);
	struct dialog_spec spec = { .level = acts[what].level,
				    .opener = d->pressed == K_ENTER ? 0 : d->pressed,
				    .count = names->n };
	const char *noun = acts[what].pane == PANE_NODES ? "node" : "job";
	char list[LIST_TEXT];

	strs_clear(&d->chosen_facts);
	list_text(names, list, sizeof(list));
	strs_add(&d->chosen_facts, list);
	if (!known)
		strs_add(&d->chosen_facts,
			 acts[what].pane == PANE_NODES
			     ? "jobs that run there end, too"
			     : "what runs ends: what it did not save is lost");
	else if (acts[what].pane == PANE_NODES)
		node_facts(d, typed, &d->chosen_facts);
	else
		spec.others = job_facts(d, what, typed, &d->chosen_facts);
	if (hidden > 0)
		strs_addf(&d->chosen_facts, "%zu of them are out of sight now", hidden);
	for (size_t i = 0; i < ARRAY_LEN(d->chosen_list); i++)
		d->chosen_list[i] = i < d->chosen_facts.n ? d->chosen_facts.v[i] : NULL;
	snprintf(d->dialog_title, sizeof(d->dialog_title), "%c%s %zu %s%s",
		 acts[what].verb[0] - 32, acts[what].verb + 1, names->n, noun,
		 names->n == 1 ? "" : "s");
	snprintf(d->dialog_question, sizeof(d->dialog_question), "%s %zu %s%s?",
		 acts[what].verb, names->n, noun, names->n == 1 ? "" : "s");
	spec.title = d->dialog_title;
	spec.question = d->dialog_question;
	spec.facts = d->chosen_list;
	spec.aside = drain_fact(d, what, typed);
	d->chosen = what;
	d->chosen_yes = yes;
	deck_ask(d, &spec, yes);
	if (what == ACT_TERMINATE)
		ask_killed(d);
}

bool deck_ask_typed(struct deck *d, const struct command_run *run, void (*yes)(struct deck *d))
{
	enum chosen_act what = act_called(run->command->name);
	struct strs *names = &d->chosen_names;

	if (what == CHOSEN_ACTS || run->args.n < 2)
		return false;
	strs_clear(names);
	typed_names(names, what, run);
	snprintf(d->chosen_cluster, sizeof(d->chosen_cluster), "%s", run->args.v[0]);
	if (names->n > 0)
		ask(d, what, names, 0, yes);
	return names->n > 0;
}

/* What was asked about is what is done: the row under the cursor may have gone meanwhile. */
void act_chosen(struct deck *d, enum chosen_act what)
{
	size_t hidden;

	strs_clear(&d->chosen_names);
	snprintf(d->chosen_cluster, sizeof(d->chosen_cluster), "%s", d->cluster);
	hidden = chosen(d, acts[what].pane, &d->chosen_names);
	d->chosen = what;
	if (d->chosen_names.n == 1 && acts[what].level == CONFIRM_UNDO)
		do_now(d);
	else if (d->chosen_names.n > 0)
		ask(d, what, NULL, hidden, do_now);
}

void act_drain(struct deck *d)
{
	act_chosen(d, ACT_DRAIN);
}
