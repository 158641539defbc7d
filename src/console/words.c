#include "console/words.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

const char *words_kind(bool spot)
{
	return spot ? "spot" : "ded";
}

/* Nodes */

static const struct {
	const char *word;
	enum tone tone;
} node_words[NODE_STATES] = {
	[NODE_PLANNED] = { "plan", TONE_BOOT },	    [NODE_REQUESTED] = { "ask", TONE_BOOT },
	[NODE_ALLOCATING] = { "alloc", TONE_BOOT }, [NODE_BOOTING] = { "boot", TONE_BOOT },
	[NODE_JOINING] = { "join", TONE_BOOT },	    [NODE_IDLE] = { "idle", TONE_IDLE },
	[NODE_BUSY] = { "busy", TONE_BUSY },	    [NODE_DRAINING] = { "drain", TONE_WARN },
	[NODE_DELETING] = { "del", TONE_WARN },	    [NODE_GONE] = { "gone", TONE_OFF },
	[NODE_FAILED] = { "fail", TONE_FAIL },	    [NODE_EVICTED] = { "evict", TONE_SPOT },
	[NODE_UNHEALTHY] = { "lost", TONE_FAIL },   [NODE_DEALLOCATED] = { "hiber", TONE_OFF },
};

const char *words_node_state(enum node_state s)
{
	return node_words[s].word;
}

enum tone words_node_tone(enum node_state s)
{
	return node_words[s].tone;
}

const char *words_node_name(char out[WORDS_NAME], const char *node, const char *host)
{
	bool other = host[0] && strcmp(host, node) != 0;

	snprintf(out, WORDS_NAME, "%.63s%s%.63s%s", node, other ? " (host " : "",
		 other ? host : "", other ? ")" : "");
	return out;
}

enum tone words_glyph_tone(char glyph)
{
	for (int s = 0; s < NODE_STATES; s++)
		if (node_state_glyph((enum node_state)s) == glyph)
			return node_words[s].tone;
	return TONE_TEXT;
}

/* States that read as one thing to an operator, in the order in which they matter. */
static const struct {
	const char *word;
	enum tone tone;
	enum node_state states[4];
	size_t n;
} groups[COUNT_WORDS] = {
	{ "fail", TONE_FAIL, { NODE_FAILED }, 1 },
	{ "lost", TONE_FAIL, { NODE_UNHEALTHY }, 1 },
	{ "evict", TONE_SPOT, { NODE_EVICTED }, 1 },
	{ "busy", TONE_BUSY, { NODE_BUSY }, 1 },
	{ "idle", TONE_IDLE, { NODE_IDLE }, 1 },
	{ "boot", TONE_BOOT, { NODE_BOOTING, NODE_JOINING }, 2 },
	{ "alloc", TONE_BOOT, { NODE_PLANNED, NODE_REQUESTED, NODE_ALLOCATING }, 3 },
	{ "drain", TONE_WARN, { NODE_DRAINING, NODE_DELETING }, 2 },
};

size_t words_counts(struct count_word out[COUNT_WORDS], const int64_t count[NODE_STATES],
		    int64_t max)
{
	size_t n = 0;

	for (size_t g = 0; g < ARRAY_LEN(groups); g++) {
		int64_t sum = 0;

		for (size_t i = 0; i < groups[g].n; i++)
			sum += count[groups[g].states[i]];
		if (sum == 0)
			continue;
		out[n].tone = groups[g].tone;
		snprintf(out[n++].text, sizeof(out[0].text), "%lld %s", (long long)sum,
			 groups[g].word);
	}
	if (n > 0)
		return n;
	out[0].tone = TONE_OFF;
	if (max >= 0)
		snprintf(out[0].text, sizeof(out[0].text), "0 of %lld", (long long)max);
	else
		snprintf(out[0].text, sizeof(out[0].text), "none");
	return 1;
}

/* Jobs */

/* "afterok:12" is Slurm's word, "12(ok)" PBS's: the job's number is what matters. */
static void why_after(char out[WORDS_MAX], const char *dependency)
{
	const char *colon = strchr(dependency, ':');

	if (dependency[0])
		snprintf(out, WORDS_MAX, "waits for job %.120s",
			 colon && colon[1] ? colon + 1 : dependency);
	else
		snprintf(out, WORDS_MAX, "waits for another job");
}

/* In a narrow cell the numbers count: they stand at the end of the sentence. */
static const char *verdict_of(const char *waits)
{
	static const char *const kinds[] = { "no capacity: ", "at a limit: " };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (text_has_prefix(waits, kinds[i]))
			return waits + strlen(kinds[i]);
	return waits;
}

