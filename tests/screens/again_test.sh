#!/bin/bash
# A job once more, with changes: the form of R in Jobs, on the made-up site of the deck lab.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
lab=$build/tests/screens/deck_lab
[ -x "$lab" ] || { echo "Bail out! $lab is not built: make screens"; exit 1; }
unset NO_COLOR STY SSH_CONNECTION
log=$screen_dir/asked

form() { # SIZE: of the second job
	: >"$log"
	screen_start "$1" "$lab" --log "$log"
	screen_wait slurm >/dev/null
	screen_settle >/dev/null
	screen_keys 3
	screen_wait JOBID >/dev/null
	screen_keys Down R
	screen_wait 'once more' >/dev/null
	screen_wait '4 new nodes' >/dev/null
}

lacks() {
	for _ in $(seq 40); do
		screen_text_now | grep -qF -e "$1" || return 0
		sleep 0.05
	done
	screen_text_now
	return 1
}

asked() { grep -F -e "$1" "$log"; }
waited() {
	for _ in $(seq 100); do
		asked "$1" && return 0
		sleep 0.05
	done
	cat "$log"
	return 1
}

for size in 80x24 120x35 160x45; do
	form "$size"
	screen_golden "again/form_$size"
	screen_stop
done

form 80x24
tap_ok "R opens a form with what the job was submitted with" screen_wait 'wing'
tap_ok "it tells the line for the shell" screen_wait 'paceline job resubmit demo'
screen_keys Tab Tab Right
tap_ok "the partition is chosen among the arrays of the cluster" screen_wait '(*) htc'
screen_keys Left Tab
screen_text 9
tap_ok "what never fits is said while it is typed" screen_wait 'never fits: hpc has 4 nodes at most'
screen_keys F8
tap_ok "and is not submitted" screen_wait 'not so: never fits: hpc has 4 nodes at most'
tap_ok "nothing was sent" test -z "$(asked 'again {')"
screen_keys BSpace
screen_text 2
screen_wait '4 new nodes' >/dev/null
screen_keys Tab Tab Tab
screen_text soon
tap_ok "a time limit that is none is told at its field" screen_wait 'this is no time limit'
screen_keys F7
tap_ok "F7 mends it" lacks 'this is no time limit'
screen_keys '!'
tap_ok "! shows the line and the call of the API" screen_wait 'to the API: POST /v1/clusters/demo/jobs/'
tap_ok "of the values as they stand" screen_wait '--nodes 2'
screen_keys y
tap_ok "y copies it" screen_wait 'copied'
screen_keys Escape
tap_ok "Esc leads back to the form" screen_wait 'Time limit'
screen_keys Tab Tab
screen_text 'a!b'
tap_ok "in the script's arguments ! is a letter" screen_wait 'a!b'
screen_keys F1
tap_ok "F1 tells the keys of the form" screen_wait 'submit it;  Esc leaves, and nothing is submitted'
screen_keys Escape F4
screen_wait 'y/N' >/dev/null
screen_keys y
tap_ok "F4 takes the job's own values again" screen_wait 'all as before'
screen_wait '4 new nodes' >/dev/null
screen_keys Enter Enter Enter Enter Enter Enter Enter Enter Enter
tap_ok "Enter goes from field to field and submits nothing" test -z "$(asked 'again {')"
screen_keys F8
tap_ok "F8 submits" screen_wait 'job 17 is in the queue of demo'
tap_ok "with all that the form showed" waited 'again {"words":["--steps","10"],"name":"wing","account":"proj1","partition":"hpc","nodes":"4","cpus":"2","mem":"4G","time":"02:00:00"}'
screen_stop

form 80x24
screen_text refused
waited '"name":"refused"' >/dev/null
lacks checking >/dev/null
screen_keys F8
tap_ok "what the scheduler says to it is shown, and the form stays" screen_wait 'Access denied to this name'
screen_keys Escape
tap_ok "Esc leaves" screen_wait 'nothing was submitted'
screen_stop

tap_end
