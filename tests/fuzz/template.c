#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "template/template.h"

/* A template is checked and expanded; the bytes behind a NUL, if there is one, are a parameter.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *nul = len ? memchr(data, 0, len) : NULL;
	size_t n = nul ? (size_t)(nul - data) : len;
	struct template_problems problems = { 0 };
	struct strs params = STRS_INIT(4);
	struct cluster_spec spec;
	struct err err = ERR_INIT;
	struct template *t = template_parse((const char *)data, n, "fuzz", &err);

	if (!t)
		return 0;
	if (nul) {
		char text[256];
		size_t rest = len - n - 1;

		rest = rest < sizeof(text) - 1 ? rest : sizeof(text) - 1;
		memcpy(text, nul + 1, rest);
		text[rest] = '\0';
		strs_add(&params, text);
	}
	template_check(&problems, t);
	assert(problems.n <= 100);
	for (size_t i = 0; i < problems.n; i++)
		assert(problems.v[i].line > 0 && problems.v[i].column > 0 &&
		       problems.v[i].text[0]);
	if (template_expand(&spec, t, &params, &err) == 0) {
		assert(spec.n_arrays > 0 && spec.arrays[0].sizes.n > 0);
		assert(spec.region && spec.head_size && spec.scheduler && spec.image);
		assert(params.n > 0 || problems.n == 0);
		cluster_spec_clear(&spec);
	} else {
		assert(err.msg[0]);
	}
	template_problems_clear(&problems);
	strs_clear(&params);
	template_free(t);
	return 0;
}
