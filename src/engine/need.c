/* What work asks of a node, as a tree: building it, and holding it against a node. */
#include "engine/need.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/plan_private.h"

struct need *need_new(enum need_kind kind, const char *name, double number)
{
	struct need *n = xcalloc(1, sizeof(*n));

	n->kind = kind;
	n->number = number;
	snprintf(n->name, sizeof(n->name), "%s", name ? name : "");
	return n;
}

void need_word(struct need *n, const char *word)
{
	n->words = xreallocarray(n->words, n->n_words + 1, sizeof(*n->words));
	n->words[n->n_words++] = xstrdup(word);
}

void need_add(struct need *parent, struct need *child)
{
	struct need **at = &parent->child;

	while (*at)
		at = &(*at)->next;
	*at = child;
}

void need_free(struct need *n)
{
	while (n) {
		struct need *next = n->next;

		need_free(n->child);
		for (size_t i = 0; i < n->n_words; i++)
			free(n->words[i]);
		free(n->words);
		free(n);
		n = next;
	}
}

bool need_has_amount(const struct need *n)
{
	if (n->kind == NEED_AT_LEAST)
		return true;
	for (const struct need *c = n->child; c; c = c->next)
		if (need_has_amount(c))
			return true;
	return false;
}

bool need_by_name(const struct need *n)
{
	static const char *const single[] = { "name", "hostname", "state" };

	for (size_t i = 0; n->kind == NEED_PROPERTY && i < ARRAY_LEN(single); i++)
		if (strcmp(n->name, single[i]) == 0)
			return true;
	for (const struct need *c = n->child; c; c = c->next)
		if (need_by_name(c))
			return true;
	return false;
}

static uint64_t hash_bytes(uint64_t h, const void *data, size_t n)
{
	const unsigned char *b = data;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * UINT64_C(0x100000001b3);
	return h;
}

static uint64_t hash_whole(const struct need *n, uint64_t h)
{
	h = hash_bytes(h, &n->kind, sizeof(n->kind));
	h = hash_bytes(h, n->name, strlen(n->name) + 1);
	h = hash_bytes(h, &n->number, sizeof(n->number));
	h = hash_bytes(h, &n->flag, sizeof(n->flag));
	for (size_t i = 0; i < n->n_words; i++)
		h = hash_bytes(h, n->words[i], strlen(n->words[i]) + 1);
	for (const struct need *c = n->child; c; c = c->next)
		h = hash_whole(c, h);
	return hash_bytes(h, ")", 1);
}

uint64_t need_hash(const struct need *n, uint64_t h)
{
	if (n->kind == NEED_AT_LEAST)
		return h;
	if (n->kind != NEED_AND)
		return hash_whole(n, h);
	for (const struct need *c = n->child; c; c = c->next)
		h = need_hash(c, h);
	return h;
}

static bool same_whole(const struct need *a, const struct need *b)
{
	const struct need *x = a->child, *y = b->child;

	if (a->kind != b->kind || strcmp(a->name, b->name) != 0 || a->number != b->number ||
	    a->flag != b->flag || a->n_words != b->n_words)
		return false;
	for (size_t i = 0; i < a->n_words; i++)
		if (strcmp(a->words[i], b->words[i]) != 0)
			return false;
	for (; x && y; x = x->next, y = y->next)
		if (!same_whole(x, y))
			return false;
	return !x && !y;
}

static const struct need *skip_amounts(const struct need *n)
{
	while (n && n->kind == NEED_AT_LEAST)
		n = n->next;
	return n;
}

/* Equal but for the amounts at the top. */
bool need_same(const struct need *a, const struct need *b)
{
	const struct need *x, *y;

	if (!a || !b)
		return a == b;
	if (a->kind != NEED_AND || b->kind != NEED_AND)
		return a->kind == NEED_AT_LEAST ? b->kind == NEED_AT_LEAST : same_whole(a, b);
	x = skip_amounts(a->child);
	y = skip_amounts(b->child);
	while (x && y) {
		if (!need_same(x, y))
			return false;
		x = skip_amounts(x->next);
		y = skip_amounts(y->next);
	}
	return !x && !y;
}

/*
 * Words of a node
 */

static const char *word_in(const struct resources *r, const char *name, char out[96])
{
	for (size_t i = 0; i < r->n; i++) {
		if (strcmp(r->v[i].name, name) != 0)
			continue;
		if (r->v[i].kind == RES_WORD)
			snprintf(out, 96, "%s", r->v[i].word);
		else
			snprintf(out, 96, "%.15g", r->v[i].number);
		return out;
	}
	return NULL;
}

/* The node's own word first, then that of its array. */
static const char *word_of(const struct need_view *v, const char *name, char out[96])
{
	const struct facts *f = v->p->f;
	const char *w = NULL;
	size_t node = v->node != SIZE_MAX ? v->node : v->kind->node;

	if (node != SIZE_MAX)
		w = word_in(&f->nodes[node].total, name, out);
	if (!w && v->kind->array != SIZE_MAX)
		w = word_in(&f->arrays[v->kind->array].extra, name, out);
	return w;
}

static const char *number_text(char out[96], int64_t n)
{
	snprintf(out, 96, "%" PRId64, n);
	return out;
}

static const char *size_property(const struct vm_size *s, const char *name, char out[96])
{
	if (strcmp(name, "vm_size") == 0)
		return s->name;
	if (strcmp(name, "vm_family") == 0)
		return s->family;
	if (strcmp(name, "vcpu_count") == 0)
		return number_text(out, s->vcpus);
	if (strcmp(name, "pcpu_count") == 0)
		return number_text(out,
				   s->vcpus / (s->vcpus_per_core > 0 ? s->vcpus_per_core : 1));
	if (strcmp(name, "gpu_count") == 0)
		return number_text(out, s->gpus);
	if (strcmp(name, "memory") == 0)
		return number_text(out, s->mem_bytes);
	if (strcmp(name, "infiniband") == 0)
		return s->rdma ? "true" : "false";
	return NULL;
}

