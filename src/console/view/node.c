/* One node: what is wrong or what it does, what comes next and by whom, how it came up, what it
 * costs, who it is in the cloud, its jobs and what happened to it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/strs.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/words.h"

#define TWO_COLS    118 /* from so many on, events and jobs stand beside the facts */
#define BAR_LEAST   10
#define BAR_MOST    48
#define PHASE_COLS  40 /* in front of a bar */
#define EVENTS_MOST 12
#define NAMES_MOST  4096 /* of one list */

/* Cause first, then what follows from it. */
static void says(const struct deck *d, struct textbox *out, const struct node *n)
{
	char when[CLOCK_TEXT], age[CLOCK_TEXT], kept[WORDS_MAX];
	bool bad = words_node_tone(n->state) == TONE_FAIL;

	if (bad && n->reason[0])
		textbox_add(out, TONE_FAIL, "cause     %s", n->reason);
	textbox_add(out, words_node_tone(n->state), "state     %c %s since %s, %s",
		    node_state_glyph(n->state), node_state_word(n->state),
		    clock_hms(when, n->since_ms), words_age(age, deck_now(d) - n->since_ms));
	if (!bad && n->reason[0])
		textbox_add(out, TONE_TEXT, "reason    %s", n->reason);
	textbox_add(out, TONE_TEXT, "next      %s", words_node_next(n));
	if (node_is_kept(n))
		textbox_add(out, TONE_WARN, "kept      %s", words_kept(kept, n, deck_now(d)));
	if (n->boot_tries > 1)
		textbox_add(out, TONE_WARN, "tries     this is boot %lld of it",
			    (long long)n->boot_tries);
}

struct offers { /* keys with what they do, as many in a line as fit */
	struct textbox *out;
	char line[240];
	size_t used;
	int columns;
};

static void offer(struct offers *o, const struct deck *d, const struct binding *b)
{
	char item[120], why[80], key[KEYS_TEXT];
	const char *off = binding_off(d, b, why);

	snprintf(item, sizeof(item), "%s %.40s%s%.50s%s", binding_key(d, b, key), b->help,
		 off ? " (" : "", off ? off : "", off ? ")" : "");
	if (o->used && (int)(o->used + strlen(item)) > o->columns - 16) {
		textbox_add(o->out, TONE_KEY, "%s", o->line);
		o->used = 0;
	}
	o->used += (size_t)snprintf(o->line + o->used, sizeof(o->line) - o->used, "%s%s",
				    o->used ? "   " : "  ", item);
}

/* What it wrote comes first: of one that failed it is what is wanted. A node drains or does
 * not: the act that would change nothing is left out. */
static void can_do(const struct deck *d, struct textbox *out, const struct node *n, int columns)
{
	bool drains = n->state == NODE_DRAINING || n->drain_asked;
	const struct binding *first[] = { binding_named(d, "Log"),
					  drains ? NULL : binding_named(d, "Drain") };
	const struct binding *undrain = binding_named(d, "Undrain");
	struct offers o = { .out = out, .columns = columns };

	for (size_t i = 0; i < ARRAY_LEN(first); i++)
		if (first[i])
			offer(&o, d, first[i]);
	for (const struct binding *b = node_keys; b->keys; b++)
		if (strcmp(b->group, GROUP_ACT) == 0 && (drains || b != undrain))
			offer(&o, d, b);
	if (o.used)
		textbox_add(out, TONE_KEY, "%s", o.line);
}

struct phase {
	const char *name;
	int64_t from_ms, to_ms; /* to 0: it is under way, or was never reached */
};

