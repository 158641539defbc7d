/*
 * Nodes, the full view as a map: a glyph for each node in groups of what they share. It shows
 * the same rows in the same order as the table, so that cursor, marks and filter are the same;
 * the order says what the groups are. Of nodes that are only cells a byte travels.
 */
#include "console/view/map.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "console/deck.h"
#include "console/tile.h"
#include "console/words.h"

#define LEFT  2	 /* columns before the cells */
#define NAMES 64 /* more nodes are not named: all of these are in the window of the table */

/* From the best to that which always has room. */
static const int wides[] = { TILE_NAMED, TILE_WIDE, TILE_SMALL, TILE_PAIR, TILE_GLYPH };

static const char *const shades[] = { "state", "load", "job", "user", "cost", "age" };
static const struct legend {
	const char *text, *brief; /* brief: where there is no room for the text; NULL: cut */
	const char *unread;	  /* of a map without one value */
} legends[] = {
	{ "", NULL, "" },
	{ "of its cpus jobs hold 0 none 1 <20% 2 <30% 3 <40% 4 <50% 5 <60% 6 <70% 7 <80% 8 "
	  "<90% 9 more, blank: no reading",
	  "tenths of cpus that jobs hold, 0 none 9 all, blank: no reading",
	  "no node has told its load yet" },
	{ "a letter for each job: neighbours of one look alike; . none", NULL, "" },
	{ "the first letter of whose job it runs; . none", NULL, "" },
	{ "0 <.01 1 <.02 2 <.05 3 <.1 4 <.2 5 <.5 6 <1 7 <2 8 <5 9 more $/h, blank: unknown",
	  "0 <.01 1 <.02 2 <.05 3 <.1 4 <.2 5 <.5 6 <1 7 <2 8 <5 9 more $/h",
	  "no price is known" },
	{ "0 <1m 1 <5m 2 <15m 3 <1h 4 <3h 5 <12h 6 <1d 7 <3d 8 <7d 9 more", NULL,
	  "no age is known" },
};

/* A group, out of the rows that it has */
struct group {
	const struct group_row *rows;
	int64_t base; /* place of its first node in the whole order */
};

static bool next_group(const struct mirror_rows *r, size_t *at, struct group *g)
{
	if (*at > 0)
		g->base += g->rows->size;
	while (*at < r->n && r->u.groups[*at].first > 0)
		++*at; /* a part whose beginning is missing */
	if (*at >= r->n)
		return false;
	g->rows = &r->u.groups[(*at)++];
	while (*at < r->n && r->u.groups[*at].first > 0)
		++*at;
	return true;
}

/* A title, its cells, and a blank line. */
static int lines_of(const struct group *g, int per)
{
	return 2 + (int)((g->rows->size + per - 1) / per);
}

static int all_lines(const struct deck *d, int per)
{
	struct group g = { 0 };
	int lines = 0; /* the legend takes the place of the last blank line */

	for (size_t at = 0; d->have_groups && next_group(&d->groups, &at, &g);)
		lines += lines_of(&g, per);
	return lines;
}

static int64_t all_nodes(const struct deck *d)
{
	struct group g = { 0 };
	int64_t n = 0;

	for (size_t at = 0; d->have_groups && next_group(&d->groups, &at, &g);)
		n += g.rows->size;
	return n;
}

/* Cells are as wide as leaves all of them in sight. */
static int row_count(struct deck *d, int columns)
{
	int room = d->layout.pane[PANE_NODES].rows - 1, lines;
	size_t i = all_nodes(d) > NAMES;

	for (; i + 1 < ARRAY_LEN(wides); i++) {
		int per = tile_per_line(columns - LEFT, wides[i]);

		if (wides[i] == TILE_PAIR && !display_has_grounds(d->display))
			continue;
		if (per > 0 && all_lines(d, per) <= room)
			break;
	}
	d->map_wide = wides[i];
	d->map_per = tile_per_line(columns - LEFT, d->map_wide);
	lines = all_lines(d, d->map_per);
	return lines > 0 ? lines : 1;
}

/* The group and the line in it (0 its title) of line i of the view; false: the legend, or a key
 * came before there was room to draw it. */
static bool group_at(const struct deck *d, int i, struct group *g, int *line)
{
	*g = (struct group){ 0 };
	i -= 1;
	for (size_t at = 0;
	     i >= 0 && d->map_per > 0 && d->have_groups && next_group(&d->groups, &at, g);) {
		if (i < lines_of(g, d->map_per)) {
			*line = i;
			return true;
		}
		i -= lines_of(g, d->map_per);
	}
	return false;
}

