#define _GNU_SOURCE /* syscall */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

/* name of the overlay on the guest's disk, host folder, shared middle layer */
struct overlay {
	const char *name, *host, *layer;
};

static const struct overlay overlays[] = {
	{ "usr", "/usr", "../../run/layer/usr" },
	{ "etc", "/etc", "../../run/layer/etc" },
	{ "var/lib/dpkg", "/var/lib/dpkg", NULL },
	{ "var/lib/gridengine", "/var/lib/gridengine", NULL },
};

static const struct {
	const char *path;
	mode_t mode;
} folders[] = {
	{ "usr", 0755 },       { "etc", 0755 },	      { "proc", 0555 },
	{ "sys", 0555 },       { "dev", 0755 },	      { "run", 0755 },
	{ "home", 0755 },      { "tmp", 01777 },      { "root", 0700 },
	{ "opt", 0755 },       { "srv", 0755 },	      { "mnt", 0755 },
	{ "media", 0755 },     { "var", 0755 },	      { "var/log", 0755 },
	{ "var/lib", 0755 },   { "var/cache", 0755 }, { "var/tmp", 01777 },
	{ "var/spool", 0755 }, { "var/mail", 0755 },  { "var/lib/nfs", 0755 },
};

static const struct {
	const char *path, *to;
} links[] = {
	{ "bin", "usr/bin" },	  { "sbin", "usr/sbin" },  { "lib", "usr/lib" },
	{ "lib64", "usr/lib64" }, { "var/run", "../run" }, { "var/lock", "../run/lock" },
};

static int do_mount(const char *from, const char *to, const char *type, unsigned long flags,
		    const char *data, struct err *err)
{
	if (mount(from, to, type, flags, data) < 0)
		return err_sys(err, "cannot mount %s", to);
	return 0;
}

/* A bind mount takes its flags only when remounted. */
static int do_bind(const char *from, const char *to, unsigned long flags, struct err *err)
{
	if (do_mount(from, to, NULL, MS_BIND, NULL, err) < 0)
		return -1;
	return flags ? do_mount(NULL, to, NULL, MS_BIND | MS_REMOUNT | flags, NULL, err) : 0;
}

static int make_dir(const char *path, mode_t mode, struct err *err)
{
	if (mkdir(path, mode) < 0)
		return errno == EEXIST ? 0 : err_sys(err, "cannot make %s", path);
	return chmod(path, mode) < 0 ? err_sys(err, "cannot set the mode of %s", path) : 0;
}

/*
 * Paths are relative to the guest's folder, so no option needs quoting: state_dir may hold any
 * character. At most one page of options, which fixed names never fill.
 */
static int overlay_mount(const struct overlay *o, struct err *err)
{
	char flat[64], upper[80], work[80], at[80], data[640];

	snprintf(flat, sizeof(flat), "%s", o->name);
	for (char *p = flat; *p; p++)
		if (*p == '/')
			*p = '-';
	snprintf(upper, sizeof(upper), "over/%s", flat);
	snprintf(work, sizeof(work), "over/%s.work", flat);
	snprintf(at, sizeof(at), "root/%s", o->name);
	if (make_dir("over", 0700, err) < 0 || make_dir(upper, 0755, err) < 0 ||
	    make_dir(work, 0700, err) < 0 || make_dir(at, 0755, err) < 0)
		return -1;
	snprintf(data, sizeof(data), "lowerdir=%s%s%s,upperdir=%s,workdir=%s",
		 o->layer ? o->layer : "", o->layer ? ":" : "", o->host, upper, work);
	return do_mount("overlay", at, "overlay", MS_NODEV, data, err);
}

