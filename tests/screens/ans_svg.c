/*
 * ans_svg COLUMNS ROWS TITLE <SCREEN.ans >SCREEN.svg: a terminal's screen, as `tmux
 * capture-pane -e -p` gives it, as a picture. Text stays text: each run of equal looks is one
 * <text>, stretched to its cells so that any font fits. Blocks are drawn as what they are,
 * parts of cells: a font's own leave gaps between the rows of a curve.
 */
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define CELL_W	8.43
#define CELL_H	17
#define MARGIN	14
#define IN_MAX	((size_t)4 << 20)
#define RUN_MAX 4096

static const char *const palette[16] = {
	"#1c1f24", "#e06c6c", "#7fc06e", "#e0b456", "#6a9fe8", "#c586d6", "#56b6c2", "#d5d8de",
	"#6b7280", "#ff8a8a", "#9ee08c", "#ffd479", "#8fbcff", "#e2a6f2", "#7fdbe6", "#ffffff",
};

/* Behind text the plain colours are too bright to read it. */
static const char *const behind[8] = {
	"#000000", "#a83232", "#3f7a33", "#8a6a1c", "#2f5fa8", "#7d4690", "#2b7f8a", "#d5d8de",
};

struct look {
	int fg, bg; /* -1: default */
	bool bold, dim, reverse, underline;
};

struct picture {
	struct look look, run_look;
	uint32_t block; /* the run is of this one; 0: text */
	char run[RUN_MAX];
	size_t run_len;
	int row, col, run_col;
};

static void escape(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '&')
			fputs("&amp;", stdout);
		else if (text[i] == '<')
			fputs("&lt;", stdout);
		else if (text[i] == '>')
			fputs("&gt;", stdout);
		else
			putchar(text[i]);
	}
}

static bool blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] != ' ')
			return false;
	return true;
}

static bool is_block(uint32_t cp)
{
	return cp >= 0x2581 && cp <= 0x2593;
}

static void rect(double x, double y, double w, double h, const char *fill, double opacity)
{
	printf(
	    "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\" shape-rendering=\"crispEdges\"",
	    x, y, w, h, fill);
	if (opacity < 1)
		printf(" fill-opacity=\"%.2f\"", opacity);
	puts("/>");
}

/* A run of one block: eighths of cells from below (U+2581 to 2588) or from the left (U+2589 to
 * 258F), the right half (U+2590), and shades. */
static void blocks(uint32_t cp, double x, int y, int cells, const char *fill)
{
	double w = cells * CELL_W;

	if (cp <= 0x2588) {
		double high = CELL_H * (double)(cp - 0x2580) / 8;

		rect(x, y + CELL_H - high, w, high, fill, 1);
	} else if (cp >= 0x2591) {
		rect(x, y, w, CELL_H, fill, (double)(cp - 0x2590) / 4);
	} else {
		double wide = cp == 0x2590 ? CELL_W / 2 : CELL_W * (double)(0x2590 - cp) / 8;

		for (int i = 0; i < cells; i++)
			rect(x + i * CELL_W + (cp == 0x2590 ? wide : 0), y, wide, CELL_H, fill,
			     1);
	}
}

static void flush(struct picture *p)
{
	const struct look *l = &p->run_look;
	const char *fg = l->fg < 0 ? palette[7] : palette[l->fg & 15],
		   *bg = l->bg < 0   ? palette[0]
			 : l->bg < 8 ? behind[l->bg & 7]
				     : palette[l->bg & 15];
	double x = MARGIN + p->run_col * CELL_W, w = (p->col - p->run_col) * CELL_W;
	int y = MARGIN + p->row * CELL_H;

	if (p->run_len == 0)
		return;
	if (l->bg >= 0 || l->reverse)
		rect(x, y, w, CELL_H, l->reverse ? fg : bg, 1);
	if (p->block != 0) {
		blocks(p->block, x, y, p->col - p->run_col, l->reverse ? bg : fg);
	} else if (!blank(p->run, p->run_len) || l->underline) {
		printf("<text x=\"%.2f\" y=\"%d\" textLength=\"%.2f\" fill=\"%s\"%s%s%s>", x,
		       y + 13, w, l->reverse ? bg : fg, l->bold ? " font-weight=\"bold\"" : "",
		       l->dim ? " fill-opacity=\"0.6\"" : "",
		       l->underline ? " text-decoration=\"underline\"" : "");
		escape(p->run, p->run_len);
		puts("</text>");
	}
	p->run_len = 0;
}

