#!/bin/sh
# What Microsoft's own examples ask for, azsim makes, or refuses for a listed reason; and it forgets no part of it.
set -u
# shellcheck source=tests/conformance/lib.sh
. "$(dirname "$0")/lib.sh"

if have_microsoft "Microsoft's examples against azsim"; then
	node "$here/shapes.js" "$spec" "$top/src/azsim/arm/shape.c" || failed=1
	start_azsim --clock-factor 50
	mkdir "$dir/record"
	NODE_EXTRA_CA_CERTS=$state/ca.pem node "$here/examples.js" "$spec" "$state" "$dir/record" || failed=1
	stop_azsim
fi
exit $failed
