#define _GNU_SOURCE /* struct ifreq */
#include "machine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* One request: a header, its body, attributes. Ours are short; the biggest (a veth pair) takes
 * about 200 bytes. */
struct request {
	struct nlmsghdr h;
	char body[1024 - sizeof(struct nlmsghdr)];
};

static void *request_start(struct request *q, int type, int flags, size_t body)
{
	memset(q, 0, sizeof(*q));
	q->h.nlmsg_len = (uint32_t)NLMSG_LENGTH(body);
	q->h.nlmsg_type = (uint16_t)type;
	q->h.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	return q->body;
}

static struct rtattr *attr(struct request *q, unsigned int type, const void *data, size_t n)
{
	struct rtattr *a = (void *)((char *)q + NLMSG_ALIGN(q->h.nlmsg_len));

	a->rta_type = (uint16_t)type;
	a->rta_len = (uint16_t)RTA_LENGTH(n);
	if (n > 0)
		memcpy(RTA_DATA(a), data, n);
	q->h.nlmsg_len = (uint32_t)(NLMSG_ALIGN(q->h.nlmsg_len) + RTA_ALIGN(a->rta_len));
	return a;
}

static void attr_end(struct request *q, struct rtattr *nest)
{
	nest->rta_len = (uint16_t)((char *)q + q->h.nlmsg_len - (char *)nest);
}

/* 0, or the kernel's errno. It answers before send() returns, so this never waits. */
static int request_send(int fd, const struct request *q)
{
	char answer[2048];

	if (send(fd, q, q->h.nlmsg_len, 0) < 0)
		return errno;
	ssize_t n = recv(fd, answer, sizeof(answer), 0);
	if (n < (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)))
		return n < 0 ? errno : EPROTO;
	struct nlmsgerr e;
	memcpy(&e, answer + NLMSG_HDRLEN, sizeof(e));
	return -e.error;
}

static int failed(struct err *err, int code, const char *what, const char *name)
{
	return err_set(err, ERR_IO, "network: %s %s: %s", what, name, strerror(code));
}

int net_open(struct err *err)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	return fd >= 0 ? fd : err_sys(err, "network: netlink socket");
}

static int index_of(int fd, const char *name)
{
	struct ifreq r = { 0 };

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	return ioctl(fd, SIOCGIFINDEX, &r) == 0 ? r.ifr_ifindex : 0;
}

static int link_up(int fd, const char *name, struct err *err)
{
	struct request q;
	struct ifinfomsg *i = request_start(&q, RTM_NEWLINK, 0, sizeof(*i));

	i->ifi_index = index_of(fd, name);
	i->ifi_flags = i->ifi_change = IFF_UP;
	int rc = request_send(fd, &q);
	return rc == 0 ? 0 : failed(err, rc, "cannot bring up", name);
}

static int address_add(int fd, const char *name, struct in_addr a, uint32_t prefix,
		       struct err *err)
{
	struct request q;
	struct ifaddrmsg *i =
	    request_start(&q, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*i));
	struct in_addr all = { .s_addr = a.s_addr |
					 htonl((uint32_t)(UINT64_C(0xffffffff) >> prefix)) };

	i->ifa_family = AF_INET;
	i->ifa_prefixlen = (uint8_t)prefix;
	i->ifa_index = (unsigned int)index_of(fd, name);
	attr(&q, IFA_LOCAL, &a, sizeof(a));
	attr(&q, IFA_ADDRESS, &a, sizeof(a));
	attr(&q, IFA_BROADCAST, &all, sizeof(all));
	int rc = request_send(fd, &q);
	return rc == 0 || rc == EEXIST ? 0 : failed(err, rc, "cannot set the address of", name);
}

void net_bridge_name(char out[IF_NAMESIZE], uint32_t vnet)
{
	snprintf(out, IF_NAMESIZE, "vnet%u", vnet);
}

int net_bridge(int fd, uint32_t vnet, struct in_addr gateway, uint32_t prefix, struct err *err)
{
	char name[IF_NAMESIZE];
	struct request q;

	net_bridge_name(name, vnet);
	request_start(&q, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	attr(&q, IFLA_IFNAME, name, strlen(name) + 1);
	struct rtattr *info = attr(&q, IFLA_LINKINFO, NULL, 0);
	attr(&q, IFLA_INFO_KIND, "bridge", 6);
	attr_end(&q, info);
	int rc = request_send(fd, &q);
	if (rc != 0 && rc != EEXIST)
		return failed(err, rc, "cannot make the bridge", name);
	if (address_add(fd, name, gateway, prefix, err) < 0)
		return -1;
	return link_up(fd, name, err);
}

int net_cable(int fd, const struct machine *m, int peer_ns, struct err *err)
{
	char bridge[IF_NAMESIZE], name[IF_NAMESIZE];
	struct request q;

	net_bridge_name(bridge, m->vnet);
	int master = index_of(fd, bridge);
	snprintf(name, sizeof(name), "g%u", m->run);
	struct ifinfomsg *i =
	    request_start(&q, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	i->ifi_flags = i->ifi_change = IFF_UP;
	attr(&q, IFLA_IFNAME, name, strlen(name) + 1);
	attr(&q, IFLA_MASTER, &master, sizeof(master));
	struct rtattr *info = attr(&q, IFLA_LINKINFO, NULL, 0);
	attr(&q, IFLA_INFO_KIND, "veth", 4);
	struct rtattr *data = attr(&q, IFLA_INFO_DATA, NULL, 0);
	struct rtattr *peer =
	    attr(&q, VETH_INFO_PEER, &(struct ifinfomsg){ 0 }, sizeof(struct ifinfomsg));
	/* The same MAC at each boot: neighbours still have the old one in their ARP tables. */
	unsigned char mac[6] = { 0x02, 0x0d };
	memcpy(mac + 2, &m->address, 4);
	attr(&q, IFLA_ADDRESS, mac, sizeof(mac));
	attr(&q, IFLA_IFNAME, "eth0", 5);
	attr(&q, IFLA_NET_NS_FD, &peer_ns, sizeof(peer_ns));
	attr_end(&q, peer);
	attr_end(&q, data);
	attr_end(&q, info);
	int rc = request_send(fd, &q);
	return rc == 0 ? 0 : failed(err, rc, "cannot make the cable", name);
}

int net_up(int fd, const struct machine *m, struct err *err)
{
	if (link_up(fd, "lo", err) < 0)
		return -1;
	if (address_add(fd, "eth0", m->address, m->prefix, err) < 0)
		return -1;
	return link_up(fd, "eth0", err);
}
