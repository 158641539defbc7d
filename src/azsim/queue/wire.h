/*
 * How the commands reach azsim: a link in its folder "bin" is azsim itself under the command's
 * name; it hands arguments and stdin over a unix socket in the state folder and prints what
 * comes back.
 */
#ifndef AZSIM_QUEUE_WIRE_H
#define AZSIM_QUEUE_WIRE_H

#include <stdbool.h>
#include <sys/types.h>

#include "azsim/queue/site.h"
#include "base/err.h"
#include "base/loop.h"

#define GQ_SOCKET "queue.sock"

struct gq_serve;

/* Makes DIR/queue.sock and the links in DIR/bin. group (gid_t)-1: the owner alone may connect.
 */
struct gq_serve *gq_serve_new(struct loop *l, struct gq_site *s, const char *dir, gid_t group,
			      struct err *err);
void gq_serve_free(struct gq_serve *s);

/* azsim's main calls it first: when argv[0] is a command's name it is run, and *status is the
 * exit status. */
bool gq_main(int argc, char **argv, int *status);

/* A request is "gq1 HEAD_LEN ARGS_LEN IN_LEN LONG_SETS\n", the head's host name, the arguments
 * (each ended by NUL), stdin; an answer "EXIT OUT_LEN ERR_LEN\n", stdout, stderr. */
#define GQ_ARGS_MAX   ((size_t)8 << 20)
#define GQ_IN_MAX     ((size_t)64 << 20)
#define GQ_OUT_MAX    ((size_t)1 << 30)
#define GQ_HEADER_MAX 80

#endif