static int cursor_row(const struct deck *d)
{
	int64_t cursor = (int64_t)d->panes[PANE_NODES].table.cursor;
	struct group g = { 0 };
	int line = 1;

	if (d->map_per < 1) /* a key came before there was room to draw it */
		return 0;
	for (size_t at = 0; d->have_groups && next_group(&d->groups, &at, &g);) {
		if (cursor < g.base + g.rows->size)
			return line + 1 + (int)((cursor - g.base) / d->map_per);
		line += lines_of(&g, d->map_per);
	}
	return line;
}

/* Drawing */

static enum tone shade_tone(char c)
{
	static const enum tone letters[] = { TONE_BUSY, TONE_IDLE, TONE_OK,  TONE_BOOT,
					     TONE_SPOT, TONE_WARN, TONE_TEXT };

	if (c >= '0' && c <= '9')
		return (enum tone)(TONE_RAMP + c - '0');
	if (c == '.' || c == ' ')
		return TONE_DIM;
	return letters[(unsigned char)c % ARRAY_LEN(letters)];
}

static bool is_marked(const struct pane *p, int64_t place)
{
	int64_t i = place - p->rows.offset;

	return p->table.n_marks > 0 && p->have && i >= 0 && i < (int64_t)p->rows.n &&
	       table_marked(&p->table, p->kind->id(p, (size_t)i));
}

/* A row of cells in this order, with this shade: another picture of it is no change. */
static int64_t row_hash(const struct deck *d, const struct group_row *r)
{
	const struct pane *p = &d->panes[PANE_NODES];
	char text[200];

	snprintf(text, sizeof(text), "%s/%s/%lld/%s/%zu", d->cluster, r->name,
		 (long long)r->first, p->kind->sorts[p->sort], d->shade);
	return pane_hash(text);
}

void map_see(struct deck *d)
{
	for (size_t i = 0; i < d->groups.n; i++) {
		const struct group_row *r = &d->groups.u.groups[i];

		flash_see(&d->group_flash, row_hash(d, r), r->shades[0] ? r->shades : r->glyphs,
			  display_now());
	}
}

/* The node's name, where the window of nodes has it. */
static const char *name_at(const struct pane *p, int64_t place)
{
	int64_t i = place - p->rows.offset;

	return p->have && i >= 0 && i < (int64_t)p->rows.n ? p->kind->name(p, (size_t)i) : "";
}

/* What its cell shows; '\0' behind the last one. */
static char letter_at(const struct group *g, int64_t i)
{
	const struct group_row *r = &g->rows[i < g->rows->size ? i / GROUP_CELLS : 0];

	if (i >= g->rows->size)
		return '\0';
	return r->shades[0] ? r->shades[i % GROUP_CELLS] : r->glyphs[i % GROUP_CELLS];
}

static void draw_cells(const struct deck *d, struct screen *s, struct area a,
		       const struct group *g, int line)
{
	const struct pane *p = &d->panes[PANE_NODES];
	int64_t from = (int64_t)(line - 1) * d->map_per;
	bool flashes = d->group_flash.n_marks > 0;

	for (int i = 0; i < d->map_per && from + i < g->rows->size; i++) {
		const struct group_row *r = &g->rows[(from + i) / GROUP_CELLS];
		int64_t at = (from + i) % GROUP_CELLS, place = g->base + from + i;
		char glyph = letter_at(g, from + i);
		struct tile t = {
			.glyph = glyph,
			.tone = r->shades[0] ? shade_tone(glyph) : words_glyph_tone(glyph),
			.look = is_marked(p, place) ? LOOK_BOLD | LOOK_UNDERLINE : 0,
			.name = name_at(p, place),
			.here = place == (int64_t)p->table.cursor,
			.joined = tile_joins(i, d->map_per, letter_at(g, from + i + 1))
		};

		if (p->table.range_from && place == (int64_t)p->table.range_row)
			t.look |= LOOK_UNDERLINE;
		if (flashes && flash_on(&d->group_flash, row_hash(d, r), at, display_now()))
			t.look |= LOOK_UNDERLINE;
		tile_draw(s, a.row, a.col + LEFT + tile_column(i, d->map_wide), d->map_wide,
			  &t);
	}
}

/* The limit of an array, when the groups are arrays. */
static int64_t limits_get(const struct deck *d, const char *array)
{
	const struct pane *p = &d->panes[PANE_NODES];
	bool arrays = p->sort == 0 || strcmp(p->kind->sorts[p->sort], "array") == 0;

	for (size_t i = 0; arrays && d->map.have && i < d->map.rows.n; i++)
		if (strcmp(d->map.rows.u.arrays[i].array, array) == 0)
			return d->map.rows.u.arrays[i].max;
	return -1;
}

