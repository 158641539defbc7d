#!/bin/bash
# The mouse, by the bytes that a terminal sends: off by default, clicks on tabs, panes and rows, the wheel, and a terminal
# that is as before at the end.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
lab=$build/tests/screens/deck_lab
[ -x "$lab" ] || { echo "Bail out! $lab is not built: make screens"; exit 1; }
unset NO_COLOR STY SSH_CONNECTION

deck() { # SIZE
	screen_start "$1" "$lab"
	screen_wait slurm >/dev/null
	screen_settle >/dev/null
}

mouse() { # BUTTON COL ROW: from 1, pressed and let go
	for final in M m; do
		hex=$(printf '\033[<%d;%d;%d%s' "$1" "$2" "$3" $final | od -An -tx1)
		screen_keys -H $hex
	done
}

row_of() { screen_text_now | grep -nF -e "$1" | head -n 1 | cut -d : -f 1; }
col_of() { screen_text_now | sed -n "$(row_of "$1")p" | awk -v w="$1" '{ print index($0, w) }'; }
click() {
	screen_wait "$1" >/dev/null
	mouse 0 "$(($(col_of "$1") + 1))" "$(row_of "$1")"
}
sent() { grep -qaF -e "$1" "$screen_dir/log"; }
cursor_at() { screen_wait "$1"; }
lacks() {
	for _ in $(seq 40); do
		screen_text_now | grep -qE -e "$1" || return 0
		sleep 0.05
	done
	screen_text_now
	return 1
}
on_row() { # TEXT: the cursor's row has it
	for _ in $(seq 100); do
		screen_text_now | grep -E '^ ?[│ ]*>' | grep -qF -e "$1" && return 0
		sleep 0.05
	done
	screen_text_now
	return 1
}

deck 80x24
tap_ok "nothing asks the terminal for clicks by itself" sh -c "! grep -qaF '?1000h' '$screen_dir/log'"
screen_keys F12
tap_ok "F12 switches it on" screen_wait 'mouse on'
tap_ok "the terminal is told" sent '[?1006h'
screen_wait '3 Jobs' >/dev/null
click '3 Jobs'
tap_ok "a click on a tab opens it" screen_wait '[3 Jobs]'
click 'collect'
tap_ok "a click on a row chooses it" on_row 'collect'
click 'collect'
tap_ok "a second one opens it" screen_wait '─ 13 ─'
screen_keys Escape
screen_wait 'JOBID' >/dev/null
click 'cfd-wing'
on_row 'cfd-wing' >/dev/null
screen_keys Up
on_row 'collect' >/dev/null
click 'cfd-wing'
tap_ok "a click after a key chooses, and opens nothing" on_row 'cfd-wing'
tap_ok "no box is open" lacks '─ 14 ─'
screen_keys g
on_row '12_[5-37]' >/dev/null
mouse 65 10 8
tap_ok "the wheel moves three rows down" on_row '12_3'
mouse 64 10 8
tap_ok "and up" on_row '12_[5-37]'
click '0 Deck'
tap_ok "back to the Deck" screen_wait '[0 Deck]'
click 'collect'
tap_ok "a click on the Deck chooses pane and row" on_row 'collect'
screen_keys '?'
screen_wait 'MOVE' >/dev/null
mouse 0 10 10
tap_ok "a click over help does nothing" screen_wait 'MOVE'
screen_keys Escape 3
screen_wait '[3 Jobs]' >/dev/null
screen_keys c
screen_wait 'Esc No' >/dev/null
mouse 0 10 12
mouse 0 10 12
tap_ok "a dialog hears no click" screen_wait 'Esc No'
screen_keys Escape
screen_wait 'nothing was changed' >/dev/null
screen_keys g
on_row '12_[5-37]' >/dev/null
screen_keys F12
tap_ok "F12 gives it back" screen_wait 'mouse off'
tap_ok "and tells the terminal" sent '[?1000l'
click '1 Clusters'
tap_ok "what comes all the same is not obeyed" screen_wait '[3 Jobs]'
screen_stop

deck 80x24
screen_text ':mouse on'
screen_keys Enter
tap_ok ":mouse does the same" screen_wait 'mouse on'
: >"$screen_dir/log"
screen_keys q
tap_ok "at the end the terminal has it back" sh -c "for i in \$(seq 100); do grep -qaF '?1000l' '$screen_dir/log' && exit 0; sleep 0.05; done; exit 1"
screen_stop

tap_end
