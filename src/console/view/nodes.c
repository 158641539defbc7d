#include "console/view/nodes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "console/gauge.h"
#include "console/tile.h"
#include "console/words.h"

#define KIND	   4
#define SIZE_LEAST 6
#define RUN_LEAST  6
#define RUN_GOOD   16

/* The list of nodes */

enum { NAME, STATE, SIZE, SPOT, JOBS, MONEY, REASON };

static const struct column narrow[] = {
	{ "NODE", 8, 16, 9, false }, { "STATE", 7, 7, 8, false }, { "SIZE", 7, 14, 3, false },
	{ "KIND", 4, 4, 2, false },  { "$/H", 5, 6, 4, true },	  { "REASON", 16, 0, 7, false },
};
static const unsigned char narrow_what[] = { NAME, STATE, SIZE, SPOT, MONEY, REASON };
static const struct column wide[] = {
	{ "NODE", 8, 20, 9, false },   { "STATE", 7, 7, 8, false }, { "SIZE", 8, 20, 3, false },
	{ "KIND", 4, 4, 2, false },    { "JOBS", 4, 4, 5, true },   { "$/H", 6, 7, 4, true },
	{ "REASON", 20, 0, 7, false },
};
static const unsigned char wide_what[] = { NAME, STATE, SIZE, SPOT, JOBS, MONEY, REASON };
static const struct pane_columns sets[] = {
	PANE_COLUMNS(0, narrow),
	PANE_COLUMNS(70, wide),
};

static const struct node *at(const struct pane *p, size_t i)
{
	return &p->rows.u.nodes[i];
}

int64_t node_row_id(const struct pane *p, size_t i)
{
	return at(p, i)->id;
}

const char *node_row_name(const struct pane *p, size_t i)
{
	return at(p, i)->name;
}

void node_state_cell(const struct pane *p, const struct node *n, struct table_cell *out)
{
	if (p->words)
		snprintf(out->text, sizeof(out->text), "%s", words_node_state(n->state));
	else
		snprintf(out->text, sizeof(out->text), "%c %s", node_state_glyph(n->state),
			 words_node_state(n->state));
	out->tone = words_node_tone(n->state);
}

void node_reason_cell(const struct node *n, struct table_cell *out)
{
	const char *kept = n->array_kept_ms ? "kept with its array" : "kept";
	bool is_kept = node_is_kept(n);

	snprintf(out->text, sizeof(out->text), "%s%s%.130s", is_kept ? kept : "",
		 is_kept && n->reason[0] ? ": " : "", n->reason);
	out->tone = n->state == NODE_FAILED || n->state == NODE_UNHEALTHY ? TONE_FAIL
		    : is_kept						  ? TONE_WARN
									  : TONE_TEXT;
}

static void cell(const struct pane *p, size_t i, int what, struct table_cell *out)
{
	const struct node *n = at(p, i);
	char money[24];

	switch (what) {
	case NAME:
		snprintf(out->text, sizeof(out->text), "%s", n->name);
		break;
	case STATE:
		node_state_cell(p, n, out);
		break;
	case SIZE:
		snprintf(out->text, sizeof(out->text), "%s", vm_size_short(n->size));
		break;
	case SPOT:
		snprintf(out->text, sizeof(out->text), "%s", words_kind(n->spot));
		out->tone = n->spot ? TONE_SPOT : TONE_TEXT;
		break;
	case JOBS:
		if (n->jobs < 0)
			snprintf(out->text, sizeof(out->text), "?");
		else
			snprintf(out->text, sizeof(out->text), "%lld", (long long)n->jobs);
		break;
	case MONEY:
		money_text(money, n->price);
		snprintf(out->text, sizeof(out->text), "%s", money + 1);
		break;
	default:
		node_reason_cell(n, out);
	}
}

const struct pane_kind pane_nodes = {
	A_NODES_TABLE,
	PANE_SETS(sets),
	.cell = cell,
};

/* One line for each array */

static int64_t cells_of(const struct array_row *r)
{
	return (int64_t)strnlen(r->glyphs, sizeof(r->glyphs));
}

static int counts_width(const struct array_row *r)
{
	struct count_word words[COUNT_WORDS];
	size_t n = words_counts(words, r->count, r->max);
	int width = 0;

	for (size_t i = 0; i < n; i++)
		width += (int)strlen(words[i].text) + (i > 0);
	return width;
}

static int at_most(int n, int high)
{
	return n < high ? n : high;
}

/* Size, glyphs and counts share what is left: first the size gives way, then the glyphs, the
 * words last. */
