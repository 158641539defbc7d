#!/bin/bash
# The terminals of the compatibility table, locales, sizes, NO_COLOR and --ascii, in runs that have each pair of values of two of
# them at least once: the Deck starts, shows its rows, or says why it cannot and goes on in plain lines; it opens help, leaves
# with code 0, and the terminal is as it was. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/drive.sh
drives_make matrix
complain() { echo "$why"; }

# on WHAT SIZE LEAVE WORD...: the words go to env before the program, those after "--" to the program.
on() {
	local what=$1 size=$2 leave=$3 before=()
	why=
	shift 3
	while [ $# -gt 0 ] && [ "$1" != -- ]; do before+=("$1") && shift; done
	drive one "$size" "${before[@]}" "$build/tests/screens/deck_lab" --drafts "$drives/drafts" "$@"
	tell one wait 10000 demo
	[ "$(of ok)" = true ] || why="no rows came: $said"
	tell one rest 100 3000
	if [ "$leave" = q ]; then
		tell one type '?'
		tell one wait 5000 search
		[ "$(of ok)" = true ] || why="$why no help came: $said"
		tell one type '\e'
		tell one wait 5000 F1
	fi
	tell one end "$leave" 5000
	[ "$(of ended) $(of code) $(of line) $(of screen)" = "true 0 true true" ] || why="$why end: $said"
	drive_end one
	[ -z "$why" ]
	ok "$what"
}

# ncurses keeps what it made for a terminal that it then does not know.
echo leak:new_prescr >"$drives/leaks"
export LSAN_OPTIONS="suppressions=$drives/leaks:print_suppressions=0"
terms=(xterm xterm-256color linux vt100 vt220 screen-256color tmux-256color putty no-such-terminal)
sizes=(40x10 60x15 80x24 160x45 200x60)
locales=(C.UTF-8 C xx_XX.UTF-8) # the last one is nowhere
colours=(NO_COLOR=1 COLORTERM=truecolor)
plain=('' --ascii)
: >"$drives/runs"
for t in "${!terms[@]}"; do
	for s in "${!sizes[@]}"; do
		run=("${terms[t]}" "${sizes[s]}" "${locales[(t + s) % 3]}" "${colours[(t + s) % 2]}" "${plain[(t / 2 + s / 2) % 2]}")
		echo "${run[*]} -" >>"$drives/runs"
		infocmp "${run[0]}" >/dev/null 2>&1 || [ "${run[0]}" = no-such-terminal ] || { echo "# no entry for ${run[0]} here"; continue; }
		on "${run[*]}" "${run[1]}" q TERM="${run[0]}" LC_ALL="${run[2]}" "${run[3]}" -- ${run[4]}
	done
done
pairs=$(awk '{ for (a = 1; a <= 5; a++) for (b = a + 1; b <= 5; b++) seen[a, $a, b, $b] = 1 } END { for (p in seen) n++; print n }' "$drives/runs")
why="$pairs pairs"
check "the runs have all pairs" [ "$pairs" = $((9 * 5 + 9 * 3 + 9 * 2 + 9 * 2 + 5 * 3 + 5 * 2 + 5 * 2 + 3 * 2 + 3 * 2 + 2 * 2)) ]
on "TERM=dumb: plain lines" 80x24 'quit\r' TERM=dumb
on "no TERM: plain lines" 80x24 'quit\r' -u TERM
on "over ssh" 160x45 q SSH_CONNECTION='::1 1 ::1 22'
on "40x10 on a vt100" 40x10 q TERM=vt100
on "a size of 0x0" 0x0 q TERM=vt100

plain_lines() {
	echo quit | TERM=xterm "$build/tests/screens/deck_lab" >"$drives/out" 2>&1 && grep -q 'cluster demo' "$drives/out" &&
		! grep -q "$(printf '\033')" "$drives/out"
}
complain() { cat "$drives/out"; }
check "no terminal at stdout: plain lines without a control character" plain_lines
tap_end
