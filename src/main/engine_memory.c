#define _GNU_SOURCE /* madvise */
#include "engine_memory.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* A heap of its own for the one thread beside the loop would stay, and be 25 MB. And what is
 * large comes from the kernel and goes back at once: left to itself, glibc takes the first
 * block that is given back for a sign to keep the next ones, and a reading of a hundred
 * thousand jobs would leave its room behind. */
void memory_settle(void)
{
#ifdef M_ARENA_MAX
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 256 << 10);
	mallopt(M_TRIM_THRESHOLD, 512 << 10);
#endif
}

/*
 * Code is on the disk, and comes from there again when it is run. Of the libraries' the larger
 * part runs once: they read their configuration, fill their tables and never come back to it.
 * Only what is mapped as code: of all else, pages may have been changed.
 */
void memory_give_back(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512], may[5];
	uintptr_t from, to;

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &from, &to, may) == 3 &&
		    strcmp(may, "r-xp") == 0 && strchr(line, '/'))
			madvise((void *)from, to - from, MADV_DONTNEED);
	if (maps)
		fclose(maps);
#ifdef M_ARENA_MAX
	malloc_trim(0);
#endif
}
