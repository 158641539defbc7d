/*
 * A teardown's plan as a tree of rows, stage by stage (tui.md 4.5): what happens to each thing,
 * and what Space may change. Pure: JSON of the engine in.
 */
#ifndef CONSOLE_PLAN_TREE_H
#define CONSOLE_PLAN_TREE_H

#include "base/json.h"
#include "base/strs.h"
#include "console/screen.h"
#include "console/textbox.h"

enum plan_toggle { TOGGLE_NONE, TOGGLE_KEEP, TOGGLE_KILL };

struct plan_row {
	char stage; /* '1' to '7'; '-' never touched */
	char mark;  /* 'x' it goes, ' ' it stays, '-' not ours; '\0': no box, a remark below */
	char what[100], act[100];
	enum tone tone;
	enum plan_toggle toggle;
	char storage[40];	  /* TOGGLE_KEEP: the one that it keeps or deletes */
	const char *fixed;	  /* why Space changes nothing here */
	const struct json *jobs;  /* that Enter lists below it; NULL none */
	char key[40];		  /* of that list */
	bool listed;		  /* one of those that Enter listed */
	const struct json *thing; /* of the plan, for facts; may be NULL */
};

#define PLAN_ROWS 400 /* beyond that resources are counted */

struct plan_tree {
	struct plan_row *v;
	size_t n, cap;
	struct strs open; /* keys of the lists that are shown */
	bool typed; /* no keys here: what can be changed is told as words of the command */
};

/* The plan must outlive it. kill: running jobs are not waited for. */
void plan_tree_make(struct plan_tree *t, const struct json *plan, bool kill);
void plan_tree_clear(struct plan_tree *t);
bool plan_tree_fold(struct plan_tree *t,
		    size_t i); /* false: there is no list; else make it anew */
size_t plan_tree_first_toggle(const struct plan_tree *t); /* of storage; n: none */

bool plan_row_can_snapshot(const struct plan_row *r); /* of storage with a disk */

/* One row in so many columns; stages: with a column of them in front (from 160 columns); end:
 * columns at its end that something else takes. */
void plan_row_draw(const struct plan_tree *t, size_t i, struct screen *s, struct area line,
		   bool stages, bool selected, int end);
void plan_row_line(const struct plan_tree *t, size_t i, char out[240]); /* for plain lines */
/* What is known of a row's thing, and what can be done with it. */
void plan_row_facts(const struct plan_tree *t, size_t i, const struct json *plan,
		    struct textbox *out);

#endif
