/*
 * The proof that a cluster is gone (R8.6): two complete lists by tag a minute apart show
 * nothing but what was to stay, and every other name that was ever recorded is gone by GET.
 * What shows up there goes back to be deleted.
 */
#ifndef ENGINE_TEARDOWN_PROOF_H
#define ENGINE_TEARDOWN_PROOF_H

#include "engine/run.h"

bool proof_lists(struct run *r);
bool proof_names(struct run *r);
struct json *proof_report(struct run *r); /* new */

#endif
