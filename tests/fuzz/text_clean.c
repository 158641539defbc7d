/* Whatever comes in: the output is safe, is UTF-8, fits, and cleaning it again changes nothing
 * (S10.1). */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_safe(const char *text, size_t len)
{
	uint32_t cp;
	size_t took;

	for (size_t at = 0; (took = utf8_read(&cp, text + at, len - at)) > 0; at += took) {
		assert(cp >= 0x20 && cp != 0x7F && !(cp >= 0x80 && cp < 0xA0));
		assert(!(cp >= 0x200B && cp <= 0x200F) && !(cp >= 0x2028 && cp <= 0x202E));
		assert(!(cp >= 0xE000 && cp <= 0xF8FF) && cp < 0xE0000);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t max = len > 0 && data[0] % 2 ? (size_t)data[0] : len * 12 + 1;
	char *once = malloc(max + 1), *twice = malloc(max + 1);
	size_t n = text_clean(once, max, (const char *)data, len);

	if (max > 0) {
		assert(n < max && once[n] == '\0' && strlen(once) == n);
		check_safe(once, n);
		assert(text_clean(twice, max, once, n) == n && memcmp(once, twice, n + 1) == 0);
		for (int columns = 0; columns < 12; columns++) {
			size_t cut = text_cut(once, columns);

			memcpy(twice, once, cut);
			twice[cut] = '\0';
			assert(text_width(twice) <= columns);
		}
	}
	free(once);
	free(twice);
	return 0;
}
