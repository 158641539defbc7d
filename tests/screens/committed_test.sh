#!/bin/bash
# A month's budget tells what is spent and what is committed to what runs apart: at a glance and in the cost.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

deck 160x45
screen_keys Enter
tap_ok "what is spent stands with the budget" screen_wait '$41.80 of $120, 35 %'
tap_ok "and nothing else where nothing is committed" lacks 'with what runs'
order committed 58.5
tap_ok "what runs to its end is told beside it" screen_wait '$58.50 with what runs, 49 %'
screen_keys 5
tap_ok "a budget stands with its cluster, and which have one is told" screen_wait '1 of 2 clusters has one'
tap_ok "the cost tells the sum and what is left" screen_wait '$58.50 with what runs to its expected end, $1.50 left'
screen_keys 0
order committed 64
screen_keys 5
tap_ok "a budget that is all committed says what follows" screen_wait 'this month: committed: no nodes are made'
tap_ok "and has nothing left" screen_wait '$64.00 with what runs to its expected end, $0.00 left'
screen_stop
tap_end