static void sgr(struct look *l, int v)
{
	if (v == 0)
		*l = (struct look){ -1, -1, false, false, false, false };
	else if (v == 1)
		l->bold = true;
	else if (v == 2)
		l->dim = true;
	else if (v == 4)
		l->underline = true;
	else if (v == 7)
		l->reverse = true;
	else if (v == 22)
		l->bold = l->dim = false;
	else if (v == 24)
		l->underline = false;
	else if (v == 27)
		l->reverse = false;
	else if (v >= 30 && v <= 37)
		l->fg = v - 30;
	else if (v == 39)
		l->fg = -1;
	else if (v >= 40 && v <= 47)
		l->bg = v - 40;
	else if (v == 49)
		l->bg = -1;
	else if (v >= 90 && v <= 97)
		l->fg = v - 82;
	else if (v >= 100 && v <= 107)
		l->bg = v - 92;
}

/* "ESC [ 1 ; 31 m"; other sequences say nothing about looks. Returns bytes read. */
static size_t sequence(struct picture *p, const char *text, size_t len)
{
	size_t i = 1;
	int v = 0;

	if (len > 1 && text[1] != '[') /* "ESC ( B" or a lone one */
		return len > 2 && text[1] == '(' ? 3 : 2;
	for (i = 2; i < len && (unsigned char)text[i] < 0x40; i++) {
		if (text[i] >= '0' && text[i] <= '9' && v < 1000) {
			v = v * 10 + (text[i] - '0');
		} else if (text[i] == ';') {
			sgr(&p->look, v);
			v = 0;
		}
	}
	if (i < len && text[i] == 'm')
		sgr(&p->look, v);
	return i < len ? i + 1 : len;
}

static void character(struct picture *p, uint32_t cp, const char *text, size_t n)
{
	uint32_t block = is_block(cp) ? cp : 0;
	char one[8] = "";

	if (n >= sizeof(one))
		return;
	memcpy(one, text, n);
	if (p->run_len == 0 || block != p->block ||
	    memcmp(&p->look, &p->run_look, sizeof(p->look)) != 0 || p->run_len + n > RUN_MAX) {
		flush(p);
		p->run_look = p->look;
		p->block = block;
		p->run_col = p->col;
	}
	memcpy(p->run + p->run_len, text, n);
	p->run_len += n;
	p->col += text_width(one);
}

static void draw(const char *text, size_t len)
{
	struct picture p;

	memset(&p, 0, sizeof(p)); /* looks are compared as bytes */
	sgr(&p.look, 0);
	while (len > 0) {
		uint32_t cp;
		size_t n = utf8_read(&cp, text, len);

		if (cp == '\n') {
			flush(&p);
			p.row++;
			p.col = 0;
		} else if (cp == 0x1b) {
			n = sequence(&p, text, len);
		} else if (cp >= 0x20 && cp != 0x7f) {
			character(&p, cp, text, n);
		}
		text += n;
		len -= n;
	}
	flush(&p);
}

int main(int argc, char **argv)
{
	struct buf in = BUF_INIT(IN_MAX);
	char chunk[8192];
	int64_t cols, rows;
	size_t n;

	setlocale(LC_ALL, "C.UTF-8");
	if (argc != 4 || num_read(&cols, argv[1], 1, 1000) < 0 ||
	    num_read(&rows, argv[2], 1, 1000) < 0) {
		fputs("usage: ans_svg COLUMNS ROWS TITLE <SCREEN.ans >SCREEN.svg\n", stderr);
		return 2;
	}
	while ((n = fread(chunk, 1, sizeof(chunk), stdin)) > 0)
		buf_add(&in, chunk, n);
	double w = 2 * MARGIN + (double)cols * CELL_W;
	int h = 2 * MARGIN + (int)rows * CELL_H;
	printf(
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%d\" font-family=\"DejaVu Sans Mono, monospace\" "
	    "font-size=\"14\" xml:space=\"preserve\">\n<title>",
	    w, h);
	escape(argv[3], strlen(argv[3]));
	printf("</title>\n<rect width=\"%.0f\" height=\"%d\" rx=\"6\" fill=\"%s\"/>\n", w, h,
	       palette[0]);
	draw(buf_str(&in), in.len);
	puts("</svg>");
	buf_clear(&in);
	return 0;
}
