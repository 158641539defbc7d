#include "azsim/world/scaleset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/world/store.h"
#include "base/mem.h"
#include "base/text.h"

#define NAMES_36 2176782336u /* 36^6: what six characters can say */
#define STRIDE	 1500450271u /* a prime: a walk with this stride meets every name once */

struct az_set *az_set_find(const struct az_group *g, const char *name)
{
	return map_get(g->sets, name);
}

struct az_vm *az_set_member(const struct az_set *s, const char *id)
{
	struct az_vm *vm = s->flexible ? az_vm_find(s->group, id) : map_get(s->by_id, id);

	return vm && vm->set == s ? vm : NULL;
}

size_t az_set_live(const struct az_set *s)
{
	size_t n = 0;

	for (const struct az_vm *vm = s->first; vm; vm = vm->set_next)
		n += vm->prov != AZ_DELETING;
	return n;
}

void az_set_changed(struct az_set *s)
{
	s->revision++;
	az_store_touch(s->world, AZ_ROW_SET, s);
}

void az_set_link(struct az_set *s, struct az_vm *vm)
{
	char id[16];

	vm->set_prev = s->last;
	*(s->last ? &s->last->set_next : &s->first) = vm;
	s->last = vm;
	s->n++;
	if (s->flexible)
		return;
	snprintf(id, sizeof(id), "%u", vm->instance);
	map_put(s->by_id, id, vm);
}

void az_set_unlink(struct az_set *s, struct az_vm *vm)
{
	char id[16];

	*(vm->set_prev ? &vm->set_prev->set_next : &s->first) = vm->set_next;
	*(vm->set_next ? &vm->set_next->set_prev : &s->last) = vm->set_prev;
	s->n--;
	if (s->flexible)
		return;
	snprintf(id, sizeof(id), "%u", vm->instance);
	map_steal(s->by_id, id);
}

void az_set_read_doc(struct az_set *s)
{
	const struct json *d = s->doc;
	int64_t zone = 0;

	s->flexible = text_casecmp(json_str(d, "properties.orchestrationMode", "Uniform"),
				   "Flexible") == 0;
	s->pinned = json_bool(d, "properties.singlePlacementGroup", !s->flexible);
	s->size = az_sku_find(json_str(d, "sku.name", NULL));
	s->region = az_region_find(json_str(d, "location", NULL));
	num_read(&zone, json_str(d, "zones.0", "0"), 0, 3);
	s->zone = (int)zone;
	s->spot =
	    text_casecmp(json_str(d, "properties.virtualMachineProfile.priority", "Regular"),
			 "Regular") != 0;
	s->base_regular = s->percent_regular = -1;
	if (json_get(d, "properties.priorityMixPolicy")) {
		s->base_regular =
		    json_int(d, "properties.priorityMixPolicy.baseRegularPriorityCount", 0);
		s->percent_regular = json_int(
		    d, "properties.priorityMixPolicy.regularPriorityPercentageAboveBase", 0);
	}
}

struct az_set *az_set_new(struct az_world *w, struct az_group *g, const char *name,
			  struct json *doc)
{
	struct az_set *s = xcalloc(1, sizeof(*s));

	s->world = w;
	s->group = g;
	s->name = xstrdup(name);
	s->doc = doc;
	s->prov = AZ_CREATING;
	s->intended = -1;
	rand_uuid(s->unique_id);
	s->by_id = map_new(NULL, false);
	az_set_read_doc(s);
	map_put(g->sets, name, s);
	return s;
}

void az_set_free(void *arg)
{
	struct az_set *s = arg;

	if (!s)
		return;
	map_free(s->by_id);
	az_model_unref(s->model);
	json_free(s->doc);
	free(s->name);
	free(s);
}