static void share(struct run_widths *w, int room, int run)
{
	int want = at_most(run, RUN_GOOD);

	while (w->size > SIZE_LEAST && w->size + w->counts + want > room)
		w->size--;
	w->run = at_most(room - w->size - w->counts, run);
	if (w->run < RUN_LEAST) {
		w->run = RUN_LEAST;
		w->counts = room - w->size - w->run;
	}
}

void nodes_widths(struct run_widths *w, const struct array_row *rows, size_t n, int cols)
{
	int run = 1;

	*w = (struct run_widths){ .name = 3, .size = 3 };
	for (size_t i = 0; i < n; i++) {
		int name_len = (int)strnlen(rows[i].array, sizeof(rows[i].array));
		int size_len = (int)strlen(vm_size_short(rows[i].size));
		int counts = counts_width(&rows[i]);
		int cells = (int)cells_of(&rows[i]);

		w->name = name_len > w->name ? name_len : w->name;
		w->size = size_len > w->size ? size_len : w->size;
		w->counts = counts > w->counts ? counts : w->counts;
		run = cells > run ? cells : run;
	}
	w->name = at_most(w->name, cols / 7);
	w->size = at_most(w->size, cols / 5);
	w->counts = at_most(w->counts, cols / 2);
	share(w, cols - 2 - w->name - 1 - 1 - KIND - 2 - 2, run);
}

static void draw_glyph(struct screen *s, int row, int col, char glyph, bool here)
{
	struct tile t = { .glyph = glyph, .tone = words_glyph_tone(glyph), .here = here };

	tile_draw(s, row, col, TILE_GLYPH, &t);
}

/* The part of the run that holds the cursor: its first cell. */
static int64_t part_from(const struct array_row *r, int columns, int64_t cursor)
{
	int64_t n = cells_of(r);

	if (cursor < columns)
		return 0;
	return cursor - columns + 2 > n - columns ? n - columns : cursor - columns + 2;
}

static void draw_part(struct screen *s, int row, int col, int columns,
		      const struct array_row *r, int64_t cursor)
{
	int64_t n = cells_of(r), from = part_from(r, columns, cursor);

	for (int i = 0; i < columns && from + i < n; i++)
		draw_glyph(s, row, col + i, r->glyphs[from + i], from + i == cursor);
}

/* More nodes than cells: how many of a hundred are in which state, the worst first. */
static void draw_shares(struct screen *s, int row, int col, int columns,
			const struct array_row *r)
{
	static const char glyphs[] = "!?xdh~+=#.";
	int64_t parts[sizeof(glyphs) - 1] = { 0 };
	int shares[sizeof(glyphs) - 1];

	for (int st = 0; st < NODE_STATES; st++) {
		const char *at = strchr(glyphs, node_state_glyph((enum node_state)st));

		if (at && *at)
			parts[at - glyphs] += r->count[st];
	}
	parts[ARRAY_LEN(parts) - 1] = r->max > r->live ? r->max - r->live : 0;
	gauge_shares(shares, parts, ARRAY_LEN(parts), columns);
	for (size_t g = 0; g < ARRAY_LEN(parts); g++)
		for (int i = 0; i < shares[g]; i++)
			draw_glyph(s, row, col++, glyphs[g], false);
}

static void draw_run(struct screen *s, int row, int col, int columns, const struct array_row *r,
		     int64_t cursor)
{
	if (cursor < 0 && r->live > columns)
		draw_shares(s, row, col, columns, r);
	else
		draw_part(s, row, col, columns, r, cursor);
}

static void draw_counts(struct screen *s, int row, int col, int columns,
			const struct array_row *r)
{
	struct count_word words[COUNT_WORDS];
	size_t n = words_counts(words, r->count, r->max);
	int used = 0;

	for (size_t i = 0; i < n; i++) {
		if (used + (int)strlen(words[i].text) > columns)
			break;
		used += screen_put(s, row, col + used, words[i].tone, 0, words[i].text,
				   columns - used) +
			1;
	}
}

void nodes_draw_row(struct screen *s, int row, int col, const struct run_widths *w,
		    const struct array_row *r, int64_t cursor)
{
	if (cursor >= 0)
		screen_put(s, row, col, TONE_CURSOR, 0, ">", 1);
	col += 2;
	screen_put(s, row, col, TONE_TEXT, cursor >= 0 ? LOOK_BOLD : 0, r->array, w->name);
	col += w->name + 1;
	screen_put(s, row, col, TONE_TEXT, 0, vm_size_short(r->size), w->size);
	col += w->size + 1;
	screen_put(s, row, col, r->spot ? TONE_SPOT : TONE_TEXT, 0, words_kind(r->spot), KIND);
	col += KIND + 2;
	draw_run(s, row, col, w->run, r, cursor);
	draw_counts(s, row, col + w->run + 2, w->counts, r);
}

