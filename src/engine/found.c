#include "engine/found.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/members.h"
#include "engine/stray.h"

struct run *run_by_tag(const struct engine *e, const char *short_id)
{
	for (size_t i = 0; i < e->n_runs; i++)
		if (strcmp(e->runs[i]->cluster.short_id, short_id) == 0)
			return e->runs[i];
	return NULL;
}

enum cloud_kind kind_of_type(const char *type)
{
	static const struct {
		const char *type;
		enum cloud_kind kind;
	} kinds[] = {
		{ "Microsoft.Resources/resourceGroups", CLOUD_GROUP },
		{ "Microsoft.Network/networkSecurityGroups", CLOUD_NSG },
		{ "Microsoft.Network/virtualNetworks", CLOUD_NETWORK },
		{ "Microsoft.Compute/virtualMachines", CLOUD_VM },
		{ "Microsoft.Compute/virtualMachineScaleSets", CLOUD_SCALESET },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (text_casecmp(kinds[i].type, type) == 0)
			return kinds[i].kind;
	return CLOUD_OTHER;
}

struct find *find_of(const struct engine *e, const char *id)
{
	for (size_t i = 0; i < e->finds.n; i++)
		if (text_casecmp(e->finds.v[i]->f.id, id) == 0)
			return e->finds.v[i];
	return NULL;
}

static struct find *add(struct engine *e)
{
	struct find *f = xcalloc(1, sizeof(*f));

