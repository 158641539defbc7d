#include "console/plan_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

static const char with_cluster[] = "it goes with the cluster";

static const char *plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

static const char *last_part(const char *id)
{
	const char *slash = strrchr(id, '/');

	return slash ? slash + 1 : id;
}

static struct plan_row *add(struct plan_tree *t, char stage, char mark, enum tone tone,
			    const char *act, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

static struct plan_row *add(struct plan_tree *t, char stage, char mark, enum tone tone,
			    const char *act, const char *fmt, ...)
{
	struct plan_row *r;
	va_list ap;

	GROW(t->v, t->n, t->cap);
	r = &t->v[t->n++];
	*r = (struct plan_row){ .stage = stage, .mark = mark, .tone = tone };
	r->fixed = with_cluster;
	snprintf(r->act, sizeof(r->act), "%s", act);
	va_start(ap, fmt);
	vsnprintf(r->what, sizeof(r->what), fmt, ap);
	va_end(ap);
	return r;
}

/*
 * Stages 1 and 2: the queue, the arrays, whose jobs run there
 */

/* Enter lists them: who loses what. count: of all, as the engine lists the first ones. */
static void add_jobs(struct plan_tree *t, char stage, const char *key, const struct json *jobs,
		     int64_t count)
{
	struct plan_row *r = &t->v[t->n - 1];
	bool open = strs_has(&t->open, key);
	char span[48];

	if (json_len(jobs) == 0 || t->typed)
		return;
	r->jobs = jobs;
	snprintf(r->key, sizeof(r->key), "%s", key);
	snprintf(span, sizeof(span), " (Enter %s)", open ? "folds" : "lists");
	strncat(r->what, span, sizeof(r->what) - strlen(r->what) - 1);
	for (size_t i = 0; open && i < json_len(jobs); i++) {
		const struct json *j = json_at(jobs, i);
		const char *nodes = json_str(j, "nodes", "");
		struct plan_row *one =
		    add(t, stage, '\0', TONE_TEXT, nodes[0] ? nodes : "waits",
			"%-12.20s %-10.16s %.40s", json_str(j, "id", "?"),
			json_str(j, "user", "?"), json_str(j, "name", ""));

		one->listed = true;
		one->thing = j;
	}
	if (open && count > (int64_t)json_len(jobs))
		add(t, stage, '\0', TONE_DIM, "", "and %lld more",
		    (long long)count - (long long)json_len(jobs))
		    ->listed = true;
}

static void add_cluster(struct plan_tree *t, const struct json *plan)
{
	long long nodes = json_int(plan, "nodes", 0),
		  pending = json_int(plan, "jobs_pending", 0);
	char act[60];

	snprintf(act, sizeof(act), nodes ? "STOP, drain %lld node%s" : "STOP", nodes,
		 plural(nodes));
	add(t, '1', 'x', TONE_TEXT, act, "cluster %s", json_str(plan, "cluster", "?"));
	if (!json_bool(plan, "jobs_known", true))
		add(t, '1', '\0', TONE_WARN, "! not read yet", "jobs that run or wait");
	if (pending <= 0)
		return;
	add(t, '1', '\0', TONE_WARN, "! LOST", "%lld pending job%s", pending, plural(pending));
	add_jobs(t, '1', "", json_get(plan, "pending"), pending);
}

static void users_text(char out[60], const struct json *users)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < json_len(users) && used < 50; i++) {
		const struct json *u = json_at(users, i);
		int n = snprintf(out + used, 60 - used, "%s%.20s %lld", i ? ", " : ": ",
				 json_str(u, "user", "?"), (long long)json_int(u, "jobs", 0));

		used += n > 0 ? (size_t)n : 0;
	}
}

