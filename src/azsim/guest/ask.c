#include "ask.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static const struct {
	const char *word;
	size_t args;
} verbs[] = {
	[ASK_CLEAR] = { "clear", 0 },	    [ASK_EXPORT] = { "export", 3 },
	[ASK_UNEXPORT] = { "unexport", 2 }, [ASK_LIST] = { "list", 0 },
	[ASK_MOUNT] = { "mount", 4 },	    [ASK_DISK] = { "disk", 1 },
	[ASK_FORMAT] = { "format", 1 },	    [ASK_DISK_MOUNT] = { "mount-disk", 3 },
};

int ask_read(struct ask_request *r, const char *packet, size_t len, struct err *err)
{
	const char *field[5] = { 0 };
	size_t n = 0;

	if (len == 0 || len > ASK_MAX || packet[len - 1] != '\0')
		return err_set(err, ERR_PARSE, "bad request");
	for (size_t at = 0; at < len; at += strlen(packet + at) + 1) {
		if (n == ARRAY_LEN(field))
			return err_set(err, ERR_PARSE, "bad request: too many arguments");
		field[n++] = packet + at;
	}
	for (size_t v = 0; v < ARRAY_LEN(verbs); v++) {
		if (strcmp(field[0], verbs[v].word) != 0)
			continue;
		if (n != verbs[v].args + 1)
			return err_set(err, ERR_PARSE, "bad request: %s takes %zu arguments",
				       verbs[v].word, verbs[v].args);
		*r = (struct ask_request){ .verb = (enum ask_verb)v };
		memcpy(r->arg, field + 1, sizeof(r->arg));
		return 0;
	}
	return err_set(err, ERR_PARSE, "bad request: unknown verb");
}

void ask_write(struct buf *out, const char *verb, const char *const *args, size_t n)
{
	buf_add(out, verb, strlen(verb) + 1);
	for (size_t i = 0; i < n; i++)
		buf_add(out, args[i], strlen(args[i]) + 1);
}

static size_t position(const struct exports *e, const char *path, const char *client)
{
	size_t i = 0;

	while (i < e->n &&
	       (strcmp(e->v[i].path, path) != 0 || text_casecmp(e->v[i].client, client) != 0))
		i++;
	return i;
}

static void line_clear(struct export_line *l)
{
	free(l->path);
	free(l->client);
	free(l->options);
}

void exports_add(struct exports *e, const char *path, const char *client, const char *options)
{
	struct export_line l = { xstrdup(path), xstrdup(client), xstrdup(options) };
	size_t i = position(e, path, client);

	while (l.path[1] && l.path[strlen(l.path) - 1] == '/')
		l.path[strlen(l.path) - 1] = '\0';
	if (i < e->n) {
		line_clear(&e->v[i]);
		e->v[i] = l;
		return;
	}
	GROW(e->v, e->n, e->cap);
	e->v[e->n++] = l;
}

bool exports_del(struct exports *e, const char *path, const char *client)
{
	size_t i = position(e, path, client);

	if (i == e->n)
		return false;
	line_clear(&e->v[i]);
	memmove(e->v + i, e->v + i + 1, (--e->n - i) * sizeof(*e->v));
	return true;
}

void exports_clear(struct exports *e)
{
	for (size_t i = 0; i < e->n; i++)
		line_clear(&e->v[i]);
	free(e->v);
	*e = (struct exports){ 0 };
}

/* The next word of a line: blanks end it, quotes hold them, \NNN is an octal byte. false when
 * there is none. */
static bool word_next(struct buf *word, const char **p, const char *end)
{
	bool quoted = false, any = false;

	buf_reset(word);
	while (*p < end && (**p == ' ' || **p == '\t'))
		++*p;
	for (; *p < end && (quoted || (**p != ' ' && **p != '\t')); ++*p, any = true) {
		if (**p == '"') {
			quoted = !quoted;
		} else if (**p == '\\' && end - *p >= 4 && strspn(*p + 1, "01234567") >= 3) {
			buf_addc(word, (char)(((*p)[1] - '0') * 64 + ((*p)[2] - '0') * 8 +
					      ((*p)[3] - '0')));
			*p += 3;
		} else {
			buf_addc(word, **p);
		}
	}
	return any;
}

int export_client_read(struct strs *out, const char *text, size_t len, struct err *err)
{
	const char *open = memchr(text, '(', len);
	size_t name = open ? (size_t)(open - text) : len;

	if (open && text[len - 1] != ')')
		return err_set(err, ERR_PARSE, "bad export: no ) after the options");
	strs_take(out, name ? xstrndup(text, name) : xstrdup("*"));
	strs_take(out, open ? xstrndup(open + 1, len - name - 2) : xstrdup(""));
	return 0;
}