static void why_verdict(char out[WORDS_MAX], const struct job *j)
{
	struct job of = *j;
	char text[JOB_VERDICT];

	of.waits = verdict_of(j->waits);
	snprintf(out, WORDS_MAX, "%.159s", job_verdict(text, &of));
}

/* "14:05", "11-30 14:05" when that is another day than today. */
static void begin_time(char out[CLOCK_TEXT], int64_t at_ms)
{
	char at[CLOCK_TEXT], today[CLOCK_TEXT];
	bool other;

	clock_text(at, at_ms);
	clock_text(today, clock_utc_ms());
	other = strncmp(at, today, 10) != 0;
	snprintf(out, CLOCK_TEXT, "%.5s%s%.5s", other ? at + 5 : "", other ? " " : "", at + 11);
}

/* Of one that was put back into the queue its engine tells why. */
static void why_later(char out[WORDS_MAX], const struct job *j)
{
	const char *waits = j->waits ? j->waits : "";
	char when[CLOCK_TEXT];

	if (j->start_s > 0)
		begin_time(when, j->start_s * 1000);
	snprintf(out, WORDS_MAX, "%.120s%sbegins %s%s", waits, waits[0] ? "; " : "",
		 j->start_s > 0 ? "at " : "later", j->start_s > 0 ? when : "");
}

static void why_pending(char out[WORDS_MAX], const struct job *j, int64_t booting)
{
	const char *says = j->reason && j->reason[0] ? j->reason : "no reason given";

	switch (j->reason_class) {
	case REASON_NONE:
	case REASON_RESOURCES:
		if (j->waits && j->waits[0]) /* what the engine knows better */
			why_verdict(out, j);
		else if (booting == 1)
			snprintf(out, WORDS_MAX, "waits: 1 node boots");
		else if (booting > 0)
			snprintf(out, WORDS_MAX, "waits: %lld nodes boot", (long long)booting);
		else
			snprintf(out, WORDS_MAX, "waits for nodes");
		break;
	case REASON_NEVER:
		snprintf(out, WORDS_MAX, "never: %.140s", says);
		break;
	case REASON_LIMIT:
		snprintf(out, WORDS_MAX, "limit: %.140s", says);
		break;
	case REASON_HOLD:
		snprintf(out, WORDS_MAX, "held: %.120s", says);
		break;
	case REASON_DEPENDENCY:
		why_after(out, j->dependency ? j->dependency : "");
		break;
	case REASON_TIME:
		why_later(out, j);
		break;
	case REASON_QUEUE:
		snprintf(out, WORDS_MAX, "queue closed: %.120s", says);
		break;
	case REASON_UNKNOWN:
		snprintf(out, WORDS_MAX, "waits: %.150s", says);
		break;
	}
}

/* "12:03 exit 3 on htc-14" */
static void why_ended(char out[WORDS_MAX], const struct job *j)
{
	const char *says = j->reason && j->reason[0] ? j->reason : job_state_name(j->state);
	const char *nodes = j->nodes ? j->nodes : "";
	char when[CLOCK_TEXT] = "";

	if (j->end_s > 0)
		clock_hms(when, j->end_s * 1000);
	snprintf(out, WORDS_MAX, "%.5s%s%.86s%s%.58s", when, when[0] ? " " : "", says,
		 nodes[0] ? " on " : "", nodes);
}

const char *words_job_why(char out[WORDS_MAX], const struct job *j, int64_t booting)
{
	const char *nodes = j->nodes && j->nodes[0] ? j->nodes : "";

	switch (j->state) {
	case JOB_PENDING:
		why_pending(out, j, booting);
		break;
	case JOB_HELD:
		snprintf(out, WORDS_MAX, "held: %.150s",
			 j->reason && j->reason[0] ? j->reason : "release lets it go");
		break;
	case JOB_STARTING:
		snprintf(out, WORDS_MAX, "starts on %.140s", nodes[0] ? nodes : "its nodes");
		break;
	case JOB_RUNNING:
		snprintf(out, WORDS_MAX, "%.159s", nodes);
		break;
	case JOB_COMPLETING:
		snprintf(out, WORDS_MAX, "ends on %.140s", nodes);
		break;
	default:
		why_ended(out, j);
	}
	return out;
}

const char *words_job_state(enum job_state s)
{
	static const char *const words[JOB_STATES] = {
		[JOB_PENDING] = "PEND", [JOB_HELD] = "HELD",	   [JOB_STARTING] = "CONF",
		[JOB_RUNNING] = "RUN",	[JOB_COMPLETING] = "COMP", [JOB_SUSPENDED] = "SUSP",
		[JOB_DONE] = "DONE",	[JOB_FAILED] = "FAIL",	   [JOB_CANCELLED] = "CANC",
		[JOB_UNKNOWN] = "?",
	};

	return words[s];
}

