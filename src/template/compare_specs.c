/* Two expanded clusters, field by field: what changed, and what that does to one that runs. The
 * fields and their effects are tables; a field that is not in one is not compared. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "template/compare.h"

enum kind { TEXT, LIST, WHOLE, SECONDS, MONEY, BYTES, YES, WORD };

struct part {
	const char *name; /* as the template writes it */
	size_t at;	  /* in its struct */
	enum kind kind;
	enum change_effect effect;
	const char *(*word)(int v); /* WORD */
};

static const char *spot_word(int v)
{
	return spot_policy_name((enum spot_policy)v);
}

static const char *choose_word(int v)
{
	return choose_policy_name((enum choose_policy)v);
}

static const char *keep_word(int v)
{
	return keep_policy_name((enum keep_policy)v);
}

#define C(member) offsetof(struct cluster_spec, member)
static const struct part cluster_parts[] = {
	{ "max_nodes", C(max_nodes), WHOLE, CHANGE_NOW, NULL },
	{ "max_cores", C(max_cores), WHOLE, CHANGE_NOW, NULL },
	{ "max_price", C(max_price), MONEY, CHANGE_NOW, NULL },
	{ "budget", C(budget_month), MONEY, CHANGE_NOW, NULL },
	{ "budget hard", C(budget_hard), YES, CHANGE_NOW, NULL },
	{ "cycle", C(cycle_s), SECONDS, CHANGE_NOW, NULL },
	{ "choose", C(choose), WORD, CHANGE_NOW, choose_word },
	{ "sample_job", C(sample_job), TEXT, CHANGE_NOW, NULL },
	{ "image", C(image), TEXT, CHANGE_NEW_NODES, NULL },
	{ "head size", C(head_size), TEXT, CHANGE_NEW_CLUSTER, NULL },
	{ "head disk_gib", C(head_disk_gib), WHOLE, CHANGE_NEW_CLUSTER, NULL },
	{ "scheduler", C(scheduler), TEXT, CHANGE_NEW_CLUSTER, NULL },
	{ "cloud", C(cloud), TEXT, CHANGE_NEW_CLUSTER, NULL },
	{ "region", C(region), TEXT, CHANGE_NEW_CLUSTER, NULL },
	{ "admin_user", C(admin_user), TEXT, CHANGE_NEW_CLUSTER, NULL },
	{ "network vnet", C(vnet_id), TEXT, CHANGE_NEW_CLUSTER, NULL },
	{ "network cidr", C(vnet_cidr), TEXT, CHANGE_NEW_CLUSTER, NULL },
	{ "network subnet_cidr", C(subnet_cidr), TEXT, CHANGE_NEW_CLUSTER, NULL },
	{ "network subnet", C(subnet_name), TEXT, CHANGE_NEW_CLUSTER, NULL },
};
#undef C

#define A(member) offsetof(struct array_spec, member)
static const struct part array_parts[] = {
	{ "max_nodes", A(max_nodes), WHOLE, CHANGE_NOW, NULL },
	{ "min_nodes", A(min_nodes), WHOLE, CHANGE_NOW, NULL },
	{ "max_cores", A(max_cores), WHOLE, CHANGE_NOW, NULL },
	{ "warm_nodes", A(warm_nodes), WHOLE, CHANGE_NOW, NULL },
	{ "idle", A(idle_s), SECONDS, CHANGE_NOW, NULL },
	{ "never_used", A(never_used_s), SECONDS, CHANGE_NOW, NULL },
	{ "boot", A(boot_s), SECONDS, CHANGE_NOW, NULL },
	{ "foresee", A(foresee), YES, CHANGE_NOW, NULL },
	{ "foresee_quantile", A(foresee_quantile), WHOLE, CHANGE_NOW, NULL },
	{ "foresee_percent", A(foresee_percent), WHOLE, CHANGE_NOW, NULL },
	{ "spot_wait", A(spot_wait_s), SECONDS, CHANGE_NOW, NULL },
	{ "ondemand_nodes", A(ondemand_nodes), WHOLE, CHANGE_NOW, NULL },
	{ "ondemand_percent", A(ondemand_percent), WHOLE, CHANGE_NOW, NULL },
	{ "sizes", A(sizes), LIST, CHANGE_NEW_NODES, NULL },
	{ "zones", A(zones), LIST, CHANGE_NEW_NODES, NULL },
	{ "spot", A(spot), WORD, CHANGE_NEW_NODES, spot_word },
	{ "max_price", A(max_price), MONEY, CHANGE_NEW_NODES, NULL },
	{ "image", A(image), TEXT, CHANGE_NEW_NODES, NULL },
	{ "colocated", A(colocated), YES, CHANGE_NEW_NODES, NULL },
	{ "group_max", A(group_max), WHOLE, CHANGE_NEW_NODES, NULL },
	{ "mem_reserve", A(mem_reserve), BYTES, CHANGE_NEW_NODES, NULL },
	{ "features", A(features), LIST, CHANGE_NEW_NODES, NULL },
	{ "default", A(is_default), YES, CHANGE_NEW_CLUSTER, NULL },
};
#undef A

