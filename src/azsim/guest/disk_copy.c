/* What a data disk holds, copied into a new one: a snapshot, or a disk that is made from it. */
#include "guests.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

/* Waited for: a snapshot is of one moment, and nothing else of the cloud happens in it. */
static int copy_tree(const char *from, const char *to, struct err *err)
{
	const char *const argv[] = { "cp", "-a", "--reflink=auto", "--", from, to, NULL };
	const char *const env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C", NULL };
	int status = 0, rc;
	pid_t pid;

	rc = posix_spawn(&pid, "/bin/cp", NULL, NULL, (char *const *)(uintptr_t)argv,
			 (char *const *)(uintptr_t)env);
	if (rc != 0) {
		errno = rc;
		return err_sys(err, "cannot start /bin/cp");
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, "cannot wait for /bin/cp");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, ERR_IO, "cannot copy %s to %s", from, to);
	return 0;
}

/* Aside first: what a kill leaves half done is swept at the next start. */
int guest_disk_copy(struct guests *g, const char *from, const char *to, struct err *err)
{
	char *source, *aside, *target;
	int rc = 0;

	if (!text_is_name(from, MACHINE_DISK_MAX) || !text_is_name(to, MACHINE_DISK_MAX))
		return err_set(err, ERR_INVALID, "no such disk");
	source = xasprintf("%s/disk/%s", g->dir, from);
	aside = xasprintf("%s/trash/%u-%s", g->dir, ++g->last_job, to);
	target = xasprintf("%s/disk/%s", g->dir, to);
	if (file_exists(source)) { /* one that no machine ever had holds nothing */
		rc = copy_tree(source, aside, err);
		if (rc == 0 && rename(aside, target) < 0)
			rc = err_sys(err, "cannot make %s", target);
	}
	free(source);
	free(aside);
	free(target);
	return rc;
}
