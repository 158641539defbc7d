#!/bin/bash
# R14.5: a line of 2 KB/s and 0.3 s between the program and its terminal (spec/tui.md 7 and 10.6): what changes is drawn less often, so
# that keys are answered by the next frame, nothing old waits in the line, and in the end the newest stands there. Counted are
# bytes and frames; pty_drive lets 200 bytes through each tenth of a second, and answers questions 0.3 s late. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/drive.sh
drives_make slow
complain() { echo "$said"; }

# Half of the rows change 50 times a second: each frame has some hundred bytes, and far more than the line takes.
drive one 200x60 "$build/tests/screens/term_lab"
tell one wait 10000 'TERM LAB'
tell one rest 300 5000
tell one type m
tell one slow 50 200
taken=$(of bytes)
[ "$taken" -le 10000 ]
ok "in 50 tenths of a second $taken bytes came through"
tell one type m # no more news
tell one rest 1500 8000
waited=$(of bytes)
[ "$waited" -le 4096 ]
ok "at most 4096 bytes waited in the line: $waited"
tell one key j
moved=$(of bytes)
[ "$moved" -gt 0 ] && [ "$moved" -le 450 ]
ok "the newest stood there: the next key is answered with its own bytes alone: $moved bytes"
tell one end q 5000
[ "$(of ended) $(of code) $(of line) $(of screen)" = "true 0 true true" ]
ok "it leaves the terminal as it was"
frames=$(echo "$said" | sed -n 's/.*frames \([0-9]*\) .*/\1/p') skipped=$(echo "$said" | sed -n 's/.*skipped \([0-9]*\) .*/\1/p')
[ "${skipped:-0}" -gt 0 ] && [ "${frames:-999}" -lt 60 ]
ok "$frames frames were drawn, $skipped times one had to wait"
drive_end one

# Keys: help is asked for while the line is full; it stands there as soon as what was on its way is through.
drive two 200x60 "$build/tests/screens/term_lab"
tell two wait 10000 'TERM LAB'
tell two rest 300 5000
tell two type m
tell two slow 30 200
tell two type '?'
bytes=0 found=no
for _ in $(seq 60); do
	tell two slow 1 200
	bytes=$((bytes + $(of bytes)))
	tell two seen search
	[ "$(of ok)" = true ] && found=yes && break
done
[ $found = yes ] && [ $bytes -le 12000 ]
ok "help that is asked for in the jam stands there after $bytes bytes"
tell two end '\e\eq' 8000
[ "$(of ended) $(of line) $(of screen)" = "true true true" ]
ok "and it leaves as it came"
drive_end two

# A line that answers nothing: data is drawn as ever, and leaving does not wait.
drive three 80x24 "$build/tests/screens/term_lab"
tell three mute on
tell three wait 10000 'TERM LAB'
tell three type m
tell three watch 3000
[ "$(of frames)" -ge 2 ]
ok "a terminal that answers no question is not waited for: $(of frames) frames"
tell three end q 3000
[ "$(of ended) $(of code)" = "true 0" ]
ok "nor at the end"
tap_end
