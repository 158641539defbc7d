#!/bin/sh
# Everything that azsim answers, asked once: what the provider never calls has to fit Microsoft's schemas as well, for
# other clients of this cloud are Microsoft's.
set -u
# shellcheck source=tests/conformance/lib.sh
. "$(dirname "$0")/lib.sh"

if have_microsoft "all calls of azsim against Microsoft's schemas"; then
	start_azsim --clock-factor 50
	mkdir "$dir/record"
	NODE_EXTRA_CA_CERTS=$state/ca.pem node "$here/surface.js" "$spec" "$state" "$dir/record" || failed=1
	stop_azsim
fi
exit $failed
