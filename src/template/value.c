#include "template/value.h"

#include <stdlib.h>
#include <string.h>

#include "base/cidr.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/zone.h"
#include "model/budget.h"
#include "model/schedule.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS	"0123456789"

const char *const param_type_words[] = { "text",   "int",      "real",	"bool",
					 "choice", "size",     "image", "region",
					 "cidr",   "duration", NULL };

static const enum value_rule rule_of_type[] = {
	[PARAM_TEXT] = VALUE_LINE,   [PARAM_INT] = VALUE_INT,
	[PARAM_REAL] = VALUE_REAL,   [PARAM_BOOL] = VALUE_BOOL,
	[PARAM_CHOICE] = VALUE_LINE, [PARAM_SIZE] = VALUE_SIZE,
	[PARAM_IMAGE] = VALUE_IMAGE, [PARAM_REGION] = VALUE_REGION,
	[PARAM_CIDR] = VALUE_CIDR,   [PARAM_DURATION] = VALUE_DURATION,
};

const char *param_type_name(enum param_type type)
{
	return param_type_words[type];
}

static bool only(const char *text, const char *set)
{
	return *text && text[strspn(text, set)] == '\0';
}

/* As it stands, it may go to a terminal, a log and a script. */
static bool is_clean(const char *text, bool lines)
{
	size_t len = strlen(text);
	char *copy = xstrdup(text);
	char *out = xmalloc(len + 1);
	bool same;

	for (char *c = copy; lines && *c; c++)
		if (*c == '\n')
			*c = ' ';
	text_clean(out, len + 1, copy, len);
	same = strcmp(out, copy) == 0;
	free(out);
	free(copy);
	return same;
}

int value_bool(bool *out, const char *text)
{
	static const char *const yes[] = { "true", "yes" }, *const no[] = { "false", "no" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
			*out = strcmp(text, yes[i]) == 0;
			return 0;
		}
	}
	return -1;
}

int value_duration(int64_t *seconds, const char *text)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t n = strspn(text, DIGITS);
	int64_t unit = text[n] ? 0 : 1, v;

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (text[n] == units[i].letter && text[n + 1] == '\0')
			unit = units[i].seconds;
	if (!unit || num_read_n(&v, text, n, 0, 366L * 86400) < 0 || v * unit > 366L * 86400)
		return -1;
	*seconds = v * unit;
	return 0;
}

/* Four parts with colons; of a resource id only the beginning is known here. */
static bool is_image(const char *text)
{
	size_t colons = 0;

	if (text_has_prefix(text, "/subscriptions/") ||
	    text_has_prefix(text, "/CommunityGalleries/"))
		return only(text, LETTERS DIGITS "/._-()");
	for (const char *c = text; *c; c++) {
		if (*c != ':')
			continue;
		colons++;
		if (c == text || c[1] == ':' || c[1] == '\0')
			return false;
	}
	return colons == 3 && only(text, LETTERS DIGITS ":._-");
}

/* A folder that belongs to a system is not one to export, nor to mount over. */
static bool is_path(const char *text)
{
	static const char *const taken[] = { "/bin",   "/boot", "/dev",	 "/etc", "/lib",
					     "/lib64", "/proc", "/root", "/run", "/sbin",
					     "/sched", "/sys",	"/tmp",	 "/usr", "/var" };

	if (text[0] != '/' || text[1] == '\0' || !only(text, LETTERS DIGITS "/._-") ||
	    strstr(text, "//") || strstr(text, "/.") || text[strlen(text) - 1] == '/')
		return false;
	for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
		size_t n = strlen(taken[i]);

		if (strncmp(text, taken[i], n) == 0 && (text[n] == '/' || text[n] == '\0'))
			return false;
	}
	return true;
}

static bool is_user(const char *text)
{
	return strchr("_abcdefghijklmnopqrstuvwxyz", text[0]) && strlen(text) <= 32 &&
	       only(text, "abcdefghijklmnopqrstuvwxyz" DIGITS "_-") &&
	       strcmp(text, "root") != 0;
}

static bool is_zone(const char *text)
{
	struct zone *z = zone_load(text, NULL);

	zone_free(z);
	return z != NULL;
}

