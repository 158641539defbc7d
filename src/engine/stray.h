/*
 * What a thing in a cloud is to us (R7.1, R7.2, R7.5): by its tags, by its name, and by what
 * the rows say of it. Pure: gc.c and residue.c gather the facts.
 */
#ifndef ENGINE_STRAY_H
#define ENGINE_STRAY_H

#include <stdbool.h>

enum stray {
	STRAY_NOT,     /* known, part of what is known, on its way, or somebody else's */
	STRAY_ORPHAN,  /* our tags, of no cluster that we know */
	STRAY_PART,    /* our tags, of a cluster that we know, and in no row */
	STRAY_RESIDUE, /* a name of ours and no tag: told, and never touched */
};

struct stray_facts {
	bool ours;	    /* it bears this engine's tag */
	bool others;	    /* it bears another engine's */
	bool named;	    /* its name is of a cluster that is or was ours */
	bool cluster_known; /* a row has the cluster that its tag, or its name, tells */
	bool recorded;	    /* a row, or what was asked for, has its name */
	bool changing;	    /* its cluster, or it, is being changed */
	bool in_use;	    /* a machine of a set that is there, or what a machine holds */
};

enum stray stray_is(const struct stray_facts *f);

/* Is this an id that only we give (R3.2), of the cluster of that name and short id? */
bool stray_named(const char *id, const char *cluster, const char *short_id);
/* What a machine, or an address's card, may hold: whether it does, a look at it tells. */
bool stray_is_held(const char *type);
/* The machine whose disk, by its name, this is; or the set whose machine. "" by its name none.
 */
void stray_owner(char out[320], const char *id, const char *type);

#endif
