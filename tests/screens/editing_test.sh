#!/bin/bash
# "Being edited by" at the console (R9.5): said while a question about a cluster or an editor is open, and shown of others,
# whom it never hinders. On the made-up site.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

deck 80x24
screen_keys 1 Enter
order edits bob
tap_ok "R9.5: the cluster's view says who edits it" screen_wait 'edited by bob  slurm'
order edits
tap_ok "R9.5: until nobody does" eventually_lacks 'edited by'
screen_stop

deck 120x35
order edits bob
screen_keys 6 F5
screen_wait 'applying this' >/dev/null
screen_keys A
screen_wait 'Let demo take the template over' >/dev/null
tap_ok "R9.5: a question about a change is told to the engine" asked 'edits /v1/clusters/demo/editing update on'
tap_ok "R9.5: and its operator of another one" screen_wait 'being edited by bob since'
sleep 0.5 # a question that has just opened is deaf
screen_keys Escape
tap_ok "R9.5: its end is told" asked 'edits /v1/clusters/demo/editing update off'
sleep 0.5
screen_keys A
screen_wait 'Let demo take the template over' >/dev/null
sleep 0.5
screen_keys y
tap_ok "R9.5: nobody is locked out" asked 'POST /v1/clusters/demo/update {"params":[],"plan_hash":"77aa"}'
screen_stop

deck 120x35
screen_keys D
screen_wait 'Teardown demo' >/dev/null
tap_ok "R9.5: so is a teardown that is being thought about" asked 'edits /v1/clusters/demo/editing teardown on'
sleep 0.5
screen_keys Escape
tap_ok "R9.5: and that it is left" asked 'edits /v1/clusters/demo/editing teardown off'
screen_stop

deck 120x35
order role viewer
screen_wait viewer >/dev/null
screen_keys D
screen_wait 'Teardown demo' >/dev/null
tap_ok "R9.5: whoever may only look edits nothing" not_asked 'edits'
screen_stop
tap_end
