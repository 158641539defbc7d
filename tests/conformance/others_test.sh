#!/bin/sh
# What others than our provider may ask of azsim, for other clients of this cloud are Microsoft's: every call that it
# answers, once, and what Microsoft's own examples make. All has to fit Microsoft's schemas.
set -u
# shellcheck source=tests/conformance/lib.sh
. "$(dirname "$0")/lib.sh"

if have_microsoft "all calls of azsim, and Microsoft's examples"; then
	node "$here/shapes.js" "$spec" "$top/src/azsim/arm/shape.c" || failed=1
	start_azsim --clock-factor 50
	mkdir "$dir/record"
	NODE_EXTRA_CA_CERTS=$state/ca.pem node "$here/others.js" "$spec" "$state" "$dir/record" || failed=1
	stop_azsim
fi
exit $failed
