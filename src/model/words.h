/* Enums as words: one look-up for all of model/. */
#ifndef MODEL_WORDS_H
#define MODEL_WORDS_H

#include <stddef.h>
#include <string.h>

static inline int word_index(const char *const *words, size_t n, const char *word, int fallback)
{
	for (size_t i = 0; i < n; i++)
		if (word && words[i] && strcmp(words[i], word) == 0)
			return (int)i;
	return fallback;
}

#endif
