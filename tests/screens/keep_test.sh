#!/bin/bash
# R5.9, R5.8 at the console: a node and an array that are kept say so with what that costs, an array is kept and let go by a key,
# and sizes that rest are opened again where the trouble is told. On the made-up site.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

deck 120x35
screen_keys 2
screen_wait 'demo > nodes' >/dev/null
screen_wait 'htc-1 ' >/dev/null
order keep htc-1
tap_ok "R5.9: a kept node says so in the table" screen_wait 'kept'
screen_keys Enter
tap_ok "R5.9: and in full, with who keeps it since when" screen_wait 'kept      by ann since 11:54:02: it does not go by itself'
tap_ok "and what that costs" screen_wait '$0.017/h, $0.001 so far'
screen_keys Escape
order keep htc-1 with
tap_ok "R5.9: of one that is kept with its array that is told" screen_wait 'kept with its array'
screen_keys '^'
tap_ok "the key lets a kept array go" asked 'POST /v1/clusters/demo/arrays/unkeep'
screen_keys u
tap_ok "which can be taken back" asked 'POST /v1/clusters/demo/arrays/keep'
deck 120x35
screen_keys 2
screen_wait 'htc-1 ' >/dev/null
screen_keys '^'
tap_ok "it keeps one that is not" asked 'POST /v1/clusters/demo/arrays/keep'
tap_ok "and says what that means, and how it is taken back" screen_wait 'htc: none of its nodes goes by itself; u takes it back'
screen_keys '!'
tap_ok "! says it for a shell" screen_wait 'paceline array keep demo htc'
screen_keys Escape 1
screen_wait 'clusters' >/dev/null
screen_keys r
tap_ok "R5.8: sizes that rest are opened again where the cluster's trouble stands" asked 'POST /v1/clusters/demo/arrays/retry'
order role viewer
screen_keys r
tap_ok "a viewer opens nothing" screen_wait 'needs role operator'
screen_stop
tap_end
