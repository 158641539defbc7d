/*
 * What differs between two revisions of a template: as lines of text, for the eye, and as clusters, for what it would do
 * to one that runs. Both pure.
 */
#ifndef TEMPLATE_COMPARE_H
#define TEMPLATE_COMPARE_H

#include "model/cluster.h"

#define COMPARE_CONTEXT 3 /* equal lines around what differs */

struct compare_line {
	char sign;             /* ' ' both, '-' only the first, '+' only the second, '@': equal lines were left out here */
	unsigned int old_line, new_line; /* from 1; 0: not there */
	const char *text;      /* borrowed from the two texts, without its line end */
	size_t len;
};

struct compare_lines {
	struct compare_line *v;
	size_t n, cap;
};

/* Nothing when the texts are the same. */
void compare_texts(struct compare_lines *out, const char *from, const char *to);
void compare_lines_clear(struct compare_lines *l);

enum change_effect {
	CHANGE_NOW,         /* from the next decision on; nothing restarts */
	CHANGE_NEW_NODES,   /* from the next node on; those that are there stay as they are */
	CHANGE_NEW_CLUSTER, /* the head was made with it: only a cluster made anew has it */
	CHANGE_EFFECTS
};

struct spec_change {
	char sign;          /* '+' added, '-' taken away, '~' changed */
	char what[80];      /* "array htc max_nodes" */
	char array[20];     /* that it is about; "" the cluster */
	char from[120], to[120];
	enum change_effect effect;
};

struct spec_changes {
	struct spec_change *v;
	size_t n, cap;
};

/* In the order of the model; what a cluster keeps of its own (its addresses, where it was moved) is no difference. */
void compare_specs(struct spec_changes *out, const struct cluster_spec *from, const struct cluster_spec *to);
/* Before that: where to's words for a disk are those that was has, to has the disk that a cluster took over by them. */
void compare_taken_over(struct cluster_spec *to, const struct cluster_spec *was, const struct cluster_spec *is);
/* All that may change while a cluster lives: the values stay where they are in memory, only they differ afterwards. */
void spec_take(struct cluster_spec *mine, const struct cluster_spec *from);
void spec_changes_clear(struct spec_changes *c);
size_t spec_changes_count(const struct spec_changes *c, char sign);
const char *change_effect_text(enum change_effect e);               /* "no restart" */

#define CHANGE_TEXT 160
struct change_there { /* of the cluster, or of the array that the change is about */
	int64_t nodes, cores;
	int64_t idle_s; /* after which one that is idle goes; 0: not known */
};
/* The same, and what becomes of nodes that are there; there NULL: of no cluster. */
void change_told(char out[CHANGE_TEXT], const struct spec_change *c, const struct change_there *there);

#endif
