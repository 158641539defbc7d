/*
 * The help screen, made from the same table as the keys: groups of "key  what it does", greyed
 * with the reason where it cannot be done now. Typed text narrows it down.
 */
#ifndef CONSOLE_HELP_H
#define CONSOLE_HELP_H

#include <stdbool.h>
#include <stddef.h>

#include "console/key.h"
#include "console/screen.h"

struct help_entry {	     /* all text is borrowed */
	const char *group;   /* "MOVE"; entries of a group stand together */
	const char *keys;    /* "F7 d" */
	const char *command; /* ":drain" form, also searched; NULL none */
	const char *help;
	const char *off; /* why not now; NULL: possible */
	bool below;	 /* after all groups that are not: what is typed, after what is pressed */
};

struct help {
	const struct help_entry *entries; /* borrowed */
	size_t n;
	char search[40];
	int scroll, lines, shown; /* of the last drawing */
	bool deaf;		  /* the last key meant nothing */
};

void help_open(struct help *h, const struct help_entry *entries, size_t n);
bool help_key(struct help *h, const struct key *k); /* false: it is to be closed */
void help_draw(struct help *h, struct screen *s, struct area a);

#endif
