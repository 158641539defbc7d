#!/bin/bash
# What may change of a cluster while it lives: the form of E, the plan under it, the box before anything is done. And |, the
# switch of its autoscaling. On the made-up site of the deck lab.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

form() { # SIZE
	deck "$1"
	screen_keys E
	screen_wait 'nothing is changed yet' >/dev/null
}

for size in 80x24 120x35 160x45; do
	form "$size"
	screen_golden "limits/form_$size"
	screen_stop
done

form 80x24
tap_ok "E opens a form with what the cluster has" screen_wait 'Most htc nodes'
tap_ok "what is fixed says why" screen_wait 'only a cluster made anew has it'
screen_keys F8
tap_ok "F8 without a change changes nothing" screen_wait 'nothing would change'
screen_text 32
tap_ok "the plan stands under the form while it is typed" screen_wait 'array htc max_nodes 16 -> 32, no restart'
screen_keys '!'
tap_ok "! shows the line for a shell" screen_wait 'paceline cluster update demo htc_max=32'
tap_ok "and the call of the API" screen_wait 'to the API: POST /v1/clusters/demo/update'
screen_keys Escape F8
tap_ok "F8 asks with the plan" screen_wait 'Press y'
tap_ok "in words" screen_wait 'array htc max_nodes 16 -> 32: no restart'
sleep 0.4
screen_keys Enter
tap_ok "Enter means no, and the form is there again" screen_wait 'Idle time'
tap_ok "nothing was sent" not_asked '"plan_hash"'
tap_ok "what was typed stays" screen_wait '[32'
screen_keys F8
screen_wait 'Press y' >/dev/null
sleep 0.4
screen_keys y
tap_ok "y changes it" screen_wait 'demo has taken it over'
tap_ok "with the values and the plan that was agreed to" asked '{"params":["htc_max=32"],"plan_hash":"55bb"}'
tap_ok "while it was open others were told" asked 'edits /v1/clusters/demo/editing update on'
tap_ok "and its end, too" asked 'edits /v1/clusters/demo/editing update off'
screen_stop

form 80x24
screen_text 2000
tap_ok "a value that does not fit is told at its field" screen_wait '! use a whole number from 0 to 1000; F7 sets 1000'
screen_keys F8
tap_ok "and is not changed" screen_wait 'what is marked ! has to be mended'
screen_keys F7
tap_ok "F7 mends it" screen_wait '16 -> 1000'
screen_keys F4
screen_wait 'y/N' >/dev/null
screen_keys y
tap_ok "F4 takes the cluster's own values again" screen_wait 'nothing is changed yet'
screen_keys Tab Tab
screen_text hb
screen_keys F2
tap_ok "what was typed filters the list" screen_wait 'Standard_HB120rs_v3'
tap_ok "to what fits" eventually_lacks 'Standard_D4s_v5'
screen_keys Enter
tap_ok "a size is for new nodes" screen_wait 'new nodes only; 8'
screen_keys Up Up Up
screen_text x
tap_ok "what is fixed is not typed over" screen_wait 'Region is not changed: only a cluster made anew has it'
screen_keys F1
tap_ok "F1 tells the keys of the form" screen_wait 'to agree to with y'
screen_keys Escape Escape
tap_ok "Esc leaves" screen_wait 'nothing was changed'
screen_keys Down E
tap_ok "it is of the selected cluster" asked 'GET /v1/clusters/cfd/update'
screen_stop

deck 80x24
screen_keys BTab E
tap_ok "at the templates it says that it is for clusters" screen_wait 'that is for a cluster'
screen_keys Tab '|'
tap_ok "| pauses the autoscaling" screen_wait 'demo: autoscaling is paused: nodes neither come nor go; u takes it back (30 s)'
screen_keys u
tap_ok "u takes it back" asked 'POST /v1/clusters/demo/resume'
order role viewer
screen_keys E
tap_ok "a viewer is told so" screen_wait 'needs role operator'
screen_stop
tap_end
