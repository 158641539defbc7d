/* What passes between azsim, the warden and the inits: fixed structs, as all three are the same
 * binary after fork(). */
#ifndef AZSIM_GUEST_MACHINE_H
#define AZSIM_GUEST_MACHINE_H

#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum {
	MACHINE_ID_MAX = 120,
	MACHINE_HOST_MAX = 63,
	MACHINE_USER_MAX = 32,
	MACHINE_DISK_MAX = 60
};

/* One boot of one guest. Paths are relative to state_dir, the working directory of the warden.
 */
struct machine {
	uint32_t run; /* counts boots of all guests: names its interface and its socket, never
			 used twice */
	char id[MACHINE_ID_MAX + 1];
	char host_name[MACHINE_HOST_MAX + 1];
	char admin[MACHINE_USER_MAX + 1];
	uint32_t vnet; /* number of its bridge, and of run/vnet/N */
	struct in_addr address;
	uint32_t prefix;
	int64_t memory_mb;
	uint32_t cpus;
	uint32_t luns; /* bit N: a data disk is at LUN N */
};

struct bind_order { /* show a directory of one guest, or a data disk, in another */
	uint32_t server_run, client_run; /* server 0: a data disk */
	bool read_only;
	char path[PATH_MAX];   /* in the server; of a disk relative to state_dir */
	char target[PATH_MAX]; /* in the client */
};

enum order_kind { ORDER_BOOT, ORDER_POWER_OFF, ORDER_POWER_CUT, ORDER_BIND, ORDER_REMOVE };

struct order { /* azsim -> warden; one packet */
	enum order_kind kind;
	uint32_t run; /* which boot; for BIND and REMOVE the number of the request */
	union {
		struct machine boot;
		struct bind_order bind;
		char remove[NAME_MAX + 1]; /* name under trash/ */
	} u;
};

enum news_kind {
	NEWS_READY,
	NEWS_UNABLE,
	NEWS_BOOTED,
	NEWS_BROKEN,
	NEWS_OVER,
	NEWS_BOUND,
	NEWS_REMOVED
};

struct news { /* warden and inits -> azsim; one packet */
	enum news_kind kind;
	uint32_t run;
	int32_t status; /* OVER: wait status; BOUND: 0, or an errno */
	char text[320];
};

void news_send(int fd, enum news_kind kind, uint32_t run, int status, const char *text);

/* Runs as pid 1 of the outer namespace; never returns. The lock is held as long as it or an
 * init lives. */
_Noreturn void warden_main(int chan, const char *dir, int lock_fd);
/* Runs as pid 1 of a guest. */
_Noreturn void init_main(int chan, const struct machine *m);

/* fork() into new namespaces; exit_signal 0 keeps the child out of a wait for any child. */
pid_t ns_fork(uint64_t flags, int exit_signal);

/* The guest's root: mounted, entered, the host's gone from view. Called in the guest's own
 * mount namespace. */
int rootfs_enter(const struct machine *m, struct err *err);
/* The first boot's files inside the entered root: accounts, keys of admin, names. Each step may
 * be repeated. */
int firstboot_files(const struct machine *m, const char *ssh_keys, struct err *err);
/* run/layer: what lies between the host's folders and the guest's: secrets masked, our own
 * files and programs added. */
int layer_build(struct err *err);
/* Tries an overlay in run/probe as the guests will use it. */
int rootfs_probe(struct err *err);
int caps_restrict(struct err *err);

/* Network. fd is a netlink socket of the namespace that is meant. */
int net_open(struct err *err);
int net_bridge(int fd, uint32_t vnet, struct in_addr gateway, uint32_t prefix, struct err *err);
/* A cable from the bridge of m->vnet to eth0 in the namespace peer_ns. */
int net_cable(int fd, const struct machine *m, int peer_ns, struct err *err);
int net_up(int fd, const struct machine *m,
	   struct err *err); /* inside the guest: lo, eth0 and its address */
void net_bridge_name(char out[IF_NAMESIZE], uint32_t vnet);

#endif