static const char *bucket_property(const struct fact_bucket *b, const char *name, char out[96])
{
	if (strcmp(name, "zone") == 0)
		return b->zone;
	if (strcmp(name, "spot") == 0)
		return b->spot ? "true" : "false";
	if (strcmp(name, "placement_group") == 0)
		return b->group;
	return b->size ? size_property(b->size, name, out) : NULL;
}

static const char *node_property(const struct need_view *v, const char *name)
{
	if (v->node == SIZE_MAX)
		return NULL;
	if (strcmp(name, "state") == 0)
		return node_state_name(v->p->f->nodes[v->node].state);
	return strcmp(name, "name") == 0 || strcmp(name, "hostname") == 0
		   ? v->p->f->nodes[v->node].name
		   : NULL;
}

static const char *property(const struct need_view *v, const char *name, char out[96])
{
	const struct facts *f = v->p->f;
	const char *w;

	if (strcmp(name, "exists") == 0)
		return v->kind->rank == RANK_NEW ? "false" : "true";
	if (strcmp(name, "nodearray") == 0)
		return v->kind->array != SIZE_MAX ? f->arrays[v->kind->array].spec->name : NULL;
	w = node_property(v, name);
	if (!w && v->kind->bucket != SIZE_MAX)
		w = bucket_property(&f->buckets[v->kind->bucket], name, out);
	if (!w)
		w = word_of(v, name, out);
	return !w && strcmp(name, "location") == 0 ? f->region : w;
}

static bool matches(const char *pattern, const char *text)
{
	return strcmp(pattern, text) == 0 ||
	       (strpbrk(pattern, "*?[") && fnmatch(pattern, text, 0) == 0);
}

static int first_word(const struct need *n, const char *text)
{
	for (size_t i = 0; text && i < n->n_words; i++)
		if (matches(n->words[i], text))
			return (int)i;
	return -1;
}

/*
 * Evaluation
 */

static int amount_holds(const struct need *n, const struct need_view *v, double take[DIMS_MAX])
{
	double unit = 1, more;
	/* the name was added when the want was compiled, so nothing is changed here */
	int dim = dim_of((struct planner *)v->p, n->name, &unit);

	if (dim < 0)
		return -1;
	more = n->number * (unit < 0 ? v->kind->threads : unit);
	if (!v->free)
		return 0;
	take[dim] += more;
	return v->free[dim] + 1e-9 * (1 + v->free[dim]) >= take[dim] ? 0 : -1;
}

static int all_hold(const struct need *n, const struct need_view *v, double take[DIMS_MAX])
{
	int far = 0;

	for (const struct need *c = n->child; c; c = c->next) {
		int one = need_holds(c, v, take);

		if (one < 0)
			return -1;
		far += one;
	}
	return far;
}

/* One of the branches: the first that holds, or for xor the only one; it alone consumes. */
static int branch_holds(const struct need *n, const struct need_view *v, double take[DIMS_MAX])
{
	double kept[DIMS_MAX];
	int far = -1, i = 0;

	for (const struct need *c = n->child; c; c = c->next, i++) {
		double scratch[DIMS_MAX];
		int one;

		memcpy(scratch, take, sizeof(scratch));
		one = need_holds(c, v, scratch);
		if (one < 0)
			continue;
		if (far >= 0)
			return -1;
		far = n->kind == NEED_OR ? one + i : one;
		memcpy(kept, scratch, sizeof(kept));
		if (n->kind == NEED_OR)
			break;
	}
	if (far >= 0)
		memcpy(take, kept, sizeof(kept));
	return far;
}

static int none_holds(const struct need *n, const struct need_view *v)
{
	for (const struct need *c = n->child; c; c = c->next) {
		double scratch[DIMS_MAX] = { 0 };

		if (need_holds(c, v, scratch) < 0)
			return 0;
	}
	return n->child ? -1 : 0;
}

static int in_group(const struct need *n, const struct need_view *v)
{
	const struct facts *f = v->p->f;
	bool in = v->kind->bucket != SIZE_MAX && f->buckets[v->kind->bucket].group[0];

	return in == n->flag ? 0 : -1;
}

static int rested(const struct need_view *v)
{
	const struct facts *f = v->p->f;

	if (v->kind->rank != RANK_NEW)
		return 0;
	return f->buckets[v->kind->bucket].closed_until_s <= f->now_s ? 0 : -1;
}

int need_holds(const struct need *n, const struct need_view *v, double take[DIMS_MAX])
{
	char text[96];

	switch (n->kind) {
	case NEED_AND:
		return all_hold(n, v, take);
	case NEED_OR:
	case NEED_XOR:
		return !v->free && need_has_amount(n) ? 0 : branch_holds(n, v, take);
	case NEED_NOT:
		return !v->free && need_has_amount(n) ? 0 : none_holds(n, v);
	case NEED_AT_LEAST:
		return amount_holds(n, v, take);
	case NEED_EQUALS:
		return first_word(n, word_of(v, n->name, text));
	case NEED_PROPERTY:
		return first_word(n, property(v, n->name, text));
	case NEED_IN_GROUP:
		return in_group(n, v);
	case NEED_BACKOFF:
		return rested(v);
	case NEED_NEVER:
		return -1;
	case NEED_EXCLUSIVE:
	case NEED_EXCLUSIVE_TASK:
	case NEED_POOL:
		break;
	}
	return 0;
}
