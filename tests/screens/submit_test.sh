#!/bin/bash
# A job's first submission: the form of J, on the made-up site of the deck lab.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh
scripts=$screen_dir/scripts
mkdir -p "$scripts/deep"
printf '#!/bin/sh\necho wing\n' >"$scripts/wing.sh"
printf '#!/bin/sh\necho tail\n' >"$scripts/tail.sh"

form() {
	deck 120x30
	screen_keys 3
	screen_wait JOBID >/dev/null
	screen_keys J
	screen_wait '4 new nodes' >/dev/null
}

form
tap_ok "J opens a form with the sample job" screen_wait 'templates/jobs/monte-carlo.sh'
tap_ok "J submits nothing by itself" not_asked 'POST /v1/clusters/demo/jobs {'
screen_keys C-u
tap_ok "a script is needed" screen_wait '! a file of this machine is needed; F2 lists some'
screen_text "$scripts/none.sh"
tap_ok "one that is not there is told while it is typed" screen_wait 'No such file'
screen_keys F8
tap_ok "and not submitted" screen_wait 'what is marked ! has to be mended'
screen_keys C-u
screen_text "$scripts/wi"
screen_keys F2
tap_ok "F2 lists files that fit what was typed" screen_wait 'wing.sh'
tap_ok "and no others" eventually_lacks 'tail.sh'
screen_keys Enter
tap_ok "Enter takes it" eventually_lacks 'No such file'
screen_keys Tab Tab Tab Right
tap_ok "a partition is chosen" screen_wait '(*) htc'
screen_keys Left
tap_ok "or none" screen_wait "(*) the script's"
screen_keys BTab BTab BTab BTab
screen_text ' --exclusive'
screen_keys BTab
screen_text 'fast -v'
screen_keys F6
tap_ok "the line for the shell tells whose each word is" screen_wait "wing.sh -- --exclusive -- fast"
tap_ok "the call of the API is told with what it has besides" screen_wait 'POST /v1/clusters/demo/jobs, and the script as "script_text"'
tap_ok "and nothing of a field that is not in sight" eventually_lacks 'What the script gets'
tap_ok "but the keys of what is" screen_wait 'Arrows scroll, y copies'
screen_keys Escape
screen_wait '4 new nodes' >/dev/null
screen_keys F8
tap_ok "F8 submits" screen_wait 'job 16 is in the queue of demo: wing.sh'
screen_keys J
tap_ok "J offers the script that was the last" screen_wait "scripts/wing.sh"
screen_keys Escape
tap_ok "the script, its words, and the scheduler's" asked '"words":["fast","-v"],"args":["--exclusive"],"script_text":"#!/bin/sh\necho wing\n","file":"wing"'
screen_stop

form
screen_keys C-u
screen_text "$scripts/wing.sh"
screen_keys F8
tap_ok "F8 right behind the last letter submits what was typed" screen_wait 'job 16 is in the queue of demo: wing.sh'
screen_stop

# Keys behind F8, before the engine has answered
form
screen_keys F8 J c
for _ in $(seq 20); do
	screen_keys c
	sleep 0.05
done
tap_ok "what is typed behind F8 acts on no job" screen_wait 'is in the queue of demo: monte-carlo.sh; what is typed behind it is dropped'
tap_ok "nor asks for one" lacks 'Cancel 1'
screen_stop

form
screen_keys Escape
tap_ok "Esc leaves" screen_wait 'nothing was submitted'
screen_stop
tap_end
