/* paceline template check FILE: what can be known of a template without an engine. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "out.h"

int cli_check_template(struct out *o, struct command_io *io, const char *name); /* exit code */

#endif