static const struct part storage_parts[] = {
	{ "at_teardown", offsetof(struct storage_spec, policy), WORD, CHANGE_NOW, keep_word },
	{ "path", offsetof(struct storage_spec, path), TEXT, CHANGE_NEW_CLUSTER, NULL },
	{ "kind", offsetof(struct storage_spec, kind), TEXT, CHANGE_NEW_CLUSTER, NULL },
	{ "disk_gib", offsetof(struct storage_spec, disk_gib), WHOLE, CHANGE_NEW_CLUSTER,
	  NULL },
	{ "disk", offsetof(struct storage_spec, disk), TEXT, CHANGE_NEW_CLUSTER, NULL },
};

#define SHOWN 120

/* From member i on: of two long lists that begin alike, what differs is seen. */
static void list_text(char out[SHOWN], const struct strs *s, size_t i)
{
	size_t used = (size_t)snprintf(out, SHOWN, "%s", i ? "... " : "");

	for (size_t k = i; k < s->n && used < SHOWN - 1; k++)
		used += (size_t)snprintf(out + used, SHOWN - used, "%s%s", k > i ? ", " : "",
					 s->v[k]);
	if (s->n == 0)
		snprintf(out, SHOWN, "none");
	else if (used >= SHOWN)
		memcpy(out + SHOWN - 4, "...", 4);
}

static size_t list_same(const struct strs *a, const struct strs *b)
{
	size_t i = 0;

	while (i < a->n && i < b->n && strcmp(a->v[i], b->v[i]) == 0)
		i++;
	return i;
}

