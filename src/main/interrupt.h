/*
 * Signals that must not leave half of something behind: while they are watched, SIGINT, SIGTERM and SIGHUP are only noted, and
 * whoever makes the thing looks between two steps. A signal that is ignored already (nohup) stays so.
 */
#ifndef MAIN_INTERRUPT_H
#define MAIN_INTERRUPT_H

#include <stdbool.h>

/* From now on; what was noted before is forgotten. */
void interrupt_watch(void);
/* Back to what the signals did before. */
void interrupt_leave(void);
/* SIGINT or SIGTERM, whichever came last; 0: none came. */
int interrupt_came(void);
/* SIGHUP came: the terminal is gone. */
bool interrupt_hung_up(void);

#endif