static void base36(char out[7], uint32_t n)
{
	static const char digit[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (int i = 5; i >= 0; i--, n /= 36)
		out[i] = digit[n % 36];
	out[6] = '\0';
}

/* Which machines of a mix are regular: the base, then the percentage, the odd one spot. */
static bool next_is_spot(const struct az_set *s)
{
	int64_t regular = 0, n = 0, above;

	if (s->base_regular < 0)
		return s->spot;
	for (const struct az_vm *vm = s->first; vm; vm = vm->set_next, n++)
		regular += !vm->spot;
	if (regular < s->base_regular)
		return false;
	above = n + 1 - s->base_regular;
	return regular - s->base_regular >= above * s->percent_regular / 100;
}

static struct az_vm *make_member(struct az_set *s, struct az_op *op, struct az_refusal *r)
{
	const struct json *prof = json_get(s->model->doc, "properties.virtualMachineProfile");
	const char *subnet =
	    json_str(prof,
		     "networkProfile.networkInterfaceConfigurations.0.properties"
		     ".ipConfigurations.0.properties.subnet.id",
		     NULL);
	uint64_t walk = s->names + (uint64_t)s->names_at++ * STRIDE;
	char name[128], computer[80], suffix[7];
	struct az_vm_wish wish = {
		.group = s->group,
		.set = s,
		.name = name,
		.computer = computer,
		.instance = s->next_instance++,
		.model = s->model,
		.size = s->size,
		.region = s->region,
		.zone = s->zone,
		.spot = next_is_spot(s),
		.subnet = az_subnet_by_id(s->world, subnet),
		.op = op,
	};

	if (s->flexible) {
		base36(suffix, (uint32_t)(walk % NAMES_36));
		snprintf(name, sizeof(name), "%s_%08x", s->name, (uint32_t)walk);
	} else {
		base36(suffix, wish.instance);
		snprintf(name, sizeof(name), "%s_%u", s->name, wish.instance);
	}
	snprintf(computer, sizeof(computer), "%s%s",
		 json_str(prof, "osProfile.computerNamePrefix", s->name), suffix);
	return az_vm_make(s->world, &wish, r);
}

static void grow(struct az_set *s, struct az_op *op)
{
	int64_t want = s->capacity - (int64_t)az_set_live(s);

	for (int64_t i = 0; i < want; i++) {
		struct az_refusal r = { 0 };

		if (!make_member(s, op, &r)) { /* the subnet ran full: what is there stays */
			az_op_more(op);
			az_op_part_done(op, &r);
			break;
		}
	}
}

/* Lower capacity by PATCH: Azure chooses whom, newest first. */
static void shrink(struct az_set *s, struct az_op *op)
{
	int64_t surplus = (int64_t)az_set_live(s) - s->capacity;

	for (struct az_vm *vm = s->last, *prev; vm && surplus > 0; vm = prev) {
		struct az_refusal r = { 0 };

		prev = vm->set_prev;
		if (!vm->attached && vm->prov != AZ_DELETING &&
		    az_vm_act(vm, AZ_DO_DELETE, op, &r) == 0)
			surplus--;
	}
}

/* True when only capacity differs: members made later share the model of those before. */
static bool same_body(const struct json *a, const struct json *b)
{
	struct buf x = BUF_INIT(BUF_TEXT_MAX), y = BUF_INIT(BUF_TEXT_MAX);
	bool same;

	json_write(&x, a);
	json_write(&y, b);
	same = x.len == y.len && memcmp(buf_str(&x), buf_str(&y), x.len) == 0;
	buf_clear(&x);
	buf_clear(&y);
	return same;
}

static int check_quota(const struct az_world *w, const struct az_set *s, int64_t more,
		       bool made, struct az_refusal *r)
{
	const struct az_quota *q = &w->quota[s->region];
	int64_t regular = more, spot = 0;

	if (made && q->sets.used + 1 > q->sets.limit)
		return az_refuse(
		    r, 409, "OperationNotAllowed",
		    "Operation could not be completed as it results in exceeding approved "
		    "virtualMachineScaleSets quota of %s.",
		    az_regions[s->region].name);
	if (more <= 0)
		return 0;
	if (s->base_regular >= 0) { /* a mix: its regular share */
		int64_t above =
		    s->capacity > s->base_regular ? s->capacity - s->base_regular : 0;

		regular = s->base_regular + above * s->percent_regular / 100;
		regular = regular < more ? regular : more;
		spot = more - regular;
	} else if (s->spot) {
		regular = 0;
		spot = more;
	}
	if (spot > 0 && az_quota_check(q, s->region, s->size, true, spot, r) != 0)
		return -1;
	return regular > 0 ? az_quota_check(q, s->region, s->size, false, regular, r) : 0;
}

static int admit(struct az_world *w, struct az_set *s, struct az_refusal *r)
{
	if (s->prov == AZ_DELETING)
		return az_refuse(r, 409, "OperationNotAllowed",
				 "Scale set '%s' is being deleted.", s->name);
	if (!s->op)
		return 0;
	if (!az_chance(w, w->sc.preempt_share))
		return az_refuse(
		    r, 409, "Conflict",
		    "Another model change of scale set '%s' is under way (operation %s). Wait until it "
		    "ended and try again.",
		    s->name, s->op->id);
	az_op_abort(s->op, "OperationPreempted",
		    "Operation execution has been preempted by a more recent operation.");
	s->op = NULL;
	return 0;
}

static struct az_set *new_set(struct az_world *w, struct az_group *g, const char *name,
			      struct json *doc)
{
	struct az_set *s = az_set_new(w, g, name, doc);

	s->created_ms = az_world_now(w);
	s->row = ++w->next_row;
	s->names = (uint32_t)rng_next(&w->rng);
	s->hosts =
	    w->sc.cluster_min +
	    (int64_t)rng_below(&w->rng, (uint64_t)(w->sc.cluster_max - w->sc.cluster_min + 1));
	return s;
}

/* A client that writes its intent into the tags means the same machines when it sends it again,
 * whatever capacity it asks for the second time. */
static void note_intent(struct az_set *s, const struct json *doc, int64_t capacity, bool made)
{
	const char *was = json_str(s->doc, "tags." AZ_TAG_INTENT, ""),
		   *is = json_str(doc, "tags." AZ_TAG_INTENT, "");

	if (made || !*is || strcmp(was, is) != 0 || s->intended < 0)
		s->intended = capacity;
}

static void take_body(struct az_set *s, struct json *doc, bool made)
{
	if (!made && same_body(s->doc, doc)) {
		json_free(doc);
		return;
	}
	if (!made) {
		json_free(s->doc);
		s->doc = doc;
		az_set_read_doc(s);
	}
	az_model_unref(s->model);
	s->model = az_model_new(s->world, json_copy(s->doc));
}

struct az_op *az_set_put(struct az_world *w, struct az_group *g, const char *name,
			 struct json *doc, int64_t capacity, bool *made, struct az_refusal *r)
{
	struct az_set *s = az_set_find(g, name), probe = { 0 };
	struct az_op *op;

	*made = s == NULL;
	probe.doc = doc;
	az_set_read_doc(&probe);
	probe.capacity = capacity;
	if ((s && admit(w, s, r) != 0) ||
	    check_quota(w, &probe, capacity - (s ? (int64_t)az_set_live(s) : 0), *made, r) !=
		0) {
		json_free(doc);
		return NULL;
	}
	if (!s) {
		s = new_set(w, g, name, doc);
		w->quota[s->region].sets.used++;
	}
	note_intent(s, doc, capacity, *made);
	take_body(s, doc, *made);
	s->capacity = capacity;
	s->prov = *made ? AZ_CREATING : AZ_UPDATING;
	op = az_op_new(w, AZ_OP_SET_PUT, g->name, AZ_SET_TYPE, s->name,
		       az_regions[s->region].name, az_spread_ms(&w->sc.network, &w->rng));
	s->op = op;
	grow(s, op);
	shrink(s, op);
	az_set_changed(s);
	return op;
}

struct az_op *az_set_delete(struct az_set *s)
{
	struct az_world *w = s->world;
	struct az_op *op;

	if (s->op && s->op->kind == AZ_OP_SET_DELETE)
		return s->op;
	if (s->op)
		az_op_abort(
		    s->op, "OperationPreempted",
		    "Operation execution has been preempted by a more recent operation.");
	op = az_op_new(w, AZ_OP_SET_DELETE, s->group->name, AZ_SET_TYPE, s->name,
		       az_regions[s->region].name, az_spread_ms(&w->sc.network, &w->rng));
	s->op = op;
	s->prov = AZ_DELETING;
	s->capacity = 0;
	for (struct az_vm *vm = s->first; vm; vm = vm->set_next) {
		struct az_refusal r = { 0 };

		if (vm->prov == AZ_DELETING && !vm->op) {
			vm->op = op;
			az_op_more(op);
		} else {
			az_vm_act(vm, AZ_DO_DELETE, op, &r);
		}
	}
	az_set_changed(s);
	return op;
}

static int check_ids(const struct az_set *s, const struct json *ids, struct az_refusal *r)
{
	for (size_t i = 0; i < json_len(ids); i++) {
		const char *id = json_text(json_at(ids, i));

		if (!id)
			return az_refuse(r, 400, "InvalidParameter",
					 "instanceIds is a list of strings.");
		if (strcmp(id, "*") != 0 && !az_set_member(s, id))
			return az_refuse(
			    r, 400, "InvalidParameter",
			    "The provided instanceId %s is not an active Virtual Machine Scale Set VM "
			    "instanceId.",
			    id);
	}
	return 0;
}

static const char *member_id(char number[16], const struct az_vm *vm)
{
	if (vm->set->flexible)
		return vm->name;
	snprintf(number, 16, "%u", vm->instance);
	return number;
}

/* The ids as a table; NULL: all members ("*", or no list). */
static struct map *wanted_ids(const struct json *ids)
{
	struct map *m;

	for (size_t i = 0; i < json_len(ids); i++)
		if (strcmp(json_text(json_at(ids, i)), "*") == 0)
			return NULL;
	if (!ids)
		return NULL;
	m = map_new(NULL, true);
	for (size_t i = 0; i < json_len(ids); i++)
		map_put(m, json_text(json_at(ids, i)), m);
	return m;
}

static void act_on(struct az_set *s, struct az_vm *vm, enum az_action what, struct az_op *op)
{
	struct az_refusal r = { 0 };
	bool counted = vm->prov != AZ_DELETING;

	if (what == AZ_DO_DELETE && !counted)
		return;
	if (az_vm_act(vm, what, op, &r) != 0) {
		az_op_more(op);
		az_op_part_done(op, &r);
		return;
	}
	if (what == AZ_DO_DELETE && s->capacity > 0)
		s->capacity--;
}

struct az_op *az_set_act(struct az_set *s, enum az_action what, const struct json *ids,
			 struct az_refusal *r)
{
	struct az_world *w = s->world;
	struct map *wanted;
	struct az_op *op;
	char id[16];

	if (s->prov == AZ_DELETING) {
		az_refuse(r, 409, "OperationNotAllowed", "Scale set '%s' is being deleted.",
			  s->name);
		return NULL;
	}
	if (check_ids(s, ids, r) != 0)
		return NULL;
	wanted = wanted_ids(ids);
	op = az_op_new(w, AZ_OP_SET_ACTION, s->group->name, AZ_SET_TYPE, s->name,
		       az_regions[s->region].name, az_spread_ms(&w->sc.network, &w->rng));
	for (struct az_vm *vm = s->first; vm; vm = vm->set_next)
		if (!wanted || map_get(wanted, member_id(id, vm)))
			act_on(s, vm, what, op);
	map_free(wanted);
	az_set_changed(s);
	return op;
}

int az_set_has_room(const struct az_set *s, const struct az_vm *of, struct az_refusal *r)
{
	int64_t n = 0;

	if (!s->pinned || of->attached)
		return 0;
	for (const struct az_vm *vm = s->first; vm; vm = vm->set_next)
		n += vm->allocated;
	if (n < s->hosts)
		return 0;
	return az_refuse(
	    r, 409, "AllocationFailed",
	    "Allocation failed. The hardware cluster that single placement group '%s' is bound to has "
	    "no room for another VM of size %s.",
	    s->name, s->size->name);
}

void az_set_lost_member(struct az_set *s)
{
	if (s->capacity > 0)
		s->capacity--;
	az_set_changed(s);
}

static void remove_set(struct az_set *s)
{
	struct az_world *w = s->world;

	w->quota[s->region].sets.used--;
	az_store_forget(w, AZ_ROW_SET, s->row, s);
	map_del(s->group->sets, s->name); /* frees it */
}

void az_set_op_ended(struct az_world *w, struct az_op *op)
{
	struct az_group *g = az_group_find(w, op->group);
	struct az_set *s = g ? az_set_find(g, op->name) : NULL;

	if (!s || s->op != op)
		return;
	s->op = NULL;
	if (op->kind == AZ_OP_SET_DELETE && op->state == AZ_OP_SUCCEEDED) {
		remove_set(s);
		return;
	}
	s->prov = op->state == AZ_OP_SUCCEEDED ? AZ_SUCCEEDED : AZ_FAILED;
	az_set_changed(s);
}
