/* azsim's own side of the guests: what guests.c, connect.c and share.c know in common. */
#ifndef AZSIM_GUEST_GUESTS_H
#define AZSIM_GUEST_GUESTS_H

#include "guest.h"
#include "machine.h"

#include <sys/types.h>

#include "base/map.h"

enum guest_state { GUEST_OFF, GUEST_BOOTING, GUEST_ON, GUEST_STOPPING };

struct share; /* share.c: the guest's exports and those who ask at its socket */

struct vnet {
	uint32_t number;
	uint32_t prefix;
};

struct guest {
	struct guests *all;
	char id[MACHINE_ID_MAX + 1];
	char host_name[MACHINE_HOST_MAX + 1];
	struct in_addr address;
	uint32_t vnet;
	uint32_t run;	 /* of the boot under way, or the last */
	uint32_t remove; /* number of the removal under way */
	enum guest_state state;
	bool deleting;
	bool broken; /* said why it cannot come up; its end follows */
	char why[320];
	struct timer *late;  /* a power-off that takes too long becomes a power cut */
	struct share *share; /* while it is on */
	char disks[32][MACHINE_DISK_MAX + 1]; /* by LUN; "" none */
};

struct guests {
	struct loop *loop;
	guest_cb *cb;
	void *arg;
	char *dir;
	int state_fd, lock_fd, chan;
	int net_ns, netlink; /* azsim's network namespace, and a socket in it */
	pid_t warden;
	struct watch *watch;
	struct map *guests; /* id -> struct guest */
	struct map *vnets;  /* ARM id -> struct vnet */
	struct ask *asks;   /* share.c: those who wait for the warden */
	uint32_t last_run, last_job;
};

int guests_order(struct guests *g, const struct order *o, struct err *err);
/* A socket that lives in azsim's network namespace. */
int guests_socket(const struct guests *g, int type, struct err *err);
struct guest *guests_by_run(const struct guests *g, uint32_t run);
struct guest *guests_by_name(const struct guests *g, uint32_t vnet,
			     const char *name_or_address);

/* share.c: what a guest asks at its socket, run/ask/RUN. */
struct share *share_new(struct guest *gu, struct err *err);
void share_free(struct share *s);    /* its exports are gone, who waits is told nothing more */
void share_forget(struct guests *g); /* the warden will answer no more */
void share_bound(struct guests *g, uint32_t job, int status,
		 const char *where); /* the warden's answer */

#endif
