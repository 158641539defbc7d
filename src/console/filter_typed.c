#include "console/filter_typed.h"

#include <string.h>

#include "model/columns.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

/* Where the last word begins. What is in quotes or slashes belongs to its word; one that is not
 * closed goes on to the end. */
static size_t last_word(const char *text)
{
	size_t begin = 0;

	for (size_t i = 0; text[i]; i++) {
		bool opens = i == begin || strchr(":=~<>,!", text[i - 1]);

		if (strchr(" |()", text[i])) {
			begin = i + 1;
		} else if (text[i] == '"' || (text[i] == '/' && opens)) {
			char end = text[i];

			for (i++; text[i] && text[i] != end; i++)
				i += text[i] == '\\' && text[i + 1];
			if (!text[i])
				break;
		}
	}
	return begin;
}

static bool begins_a_column(enum noun noun, const char *word, size_t len)
{
	size_t n;
	const struct row_column *c = columns_of(noun, &n);

	for (size_t i = 0; i < n; i++)
		if (column_begins(&c[i], word, len))
			return true;
	return false;
}

/* Without what joins it to the word that is not finished. */
static size_t without_joint(const char *text, size_t n)
{
	while (n > 0 && strchr(" |!(", text[n - 1]))
		n--;
	return n;
}

size_t filter_finished(enum noun noun, const char *text)
{
	size_t all = strlen(text), begin = last_word(text);
	const char *word = text + begin + strspn(text + begin, "!");
	size_t name = strspn(word, LETTERS);
	const char *op = word + name, *value = op + strspn(op, ":=~<>!");

	if (name == 0 || !begins_a_column(noun, word, name))
		return all;
	if (!*op) /* a field's name, or its beginning */
		return without_joint(text, begin);
	if (value == op)
		return all;
	if (!*value)
		return without_joint(text, begin);
	return text[all - 1] == ',' ? all - 1 : all; /* one more value is to come */
}
