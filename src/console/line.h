/* A command line in words, as a shell would take it: blanks part them, quotes keep theirs. */
#ifndef CONSOLE_LINE_H
#define CONSOLE_LINE_H

#include "base/err.h"
#include "base/strs.h"

int line_split(struct strs *out, const char *line, struct err *err);

#endif
