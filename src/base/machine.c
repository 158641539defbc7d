#include "base/machine.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/text.h"

static void hashed(char out[MACHINE_ID], struct buf *text)
{
	char hash[SHA256_HEX];

	sha256_hex(hash, buf_str(text), text->len);
	snprintf(out, MACHINE_ID, "%.16s", hash);
	buf_clear(text);
}

void machine_id(char out[MACHINE_ID])
{
	struct buf id = BUF_INIT(256);
	size_t empty;
	char host[128] = "";

	buf_adds(&id, "paceline ");
	empty = id.len;
	file_read(&id, "/etc/machine-id", NULL);
	if (id.len == empty && gethostname(host, sizeof(host) - 1) == 0)
		buf_adds(&id, host);
	hashed(out, &id);
}

/* A file of /proc says that it is empty: its size is no measure. */
void machine_boot(char out[MACHINE_ID])
{
	struct buf id = BUF_INIT(256);
	char text[64] = "";
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	out[0] = '\0';
	if (!f)
		return;
	if (fgets(text, sizeof(text), f)) {
		buf_adds(&id, "paceline ");
		buf_adds(&id, text);
		hashed(out, &id);
	}
	fclose(f);
}
