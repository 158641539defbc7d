/*
 * A struct's members as data: one table drives writing and reading, so the two cannot disagree.
 * Enums travel as their words through a pair of functions, inline strings are cut at their
 * size, owned ones are duplicated.
 */
#ifndef WIRE_FIELD_H
#define WIRE_FIELD_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

enum field_kind {
	FIELD_CHARS, /* char name[size] */
	FIELD_OWNED, /* char *, freed and replaced; NULL travels as null */
	FIELD_LENT,  /* const char * of a pool */
	FIELD_INT,   /* int64_t */
	FIELD_UINT32,
	FIELD_REAL,
	FIELD_BOOL,
	FIELD_WORD, /* enum with name functions */
	FIELD_STRS, /* struct strs */
};

struct field {
	const char *name;
	enum field_kind kind;
	size_t offset, size;
	const char *(*word)(int v);  /* FIELD_WORD */
	int (*of)(const char *word); /* -1: no such word, an error */
};

struct pool;

#define FIELD(type, member, kind_)                                                             \
	{                                                                                      \
#member, kind_, offsetof(type, member), sizeof(((type *)0)->member), NULL,     \
		    NULL                                                                       \
	}
#define FIELD_ENUM(type, member, word_, of_)                                                   \
	{                                                                                      \
#member, FIELD_WORD, offsetof(type, member), sizeof(((type *)0)->member),      \
		    word_, of_                                                                 \
	}
#define FIELD_END                                                                              \
	{                                                                                      \
		NULL, FIELD_INT, 0, 0, NULL, NULL                                              \
	}

void fields_write(struct json *obj, const struct field *fields, const void *from);
/* Absent members keep what is there. pool is for FIELD_LENT; NULL where there are none. */
int fields_read(void *to, const struct field *fields, const struct json *obj, struct pool *pool,
		struct err *err);

/* An adapter between an enum's own functions and the table's int signatures. */
#define FIELD_WORDS(tag, type, word_, of_)                                                     \
	static const char *tag##_word(int v)                                                   \
	{                                                                                      \
		return word_((type)v);                                                         \
	}                                                                                      \
	static int tag##_of(const char *w)                                                     \
	{                                                                                      \
		return (int)of_(w);                                                            \
	}

#endif
