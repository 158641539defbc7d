#!/bin/bash
# What the engine does and did: operations, events and the way to their objects, a node in full, a template's changes, and
# money as panes and as a file. On the made-up site.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh
state=$screen_dir/state

operations() {
	for size in 80x24 160x45; do
		deck "$size" -- --ops
		screen_keys o
		screen_wait '1 under way' >/dev/null
		screen_keys Down
		screen_wait 'bootstrap' >/dev/null
		screen_golden "views/operations_$size"
	done
	deck 80x24 -- --ops
	screen_text ':operations'
	screen_keys Enter
	tap_ok "the command line opens operations" screen_wait 'all clusters > operations'
	screen_keys r
	tap_ok "one that ended cannot be retried, and that is said" screen_wait 'r (try again now): it has ended'
	screen_keys Down
	tap_ok "one that waits says when it tries again" screen_wait 'next try   12:04:22 by itself'
	tap_ok "and what the cloud said" screen_wait '429 TooManyRequests'
	screen_keys Enter
	screen_wait 'try 3 at 12:04:22' >/dev/null
	tap_ok "Enter shows its steps, each with its time" screen_wait '[ok] sizes      11:56:16  14s'
	screen_keys PageDown
	tap_ok "and what can be done" screen_wait 'c take it back'
	screen_keys Escape r
	tap_ok "r tries again now" asked 'POST /v1/operations/78/retry'
	tap_ok "and it runs" screen_wait 'the cloud makes the network'
	screen_wait 'it tries again now' >/dev/null # the answer, which has the line that the next key answers in
	screen_keys r
	tap_ok "without a next try there is nothing to retry" screen_wait 'r (try again now): it waits for no next try'
	screen_keys c
	tap_ok "c takes it back" asked 'POST /v1/operations/78/cancel'
	screen_keys '!'
	tap_ok "! says it for a shell" screen_wait 'paceline operation list --open'
	screen_keys Escape
	order role viewer
	screen_keys c
	tap_ok "a viewer takes nothing back" screen_wait 'c (take it back, where it can be): needs role operator'
	screen_stop
}

events() {
	for size in 80x24 160x45; do
		deck "$size" -- --ops
		screen_keys 4
		screen_wait 'FOLLOW' >/dev/null
		screen_golden "views/events_$size"
	done
	screen_keys o
	tap_ok "o opens the operation of an event" screen_wait 'op 78  start of cfd'
	deck 80x24 -- --ops
	screen_keys 4 Down Enter
	tap_ok "Enter on an event of a node opens the node" screen_wait 'demo > nodes > htc-3'
	tap_ok "alone" screen_wait 'cause     boot failed: mount /shared timed out'
	screen_keys Escape
	tap_ok "Esc goes to the table of all nodes" screen_wait '8 of 8'
	tap_ok "with that node under the cursor" screen_wait '>  htc-3'
	screen_keys 4 Enter
	tap_ok "Enter on an event of an operation opens that" screen_wait '> 78 cfd'
	screen_keys 4 g Down Down Down i
	tap_ok "i shows all of an event" screen_wait 'joined after 62 s'
	screen_stop
}

node() {
	deck 160x45 -- --ops
	screen_keys 2
	screen_wait 'htc-3' >/dev/null
	screen_keys Down Down Enter
	screen_wait 'the decision says' >/dev/null
	screen_golden views/node_160x45
	screen_keys Escape Up Enter
	tap_ok "of a node that works its job is told" screen_wait 'monte-carlo'
	screen_stop
}

