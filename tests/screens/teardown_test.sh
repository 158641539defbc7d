#!/bin/bash
# The teardown of a cluster whose storage has a disk of its own: what Space keeps, what the plan's hash covers, how many keys
# it takes, what the footer offers, and an item that cannot be deleted.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

keys=0
press() { # each is a key of the operator
	keys=$((keys + $#))
	screen_keys "$@"
}
plan() { # the plan is there, and listens
	screen_wait 'DATA LOST' >/dev/null
	sleep 0.5
}

# The tree, and what Space does to it
deck 80x24 -- --disk
screen_keys D
plan
screen_golden teardown/plan_80x24
screen_keys Space
tap_ok "Space keeps the storage" screen_wait 'KEEP ($0.017/h goes on)'
tap_ok "the engine makes the plan of the chosen set" asked 'GET /v1/clusters/demo/teardown?keep=shared'
tap_ok "its hash is another one" screen_wait 'plan 5a5a5a5a'
tap_ok "the totals follow" screen_wait 'keeps 2: a disk and its group, at $0.017/h'
tap_ok "nothing is lost that would have to be accepted" lacks 'I accept the loss'
screen_golden teardown/kept_80x24
screen_keys Space
tap_ok "Space once more keeps a snapshot" screen_wait 'SNAPSHOT ($0.004/h goes on)'
tap_ok "which the engine is asked for" asked 'GET /v1/clusters/demo/teardown?keep=shared=snapshot'
tap_ok "its price is less" screen_wait 'keeps 2: a snapshot and its group, at $0.004/h'
tap_ok "nor is anything lost then" lacks 'I accept the loss'
screen_keys Space
tap_ok "and once more deletes it" screen_wait 'I accept the loss of shared'
tap_ok "with the hash of that plan" screen_wait 'plan c0ffee11'
screen_text de
screen_keys Space
screen_wait 'KEEP (' >/dev/null
screen_text mo
screen_keys F9
tap_ok "what was typed stays when the plan is made again" screen_wait 'Any key cancels'
tap_ok "the countdown's footer offers what works" screen_wait 'any key Cancel'
tap_ok "and nothing else" lacks 'Keep or delete'
screen_keys x
tap_ok "any key ends it" screen_wait 'nothing was changed'
tap_ok "nothing was sent" not_asked POST

# What cannot be changed says why
screen_keys D
plan
screen_keys End Space
tap_ok "a row that goes with the cluster says so" screen_wait 'it goes with the cluster'
screen_keys Up Up Space
tap_ok "what is not ours cannot be switched on" screen_wait 'it is not ours, and is never touched'
screen_keys Escape

# A protected cluster
screen_wait 'nothing was changed' >/dev/null
screen_keys 1
screen_wait '[1 Clusters]' >/dev/null
order protect
tap_ok "a protected cluster says what that means" screen_wait 'not torn down before an admin unprotects it'
in_its_row() { screen_text_now | grep -E '^> demo .* protected$'; }
tap_ok "and in its row that it is" in_its_row
screen_keys D
plan
tap_ok "its plan says before a name is typed what ends that" screen_wait 'cannot be confirmed here: protected; ":cluster unprotect demo" ends that'
screen_text demo
screen_keys F9
tap_ok "and F9 is off" screen_wait 'protected; ":cluster unprotect demo" ends that'
tap_ok "so that nothing begins" lacks 'Any key cancels'
order protect off
tap_ok "it goes on when that has ended" screen_wait 'Type the name'
screen_keys Escape
screen_wait 'nothing was changed' >/dev/null
tap_ok "nothing was sent" not_asked POST
screen_keys 0

# An engine that goes away meanwhile
screen_keys D
plan
screen_keys Space
screen_wait 'KEEP ($0.017/h goes on)' >/dev/null
screen_text demo
screen_keys F9
screen_wait 'Any key cancels' >/dev/null
order link lost
tap_ok "a countdown ends with the engine" screen_wait 'the engine does not answer: nothing can begin'
tap_ok "how it is started again stands whole above the plan" screen_wait 'paceline -L lab engine'
screen_keys F9
screen_keys Down # which is seen when F9 is over
screen_wait '>|-[x] rules' >/dev/null
tap_ok "nor does F9 begin anything" lacks 'Any key cancels'
screen_keys Up
order link live
eventually_lacks "does not answer" >/dev/null
screen_keys F9
tap_ok "what was typed is there still when it is back" screen_wait 'Any key cancels'
screen_keys x
screen_wait 'nothing was changed' >/dev/null
tap_ok "and nothing was sent" not_asked POST

# Running jobs are waited for, or killed
screen_keys D
plan
screen_keys Up Up Up Up Space
tap_ok "running jobs can be killed instead of waited for" screen_wait 'I accept the loss of 4 running jobs'
tap_ok "their row says so" screen_wait 'KILL'
tap_ok "that is another plan" screen_wait 'plan f04c0ffe'
screen_keys Tab Space Down Space
screen_text demo
screen_keys F9
tap_ok "which the engine is told, with its own hash" asked '"plan_hash":"f04c0ffee11d00d","typed_name":"demo","force":true'
screen_stop

# The stop-watch: tear down, keep the storage
deck 80x24 -- --disk
press D
plan
press Space
screen_wait 'KEEP (' >/dev/null
screen_text demo
press F9
tap_ok "hash and name go to the engine" asked 'POST /v1/clusters/demo/teardown {"plan_hash":"5a5a5a5ad00dfeed","typed_name":"demo","force":false}'
tap_ok "in at most 8 keys and the name" [ "$keys" -le 8 ]
echo "# $keys keys and the name"

# An item that cannot be deleted
tap_ok "the item that failed is shown with its reason" screen_wait 'in use by the network card of a stranger' 20
tap_ok "with what the operator can do" screen_wait 'r tries again now'
screen_golden teardown/stuck_80x24
screen_keys r
tap_ok "r tries again" asked '/retry'
screen_keys Escape
tap_ok "it can be left" screen_wait 'goes on; D shows it again'
screen_keys D
screen_wait 'r tries again now' >/dev/null
screen_keys s
tap_ok "s leaves the item" asked '/skip {"item":"/subscriptions/0/resourceGroups/pl-demo-4f1c/providers/Microsoft.Network/networkSecurityGroups/pl-4f1c-nsg"}'
tap_ok "the report says what is kept and at which price" screen_wait 'kept: disks/demo-shared-4f1c  $0.017/h goes on' 20
tap_ok "and what is left" screen_wait 'left: networkSecurityGroups/pl-4f1c-nsg'
screen_golden teardown/report_80x24
screen_stop

deck 160x45 -- --disk
screen_keys D
plan
screen_golden teardown/plan_160x45
tap_ok "the shell's line gives up what the plan loses" screen_wait 'paceline cluster delete demo --keep none --plan c0ffee11d00dfeed --accept-data-loss --name demo'
screen_keys Space
tap_ok "and nothing where all is kept" screen_wait 'paceline cluster delete demo --keep shared --plan 5a5a5a5ad00dfeed --name demo'
screen_keys Space Space
tap_ok "until it is not" screen_wait '--accept-data-loss --name demo'
screen_keys Up Up Up Up
tap_ok "the side pane is of the row under the cursor" screen_wait 'kill all running jobs instead'
screen_keys Escape
screen_stop
tap_end
