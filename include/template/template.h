/*
 * Templates: data, not programs (S11). YAML with parameters; values are substituted into the parsed tree, never into
 * text before parsing. Checks name line, column and the nearest known word. Expansion gives a cluster_spec.
 */
#ifndef TEMPLATE_TEMPLATE_H
#define TEMPLATE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strs.h"
#include "model/cluster.h"

enum param_type { PARAM_TEXT, PARAM_INT, PARAM_REAL, PARAM_BOOL, PARAM_CHOICE, PARAM_SIZE, PARAM_IMAGE, PARAM_REGION, PARAM_CIDR, PARAM_DURATION };

struct template_param {
	char *name, *label, *help, *group; /* group: the wizard's step */
	enum param_type type;
	char *fallback;                    /* NULL: must be given */
	struct strs choices;
	double min, max;                   /* INT, REAL; min > max: no bounds */
};

struct template {
	char *name, *title, *description, *path, *hash, *text;
	int64_t changed_ms;                /* its file; 0: it has none */
	char *scheduler;
	struct strs arrays;                /* names, for lists */
	struct template_param *params;
	size_t n_params;
	struct yaml *tree;
	char *problem;                     /* the first to mend, with its place; NULL: none */
};

struct template_problem {
	unsigned int line, column;
	char text[240];
	bool cause;                        /* an unknown word: what else is missing may follow from it */
};

struct template_problems { /* all of them at once, in order of position; at most 100 */
	struct template_problem *v;
	size_t n, cap;
};

/* Folders are searched in order; built-in first. name without ".yaml"; a path with '/' is taken as it is. */
struct template *template_load(const struct strs *folders, const char *name, struct err *err);
struct template *template_parse(const char *text, size_t len, const char *name, struct err *err);
void template_free(struct template *t);
char *template_file(const struct strs *folders, const char *name, struct err *err); /* which template_load() reads; yours to free */
int templates_list(struct strs *names, const struct strs *folders, struct err *err);
void template_folders(struct strs *out); /* built-in (beside the program or under its prefix), then the user's own */

/* Everything that can be known without a cloud: unknown keys, wrong types, names, ranges, references. 0 when there is none. */
int template_check(struct template_problems *out, const struct template *t);
/* Of its scheduler, where it is none of these: what is right may need what is not here. NULL-terminated; as template_check(). */
int template_check_scheduler(struct template_problems *out, const struct template *t, const char *const *known);
/* The one to mend first: an unknown word before what may follow from it. NULL: there is none. */
const struct template_problem *template_problems_first(const struct template_problems *p);
/* Of a text that is no YAML, from template_parse()'s message: its one problem. -1: the message names no place. */
int template_problems_read(struct template_problems *out, const char *msg);
void template_problems_clear(struct template_problems *p);

/* params: "name=value". Unknown parameters and values that do not fit are errors that name the parameter and what is allowed. */
int template_expand(struct cluster_spec *out, const struct template *t, const struct strs *params, struct err *err);

/* Whether one value fits, as template_expand() would find; err tells what is allowed. */
int template_param_check(const struct template_param *p, const char *value, struct err *err);
/* The parameter that the text puts at "arrays/htc/max_nodes" or "arrays/htc/sizes/0"; NULL: none. */
const struct template_param *template_param(const struct template *t, const char *name); /* NULL: it has none of that name */
const struct template_param *template_param_at(const struct template *t, const char *path);

/*
 * customData: one POSIX sh script, every value quoted (5.4, S11.6). role "head" or "node"; vars "NAME=value" are set
 * before the script's parts run. Never a secret: customData is public (S7.6).
 */
int boot_script(struct buf *out, const struct cluster_spec *spec, const char *role, const struct strs *vars,
		struct err *err);

#endif