static bool texts_equal(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool lists_equal(const struct strs *a, const struct strs *b)
{
	return a->n == b->n && list_same(a, b) == a->n;
}

/* An image's id is longer than the column, and its version stands at the end. */
static void text_text(char out[SHOWN], const char *text)
{
	size_t n = text ? strlen(text) : 0;

	if (n == 0)
		snprintf(out, SHOWN, "none");
	else if (n < SHOWN)
		snprintf(out, SHOWN, "%s", text);
	else
		snprintf(out, SHOWN, "...%s", text + n - (SHOWN - 4));
}

/* A part's value as the template would write it; no limit is "none". */
static void part_text(char out[SHOWN], const struct part *p, const void *of)
{
	const char *at = (const char *)of + p->at, *text;
	double usd;
	int64_t n;

	switch (p->kind) {
	case TEXT:
		memcpy(&text, at, sizeof(text));
		text_text(out, text);
		break;
	case LIST:
		list_text(out, (const struct strs *)(const void *)at, 0);
		break;
	case MONEY:
		memcpy(&usd, at, sizeof(usd));
		if (usd < 0)
			snprintf(out, SHOWN, "none");
		else
			snprintf(out, SHOWN, "$%.15g", usd);
		break;
	case YES:
		snprintf(out, SHOWN, "%s", *(const bool *)(const void *)at ? "yes" : "no");
		break;
	case WORD:
		snprintf(out, SHOWN, "%s", p->word(*(const int *)(const void *)at));
		break;
	default:
		memcpy(&n, at, sizeof(n));
		if (n < 0)
			snprintf(out, SHOWN, "none");
		else
			snprintf(out, SHOWN, "%lld%s", (long long)n,
				 p->kind == SECONDS ? " s"
				 : p->kind == BYTES ? " bytes"
						    : "");
	}
}

__attribute__((format(printf, 4, 5))) static struct spec_change *
add(struct spec_changes *out, char sign, enum change_effect effect, const char *fmt, ...)
{
	struct spec_change *c;
	va_list ap;

	GROW(out->v, out->n, out->cap);
	c = &out->v[out->n++];
	*c = (struct spec_change){ .sign = sign, .effect = effect };
	va_start(ap, fmt);
	vsnprintf(c->what, sizeof(c->what), fmt, ap);
	va_end(ap);
	return c;
}

/* The values, not what is shown of them: that has an end. */
static bool part_same(const struct part *p, const void *from, const void *to)
{
	const char *a = (const char *)from + p->at, *b = (const char *)to + p->at;
	const char *text, *other;
	char shown[2][SHOWN];

	switch (p->kind) {
	case TEXT:
		memcpy(&text, a, sizeof(text));
		memcpy(&other, b, sizeof(other));
		return texts_equal(text, other);
	case LIST:
		return lists_equal((const void *)a, (const void *)b);
	default:
		part_text(shown[0], p, from);
		part_text(shown[1], p, to);
		return strcmp(shown[0], shown[1]) == 0;
	}
}

static void parts_shown(struct spec_change *c, const struct part *p, const void *from,
			const void *to)
{
	const struct strs *a = (const void *)((const char *)from + p->at);
	const struct strs *b = (const void *)((const char *)to + p->at);

	part_text(c->from, p, from);
	part_text(c->to, p, to);
	if (p->kind == LIST && strcmp(c->from, c->to) == 0) {
		list_text(c->from, a, list_same(a, b));
		list_text(c->to, b, list_same(a, b));
	}
}

static void compare_parts(struct spec_changes *out, const struct part *parts, size_t n,
			  const char *where, const char *array, const void *from,
			  const void *to)
{
	for (size_t i = 0; i < n; i++) {
		struct spec_change *c;

		if (part_same(&parts[i], from, to))
			continue;
		c = add(out, '~', parts[i].effect, "%s%s%s", where, where[0] ? " " : "",
			parts[i].name);
		parts_shown(c, &parts[i], from, to);
		snprintf(c->array, sizeof(c->array), "%s", array);
	}
}

/*
 * Schedules: a window is told as a whole
 */

static const struct schedule_window *window_named(const struct array_spec *a, const char *name)
{
	for (size_t i = 0; i < a->n_schedule; i++)
		if (strcmp(a->schedule[i].name, name) == 0)
			return &a->schedule[i];
	return NULL;
}

static void window_text(char out[SHOWN], const struct schedule_window *w)
{
	char days[SHOWN], idle[32] = "";

	list_text(days, &w->days, 0);
	if (w->idle_s >= 0)
		snprintf(idle, sizeof(idle), " idle %lld s", (long long)w->idle_s);
	snprintf(out, SHOWN, "%.30s %s-%s %.30s min %lld max %lld warm %lld%s%s",
		 w->days.n ? days : "daily", w->from, w->to, w->zone, (long long)w->min_nodes,
		 (long long)w->max_nodes, (long long)w->warm_nodes, idle,
		 w->pause ? " pause" : "");
}

static bool windows_equal(const struct schedule_window *a, const struct schedule_window *b)
{
	return lists_equal(&a->days, &b->days) && strcmp(a->from, b->from) == 0 &&
	       strcmp(a->to, b->to) == 0 && strcmp(a->zone, b->zone) == 0 &&
	       a->min_nodes == b->min_nodes && a->max_nodes == b->max_nodes &&
	       a->warm_nodes == b->warm_nodes && a->idle_s == b->idle_s && a->pause == b->pause;
}

static void compare_schedule(struct spec_changes *out, const struct array_spec *a,
			     const struct array_spec *b)
{
	struct spec_change *c;
	char from[SHOWN], to[SHOWN];

	for (size_t i = 0; i < a->n_schedule; i++) {
		const struct schedule_window *w = window_named(b, a->schedule[i].name);

		if (w && windows_equal(&a->schedule[i], w))
			continue;
		window_text(from, &a->schedule[i]);
		snprintf(to, sizeof(to), "none");
		if (w)
			window_text(to, w);
		c = add(out, w ? '~' : '-', CHANGE_NOW, "array %.24s schedule %.24s", a->name,
			a->schedule[i].name);
		snprintf(c->from, sizeof(c->from), "%s", from);
		snprintf(c->to, sizeof(c->to), "%s", to);
		snprintf(c->array, sizeof(c->array), "%.19s", a->name);
	}
	for (size_t i = 0; i < b->n_schedule; i++) {
		if (window_named(a, b->schedule[i].name))
			continue;
		c = add(out, '+', CHANGE_NOW, "array %.24s schedule %.24s", a->name,
			b->schedule[i].name);
		window_text(c->to, &b->schedule[i]);
		snprintf(c->array, sizeof(c->array), "%.19s", a->name);
	}
}

static void take_schedule(struct array_spec *mine, const struct array_spec *from)
{
	for (size_t i = 0; i < mine->n_schedule; i++)
		schedule_window_clear(&mine->schedule[i]);
	free(mine->schedule);
	mine->schedule = xcalloc(from->n_schedule + 1, sizeof(*mine->schedule));
	mine->n_schedule = from->n_schedule;
	for (size_t i = 0; i < from->n_schedule; i++)
		schedule_window_copy(&mine->schedule[i], &from->schedule[i]);
}

/*
 * Budgets, likewise
 */

static const struct budget_spec *budget_named(const struct cluster_spec *s, const char *name)
{
	for (size_t i = 0; i < s->n_budgets; i++)
		if (strcmp(s->budgets[i].name, name) == 0)
			return &s->budgets[i];
	return NULL;
}

static void budget_text(char out[SHOWN], const struct budget_spec *b)
{
	char of[80];

	snprintf(out, SHOWN, "%.40s $%.15g %s%s%.10s%s%.10s%s", budget_of_text(of, b), b->limit,
		 budget_period_name(b->period), b->from ? " from " : "", b->from ? b->from : "",
		 b->to ? " to " : "", b->to ? b->to : "", b->hard ? " hard" : "");
}

static bool budgets_equal(const struct budget_spec *a, const struct budget_spec *b)
{
	return texts_equal(a->array, b->array) && texts_equal(a->user, b->user) &&
	       texts_equal(a->account, b->account) && texts_equal(a->from, b->from) &&
	       texts_equal(a->to, b->to) && a->limit == b->limit && a->period == b->period &&
	       a->hard == b->hard;
}

static void compare_budgets(struct spec_changes *out, const struct cluster_spec *from,
			    const struct cluster_spec *to)
{
	struct spec_change *c;
	char a[SHOWN], b[SHOWN];

	for (size_t i = 0; i < from->n_budgets; i++) {
		const struct budget_spec *other = budget_named(to, from->budgets[i].name);

		if (other && budgets_equal(&from->budgets[i], other))
			continue;
		budget_text(a, &from->budgets[i]);
		snprintf(b, sizeof(b), "none");
		if (other)
			budget_text(b, other);
		c = add(out, other ? '~' : '-', CHANGE_NOW, "budget %.24s",
			from->budgets[i].name);
		snprintf(c->from, sizeof(c->from), "%s", a);
		snprintf(c->to, sizeof(c->to), "%s", b);
	}
	for (size_t i = 0; i < to->n_budgets; i++)
		if (!budget_named(from, to->budgets[i].name))
			budget_text(
			    add(out, '+', CHANGE_NOW, "budget %.24s", to->budgets[i].name)->to,
			    &to->budgets[i]);
}

static void take_budgets(struct cluster_spec *mine, const struct cluster_spec *from)
{
	for (size_t i = 0; i < mine->n_budgets; i++)
		budget_spec_clear(&mine->budgets[i]);
	free(mine->budgets);
	mine->budgets = xcalloc(from->n_budgets + 1, sizeof(*mine->budgets));
	mine->n_budgets = from->n_budgets;
	for (size_t i = 0; i < from->n_budgets; i++)
		budget_spec_copy(&mine->budgets[i], &from->budgets[i]);
}

static void compare_arrays(struct spec_changes *out, const struct cluster_spec *from,
			   const struct cluster_spec *to)
{
	char where[40];

	for (size_t i = 0; i < from->n_arrays; i++) {
		const struct array_spec *a = &from->arrays[i], *b = cluster_array(to, a->name);

		snprintf(where, sizeof(where), "array %.24s", a->name);
		if (b) {
			compare_parts(out, array_parts, ARRAY_LEN(array_parts), where, a->name,
				      a, b);
			compare_schedule(out, a, b);
		} else
			snprintf(add(out, '-', CHANGE_NEW_CLUSTER, "%s", where)->array, 20,
				 "%.19s", a->name);
	}
	for (size_t i = 0; i < to->n_arrays; i++)
		if (!cluster_array(from, to->arrays[i].name))
			snprintf(
			    add(out, '+', CHANGE_NEW_CLUSTER, "array %.24s", to->arrays[i].name)
				->array,
			    20, "%.19s", to->arrays[i].name);
}

static struct storage_spec *storage_named(const struct cluster_spec *s, const char *name)
{
	for (size_t i = 0; i < s->n_storage; i++)
		if (strcmp(s->storage[i].name, name) == 0)
			return &s->storage[i];
	return NULL;
}

void compare_taken_over(struct cluster_spec *to, const struct cluster_spec *was,
			const struct cluster_spec *is)
{
	for (size_t i = 0; i < is->n_storage; i++) {
		const struct storage_spec *mine = &is->storage[i];
		const struct storage_spec *before = storage_named(was, mine->name);
		struct storage_spec *after = storage_named(to, mine->name);

		if (!mine->disk || !before || !after || before->disk_gib != after->disk_gib ||
		    !texts_equal(before->disk, after->disk))
			continue;
		free(after->disk);
		after->disk = xstrdup(mine->disk);
		after->disk_gib = mine->disk_gib;
	}
}

static void compare_storage(struct spec_changes *out, const struct cluster_spec *from,
			    const struct cluster_spec *to)
{
	char where[60];

	for (size_t i = 0; i < from->n_storage; i++) {
		const struct storage_spec *a = &from->storage[i];
		const struct storage_spec *b = storage_named(to, a->name);

		snprintf(where, sizeof(where), "storage %.40s", a->name);
		if (b)
			compare_parts(out, storage_parts, ARRAY_LEN(storage_parts), where, "",
				      a, b);
		else
			add(out, '-', CHANGE_NEW_CLUSTER, "%s", where);
	}
	for (size_t i = 0; i < to->n_storage; i++)
		if (!storage_named(from, to->storage[i].name))
			add(out, '+', CHANGE_NEW_CLUSTER, "storage %.40s", to->storage[i].name);
}

/* Settings are written into the scheduler's files when the head is made. */
static void compare_settings(struct spec_changes *out, const struct cluster_spec *from,
			     const struct cluster_spec *to)
{
	for (size_t i = 0; i < from->n_settings; i++) {
		const struct setting *a = &from->settings[i];
		const char *b = cluster_setting(to, a->name, NULL);
		struct spec_change *c;

		if (b && strcmp(a->value, b) == 0)
			continue;
		c = add(out, b ? '~' : '-', CHANGE_NEW_CLUSTER, "setting %.60s", a->name);
		snprintf(c->from, sizeof(c->from), "%s", a->value);
		snprintf(c->to, sizeof(c->to), "%s", b ? b : "");
	}
	for (size_t i = 0; i < to->n_settings; i++)
		if (!cluster_setting(from, to->settings[i].name, NULL))
			snprintf(add(out, '+', CHANGE_NEW_CLUSTER, "setting %.60s",
				     to->settings[i].name)
				     ->to,
				 SHOWN, "%s", to->settings[i].value);
}

void compare_specs(struct spec_changes *out, const struct cluster_spec *from,
		   const struct cluster_spec *to)
{
	*out = (struct spec_changes){ 0 };
	compare_parts(out, cluster_parts, ARRAY_LEN(cluster_parts), "", "", from, to);
	compare_budgets(out, from, to);
	compare_arrays(out, from, to);
	compare_storage(out, from, to);
	compare_settings(out, from, to);
}

static void list_take(struct strs *mine, const struct strs *from)
{
	strs_clear(mine);
	for (size_t i = 0; i < from->n; i++)
		strs_add(mine, from->v[i]);
}

static void take_part(const struct part *p, void *mine, const void *from)
{
	char *to = (char *)mine + p->at;
	const char *at = (const char *)from + p->at;
	char *text;

	switch (p->kind) {
	case TEXT:
		memcpy(&text, to, sizeof(text));
		free(text);
		memcpy(&text, at, sizeof(text));
		text = text ? xstrdup(text) : NULL;
		memcpy(to, &text, sizeof(text));
		break;
	case MONEY:
		memcpy(to, at, sizeof(double));
		break;
	case YES:
		memcpy(to, at, sizeof(bool));
		break;
	case WORD:
		memcpy(to, at, sizeof(int));
		break;
	case LIST:
		list_take((void *)to, (const void *)at);
		break;
	default:
		memcpy(to, at, sizeof(int64_t));
	}
}

static void take_parts(const struct part *parts, size_t n, void *mine, const void *from)
{
	for (size_t i = 0; from && i < n; i++)
		if (parts[i].effect != CHANGE_NEW_CLUSTER)
			take_part(&parts[i], mine, from);
}

void spec_take(struct cluster_spec *mine, const struct cluster_spec *from)
{
	take_parts(cluster_parts, ARRAY_LEN(cluster_parts), mine, from);
	take_budgets(mine, from);
	for (size_t i = 0; i < mine->n_arrays; i++) {
		const struct array_spec *a = cluster_array(from, mine->arrays[i].name);

		take_parts(array_parts, ARRAY_LEN(array_parts), &mine->arrays[i], a);
		if (a)
			take_schedule(&mine->arrays[i], a);
	}
	for (size_t i = 0; i < mine->n_storage; i++)
		take_parts(storage_parts, ARRAY_LEN(storage_parts), &mine->storage[i],
			   storage_named(from, mine->storage[i].name));
}

void spec_changes_clear(struct spec_changes *c)
{
	free(c->v);
	*c = (struct spec_changes){ 0 };
}

size_t spec_changes_count(const struct spec_changes *c, char sign)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->v[i].sign == sign;
	return n;
}