/* "  [ok] machine  12:01:02   38s  .....####......": where it lies in the whole way up. */
static void phase_line(struct textbox *out, const struct phase *p, int64_t zero, int64_t end,
		       bool now, int cols)
{
	char when[CLOCK_TEXT], span[CLOCK_TEXT], bar[BAR_MOST + 1];
	int64_t to = p->to_ms ? p->to_ms : end, all = end > zero ? end - zero : 1;

	if (!p->from_ms) {
		textbox_add(out, TONE_DIM, "  [  ] %s", p->name);
		return;
	}
	int first = (int)((p->from_ms - zero) * cols / all);
	int last = (int)((to - zero) * cols / all); /* the shortest is seen as well */

	for (int i = 0; i < cols; i++)
		bar[i] = i == first || (i > first && i < last) ? '#' : '.';
	bar[cols] = '\0';
	textbox_add(out,
		    p->to_ms ? TONE_OK
		    : now    ? TONE_BOOT
			     : TONE_FAIL,
		    "  [%s] %-9s %s %8s  %s",
		    p->to_ms ? "ok"
		    : now    ? "> "
			     : "!!",
		    p->name, clock_hms(when, p->from_ms),
		    now && !p->to_ms ? words_age(span, to - p->from_ms)
				     : clock_span(span, to - p->from_ms),
		    bar);
}

static void way_up(const struct deck *d, struct textbox *out, const struct node *n, int columns)
{
	const struct phase phases[] = {
		{ "acquire", n->requested_ms, n->bound_ms },
		{ "boot", n->bound_ms, n->booted_ms },
		{ "join", n->booted_ms, n->joined_ms },
	};
	bool up = node_is_booting(n->state);
	int64_t end = n->joined_ms ? n->joined_ms : up ? deck_now(d) : n->since_ms;
	int cols = columns - PHASE_COLS;
	char span[CLOCK_TEXT];

	if (!n->requested_ms)
		return;
	cols = cols < BAR_LEAST ? BAR_LEAST : cols > BAR_MOST ? BAR_MOST : cols;
	textbox_add(out, TONE_TITLE, "way up%s%s", n->joined_ms ? ", in " : "",
		    n->joined_ms ? clock_span(span, n->joined_ms - n->requested_ms) : "");
	for (size_t i = 0; i < ARRAY_LEN(phases); i++)
		phase_line(out, &phases[i], n->requested_ms, end, up, cols);
	if (n->phase[0] && !n->joined_ms)
		textbox_add(out, TONE_BOOT, "       last mark of its script: %s", n->phase);
}

static void facts(const struct deck *d, struct textbox *out, const struct node *n)
{
	char mem[24], rate[24], sum[24], span[CLOCK_TEXT];

	textbox_add(out, TONE_TITLE, "what it is");
	textbox_add(out, TONE_TEXT, "  array   %s, generation %lld", n->array,
		    (long long)n->generation);
	textbox_add(out, TONE_TEXT, "  size    %s, %s%s%s: %lld cpus, %s%s",
		    vm_size_short(n->size), node_bought(n->spot),
		    n->zone[0] ? ", zone " : "", n->zone, (long long)n->cpus,
		    size_text(mem, n->mem_bytes), n->gpus ? ", gpus" : "");
	textbox_add(
	    out, TONE_MONEY, "  cost    %s/h%s%s", money_text(rate, n->price),
	    n->bound_ms && n->price >= 0 ? ", so far " : "",
	    n->bound_ms && n->price >= 0
		? money_text(sum, n->price * (double)(deck_now(d) - n->bound_ms) / 3600000.0)
		: "");
	if (n->state == NODE_IDLE && n->idle_since_ms && n->price > 0)
		textbox_add(
		    out, TONE_WARN, "  waste   idle for %s: %s of it for nothing",
		    words_age(span, deck_now(d) - n->idle_since_ms),
		    money_text(sum, n->price * (double)(deck_now(d) - n->idle_since_ms) /
					3600000.0));
	if (n->host[0] || n->address[0])
		textbox_add(out, TONE_TEXT, "  host    %s  %s", n->host, n->address);
	if (n->vm_name[0])
		textbox_add(out, TONE_TEXT, "  vm      %s", n->vm_name);
	if (n->vm_id[0])
		textbox_add(out, TONE_DIM, "  id      %s", n->vm_id);
	if (n->set_id[0])
		textbox_add(out, TONE_DIM, "  set     %s", n->set_id);
}

/* Is it one of "htc-1,htc-[3-4]"? Of a list that was cut the names before the cut are known. */
static bool names_node(const char *list, const char *name)
{
	struct strs names = STRS_INIT(NAMES_MOST);
	bool found = strcmp(list, name) == 0;

	if (!found && strpbrk(list, ",["))
		hostlist_expand(&names, list, NULL);
	for (size_t i = 0; i < names.n && !found; i++)
		found = strcmp(names.v[i], name) == 0;
	strs_clear(&names);
	return found;
}

