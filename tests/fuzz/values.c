/* The small readers of base: what one accepts, its writer gives back, and it means the same. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "base/retry.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_moments(const char *text)
{
	char out[CLOCK_TEXT];
	int64_t ms, again;

	if (clock_read(&ms, text) == 0 && clock_read(&again, clock_text(out, ms)) == 0)
		assert(again <= ms && ms - again < 1000);
	if (clock_read_http(&ms, text) == 0 &&
	    clock_read_http(&again, clock_http(out, ms)) == 0)
		assert(again == ms);
	assert(retry_after_ms(text, text, 0) >= -1);
}

static void check_numbers(const char *text)
{
	int64_t v;
	double real;
	char out[24];

	if (num_read(&v, text, -5, 1000) == 0)
		assert(v >= -5 && v <= 1000);
	if (num_read_real(&real, text, -1, 1) == 0)
		assert(real >= -1 && real <= 1);
	if (size_read(&v, text) == 0) {
		assert(v >= 0);
		assert(size_read(&v, size_text(out, v)) == 0 || v > (INT64_C(7) << 60));
	}
}

static void check_base64(const char *data, size_t len)
{
	struct buf plain = BUF_INIT(BUF_TEXT_MAX), text = BUF_INIT(BUF_TEXT_MAX);

	if (base64_read(&plain, data, len, NULL) == 0) {
		base64_write(&text, buf_str(&plain), plain.len);
		assert(text.len == len && memcmp(buf_str(&text), data, len) == 0);
	}
	buf_reset(&plain);
	buf_reset(&text);
	if (base64url_read(&plain, data, len, NULL) == 0) {
		base64url_write(&text, buf_str(&plain), plain.len);
		assert(text.len == len && memcmp(buf_str(&text), data, len) == 0);
	}
	buf_clear(&plain);
	buf_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = xmalloc(len + 1);

	memcpy(text, data, len);
	text[len] = '\0';
	check_moments(text);
	check_numbers(text);
	check_base64(text, len);
	free(text);
	return 0;
}