enum tone words_job_tone(enum job_state s)
{
	switch (s) {
	case JOB_RUNNING:
	case JOB_COMPLETING:
		return TONE_BUSY;
	case JOB_STARTING:
		return TONE_BOOT;
	case JOB_HELD:
	case JOB_SUSPENDED:
		return TONE_WARN;
	case JOB_FAILED:
	case JOB_UNKNOWN:
		return TONE_FAIL;
	case JOB_DONE:
	case JOB_CANCELLED:
		return TONE_OFF;
	default:
		return TONE_TEXT;
	}
}

/* Clusters and events */

enum tone words_cluster_tone(enum cluster_state s)
{
	switch (s) {
	case CLUSTER_RUNNING:
		return TONE_OK;
	case CLUSTER_STARTING:
		return TONE_BOOT;
	case CLUSTER_STOPPING:
	case CLUSTER_DELETING:
		return TONE_WARN;
	case CLUSTER_KEPT:
		return TONE_MONEY;
	case CLUSTER_FAILED:
	case CLUSTER_RESIDUE:
		return TONE_FAIL;
	default:
		return TONE_OFF;
	}
}

static bool is_of_name(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '-' || c == '@';
}

/* "cancelled by op": the sentence tells the person itself. */
static bool tells_actor(const char *text, const char *actor)
{
	size_t n = strlen(actor);

	for (const char *by = text; (by = strstr(by, "by ")); by += 3)
		if ((by == text || by[-1] == ' ' || by[-1] == '(') &&
		    strncmp(by + 3, actor, n) == 0 && !is_of_name(by[3 + n]))
			return true;
	return false;
}

/* As a word of its own: job 1 is not named by "its node htc-1 was evicted". */
static bool names_object(const char *text, const char *object)
{
	size_t n = strlen(object);

	for (const char *at = text; (at = strstr(at, object)); at++)
		if ((at == text || !is_of_name(at[-1])) && !is_of_name(at[n]))
			return true;
	return false;
}

const char *words_event(char out[WORDS_EVENT], const struct event *e)
{
	bool told =
	    strcmp(e->actor, "engine") == 0 || !e->actor[0] || tells_actor(e->text, e->actor);
	bool named = !e->object[0] || names_object(e->text, e->object);

	snprintf(out, WORDS_EVENT, "%s%s%s%s%s%s", named ? "" : e->object, named ? "" : " ",
		 e->text, told ? "" : " (by ", told ? "" : e->actor, told ? "" : ")");
	return out;
}

enum tone words_event_tone(enum event_level l)
{
	return l == EVENT_ERROR ? TONE_FAIL : l == EVENT_WARN ? TONE_WARN : TONE_TEXT;
}

const char *words_number(char out[24], int64_t n)
{
	if (n < 10000)
		snprintf(out, 24, "%lld", (long long)n);
	else if (n < 1000000)
		snprintf(out, 24, "%.1fk", (double)n / 1000);
	else
		snprintf(out, 24, "%.1fM", (double)n / 1000000);
	return out;
}

const char *words_age(char out[CLOCK_TEXT], int64_t ms)
{
	if (ms >= 60000)
		return clock_span(out, ms);
	snprintf(out, CLOCK_TEXT, "<1m");
	return out;
}

const char *words_jobs_of(char out[40], const struct cluster_row *r)
{
	return r->view.queue_unread ? "?"
				    : words_jobs(out, r->view.jobs_running,
						 r->view.jobs_pending, r->view.jobs_held);
}

const char *words_jobs(char out[40], int64_t running, int64_t pending, int64_t held)
{
	char r[24], p[24], h[24] = "";

	if (held > 0)
		words_number(h, held);
	snprintf(out, 40, "%.12sR/%.12sP%s%.9s%s", words_number(r, running),
		 words_number(p, pending), h[0] ? "/" : "", h, h[0] ? "H" : "");
	return out;
}

const char *words_queue(char out[80], const struct cluster_view *v)
{
	char r[24], p[24], h[24];

	snprintf(out, 80, "%s run  %s pend", words_number(r, v->jobs_running),
		 words_number(p, v->jobs_pending));
	if (v->jobs_held > 0)
		snprintf(out + strlen(out), 80 - strlen(out), "  %s held",
			 words_number(h, v->jobs_held));
	return out;
}

