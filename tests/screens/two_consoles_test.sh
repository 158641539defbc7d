#!/bin/bash
# Two operators at one engine: another order of the list does not change which cluster a key acts on, and of two who tear the
# same cluster down the second is shown the teardown of the first. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
consoles_begin two

cloud_start 20 --seed 5 && engine_start && engine_wait || { echo "Bail out! no site"; exit 1; }
runs() { [ "$(cli cluster status "$1" --json | sed -n 's/.*"state": *"\([a-z]*\)".*/\1/p' | head -n 1)" = running ]; }
for c in j:30 k:31; do
	cli cluster create ${c%:*} slurm network=10.${c#*:}.0.0/16 hpc_max=0 >/dev/null && cli cluster start ${c%:*} >/dev/null ||
		{ echo "Bail out! no cluster ${c%:*}"; exit 1; }
	check "${c%:*} runs" until_true runs ${c%:*}
done
sees() { mux capture-pane -t "$1" -p | grep -qF -- "$2"; }
for who in one two; do
	console_open $who
	check "$who is at the Deck" until_true sees $who 'Nodes j'
done

mux send-keys -t two Down
check "the second chooses k" until_true sees two 'Nodes k'
mux send-keys -t two ":sort cost" Enter
check "another order leaves k chosen" until_true sees two '> k'
mux send-keys -t two D
check "and it is what a key acts on" until_true sees two 'Teardown k'
until_true sees two 'Type the name' >/dev/null
sleep 0.5 # a dialog that has just opened is deaf
mux send-keys -t two Escape
mux send-keys -t two ":sort name" Enter
until_true sees two 'Nodes k' >/dev/null
mux send-keys -t two Up
check "j is above it again" until_true sees two 'Nodes j'

# agree WHO: all but the last key
agree() {
	mux send-keys -t "$1" D
	until_true sees "$1" 'Teardown j' && sleep 0.5
	mux send-keys -t "$1" Space
	until_true sees "$1" '[x] I accept'
	mux send-keys -t "$1" j
	until_true sees "$1" 'F9 begins'
}
check "the first agrees to all that is lost" agree one
check "so does the second" agree two
mux send-keys -t one F9
mux send-keys -t two F9
check "the first sees the proof" until_true sees one 'j is deleted. verified'
check "the second is shown the teardown of the first" until_true sees two 'j is deleted. verified'
tap_end