static const char *group_title(const struct deck *d, const struct group_row *r)
{
	const struct pane *p = &d->panes[PANE_NODES];
	const char *by = p->kind->sorts[p->sort];

	if (strcmp(by, "size") == 0)
		return vm_size_short(r->name);
	if (strcmp(by, "zone") == 0 && !r->name[0])
		return "no zone";
	if (strcmp(by, "user") == 0 && !r->name[0])
		return "nobody";
	return r->name[0] ? r->name : "all";
}

static void draw_title(const struct deck *d, struct screen *s, struct area a,
		       const struct group_row *r)
{
	struct count_word words[COUNT_WORDS];
	size_t n = words_counts(words, r->count, -1);
	int64_t limit = limits_get(d, r->name);
	int col = a.col + LEFT, end = a.col + a.cols;

	col += screen_put(s, a.row, col, TONE_TITLE, 0, group_title(d, r), 24) + 2;
	col += limit >= 0
		   ? screen_putf(s, a.row, col, TONE_TEXT, 0, 24, "%lld/%lld",
				 (long long)r->size, (long long)limit)
		   : screen_putf(s, a.row, col, TONE_TEXT, 0, 24, "%lld", (long long)r->size);
	col += 2;
	for (size_t i = 0; i < n && col < end; i++)
		col +=
		    screen_put(s, a.row, col, words[i].tone, 0, words[i].text, end - col) + 1;
}

/* Of states: glyph, word and how many, each in its tone; those that nobody is in are dim, and
 * give way where there is no room for all; then the words do. */
static void draw_states(const struct deck *d, struct screen *s, struct area a)
{
	static const struct {
		char glyph;
		const char *word;
	} states[] = { { '!', "fail" },	 { '?', "lost" }, { 'x', "evict" }, { 'd', "drain" },
		       { '~', "alloc" }, { '+', "boot" }, { '=', "idle" },  { '#', "busy" } };
	int64_t counts[ARRAY_LEN(states)] = { 0 };
	struct group g = { 0 };
	int all = 0, some = 0, col = 0;

	for (size_t at = 0; d->have_groups && next_group(&d->groups, &at, &g);)
		for (int st = 0; st < NODE_STATES; st++)
			for (size_t k = 0; k < ARRAY_LEN(states); k++)
				if (node_state_glyph((enum node_state)st) == states[k].glyph)
					counts[k] += g.rows->count[st];
	for (size_t k = 0; k < ARRAY_LEN(states); k++) {
		int width = snprintf(NULL, 0, "  %c %s %lld", states[k].glyph, states[k].word,
				     (long long)counts[k]);

		all += width;
		some += counts[k] ? width : 0;
	}
	for (size_t k = 0; k < ARRAY_LEN(states) && col < a.cols; k++) {
		enum tone tone = counts[k] ? words_glyph_tone(states[k].glyph) : TONE_DIM;
		bool words = some - 2 <= a.cols;

		if (counts[k] || all - 2 <= a.cols)
			col += screen_putf(s, a.row, a.col + col, tone, 0, a.cols - col,
					   "%c %s%s%lld", states[k].glyph,
					   words ? states[k].word : "", words ? " " : "",
					   (long long)counts[k]) +
			       2;
	}
}

/* Where the next step of a legend begins: a digit between blanks. */
static const char *next_step(const char *legend)
{
	while (*legend &&
	       !(legend[0] == ' ' && legend[1] >= '0' && legend[1] <= '9' && legend[2] == ' '))
		legend++;
	return *legend ? legend + 1 : legend;
}

/* The steps in their own colours, so that the legend is the key of the map. */
static void draw_steps(struct screen *s, struct area a, const char *legend)
{
	int col = 0;

	while (*legend && col < a.cols) {
		const char *end = next_step(legend);
		bool step = legend[0] >= '0' && legend[0] <= '9';

		if (step)
			col += screen_putf(s, a.row, a.col + col, shade_tone(legend[0]),
					   LOOK_BOLD, a.cols - col, "%c", legend[0]);
		col += screen_putf(s, a.row, a.col + col, TONE_DIM, 0, a.cols - col, "%.*s",
				   (int)(end - legend) - step, legend + step);
		legend = end;
	}
}

/* Not one cell has a value. */
static bool nothing_read(const struct deck *d)
{
	for (size_t i = 0; d->have_groups && i < d->groups.n; i++) {
		const char *cells = d->groups.u.groups[i].shades;

		if (cells[strspn(cells, " ")])
			return false;
	}
	return d->have_groups && d->groups.n > 0;
}

