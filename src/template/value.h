/* What a scalar of a template, or a parameter's value, may be. One set of rules for both. */
#ifndef TEMPLATE_VALUE_H
#define TEMPLATE_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "template/template.h"

#define VALUE_MAX 4096 /* bytes of one value, parameters substituted */

enum value_rule {
	VALUE_LINE,   /* one line of clean text */
	VALUE_LINES,  /* clean text of several lines */
	VALUE_SIZE,   /* "Standard_F2s_v2" */
	VALUE_REGION, /* "westeurope" */
	VALUE_IMAGE,  /* "publisher:offer:sku:version" or a resource id */
	VALUE_CIDR,   /* "10.20.0.0/16", without host bits */
	VALUE_PATH,   /* a folder that the head may export */
	VALUE_USER,   /* a login name */
	VALUE_ARM_ID, /* "/subscriptions/..." */
	VALUE_WORD,   /* [A-Za-z0-9][A-Za-z0-9._-]*: names of clouds, subnets, zones, features,
			 files */
	VALUE_BOOL,   /* for parameters: yes, no, true, false */
	VALUE_INT,
	VALUE_REAL,
	VALUE_DURATION, /* "90", "90s", "5m", "2h", "1d" */
	VALUE_TIME,	/* "08:00" */
	VALUE_DAY,	/* "2026-11-01" */
	VALUE_ZONE,	/* "Europe/Berlin", of the system's zoneinfo */
};

/* The message begins with what is wrong and tells what is allowed; it does not name the place.
 */
int value_check(enum value_rule rule, const char *text, struct err *err);
int value_bool(bool *out, const char *text);
int value_duration(int64_t *seconds, const char *text);

const char *param_type_name(enum param_type type);
extern const char *const param_type_words[]; /* NULL-terminated, in the order of the enum */

/* Type, choices and bounds. */
int param_check(const struct template_param *p, const char *value, struct err *err);

#endif
