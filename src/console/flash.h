/*
 * Cells that just changed, so that a map can underline them for a moment (tui.md 6). It knows
 * the last text of each row of cells and compares. Where much changes at once nothing is told:
 * it would cost more on the wire than it says.
 */
#ifndef CONSOLE_FLASH_H
#define CONSOLE_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLASH_MS 5000
#define FLASH_MOST                                                                             \
	24 /* cells in one look at a row, more is another picture; and marks in all */

struct flash_text {
	int64_t id;
	char *text;
};

struct flash_mark {
	int64_t id, cell, until_ms;
};

struct flash { /* zeros: empty */
	struct flash_text *v;
	size_t n, cap;
	struct flash_mark marks[FLASH_MOST];
	size_t n_marks;
};

void flash_clear(struct flash *f); /* empty, and usable again */
/* A row of cells as it is now. Its first text changes nothing. */
void flash_see(struct flash *f, int64_t id, const char *text, int64_t now_ms);
bool flash_on(const struct flash *f, int64_t id, int64_t cell, int64_t now_ms);
int64_t flash_wait(const struct flash *f,
		   int64_t now_ms); /* until the next ends; -1: none is on */

#endif