static void draw_legend(const struct deck *d, struct screen *s, struct area a)
{
	int used =
	    LEFT +
	    screen_putf(s, a.row, a.col + LEFT, TONE_KEY, 0, 20, "shade %s", shades[d->shade]) +
	    2;
	struct area rest = { a.row, a.col + used, 1, a.cols - used };
	const struct legend *l = &legends[d->shade];

	if (d->shade == 0)
		draw_states(d, s, rest);
	else if (l->unread[0] && nothing_read(d))
		screen_put(s, rest.row, rest.col, TONE_WARN, 0, l->unread, rest.cols);
	else
		draw_steps(s, rest,
			   l->brief && text_width(l->text) > rest.cols ? l->brief : l->text);
}

static void draw_row(struct deck *d, struct screen *s, struct area a, int i)
{
	struct group g;
	int line;

	if (i == 0) {
		draw_legend(d, s, a);
	} else if (group_at(d, i, &g, &line) && line == 0) {
		draw_title(d, s, a, g.rows);
	} else if (group_at(d, i, &g, &line)) {
		draw_cells(d, s, a, &g, line);
	}
}

/* Keys */

/* Up and down go to the cell above and below, over titles into the next group. */
static void go_line(struct deck *d, int by)
{
	struct table *t = &d->panes[PANE_NODES].table;
	int at = cursor_row(d), line, last;
	struct group g;

	if (!group_at(d, at, &g, &line))
		return;
	int64_t column = ((int64_t)t->cursor - g.base) % d->map_per;

	for (int step = 0; step < 3; step++) {
		if (!group_at(d, at += by, &g, &line))
			return;
		last = lines_of(&g, d->map_per) - 2;
		if (line < 1 || line > last)
			continue;
		int64_t to = (int64_t)(line - 1) * d->map_per + column;

		table_go(t, (size_t)(g.base + (to < g.rows->size ? to : g.rows->size - 1)));
		return;
	}
}

static bool key(struct deck *d, const struct key *k)
{
	struct pane *p = &d->panes[PANE_NODES];
	int lines = d->layout.pane[PANE_NODES].rows - 3;

	p->touched = true;
	switch (k->code) {
	case K_LEFT:
		table_move(&p->table, -1);
		return true;
	case K_RIGHT:
	case 'l':
		table_move(&p->table, 1);
		return true;
	case K_UP:
	case 'k':
		go_line(d, -1);
		return true;
	case K_DOWN:
	case 'j':
		go_line(d, 1);
		return true;
	case K_PAGE_UP:
	case K_PAGE_DOWN:
		for (int i = 0; i < lines; i++)
			go_line(d, k->code == K_PAGE_UP ? -1 : 1);
		return true;
	}
	return deck_table_key(d, k);
}

static bool click(struct deck *d, int at, int col)
{
	struct group g;
	int line, i = tile_at(col - LEFT, d->map_wide, d->map_per);

	if (at == 0 || !group_at(d, at, &g, &line) || line == 0)
		return false;
	int64_t cell = (int64_t)(line - 1) * d->map_per + i;

	if (col < LEFT || i == d->map_per || cell >= g.rows->size)
		return false;
	d->panes[PANE_NODES].touched = true;
	table_go(&d->panes[PANE_NODES].table, (size_t)(g.base + cell));
	return true;
}

static void next_shade(struct deck *d)
{
	d->shade = (d->shade + 1) % ARRAY_LEN(shades);
}

const char *map_shade_name(size_t i)
{
	return i < ARRAY_LEN(shades) ? shades[i] : NULL;
}

bool map_shade_named(struct deck *d, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(shades); i++)
		if (strcmp(shades[i], name) == 0) {
			d->shade = i;
			return true;
		}
	return false;
}

/* The window of the cells; that of the nodes around the cursor is the pane's own. */
void map_window(const struct deck *d, struct window *w)
{
	pane_window(&d->panes[PANE_NODES], w);
	w->noun = NOUN_GROUP;
	w->offset = 0;
	w->count = MAP_GROUPS;
	snprintf(w->id, sizeof(w->id), "groups");
	snprintf(w->shade, sizeof(w->shade), "%s", shades[d->shade]);
}

static const struct binding keys[] = {
	{ .key = 'b',
	  .fkey = K_F8,
	  .keys = "F8 b",
	  .group = GROUP_VIEW,
	  .label = "Shade",
	  .word = "by",
	  .help = "by what cells are shaded: next",
	  .run = next_shade },
	{ .keys = NULL },
};

const struct view view_map = {
	.title = "Nodes",
	.place = "nodes",
	.pane = PANE_NODES,
	.keys = keys,
	.more_keys = node_keys,
	.hint =
	    "arrows choose  Enter open  Space mark  v block  {map} table  {by} shade by  {sort} groups",
	.row_count = row_count,
	.draw_row = draw_row,
	.cursor_row = cursor_row,
	.key = key,
	.click = click,
};
