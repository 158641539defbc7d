#!/bin/bash
# What matters most is readable whole however small the terminal is: the cure for a lost engine, an engine that hangs, the keys
# of a view; and nodes stand on the ground of their state where the theme has colours.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

# An engine that is gone, and one that hangs

for size in 120x35 80x24 60x15 40x10; do
	deck $size
	order link lost
	tap_ok "$size: what starts a lost engine stands there whole" screen_wait 'paceline -L lab engine'
	order link quiet
	tap_ok "$size: an engine that hangs is told" screen_wait 'does not answer for 5 s'
	order link live
	tap_ok "$size: and no longer when it answers" eventually_lacks 'does not answer'
	screen_stop
done
deck 80x24
screen_keys 3
screen_wait 'demo > jobs' >/dev/null
order link quiet
tap_ok "the engine's lamp says so in every view" screen_wait 'engine NO ANSWER for 5 s'
order link live
tap_ok "and gives the tabs their line back" screen_wait '[3 Jobs]'
order link lost
screen_wait 'LOST, this picture' >/dev/null
order link live
eventually_lacks 'LOST, this picture' >/dev/null
screen_text ':messages'
screen_keys Enter
at='[0-9][0-9]:[0-9][0-9]:[0-9][0-9]'
tap_ok "what was said has it, with the time" shows "$at the engine does not answer: it is busy or stopped"
tap_ok "that it was lost" shows "$at the engine is lost: there is no connection to it"
tap_ok "and since when it answers again" shows "$at the engine is back, after"
screen_stop

# Keys and sentences

no_dots() { ! screen_text_now | tail -n 2 | grep -F -e '…'; }
deck 60x15
for key in 1 2 3 4 5 6; do
	screen_keys $key
	screen_settle >/dev/null
	tap_ok "60x15, view $key: no key of the lines below is cut" no_dots
done
screen_keys 2 G Enter
screen_wait '> nodes > htc-8' >/dev/null
tap_ok "60x15: the way back is kept" screen_wait 'Esc back'
screen_keys Escape 3
screen_wait 'Jobs demo' >/dev/null
screen_keys Escape 0
screen_wait 'Clusters' >/dev/null
screen_text ':set nothing'
screen_keys Enter
screen_settle >/dev/null
tap_ok "60x15: a message is whole" no_dots
screen_stop

deck 40x10
screen_keys D
screen_wait 'Tear down demo' >/dev/null
tap_ok "40x10: what a teardown loses is named whole" screen_wait 'loss of shared (/shared)'
tap_ok "and how it is begun and left" screen_wait 'F9 is off until all is done. Esc: no'
eventually_lacks 'demo ...' >/dev/null
screen_keys d e
tap_ok "and what is typed of the name is seen" screen_wait 'name: de'
screen_stop
deck 40x10
screen_keys 2 Space Space d
tap_ok "40x10: a question has its line for itself" screen_wait 'drain 2 nodes? y/N'
tap_ok "and no word of what stood there before" eventually_lacks 'help'
screen_stop
deck 40x10
screen_keys 2 Down Down Enter
tap_ok "40x10: what is below is told in a line of its own" screen_wait '                  more below'
screen_stop

# Jobs that ended

deck 120x35
order ended
screen_keys 3 a
tap_ok "a line parts the queue from what has ended, and tells its order" screen_wait 'ended in the last 24 hours, the newest end first'
screen_keys s
screen_wait 'their own' >/dev/null
screen_keys Down Down Enter
tap_ok "in another order there is no such line" eventually_lacks 'newest end first'
screen_stop

# The map

sgr='(\x1b\[[0-9;]*m)*'
block=$(printf '\x1b\\[([0-9;]*;)?7m%s ?#+[^a-zA-Z]' "$(printf '%s' "$sgr" | sed 's/\\x1b/\x1b/')") # letters on a ground
for size in 80x24 120x35 160x45; do
	deck $size
	tap_ok "$size: nodes of the Deck stand on the ground of their state" shows "$block"
	screen_stop
done
letters='####=#+x## ##=!+#####'
has_no_block() { screen_wait "$letters" && ! screen_text_now -e | grep -F -e '+x' | grep -E -e "$block"; }
many() { # WHAT FITS [VAR=VALUE] [-- OPTION]: a hundred nodes are more than have blocks with a gap
	what=$1 fits=$2
	shift 2
	deck 160x45 "$@" --many 100
	screen_keys Down
	screen_wait 'Nodes cfd' >/dev/null
	tap_ok "$what" $fits
	screen_stop
}
wide() { screen_wait ' # # # # = # + x # #' && shows "$block"; }
many "more of them have two columns each, without a gap" wide --
many "without colours they are letters" has_no_block NO_COLOR=1 --
many "so they are with --ascii" has_no_block -- --ascii
tap_end
