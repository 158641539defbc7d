#include "console/deck_layout.h"

#define SIDE_NORMAL 22
#define SIDE_WIDE   32
#define DETAIL_COLS 40

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

void deck_layout(struct deck_layout *out, int rows, int cols, enum pane_id focus, bool zoomed,
		 int array_lines)
{
	struct area body;

	*out = (struct deck_layout){ .size = size_of(rows, cols),
				     .lamps_row = -1,
				     .message_row = -1,
				     .footer_row = -1 };
	if (out->size == DECK_TINY) {
		if (rows >= 3)
			out->message_row = rows - 1;
		out->pane[focus] =
		    (struct area){ rows > 1, 0, rows - (rows > 1) - (rows >= 3), cols };
		return;
	}
	out->message_row = rows - 2;
	out->footer_row = rows - 1;
	if (out->size != DECK_SMALL)
		out->lamps_row = 1;
	body = (struct area){ 1 + (out->lamps_row == 1), 0, 0, cols };
	body.rows = out->message_row - body.row;
	if (zoomed || out->size == DECK_SMALL)
		out->pane[focus] = body;
	else
		all_panes(out, body, array_lines);
}
