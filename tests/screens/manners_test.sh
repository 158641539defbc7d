#!/bin/bash
# What the console does not keep to itself: forms that do not fit, an engine that is away while something is typed, pastes that
# are cut, filters that are none, keys that mean nothing, and what a stop would do. On the made-up site.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

wizard() { # SIZE [OPTION...]: on the first field
	size=$1
	shift
	deck "$size" TZ=UTC -- "$@"
	screen_keys BTab n
	screen_wait 'Name of the cluster' >/dev/null
	screen_wait '[ok] name free' >/dev/null
}

footer() { screen_text_now | tail -n 1 | grep -F -e "$1"; }

forms() {
	wizard 60x15 --drafts "$screen_dir/state"
	tap_ok "60x15: the keys that lead on and out are in the footer" footer 'PgDnNext EscLeave'
	screen_keys PageDown PageDown PageDown
	screen_wait 'InfiniBand' >/dev/null
	tap_ok "all fields of a step are there" screen_wait 'Most htc nodes'
	screen_keys Down
	screen_text 640
	tap_ok "what is wrong with one is there beside them" screen_wait '! quota allows 32'
	screen_golden manners/wizard_60x15
	screen_keys PageDown PageDown
	screen_wait 'start it at once' >/dev/null
	sleep 0.4
	tap_ok "a review that is longer says so" screen_wait 'Up and Down scroll'
	screen_keys Down Down Down Down Down Down Down Down
	tap_ok "and scrolls to its end" screen_wait 'in full it lasts'
	screen_stop
}

again() { # the form of R, which has nine fields
	screen_start 60x15 "$lab" --log "$log" --orders "$orders"
	screen_wait slurm >/dev/null
	screen_settle >/dev/null
	screen_keys 3
	screen_wait JOBID >/dev/null
	screen_keys Down R
	screen_wait 'once more' >/dev/null
	tap_ok "60x15: the form of a job shows the array" screen_wait 'Array'
	tap_ok "and its last field" screen_wait 'Arguments'
	screen_resize 60x20
	screen_keys Tab Tab Tab Tab Tab Tab
	tap_ok "help that is longer than its line is told whole, where rows are free" screen_wait '1-12:00:00. Empty: as'
	tap_ok "and the line under the form tells the keys" screen_wait 'Enter next field'
	screen_keys BTab BTab BTab BTab BTab BTab
	screen_resize 60x11
	screen_settle >/dev/null
	tap_ok "with less room it counts what is below" screen_wait 'more below'
	screen_keys BTab
	tap_ok "or above" screen_wait 'more above'
	screen_stop
}

# An engine that is stopped: the form does not check for ever, and what a key asked for is missed.
stopped() {
	wizard 80x24
	order link quiet
	tap_ok "the form says that a stopped engine does not answer" screen_wait '[!!] not checked: the engine has not answered for 5 s'
	screen_stop
	deck 80x24
	order link quiet
	screen_keys 3
	screen_wait JOBID >/dev/null
	screen_keys e
	tap_ok "e says why there is no answer" screen_wait 'it is busy or stopped; what was asked for'
	screen_keys H
	asked '/jobs/hold' >/dev/null
	tap_ok "and so does an act" screen_wait 'it is busy or stopped; what was asked for'
	order link live
	tap_ok "what was asked for comes when it answers" screen_wait 'does not start before it is released'
	screen_stop
}

away() {
	wizard 80x24
	order link lost
	tap_ok "the form says that the engine is away, and since when" screen_wait '[!!] not checked: the engine is away since'
	screen_text mine
	screen_keys PageDown PageDown PageDown PageDown PageDown
	tap_ok "nothing can be created meanwhile" screen_wait 'It cannot be created before the engine answers'
	sleep 0.4
	screen_keys C
	tap_ok "and C says why" screen_wait 'not now: no connection to the engine'
	tap_ok "nothing was sent" not_asked 'POST /v1/clusters '
	order link live
	tap_ok "when it is back the checks go on by themselves" screen_wait 'Press C to create'
	tap_ok "what was typed is still there" screen_wait 'new cluster mine'
	sleep 0.4
	screen_keys C
	tap_ok "and is made" asked 'POST /v1/clusters {"name":"mine"'
	screen_stop
}

pastes() {
	wizard 80x24
	screen_keys PageDown
	screen_wait Region >/dev/null
	screen_paste 'northeurope
westeurope
'
	tap_ok "of a paste of two lines the line below says which was taken" screen_wait 'pasted the first line of 2'
	screen_paste "$(printf 'x%.0s' $(seq 3000))"
	tap_ok "a long one is taken whole" lacks 'have room'
	screen_paste "$(printf 'x%.0s' $(seq 3000))"
	tap_ok "what has no room is counted" screen_wait '4095 bytes have room'
	screen_stop
}