static void add_arrays(struct plan_tree *t, const struct json *plan, bool kill)
{
	const struct json *arrays = json_get(plan, "arrays");

	for (size_t i = 0; i < json_len(arrays); i++) {
		const struct json *a = json_at(arrays, i);
		long long nodes = json_int(a, "nodes", 0), jobs = json_int(a, "jobs", 0);
		char users[60];
		struct plan_row *r;

		r = add(t, '2', 'x', nodes ? TONE_TEXT : TONE_DIM,
			nodes ? "DELETE" : "nothing runs", "array %s, %lld node%s",
			json_str(a, "name", "?"), nodes, plural(nodes));
		r->thing = a;
		if (jobs <= 0)
			continue;
		users_text(users, json_get(a, "users"));
		r = add(t, '2', '\0', kill ? TONE_FAIL : TONE_WARN,
			kill	   ? "KILL"
			: t->typed ? "waited for (--force --reason WHY: KILL)"
				   : "waited for (Space: KILL)",
			"%lld running job%s%s", jobs, plural(jobs), users);
		r->toggle = TOGGLE_KILL;
		r->thing = a;
		add_jobs(t, '2', json_str(a, "name", "?"), json_get(a, "list"), jobs);
	}
}

/*
 * Resources by what they are
 */

static const struct kind {
	const char *kind, *type, *label; /* kind: the engine's; type: in an id without one */
	char stage;
} kinds[] = {
	{ "scaleset", "/virtualMachineScaleSets/", "scale set", '2' },
	{ "vm", "/virtualMachines/", "head", '3' },
	{ "disk", "/disks/", "disk", '4' },
	{ "network", "/virtualNetworks/", "network", '5' },
	{ "nsg", "/networkSecurityGroups/", "rules", '5' },
	{ "group", "/resourceGroups/", "group", '6' },
	{ "", "", "resource", '5' },
};

static const struct kind *kind_of(const struct json *r)
{
	const char *kind = json_str(r, "kind", ""), *id = json_str(r, "id", "");

	for (size_t i = 0; i + 1 < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0 || (!kind[0] && strstr(id, kinds[i].type)))
			return &kinds[i];
	return &kinds[ARRAY_LEN(kinds) - 1];
}

static void add_resource(struct plan_tree *t, const struct json *r)
{
	const struct kind *k = kind_of(r);
	const char *act = json_str(r, "act", "delete"),
		   *name = last_part(json_str(r, "id", "?"));
	bool ours = strcmp(act, "never touched") != 0;
	struct plan_row *row;

	row = add(t, ours ? k->stage : '-', ours ? 'x' : '-', ours ? TONE_TEXT : TONE_DIM,
		  !ours		    ? "NEVER TOUCHED"
		  : k->stage == '6' ? "DELETE, if only ours is in it"
				    : "DELETE",
		  "%s %s%s%s", k->label, name, ours ? "" : "  ",
		  ours ? "" : json_str(r, "note", ""));
	if (!ours)
		row->fixed = "it is not ours, and is never touched";
	row->thing = r;
}

/* Disks and their groups stand as the storage that they are. */
static void add_resources(struct plan_tree *t, const struct json *plan, char stage)
{
	const struct json *list = json_get(plan, "resources");
	size_t more = 0;

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *r = json_at(list, i);
		bool ours = strcmp(json_str(r, "act", "delete"), "never touched") != 0;

		if (json_str(r, "storage", NULL) || (ours ? kind_of(r)->stage : '-') != stage)
			continue;
		if (t->n < PLAN_ROWS)
			add_resource(t, r);
		else
			more++;
	}
	if (more)
		add(t, stage, 'x', TONE_TEXT, "DELETE", "and %zu more", more);
}

/*
 * Stage 4: storage
 */

