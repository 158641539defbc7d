/*
 * What a service manager is told of this process (R1.5; the protocol is that of sd_notify(3)): that it is ready, that its
 * loop still turns, that it ends. Without NOTIFY_SOCKET in the environment nobody asks, and nothing is sent.
 */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include "base/loop.h"

struct notify;

/* Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment: what is started from here has no part in it. */
struct notify *notify_new(struct loop *l);
/* From here on the loop says that it lives, twice in the time that WATCHDOG_USEC gives it: one that is blocked says nothing. */
void notify_ready(struct notify *n);
void notify_stopping(struct notify *n);
void notify_free(struct notify *n);

#endif