	f->engine = e;
	GROW(e->finds.v, e->finds.n, e->finds.cap);
	e->finds.v[e->finds.n++] = f;
	return f;
}

int finds_load(struct engine *e, struct err *err)
{
	struct found *rows;
	size_t n;

	if (store_founds(e->store, &rows, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct find *f = add(e);

		f->f = rows[i];
		f->told = true;
	}
	free(rows);
	return 0;
}

static void free_find(struct find *f)
{
	struct engine_cloud *c = cloud_named(f->engine, f->f.cloud);

	if (f->call && c)
		c->ops->cancel(f->call);
	if (f->look && c)
		c->ops->cancel(f->look);
	free(f);
}

void finds_free(struct engine *e)
{
	for (size_t i = 0; i < e->finds.n; i++)
		free_find(e->finds.v[i]);
	free(e->finds.v);
	e->finds = (struct finds){ 0 };
}

struct find *find_see(struct engine *e, const struct engine_cloud *c, enum found_what what,
		      const char *id, const char *type, const char *cluster_tag,
		      int64_t seen_ms)
{
	struct find *f = find_of(e, id);

	if (!f) {
		f = add(e);
		f->f.first_ms = seen_ms;
		snprintf(f->f.id, sizeof(f->f.id), "%s", id);
		snprintf(f->f.type, sizeof(f->f.type), "%s", type);
		snprintf(f->f.cloud, sizeof(f->f.cloud), "%s", c->record->name);
		snprintf(f->f.cluster_tag, sizeof(f->f.cluster_tag), "%s", cluster_tag);
	}
	f->what = what;
	f->sightings += f->seen_ms != seen_ms;
	f->seen_ms = seen_ms;
	return f;
}

/* Its row goes, too: what comes again under that name is another thing. */
void find_forget(struct engine *e, struct find *f)
{
	struct err err = ERR_INIT;
	size_t i = 0;

	if (f->f.state != FOUND_OPEN && store_found_forget(e->store, f->f.id, &err) < 0)
		log_error("%s", err.msg);
	while (e->finds.v[i] != f)
		i++;
	memmove(&e->finds.v[i], &e->finds.v[i + 1], (e->finds.n - i - 1) * sizeof(*e->finds.v));
	e->finds.n--;
	free_find(f);
}

bool find_shown(const struct find *f)
{
	return f->what != FOUND_PART || !stray_is_held(f->f.type) ||
	       (f->looked && !f->holder[0]);
}

bool find_undecided(const struct find *f)
{
	return f->f.state == FOUND_OPEN && f->what != FOUND_RESIDUE && find_shown(f);
}

/*
 * By name
 */

static bool is_tail(const char *id, const char *word)
{
	size_t len = strlen(id), n = strlen(word);

	return len > n && id[len - n - 1] == '/' && text_casecmp(id + len - n, word) == 0;
}

static struct find *named(struct engine *e, const char *word, struct err *err)
{
	struct find *found = find_of(e, word);

	if (found)
		return found;
	for (size_t i = 0; i < e->finds.n; i++) {
		if (!is_tail(e->finds.v[i]->f.id, word) || !find_shown(e->finds.v[i]))
			continue;
		if (found) {
			err_set(err, ERR_INVALID,
				"\"%.80s\" is the name of %s and of another: give the whole id",
				word, found->f.id);
			return NULL;
		}
		found = e->finds.v[i];
	}
	if (!found)
		err_set(err, ERR_NOT_FOUND,
			"\"%.80s\" is none of what was found: \"found\" lists it", word);
	return found;
}

int finds_named(struct engine *e, const struct strs *words, struct find ***out, size_t *n,
		struct err *err)
{
	size_t most = words->n ? words->n : e->finds.n;

	*n = 0;
	*out = xcalloc(most ? most : 1, sizeof(struct find *));
	for (size_t i = 0; i < most; i++) {
		struct find *f = words->n ? named(e, words->v[i], err) : e->finds.v[i];

		if (!f) {
			free(*out);
			return -1;
		}
		if (words->n || find_undecided(f))
			(*out)[(*n)++] = f;
	}
	return 0;
}

/*
 * Shown
 */

const struct sched_node *stranger_in_queue(const struct run *r, const struct cloud_vm *vm)
{
	for (size_t i = 0; r && r->queue && i < r->queue->n_nodes; i++) {
		const struct sched_node *sn = &r->queue->nodes[i];

		if (sn->offer)
			continue;
		if ((vm->host[0] && text_casecmp(sn->host, vm->host) == 0) ||
		    (vm->address[0] && strcmp(sn->address, vm->address) == 0))
			return sn;
	}
	return NULL;
}

const struct cloud_vm *stranger_find(const struct run *r, const char *id)
{
	for (size_t i = 0; r && i < r->strangers.n; i++)
		if (text_casecmp(r->strangers.v[i].id, id) == 0)
			return &r->strangers.v[i];
	return NULL;
}

static char *copy(const char *text)
{
	return xstrdup(text ? text : "");
}

/* A copy: the listing goes with its reading. */
void find_stranger(struct run *r, const struct cloud_vm *vm)
{
	struct cloud_vm *to;

	if (vm->deleting || !vm->set_id || !vm->set_id[0] || !array_of_set(r, vm->set_id))
		return;
	to = cloud_vms_add(&r->strangers);
	*to = *vm;
	to->id = copy(vm->id);
	to->name = copy(vm->name);
	to->host = copy(vm->host);
	to->set_id = copy(vm->set_id);
	to->size = copy(vm->size);
	to->zone = copy(vm->zone);
	to->address = copy(vm->address);
	to->cluster_tag = copy(vm->cluster_tag);
	find_see(r->engine, r->cloud, FOUND_NODE, vm->id, "Microsoft.Compute/virtualMachines",
		 r->cluster.short_id, r->vms_started_ms);
}

void strangers_whole(struct run *r)
{
	struct engine *e = r->engine;

	for (size_t i = e->finds.n; i-- > 0;) {
		struct find *f = e->finds.v[i];

		if (f->what == FOUND_NODE && f->seen_ms < r->vms_started_ms &&
		    strcmp(f->f.cluster_tag, r->cluster.short_id) == 0)
			find_forget(e, f);
	}
}

/* Of one cluster, or of none that is known: what each costs, where that can be said of all. */
bool finds_say(const struct engine *e, const struct run *r, char *out, size_t max)
{
	char money[32] = "at an unknown price", rate[24], things[48];
	double price, sum = 0;
	int64_t n = 0;

	for (size_t i = 0; i < e->finds.n; i++) {
		const struct find *f = e->finds.v[i];

		if (!f->told || f->f.state != FOUND_OPEN ||
		    run_by_tag(e, f->f.cluster_tag) != r)
			continue;
		n++;
		price = find_price(f);
		sum = price < 0 || sum < 0 ? -1 : sum + price;
	}
	if (sum >= 0)
		snprintf(money, sizeof(money), "%s/h", money_text(rate, sum));
	if (n > 0)
		snprintf(out, max, "%s in the cloud, %s, in no row: \"found\" lists %s",
			 count_text(things, n, "thing"), money, n == 1 ? "it" : "them");
	return n > 0;
}

void find_json(struct json *list, const struct engine *e, const struct find *f)
{
	static const char *const words[] = {
		[FOUND_ORPHAN] = "orphan",
		[FOUND_PART] = "part",
		[FOUND_NODE] = "node",
		[FOUND_RESIDUE] = "residue",
	};
	const struct run *r = run_by_tag(e, f->f.cluster_tag);
	const struct cloud_vm *vm = stranger_find(r, f->f.id);
	const struct sched_node *sn = vm ? stranger_in_queue(r, vm) : NULL;
	struct json *j = json_add_object(list);

	json_set_str(j, "id", f->f.id);
	json_set_str(j, "type", f->f.type);
	json_set_str(j, "what", words[f->what]);
	json_set_str(j, "cloud", f->f.cloud);
	json_set_str(j, "cluster", r ? r->cluster.name : "");
	json_set_str(j, "cluster_tag", f->f.cluster_tag);
	json_set_str(j, "node", sn ? sn->name : "");
	json_set_int(j, "jobs", sn ? sn->jobs : 0);
	json_set_str(j, "state", found_state_name(f->f.state));
	json_set_str(j, "actor", f->f.actor);
	json_set_str(j, "error", f->f.error);
	json_set_bool(j, "orphan", f->told);
	json_set_real(j, "price_per_hour", find_price(f));
	json_set_int(j, "goes_ms", find_goes_ms(e, f));
	json_set_int(j, "first_ms", f->f.first_ms);
	json_set_int(j, "decided_ms", f->f.decided_ms);
}

struct json *engine_found(struct engine *e)
{
	struct json *j = json_new_object(), *list;
	const char *why = store_adoption(e->store);
	struct err err = ERR_INIT;

	json_set_bool(j, "adoption", e->adoption);
	json_set_str(j, "adoption_why", e->adoption && why ? why : "");
	json_set_str(j, "waits_for", adoption_ready(e, &err) ? "" : err.msg);
	list = json_set_array(j, "found");
	for (size_t i = 0; i < e->finds.n; i++)
		if (find_shown(e->finds.v[i]))
			find_json(list, e, e->finds.v[i]);
	return j;
}
