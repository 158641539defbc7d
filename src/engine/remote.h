/* Commands on the head of a cluster. */
#ifndef ENGINE_REMOTE_H
#define ENGINE_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/strs.h"
#include "scheduler/scheduler.h"

struct remote;
struct run;

/* run NULL: it could not be run, or there was no answer; err says why */
typedef void remote_cb(void *arg, const struct sched_run *run, const struct err *err);
struct remote *remote_new(struct run *r, struct err *err);
void remote_free(struct remote *m);	   /* ends the connection; callbacks are dropped */
bool remote_ready(const struct remote *m); /* the connection stands */
bool remote_denied(
    const struct remote *m); /* the head refuses the engine's key, not only at first */
const char *remote_text(const struct remote *m); /* why not */
/* argv runs on the head, with env; as_root: through sudo -n where the transport needs it. Fails
 * in the callback, in a later turn. */
void remote_run(struct remote *m, const struct strs *argv, const char *const *env,
		const char *input, size_t input_len, bool as_root, int64_t deadline_ms,
		remote_cb *cb, void *arg);
/* What the command says, as it comes: then the callback gets no output. */
typedef void remote_output(void *arg, const char *data, size_t n);
/* The same for an adapter's verb; on_output may be NULL. */
void remote_read(struct run *r, enum sched_verb verb, const struct sched_args *args,
		 remote_output *on_output, remote_cb *cb, void *arg);
void remote_verb(struct run *r, enum sched_verb verb, const struct sched_args *args,
		 remote_cb *cb, void *arg);
bool remote_is_here(const struct run *r); /* the head is this machine */
/* A command on a node, through the head. */
void remote_run_on(struct run *r, const char *host, const struct strs *argv, bool as_root,
		   int64_t deadline_ms, remote_cb *cb, void *arg);
/* One key per cluster, keys/SHORT: made by a step of the start operation, which is woken when
 * it is there. */
int remote_key_begin(struct run *r, struct err *err);
int remote_tools(const struct run *r,
		 struct err *err); /* this machine has what reaching a head takes */
int remote_key(struct run *r, struct buf *public_key,
	       struct err *err); /* the public line; ERR_IO when it was not made yet */
void remote_key_forget(struct run *r);
struct json *
remote_ssh_argv(struct run *r, const char *host,
		struct err *err); /* for clients: reach the head, or host through it */

#endif
