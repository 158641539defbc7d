#include "engine/teardown_proof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/bill.h"
#include "engine/found.h"
#include "engine/operation.h"
#include "engine/storage.h"
#include "engine/teardown_items.h"

#define LISTS_APART_MS 60000
#define LOOKS_AT_ONCE  8

/* What was to stay. A machine that is left has parts that nobody named: cards, disks, members.
 */
static bool may_be_there(struct run *r, const char *id)
{
	char *group = storage_group_of(id);
	bool may = item_stays(r, id) || item_is_foreign(r, id) ||
		   (items_skip_machines(r) && item_stays(r, group));

	free(group);
	return may;
}

static void add_left(struct op_work *w, enum cloud_kind kind, const char *id)
{
	strs_addf(&w->left, "%s %s", cloud_kind_name(kind), id);
}

static void on_tagged(void *arg, const struct cloud_items *items, const struct err *err)
{
	struct run *r = arg;
	struct op_work *w = op_work(r);

	w->items_call = NULL;
	if (!items) {
		operation_read_failed(r, err);
		return;
	}
	w->reads_failed = 0;
	strs_clear(&w->left);
	for (size_t i = 0; i < items->n; i++)
		if (!may_be_there(r, items->v[i].id))
			add_left(w, kind_of_type(items->v[i].type), items->v[i].id);
	if (w->left.n == 0) {
		w->lists++;
		if (!w->empty_since_ms)
			w->empty_since_ms = w->list_ms;
	} else {
		w->lists = 0;
		w->empty_since_ms = 0;
	}
	operation_wake(r);
}

static void list_tagged(struct run *r)
{
	struct op_work *w = op_work(r);

	w->list_ms = clock_utc_ms();
	w->items_call = r->cloud->ops->items(r->cloud->cloud, store_engine_id(r->engine->store),
					     r->cluster.short_id, on_tagged, r);
}

#define REST_AT_ONCE 100 /* the next list shows the others */

/* What is still there is deleted once more, each thing by itself and later each time. */
static void residue(struct run *r)
{
	struct op_work *w = op_work(r);
	struct err err = ERR_INIT;

	err_set(&err, ERR_CONFLICT, "%s left, the first is %s",
		count_text((char[48]){ 0 }, (int64_t)w->left.n, "resource"),
		strchr(w->left.v[0], ' ') + 1);
	for (size_t i = 0; i < w->left.n && i < REST_AT_ONCE; i++) {
		char *id = strchr(w->left.v[i], ' ');

		*id++ = '\0';
		item_back(r, cloud_kind_of(w->left.v[i]), id);
	}
	strs_clear(&w->made); /* each delete is asked for again */
	strs_clear(&w->left);
	strs_clear(&w->names);
	w->next_name = 0;
	w->lists = 0;
	w->empty_since_ms = 0;
	operation_step(r, "again", "%s", "");
	operation_tell(r, &err);
	operation_wake(r);
}

enum proof_step proof_next(const struct proof_facts *f)
{
	if (f->lists >= 1 && f->never_asked)
		return PROOF_DONE;
	if (f->lists >= 2 && f->last_ms - f->first_ms >= LISTS_APART_MS)
		return PROOF_DONE;
	return f->lists == 0 || f->now_ms - f->first_ms >= LISTS_APART_MS ? PROOF_LIST
									  : PROOF_WAIT;
}

/* Names are computed and recorded before each call (R3.2, R4.1): where none is, none was made.
 * A store that cannot be read is no such word. */
static bool never_asked(struct run *r)
{
	const struct cluster *c = &r->cluster;
	struct strs names = STRS_INIT(20000);
	struct err err = ERR_INIT;
	bool none =
	    store_intent_names(r->engine->store, c->id, &names, &err) == 0 && names.n == 0;

	strs_clear(&names);
	for (size_t i = 0; i < c->spec.n_storage; i++)
		none = none && !c->spec.storage[i].disk_ms;
	return none && !(c->group_id && c->group_id[0]) && !(c->head_id && c->head_id[0]);
}

static struct proof_facts facts_of(struct run *r)
{
	const struct op_work *w = op_work(r);

	return (struct proof_facts){ .lists = w->lists,
				     .first_ms = w->empty_since_ms,
				     .last_ms = w->list_ms,
				     .now_ms = clock_utc_ms(),
				     .never_asked = w->lists == 1 && never_asked(r) };
}