static int disk_make(struct err *err)
{
	if (make_dir("root", 0755, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char path[64];
		snprintf(path, sizeof(path), "root/%s", folders[i].path);
		if (make_dir(path, folders[i].mode, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		char path[64];
		snprintf(path, sizeof(path), "root/%s", links[i].path);
		if (symlink(links[i].to, path) < 0 && errno != EEXIST)
			return err_sys(err, "cannot make %s", path);
	}
	return 0;
}

static int disk_mount(struct err *err)
{
	if (do_bind("root", "root", MS_NODEV, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(overlays); i++)
		if (file_exists(overlays[i].host) && overlay_mount(&overlays[i], err) < 0)
			return -1;
	return 0;
}

static int device(const char *name, unsigned int minor_of_mem, unsigned int major_no,
		  struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "root/dev/%s", name);
	if (mknod(path, S_IFCHR | 0666, makedev(major_no, minor_of_mem)) < 0)
		return err_sys(err, "cannot make %s", path);
	return chmod(path, 0666) < 0 ? err_sys(err, "cannot set the mode of %s", path) : 0;
}

#define NO_DRIVER 4095 /* the highest major number there can be */

/* Where a machine of Azure has its data disks. There is nothing behind the device (a plain file
 * would make mount(8) look for a loop device): the stand-ins of blkid, mkfs and mount know the
 * LUN by its name. */
static int disks_show(const struct machine *m, struct err *err)
{
	char path[64];

	for (unsigned int lun = 0; lun < 32; lun++) {
		if (!(m->luns >> lun & 1))
			continue;
		snprintf(path, sizeof(path), "root/dev/disk/azure/scsi1/lun%u", lun);
		if (file_make_dir("root/dev/disk/azure/scsi1", 0755, err) < 0)
			return -1;
		if (mknod(path, S_IFBLK | 0660, makedev(NO_DRIVER, lun)) < 0)
			return err_sys(err, "cannot make %s", path);
	}
	return 0;
}

static int dev_mount(const struct machine *m, struct err *err)
{
	static const char *const pairs[][2] = { { "/proc/self/fd", "root/dev/fd" },
						{ "/proc/self/fd/0", "root/dev/stdin" },
						{ "/proc/self/fd/1", "root/dev/stdout" },
						{ "/proc/self/fd/2", "root/dev/stderr" },
						{ "pts/ptmx", "root/dev/ptmx" } };

	if (do_mount("dev", "root/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k",
		     err) < 0)
		return -1;
	if (device("null", 3, 1, err) < 0 || device("zero", 5, 1, err) < 0 ||
	    device("full", 7, 1, err) < 0 || device("random", 8, 1, err) < 0 ||
	    device("urandom", 9, 1, err) < 0 || device("tty", 0, 5, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (symlink(pairs[i][0], pairs[i][1]) < 0)
			return err_sys(err, "cannot make %s", pairs[i][1]);
	if (make_dir("root/dev/pts", 0755, err) < 0 || make_dir("root/dev/shm", 01777, err) < 0)
		return -1;
	if (disks_show(m, err) < 0)
		return -1;
	if (do_mount("devpts", "root/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
		     "newinstance,ptmxmode=0666,mode=0620,gid=5", err) < 0)
		return -1;
	return do_mount("shm", "root/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777", err);
}

static int kernel_mount(struct err *err)
{
	static const char *const read_only[] = { "root/proc/sys", "root/proc/irq",
						 "root/proc/bus", "root/proc/fs" };
	static const char *const masked[] = { "root/proc/kcore", "root/proc/keys",
					      "root/proc/sysrq-trigger",
					      "root/proc/timer_list" };
	unsigned long safe = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	if (do_mount("proc", "root/proc", "proc", safe, NULL, err) < 0 ||
	    do_mount("sysfs", "root/sys", "sysfs", safe | MS_RDONLY, NULL, err) < 0)
		return -1;
	/* These belong to the whole machine, and a guest's root would be allowed to write them.
	 */
	for (size_t i = 0; i < ARRAY_LEN(read_only); i++)
		if (file_exists(read_only[i]) &&
		    do_bind(read_only[i], read_only[i], safe | MS_RDONLY, err) < 0)
			return -1;
	for (size_t i = 0; i < ARRAY_LEN(masked); i++)
		if (file_exists(masked[i]) && do_bind("root/dev/null", masked[i], 0, err) < 0)
			return -1;
	return 0;
}

/* What azsim keeps for the guest: the names of its network, read-only, and the socket to ask
 * at. */
static int run_mount(const struct machine *m, struct err *err)
{
	char from[64];

	if (do_mount("run", "root/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755", err) < 0 ||
	    make_dir("root/run/lock", 01777, err) < 0 ||
	    make_dir("root/run/sshd", 0755, err) < 0 ||
	    make_dir("root/run/azsim", 0755, err) < 0 ||
	    make_dir("root/run/azsim/vnet", 0755, err) < 0)
		return -1;
	snprintf(from, sizeof(from), "../../run/vnet/%u", m->vnet);
	if (do_bind(from, "root/run/azsim/vnet", MS_RDONLY | MS_NOSUID | MS_NODEV, err) < 0)
		return -1;
	if (file_write("root/run/azsim/ask", "", 0, 0600, err) < 0)
		return -1;
	snprintf(from, sizeof(from), "../../run/ask/%u", m->run);
	return do_bind(from, "root/run/azsim/ask", 0, err);
}

static int enter(struct err *err)
{
	/* Stacks the new root over the old one at the same place, then lets go of the lower. */
	if (chdir("root") < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return err_sys(err, "cannot enter the guest's root");
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return err_sys(err, "cannot leave the host's root");
	return 0;
}

int rootfs_enter(const struct machine *m, struct err *err)
{
	char dir[MACHINE_ID_MAX + 8];

	snprintf(dir, sizeof(dir), "vm/%s", m->id);
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || chdir(dir) < 0)
		return err_sys(err, "cannot enter %s", dir);
	if (disk_make(err) < 0 || disk_mount(err) < 0 || dev_mount(m, err) < 0 ||
	    run_mount(m, err) < 0 || kernel_mount(err) < 0)
		return -1;
	return enter(err);
}

int rootfs_probe(struct err *err)
{
	static const struct overlay usr = { "usr", "/usr", "../../run/layer/usr" };
	int back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = -1;

	if (back >= 0 && file_make_dir("run/probe/root", 0700, err) == 0 &&
	    chdir("run/probe") == 0) {
		rc = overlay_mount(&usr, err);
		if (rc == 0)
			umount2("root/usr", MNT_DETACH);
		else
			err_set(
			    err, ERR_UNSUPPORTED,
			    "guests need an overlay file system over /usr in the state directory: %s",
			    strerror(errno));
	}
	if (back < 0 || fchdir(back) < 0)
		rc = err_sys(err, "cannot return to the state directory");
	if (back >= 0)
		close(back);
	return rc;
}

/*
 * What daemons, sshd and sudo need to change users and serve. No SYS_ADMIN: with it root in a
 * guest could mount a cgroup or write /proc/sys of the machine that azsim runs on; azsim mounts
 * for the guest instead.
 */
static const int kept[] = { CAP_CHOWN,	     CAP_DAC_OVERRIDE, CAP_FOWNER,
			    CAP_FSETID,	     CAP_KILL,	       CAP_SETGID,
			    CAP_SETUID,	     CAP_SETPCAP,      CAP_NET_BIND_SERVICE,
			    CAP_NET_RAW,     CAP_SETFCAP,      CAP_SYS_CHROOT,
			    CAP_AUDIT_WRITE, CAP_IPC_LOCK,     CAP_SYS_NICE,
			    CAP_SYS_RESOURCE };

int caps_restrict(struct err *err)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2] = { 0 };
	uint64_t keep = 0;

	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		keep |= UINT64_C(1) << kept[i];
	for (int c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		if (!(keep >> c & 1) && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0)
			return err_sys(err, "cannot drop capability %d", c);
	if (syscall(SYS_capget, &h, d) < 0)
		return err_sys(err, "cannot read capabilities");
	for (int i = 0; i < 2; i++) {
		d[i].permitted &= (uint32_t)(keep >> (32 * i));
		d[i].effective = d[i].permitted;
		d[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &h, d) < 0)
		return err_sys(err, "cannot drop capabilities");
	return 0;
}
