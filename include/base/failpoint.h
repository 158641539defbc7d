/*
 * Named points around each intent, call and commit. A build with -DFAILPOINTS reads PACELINE_FAILPOINT
 * ("NAME:kill", "NAME#3:kill" for the third pass, "NAME:error", "NAME:abort", "NAME:segv") and PACELINE_FAILPOINT_LOG (a file that collects
 * the names passed, so that a sweep knows them all). Without it the macro is nothing.
 */
#ifndef BASE_FAILPOINT_H
#define BASE_FAILPOINT_H

#ifdef FAILPOINTS
int failpoint_pass(const char *name); /* 1: the caller is to fail with ERR_IO */
void failpoint_reset(void);             /* reads the environment again: for tests */
#define FAILPOINT(name) failpoint_pass(name)
#else
#define FAILPOINT(name) 0
#endif

#endif
