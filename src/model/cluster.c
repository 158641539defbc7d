#include "model/cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/words.h"

static const char *const state_names[CLUSTER_STATES] = {
	[CLUSTER_OFF] = "off",		 [CLUSTER_STARTING] = "starting",
	[CLUSTER_RUNNING] = "running",	 [CLUSTER_STOPPING] = "stopping",
	[CLUSTER_DELETING] = "deleting", [CLUSTER_DELETED] = "deleted",
	[CLUSTER_RESIDUE] = "residue",	 [CLUSTER_FAILED] = "failed",
	[CLUSTER_KEPT] = "kept",
};

static const char *const state_shorts[CLUSTER_STATES] = {
	[CLUSTER_OFF] = "OFF",	     [CLUSTER_STARTING] = "STRT", [CLUSTER_RUNNING] = "RUN",
	[CLUSTER_STOPPING] = "STOP", [CLUSTER_DELETING] = "DEL",  [CLUSTER_DELETED] = "GONE",
	[CLUSTER_RESIDUE] = "LEFT",  [CLUSTER_FAILED] = "ERR",	  [CLUSTER_KEPT] = "KEPT",
};

bool cluster_is_ending(enum cluster_state s)
{
	return s == CLUSTER_DELETING || s == CLUSTER_DELETED || s == CLUSTER_RESIDUE ||
	       s == CLUSTER_KEPT;
}

static const char *const spot_names[] = {
	[SPOT_NEVER] = "never",
	[SPOT_ONLY] = "only",
	[SPOT_THEN_ONDEMAND] = "then_ondemand",
};

static const char *const choose_names[] = {
	[CHOOSE_COST] = "cost",
	[CHOOSE_PREFERENCE] = "preference",
	[CHOOSE_FEWEST] = "fewest_nodes",
	[CHOOSE_BALANCED] = "balanced",
};

static const char *const keep_names[] = {
	[KEEP_DELETE] = "delete",
	[KEEP_KEEP] = "keep",
	[KEEP_SNAPSHOT] = "snapshot",
	[KEEP_AUTO] = "auto",
};

const char *cluster_state_name(enum cluster_state s)
{
	return state_names[s];
}

const char *cluster_state_short(enum cluster_state s)
{
	return state_shorts[s];
}

enum cluster_state cluster_state_of(const char *name)
{
	return (enum cluster_state)word_index(state_names, CLUSTER_STATES, name,
					      CLUSTER_FAILED);
}

const char *keep_policy_name(enum keep_policy p)
{
	return keep_names[p];
}

enum keep_policy keep_policy_of(const char *name)
{
	return (enum keep_policy)word_index(keep_names, KEEP_AUTO, name, KEEP_KEEP);
}

const char *spot_policy_name(enum spot_policy p)
{
	return spot_names[p];
}

int spot_policy_of(const char *name)
{
	return word_index(spot_names, ARRAY_LEN(spot_names), name, -1);
}

const char *choose_policy_name(enum choose_policy p)
{
	return choose_names[p];
}

int choose_policy_of(const char *name)
{
	return word_index(choose_names, ARRAY_LEN(choose_names), name, -1);
}

void array_spec_init(struct array_spec *a)
{
	*a = (struct array_spec){
		.sizes = STRS_INIT(32),
		.zones = STRS_INIT(8),
		.features = STRS_INIT(32),
		.max_price = -1,
		.max_nodes = -1,
		.max_cores = -1,
		.idle_s = 300,
		.never_used_s = 600,
		.boot_s = 1800,
		.spot_wait_s = 120,
		.group_max = 100,
		.mem_reserve = -1,
		.foresee_quantile = 70,
		.foresee_percent = 10,
	};
}

void array_spec_clear(struct array_spec *a)
{
	free(a->name);
	free(a->image);
	free(a->kept_by);
	strs_clear(&a->sizes);
	strs_clear(&a->zones);
	strs_clear(&a->features);
	for (size_t i = 0; i < a->n_schedule; i++)
		schedule_window_clear(&a->schedule[i]);
	free(a->schedule);
	array_spec_init(a);
}

void cluster_spec_init(struct cluster_spec *s)
{
	*s = (struct cluster_spec){
		.params = STRS_INIT(CLUSTER_PARAMS_MAX),
		.head_disk_gib = 30,
		.max_nodes = -1,
		.max_cores = -1,
		.max_price = -1,
		.budget_month = -1,
		.cycle_s = 5,
	};
}

void storage_spec_clear(struct storage_spec *s)
{
	free(s->name);
	free(s->kind);
	free(s->path);
	free(s->disk);
	free(s->from_id);
	free(s->disk_id);
	*s = (struct storage_spec){ .disk_price = -1 };
}

const char *array_image(const struct cluster_spec *s, const struct array_spec *a)
{
	return a->image ? a->image : s->image ? s->image : "";
}

