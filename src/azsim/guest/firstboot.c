#include "machine.h"

#include "accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/rand.h"

enum { TEXT_MAX = 1 << 20 };

static int put(const char *path, const char *text, mode_t mode, struct err *err)
{
	unlink(path); /* a link of the host's: write here, not at its end */
	return file_write(path, text, strlen(text), mode, err);
}

static int put_owned(const char *path, const char *text, mode_t mode, gid_t gid,
		     struct err *err)
{
	if (put(path, text, mode, err) < 0)
		return -1;
	return chown(path, 0, gid) < 0 || chmod(path, mode) < 0
		   ? err_sys(err, "cannot set owner of %s", path)
		   : 0;
}

static int accounts(const struct machine *m, struct err *err)
{
	struct buf host = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX),
		   shadow = BUF_INIT(TEXT_MAX);
	int rc = -1;

	/* Read through the overlay: the host's, until we write ours over them. */
	if (file_read(&host, "/etc/passwd", err) < 0)
		goto out;
	accounts_passwd(&text, buf_str(&host), host.len, m->admin);
	accounts_shadow(&shadow, buf_str(&text), text.len);
	if (put(("/etc/passwd"), buf_str(&text), 0644, err) < 0 ||
	    put_owned("/etc/shadow", buf_str(&shadow), 0640, 42, err) < 0)
		goto out;
	buf_reset(&host);
	buf_reset(&text);
	if (file_read(&host, "/etc/group", err) < 0)
		goto out;
	accounts_group(&text, buf_str(&host), host.len, m->admin);
	rc = put("/etc/group", buf_str(&text), 0644, err);
out:
	buf_clear(&host);
	buf_clear(&text);
	buf_clear(&shadow);
	return rc;
}

static int own(const char *path, mode_t mode, struct err *err)
{
	if (chown(path, ADMIN_UID, ADMIN_UID) < 0 || chmod(path, mode) < 0)
		return err_sys(err, "cannot give %s to the administrator", path);
	return 0;
}

/* The skeleton that useradd copies: small files, no folders on the systems we know. */
static int home_from_skel(const char *home, struct err *err)
{
	struct strs names = STRS_INIT(1000);
	int rc = 0;

	if (!file_exists("/etc/skel"))
		return 0;
	rc = file_list(&names, "/etc/skel", err);
	for (size_t i = 0; i < names.n && rc == 0; i++) {
		struct buf text = BUF_INIT(TEXT_MAX);
		char from[PATH_MAX], to[PATH_MAX];
		snprintf(from, sizeof(from), "/etc/skel/%s", names.v[i]);
		snprintf(to, sizeof(to), "%s/%s", home, names.v[i]);
		if (file_read(&text, from, NULL) == 0) {
			rc = file_write(to, buf_str(&text), text.len, 0644, err);
			if (rc == 0)
				rc = own(to, 0644, err);
		}
		buf_clear(&text);
	}
	strs_clear(&names);
	return rc;
}

static int admin_home(const struct machine *m, const char *keys, struct err *err)
{
	char home[80], path[128], rule[128];

	snprintf(home, sizeof(home), "/home/%s", m->admin);
	snprintf(path, sizeof(path), "%s/.ssh", home);
	if (file_make_dir(path, 0700, err) < 0 || own(path, 0700, err) < 0 ||
	    own(home, 0755, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/.ssh/authorized_keys", home);
	if (put(path, keys, 0600, err) < 0 || own(path, 0600, err) < 0)
		return -1;
	if (home_from_skel(home, err) < 0)
		return -1;
	snprintf(rule, sizeof(rule), "%s ALL=(ALL) NOPASSWD:ALL\n", m->admin);
	return put("/etc/sudoers.d/90-cloud-init-users", rule, 0440, err);
}

static int names(const struct machine *m, struct err *err)
{
	char text[128], id[33];

	snprintf(text, sizeof(text), "%s\n", m->host_name);
	if (put("/etc/hostname", text, 0644, err) < 0)
		return -1;
	rand_hex(id, 16);
	snprintf(text, sizeof(text), "%s\n", id);
	if (put("/etc/machine-id", text, 0444, err) < 0)
		return -1;
	/* azsim replaces the file behind the link as machines come and go. */
	unlink("/etc/hosts");
	if (symlink("/run/azsim/vnet/hosts", "/etc/hosts") < 0)
		return err_sys(err, "cannot make /etc/hosts");
	unlink("/etc/mtab");
	if (symlink("../proc/self/mounts", "/etc/mtab") < 0)
		return err_sys(err, "cannot make /etc/mtab");
	return 0;
}

int firstboot_files(const struct machine *m, const char *keys, struct err *err)
{
	if (accounts(m, err) < 0 || admin_home(m, keys, err) < 0)
		return -1;
	return names(m, err);
}