changes() {
	for size in 80x24 160x45; do
		deck "$size"
		screen_keys 6
		screen_wait 'demo *' >/dev/null
		screen_keys '='
		screen_wait 'applying this' >/dev/null
		screen_golden "views/diff_$size"
	done
	deck 160x45
	screen_keys 6
	tap_ok "where there is room the change stands beside the table" screen_wait 'applying this: 0 add, 2 change, 0 destroy'
	deck 80x24
	screen_keys 6 F5
	screen_wait 'applying this' >/dev/null
	sleep 0.5
	screen_keys '='
	tap_ok "= holds it against the next revision" asked '/v1/templates/slurm/diff?cluster=&revision=0c11f00dbeef'
	screen_wait '0c11f00dbeef' >/dev/null
	screen_keys A
	tap_ok "what is of no cluster cannot be taken over" screen_wait 'A (let the cluster take it over): it is held against no cluster'
	screen_keys '='
	screen_wait 'of cluster demo' >/dev/null
	screen_keys A
	tap_ok "A asks with the plan" screen_wait 'Let demo take the template over'
	sleep 0.5
	screen_keys A
	tap_ok "the same key again is no yes" not_asked 'plan_hash'
	screen_keys y
	tap_ok "y sends the plan's hash" asked 'POST /v1/clusters/demo/update {"params":[],"plan_hash":"77aa"}'
	tap_ok "and it is said" screen_wait 'demo has taken it over'
	screen_keys Escape
	tap_ok "Esc goes back to the templates" screen_wait 'Parameters'
	order alpha
	screen_wait 'alpha *' >/dev/null
	screen_keys F5
	screen_wait 'against demo' >/dev/null
	screen_keys "="
	screen_wait 'against alpha' >/dev/null
	screen_keys A
	screen_wait 'Let alpha take' >/dev/null
	sleep 0.5
	screen_keys y
	screen_wait 'has taken it over' >/dev/null
	tap_ok "the cluster that was chosen stays when it has taken it over" screen_wait 'against alpha'
	screen_keys Escape
	tap_ok "which its row tells" eventually_lacks 'alpha *'
	screen_stop
}

money() {
	rm -rf "$state"
	deck 80x24 -- --drafts "$state"
	screen_keys 5
	screen_wait 'now         $0.24/h' >/dev/null
	screen_keys F8
	tap_ok "F8 writes a file and shows its path" screen_wait '.csv is written, in'
	file=$(echo "$state"/exports/cost-month-2026-11-23-*.csv)
	tap_ok "which nobody else may read" [ "$(stat -c %a "$file")" = 600 ]
	tap_ok "with the tables" grep -q '^job,,demo,,op,12,monte-carlo,' "$file"
	tap_ok "and the days" grep -q '^time,2026-11-05T00:00:00Z,' "$file"
	deck 80x24
	screen_keys 5
	screen_wait 'now         $0.24/h' >/dev/null
	screen_keys x
	tap_ok "without a folder the command is named" screen_wait 'paceline cost --csv'
	screen_stop
}

review() {
	rm -rf "$state"
	deck 80x24 -- --drafts "$state" --templates "$state/templates"
	screen_keys BTab n
	screen_wait 'Name of the cluster' >/dev/null
	screen_keys PageDown PageDown PageDown Tab
	screen_text 64
	screen_wait '! quota allows 32' >/dev/null
	screen_keys F9
	tap_ok "F9 writes the request for quota and shows where" screen_wait 'quota-slurm.txt is written, in /'
	tap_ok "it says what is missing" grep -q '^  - quota allows 32' "$state/exports/quota-slurm.txt"
	screen_keys PageDown PageDown
	screen_wait 'Press C to create' >/dev/null
	sleep 0.5
	screen_keys F8
	tap_ok "F8 of a review keeps the values as a template, or says why not" screen_wait 'htc_max is not written as lines of its own'
	screen_keys m
	screen_wait '16' >/dev/null
	screen_keys 4
	tap_ok "its number opens a step again" screen_wait 'step 4 of'
	screen_keys F4
	screen_wait 'y/N' >/dev/null
	screen_keys y PageDown PageDown PageDown PageDown PageDown
	screen_wait 'Press C to create' >/dev/null
	sleep 0.5
	screen_keys F8
	tap_ok "without a change it is a copy under the cluster's name" screen_wait 'is kept'
	tap_ok "among the operator's own" [ -s "$state/templates/slurm.yaml" ]
	screen_keys u
	tap_ok "with enough quota there is nothing to ask for" screen_wait 'no quota is too small'
	screen_stop
}

operations
events
node
changes
money
review
tap_end
