#include "console/tile.h"

#include <string.h>

void tile_draw(struct screen *s, int row, int col, int columns, enum tone tone,
	       unsigned int look, char glyph, const char *name, bool hollow, bool here)
{
	char text[TILE_MOST + 1] = "";
	int room = columns - 4; /* brackets, glyph, a blank */

	memset(text, ' ', (size_t)columns);
	text[1] = glyph;
	if (room > 0)
		memcpy(text + 3, name, strnlen(name, (size_t)room));
	if (here) {
		text[0] = '[';
		text[columns - 1] = ']';
	}
	look |= here ? LOOK_BOLD : hollow ? 0 : LOOK_REVERSE;
	screen_put(s, row, col, tone, look, text, columns);
}
