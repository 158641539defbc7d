#include <assert.h>
#include <stdint.h>

#include "azsim/guest/ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct exports e = { 0 };
	struct in_addr a = { 0 };
	bool known;

	if (exports_read(&e, (const char *)data, len, NULL) == 0)
		for (size_t i = 0; i < e.n; i++)
			assert(e.v[i].path[0] == '/');
	exports_find(&e, "/shared/x", a, "node", &known);
	exports_clear(&e);
	return 0;
}
