#!/bin/bash
# The terminals of the compatibility table: on each the Deck starts, shows its rows, or says why it cannot and goes on in
# plain lines; it opens help, leaves with code 0, and the terminal is as it was. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/drive.sh
build=${BUILD:-build/debug}
drive_program=$build/tests/screens/pty_drive
[ -x "$drive_program" ] || { echo "Bail out! $drive_program is not built: make screens"; exit 1; }
drives=$(mktemp -d "${TMPDIR:-/tmp}/matrix.XXXXXX") || exit 2
n=0 failed=0
finish() {
	drives_end
	rm -rf "$drives"
}
trap finish EXIT
trap 'exit 130' INT TERM

# on WHAT SIZE LEAVE WORD...: the words go to env before the program.
on() {
	local what=$1 size=$2 leave=$3 why=
	shift 3
	n=$((n + 1))
	drive one "$size" "$@" "$build/tests/screens/deck_lab" --drafts "$drives/drafts"
	tell one wait 10000 demo
	[ "$(of ok)" = true ] || why="no rows came: $said"
	tell one rest 100 3000
	[ "$leave" != q ] || { tell one type '?' && tell one rest 100 3000 && tell one type '\e' && tell one rest 400 3000; }
	tell one end "$leave" 5000
	[ "$(of ended) $(of code) $(of line) $(of screen)" = "true 0 true true" ] || why="$why end: $said"
	drive_end one
	if [ -z "$why" ]; then
		echo "ok $n - $what"
	else
		failed=$((failed + 1))
		echo "not ok $n - $what"
		echo "# $why"
	fi
}

# ncurses keeps what it made for a terminal that it then does not know.
echo leak:new_prescr >"$drives/leaks"
export LSAN_OPTIONS="suppressions=$drives/leaks:print_suppressions=0"
for term in xterm xterm-256color linux vt100 vt220 screen-256color tmux-256color putty no-such-terminal; do
	infocmp $term >/dev/null 2>&1 || [ $term = no-such-terminal ] || { echo "# no entry for $term here"; continue; }
	on "TERM=$term" 80x24 q TERM=$term
done
on "TERM=dumb: plain lines" 80x24 'quit\r' TERM=dumb
on "no TERM: plain lines" 80x24 'quit\r' -u TERM
on "LANG=C" 80x24 q LC_ALL=C LANG=C
on "a locale that is missing" 80x24 q LC_ALL=xx_XX.UTF-8
on "NO_COLOR" 80x24 q NO_COLOR=1
on "COLORTERM" 80x24 q COLORTERM=truecolor
on "over ssh" 160x45 q SSH_CONNECTION='::1 1 ::1 22'
on "40x10" 40x10 q TERM=xterm
on "40x10 on a vt100" 40x10 q TERM=vt100
on "a size of 0x0" 0x0 q TERM=vt100

n=$((n + 1))
if echo quit | TERM=xterm "$build/tests/screens/deck_lab" >"$drives/out" 2>&1 && grep -q 'cluster demo' "$drives/out" &&
	! grep -q "$(printf '\033')" "$drives/out"; then
	echo "ok $n - no terminal at stdout: plain lines without a control character"
else
	failed=$((failed + 1))
	echo "not ok $n - no terminal at stdout: plain lines without a control character"
	sed 's/^/# /' "$drives/out"
fi
echo "1..$n"
[ $failed -eq 0 ]
