#include "base/yaml.h"

#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml_private.h"

struct anchor {
	char *name;
	const struct yaml *node; /* NULL while its value is still being read */
};

struct reader {
	yaml_parser_t parser;
	const char *text;
	size_t len;
	size_t events, nodes, bytes;
	struct anchor anchors[YAML_ANCHORS_MAX];
	size_t anchor_count;
	struct err *err;
};

/*
 * Errors
 */

static int fail(struct reader *r, yaml_mark_t at, enum err_code code, const char *what)
{
	return err_set(r->err, code, "line %zu, column %zu: %s", at.line + 1, at.column + 1,
		       what);
}

static int fail_name(struct reader *r, yaml_mark_t at, const char *what, const char *name)
{
	char clean[64];

	text_clean(clean, sizeof(clean), name, strlen(name));
	return err_set(r->err, ERR_PARSE, "line %zu, column %zu: %s \"%s\"", at.line + 1,
		       at.column + 1, what, clean);
}

/* libyaml tells only the offset of a byte that it cannot read. */
static yaml_mark_t mark_at(const struct reader *r, size_t offset)
{
	yaml_mark_t at = { 0 };

	for (size_t i = 0; i < offset && i < r->len; i++) {
		if (r->text[i] == '\n') {
			at.line++;
			at.column = 0;
		} else if (((unsigned char)r->text[i] & 0xc0) != 0x80) {
			at.column++;
		}
	}
	return at;
}

/* libyaml's problems are constant sentences: none of the text that was read is in them. */
static int fail_parser(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *problem = p->problem ? p->problem : "cannot be read";
	yaml_mark_t at = p->problem_mark;

	if (p->error == YAML_MEMORY_ERROR)
		return err_set(r->err, ERR_FULL, "out of memory while reading YAML");
	if (p->error == YAML_READER_ERROR)
		at = mark_at(r, p->problem_offset);
	if (!p->context)
		return fail(r, at, ERR_PARSE, problem);
	return err_set(r->err, ERR_PARSE, "line %zu, column %zu: %s %s", at.line + 1,
		       at.column + 1, problem, p->context);
}

/*
 * Nodes
 */

// NOLINTBEGIN(misc-no-recursion): no deeper than YAML_DEPTH_MAX
void yaml_tree_free(struct yaml *y)
{
	struct yaml *next;

	for (; y; y = next) { /* siblings in a loop, so that only depth recurses */
		next = y->next;
		yaml_free(y->child);
		free(y->key);
		free(y->text);
		free(y);
	}
}

/* Counts a node, and its text, against the caps. */
static int account(struct reader *r, yaml_mark_t at, size_t bytes)
{
	if (++r->nodes > YAML_NODES_MAX)
		return fail(r, at, ERR_FULL, "more than 10,000 values, aliases expanded");
	r->bytes += bytes;
	if (r->bytes > YAML_TREE_MAX)
		return fail(r, at, ERR_FULL, "more than 4 MiB of text, aliases expanded");
	return 0;
}

static struct yaml *node_new(struct reader *r, enum yaml_kind kind, yaml_mark_t at,
			     size_t bytes)
{
	struct yaml *y;

	if (account(r, at, bytes) != 0)
		return NULL;
	y = xcalloc(1, sizeof(*y));
	y->kind = kind;
	y->line = (unsigned int)at.line + 1;
	y->column = (unsigned int)at.column + 1;
	return y;
}

static int check_depth(struct reader *r, yaml_mark_t at, unsigned int depth)
{
	return depth < YAML_DEPTH_MAX
		   ? 0
		   : fail(r, at, ERR_FULL, "more than 32 lists and maps within each other");
}

