/*
 * Who may do what (S3). Sources here: Unix users and groups of a local peer. Deny by default; one function decides, called by
 * the dispatcher before any handler.
 */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "model/user.h"

struct auth_rule { /* "user:alice=operator", "group:hpc=viewer", "uid:1001=admin" */
	char kind;       /* 'u' user, 'g' group, both resolved to numbers at load */
	uint32_t id;
	enum role role;  /* ROLE_NONE: explicit deny, wins */
};

struct auth_rules {
	struct auth_rule *v;
	size_t n, cap;
	uint32_t admin_uid; /* the installing uid: admin without a rule (S3.5) */
};

int auth_rules_add(struct auth_rules *r, const char *text, struct err *err);
void auth_rules_clear(struct auth_rules *r);
/* A rule for somebody who has all rights whatever it says: nothing follows from it. */
bool auth_rule_is_idle(const struct auth_rules *r, const struct auth_rule *rule);
/* The role of a peer: union of its grants by uid and groups; explicit deny wins; root of this host is admin. */
enum role auth_role(const struct auth_rules *r, uint32_t uid, const gid_t *groups, size_t n_groups);
void auth_user(struct user *out, const struct auth_rules *r, uint32_t uid, const gid_t *groups, size_t n_groups, pid_t pid);

#endif
