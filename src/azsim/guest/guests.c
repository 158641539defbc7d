#define _GNU_SOURCE /* clone flags, setns */
#include "guests.h"

#include "accounts.h"
#include "hosts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

enum {
	READY_MS = 10000,
	LATE_MS = 5000, /* over the guest's own 2 s: then it hangs */
	LOCK_TRIES = 100,
	LOCK_WAIT_MS = 50,
	CHAN_BYTES = 4 << 20,
	CUSTOM_DATA_MAX = 64 << 10,
	FILE_BYTES = 1 << 20,
};

#define OUTER_NAMESPACES                                                                       \
	(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

static void on_news(void *arg, unsigned int what);

/* ---- orders ---- */

static size_t order_size(const struct order *o)
{
	switch (o->kind) {
	case ORDER_BOOT:
		return offsetof(struct order, u) + sizeof(o->u.boot);
	case ORDER_REMOVE:
		return offsetof(struct order, u) + sizeof(o->u.remove);
	case ORDER_BIND:
	case ORDER_POWER_OFF:
	case ORDER_POWER_CUT:
		break;
	}
	return o->kind == ORDER_BIND ? sizeof(*o) : offsetof(struct order, u);
}

int guests_order(struct guests *g, const struct order *o, struct err *err)
{
	if (g->chan < 0)
		return err_set(err, ERR_INTERNAL,
			       "the guests' warden is gone: start azsim again");
	if (send(g->chan, o, order_size(o), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return err_sys(err, "the guests' warden does not listen");
	return 0;
}

static int order_plain(struct guests *g, enum order_kind kind, uint32_t run, struct err *err)
{
	struct order *o = xcalloc(1, sizeof(*o));

	o->kind = kind;
	o->run = run;
	int rc = guests_order(g, o, err);
	free(o);
	return rc;
}

/* ---- start and end of it all ---- */

/* After a kill -9 the last guests may need a moment to die; their inits hold the lock until
 * then. */
static int lock(struct guests *g, struct err *err)
{
	g->lock_fd = openat(g->state_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (g->lock_fd < 0)
		return err_sys(err, "cannot open %s/lock", g->dir);
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(g->lock_fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK)
			return err_sys(err, "cannot lock %s", g->dir);
		poll(NULL, 0, LOCK_WAIT_MS);
	}
	return err_set(err, ERR_CONFLICT,
		       "another azsim has its guests in %s: stop it, or use another folder",
		       g->dir);
}

static int folders(const struct guests *g, struct err *err)
{
	static const char *const stale[] = { "run", "trash" };
	static const char *const made[] = { "run/vnet", "run/ask", "trash", "vm", "disk" };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(stale) && rc == 0; i++) {
		char *path = xasprintf("%s/%s", g->dir, stale[i]);
		if (file_exists(path))
			rc = file_remove_tree(path, err);
		free(path);
	}
	for (size_t i = 0; i < ARRAY_LEN(made) && rc == 0; i++) {
		char *path = xasprintf("%s/%s", g->dir, made[i]);
		rc = file_make_dir(path, 0700, err);
		free(path);
	}
	return rc;
}

static int warden_wait(const struct guests *g, struct err *err)
{
	struct pollfd p = { .fd = g->chan, .events = POLLIN };
	struct news n;

	if (poll(&p, 1, READY_MS) <= 0)
		return err_set(err, ERR_UNSUPPORTED, "the guests' warden did not start in %d s",
			       READY_MS / 1000);
	if (recv(g->chan, &n, sizeof(n), 0) != (ssize_t)sizeof(n))
		return err_set(err, ERR_UNSUPPORTED, "the guests' warden ended as it started");
	if (n.kind == NEWS_READY)
		return 0;
	return err_set(err, ERR_UNSUPPORTED, "no guests on this machine: %s", n.text);
}

static int warden_start(struct guests *g, struct err *err)
{
	int pair[2], bytes = CHAN_BYTES;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, "socketpair");
	for (int i = 0; i < 2; i++)
		setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
	g->warden = ns_fork(OUTER_NAMESPACES, 0);
	if (g->warden == 0)
		warden_main(pair[1], g->dir, g->lock_fd);
	close(pair[1]);
	g->chan = pair[0];
	if (g->warden < 0)
		return err_set(err, ERR_UNSUPPORTED,
			       "guests need namespaces, which this machine refuses: %s",
			       strerror(errno));
	return warden_wait(g, err);
}

static int network_open(struct guests *g, struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)g->warden);
	g->net_ns = open(path, O_RDONLY | O_CLOEXEC);
	if (g->net_ns < 0)
		return err_sys(err, "cannot open the guests' network");
	g->netlink = guests_socket(g, AF_NETLINK, err);
	return g->netlink < 0 ? -1 : 0;
}