/* Without from's siblings; at is where the alias stands. */
static struct yaml *copy(struct reader *r, const struct yaml *from, yaml_mark_t at,
			 unsigned int depth)
{
	size_t bytes =
	    (from->key ? strlen(from->key) : 0) + (from->text ? strlen(from->text) : 0);
	struct yaml *to, **tail;

	if (from->kind != YAML_SCALAR && check_depth(r, at, depth) != 0)
		return NULL;
	to = node_new(r, from->kind, at, bytes);
	if (!to)
		return NULL;
	to->line = from->line;
	to->column = from->column;
	to->quoted = from->quoted;
	to->key_line = from->key_line;
	to->key_column = from->key_column;
	to->key = from->key ? xstrdup(from->key) : NULL;
	to->text = from->text ? xstrdup(from->text) : NULL;
	tail = &to->child;
	for (const struct yaml *c = from->child; c; c = c->next) {
		*tail = copy(r, c, at, depth + 1);
		if (!*tail) {
			yaml_free(to);
			return NULL;
		}
		tail = &(*tail)->next;
	}
	return to;
}

/*
 * Anchors
 */

static struct anchor *anchor_add(struct reader *r, yaml_mark_t at, const char *name)
{
	struct anchor *a;

	if (r->anchor_count == YAML_ANCHORS_MAX) {
		fail(r, at, ERR_FULL, "more than 64 anchors");
		return NULL;
	}
	a = &r->anchors[r->anchor_count++];
	a->name = xstrdup(name);
	return a;
}

/* The last anchor of that name before the alias counts, as YAML has it. */
static struct yaml *alias(struct reader *r, const yaml_event_t *e, unsigned int depth)
{
	const char *name = (const char *)e->data.alias.anchor;
	struct yaml *y;

	for (size_t i = r->anchor_count; i-- > 0;) {
		if (strcmp(r->anchors[i].name, name) != 0)
			continue;
		if (!r->anchors[i].node) {
			fail_name(r, e->start_mark, "a value that contains itself: alias",
				  name);
			return NULL;
		}
		y = copy(r, r->anchors[i].node, e->start_mark, depth);
		if (y) { /* the key belongs to the place, not to the value */
			free(y->key);
			y->key = NULL;
		}
		return y;
	}
	fail_name(r, e->start_mark, "no such anchor:", name);
	return NULL;
}

/*
 * Reading events
 */

static int take_event(struct reader *r, yaml_event_t *e)
{
	r->events++;
	return yaml_parser_parse(&r->parser, e) ? 0 : fail_parser(r);
}

static struct yaml *scalar(struct reader *r, const yaml_event_t *e)
{
	const char *text = (const char *)e->data.scalar.value;
	size_t len = e->data.scalar.length;
	struct yaml *y;

	if (len > YAML_SCALAR_MAX) {
		fail(r, e->start_mark, ERR_FULL, "a text of more than 64 KiB");
		return NULL;
	}
	if (memchr(text, '\0', len)) { /* "\0" in double quotes */
		fail(r, e->start_mark, ERR_PARSE, "a NUL character in a text");
		return NULL;
	}
	y = node_new(r, YAML_SCALAR, e->start_mark, len);
	if (!y)
		return NULL;
	y->text = xstrndup(text, len);
	y->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return y;
}

static const char *anchor_of(const yaml_event_t *e)
{
	const yaml_char_t *name =
	    e->type == YAML_SCALAR_EVENT	   ? e->data.scalar.anchor
	    : e->type == YAML_SEQUENCE_START_EVENT ? e->data.sequence_start.anchor
	    : e->type == YAML_MAPPING_START_EVENT  ? e->data.mapping_start.anchor
						   : NULL;

	return (const char *)name;
}

static const char *tag_of(const yaml_event_t *e)
{
	const yaml_char_t *tag =
	    e->type == YAML_SCALAR_EVENT	   ? e->data.scalar.tag
	    : e->type == YAML_SEQUENCE_START_EVENT ? e->data.sequence_start.tag
	    : e->type == YAML_MAPPING_START_EVENT  ? e->data.mapping_start.tag
						   : NULL;

	return (const char *)tag;
}

