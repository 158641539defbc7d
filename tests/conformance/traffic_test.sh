#!/bin/sh
# The provider asks azsim for everything that the engine would. What went over the wire is held against Microsoft's
# schemas and against the rules of long-running operations, and errors that are planted in it have to be found.
set -u
# shellcheck source=tests/conformance/lib.sh
. "$(dirname "$0")/lib.sh"

start_azsim --scenario "$here/scenario.yaml" --clock-factor 50
PACELINE_CLOCK=$(from_record clock) "$build/tests/conformance/drive" "$state" "$dir/record" 2>"$dir/drive.log" || {
	failed=1
	echo "not ok - the provider did what was asked"
	sed 's/^/# /' "$dir/drive.log"
}
stop_azsim
if have_microsoft "recorded traffic against Microsoft's schemas"; then
	node "$here/traffic.js" "$spec" "$dir/record" || failed=1
fi
exit $failed
