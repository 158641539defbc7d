/*
 * The console: one operator, one terminal, one engine. It holds nothing that would be lost with
 * it: closing it, or losing the line, changes nothing, as the engine goes on (DESIGN.md 1).
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "command/command.h"

struct console_options {
	const char *socket_path;   /* of the engine */
	uid_t engine_uid;	   /* as in client_new() */
	const char *state_dir;	   /* for drafts, 0700; made when needed, but not again when it is removed meanwhile.
				      NULL: none are kept */
	const char *templates_dir; /* the operator's own; NULL: none */
	const char *start;	   /* the command that starts this engine, when it is lost; NULL: none is known */
	const char *back; /* the command that comes back to it, told on leaving; NULL: whoever
			     called tells it */
	const char *called; /* the program with what reaches this engine, as a shell takes it,
			       for lines that are told; NULL: paceline */
	const char *demo_dir;	   /* of a demo: with this folder it has ended for good; NULL: it is no demo */
	const char *conf_path;	   /* console.conf, which need not be there; NULL: none */
	const char *theme;	   /* name or path; NULL: auto, or mono under NO_COLOR */
	bool ascii;
	bool plain; /* lines instead of a screen; also taken when the terminal cannot do better
		     */
	bool reader; /* for a screen reader: words, no lines, the cursor on the row, calm */
	bool letters;	     /* the footer shows letters instead of F-keys */
	bool no_countdown;   /* a second press instead of the countdown, for those who cannot
				watch a clock */
	bool stats;	     /* prints frames and bytes at the end */
	int esc_ms, data_ms; /* as in display.h; 0: the defaults */
};

/* Before an engine is started for it: is what the options name there? */
int console_check(const struct console_options *o, struct err *err);

/* The same: can it read from standard input? Says on stderr what to do when not. */
bool console_reads(void);

/* Runs until the operator leaves. The program's exit code; 128 + N after signal N. */
int console_main(const struct console_options *o);

/* All its keys, an array for the manual; yours to free, its words are not. */
struct command_key *console_keys(void);

#endif
