/*
 * The layer between the host's folders and a guest's own: whiteouts over everything secret or
 * particular to the host, and the files and programs that make the machine a guest. Rebuilt at
 * each start of azsim, shared by all guests.
 */
#define _GNU_SOURCE /* copy_file_range */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

#define LAYER "run/layer"

/* Gone from a guest's /etc. What others may not read there is gone as well, so this names what
 * is public but particular. */
static const char *const hidden[] = {
	"shadow",	"shadow-",	  "gshadow",	    "gshadow-",	      "passwd-",
	"group-",	"subuid-",	  "subgid-",	    ".pwd.lock",      "sudoers",
	"crontab",	"cron.d",	  "cron.hourly",    "cron.daily",     "cron.weekly",
	"cron.monthly", "resolv.conf",	  "hostname",	    "hosts",	      "machine-id",
	"fstab",	"environment",	  "apt/auth.conf",  "apt/apt.conf.d", "apt/auth.conf.d",
	"pip.conf",	"npmrc",	  "gitconfig",	    "wgetrc",	      "krb5.keytab",
	"ssl/private",	"NetworkManager", "wpa_supplicant", "wireguard",      "openvpn",
	"docker",	"kubernetes",	  "containerd",	    "letsencrypt",    "exports",
	"ldap.conf",	"nslcd.conf",	  "sssd",	    "netplan",	      "network",
	"paceline",	"exports.d",
};

/* There, and empty, with the host's owner and mode: as after the installation of the package
 * that owns them. */
static const char *const emptied[] = { "munge", "slurm", "sudoers.d", "ssh", "condor" };

static const struct {
	const char *path, *text;
	mode_t mode;
} ours[] = {
	{ "etc/ssh/sshd_config",
	  "Port 22\n"
	  "HostKey /etc/ssh/ssh_host_ed25519_key\n"
	  "PidFile /run/sshd.pid\n"
	  "UsePAM no\n"
	  "PasswordAuthentication no\n"
	  "KbdInteractiveAuthentication no\n"
	  "PermitRootLogin no\n"
	  "UseDNS no\n"
	  "MaxStartups 200\n"
	  "MaxSessions 64\n"
	  "PrintMotd no\n"
	  "X11Forwarding no\n"
	  "AcceptEnv LANG LC_*\n"
	  "SetEnv PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
	  "Subsystem sftp internal-sftp\n",
	  0644 },
	{ "etc/sudoers",
	  "Defaults env_reset\n"
	  "Defaults secure_path=\"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"\n"
	  "root ALL=(ALL:ALL) ALL\n"
	  "@includedir /etc/sudoers.d\n",
	  0440 },
	/* Names come from /etc/hosts alone: nothing that a guest asks leaves azsim. */
	{ "etc/nsswitch.conf",
	  "passwd: files\ngroup: files\nshadow: files\ngshadow: files\nhosts: files\n"
	  "networks: files\nprotocols: files\nservices: files\nethers: files\nrpc: files\n",
	  0644 },
	{ "etc/resolv.conf", "# names are looked up in /etc/hosts\n", 0644 },
	{ "etc/fstab", "", 0644 },
	{ "etc/environment",
	  "PATH=\"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"\n", 0644 },
};

/* Names of azsim's own binary in a guest; guest_main() tells them apart. */
static const char *const stand_ins[] = { "exportfs",  "mount.nfs",  "mount.nfs4", "blkid",
					 "mkfs.ext4", "mount.ext4", NULL };

static int whiteout(const char *path, struct err *err)
{
	if (mknod(path, S_IFCHR, makedev(0, 0)) < 0 && errno != EEXIST)
		return err_sys(err, "cannot mask %s", path);
	return 0;
}

static int dir_like(const char *path, const struct stat *st, struct err *err)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_sys(err, "cannot make %s", path);
	if (chown(path, st->st_uid, st->st_gid) < 0 || chmod(path, st->st_mode & 07777) < 0)
		return err_sys(err, "cannot set owner and mode of %s", path);
	return 0;
}