/*
 * The heat map: a title line and lines of cells for each array. The fewer the nodes, the wider
 * the cells; of more than there is room for a cell is several nodes.
 */

#define LEFT 2 /* columns before the cells */

/* Wider cells take lines from the jobs below, so no array has more than so many lines of them.
 */
static const struct {
	int wide, lines;
} sizes[] = { { TILE_WIDE, 2 }, { TILE_PAIR, 6 }, { TILE_GLYPH, 0 } };

static int64_t squeeze_of(const struct node_map *m)
{
	return m->squeeze > 1 ? m->squeeze : 1;
}

static int64_t shown_cells(const struct array_row *r, int64_t squeeze)
{
	return (cells_of(r) + squeeze - 1) / squeeze;
}

static int lines_of(const struct array_row *r, int per, int64_t squeeze)
{
	return 1 + (int)((shown_cells(r, squeeze) + per - 1) / per);
}

static int lines_of_all(const struct mirror_rows *rows, int per, int64_t squeeze)
{
	int lines = 0;

	for (size_t i = 0; i < rows->n; i++)
		lines += lines_of(&rows->u.arrays[i], per, squeeze);
	return lines;
}

/* No array takes more than its lines, and all of them fit. */
static bool fits(const struct mirror_rows *rows, int per, int lines, int room)
{
	for (size_t i = 0; i < rows->n; i++)
		if (per < 1 || cells_of(&rows->u.arrays[i]) > (int64_t)per * lines)
			return false;
	return rows->n > 0 && lines_of_all(rows, per, 1) <= room;
}

/* Columns of a cell in an area of that size. */
static int wide_for(const struct node_map *m, const struct screen *s, int rows, int cols)
{
	size_t i = 0;

	for (; i + 1 < ARRAY_LEN(sizes); i++)
		if ((sizes[i].wide != TILE_PAIR || s->grounds) &&
		    fits(&m->rows, tile_per_line(cols - LEFT, sizes[i].wide), sizes[i].lines,
			 rows))
			break;
	return sizes[i].wide;
}

/* Too many even for the narrowest cells: each is several nodes. */
static void choose_cells(struct node_map *m, const struct screen *s, int rows, int cols)
{
	m->wide = wide_for(m, s, rows, cols);
	m->per = tile_per_line(cols - LEFT, m->wide);
	m->squeeze = 1;
	while (m->squeeze < GLYPHS_MAX && lines_of_all(&m->rows, m->per, m->squeeze) > rows &&
	       lines_of_all(&m->rows, m->per, m->squeeze) > 2 * (int)m->rows.n)
		m->squeeze++;
}

static int64_t row_hash(const struct array_row *r);

static void draw_map_title(struct screen *s, int row, struct area a, const struct array_row *r,
			   int64_t nodes, bool here)
{
	int col = a.col + 2;

	if (here)
		screen_put(s, row, a.col, TONE_CURSOR, 0, ">", 1);
	col += screen_putf(s, row, col, TONE_TITLE, 0, 20, "%s", r->array) + 1;
	col += screen_putf(s, row, col, TONE_TEXT, 0, 24, "%s", vm_size_short(r->size)) + 1;
	col += screen_putf(s, row, col, r->spot ? TONE_SPOT : TONE_TEXT, 0, KIND, "%s",
			   words_kind(r->spot)) +
	       2;
	if (r->max >= 0)
		col += screen_putf(s, row, col, TONE_TEXT, 0, 24, "%lld/%lld",
				   (long long)r->live, (long long)r->max) +
		       2;
	else if (r->shares)
		col +=
		    screen_putf(s, row, col, TONE_TEXT, 0, 24, "+%lld", (long long)r->live) + 2;
	if (nodes > 1) /* of these the worst shows */
		col +=
		    screen_putf(s, row, col, TONE_DIM, 0, 16, "%lld a cell", (long long)nodes) +
		    2;
	if (r->kept_ms)
		col += screen_putf(s, row, col, TONE_WARN, 0, 4, "kept") + 2;
	if (r->live > 0 || r->max < 0)
		draw_counts(s, row, col, a.col + a.cols - col, r);
}

