/* A window of a file on the head; what lies in a folder there. */
#ifndef ENGINE_FILE_READ_H
#define ENGINE_FILE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

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

#define FILES_MOST 500

struct folder_ask {
	const char *paths[3]; /* absolute: a folder, and files beside it; "" none */
	const char *user;
	int64_t since_s, until_s; /* written in that time; until 0: until now */
};
/* files: [{"path","size","written_s","folder"}], by name; NULL: why not. */
typedef void folder_list_cb(void *arg, const struct json *files, const struct err *err);
struct json *folder_entries(const char *text, size_t len); /* of what its command prints */
int folder_list(struct run *r, const struct folder_ask *what, folder_list_cb *cb, void *arg,
		struct err *err);

#endif