filters() {
	deck 80x24
	screen_keys 2
	screen_wait '[2 Nodes]' >/dev/null
	screen_keys f
	screen_text 'state:fail'
	screen_keys Enter
	screen_wait '1 of 8' >/dev/null
	screen_keys f C-u
	screen_text 'bad:x'
	screen_wait 'at character 1: there is no field "bad"' >/dev/null
	screen_keys Enter
	tap_ok "Enter keeps the line of a filter that is none" screen_wait '? filter: bad:x'
	screen_keys Escape
	tap_ok "Esc brings the last good one back" screen_wait 'filter: state:fail'
	screen_text ':goto nodes /bad:x'
	screen_keys Enter
	tap_ok "one that comes otherwise is refused, and that is said" screen_wait '"bad:x" is no filter, the one before stays: at character 1'
	tap_ok "the rows stay filtered" screen_wait '1 of 8'
	screen_stop
}

keys() {
	deck 80x24
	screen_keys F2
	screen_wait 'What can be done here' >/dev/null
	screen_keys F11
	tap_ok "the menu says what a key is that it has not" screen_wait 'F11 does nothing here: arrows choose'
	screen_keys Escape s
	screen_wait Order >/dev/null
	screen_keys x
	tap_ok "so do the orders" screen_wait 'x does nothing here: arrows choose, Enter sorts'
	screen_keys Escape '!'
	screen_wait 'The same from a shell' >/dev/null
	screen_keys x
	tap_ok "so does the list for a shell" screen_wait 'x does nothing here: arrows scroll'
	screen_keys Escape '?'
	screen_wait MOVE >/dev/null
	screen_keys F5
	tap_ok "so does the help" screen_wait 'F5 does nothing here: type to search'
	screen_keys Escape 3
	screen_wait '[3 Jobs]' >/dev/null
	screen_keys Right Right Right
	tap_ok "Right brings the columns of a table that have no room" screen_wait 'TASKS'
	screen_keys Left Left Left
	tap_ok "and Left goes back" eventually_lacks 'TASKS'
	screen_keys Left
	tap_ok "which has its end" screen_wait 'no more columns at that side'
	screen_keys U
	tap_ok "nothing to unmark is said" screen_wait 'nothing is marked: Space marks'
	screen_keys :
	screen_keys F7
	tap_ok "a line that is typed says it, too" screen_wait 'F7 does nothing here; F1 helps'
	screen_text qqq
	screen_keys Tab
	tap_ok "and Tab that nothing fits" screen_wait 'nothing begins like this'
	screen_stop
}

typed_behind() { # a line that does not open
	deck 80x24
	screen_keys BTab f o d Enter
	tap_ok "what is typed for a line that does not open is dropped" screen_wait 'there are few templates; what is typed behind it is'
	tap_ok "and no key" lacks 'operations'
	screen_keys o
	tap_ok "behind its Enter keys are keys" screen_wait 'operations'
	screen_keys Escape 0 D d e m o
	tap_ok "so is what comes before a plan is there to be read" screen_wait 'Type the name'
	tap_ok "none of it is an act" not_asked drain
	screen_stop
}

stops() {
	deck 80x24
	screen_keys X
	tap_ok "X asks, and tells whose jobs run" screen_wait 'jobs run ('
	tap_ok "and what becomes of those that wait" screen_wait 'in the queue until it is started again'
	screen_golden manners/stop
	sleep 0.4 # a question is deaf at first
	screen_keys X
	tap_ok "the key that asked does not answer" screen_wait 'the key that asked does not answer'
	screen_keys Escape
	tap_ok "Esc is no" not_asked 'POST /v1/clusters/demo/stop'
	screen_text ':cluster stop'
	screen_keys Enter
	tap_ok "the command asks the same" screen_wait 'jobs run ('
	screen_stop
}

lost() {
	deck 60x15
	screen_keys S
	tap_ok "60x15: a key that does nothing says why" screen_wait 'it is running'
	order link lost
	tap_ok "60x15: that the engine is lost is not hidden by what was said before" screen_wait 'ENGINE LOST'
	screen_stop
}

refused() { # a teardown that the engine does not begin
	deck 80x24 -- --disk
	order refuse
	screen_keys D
	screen_wait 'DATA LOST' >/dev/null
	sleep 0.5
	screen_keys Space
	screen_wait 'KEEP (' >/dev/null
	screen_text demo
	screen_keys F9
	screen_wait 'Any key cancels' >/dev/null
	tap_ok "what was not begun is asked anew, with the plan as it is now" screen_wait 'not begun: the cluster changed' 9
	tap_ok "of the set that was chosen" screen_wait 'KEEP ('
	tap_ok "nothing is said to go on" lacks 'asked for'
	sleep 0.4
	screen_keys Escape
	tap_ok "and Esc changes nothing" screen_wait 'nothing was changed'
	screen_stop
}

for part in ${PARTS:-forms again away stopped pastes filters keys typed_behind stops lost refused}; do
	"$part"
done
tap_end
