/* What machines wrote to their serial consoles. */
#ifndef ENGINE_CONSOLE_H
#define ENGINE_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/node.h"

struct run;

#define CONSOLE_TEXT_MAX ((size_t)64 << 10)
/* lines: clean, yours for the call alone; NULL: err says why */
typedef void console_cb(void *arg, struct run *r, const char *node, const char *lines,
			const struct err *err);
bool console_can(const struct run *r, const struct node *n); /* its cloud keeps one */
void console_read(struct run *r, const struct node *n, console_cb *cb, void *arg);
void console_keep(struct run *r,
		  const struct node *n); /* it is given up: what it wrote stays */
const char *console_kept(const struct run *r, const char *node, int64_t *at_ms); /* NULL none */
void console_excerpt(char out[160],
		     const char *lines); /* the line that says why, else the last */
void consoles_clear(struct run *r);

#endif