static void free_vnet(void *v)
{
	free(v);
}

static void free_guest(void *v)
{
	struct guest *gu = v;

	share_free(gu->share);
	timer_free(gu->late);
	free(gu);
}

struct guests *guests_new(struct loop *l, const char *state_dir, guest_cb *cb, void *arg,
			  struct err *err)
{
	if (geteuid() != 0) {
		err_set(err, ERR_UNSUPPORTED, "guests need root, and azsim runs as uid %u",
			(unsigned)geteuid());
		return NULL;
	}
	struct guests *g = xcalloc(1, sizeof(*g));
	*g = (struct guests){ .loop = l,
			      .cb = cb,
			      .arg = arg,
			      .state_fd = -1,
			      .lock_fd = -1,
			      .chan = -1,
			      .net_ns = -1,
			      .netlink = -1,
			      .warden = -1,
			      .dir = xstrdup(state_dir) };
	g->guests = map_new(free_guest, true);
	g->vnets = map_new(free_vnet, true);
	if (file_make_dir(state_dir, 0700, err) < 0)
		goto fail;
	g->state_fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (g->state_fd < 0) {
		err_sys(err, "cannot open %s", state_dir);
		goto fail;
	}
	if (lock(g, err) < 0 || folders(g, err) < 0 || warden_start(g, err) < 0 ||
	    network_open(g, err) < 0)
		goto fail;
	g->watch = watch_new(l, g->chan, WATCH_READ, on_news, g);
	return g;
fail:
	guests_free(g);
	return NULL;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void warden_end(struct guests *g)
{
	watch_free(g->watch);
	g->watch = NULL;
	close_fd(&g->chan);
	if (g->warden <= 0)
		return;
	kill(g->warden, SIGKILL);
	waitpid(g->warden, NULL,
		__WALL); /* returns when every process of every guest is dead */
	g->warden = -1;
}

void guests_free(struct guests *g)
{
	if (!g)
		return;
	warden_end(g);
	map_free(g->guests);
	map_free(g->vnets);
	share_forget(g);
	close_fd(&g->netlink);
	close_fd(&g->net_ns);
	close_fd(&g->lock_fd);
	close_fd(&g->state_fd);
	free(g->dir);
	free(g);
}

/* ---- network ---- */

int guests_socket(const struct guests *g, int family, struct err *err)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (home < 0)
		return err_sys(err, "cannot open azsim's network namespace");
	/* A socket belongs to the namespace it was made in for ever; one thread, so nobody sees
	 * us away. */
	int fd = -1;
	if (setns(g->net_ns, CLONE_NEWNET) < 0) {
		err_sys(err, "cannot enter the guests' network");
	} else {
		fd = family == AF_NETLINK
			 ? net_open(err)
			 : socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd < 0 && family != AF_NETLINK)
			err_sys(err, "cannot make a socket");
		if (setns(home, CLONE_NEWNET) < 0)
			abort(); /* on the wrong network everything that follows would be wrong
				  */
	}
	close(home);
	return fd;
}

/* The first address of the network is Azure's gateway; here it is azsim's end, from which ssh
 * comes. */
static struct in_addr gateway_of(struct in_addr a, uint32_t prefix)
{
	uint32_t mask = prefix ? ~0U << (32 - prefix) : 0;

