/*
 * How a failure travels: a code that says what to do about it, and the sentence for the operator.
 * The bottom layer calls err_set(), each layer above adds what it knows with err_wrap(), so the text ends
 * as "cluster alpha: node hpc-3: no capacity for Standard_HB120rs_v3 in westeurope".
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>

enum err_code {
	ERR_NONE,
	ERR_IO,          /* the outside did not work: try again later */
	ERR_TIMEOUT,     /* no answer in time; whether it happened is unknown */
	ERR_UNKNOWN,     /* sent, but the outcome is not known: look before repeating */
	ERR_NOT_FOUND,   /* there is no such thing */
	ERR_EXISTS,      /* there is one already */
	ERR_PARSE,       /* their text is wrong: never retried */
	ERR_INVALID,     /* our request or the operator's is wrong: never retried */
	ERR_DENIED,      /* 401, 403: once more with a fresh token */
	ERR_THROTTLED,   /* 429, 503: later */
	ERR_CAPACITY,    /* no stock: another size, zone or region */
	ERR_QUOTA,       /* a limit of the subscription: an operator has to raise it */
	ERR_CONFLICT,    /* another change is under way, or it changed since it was read */
	ERR_STALE,       /* it changed since it was read: read it again (412) */
	ERR_UNREAD,      /* a change has to say what it was read as (428) */
	ERR_FULL,        /* a ceiling of ours, or the disk */
	ERR_UNSUPPORTED, /* this machine, cloud or scheduler cannot do it */
	ERR_INTERNAL,    /* our own mistake */
	ERR_COUNT
};

struct err {
	enum err_code code;
	char msg[320]; /* inline, so that reporting a failure cannot fail */
};

#define ERR_INIT { .code = ERR_NONE }

/* Both return -1, so a failing path is one line; e may be NULL. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* "msg: strerror(errno)", ERR_IO; errno is read first, so arguments may disturb it. */
int err_sys(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#ifdef __clang_analyzer__ /* it sees one file at a time: what they return is told here */
#define err_set(...)  (err_set(__VA_ARGS__), -1)
#define err_wrap(...) (err_wrap(__VA_ARGS__), -1)
#define err_sys(...)  (err_sys(__VA_ARGS__), -1)
#endif

const char *err_name(enum err_code code); /* "not_found": the word used in JSON and in the log */
enum err_code err_code_of(const char *name); /* ERR_INTERNAL when there is no such word */

#endif
