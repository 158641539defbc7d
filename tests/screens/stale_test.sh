#!/bin/bash
# R14.1 to R14.3: what an old reading of the scheduler looks like: a badge with its age at once, greyed after ten minutes, and
# never blank or nought; without an engine the last picture stays.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

row() { screen_tmux capture-pane -p | grep -F -e '12_1' | head -n 1; }
coloured_row() { screen_tmux capture-pane -e -p | grep -F -e '12_1' | head -n 1; }
same_text() { [ "$(row)" = "$1" ]; }
changed_tone() { # FROM
	for _ in $(seq 100); do
		[ "$(coloured_row)" != "$1" ] && return 0
		sleep 0.05
	done
	coloured_row
	return 1
}

deck 120x35
text=$(row) fresh=$(coloured_row)
tap_ok "jobs are shown" [ -n "$text" ]
order stale 130
tap_ok "R14.1: a reading that is too old has a badge with its age" screen_wait 'STALE 2m'
tap_ok "its rows look as before" [ "$(coloured_row)" = "$fresh" ]
order stale 640
tap_ok "R14.1: after ten minutes" screen_wait 'STALE 10m'
tap_ok "they are greyed" changed_tone "$fresh"
tap_ok "and say the same: never blank, never nought" same_text "$text"
tap_ok "R14.2: the scheduler's lamp says so" screen_wait 'scheduler STALE, read 10m'
tap_ok "R14.2: the cloud's lamp is its own" screen_wait 'cloud ok'
screen_keys 3
screen_wait 'demo > jobs' >/dev/null
tap_ok "the full view has the same rows" screen_wait '12_1'
order link lost
tap_ok "R14.3: without an engine the last picture stays" screen_wait 'this picture is frozen'
tap_ok "in the same view, with its rows" screen_wait '12_1'
screen_keys c
tap_ok "and nothing can be changed" screen_wait 'no connection to the engine'
order link live
tap_ok "R14.3: it goes on in the same view" screen_wait 'scheduler STALE, read 1'
screen_stop
tap_end
