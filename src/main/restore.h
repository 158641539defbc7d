/* Puts a backup in the place of an engine's store (R2.9, R2.10). */
#ifndef MAIN_RESTORE_H
#define MAIN_RESTORE_H

#include <stdbool.h>

/* backup NULL: lists what there is. The exit code. */
int restore_main(const char *state_dir, const char *backup, bool json);

#endif
