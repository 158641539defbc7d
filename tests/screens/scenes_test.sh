#!/bin/bash
# Every view and dialog (tests/screens/scenes.sh) at the five sizes, each against its golden text and a second terminal. Then what
# may happen to it, after which it is the same: random sizes, a lost engine, SIGTSTP; one of them each, all with ALL=1. Then a
# signal ends it, and the terminal is as it was. At the end all of them are seen in a third terminal, xterm.js.
#   SCENES  those whose names begin as this pattern: [a-l], and scenes_more_test.sh plays the others; empty: all
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/scenes.sh
SCENES=${SCENES-[a-l]}
lab=$build/tests/screens/deck_lab
[ -x "$lab" ] || { echo "Bail out! $lab is not built: make screens"; exit 1; }
unset NO_COLOR STY SSH_CONNECTION
orders=$screen_dir/orders
mkfifo "$orders"
exec {keep}<>"$orders"
RANDOM=1
signals=(TERM HUP INT QUIT) played=0

go_there() { # KEYS TEXT
	set -f # a "*" is a key
	for key in $1; do
		case $key in
		=*) key=${key#=} && screen_text "${key//_/ }" ;;
		.) sleep 0.4 ;;
		*) screen_keys "$key" ;;
		esac
	done
	set +f
	screen_wait "$2"
}

storm() { # NAME: random sizes, faster than they can be drawn
	for _ in 1 2 3 4 5 6; do
		screen_resize $((1 + RANDOM % 300))x$((1 + RANDOM % 100))
	done
	screen_resize 80x24
	screen_matches "scenes/$1_80x24"
}

lost() { # NAME
	echo 'link lost' >&"$keep"
	sleep 0.2
	echo 'link live' >&"$keep"
	screen_matches "scenes/$1_80x24"
}

stopped() { # NAME
	kill -TSTP "$(screen_pid)"
	kill -CONT "$(screen_pid)"
	screen_matches "scenes/$1_80x24"
}

ended() { # SIGNAL
	kill -"$1" "$(screen_pid)"
	screen_wait_exit && screen_modes_restored
}

# What the third terminal is to read: all that was sent, with its sizes, and what tmux shows.
remember() {
	mkdir -p "$screen_dir/seen/$1"
	screen_settle >/dev/null
	screen_text_now >"$screen_dir/seen/$1/capture"
	cp "$screen_dir/sizes" "$screen_dir/log" "$screen_dir/seen/$1/"
}

play() { # NAME OPTIONS KEYS TEXT
	screen_start 80x24 TZ=UTC EDITOR=true "$lab" --orders "$orders" --drafts "$screen_dir/drafts.$1" $2
	screen_wait Templates >/dev/null
	screen_settle >/dev/null
	tap_ok "$1 is there" go_there "$3" "$4"
	sleep 0.5 # what is asked for once the cursor rests
	screen_golden "scenes/$1_80x24"
	for size in 60x15 120x35 160x45 200x60; do
		screen_resize "$size"
		screen_golden "scenes/$1_$size"
	done
	remember "$1"
	[ -n "${GOLDEN-}" ] && return
	played=$((played + 1))
	[ -z "${ALL-}" ] && [ $((played % 3)) -ne 0 ] || tap_ok "$1 after random sizes" storm "$1"
	[ -z "${ALL-}" ] && [ $((played % 3)) -ne 1 ] || { screen_resize 80x24 && tap_ok "$1 after the engine was lost" lost "$1"; }
	[ -z "${ALL-}" ] && [ $((played % 3)) -ne 2 ] || { screen_resize 80x24 && tap_ok "$1 after SIGTSTP" stopped "$1"; }
	tap_ok "$1 ends with SIG${signals[played % 4]}, and the terminal is as it was" ended "${signals[played % 4]}"
}

scene_each play
screen_stop

here=tests/screens/xterm packages=$PWD/build/xterm failed=0
. tests/support/npm.sh
if npm_have "the screens in xterm.js"; then
	tap_ok "all screens are the same in xterm.js" node tests/screens/xterm/same.js "$screen_dir"/seen/*
else
	tap_n=$((tap_n + 1)) tap_failed=$((tap_failed + failed))
fi
tap_end
