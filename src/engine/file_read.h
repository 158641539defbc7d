/* A window of a file on the head. */
#ifndef ENGINE_FILE_READ_H
#define ENGINE_FILE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct run;

struct file_part {
	const char *path, *text;
	size_t len;
	int64_t from, next, size; /* bytes */
	int64_t line;		  /* number of the line that `from` is in; 0 not known */
	int64_t mtime_s;
	bool binary; /* no text: nothing to show */
};
typedef void file_read_cb(void *arg, const struct file_part *part, const struct err *err);
/* from < 0: the last -from bytes. user: whose rights it is read with. */
int file_read_part(struct run *r, const char *path, const char *user, int64_t from,
		   int64_t most, file_read_cb *cb, void *arg, struct err *err);

#endif