const char *change_effect_text(enum change_effect e)
{
	static const char *const texts[CHANGE_EFFECTS] = {
		[CHANGE_NOW] = "no restart",
		[CHANGE_NEW_NODES] = "new nodes only",
		[CHANGE_NEW_CLUSTER] = "only a cluster made anew has it",
	};

	return texts[e];
}

static bool ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n >= k && strcmp(text + n - k, end) == 0;
}

void change_told(char out[CHANGE_TEXT], const struct spec_change *c,
		 const struct change_there *there)
{
	const char *effect = change_effect_text(c->effect);
	bool nodes = ends_in(c->what, "max_nodes"), cores = ends_in(c->what, "max_cores");
	char idle[CLOCK_TEXT], after[CLOCK_TEXT + 8] = "";
	int64_t has = there ? (cores ? there->cores : there->nodes) : 0, most;

	if (there && there->idle_s > 0)
		snprintf(after, sizeof(after), " for %s",
			 clock_span(idle, there->idle_s * 1000));
	if (c->effect == CHANGE_NEW_NODES && there)
		snprintf(out, CHANGE_TEXT, "%s; %lld running", effect, (long long)there->nodes);
	else if ((nodes || cores) && num_read(&most, c->to, 0, INT64_MAX) == 0 && has > most)
		snprintf(out, CHANGE_TEXT,
			 "%s; %lld of %lld %s are above it: %s go when they are idle%s, "
			 "none is drained for it",
			 effect, (long long)(has - most), (long long)has,
			 cores ? "cores" : "nodes", cores ? "their nodes" : "they", after);
	else
		snprintf(out, CHANGE_TEXT, "%s", effect);
}
