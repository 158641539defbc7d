#!/bin/bash
# What the console says of its keys, on a made-up site: as they are bound now, and what a key is that does nothing here.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh
conf=$screen_dir/console.conf
has() { screen_text_now | grep -F -e "$1"; }

deck 80x24
screen_keys 2
screen_wait '[2 Nodes]' >/dev/null
tap_ok "the hint names the key of the shell" has '$ shell'
screen_keys H
tap_ok "a key of another view says where it works" screen_wait 'H does nothing here; in Jobs: keep it from starting'
screen_keys O
tap_ok "a key of none says so, and which lists them" screen_wait 'O is not a key here; ? lists the keys'
screen_settle
sent=$(wc -c <"$screen_dir/log")
screen_keys B B B B B B B B
sleep 0.5
tap_ok "the same once more costs next to nothing" [ $(($(wc -c <"$screen_dir/log") - sent)) -lt 1500 ]
screen_keys Left
tap_ok "a key that moves and is at its end says nothing" eventually_lacks 'not a key'
screen_keys :
screen_text messages
screen_keys Enter
screen_wait 'Messages' >/dev/null
tap_ok "none of it is kept among the messages" lacks 'not a key here'

cat >"$conf" <<-EOF
	key d none
	key B drain
	key F7 none
	key F5 drain
	key ? none
EOF
deck 80x24 -- --conf "$conf"
screen_keys 2
screen_wait '[2 Nodes]' >/dev/null
tap_ok "the footer shows what a function key does now" screen_wait 'F5Drain'
tap_ok "and not one that does nothing" lacks 'F7'
tap_ok "the hint names the new key" has 'B drain'
tap_ok "and of the help its other key" has 'F1 help'
screen_keys d
tap_ok "a key that was taken away says that" screen_wait 'd does nothing, as console.conf says; F1 lists the keys'
screen_keys F1
screen_text 'drain node'
tap_ok "the help names the keys that are" screen_wait 'F5 B'
tap_ok "and no other" lacks 'F7 d'
screen_keys Escape
eventually_lacks 'type to search' >/dev/null
screen_keys F2 Up
tap_ok "so does the menu" screen_wait 'F5 B'
screen_keys Escape
order link lost
tap_ok "an engine that is lost is started again by what stands there" screen_wait 'the engine is started again by: paceline -L lab engine'
screen_keys F1
tap_ok "the help says it, too" screen_wait 'start it by  paceline -L lab engine'
screen_stop
tap_end
