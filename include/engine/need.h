/*
 * What work asks of a node, as a tree (autoscale.md 5), and the vector of resources it is held against (4). Pure.
 */
#ifndef ENGINE_NEED_H
#define ENGINE_NEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum resource_kind { RES_NUMBER, RES_WORD };

struct resource {
	char name[32];
	enum resource_kind kind;
	double number;     /* consumable; memory in bytes under "mem" */
	char *word;        /* read-only: compared for equality; owned, NULL of a number */
};

struct resources { /* ncpus, pcpus, ngpus, mem and the custom ones; small, so linear */
	struct resource *v;
	size_t n, cap;
};

double resources_number(const struct resources *r, const char *name); /* 0 when absent */
void resources_reserve(struct resources *r, size_t n); /* what comes takes no more room than that */
void resources_set(struct resources *r, const char *name, double number);
void resources_set_word(struct resources *r, const char *name, const char *word);
void resources_copy(struct resources *to, const struct resources *from);
void resources_clear(struct resources *r);

struct pool_units {
	char name[32];
	double left;
};

enum need_kind {
	NEED_AND, NEED_OR, NEED_XOR, NEED_NOT,
	NEED_AT_LEAST,   /* name, number: consumable, subtracted per slot */
	NEED_EQUALS,     /* name, words: read-only resource; earlier word preferred, globs */
	NEED_PROPERTY,   /* name ("vm_size", "nodearray", "spot", ...), words: as above, of the node or bucket */
	NEED_EXCLUSIVE, NEED_EXCLUSIVE_TASK,
	NEED_IN_GROUP,   /* flag */
	NEED_POOL,       /* name, number: from a pool shared by jobs; flag: once per job instead of per slot */
	NEED_BACKOFF,    /* number: seconds since the bucket's last capacity failure */
	NEED_NEVER,      /* words[0]: shown */
};

struct need {
	enum need_kind kind;
	char name[32];
	double number;
	bool flag;
	char **words;
	size_t n_words;
	struct need *child, *next;
};

struct need *need_new(enum need_kind kind, const char *name, double number);
void need_word(struct need *n, const char *word);
void need_add(struct need *parent, struct need *child); /* takes child */
void need_free(struct need *n);

#endif
