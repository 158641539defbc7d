#!/bin/bash
# What a click means: a cell of a map is its node, a column's title sorts, a key of the footer is that key; nothing is sent or
# ended by one alone. By the bytes that a terminal sends.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

mouse() { # BUTTON COL ROW: from 1, pressed and let go
	for final in M m; do
		hex=$(printf '\033[<%d;%d;%d%s' "$1" "$2" "$3" $final | od -An -tx1)
		screen_keys -H $hex
	done
}
row_of() { screen_text_now | grep -nF -e "$1" | head -n 1 | cut -d : -f 1; }
col_of() { screen_text_now | sed -n "$(row_of "$1")p" | awk -v w="$1" '{ print index($0, w) }'; }
click() { # TEXT [COLUMNS FURTHER]
	screen_wait "$1" >/dev/null
	mouse 0 "$(($(col_of "$1") + ${2:-0}))" "$(row_of "$1")"
}
with_mouse() { # SIZE
	deck "$1"
	screen_keys F12
	screen_wait 'mouse on' >/dev/null
}

cells() {
	with_mouse 80x24
	click '##!##' 2
	tap_ok "a click on a cell of the Deck's map chooses its node" screen_wait 'htc-3 ! failed'
	click '##!##' 2
	tap_ok "a second one opens it" screen_wait 'htc-3'
	screen_stop
	with_mouse 120x35
	screen_keys 2 m
	screen_wait 'shade state' >/dev/null
	screen_settle >/dev/null
	click 'htc-3' 1
	tap_ok "so does one on a cell of the full map" screen_wait 'htc-3 ! failed'
	screen_stop
}

heads() {
	with_mouse 80x24
	screen_keys 2
	screen_wait '[2 Nodes]' >/dev/null
	click 'STATE'
	tap_ok "a click on a column's title sorts by it" screen_wait 'sort:state'
	click 'STATE'
	tap_ok "once more the other way" screen_wait 'sort:-state'
	click '$/H'
	tap_ok "titles that are not the order's own word are known" screen_wait 'sort:cost'
	click 'REASON'
	tap_ok "one that is no order says so" screen_wait 'by REASON nothing can be ordered'
	screen_stop
}

footers() {
	with_mouse 80x24
	click 'F1Help'
	tap_ok "a click on a key of the footer is that key" screen_wait 'type to search keys'
	click 'Esc Close' 5
	tap_ok "over what lies on the panes, too" eventually_lacks 'type to search keys'
	screen_keys 3
	screen_wait '[3 Jobs]' >/dev/null
	click 'F9Cancel'
	tap_ok "one that ends something asks" screen_wait 'Esc No'
	click 'Esc No'
	sleep 0.4
	tap_ok "and a question hears no click" screen_wait 'Esc No'
	screen_keys Escape 0
	screen_wait '[0 Deck]' >/dev/null
	click 'slurm '
	screen_keys n
	screen_wait 'Name of the cluster' >/dev/null
	for _ in 1 2 3 4 5; do click 'PgDnNext'; done
	screen_wait 'Press C to create' >/dev/null
	sleep 0.5
	click 'CCreate'
	tap_ok "nothing is created by a click" screen_wait 'C is to be pressed'
	tap_ok "nothing was sent" not_asked 'POST /v1/clusters '
	screen_stop
}

for part in ${PARTS:-cells heads footers}; do
	"$part"
done
tap_end
