#include "console/deck_layout.h"

#define SIDE_NORMAL  22
#define SIDE_WIDE    32
#define DETAIL_COLS  40
#define DETAIL_LARGE 48

static enum deck_size size_of(int rows, int cols)
{
	if (rows >= 40 && cols >= 160)
		return DECK_LARGE;
	if (rows >= 30 && cols >= 120)
		return DECK_WIDE;
	if (rows >= 24 && cols >= 80)
		return DECK_NORMAL;
	return rows >= 15 && cols >= 60 ? DECK_SMALL : DECK_TINY;
}

static int between(int low, int n, int high)
{
	if (high < low)
		return low;
	return n < low ? low : n > high ? high : n;
}

static int event_rows(enum deck_size size)
{
	switch (size) {
	case DECK_LARGE:
		return 6;
	case DECK_WIDE:
		return 4;
	default:
		return 3;
	}
}

/* Templates over clusters at the left, nodes over jobs at the right of them, events below. */
static void all_panes(struct deck_layout *l, struct area body, int array_lines)
{
	int side = l->size == DECK_NORMAL ? SIDE_NORMAL : SIDE_WIDE;
	int events = event_rows(l->size) + 1, upper = body.rows - events;
	int top = between(5, array_lines + 1, upper * 45 / 100);
	int right = body.cols - side - 1;

	l->pane[PANE_EVENTS] = (struct area){ body.row + upper, body.col, events, body.cols };
	if (l->size == DECK_LARGE) {
		l->detail =
		    (struct area){ body.row, body.cols - DETAIL_COLS, upper, DETAIL_COLS };
		right -= DETAIL_COLS + 1;
	}
	l->pane[PANE_TEMPLATES] = (struct area){ body.row, body.col, top, side };
	l->pane[PANE_NODES] = (struct area){ body.row, side + 1, top, right };
	l->pane[PANE_CLUSTERS] = (struct area){ body.row + top, body.col, upper - top, side };
	l->pane[PANE_JOBS] = (struct area){ body.row + top, side + 1, upper - top, right };
}

static void bars(struct deck_layout *out, int rows, int cols)
{
	*out = (struct deck_layout){ .size = size_of(rows, cols),
				     .cols = cols,
				     .tabs_row = -1,
				     .lamps_row = -1,
				     .message_row = -1,
				     .footer_row = -1 };
	if (out->size == DECK_TINY) {
		if (rows >= 3)
			out->message_row = rows - 1;
		return;
	}
	out->message_row = rows - 2;
	out->footer_row = rows - 1;
	if (out->size != DECK_SMALL)
		out->tabs_row = 1;
}

/* Without room for more there is one pane. */
static void one_pane(struct deck_layout *out, int rows, int cols, enum pane_id focus)
{
	if (out->size == DECK_TINY)
		out->pane[focus] =
		    (struct area){ rows > 1, 0, rows - (rows > 1) - (rows >= 3), cols };
	else
		out->pane[focus] = (struct area){ 1, 0, out->message_row - 1, cols };
}

void deck_layout(struct deck_layout *out, int rows, int cols, enum pane_id focus,
		 int array_lines)
{
	bars(out, rows, cols);
	if (out->size <= DECK_SMALL) {
		one_pane(out, rows, cols, focus);
		return;
	}
	out->lamps_row = 2;
	all_panes(out, (struct area){ 3, 0, out->message_row - 3, cols }, array_lines);
}

void view_layout(struct deck_layout *out, int rows, int cols, enum pane_id focus, bool lamps,
		 bool table, int under, int wide)
{
	struct area body;

	bars(out, rows, cols);
	if (out->size <= DECK_SMALL) {
		one_pane(out, rows, cols, focus);
		return;
	}
	if (lamps)
		out->lamps_row = 2;
	body = (struct area){ 2 + lamps, 0, out->message_row - 2 - lamps, cols };
	if (out->size >= DECK_WIDE && focus != PANE_EVENTS) {
		int events = event_rows(out->size) + 1;

		body.rows -= events;
		out->pane[PANE_EVENTS] = (struct area){ body.row + body.rows, 0, events, cols };
	}
	if (out->size >= DECK_WIDE && table) {
		int detail = out->size != DECK_LARGE ? DETAIL_COLS : wide ? wide : DETAIL_LARGE;

		body.cols -= detail + 1;
		out->detail =
		    (struct area){ body.row + 1, body.cols + 1, body.rows - 1, detail };
	}
	if (under > 0) {
		int room = between(2, under + 1, body.rows / 2);

		body.rows -= room;
		out->under = (struct area){ body.row + body.rows, 0, room, body.cols };
	}
	out->pane[focus] = body;
}