	return (struct in_addr){ .s_addr = htonl((ntohl(a.s_addr) & mask) + 1) };
}

static struct vnet *vnet_get(struct guests *g, const char *name, struct in_addr a,
			     uint32_t prefix, struct err *err)
{
	struct vnet *v = map_get(g->vnets, name);
	uint32_t number = v ? v->number : (uint32_t)map_count(g->vnets) + 1;

	if (v && v->prefix == prefix)
		return v;
	if (net_bridge(g->netlink, number, gateway_of(a, prefix), prefix, err) < 0)
		return NULL;
	char *dir = xasprintf("%s/run/vnet/%u", g->dir, number);
	int rc = file_make_dir(dir, 0755, err);
	free(dir);
	if (rc < 0)
		return NULL;
	if (!v) {
		v = xcalloc(1, sizeof(*v));
		map_put(g->vnets, name, v);
	}
	*v = (struct vnet){ .number = number, .prefix = prefix };
	return v;
}

static int hosts_publish(struct guests *g, uint32_t vnet, struct err *err)
{
	struct host *hosts = xcalloc(map_count(g->guests) + 1, sizeof(*hosts));
	struct buf text = BUF_INIT(FILE_BYTES);
	const char *key;
	void *value;
	size_t n = 0;

	for (size_t i = 0; map_next(g->guests, &i, &key, &value);) {
		const struct guest *gu = value;
		if (gu->vnet == vnet && !gu->deleting)
			hosts[n++] =
			    (struct host){ .name = gu->host_name, .address = gu->address };
	}
	hosts_text(&text, hosts, n);
	char *path = xasprintf("%s/run/vnet/%u/hosts", g->dir, vnet);
	int rc = file_write(path, buf_str(&text), text.len, 0644, err);
	free(path);
	buf_clear(&text);
	free(hosts);
	return rc;
}

/* ---- one guest ---- */

struct guest *guests_by_run(const struct guests *g, uint32_t run)
{
	const char *key;
	void *value;

	for (size_t i = 0; map_next(g->guests, &i, &key, &value);)
		if (((struct guest *)value)->run == run)
			return value;
	return NULL;
}

struct guest *guests_by_name(const struct guests *g, uint32_t vnet, const char *name_or_address)
{
	struct in_addr a;
	bool is_address = inet_pton(AF_INET, name_or_address, &a) == 1;
	const char *key;
	void *value;

	for (size_t i = 0; map_next(g->guests, &i, &key, &value);) {
		struct guest *gu = value;
		if (gu->vnet != vnet || gu->deleting)
			continue;
		if (is_address ? gu->address.s_addr == a.s_addr
			       : text_casecmp(gu->host_name, name_or_address) == 0)
			return gu;
	}
	return NULL;
}

static int spec_check(const struct guest_spec *s, struct in_addr *a, struct err *err)
{
	struct buf passwd = BUF_INIT(FILE_BYTES);
	bool taken = true;

	if (!text_is_name(s->id, MACHINE_ID_MAX))
		return err_set(err, ERR_INVALID,
			       "a guest's id must be a plain name of at most %d bytes",
			       MACHINE_ID_MAX);
	if (!text_is_name(s->host_name, MACHINE_HOST_MAX) || strchr(s->host_name, '_'))
		return err_set(err, ERR_INVALID, "guest %s: bad computer name", s->id);
	if (inet_pton(AF_INET, s->address, a) != 1 || s->prefix < 8 || s->prefix > 30)
		return err_set(err, ERR_INVALID, "guest %s: bad address %s/%d", s->id,
			       s->address, s->prefix);
	if (s->custom_data_len > CUSTOM_DATA_MAX)
		return err_set(err, ERR_INVALID, "guest %s: custom data is larger than 64 KiB",
			       s->id);
	if (!account_name_ok(s->admin))
		return err_set(err, ERR_INVALID, "guest %s: bad administrator name", s->id);
	if (file_read(&passwd, "/etc/passwd", err) == 0)
		taken = account_is_system(buf_str(&passwd), passwd.len, s->admin);
	buf_clear(&passwd);
	if (taken)
		return err_set(err, ERR_INVALID,
			       "guest %s: %s is a system account: choose another administrator",
			       s->id, s->admin);
	return 0;
}