static void add_storage(struct plan_tree *t, const struct json *s)
{
	bool own = json_bool(s, "can_keep", false);
	const char *fate = json_str(s, "act", "delete");
	const char *policy = strcmp(json_str(s, "policy", ""), fate) == 0 ? "policy; " : "";
	bool copied = strcmp(fate, "snapshot") == 0;
	bool kept = copied || strcmp(fate, "keep") == 0;
	char act[100] = "! DATA LOST", money[24], where[40] = "on the head's disk";
	struct plan_row *r;

	if (kept)
		snprintf(
		    act, sizeof(act), "%s (%s%s/h goes on)", copied ? "SNAPSHOT" : "KEEP",
		    policy,
		    money_text(
			money,
			json_real(s, copied ? "snapshot_per_hour" : "price_per_hour", -1)));
	if (own)
		snprintf(where, sizeof(where), "%s %lld GiB%s", json_str(s, "kind", "disk"),
			 (long long)json_int(s, "gib", 0), copied ? "" : " (and group)");
	if (t->typed && own && !kept)
		snprintf(act, sizeof(act), "! DATA LOST (--keep %.40s keeps it)",
			 json_str(s, "name", "?"));
	else if (t->typed && own)
		snprintf(act + strlen(act), sizeof(act) - strlen(act),
			 ", --keep none deletes it");
	r = add(t, own ? '4' : '3', kept ? ' ' : 'x', kept ? TONE_OK : TONE_FAIL, act,
		"%.30s %.40s  %s", json_str(s, "name", "?"), json_str(s, "path", ""), where);
	r->thing = s;
	r->fixed = "it lies on the head's disk and goes with it: copy it out with paceline cp";
	if (!own)
		return;
	r->toggle = TOGGLE_KEEP;
	snprintf(r->storage, sizeof(r->storage), "%s", json_str(s, "name", ""));
}

static void add_storages(struct plan_tree *t, const struct json *plan, bool own)
{
	const struct json *list = json_get(plan, "storage");

	for (size_t i = 0; i < json_len(list); i++)
		if (json_bool(json_at(list, i), "can_keep", false) == own)
			add_storage(t, json_at(list, i));
}

/* An engine of before this one tells only what is lost. */
static void add_lost(struct plan_tree *t, const struct json *plan)
{
	const struct json *list = json_get(plan, "data_lost");

	for (size_t i = 0; !json_get(plan, "storage") && i < json_len(list); i++) {
		const struct json *d = json_at(list, i);

		add(t, '3', 'x', TONE_FAIL, "! DATA LOST", "%.30s %.40s",
		    json_str(d, "name", "data"), json_str(d, "path", ""))
		    ->thing = d;
	}
}

void plan_tree_make(struct plan_tree *t, const struct json *plan, bool kill)
{
	t->n = 0;
	add_cluster(t, plan);
	add_arrays(t, plan, kill);
	add_resources(t, plan, '2');
	add_resources(t, plan, '3');
	add_storages(t, plan, false);
	add_lost(t, plan);
	add_storages(t, plan, true);
	add_resources(t, plan, '5');
	add_resources(t, plan, '-');
	add_resources(t, plan, '6');
	add(t, '7', 'x', TONE_DIM, "archived, kept 400 days", "state in our store");
}

bool plan_tree_fold(struct plan_tree *t, size_t i)
{
	const char *key = i < t->n && t->v[i].jobs ? t->v[i].key : NULL;
	struct strs others = STRS_INIT(64);

	if (!key)
		return false;
	for (size_t k = 0; k < t->open.n; k++)
		if (strcmp(t->open.v[k], key) != 0)
			strs_add(&others, t->open.v[k]);
	if (others.n == t->open.n)
		strs_add(&others, key);
	strs_clear(&t->open);
	t->open = others;
	return true;
}

void plan_tree_clear(struct plan_tree *t)
{
	free(t->v);
	strs_clear(&t->open);
	*t = (struct plan_tree){ 0 };
}

size_t plan_tree_first_toggle(const struct plan_tree *t)
{
	size_t i = 0;

	while (i < t->n && t->v[i].toggle != TOGGLE_KEEP)
		i++;
	return i;
}