const char *words_op_state(const struct operation *o)
{
	if (o->state != OP_RUNNING)
		return op_state_name(o->state);
	return o->next_try_ms ? "waits" : "running";
}

bool words_op_due(const struct operation *o)
{
	return o->state == OP_RUNNING && o->next_try_ms > 0 && !o->error[0];
}

const char *words_op_time(char out[40], const struct operation *o, int64_t now_ms)
{
	int64_t left = o->next_try_ms - now_ms;
	char span[CLOCK_TEXT];

	if (!words_op_due(o))
		snprintf(out, 40, "%s", clock_span(span, now_ms - o->started_ms));
	else if (left >= 0)
		snprintf(out, 40, "in %s", clock_span(span, left));
	else
		snprintf(out, 40, "late by %s", clock_span(span, -left));
	return out;
}

enum tone words_op_tone(const struct operation *o)
{
	static const enum tone tones[OP_STATES] = { [OP_RUNNING] = TONE_BOOT,
						    [OP_DONE] = TONE_OK,
						    [OP_FAILED] = TONE_FAIL,
						    [OP_CANCELLED] = TONE_DIM };

	return o->state == OP_RUNNING && o->error[0] ? TONE_WARN : tones[o->state];
}

enum tone words_under_way(const struct operation *v, size_t n, bool wide, char out[64])
{
	const struct operation *one = NULL;
	enum tone tone = TONE_BOOT;
	char step[48], of[48] = "";
	size_t running = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (v[i].state != OP_RUNNING)
			continue;
		one = &v[i];
		running++;
		tone = words_op_tone(one) == TONE_WARN ? TONE_WARN : tone;
	}
	if (running > 1)
		snprintf(out, 64, wide ? "%zu operations" : "%zu ops", running);
	if (running != 1)
		return tone;
	if (one->step_no > 0)
		snprintf(step, sizeof(step), "%lld/%lld", (long long)one->step_no,
			 (long long)one->step_count);
	else
		snprintf(step, sizeof(step), "%s", one->step);
	if (wide)
		snprintf(of, sizeof(of), " of %.20s", one->cluster);
	snprintf(out, 64, "op %s%s %.12s", op_kind_name(one->kind), of, step);
	return tone;
}

const char *words_kept(char out[WORDS_MAX], const struct node *n, int64_t now_ms)
{
	int64_t since = n->array_kept_ms ? n->array_kept_ms : n->kept_ms;
	char when[CLOCK_TEXT], rate[24], sum[24], who[48];

	snprintf(who, sizeof(who), "by %s", n->kept_by[0] ? n->kept_by : "an operator");
	snprintf(out, WORDS_MAX, "%s%s%s: it does not go by itself; %s/h, %s so far",
		 n->array_kept_ms ? "with its array" : who, since ? " since " : "",
		 since ? clock_hms(when, since) : "", money_text(rate, n->price),
		 money_text(sum, node_kept_cost(n, now_ms)));
	return out;
}

const char *words_node_next(const struct node *n)
{
	static const char *const next[NODE_STATES] = {
		[NODE_PLANNED] = "the cloud is asked for its machine",
		[NODE_REQUESTED] = "the cloud is asked for its machine; where it refuses, the "
				   "size rests and another is tried",
		[NODE_ALLOCATING] = "the cloud makes its machine; where it refuses, the size "
				    "rests and another is tried",
		[NODE_BOOTING] = "it has its array's boot time to join; then its machine is "
				 "deleted and another is asked for",
		[NODE_JOINING] = "it has its array's boot time to join; then its machine is "
				 "deleted and another is asked for",
		[NODE_IDLE] = "it goes when its idle time is over and nothing waits for it",
		[NODE_BUSY] = "it stays as long as jobs run on it",
		[NODE_DRAINING] = "it takes no new jobs; its machine is deleted once a fresh "
				  "reading shows it empty, unless undrain keeps it",
		[NODE_DELETING] = "the cloud deletes its machine; the row goes with it",
		[NODE_GONE] = "nothing: it is gone",
		[NODE_FAILED] = "its machine is deleted at once; jobs that still wait get "
				"another node; a size that fails twice in a row rests",
		[NODE_EVICTED] = "the cloud took its machine; its jobs are put back into the "
				 "queue and get another node",
		[NODE_UNHEALTHY] =
		    "its jobs are put back into the queue, and its machine is deleted when "
		    "it is empty; if it answers before, it takes jobs again",
		[NODE_DEALLOCATED] = "its machine is off and its disk is kept",
	};

	return n->terminate_asked && n->state != NODE_DELETING && n->state != NODE_GONE
		   ? "it is deleted when it is empty, as somebody asked for"
		   : next[n->state];
}
