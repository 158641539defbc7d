/* Buckets that nothing is asked of for a while. */
#ifndef ENGINE_BACKOFF_H
#define ENGINE_BACKOFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/node.h"

struct run;

void backoff_note(struct run *r, const struct node *n, const char *cloud_code,
		  const struct err *err, int64_t retry_ms); /* B3 */
void backoff_ok(struct run *r, const struct node *n);
/* R5.8: a machine did not join. One is replaced, two in a row close their bucket for a while,
 * ten protect it: no node is made there until one joins, or an operator has it tried again. */
enum boot_verdict { BOOT_REPLACED, BOOT_RESTS, BOOT_PROTECTS };
enum boot_verdict backoff_verdict(int64_t boots_failed); /* pure */
void backoff_boot_failed(struct run *r, const struct node *n, const char *why);
void backoff_console(struct run *r, const struct node *n,
		     const char *line);			/* what its console said last */
bool backoff_issue(char out[160], const struct run *r); /* of the first that is protected */
/* What rests or is protected is tried again now, with one node first; array NULL: only what is
 * protected, of all of them. How many there were. */
size_t backoff_retry(struct run *r, const char *array);
size_t backoff_closed(const struct run *r, const char *array); /* how many it would be */

#endif
