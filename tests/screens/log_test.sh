#!/bin/bash
# Logs of jobs and nodes, and jobs that ended: on the made-up site of the deck lab.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

names_the_last() { # line of those shown: the header does
	screen_settle && screen_text_now >"$screen_dir/page"
	[ "$(grep -oE '  line [0-9]+' "$screen_dir/page" | tr -dc 0-9)" = "$(sed -nE 's/^ +([0-9]+) .*/\1/p' "$screen_dir/page" | tail -1)" ]
}

has() { screen_text_now | grep -F -e "$1"; }

job_log() {
	deck 80x24
	order log 0
	screen_keys Tab Tab Down L
	tap_ok "L on the Deck follows the job under the cursor" screen_wait 'demo > jobs > 12_1 > stdout'
	tap_ok "at its end, with line numbers" screen_wait 'FOLLOW  line 40'
	tap_ok "colours are no text, tabs are blanks" screen_wait '40 checkpoint written      480 MB'
	screen_golden log/80x24
	order log 3
	tap_ok "what is written comes by itself" screen_wait 'FOLLOW  line 43' 10
	screen_keys PageUp
	tap_ok "scrolling up pauses" screen_wait 'paused'
	order log 2
	tap_ok "and new lines are counted" screen_wait 'paused, 2 new' 10
	screen_keys G
	tap_ok "G goes on" screen_wait 'FOLLOW  line 45'
	screen_keys PageUp w
	tap_ok "w folds long lines" screen_wait 'hich the solver took most'
	tap_ok "the header names the line that is shown last" names_the_last
	screen_keys w n
	tap_ok "n before anything is looked for leads nowhere else" screen_wait 'nothing is searched for'
	screen_keys '&'
	tap_ok "& says what it wants first" screen_wait '/ looks for something, then & shows'
	screen_keys /
	screen_text 'checkpoint'
	screen_keys Enter
	tap_ok "what was found is counted" screen_wait 'in view   n next  N prev  & only matching lines'
	screen_keys '&'
	tap_ok "& leaves only lines that match" screen_wait '   10 checkpoint written'
	tap_ok "and no others" eventually_lacks 'step 11'
	screen_keys Escape
	tap_ok "Esc takes the search back first" screen_wait 'step 11'
	screen_keys I
	tap_ok "I shows stderr" screen_wait 'the mesh is coarse at the tip'
	tap_ok "and says so" has 'jobs > 12_1 > stderr'
	screen_keys F8
	screen_wait 'save to: demo-12_1.err' >/dev/null
	screen_keys C-u
	screen_text "$screen_dir/copy"
	screen_keys Enter
	tap_ok "F8 saves a copy here" screen_wait ' saved'
	tap_ok "of the whole file" grep -q '^warning: the mesh is coarse' "$screen_dir/copy"
	screen_keys F8
	screen_wait 'save to:' >/dev/null
	screen_keys C-u
	screen_text "$screen_dir/copy"
	screen_keys Enter
	tap_ok "a file that is there stays as it is" screen_wait 'there is such a file already'
	screen_keys Escape
	tap_ok "Esc is back on the Deck" screen_wait '[0 Deck]'
	tap_ok "on the same job" has '>  12_1'
	screen_keys Down Down L
	screen_wait 'jobs > 12_3 > stdout' >/dev/null
	screen_keys /
	screen_text checkpoint
	screen_keys Enter '&'
	screen_wait 'paused  only matches' >/dev/null
	screen_keys I
	tap_ok "one file of both is said to be that" screen_wait 'stdout and stderr of 12_3 both go to this file'
	tap_ok "and not shown as another" has 'jobs > 12_3 > stdout'
	tap_ok "nor is what was chosen of it dropped" has 'paused  only matches  line 40'
	tap_ok "whose end tells what goes on" has 'end of file; paused: F follows what comes'
	screen_keys Escape Escape
	screen_wait '[0 Deck]' >/dev/null
	screen_keys Down L
	tap_ok "what is no text is not shown" screen_wait '/shared/op/12.out is no text: paceline cp copies it'
	screen_keys Escape Down L
	tap_ok "a job without output says so" screen_wait 'job 13 has no output file'
	screen_keys Escape Home L
	tap_ok "tasks that wait have written nothing" screen_wait 'these tasks wait: they have written nothing yet'
	screen_stop
}

ends() {
	deck 120x35
	screen_keys Tab Tab Down L
	screen_wait 'FOLLOW  line 40' >/dev/null
	tap_ok "how often it is asked stands there" has 'waiting (poll'
	order log 0
	tap_ok "a job that ended says so at the end of its file" screen_wait 'end of file; the job has ended' 10
	screen_golden log/120x35
	screen_resize 160x45
	screen_golden log/160x45
	screen_resize 60x15
	screen_golden log/60x15
	screen_stop
}

node_log() {
	deck 80x24
	screen_keys Tab Right Right L
	tap_ok "four keys from the Deck: why a node failed" screen_wait 'boot failed: mount'
	tap_ok "and its last line" screen_wait 'mount.nfs: Connection timed out'
	screen_golden log/node
	screen_keys q
	tap_ok "q is back, too" screen_wait '[0 Deck]'
	screen_keys 2 L
	tap_ok "L in the view of nodes" screen_wait 'demo > nodes > htc-3 (host htc000003) > log'
	screen_keys L
	tap_ok "L in a log opens none in it" screen_wait 'this is the log already'
	screen_keys Escape
	tap_ok "and back there" eventually_lacks 'htc-3 (host htc000003) > log'
	screen_keys 3
	screen_wait '12_1' >/dev/null
	screen_keys Down .
	screen_wait '12_1 > files' >/dev/null
	screen_keys L
	screen_wait '12_1 > stdout' >/dev/null
	screen_keys .
	screen_wait '12_1 > files' >/dev/null
	screen_keys L
	screen_wait '12_1 > stdout' >/dev/null
	screen_keys Escape
	tap_ok "nor do a log and the files lead to each other for ever" screen_wait 'demo > jobs   '
	screen_stop
}

ended() {
	deck 80x24
	order ended
	screen_keys 3
	tap_ok "the queue alone" screen_wait '8 of 8'
	tap_ok "has none that ended" eventually_lacks 'exit 3'
	screen_keys a
	tap_ok "a shows those that ended, with exit code and node" screen_wait 'exit 3 on htc-2'
	tap_ok "counted with the others" screen_wait '10 of 10'
	screen_golden log/ended
	screen_keys a
	tap_ok "and hides them" eventually_lacks 'exit 3'
	screen_keys f
	screen_text 'state:fail'
	screen_keys Enter
	tap_ok "state:fail asks for them" screen_wait 'exit 3 on htc-2'
	screen_keys Escape
	screen_stop
}

reasons() {
	deck 80x24
	order full
	tap_ok "the Deck says what stands in the way of nodes" screen_wait 'quota: westeurope'
	screen_keys 3
	tap_ok "the queue by reason" screen_wait 'quota 33   Dependency 1'
	screen_stop
}

tail_pane() {
	deck 160x45
	screen_keys 3 Down
	tap_ok "where there is room, the last lines of a running job stand under the table" screen_wait 'stdout  (its last lines; L follows)'
	tap_ok "as they are now" screen_wait '  step 39  res'
	screen_keys Up
	tap_ok "and not under another job" eventually_lacks 'its last lines'
	screen_stop
}

tail_pane
job_log
ends
node_log
ended
reasons
tap_end
