/* What tmux captured with its colours (stdin), with no more looks than can be seen: blanks keep
 * the look of whatever was written before them, and that is no difference. */
#include <stdio.h>
#include <stdlib.h>

#include "console/shrink.h"

int main(void)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX), least = BUF_INIT(BUF_TEXT_MAX);
	struct shrink s;
	char chunk[4096];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), stdin)) > 0)
		buf_add(&text, chunk, n);
	shrink_init(&s);
	shrink(&s, &least, buf_str(&text), text.len);
	fwrite(buf_str(&least), 1, least.len, stdout);
	buf_clear(&text);
	buf_clear(&least);
	return ferror(stdout) ? 1 : 0;
}