static int seed_write(const struct guests *g, const struct guest_spec *s, struct err *err)
{
	char *dir = xasprintf("%s/vm/%s/seed", g->dir, s->id);
	char *keys = xasprintf("%s/keys", dir), *data = xasprintf("%s/custom-data", dir);
	struct buf lines = BUF_INIT(FILE_BYTES);
	int rc = file_make_dir(dir, 0700, err);

	for (size_t i = 0; s->ssh_keys && s->ssh_keys[i]; i++)
		buf_addf(&lines, "%s\n", s->ssh_keys[i]);
	if (rc == 0 && lines.full)
		rc = err_set(err, ERR_INVALID, "guest %s: too many ssh keys", s->id);
	if (rc == 0)
		rc = file_write(keys, buf_str(&lines), lines.len, 0600, err);
	if (rc == 0)
		rc = file_write(data, s->custom_data_len ? s->custom_data : "",
				s->custom_data_len, 0600, err);
	buf_clear(&lines);
	free(dir);
	free(keys);
	free(data);
	return rc;
}

static void on_late(void *arg)
{
	struct guest *gu = arg;

	log_warn("guest %s does not power off: its power is cut", gu->id);
	order_plain(gu->all, ORDER_POWER_CUT, gu->run, NULL);
}

static struct guest *guest_get(struct guests *g, const char *id)
{
	struct guest *gu = map_get(g->guests, id);

	if (gu)
		return gu;
	gu = xcalloc(1, sizeof(*gu));
	gu->all = g;
	snprintf(gu->id, sizeof(gu->id), "%s", id);
	gu->late = timer_new(g->loop, on_late, gu);
	map_put(g->guests, id, gu);
	return gu;
}

