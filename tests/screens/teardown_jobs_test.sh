#!/bin/bash
# What the plan of a teardown offers beside its tree: Enter lists the jobs that are lost, b backs up the books, p writes the plan
# to a file; and an item that could not be deleted is tried again by itself, at a time that is shown.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
lab=$build/tests/screens/deck_lab
[ -x "$lab" ] || { echo "Bail out! $lab is not built: make screens"; exit 1; }
unset NO_COLOR STY SSH_CONNECTION
log=$screen_dir/asked

lacks() { ! screen_tmux capture-pane -p | grep -F -e "$1"; }

: >"$log"
screen_start 120x35 "$lab" --disk --log "$log" --drafts "$screen_dir/mine"
screen_wait slurm >/dev/null
screen_settle
screen_keys D
screen_wait 'DATA LOST' >/dev/null
sleep 0.5
screen_keys Home Down
tap_ok "a row with jobs says that Enter lists them" screen_wait '35 pending jobs (Enter lists)'
screen_keys Enter
tap_ok "Enter lists who loses what" screen_wait '13_[1-35]    op         sweep'
tap_ok "with how many more there are" screen_wait 'and 34 more'
tap_ok "the row folds again" screen_wait '35 pending jobs (Enter folds)'
screen_keys Enter
screen_wait '35 pending jobs (Enter lists)' >/dev/null
tap_ok "Enter once more folds them" lacks '34 more'
screen_keys Down Down Enter
tap_ok "running jobs are listed with their nodes" screen_wait '12_4         op         monte-carlo'
screen_keys Home b
tap_ok "b backs up the books" screen_wait 'backed up: /var/lib/paceline/backup-1.db'
screen_keys p
tap_ok "p writes the plan to a file" screen_wait 'teardown-demo-c0ffee11.json'
tap_ok "which is the plan" grep -q '"hash": *"c0ffee11' "$screen_dir/mine/exports/teardown-demo-c0ffee11.json"
screen_text demo
tap_ok "letters are the name once it is begun" screen_wait 'demo'
screen_keys Escape
screen_wait 'nothing was changed' >/dev/null
screen_keys :
screen_text messages
screen_keys Enter
screen_wait 'the plan is written: ' >/dev/null
# it is folded where it is long
tells() { screen_text_now | awk -F '│' '{ print $2 }' | tr -d ' \n' | grep -qF -e "$1"; }
tap_ok "where it is can be read later" tells "theplaniswritten:$screen_dir/mine/exports/teardown-demo-c0ffee11.json"
screen_stop
tap_end
