/*
 * azsim's guests: machines made of Linux namespaces, each with its own root, host name,
 * address, sshd and first-boot script. This header is all that the rest of azsim sees of them.
 *
 * Processes: azsim (its loop, never blocked) -> the warden, pid 1 of one outer PID namespace,
 * in azsim's own network and mount namespaces -> one init per guest, pid 1 of the guest's PID
 * namespace. The warden dies with azsim, and with pid 1 the kernel ends the whole namespace:
 * kill -9 of azsim is a power cut that leaves no process and no mount.
 *
 * Files, all under state_dir: vm/ID is the disk of one guest, disk/ID a data disk (its files,
 * and "fs" once there is a file system on it); run/ is rebuilt by guests_new(); trash/ holds
 * what is being deleted.
 *
 * Names and exports end at the virtual network: a guest resolves, reaches and mounts only
 * guests of its own.
 */
#ifndef AZSIM_GUEST_GUEST_H
#define AZSIM_GUEST_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/loop.h"

struct guests;

enum guest_event {
	GUEST_BOOTED,  /* sshd listens, and the first-boot script starts now */
	GUEST_STOPPED, /* off, asked for or by itself; the disk is kept */
	GUEST_FAILED,  /* it did not come up; off, the disk is kept */
	GUEST_DELETED, /* off, and its disk is gone; the id may be used again */
};

/* Called from the loop, never from inside guest_start() and the like; text says why for FAILED,
 * else "" or a remark. */
typedef void guest_cb(void *arg, const char *id, enum guest_event ev, const char *text);

#define GUEST_DISKS 16

struct guest_disk {
	int lun;
	const char *id; /* names its directory under disk/: text_is_name(), at most 60 bytes */
};

struct guest_spec {	/* everything is copied */
	const char *id; /* names its directory: text_is_name(), at most 120 bytes */
	const char *
	    host_name; /* osProfile.computerName: letters, digits, '-', '.'; at most 63 bytes */
	const char *vnet;		      /* the ARM id of its virtual network: any text */
	const char *address;		      /* private IPv4, "10.20.0.4" */
	int prefix;			      /* of the virtual network: 16 */
	const char *admin;		      /* osProfile.adminUsername */
	const char *const *ssh_keys;	      /* authorized_keys lines, NULL-terminated */
	const void *custom_data;	      /* decoded; NULL: none */
	size_t custom_data_len;		      /* at most 64 KiB, as in Azure */
	struct guest_disk disks[GUEST_DISKS]; /* data disks; their data outlives the guest */
	size_t n_disks;
	int cpus; /* for information: /run/azsim/size in the guest */
	int64_t memory_mb;
};

/*
 * Takes up to a second: makes the namespaces and tries an overlay mount. ERR_UNSUPPORTED says
 * in one sentence why this machine cannot have guests (no root, no namespaces, no overlay):
 * azsim then makes ghosts. ERR_CONFLICT: another azsim uses state_dir. cb may be called until
 * guests_free().
 */
struct guests *guests_new(struct loop *l, const char *state_dir, guest_cb *cb, void *arg,
			  struct err *err);
void guests_free(struct guests *g); /* a power cut; disks are kept */

/*
 * Boots. With no disk yet: a new one, and custom_data runs once, as root, after sshd is up.
 * With a kept disk (stopped before, or azsim was killed): keys, accounts and files stay as they
 * are on it, custom_data is not run again, and the executables in
 * /var/lib/cloud/scripts/per-boot run, which is how scripts bring their daemons back.
 * ERR_EXISTS when it is on, ERR_INVALID when the spec is wrong.
 */
int guest_start(struct guests *g, const struct guest_spec *spec, struct err *err);
int guest_stop(struct guests *g, const char *id,
	       struct err *err); /* SIGTERM to all, 2 s, SIGKILL */
int guest_power_cut(struct guests *g, const char *id,
		    struct err *err); /* at once: eviction without notice */
int guest_delete(struct guests *g, const char *id,
		 struct err *err); /* cuts the power first; fine without a disk */
/* The data of a disk that no guest has any more; fine when there is none. */
int guest_disk_delete(struct guests *g, const char *id, struct err *err);
/* Into one that is new; fine when the other never held anything. */
int guest_disk_copy(struct guests *g, const char *from, const char *to, struct err *err);
/* What was written while it booted and by its first-boot script, the last max bytes of each:
 * what a serial console would show. -1: nothing yet. */
int guest_console(const struct guests *g, const char *id, size_t max, struct buf *out);

/*
 * A TCP connection into azsim's network namespace: what `azsim connect ADDRESS PORT` rides on.
 * fd is connected, non-blocking, close-on-exec and the callee's; -1 with err else. Never called
 * from inside guests_connect(). Where two virtual networks use one address, the guest that was
 * started first answers.
 */
typedef void guests_connect_cb(void *arg, int fd, const struct err *err);
struct guests_connect;
struct guests_connect *guests_connect(struct guests *g, const char *address, int port,
				      int64_t deadline_ms, guests_connect_cb *cb, void *arg,
				      struct err *err);
void guests_connect_free(struct guests_connect *c); /* gives up; no callback any more. After the
						       callback c is gone */

/*
 * Programs that run under other names. azsim's main calls guest_main() first: when argv[0] is
 * one of the stand-ins that guests see in /usr/sbin (exportfs, mount.nfs, mount.nfs4, and for
 * data disks blkid, mkfs.ext4, mount.ext4), it runs it and *status is the exit status.
 */
bool guest_main(int argc, char **argv, int *status);

#endif
