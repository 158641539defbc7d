#include "demo_left.h"

void demo_left_say(struct buf *out, const struct demo_left *left)
{
	const char *state = left->dir ? " --state " : "", *dir = left->dir ? left->dir : "";

	if (left->engine)
		buf_addf(out, "The demo goes on: %s demo%s%s attaches to it again", left->called,
			 state, dir);
	else if (left->processes > 0)
		buf_addf(out,
			 "The demo's engine has ended, and %zu process%s of the demo still "
			 "run%s: %s demo%s%s starts an engine and goes on",
			 left->processes, left->processes == 1 ? "" : "es",
			 left->processes == 1 ? "s" : "", left->called, state, dir);
	else if (left->folder)
		buf_addf(out,
			 "Nothing of the demo runs any more: %s demo%s%s starts it from what it "
			 "kept",
			 left->called, state, dir);
	else {
		buf_addf(out, "The demo has ended.");
		return;
	}
	buf_addf(out, ", with --stop it ends and removes all.");
}
