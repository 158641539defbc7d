#include "hosts.h"

#include <arpa/inet.h>

#include "base/text.h"

static bool seen_before(const struct host *hosts, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (text_casecmp(hosts[k].name, hosts[i].name) == 0)
			return true;
	return false;
}

void hosts_text(struct buf *out, const struct host *hosts, size_t n)
{
	buf_adds(out, "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
	for (size_t i = 0; i < n; i++) {
		char text[INET_ADDRSTRLEN];
		if (seen_before(hosts, i))
			continue;
		inet_ntop(AF_INET, &hosts[i].address, text, sizeof(text));
		buf_addf(out, "%s %s\n", text, hosts[i].name);
	}
}
