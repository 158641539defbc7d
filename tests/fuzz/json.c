#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"

/* What was read and written reads back to the same text, compact or indented. */
static void check_reread(const struct buf *first, const struct buf *text)
{
	struct json *j = json_parse(text->data, text->len, NULL);
	struct buf again = BUF_INIT(BUF_TEXT_MAX);

	assert(j);
	assert(json_write(&again, j) == 0);
	assert(again.len == first->len && memcmp(again.data, first->data, again.len) == 0);
	buf_clear(&again);
	json_free(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct err err = ERR_INIT;
	struct json *j = json_parse((const char *)data, len, &err);
	struct buf out = BUF_INIT(BUF_TEXT_MAX), pretty = BUF_INIT(BUF_TEXT_MAX);

	if (!j) {
		assert(err.code == ERR_PARSE && strncmp(err.msg, "line ", 5) == 0);
		return 0;
	}
	assert(json_write(&out, j) == 0 && json_write_pretty(&pretty, j) == 0);
	for (size_t i = 0; i < out.len; i++)
		assert((unsigned char)out.data[i] >= 0x20 && out.data[i] != 0x7f);
	check_reread(&out, &out);
	check_reread(&out, &pretty);
	buf_clear(&out);
	buf_clear(&pretty);
	json_free(j);
	return 0;
}