bool proof_lists(struct run *r)
{
	struct op_work *w = op_work(r);
	struct proof_facts f;

	if (w->items_call)
		return false;
	if (w->left.n) {
		residue(r);
		return false;
	}
	f = facts_of(r);
	switch (proof_next(&f)) {
	case PROOF_DONE:
		return true;
	case PROOF_LIST:
		if (!r->op.error[0])
			operation_waits(r, 0, "");
		operation_step(r, "lists", "list %u of 2 by tag", w->lists + 1);
		list_tagged(r);
		return false;
	case PROOF_WAIT:
		break;
	}
	operation_step(r, "lists", "first list is empty; the second comes a minute later");
	operation_waits(r, w->empty_since_ms + LISTS_APART_MS, "");
	timer_set(r->op_tick, w->empty_since_ms + LISTS_APART_MS - f.now_ms);
	return false;
}

struct name_look {
	struct run *run;
	enum cloud_kind kind;
	char name[360];
};

static void on_name(void *arg, const struct cloud_sight *s, const struct err *err)
{
	struct name_look *l = arg;
	struct run *r = l->run;
	struct op_work *w = op_work(r);

	w->looking--;
	if (s->look == CLOUD_LOOK_UNKNOWN) {
		w->next_name = 0; /* all of them once more */
		operation_read_failed(r, err);
	} else if (s->look != CLOUD_IS_GONE) {
		add_left(w, l->kind, l->name);
	}
	if (s->look != CLOUD_LOOK_UNKNOWN)
		operation_wake(r);
	free(l);
}

static void look_at(struct run *r, const char *kind_and_id)
{
	struct name_look *l = xcalloc(1, sizeof(*l));
	const char *id = strchr(kind_and_id, ' ') + 1;
	char kind[24];

	l->run = r;
	snprintf(l->name, sizeof(l->name), "%s", id);
	snprintf(kind, sizeof(kind), "%.*s", (int)(id - kind_and_id - 1), kind_and_id);
	l->kind = cloud_kind_of(kind);
	op_work(r)->looking++;
	r->cloud->ops->look(r->cloud->cloud, l->kind, id, on_name, l);
}

/* Members of a set are not asked for one by one: their set is, and the lists are by tag. */
bool proof_names(struct run *r)
{
	struct op_work *w = op_work(r);
	struct err err = ERR_INIT;

	if (w->names.n == 0 &&
	    store_intent_names(r->engine->store, r->cluster.id, &w->names, &err) < 0) {
		operation_error(r, &err, 5000);
		return false;
	}
	while (w->next_name < w->names.n && w->looking < LOOKS_AT_ONCE) {
		const char *name = w->names.v[w->next_name++];

		if (!text_has_prefix(name, "members ") &&
		    !strs_has(&w->foreign, strchr(name, ' ') + 1) &&
		    !may_be_there(r, strchr(name, ' ') + 1))
			look_at(r, name);
	}
	operation_step(r, "names", "%zu of %zu names looked at", w->next_name - w->looking,
		       w->names.n);
	if (w->looking || w->next_name < w->names.n || r->looks)
		return false;
	if (w->left.n) {
		residue(r);
		return false;
	}
	return true;
}

struct json *proof_report(struct run *r)
{
	struct op_work *w = op_work(r);
	struct json *j = json_new_object();
	struct json *gone = json_set_array(j, "gone");
	char when[CLOCK_TEXT];

	for (size_t i = 0; i < w->names.n; i++)
		if (!text_has_prefix(w->names.v[i], "members ") &&
		    !strs_has(&w->foreign, strchr(w->names.v[i], ' ') + 1) &&
		    !may_be_there(r, strchr(w->names.v[i], ' ') + 1))
			json_add(gone, json_new_string(strchr(w->names.v[i], ' ') + 1));
	items_report(r, j);
	json_set_int(j, "lists", w->lists);
	json_set_str(j, "first_empty_list", clock_text(when, w->empty_since_ms));
	if (w->lists > 1)
		json_set_str(j, "second_empty_list", clock_text(when, w->list_ms));
	else
		json_set_str(j, "why_one_list",
			     "no change was ever asked of the cloud for this cluster, so there "
			     "is none that a second list could still show");
	json_set_bool(j, "group_deleted", w->foreign.n == 0);
	json_set_real(j, "spent", bill_spent(r, clock_utc_ms()));
	return j;
}