static int disks_put(struct guest *gu, const struct guest_spec *s, struct err *err)
{
	memset(gu->disks, 0, sizeof(gu->disks));
	for (size_t i = 0; i < s->n_disks; i++) {
		const struct guest_disk *d = &s->disks[i];

		if (d->lun < 0 || (size_t)d->lun >= ARRAY_LEN(gu->disks) ||
		    !text_is_name(d->id, MACHINE_DISK_MAX))
			return err_set(err, ERR_INVALID, "guest %s: bad data disk at LUN %d",
				       gu->id, d->lun);
		snprintf(gu->disks[d->lun], sizeof(gu->disks[0]), "%s", d->id);
		char *path = xasprintf("%s/disk/%s/data", gu->all->dir, d->id);
		int rc = file_make_dir(path, 0755, err);
		free(path);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int boot(struct guest *gu, const struct guest_spec *s, uint32_t prefix, struct err *err)
{
	struct order *o = xcalloc(1, sizeof(*o));
	struct machine *m = &o->u.boot;

	o->kind = ORDER_BOOT;
	o->run = m->run = gu->run;
	snprintf(m->id, sizeof(m->id), "%s", gu->id);
	snprintf(m->host_name, sizeof(m->host_name), "%s", gu->host_name);
	snprintf(m->admin, sizeof(m->admin), "%s", s->admin);
	m->vnet = gu->vnet;
	m->address = gu->address;
	m->prefix = prefix;
	m->cpus = (uint32_t)s->cpus;
	m->memory_mb = s->memory_mb;
	for (uint32_t lun = 0; lun < ARRAY_LEN(gu->disks); lun++)
		m->luns |= gu->disks[lun][0] ? (uint32_t)1 << lun : 0;
	int rc = guests_order(gu->all, o, err);
	free(o);
	return rc;
}

int guest_start(struct guests *g, const struct guest_spec *s, struct err *err)
{
	struct in_addr address;

	if (spec_check(s, &address, err) < 0)
		return -1;
	struct guest *old = map_get(g->guests, s->id);
	if (old && (old->state != GUEST_OFF || old->deleting))
		return err_set(err, old->deleting ? ERR_CONFLICT : ERR_EXISTS, "guest %s is %s",
			       s->id, old->deleting ? "being deleted" : "on already");
	const struct vnet *v = vnet_get(g, s->vnet, address, (uint32_t)s->prefix, err);
	if (!v || seed_write(g, s, err) < 0)
		return -1;
	struct guest *gu = guest_get(g, s->id);
	snprintf(gu->host_name, sizeof(gu->host_name), "%s", s->host_name);
	gu->address = address;
	gu->vnet = v->number;
	gu->run = ++g->last_run;
	gu->broken = false;
	if (disks_put(gu, s, err) < 0 || hosts_publish(g, gu->vnet, err) < 0 ||
	    !(gu->share = share_new(gu, err)))
		return -1;
	if (boot(gu, s, (uint32_t)s->prefix, err) < 0) {
		share_free(gu->share);
		gu->share = NULL;
		return -1;
	}
	gu->state = GUEST_BOOTING;
	return 0;
}

static struct guest *find(const struct guests *g, const char *id, struct err *err)
{
	struct guest *gu = map_get(g->guests, id);

	if (!gu)
		err_set(err, ERR_NOT_FOUND, "there is no guest %s", id);
	return gu;
}

/* One that is on, on its way down; NULL and err: it is not there, or off. */
static struct guest *going_down(struct guests *g, const char *id, struct err *err)
{
	struct guest *gu = find(g, id, err);

	if (gu && gu->state == GUEST_OFF) {
		err_set(err, ERR_CONFLICT, "guest %s is off", id);
		return NULL;
	}
	if (gu)
		gu->state = GUEST_STOPPING;
	return gu;
}

int guest_stop(struct guests *g, const char *id, struct err *err)
{
	struct guest *gu = going_down(g, id, err);

	if (!gu)
		return -1;
	timer_set(gu->late, LATE_MS);
	return order_plain(g, ORDER_POWER_OFF, gu->run, err);
}

int guest_power_cut(struct guests *g, const char *id, struct err *err)
{
	struct guest *gu = going_down(g, id, err);

	return gu ? order_plain(g, ORDER_POWER_CUT, gu->run, err) : -1;
}

/* Moved aside first: the id is free on disk at once, and what a kill leaves behind is swept at
 * the next start. */
static int drop_folder(struct guests *g, const char *kind, const char *id, uint32_t number,
		       struct err *err)
{
	struct order *o = xcalloc(1, sizeof(*o));

	o->kind = ORDER_REMOVE;
	o->run = number;
	snprintf(o->u.remove, sizeof(o->u.remove), "%u-%s", number, id);
	char *from = xasprintf("%s/%s/%s", g->dir, kind, id);
	char *to = xasprintf("%s/trash/%s", g->dir, o->u.remove);
	int rc = 0;
	if (rename(from, to) < 0 && (errno != ENOENT || mkdir(to, 0700) < 0))
		rc = err_sys(err, "cannot remove %s %s", kind, id);
	if (rc == 0)
		rc = guests_order(g, o, err);
	free(from);
	free(to);
	free(o);
	return rc;
}

static int remove_disk(struct guest *gu, struct err *err)
{
	gu->remove = ++gu->all->last_job;
	return drop_folder(gu->all, "vm", gu->id, gu->remove, err);
}

int guest_disk_delete(struct guests *g, const char *id, struct err *err)
{
	if (!text_is_name(id, MACHINE_DISK_MAX))
		return err_set(err, ERR_INVALID, "no such disk");
	return drop_folder(g, "disk", id, ++g->last_job, err);
}

int guest_delete(struct guests *g, const char *id, struct err *err)
{
	if (!text_is_name(id, MACHINE_ID_MAX))
		return err_set(err, ERR_INVALID, "no such guest name");
	struct guest *gu = guest_get(g, id);
	if (gu->deleting)
		return 0;
	gu->deleting = true;
	if (gu->vnet != 0)
		hosts_publish(g, gu->vnet, NULL);
	if (gu->state == GUEST_OFF) {
		gu->deleting = remove_disk(gu, err) == 0;
		return gu->deleting ? 0 : -1;
	}
	return order_plain(g, ORDER_POWER_CUT, gu->run, err);
}

/* ---- news ---- */

static void tell(struct guest *gu, enum guest_event ev, const char *text)
{
	gu->all->cb(gu->all->arg, gu->id, ev, text);
}

static void guest_over(struct guest *gu)
{
	struct err err = ERR_INIT;
	bool asked = gu->state == GUEST_STOPPING, booting = gu->state == GUEST_BOOTING;

	gu->state = GUEST_OFF;
	timer_stop(gu->late);
	share_free(gu->share);
	gu->share = NULL;
	if (gu->deleting) {
		if (remove_disk(gu, &err) < 0) {
			gu->deleting = false; /* off, and to be deleted again */
			tell(gu, GUEST_STOPPED, err.msg);
		}
	} else if (gu->broken || (booting && !asked)) {
		tell(gu, GUEST_FAILED,
		     gu->broken ? gu->why : "the machine ended while it booted");
	} else {
		tell(gu, GUEST_STOPPED, asked ? "" : "it powered itself off");
	}
}

static void on_removed(struct guests *g, const struct news *n)
{
	const char *key;
	void *value;

	for (size_t i = 0; map_next(g->guests, &i, &key, &value);) {
		struct guest *gu = value;
		if (gu->remove != n->run)
			continue;
		char id[MACHINE_ID_MAX + 1];
		snprintf(id, sizeof(id), "%s", gu->id);
		if (n->status != 0)
			log_warn("guest %s: %s; the rest is removed at the next start", id,
				 n->text);
		map_del(g->guests, id);
		g->cb(g->arg, id, GUEST_DELETED, n->text);
		return;
	}
}

static void on_guest_news(struct guest *gu, const struct news *n)
{
	switch (n->kind) {
	case NEWS_BOOTED:
		if (gu->state == GUEST_BOOTING) {
			gu->state = GUEST_ON;
			tell(gu, GUEST_BOOTED, "");
		}
		break;
	case NEWS_BROKEN:
		gu->broken = true;
		snprintf(gu->why, sizeof(gu->why), "%s", n->text);
		break;
	case NEWS_OVER:
		guest_over(gu);
		break;
	case NEWS_READY:
	case NEWS_UNABLE:
	case NEWS_BOUND:
	case NEWS_REMOVED:
		break;
	}
}

/* Nothing but our own kill ends the warden; if something did, all guests are off, and no more
 * can be had. */
static void warden_lost(struct guests *g)
{
	const char *key;
	void *value;

	log_error("the guests' warden is gone, and every guest with it");
	warden_end(g);
	for (size_t i = 0; map_next(g->guests, &i, &key, &value);) {
		struct guest *gu = value;
		if (gu->state == GUEST_OFF)
			continue;
		gu->state = GUEST_OFF;
		share_free(gu->share);
		gu->share = NULL;
		tell(gu, GUEST_STOPPED, "the power of all guests was cut");
	}
}

static void on_news(void *arg, unsigned int what)
{
	struct guests *g = arg;
	struct news n;
	ssize_t got;

	(void)what;
	while (g->chan >= 0 && (got = recv(g->chan, &n, sizeof(n), MSG_DONTWAIT)) >= 0) {
		if (got == 0) {
			warden_lost(g);
			return;
		}
		if (got != (ssize_t)sizeof(n))
			continue;
		if (n.kind == NEWS_REMOVED) {
			on_removed(g, &n);
			continue;
		}
		if (n.kind == NEWS_BOUND) {
			share_bound(g, n.run, n.status, n.text);
			continue;
		}
		struct guest *gu = guests_by_run(g, n.run);
		if (gu)
			on_guest_news(gu, &n);
	}
}