static char cell_glyph(const struct array_row *r, int64_t cell, int64_t squeeze)
{
	char worst = '.';

	for (int64_t i = cell * squeeze; i < (cell + 1) * squeeze && i < cells_of(r); i++)
		worst = node_glyph_worse(r->glyphs[i], worst);
	return worst;
}

static bool cell_flashes(const struct node_map *m, const struct array_row *r, int64_t cell)
{
	int64_t squeeze = squeeze_of(m);

	for (int64_t i = cell * squeeze; m->flash.n_marks > 0 && i < (cell + 1) * squeeze; i++)
		if (flash_on(&m->flash, row_hash(r), i, m->now_ms))
			return true;
	return false;
}

static void draw_map_line(const struct node_map *m, struct screen *s, int row, struct area a,
			  const struct array_row *r, int line, int64_t cursor)
{
	int64_t from = (int64_t)line * m->per, squeeze = squeeze_of(m);

	for (int i = 0; i < m->per && from + i < shown_cells(r, squeeze); i++) {
		char glyph = cell_glyph(r, from + i, squeeze);
		struct tile t = { .glyph = glyph,
				  .tone = words_glyph_tone(glyph),
				  .look = cell_flashes(m, r, from + i) ? LOOK_UNDERLINE : 0,
				  .name = "",
				  .here = from + i == cursor,
				  .joined = tile_joins(i, m->per,
						       cell_glyph(r, from + i + 1, squeeze)) };

		tile_draw(s, row, a.col + LEFT + tile_column(i, m->wide), m->wide, &t);
	}
}

static int cursor_line(const struct node_map *m)
{
	int line = 0;

	for (size_t i = 0; i < m->row && i < m->rows.n; i++)
		line += lines_of(&m->rows.u.arrays[i], m->per, squeeze_of(m));
	return line + 1 + (int)(m->cell / squeeze_of(m) / m->per);
}

static int keep_seen(int top, int line, int rows, int all)
{
	if (line < top + 1)
		top = line - 1;
	if (line >= top + rows)
		top = line - rows + 1;
	if (top + rows > all)
		top = all - rows;
	return top < 0 ? 0 : top;
}

static void draw_grid(struct node_map *m, struct screen *s, struct area a, bool focused)
{
	int line = 0;

	choose_cells(m, s, a.rows, a.cols);
	m->top = keep_seen(m->top, cursor_line(m), a.rows,
			   lines_of_all(&m->rows, m->per, squeeze_of(m)));
	for (size_t i = 0; i < m->rows.n; i++) {
		const struct array_row *r = &m->rows.u.arrays[i];
		bool here = focused && i == m->row;
		int64_t nodes = squeeze_of(m) * (r->per > 1 ? r->per : 1);

		for (int k = 0; k < lines_of(r, m->per, squeeze_of(m)); k++, line++) {
			int row = a.row + line - m->top;

			if (row < a.row || row >= a.row + a.rows)
				continue;
			if (k == 0)
				draw_map_title(s, row, a, r, nodes, here);
			else
				draw_map_line(m, s, row, a, r, k - 1,
					      here ? m->cell / squeeze_of(m) : -1);
		}
	}
}

static void draw_lines(struct node_map *m, struct screen *s, struct area a, bool focused)
{
	m->per = 0;
	m->squeeze = 1;
	m->top = keep_seen(m->top, (int)m->row + 1, a.rows, (int)m->rows.n);
	nodes_widths(&m->widths, m->rows.u.arrays, m->rows.n, a.cols);
	for (int i = 0; i < a.rows && m->top + i < (int)m->rows.n; i++) {
		size_t k = (size_t)(m->top + i);

		nodes_draw_row(s, a.row + i, a.col, &m->widths, &m->rows.u.arrays[k],
			       focused && k == m->row ? m->cell : -1);
	}
}

void map_draw(struct node_map *m, struct screen *s, struct area a, bool grid, bool focused)
{
	m->area = a;
	m->focused = focused;
	if (!m->have || a.rows < 1)
		return;
	if (grid)
		draw_grid(m, s, a, focused);
	else
		draw_lines(m, s, a, focused);
}

int map_lines(const struct node_map *m, const struct screen *s, struct area most, bool grid)
{
	if (!m->have)
		return 1;
	if (!grid)
		return (int)m->rows.n;
	return lines_of_all(
	    &m->rows, tile_per_line(most.cols - LEFT, wide_for(m, s, most.rows, most.cols)), 1);
}

/* The cursor */

