#include "console/line.h"

#include <string.h>

#include "base/buf.h"

#define WORD_MAX 4096

/* One word, from its first character on; quotes may begin and end within it. Returns what
 * follows, NULL on an error. */
static const char *take_word(struct buf *word, const char *line, struct err *err)
{
	char quote = '\0';

	for (; *line && (quote || *line != ' '); line++) {
		if (quote ? *line == quote : *line == '"' || *line == '\'')
			quote = quote ? '\0' : *line;
		else
			buf_addc(word, *line);
	}
	if (!quote)
		return line;
	err_set(err, ERR_INVALID, "a closing %c is missing", quote);
	return NULL;
}

int line_split(struct strs *out, const char *line, struct err *err)
{
	struct buf word = BUF_INIT(WORD_MAX);
	int rc = 0;

	while (rc == 0 && *(line += strspn(line, " "))) {
		const char *rest;

		buf_reset(&word);
		rest = take_word(&word, line, err);
		if (!rest)
			rc = -1;
		else if (word.full || strs_add(out, buf_str(&word)) < 0)
			rc = err_set(err, ERR_INVALID, "the line is too long");
		else
			line = rest;
	}
	buf_clear(&word);
	return rc;
}
