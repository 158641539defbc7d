#include "azsim/world/refusal.h"

#include <stdarg.h>
#include <stdio.h>

static void fill(struct az_refusal *r, const char *target, int status, const char *code,
		 const char *fmt, va_list ap) __attribute__((format(printf, 5, 0)));

static void fill(struct az_refusal *r, const char *target, int status, const char *code,
		 const char *fmt, va_list ap)
{
	if (r->status != 0)
		return;
	r->status = status;
	snprintf(r->code, sizeof(r->code), "%s", code);
	snprintf(r->target, sizeof(r->target), "%s", target);
	vsnprintf(r->message, sizeof(r->message), fmt, ap);
}

int az_refuse(struct az_refusal *r, int status, const char *code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(r, "", status, code, fmt, ap);
	va_end(ap);
	return -1;
}

int az_refuse_at(struct az_refusal *r, const char *target, int status, const char *code,
		 const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(r, target, status, code, fmt, ap);
	va_end(ap);
	return -1;
}