static bool fits(enum value_rule rule, const char *text)
{
	struct cidr cidr;
	int minute;
	int64_t n;
	double x;
	bool b;

	switch (rule) {
	case VALUE_LINE:
		return is_clean(text, false);
	case VALUE_LINES:
		return is_clean(text, true);
	case VALUE_SIZE:
		return strlen(text) < 48 && only(text, LETTERS DIGITS "_-") && text[0] != '-';
	case VALUE_REGION:
		return strlen(text) < 40 && only(text, "abcdefghijklmnopqrstuvwxyz" DIGITS);
	case VALUE_IMAGE:
		return is_image(text);
	case VALUE_CIDR:
		return cidr_read(&cidr, text) == 0;
	case VALUE_PATH:
		return is_path(text);
	case VALUE_USER:
		return *text && is_user(text);
	case VALUE_ARM_ID:
		return text_has_prefix(text, "/subscriptions/") &&
		       only(text, LETTERS DIGITS "/._-()");
	case VALUE_WORD:
		return text_is_name(text, 64);
	case VALUE_BOOL:
		return value_bool(&b, text) == 0;
	case VALUE_INT:
		return num_read(&n, text, INT64_MIN, INT64_MAX) == 0;
	case VALUE_REAL:
		return num_read_real(&x, text, -1e15, 1e15) == 0;
	case VALUE_DURATION:
		return value_duration(&n, text) == 0;
	case VALUE_TIME:
		return schedule_minute(&minute, text) == 0;
	case VALUE_DAY:
		return budget_day(&n, text) == 0;
	case VALUE_ZONE:
		return is_zone(text);
	}
	return false;
}

static const char *const allowed[] = {
	[VALUE_LINE] = "one line of plain text",
	[VALUE_LINES] = "plain text",
	[VALUE_SIZE] = "a VM size such as Standard_F2s_v2",
	[VALUE_REGION] = "a region such as westeurope",
	[VALUE_IMAGE] = "an image as publisher:offer:sku:version, or its resource id",
	[VALUE_CIDR] =
	    "an address range such as 10.20.0.0/16, from /8 to /29, whose host bits are 0",
	[VALUE_PATH] = "an absolute path such as /shared, not one of the system's own folders",
	[VALUE_USER] = "a login name in lower case, not root",
	[VALUE_ARM_ID] = "a resource id that begins with /subscriptions/",
	[VALUE_WORD] = "a name of letters, digits, '.', '_' and '-'",
	[VALUE_BOOL] = "yes or no",
	[VALUE_INT] = "a whole number",
	[VALUE_REAL] = "a number",
	[VALUE_DURATION] = "a time such as 90s, 5m, 2h or 1d, at most 366d",
	[VALUE_TIME] = "a time of the day such as 08:00, up to 24:00",
	[VALUE_DAY] = "a day such as 2026-11-01",
	[VALUE_ZONE] = "a time zone of this machine such as Europe/Berlin or UTC",
};

int value_check(enum value_rule rule, const char *text, struct err *err)
{
	char clean[60];

	if (fits(rule, text))
		return 0;
	text_clean(clean, sizeof(clean), text, strlen(text));
	return err_set(err, ERR_INVALID, "\"%s\" is not %s", clean, allowed[rule]);
}

static int check_choice(const struct template_param *p, const char *value, struct err *err)
{
	struct buf list = BUF_INIT(160);
	const char *near;

	if (!p->choices.n || strs_has(&p->choices, value))
		return 0;
	near = text_nearest(value, (const char *const *)p->choices.v);
	for (size_t i = 0; i < p->choices.n; i++)
		buf_addf(&list, "%s%s", i ? ", " : "", p->choices.v[i]);
	err_set(err, ERR_INVALID, "\"%.60s\" is not one of %s%s%s%s%s", value, buf_str(&list),
		list.full ? ", ..." : "", near ? "; did you mean \"" : "", near ? near : "",
		near ? "\"?" : "");
	buf_clear(&list);
	return -1;
}

static int check_bounds(const struct template_param *p, const char *value, struct err *err)
{
	double x;

	if ((p->type != PARAM_INT && p->type != PARAM_REAL) || p->min > p->max ||
	    num_read_real(&x, value, -1e18, 1e18) < 0 || (x >= p->min && x <= p->max))
		return 0;
	return err_set(err, ERR_INVALID, "%s is outside %.15g to %.15g", value, p->min, p->max);
}

int param_check(const struct template_param *p, const char *value, struct err *err)
{
	if (strlen(value) >= VALUE_MAX)
		return err_set(err, ERR_INVALID, "a value has at most %d bytes", VALUE_MAX - 1);
	if (value_check(rule_of_type[p->type], value, err) < 0 ||
	    check_choice(p, value, err) < 0)
		return -1;
	return check_bounds(p, value, err);
}
