#include <string.h>

#include "azsim/queue/site.h"

/* The end of 'text' with '\'' for a quote in it, which starts at s; NULL: it is not whole. */
static const char *read_quoted(struct buf *out, const char *s)
{
	for (s++; *s; s++) {
		if (*s != '\'') {
			if (out)
				buf_addc(out, *s);
		} else if (strncmp(s, "'\\''", 4) == 0) {
			if (out)
				buf_addc(out, '\'');
			s += 3;
		} else {
			return s + 1;
		}
	}
	return NULL;
}

bool gq_script_var(struct buf *out, const char *script, const char *name)
{
	size_t want = strlen(name);

	buf_reset(out);
	while (script && *script) {
		size_t n = strspn(script, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

		if (*script == '#') {
			script += strcspn(script, "\n");
		} else if (n == 0 || script[n] != '=' || script[n + 1] != '\'') {
			return false;
		} else {
			bool hit = n == want && memcmp(script, name, n) == 0;

			script = read_quoted(hit ? out : NULL, script + n + 1);
			if (hit)
				return script != NULL;
		}
		if (script && *script == '\n')
			script++;
	}
	return false;
}