bool storage_has_disk(const struct storage_spec *s)
{
	return s->disk_gib > 0 || (s->disk && s->disk[0]);
}

bool storage_is_snapshot(const struct storage_spec *s)
{
	return s->disk_id && text_find(s->disk_id, "/snapshots/");
}

const char *storage_disk_name(const struct storage_spec *s)
{
	const char *slash = s->disk_id ? strrchr(s->disk_id, '/') : NULL;

	return slash ? slash + 1 : "";
}

bool cluster_holds_data(const struct cluster *c, const struct storage_spec *s)
{
	return s->disk_ms || (!storage_has_disk(s) && c->head_id && c->head_id[0]);
}

/* The template's word is for the teardown that leaves its cluster's disks behind. Who deletes
 * what that one left means the disks: there is nothing else. */
enum keep_policy cluster_fate_of(const struct cluster *c, const struct storage_spec *s)
{
	return c->state == CLUSTER_KEPT || !s->disk_ms ? KEEP_DELETE : s->policy;
}

bool cluster_loses_data(const struct cluster *c)
{
	for (size_t i = 0; i < c->spec.n_storage; i++)
		if (cluster_holds_data(c, &c->spec.storage[i]) &&
		    cluster_fate_of(c, &c->spec.storage[i]) == KEEP_DELETE)
			return true;
	return false;
}

bool cluster_rests(const struct cluster *c)
{
	return c->state == CLUSTER_OFF || c->state == CLUSTER_KEPT;
}

double cluster_disks_price(const struct cluster *c)
{
	double sum = 0;

	for (size_t i = 0; i < c->spec.n_storage; i++) {
		const struct storage_spec *s = &c->spec.storage[i];

		if (s->disk_ms && s->disk_price < 0)
			return -1;
		sum += s->disk_ms ? s->disk_price : 0;
	}
	return sum;
}

void cluster_spec_clear(struct cluster_spec *s)
{
	char *strings[] = { s->template_name, s->template_hash, s->scheduler,	s->cloud,
			    s->region,	      s->image,		s->admin_user,	s->head_size,
			    s->vnet_id,	      s->vnet_cidr,	s->subnet_cidr, s->subnet_name,
			    s->sample_job };

	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		free(strings[i]);
	strs_clear(&s->params);
	for (size_t i = 0; i < s->n_arrays; i++)
		array_spec_clear(&s->arrays[i]);
	for (size_t i = 0; i < s->n_storage; i++)
		storage_spec_clear(&s->storage[i]);
	for (size_t i = 0; i < s->n_settings; i++) {
		free(s->settings[i].name);
		free(s->settings[i].value);
	}
	for (size_t i = 0; i < s->n_budgets; i++)
		budget_spec_clear(&s->budgets[i]);
	free(s->budgets);
	free(s->arrays);
	free(s->storage);
	free(s->settings);
	cluster_spec_init(s);
}

const struct array_spec *cluster_array(const struct cluster_spec *s, const char *name)
{
	for (size_t i = 0; i < s->n_arrays; i++)
		if (strcmp(s->arrays[i].name, name) == 0)
			return &s->arrays[i];
	return NULL;
}

const char *cluster_setting(const struct cluster_spec *s, const char *name,
			    const char *fallback)
{
	for (size_t i = 0; i < s->n_settings; i++)
		if (strcmp(s->settings[i].name, name) == 0)
			return s->settings[i].value;
	return fallback;
}

const char *cluster_etag(char out[CLUSTER_ETAG], const struct cluster *c)
{
	snprintf(out, CLUSTER_ETAG, "\"%s.%lld\"", c->short_id, (long long)c->version);
	return out;
}

void cluster_clear(struct cluster *c)
{
	free(c->name);
	free(c->reason);
	free(c->owner);
	free(c->group_id);
	free(c->head_id);
	free(c->head_host);
	free(c->head_address);
	cluster_spec_clear(&c->spec);
	*c = (struct cluster){ 0 };
	cluster_spec_init(&c->spec);
}

/* Becomes part of host names and resource names, so the rules are those of a DNS label. */
bool cluster_name_ok(const char *name, struct err *err)
{
	size_t n = strlen(name);

	if (n == 0 || n > NAME_MAX_CLUSTER) {
		err_set(err, ERR_INVALID,
			"a cluster's name has 1 to %d characters, \"%.40s\" has %zu",
			NAME_MAX_CLUSTER, name, n);
		return false;
	}
	if (name[0] < 'a' || name[0] > 'z' || name[n - 1] == '-' ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0') {
		err_set(
		    err, ERR_INVALID,
		    "cluster name \"%s\": use lower case letters, digits and inner hyphens, beginning with a letter",
		    name);
		return false;
	}
	return true;
}
