#!/bin/bash
# What the console says of itself with --stats is what its terminal got, and a window that is dragged costs few layouts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/drive.sh
drives_make pace
complain() { echo "$said"; }
told() { # WORD: the number behind it in what was said at the end
	local value=${said#*"$1 "}
	echo "${value%%,*}"
}
begin() {
	drive one "$1" "$build/tests/screens/deck_lab" --drafts "$drives/drafts" --stats
	tell one wait 10000 demo
	tell one rest 300 3000
}

begin 160x45
for _ in $(seq 12); do
	tell one key '\t'
	tell one key 2
	tell one key 0
done
tell one end q 10000
check "it leaves well" [ "$(of code)" = 0 ]
# After the screen come two lines of its own, which are none of the screen's bytes.
lines=${said#*"The engine and its"} lines=${lines%\"*}
got=$(($(of total) - ${#lines} - 18)) ours=$(told bytes) off=$((got > ours ? got - ours : ours - got))
check "its bytes ($ours) are those of the terminal ($got) within one percent" [ $((off * 100)) -le "$got" ]
check "no frame was skipped on a quick line" [ "$(told skipped)" = 0 ]
drive_end one

begin 120x35
began=$(of at_us)
tell one storm 100 20 120x35
took=$(($(of at_us) - began)) # a loaded machine drags for longer than 2 s
tell one end q 10000
check "it leaves well after a storm of sizes" [ "$(of code)" = 0 ]
frames=$(told frames)
check "sizes are at most 20 layouts in 2 s, beside the first two ($frames in $took us)" [ $((frames - 2)) -le $((took / 100000)) ]
drive_end one
tap_end
