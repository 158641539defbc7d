#include "accounts.h"

#include <string.h>

#include "base/text.h"

enum { FIRST_PERSON = 1000, NOBODY = 65534, FIELDS = 7 };

struct entry {
	const char *at[FIELDS];
	size_t len[FIELDS];
	int n;
};

bool account_name_ok(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return n > 0 && n <= 32 && name[n] == '\0' &&
	       (name[0] == '_' || (name[0] >= 'a' && name[0] <= 'z'));
}

/* The next line and its fields; false at the end. */
static bool entry_next(struct entry *e, const char **line, size_t *line_len, const char **text,
		       size_t *len)
{
	if (*len == 0)
		return false;
	const char *end = memchr(*text, '\n', *len);
	*line = *text;
	*line_len = end ? (size_t)(end - *text) : *len;
	*text += *line_len + (end != NULL);
	*len -= *line_len + (end != NULL);
	e->n = 0;
	for (size_t from = 0, i = 0; i <= *line_len && e->n < FIELDS; i++) {
		if (i < *line_len && (*line)[i] != ':')
			continue;
		e->at[e->n] = *line + from;
		e->len[e->n++] = i - from;
		from = i + 1;
	}
	return true;
}

/* Field 2 is the number in both files. */
static bool is_system(const struct entry *e, int fields)
{
	int64_t id;

	if (e->n != fields || e->len[0] == 0 ||
	    num_read_n(&id, e->at[2], e->len[2], 0, UINT32_MAX) < 0)
		return false;
	return id < FIRST_PERSON || id == NOBODY ||
	       id >= 60000; /* 60000 and up: packages' reserved numbers */
}

static bool is_name(const struct entry *e, const char *name)
{
	return e->len[0] == strlen(name) && memcmp(e->at[0], name, e->len[0]) == 0;
}

bool account_is_system(const char *passwd, size_t len, const char *name)
{
	struct entry e;
	const char *line;
	size_t n;

	while (entry_next(&e, &line, &n, &passwd, &len))
		if (is_system(&e, 7) && is_name(&e, name))
			return true;
	return false;
}

void accounts_passwd(struct buf *out, const char *passwd, size_t len, const char *admin)
{
	struct entry e;
	const char *line;
	size_t n;

	while (entry_next(&e, &line, &n, &passwd, &len)) {
		if (!is_system(&e, 7) || is_name(&e, admin))
			continue;
		/* The password field goes: an old host may keep a hash there. */
		buf_add(out, e.at[0], e.len[0]);
		buf_adds(out, ":x:");
		buf_add(out, e.at[2], n - (size_t)(e.at[2] - line));
		buf_addc(out, '\n');
	}
	buf_addf(out, "%s:x:%d:%d:Administrator:/home/%s:/bin/bash\n", admin, ADMIN_UID,
		 ADMIN_UID, admin);
}

void accounts_group(struct buf *out, const char *group, size_t len, const char *admin)
{
	struct entry e;
	const char *line;
	size_t n;

	while (entry_next(&e, &line, &n, &group, &len)) {
		if (!is_system(&e, 4) || is_name(&e, admin))
			continue;
		/* Members are the host's people; the packages' own users have their groups from
		 * passwd. */
		buf_add(out, e.at[0], e.len[0]);
		buf_adds(out, ":x:");
		buf_add(out, e.at[2], e.len[2]);
		buf_addf(out, ":%s\n", is_name(&e, "sudo") || is_name(&e, "adm") ? admin : "");
	}
	buf_addf(out, "%s:x:%d:\n", admin, ADMIN_UID);
}

void accounts_shadow(struct buf *out, const char *guest_passwd, size_t len)
{
	struct entry e;
	const char *line;
	size_t n;

	while (entry_next(&e, &line, &n, &guest_passwd, &len)) {
		if (e.n != 7)
			continue;
		buf_add(out, e.at[0], e.len[0]);
		buf_adds(out, ":*:19000:0:99999:7:::\n");
	}
}
