/* No byte of what a program writes is lost but its looks, and those are never longer. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "console/shrink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Letters outside of sequences. */
static size_t letters(const char *text, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\033' && i + 1 < n && text[i + 1] == '[') {
			for (i += 2; i < n && text[i] >= 0x20 && text[i] < 0x40;)
				i++;
			continue;
		}
		if (text[i] == '\033') {
			i += i + 1 < n && text[i + 1] == '(' ? 2 : 1;
			continue;
		}
		count += text[i] >= 'a' && text[i] <= 'z';
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf out = BUF_INIT(BUF_TEXT_MAX);
	struct shrink s;

	for (size_t i = 0; i < len; i++) /* what no program writes, and is not followed here */
		if (data[i] == '\033' && (i + 2 >= len || strchr("]P)*+#% \033", data[i + 1]) ||
					  data[i + 2] == '\033'))
			return 0;
	shrink_init(&s);
	shrink(&s, &out, (const char *)data, len);
	assert(letters(buf_str(&out), out.len) == letters((const char *)data, len));
	shrink_flush(&s, &out);
	buf_clear(&out);
	return 0;
}