/*
 * Drawing
 */

static bool last_child(const struct plan_tree *t, size_t i)
{
	for (size_t k = i + 1; k < t->n; k++)
		if (t->v[k].mark)
			return false;
	return true;
}

static void branch(char out[24], const struct plan_tree *t, size_t i)
{
	const struct plan_row *r = &t->v[i];

	if (r->listed)
		snprintf(out, 24, "|     ");
	else if (!r->mark)
		snprintf(out, 24, "|  `- ");
	else if (i == 0)
		snprintf(out, 24, "[%c] ", r->mark);
	else
		snprintf(out, 24, "%s[%c] ", last_child(t, i) ? "`-" : "|-", r->mark);
}

/* A remark in brackets at its end goes before anything of it is cut. */
static void put_remarked(struct screen *s, struct area at, const struct plan_row *r,
			 unsigned int look, const char *text)
{
	const char *remark = strrchr(text, '(');
	int n = (int)strlen(text);

	if (text_width(text) > at.cols && remark && remark > text + 1 && text[n - 1] == ')')
		n = (int)(remark - 1 - text);
	screen_putf(s, at.row, at.col, r->tone, look, at.cols, "%.*s", n, text);
}

void plan_row_draw(const struct plan_tree *t, size_t i, struct screen *s, struct area line,
		   bool stages, bool selected, int end)
{
	const struct plan_row *r = &t->v[i];
	unsigned int look = selected ? LOOK_BOLD : 0;
	int left = stages ? 8 : 1, acts = stages ? line.cols * 56 / 100 : line.cols * 60 / 100;
	char tree[24];

	branch(tree, t, i);
	left += (int)strlen(tree);
	if (selected)
		screen_put(s, line.row, line.col, TONE_CURSOR, 0, ">", 1);
	if (stages)
		screen_putf(s, line.row, line.col + 2, TONE_DIM, 0, 4, "%c", r->stage);
	screen_put(s, line.row, line.col + left - (int)strlen(tree), r->tone, look, tree,
		   (int)strlen(tree));
	put_remarked(s, (struct area){ line.row, line.col + left, 1, acts - left - 1 }, r, look,
		     r->what);
	put_remarked(s,
		     (struct area){ line.row, line.col + acts, 1, line.cols - acts - 1 - end },
		     r, look, r->act);
}

void plan_row_line(const struct plan_tree *t, size_t i, char out[240])
{
	char tree[24];

	branch(tree, t, i);
	snprintf(out, 240, "%s%s: %s", tree, t->v[i].what, t->v[i].act);
}

bool plan_row_can_snapshot(const struct plan_row *r)
{
	return r->thing && json_bool(r->thing, "can_snapshot", false);
}

static void storage_facts(const struct plan_row *r, struct textbox *out)
{
	const struct json *s = r->thing;
	double price = json_real(s, "price_per_hour", 0);
	int64_t since = json_int(s, "since_ms", 0);
	char money[24], day[24], when[CLOCK_TEXT];

	if (json_int(s, "gib", 0) > 0)
		textbox_field(out, TONE_TEXT, "size", "%lld GiB",
			      (long long)json_int(s, "gib", 0));
	textbox_field(out, TONE_TEXT, "path", "%s on every node", json_str(s, "path", ""));
	textbox_field(out, TONE_TEXT, "disk", "%s", json_str(s, "disk", ""));
	if (since)
		textbox_field(out, TONE_TEXT, "ours since", "%s", clock_text(when, since));
	if (json_bool(s, "taken_over", false))
		textbox_field(out, TONE_TEXT, "history", "taken over from an earlier cluster");
	textbox_field(out, TONE_TEXT, "policy", "%s at teardown",
		      json_str(s, "policy", "delete"));
	if (r->toggle != TOGGLE_KEEP)
		return;
	money_text(money, price);
	textbox_field(out, TONE_TEXT, "costs", "%s/h, %s/day while it is there", money,
		      money_text(day, price < 0 ? -1 : price * 24));
	textbox_add(out, TONE_TEXT, " ");
	if (r->mark == 'x') {
		textbox_add(out, TONE_FAIL, "deleting this cannot be undone");
		textbox_add(out, TONE_KEY, "Space      keep it (%s/h goes on)", money);
		return;
	}
	textbox_add(
	    out, TONE_OK,
	    strcmp(json_str(s, "act", ""), "snapshot") == 0
		? "its disk goes when the snapshot is there; a new cluster's can be made of that"
		: "it stays listed with its price; a new cluster can take it over");
	if (plan_row_can_snapshot(r) && strcmp(json_str(s, "act", ""), "keep") == 0)
		textbox_add(out, TONE_KEY, "Space      a snapshot instead, at most %s/h",
			    money_text(money, json_real(s, "snapshot_per_hour", -1)));
	else
		textbox_add(out, TONE_KEY, "Space      delete it too");
}

