#!/bin/bash
# A teardown's plan on the screen is that of now: jobs that come and go while it is read are in it, what was typed and accepted
# stays, and what nobody has read yet is no empty queue.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

deck 120x35
screen_keys D
screen_wait '35 pending jobs (Enter lists)' >/dev/null
sleep 0.5
screen_keys Space
screen_text de
order jobs 4 90
tap_ok "more jobs that wait are in the plan" screen_wait '90 pending jobs (Enter lists)'
tap_ok "what was typed stays" screen_wait 'the key below: de'
tap_ok "and what was accepted" screen_wait '[x] I accept the loss of shared'
order jobs 2 0
tap_ok "jobs that have ended are in it no more" screen_wait '2 running jobs'
tap_ok "those that wait are gone" lacks 'pending jobs'
order unread
tap_ok "of a queue that was not read the plan says so" screen_wait 'jobs that run or wait'
tap_ok "and that is a loss of its own" screen_wait 'accept the loss of jobs (queue not read yet)'
tap_ok "the other one stays accepted" screen_wait '[x] I accept the loss of shared'
screen_text mo
screen_keys F9
tap_ok "nothing begins without it" screen_wait 'not yet: accept the loss'
tap_ok "the header does not tell of no jobs" screen_wait 'jobs ?'
screen_keys Escape
tap_ok "Esc leaves, and nothing was done" screen_wait 'nothing was changed'
tap_ok "nor does the list's title" lacks '0 pend'
screen_keys X
tap_ok "nor the question of a stop" screen_wait 'nobody knows what runs there'
screen_keys Escape
screen_stop
tap_end
