/*
 * Running a helper under S8: argument vector, fixed environment, own process group, deadline, output ceiling,
 * no descriptor but 0, 1 and 2, default signals, dies with us (PDEATHSIG). Exit, signal, time-out and truncation are
 * distinct results: none of them is an empty answer. What it leaves running in its group is killed at its end.
 */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/loop.h"

enum proc_end {
	PROC_EXITED,    /* code is the exit status */
	PROC_SIGNALED,  /* code is the signal */
	PROC_TIMEOUT,   /* SIGTERM, 2 s, SIGKILL to the group */
	PROC_TRUNCATED, /* more than output_max; killed */
};

struct proc_spec {
	const char *const *argv; /* argv[0] is an absolute path */
	const char *const *env;  /* "NAME=value", added to PATH, LC_ALL=C.UTF-8, TZ=UTC, HOME=/nonexistent; same name replaces */
	const char *cwd;         /* NULL: / */
	const void *input;       /* stdin; NULL: /dev/null */
	size_t input_len;
	int64_t deadline_ms;     /* real milliseconds; 0: none */
	size_t output_max;       /* stdout and stderr each; 0: 64 MiB, and no ceiling for what goes to on_output */
	void (*on_output)(void *arg, const char *data, size_t n); /* stdout as it comes, instead of collecting it; or NULL */
};

struct proc_result {
	enum proc_end end;
	int code;
	const char *out, *errout; /* NUL-terminated, borrowed until the callback returns */
	size_t out_len, errout_len;
	int64_t wall_ms;
};

struct proc;
typedef void proc_cb(void *arg, const struct proc_result *r);

/* NULL when it could not be started (err says why; cb is not called). Strings of spec are only read during the call. */
struct proc *proc_start(struct loop *l, const struct proc_spec *spec, proc_cb *cb, void *arg, struct err *err);
pid_t proc_pid(const struct proc *p);
void proc_signal(struct proc *p, int signo); /* to the group */
void proc_free(struct proc *p); /* kills the group; no callback any more. After the callback p is gone by itself */

/* "squeue: exit 1: Unable to contact slurm controller": the sentence for a result that is not a clean exit 0. */
int proc_err(const struct proc_result *r, const char *what, struct err *err); /* 0 when it is exit 0 */

#endif
