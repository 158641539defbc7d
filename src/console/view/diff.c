/* A template against the revision that a cluster was made from: lines, and what they would do.
 */
#include <stdio.h>

#include "console/deck.h"

static int row_count(struct deck *d, int columns)
{
	const char *name = pane_name_at(&d->panes[PANE_TEMPLATES]);

	textbox_open(&d->under, "");
	if (name)
		diff_lines(d, &d->under, name);
	return textbox_rows(&d->under, columns - 2);
}

static void right(const struct deck *d, char *out, size_t max)
{
	const struct json *j = d->diff.told;
	const char *cluster = json_str(j, "cluster", "");
	size_t kept = json_len(json_get(j, "revisions"));

	snprintf(out, max, "%s%s  %zu revision%s kept", cluster[0] ? "against " : "", cluster,
		 kept, kept == 1 ? "" : "s");
}

static const struct binding keys[] = {
	{ .key = '=',
	  .fkey = K_F5,
	  .keys = "F5 =",
	  .group = GROUP_VIEW,
	  .label = "Diff",
	  .help = "against the next cluster or revision",
	  .command = "template diff",
	  .cli = "%t",
	  .run = act_diff_next },
	{ .key = 'A',
	  .fkey = K_F7,
	  .keys = "F7 A",
	  .group = GROUP_ACT,
	  .label = "Apply..",
	  .help = "let the cluster take it over...",
	  .command = "cluster update",
	  .cli = "%c",
	  .needs = ROLE_OPERATOR,
	  .off = deck_diff_no_apply,
	  .run = act_diff_apply },
	{ .key = 'E',
	  .fkey = K_F8,
	  .keys = "F8 E",
	  .group = GROUP_ACT,
	  .label = "Edit",
	  .help = "edit it; of a built-in one a copy",
	  .types = true,
	  .run = act_edit },
	{ .keys = NULL },
};

const struct view view_diff = {
	.title = "Diff",
	.place = "diff",
	.pane = PANE_TEMPLATES,
	.parent = &view_templates,
	.keys = keys,
	.right = right,
	.hint =
	    "{diff} against another cluster or revision  {apply} let it take this over  Esc back",
	.row_count = row_count,
	.draw_row = view_detail_row,
};
