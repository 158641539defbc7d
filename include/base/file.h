/* Small files: read whole with a ceiling, write so that a reader sees the old text or the new (temp name, fsync, rename). */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strs.h"

int file_read(struct buf *out, const char *path, struct err *err); /* out->max is the ceiling; regular files only */
int file_read_secret(struct buf *out, const char *path, struct err *err); /* S7.1: 0640 or less and no link, or ERR_DENIED, ERR_IO */
int file_write(const char *path, const void *data, size_t n, mode_t mode, struct err *err);
int file_make_dir(const char *path, mode_t mode, struct err *err);  /* with parents; an existing directory is fine */
int file_check_dir(const char *path, struct err *err);              /* S2.1: real directory, ours, no group/other write */
int file_remove_tree(const char *path, struct err *err);            /* never follows links, never leaves the file system */
int file_list(struct strs *names, const char *dir, struct err *err); /* sorted, without . and .. */
bool file_exists(const char *path);
int64_t file_changed_ms(const char *path); /* UTC; 0: it is not there */
/* A folder that came with the program: PREFIX/share/paceline/NAME beside PREFIX/bin, or NAME in the tree that it was built
 * in. It holds the file mark and not anybody may write to it. Yours to free; NULL when there is none. */
char *file_shipped(const char *name, const char *mark);
/* The user's own: $XDG_CONFIG_HOME/paceline/NAME, else below HOME; it need not be there. Yours; NULL without a home. */
char *file_own(const char *name);

#endif
