/* Any bytes, with any pauses: every key is one that exists, text is clean of control bytes, and
 * the decoder gets back. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "console/key.h"

static void on_key(void *arg, const struct key *k)
{
	char name[16];

	(void)arg;
	assert(k->code != K_NONE && k->code < K_LAST && k->code != K_FIRST);
	assert(k->code < 0x80 || k->code >= 0xa0);
	assert(strlen(key_name(name, k->code)) < sizeof(name));
	for (size_t i = 0; k->code == K_PASTE && i < k->len; i++)
		assert((unsigned char)k->text[i] >= 0x20 || strchr("\t\r\n", k->text[i]));
}

static void count_x(void *arg, const struct key *k)
{
	*(int *)arg += k->code == 'x';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct keys k;
	int64_t now = 1;
	int seen = 0;

	keys_init(&k, KEY_ESC_MS, on_key, NULL);
	for (size_t i = 0; i < len; i++) {
		if (data[i] == 0) { /* a pause, as long as the byte after it says */
			now += i + 1 < len ? data[i + 1] * 8 : 0;
			keys_time(&k, now);
			continue;
		}
		keys_feed(&k, (const char *)data + i, 1, now);
		int64_t wait = keys_wait(&k, now);
		assert(wait >= -1 && wait <= KEY_PASTE_MS);
	}
	keys_time(&k, now + 2 * KEY_PASTE_MS); /* after silence it is ready for a plain key,
						  whatever came before */
	k.cb = count_x;
	k.arg = &seen;
	keys_feed(&k, "x", 1, now + 4 * KEY_PASTE_MS);
	assert(seen == 1);
	keys_clear(&k);
	return 0;
}
