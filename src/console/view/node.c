/* One node: why it is as it is, how it came up, what it costs, who it is in the cloud. */
#include <stdio.h>
#include <string.h>

#include "console/deck.h"

static int row_count(struct deck *d, int columns)
{
	const struct node *n = deck_node(d);

	deck_detail(d, &d->under);
	if (n && n->vm_id[0]) {
		textbox_add(&d->under, TONE_TITLE, "in the cloud");
		textbox_add(&d->under, TONE_TEXT, "  vm       %s", n->vm_id);
		textbox_add(&d->under, TONE_TEXT, "  set      %s", n->set_id);
	}
	return textbox_rows(&d->under, columns - 2);
}

const struct view view_node = {
	.title = "Node",
	.place = "node",
	.pane = PANE_NODES,
	.parent = &view_nodes,
	.keys = node_keys,
	.hint =
	    "s shell  e why  d drain  r undrain  K keep  T delete...  Esc back to the nodes",
	.row_count = row_count,
	.draw_row = view_detail_row,
};
