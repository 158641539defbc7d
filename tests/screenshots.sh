#!/bin/bash
# make screenshots: pictures of the program on its own demo (real machines, so it needs root) into screenshots/, as text, with
# colours, and drawn. What they show is that run: times and prices differ from run to run.
cd "$(dirname "$0")/.." || exit 2
make -s DEBUG= all screen-programs || exit 1
[ "$(id -u)" = 0 ] || { echo "make screenshots: the demo's real machines need root" >&2; exit 1; }
BUILD=build
. tests/screens/lib.sh
. tests/screens/shot.sh
out=${1:-screenshots}
unset NO_COLOR STY SSH_CONNECTION
chmod 755 "$screen_dir"
world=$screen_dir/world
paceline=$PWD/build/paceline
over() {
	"$paceline" demo --stop --state "$world" >/dev/null 2>&1
	screen_end
}
trap over EXIT

# open_at SIZE: the console on the demo, which is made at the first time.
open_at() {
	screen_start "$1" "$paceline" demo --state "$world"
	screen_wait 'Templates' 20
}
take() { # NAME SIZE TITLE
	screen_settle >/dev/null
	shot "$out" "$1-$2" "$3" || exit 1
}
leave() {
	screen_keys q
	screen_stop
}

open_at 80x24
screen_wait '32R/8P' 60 >/dev/null
take deck 80x24 "The Deck while tasks run"
leave
open_at 160x45
screen_keys Tab
screen_wait ' R ' 20 >/dev/null
take deck 160x45 "The Deck at 160x45"
leave
open_at 120x35
take deck 120x35 "The Deck at 120x35"
screen_keys '?'
take help 120x35 "Help"
screen_keys Escape
screen_keys 2
take nodes 120x35 "Nodes"
screen_keys 0 Tab D
screen_wait 'Type the name' 20 >/dev/null
take teardown 120x35 "Tearing a cluster down: the plan and what it costs"
screen_keys Space
screen_text demo
screen_keys F9
screen_wait 'left: nothing' 200 >/dev/null
take report 120x35 "The closing report"
leave
ls "$out"
