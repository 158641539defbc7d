#include "auth/auth.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

static int resolve(struct auth_rule *rule, const char *kind, const char *name, struct err *err)
{
	int64_t number;

	if (strcmp(kind, "uid") == 0 || strcmp(kind, "gid") == 0) {
		rule->kind = kind[0] == 'u' ? 'u' : 'g';
		if (num_read(&number, name, 0, UINT32_MAX) < 0)
			return err_set(err, ERR_PARSE, "role rule: \"%s\" is no number", name);
		rule->id = (uint32_t)number;
		return 0;
	}
	if (strcmp(kind, "user") == 0) {
		const struct passwd *pw = getpwnam(name);

		rule->kind = 'u';
		if (!pw)
			return err_set(err, ERR_PARSE, "role rule: there is no user \"%s\"",
				       name);
		rule->id = pw->pw_uid;
		return 0;
	}
	if (strcmp(kind, "group") == 0) {
		const struct group *gr = getgrnam(name);

		rule->kind = 'g';
		if (!gr)
			return err_set(err, ERR_PARSE, "role rule: there is no group \"%s\"",
				       name);
		rule->id = gr->gr_gid;
		return 0;
	}
	return err_set(err, ERR_PARSE, "role rule: \"%s\" is none of user, group, uid, gid",
		       kind);
}

int auth_rules_add(struct auth_rules *r, const char *text, struct err *err)
{
	const char *colon = strchr(text, ':'), *eq = strrchr(text, '=');
	struct auth_rule rule = { 0 };
	char *kind, *name;
	int rc;

	if (!colon || !eq || eq < colon)
		return err_set(err, ERR_PARSE,
			       "role rule \"%.60s\": write user:NAME=ROLE or group:NAME=ROLE",
			       text);
	rule.role = role_of(eq + 1);
	if (rule.role == ROLE_NONE && strcmp(eq + 1, "none") != 0)
		return err_set(
		    err, ERR_PARSE,
		    "role rule \"%.60s\": roles are viewer, operator, author, admin, none",
		    text);
	kind = xstrndup(text, (size_t)(colon - text));
	name = xstrndup(colon + 1, (size_t)(eq - colon - 1));
	rc = resolve(&rule, kind, name, err);
	free(kind);
	free(name);
	if (rc < 0)
		return -1;
	GROW(r->v, r->n, r->cap);
	r->v[r->n++] = rule;
	return 0;
}

void auth_rules_clear(struct auth_rules *r)
{
	free(r->v);
	*r = (struct auth_rules){ .admin_uid = r->admin_uid };
}

static bool matches(const struct auth_rule *rule, uint32_t uid, const gid_t *groups, size_t n)
{
	if (rule->kind == 'u')
		return rule->id == uid;
	for (size_t i = 0; i < n; i++)
		if (groups[i] == rule->id)
			return true;
	return false;
}

enum role auth_role(const struct auth_rules *r, uint32_t uid, const gid_t *groups,
		    size_t n_groups)
{
	enum role best = uid == 0 || uid == r->admin_uid ? ROLE_ADMIN : ROLE_NONE;

	for (size_t i = 0; i < r->n; i++) {
		if (!matches(&r->v[i], uid, groups, n_groups))
			continue;
		if (r->v[i].role == ROLE_NONE && uid != 0)
			return ROLE_NONE;
		if (r->v[i].role > best)
			best = r->v[i].role;
	}
	return best;
}

bool auth_rule_is_idle(const struct auth_rules *r, const struct auth_rule *rule)
{
	bool root = rule->id == 0, admin = root || rule->id == r->admin_uid;

	if (rule->kind != 'u' || !admin || rule->role == ROLE_ADMIN)
		return false;
	return root || rule->role != ROLE_NONE;
}

/* S2.5: who signed in to the machine, where that is another one (sudo, su); -1: it is not
 * known. The pid may be another process by now, so this is for the record alone. */
static int64_t login_uid(pid_t pid)
{
	char path[40], text[24] = "";
	int64_t uid = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/loginuid", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (read(fd, text, sizeof(text) - 1) <= 0 ||
	    num_read(&uid, text, 0, UINT32_MAX - 1) < 0) /* the last number: nobody did */
		uid = -1;
	close(fd);
	return uid;
}

void auth_user(struct user *out, const struct auth_rules *r, uint32_t uid, const gid_t *groups,
	       size_t n_groups, pid_t pid)
{
	const struct passwd *pw = getpwuid(uid);
	int64_t signed_in = login_uid(pid);
	char login[40] = "";

	if (signed_in >= 0 && signed_in != (int64_t)uid)
		snprintf(login, sizeof(login), " login uid %lld", (long long)signed_in);
	*out = (struct user){ .uid = uid, .role = auth_role(r, uid, groups, n_groups) };
	if (pw)
		snprintf(out->name, sizeof(out->name), "%s", pw->pw_name);
	else
		snprintf(out->name, sizeof(out->name), "uid %lu", (unsigned long)uid);
	snprintf(out->origin, sizeof(out->origin), "socket uid %u pid %d%.25s",
		 (unsigned int)uid, (int)pid, login);
}
