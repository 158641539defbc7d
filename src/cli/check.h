/* paceline template check FILE: what can be known of a template without an engine. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include <stdbool.h>

#include "out.h"

bool cli_check_names_file(const char *name); /* else a template, whose file an engine that runs names */
/* engine_path: that file, or NULL. schedulers: that are known here; NULL: not said. The exit code. */
int cli_check_template(struct out *o, struct command_io *io, const char *name, const char *engine_path,
		       const char *const *schedulers);

#endif