static int line_read(struct exports *e, const char *p, const char *end, struct err *err)
{
	struct buf word = BUF_INIT(ASK_MAX), path = BUF_INIT(ASK_MAX),
		   defaults = BUF_INIT(ASK_MAX);
	size_t clients = 0;
	int rc = 0;

	if (!word_next(&path, &p, end))
		goto out;
	if (buf_str(&path)[0] != '/') {
		rc = err_set(err, ERR_PARSE, "an export must begin with /");
		goto out;
	}
	while (rc == 0 && word_next(&word, &p, end)) {
		struct strs client = STRS_INIT(2);
		if (buf_str(&word)[0] == '-') {
			buf_reset(&defaults);
			buf_adds(&defaults, buf_str(&word) + 1);
			continue;
		}
		rc = export_client_read(&client, buf_str(&word), word.len, err);
		if (rc == 0)
			exports_add(e, buf_str(&path), client.v[0],
				    *client.v[1] ? client.v[1] : buf_str(&defaults));
		clients++;
		strs_clear(&client);
	}
	if (rc == 0 && clients == 0)
		exports_add(e, buf_str(&path), "*", buf_str(&defaults));
out:
	buf_clear(&word);
	buf_clear(&path);
	buf_clear(&defaults);
	return rc;
}

int exports_read(struct exports *e, const char *text, size_t len, struct err *err)
{
	const char *end = text + len;
	struct buf line = BUF_INIT(ANSWER_MAX);
	int rc = 0, number = 0;

	while (text < end && rc == 0) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		const char *stop = nl ? nl : end;
		bool more = stop > text && stop[-1] == '\\';
		buf_add(&line, text, (size_t)(stop - text) - more);
		text = nl ? nl + 1 : end;
		number++;
		if (more && text < end)
			continue;
		if (line.len > 0 && !line.full) {
			const char *hash = memchr(line.data, '#', line.len);
			/* Bytes after a zero byte cannot be part of any path. */
			size_t n = hash ? (size_t)(hash - line.data) : strlen(line.data);
			rc = line_read(e, line.data, line.data + n, err);
		}
		if (line.full)
			rc = err_set(err, ERR_PARSE, "too long");
		buf_reset(&line);
	}
	buf_clear(&line);
	return rc < 0 ? err_wrap(err, "line %d", number) : 0;
}

bool options_have(const char *options, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = options; *p; p += *p == ',') {
		size_t len = strcspn(p, ",");
		if (len == n && memcmp(p, word, n) == 0)
			return true;
		p += len;
	}
	return false;
}

static bool network_has(const char *client, const char *slash, struct in_addr address)
{
	char *net = xstrndup(client, (size_t)(slash - client));
	struct in_addr a, mask;
	int64_t bits;
	bool ok = inet_pton(AF_INET, net, &a) == 1;

	free(net);
	if (num_read(&bits, slash + 1, 0, 32) == 0)
		mask.s_addr = bits ? htonl(~0U << (32 - bits)) : 0;
	else if (inet_pton(AF_INET, slash + 1, &mask) != 1)
		return false;
	return ok && (a.s_addr & mask.s_addr) == (address.s_addr & mask.s_addr);
}

bool export_allows(const char *client, struct in_addr address, const char *name)
{
	const char *slash = strchr(client, '/');
	struct in_addr a;

	if (slash)
		return network_has(client, slash, address);
	if (inet_pton(AF_INET, client, &a) == 1)
		return a.s_addr == address.s_addr;
	return text_casecmp(client, name) == 0 || fnmatch(client, name, 0) == 0;
}

static bool climbs(const char *path)
{
	for (const char *p = strstr(path, "/.."); p; p = strstr(p + 1, "/.."))
		if (p[3] == '/' || p[3] == '\0')
			return true;
	return false;
}

static bool covers(const char *exported, const char *path)
{
	size_t n = strlen(exported);

	if (strcmp(exported, "/") == 0)
		return true;
	return strncmp(exported, path, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

const struct export_line *exports_find(const struct exports *e, const char *path,
				       struct in_addr address, const char *name, bool *known)
{
	const struct export_line *best = NULL;

	*known = false;
	if (climbs(path))
		return NULL;
	for (size_t i = 0; i < e->n; i++) {
		const struct export_line *l = &e->v[i];
		if (!covers(l->path, path))
			continue;
		*known = true;
		if (export_allows(l->client, address, name) &&
		    (!best || strlen(l->path) > strlen(best->path)))
			best = l;
	}
	return best;
}
