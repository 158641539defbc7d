/* What was expanded compresses, and expands to as many different names again. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/queue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool plain(const struct strs *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (strpbrk(names->v[i], "[],"))
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct strs names = STRS_INIT(300), back = STRS_INIT(300);
	struct buf list = BUF_INIT(BUF_TEXT_MAX);
	char *text = malloc(len + 1);

	if (!text)
		return 0;
	if (len)
		memcpy(text, data, len);
	text[len] = '\0';
	if (hostlist_expand(&names, text, NULL) == 0 && names.n > 0) {
		assert(plain(&names));
		assert(hostlist_compress(&list, (const char *const *)names.v, names.n) == 0);
		assert(hostlist_expand(&back, buf_str(&list), NULL) == 0);
		for (size_t i = 0; i < names.n; i++)
			assert(strs_has(&back, names.v[i]));
		for (size_t i = 0; i < back.n; i++)
			assert(strs_has(&names, back.v[i]));
	}
	free(text);
	strs_clear(&names);
	strs_clear(&back);
	buf_clear(&list);
	return 0;
}