static struct yaml *value(struct reader *r, const yaml_event_t *e, unsigned int depth);

static int list_items(struct reader *r, struct yaml *list, unsigned int depth)
{
	struct yaml **tail = &list->child;
	yaml_event_t e;
	bool end;

	for (;;) {
		if (take_event(r, &e) != 0)
			return -1;
		end = e.type == YAML_SEQUENCE_END_EVENT;
		if (!end)
			*tail = value(r, &e, depth + 1);
		yaml_event_delete(&e);
		if (end)
			return 0;
		if (!*tail)
			return -1;
		tail = &(*tail)->next;
	}
}

static int check_key(struct reader *r, struct map *seen, const yaml_event_t *e)
{
	const char *key;

	if (e->type != YAML_SCALAR_EVENT)
		return fail(r, e->start_mark, ERR_PARSE,
			    "a key must be a plain word or a quoted text");
	if (anchor_of(e) || tag_of(e))
		return fail(r, e->start_mark, ERR_PARSE, "a key takes no anchor and no tag");
	key = (const char *)e->data.scalar.value;
	if (e->data.scalar.length > YAML_SCALAR_MAX)
		return fail(r, e->start_mark, ERR_FULL, "a key of more than 64 KiB");
	if (memchr(key, '\0', e->data.scalar.length))
		return fail(r, e->start_mark, ERR_PARSE, "a NUL character in a key");
	if (strcmp(key, "<<") == 0 && e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return fail(r, e->start_mark, ERR_PARSE,
			    "merge keys (<<) are not allowed; write the keys out");
	if (map_get(seen, key))
		return fail_name(r, e->start_mark, "duplicate key", key);
	map_put(seen, key, r);
	r->bytes += e->data.scalar.length;
	return 0;
}

/* One pair whose key event is given; the value has not been taken yet. */
static struct yaml *map_pair(struct reader *r, struct map *seen, const yaml_event_t *key,
			     unsigned int depth)
{
	yaml_event_t e;
	struct yaml *y;

	if (check_key(r, seen, key) != 0 || take_event(r, &e) != 0)
		return NULL;
	y = value(r, &e, depth + 1);
	yaml_event_delete(&e);
	if (!y)
		return NULL;
	y->key = xstrndup((const char *)key->data.scalar.value, key->data.scalar.length);
	y->key_line = (unsigned int)key->start_mark.line + 1;
	y->key_column = (unsigned int)key->start_mark.column + 1;
	return y;
}

static int map_items(struct reader *r, struct yaml *map, unsigned int depth)
{
	struct map *seen = map_new(NULL, false);
	struct yaml **tail = &map->child;
	yaml_event_t key;
	bool end = false;
	int rc = 0;

	while (!end && rc == 0) {
		rc = take_event(r, &key);
		if (rc != 0)
			break;
		end = key.type == YAML_MAPPING_END_EVENT;
		if (!end) {
			*tail = map_pair(r, seen, &key, depth);
			rc = *tail ? 0 : -1;
			tail = *tail ? &(*tail)->next : tail;
		}
		yaml_event_delete(&key);
	}
	map_free(seen);
	return rc;
}

static struct yaml *collection(struct reader *r, const yaml_event_t *e, unsigned int depth)
{
	bool is_map = e->type == YAML_MAPPING_START_EVENT;
	struct yaml *y;

	if (check_depth(r, e->start_mark, depth) != 0)
		return NULL;
	y = node_new(r, is_map ? YAML_MAP : YAML_LIST, e->start_mark, 0);
	if (!y)
		return NULL;
	if ((is_map ? map_items(r, y, depth) : list_items(r, y, depth)) == 0)
		return y;
	yaml_free(y);
	return NULL;
}

static struct yaml *value(struct reader *r, const yaml_event_t *e, unsigned int depth)
{
	const char *name = anchor_of(e);
	struct anchor *a = NULL;
	struct yaml *y;

	if (e->type == YAML_ALIAS_EVENT)
		return alias(r, e, depth);
	if (tag_of(e)) {
		fail_name(r, e->start_mark, "tags are not allowed:", tag_of(e));
		return NULL;
	}
	if (name) {
		a = anchor_add(r, e->start_mark, name);
		if (!a)
			return NULL;
	}
	y = e->type == YAML_SCALAR_EVENT ? scalar(r, e) : collection(r, e, depth);
	if (a)
		a->node = y;
	return y;
}

// NOLINTEND(misc-no-recursion)

/* Takes one event and says whether it is of that type; any other is told as what. */
static int expect(struct reader *r, yaml_event_type_t type, const char *what)
{
	yaml_event_t e;
	int rc = take_event(r, &e);

	if (rc != 0)
		return -1;
	if (e.type != type)
		rc = fail(r, e.start_mark, ERR_PARSE, what);
	yaml_event_delete(&e);
	return rc;
}

static struct yaml *document(struct reader *r)
{
	struct yaml *y;
	yaml_event_t e;

	if (expect(r, YAML_STREAM_START_EVENT, "no YAML") != 0 ||
	    expect(r, YAML_DOCUMENT_START_EVENT, "there is nothing in it") != 0 ||
	    take_event(r, &e) != 0)
		return NULL;
	y = value(r, &e, 0);
	yaml_event_delete(&e);
	if (y && expect(r, YAML_DOCUMENT_END_EVENT, "unexpected text") == 0 &&
	    expect(r, YAML_STREAM_END_EVENT, "a second document") == 0)
		return y;
	yaml_free(y);
	return NULL;
}

/*
 * libyaml compares each %TAG line with all before it: 80,000 of them take many seconds, and
 * tags are refused anyhow. Its line ends are LF, CR, U+0085, U+2028 and U+2029, so after any
 * byte that is not ASCII text one may begin.
 */
static int check_directives(struct reader *r)
{
	const char *end = r->text + r->len;
	unsigned char before;

	for (const char *at = r->text; (at = memchr(at, '%', (size_t)(end - at))); at++) {
		before = at == r->text ? '\n' : (unsigned char)at[-1];
		if (end - at >= 4 && memcmp(at, "%TAG", 4) == 0 &&
		    (before < ' ' || before >= 0x7f))
			return fail(r, mark_at(r, (size_t)(at - r->text)), ERR_PARSE,
				    "tags are not allowed: %TAG");
	}
	return 0;
}

struct yaml *yaml_parse_counted(const char *text, size_t len, size_t *events, struct err *err)
{
	struct reader r = { .text = text ? text : "", .len = len, .err = err };
	struct yaml *y = NULL;

	*events = 0;
	if (len > YAML_TEXT_MAX) {
		err_set(err, ERR_FULL,
			"line 1, column 1: %zu bytes of YAML; at most 1 MiB is read", len);
		return NULL;
	}
	if (len >= 3 &&
	    memcmp(r.text, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark takes no column */
		r.text += 3;
		r.len -= 3;
	}
	if (check_directives(&r) != 0)
		return NULL;
	if (!yaml_parser_initialize(&r.parser)) {
		err_set(err, ERR_FULL, "out of memory while reading YAML");
		return NULL;
	}
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)r.text, r.len);
	y = document(&r);
	yaml_parser_delete(&r.parser);
	for (size_t i = 0; i < r.anchor_count; i++)
		free(r.anchors[i].name);
	*events = r.events;
	return y;
}

struct yaml *yaml_parse(const char *text, size_t len, struct err *err)
{
	size_t events;

	return yaml_parse_counted(text, len, &events, err);
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (const struct yaml *y = map->child; y; y = y->next)
		if (strcmp(y->key, key) == 0)
			return y;
	return NULL;
}

size_t yaml_count(const struct yaml *y)
{
	size_t n = 0;

	for (const struct yaml *c = y ? y->child : NULL; c; c = c->next)
		n++;
	return n;
}
