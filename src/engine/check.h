/*
 * What a cluster would be before it is made: what is wrong with it, what it would cost, what
 * would be made. Pure but for the JSON that it fills; engine_check() brings the facts.
 *
 * problems: [{level: "fail" or "warn", param, text, fix}]
 *           param "" is the whole, CHECK_NAME the cluster's name; fix: a value that would do;
 *           moves: true where engine_create() takes it unasked in place of a default
 * checks:   [{what, state: "ok", "warn", "fail" or "unknown", text}], in a fixed order
 * cost:     {idle, some, some_nodes, full, full_nodes, sample}
 *           USD an hour; -1: a price is not known; budget: USD a month, when there is one
 * creates:  {now[], later[], kept[]}, lines for people
 * pending:  the cloud was asked: ask again
 */
#ifndef ENGINE_CHECK_H
#define ENGINE_CHECK_H

#include "engine/run.h"
#include "template/template.h"

#define CHECK_NAME	 "@name" /* no parameter can be called so */
#define CHECK_SOME_NODES 10

enum check_state { CHECK_OK, CHECK_UNKNOWN, CHECK_WARN, CHECK_FAIL };

/* check_note.c; out has both lists. The new problem. */
struct json *check_problem(struct json *out, enum check_state s, const char *param,
			   const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Whether there is a problem of the parameter already; fix, where there is one, would do. */
bool check_refix(struct json *out, const char *param, const char *fix);
void check_told(struct json *out, const char *what, enum check_state s, const char *text);
/* It was looked at without all of the values: what was fine is unknown, but for the name. */
void check_unsure(struct json *out);

struct check_facts {
	const struct cluster_spec *spec;
	const struct template *t;
	const struct provider_ops *provider; /* NULL: its cloud is not known */
	const struct region_facts *region;   /* NULL, or sizes_ms 0: not known yet */
	const struct cluster *const *others;
	size_t n_others;
	const struct strs *given; /* "NAME=VALUE" as asked for; NULL: no default steps aside */
	bool head_runs;		  /* what it takes of a quota is among what is used */
	double taken;		  /* USD an hour of disks that are taken over; -1 not known */
};

/* One by one, by their types. Those that fit are left in rest; false: not all do. base: what a
 * cluster has already, which stands for the template's defaults; NULL: no cluster yet. */
bool check_values(struct json *out, const struct template *t, const struct strs *params,
		  const struct strs *base, struct strs *rest);
/* Values that are of their type: with those that are left in rest the template can be expanded;
 * of the others each that is wrong by itself among base and the defaults is told. Where nothing
 * can be tried, as a value is missing that has no default, all are left in rest. */
bool check_each(struct json *out, const struct template *t, const struct strs *params,
		const struct strs *base, struct strs *rest);
/* What a template says of a value has its own place in front, which the operator never saw. */
const char *check_without_place(const char *text);
/* offers[]: usual values of a parameter by what it is for; the template's own choices come with
 * it. */
void check_offers(struct json *out, struct engine *e, const struct template *t,
		  const struct cluster_spec *spec, const char *param);
/* Whether usual values of a parameter can be known at all. */
bool check_may_offer(const struct template *t, const struct cluster_spec *spec,
		     const struct template_param *p);
/* The storage for which it names a disk that is taken over; NULL: it does not. */
const char *check_for_disk(const struct template *t, const struct cluster_spec *spec,
			   const char *param);
struct json *template_param_json(struct json *list,
				 const struct template_param *p); /* view.c */
void check_spec(struct json *out, const struct check_facts *f);
/* Arrays that are paused then by their schedule, and until when. */
void check_hours(struct json *out, const struct cluster_spec *spec, int64_t now_s);

/* -1: a quota of the region leaves too little for the head, as far as they are known. */
int check_head_fits(const struct check_facts *f, struct err *err);

/* -1: another cluster of its cloud has addresses of its range; says which, and the next free
 * one. */
int check_range_free(const struct check_facts *f, struct err *err);

/* -1: the head and the nodes that are always there do not fit into its subnet, or the cloud
 * makes none of that range. */
int check_range_holds(const struct check_facts *f, struct err *err);

/* A default range that another cluster has steps aside: adds the next free one to params. What
 * check_addresses() tells of a range rests on the same judgement as these two. */
bool check_moved_range(struct strs *params, const struct check_facts *f);

#endif
