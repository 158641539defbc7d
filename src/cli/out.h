/* Standard output and standard error of a command: whole lines, cleaned (S10.3), and the first
 * failure to write is kept. */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <stdbool.h>

#include "command/command.h"
#include "grid.h"

struct out {
	bool json;
	bool told;   /* a result was written: with --json nothing follows it */
	bool failed; /* nobody reads, or the disk is full */
	int why;     /* errno of it */
	int width;   /* of the terminal; 0: none */
	struct grid grid;
};

void out_init(struct out *o, bool json);
void out_io(struct out *o, struct command_io *io); /* the five ways to show; o outlives io */
int out_end(struct out *o); /* what is left is written; -1 when not all of it could be */
void out_write(struct out *o, const char *data, size_t n);
void out_text(struct out *o, const char *text);
void out_error(const char *text); /* "paceline: text" */
/* The same, and with --json on standard output {"error":{"code","message"}}: whoever reads that reads one value, whatever
 * came of it. */
void out_failed(struct out *o, const struct err *err);

#endif
