/* The accounts of a guest: the host's system users (daemons need them), its people gone, the
 * admin added. Pure. */
#ifndef AZSIM_GUEST_ACCOUNTS_H
#define AZSIM_GUEST_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { ADMIN_UID = 1000 };

bool account_name_ok(
    const char *name); /* [a-z_][a-z0-9_-]*, at most 32 bytes, as useradd takes it */
bool account_is_system(const char *passwd, size_t len,
		       const char *name); /* would stay in a guest */

/* Reads the host's file, adds the guest's to out. Lines that are no entries are left out. */
void accounts_passwd(struct buf *out, const char *passwd, size_t len, const char *admin);
void accounts_group(struct buf *out, const char *group, size_t len, const char *admin);
/* No password opens any account: "*", which sshd takes for a key where "!" would be a locked
 * account. */
void accounts_shadow(struct buf *out, const char *guest_passwd, size_t len);

#endif