static int64_t row_hash(const struct array_row *r)
{
	char text[140];

	snprintf(text, sizeof(text), "%s/%s/%s/%d", r->cluster, r->array, r->size, r->spot);
	return pane_hash(text);
}

const struct array_row *map_array(const struct node_map *m)
{
	return m->have && m->row < m->rows.n ? &m->rows.u.arrays[m->row] : NULL;
}

static void clamp(struct node_map *m)
{
	const struct array_row *r;
	int64_t n;

	if (m->row >= m->rows.n)
		m->row = m->rows.n ? m->rows.n - 1 : 0;
	r = map_array(m);
	n = r ? cells_of(r) : 0;
	if (m->cell >= n)
		m->cell = n > 0 ? n - 1 : 0;
	if (m->cell < 0)
		m->cell = 0;
}

void map_clear(struct node_map *m)
{
	flash_clear(&m->flash);
}

void map_load(struct node_map *m, const struct mirror *mirror, int64_t now_ms)
{
	m->now_ms = now_ms;
	m->have = mirror_rows(mirror, "arrays", &m->rows) && m->rows.noun == NOUN_ARRAY;
	if (!m->have)
		return;
	for (size_t i = 0; i < m->rows.n; i++)
		flash_see(&m->flash, row_hash(&m->rows.u.arrays[i]), m->rows.u.arrays[i].glyphs,
			  now_ms);
	for (size_t i = 0; m->row_id && i < m->rows.n; i++)
		if (row_hash(&m->rows.u.arrays[i]) == m->row_id)
			m->row = i;
	clamp(m);
}

static void go_row(struct node_map *m, int by)
{
	if (by < 0 && m->row > 0)
		m->row--;
	else if (by > 0 && m->row + 1 < m->rows.n)
		m->row++;
	clamp(m);
}

/* In the heat map up and down go line by line and over into the next array. */
static void go_line(struct node_map *m, int by)
{
	const struct array_row *r = map_array(m);
	int64_t line = m->per * squeeze_of(m), to = m->cell + by * line;
	size_t before = m->row;

	if (!r || m->per == 0) {
		go_row(m, by);
		return;
	}
	if (to >= 0 && to < cells_of(r)) {
		m->cell = to;
		return;
	}
	if (by > 0 && m->cell / line < (cells_of(r) - 1) / line) {
		m->cell = cells_of(r) - 1;
		return;
	}
	go_row(m, by);
	if (m->row == before)
		return;
	m->cell %= line;
	if (by < 0 && cells_of(map_array(m)) > 0)
		m->cell += (cells_of(map_array(m)) - 1) / line * line;
	clamp(m);
}

bool map_key(struct node_map *m, const struct key *k)
{
	switch (k->code) {
	case K_LEFT:
	case 'h':
		m->cell -= squeeze_of(m);
		break;
	case K_RIGHT:
	case 'l':
		m->cell += squeeze_of(m);
		break;
	case K_UP:
	case 'k':
		go_line(m, -1);
		break;
	case K_DOWN:
	case 'j':
		go_line(m, 1);
		break;
	case K_HOME:
	case 'g':
		m->row = 0;
		m->cell = 0;
		break;
	case K_END:
	case 'G':
		m->row = m->rows.n ? m->rows.n - 1 : 0;
		m->cell = INT64_MAX;
		break;
	default:
		return false;
	}
	if (!m->have)
		return true;
	clamp(m);
	if (map_array(m))
		m->row_id = row_hash(map_array(m));
	return true;
}

/* Columns before the glyphs of a line, as nodes_draw_row() has them. */
static int run_col(const struct run_widths *w)
{
	return 2 + w->name + 1 + w->size + 1 + KIND + 2;
}

/* A run that shows shares has no cells: its array is chosen. */
static int64_t line_cell(const struct node_map *m, const struct array_row *r, bool here,
			 int col)
{
	int i = col - run_col(&m->widths);
	int64_t cell;

	if (i < 0 || i >= m->widths.run || (!here && r->live > m->widths.run))
		return -1;
	cell = part_from(r, m->widths.run, here ? m->cell : -1) + i;
	return cell < cells_of(r) ? cell : -1;
}

static int64_t grid_cell(const struct node_map *m, const struct array_row *r, int line, int col)
{
	int i = tile_at(col - LEFT, m->wide, m->per);
	int64_t cell;

	if (line < 1 || col < LEFT || i >= m->per)
		return -1;
	cell = ((int64_t)(line - 1) * m->per + i) * squeeze_of(m);
	return cell < cells_of(r) ? cell : -1;
}