static void jobs_on(const struct deck *d, struct textbox *out, const struct node *n)
{
	const struct pane *p = &d->panes[PANE_JOBS];
	size_t told = 0;

	textbox_add(out, TONE_TITLE, "jobs on it%s", n->jobs < 0 ? ": not known" : "");
	for (size_t i = 0; p->have && i < p->rows.n; i++) {
		const struct job *j = &p->rows.u.jobs[i];
		char age[CLOCK_TEXT];

		if (!job_has_nodes(j) || !names_node(j->nodes, n->name))
			continue;
		told++;
		textbox_add(out, words_job_tone(j->state), "  %-10s %-14s %-8s %s %s", j->id,
			    j->name, j->user, words_job_state(j->state),
			    words_age(age, deck_now(d) - j->start_s * 1000));
	}
	if (told == 0 && n->job[0])
		textbox_add(out, TONE_BUSY, "  %s of %s%s", n->job, n->user,
			    n->jobs > 1 ? " and more" : "");
	else if (told == 0 && n->jobs >= 0)
		textbox_add(out, TONE_DIM, "  none");
}

static void events_of(const struct deck *d, struct textbox *out, const char *name)
{
	const struct pane *p = &d->panes[PANE_EVENTS];
	size_t told = 0;

	textbox_add(out, TONE_TITLE, "what happened");
	for (size_t i = 0; p->have && i < p->rows.n && told < EVENTS_MOST; i++) {
		const struct event *e = &p->rows.u.events[i];
		char when[CLOCK_TEXT];

		if (strcmp(e->cluster, d->cluster) != 0 || !names_node(e->object, name))
			continue;
		told++;
		textbox_add(out, words_event_tone(e->level), "  %s %s",
			    clock_hms(when, e->at_ms), e->text);
	}
	if (told == 0)
		textbox_add(out, TONE_DIM, "  nothing among the newest; 4 has them all");
}

static int row_count(struct deck *d, int columns)
{
	const struct node *n = deck_node(d);
	bool two = columns >= TWO_COLS;
	struct textbox *beside = two ? &d->detail : &d->under;
	int left, right;

	textbox_open(&d->under, "");
	textbox_open(&d->detail, "");
	if (!n) {
		textbox_add(&d->under, TONE_DIM, "it is not there any more");
		if (strncmp(d->sought, "name=", 5) == 0)
			events_of(d, &d->under, d->sought + 5);
		return textbox_rows(&d->under, columns - 2);
	}
	says(d, &d->under, n);
	textbox_add(&d->under, TONE_TITLE, "what you can do");
	can_do(d, &d->under, n, two ? columns / 2 : columns);
	way_up(d, &d->under, n, two ? columns / 2 : columns);
	facts(d, &d->under, n);
	jobs_on(d, beside, n);
	events_of(d, beside, n->name);
	deck_add_why(d, beside);
	left = textbox_rows(&d->under, two ? columns / 2 - 2 : columns - 2);
	right = two ? textbox_rows(&d->detail, columns - columns / 2 - 2) : 0;
	return left > right ? left : right;
}

static void draw_row(struct deck *d, struct screen *s, struct area line, int i)
{
	int half = line.cols / 2;

	if (line.cols < TWO_COLS) {
		view_detail_row(d, s, line, i);
		return;
	}
	textbox_paint_line(&d->under, s, (struct area){ line.row, line.col + 1, 1, half - 2 },
			   i);
	screen_line(s, line.row, line.col + half - 1, LINE_V, TONE_DIM);
	textbox_paint_line(
	    &d->detail, s,
	    (struct area){ line.row, line.col + half + 1, 1, line.cols - half - 2 }, i);
}

const struct view view_node = {
	.title = "Node",
	.place = "node",
	.pane = PANE_NODES,
	.parent = &view_nodes,
	.keys = node_keys,
	.hint =
	    "{log} log  {shell} shell  {explain} why  {drain} drain  {undrain} undrain  {keep} keep  {terminate} terminate...  Esc back",
	.row_count = row_count,
	.draw_row = draw_row,
};
