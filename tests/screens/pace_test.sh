#!/bin/bash
# What the console says of itself with --stats is what its terminal got, and a window that is dragged costs few layouts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/drive.sh
build=${BUILD:-build/debug}
drive_program=$build/tests/screens/pty_drive
[ -x "$drive_program" ] || { echo "Bail out! $drive_program is not built: make screens"; exit 1; }
drives=$(mktemp -d "${TMPDIR:-/tmp}/pace.XXXXXX") || exit 2
finish() {
	drives_end
	rm -rf "$drives"
}
trap finish EXIT
trap 'exit 130' INT TERM
n=0 failed=0
ok() { # WHAT CONDITION...
	local what=$1
	shift
	n=$((n + 1))
	if [ "$@" ]; then echo "ok $n - $what"; else failed=$((failed + 1)) && echo "not ok $n - $what: $said"; fi
}
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
ok "it leaves well" "$(of code)" = 0
# After the screen come two lines of its own, which are none of the screen's bytes.
lines=${said#*"The engine and its"} lines=${lines%\"*}
got=$(($(of total) - ${#lines} - 18)) ours=$(told bytes) off=$((got > ours ? got - ours : ours - got))
ok "its bytes ($ours) are those of the terminal ($got) within one percent" $((off * 100)) -le "$got"
ok "no frame was skipped on a quick line" "$(told skipped)" = 0
drive_end one

begin 120x35
began=$(of at_us)
tell one storm 100 20 120x35
took=$(($(of at_us) - began)) # a loaded machine drags for longer than 2 s
tell one end q 10000
ok "it leaves well after a storm of sizes" "$(of code)" = 0
frames=$(told frames)
ok "sizes are at most 20 layouts in 2 s, beside the first two ($frames in $took us)" $((frames - 2)) -le $((took / 100000))
drive_end one
echo "1..$n"
[ $failed = 0 ]