bool map_click(struct node_map *m, int row, int col)
{
	int line = row - m->area.row + m->top;

	col -= m->area.col;
	if (!m->have || row < m->area.row || row >= m->area.row + m->area.rows)
		return false;
	for (size_t i = 0; i < m->rows.n; i++) {
		const struct array_row *r = &m->rows.u.arrays[i];
		int lines = m->per > 0 ? lines_of(r, m->per, squeeze_of(m)) : 1;
		bool here = i == m->row;
		int64_t cell;

		if (line >= lines) {
			line -= lines;
			continue;
		}
		cell = m->per > 0 ? grid_cell(m, r, line, col)
				  : line_cell(m, r, here && m->focused, col);
		m->cell = cell >= 0 ? cell : here ? m->cell : 0;
		m->row = i;
		m->row_id = row_hash(r);
		clamp(m);
		return true;
	}
	return false;
}

int64_t map_place(const struct node_map *m)
{
	const struct array_row *r = map_array(m);

	return r ? m->cell * (r->per > 1 ? r->per : 1) : 0;
}

void map_filter(const struct node_map *m, char *out, size_t max)
{
	const struct array_row *r = map_array(m);
	size_t rows = 0;

	out[0] = '\0';
	for (size_t i = 0; r && i < m->rows.n; i++)
		rows += strcmp(m->rows.u.arrays[i].array, r->array) == 0;
	if (rows > 1)
		snprintf(out, max, "array:%s sku=%s kind:%s", r->array, r->size,
			 words_kind(r->spot));
	else if (r)
		snprintf(out, max, "array:%s", r->array);
}

static int by_index(const void *a, const void *b)
{
	const struct node *x = *(const struct node *const *)a,
			  *y = *(const struct node *const *)b;

	return x->index < y->index ? -1 : x->index > y->index;
}

/* Those of the row under the cursor that are in the window, in the order of the cells; *place:
 * of the first. To be freed. */
static const struct node **nodes_here(const struct node_map *m, const struct pane *nodes,
				      int64_t *place, size_t *n)
{
	const struct array_row *r = map_array(m);
	const struct node **mine;

	*n = 0;
	*place = nodes->rows.offset;
	if (!r || !nodes->have || nodes->rows.n == 0)
		return NULL;
	mine = xcalloc(nodes->rows.n, sizeof(struct node *));
	for (size_t i = 0; i < nodes->rows.n; i++) {
		const struct node *node = at(nodes, i);

		if (strcmp(node->array, r->array) == 0 && strcmp(node->size, r->size) == 0 &&
		    node->spot == r->spot && node_is_live(node->state))
			mine[(*n)++] = node;
	}
	qsort(mine, *n, sizeof(struct node *), by_index);
	return mine;
}

static const struct node *node_at(const struct node **mine, size_t n, int64_t i)
{
	return i >= 0 && i < (int64_t)n ? mine[i] : NULL;
}

const struct node *map_node(const struct node_map *m, const struct pane *nodes)
{
	const struct array_row *r = map_array(m);
	const struct node **mine, *found;
	struct map_range range;
	int64_t place;
	size_t n;

	if (!r || map_place(m) >= r->live || map_range(m, nodes, &range))
		return NULL;
	mine = nodes_here(m, nodes, &place, &n);
	found = node_at(mine, n, map_place(m) - place);
	free(mine);
	return found;
}

bool map_range(const struct node_map *m, const struct pane *nodes, struct map_range *out)
{
	const struct array_row *r = map_array(m);
	int64_t cell = m->cell / squeeze_of(m), place;
	int64_t of = r ? squeeze_of(m) * (r->per > 1 ? r->per : 1) : 1;
	const struct node **mine;
	size_t n;

	if (!r || of < 2 || cell * of + 1 >= r->live)
		return false;
	*out = (struct map_range){ .first = cell * of,
				   .last = (cell + 1) * of < r->live ? (cell + 1) * of - 1
								     : r->live - 1,
				   .worst = cell_glyph(r, cell, squeeze_of(m)) };
	if (out->last <= out->first)
		return false;
	mine = nodes_here(m, nodes, &place, &n);
	out->from = node_at(mine, n, out->first - place);
	out->to = node_at(mine, n, out->last - place);
	for (int64_t i = out->last; out->from && out->to && i >= out->first; i--)
		if (node_state_glyph(mine[i - place]->state) == out->worst)
			out->bad = mine[i - place];
	free(mine);
	return true;
}
