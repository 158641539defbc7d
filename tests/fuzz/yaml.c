#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/yaml.h"

static size_t check(const struct yaml *y, const struct yaml *parent, int depth)
{
	size_t nodes = 1;

	assert(y->line > 0 && y->column > 0);
	assert((parent && parent->kind == YAML_MAP) == (y->key != NULL));
	assert((y->kind == YAML_SCALAR) == (y->text != NULL));
	assert(y->kind != YAML_SCALAR || (!y->child && strlen(y->text) <= YAML_SCALAR_MAX));
	assert(y->kind == YAML_SCALAR || depth < YAML_DEPTH_MAX);
	for (const struct yaml *c = y->child; c; c = c->next) {
		assert(y->kind != YAML_MAP || yaml_get(y, c->key) == c);
		nodes += check(c, y, depth + 1);
	}
	return nodes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct err err = ERR_INIT;
	struct yaml *y = yaml_parse((const char *)data, len, &err);

	if (y) {
		assert(!y->next && check(y, NULL, 0) <= YAML_NODES_MAX);
		yaml_free(y);
	} else {
		assert(strncmp(err.msg, "line ", 5) == 0);
	}
	return 0;
}
