/* However the bytes are cut into reads, an answer is read the same. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/http_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct buf whole_body = BUF_INIT(256), bytes_body = BUF_INIT(256);
	struct http_answer whole, bytes;

	http_answer_init(&whole);
	http_answer_init(&bytes);
	http_answer_feed(&whole, text, len, &whole_body);
	for (size_t i = 0; i < len; i++)
		http_answer_feed(&bytes, text + i, 1, &bytes_body);
	assert(whole.state == bytes.state && whole.status == bytes.status);
	assert(whole.state != ANSWER_ERROR || whole.why);
	if (whole.state != ANSWER_ERROR) {
		assert(whole_body.len == bytes_body.len && whole.headers.n == bytes.headers.n);
		assert(strcmp(buf_str(&whole_body), buf_str(&bytes_body)) == 0);
	}
	http_answer_clear(&whole);
	http_answer_clear(&bytes);
	buf_clear(&whole_body);
	buf_clear(&bytes_body);
	return 0;
}
