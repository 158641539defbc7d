#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "azsim/guest/ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ask_request r;

	if (ask_read(&r, (const char *)data, len, NULL) == 0)
		for (size_t i = 0; i < 4; i++)
			assert(!r.arg[i] || strlen(r.arg[i]) < len);
	return 0;
}
