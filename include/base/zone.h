/*
 * Time zones of the system's zoneinfo, each a value of its own: the C library knows one zone at a time, for the whole
 * process. Local times are seconds as if they were UTC: days of the calendar * 86400 + seconds of the day.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct zone;

struct zone *zone_load(const char *name, struct err *err); /* "Europe/Berlin"; NULL: err says why */
struct zone *zone_read(const char *bytes, size_t len, struct err *err); /* TZif (RFC 8536); pure */
void zone_free(struct zone *z);

int64_t zone_offset(const struct zone *z, int64_t utc_s); /* seconds east of UTC */
/* When a local time is: one that does not exist is the moment at which clocks were put on, one that is twice the first. */
int64_t zone_instant(const struct zone *z, int64_t local_s);

#endif