static bool is_in(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static bool is_secret(const char *rel, const struct stat *st)
{
	if (is_in(hidden, ARRAY_LEN(hidden), rel))
		return true;
	if (S_ISDIR(st->st_mode))
		return (st->st_mode & 05) != 05;
	return S_ISREG(st->st_mode) && (st->st_mode & 04) == 0;
}

static int mask_entry(const char *rel, bool *masked, struct err *err);

static int mask_inside(const char *rel, bool *masked, struct err *err)
{
	struct strs names = STRS_INIT(100000);
	char *host = xasprintf("/etc/%s", rel);
	int rc = file_list(&names, host, err);

	for (size_t i = 0; i < names.n && rc == 0; i++) {
		char *sub = xasprintf("%s%s%s", rel, *rel ? "/" : "", names.v[i]);
		rc = mask_entry(sub, masked, err);
		free(sub);
	}
	free(host);
	strs_clear(&names);
	return rc;
}

/* Makes the folder in the layer only when something under it is masked: each one costs the
 * overlay a look-up. */
static int mask_dir(const char *rel, const char *path, const struct stat *st, bool *masked,
		    struct err *err)
{
	bool any = false;

	if (dir_like(path, st, err) < 0)
		return -1;
	if (is_in(emptied, ARRAY_LEN(emptied), rel)) {
		*masked = true;
		if (setxattr(path, "trusted.overlay.opaque", "y", 1, 0) < 0)
			return err_sys(err, "cannot make %s opaque", path);
		return 0;
	}
	if (mask_inside(rel, &any, err) < 0)
		return -1;
	if (!any && *rel)
		rmdir(path);
	*masked = *masked || any;
	return 0;
}

static int mask_entry(const char *rel, bool *masked, struct err *err)
{
	char *host = xasprintf("/etc/%s", rel), *path = xasprintf(LAYER "/etc/%s", rel);
	struct stat st;
	int rc = 0;

	if (lstat(host, &st) < 0) {
		if (errno != ENOENT)
			rc = err_sys(err, "cannot look at %s", host);
	} else if (!is_in(emptied, ARRAY_LEN(emptied), rel) && is_secret(rel, &st)) {
		*masked = true;
		rc = whiteout(path, err);
	} else if (S_ISDIR(st.st_mode)) {
		rc = mask_dir(rel, path, &st, masked, err);
	}
	free(host);
	free(path);
	return rc;
}

static int put(const char *path, const char *text, mode_t mode, struct err *err)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), LAYER "/%s", path);
	unlink(full); /* a whiteout of the same name */
	return file_write(full, text, strlen(text), mode, err);
}

static int copy_self(const char *to, struct err *err)
{
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	ssize_t n = in < 0 || out < 0 ? -1 : 1;

	while (n > 0)
		n = copy_file_range(in, NULL, out, NULL, (size_t)1 << 30, 0);
	if (n < 0)
		err_sys(err, "cannot copy azsim to %s", to);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return n < 0 ? -1 : 0;
}

static int put_programs(struct err *err)
{
	if (file_make_dir(LAYER "/usr/sbin", 0755, err) < 0 ||
	    copy_self(LAYER "/usr/sbin/azsim-guest", err) < 0)
		return -1;
	for (size_t i = 0; stand_ins[i]; i++) {
		char path[PATH_MAX];
		snprintf(path, sizeof(path), LAYER "/usr/sbin/%s", stand_ins[i]);
		if (symlink("azsim-guest", path) < 0)
			return err_sys(err, "cannot make %s", path);
	}
	return 0;
}

int layer_build(struct err *err)
{
	static const char *const needed[] = { LAYER "/etc/ssh", LAYER "/etc/sudoers.d" };
	struct stat st;
	bool masked = false;

	if (lstat("/bin", &st) < 0 || !S_ISLNK(st.st_mode))
		return err_set(err, ERR_UNSUPPORTED,
			       "guests need a system whose /bin is in /usr");
	if (file_make_dir(LAYER "/etc", 0755, err) < 0 || mask_entry("", &masked, err) < 0)
		return err_wrap(err, "guests");
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (file_make_dir(needed[i], 0755, err) < 0)
			return -1;
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (put(ours[i].path, ours[i].text, ours[i].mode, err) < 0)
			return -1;
	return put_programs(err);
}
