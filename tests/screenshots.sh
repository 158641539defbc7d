#!/bin/bash
# make screenshots: pictures of the program's own screens into screenshots/, as text, with colours, and drawn.
cd "$(dirname "$0")/.." || exit 2
make -s DEBUG= all screen-programs || exit 1
BUILD=build
. tests/screens/lib.sh
. tests/screens/shot.sh
lab=$build/tests/screens/deck_lab
out=${1:-screenshots}
unset NO_COLOR STY SSH_CONNECTION

# take NAME SIZE TITLE [OPTION...]: the Deck at rest; keys typed before are given by the caller's function.
take() {
	name=$1 size=$2 title=$3
	shift 3
	screen_start "$size" "$lab" "$@" && screen_wait 'Templates' >/dev/null
	if declare -F "keys_$name" >/dev/null; then "keys_$name"; fi
	shot "$out" "$name-$size" "$title" || exit 1
	screen_stop
}

keys_teardown() {
	screen_keys D
	screen_wait 'Type the name' >/dev/null
	sleep 0.5
	screen_keys Space d e
}

keys_why() {
	screen_keys Tab Tab e
	screen_wait 'asks for' >/dev/null
}

keys_help() {
	screen_keys '?'
}

keys_map() {
	screen_keys Down Tab Right Right Right
}

keys_detail() {
	screen_keys Tab Right Right
	screen_wait 'last mark' >/dev/null
}

take deck 80x24 "The Deck at 80x24"
take deck 120x35 "The Deck at 120x35"
take deck 160x45 "The Deck at 160x45"
take detail 160x45 "A node that failed, with its reason"
take map 120x35 "400 nodes as a heat map" --many 400
take why 80x24 "Why a job waits"
take teardown 80x24 "Tearing a cluster down"
take help 80x24 "Help"
ls "$out"
