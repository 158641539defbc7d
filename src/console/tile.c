#include "console/tile.h"

#include <string.h>

int tile_per_line(int columns, int wide)
{
	int tens = columns / (10 * wide + 1);

	if (wide == TILE_NAMED)
		return columns / TILE_NAMED;
	return wide == TILE_GLYPH && tens < 1 ? 10 : tens * 10;
}

int tile_column(int i, int wide)
{
	return i * wide + (wide == TILE_NAMED ? 0 : i / 10);
}

int tile_at(int column, int wide, int per)
{
	int i = 0;

	while (i < per && column >= tile_column(i, wide) + wide)
		i++;
	return i;
}

bool tile_joins(int i, int per, char next)
{
	return i % 10 == 9 && i + 1 < per && next && next != '.' && next != ' ';
}

/* A node that is not there, or a cell without a value, has no colour. */
static bool is_hollow(const struct tile *t)
{
	return t->glyph == '.' || t->tone == TONE_DIM;
}

/* On grounds all letters are bold: they read better, and neighbours differ in their colour
 * alone. */
static unsigned int ground(const struct screen *s)
{
	return s->grounds ? LOOK_REVERSE | LOOK_BOLD : LOOK_REVERSE;
}

/* Without a gap the one under the cursor is told by looking unlike its neighbours. */
static void draw_narrow(struct screen *s, int row, int col, int wide, const struct tile *t)
{
	char text[TILE_PAIR + 1] = { t->here ? '>' : ' ', t->glyph, '\0' };
	bool block = s->grounds ? is_hollow(t) == t->here : t->here;
	unsigned int look = t->look | (t->here && s->grounds ? LOOK_BOLD : 0);

	screen_put(s, row, col, t->tone, look | (block ? ground(s) : 0),
		   text + (wide == TILE_GLYPH), wide);
	if (t->joined && wide == TILE_GLYPH && s->grounds && !is_hollow(t))
		screen_put(s, row, col + wide, t->tone, ground(s), " ", 1);
}

/* Brackets stand around the one under the cursor; they may take the gap, too. */
static void draw_block(struct screen *s, int row, int col, int wide, const struct tile *t)
{
	int columns = wide == TILE_SMALL && t->here ? wide : wide - 1;
	int room = columns - 4; /* brackets, glyph, a blank */
	unsigned int look = t->look;
	char text[TILE_NAMED + 1] = "";

	memset(text, ' ', (size_t)columns);
	text[1] = t->glyph;
	if (room > 0)
		memcpy(text + 3, t->name, strnlen(t->name, (size_t)room));
	if (t->here) {
		text[0] = '[';
		text[columns - 1] = ']';
	}
	look |= t->here ? LOOK_BOLD : is_hollow(t) ? 0 : ground(s);
	screen_put(s, row, col, t->tone, look, text, columns);
}

void tile_draw(struct screen *s, int row, int col, int wide, const struct tile *t)
{
	if (wide <= TILE_PAIR)
		draw_narrow(s, row, col, wide, t);
	else
		draw_block(s, row, col, wide, t);
}
