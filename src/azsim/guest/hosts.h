/* The names of one virtual network, as guests see them in /etc/hosts. */
#ifndef AZSIM_GUEST_HOSTS_H
#define AZSIM_GUEST_HOSTS_H

#include <netinet/in.h>

#include "base/buf.h"

struct host {
	const char *name;
	struct in_addr address;
};

/* Pure. Where two machines carry one name the later line is left out, as only the first would
 * ever be found. */
void hosts_text(struct buf *out, const struct host *hosts, size_t n);

#endif