static void jobs_facts(const struct plan_row *r, struct textbox *out)
{
	const struct json *users = json_get(r->thing, "users");

	for (size_t i = 0; i < json_len(users); i++)
		textbox_field(out, TONE_TEXT, json_str(json_at(users, i), "user", "?"),
			      "%lld running",
			      (long long)json_int(json_at(users, i), "jobs", 0));
	textbox_add(out, TONE_TEXT, " ");
	textbox_add(out, TONE_KEY, "Space      %s",
		    r->tone == TONE_FAIL ? "wait for all running jobs instead"
					 : "kill all running jobs instead of waiting for them");
}

void plan_row_facts(const struct plan_tree *t, size_t i, const struct json *plan,
		    struct textbox *out)
{
	const struct plan_row *r = &t->v[i];
	double price = json_real(r->thing, "price_per_hour", 0);
	char money[24], when[CLOCK_TEXT];

	if (r->thing && json_get(r->thing, "can_keep")) {
		storage_facts(r, out);
	} else if (r->toggle == TOGGLE_KILL) {
		jobs_facts(r, out);
	} else if (r->listed) {
		textbox_field(out, TONE_TEXT, "job", "%s", json_str(r->thing, "id", ""));
		textbox_field(out, TONE_TEXT, "user", "%s", json_str(r->thing, "user", ""));
		textbox_field(out, TONE_TEXT, "name", "%s", json_str(r->thing, "name", ""));
		textbox_field(out, TONE_TEXT, "nodes", "%s", json_str(r->thing, "nodes", ""));
		if (json_int(r->thing, "start_ms", 0) > 0)
			textbox_field(out, TONE_TEXT, "runs since", "%s",
				      clock_text(when, json_int(r->thing, "start_ms", 0)));
	} else if (i == 0) {
		textbox_field(out, TONE_TEXT, "cloud", "%s",
			      json_bool(plan, "simulated", false) ? "simulated" : "");
		textbox_field(out, TONE_TEXT, "region", "%s", json_str(plan, "region", ""));
		textbox_field(out, TONE_TEXT, "subscr.", "%s",
			      json_str(plan, "subscription", ""));
		textbox_field(out, TONE_TEXT, "jobs", "%lld running, %lld pending",
			      (long long)json_int(plan, "jobs_running", 0),
			      (long long)json_int(plan, "jobs_pending", 0));
	} else {
		textbox_field(out, TONE_TEXT, "id", "%s", json_str(r->thing, "id", ""));
		if (price != 0)
			textbox_field(out, TONE_TEXT, "costs", "%s/h",
				      money_text(money, price));
		textbox_field(out, TONE_TEXT, "note", "%s", json_str(r->thing, "note", ""));
	}
	if (r->toggle == TOGGLE_NONE && r->mark)
		textbox_add(out, TONE_DIM, "%s", r->fixed);
}
