#include "told.h"

#include <stdio.h>

#include "base/buf.h"
#include "wire/wire.h"

void told_json(struct json *take)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);

	json_write(&text, take);
	puts(buf_str(&text));
	fflush(stdout);
	buf_clear(&text);
	json_free(take);
}

void told_error(const struct err *err)
{
	told_json(wire_error_json(err, NULL));
}
