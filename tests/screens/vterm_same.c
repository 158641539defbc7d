/*
 * A second opinion on what stands on a screen: the bytes that a program sent are replayed
 * through libvterm, and the cells are held against what tmux says it shows.
 *   vterm_same SIZES LOG CAPTURE [-e]
 * SIZES: lines "OFFSET COLSxROWS", the size of the terminal from that byte of LOG on. CAPTURE:
 * of tmux capture-pane -e -N -p, whose colours libvterm reads, too. -e compares colours, bold,
 * underline and reverse beside the characters. Cells that differ are told, and the exit is 1.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vterm.h>

#define TOLD_MOST  10
#define CELLS_MOST 1000

static char *read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t cap = 0, got;

	*n = 0;
	if (!f) {
		perror(path);
		exit(2);
	}
	do {
		if (cap - *n < 65536) {
			cap = cap ? cap * 2 : 131072;
			text = realloc(text, cap);
			if (!text)
				abort();
		}
		got = fread(text + *n, 1, cap - *n, f);
		*n += got;
	} while (got > 0);
	fclose(f);
	return text;
}

/* The size that counts from this byte on, and the byte at which the next one begins. */
static size_t size_at(const char *sizes, size_t at, int *cols, int *rows)
{
	const char *line = sizes;
	size_t offset;
	int c, r;

	while (line && sscanf(line, "%zu %dx%d", &offset, &c, &r) == 3) {
		if (offset > at)
			return offset;
		if (c < 1 || r < 1 || c > CELLS_MOST || r > CELLS_MOST)
			break;
		*cols = c;
		*rows = r;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return SIZE_MAX;
}

static VTerm *new_terminal(int cols, int rows)
{
	VTerm *vt = vterm_new(rows, cols);

	vterm_set_utf8(vt, 1);
	vterm_screen_enable_altscreen(vterm_obtain_screen(vt), 1);
	vterm_screen_reset(vterm_obtain_screen(vt), 1);
	return vt;
}

static VTerm *replay(const char *sizes, const char *log, size_t n)
{
	int cols = 80, rows = 24;
	size_t next = size_at(sizes, 0, &cols, &rows);
	VTerm *vt = new_terminal(cols, rows);

	for (size_t at = 0; at < n;) {
		size_t until = next < n ? next : n;

		vterm_input_write(vt, log + at, until - at);
		at = until;
		if (at < n || next == n) {
			next = size_at(sizes, at, &cols, &rows);
			vterm_set_size(vt, rows, cols);
		}
	}
	return vt;
}

/* A capture has lines; a terminal wants to be told to go to their beginning. */
static VTerm *show_capture(const VTerm *like, const char *text, size_t n)
{
	int cols, rows, row = 1;
	VTerm *vt;

	vterm_get_size(like, &rows, &cols);
	vt = new_terminal(cols, rows);
	for (size_t i = 0; i < n; i++) {
		if (text[i] != '\n')
			vterm_input_write(vt, text + i, 1);
		else if (row++ < rows)
			vterm_input_write(vt, "\r\n", 2);
	}
	return vt;
}

static bool same_text(const VTermScreenCell *a, const VTermScreenCell *b)
{
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL; i++) {
		uint32_t x = a->chars[i], y = b->chars[i];

		if (i == 0) { /* a cell that was never written is blank */
			x = x ? x : ' ';
			y = y ? y : ' ';
		}
		if (x != y)
			return false;
		if (x == 0)
			break;
	}
	return true;
}

static bool is_blank(const VTermScreenCell *c)
{
	return c->chars[0] == 0 || c->chars[0] == ' ';
}

static bool same_look(const VTermScreenCell *a, const VTermScreenCell *b)
{
	bool seen = !is_blank(a) || a->attrs.reverse || a->attrs.underline;

	if (a->attrs.reverse != b->attrs.reverse || a->attrs.underline != b->attrs.underline ||
	    !vterm_color_is_equal(&a->bg, &b->bg))
		return false;
	/* on a blank neither the colour of its character nor bold can be seen */
	return !seen ||
	       (a->attrs.bold == b->attrs.bold && vterm_color_is_equal(&a->fg, &b->fg));
}

static void tell(const char *who, const VTermScreenCell *c)
{
	printf(" %s U+%04X fg %d.%d bg %d.%d%s%s%s", who, (unsigned int)c->chars[0], c->fg.type,
	       c->fg.indexed.idx, c->bg.type, c->bg.indexed.idx, c->attrs.bold ? " bold" : "",
	       c->attrs.underline ? " underline" : "", c->attrs.reverse ? " reverse" : "");
}

static int compare(VTerm *log, VTerm *capture, bool looks)
{
	VTermScreen *a = vterm_obtain_screen(log), *b = vterm_obtain_screen(capture);
	int rows, cols, differ = 0;

	vterm_get_size(log, &rows, &cols);
	for (VTermPos p = { 0, 0 }; p.row < rows; p.row++)
		for (p.col = 0; p.col < cols; p.col++) {
			VTermScreenCell x, y;

			vterm_screen_get_cell(a, p, &x);
			vterm_screen_get_cell(b, p, &y);
			if (same_text(&x, &y) && (!looks || same_look(&x, &y)))
				continue;
			if (differ++ >= TOLD_MOST)
				continue;
			printf("line %d, column %d:", p.row + 1, p.col + 1);
			tell("libvterm", &x);
			tell("tmux", &y);
			putchar('\n');
		}
	if (differ)
		printf("%d cells of %d differ\n", differ, rows * cols);
	return differ ? 1 : 0;
}

int main(int argc, char **argv)
{
	size_t n_sizes, n_log, n_capture;

	if (argc < 4) {
		fprintf(stderr, "usage: vterm_same SIZES LOG CAPTURE [-e]\n");
		return 2;
	}
	char *sizes = read_file(argv[1], &n_sizes);
	char *log = read_file(argv[2], &n_log);
	char *capture = read_file(argv[3], &n_capture);
	sizes[n_sizes] = '\0'; /* there is room: the last read was short */
	VTerm *program = replay(sizes, log, n_log);
	VTerm *tmux = show_capture(program, capture, n_capture);
	int rc = compare(program, tmux, argc > 4 && strcmp(argv[4], "-e") == 0);

	vterm_free(program);
	vterm_free(tmux);
	free(sizes);
	free(log);
	free(capture);
	return rc;
}
